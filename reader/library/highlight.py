"""Define the marks that a reader made in a PDF, with whatever program, and how they are shown.

A mark has several states where its colour, its typed note or its range was changed. Knows neither
PDFs nor tables: room `pdfs` reads the marks, and the rows keep them.
"""

from __future__ import annotations

import colorsys
import functools
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from reader.base.messages import N_

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


@dataclass(frozen=True, slots=True)
class MarkState:
    """One state of a mark."""

    id: int
    mark: int
    """The id of the mark's first state."""
    paper: int
    highlight: Highlight
    at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class VisibleMark:
    """A mark as it is shown; id: of the state that is shown."""

    id: int
    highlight: Highlight
    at: datetime
    gone_at: datetime | None
    """When it was removed, None where it was not."""


def shown(states: Iterable[MarkState]) -> list[VisibleMark]:
    """List each mark with the state that is shown, in reading order.

    It is the newest state that a copy has; where two copies have two states, the typed notes of
    both are shown. A mark that no copy has is removed: its last state is shown, with the moment.
    """
    found = by_mark(states).values()
    return sorted(found, key=lambda s: (s.highlight.page, s.highlight.place, s.id))


def by_mark(states: Iterable[MarkState]) -> dict[int, VisibleMark]:
    """Choose the state of each mark that is shown: `MarkState.mark` → its mark as `shown`."""
    marks: dict[int, list[MarkState]] = defaultdict(list)
    for kept in states:
        marks[kept.mark].append(kept)
    found = {}
    for number, mark in marks.items():
        there = sorted((k for k in mark if k.gone_at is None), key=lambda k: k.id)
        if not there:
            last = max(mark, key=lambda k: (k.gone_at or k.at, k.id))
            found[number] = VisibleMark(last.id, last.highlight, last.at, last.gone_at)
            continue
        notes: list[str] = []
        for kept in reversed(there):
            if not any(kept.highlight.note in note for note in notes):
                notes.append(kept.highlight.note)
        newest, first = there[-1], min(mark, key=lambda k: k.id)
        highlight = replace(newest.highlight, note="\n".join(filter(None, notes)))
        found[number] = VisibleMark(newest.id, highlight, first.at, None)
    return found


MARKS = {
    "highlight": N_("highlight"),
    "underline": N_("underlined"),
    "strike-out": N_("struck out"),
    "squiggle": N_("squiggle"),
    "note": N_("note"),
}
COLOURS = {
    "red": N_("red"),
    "orange": N_("orange"),
    "yellow": N_("yellow"),
    "green": N_("green"),
    "cyan": N_("cyan"),
    "blue": N_("blue"),
    "purple": N_("purple"),
    "pink": N_("pink"),
    "white": N_("white"),
    "grey": N_("grey"),
    "black": N_("black"),
}


@functools.lru_cache(maxsize=256)
def colour_word(colour: str) -> str:
    """Get the English name of a colour `#rrggbb`; "" for none."""
    try:
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    except ValueError:
        return ""
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    if light > 0.97 or light < 0.08 or saturation < 0.12:
        return "white" if light > 0.9 else "black" if light < 0.25 else "grey"
    degrees = hue * 360 if light < 0.8 or 15 <= hue * 360 < 345 else 344  # light red is pink
    return next(name for end, name in _HUES if degrees < end)


_HUES = ((15, "red"), (42, "orange"), (70, "yellow"), (165, "green"), (190, "cyan"),
         (250, "blue"), (290, "purple"), (345, "pink"), (361, "red"))  # fmt: skip
