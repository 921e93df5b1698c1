"""Test that a followed person's papers are found by any form of the name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reader.library.rows import papers
from reader.library.rows.database import Database
from reader.library.rows.papers import authors_like, papers_by
from tests.samples import DAY, new_database, paper


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    by = [("Mio Hoshi",), ("Bo Lind", "hoshi, mio"), ("Mio Hoshino",), ("M. Hoshi", "Ada Field"),
          ("M. Hoshi", "Hoshi Mio")]  # fmt: skip
    given = [paper(n, f"On Bees {n}", authors=names) for n, names in enumerate(by, 1)]
    with new_database(tmp_path) as db:
        papers.add_papers(db, given, source="arXiv", on=DAY)
        later = paper(6, "On Wasps", authors=("Mio Hoshi",))
        papers.add_papers(db, [later], source="arXiv", on=DAY + timedelta(1))
        yield db


def test_the_papers_of_a_day_are_found_and_how_sure_it_is(db: Database) -> None:
    sure, perhaps = ("Mio Hoshi", "same"), ("Mio Hoshi", "ambiguous")
    found = {1: sure, 2: sure, 4: perhaps, 5: sure}
    assert papers_by(db, ["Nobody", "Mio Hoshi"], arrived_on=DAY) == found
    assert papers_by(db, [], arrived_on=DAY) == {}


def test_the_authors_whom_a_name_may_mean_are_listed(db: Database) -> None:
    assert authors_like(db, "Mio Hoshi") == {
        "Hoshi Mio": "same", "M. Hoshi": "ambiguous", "Mio Hoshi": "same", "hoshi, mio": "same",
    }  # fmt: skip


def test_a_later_versions_authors_are_looked_up_by_their_new_names(db: Database) -> None:
    newer = paper(3, "On Bees 3", authors=("Ada Field", "Mio Hoshi"), version=2)
    papers.add_papers(db, [newer], source="arXiv", on=DAY)
    assert papers_by(db, ["Mio Hoshi"], arrived_on=DAY)[3] == ("Mio Hoshi", "same")
