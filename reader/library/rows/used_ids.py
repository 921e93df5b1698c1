"""Give new rows ids that no row had before, also none that a restore took away.

Pages that are open, and what was written without a network, name notes, marks and acts by their
ids: after a restore the same id must not mean another one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from reader.library.rows.database import Database

PARTS = ("acts", "highlights", "notes")


def next_id_sql(part: str) -> str:
    """Return the subquery for the next id of a table."""
    return f"(SELECT 1 + max(coalesce(max(id), 0), {used_sql(part)}) FROM {part})"  # noqa: S608


def used_sql(part: str) -> str:
    """Return the subquery for the last id of a part that a restore took away, 0 for none."""
    return f"coalesce((SELECT last FROM used_ids WHERE part = '{part}'), 0)"  # noqa: S608


def last_ids(database: sqlite3.Connection) -> dict[str, int]:
    """Find the last ids of a reader.db of any layout."""
    acts = [
        name
        for (name,) in database.execute(
            "SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c"
            " ON c.name = 'act' WHERE m.type = 'table' AND c.type = 'INTEGER' ORDER BY 1"
        )
    ]
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_schema")}
    found = {part: [f"SELECT max(id) FROM {part}"] for part in PARTS[1:] if part in tables}  # noqa: S608
    found["acts"] = [f"SELECT max(act) FROM {name}" for name in acts]  # noqa: S608
    for part, several in found.items():
        if "used_ids" in tables:
            several.append(f"SELECT last FROM used_ids WHERE part = '{part}'")  # noqa: S608
    rows = {part: [database.execute(sql).fetchone() for sql in found[part]] for part in found}
    return {part: max([(row or [0])[0] or 0 for row in several], default=0)
            for part, several in rows.items()}  # fmt: skip


def keep_used(db: Database, last: Mapping[str, int]) -> None:
    """Let no new row have an id up to the last ones of a reader.db that was replaced."""
    db.execute_many(
        """
        INSERT INTO used_ids VALUES (?, ?)
        ON CONFLICT DO UPDATE SET last = max(last, excluded.last)
        """,
        list(last.items()),
    )
