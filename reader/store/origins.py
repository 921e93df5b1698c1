"""Tell what a source brought from what a hand added.

What somebody adds by hand is theirs already: it is no news of the day on which it was
added, and nothing that they are behind with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from reader.store.database import Database

BY_HAND = "by hand"
"""The source of what a person added."""

BROUGHT_SQL = f"""
    EXISTS (SELECT 1 FROM origins AS o WHERE o.paper = p.id AND o.source != '{BY_HAND}'
            AND o.seen_on <= p.arrived_on)
"""  # noqa: S608  a constant
"""Holds for a paper `p` that a source brought on the day of its arrival."""


def brought(db: Database, rows: Iterable[int]) -> set[int]:
    """Give those of some papers that a source brought, and no hand before it."""
    found = db.read(
        f"""
        SELECT p.id FROM papers AS p
        WHERE p.id IN (SELECT value FROM json_each(?)) AND {BROUGHT_SQL}
        """,  # noqa: S608  a constant
        (json.dumps(list(rows)),),
    )
    return {r["id"] for r in found}


def n_brought(db: Database, first: date, last: date) -> int:
    """Count the papers that sources brought on some days."""
    row = db.read_one(
        f"""
        SELECT count(*) AS n FROM papers AS p
        WHERE arrived_on BETWEEN ? AND ? AND merged_into IS NULL AND {BROUGHT_SQL}
        """,  # noqa: S608  a constant
        (first.isoformat(), last.isoformat()),
    )
    return int(row["n"]) if row else 0
