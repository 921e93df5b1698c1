"""Keep which versions of a paper were seen, and what each changed."""

from __future__ import annotations

from datetime import date

from reader.paper import Paper
from reader.store.database import Database

FIELDS = ("title", "authors", "abstract", "comment")
"""What a later version may change."""


def add_version(db: Database, row: int, number: int, *, on: date) -> None:
    """Keep the day on which a version was seen first, and which notes were here before it."""
    db.execute(
        """
        INSERT INTO versions (paper, number, seen_on, after_note)
        VALUES (?, ?, ?, (SELECT coalesce(max(id), 0) FROM notes)) ON CONFLICT DO NOTHING
        """,
        (row, number, on.isoformat()),
    )


def add_changes(db: Database, row: int, old: Paper, paper: Paper) -> None:
    """Keep what a later version (paper) changed, field by field, against the one before.

    What a second source adds to the same version counts to it; a change that it takes
    back is none.
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
    """List arXiv's versions of a paper that were seen, each with the day of it, the first one
    first."""
    rows = db.read("SELECT number, seen_on FROM versions WHERE paper = ? ORDER BY number", (row,))
    return [(r["number"], date.fromisoformat(r["seen_on"])) for r in rows]


def new_versions(db: Database, day: date) -> list[tuple[int, int]]:
    """List (paper, version) for later versions seen on a day of papers that have a note, and
    none that was written since the version came.

    Notes are numbered as they come. Of a version that was seen before layout 18 the day alone
    is known: a note of that day counts as later when a source had brought something before it.
    """
    rows = db.read(
        """
        SELECT paper, max(number) AS number FROM versions AS v WHERE seen_on = ? AND number > 1
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
        """,
        (day.isoformat(),),
    )
    return [(r["paper"], r["number"]) for r in rows]


def changed_fields(db: Database, day: date) -> dict[int, tuple[str, ...]]:
    """Give what the later versions seen on a day changed: row → names of fields."""
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
