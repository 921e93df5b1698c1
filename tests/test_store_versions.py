"""Hold that a new version is announced once, with what it changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reader.store import notes, papers
from reader.store.database import Database
from reader.store.versions import changed_fields, new_versions
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


def test_two_sources_tell_of_one_version_together(db: Database) -> None:
    see(db, FIRST, on=DAY)
    see(db, paper(1, "Gardens, Cut Sh…", "We listen.", version=2))
    see(db, paper(1, "Gardens", "We listen.", version=2, comment="Accepted at Gardens"))
    assert changed_fields(db, LATER) == {1: ("comment",)}
    rows = db.read("SELECT number, field, before, after FROM changes")
    assert [tuple(r) for r in rows] == [(2, "comment", "8 pages", "Accepted at Gardens")]
