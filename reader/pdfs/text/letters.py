"""Put the letters of a page into reading order, and find those under a mark.

`lines` decides on the order, from PyMuPDF's get_text("rawdict"). A mark is the quad of an
annotation, or a stroke that an app's marker pen left in the page. Such strokes differ from the
drawings of the paper itself: an app paints over a finished page, and lets the words show through;
authors shade first and write afterwards. A marker's strokes are as high as a line, and nearly all
strokes of one pen are on lines of text.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from statistics import median
from typing import Any, NamedTuple

from reader.library.highlight import Box
from reader.pdfs.text.lines import IS_CJK, NOT_TEXT, Row, joined, page_lines, runs

Point = tuple[float, float]
Quad = Sequence[Point]
"""Four corners, in any order, since programs use different ones."""

_BIN = 12.0
"""The height in points, about a line's, of the strips of a page in which letters are looked up."""
_DASH = "—"
_HIT = 0.4
"""The share of a word's letters under a mark drawn by hand from which on the word is marked."""
_FULL_WIDTH = range(0xFF01, 0xFF5F)


class Letter(NamedTuple):
    """A character of a page, placed as the page is shown.

    x, y: the centre of its box. origin: as PyMuPDF returns it, before the page is turned.
    line: number of PyMuPDF's line. row: number of the row, in reading order.
    """

    text: str
    x: float
    y: float
    box: Box
    origin: Point
    line: int
    row: int


class Turn(NamedTuple):
    """The rotation with which a page is shown.

    rotation: in degrees clockwise. width, height: before the rotation, as all of PyMuPDF's places.
    """

    rotation: int
    width: float
    height: float

    def box(self, box: Box) -> Box:
        """Turn a box of PyMuPDF's as the page is shown."""
        x0, y0, x1, y1 = box
        if self.rotation == 90:
            return self.height - y1, x0, self.height - y0, x1
        if self.rotation == 180:
            return self.width - x1, self.height - y1, self.width - x0, self.height - y0
        if self.rotation == 270:
            return y0, self.width - x1, y1, self.width - x0
        return box


class _Line(NamedTuple):
    """A line of letters; place: of its first letter."""

    place: int
    box: Box


