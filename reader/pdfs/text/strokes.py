"""Tell a reader's marker pen from the drawings of the paper itself.

Find the coloured shapes that let text show through: an app's marker pen, perhaps.

Knows MuPDF's objects and PyMuPDF's get_cdrawings and get_texttrace; nothing of letters.

Tell marks that an app drew into the page from the drawings of the paper itself.

An app paints over a finished page, and so that the words show through; authors shade first
and write then. A marker's strokes are as high as a line and lie on lines of text, nearly all
that are made with the same pen. Pure: knows letters and shapes, nothing of PyMuPDF.

Fingerprint what no highlight says: strokes and stamps, and what the pages paint.

By these a newer copy is told to hold all that an older one held, handwriting that an app
drew into the page included. Knows MuPDF's objects; reads no letters, unpacks no stream.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from statistics import median
from typing import Any, NamedTuple

from reader.library.highlight import Box
from reader.pdfs.text.annotations import MARKUP, TYPED, colour
from reader.pdfs.text.letters import Letter, PageLetters

MAX_DEPTH = 4
"""Of forms within forms."""
MAX_FORMS = 200
"""Of one page that are looked into."""
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


class PaintedShapes:
    """What is painted on the pages of a file."""

    def __init__(self, pymupdf: Any, file: Any) -> None:
        self._mupdf = pymupdf.mupdf
        self._pdf = self._mupdf.pdf_document_from_fz_document(file.this)
        self._resources = self._mupdf.pdf_new_name("Resources")

    def is_translucent(self, page: int) -> bool:
        """Say whether a page (from 0) can paint anything that text shows through.

        Its graphics states tell, without reading what it paints: .1 ms in place of 15, and
        19 of 20 papers' pages have none.
        """
        page_object = self._mupdf.pdf_lookup_page_obj(self._pdf, page)
        resources = self._mupdf.pdf_dict_get_inheritable(page_object, self._resources)
        return self._has_state(resources, 0, set())

    def shapes(self, page: Any) -> list[Shape]:
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

    def _has_state(self, resources: Any, depth: int, seen: set[int]) -> bool:
        states = self._mupdf.pdf_dict_gets(resources, "ExtGState")
        for n in range(self._mupdf.pdf_dict_len(states)):
            if self._lets_through(self._mupdf.pdf_dict_get_val(states, n)):
                return True
        forms = self._mupdf.pdf_dict_gets(resources, "XObject")
        for n in range(self._mupdf.pdf_dict_len(forms)):
            form = self._mupdf.pdf_dict_get_val(forms, n)
            number = self._mupdf.pdf_to_num(form)
            inner = self._mupdf.pdf_dict_gets(form, "Resources")
            if depth == MAX_DEPTH or len(seen) == MAX_FORMS or number in seen:
                continue
            seen.add(number)
            if self._mupdf.pdf_is_dict(inner) and self._has_state(inner, depth + 1, seen):
                return True
        return False

    def _lets_through(self, state: Any) -> bool:
        for key in ("ca", "CA"):
            value = self._mupdf.pdf_dict_gets(state, key)
            if self._mupdf.pdf_is_number(value) and self._mupdf.pdf_to_real(value) < OPAQUE:
                return True
        mode = self._mupdf.pdf_dict_gets(state, "BM")
        if self._mupdf.pdf_is_array(mode):
            mode = self._mupdf.pdf_array_get(mode, 0)
        return self._mupdf.pdf_to_name(mode) in ("Multiply", "Darken")


def painting_order(page: Any) -> dict[tuple[float, float], int]:
    """Say for each letter's origin which n-th thing painted it is."""
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
    if not LOWEST_SHARE * height < y1 - y0 < HIGHEST_SHARE * height or width < FILLED * (x1 - x0):
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


MAX_POINTS = 64
"""Of one line of a stroke that are compared, with how many there are."""
SAID = frozenset(MARKUP) | TYPED | {"Popup", "Link"}
"""Annotations that are highlights, or that no reader makes."""


