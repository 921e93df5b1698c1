"""Define the answers of the process that reads PDFs, and their form as JSON in the pipe.

Both ends of the pipe share this module: the child writes the values, its caller reads them.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from reader.library.highlight import Highlight, Marks
from reader.library.passage import Block, Document, Page
from reader.pdfs.recognition import Looks, PageLook


class Tell(Protocol):
    """Tells the caller the next page, the number of pages, and how many more seconds it needs."""

    def __call__(self, page: int, of: int, more_s: float = 0.0) -> None: ...


class Unreadable(Exception):
    """The error of a file that cannot be read.

    kind: one of those that `checks` has words for. why: MuPDF's message, "" for none.
    """

    def __init__(self, kind: str, why: str = "") -> None:
        super().__init__(kind)
        self.kind, self.why = kind, why


def failures(pymupdf: Any) -> tuple[type[Exception], ...]:
    """List the exceptions that PyMuPDF raises for faults of a file."""
    return (pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError, IndexError)


def unreadable(error: Exception, kind: str) -> Unreadable:
    """Turn an exception of PyMuPDF into Unreadable, of kind "memory" where memory was short."""
    return Unreadable("memory" if is_memory(error) else kind, str(error)[:200])


def is_memory(error: Exception) -> bool:
    """Check whether MuPDF could not allocate memory; it says so in the message only."""
    return "alloc" in str(error)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures by which people recognise a paper: its first page and its first figure."""

    page: bytes = b""
    """Page 1, small, as PNG; empty where it cannot be drawn."""
    figure: bytes = b""
    """The first figure without its caption, as PNG; empty where none was surely found."""
    figure_page: int | None = None
    """The page of the figure, from 1; None without a figure."""
    caption: str = ""
    """The caption of the figure; empty without one."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of a page, in points from the page's upper left corner, before the page is turned.

    x, y: the begin of its base line. angle: its direction, in degrees clockwise. size: of its
    largest letters. height: its upper and lower edge. words: (left edge, right edge, word);
    empty for a line that is not level.
    """

    x: float
    y: float
    length: float
    size: float
    angle: float
    text: str
    height: tuple[float, float]
    words: tuple[tuple[float, float, str], ...]


PictureForm = Literal["png", "quick", "small"]
"""How a drawn page is encoded: always as PNG, what is made soonest, or what has fewest bytes."""


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of one page, its size in points, and the number of pages.

    turn: the six numbers of the matrix that turns the text as the page is shown; empty for a page
    that is shown upright.
    """

    n_pages: int
    width: float
    height: float
    turn: tuple[float, ...]
    lines: tuple[PageLine, ...]


def fields(value: Any) -> Any:
    """Turn a value into one that JSON has; the `default` of `json.dumps`.

    A dataclass becomes the list of its fields in their order, bytes become Base64.
    """
    # Not dataclasses.asdict, which takes ten times as long.
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, frozenset):
        return sorted(value)
    return [getattr(value, name) for name in value.__slots__]


def document_from(plain: list[Any]) -> Document:
    """Make a Document from the lists that `fields` made of it."""
    read, title, stamp, first_page, n_scanned, authors, *rest = plain
    pages = tuple(
        Page(number, tuple(Block(*_tuples(block)) for block in blocks), *size)
        for number, blocks, *size in read
    )
    return Document(pages, title, stamp, first_page, n_scanned, tuple(authors), *rest)


def marks_from(plain: list[Any]) -> Marks:
    """Make Marks from the lists that `fields` made of them."""
    marked, ink, unread, traces, strokes, *rest = plain
    highlights = tuple(map(highlight_from, marked))
    named = frozenset(strokes)
    return Marks(highlights, tuple(ink), tuple(unread), frozenset(traces), named, *rest)


def highlight_from(plain: list[Any]) -> Highlight:
    """Make a Highlight from the list that `fields` made of it."""
    return Highlight(*_tuples(plain))


def looks_from(plain: list[Any]) -> Looks:
    """Make Looks from the lists that `fields` made of them."""
    n_pages, pages = plain
    looks = (PageLook(tuple(words), base64.b64decode(grey)) for words, grey in pages)
    return Looks(n_pages, tuple(looks))


def pictures_from(plain: list[Any]) -> Pictures:
    """Make Pictures from the lists that `fields` made of them."""
    page, figure, *rest = plain
    return Pictures(base64.b64decode(page), base64.b64decode(figure), *rest)


def page_from(plain: list[Any]) -> PageText:
    """Make a PageText from the lists that `fields` made of it."""
    n_pages, width, height, turn, lines = _tuples(plain)
    return PageText(n_pages, width, height, turn, tuple(PageLine(*line) for line in lines))


def _tuples(plain: Any) -> Any:
    """Turn lists into tuples, at all depths."""
    return tuple(map(_tuples, plain)) if isinstance(plain, list) else plain
