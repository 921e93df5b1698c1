"""Test the grades of recall: only added, undone by a row, moved with a merged paper."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.base.errors import StoreError
from reader.library.rows import merges, papers
from reader.library.rows.database import Database
from reader.library.rows.migrations import MIGRATIONS
from reader.notes.rows import habit as reviews
from reader.notes.rows import notes
from reader.notes.rows.habit import Review, Waiting
from tests.samples import DAY, NOW, new_database, paper

NEXT = DAY + timedelta(1)
SOON, LATER = DAY + timedelta(2), DAY + timedelta(9)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(n) for n in (1, 2, 3)], source="arXiv", on=DAY)
        for row, is_written in ((1, True), (2, True), (3, False)):
            notes.add_note(db, row, "Mine. Yes.", is_written=is_written, at=NOW, on=DAY)
        yield db


def add(db: Database, row: int, grade: int, due_on: date, *, on: date = DAY) -> int:
    return reviews.add_review(db, row, grade, due_on=due_on, at=NOW, on=on)


def test_grades_are_listed_in_their_order(db: Database) -> None:
    add(db, 1, 3, SOON)
    add(db, 2, 1, NEXT)
    add(db, 1, 4, LATER, on=SOON)
    assert reviews.reviews_of(db, 1) == [
        Review(1, 1, 3, DAY, SOON),
        Review(3, 1, 4, SOON, LATER),
    ]


def test_every_written_note_waits_with_its_last_grade_and_a_skimmed_one_does_not(
    db: Database,
) -> None:
    add(db, 1, 3, SOON)
    add(db, 1, 4, LATER, on=SOON)
    assert reviews.waiting(db) == [Waiting(1, DAY, SOON, LATER), Waiting(2, DAY)]
    assert reviews.waiting(db)[0].interval == 7


def test_a_note_that_was_written_once_keeps_waiting(db: Database) -> None:
    notes.add_note(db, 1, "Short.", is_written=False, at=NOW, on=NEXT)
    assert [w.paper for w in reviews.waiting(db)] == [1, 2]


def test_undo_adds_a_row_and_can_be_repeated(db: Database) -> None:
    add(db, 1, 3, SOON)
    add(db, 2, 2, NEXT)
    add(db, 1, 1, LATER, on=SOON)
    undo = [reviews.undo_last(db, at=NOW, on=LATER) for _ in range(4)]
    assert [u and (u.id, u.paper) for u in undo] == [(3, 1), (2, 2), (1, 1), None]
    assert reviews.waiting(db) == [Waiting(1, DAY), Waiting(2, DAY)]
    assert db.read("SELECT count(*) AS n FROM reviews")[0]["n"] == 6


def test_the_last_grade_of_one_paper_can_be_taken_back(db: Database) -> None:
    add(db, 1, 3, SOON)
    add(db, 2, 2, NEXT)
    undone = reviews.undo_last(db, 1, at=NOW, on=DAY)
    assert undone == Review(1, 1, 3, DAY, SOON)
    assert reviews.undo_last(db, 1, at=NOW, on=DAY) is None


def test_notes_recalled_on_a_day_are_counted_once(db: Database) -> None:
    for row in (1, 1, 2):
        add(db, row, 3, SOON)
    add(db, 1, 3, LATER, on=SOON)
    assert (reviews.n_recalled_on(db, DAY), reviews.n_recalled_on(db, NEXT)) == (2, 0)
    assert reviews.n_recalled(db, DAY, SOON) == {DAY: 2, SOON: 1}
    reviews.undo_last(db, at=NOW, on=SOON)
    assert reviews.n_recalled(db, DAY, SOON) == {DAY: 2}


@pytest.mark.parametrize("grade", [0, 5])
def test_a_grade_out_of_range_is_refused(db: Database, grade: int) -> None:
    with pytest.raises(StoreError):
        add(db, 1, grade, SOON)


def test_grades_follow_a_merge_and_a_split(db: Database) -> None:
    add(db, 2, 3, SOON)
    merges.join(db, 1, 2, why="alike", on=DAY)
    assert [w.paper for w in reviews.waiting(db)] == [1]
    assert [r.grade for r in reviews.reviews_of(db, 1)] == [3]
    [merge] = merges.merges_of(db, 1)
    merges.part(db, merge, why="by hand", on=DAY)
    assert reviews.waiting(db) == [Waiting(1, DAY), Waiting(2, DAY, DAY, SOON)]


def test_a_library_without_the_table_gets_it_and_keeps_its_notes(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "reader.db")
    raw.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
        " applied_at TEXT)"
    )
    for name, statements in MIGRATIONS[:1]:
        for statement in statements:
            raw.execute(statement)
        raw.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, '')",
            ("reader", name),
        )
    raw.execute(
        "INSERT INTO papers (id, canonical, title, arrived_on, content_hash)"
        " VALUES (1, 'arxiv:2506.00001', 'A', '2025-06-04', '')"
    )
    raw.execute(
        "INSERT INTO notes (paper, text, is_written, came_from, at, on_date)"
        " VALUES (1, 'Mine. Yes.', 1, 'command', '2025-06-04T06:30+00:00', '2025-06-04')"
    )
    raw.execute("PRAGMA user_version = 1")
    raw.commit()
    raw.close()
    with Database(tmp_path) as db:
        assert reviews.waiting(db) == [Waiting(1, DAY)]
        add(db, 1, 3, SOON)
        assert reviews.waiting(db) == [Waiting(1, DAY, DAY, SOON)]
