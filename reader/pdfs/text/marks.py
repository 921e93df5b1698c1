"""Make Marks of a file: its annotations, put to the letters under them, in reading order.

Only pages with marks are read letter by letter (6.7 ms each).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from reader.library.highlight import Highlight, Marks
from reader.pdfs.text.annotations import DRAWN, Annotation, Objects
from reader.pdfs.text.answer import Unreadable, failures, is_memory, unreadable
from reader.pdfs.text.letters import PageLetters, Turn, page_letters
from reader.pdfs.text.lines import compounds
from reader.pdfs.text.strokes import (
    Mark,
    PaintedShapes,
    Stroke,
    Traces,
    marks,
    often_on_prose,
    painting_order,
    pens,
    strokes,
)

_BETWEEN = re.compile(r"[\s\-‐\xad]+")
MAX_ANNOTATIONS = 10_000
"""Of one file; what comes after them is left out."""
MAX_LETTERS = 1_000_000
"""Under all marks of one file; those after them are kept without words. A book has as many."""


def marks_of(pymupdf: Any, file: Any) -> Marks:
    """Read the marks of an opened PDF; what is broken in it is left out, and its page named.

    Raises Unreadable where it has no pages, or takes too much memory.
    """
    opened = _File(pymupdf, file)
    pages: list[_MarkedPage] = []
    ink: list[int] = []
    n_left = MAX_ANNOTATIONS
    for number in range(opened.n_pages()):
        found = opened.annotations(number, n_left)
        n_left -= len(found)
        ink += [number + 1 for one in found if one.subtype in DRAWN and one.kind is None]
        page = opened.page(number, _with_notes(found))
        if page is not None:
            pages.append(page)
    highlights = tuple(_highlights(pages))
    return Marks(highlights, tuple(ink), tuple(sorted(opened.unread)), opened.traces())


class _MarkedPage(NamedTuple):
    number: int
    letters: PageLetters
    annotations: list[Annotation]
    strokes: list[Stroke]


class _File:
    """A PDF whose broken parts are as if they were not there; unread: the pages that had some."""

    def __init__(self, pymupdf: Any, file: Any) -> None:
        self.unread: set[int] = set()
        self._file, self._traces = file, Traces(pymupdf, file)
        self._faults = failures(pymupdf)
        self._objects, self._painted = Objects(pymupdf, file), PaintedShapes(pymupdf, file)
        # Without a mapping the number of a glyph is no letter: U+FFFD says so.
        self._flags = pymupdf.TEXTFLAGS_RAWDICT & ~(
            pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
        )

    def n_pages(self) -> int:
        try:
            return int(self._file.page_count)
        except self._faults as error:
            raise unreadable(error, "broken") from error

    def annotations(self, number: int, most: int) -> list[Annotation]:
        try:
            if self._objects.count(number) > most:
                self.unread.add(number + 1)
            return self._objects.read(number, most)
        except self._faults as error:
            _go_on_after(error)
            self.unread.add(number + 1)
            return []

    def traces(self) -> frozenset[str]:
        """Give what copies are compared by; nothing where a page could not be read."""
        try:
            for number in range(0 if self.unread else self.n_pages()):
                self._traces.read(number, MAX_ANNOTATIONS)
        except self._faults as error:
            _go_on_after(error)
            return frozenset()
        return frozenset() if self.unread else self._traces.all()

    def page(self, number: int, wanted: list[Annotation]) -> _MarkedPage | None:
        """Read a page (from 0) that has annotations or may have flattened marks.

        Where its text cannot be read its annotations stay, without words: gone they would
        look as if the reader had removed them.
        """
        try:
            is_translucent = self._painted.is_translucent(number)
            if not wanted and not is_translucent:
                return None
            with self._objects.put_aside(number):
                return self._read(number, wanted, is_translucent)
        except self._faults as error:
            _go_on_after(error)
            self.unread.add(number + 1)
            return _MarkedPage(number + 1, PageLetters([]), wanted, []) if wanted else None

    def _read(
        self, number: int, wanted: list[Annotation], is_translucent: bool
    ) -> _MarkedPage | None:
        page = self._file[number]
        shapes = self._painted.shapes(page) if is_translucent else []
        if not wanted and not shapes:
            return None
        raw = page.get_text("rawdict", flags=self._flags)
        turn = Turn(page.rotation, raw["width"], raw["height"])
        letters = page_letters(raw, turn)
        shapes = [shape._replace(box=turn.box(shape.box)) for shape in shapes]
        made = strokes(shapes, letters, painting_order(page)) if shapes else []
        return _MarkedPage(number + 1, letters, wanted, made)


def _go_on_after(error: Exception) -> None:
    """Pass over a page's own fault; memory that is short is none of them."""
    if is_memory(error):
        raise Unreadable("memory") from error


