"""Test the rows of talk about papers, and the forecasts made from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.gathering.rows import sources
from reader.gathering.rows.sources import VotedPaper
from reader.library.folder import Library
from reader.library.paper import Mention, Post
from reader.library.rows import papers
from reader.morning.pick import decide_rows
from reader.ranking.forecast import AuthorRecord, evidence, records_of
from reader.ranking.learn import forecasts, shipped
from reader.ranking.model import total
from reader.ranking.rows import standings, talk
from tests.samples import DAY, NOW, a_library, paper, post

NEXT = DAY + timedelta(1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        given = [
            paper(n, f"Of {n} Ants", authors=("Ada Field", f"Bo {name}"))
            for n, name in enumerate(("Ash", "Elm", "Fen", "Oak"), 1)
        ]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        yield library


def say(library: Library, on: date, number: int, *people: str) -> None:
    given = [post(f"{on}{number}{name}", paper(number).id, author=name) for name in people]
    sources.add_posts(library.db, given, source="timeline", on=on)


def vote(library: Library, on: date, number: int, n: int | None) -> None:
    listed = Post(f"list {number}", "", "", "", NOW, (Mention(paper(number).id),), n_votes=n)
    sources.add_posts(library.db, [listed], source="list", on=on)


def test_people_and_votes_are_talk_and_feed_entries_are_not(library: Library) -> None:
    say(library, DAY, 1, "Cy")
    vote(library, NEXT, 2, 3)
    vote(library, NEXT, 3, None)
    assert talk.talked_between(library.db, DAY, DAY) == [1]
    assert talk.talked_between(library.db, DAY, NEXT) == [1, 2]
    assert talk.talked_between(library.db, NEXT, NEXT) == [2]


def test_a_lists_votes_are_its_highest_and_dated_by_the_first_sight(library: Library) -> None:
    vote(library, DAY, 1, 3)
    vote(library, NEXT, 1, 9)
    assert talk.votes(library.db, [1, 2], until=NEXT) == {1: (9, DAY)}
    assert talk.votes(library.db, [1], until=DAY - timedelta(1)) == {}


def test_warm_papers_come_most_talked_about_first_without_what_was_dealt_with(
    library: Library,
) -> None:
    for number, people in ((1, "C"), (2, "CDE"), (3, "CD"), (4, "CDEF")):
        say(library, DAY, number, *people)
    assert talk.warm(library.db, DAY, NEXT, limit=9) == [4, 2, 3, 1]
    assert talk.warm(library.db, DAY, NEXT, limit=2) == [4, 2]
    decide_rows(library, "skip", [4])
    standings.add_shown(library.db, DAY, [(2, "near", "a"), (3, "own", "a")], at=NOW)
    assert talk.warm(library.db, DAY, NEXT, limit=9) == [3, 1]
    # What a list of this very day shows is still its own.
    assert talk.warm(library.db, DAY, DAY, limit=9) == [2, 3, 1]
    assert talk.warm(library.db, NEXT, NEXT, limit=9) == []


def test_who_names_many_papers_on_one_day_is_busy(library: Library) -> None:
    for number in (1, 2, 3):
        say(library, DAY, number, "list", "Cy" if number == 1 else "Di")
    say(library, NEXT, 1, "Di")
    assert talk.busy_authors(library.db, DAY, NEXT, at_least=3) == {"list"}
    assert talk.busy_authors(library.db, DAY, NEXT, at_least=2) == {"list", "Di"}


def test_an_authors_record_counts_earlier_papers_and_what_others_said_of_them(
    library: Library,
) -> None:
    say(library, DAY, 1, "Cy")
    say(library, DAY, 2, "Ada Field")  # her own
    say(library, NEXT, 3, "Cy")  # too late
    people = ["Ada Field", "Bo Ash", "Nobody"]
    assert talk.known_records(library.db, people, NEXT) == {
        "ada field": (4, 1, 0.0, 0),
        "bo ash": (1, 1, 0.0, 0),
    }
    assert talk.known_records(library.db, people, DAY) == {}


def test_the_votes_of_earlier_papers_are_kept_as_doublings(library: Library) -> None:
    vote(library, DAY, 1, 7)
    vote(library, DAY, 2, 3)
    assert talk.known_records(library.db, ["Ada Field"], NEXT) == {"ada field": (4, 2, 5.0, 0)}
    assert talk.hot_papers(library.db, DAY, DAY, before=NEXT) == {1: 7, 2: 3}
    assert talk.hot_papers(library.db, NEXT, NEXT, before=NEXT) == {}


def test_where_no_talk_was_ever_seen_no_paper_says_anything(library: Library) -> None:
    assert not talk.is_watched(library.db)
    say(library, DAY, 1, "Ada Field")
    assert talk.is_watched(library.db)
    # Whoever posts of their own paper does not make it hot.
    assert talk.hot_papers(library.db, DAY, DAY, before=NEXT) == {}


def imported(library: Library, on: date, number: int, n_votes: int, *authors: str) -> None:
    sources.add_votes(library.db, on, [VotedPaper(paper(number).id, n_votes, authors)])


def test_imported_votes_are_a_record_of_papers_that_are_not_here(library: Library) -> None:
    imported(library, DAY, 70, 7, "Zoë Reed", "Ada Field")
    imported(library, NEXT, 71, 3, "zoe reed")
    people = ["Zoe Reed", "Ada Field", "Nobody"]
    known = talk.known_records(library.db, people, NEXT + timedelta(1))
    # For each paper that is known by its votes alone another one is supposed.
    assert known == {"zoe reed": (2, 2, 5.0, 2), "ada field": (5, 1, 3.0, 1)}
    assert records_of(people[:1], known) == (AuthorRecord("Zoe Reed", 2, 2, 5.0, 2),)
    # The page of a day is known from the next one on.
    assert talk.known_records(library.db, ["Zoe Reed"], NEXT) == {"zoe reed": (1, 1, 3.0, 1)}
    assert talk.known_records(library.db, ["Zoe Reed"], DAY) == {}


def test_imported_votes_of_a_paper_of_the_library_count_once(library: Library) -> None:
    imported(library, DAY, 1, 7, "Ada Field", "Bo Ash")
    # Before any post names it, too.
    assert talk.hot_papers(library.db, DAY, DAY, before=NEXT) == {1: 7}
    vote(library, DAY, 1, 3)
    assert talk.known_records(library.db, ["Ada Field"], NEXT) == {"ada field": (4, 1, 3.0, 0)}
    assert talk.hot_papers(library.db, DAY, DAY, before=NEXT) == {1: 7}
    # A paper is not among its own authors' earlier ones, though its page came before it.
    assert talk.known_records(library.db, ["Bo Ash"], DAY) == {}


def test_imported_votes_bring_no_paper_up(library: Library) -> None:
    imported(library, DAY, 1, 99, "Ada Field")
    assert talk.is_watched(library.db)
    assert talk.warm(library.db, DAY, NEXT, limit=9) == []
    assert talk.votes(library.db, [1], until=NEXT) == {}
    assert talk.talked_between(library.db, DAY, NEXT) == []


def test_supposed_papers_make_a_record_weigh_less() -> None:
    few, more = AuthorRecord("Ada Pond", 3, 3, 9.0), AuthorRecord("Ada Pond", 3, 3, 9.0, 3)
    assert more.share < few.share
    weighed, less = evidence([few]), evidence([more])
    for name in ("record_sum", "record_best", "record_votes", "record_votes_best"):
        assert less[name] < weighed[name]
    assert less["record_hot"] == weighed["record_hot"]


def test_the_ids_of_a_mailing_are_those_of_its_day(library: Library) -> None:
    assert len(talk.ids_announced(library.db, DAY)) == 4
    assert talk.announced_with(library.db, [1, 99]) == {1: (paper(1).id, DAY)}
    assert talk.arrivals(library.db, DAY, DAY) == dict.fromkeys(range(1, 5), DAY)


def test_a_forecast_is_never_changed(library: Library) -> None:
    [paper] = papers.papers_at(library.db, [1])
    first = forecasts(library, [paper])
    assert first[1] == standings.forecasts_of(library.db, [1])[1]
    say(library, DAY - timedelta(1), 2, "Cy")
    assert forecasts(library, [paper]) == first


def test_an_author_who_was_talked_about_before_raises_what_is_foretold(library: Library) -> None:
    say(library, DAY, 1, "Cy")
    fresh = [
        paper(20, "On Bees", authors=("Ada Field",)),
        paper(21, "On Bees Again", authors=("Zoe Hill",)),
    ]
    papers.add_papers(library.db, fresh, source="arXiv", on=NEXT)
    found = forecasts(library, papers.papers_at(library.db, [5, 6]))
    assert total(found[5]) > total(found[6])


def test_the_shipped_numbers_are_there() -> None:
    assert shipped()
