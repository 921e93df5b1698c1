"""Typeset an invented paper as a PDF in two columns.

Each page says that it is invented. The same paper gives the same bytes. Needs PyMuPDF, and
does not know where the text comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import pymupdf

from reader.library.paper import Paper

_WIDTH, _HEIGHT = 595.0, 842.0  # A4, in points
_MARGIN, _GUTTER, _FOOT = 52.0, 18.0, 48.0
_COLUMN = (_WIDTH - 2 * _MARGIN - _GUTTER) / 2
_FOOTER = "Invented for a demonstration: no such paper, people or numbers exist."


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its text. Empty lines separate the paragraphs."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A paper to typeset. japanese: a summary for a page of its own, "" for none."""

    paper: Paper
    sections: tuple[Section, ...] = ()
    japanese: str = ""


@dataclass(frozen=True, slots=True)
class _TypesetLine:
    text: str
    font: str = "tiro"
    size: float = 11.4
    gap: float = 0.0
    """Points of empty space above."""


@dataclass
class _Pen:
    """The place of the next line: down a column, then the second one, then a new page.

    top: where the columns of this page begin. y: the baseline of the last line. Both in points.
    """

    document: pymupdf.Document
    page: pymupdf.Page
    top: float
    y: float
    column: int = 0

    def put(self, line: _TypesetLine) -> None:
        if self.y + line.gap + line.size * 1.22 > _HEIGHT - _FOOT - 14:
            self.column = 1 - self.column
            if self.column == 0:
                self.page, self.top = _new_page(self.document), _MARGIN
            self.y = self.top
        at_top = self.y == self.top
        self.y += line.size * 1.22 + (0 if at_top else line.gap)
        x = _MARGIN + self.column * (_COLUMN + _GUTTER)
        self.page.insert_text((x, self.y), line.text, fontname=line.font, fontsize=line.size)


def typeset(written: Manuscript) -> bytes:
    """Typeset a manuscript; returns the PDF's bytes."""
    document = pymupdf.open()
    page = _new_page(document)
    y = _put_head(page, written.paper)
    cursor = _Pen(document, page, y, y)
    for line in _body_lines(written):
        cursor.put(line)
    if written.japanese:
        page = _new_page(document)
        cursor = _Pen(document, page, _MARGIN, _MARGIN)
        for line in _paragraphs(written.japanese, _TypesetLine("", "japan", 10)):
            cursor.put(line)
    # The footers come last, so that extracted text begins with the title.
    for page in document:
        _put_centred(page, _HEIGHT - _FOOT + 16, _FOOTER, "tiit", 8)
    paper = written.paper
    day = paper.published_on or date(2000, 1, 1)
    document.set_metadata(
        {
            "title": _latin(paper.title),
            "author": ", ".join(map(_latin, paper.authors)),
            "creator": "reader demo",
            "creationDate": f"D:{day:%Y%m%d}000000Z",
        }
    )
    # Without `no_new_id` each run would write another id, and so other bytes.
    data: bytes = document.tobytes(garbage=3, deflate=True, no_new_id=True)
    document.close()
    return data


def _put_head(page: pymupdf.Page, paper: Paper) -> float:
    """Put title, authors and arXiv's stamp; returns where the columns begin, in points."""
    y = _MARGIN + 8
    for text in _wrap(_latin(paper.title), "tibo", 16, _WIDTH - 2 * _MARGIN - 20):
        y += 19
        _put_centred(page, y, text, "tibo", 16)
    y += 22
    for text in _wrap(", ".join(map(_latin, paper.authors)), "tiro", 11, _WIDTH - 2 * _MARGIN):
        _put_centred(page, y, text, "tiro", 11)
        y += 14
    day = f"{paper.published_on:%d %b %Y}" if paper.published_on else ""
    primary = paper.categories[0] if paper.categories else ""
    stamp = f"{paper.id.replace('arxiv', 'arXiv', 1)}v1 [{primary}] {day}"
    page.insert_text((32, _HEIGHT - 250), stamp, fontname="tiro", fontsize=18, rotate=90)
    return y + 12


def _put_centred(page: pymupdf.Page, y: float, text: str, font: str, size: float) -> None:
    x = (_WIDTH - pymupdf.get_text_length(text, font, size)) / 2
    page.insert_text((x, y), text, fontname=font, fontsize=size)


def _new_page(document: pymupdf.Document) -> pymupdf.Page:
    return document.new_page(width=_WIDTH, height=_HEIGHT)


def _body_lines(written: Manuscript) -> Iterator[_TypesetLine]:
    heading = _TypesetLine("", "tibo", 12.5, gap=10)
    yield replace(heading, text="Abstract")
    yield from _paragraphs(_latin(written.paper.abstract), _TypesetLine("", "tiit", gap=3))
    for section in written.sections:
        yield replace(heading, text=_latin(section.heading))
        yield from _paragraphs(_latin(section.text), _TypesetLine("", gap=3))


def _paragraphs(text: str, style: _TypesetLine) -> Iterator[_TypesetLine]:
    for paragraph in text.split("\n\n"):
        lines = _wrap(paragraph.replace("\n", " "), style.font, style.size, _COLUMN)
        for n, line in enumerate(lines):
            yield replace(style, text=line, gap=style.gap or 6.0 if n == 0 else 0.0)


def _wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a paragraph into lines: between words, in Japanese between characters."""
    parts = list(text) if font == "japan" else [f"{word} " for word in text.split()]
    lines, line = [], ""
    length = 0.0
    for part in parts:
        step = _length(part, font, size)
        if line and length + step - _length(" ", font, size) > width:
            lines.append(line.rstrip())
            line, length = "", 0.0
        line, length = line + part, length + step
    return [*lines, line.rstrip()] if line.strip() else lines


@cache
def _length(part: str, font: str, size: float) -> float:
    length: float = pymupdf.get_text_length(part, font, size)
    return length


def _latin(text: str) -> str:
    """Replace the characters that the PDF's built-in fonts do not have by "?"."""
    return "".join(
        c for c in text.encode("latin-1", "replace").decode("latin-1") if c >= " " or c == "\n"
    )