def _with_notes(found: list[Annotation]) -> list[Annotation]:
    """Give what is a mark or says something; replies and popups go to what they answer."""
    heads = {one.number: one for one in found if one.number and one.subtype != "Popup"}
    answers = {one.number: one.answers for one in found if one.number}
    said: dict[int, list[str]] = {}
    kept = []
    for one in found:
        head = _head(one, heads, answers)
        if head is None:
            kept.append(one)
        elif one.kind is not None:
            # "Replace": a caret with the new words, and the strike-out is the reply.
            kept.append(one)
            if heads[head].kind is None:
                said.setdefault(one.number, []).append(heads[head].note)
                heads[head] = one
        else:
            said.setdefault(head, []).append(one.note)
    taken = {number for number, one in heads.items() if one.number != number}
    return [
        one._replace(note=_together(one.note, *said.get(one.number, [])))
        for one in kept
        if one.number not in taken and (one.kind or one.note or any(said.get(one.number, [])))
    ]


def _together(*notes: str) -> str:
    """Join what was said at one place; popups often say again what the mark says."""
    return "\n".join(dict.fromkeys(note for note in notes if note))


def _head(one: Annotation, heads: dict[int, Annotation], answers: dict[int, int]) -> int | None:
    at, seen = one.answers, {one.number}
    while at in heads and at not in seen:
        seen.add(at)
        if not answers.get(at):
            return at
        at = answers[at]
    return None


def _highlights(pages: list[_MarkedPage]) -> Iterator[Highlight]:
    all_strokes = [stroke for page in pages for stroke in page.strokes]
    believed, sure = pens(all_strokes), often_on_prose(all_strokes)
    n_left = MAX_LETTERS
    hyphenated = compounds(text for page in pages for text in page.letters.line_texts())
    for page in pages:
        made = []
        for one in page.annotations:
            found = [page.letters.under(quad) for quad in one.quads] if n_left > 0 else []
            n_left -= sum(map(len, found))
            places: set[int] = set().union(*found)
            if places and one.subtype in DRAWN:
                places = page.letters.whole_words(places)
            made.append(_of_annotation(one, places, page, hyphenated))
        for mark in marks(page.strokes, page.letters, believed, sure):
            made.append(_of_mark(mark, page, hyphenated))
        # Of two that begin together the shorter one is inside the other.
        made.sort(key=lambda item: (item[1].place, item[0]))
        yield from (new for _, new in made)


def _of_annotation(
    one: Annotation, places: set[int], page: _MarkedPage, hyphenated: frozenset[str]
) -> tuple[int, Highlight]:
    """Give a mark, and where it ends."""
    letters = page.letters
    text = letters.text(places, hyphenated) if places else ""
    place = min(places) if places else letters.nearest(one.box)
    kind = one.kind or "note"
    # Some programs copy the marked words into the note.
    note = "" if _plain(one.note) == _plain(text) else one.note
    new = Highlight(page.number, place, kind, text, note, one.colour, one.box)
    return max(places, default=place), new


def _of_mark(mark: Mark, page: _MarkedPage, hyphenated: frozenset[str]) -> tuple[int, Highlight]:
    """Give a flattened mark, and where it ends."""
    new = Highlight(
        page=page.number,
        place=mark.places[0],
        kind="highlight",
        text=page.letters.text(mark.places, hyphenated),
        colour=mark.colour,
        box=mark.box,
        is_flattened=True,
    )
    return mark.places[-1], new


def _plain(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
