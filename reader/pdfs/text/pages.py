"""Read the pages of an opened PDF, one after the other, into a Document."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from reader.library.passage import Document
from reader.pdfs.text.blocks import Composer, body_size
from reader.pdfs.text.front import N_RAW, read_front
from reader.pdfs.text.headings import section_look
from reader.pdfs.text.lines import (
    Line,
    PageLines,
    compounds,
    is_doubtful,
    page_lines,
    runs,
    tidy,
    without_furniture,
    without_stray_blanks,
)
from reader.pdfs.text.ocr import FILE_S, FIRST_S, pictured, read_pages
from reader.pdfs.text.opener import (
    Tell,
    Unreadable,
    failures,
    is_memory,
    unreadable,
)


def compose(pages: list[PageLines], raw: Sequence[dict[str, Any]] = ()) -> Document:
    """Order, clean and join; pages: all of the PDF's, an unreadable one with no lines.

    raw: get_text("dict") of the first pages, `front.N_RAW` of them; without it nothing is
    known of title, authors, year and DOI.
    """
    all_lines: list[list[Line]] = [page.lines for page in pages]
    body = body_size(all_lines)
    kept = without_furniture(pages, body)
    ordered = [runs(lines, page.width) for lines, page in zip(kept, pages, strict=True)]
    hyphenated = compounds(line.text for lines in kept for line in lines)
    look = section_look(row for page_runs in ordered for run in page_runs for row in run)
    composer = Composer(body, hyphenated, look)
    for number, (page, page_runs) in enumerate(zip(pages, ordered, strict=True), 1):
        composer.add(number, page_runs, (page.width, page.height))
    composed = composer.pages(len(pages))
    stamp = _stamp(pages[0].rotated) if pages else ""
    heads = set(pages[0].lines) - set(kept[0]) if pages else set()
    front = read_front(raw, pages, composed, dropped=heads, body=body, stamp=stamp)
    return Document(
        pages=composed,
        title=front.title,
        authors=front.authors,
        year=front.year,
        abstract=front.abstract,
        doi=front.doi,
        type=front.type,
        stamp=stamp,
        first_page=_all_words(pages[0]) if pages else "",
        n_scanned=sum(page.is_scanned for page in pages),
        n_ocr=sum(page.is_ocr for page in pages),
    )


def _stamp(rotated: list[str]) -> str:
    return next((tidy(text) for text in rotated if text.startswith("arXiv:")), "")


def _all_words(page: PageLines) -> str:
    return "\n".join([tidy(line.text) for line in page.lines] + [tidy(t) for t in page.rotated])


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
