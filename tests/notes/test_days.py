"""Test the rows of past days: what was noted, decided, rewritten, talked about and brought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reader.gathering.rows import sources
from reader.library.rows import decisions, papers
from reader.library.rows.database import Database
from reader.notes.rows import habit as days
from reader.notes.rows import notes
from reader.notes.rows.habit import FromSource, NotedPaper, Rewritten
from tests.samples import DAY, NOW, new_database, paper, post, undo_last

NEXT, LATE = DAY + timedelta(1), DAY + timedelta(9)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(n) for n in (1, 2, 3)], source="arXiv", on=DAY)
        papers.add_papers(db, [paper(n) for n in (3, 4)], source="timeline", on=DAY)
        yield db


def note(db: Database, row: int, text: str, *, day: int = 0) -> None:
    on = DAY + timedelta(day)
    notes.add_note(db, row, text, is_written=text.count(".") > 1, at=NOW, on=on)


def test_a_paper_is_noted_on_the_day_on_which_it_was_first_written_up(db: Database) -> None:
    note(db, 1, "One.")
    note(db, 1, "One. Two.", day=1)
    note(db, 1, "One. Two. Three.", day=2)
    note(db, 2, "One.", day=1)
    note(db, 2, "Uno.", day=2)
    assert days.noted(db, DAY, LATE) == [NotedPaper(1, NEXT, True), NotedPaper(2, NEXT, False)]
    assert days.noted(db, DAY, DAY) == []


def test_what_was_decided_last_holds_unless_a_note_came(db: Database) -> None:
    decisions.add_decisions(db, "skip", [1, 2, 3, 4], at=NOW, on=DAY)
    decisions.add_decisions(db, "pick", [2], at=NOW, on=NEXT)
    decisions.add_decisions(db, "pick", [3], at=NOW, on=NEXT)
    undo_last(db, on=NEXT)
    note(db, 4, "Mine.")
    assert days.decided(db, "skip", DAY, LATE) == {1: DAY, 3: DAY}
    assert days.decided(db, "skip", NEXT, LATE) == {}
    assert days.decided(db, "pick", DAY, LATE) == {2: NEXT}
    assert days.picked(db, DAY, LATE) == [2]


def test_a_rewritten_note_is_read_as_it_was_before_and_after(db: Database) -> None:
    note(db, 1, "Old.")
    note(db, 1, "New.", day=1)
    note(db, 1, "Newer.", day=2)
    note(db, 1, "Newest.", day=9)
    note(db, 2, "First.", day=2)
    assert days.rewritten(db, NEXT, DAY + timedelta(2)) == [
        Rewritten(1, "Old.", "Newer."),
        Rewritten(2, "", "First."),
    ]


def test_people_who_talk_after_a_day_are_counted_once(db: Database) -> None:
    for n, author, day in ((1, "Cy", 0), (2, "Cy", 1), (3, "Cy", 2), (4, "Di", 2), (5, "", 2)):
        said = post(f"g{n}", paper(1).id, author=author)
        sources.add_posts(db, [said], source="timeline", on=DAY + timedelta(day))
    assert days.talkers_since(db, {1: DAY, 2: DAY}, LATE) == {1: 2}
    assert days.talkers_since(db, {1: DAY}, NEXT) == {1: 1}
    assert days.talkers_since(db, {1: DAY + timedelta(2)}, LATE) == {}
    assert days.talkers_since(db, {}, LATE) == {}


def test_sources_are_counted_with_what_became_of_their_papers(db: Database) -> None:
    decisions.add_decisions(db, "pick", [1, 3], at=NOW, on=DAY)
    note(db, 3, "One. Two.")
    assert days.from_sources(db, DAY, DAY) == [
        FromSource("arXiv", 3, 2, 1),
        FromSource("timeline", 1, 0, 0),  # the other one that it had is arXiv's
    ]
    assert days.from_sources(db, NEXT, LATE) == []


def test_a_paper_counts_once_for_the_source_that_had_it_first(tmp_path: Path) -> None:
    with new_database(tmp_path) as db:
        for n, source, day in (
            (1, "arXiv feed cs.CL", 0), (1, "arXiv", 0), (1, "a blog", 0), (1, "arXiv OAI", 1),
            (2, "a blog", 0), (2, "arXiv", 1), (3, "arXiv OAI", 0), (4, "by hand", 0),
        ):  # fmt: skip
            papers.add_papers(db, [paper(n)], source=source, on=DAY + timedelta(day))
        assert days.from_sources(db, DAY, LATE) == [
            FromSource("arXiv", 2, 0, 0),
            FromSource("a blog", 1, 0, 0),
            FromSource("by hand", 1, 0, 0),
        ]