class Traces:
    """The fingerprints of one file, page by page."""

    def __init__(self, pymupdf: Any, file: Any) -> None:
        self._mupdf = pymupdf.mupdf
        self._pdf = self._mupdf.pdf_document_from_fz_document(file.this)
        self._resources = self._mupdf.pdf_new_name("Resources")
        self._paint = hashlib.sha256()
        self._strokes: set[str] = set()

    def all(self) -> frozenset[str]:
        """Give those of the pages that were read: all paint is one, each stroke is one."""
        return frozenset(self._strokes | {f"paint:{self._paint.hexdigest()[:16]}"})

    def read(self, page: int, most: int) -> None:
        """Read a page (from 0), at most so many of its annotations."""
        page_object = self._mupdf.pdf_lookup_page_obj(self._pdf, page)
        annots = self._get(page_object, "Annots")
        for n in range(min(most, self._mupdf.pdf_array_len(annots))):
            one = self._mupdf.pdf_array_get(annots, n)
            if (subtype := self._name(one, "Subtype")) not in SAID:
                said = f"{page} {subtype} {self._shape(one)}"
                self._strokes.add(hashlib.sha256(said.encode()).hexdigest()[:12])
        self._add_contents(page_object)
        resources = self._mupdf.pdf_dict_get_inheritable(page_object, self._resources)
        self._add_forms(resources, 0, set())

    def _shape(self, one: Any) -> list[object]:
        lines = self._get(one, "InkList")
        arrays = [self._get(one, key) for key in ("Rect", "L", "Vertices", "C")]
        n_lines = self._mupdf.pdf_array_len(lines)
        arrays += [self._mupdf.pdf_array_get(lines, n) for n in range(min(n_lines, MAX_POINTS))]
        value = self._mupdf.pdf_to_text_string(self._get(one, "V"))
        # Apps write the same place with more digits or less.
        return [n_lines, value.encode("utf-8", "replace"), *map(self._numbers, arrays)]

    def _numbers(self, array: Any) -> list[int | str]:
        n_all = self._mupdf.pdf_array_len(array)
        values = [self._mupdf.pdf_array_get_real(array, n) for n in range(min(n_all, MAX_POINTS))]
        return [n_all, *(f"{value:.0f}" for value in values)]

    def _add_contents(self, page_object: Any) -> None:
        contents = self._get(page_object, "Contents")
        n_parts = self._mupdf.pdf_array_len(contents)
        parts = [self._mupdf.pdf_array_get(contents, n) for n in range(n_parts)] or [contents]
        self._paint.update(b"page")
        for part in parts:
            if self._mupdf.pdf_is_stream(part):
                packed = self._mupdf.pdf_load_raw_stream(part)
                self._paint.update(self._mupdf.fz_buffer_extract_copy(packed))

    def _add_forms(self, resources: Any, depth: int, seen: set[int]) -> None:
        """Add forms and images by their length: other handwriting has another one."""
        forms = self._get(resources, "XObject")
        for n in range(self._mupdf.pdf_dict_len(forms)):
            form = self._mupdf.pdf_dict_get_val(forms, n)
            number = self._mupdf.pdf_to_num(form)
            if depth == MAX_DEPTH or len(seen) == MAX_FORMS or number in seen:
                continue
            seen.add(number)
            length = self._mupdf.pdf_to_int(self._get(form, "Length"))
            self._paint.update(f"{self._name(form, 'Subtype')} {length} ".encode())
            inner = self._get(form, "Resources")
            if self._mupdf.pdf_is_dict(inner):
                self._add_forms(inner, depth + 1, seen)

    def _name(self, one: Any, key: str) -> str:
        name: str = self._mupdf.pdf_to_name(self._get(one, key))
        return name

    def _get(self, one: Any, key: str) -> Any:
        return self._mupdf.pdf_dict_gets(one, key)
