"""Find where the words of marks stand in another PDF of the same paper, a newer version mostly.

Words are compared by their letters alone, so that lines may be broken at other places.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from reader.library.highlight import OVERLAP, TELLING, Box, Highlight, overlap_of_smaller
from reader.pdfs.text.answer import failures, is_memory, unreadable
from reader.pdfs.text.letters import PageLetters
from reader.pdfs.text.marks import MAX_PAGES, letters_of

BESIDE = 1
"""Pages from that of a mark to which its words may have moved, where they are but few."""


class _WordRun(NamedTuple):
    """Words on a page: the places of their first and last letter, and their lines' boxes."""

    page: int
    first: int
    boxes: tuple[Box, ...]

    @property
    def box(self) -> Box:
        x0, y0, x1, y1 = zip(*self.boxes, strict=True)
        return min(x0), min(y0), max(x1), max(y1)


class _Pages:
    """The pages of an opened file, from 1; each is read once, when it is asked for."""

    def __init__(self, pymupdf: Any, file: Any) -> None:
        self._pymupdf, self._file = pymupdf, file
        self.n = min(int(file.page_count), MAX_PAGES)
        self._read: dict[int, tuple[PageLetters, str, list[int]]] = {}

    def under(self, mark: Highlight) -> str:
        """Return the folded words under the boxes of a mark, as they are read for a mark."""
        if mark.page > self.n:
            return ""
        letters = self._page(mark.page)[0]
        boxes = mark.quads or (mark.box,)
        corners = (((x0, y0), (x1, y0), (x0, y1), (x1, y1)) for x0, y0, x1, y1 in boxes)
        places = set[int]().union(*(letters.under(quad) for quad in corners))
        return _fold("".join(letters.letters[n].text for n in sorted(places)))

    def find(self, marked: str, page: int) -> Iterator[_WordRun]:
        """Yield each place on a page where the words of a mark stand."""
        letters, text, places = self._page(page)
        words = _fold(marked)
        # Signs before and behind the words belong to the mark, as the full stop of a sentence.
        first, last = (next(n for n, c in enumerate(way) if _fold(c))
                       for way in (marked, marked[::-1]))  # fmt: skip
        at = text.find(words)
        while at >= 0:
            found = places[at : at + len(words)]
            found = [*range(max(found[0] - first, 0), found[0]), *found]
            found += range(found[-1] + 1, min(found[-1] + 1 + last, len(letters.letters)))
            yield _WordRun(page, found[0], tuple(_lines(letters, found)))
            at = text.find(words, at + 1)

    def _page(self, page: int) -> tuple[PageLetters, str, list[int]]:
        if page not in self._read:
            try:
                letters = letters_of(self._pymupdf, self._file[page - 1])
            except failures(self._pymupdf) as error:
                if is_memory(error):
                    raise
                letters = PageLetters([])  # a page that cannot be read has no words
            folded = [(_fold(one.text), n) for n, one in enumerate(letters.letters)]
            places = [n for text, n in folded for _ in text]
            self._read[page] = letters, "".join(text for text, _ in folded), places
        return self._read[page]


def places_of(pymupdf: Any, file: Any, marks: list[Highlight]) -> list[Highlight | None]:
    """Lay marks on the words that they have, wherever in the file these stand now.

    None for one whose words are not there, or where it cannot be told which of several they are.
    Raises Unreadable where memory is short.
    """
    try:
        pages = _Pages(pymupdf, file)
        return [_placed(pages, mark) for mark in marks]
    except failures(pymupdf) as error:
        raise unreadable(error, "broken") from error


def _placed(pages: _Pages, mark: Highlight) -> Highlight | None:
    words = _fold(mark.text)
    if not words:
        return None
    # Parts of a formula are marked in an order of their own, and stand nowhere else as they do.
    if pages.under(mark) == words:
        return mark
    here = list(pages.find(mark.text, mark.page)) if mark.page <= pages.n else []
    for one in here:
        if overlap_of_smaller(one.box, mark.box) >= OVERLAP:
            return replace(mark, place=one.first)  # it stands where it stood
    # Few words stand at many places: then only one that is alone nearby is surely theirs.
    far = pages.n if len(words) >= TELLING else BESIDE
    near = sorted(range(1, pages.n + 1), key=lambda n: abs(n - mark.page))
    found: list[_WordRun] = []
    for page in near:
        if abs(page - mark.page) > far or (found and len(words) >= TELLING):
            break
        found += here if page == mark.page else pages.find(mark.text, page)
    if not found or (len(found) > 1 and len(words) < TELLING):
        return None
    best = min(found, key=lambda one: abs(one.box[1] - mark.box[1]))
    return replace(mark, page=best.page, place=best.first, box=best.box, quads=best.boxes)


def _lines(letters: PageLetters, places: list[int]) -> Iterator[Box]:
    """Yield the box of each line of some letters."""
    last: tuple[int, Box] | None = None
    for place in places:
        line, box = letters.letters[place].line, letters.letters[place].box
        if last is not None and last[0] != line:
            yield last[1]
            last = None
        x0, y0, x1, y1 = last[1] if last else box
        last = line, (min(x0, box[0]), min(y0, box[1]), max(x1, box[2]), max(y1, box[3]))
    if last is not None:
        yield last[1]


def _fold(text: str) -> str:
    """Fold a text to its letters and digits, each by itself, without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())
