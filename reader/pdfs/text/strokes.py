"""Tell a reader's marker pen from the drawings of the paper itself.

An app paints over a finished page, and so that the words show through; authors shade first
and write then. A marker's strokes are as high as a line and lie on lines of text, nearly all
that are made with the same pen. Knows PyMuPDF's get_cdrawings and get_texttrace.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from statistics import median
from typing import Any, NamedTuple

from reader.library.highlight import Box
from reader.pdfs.text.letters import PageLetters

MAX_SHAPES = 2_000
OPAQUE = 0.95
CHROMA = 0.25
"""Between a pen's strongest and weakest part of red, green and blue: grey is no marker."""
LOWEST, HIGHEST = 3.0, 60.0
"""Points: how high a line of text can be; what is not is no mark, and no text is looked for."""
THICK = 4.0
"""Points: a stroke as broad as a marker's."""


class Shape(NamedTuple):
    """n: n-th thing painted on the page, as text is counted too. pen: colour and opacity."""

    box: Box
    pen: tuple[str, float]
    n: int


def shapes_of(page: Any) -> list[Shape]:
    """List the coloured shapes of a page that let text show through."""
    found: list[Shape] = []
    groups: list[tuple[int, bool, float]] = []
    for path in page.get_cdrawings(extended=True):
        while groups and groups[-1][0] >= path["level"]:
            groups.pop()
        if path["type"] == "group":
            is_plain = path["blendmode"] in ("Normal", "Compatible")
            groups.append((path["level"], not is_plain, path["opacity"]))
        elif path["type"] in ("f", "s", "fs"):
            shape = _shape(path, groups)
            if shape is not None:
                found.append(shape)
    return found[:MAX_SHAPES]


def colour(parts: list[float]) -> str:
    """Write a colour of one (grey), three (RGB) or four parts (CMYK) as `#rrggbb`."""
    if not all(math.isfinite(part) for part in parts):
        return ""
    if len(parts) == 1:
        parts = parts * 3
    elif len(parts) == 4:
        parts = [(1 - part) * (1 - parts[3]) for part in parts[:3]]
    if len(parts) != 3:
        return ""
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, part))):02x}" for part in parts)


def painting_order(page: Any) -> dict[tuple[float, float], int]:
    """Map each letter's origin to which n-th thing painted it is."""
    return {
        (round(char[2][0], 1), round(char[2][1], 1)): span["seqno"]
        for span in page.get_texttrace()
        for char in span["chars"]
    }


def _shape(path: dict[str, Any], groups: list[tuple[int, bool, float]]) -> Shape | None:
    is_filled = path["type"] != "s"
    parts = path.get("fill" if is_filled else "color")
    opacity = path.get("fill_opacity" if is_filled else "stroke_opacity") or 1.0
    is_blended = False
    for _, blends, share in groups:
        is_blended, opacity = is_blended or blends, opacity * share
    if not parts or max(parts) - min(parts) < CHROMA:
        return None
    if opacity >= OPAQUE and not is_blended:
        return None
    x0, y0, x1, y1 = path["rect"]
    if not is_filled:
        half = (path.get("width") or 0.0) / 2
        if half < THICK / 2 or y1 - y0 > half:
            return None
        y0, y1 = y0 - half, y1 + half
    if not LOWEST < y1 - y0 < HIGHEST or x1 - x0 < LOWEST:
        return None
    return Shape((x0, y0, x1, y1), (colour(list(parts)), round(opacity, 2)), path["seqno"])


LOWEST_SHARE, HIGHEST_SHARE = 0.4, 2.2
"""A stroke's height in heights of the letters under it."""
FILLED = 0.3
"""Of a stroke's width: covered by letters, not by white. A table's row has half, a figure none."""
SURE = 0.6
"""Of a pen's strokes: on lines of text; a figure's colours lie mostly on none."""
PROSE_LETTERS, PROSE_SHARE = 20, 0.6
"""How many letters a line of prose has; how many of its characters are letters."""
MANY = 5
"""Strokes on prose: then the pen's short ones elsewhere are believed too."""

_NEXT = 1.9
"""Heights from a line to the next one: more is a gap."""

Order = dict[tuple[float, float], int]
Pen = tuple[str, float]


class Stroke(NamedTuple):
    """A shape that could be a mark. places: of the letters under it; none otherwise."""

    shape: Shape
    places: frozenset[int]
    is_prose: bool


class Mark(NamedTuple):
    places: tuple[int, ...]
    colour: str
    box: Box


