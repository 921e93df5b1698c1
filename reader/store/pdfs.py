"""Keep where each paper's PDF lies in the library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reader.store.database import Database, Row
from reader.store.filings import files as files


@dataclass(frozen=True, slots=True)
class Pdf:
    """One PDF on the disk; path is relative to the library, `/` between its parts.

    version: arXiv's, as stamped on it. sketch: of its text; empty before it was read.
    """

    paper: int
    path: str
    sha256: str
    version: int | None = None
    sketch: str = ""


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
    """Record a PDF that lies in its place; what was read of the same bytes before stays."""
    with db.writing():
        db.execute(
            """
            INSERT INTO pdfs (paper, path, sha256, n_bytes, fetched_at, version, sketch)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET path = excluded.path, n_bytes = excluded.n_bytes,
                fetched_at = excluded.fetched_at,
                version = CASE WHEN sha256 = excluded.sha256
                    THEN coalesce(excluded.version, version) ELSE excluded.version END,
                sketch = CASE WHEN sha256 = excluded.sha256 AND excluded.sketch = ''
                    THEN sketch ELSE excluded.sketch END,
                sha256 = excluded.sha256
            """,
            (
                pdf.paper,
                pdf.path,
                pdf.sha256,
                n_bytes,
                at.isoformat(),
                pdf.version,
                pdf.sketch,
            ),
        )


def set_sketch(db: Database, pdf: Pdf) -> None:
    """Record what reading a PDF told of it: its sketch and version, if it still has these bytes."""
    with db.writing():
        db.execute(
            """
            UPDATE pdfs SET sketch = ?1, version = ?2,
                wordless_sha256 = CASE WHEN ?1 = '' THEN wordless_sha256 ELSE '' END
            WHERE paper = ?3 AND sha256 = ?4
            """,
            (pdf.sketch, pdf.version, pdf.paper, pdf.sha256),
        )


def set_wordless(db: Database, pdf: Pdf) -> None:
    """Record that these bytes were read and have no words: their pages are pictures."""
    with db.writing():
        db.execute(
            "UPDATE pdfs SET wordless_sha256 = sha256 WHERE paper = ? AND sha256 = ?",
            (pdf.paper, pdf.sha256),
        )


def forget_wordless(db: Database) -> None:
    """Have PDFs without words read again: what reads them may have become better."""
    with db.writing():
        db.execute("UPDATE pdfs SET wordless_sha256 = '' WHERE wordless_sha256 != ''")


def sketches(db: Database) -> list[tuple[int, str]]:
    """List the sketches of the PDFs that were read, each with its paper; a paper that was
    joined of copies may have several."""
    rows = db.read(
        """
        SELECT coalesce(p.merged_into, p.id) AS paper, d.sketch
        FROM pdfs AS d JOIN papers AS p ON p.id = d.paper WHERE d.sketch != ''
        """
    )
    return [(r["paper"], r["sketch"]) for r in rows]


def pdf_of(db: Database, paper: int) -> Pdf | None:
    """Give a paper's PDF, None where there is none yet."""
    r = db.read_one("SELECT * FROM pdfs WHERE paper = ?", (paper,))
    return _pdf(r) if r else None


def pdfs_without_passages(db: Database) -> list[Pdf]:
    """List the PDFs that were not split into passages since they came, but for those without
    words."""
    rows = db.read(
        """
        SELECT * FROM pdfs WHERE wordless_sha256 != sha256 AND NOT EXISTS (
            SELECT 1 FROM idx.texts AS t WHERE t.paper = pdfs.paper AND t.kind = 'passage'
            AND t.source_hash = pdfs.sha256)
        ORDER BY paper
        """
    )
    return [_pdf(r) for r in rows]


def _pdf(r: Row) -> Pdf:
    return Pdf(r["paper"], r["path"], r["sha256"], r["version"], r["sketch"])
