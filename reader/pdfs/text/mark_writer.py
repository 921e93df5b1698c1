"""Write marks and strokes into a copy of a PDF, as annotations that any program shows.

The file itself is not changed: the answer is the bytes of the copy. The same marks in the same
file make the same bytes. Each annotation that is added has a name of ours (/NM), by which it is
known when the copy comes back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from reader.library.highlight import OWN, Box, Highlight
from reader.pdfs.text.answer import Unreadable, failures, unreadable
from reader.pdfs.text.marks import Annotation, annotations_of, note_paint, words_under

NEAR = 1.0
"""Points by which the box of a mark may differ from the one that is meant."""


def words_of(pymupdf: Any, file: Any, number: int, boxes: list[Box]) -> Highlight:
    """Read the words in some boxes of a page, from 1, as they are read of a mark.

    The boxes are cut at the page's edges, and those outside of it are left out.
    Raises Unreadable for a page that is not there.
    """
    try:
        if not 1 <= number <= file.page_count:
            raise Unreadable("past the end", str(number))
        page = file[number - 1]
        _, _, width, height = tuple(page.rect)
        inside = [
            (max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height))
            for x0, y0, x1, y1 in boxes
        ]
        inside = [box for box in inside if box[2] - box[0] > 0.1 and box[3] - box[1] > 0.1]
        return words_under(pymupdf, file, number - 1, inside)
    except failures(pymupdf) as error:
        raise unreadable(error, "no page") from error


def copy_with_marks(pymupdf: Any, file: Any, wanted: dict[str, Any]) -> bytes:
    """Write a copy of a file; raises Unreadable where that fails.

    wanted: "add": [[moment, a mark's fields]…], "change": [[the mark as it is, moment, the mark as
    it should be]…], "remove": [marks], "ink": all strokes that the copy should have of ours.
    """
    try:
        for mark in [Highlight(*mark) for mark in wanted["remove"]]:
            _remove(pymupdf, file, mark)
        for before, at, after in wanted["change"]:
            _change(pymupdf, file, Highlight(*before), Highlight(*after), at)
        for at, mark in wanted["add"]:
            _add(pymupdf, file, Highlight(*mark), at)
        _draw(pymupdf, file, wanted["ink"])
        with contextlib.suppress(*failures(pymupdf)):  # of broken pages nothing is noted
            note_paint(pymupdf, file)
        # Streams stay as they are packed: what the pages paint is compared when the copy is back.
        return bytes(file.tobytes(no_new_id=True, encryption=pymupdf.PDF_ENCRYPT_KEEP))
    except failures(pymupdf) as error:
        raise unreadable(error, "broken") from error


@contextlib.contextmanager
def hidden_marks(
    pymupdf: Any, file: Any, number: int, printed: Any | None = None
) -> Iterator[None]:
    """Hide the marks, and our own strokes, of a page, from 1, in the opened file, for a time.

    A page that is not there, or cannot be read, is left to who draws it. printed: a file
    whose marks stay.
    """
    before: dict[int, tuple[str, str]] = {}
    with contextlib.suppress(*failures(pymupdf)):
        stay = _annotations(pymupdf, printed, number) if printed else []
        for one in _annotations(pymupdf, file, number):
            is_mark = one.kind or one.subtype == "Text" or one.name
            if one.number and is_mark and not any(_is_same(one, other) for other in stay):
                before[one.number] = file.xref_get_key(one.number, "F")
                file.xref_set_key(one.number, "F", "2")  # the flag Hidden
    try:
        yield
    finally:
        for xref, (_kind, flags) in before.items():
            file.xref_set_key(xref, "F", flags)


def _annotations(pymupdf: Any, file: Any, number: int) -> list[Annotation]:
    is_there = 1 <= number <= file.page_count
    return annotations_of(pymupdf, file, number - 1) if is_there else []


def _is_same(one: Annotation, other: Annotation) -> bool:
    is_alike = (one.subtype, one.note, one.name) == (other.subtype, other.note, other.name)
    return is_alike and _is_near(one.box, other.box)


def _is_near(one: Box, other: Box) -> bool:
    return all(abs(a - b) < NEAR for a, b in zip(one, other, strict=True))


def _add(pymupdf: Any, file: Any, mark: Highlight, at: str) -> None:
    if not 1 <= mark.page <= file.page_count:
        return
    page = file[mark.page - 1]
    turned = [
        pymupdf.Rect(box).quad.transform(page.derotation_matrix)
        for box in mark.quads or (mark.box,)
    ]
    if mark.kind == "note":
        x0, y0, *_unused = mark.box
        made = page.add_text_annot(pymupdf.Point(x0, y0) * page.derotation_matrix, "")
    elif mark.kind == "underline":
        made = page.add_underline_annot(turned)
    elif mark.kind == "strike-out":
        made = page.add_strikeout_annot(turned)
    elif mark.kind == "squiggle":
        made = page.add_squiggly_annot(turned)
    else:
        made = page.add_highlight_annot(turned)
    _set(file, made, mark, at)


def _set(file: Any, made: Any, mark: Highlight, at: str) -> None:
    """Set what an annotation looks like and says."""
    if mark.colour:
        made.set_colors(stroke=_rgb(mark.colour))
    moment = f"D:{at}"
    made.set_info(content=mark.note, title="", creationDate=moment, modDate=moment)
    made.update()
    # After `update`, which sets the moment of now.
    made.set_info(content=mark.note, title="", creationDate=moment, modDate=moment)
    if mark.name:
        file.xref_set_key(made.xref, "NM", f"({mark.name})")


def _find(pymupdf: Any, file: Any, mark: Highlight) -> tuple[Any, Annotation] | None:
    """Find the annotation of a mark that was read from this file: its page, and itself."""
    for one in annotations_of(pymupdf, file, mark.page - 1):
        if (one.kind or "note") == mark.kind and _is_near(one.box, mark.box) and one.number:
            return file[mark.page - 1], one
    return None


def _remove(pymupdf: Any, file: Any, mark: Highlight) -> None:
    if found := _find(pymupdf, file, mark):
        page, one = found
        page.delete_annot(page.load_annot(one.number))


def _change(pymupdf: Any, file: Any, before: Highlight, after: Highlight, at: str) -> None:
    found = _find(pymupdf, file, before)
    if found is None:
        return
    page, one = found
    if before.kind != after.kind:
        page.delete_annot(page.load_annot(one.number))
        _add(pymupdf, file, after, at)
        return
    _set(file, page.load_annot(one.number), after, at)


def _draw(pymupdf: Any, file: Any, strokes: list[list[Any]]) -> None:
    """Bring our strokes in the copy to those that there should be."""
    wanted = {stroke[1]: stroke for stroke in strokes}
    for number in range(file.page_count):
        drawn = [one for one in annotations_of(pymupdf, file, number) if one.subtype == "Ink"]
        for one in drawn:
            if one.name in wanted:
                del wanted[one.name]
            elif one.name.startswith(OWN):
                page = file[number]
                page.delete_annot(page.load_annot(one.number))
    for number, name, colour, width, points, *_unused in wanted.values():
        if not 1 <= number <= file.page_count:
            continue
        page = file[number - 1]
        back = page.derotation_matrix
        pairs = [pymupdf.Point(x, y) * back for x, y in zip(points[::2], points[1::2], strict=True)]
        made = page.add_ink_annot([[tuple(point) for point in pairs]])
        made.set_border(width=width)
        _set(file, made, Highlight(number, 0, "note", "", colour=colour, name=name), _NEVER)


_NEVER = "20000101000000Z"
"""The moment of strokes in the file; a fixed one, so that the same copy has the same bytes."""


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