def pens(all_strokes: list[Stroke]) -> set[Pen]:
    """Find the pens that are a reader's; all_strokes: of the whole file."""
    n_all = Counter(stroke.shape.pen for stroke in all_strokes)
    n_sure = Counter(stroke.shape.pen for stroke in all_strokes if stroke.places)
    n_prose = Counter(stroke.shape.pen for stroke in all_strokes if stroke.is_prose)
    return {pen for pen, n in n_all.items() if n_sure[pen] >= SURE * n and n_prose[pen]}


def marks(
    page_strokes: list[Stroke], letters: PageLetters, believed: set[Pen], sure: set[Pen]
) -> list[Mark]:
    """Make a mark of each run of letters under one pen; strokes follow line by line.

    believed: the readers' pens; sure: those of which also strokes beside prose count.
    """
    pen_of: dict[int, Stroke] = {}
    for stroke in page_strokes:
        pen = stroke.shape.pen
        if pen in believed and (stroke.is_prose or pen in sure):
            for place in letters.whole_words(stroke.places):
                pen_of[place] = stroke
    made: list[Mark] = []
    run: list[int] = []
    for place in sorted(pen_of):
        shapes = (pen_of[run[-1]].shape, pen_of[place].shape) if run else None
        if shapes and not _goes_on(letters, run[-1], place, shapes):
            made.append(_mark(run, pen_of))
            run = []
        run.append(place)
    return [*made, _mark(run, pen_of)] if run else made


def often_on_prose(all_strokes: list[Stroke]) -> set[Pen]:
    """Find the pens of which also the short strokes beside prose are believed."""
    counts = Counter(stroke.shape.pen for stroke in all_strokes if stroke.is_prose)
    return {pen for pen, n in counts.items() if n >= MANY}


def stroke_of(shape: Shape, letters: PageLetters, order: Order) -> Stroke:
    """Find the letters that a shape marks, none where it is no marker's stroke.

    order: which n-th thing painted each letter is.
    """
    nothing = Stroke(shape, frozenset(), is_prose=False)
    x0, y0, x1, y1 = shape.box
    under = letters.under(((x0, y0), (x1, y0), (x0, y1), (x1, y1)))
    by_row: dict[int, list[int]] = defaultdict(list)
    for place in under:
        if not letters.letters[place].text.isspace():
            by_row[letters.letters[place].row].append(place)
    if not by_row:
        return nothing
    row = max(by_row, key=lambda key: len(by_row[key]))
    found = [letters.letters[place] for place in by_row[row]]
    height = median(letter.box[3] - letter.box[1] for letter in found)
    width = sum(letter.box[2] - letter.box[0] for letter in found)
    if not LOWEST_SHARE * height < y1 - y0 < HIGHEST_SHARE * height or width < FILLED * (x1 - x0):
        return nothing
    origins = [(round(letter.origin[0], 1), round(letter.origin[1], 1)) for letter in found]
    if sum(order.get(origin, shape.n) < shape.n for origin in origins) <= len(found) / 2:
        return nothing  # it was painted first, and the letters over it
    # Of the line and not of the row: labels of a figure stand side by side too.
    whole = [letters.letters[n] for n in letters.of_row(row)]
    line = [o.text for o in whole if o.line == found[0].line and not o.text.isspace()]
    n_letters = sum(text.isalpha() for text in line)
    is_prose = n_letters >= PROSE_LETTERS and n_letters >= PROSE_SHARE * len(line)
    # Raised letters and symbols with odd boxes belong to the line that is marked.
    return Stroke(shape, frozenset(letters.in_row(row, x0, x1)), is_prose)


def _goes_on(letters: PageLetters, last: int, place: int, shapes: tuple[Shape, Shape]) -> bool:
    """Check that two letters are of one mark: one pen, and nothing was left out between.

    shapes: the strokes over the two letters.
    """
    before, after = letters.letters[last], letters.letters[place]
    one, two = shapes
    y0, y1 = max(one.box[1], two.box[1]), min(one.box[3], two.box[3])
    is_one_line = y1 - y0 > 0.5 * (two.box[3] - two.box[1])
    if one.pen != two.pen or (is_one_line and two.box[0] > one.box[2] + 1):
        return False
    if not letters.are_beside(last, place):
        return False
    height = before.box[3] - before.box[1]
    if before.row == after.row or 0 < after.y - before.y < _NEXT * height:
        return True
    # In the next column a sentence goes on; after a gap below it is another mark.
    return after.y < before.y and before.text not in ".!?。" and not after.text.isupper()


def _mark(run: list[int], pen_of: dict[int, Stroke]) -> Mark:
    boxes = [pen_of[place].shape.box for place in run]
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return Mark(tuple(run), pen_of[run[0]].shape.pen[0], (x0, y0, x1, y1))
