"""Test what a list remembers, and when several days are one: order, no repetition, the fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.gathering.gather import gather
from reader.gathering.rows import sources
from reader.library.config import Deadline
from reader.library.folder import Library
from reader.library.paper import Mention, Post
from reader.library.rows import papers
from reader.library.rows.database import Database
from reader.morning.pick import decide_rows
from reader.morning.rank import rank_days
from reader.morning.today import keep_shown
from reader.morning.values import Entry, FoldedDays, Morning
from reader.search.encode import encode, index_words
from tests.mornings import at, bring, morning, talk
from tests.mornings import look as look_at
from tests.samples import DAY, FEEDS_TOML, NOW, SmallEncoder, Web, a_library, paper, post, tools

MODELS, ANTS = "Large Language Models in Gardens", "On Ants"
SPEECH = "Speech Translation in Gardens"


def after(n: int) -> date:
    return DAY + timedelta(n)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        yield library


def vote(library: Library, day: date, row: int, n: int) -> None:
    [paper] = papers.papers_at(library.db, [row])
    listed = Post(f"list {row}", "", "", "", NOW, (Mention(paper.record.id),), n_votes=n)
    sources.add_posts(library.db, [listed], source="timeline", on=day)


def look(library: Library, day: date, *, may_fold: bool = True) -> Morning:
    return look_at(library, day, may_fold=may_fold)


def rows(entries: tuple[Entry, ...]) -> list[int]:
    return [e.paper.row for e in entries]


# Never twice


def test_a_paper_that_became_hot_days_after_it_came_is_caught_once(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS))
    assert rows(look(library, DAY).near) == []
    talk(library, after(1), 1, "Cy", "Di")
    assert rows(look(library, after(1)).near) == [1]
    talk(library, after(2), 1, "Ed", "Flo", "Gil")
    found = look(library, after(2))
    assert (rows(found.near), found.wild) == ([], None)
    # Its own day shows it again as it was.
    assert rows(look(library, after(1)).near) == [1]


def test_votes_that_grow_bring_up_a_paper_that_nobody_posts_about(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS))
    vote(library, after(3), 1, 12)
    [entry] = look(library, after(3)).near
    assert (entry.paper.row, str(entry.why)) == (
        1,
        "“large language model” in the title; 12 up-votes.",
    )
    vote(library, after(4), 1, 90)
    assert look(library, after(4)).near == ()


def test_a_paper_without_a_place_comes_the_next_day(library: Library) -> None:
    small = replace(library, config=replace(library.config, minutes=3))
    bring(library, DAY, *(paper(n, f"{MODELS} {n}") for n in (1, 2, 3)))
    for row, people in ((1, "C"), (2, "CDEF"), (3, "CDE")):
        talk(library, DAY, row, *people)
    found = look(small, DAY)
    assert (rows(found.near), found.n_talked) == ([2], 3)
    assert rows(look(small, after(1)).near) == [3]
    assert rows(look(small, after(2)).near) == [1]
    assert rows(look(small, after(3)).near) == []


def test_the_wild_card_is_not_shown_again(library: Library) -> None:
    bring(library, DAY, paper(1, ANTS))
    talk(library, DAY, 1, "Cy")
    found = [look(library, after(n)).wild for n in (0, 1)]
    assert [e and e.paper.row for e in found] == [1, None]


def test_each_near_paper_has_its_posts(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS))
    said = [post("a", paper(1).id, author="Cy", sentence="It forgets less."),
            post("b", paper(1).id, author="Di", sentence="Mind table 3.")]  # fmt: skip
    sources.add_posts(library.db, said, source="timeline", on=DAY)
    [entry] = look(library, DAY).near
    assert [(m.author, m.words) for m in entry.mentions] == [
        ("Cy", "It forgets less."),
        ("Di", "Mind table 3."),
    ]


def test_a_role_model_weighs_more_than_a_bot(library: Library) -> None:
    bring(library, DAY, *(paper(n, f"{MODELS} {n}") for n in (1, 2)))
    talk(library, DAY, 1, "paper bot", "arxiv bot")
    talk(library, DAY, 2, "Mio Hoshi")
    assert rows(look(library, DAY).near) == [2, 1]


# The order stays


def test_vectors_that_come_later_do_not_change_what_was_shown(library: Library) -> None:
    bring(library, DAY, *(paper(n, f"{SPEECH} {n}", "moss " * n) for n in range(1, 6)))
    bring(library, DAY, *(paper(n, f"{ANTS} {n}") for n in range(100, 160)))
    before = look(library, DAY)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    rank_days(library, DAY, encoder=SmallEncoder.name)
    later = look(library, DAY)
    assert rows(later.own)[: len(before.own)] == rows(before.own)
    assert [e.score for e in later.own][: len(before.own)] == [e.score for e in before.own]


def test_papers_that_come_later_stand_below_what_was_shown(library: Library) -> None:
    # What comes later stands higher by its score.
    bring(library, DAY, paper(1, SPEECH))
    first = look(library, DAY)
    bring(library, DAY, paper(2, f"{SPEECH} 2", "Speech translation."))
    assert (rows(first.own), rows(look(library, DAY).own)) == ([1], [1, 2])


def test_the_order_is_the_same_while_decisions_are_made(library: Library) -> None:
    bring(library, DAY, *(paper(n, f"{SPEECH} {n}") for n in range(1, 6)))
    before = look(library, DAY)
    decide_rows(library, "skip", [1, 3])
    decide_rows(library, "pick", [2])
    after_ = look(library, DAY)
    assert rows(after_.own) == rows(before.own)
    assert [e.paper.state for e in after_.own] == ["skip", "pick", "skip", "candidate", "candidate"]


def test_a_read_only_library_forgets_what_it_showed(library: Library, tmp_path: Path) -> None:
    bring(library, DAY, paper(1, f"{SPEECH} 1"))
    found = morning(library, DAY)
    import sqlite3

    holder = sqlite3.connect(tmp_path / "reader.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with replace(library, db=Database(tmp_path, busy_s=0.0)) as locked:
        keep_shown(locked, found)
    holder.execute("ROLLBACK")
    holder.close()
    assert rows(morning(library, DAY).own) == [1]


# The fold


def week(library: Library) -> None:
    """Add papers on each of seven days; the list is looked at on the first one."""
    for n in range(7):
        several = (paper(10 * n + i, f"{t} {n}") for i, t in enumerate((SPEECH, MODELS)))
        bring(library, after(n), *several)
        talk(library, after(n), 2 * n + 2, *"CD"[: 1 + n % 2])
    look(library, DAY)


def test_after_days_away_the_list_folds_into_one_ranked_across_them(library: Library) -> None:
    week(library)
    found = look(library, after(6))
    folded = found.folded
    assert folded is not None
    assert (folded.reason, folded.first, folded.last, folded.n_days) == (
        "away",
        after(1),
        after(6),
        4,
    )
    assert (folded.n_arrived, len(folded.own), folded.n_talked) == (12, 6, 6)
    assert found.entries == folded.entries
    assert [rows(found.own), found.undecided] == [[13], ((DAY, 1),)]
    # The hottest and newest first, whatever day they came on.
    assert rows(folded.near)[0] == 12


def test_one_day_off_and_a_weekend_fold_nothing(library: Library) -> None:
    friday = after(2)
    for n in range(6):
        bring(library, after(n), paper(n, f"{SPEECH} {n}"))
    assert look(library, DAY).folded is None
    assert look(library, friday).folded is None
    assert look(library, after(5)).folded is None


def test_a_library_that_nobody_ever_looked_at_does_not_fold(library: Library) -> None:
    for n in range(5):
        bring(library, after(n), paper(n, f"{SPEECH} {n}"))
    assert look(library, after(5)).folded is None


def test_a_fold_stays_one_on_its_day_and_is_gone_the_next(library: Library) -> None:
    week(library)
    first = look(library, after(6))
    decide_rows(at(library, after(6)), "skip", rows(first.entries)[:3])
    again = look(library, after(6))
    assert again.folded is not None
    assert rows(again.entries) == rows(first.entries)
    assert [e.paper.state for e in again.entries][:4] == ["skip", "skip", "skip", "candidate"]
    assert look(library, after(7)).folded is None


def test_a_day_asked_for_by_date_is_not_folded(library: Library) -> None:
    week(library)
    found = morning(at(library, after(6)), after(6))
    assert (found.folded, rows(found.own)) == (None, [13])


def test_papers_that_arrive_at_once_after_a_week_fold_too(library: Library) -> None:
    bring(library, DAY, paper(1, f"{SPEECH} 1"))
    look(library, DAY)
    bring(library, after(7), *(paper(n, f"{SPEECH} {n}") for n in range(2, 6)))
    folded = look(library, after(7)).folded
    assert folded is not None
    assert (folded.n_arrived, rows(folded.own)) == (4, [2, 3, 4, 5])


def test_near_a_deadline_the_list_folds_each_day(tmp_path: Path) -> None:
    text = FEEDS_TOML + '[[deadline]]\nname = "A"\non = 2025-06-10\ndays = 5\n'
    with a_library(tmp_path, text) as library:
        for n in range(3):
            bring(library, after(n), paper(n, f"{SPEECH} {n}"))
        assert look(library, DAY).folded is None
        near = look(library, after(1)).folded
        deadline = Deadline("A", date(2025, 6, 10), 5, 1)
        assert near is not None
        assert (near.reason, near.first, near.deadline) == ("deadline", after(1), deadline)
        assert rows(near.own) == [2]


def test_a_long_absence_folds_no_further_than_two_months(library: Library) -> None:
    bring(library, DAY, paper(1, f"{SPEECH} 1"))
    look(library, DAY)
    for n, day in enumerate((after(20), after(180)), 2):
        bring(library, day, paper(n, f"{SPEECH} {n}"))
    folded = look(library, after(200)).folded
    assert folded is not None
    assert (folded.first, rows(folded.own)) == (after(140), [3])


# Bad input


def test_with_all_sources_down_the_days_before_are_shown_and_the_failure_named(
    library: Library,
) -> None:
    bring(library, DAY, paper(1, f"{SPEECH} 1"))
    look(library, DAY)
    gather(at(library, after(1)), tools(Web()))
    found = look(library, after(1))
    assert (found.own, found.is_complete, found.undecided) == ((), False, ((DAY, 1),))
    assert {s.state for s in found.sources} == {"failed"}


def test_an_empty_day_is_empty_and_folds_nothing(library: Library) -> None:
    found = look(library, DAY)
    assert (found.entries, found.folded, found.n_arrived) == ((), None, 0)
    assert FoldedDays("away", DAY, DAY, 1, 0, 0, (), (), ()).entries == ()


@pytest.mark.slow
def test_a_day_of_five_thousand_papers_lists_all_own_ones(library: Library) -> None:
    many = [
        paper(n, f"{SPEECH} {n}" if n % 100 == 0 else f"{n} Ants", authors=(f"Ada Field{n}",))
        for n in range(5_000)
    ]
    bring(library, DAY, *many)
    found = look(library, DAY)
    assert (len(found.own), found.n_arrived) == (50, 5_000)


def test_a_model_that_is_being_replaced_is_reported(library: Library) -> None:
    bring(library, DAY, *(paper(n, f"{SPEECH} {n}") for n in range(40)))
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    assert morning(library, DAY, encoder=SmallEncoder.name).notices == ()
    assert tuple(map(str, morning(library, DAY, encoder="other@1").notices)) == (
        "The vectors of small@1 are used until `reader index` has made those of other@1.",
    )
