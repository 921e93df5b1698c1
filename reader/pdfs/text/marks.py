"""Read the marks of a PDF: its annotations with the words under them, in reading order.

The annotation objects themselves are read (ISO 32000-2, 12.5), whatever is wrong with some of
them, and not PyMuPDF's `page.annots()`: that loads the page, draws annotations without an
appearance, and raises at annotations without a rectangle. `letters` finds marks that an app drew
into the page. Only pages with marks are read letter by letter, which takes 6.7 ms each.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple

from reader.library.highlight import OWN, Box, Highlight, Kind, Marks
from reader.pdfs.text.answer import Unreadable, failures, is_memory, unreadable
from reader.pdfs.text.letters import (
    OPAQUE,
    PageLetters,
    Stroke,
    Turn,
    colour,
    marks,
    often_on_prose,
    page_letters,
    painting_order,
    pens,
    shapes_of,
    stroke_of,
)
from reader.pdfs.text.lines import compounds

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
"""The most quads of one annotation; a mark over a long page has some 60."""
MAX_ALL_QUADS = 100_000
"""The most quads of one file; of further marks the rectangle is taken."""
_KNOWN = frozenset(MARKUP) | DRAWN | TYPED | {"Popup"}
_HIDDEN = 2 | 32
"""Flags Hidden and NoView (12.5.3)."""
_FAR = 1e5
"""Points from the page's corner beyond which a coordinate is broken."""
_TAG = re.compile(r"<[^>]*>")
_PARAGRAPH = re.compile(r"</(?:p|div)>|<br\s*/?>", re.IGNORECASE)
_TRACELESS = frozenset(MARKUP) | TYPED | {"Popup", "Link"}
"""Annotations that are highlights, or that no reader makes; they are not among the traces."""
PAINT = "AsayomiPaint"
"""The key of a file's catalog with what its pages painted when we wrote it: a trace."""
MAX_ANNOTATIONS = 10_000
"""The most annotations of one file; further ones are left out."""
MAX_LETTERS = 1_000_000
"""The most letters under all marks of one file, as many as in a book; further marks have no
words."""
MAX_PAGES = 200
"""The pages of a file in which words with a hyphen are looked for."""
MAX_POINTS = 64
"""The points of a stroke's line that are compared, besides their number."""
MAX_DEPTH = 4
"""The greatest depth of forms within forms."""
MAX_FORMS = 200
"""The most forms of one page that are read."""


class Annotation(NamedTuple):
    """An annotation object.

    number: of the object in the file; 0 where it is written into the page's own list.
    kind: None where it is no mark over words. quads, box: in points from the top left of the page
    as it is shown. answers: the number of the annotation that it replies to, or is a popup of; 0
    for none. name: of an annotation that we wrote, else "".
    """

    number: int
    subtype: str
    kind: Kind | None
    quads: list[Quad]
    box: Box
    note: str
    colour: str
    answers: int
    name: str = ""


