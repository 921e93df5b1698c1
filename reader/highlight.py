"""Say what a reader's marks in a PDF are, whoever's program drew them.

Knows neither PDFs nor tables: `pdf` reads marks, `store` keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["highlight", "underline", "strike-out", "squiggle", "note"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words that the reader marked, or a note that was typed at a place."""

    page: int
    """From 1; where it begins."""
    place: int
    """Where on its page it begins, in reading order: of two the smaller one is read first."""
    kind: Kind
    text: str
    """The marked words: hyphens at line ends joined, white space one blank. Empty for a
    note without words under it, and where picture or font gave none."""
    note: str = ""
    """What the reader typed at it."""
    colour: str = ""
    """`#rrggbb`, empty where the program gave none."""
    box: Box = (0.0, 0.0, 0.0, 0.0)
    """x0, y0, x1, y1 of the mark on its first page, in points from the top left."""
    is_flattened: bool = False
    """A coloured rectangle that an app drew into the page, and no annotation."""


@dataclass(frozen=True, slots=True)
class Marks:
    """All that a reader left in one PDF."""

    highlights: tuple[Highlight, ...] = ()
    """In reading order, over columns and pages."""
    n_ink: int = 0
    """Strokes and drawings by hand, whose words nobody can read here."""
