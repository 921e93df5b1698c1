"""Keep what `teach` was told of topics: examples and answers. Rows are only ever added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
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


def add_words(
    db: Database, paper: int, words: Mapping[str, Kind], *, act: int, at: datetime, on: date
) -> None:
    """Record, as part of an act, of which topics one paper is and of which it is not."""
    with db.writing():
        db.execute_many(
            "INSERT INTO lessons (act, paper, topic, kind, at, on_date) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (act, paper, topic, kind, at.isoformat(), on.isoformat())
                for topic, kind in words.items()
            ],
        )


WORDS_SQL = """
    SELECT id, paper, topic, kind FROM lessons WHERE id IN (
        SELECT max(id) FROM lessons AS l WHERE kind != 'undo'
        AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id) GROUP BY paper, topic)
"""
"""Of each paper and topic the last word that stands."""


def words_on(db: Database, papers: Iterable[int]) -> dict[int, dict[str, Kind]]:
    """Give the last word on each topic that stands for some papers, in the order of saying."""
    rows = db.read(
        f"""
        SELECT * FROM ({WORDS_SQL}) WHERE paper IN (SELECT value FROM json_each(?)) ORDER BY id
        """,  # noqa: S608  a constant of this module
        (json.dumps(list(papers)),),
    )
    found: dict[int, dict[str, Kind]] = {}
    for r in rows:
        found.setdefault(r["paper"], {})[r["topic"]] = r["kind"]
    return found


def brought_on(db: Database, topics: Iterable[str], first: date, last: date) -> list[int]:
    """List the papers that arrived on some days and of which a person said that they are of one
    of these topics."""
    rows = db.read(
        f"""
        SELECT DISTINCT p.id FROM ({WORDS_SQL}) AS w JOIN papers AS p ON p.id = w.paper
        WHERE w.kind = 'yes' AND w.topic IN (SELECT value FROM json_each(?))
        AND p.arrived_on BETWEEN ? AND ? AND p.merged_into IS NULL ORDER BY p.id
        """,  # noqa: S608  a constant of this module
        (json.dumps(list(topics)), first.isoformat(), last.isoformat()),
    )
    return [r["id"] for r in rows]


def told_after(db: Database, paper: int, moment: datetime) -> bool:
    """Tell whether something was said of a paper's topics, or taken back, after a moment."""
    row = db.read_one(
        "SELECT 1 FROM lessons WHERE paper = ? AND at > ?", (paper, moment.isoformat())
    )
    return row is not None


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
