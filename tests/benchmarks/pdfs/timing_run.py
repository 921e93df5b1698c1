"""Time the reading of PDFs against PyMuPDF's own, all in this one process.

    python timing_run.py ROUNDS FILE

FILE holds one path a line. Each file is opened and read in three ways, in turn, ROUNDS times:
into a Document as a worker does it, into PyMuPDF's dict without images, and into its plain
text. Writes a JSON object a line: path, pages, and the least seconds of each way. Imports
the installed reader alone.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from reader.pdfs.text.answer import fields
from reader.pdfs.text.pages import document_of
from reader.pdfs.text.worker import opened

# As the worker does: PyMuPDF would load its layout model, which no way here uses.
sys.modules["pymupdf.layout"] = None  # type: ignore[assignment]
import pymupdf  # noqa: E402


def main(rounds: int, listing: Path) -> None:
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    for path in listing.read_text("utf-8").splitlines():
        best: dict[str, float] = {}
        for _ in range(rounds):
            for name, way in WAYS.items():
                seconds = _seconds(way, path)
                best[name] = min(seconds, best.get(name, seconds))
        with pymupdf.open(path) as file:
            found = {"path": path, "pages": file.page_count, **best}
        sys.stdout.write(json.dumps(found) + "\n")


def _seconds(way: Callable[[str], object], path: str) -> float:
    before = time.perf_counter()
    way(path)
    seconds = time.perf_counter() - before
    pymupdf.TOOLS.store_shrink(100)
    return seconds


def _as_document(path: str) -> str:
    with opened(pymupdf, path) as file:
        return json.dumps(document_of(pymupdf, file, _hear), default=fields)


def _hear(page: int, of: int, more_s: float = 0.0) -> None:
    """Take in how far the reading is."""


def _as_dict(path: str) -> None:
    flags = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES
    with pymupdf.open(path) as file:
        for page in file:
            page.get_text("dict", flags=flags)


def _as_text(path: str) -> None:
    with pymupdf.open(path) as file:
        for page in file:
            page.get_text("text")


WAYS: dict[str, Callable[[str], object]] = {
    "document": _as_document,
    "dict": _as_dict,
    "text": _as_text,
}

if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
