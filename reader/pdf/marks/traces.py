"""Fingerprint what no highlight says: strokes and stamps, and what the pages paint.

By these a newer copy is told to hold all that an older one held, handwriting that an app
drew into the page included. Knows MuPDF's objects; reads no letters, unpacks no stream.
"""

from __future__ import annotations

import hashlib
from typing import Any

from reader.pdf.marks.annotations import MARKUP, TYPED
from reader.pdf.marks.drawings import MAX_DEPTH, MAX_FORMS

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
