"""Find the coloured shapes that let text show through: an app's marker pen, perhaps.

Knows MuPDF's objects and PyMuPDF's get_cdrawings and get_texttrace; nothing of letters.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from reader.highlight import Box
from reader.pdf.marks.annotations import colour

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


class Painted:
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
