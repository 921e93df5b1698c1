"""Say what a search found and what it could not look at, for a terminal and for a page."""

from __future__ import annotations

from reader.filing import year_of
from reader.library.finding import Found, Hit
from reader.paper import family_name
from reader.phrases import say
from reader.plain import plain, shorten
from reader.query import Query


def nothing_asked(query: Query) -> str:
    """Say why a query looks for nothing."""
    if query.has_operators:
        return say("search.operators_only")
    return say("search.without_only" if query.without else "search.empty")


def head_of(found: Found, query: str) -> str:
    """Say what the hits are, where that is not plain: "" where they have the words."""
    if not found.hits:
        return say("search.nothing", query=shorten(plain(query), 200))
    if found.is_listing:
        return say("search.newest")
    return "" if found.has_words else say("search.near_only")


def notices_of(found: Found) -> list[str]:
    """Say what of the query was not taken as it stands, and what was not looked at."""
    told = [plain(sentence) for sentence in found.said]
    if found.n_not_encoded and found.notice is None and not found.is_listing:
        told.append(say("search.not_encoded", n=found.n_not_encoded))
    if found.n_not_indexed:
        told.append(say("search.not_indexed", n=found.n_not_indexed))
    return told


def byline(hit: Hit) -> str:
    """Give what names a paper again: its id, else its key, then who wrote it and when."""
    held = hit.held
    is_file = held.paper.id.startswith(("pdf:", "web:"))
    names = [family_name(author) for author in held.paper.authors]
    year = year_of(held.paper)
    by = say("search.by_several", names=names[0]) if len(names) > 2 else " & ".join(names)
    also = say("search.also", ids=say("list").join(hit.also))
    parts = [
        (held.key if is_file else None) or held.paper.id,
        by,
        str(year or ""),
        also if hit.also else "",
    ]
    return " · ".join(part for part in parts if part)
