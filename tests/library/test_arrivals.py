"""Test the acts sent by browsers: an id is kept once, and older libraries get the tables."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reader.library.rows import queue
from reader.library.rows.database import Database
from reader.library.rows.migrations import MIGRATIONS
from reader.library.rows.queue import Arrival
from reader.morning import rows as history
from tests.samples import NOW, new_database

EARLIER = datetime(2025, 6, 4, 5, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as found:
        yield found


def test_an_act_arrives_once_and_its_outcome_is_kept(db: Database) -> None:
    first = Arrival("act-0000000000001", EARLIER, NOW)
    assert queue.add_arrival(db, first)
    assert not queue.add_arrival(db, Arrival(first.act, NOW, NOW, became="overtaken"))
    assert queue.arrival_of(db, first.act) == first
    assert queue.arrival_of(db, "act-0000000000002") is None


def test_an_arrival_goes_with_the_transaction_that_it_is_part_of(db: Database) -> None:
    one = Arrival("act-0000000000001", EARLIER, NOW)
    with contextlib.suppress(ZeroDivisionError), db.writing():
        queue.add_arrival(db, one)
        raise ZeroDivisionError
    assert queue.arrival_of(db, one.act) is None


def test_a_library_without_the_tables_gets_them_and_a_name(tmp_path: Path) -> None:
    before = [name for name, _ in MIGRATIONS].index("m015_arrivals")
    raw = sqlite3.connect(tmp_path / "reader.db")
    raw.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
        " applied_at TEXT)"
    )
    for name in ("title_fold", "family_fold", "fold_name"):
        raw.create_function(name, 1, str, deterministic=True)
    for name, statements in MIGRATIONS[:before]:
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
    raw.execute(f"PRAGMA user_version = {before}")
    raw.commit()
    raw.close()
    with Database(tmp_path) as db:
        name = history.library_id(db)
        assert len(name) == 16
        assert queue.add_arrival(db, Arrival("act-0000000000001", EARLIER, NOW, paper=1))
    with Database(tmp_path) as db:
        assert history.library_id(db) == name
