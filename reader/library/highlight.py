"""Define the marks that a reader made in a PDF, with whatever program.

Knows neither PDFs nor tables: room `pdfs` reads the marks, and its rows keep them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

OWN = "asayomi-"
"""What the names of annotations begin with that this program wrote into a copy."""

Kind = Literal["highlight", "underline", "strike-out", "squiggle", "note"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words that the reader marked, or a note that was typed at a place."""

    page: int
    """The page on which it begins, from 1; 0 where what it was brought from names none."""
    place: int
    """Its place on the page in reading order: the smaller one of two is read first."""
    kind: Kind
    text: str
    """The marked words, hyphens at line ends joined, white space as one blank. Empty for a
    note without words under it, and where a picture or a font has no readable words."""
    note: str = ""
    """The text that the reader typed at it."""
    colour: str = ""
    """`#rrggbb`, empty where the program set none."""
    box: Box = (0.0, 0.0, 0.0, 0.0)
    """x0, y0, x1, y1 of the mark on its first page, in points from the top left."""
    is_flattened: bool = False
    """Whether it is a coloured rectangle that an app drew into the page, and no annotation."""
    quads: tuple[Box, ...] = field(default=(), compare=False)
    """The boxes of its lines on that page, as `box` counts; empty where they are not known."""
    name: str = field(default="", compare=False)
    """The name that we gave its annotation: OWN and letters by chance. Empty for any other."""


@dataclass(frozen=True, slots=True)
class InkStroke:
    """A stroke that was drawn on a page by hand.

    name: as that of a Highlight. width: in points. points: x0 y0 x1 y1 …, in points from the top
    left of the page as it is shown.
    """

    page: int
    name: str
    colour: str
    width: float
    points: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """All the marks of a reader in one PDF."""

    highlights: tuple[Highlight, ...] = ()
    """In reading order, over columns and pages."""
    ink: tuple[int, ...] = ()
    """The page of each stroke and drawing by hand; handwriting is not read."""
    unread: tuple[int, ...] = ()
    """Pages whose marks could not all be read, so that a missing mark need not be removed."""
    traces: frozenset[str] = field(default=frozenset(), compare=False)
    """Fingerprints of each stroke, and of what each page paints beside the highlights. A copy
    that lacks one of another copy's may lack handwriting. Empty where they are not known."""
    strokes: frozenset[str] = field(default=frozenset(), compare=False)
    """The names of our own strokes in it."""
    n_pages: int = field(default=0, compare=False)
    is_ours: bool = field(default=False, compare=False)
    """Whether it is a copy that we wrote, whose pages paint what they painted then."""

    @property
    def n_ink(self) -> int:
        """Return the number of strokes and drawings by hand."""
        return len(self.ink)


def once(text: str) -> str:
    """Shorten a phrase that a mark has three times or more in a row ("BLEU BLEU BLEU") to one."""
    found = _REPEATED.fullmatch(text)
    return found[1] if found else text


# The bound of 200 characters keeps the time linear in a long text.
_REPEATED = re.compile(r"(\S.{0,200}?)(?: \1){2,}", re.DOTALL)


def gathered(marks: Iterable[Highlight]) -> list[tuple[int, ...]]:
    """Return for each mark the pages that it is shown with, in the order of the marks.

    Marks of the same words, kind and colour without a typed note are shown once, at the first of
    them, with all their pages; each other one of them has ().
    """
    marks = list(marks)
    pages: dict[tuple[str, ...], list[int]] = {}
    keys = [(once(m.text).casefold(), m.kind, m.colour) for m in marks]
    for mark, key in zip(marks, keys, strict=True):
        if mark.text and not mark.note:
            pages.setdefault(key, []).append(mark.page)
    # `pop`: the first mark of a key takes all pages, and leaves none for the next ones.
    return [
        tuple(dict.fromkeys(pages.pop(key, ()))) if mark.text and not mark.note else (mark.page,)
        for mark, key in zip(marks, keys, strict=True)
    ]
