"""Look up what a device keeps of a library, and tell one library from another."""

from __future__ import annotations

import json
from collections.abc import Sequence

from reader.store.database import Database


def library_id(db: Database) -> str:
    """Give what tells this library from others: it stays as its folder moves."""
    row = db.read_one("SELECT id FROM identity")
    return str(row["id"]) if row else ""


def newest_picks(db: Database, n: int) -> list[int]:
    """List the papers of the n newest picks, the newest first; some may be decided anew since."""
    rows = db.read(
        """
        SELECT paper FROM decisions AS d WHERE kind = 'pick'
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
        ORDER BY id DESC LIMIT ?
        """,
        (n,),
    )
    return list(dict.fromkeys(row["paper"] for row in rows))


def newest_notes(db: Database, n: int) -> list[int]:
    """List the papers of the n newest revisions of notes, the newest first."""
    rows = db.read("SELECT paper FROM notes ORDER BY id DESC LIMIT ?", (n,))
    return list(dict.fromkeys(row["paper"] for row in rows))


def stamps(db: Database, papers: Sequence[int]) -> dict[int, str]:
    """Give for each paper a text that changes with its decisions, its note and its PDF."""
    rows = db.read(
        """
        SELECT value AS paper,
            coalesce((SELECT max(id) FROM decisions WHERE paper = value), 0) AS decision,
            coalesce((SELECT max(id) FROM notes WHERE paper = value), 0) AS note,
            coalesce((SELECT substr(sha256, 1, 8) FROM pdfs WHERE paper = value), '') AS pdf
        FROM json_each(?)
        """,
        (json.dumps(list(papers)),),
    )
    return {row["paper"]: f"{row['decision']}.{row['note']}.{row['pdf']}" for row in rows}
