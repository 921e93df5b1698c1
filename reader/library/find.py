"""Find the paper that a person names by an id, a key or a title."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.base.errors import Ambiguous, NotAnId, NotFound, UsageError
from reader.base.messages import N_, Joined, lazy_gettext
from reader.base.text import plain, shorten
from reader.library.folder import Library
from reader.library.identity import title_fold
from reader.library.ids import parse_id, web_id
from reader.library.paper import LibraryPaper
from reader.library.rows import papers


def find_paper(library: Library, text: str) -> LibraryPaper:
    """Find the paper with an id in any form, a key, or a title or the beginning of one.

    Raises NotFound for an id that is not here, NotAnId for a text that is neither id nor title,
    and Ambiguous for the beginning of several titles.
    """
    text = plain(text)
    found = parse_id(text)
    # An address without an id in it may be the page that a paper is named by.
    if found is None and text.startswith("http"):
        found = parse_id(web_id(text))
    if found is not None:
        held = papers.paper_with_id(library.db, found.id)
        if held is not None:
            return held
    named = papers.papers_named(library.db, text) if text else []
    if len(named) == 1:
        return named[0]
    if named:
        several = Joined(
            [f"{h.paper.id} {shorten(plain(h.paper.title), 40)}" for h in named[:3]], N_("; ")
        )
        # papers_named returns six at most: of more than five nobody knows the number.
        n = lazy_gettext(N_("{n} or more") if len(named) > 5 else N_("{n}"), n=len(named))
        raise Ambiguous(what=shorten(text, 80), n=n, several=several)
    if found is not None:
        raise NotFound(what=found.id)
    raise NotAnId(what=lazy_gettext("'{what}'", what=shorten(text, 78)))


def find_papers(library: Library, texts: Sequence[str]) -> list[LibraryPaper]:
    """Find the papers that several texts name, as `find_paper`.

    Raises UsageError where two of them are single words with which titles begin: that is how a
    title looks to whom the shell gives its words apart, and other papers would be taken.
    """
    found = [find_paper(library, text) for text in texts]
    words = [text for text, held in zip(texts, found, strict=True) if _is_first_word(text, held)]
    if len(words) > 1:
        raise UsageError(
            what=lazy_gettext(
                "{first} and {second} name two papers, each by the first word of its title.",
                first=repr(words[0]),
                second=repr(words[1]),
            ),
            hint=lazy_gettext(
                "Put a title in quotes: '{title}'. Name several papers by their ids.",
                title=" ".join(map(plain, texts)),
            ),
        )
    return found


def _is_first_word(text: str, held: LibraryPaper) -> bool:
    """Check whether a text is a bare word, with which no more than a title begins."""
    # Japanese has no blanks: there a bare word may be half of a title.
    is_word = text.isascii() and not re.search(r"\s", text) and parse_id(text) is None
    is_key = (held.key or "").casefold().startswith(text.casefold())
    return is_word and not is_key and title_fold(text) != title_fold(held.paper.title)
