"""Find the paper that a person names by an id, a key or a title."""

from __future__ import annotations

from reader.base.errors import Ambiguous, NotAnId, NotFound
from reader.base.messages import N_, Joined, lazy_gettext
from reader.base.text import plain, shorten
from reader.library.folder import Library
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
