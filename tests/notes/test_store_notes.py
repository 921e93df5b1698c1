"""Test the rows of notes: revisions are appended, and counted on the day of the first one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.library.rows import decisions, papers
from reader.library.rows.database import Database
from reader.notes.rows import exports, notes
from reader.notes.rows.exports import WrittenFile
from reader.notes.rows.notes import Revision
from reader.notes.words import beside, merge_words
from tests.samples import DAY, NOW, new_database, paper

NEXT = DAY + timedelta(1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(n) for n in range(1, 5)], source="arXiv", on=DAY)
        yield db


def write(db: Database, row: int, text: str = "One. Two.", *, on: date = DAY) -> int:
    return notes.add_note(db, row, text, is_written=text.count(".") > 1, at=NOW, on=on)


def test_revisions_are_appended_and_the_newest_is_the_note(db: Database) -> None:
    ids = [write(db, 1, "First."), write(db, 2, "Other."), write(db, 1, "Second. Longer.", on=NEXT)]
    first = Revision(ids[0], 1, "First.", False, "command", NOW, DAY)
    second = Revision(ids[2], 1, "Second. Longer.", True, "command", NOW, NEXT)
    assert notes.revisions(db, 1) == [first, second]
    assert notes.revisions(db, 3) == []
    assert notes.revisions(db, 2) == [Revision(ids[1], 2, "Other.", False, "command", NOW, DAY)]


def test_a_hand_edited_file_is_told_from_a_command(db: Database) -> None:
    notes.add_note(db, 1, "a", is_written=False, came_from="file", at=NOW, on=DAY)
    assert notes.revisions(db, 1)[0].came_from == "file"


def test_a_revision_that_joins_two_texts_says_so(db: Database) -> None:
    for text in ("Mine.", beside("Mine.", "Yours."), beside("Mine.", "Yours, longer.")):
        write(db, 1, text)
    assert [one.came_from for one in notes.history(db, 1)] == ["command", "joined", "command"]
    write(db, 1, merge_words(notes.revisions(db, 1)[-1].text, "By hand."))
    assert notes.history(db, 1)[-1].came_from == "joined"


@pytest.mark.parametrize("text", ["", "庭 🌱 \x00 \x1b[31m", "a" * 5_000_000, "' -- \n\r\n\ufeff"])
def test_any_text_comes_back_as_it_was(db: Database, text: str) -> None:
    write(db, 1, text)
    assert notes.revisions(db, 1)[0].text == text


def test_a_paper_counts_once_on_the_day_of_its_first_note_of_that_kind(db: Database) -> None:
    write(db, 1)  # written
    write(db, 1, "Corrected. Twice.")
    write(db, 2, "Skimmed.")
    write(db, 3, "Skimmed.")
    write(db, 3)  # skimmed first, written the same day
    assert notes.n_noted_on(db, DAY) == (2, 1)
    write(db, 1, "Corrected. Again.", on=NEXT)
    write(db, 2, "Now. Written.", on=NEXT)
    assert notes.n_noted_on(db, NEXT) == (1, 0)
    assert notes.n_noted_on(db, DAY + timedelta(2)) == (0, 0)


def test_written_papers_are_counted_by_topic(db: Database) -> None:
    for row, topic in ((1, "a"), (1, "speech/a"), (2, "speech/a"), (3, "speech/b")):
        decisions.add_filing(db, row, topic, at=NOW)
    for row in (1, 2, 4):
        write(db, row)
    write(db, 1, "Again. Today.", on=NEXT)
    write(db, 3, "Skimmed.")
    assert notes.n_written_by_topic(db, DAY, DAY) == {"speech/a": 2, "": 1}
    assert notes.n_written_by_topic(db, NEXT, NEXT) == {}


def test_the_last_export_is_remembered(db: Database) -> None:
    note = write(db, 1)
    assert exports.exported(db, 1) is None
    for content in ("old", "new"):
        exports.finish(db, [WrittenFile("note 1", "notes/a.md", content, "", note)])
    assert exports.exported(db, 1) == WrittenFile("note 1", "notes/a.md", "new", "", note)
