"""Test which notes come back: capped, in order, paused near a deadline, without debt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from reader.base.errors import UsageError
from reader.library.config import Deadline
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.rows import papers
from reader.notes import recall
from reader.notes.recall import Due, GradeOutcome, due, next_day
from reader.notes.rows import habit as reviews
from reader.notes.rows import notes
from reader.notes.rows.habit import Waiting
from tests.samples import DAY, FEEDS_TOML, NOW, Clock, a_library, paper

SETTINGS = '[recall]\na_day = 3\npile = 4\n[[deadline]]\nname = "A"\non = 2025-06-20\ndays = 4\n'
TEXT = FEEDS_TOML.replace("quota = 3", 'quota = 3\ndays_off = ["sunday"]') + SETTINGS
NEAR = Deadline("A", date(2025, 6, 20), 4, 1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with a_library(tmp_path, TEXT, now=clock) as library:
        papers.add_papers(library.db, [paper(n) for n in range(1, 31)], source="arXiv", on=DAY)
        yield library


def write(library: Library, *rows: int, on: date = DAY, is_written: bool = True) -> None:
    for row in rows:
        notes.add_note(library.db, row, "One. Two.", is_written=is_written, at=NOW, on=on)


def review(library: Library, row: int, *, on: int, due_in: int) -> None:
    day = DAY + timedelta(on)
    reviews.add_review(library.db, row, 3, due_on=day + timedelta(due_in), at=NOW, on=day)


def grade(library: Library, row: int, given: int) -> GradeOutcome:
    [paper] = papers.papers_at(library.db, [row])
    return recall.grade(library, paper, given, next_day=next_day)


def rows(library: Library, day: date) -> list[int]:
    return [w.paper for w in recall.waiting_on(library, day)]


def after(n: int) -> date:
    return DAY + timedelta(n)


def test_a_grade_dated_in_the_future_hides_no_note(library: Library) -> None:
    write(library, 1, 2, on=after(-9))
    review(library, 1, on=1, due_in=30)  # a journey west
    review(library, 2, on=3_000, due_in=30)  # a clock that was wrong
    assert rows(library, DAY) == [2]
    grade(library, 2, 3)
    assert rows(library, after(1)) == []


def test_a_new_note_comes_back_from_the_day_after_it_was_written(library: Library) -> None:
    write(library, 1)
    write(library, 2, is_written=False)
    assert due(library, DAY) == Due(0, 0, 0)
    assert due(library, after(1)) == Due(0, 1, 0)
    assert rows(library, after(1)) == [1]


def test_a_day_has_a_cap_and_what_was_done_counts(library: Library, clock: Clock) -> None:
    write(library, 1, 2, 3, 4)
    clock.now = NOW + timedelta(1)
    assert due(library, after(1)) == Due(0, 3, 0)
    grade(library, 4, 3)
    assert due(library, after(1)) == Due(0, 2, 1)
    grade(library, 4, 3)
    assert due(library, after(1)) == Due(0, 2, 1)
    grade(library, 3, 3)
    grade(library, 2, 3)
    assert due(library, after(1)) == Due(0, 0, 3)


def test_due_ones_go_before_new_ones_the_most_overdue_for_its_interval_first(
    library: Library,
) -> None:
    write(library, 1, 2, 3, 4)
    review(library, 1, on=0, due_in=10)
    review(library, 2, on=7, due_in=2)
    review(library, 3, on=6, due_in=4)
    assert rows(library, after(9)) == [2, 4]
    assert rows(library, after(10)) == [2, 1, 3]
    assert due(library, after(10)) == Due(3, 0, 0)


def test_new_ones_come_newest_first_while_the_pile_has_room(library: Library) -> None:
    write(library, 1, 2, 3)
    write(library, 4, 5, 6, on=after(1))
    assert rows(library, after(2)) == [6, 5, 4]
    for row in (1, 2, 3):
        review(library, row, on=1, due_in=9)
    assert rows(library, after(2)) == [6]
    review(library, 3, on=1, due_in=recall.FIRM_DAYS)  # remembered: it leaves room
    assert rows(library, after(2)) == [6, 5]


def test_never_more_notes_wait_than_the_pile_holds(tmp_path: Path) -> None:
    text = FEEDS_TOML + "[recall]\na_day = 100\npile = 4\n"
    with a_library(tmp_path, text) as library:
        papers.add_papers(library.db, [paper(n) for n in range(1, 31)], source="arXiv", on=DAY)
        write(library, *range(1, 31))
        assert due(library, after(1)) == Due(0, 4, 0)
        for row in range(1, 21):
            review(library, row, on=0, due_in=40)
        assert due(library, after(50)) == Due(4, 4, 0)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2025, 6, 14), Due(0, 2, 0)),  # a Saturday, six days before
        (date(2025, 6, 15), Due(0, 0, 0, True, None)),  # Sunday, off
        (date(2025, 6, 16), Due(0, 0, 0, True, NEAR)),
        (date(2025, 6, 20), Due(0, 0, 0, True, NEAR)),
        (date(2025, 6, 21), Due(0, 2, 0)),
        (date(2025, 6, 22), Due(0, 0, 0, True, None)),
        (date(2025, 6, 23), Due(0, 2, 0)),
    ],
)
def test_recall_pauses_near_a_deadline_and_on_days_off(
    library: Library, day: date, found: Due
) -> None:
    write(library, 1, 2)
    assert due(library, day) == found
    assert len(recall.cards(library, day)) == found.n


def test_a_pause_leaves_no_debt(library: Library) -> None:
    write(library, *range(1, 11))
    for row in range(1, 9):
        review(library, row, on=0, due_in=40)
    assert due(library, after(61)) == Due(3, 0, 0)


def test_a_grade_is_kept_with_the_day_on_which_the_note_comes_back(
    library: Library, clock: Clock
) -> None:
    write(library, 1)
    clock.now = NOW + timedelta(1)
    assert grade(library, 1, 3).due_on == after(3)
    assert reviews.waiting(library.db) == [Waiting(1, DAY, after(1), after(3))]
    clock.now = NOW + timedelta(3)
    assert rows(library, after(3)) == [1]
    assert grade(library, 1, 3).due_on == after(3 + 11)
    undone = recall.undo_grade(library)
    assert undone is not None
    assert (undone[0].row, undone[1].on_date) == (1, after(3))
    assert rows(library, after(3)) == [1]
    assert grade(library, 1, 3).due_on == after(3 + 11)


def test_the_days_of_all_four_grades_are_known_beforehand(library: Library) -> None:
    write(library, 1)
    [paper] = papers.papers_at(library.db, [1])
    days = recall.next_days(library, paper, next_day=next_day)
    assert [(day - DAY).days for day in days] == [1, 1, 2, 8]
    assert reviews.reviews_of(library.db, 1) == []


def test_what_was_only_skimmed_cannot_be_graded(library: Library) -> None:
    write(library, 1, is_written=False)
    for row in (1, 2):
        with pytest.raises(UsageError, match="no note that counts as written"):
            grade(library, row, 3)


def test_undo_without_a_grade_does_nothing(library: Library) -> None:
    assert recall.undo_grade(library) is None


@pytest.mark.slow
def test_a_year_of_five_notes_a_day_never_piles_up(tmp_path: Path) -> None:
    """With five notes a day, most of them remembered, the end of a year is like its beginning."""
    clock = Clock()
    n_asked: list[int] = []
    with a_library(tmp_path, FEEDS_TOML, now=clock) as library:
        settings = library.config.recall
        every = [paper(n, f"On {n}", authors=(f"A{n}",)) for n in range(1, 1 + 5 * 365)]
        papers.add_papers(library.db, every, source="arXiv", on=DAY)
        with library.db.writing():  # one transaction: a year of them is what is tried
            for n in range(365):
                clock.now = NOW + timedelta(n)
                day = library.today()
                found = recall.waiting_on(library, day)
                n_asked.append(len(found))
                for k, one in enumerate(found):
                    given = 1 if (n + k) % 9 == 0 else 3
                    before = [
                        (r.on_date, r.grade) for r in reviews.reviews_of(library.db, one.paper)
                    ]
                    on = next_day([*before, (day, given)])
                    reviews.add_review(
                        library.db, one.paper, given, due_on=on, at=clock.now, on=day
                    )
                write(library, *range(5 * n + 1, 5 * n + 6), on=day)
        known = reviews.waiting(library.db)
    learning = [w for w in known if w.interval is not None and w.interval < recall.FIRM_DAYS]
    overdue = [w for w in known if w.due_on is not None and w.due_on < day]
    assert max(n_asked) == settings.a_day
    assert len(learning) <= settings.pile
    assert len(overdue) <= 2 * settings.a_day


def test_a_grade_counts_for_the_local_day(tmp_path: Path) -> None:
    text = FEEDS_TOML.replace('"UTC"', '"Asia/Tokyo"')
    late = datetime.fromisoformat("2025-06-04T15:01+00:00")  # 00:01 on the 5th in Tokyo
    with a_library(tmp_path, text, now=lambda: late) as library:
        papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
        write(library, 1)
        assert due(library, library.today()) == Due(0, 1, 0)
        grade(library, 1, 3)
        assert [r.on_date for r in reviews.reviews_of(library.db, 1)] == [after(1)]


def test_the_defaults_are_five_a_day_of_sixty() -> None:
    settings = parse(FEEDS_TOML).recall
    assert (settings.a_day, settings.pile) == (5, 60)
