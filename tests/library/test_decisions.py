"""Test that decisions stay, and that undo restores exactly the state before."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.paper import State
from reader.library.rows import decisions, papers
from reader.library.rows.database import Database
from reader.library.rows.decisions import Decision
from reader.notes.rows import notes
from tests.samples import DAY, NOW, new_database, paper, undo_last

N_PAPERS = 4


def filled(folder: Path) -> Database:
    db = new_database(folder)
    papers.add_papers(db, [paper(n) for n in range(1, N_PAPERS + 1)], source="arXiv", on=DAY)
    return db


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with filled(tmp_path) as db:
        yield db


def decide(db: Database, kind: Literal["pick", "skip"], *rows: int) -> None:
    decisions.add_decisions(db, kind, rows, at=NOW, on=DAY)


def undo(db: Database) -> list[Decision]:
    return undo_last(db)


def states(db: Database) -> list[State]:
    return [paper.state for paper in papers.papers_at(db, range(1, N_PAPERS + 1))]


def test_the_last_decision_holds(db: Database) -> None:
    decide(db, "pick", 1, 2)
    decide(db, "skip", 2, 3)
    assert states(db) == ["pick", "skip", "skip", "candidate"]


def test_a_note_makes_a_paper_read_whatever_was_decided(db: Database) -> None:
    decide(db, "skip", 1)
    for row in (1, 2):
        notes.add_note(db, row, "Mine.", is_written=False, at=NOW, on=DAY)
    assert states(db) == ["read", "read", "candidate", "candidate"]


def test_undo_takes_back_one_whole_act_after_another(db: Database) -> None:
    decide(db, "pick", 1, 2)
    decide(db, "skip", 2)
    assert undo(db) == [Decision(3, 2, 2, "skip")]
    assert states(db) == ["pick", "pick", "candidate", "candidate"]
    assert undo(db) == [Decision(1, 1, 1, "pick"), Decision(2, 1, 2, "pick")]
    assert states(db) == ["candidate"] * N_PAPERS
    assert undo(db) == []


def test_after_an_undo_the_next_act_is_the_one_to_take_back(db: Database) -> None:
    decide(db, "pick", 1)
    undo(db)
    decide(db, "skip", 2)
    assert [d.paper for d in undo(db)] == [2]
    assert undo(db) == []


def test_no_row_is_ever_changed_or_taken_away(db: Database) -> None:
    decide(db, "pick", 1)
    undo(db)
    decide(db, "skip", 1)
    rows = db.read("SELECT paper, kind, undoes FROM decisions ORDER BY id")
    assert [tuple(r) for r in rows] == [(1, "pick", None), (1, "undo", 1), (1, "skip", None)]


def test_the_last_filing_holds(db: Database) -> None:
    for topic in ("speech/a", "speech/b"):
        decisions.add_filing(db, 1, topic, at=NOW)
    assert papers.papers_at(db, [1])[0].topic == "speech/b"


ACTS = st.lists(
    st.one_of(
        st.just(("undo", [])),
        st.tuples(
            st.sampled_from(["pick", "skip"]),
            st.lists(st.integers(1, N_PAPERS), min_size=1, max_size=3, unique=True),
        ),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(ACTS)
def test_after_undo_the_state_is_what_it_was_before_the_act(
    acts: list[tuple[str, list[int]]],
) -> None:
    before: list[list[State]] = []
    with tempfile.TemporaryDirectory() as folder, filled(Path(folder)) as db:
        for kind, rows in acts:
            if kind == "undo":
                undone = undo(db)
                assert bool(undone) == bool(before)
                if before:
                    assert states(db) == before.pop()
            else:
                before.append(states(db))
                decisions.add_decisions(db, kind, rows, at=NOW, on=DAY)  # type: ignore[arg-type]
                assert [states(db)[row - 1] for row in rows] == [kind] * len(rows)
        while before:
            undo(db)
            assert states(db) == before.pop()
        assert states(db) == ["candidate"] * N_PAPERS