class _Objects:
    """The objects of a file, read with MuPDF's own functions. Pages are counted from 0.

    These functions follow references, and return 0, "" and null for what is missing or of another
    type.
    """

    def __init__(self, pymupdf: Any, file: Any) -> None:
        self._mupdf = pymupdf.mupdf
        self._pdf = self._mupdf.pdf_document_from_fz_document(file.this)
        self._resources = self._mupdf.pdf_new_name("Resources")
        self._n_quads = 0

    @contextlib.contextmanager
    def put_aside(self, page: int) -> Iterator[None]:
        """Remove the annotations of a page for the time of a `with` block."""
        # All that the page paints is then its own, and loading a page with thousands of
        # annotations would take long.
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

    def annotations(self, page: int, most: int) -> tuple[list[Annotation], bool]:
        """Read the first `most` annotations of a page that can be marks.

        Also returns whether these objects, marks or not, are all that it has.
        """
        page_object = self._mupdf.pdf_lookup_page_obj(self._pdf, page)
        objects, n_all = self._array(self._get(page_object, "Annots"), most)
        if not objects:
            return [], n_all == 0
        # The matrix from the PDF's coordinates to those of the page as it is shown.
        matrix = self._mupdf.FzMatrix()
        self._mupdf.pdf_page_obj_transform(page_object, self._mupdf.FzRect(), matrix)
        numbers = matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
        found = [self._annotation(one, numbers) for one in objects]
        return [one for one in found if one is not None], n_all <= most

    def _annotation(self, one: Any, matrix: Matrix) -> Annotation | None:
        subtype = self._name(one, "Subtype")
        head = self._get(one, "Parent" if subtype == "Popup" else "IRT")
        answers = int(self._mupdf.pdf_to_num(head))
        if subtype not in _KNOWN or self._name(one, "StateModel"):
            return None
        # Acrobat hides replies, and shows them with the annotation that they reply to.
        if self._mupdf.pdf_to_int(self._get(one, "F")) & _HIDDEN and not answers:
            return None
        kind = MARKUP.get(subtype)
        if self._name(one, "IT") == "AreaHighlight":  # Foxit: a square, filled
            kind = "highlight"
        box = _box(self._points(one, "Rect", matrix))
        quads: list[Quad] = []
        if kind is not None and self._n_quads <= MAX_ALL_QUADS:
            points = self._points(one, "QuadPoints", matrix)
            self._n_quads += len(points) // 4
            quads = [tuple(points[n : n + 4]) for n in range(0, len(points) - 3, 4)]
            quads = [quad for quad in quads if _is_sound(quad)]
        if quads:
            box = _box([point for quad in quads for point in quad])
        elif kind is not None:
            x0, y0, x1, y1 = box
            corners = (x0, y0), (x1, y0), (x0, y1), (x1, y1)
            quads = [corners] if _is_sound(corners) else []
        note = self._note(one)
        if kind is not None and not quads and not note:
            return None  # some programs leave marks without extent, which nobody can see
        pen = colour(self._first_numbers(self._get(one, "C"), 5)[0])
        number = int(self._mupdf.pdf_to_num(one))
        name = self._name(one, "NM")
        name = name if name.startswith(OWN) else ""
        if name and subtype == "Ink" and not self._shape(one)[0]:
            return None  # its only path was deleted
        return Annotation(number, subtype, kind, quads, box, note, pen, answers, name)

    def _points(self, one: Any, key: str, matrix: Matrix) -> list[tuple[float, float]]:
        values, _ = self._first_numbers(self._get(one, key), 8 * MAX_QUADS)
        a, b, c, d, e, f = matrix
        return [
            (a * x + c * y + e, b * x + d * y + f)
            for x, y in zip(values[::2], values[1::2], strict=False)
        ]

    def _note(self, one: Any) -> str:
        plain = self._mupdf.pdf_to_text_string(self._get(one, "Contents"))
        if not plain.strip():
            rich = self._mupdf.pdf_to_text_string(self._get(one, "RC"))
            plain = unescape(_TAG.sub("", _PARAGRAPH.sub("\n", rich)))
        lines = plain.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        return str(lines.encode("utf-8", "replace").decode()).strip()

    def is_translucent(self, page: int) -> bool:
        """Check whether a page can paint anything through which text shows."""
        # Its graphics states are enough: .1 ms instead of 15 for reading what it paints, and 19
        # of 20 papers' pages have no such state.
        page_object = self._mupdf.pdf_lookup_page_obj(self._pdf, page)
        own = self._mupdf.pdf_dict_get_inheritable(page_object, self._resources)
        if self._has_state(own):
            return True
        return any(self._has_state(self._get(f, "Resources")) for f in self._forms(own, 0, set()))

    def _has_state(self, resources: Any) -> bool:
        states = self._get(resources, "ExtGState")
        for n in range(self._mupdf.pdf_dict_len(states)):
            state = self._mupdf.pdf_dict_get_val(states, n)
            for key in ("ca", "CA"):
                value = self._get(state, key)
                if self._mupdf.pdf_is_number(value) and self._mupdf.pdf_to_real(value) < OPAQUE:
                    return True
            mode = self._get(state, "BM")
            if self._mupdf.pdf_is_array(mode):
                mode = self._mupdf.pdf_array_get(mode, 0)
            if self._mupdf.pdf_to_name(mode) in ("Multiply", "Darken"):
                return True
        return False

    def _forms(self, resources: Any, depth: int, seen: set[int]) -> Iterator[Any]:
        """Yield the forms and images in resources, and those within them."""
        forms = self._get(resources, "XObject")
        for n in range(self._mupdf.pdf_dict_len(forms)):
            form = self._mupdf.pdf_dict_get_val(forms, n)
            number = self._mupdf.pdf_to_num(form)
            if depth == MAX_DEPTH or len(seen) == MAX_FORMS or number in seen:
                continue
            seen.add(number)
            yield form
            inner = self._get(form, "Resources")
            if self._mupdf.pdf_is_dict(inner):
                yield from self._forms(inner, depth + 1, seen)

    def traces(self, n_pages: int) -> frozenset[str]:
        """Compute fingerprints of strokes and stamps, and one of all that the pages paint.

        They show whether a newer copy has everything of an older one, also handwriting that an
        app drew into the page.
        """
        # Streams are hashed as they are packed, so that nothing is unpacked.
        paint = hashlib.sha256()
        found: set[str] = set()
        for page in range(n_pages):
            page_object = self._mupdf.pdf_lookup_page_obj(self._pdf, page)
            for one in self._array(self._get(page_object, "Annots"), MAX_ANNOTATIONS)[0]:
                subtype = self._name(one, "Subtype")
                if subtype not in _TRACELESS:
                    words = f"{page} {subtype} {self._shape(one)}"
                    found.add(hashlib.sha256(words.encode()).hexdigest()[:12])
            paint.update(b"page")
            contents = self._get(page_object, "Contents")
            n_parts = self._mupdf.pdf_array_len(contents)
            for part in self._array(contents, n_parts)[0] or [contents]:
                if self._mupdf.pdf_is_stream(part):
                    packed = self._mupdf.pdf_load_raw_stream(part)
                    paint.update(self._mupdf.fz_buffer_extract_copy(packed))
            resources = self._mupdf.pdf_dict_get_inheritable(page_object, self._resources)
            for form in self._forms(resources, 0, set()):
                # Of forms and images the length is enough, since other handwriting has another.
                length = self._mupdf.pdf_to_int(self._get(form, "Length"))
                kind = self._mupdf.pdf_to_name(self._get(form, "Subtype"))
                paint.update(f"{kind} {length} ".encode())
        return frozenset(found | {f"paint:{paint.hexdigest()[:16]}"})

    def paint_written(self) -> str:
        """Read what `note_paint` wrote into the file, "" for none."""
        root = self._get(self._mupdf.pdf_trailer(self._pdf), "Root")
        return str(self._mupdf.pdf_to_text_string(self._get(root, PAINT)))

    def _shape(self, one: Any) -> list[object]:
        lines, n_lines = self._array(self._get(one, "InkList"), MAX_POINTS)
        arrays = [*(self._get(one, key) for key in ("Rect", "L", "Vertices", "C")), *lines]
        value = self._mupdf.pdf_to_text_string(self._get(one, "V"))
        shape: list[object] = [n_lines, value.encode("utf-8", "replace")]
        for array in arrays:
            numbers, n_all = self._first_numbers(array, MAX_POINTS)
            # Apps write the same place with more or fewer digits.
            shape.append([n_all, *(f"{number:.0f}" for number in numbers)])
        return shape

    def _array(self, array: Any, most: int) -> tuple[list[Any], int]:
        """Read the first objects of an array, and their whole number."""
        n_all = int(self._mupdf.pdf_array_len(array))
        return [self._mupdf.pdf_array_get(array, n) for n in range(min(most, n_all))], n_all

    def _first_numbers(self, array: Any, most: int) -> tuple[list[float], int]:
        """Read the first numbers of an array, and how many it has."""
        n_all = int(self._mupdf.pdf_array_len(array))
        return [self._mupdf.pdf_array_get_real(array, n) for n in range(min(most, n_all))], n_all

    def _name(self, one: Any, key: str) -> str:
        value = self._get(one, key)
        return str(self._mupdf.pdf_to_name(value) or self._mupdf.pdf_to_text_string(value))

    def _get(self, one: Any, key: str) -> Any:
        return self._mupdf.pdf_dict_gets(one, key)


