"""Read what links of notes need: who has a key, which notes link at all. Keeps nothing.

Links are read out of the notes each time: 10,000 of them take some tens of milliseconds,
and what is not kept cannot be out of date.
"""

from __future__ import annotations

from reader.store.database import Database


def papers_by_key(db: Database) -> dict[str, int]:
    """Give key → paper, for every key that was given; of a merged paper the one it is now."""
    rows = db.read("SELECT key, coalesce(merged_into, id) AS row FROM papers WHERE key >= ''")
    return {r["key"]: r["row"] for r in rows}


def notes_with_links(db: Database) -> list[tuple[int, str]]:
    """List (paper, text) of the newest revisions that have "[[" in them."""
    rows = db.read(
        """
        SELECT n.paper, n.text FROM notes AS n JOIN papers AS p ON p.id = n.paper
        WHERE n.id IN (SELECT max(id) FROM notes GROUP BY paper)
        AND instr(n.text, '[[') AND p.merged_into IS NULL ORDER BY n.paper
        """
    )
    return [(r["paper"], r["text"]) for r in rows]
