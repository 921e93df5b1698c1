"""Test which PDFs are wanted, which are here, and which were read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.library.rows import decisions, merges, papers, pdfs
from reader.library.rows.database import Database
from reader.library.rows.pdfs import Pdf
from reader.search.rows import index
from reader.search.rows.index import PassageText
from tests.samples import DAY, NOW, new_database, paper, undo_last


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(n) for n in range(1, 5)], source="arXiv", on=DAY)
        yield db


def pick(db: Database, *rows: int) -> None:
    decisions.add_decisions(db, "pick", rows, at=NOW, on=DAY)


def add(db: Database, row: int, sha256: str = "a") -> Pdf:
    pdf = Pdf(row, f"papers/speech/{row}.pdf", sha256)
    pdfs.add_pdf(db, pdf, n_bytes=9, at=NOW)
    return pdf


def test_picks_come_oldest_first_with_where_their_pdf_was_put(db: Database) -> None:
    pick(db, 3, 1)
    pick(db, 1, 2)
    assert pdfs.picks(db) == [(3, ""), (1, ""), (2, "")]
    add(db, 1)
    assert pdfs.picks(db) == [(3, ""), (1, "papers/speech/1.pdf"), (2, "")]


def test_a_pick_that_was_taken_back_or_skipped_since_is_not_wanted(db: Database) -> None:
    pick(db, 1)
    pick(db, 2)
    undo_last(db)
    decisions.add_decisions(db, "skip", [1], at=NOW, on=DAY)
    assert pdfs.picks(db) == []
    undo_last(db)
    assert pdfs.picks(db) == [(1, "")]


def test_a_pdf_comes_back_as_it_was_recorded_last(db: Database) -> None:
    assert pdfs.pdf_of(db, 1) is None
    add(db, 1)
    assert pdfs.pdf_of(db, 1) == Pdf(1, "papers/speech/1.pdf", "a")
    add(db, 1, "b")
    assert pdfs.pdf_of(db, 1) == Pdf(1, "papers/speech/1.pdf", "b")


def test_a_pdf_is_to_be_read_until_its_very_bytes_were(db: Database) -> None:
    first, second = add(db, 1), add(db, 2)
    assert pdfs.pdfs_without_passages(db) == [first, second]
    index.add_passages(db, 1, [PassageText("Rain.", 1, "")], sha256="a")
    assert pdfs.pdfs_without_passages(db) == [second]
    assert pdfs.pdfs_without_passages(db) == [second]
    changed = add(db, 1, "b")
    assert pdfs.pdfs_without_passages(db) == [changed, second]


def test_the_sketch_of_a_copys_pdf_is_of_the_paper_that_it_was_joined_to(db: Database) -> None:
    for row in (1, 2, 3):
        kept = Pdf(row, f"papers/{row}.pdf", str(row), None, f"sketch {row}")
        pdfs.add_pdf(db, kept, n_bytes=9, at=NOW)
    merges.join(db, 3, 1, why="by hand", on=DAY)
    assert sorted(pdfs.sketches(db)) == [(2, "sketch 2"), (3, "sketch 1"), (3, "sketch 3")]
