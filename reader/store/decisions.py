"""Keep what the person decided: picks, skips, undos and filings. Rows are only ever added."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reader.store.database import Database

Kind = Literal["pick", "skip"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision or lesson on one paper; `act` joins those made by one command."""

    id: int
    act: int
    paper: int
    kind: str


def add_decisions(
    db: Database, kind: Kind, papers: Sequence[int], *, at: datetime, on: date
) -> None:
    """Record one act on some papers; all of it is on the disk when this returns."""
    with db.writing():
        act = next_act(db)
        db.execute_many(
            "INSERT INTO decisions (act, paper, kind, at, on_date) VALUES (?, ?, ?, ?, ?)",
            [(act, paper, kind, at.isoformat(), on.isoformat()) for paper in papers],
        )


def moments_on(db: Database, day: date, papers: Sequence[int]) -> list[datetime]:
    """List when something was decided or taken back on a day about some papers, in order."""
    rows = db.read(
        """
        SELECT at FROM decisions WHERE on_date = ?
        AND paper IN (SELECT value FROM json_each(?)) ORDER BY id
        """,
        (day.isoformat(), json.dumps(list(papers))),
    )
    return [datetime.fromisoformat(r["at"]) for r in rows]


def last_decided(db: Database, papers: Sequence[int]) -> int | None:
    """Give the one of some papers whose pick or skip is the newest that still stands."""
    found = db.read_one(
        """
        SELECT paper FROM decisions AS d WHERE kind IN ('pick', 'skip')
        AND paper IN (SELECT value FROM json_each(?))
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
        ORDER BY id DESC LIMIT 1
        """,
        (json.dumps(list(papers)),),
    )
    return int(found["paper"]) if found else None


def undo_last(db: Database, *, at: datetime, on: date) -> list[Decision]:
    """Take back the last act that still stands, decisions or lessons of `teach`; returns what it
    was, nothing when there is none."""
    with db.writing():
        rows = db.read(
            """
            WITH acts AS (
                SELECT 'decisions' AS place, id, act, paper, kind FROM decisions AS d
                WHERE kind != 'undo'
                AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
                UNION ALL SELECT 'lessons', id, act, paper, kind FROM lessons AS l
                WHERE kind != 'undo'
                AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id))
            SELECT * FROM acts WHERE act = (SELECT max(act) FROM acts) ORDER BY id
            """
        )
        act = next_act(db)
        moment = (at.isoformat(), on.isoformat())
        db.execute_many(
            """
            INSERT INTO decisions (act, paper, kind, undoes, at, on_date)
            VALUES (?, ?, 'undo', ?, ?, ?)
            """,
            [(act, r["paper"], r["id"], *moment) for r in rows if r["place"] == "decisions"],
        )
        db.execute_many(
            """
            INSERT INTO lessons (act, paper, topic, kind, undoes, at, on_date)
            SELECT ?, paper, topic, 'undo', id, ?, ? FROM lessons WHERE id = ?
            """,
            [(act, *moment, r["id"]) for r in rows if r["place"] == "lessons"],
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


def next_act(db: Database) -> int:
    """Number an act; decisions and lessons are counted together."""
    row = db.read_one(
        """
        SELECT 1 + max(coalesce((SELECT max(act) FROM decisions), 0),
                       coalesce((SELECT max(act) FROM lessons), 0)) AS act
        """
    )
    return int(row["act"]) if row else 1
