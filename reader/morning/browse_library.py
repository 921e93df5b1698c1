"""List the library's papers page by page, and find the words of a search on a PDF page.

The one that came last stands first, so that nothing has to be ranked, and a page is found
from the last paper of the one before it, however deep. Sets of rows are put together here:
of 100,000 papers that takes a fifth of what SQLite takes.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from reader.base.words import is_cjk, parts_of, phrase_term, query_words, word_places
from reader.library.folder import Library
from reader.library.highlight import Box
from reader.library.paper import LibraryPaper, State
from reader.library.query import Filter, Query, parse
from reader.library.query import parse as parse_query
from reader.library.rows import papers
from reader.pdfs.text.answer import PageLine, PageText
from reader.search.filters import QueryMeaning, meant
from reader.search.rows import filters, index

A_PAGE = 50

MOST_WITH_WORDS = 2_000
"""Papers with some words that are looked at, the newest ones, where many fit the filters."""

FEW = 5_000
"""Papers that are left out of a walk through all, one by one."""

STATES: tuple[State, ...] = ("candidate", "pick", "read", "skip")


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a listing.

    n: how many fit in all; where is_cut, among the newest that have the words: there are more.
    states: how many of each state there are, whatever state is asked for.
    said: what of the query was not taken as it stands, in sentences.
    older, newer: the row to go on from, before and after this page; None where it ends.
    """

    held: tuple[LibraryPaper, ...]
    n: int
    is_cut: bool
    states: dict[State, int]
    said: tuple[str, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class _Fit:
    """What fits: rows of `some` (None: of all papers) that are not in `none`."""

    some: Set[int] | None
    none: Set[int]

    @property
    def rows(self) -> Set[int]:
        """What fits, where it is not all papers but some."""
        some = self.some if self.some is not None else frozenset[int]()
        return some - self.none if self.none else some

    def and_in(self, rows: Set[int]) -> _Fit:
        return _Fit(rows if self.some is None else self.some & rows, self.none)

    def and_not_in(self, rows: Set[int]) -> _Fit:
        return _Fit(self.some, self.none | rows)


def browse(
    library: Library, query: str, *, folder: str = "", before: int = 0, after: int = 0
) -> Listing:
    """List what fits a query: all of its words, phrases and filters must.

    folder: only what is filed there or below. before, after: the row to go on from, 0 for the
    beginning.
    """
    asked = parse_query(query)
    meaning = meant(library, replace(asked, words="", phrases=()))
    fit = _fitting(library, asked, meaning, folder)
    fit, is_cut = _with_words(library, asked, fit)
    decided = {state: _rows(library, Filter("state", state), meaning) for state in STATES[1:]}
    states, n_all = _counts(library, fit, decided)
    for one in asked.filters:
        if one.name == "state":
            fit = _of_state(fit, one, decided)
    rows = _page(library, fit, before, after)
    has_more = len(rows) > A_PAGE
    shown = (rows[1:] if after else rows[:A_PAGE]) if has_more else rows
    is_any_state = not any(one.name == "state" for one in asked.filters)
    return Listing(
        held=tuple(papers.papers_at(library.db, shown)),
        n=n_all if is_any_state else _counts(library, fit, {})[1],
        is_cut=is_cut,
        states=states,
        said=meaning.said,
        older=shown[-1] if shown and (has_more or after) else None,
        newer=shown[0] if shown and (before or (after and has_more)) else None,
    )


def _rows(library: Library, one: Filter, meaning: QueryMeaning) -> Set[int]:
    zone = library.config.timezone
    return filters.rows_with(library.db, one, meaning.names, meaning.gone, zone)


def _fitting(library: Library, asked: Query, meaning: QueryMeaning, folder: str) -> _Fit:
    """Put all filters together but those of state, of which counts are shown."""
    fit = _Fit(None, filters.joined_rows(library.db))
    if folder:
        fit = fit.and_in(filters.rows_in_folder(library.db, folder))
    for one in asked.filters:
        if one.name == "state":
            continue
        if not one.is_not and _is_of_most(library, one):
            fit = fit.and_not_in(filters.rows_out_of_days(library.db, one))
            continue
        rows = _rows(library, one, meaning)
        fit = fit.and_not_in(rows) if one.is_not else fit.and_in(rows)
    if fit.some is None and len(fit.none) > FEW:
        fit = fit.and_in(filters.every_row(library.db))
    return fit if fit.some is None else _Fit(fit.rows, frozenset())


def _is_of_most(library: Library, one: Filter) -> bool:
    """Tell a filter of days that lets most papers through, as the year does in which it began."""
    db = library.db
    return one.days is not None and 2 * filters.n_in_days(db, one) > filters.n_rows(db)


def _of_state(fit: _Fit, one: Filter, decided: dict[State, Set[int]]) -> _Fit:
    every = frozenset[int]().union(*decided.values())
    is_candidate = one.value == "candidate"
    rows = every if is_candidate else next(rows for s, rows in decided.items() if s == one.value)
    return fit.and_in(rows) if is_candidate == one.is_not else fit.and_not_in(rows)


def _counts(
    library: Library, fit: _Fit, decided: dict[State, Set[int]]
) -> tuple[dict[State, int], int]:
    """Count what fits by state, and all of it."""
    n = filters.n_rows(library.db) - len(fit.none) if fit.some is None else 0
    n = len(fit.rows) if fit.some is not None else n
    fitting = {
        state: len((rows if fit.some is None else rows & fit.some) - fit.none)
        for state, rows in decided.items()
    }
    states: dict[State, int] = {"candidate": n - sum(fitting.values()), **fitting}
    return states, n


def _page(library: Library, fit: _Fit, before: int, after: int) -> list[int]:
    """Give the rows of a page and one more, the newest first."""
    n = A_PAGE + 1
    if fit.some is None:
        return filters.last_rows(library.db, limit=n, before=before, after=after, without=fit.none)
    rows = fit.rows
    if after:
        return heapq.nsmallest(n, (row for row in rows if row > after))[::-1]
    return heapq.nlargest(n, (row for row in rows if row < before) if before else rows)


def _with_words(library: Library, asked: Query, fit: _Fit) -> tuple[_Fit, bool]:
    """Keep those whose title or abstract has all words; of very many the newest alone."""
    match = _match(asked)
    if not match:
        return fit, False
    db = library.db
    if fit.some is not None and len(fit.some) <= FEW:
        rows = index.having(db, "paper", match, index.rows_of(db, "paper", fit.some))
        return fit.and_in(set(index.papers_of(db, rows))), False
    rows = index.newest_having(db, "paper", match, limit=MOST_WITH_WORDS)
    return fit.and_in(set(index.papers_of(db, rows))), len(rows) == MOST_WITH_WORDS


def _match(query: Query) -> str:
    """Ask the full text for what has all words and phrases, and none that is left out."""
    words = [phrase_term(word) for word in query_words(query.words)] if query.words else []
    must = " AND ".join(filter(None, [*words, *(phrase_term(p) for p in query.phrases)]))
    without = " OR ".join(filter(None, (phrase_term(word) for word in query.without)))
    return f"({must}) NOT ({without})" if must and without else must


MOST = 500
"""Boxes of one page."""


def boxes_of(page: PageText, query: str) -> list[Box]:
    """Give where words of a query stand, in points from the page's upper left corner.

    Of Japanese, which has no blanks, the part of a run that is asked for; of the rest whole
    words, in any case, singular or plural. Lines that run askew are left out.
    """
    asked = parse(query)
    words = query_words(" ".join([asked.words, *asked.phrases]))
    latin = {word for word in words if not is_cjk(word)}
    runs = [run for word in words if is_cjk(word) for run in (word, *parts_of(word))]
    several = (box for line in page.lines for box in _on_line(line, latin, runs))
    return [box for box, _ in zip(several, range(MOST), strict=False)]


def _on_line(line: PageLine, latin: set[str], runs: Sequence[str]) -> Iterator[Box]:
    top, bottom = line.height
    for x0, x1, text in line.words:
        width = (x1 - x0) / max(1, len(text))
        for place in word_places(text):
            if not is_cjk(place.word):
                if place.word in latin:
                    yield x0 + width * place.starts[0], top, x0 + width * place.end, bottom
                continue
            for start, end in _within(place.word, runs):
                first = place.starts[start]
                last = place.starts[end] if end < len(place.starts) else place.end
                yield x0 + width * first, top, x0 + width * last, bottom


def _within(word: str, runs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give the parts of a run of Japanese that are asked for; the longest one at each place."""
    longest = sorted({run for run in runs if run in word}, key=len, reverse=True)
    if longest:
        for found in re.finditer("|".join(map(re.escape, longest)), word):
            yield found.span()
