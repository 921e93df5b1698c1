"""Keep what the person decided: picks, skips, undos and filings. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reader.store.database import Database

Kind = Literal["pick", "skip"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on one paper; `act` joins those made by one command."""

    id: int
    act: int
    paper: int
    kind: Kind


def add_decisions(
    db: Database, kind: Kind, papers: Sequence[int], *, at: datetime, on: date
) -> None:
    """Record one act on some papers; all of it is on the disk when this returns."""
    with db.writing():
        act = _next_act(db)
        db.execute_many(
            "INSERT INTO decisions (act, paper, kind, at, on_date) VALUES (?, ?, ?, ?, ?)",
            [(act, paper, kind, at.isoformat(), on.isoformat()) for paper in papers],
        )


def undo_last(db: Database, *, at: datetime, on: date) -> list[Decision]:
    """Take back the last act that still stands; returns its decisions, none when there is none."""
    with db.writing():
        rows = db.read(
            """
            SELECT id, act, paper, kind FROM decisions WHERE kind != 'undo' AND act = (
                SELECT max(act) FROM decisions AS d WHERE kind != 'undo'
                AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id))
            ORDER BY id
            """
        )
        act = _next_act(db)
        db.execute_many(
            """
            INSERT INTO decisions (act, paper, kind, undoes, at, on_date)
            VALUES (?, ?, 'undo', ?, ?, ?)
            """,
            [(act, r["paper"], r["id"], at.isoformat(), on.isoformat()) for r in rows],
        )
    return [Decision(r["id"], r["act"], r["paper"], r["kind"]) for r in rows]


def add_filing(
    db: Database, paper: int, topic: str, *, at: datetime, is_by_hand: bool = False
) -> None:
    """File a paper under a topic; the last filing holds.

    is_by_hand: the person said where; else the topics' words did.
    """
    with db.writing():
        db.execute(
            "INSERT INTO filings (paper, topic, at, is_by_hand) VALUES (?, ?, ?, ?)",
            (paper, topic, at.isoformat(), is_by_hand),
        )


def _next_act(db: Database) -> int:
    return int(db.read("SELECT coalesce(max(act), 0) + 1 AS act FROM decisions")[0]["act"])
