"""Store where marks stand in a PDF that took the place of the one in which they were made.

Where the words of a mark stand can be found out again at any time: `pdfs.mark_places` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reader.library.highlight import Box
from reader.library.rows.database import Database


@dataclass(frozen=True, slots=True)
class ReplacedPdf:
    """The replacing of a paper's PDF by another text; by: the SHA-256 of the PDF since.

    last_state, last_stroke: the last ids of what was marked and drawn before.
    """

    by: str
    last_state: int
    last_stroke: int
    at: datetime


def last_replaced(db: Database, paper: int) -> ReplacedPdf | None:
    """Look up when a paper's PDF was replaced last, None where it never was.

    Other bytes of the same version do not count, fetched again after the file was lost.
    """
    row = db.read_one(
        """
        SELECT p.sha256, max(r.last_state) AS state, max(r.last_stroke) AS stroke, max(r.at) AS at
        FROM replaced_pdfs AS r JOIN pdfs AS p ON p.paper = r.paper
        WHERE r.paper = ? AND r.version IS NOT p.version AND r.sha256 != p.sha256
        GROUP BY p.sha256
        """,
        (paper,),
    )
    if row is None:
        return None
    return ReplacedPdf(
        row["sha256"], row["state"], row["stroke"], datetime.fromisoformat(row["at"])
    )


@dataclass(frozen=True, slots=True)
class MarkPlace:
    """Where the words of a mark stand in a PDF, as in Highlight; page: 0 for nowhere."""

    page: int = 0
    place: int = 0
    box: Box = (0.0, 0.0, 0.0, 0.0)
    quads: tuple[Box, ...] = ()


def mark_places(db: Database, paper: int, sha256: str) -> dict[int, MarkPlace]:
    """List where the states of a paper's marks stand in a PDF, as far as that is known."""
    rows = db.read(
        """
        SELECT p.* FROM highlights AS h JOIN mark_places AS p ON p.state = h.id
        WHERE h.paper = ? AND p.sha256 = ?
        """,
        (paper, sha256),
    )
    return {
        r["state"]: MarkPlace(r["page"], r["place"], boxes(r["box"])[0], boxes(r["quads"]))
        for r in rows
    }


def add_mark_places(db: Database, sha256: str, places: Mapping[int, MarkPlace]) -> None:
    """Record where states of marks stand in a PDF."""
    db.execute_many(
        "INSERT OR REPLACE INTO mark_places VALUES (?, ?, ?, ?, ?, ?)",
        [
            (state, sha256, p.page, p.place, boxes_text([p.box]), boxes_text(p.quads))
            for state, p in places.items()
        ],
    )


def copy_mark_places(db: Database, old: int, new: int) -> None:
    """Let a state stand in all PDFs where the one stands that it was made of."""
    db.execute(
        "INSERT OR IGNORE INTO mark_places SELECT ?, sha256, page, place, box, quads"
        " FROM mark_places WHERE state = ?",
        (new, old),
    )


def other_pdfs(db: Database, paper: int) -> list[tuple[str, int]]:
    """List the PDFs of a paper besides its own: path, and the row of the copy that it belongs to.

    They are the kept copies, and the PDFs of papers that were merged into it.
    """
    rows = db.read(
        """
        SELECT path, paper FROM marked_copies WHERE paper = ?1
        UNION ALL SELECT d.path, d.paper FROM pdfs AS d JOIN papers AS p ON p.id = d.paper
        WHERE p.merged_into = ?1 AND p.id != ?1
        """,
        (paper,),
    )
    return [(row["path"], row["paper"]) for row in rows]


def keep_with_copy(db: Database, copy: int, part: str, keys: Iterable[int]) -> None:
    """Let marks or strokes belong to a paper that was merged into another one, as if it had had
    them then: a split gives them back.

    part: the table of the rows, "highlights" or "strokes".
    """
    db.execute_many(
        """
        INSERT INTO moves (merge_id, part, key)
        SELECT max(id), ?, ? FROM merges WHERE merged = ? AND kind = 'merge'
        """,
        [(part, str(key), copy) for key in keys],
    )


def boxes(text: str) -> tuple[Box, ...]:
    """Read boxes, as `boxes_text` writes them."""
    numbers = iter(map(float, text.split()))
    return tuple(zip(numbers, numbers, numbers, numbers, strict=False))


def boxes_text(several: Iterable[Box]) -> str:
    """Write boxes as the columns have them: x0, y0, x1, y1 of each, a blank between."""
    return " ".join(f"{x:g}" for box in several for x in box)
