"""Say what a box, a line of text and a page are to those that look for figures.

Plain values in points from the top left; nothing of what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Box(NamedTuple):
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def cut(self, other: Box) -> Box:
        """Give what both have in common; of negative width or height where nothing."""
        return Box(
            max(self.x0, other.x0),
            max(self.y0, other.y0),
            min(self.x1, other.x1),
            min(self.y1, other.y1),
        )

    def meets(self, other: Box) -> bool:
        shared = self.cut(other)
        return shared.width > 0 and shared.height > 0


class Words(NamedTuple):
    """A line of text.

    size, font: of most of it; lead: font of its first letters; block: its place among
    PyMuPDF's blocks.
    """

    box: Box
    text: str
    size: float
    font: str
    lead: str
    block: int


class Look(NamedTuple):
    """What stands on a page.

    body: size and font of the document's running text. gutter: see `gutter`.
    """

    width: float
    height: float
    words: list[Words]
    drawn: list[Box]
    body: tuple[float, str]
    gutter: float | None = None


def around(boxes: Iterable[Box]) -> Box:
    """Give the smallest box around all; there must be one at least."""
    several = list(boxes)
    return Box(
        min(box.x0 for box in several),
        min(box.y0 for box in several),
        max(box.x1 for box in several),
        max(box.y1 for box in several),
    )
