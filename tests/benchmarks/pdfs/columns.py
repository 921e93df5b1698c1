"""Hold the order of a Document's text against where its lines stand on the page.

In two columns everything in the left one comes before everything in the right one, and
lines that follow each other down a column follow each other in the text. What crosses the
middle of the page (titles, wide figures and tables) parts it into bands, and only lines of
one band are held against each other. The boxes are PyMuPDF's own: no code of the project
says here where a column is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from reader.library.passage import Document
from tests.benchmarks.pdfs import compare
from tests.benchmarks.pdfs.truth import SEED

N_PAGES = 6
"""Pages looked at in one PDF: the first three, and as many drawn from the rest."""
SHORTEST = 25
"""Letters of a line that is looked for: shorter ones stand in several places."""
SAME_ROW = 3.0
"""Points: a wide space cuts a line in two, of the same height."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of letters on a page, in points from the top left."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Order:
    """Of one page: pairs of lines in the right order, of all pairs; and a wrong one."""

    page: int
    n: int
    total: int
    wrong: tuple[str, str] = ("", "")


def orders(path: Path, document: Document) -> list[Order]:
    """Check the pages of a two-column PDF; a page without two columns gives nothing."""
    import pymupdf

    found = []
    with pymupdf.open(path) as file:
        for number in _pages(file.page_count):
            page = file[number - 1]
            words = page.get_text("words", flags=pymupdf.TEXTFLAGS_WORDS)
            # On page 1 names and affiliations stand side by side, to be read either way.
            top = page.rect.height / 2 if number == 1 else 0.0
            lines = [line for line in placed_lines(words) if line.y0 >= top]
            order = order_of(number, lines, page.rect.width, *_texts(document, number))
            if order.total:
                found.append(order)
    return found


def placed_lines(words: Sequence[Sequence[Any]]) -> list[PlacedLine]:
    """Put together the words that PyMuPDF gives one block and line."""
    lines: dict[tuple[int, int], list[Sequence[Any]]] = {}
    for word in words:
        lines.setdefault((word[5], word[6]), []).append(word)
    placed = []
    for line in lines.values():
        # The lowest word tells the line's height: others hold signs of several lines' height.
        lowest = min(line, key=lambda word: float(word[3] - word[1]))
        text = compare.letters("".join(word[4] for word in line))
        x0, x1 = min(word[0] for word in line), max(word[2] for word in line)
        placed.append(PlacedLine(text, x0, lowest[1], x1, lowest[3]))
    return placed


def order_of(
    page: int, lines: Sequence[PlacedLine], width: float, text: str, apart: str = ""
) -> Order:
    """Count pairs of lines that stand in the text as they stand in columns.

    text: the letters of the page's running text; apart: those of its captions, tables and
    footnotes. Lines that are not once in the text, or in the other too, are left out.
    """
    middle = width / 2
    across = [line for line in lines if line.x0 < middle - 12 and line.x1 > middle + 12]
    cuts = sorted(line.y0 for line in across)
    bands: dict[int, tuple[list[PlacedLine], list[PlacedLine]]] = {}
    for line in lines:
        is_known = text.count(line.text) == 1 and line.text not in apart
        if len(line.text) >= SHORTEST and line not in across and is_known:
            band = sum(cut <= line.y0 for cut in cuts)
            is_right = line.x0 + line.x1 > width
            bands.setdefault(band, ([], []))[is_right].append(line)
    pairs = [pair for sides in bands.values() if all(sides) for pair in _pairs(*sides)]
    at = {line.text: text.index(line.text) for pair in pairs for line in pair}
    wrong = [(a.text, b.text) for a, b in pairs if at[a.text] > at[b.text]]
    return Order(page, len(pairs) - len(wrong), len(pairs), wrong[0] if wrong else ("", ""))


def _pairs(left: list[PlacedLine], right: list[PlacedLine]) -> list[tuple[PlacedLine, PlacedLine]]:
    """Pair lines that follow each other in a column, and those at the change of columns.

    Every left line with the first right one, and the last left line with every right one.
    """
    first, second = (sorted(side, key=lambda line: line.y0) for side in (left, right))
    down = [*pairwise(first), *pairwise(second)]
    down = [(a, b) for a, b in down if b.y0 - a.y0 > SAME_ROW]
    return [*down, *((a, second[0]) for a in first), *((first[-1], b) for b in second)]


def _texts(document: Document, number: int) -> tuple[str, str]:
    """Give the letters of a page's running text, and those that stand apart from it."""
    page = next((page for page in document.pages if page.number == number), None)
    parts: tuple[list[str], list[str]] = ([], [])
    for block in page.blocks if page else ():
        parts[block.kind not in ("text", "heading", "reference")].append(block.text)
    return compare.letters("".join(parts[0])), compare.letters("".join(parts[1]))


def _pages(n: int) -> list[int]:
    rest = range(4, n + 1)
    drawn = random.Random(SEED).sample(rest, min(N_PAGES - 3, len(rest)))
    return [*range(1, min(3, n) + 1), *sorted(drawn)]
