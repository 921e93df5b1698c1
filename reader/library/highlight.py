"""Define a reader's marks in a PDF, whoever's program drew them.

Knows neither PDFs nor tables: `pdfs` reads marks, and its rows keep them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
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
    ink: tuple[int, ...] = ()
    """The page of each stroke and drawing by hand, whose words nobody can read here."""
    unread: tuple[int, ...] = ()
    """Pages whose marks could not all be read: what is missing there need not be gone."""
    traces: frozenset[str] = field(default=frozenset(), compare=False)
    """Fingerprints of what no highlight says: of each stroke, and of what each page paints. A
    copy that lacks one of another's may lack handwriting. Empty: not known."""

    @property
    def n_ink(self) -> int:
        """Count the strokes and drawings by hand."""
        return len(self.ink)


def once(text: str) -> str:
    """Shorten a phrase that one mark covers at three places or more: "BLEU BLEU BLEU"."""
    found = _REPEATED.fullmatch(text)
    return found[1] if found else text


_REPEATED = re.compile(r"(\S.{0,200}?)(?: \1){2,}", re.DOTALL)


def gathered(marks: Iterable[Highlight]) -> list[tuple[int, ...]]:
    """Gather for each mark the pages that it is shown with.

    The same words marked alike again and again, nothing typed at them, are shown where they
    come first, with all pages; the others of them with none: ().
    """
    marks = list(marks)
    pages: dict[tuple[str, ...], list[int]] = {}
    keys = [(once(m.text).casefold(), m.kind, m.colour) for m in marks]
    for mark, key in zip(marks, keys, strict=True):
        if mark.text and not mark.note:
            pages.setdefault(key, []).append(mark.page)
    return [
        tuple(dict.fromkeys(pages.pop(key, ()))) if mark.text and not mark.note else (mark.page,)
        for mark, key in zip(marks, keys, strict=True)
    ]
