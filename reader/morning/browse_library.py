"""List the library's papers page by page, and find the words of a search on a PDF page.

The paper that came last stands first, so that nothing has to be ranked, and a page is found
from the last paper of the one before it, however deep. Sets of rows are combined here: for
100,000 papers that takes a fifth of the time that SQLite takes.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from reader.base.errors import NotFound, QueryError
from reader.base.messages import Message, Text, lazy_gettext
from reader.base.words import is_cjk, parts_of, phrase_term, query_words, word_places
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, State
from reader.library.query import Filter, Query, parse
from reader.library.rows import papers
from reader.morning.values import PaperTitle, SavedSearchHits
from reader.search.filters import QueryMeaning, conditions, interpret
from reader.search.rows import filters, index

if TYPE_CHECKING:
    from reader.library.highlight import Box
    from reader.pdfs.text.answer import PageLine, PageText

A_PAGE = 50

MOST_WITH_WORDS = 2_000
"""The most papers with some words that are listed, the newest ones, where many fit the filters."""

FEW = 5_000
"""The most papers that are left out one by one on the way through all, or held against words."""

SORTS = ("title", "year", "rating", "talk")
"""The orders of a listing besides that of arrival: by title, the newest year first, the best
rating, the number of posts. Papers without a rating or a post follow, the newest first."""

STATES: tuple[State, ...] = ("candidate", "pick", "read", "skip")


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a listing.

    n: how many fit in all; where is_cut, among the newest that have the words: there are more.
    states: how many of each state there are, whatever state is asked for.
    messages: sentences on the parts of the query that were read in another way.
    older, newer: the row to go on from, before and after this page; None where it ends.
    """

    papers: tuple[LibraryPaper, ...]
    n: int
    is_cut: bool
    states: dict[State, int]
    messages: tuple[Text, ...]
    older: int | None = None
    newer: int | None = None


@dataclass(frozen=True, slots=True)
class _Fit:
    """The papers that fit: rows of `some` (None: of all papers) that are not in `none`."""

    some: Set[int] | None
    none: Set[int]

    @property
    def rows(self) -> Set[int]:
        """Return the papers that fit, where `some` is not None."""
        some = self.some if self.some is not None else frozenset[int]()
        return some - self.none if self.none else some

    def and_in(self, rows: Set[int]) -> _Fit:
        return _Fit(rows if self.some is None else self.some & rows, self.none)

    def and_not_in(self, rows: Set[int]) -> _Fit:
        return _Fit(self.some, self.none | rows)


def browse(
    library: Library,
    query: str,
    *,
    folder: str = "",
    sort: str = "",
    before: int = 0,
    after: int = 0,
) -> Listing:
    """List the papers that fit all words, phrases and filters of a query, page by page.

    folder: only what is filed there or below. sort: one of SORTS, "" for the order of arrival.
    before, after: the row to go on from, 0 for the beginning.
    """
    parsed = parse(query)
    meaning = interpret(library, replace(parsed, words="", phrases=()))
    fit = _fitting(library, parsed, meaning, folder)
    fit, is_cut = _with_words(library, parsed, meaning, fit)
    # Candidates have no rows of their own: they are what no decision has.
    decided = {state: _rows(library, Filter("state", state), meaning) for state in STATES[1:]}
    states, n = _counts(library, fit, decided)
    fit, of_state = _of_states(fit, parsed, decided), _states_of(parsed)
    if of_state:
        _, n = _counts(library, fit, {})
    rows = _sorted(library, fit, sort, before=before, after=after)
    # One row more than fits was asked for: it tells whether there is another page.
    has_more = len(rows) > A_PAGE
    shown = (rows[1:] if after else rows[:A_PAGE]) if has_more else rows
    # On the side from which somebody came there is always a page: the one that they left.
    return Listing(
        papers=tuple(papers.papers_at(library.db, shown)),
        n=n,
        is_cut=is_cut,
        states=states,
        messages=meaning.messages,
        older=shown[-1] if shown and (has_more or after) else None,
        newer=shown[0] if shown and (before or (after and has_more)) else None,
    )


def _sorted(library: Library, fit: _Fit, sort: str, *, before: int, after: int) -> list[int]:
    """Select a page of papers and one more, in an order of SORTS or that of arrival."""
    if sort in ("title", "year"):
        return filters.ordered_rows(
            library.db,
            sort,
            limit=A_PAGE + 1,
            before=before,
            after=after,
            some=fit.some,
            without=fit.none,
        )
    if sort:
        scores = filters.ratings(library.db) if sort == "rating" else filters.talk(library.db)
        return _by_score(library, fit, scores, before=before, after=after)
    return _newest(library, fit, before=before, after=after)


