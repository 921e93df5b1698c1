"""Tell marks that an app drew into the page from the drawings of the paper itself.

An app paints over a finished page, and so that the words show through; authors shade first
and write then. A marker's strokes are as high as a line and lie on lines of text, nearly all
that are made with the same pen. Pure: knows letters and shapes, nothing of PyMuPDF.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from statistics import median
from typing import NamedTuple

from reader.highlight import Box
from reader.pdf.marks.drawings import Shape
from reader.pdf.marks.letters import Letter, PageLetters

LOWEST, HIGHEST = 0.4, 2.2
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


def strokes(shapes: list[Shape], letters: PageLetters, order: Order) -> list[Stroke]:
    return [_stroke(shape, letters, order) for shape in shapes]


def pens(all_strokes: list[Stroke]) -> set[Pen]:
    """Give the pens that are a reader's; all_strokes: of the whole file."""
    n_all = Counter(stroke.shape.pen for stroke in all_strokes)
    n_sure = Counter(stroke.shape.pen for stroke in all_strokes if stroke.places)
    n_prose = Counter(stroke.shape.pen for stroke in all_strokes if stroke.is_prose)
    return {pen for pen, n in n_all.items() if n_sure[pen] >= SURE * n and n_prose[pen]}


def marks(
    page_strokes: list[Stroke], letters: PageLetters, believed: set[Pen], sure: set[Pen]
) -> list[Mark]:
    """Give runs of letters under one pen, each as one mark; strokes follow line by line.

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
        is_one = bool(run) and _are_joined(pen_of[run[-1]].shape, pen_of[place].shape)
        if run and not (is_one and _goes_on(letters, run[-1], place)):
            made.append(_mark(run, pen_of))
            run = []
        run.append(place)
    return [*made, _mark(run, pen_of)] if run else made


def often_on_prose(all_strokes: list[Stroke]) -> set[Pen]:
    counts = Counter(stroke.shape.pen for stroke in all_strokes if stroke.is_prose)
    return {pen for pen, n in counts.items() if n >= MANY}


def _stroke(shape: Shape, letters: PageLetters, order: Order) -> Stroke:
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
    if not LOWEST * height < y1 - y0 < HIGHEST * height or width < FILLED * (x1 - x0):
        return nothing
    if not _is_painted_over(shape, found, order):
        return nothing
    # Raised letters and symbols with odd boxes belong to the line that is marked.
    places = letters.in_row(row, x0, x1)
    return Stroke(shape, frozenset(places), _is_prose(letters, row, found[0].line))


def _is_painted_over(shape: Shape, found: list[Letter], order: Order) -> bool:
    when = [order.get((round(x, 1), round(y, 1)), shape.n) for x, y in (o.origin for o in found)]
    return sum(n < shape.n for n in when) > len(found) / 2


def _is_prose(letters: PageLetters, row: int, line: int) -> bool:
    """Judge the line and not the row: labels of a figure stand side by side too."""
    whole = [one for n in letters.of_row(row) if (one := letters.letters[n]).line == line]
    texts = [one.text for one in whole if not one.text.isspace()]
    n_letters = sum(text.isalpha() for text in texts)
    return n_letters >= PROSE_LETTERS and n_letters >= PROSE_SHARE * len(texts)


def _are_joined(before: Shape, after: Shape) -> bool:
    """Say no to two pens, and to two strokes with a gap between them on one line."""
    y0, y1 = max(before.box[1], after.box[1]), min(before.box[3], after.box[3])
    is_one_line = y1 - y0 > 0.5 * (after.box[3] - after.box[1])
    return before.pen == after.pen and not (is_one_line and after.box[0] > before.box[2] + 1)


def _goes_on(letters: PageLetters, last: int, place: int) -> bool:
    """Say whether two letters under one pen are of one mark: nothing was left out between."""
    before, after = letters.letters[last], letters.letters[place]
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
