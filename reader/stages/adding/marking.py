"""Bring in what a person marked in the files that they add; each file's marks once.

Which files' marks are in is known by their places: `back` looks at the same.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from reader.errors import PdfError
from reader.highlight import Marks
from reader.library.folder import Library
from reader.library.keeping import Came, keep
from reader.library.marks import cleaned
from reader.library.tablet import IN_LIBRARY
from reader.paper import Held
from reader.stages.adding.files import File, place
from reader.store import highlights
from reader.store.additions import Addition


@dataclass(frozen=True, slots=True)
class Marked:
    """What was marked in one file.

    n_new: marks that the paper did not have before. copy: where the marked copy is kept
    beside the paper's PDF, "" where none was needed. error: the marks could not be read.
    """

    n_highlights: int = 0
    n_new: int = 0
    n_ink: int = 0
    copy: str = ""
    error: PdfError | None = None


def import_marks(
    library: Library, file: File, *, held: Held, marks: Marks | PdfError, content: bytes
) -> Marked:
    """Keep a file's marks, and the file itself where its marks are on no copy that is here.

    content: the file's bytes. Raises StoreError.
    """
    if isinstance(marks, PdfError):
        return Marked(error=marks)
    at = place(library, file.path, file.named)
    own = at.removeprefix(IN_LIBRARY) if at.startswith(f"{IN_LIBRARY}papers/") else ""
    came = Came(held, at, own, file.sha256, content, marks)
    counts, copy = keep(library, came, walked=Path(os.path.realpath(file.named)))
    return Marked(len(cleaned(marks.highlights)), counts.new, marks.n_ink, copy)


def are_in(library: Library, addition: Addition, path: Path, named: Path) -> bool:
    """Tell whether the marks of a file that was added are in the library."""
    at = place(library, path, named)
    last = highlights.returned_from(library.db, at)
    return last is not None and last.sha256 == addition.sha256
