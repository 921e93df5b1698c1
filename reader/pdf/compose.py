"""Make a Document of the pages' lines: the plain part of reading, with no PyMuPDF in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reader.passage import Document
from reader.pdf.blocks import Composer, body_size
from reader.pdf.columns import runs
from reader.pdf.front import read_front
from reader.pdf.furniture import without_furniture
from reader.pdf.headings import section_look
from reader.pdf.join import compounds, tidy
from reader.pdf.lines import Line, PageLines


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
