"""Test the rows of citation counts: kept by day, never replaced, and who was brought up when."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.gathering.rows import sources
from reader.library.paper import CitationCount, NewestCount
from reader.library.rows import decisions, papers
from reader.library.rows.database import LATEST, Database
from reader.library.rows.migrations import MIGRATIONS
from reader.notes.rows import notes
from reader.ranking.model import Rank
from reader.ranking.rows import standings, talk
from tests.samples import DAY, NOW, new_database, paper, post

NEAR, OWN = "nlp/llm", "speech/translation"
SINCE = DAY - timedelta(730)
NEXT = DAY + timedelta(1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Five papers: three near ones, an own one that is near too, one that is neither."""
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(n) for n in range(1, 6)], source="arXiv", on=DAY)
        near, own = Rank(NEAR, None, "in"), Rank(OWN, None, "in")
        ranks = {1: [near], 2: [near], 3: [near], 4: [near, own], 5: [Rank(NEAR, None, "out")]}
        standings.set_ranks(db, ranks, topics="x", encoder="", models="")
        yield db


def due(db: Database, *, after: date = DAY - timedelta(30), source: str = "a") -> list[int]:
    found = talk.papers_to_count(db, [NEAR], source, since=SINCE, counted_after=after)
    assert all(ids == (f"arxiv:2506.{row:05}",) for row, ids in found.items())
    return list(found)


def count(db: Database, counts: dict[int, int | None], *, on: date = DAY, by: str = "a") -> None:
    given = {row: None if n is None else CitationCount(n) for row, n in counts.items()}
    talk.add_counts(db, given, source=by, on=on)


def waiting(db: Database, at_least: int = 5) -> list[int]:
    found = talk.never_shown(db, [NEAR], [OWN], since=SINCE, at_least=at_least)
    return [counted.row for counted in found]


def test_near_papers_are_due_until_they_are_counted(db: Database) -> None:
    assert due(db) == [1, 2, 3, 4]
    count(db, {1: 7, 2: None})
    assert due(db) == [3, 4]
    assert due(db, source="b") == [1, 2, 3, 4]
    assert due(db, after=DAY) == [1, 2, 3, 4]


def test_papers_older_than_asked_for_are_not_due(db: Database) -> None:
    old = paper(6, published_on=SINCE - timedelta(1))
    undated = paper(7, published_on=None, announced_on=None)
    papers.add_papers(db, [old, undated], source="arXiv", on=DAY)
    standings.set_ranks(
        db, {n: [Rank(NEAR, None, "in")] for n in (6, 7)}, topics="x", encoder="", models=""
    )
    assert due(db) == [1, 2, 3, 4, 7]


def test_the_newest_count_of_a_day_holds_and_the_highest_of_several_sources(db: Database) -> None:
    count(db, {1: 5, 2: 9, 3: None})
    count(db, {1: 8}, on=NEXT)
    count(db, {1: 6, 2: 4}, on=NEXT, by="b")
    published = date(2025, 6, 3)
    assert talk.newest_counts(db, [1, 2, 3, 5], until=NEXT) == {
        1: NewestCount(1, 8, NEXT, published),
        2: NewestCount(2, 4, NEXT, published),
    }
    assert talk.newest_counts(db, [1, 2], until=DAY) == {
        1: NewestCount(1, 5, DAY, published),
        2: NewestCount(2, 9, DAY, published),
    }


def test_a_count_is_never_replaced(db: Database) -> None:
    count(db, {1: 5})
    count(db, {1: 99})
    count(db, {1: 7}, on=NEXT)
    rows = db.read("SELECT paper, source, n, n_influential, on_date FROM citations")
    assert [tuple(row) for row in rows] == [
        (1, "a", 5, None, "2025-06-04"),
        (1, "a", 7, None, "2025-06-05"),
    ]


def test_much_cited_papers_wait_until_they_are_brought_up(db: Database) -> None:
    count(db, {1: 5, 2: 4, 3: 6, 4: 50})
    assert waiting(db) == [1, 3]  # the fourth is in an own lane, whatever its count
    talk.bring_up(db, [1], on=NEXT)
    assert waiting(db) == [3]
    assert (talk.brought_up_on(db, NEXT), talk.brought_up_on(db, DAY)) == ([1], [])
    assert talk.n_brought_up_from_here(db, NEXT) == 1
    talk.bring_up(db, [1, 3], on=NEXT + timedelta(1))
    assert talk.brought_up_on(db, NEXT + timedelta(1)) == [3]


def test_the_newest_count_says_whether_a_paper_waits(db: Database) -> None:
    count(db, {1: 5})
    count(db, {1: 11}, on=NEXT)
    [found] = talk.never_shown(db, [NEAR], [OWN], since=SINCE, at_least=5)
    assert found == NewestCount(1, 11, NEXT, date(2025, 6, 3))


def test_decided_noted_or_discussed_papers_are_not_brought_up(db: Database) -> None:
    count(db, {1: 50, 2: 50, 3: 50})
    decisions.add_decisions(db, "skip", [1], at=NOW, on=DAY)
    notes.add_note(db, 2, "One. Two.", is_written=True, at=NOW, on=DAY)
    sources.add_posts(db, [post("a", "arxiv:2506.00003")], source="timeline", on=DAY)
    assert waiting(db) == []


def test_an_entry_of_a_list_of_papers_is_no_talk(db: Database) -> None:
    count(db, {3: 50})
    entry = post("a", "arxiv:2506.00003", author="")
    sources.add_posts(db, [entry], source="list", on=DAY)
    assert waiting(db) == [3]


def test_papers_of_the_day_do_not_count_as_brought_up_from_here(db: Database) -> None:
    papers.add_papers(db, [paper(8)], source=talk.ORIGIN, on=NEXT)
    assert talk.brought_up_on(db, NEXT) == [6]
    assert talk.n_brought_up_from_here(db, NEXT) == 0


def test_ids_that_are_in_the_library_are_found(db: Database) -> None:
    assert papers.ids_here(db, ["arxiv:2506.00001", "doi:10.5555/x"]) == {"arxiv:2506.00001"}


def test_a_library_of_the_first_layout_gets_the_table_and_keeps_every_row(tmp_path: Path) -> None:
    first = sqlite3.connect(tmp_path / "reader.db")
    name, statements = MIGRATIONS[0]
    for statement in statements:
        first.execute(statement)
    first.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
        " applied_at TEXT)"
    )
    first.execute("CREATE UNIQUE INDEX u ON _sqlite_migrations(migration_set, name)")
    first.execute("INSERT INTO _sqlite_migrations VALUES (1, 'reader', ?, '2025-06-04')", (name,))
    first.execute(
        "INSERT INTO papers (id, canonical, title, arrived_on, content_hash) VALUES"
        " (1, 'arxiv:2506.00001', 'Gardens', '2025-06-03', 'x')"
    )
    first.execute("INSERT INTO identifiers VALUES ('arxiv:2506.00001', 1)")
    first.execute("INSERT INTO origins VALUES (1, 'arXiv', '2025-06-03')")
    first.execute("PRAGMA user_version = 1")
    first.commit()
    first.close()
    with Database(tmp_path) as db:
        assert db.read("PRAGMA user_version")[0][0] == LATEST
        count(db, {1: 7})
        paper = papers.papers_at(db, [1])[0]
        assert (paper.record.title, papers.origins_of(db, [1])) == ("Gardens", {1: ("arXiv",)})
        found = talk.newest_counts(db, [1], until=DAY)
        assert found == {1: replace(found[1], n=7, published_on=None)}
