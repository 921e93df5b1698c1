"""Read the annotation objects of a page, whatever is wrong with some of them.

Knows how PDF writes them (ISO 32000-2, 12.5) and MuPDF's objects; nothing of letters. The
objects themselves are read, and not PyMuPDF's `page.annots()`: that loads the page, draws
what has no appearance, and raises at annotations without a rectangle.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple

from reader.library.highlight import Box, Kind

Quad = tuple[tuple[float, float], ...]
Matrix = tuple[float, float, float, float, float, float]

MARKUP: dict[str, Kind] = {
    "Highlight": "highlight",
    "Underline": "underline",
    "StrikeOut": "strike-out",
    "Squiggly": "squiggle",
}
DRAWN = frozenset(["Ink", "Square", "Circle", "Line", "Polygon", "PolyLine"])
TYPED = frozenset(["Text", "FreeText", "Caret"])
MAX_QUADS = 2_000
"""Of one annotation: a mark over a long page has some 60."""
MAX_ALL_QUADS = 100_000
"""Of one file; a mark after them is taken as its rectangle."""
_KNOWN = frozenset(MARKUP) | DRAWN | TYPED | {"Popup"}
_HIDDEN = 2 | 32
"""Flags Hidden and NoView (12.5.3)."""
_FAR = 1e5
"""Points from the page's corner: what lies further away is broken."""
_TAG = re.compile(r"<[^>]*>")
_PARAGRAPH = re.compile(r"</(?:p|div)>|<br\s*/?>", re.IGNORECASE)


class Annotation(NamedTuple):
    """What one object says.

    number: of the object in the file; 0 where it stands in the page's own list.
    quads, box: in points from the top left of the page as it is shown.
    answers: number of the annotation that this is a reply to, or a popup of; 0 for none.
    """

    number: int
    subtype: str
    kind: Kind | None
    quads: list[Quad]
    box: Box
    note: str
    colour: str
    answers: int


