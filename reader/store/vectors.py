"""Read vectors that index.db keeps: of one text by its content, of all notes."""

from __future__ import annotations

from reader.store.database import Database
from reader.store.index import hash_of


def vector_of(db: Database, encoder: str, text: str) -> bytes | None:
    """Give the vector of exactly this text, None where this encoder has none."""
    row = db.read_one(
        "SELECT vector FROM idx.vectors WHERE encoder = ? AND hash = ?", (encoder, hash_of(text))
    )
    return row["vector"] if row else None


def note_vectors(db: Database, encoder: str) -> dict[int, bytes]:
    """Give the vectors of the newest notes by paper, where they are encoded."""
    rows = db.read(
        """
        SELECT t.paper, v.vector FROM idx.texts AS t
        JOIN idx.vectors AS v ON v.encoder = ? AND v.hash = t.hash
        JOIN papers AS p ON p.id = t.paper AND p.merged_into IS NULL
        WHERE t.kind = 'note' ORDER BY t.paper
        """,
        (encoder,),
    )
    return {r["paper"]: r["vector"] for r in rows}
