"""Test where a person goes on in a list, and how long the rest takes."""

from __future__ import annotations

from reader.library.paper import LibraryPaper, State
from reader.morning.values import Entry, entry_seconds, minutes_of, n_waiting, next_of, start_of
from tests.samples import DAY, paper


def states(**given: State) -> dict[int, State]:
    return {n: given.get(f"_{n}", "candidate") for n in (1, 2, 3, 4)}


def entry(row: int, abstract: str = "") -> Entry:
    library_paper = LibraryPaper(row, paper(row, "One two", abstract), "candidate", DAY)
    return Entry(library_paper, "own", None, 0.0, "", (), ())


def test_the_start_is_below_the_newest_decision_else_the_first_that_waits() -> None:
    assert start_of([1, 2, 3, 4], states()) == 1
    assert start_of([1, 2, 3, 4], states(_2="skip"), 2) == 3
    assert start_of([1, 2, 3, 4], states(_3="pick", _4="skip"), 4) == 1
    assert start_of([1, 2], states(_1="pick", _2="skip"), 2) == 1
    assert start_of([], {}) is None


def test_the_next_paper_is_below_else_the_same() -> None:
    assert next_of([1, 2, 3, 4], states(_2="skip"), 1) == 3
    assert next_of([1, 2, 3, 4], states(), 4) == 4
    assert next_of([1, 2], states(), 9) == 1


def test_waiting_papers_are_counted_with_their_minutes() -> None:
    long = entry(1, "word " * 456)
    assert n_waiting([entry(1), entry(2)], states(_2="read")) == 1
    assert round(entry_seconds(long)) == 121
    assert (minutes_of([long, entry(2)]), minutes_of([])) == (2, 0)
