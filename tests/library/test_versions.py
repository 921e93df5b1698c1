"""Test that a new version is announced once, with its changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reader.gathering.rows.sources import add_batch
from reader.library.paper import Batch
from reader.library.rows import papers
from reader.library.rows.database import Database
from reader.library.rows.fields import changed_fields, new_versions
from reader.notes.rows import notes
from tests.samples import DAY, NOW, new_database, paper

LATER = DAY + timedelta(2)
FIRST = paper(1, "Gardens", "We listen.", comment="8 pages")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        yield db


def see(db: Database, *given: object, on: object = LATER) -> None:
    papers.add_papers(db, given, source="arXiv", on=on)  # type: ignore[arg-type]


def test_a_new_version_is_news_only_for_a_paper_that_had_a_note(db: Database) -> None:
    see(db, paper(1), paper(2), paper(3, version=2), on=DAY)
    for row in (1, 3):
        notes.add_note(db, row, "Mine.", is_written=False, at=NOW, on=DAY)
    see(db, paper(1, version=2), paper(2, version=2), paper(3, version=2))
    see(db, paper(1, version=3))
    assert new_versions(db, LATER) == [(1, 3)]
    assert new_versions(db, DAY) == []
    see(db, paper(1, version=3), on=LATER + timedelta(1))
    assert new_versions(db, LATER + timedelta(1)) == []


@pytest.mark.parametrize(
    ("more", "changed"),
    [
        ({}, ()),
        ({"abstract": "We  listen."}, ()),
        ({"abstract": "We listen twice."}, ("abstract",)),
        ({"comment": "Accepted at Gardens 2026"}, ("comment",)),
        ({"comment": ""}, ()),
        ({"title": "Slow Gardens", "authors": ("Bo Lind",)}, ("title", "authors")),
    ],
)
def test_a_new_version_says_what_it_changed(
    db: Database, more: dict[str, object], changed: tuple[str, ...]
) -> None:
    see(db, FIRST, on=DAY)
    values = {"title": "Gardens", "abstract": "We listen.", "comment": "8 pages", "version": 2}
    see(db, paper(1, **(values | more)))  # type: ignore[arg-type]
    assert changed_fields(db, LATER).get(1, ()) == changed
    assert changed_fields(db, DAY) == {}


def test_two_sources_report_one_version_together(db: Database) -> None:
    see(db, FIRST, on=DAY)
    see(db, paper(1, "Gardens, Cut Sh…", "We listen.", version=2))
    see(db, paper(1, "Gardens", "We listen.", version=2, comment="Accepted at Gardens"))
    assert changed_fields(db, LATER) == {1: ("comment",)}
    rows = db.read("SELECT number, field, before, after FROM changes")
    assert [tuple(r) for r in rows] == [(2, "comment", "8 pages", "Accepted at Gardens")]


def test_a_version_of_a_second_gather_is_news_though_a_note_came_between(db: Database) -> None:
    see(db, paper(1), paper(2), on=DAY)
    for row in (1, 2):
        notes.add_note(db, row, "Mine.", is_written=False, at=NOW, on=DAY)
    hour, came = timedelta(hours=1), NOW + timedelta(days=2)
    brought(db, at=came)
    see(db, paper(2, version=2))
    for row in (1, 2):
        notes.add_note(db, row, "Once more.", is_written=False, at=came + hour, on=LATER)
    brought(db, at=came + 2 * hour)
    see(db, paper(1, version=2), paper(2, version=2))
    assert new_versions(db, LATER) == [(1, 2)]
    notes.add_note(db, 1, "Of it.", is_written=False, at=came + 3 * hour, on=LATER)
    assert new_versions(db, LATER) == []


def test_a_first_note_of_the_day_before_the_version_came_makes_it_news(db: Database) -> None:
    see(db, paper(1), on=DAY)
    hour, came = timedelta(hours=1), NOW + timedelta(days=2)
    brought(db, at=came)
    notes.add_note(db, 1, "Mine.", is_written=False, at=came + hour, on=LATER)
    brought(db, at=came + 2 * hour)
    see(db, paper(1, version=2))
    assert new_versions(db, LATER) == [(1, 2)]


def test_versions_of_an_older_layout_are_compared_by_what_is_known_of_them(db: Database) -> None:
    """Test versions kept before layout 19, of which only the day is known."""
    see(db, paper(1), paper(2), on=DAY)
    for row in (1, 2):
        notes.add_note(db, row, "Mine.", is_written=False, at=NOW, on=DAY)
    came = NOW + timedelta(days=2)
    brought(db, at=came)
    see(db, paper(1, version=2), paper(2, version=2))
    db.execute("UPDATE versions SET after_note = NULL")
    assert new_versions(db, LATER) == [(1, 2), (2, 2)]
    at = came + timedelta(hours=1)
    notes.add_note(db, 2, "Of it.", is_written=False, at=at, on=LATER)
    assert new_versions(db, LATER) == [(1, 2)]


def brought(db: Database, *, at: datetime, n: int = 1) -> None:
    """Record an answer of a source on the day of the new versions."""
    add_batch(db, Batch("arXiv", LATER, n, n, "complete"), now=at, on=LATER)


def test_a_version_is_no_news_once_it_has_its_new_note(db: Database) -> None:
    came = NOW + timedelta(days=2)
    given = [paper(n) for n in range(1, 6)]
    see(db, *given, on=DAY)
    for row in range(1, 5):
        notes.add_note(db, row, "Mine.", is_written=False, at=NOW, on=DAY)
    hour = timedelta(hours=1)
    notes.add_note(db, 2, "Before it.", is_written=False, at=came - hour, on=LATER)
    brought(db, at=came - 2 * hour, n=0)  # a source that had nothing brought no version
    brought(db, at=came)
    brought(db, at=came + 5 * hour)
    see(db, *(replace(one, version=2) for one in given))
    assert new_versions(db, LATER) == [(1, 2), (2, 2), (3, 2), (4, 2)]
    notes.add_note(db, 3, "Of it, at once.", is_written=False, at=came + hour, on=LATER)
    tomorrow = LATER + timedelta(1)
    notes.add_note(db, 4, "Of it.", is_written=False, at=came + 24 * hour, on=tomorrow)
    # Its first note was written when the version was here.
    notes.add_note(db, 5, "Of it alone.", is_written=False, at=came + hour, on=LATER)
    assert new_versions(db, LATER) == [(1, 2), (2, 2)]
    see(db, replace(given[2], version=3), on=tomorrow)
    assert new_versions(db, tomorrow) == [(3, 3)]
