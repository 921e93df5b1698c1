"""Write what commands and pages show of a search: its heading, its notices, a hit's paper."""

from __future__ import annotations

from reader.base.messages import N_, _, ngettext
from reader.base.text import plain, shorten
from reader.library.file_names import year_of
from reader.library.paper import family_name
from reader.library.query import Query
from reader.search.find import SearchHit, SearchResult


def no_query_text(query: Query) -> str:
    """Explain why there is nothing to search for in a query."""
    return _(
        N_("This only leaves out. Add what to search for.")
        if query.without
        else N_("There is nothing to search for.")
    )


def head_of(found: SearchResult, query: str) -> str:
    """Write the heading of a result, "" for hits that have the query's words."""
    if not found.hits:
        return _("Nothing found for {query}.", query=shorten(plain(query), 200))
    if found.is_listing:
        return _("The newest that fit:")
    if all(hit.is_far for hit in found.hits):
        return _("Nothing has these words, and nothing is near by meaning. Farther off:")
    return "" if found.has_words else _("Nothing has these words. Nearest by meaning:")


FAR = N_("Without these words, and not near by meaning")
"""The heading of the hits that stand behind all others; `head_of` says it where there are no
others."""


def is_by_meaning(found: SearchResult, hit: SearchHit) -> bool:
    """Check whether a hit is marked as found by meaning alone.

    A note that is only near in meaning stands above a paper with the query's words.
    """
    if found.is_listing or not found.has_words:
        return False  # the heading says it of all
    return not (hit.has_words or hit.is_far or hit.is_promoted)


def notices_of(found: SearchResult, *, index: str) -> list[str]:
    """Write sentences about the query as it was taken, and about texts that were not seen.

    index: what indexes them, as in `not_encoded_text`.
    """
    notices = [plain(str(sentence)) for sentence in found.messages]
    if found.n_not_encoded and found.notice is None and not found.is_listing:
        notices.append(not_encoded_text(found, index=index))
    if found.n_not_indexed:
        notices.append(not_indexed_text(found, index=index))
    return notices


def away_text(found: SearchResult) -> str:
    """Tell why the shared index was not searched, "" where it was, or there is none."""
    if (away := found.shared_error) is None:
        return ""
    return _("The shared index was not searched. {why}", why=plain(away.message))


def names_text(found: SearchResult) -> str:
    """Tell what else was searched for, "" where nothing was."""
    if not found.names:
        return ""
    return _("Also searched for: {names}.", names=_(", ").join(map(plain, found.names)))


INDEX = "`reader index`"


def not_encoded_text(found: SearchResult, *, index: str = INDEX) -> str:
    """Count the texts that similarity could not see.

    index: what makes their vectors, a command or a page's button.
    """
    return ngettext(
        "{n} text has no vector yet and is found by words only; {index} makes the vectors.",
        "{n} texts have no vectors yet and are found by words only; {index} makes the vectors.",
        found.n_not_encoded,
        index=index,
    )


def not_indexed_text(found: SearchResult, *, index: str = INDEX) -> str:
    """Count the texts that are not indexed yet, and describe what that means for the result."""
    if found.is_listing:
        # Filters alone read papers from their own table, so the list lacks none of them.
        return ngettext(
            "{n} note, highlight or paper is not indexed yet. Papers are listed without the "
            "index, notes and highlights are not; {index} indexes them.",
            "{n} notes, highlights and papers are not indexed yet. Papers are listed without the "
            "index, notes and highlights are not; {index} indexes them.",
            found.n_not_indexed,
            index=index,
        )
    return ngettext(
        "{n} note, highlight or paper is not indexed yet and cannot be found; {index} indexes "
        "them.",
        "{n} notes, highlights and papers are not indexed yet and cannot be found; {index} indexes "
        "them.",
        found.n_not_indexed,
        index=index,
    )


def waits_text(number: int) -> str:
    """Tell what becomes of a note that an import brought without its paper."""
    return _(
        "It waits for its paper; `reader note ID --from-waiting {n}` gives it to one.", n=number
    )


def byline(hit: SearchHit) -> str:
    """Describe a hit's paper in a line: its id or key, its authors and its year."""
    paper = hit.paper
    is_file = paper.record.id.startswith(("pdf:", "web:"))
    names = [family_name(author) for author in paper.record.authors]
    year = year_of(paper.record)
    by = _("{names} et al.", names=names[0]) if len(names) > 2 else " & ".join(names)
    also = _("same text as {ids}", ids=_(", ").join(hit.also))
    parts = [
        (paper.key if is_file else None) or paper.record.id,
        by,
        str(year or ""),
        also if hit.also else "",
    ]
    return " · ".join(part for part in parts if part)
