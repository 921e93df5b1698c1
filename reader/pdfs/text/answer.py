"""Carry what was read in a PDF through a pipe: the same few lines of JSON for both its ends."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from reader.library.highlight import Highlight, Marks
from reader.library.passage import Block, Document, Page
from reader.pdfs.recognition import Looks, PageLook


@dataclass(frozen=True, slots=True)
class Pictures:
    """What a PDF looks like: by its first figure people know a paper again."""

    page: bytes = b""
    """Page 1, small, as PNG; empty where it cannot be drawn."""
    figure: bytes = b""
    """The first figure without its caption, as PNG; empty where none was found for sure."""
    figure_page: int | None = None
    """From 1; None without a figure."""
    caption: str = ""
    """Of the figure, as read; empty without one."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of a page, in points from the page's upper left corner, before it is turned.

    x, y: where its base line begins. angle: in which direction it runs, in degrees clockwise.
    height: its upper and lower edge. words: left edge, right edge, word; none of a line that
    is not level.
    """

    x: float
    y: float
    length: float
    size: float
    angle: float
    text: str
    height: tuple[float, float]
    words: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class PageText:
    """The words of one page. turn: the six numbers by which its text is turned as the page is
    shown, none for a page that stands upright."""

    n_pages: int
    width: float
    height: float
    turn: tuple[float, ...]
    lines: tuple[PageLine, ...]


def to_plain(document: Document) -> dict[str, Any]:
    """Turn a Document into what JSON holds; dataclasses.asdict takes ten times as long."""
    return {
        "pages": [
            [page.number, [[b.text, b.kind, b.size, b.is_bold, b.glue] for b in page.blocks]]
            for page in document.pages
        ],
        "title": document.title,
        "stamp": document.stamp,
        "first_page": document.first_page,
        "n_scanned": document.n_scanned,
        "authors": document.authors,
        "year": document.year,
        "abstract": document.abstract,
        "doi": document.doi,
        "type": document.type,
        "n_ocr": document.n_ocr,
        "why_unread": document.why_unread,
    }


def from_plain(plain: dict[str, Any]) -> Document:
    pages = tuple(
        Page(number, tuple(Block(*block) for block in blocks)) for number, blocks in plain["pages"]
    )
    return Document(**plain | {"pages": pages, "authors": tuple(plain["authors"])})


def pictures_to_plain(pictures: Pictures) -> dict[str, Any]:
    return {
        "page": base64.b64encode(pictures.page).decode(),
        "figure": base64.b64encode(pictures.figure).decode(),
        "figure_page": pictures.figure_page,
        "caption": pictures.caption,
    }


def pictures_from_plain(plain: dict[str, Any]) -> Pictures:
    images = {name: base64.b64decode(plain[name]) for name in ("page", "figure")}
    return Pictures(**plain | images)


def page_to_plain(page: PageText) -> dict[str, Any]:
    return {
        "n_pages": page.n_pages,
        "width": page.width,
        "height": page.height,
        "turn": page.turn,
        "lines": [
            [i.x, i.y, i.length, i.size, i.angle, i.text, i.height, i.words] for i in page.lines
        ],
    }


def page_from_plain(plain: dict[str, Any]) -> PageText:
    lines = tuple(
        PageLine(x, y, length, size, angle, text, tuple(height), tuple(map(tuple, words)))
        for x, y, length, size, angle, text, height, words in plain["lines"]
    )
    return PageText(**plain | {"lines": lines, "turn": tuple(plain["turn"])})


def marks_to_plain(marks: Marks) -> dict[str, Any]:
    return {
        "highlights": [
            [h.page, h.place, h.kind, h.text, h.note, h.colour, h.box, h.is_flattened]
            for h in marks.highlights
        ],
        "ink": marks.ink,
        "unread": marks.unread,
        "traces": sorted(marks.traces),
    }


def marks_from_plain(plain: dict[str, Any]) -> Marks:
    highlights = [
        Highlight(page, place, kind, text, note, colour, tuple(box), is_flattened)
        for page, place, kind, text, note, colour, box, is_flattened in plain["highlights"]
    ]
    ink, unread = tuple(plain["ink"]), tuple(plain["unread"])
    return Marks(tuple(highlights), ink, unread, frozenset(plain["traces"]))


def looks_to_plain(looks: Looks) -> dict[str, Any]:
    return {
        "n_pages": looks.n_pages,
        "pages": [[page.words, base64.b64encode(page.grey).decode()] for page in looks.pages],
    }


def looks_from_plain(plain: dict[str, Any]) -> Looks:
    pages = (PageLook(tuple(words), base64.b64decode(grey)) for words, grey in plain["pages"])
    return Looks(plain["n_pages"], tuple(pages))