def _newest(library: Library, fit: _Fit, *, before: int, after: int) -> list[int]:
    """Select a page of papers and one more, the highest row first."""
    if fit.some is None:
        return filters.last_rows(
            library.db, limit=A_PAGE + 1, before=before, after=after, without=fit.none
        )
    if after:
        return heapq.nsmallest(A_PAGE + 1, (row for row in fit.rows if row > after))[::-1]
    older = (row for row in fit.rows if row < before) if before else fit.rows
    # 50 of up to 100,000 rows are wanted, so they are not sorted.
    return heapq.nlargest(A_PAGE + 1, older)


def _by_score(
    library: Library, fit: _Fit, scores: Mapping[int, int], *, before: int, after: int
) -> list[int]:
    """Select a page of papers and one more: those with a score, the highest first, then others."""
    # A post or a rating may be of a row that was merged since.
    fitting = scores.keys() - fit.none if fit.some is None else scores.keys() & fit.rows
    first = sorted(fitting, key=lambda row: (-scores[row], -row))
    others = fit.and_not_in(fitting) if fit.some is None else fit.and_in(fit.rows - fitting)
    if after:
        if after in fitting:
            return first[: first.index(after)][-A_PAGE - 1 :]
        return [*first, *_newest(library, others, before=0, after=after)][-A_PAGE - 1 :]
    if before and before not in fitting:
        return _newest(library, others, before=before, after=0)
    left = first[first.index(before) + 1 :] if before else first
    if len(left) <= A_PAGE:
        left = [*left, *_newest(library, others, before=0, after=0)]
    return left[: A_PAGE + 1]


def rows_that_fit(library: Library, query: str) -> tuple[set[int], tuple[Message, ...]]:
    """Find all papers that fit a query, and sentences on what of it was read in another way."""
    parsed = parse(query)
    meaning = interpret(library, replace(parsed, words="", phrases=()))
    fit = _fitting(library, parsed, meaning, "")
    fit, _unused = _with_words(library, parsed, meaning, fit, most=-1)
    if _states_of(parsed):
        decided = {state: _rows(library, Filter("state", state), meaning) for state in STATES[1:]}
        fit = _of_states(fit, parsed, decided)
    if fit.some is None:
        fit = fit.and_in(filters.every_row(library.db))
    return set(fit.rows), meaning.messages


def _states_of(query: Query) -> list[Filter]:
    return [one for one in query.filters if one.name == "state"]


def _of_states(fit: _Fit, query: Query, decided: dict[State, Set[int]]) -> _Fit:
    """Select the papers of the states that are asked for. decided: the papers of each state."""
    for one in _states_of(query):
        is_candidate = one.value == "candidate"
        named = [rows for state, rows in decided.items() if is_candidate or state == one.value]
        every = frozenset[int]().union(*named)
        is_in = is_candidate == one.is_not  # candidates are those that no state has
        fit = fit.and_in(every) if is_in else fit.and_not_in(every)
    return fit


def _rows(library: Library, one: Filter, meaning: QueryMeaning) -> Set[int]:
    zone = library.config.timezone
    return filters.rows_with(library.db, one, meaning.names, meaning.gone, zone)


def _fitting(library: Library, query: Query, meaning: QueryMeaning, folder: str) -> _Fit:
    """Combine all filters but those of state, since papers of each state are counted."""
    db = library.db
    fit = _Fit(None, filters.joined_rows(db))
    if folder:
        fit = fit.and_in(filters.rows_in_folder(db, folder))
    for one in query.filters:
        if one.name == "state":
            continue
        # Days that let most papers through, such as the year in which the library began: the
        # papers that are left out are fewer.
        is_of_most = one.days and 2 * filters.n_in_days(db, one) > filters.n_rows(db)
        if is_of_most and not one.is_not:
            fit = fit.and_not_in(filters.rows_out_of_days(db, one))
            continue
        rows = _rows(library, one, meaning)
        fit = fit.and_not_in(rows) if one.is_not else fit.and_in(rows)
    # So many are not left out one by one on the way through all papers.
    if fit.some is None and len(fit.none) > FEW:
        fit = fit.and_in(filters.every_row(db))
    return fit if fit.some is None else _Fit(fit.rows, frozenset())


def _counts(
    library: Library, fit: _Fit, decided: dict[State, Set[int]]
) -> tuple[dict[State, int], int]:
    """Count the papers that fit, by state and in all."""
    n = len(fit.rows) if fit.some is not None else filters.n_rows(library.db) - len(fit.none)
    fitting = {
        state: len((rows if fit.some is None else rows & fit.some) - fit.none)
        for state, rows in decided.items()
    }
    states: dict[State, int] = {"candidate": n - sum(fitting.values()), **fitting}
    return states, n


