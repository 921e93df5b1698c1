"""Move what goes with the rows that a merge or a split moves: texts of index.db, undone filings."""

from __future__ import annotations

from reader.library.rows.database import Database


def move_texts(db: Database, moved: set[str], *, source: int, target: int) -> None:
    """Move the texts in index.db: passages and pictures with their PDF, highlights with their
    rows; notes are deleted there, to be indexed anew."""
    # OR IGNORE and OR REPLACE, since the target may have a passage of the same place, or pictures.
    if "pdfs" in moved:
        db.execute(
            "UPDATE OR IGNORE idx.texts SET paper = ? WHERE paper = ? AND kind = 'passage'",
            (target, source),
        )
        db.execute("UPDATE OR REPLACE idx.pictures SET paper = ? WHERE paper = ?", (target, source))
        for table in ("cited_keys", "cited"):
            db.execute(f"""UPDATE idx.{table} SET paper = ?1 WHERE paper = ?2
                       AND NOT EXISTS (SELECT 1 FROM idx.cited WHERE paper = ?1)""", (target, source))  # noqa: E501, S608  # fmt: skip
    if "highlights" in moved:
        db.execute(
            """
            UPDATE idx.texts SET paper = ? WHERE paper = ? AND kind = 'highlight'
            AND position IN (SELECT id FROM highlights WHERE paper = ?)
            """,
            (target, source, target),
        )
    if "notes" in moved:
        stale = "SELECT id FROM idx.texts WHERE kind = 'note' AND paper IN (?, ?)"
        db.execute(f"DELETE FROM idx.full_text WHERE rowid IN ({stale})", (source, target))  # noqa: S608
        db.execute("DELETE FROM idx.texts WHERE kind = 'note' AND paper IN (?, ?)",
                   (source, target))  # fmt: skip


def give_filings(db: Database, *, source: int, target: int) -> None:
    """Give back, with each filing, the row by which it was taken back after the merge.

    The folder in it is what the paper had of its own before, not one of the kept paper's.
    """
    db.execute(
        """
        UPDATE filings AS u SET paper = ?1, topic = coalesce((
            SELECT e.topic FROM filings AS e WHERE e.paper = ?1 AND e.id < u.undoes
            AND e.undoes IS NULL AND e.act IS NOT (SELECT act FROM filings WHERE id = u.undoes)
            AND NOT EXISTS (SELECT 1 FROM filings AS o WHERE o.undoes = e.id)
            ORDER BY e.id DESC LIMIT 1), 'unfiled')
        WHERE paper = ?2 AND undoes IN (SELECT id FROM filings WHERE paper = ?1)
        """,
        (target, source),
    )