class PageLetters:
    """The letters of a page in reading order; a letter's index is its place."""

    def __init__(self, letters: list[Letter]) -> None:
        self.letters = letters
        self._strips: dict[int, list[int]] = defaultdict(list)
        self._rows: dict[int, list[int]] = defaultdict(list)
        self._lines: dict[int, _Line] = {}
        for place, letter in enumerate(letters):
            self._strips[int(letter.y // _BIN)].append(place)
            self._rows[letter.row].append(place)
            line = self._lines.get(letter.line, _Line(place, letter.box))
            self._lines[letter.line] = _Line(line.place, _enclosing_box(line.box, letter.box))

    def under(self, quad: Quad) -> set[int]:
        """Find the places of the letters whose centre is in a quad."""
        x0, y0, x1, y1 = bounds(quad)
        first, last = int(y0 // _BIN), int(y1 // _BIN)
        near: Iterable[int] = range(len(self.letters))
        # A quad made to harm may span more strips than the page has.
        if last - first <= len(self._strips):
            strips = range(first, last + 1)
            near = (place for strip in strips for place in self._strips.get(strip, ()))
        found = {
            place
            for place in near
            if x0 <= (one := self.letters[place]).x <= x1 and y0 <= one.y <= y1
        }
        # The usual quad is level, and its box is enough.
        if all(
            min(abs(x - x0), abs(x - x1)) < 0.1 and min(abs(y - y0), abs(y - y1)) < 0.1
            for x, y in quad
        ):
            return found
        # The quad is askew: sort its corners around the middle; a point inside is then on the
        # same side of all four sides.
        middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
        ring = sorted(
            quad, key=lambda corner: math.atan2(corner[1] - middle_y, corner[0] - middle_x)
        )
        sides = list(zip(ring, ring[1:] + ring[:1], strict=True))
        return {
            n
            for n in found
            if all(
                (bx - ax) * (self.letters[n].y - ay) - (by - ay) * (self.letters[n].x - ax) >= -0.01
                for (ax, ay), (bx, by) in sides
            )
        }

    def of_row(self, row: int) -> list[int]:
        """Return the places of a row's letters."""
        return self._rows.get(row, [])

    def are_beside(self, first: int, last: int) -> bool:
        """Check whether all letters between two letters are in the margin beside these two."""
        # Notes in the margin are read between the lines. Blanks have no place of their own.
        ends = [self._lines[self.letters[place].line].box for place in (first, last)]
        x0, _, x1, _ = _enclosing_box(*ends)
        between = {one.line for one in self.letters[first + 1 : last] if not one.text.isspace()}
        boxes = [self._lines[line].box for line in between]
        return all(box[0] > x1 or box[2] < x0 for box in boxes)

    def in_row(self, row: int, x0: float, x1: float) -> list[int]:
        """Return the places of a row's letters between two edges."""
        return [place for place in self.of_row(row) if x0 <= self.letters[place].x <= x1]

    def whole_words(self, places: Collection[int]) -> set[int]:
        """Select the places of the words of which a mark by hand hit a large enough part.

        Japanese has no blanks between words, so its characters are returned as they were hit.
        """
        found = {place for place in places if self.letters[place].text == _DASH}
        for row in {self.letters[place].row for place in places}:
            for word in self._words(row):
                hit = [place for place in word if place in places]
                if any(IS_CJK.match(self.letters[place].text) for place in hit):
                    found.update(hit)
                elif len(hit) >= _HIT * len(word):
                    found.update(word)
        return found or set(places)

    def _words(self, row: int) -> Iterable[list[int]]:
        word: list[int] = []
        for place in self.of_row(row):
            letter = self.letters[place]
            is_between = letter.text.isspace() or letter.text == _DASH
            if word and (is_between or self._is_apart(self.letters[word[-1]], letter)):
                yield word
                word = []
            if not is_between:
                word.append(place)
        if word:
            yield word

    def nearest(self, box: Box) -> int:
        """Find the place of the letter nearest to a note; 0 on a page without text."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        best, found = math.inf, 0
        for place, (x0, y0, x1, y1) in self._lines.values():
            # A note in the margin belongs to the line beside it more than to one below.
            away = max(x0 - x, 0.0, x - x1) + 4 * max(y0 - y, 0.0, y - y1)
            if away < best:
                best, found = away, place
        near = self.letters[found].row if self.letters else 0
        return min(self.of_row(near), key=lambda n: abs(self.letters[n].x - x), default=0)

    def has_hyphen_at_end(self, places: set[int]) -> bool:
        """Check whether some letters may have a hyphen at the end of a row, and go on below it."""
        end = self.letters[max(places)].row if places else 0
        return any(
            letter.text in "-‐" and letter.row != end
            for letter in map(self.letters.__getitem__, places)
        )

    def text(self, places: Iterable[int], hyphenated: frozenset[str]) -> str:
        """Join the letters at some places to a text; hyphenated: see `lines.compounds`.

        "" where the font has no readable letters.
        """
        pieces: list[str] = []
        last: tuple[int, Letter] | None = None
        for place in sorted(places):
            letter = self.letters[place]
            if last is None or last[1].row != letter.row:
                pieces.append("")
            elif last[0] + 1 != place or self._is_apart(last[1], letter):
                pieces[-1] += " "
            pieces[-1] += letter.text
            last = place, letter
        texts = [folded(piece) for piece in pieces]
        text = joined([text for text in texts if text], hyphenated)
        return text if any(char != "\ufffd" and not char.isspace() for char in text) else ""

    @staticmethod
    def _is_apart(before: Letter, after: Letter) -> bool:
        is_below = after.box[1] > before.box[3] or after.box[3] < before.box[1]
        return before.line != after.line and (is_below or after.box[0] - before.box[2] > 1)


def folded(text: str) -> str:
    """Write out ligatures and the like (NFKC), but keep full-width marks of Japanese."""
    text = NOT_TEXT.sub("", text.replace("\xa0", " ")).strip()
    if text.isascii():
        return text
    parts = [
        char if ord(char) in _FULL_WIDTH else unicodedata.normalize("NFKC", char) for char in text
    ]
    return unicodedata.normalize("NFC", "".join(parts))


def bounds(quad: Quad) -> Box:
    """Compute the box around a quad."""
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    return min(xs), min(ys), max(xs), max(ys)


def _enclosing_box(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


_FIRST_TAG = 0xF0000
"""The first of the private characters (plane 15) that stand for the numbers of lines."""
_MAX_LINES = 60_000
"""The most lines of a page, fewer than there are such characters."""
_SPAN = ("size", "font", "flags", "origin")
"""The keys of a span that `page_lines` needs, besides its text."""
_FAR = 1e5
"""Points from the page's corner beyond which nothing is seen."""
_WITHIN = 0.95
"""The least distance of two lines of text, in letter sizes; parts of a formula are closer."""


def page_letters(raw: dict[str, Any], turn: Turn) -> PageLetters:
    """Put the letters of a page into reading order, with the blanks between words.

    raw: get_text("rawdict"). turn: the rotation of the page.
    """
    lines = [
        (line, chars)
        for block in raw["blocks"]
        if block["type"] == 0
        for line in block["lines"]
        if (chars := [char for span in line["spans"] for char in span["chars"]])
        and any(not char["c"].isspace() for char in chars)
    ][:_MAX_LINES]
    found = []
    for row, tags in enumerate(_order(raw, lines)):
        for tag in tags:
            for char in lines[tag][1]:
                x0, y0, x1, y1 = box = turn.box(char["bbox"])
                x, y = (x0 + x1) / 2, (y0 + y1) / 2
                if abs(x) < _FAR and abs(y) < _FAR:  # False for NaN too
                    found.append(Letter(char["c"], x, y, box, char["origin"], tag, row))
    return PageLetters(found)


def _order(raw: dict[str, Any], lines: list[tuple[dict[str, Any], list[Any]]]) -> list[list[int]]:
    """Return the numbers of the lines, row by row, in the order of `lines.runs`."""
    # `runs` returns texts only. So each line is given its number as a first, private character,
    # which is read off the rows afterwards.
    tagged = []
    for number, (line, _) in enumerate(lines):
        spans = []
        for span in line["spans"]:
            if chars := span["chars"]:
                text = "".join([c["c"] for c in chars if c["c"] < chr(_FIRST_TAG)])
                spans.append({key: span[key] for key in _SPAN} | {"text": text})
        spans[0]["text"] = chr(_FIRST_TAG + number) + spans[0]["text"]
        tagged.append({"dir": line["dir"], "bbox": line["bbox"], "spans": spans})
    blocks = [{"type": 0, "lines": tagged}]
    page = page_lines({"blocks": blocks, "width": raw["width"], "height": raw["height"]})
    rows: list[list[int]] = []
    for run in runs(page.lines, page.width):
        rows += _with_formulas(run)
    rows += [_tags(text) for text in page.rotated]
    placed = {tag for row in rows for tag in row}
    return rows + [[tag] for tag in range(len(lines)) if tag not in placed]


def _with_formulas(run: list[Row]) -> list[list[int]]:
    """Join rows that overlap: fractions, sums and their limits.

    Their lines are in the order of the file, since row by row they would make no sense.
    """
    groups: list[list[Row]] = []
    for row in run:
        before = groups[-1][-1] if groups else row
        is_close = row.base - before.base < _WITHIN * max(row.size, before.size)
        is_beside = row.x0 > before.x1 + row.size or row.x1 < before.x0 - row.size
        if groups and is_close and not is_beside:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [
        sorted(tag for row in group for tag in _tags(row.text))
        if len(group) > 1
        else _tags(group[0].text)
        for group in groups
    ]


def _tags(text: str) -> list[int]:
    return [ord(char) - _FIRST_TAG for char in text if ord(char) >= _FIRST_TAG]


MAX_SHAPES = 2_000
OPAQUE = 0.95
"""The opacity from which on no text shows through."""
CHROMA = 0.25
"""The least difference of a marker's strongest and weakest part of red, green and blue, which
grey does not have."""
LOWEST, HIGHEST = 3.0, 60.0
"""The heights in points that a line of text, and so a mark, can have."""
THICK = 4.0
"""The least width in points of a marker's stroke."""


class Shape(NamedTuple):
    """A coloured shape on a page.

    pen: colour and opacity. n: its number among all that is painted on the page, text included.
    """

    box: Box
    pen: tuple[str, float]
    n: int


def shapes_of(page: Any) -> list[Shape]:
    """Find the coloured shapes of a page that let text show through, at most MAX_SHAPES."""
    # Shapes within transparency groups have the blend mode and opacity of their groups too.
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
    """Write a colour of one (grey), three (RGB) or four parts (CMYK) as `#rrggbb`.

    "" for any other number of parts.
    """
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
    """Get the painting order of a page's letters: origin (x, y), to .1 point → number."""
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
    # A stroked mark is a level line as broad as the text is high; its rectangle lacks the width.
    if not is_filled:
        half = (path.get("width") or 0.0) / 2
        if half < THICK / 2 or y1 - y0 > half:
            return None
        y0, y1 = y0 - half, y1 + half
    if not LOWEST < y1 - y0 < HIGHEST or x1 - x0 < LOWEST:
        return None
    return Shape((x0, y0, x1, y1), (colour(list(parts)), round(opacity, 2)), path["seqno"])


LOWEST_SHARE, HIGHEST_SHARE = 0.4, 2.2
"""The heights that a stroke can have, in heights of the letters under it."""
FILLED = 0.3
"""The least share of a stroke's width that letters cover. A table's row has .5, a figure none."""
SURE = 0.6
"""The least share of a reader's pen's strokes that are on lines of text; the colours of a figure
are mostly on none."""
PROSE_LETTERS, PROSE_SHARE = 20, 0.6
"""The fewest letters in a line of prose, and their least share of its characters."""
MANY = 5
"""The strokes on prose of a pen from which on its other, short strokes count too."""

_NEXT = 1.9
"""The most heights of letters from a line to the next one; more is a gap."""

Order = dict[tuple[float, float], int]
Pen = tuple[str, float]


class Stroke(NamedTuple):
    """A shape that may be a mark.

    places: of the letters under it, empty where it is no mark. is_prose: they are on a line of
    prose.
    """

    shape: Shape
    places: frozenset[int]
    is_prose: bool


class Mark(NamedTuple):
    """A mark that an app painted into the page; places: of its letters, in reading order."""

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
    """Make a mark of each run of letters under one pen, over several lines.

    believed: the readers' pens. sure: those of which strokes that are not on prose count too.
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
    """Find the pens of which strokes that are not on prose count too."""
    counts = Counter(stroke.shape.pen for stroke in all_strokes if stroke.is_prose)
    return {pen for pen, n in counts.items() if n >= MANY}


def stroke_of(shape: Shape, letters: PageLetters, order: Order) -> Stroke:
    """Find the letters that a shape marks; none where it is no marker's stroke.

    order: the painting order of the letters.
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
        return nothing  # the letters were painted over it, so it is the paper's own
    # The line counts and not the row: labels of a figure are side by side too.
    whole = [letters.letters[n] for n in letters.of_row(row)]
    line = [o.text for o in whole if o.line == found[0].line and not o.text.isspace()]
    n_letters = sum(text.isalpha() for text in line)
    is_prose = n_letters >= PROSE_LETTERS and n_letters >= PROSE_SHARE * len(line)
    # Raised letters and symbols with odd boxes belong to the line that is marked.
    return Stroke(shape, frozenset(letters.in_row(row, x0, x1)), is_prose)


def _goes_on(letters: PageLetters, last: int, place: int, shapes: tuple[Shape, Shape]) -> bool:
    """Check whether two letters are of one mark: one pen, and nothing left out between.

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
    # A sentence may go on at the top of the next column; below a gap it is another mark.
    return after.y < before.y and before.text not in ".!?。" and not after.text.isupper()


def _mark(run: list[int], pen_of: dict[int, Stroke]) -> Mark:
    boxes = [pen_of[place].shape.box for place in run]
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return Mark(tuple(run), pen_of[run[0]].shape.pen[0], (x0, y0, x1, y1))