def _with_words(
    library: Library,
    query: Query,
    meaning: QueryMeaning,
    fit: _Fit,
    *,
    most: int = MOST_WITH_WORDS,
) -> tuple[_Fit, bool]:
    """Select the papers of which groups are true, and whose title or abstract has all words, the
    newest `most` of very many; and tell whether there are more."""
    match = _match(query)
    groups = Query(groups=query.groups, without=() if match else query.without)
    if wanted := conditions(library, groups, "paper", meaning):
        fit = fit.and_in(set(filters.papers_that_fit(library.db, wanted)))
    if not match:
        return fit, False
    db = library.db
    # Few papers are held against the words; of many the words are looked up first.
    if fit.some is not None and len(fit.some) <= FEW:
        rows = index.having(db, "paper", match, index.rows_of(db, "paper", fit.some))
        return fit.and_in(set(index.papers_of(db, rows))), False
    rows = index.newest_having(db, "paper", match, limit=most)
    return fit.and_in(set(index.papers_of(db, rows))), len(rows) == most


def _match(query: Query) -> str:
    """Write the query of the full text: all words and phrases, and none that is left out; ""
    where there are none."""
    words = [*query.phrases, *(query_words(query.words) if query.words else [])]
    must = " AND ".join(dict.fromkeys(filter(None, map(phrase_term, words))))
    # FTS5's NOT wants something on its left; without that `conditions` leaves the words out.
    without = " OR ".join(filter(None, map(phrase_term, query.without)))
    return f"({must}) NOT ({without})" if must and without else must


def saved_lines(library: Library, day: date) -> tuple[SavedSearchHits, ...]:
    """Run each saved search on a day's papers: title or abstract has all of its words, and none
    that it leaves out. By words alone, since today's list loads no model."""
    db, found = library.db, []
    for search in library.config.searches:
        query = parse(search.query)
        match = _match(query)
        typed = replace(query, words="", phrases=(), without=() if match else query.without)
        try:
            meaning = interpret(library, typed)
        except NotFound as e:  # the paper of `cites:` is not here
            found.append(SavedSearchHits(search.name, search.query, (), (e.message,)))
            continue
        # Taken for another's, the name would find what nobody asked for.
        if name := meaning.unknown_author:
            text = lazy_gettext("There is no author {name} here.", name=name)
            found.append(SavedSearchHits(search.name, search.query, (), (text,)))
            continue
        rows = None
        if match:
            rows = index.having(db, "paper", match, filters.texts_of_day(db, day))
        wanted = conditions(library, typed, "paper", meaning)
        titles = tuple(PaperTitle(*one) for one in filters.titles_of_day(db, wanted, day, rows))
        found.append(SavedSearchHits(search.name, search.query, titles, meaning.messages))
    return tuple(found)


MOST = 500
"""The most boxes on one page."""


def boxes_of(page: PageText, query: str) -> list[Box]:
    """Find where words of a query stand, in points from the page's upper left corner.

    Of Japanese, which has no blanks, the part of a run that is asked for; of the rest whole
    words, in any case, singular or plural. Lines that run askew are left out.
    """
    try:
        parsed = parse(query)
    except QueryError:
        return []
    words = query_words(parsed.all_words)
    latin = {word for word in words if not is_cjk(word)}
    runs = [word for word in words if is_cjk(word)]
    # Of a run of Japanese the longest part that is asked for, at each place.
    runs = sorted({part for run in runs for part in (run, *parts_of(run))}, key=len, reverse=True)
    part = re.compile("|".join(map(re.escape, runs)) or r"(?!)")  # which matches nothing
    several = (box for line in page.lines for box in _on_line(line, latin, part))
    return list(islice(several, MOST))


def _on_line(line: PageLine, latin: set[str], part: re.Pattern[str]) -> Iterator[Box]:
    top, bottom = line.height
    for x0, x1, text in line.words:
        # Only words have places on the page: their letters are taken to be of one width.
        width = (x1 - x0) / max(1, len(text))
        for place in word_places(text):
            if not is_cjk(place.word):
                if place.word in latin:
                    yield x0 + width * place.starts[0], top, x0 + width * place.end, bottom
                continue
            for start, end in (found.span() for found in part.finditer(place.word)):
                first = place.starts[start]
                last = place.starts[end] if end < len(place.starts) else place.end
                yield x0 + width * first, top, x0 + width * last, bottom
