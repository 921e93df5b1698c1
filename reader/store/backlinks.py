"""Keep which names the notes link to, so that who links to a paper is found at once.

Derived from the notes' newest revisions, as the last export saw them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from reader.store.database import Database


def is_empty(db: Database) -> bool:
    """Tell that no link was ever kept."""
    return db.read_one("SELECT 1 FROM note_links LIMIT 1") is None


def names_of(db: Database, rows: Iterable[int]) -> dict[int, set[str]]:
    """Give the folded names that the notes of some papers link to."""
    found: dict[int, set[str]] = {}
    values = (json.dumps(list(rows)),)
    sql = "SELECT source, name FROM note_links WHERE source IN (SELECT value FROM json_each(?))"
    for r in db.read(sql, values):
        found.setdefault(r["source"], set()).add(r["name"])
    return found


def set_names(db: Database, names: Mapping[int, Collection[str]]) -> None:
    """Record the folded names that some notes link to now."""
    with db.writing():
        db.execute_many("DELETE FROM note_links WHERE source = ?", [(row,) for row in names])
        db.execute_many(
            "INSERT INTO note_links (name, source) VALUES (?, ?)",
            [(name, row) for row, of_row in names.items() for name in sorted(of_row)],
        )


def sources_of(db: Database, names: Iterable[str]) -> list[int]:
    """List the papers whose notes link to one of some folded names."""
    rows = db.read(
        """
        SELECT DISTINCT source FROM note_links WHERE name IN (SELECT value FROM json_each(?))
        AND EXISTS (SELECT 1 FROM notes WHERE paper = source) ORDER BY source
        """,
        (json.dumps(list(names)),),
    )
    return [r["source"] for r in rows]


def keys_of(db: Database, row: int) -> list[str]:
    """List the keys under which a paper is known, those of its copies too."""
    rows = db.read(
        "SELECT key FROM papers WHERE key IS NOT NULL AND (id = ?1 OR merged_into = ?1)", (row,)
    )
    return [r["key"] for r in rows]


def papers_with(db: Database, keys: Iterable[str]) -> dict[str, int]:
    """Give key → paper for some keys, written as they are here."""
    rows = db.read(
        "SELECT key, coalesce(merged_into, id) AS row FROM papers"
        " WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(keys)),),
    )
    return {r["key"]: r["row"] for r in rows}