class Objects:
    """The annotation objects of a file, through MuPDF's own functions.

    They give 0, "" and null for what is not there or of another type, and follow references.
    """

    def __init__(self, pymupdf: Any, file: Any) -> None:
        self._mupdf = pymupdf.mupdf
        self._pdf = self._mupdf.pdf_document_from_fz_document(file.this)
        self._n_quads = 0

    @contextlib.contextmanager
    def put_aside(self, page: int) -> Iterator[None]:
        """Have a page (from 0) without its annotations for a while.

        What it paints is then the paper's and the app's own; and loading a page with
        thousands of them takes long.
        """
        page_object = self._mupdf.pdf_lookup_page_obj(self._pdf, page)
        annots = self._get(page_object, "Annots")
        if not self._mupdf.pdf_array_len(annots):
            yield
            return
        self._mupdf.pdf_dict_dels(page_object, "Annots")
        try:
            yield
        finally:
            self._mupdf.pdf_dict_puts(page_object, "Annots", annots)

    def count(self, page: int) -> int:
        """Count the annotation objects of a page (from 0), whatever they are."""
        page_object = self._mupdf.pdf_lookup_page_obj(self._pdf, page)
        return int(self._mupdf.pdf_array_len(self._get(page_object, "Annots")))

    def read(self, page: int, most: int) -> list[Annotation]:
        """Read the first `most` annotations of a page (from 0) that can be marks."""
        page_object = self._mupdf.pdf_lookup_page_obj(self._pdf, page)
        annots = self._get(page_object, "Annots")
        if not self._mupdf.pdf_array_len(annots):
            return []
        matrix = self._matrix(page_object)
        found = []
        for n in range(min(most, self._mupdf.pdf_array_len(annots))):
            one = self._mupdf.pdf_array_get(annots, n)
            made = self._annotation(one, matrix)
            if made is not None:
                found.append(made)
        return found

    def _annotation(self, one: Any, matrix: Matrix) -> Annotation | None:
        subtype = self._name(one, "Subtype")
        answers = self._number(one, "Parent" if subtype == "Popup" else "IRT")
        if subtype not in _KNOWN or self._name(one, "StateModel"):
            return None
        # Acrobat hides replies: they are shown with what they answer.
        if self._mupdf.pdf_to_int(self._get(one, "F")) & _HIDDEN and not answers:
            return None
        kind = MARKUP.get(subtype)
        if self._name(one, "IT") == "AreaHighlight":  # Foxit: a square, filled
            kind = "highlight"
        rect = self._points(one, "Rect", matrix)
        box = _box(rect)
        quads = [] if kind is None else self._quads(one, matrix)
        if quads:
            box = _box([point for quad in quads for point in quad])
        elif kind is not None and _is_sound(_corners(box)):
            quads = [_corners(box)]
        number = int(self._mupdf.pdf_to_num(one))
        note = self._note(one)
        if kind is not None and not quads and not note:
            return None  # Some programs leave marks without any extent: nobody sees them.
        return Annotation(number, subtype, kind, quads, box, note, self._colour(one), answers)

    def _quads(self, one: Any, matrix: Matrix) -> list[Quad]:
        if self._n_quads > MAX_ALL_QUADS:
            return []
        points = self._points(one, "QuadPoints", matrix)
        self._n_quads += len(points) // 4
        quads = [tuple(points[n : n + 4]) for n in range(0, len(points) - 3, 4)]
        return [quad for quad in quads if _is_sound(quad)]

    def _points(self, one: Any, key: str, matrix: Matrix) -> list[tuple[float, float]]:
        array = self._get(one, key)
        most = min(self._mupdf.pdf_array_len(array), 8 * MAX_QUADS)
        values = [self._mupdf.pdf_array_get_real(array, n) for n in range(most)]
        a, b, c, d, e, f = matrix
        return [
            (a * x + c * y + e, b * x + d * y + f)
            for x, y in zip(values[::2], values[1::2], strict=False)
        ]

    def _matrix(self, page_object: Any) -> Matrix:
        """Give what turns the PDF's coordinates into those of the page as it is shown."""
        box, matrix = self._mupdf.FzRect(), self._mupdf.FzMatrix()
        self._mupdf.pdf_page_obj_transform(page_object, box, matrix)
        return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f

    def _note(self, one: Any) -> str:
        plain = self._mupdf.pdf_to_text_string(self._get(one, "Contents"))
        if not plain.strip():
            rich = self._mupdf.pdf_to_text_string(self._get(one, "RC"))
            plain = unescape(_TAG.sub("", _PARAGRAPH.sub("\n", rich)))
        lines = plain.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        return str(lines.encode("utf-8", "replace").decode()).strip()

    def _colour(self, one: Any) -> str:
        array = self._get(one, "C")
        n = self._mupdf.pdf_array_len(array)
        return colour([self._mupdf.pdf_array_get_real(array, i) for i in range(min(n, 5))])

    def _name(self, one: Any, key: str) -> str:
        value = self._get(one, key)
        return str(self._mupdf.pdf_to_name(value) or self._mupdf.pdf_to_text_string(value))

    def _number(self, one: Any, key: str) -> int:
        return int(self._mupdf.pdf_to_num(self._get(one, key)))

    def _get(self, one: Any, key: str) -> Any:
        return self._mupdf.pdf_dict_gets(one, key)


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


def _box(points: list[tuple[float, float]]) -> Box:
    near = [(x, y) for x, y in points if abs(x) < _FAR and abs(y) < _FAR]
    if len(near) < 2:
        return 0.0, 0.0, 0.0, 0.0
    xs, ys = [x for x, _ in near], [y for _, y in near]
    return min(xs), min(ys), max(xs), max(ys)


def _corners(box: Box) -> Quad:
    x0, y0, x1, y1 = box
    return (x0, y0), (x1, y0), (x0, y1), (x1, y1)


def _is_sound(quad: Quad) -> bool:
    x0, y0, x1, y1 = _box(list(quad))
    return all(abs(x) < _FAR and abs(y) < _FAR for x, y in quad) and x1 > x0 and y1 > y0
