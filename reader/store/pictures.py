"""Keep which PDFs had their pictures taken: index.db, derived. The files are the stage's."""

from __future__ import annotations

from dataclasses import dataclass

from reader.store.database import Database
from reader.store.pdfs import Pdf

FOLDER = "pictures"


@dataclass(frozen=True, slots=True)
class Picture:
    """What was drawn of one PDF, and what its figure says.

    Files are named by the PDF's content, so a moved PDF keeps its pictures.
    """

    sha256: str
    """Of the PDF."""
    figure_page: int | None = None
    """From 1; None where no figure was found."""
    caption: str = ""

    @property
    def page(self) -> str:
        """Path of page 1's picture, relative to the library."""
        return f"{FOLDER}/{self.sha256[:16]}-page.png"

    @property
    def figure(self) -> str:
        """Path of the figure's picture, relative to the library; empty without a figure."""
        return f"{FOLDER}/{self.sha256[:16]}-figure.png" if self.figure_page else ""


def add_picture(db: Database, paper: int, picture: Picture) -> None:
    """Record what lies in the folder of pictures."""
    with db.writing():
        db.execute(
            """
            INSERT INTO idx.pictures (paper, source_hash, figure_page, caption)
            VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET source_hash = excluded.source_hash,
                figure_page = excluded.figure_page, caption = excluded.caption
            """,
            (paper, picture.sha256, picture.figure_page, picture.caption),
        )


def picture_of(db: Database, paper: int) -> Picture | None:
    """Give the pictures of a paper's PDF as it is now, None where none were taken."""
    r = db.read_one(
        """
        SELECT i.source_hash, i.figure_page, i.caption FROM idx.pictures AS i
        JOIN pdfs ON pdfs.paper = i.paper AND pdfs.sha256 = i.source_hash WHERE i.paper = ?
        """,
        (paper,),
    )
    return Picture(r["source_hash"], r["figure_page"], r["caption"]) if r else None


def all_pdfs(db: Database) -> list[tuple[Pdf, Picture | None]]:
    """List every PDF with the pictures that were taken of it."""
    rows = db.read(
        """
        SELECT pdfs.paper, pdfs.path, pdfs.sha256, i.source_hash, i.figure_page, i.caption
        FROM pdfs LEFT JOIN idx.pictures AS i
            ON i.paper = pdfs.paper AND i.source_hash = pdfs.sha256
        ORDER BY pdfs.paper
        """
    )
    return [
        (
            Pdf(r["paper"], r["path"], r["sha256"]),
            Picture(r["source_hash"], r["figure_page"], r["caption"]) if r["source_hash"] else None,
        )
        for r in rows
    ]


def forget_gone(db: Database) -> None:
    """Delete the rows of papers that have no PDF any more."""
    with db.writing():
        db.execute("DELETE FROM idx.pictures WHERE paper NOT IN (SELECT paper FROM pdfs)")
