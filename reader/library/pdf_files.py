"""Choose which of a paper's PDFs is meant, and how it is called where it goes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from reader.errors import NotKnown
from reader.filing import file_stem
from reader.library.folder import Library
from reader.library.strays import file_to_read
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.store import highlights

SHORT_SHA = 16
"""Digits of a copy's SHA-256 by which it is asked for."""


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A PDF of a paper; name: one that people can read."""

    path: Path
    name: str


def pdf_asked(
    library: Library, held: Held, *, is_original: bool = False, copy: str = ""
) -> PdfFile:
    """Give the PDF to read: as `reader open` chooses, or the one kept beside it that is named.

    copy: the begin of its SHA-256. Raises NotKnown where it is not here.
    """
    stem = held.key or file_stem(held.paper, library.config.pdf_name)
    if copy:
        kept = highlights.copies_of(library.db, held.row)
        found = [c.path for c in kept if c.sha256[:SHORT_SHA] == copy]
        path = library.folder / found[0] if found else None
        stem = path.stem if path else stem
    else:
        path = file_to_read(library, held.row, is_original=is_original)
    if path is None:
        what = say("pdf.none", title=plain(held.paper.title))
        raise NotKnown(what=what, hint=say("pdf.none.hint"))
    return PdfFile(path, unicodedata.normalize("NFC", f"{stem}.pdf"))
