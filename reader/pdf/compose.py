"""Make a Document of the pages' lines: the plain part of reading, with no PyMuPDF in it."""

from __future__ import annotations

from reader.passage import Document
from reader.pdf.blocks import Composer, body_size
from reader.pdf.columns import runs
from reader.pdf.furniture import without_furniture
from reader.pdf.join import compounds, tidy
from reader.pdf.lines import Line, PageLines
from reader.pdf.title import title_of


def compose(pages: list[PageLines]) -> Document:
    """Order, clean and join; pages: all of the PDF's, an unreadable one with no lines."""
    n_scanned = sum(not _is_readable(page.lines) for page in pages)
    all_lines: list[list[Line]] = [page.lines for page in pages]
    body = body_size(all_lines)
    kept = without_furniture(pages, body)
    ordered = [runs(lines, page.width) for lines, page in zip(kept, pages, strict=True)]
    hyphenated = compounds(line.text for lines in kept for line in lines)
    composer = Composer(body, hyphenated)
    for number, (page, page_runs) in enumerate(zip(pages, ordered, strict=True), 1):
        composer.add(number, page_runs, page.height)
    first = [row for run in ordered[0] for row in run] if ordered else []
    return Document(
        pages=composer.pages(len(pages)),
        title=title_of(first, pages[0].height, body) if pages else "",
        stamp=_stamp(pages[0].rotated) if pages else "",
        first_page=_all_words(pages[0]) if pages else "",
        n_scanned=n_scanned,
    )


def _is_readable(lines: list[Line]) -> bool:
    """Say no where there is nothing, or a font without a mapping gave U+FFFD throughout."""
    text = "".join([line.text for line in lines])
    return bool(text) and text.count("\ufffd") < 0.5 * len(text)


def _stamp(rotated: list[str]) -> str:
    return next((tidy(text) for text in rotated if text.startswith("arXiv:")), "")


def _all_words(page: PageLines) -> str:
    return "\n".join([tidy(line.text) for line in page.lines] + [tidy(t) for t in page.rotated])
