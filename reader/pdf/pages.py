"""Read the pages of an opened PDF, one after the other, into a Document; in the child."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reader.passage import Document
from reader.pdf.blanks import is_doubtful, without_stray_blanks
from reader.pdf.compose import compose
from reader.pdf.front import N_RAW
from reader.pdf.lines import PageLines, page_lines
from reader.pdf.ocr import FILE_S, FIRST_S, pictured, read_pages
from reader.pdf.opening import Tell, Unreadable, failures, is_memory, unreadable


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Stop looking for cycles for the time of one file: the thousands of lines that are
    kept would be looked at again and again, for a sixth of the whole time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@_uncollected()
def document_of(pymupdf: Any, file: Any, tell: Tell, *, n_ocr: int | None = None) -> Document:
    """Read an opened file; raises Unreadable.

    tell: told the number of each page before it is read, and of how many. n_ocr: how many of
    the pages that are pictures are read, the first ones and in little time; None: all.
    """
    faults = failures(pymupdf)
    try:
        n_pages = file.page_count
    except faults as error:
        raise unreadable(error, "broken") from error
    pages, n_failed = [], 0
    raw: list[dict[str, Any]] = []
    flags = pymupdf.TEXTFLAGS_DICT & ~(
        # MuPDF itself writes out the ligatures (fi, ffl, …) without that flag, and they
        # alone: NFKC would also turn x² into x2 and full-width Japanese marks into ASCII.
        pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES
    )
    for number in range(n_pages):
        tell(number + 1, n_pages)
        try:
            page = file[number].get_text("dict", flags=flags)
            if number < N_RAW and is_doubtful(page):
                without_stray_blanks(page, file[number].get_text("rawdict", flags=flags))
            pages.append(page_lines(page))
        except faults as error:
            n_failed += 1
            if is_memory(error):
                raise Unreadable("memory") from error
            page = {"blocks": []}
            pages.append(PageLines([], 0, 0, []))
        if number < N_RAW:
            raw.append(page)
    if n_failed == len(pages):
        raise Unreadable("no page")
    scanned = pictured(file, pages, faults)
    file_s = FILE_S if n_ocr is None else FIRST_S
    found, why_unread = read_pages(file, scanned[:n_ocr], tell, faults, file_s=file_s)
    for number in scanned:
        page = found.get(number)
        lines = page_lines(page) if page else pages[number]
        pages[number] = lines._replace(is_scanned=True, is_ocr=page is not None)
        if page and number < len(raw):
            raw[number] = page
    return replace(compose(pages, raw), why_unread=why_unread)
