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


def picks_without_pdf(db: Database, *, now: datetime) -> list[int]:
    """List the papers that are picked, lack a PDF and may be fetched now."""
    rows = db.read(
        """
        SELECT DISTINCT d.paper FROM decisions AS d JOIN papers AS p ON p.id = d.paper
        WHERE d.kind = 'pick'
          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
          AND NOT EXISTS (SELECT 1 FROM decisions AS l WHERE l.paper = d.paper AND l.id > d.id
                          AND l.kind = 'skip'
                          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = l.id))
          AND NOT EXISTS (SELECT 1 FROM pdfs WHERE pdfs.paper = d.paper)
          AND NOT EXISTS (SELECT 1 FROM failures AS f WHERE f.stage = 'pdf'
                          AND f.subject = p.canonical AND f.retry_at > ?)
        ORDER BY d.id
        """,
        (now.isoformat(),),
    )
    return [r["paper"] for r in rows]


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


def pdfs_without_passages(db: Database, *, now: datetime) -> list[Pdf]:
    """List the PDFs that were not split into passages since they came, and may be tried now."""
    rows = db.read(
        """
        SELECT * FROM pdfs WHERE NOT EXISTS (
            SELECT 1 FROM idx.texts AS t WHERE t.paper = pdfs.paper AND t.kind = 'passage'
            AND t.source_hash = pdfs.sha256)
          AND NOT EXISTS (SELECT 1 FROM failures AS f WHERE f.stage = 'extract'
                          AND f.subject = pdfs.path AND f.retry_at > ?)
        ORDER BY paper
        """,
        (now.isoformat(),),
    )
    return [Pdf(r["paper"], r["path"], r["sha256"]) for r in rows]
