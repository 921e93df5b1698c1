"""Say which marks and strokes stand on the pages of one PDF of a paper, and where.

A paper's PDF may be replaced by a newer version, with its words at other places. A mark stands
where its words are in that version; one whose words are not there is not drawn. What has no words,
typed notes, areas and strokes, stays with the PDF on which it was made, a former one too. What
lies on the PDF of a copy that was merged into the paper is not drawn on the paper's own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reader.base.errors import PdfError
from reader.library.files import sha256_of
from reader.library.folder import Library
from reader.library.highlight import Highlight, InkStroke, MarkState
from reader.library.rows import highlights, mark_places, pdfs
from reader.library.rows.mark_places import MarkPlace, ReplacedPdf

FindWords = Callable[[Path, Sequence[Highlight]], list[Highlight | None]]
"""Finds where the words of marks stand in a PDF, None for those that do not; raises PdfError."""


@dataclass(frozen=True, slots=True)
class PlacedMarks:
    """The marks, in all their states, and the strokes that stand on the pages of a PDF."""

    states: tuple[MarkState, ...]
    strokes: tuple[InkStroke, ...]


class VersionStrokes(NamedTuple):
    """The strokes on a paper's newest PDF, and those on the ones whose place it took."""

    newest: list[InkStroke]
    former: list[InkStroke]


def strokes_by_version(library: Library, row: int) -> VersionStrokes:
    """Sort the strokes of a paper that are there by the PDF on whose pages they were drawn."""
    db, strokes = library.db, highlights.strokes_of(library.db, row)
    last = mark_places.last_replaced(db, row)
    if last is None:
        return VersionStrokes(strokes, [])
    former = highlights.former_strokes(db, row, until=last.last_stroke)
    return VersionStrokes(
        [one for one in strokes if one.name not in former],
        [one for one in strokes if one.name in former],
    )


def marks_in(library: Library, find: FindWords, row: int, file: Path | None) -> PlacedMarks:
    """List what stands on the pages of a PDF of a paper; None for its own, which is not here.

    Where its words cannot be read, marks of an earlier version are left out.
    """
    db = library.db
    elsewhere = highlights.marks_elsewhere(db, row)
    if file and (last := mark_places.last_replaced(db, row)):
        sha256, is_former = _which(library, row, file, last)
        with contextlib.suppress(PdfError):
            lay_marks(library, find, row, file=file, sha256=sha256)
        states = highlights.states_in(db, row, sha256, is_former=is_former, last=last)
        by_version = strokes_by_version(library, row)
        strokes = by_version.former if is_former else by_version.newest
    else:
        states, strokes = highlights.highlights_of(db, row), highlights.strokes_of(db, row)
    return PlacedMarks(
        tuple(
            one for one in states
            if one.mark not in elsewhere.marks and not one.highlight.is_earlier
        ),
        tuple(one for one in strokes if one.name not in elsewhere.strokes),
    )  # fmt: skip


def lay_marks(library: Library, find: FindWords, row: int, *, file: Path, sha256: str) -> None:
    """Find where the words of marks stand in a PDF, for those of which it is not known.

    Nothing is to be found for a paper whose PDF was never replaced. Raises PdfError.
    """
    db = library.db
    if db.is_read_only or mark_places.last_replaced(db, row) is None:
        return
    known = mark_places.mark_places(db, row, sha256)
    wanted = [
        one
        for one in highlights.highlights_as_made(db, row)
        if one.id not in known and one.highlight.text and one.highlight.page
    ]
    if not wanted:
        return
    found = find(file, [one.highlight for one in wanted])
    places = {
        one.id: MarkPlace(h.page, h.place, h.box, h.quads) if h else MarkPlace()
        for one, h in zip(wanted, found, strict=True)
    }
    with db.writing():
        mark_places.add_mark_places(db, sha256, places)


def former_pdf(library: Library, row: int, file: Path | None) -> str:
    """Return the SHA-256 of a paper's PDF that a newer version replaced; "" for any other file."""
    last = mark_places.last_replaced(library.db, row)
    if file is None or last is None:
        return ""
    sha256, is_former = _which(library, row, file, last)
    return sha256 if is_former else ""


def keep_with_former(library: Library, row: int, state: int, made: Highlight, former: str) -> None:
    """Record that a mark without words stands on a former PDF, and nowhere on the newest.

    former: as `former_pdf` returns it, "" for nothing to record.
    """
    last = mark_places.last_replaced(library.db, row)
    if former and last and not made.text:
        place = MarkPlace(made.page, made.place, made.box, made.quads)
        mark_places.add_mark_places(library.db, former, {state: place})
        mark_places.add_mark_places(library.db, last.by, {state: MarkPlace()})


def _which(library: Library, row: int, file: Path, last: ReplacedPdf) -> tuple[str, bool]:
    """Tell which PDF of a paper a file is, and whether it is from before the newest version."""
    own = pdfs.pdf_of(library.db, row)
    if own and file == library.folder / own.path:
        return own.sha256, False
    for copy in highlights.copies_of(library.db, row):
        if file == library.folder / copy.path:
            return copy.sha256, copy.is_version or bool(copy.at and copy.at <= last.at)
    return sha256_of(file), False
