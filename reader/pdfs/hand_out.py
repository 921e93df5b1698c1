"""Write the marks and strokes that were made here into the copies of a PDF that are handed out.

The library's own PDF is never changed. What is written into a file is recorded for its place, so
that the next `back` knows what was in it: an untouched copy brings nothing new, and a mark or a
stroke that is missing in a changed one was removed there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from reader.library.files import has_bytes
from reader.library.folder import Library
from reader.library.highlight import InkStroke, Marks, shown
from reader.library.rows import highlights, markings
from reader.library.rows.highlights import state_at
from reader.pdfs.highlights import MarkEdits, cleaned, edits, match


class MarkTools(Protocol):
    """Reads the marks of a PDF and writes copies with others; raises PdfError."""

    def marks(self, path: Path) -> Marks: ...

    def with_marks(self, path: Path, edits: MarkEdits, strokes: Sequence[InkStroke]) -> bytes: ...


def marked_content(library: Library, tools: MarkTools, row: int, file: Path) -> bytes | None:
    """Make a copy of a paper's PDF that has all marks and strokes as they are shown.

    None where nothing was ever marked here, or the file has all of it. Raises PdfError.
    """
    if not markings.has_acts(library.db, row):
        return None
    known = highlights.highlights_of(library.db, row)
    wanted = edits(known, cleaned(tools.marks(file).highlights))
    strokes = markings.strokes_of(library.db, row)
    # A copy may still have strokes that were all erased since.
    if wanted == MarkEdits() and not markings.has_strokes(library.db, row):
        return None
    return tools.with_marks(file, wanted, strokes)


def record(
    library: Library, tools: MarkTools, row: int, place: str, file: Path, content: bytes
) -> None:
    """Record which marks and strokes a copy has that was put at a place; raises PdfError.

    They are read from it: what it surely had was deleted when it comes back without. Nothing is
    recorded where the file was changed meanwhile.
    """
    db, at = library.db, library.now()
    sha256, marks = hashlib.sha256(content).hexdigest(), tools.marks(file)
    if not has_bytes(file, sha256):
        return
    with db.writing():
        known = highlights.highlights_of(db, row)
        number_of = {one.id: one.mark for one in known}
        there = {one.mark for one in match(known, cleaned(marks.highlights))}
        states = [one.id for one in shown(known) if not one.gone_at and number_of[one.id] in there]
        highlights.set_seen(db, place, states, at=at)
        highlights.set_returned(db, state_at(place, row, sha256, marks, marks.strokes), at=at)
