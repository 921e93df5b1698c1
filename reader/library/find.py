"""Find the paper that a person names by an id, a key or a title."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.base.errors import Ambiguous, NotAnId, NotFound, NotKnown, UsageError
from reader.base.messages import N_, Joined, lazy_gettext
from reader.base.text import plain, shorten
from reader.library.folder import Library
from reader.library.identity import title_fold
from reader.library.ids import parse_id, web_id
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, papers


class RemovedPaper(NotKnown):
    """A paper that lies in the trash."""

    def __init__(self, library: Library, held: LibraryPaper) -> None:
        self.removal = decisions.removals(library.db, [held.row])[0]
        self.held = held
        on = library.day_of(self.removal.at)
        what = lazy_gettext("Removed on {day}: {title}", day=on, title=plain(held.paper.title))
        hint = lazy_gettext(
            N_("Its PDF, note and marks were deleted. `reader add {id}` adds the paper again.")
            if self.removal.emptied_at
            else N_(
                "Until {until} `reader undo {act}` or `reader add {id}` brings it back, with PDF, "
                "note and marks."
            ),
            id=held.paper.id,
            act=self.removal.act,
            until=library.day_of(self.removal.at + decisions.TRASH_KEPT),
        )
        super().__init__(what=what, hint=hint)


def find_paper(library: Library, text: str) -> LibraryPaper:
    """Find the paper with an id in any form, a key, or a title or the beginning of one.

    Raises NotFound for an id that is not here, RemovedPaper for one in the trash, NotAnId for a
    text that is neither id nor title, and Ambiguous for the beginning of several titles.
    """
    held = find_any(library, text)
    if held.is_removed:
        raise RemovedPaper(library, held)
    return held


def find_any(library: Library, text: str) -> LibraryPaper:
    """Find a paper as `find_paper`, also in the trash."""
    text = plain(text)
    found = parse_id(text)
    # An address without an id in it may be the page that a paper is named by.
    if found is None and text.startswith("http"):
        found = parse_id(web_id(text))
    if found is not None:
        held = papers.paper_with_id(library.db, found.id)
        if held is not None:
            return held
    every = papers.papers_named(library.db, text) if text else []
    named = [held for held in every if not held.is_removed] or every
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
