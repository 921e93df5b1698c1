"""Open a PDF with PyMuPDF in the child process, and say in one word what is wrong with it.

Knows nothing of what is read in it afterwards.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

MAX_UNPACKED = 100_000_000
MAX_RATIO = 200
"""A file is a bomb when it unpacks to more bytes than both say. Of 98 papers none comes to five
times its size; Flate packs zeros to a thousandth, and twice to a millionth."""


class Tell(Protocol):
    """Tells the caller which page comes next, of how many, and what more time it may take."""

    def __call__(self, page: int, of: int, more_s: float = 0.0) -> None: ...


class Unreadable(Exception):
    """A file's own fault. kind: one of those that `process` has words for."""

    def __init__(self, kind: str, why: str = "") -> None:
        super().__init__(kind)
        self.kind, self.why = kind, why


def failures(pymupdf: Any) -> tuple[type[Exception], ...]:
    """List what PyMuPDF raises at what is wrong in a file."""
    return (pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError, IndexError)


@contextlib.contextmanager
def opened(pymupdf: Any, path: str) -> Iterator[Any]:
    """Open a file as a PDF and as nothing else, and close it; raises Unreadable.

    One that is encrypted with an empty password opens as any other does.
    """
    try:
        kind = "broken" if _has_header(path) else "not a pdf"
        file = _open(pymupdf, path)
    except OSError as error:
        raise Unreadable("no file", error.strerror or "") from error
    except failures(pymupdf) as error:
        if not Path(path).exists():
            raise Unreadable("no file", "no such file") from error
        raise unreadable(error, kind) from error
    with file:
        if not file.is_pdf:
            raise Unreadable("not a pdf")
        if file.needs_pass:
            raise Unreadable("encrypted")
        yield file


def check_unpacked(pymupdf: Any, file: Any) -> None:
    """Raise Unreadable where a file's text and drawings unpack to far more than the file is.

    Nothing is kept while it is counted, and no more is counted than shows it. Pictures are
    left out: a white page that was scanned is as small.
    """
    mupdf = pymupdf.mupdf
    pdf = mupdf.pdf_document_from_fz_document(file.this)
    most = max(MAX_UNPACKED, MAX_RATIO * Path(file.name).stat().st_size if file.name else 0)
    drawn = {xref for n in range(file.page_count) for xref in _contents(file, n)}
    n_bytes = 0
    for xref in range(1, file.xref_length()):
        try:
            is_picture = file.xref_get_key(xref, "Subtype")[1] == "/Image"
            if file.xref_is_stream(xref) and (xref in drawn or not is_picture):
                stream = mupdf.pdf_open_stream_number(pdf, xref)
                n_bytes += mupdf.fz_skip(stream, most + 1 - n_bytes)
        except failures(pymupdf):
            continue  # a broken one ends where it breaks
        if n_bytes > most:
            raise Unreadable("bomb", str(most // 10**6))


def _contents(file: Any, number: int) -> list[int]:
    """List what a page, from 0, draws; of a broken one nothing."""
    try:
        return list(file[number].get_contents())
    except (RuntimeError, ValueError, IndexError):
        return []


def unreadable(error: Exception, kind: str) -> Unreadable:
    return Unreadable("memory" if is_memory(error) else kind, str(error)[:200])


def is_memory(error: Exception) -> bool:
    return "alloc" in str(error)


def _open(pymupdf: Any, path: str) -> Any:
    if path.isprintable():
        return pymupdf.open(path)
    # PyMuPDF takes no name that is not UTF-8.
    return pymupdf.open(stream=Path(path).read_bytes(), filetype="pdf")


def _has_header(path: str) -> bool:
    with open(path, "rb") as file:
        return b"%PDF-" in file.read(1024)


def png_of(svg: str, *, scale: float = 2.0) -> bytes:
    """Render SVG as PNG. scale: pixels for one of the drawing's."""
    import pymupdf

    with pymupdf.open(stream=svg.encode(), filetype="svg") as drawing:
        pixels = drawing[0].get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
        content: bytes = pixels.tobytes("png")
    return content
