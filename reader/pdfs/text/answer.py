"""Carry what was found in a PDF, or what is wrong with it, from the child to its caller.

Both ends share these values and the JSON in which they go through the pipe.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Protocol

from reader.library.highlight import Highlight, Marks
from reader.library.passage import Block, Document, Page
from reader.pdfs.recognition import Looks, PageLook


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


def unreadable(error: Exception, kind: str) -> Unreadable:
    """Make the file's fault of what PyMuPDF raised; memory that is short is a kind of its own."""
    return Unreadable("memory" if is_memory(error) else kind, str(error)[:200])


def is_memory(error: Exception) -> bool:
    return "alloc" in str(error)


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


def fields(value: Any) -> Any:
    """Turn a value of the answer into what JSON holds, for `json.dumps` as its `default`.

    The fields of a dataclass in their order: dataclasses.asdict takes ten times as long.
    """
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, frozenset):
        return sorted(value)
    return [getattr(value, name) for name in value.__slots__]


def document_from(plain: list[Any]) -> Document:
    """Make a Document again of what `fields` made of it; so do the other functions below."""
    read, title, stamp, first_page, n_scanned, authors, *rest = plain
    pages = tuple(Page(number, tuple(Block(*block) for block in blocks)) for number, blocks in read)
    return Document(pages, title, stamp, first_page, n_scanned, tuple(authors), *rest)


def marks_from(plain: list[Any]) -> Marks:
    marked, ink, unread, traces = plain
    highlights = tuple(Highlight(*_tuples(mark)) for mark in marked)
    return Marks(highlights, tuple(ink), tuple(unread), frozenset(traces))


def looks_from(plain: list[Any]) -> Looks:
    n_pages, pages = plain
    looks = (PageLook(tuple(words), base64.b64decode(grey)) for words, grey in pages)
    return Looks(n_pages, tuple(looks))


def pictures_from(plain: list[Any]) -> Pictures:
    page, figure, *rest = plain
    return Pictures(base64.b64decode(page), base64.b64decode(figure), *rest)


def page_from(plain: list[Any]) -> PageText:
    n_pages, width, height, turn, lines = _tuples(plain)
    return PageText(n_pages, width, height, turn, tuple(PageLine(*line) for line in lines))


def _tuples(plain: Any) -> Any:
    """Make the lists of JSON tuples again, at all depths."""
    return tuple(map(_tuples, plain)) if isinstance(plain, list) else plain
