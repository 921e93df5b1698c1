"""Keep where each paper's PDF lies in the library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reader.store.database import Database


@dataclass(frozen=True, slots=True)
class Pdf:
    """One PDF on the disk; path is relative to the library, `/` between its parts."""

    paper: int
    path: str
    sha256: str


def picks(db: Database) -> list[tuple[int, str]]:
    """List the papers that are picked, oldest pick first, each with the path at which its PDF
    was put, empty where none came yet."""
    rows = db.read(
        """
        SELECT d.paper, coalesce(pdfs.path, '') AS path
        FROM decisions AS d LEFT JOIN pdfs ON pdfs.paper = d.paper
        WHERE d.kind = 'pick'
          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
          AND NOT EXISTS (SELECT 1 FROM decisions AS l WHERE l.paper = d.paper AND l.id > d.id
                          AND l.kind = 'skip'
                          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = l.id))
        GROUP BY d.paper ORDER BY min(d.id)
        """
    )
    return [(r["paper"], r["path"]) for r in rows]


def add_pdf(db: Database, pdf: Pdf, *, n_bytes: int, at: datetime) -> None:
    """Record a PDF that lies in its place."""
    with db.writing():
        db.execute(
            """
            INSERT INTO pdfs (paper, path, sha256, n_bytes, fetched_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET path = excluded.path, sha256 = excluded.sha256,
                n_bytes = excluded.n_bytes, fetched_at = excluded.fetched_at
            """,
            (pdf.paper, pdf.path, pdf.sha256, n_bytes, at.isoformat()),
        )


def pdf_of(db: Database, paper: int) -> Pdf | None:
    """Give a paper's PDF, None where there is none yet."""
    r = db.read_one("SELECT * FROM pdfs WHERE paper = ?", (paper,))
    return Pdf(r["paper"], r["path"], r["sha256"]) if r else None


def pdfs_without_passages(db: Database) -> list[Pdf]:
    """List the PDFs that were not split into passages since they came."""
    rows = db.read(
        """
        SELECT * FROM pdfs WHERE NOT EXISTS (
            SELECT 1 FROM idx.texts AS t WHERE t.paper = pdfs.paper AND t.kind = 'passage'
            AND t.source_hash = pdfs.sha256)
        ORDER BY paper
        """
    )
    return [Pdf(r["paper"], r["path"], r["sha256"]) for r in rows]
