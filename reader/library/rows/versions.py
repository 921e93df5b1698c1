"""Store the versions of papers, and find the papers that sources brought, not a hand.

A paper that somebody adds by hand is theirs already: it is no news of its day, and nothing that
they still have to look at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from reader.library.paper import Paper
from reader.library.rows.database import REMOVED_SQL, Database

FIELDS = ("title", "authors", "abstract", "comment")
"""The fields of a Paper that a later version may change."""


def add_version(db: Database, row: int, number: int, *, on: date) -> None:
    """Record the day on which a version was seen first, and the notes that existed then."""
    # The number of the newest note, since nothing else orders the two tables within a day.
    db.execute(
        """
        INSERT INTO versions (paper, number, seen_on, after_note)
        VALUES (?, ?, ?, (SELECT coalesce(max(id), 0) FROM notes)) ON CONFLICT DO NOTHING
        """,
        (row, number, on.isoformat()),
    )


def add_changes(db: Database, row: int, old: Paper, paper: Paper) -> None:
    """Record the fields that a later version (paper) changed against the one before (old).

    A second source may add changes to the same version, or take one back.
    """
    if old.version is None:
        return
    before = {f: _field(old, f) for f in FIELDS}
    after = {f: _field(paper, f) for f in FIELDS}
    db.execute_many(
        """
        INSERT INTO changes (paper, number, field, before, after) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET after = excluded.after
        """,
        [
            (row, paper.version, field, before[field], after[field])
            for field in FIELDS
            if after[field] and after[field] != before[field]
        ],
    )
    db.execute("DELETE FROM changes WHERE paper = ? AND before = after", (row,))


def versions_of(db: Database, row: int) -> list[tuple[int, date]]:
    """List the arXiv versions of a paper that were seen: (number, day), in order."""
    rows = db.read("SELECT number, seen_on FROM versions WHERE paper = ? ORDER BY number", (row,))
    return [(r["number"], date.fromisoformat(r["seen_on"])) for r in rows]


def new_versions(db: Database, day: date) -> list[tuple[int, int]]:
    """List (paper, version) for the new versions of a day that deserve a look.

    These are later versions of papers that have a note, but none written since the version came.
    Notes are numbered as they come. Of a version that was seen before layout 18 the day alone
    is known: a note of that day counts as later where a source had brought something before it.
    """
    rows = db.read(
        f"""
        SELECT paper, max(number) AS number FROM versions AS v WHERE seen_on = ? AND number > 1
          AND paper NOT IN ({REMOVED_SQL})
          AND EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = v.paper
            AND CASE WHEN after_note IS NULL THEN n.on_date <= v.seen_on
                ELSE n.id <= after_note END)
          AND EXISTS (SELECT 1 FROM versions AS o WHERE o.paper = v.paper AND o.number < v.number)
          AND NOT EXISTS (
            SELECT 1 FROM notes AS n WHERE n.paper = v.paper
            AND CASE WHEN after_note IS NOT NULL THEN n.id > after_note
                ELSE n.on_date > v.seen_on OR n.on_date = v.seen_on AND n.at >= (
                  SELECT min(at) FROM batches WHERE on_date = v.seen_on AND received > 0) END)
        GROUP BY paper ORDER BY paper
        """,  # noqa: S608  a constant
        (day.isoformat(),),
    )
    return [(r["paper"], r["number"]) for r in rows]


def changed_fields(db: Database, day: date) -> dict[int, tuple[str, ...]]:
    """List what the later versions seen on a day changed: row → names of fields, in order."""
    rows = db.read(
        """
        SELECT DISTINCT c.paper, c.field FROM changes AS c
        JOIN versions AS v ON v.paper = c.paper AND v.number = c.number WHERE v.seen_on = ?
        """,
        (day.isoformat(),),
    )
    changed: dict[int, set[str]] = {}
    for r in rows:
        changed.setdefault(r["paper"], set()).add(r["field"])
    return {row: tuple(f for f in FIELDS if f in fields) for row, fields in changed.items()}


def _field(paper: Paper, field: str) -> str:
    value = getattr(paper, field)
    return ", ".join(value) if isinstance(value, tuple) else " ".join(str(value).split())


BY_HAND = "by hand"
"""The name of the source of papers that a person added."""

BROUGHT_SQL = f"""
    EXISTS (SELECT 1 FROM origins AS o WHERE o.paper = p.id AND o.source != '{BY_HAND}'
            AND o.seen_on <= p.arrived_on)
"""  # noqa: S608  a constant
"""A condition that is true for a paper `p` that a source brought on the day of its arrival."""


def brought(db: Database, rows: Iterable[int]) -> set[int]:
    """Select those of some papers that a source brought, and no hand before it."""
    found = db.read(
        f"""
        SELECT p.id FROM papers AS p
        WHERE p.id IN (SELECT value FROM json_each(?)) AND {BROUGHT_SQL}
        """,  # noqa: S608  a constant
        (json.dumps(list(rows)),),
    )
    return {r["id"] for r in found}


def n_brought(db: Database, first: date, last: date) -> int:
    """Count the papers that sources brought from one day to another, both included."""
    row = db.read_one(
        f"""
        SELECT count(*) AS n FROM papers AS p
        WHERE arrived_on BETWEEN ? AND ? AND merged_into IS NULL AND {BROUGHT_SQL}
        """,  # noqa: S608  a constant
        (first.isoformat(), last.isoformat()),
    )
    return int(row["n"]) if row else 0
