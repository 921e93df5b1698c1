"""Tell whether others wrote to a library since. Knows no table."""

from __future__ import annotations

from reader.store.database import Database


def commits(db: Database) -> tuple[int, ...]:
    """Give numbers that are others once another connection wrote to reader.db or index.db,
    whatever its process; they say nothing to any connection but this one.

    See sqlite.org/pragma.html#pragma_data_version.
    """
    found = [db.read_one(f"PRAGMA {name}.data_version") for name in ("main", "idx")]
    return tuple(int(row[0]) if row else 0 for row in found)