def _box(points: list[tuple[float, float]]) -> Box:
    near = [(x, y) for x, y in points if abs(x) < _FAR and abs(y) < _FAR]
    if len(near) < 2:
        return 0.0, 0.0, 0.0, 0.0
    xs, ys = zip(*near, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _is_sound(quad: Quad) -> bool:
    x0, y0, x1, y1 = _box(list(quad))
    return all(abs(x) < _FAR and abs(y) < _FAR for x, y in quad) and x1 > x0 and y1 > y0


class _MarkedPage(NamedTuple):
    number: int
    letters: PageLetters
    annotations: list[Annotation]
    strokes: list[Stroke]


def marks_of(pymupdf: Any, file: Any) -> Marks:
    """Read the marks of an opened PDF.

    Broken marks are left out, and their pages are in `Marks.unread`. Raises Unreadable where the
    page tree is broken or memory is short.
    """
    faults = failures(pymupdf)
    try:
        n_pages = int(file.page_count)
    except faults as error:
        raise unreadable(error, "broken") from error
    objects = _Objects(pymupdf, file)
    pages: list[_MarkedPage] = []
    ink: list[int] = []
    own, unread = set[str](), set[int]()
    n_left = MAX_ANNOTATIONS
    for number in range(n_pages):
        found: list[Annotation] = []
        with _fault_noted(faults, number, unread):
            found, is_all = objects.annotations(number, n_left)
            if not is_all:
                unread.add(number + 1)
        n_left -= len(found)
        # Our own strokes are known already.
        drawn = [one for one in found if one.subtype in DRAWN and one.kind is None]
        ink += [number + 1 for one in drawn if not one.name]
        own |= {one.name for one in drawn if one.name}
        wanted = _with_notes(found)
        # Where its text cannot be read, a page keeps its annotations without words: without them
        # the reader would seem to have removed them.
        page = _MarkedPage(number + 1, PageLetters([]), wanted, []) if wanted else None
        with _fault_noted(faults, number, unread):
            is_translucent = objects.is_translucent(number)
            if wanted or is_translucent:
                with objects.put_aside(number):
                    page = _page(pymupdf, file[number], wanted, is_translucent=is_translucent)
        pages += [page] if page else []
    highlights = tuple(_highlights(pages, _Compounds(pymupdf, file)))
    traces: frozenset[str] = frozenset()
    if not unread:  # a copy that is read in part is not compared by its traces
        with _fault_noted(faults, 0, set()):
            traces = objects.traces(n_pages)
    is_ours = objects.paint_written() in traces
    missing = tuple(sorted(unread))
    return Marks(highlights, tuple(ink), missing, traces, frozenset(own), n_pages, is_ours)


class _Compounds:
    """The words that a file writes with a hyphen, read where a mark has a hyphen at a line's end.

    Of the whole file, so that the words of a mark do not depend on where else marks are.
    """

    def __init__(self, pymupdf: Any, file: Any) -> None:
        self._pymupdf, self._file = pymupdf, file
        self._found: frozenset[str] | None = None

    def of(self, letters: PageLetters, places: set[int]) -> frozenset[str]:
        """Return the words as far as they are needed for the text of some letters."""
        if self._found is None and letters.has_hyphen_at_end(places):
            self._found = compounds(self._lines())
        return self._found or frozenset()

    def _lines(self) -> Iterator[str]:
        for number in range(min(self._file.page_count, MAX_PAGES)):
            with contextlib.suppress(*failures(self._pymupdf)):
                yield from self._file[number].get_text("text").splitlines()


def annotations_of(pymupdf: Any, file: Any, page: int) -> list[Annotation]:
    """Read the annotations of a page, from 0, that can be marks or strokes."""
    return _Objects(pymupdf, file).annotations(page, MAX_ANNOTATIONS)[0]


def note_paint(pymupdf: Any, file: Any) -> None:
    """Write into the opened file what its pages paint, so that it is known as ours later."""
    traces = _Objects(pymupdf, file).traces(file.page_count)
    [paint] = [one for one in traces if one.startswith("paint:")]
    file.xref_set_key(file.pdf_catalog(), PAINT, f"({paint})")


def words_under(pymupdf: Any, file: Any, page: int, boxes: list[Box]) -> Highlight:
    """Read the words in some boxes of a page, from 0, as those of a highlight over them.

    Without boxes there are none.
    """
    quads = [((x0, y0), (x1, y0), (x0, y1), (x1, y1)) for x0, y0, x1, y1 in boxes]
    box = _box([point for quad in quads for point in quad])
    one = Annotation(0, "Highlight", "highlight", list(quads), box, "", "", 0)
    with _Objects(pymupdf, file).put_aside(page):
        read = _page(pymupdf, file[page], [one], is_translucent=False)
    assert read is not None  # noqa: S101  it has an annotation
    return next(_highlights([read], _Compounds(pymupdf, file)))


@contextlib.contextmanager
def _fault_noted(
    faults: tuple[type[Exception], ...], number: int, unread: set[int]
) -> Iterator[None]:
    """Record a page with a fault as unread, and go on; raise Unreadable where memory is short."""
    try:
        yield
    except faults as error:
        if is_memory(error):
            raise Unreadable("memory") from error
        unread.add(number + 1)


def _page(
    pymupdf: Any, page: Any, wanted: list[Annotation], *, is_translucent: bool
) -> _MarkedPage | None:
    """Read the letters of a page that has annotations or may have flattened marks."""
    shapes = shapes_of(page) if is_translucent else []
    if not wanted and not shapes:
        return None
    raw = _raw_letters(pymupdf, page)
    turn = Turn(page.rotation, raw["width"], raw["height"])
    letters = page_letters(raw, turn)
    shapes = [shape._replace(box=turn.box(shape.box)) for shape in shapes]
    order = painting_order(page) if shapes else {}
    made = [stroke_of(shape, letters, order) for shape in shapes]
    return _MarkedPage(page.number + 1, letters, wanted, made)


def _raw_letters(pymupdf: Any, page: Any) -> dict[str, Any]:
    # A font without a mapping then gives U+FFFD; the number of a glyph is no letter.
    flags = pymupdf.TEXTFLAGS_RAWDICT & ~(
        pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    )
    found: dict[str, Any] = page.get_text("rawdict", flags=flags)
    return found


def letters_of(pymupdf: Any, page: Any) -> PageLetters:
    """Read the letters of a page, as they are read under marks."""
    raw = _raw_letters(pymupdf, page)
    return page_letters(raw, Turn(page.rotation, raw["width"], raw["height"]))


def _with_notes(found: list[Annotation]) -> list[Annotation]:
    """Select the annotations that are marks or have a note.

    The texts of replies and popups are added to the note of the annotation that they belong to.
    """
    heads = {one.number: one for one in found if one.number and one.subtype != "Popup"}
    answers = {one.number: one.answers for one in found if one.number}
    notes: dict[int, list[str]] = {}
    kept = []
    for one in found:
        head = _head(one, heads, answers)
        if head is None:
            kept.append(one)
        elif one.kind is not None:
            # Acrobat's "Replace" is a caret with the new words, and the strike-out replies to it.
            # The mark counts, and takes over the words.
            kept.append(one)
            if heads[head].kind is None:
                notes.setdefault(one.number, []).append(heads[head].note)
                heads[head] = one
        else:
            notes.setdefault(head, []).append(one.note)
    taken = {number for number, one in heads.items() if one.number != number}
    marked = []
    for one in kept:
        # Popups often repeat the text of the mark.
        note = "\n".join(dict.fromkeys(filter(None, [one.note, *notes.get(one.number, [])])))
        if one.number not in taken and (one.kind or note):
            marked.append(one._replace(note=note))
    return marked


def _head(one: Annotation, heads: dict[int, Annotation], answers: dict[int, int]) -> int | None:
    """Find the number of the annotation at the top of a thread of replies, None for none."""
    # A broken file may have a circle of replies.
    at, seen = one.answers, {one.number}
    while at in heads and at not in seen:
        seen.add(at)
        if not answers.get(at):
            return at
        at = answers[at]
    return None


def _highlights(pages: list[_MarkedPage], hyphenated: _Compounds) -> Iterator[Highlight]:
    all_strokes = [stroke for page in pages for stroke in page.strokes]
    believed, sure = pens(all_strokes), often_on_prose(all_strokes)
    n_left = MAX_LETTERS
    for page in pages:
        letters = page.letters
        made = []
        for one in page.annotations:
            found = [letters.under(quad) for quad in one.quads] if n_left > 0 else []
            n_left -= sum(map(len, found))
            places: set[int] = set().union(*found)
            if places and one.subtype in DRAWN:
                places = letters.whole_words(places)
            text = letters.text(places, hyphenated.of(letters, places)) if places else ""
            place = min(places) if places else letters.nearest(one.box)
            # Some programs copy the marked words into the note.
            note = "" if _plain(one.note) == _plain(text) else one.note
            kind = one.kind or "note"
            boxes = tuple(_box(list(quad)) for quad in one.quads)
            new = Highlight(
                page.number, place, kind, text, note, one.colour, one.box,
                quads=boxes, name=one.name,
            )  # fmt: skip
            made.append((max(places, default=place), new))
        for mark in marks(page.strokes, letters, believed, sure):
            text = letters.text(mark.places, hyphenated.of(letters, set(mark.places)))
            new = Highlight(
                page.number,
                mark.places[0],
                "highlight",
                text,
                colour=mark.colour,
                box=mark.box,
                is_flattened=True,
            )
            made.append((mark.places[-1], new))
        # Of two marks that begin together the shorter one comes first.
        made.sort(key=lambda item: (item[1].place, item[0]))
        yield from (new for _, new in made)


def _plain(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text))


_BETWEEN = re.compile(r"[\s\-‐\xad]+")
