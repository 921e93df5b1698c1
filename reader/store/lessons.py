"""Keep what `teach` was told of topics: examples and answers. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from reader.store.database import Database
from reader.store.decisions import next_act

Kind = Literal["seed", "yes", "no"]


def add_lessons(
    db: Database, kind: Kind, topic: str, papers: Sequence[int], *, at: datetime, on: date
) -> None:
    """Record in one act that some papers belong to a topic, or do not."""
    with db.writing():
        act = next_act(db)
        db.execute_many(
            "INSERT INTO lessons (act, paper, topic, kind, at, on_date) VALUES (?, ?, ?, ?, ?, ?)",
            [(act, paper, topic, kind, at.isoformat(), on.isoformat()) for paper in papers],
        )


def taught(db: Database, topic: str) -> dict[int, Kind]:
    """Give the papers of which something stands that was said for a topic, by row."""
    rows = db.read(
        """
        SELECT paper, kind FROM lessons AS l WHERE topic = ? AND kind != 'undo'
        AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id) ORDER BY id
        """,
        (topic,),
    )
    return {r["paper"]: r["kind"] for r in rows}


def rename_topic(db: Database, old: str, new: str, *, at: datetime, on: date) -> int:
    """Let what was said for one topic be said for another; returns how many papers it was."""
    with db.writing():
        standing = taught(db, old)
        for kind in ("seed", "yes", "no"):
            rows = [row for row, said in standing.items() if said == kind]
            if rows:
                add_lessons(db, kind, new, rows, at=at, on=on)
    return len(standing)
