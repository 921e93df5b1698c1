"""Find the figures of a page and their captions, by the places of its words and drawings.

A figure is the drawing between its caption and the text above it (below, where there is no
drawing above). Where a table, a second caption or running text is in between, that is not sure,
and no figure is found. Plain geometry on plain values, in points from the top left; no PyMuPDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from reader.pdfs.text.lines import IS_CJK, joined


class Box(NamedTuple):
    """A rectangle in points, from the top left of the page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Compute the width, negative for an empty `cut`."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Compute the height, negative for an empty `cut`."""
        return self.y1 - self.y0

    def cut(self, other: Box) -> Box:
        """Compute the part that two boxes share; its width or height is negative without one."""
        return Box(
            max(self.x0, other.x0),
            max(self.y0, other.y0),
            min(self.x1, other.x1),
            min(self.y1, other.y1),
        )

    def meets(self, other: Box) -> bool:
        """Check whether two boxes overlap by more than an edge."""
        # Asked some hundred times a page: no box is made for the answer.
        return max(self.x0, other.x0) < min(self.x1, other.x1) and (
            max(self.y0, other.y0) < min(self.y1, other.y1)
        )

    def grown(self, by: float) -> Box:
        """Return the box with a margin around it."""
        return Box(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)


class WordLine(NamedTuple):
    """A line of text.

    size, font: of most of its letters. lead: font of its first letters. block: the number of its
    block in PyMuPDF's list.
    """

    box: Box
    text: str
    size: float
    font: str
    lead: str
    block: int


class Look(NamedTuple):
    """The words and drawings of a page.

    body: size and font of the document's running text. gutter: the x between two columns, None
    in one.
    """

    width: float
    height: float
    words: list[WordLine]
    drawn: list[Box]
    body: tuple[float, str]
    gutter: float | None = None


def around(boxes: Iterable[Box]) -> Box:
    """Compute the smallest box around all boxes, of which there must be one at least."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


CAPTION = re.compile(
    r"(?P<label>(?:Figure|Fig\.?|FIGURE|FIG\.?)\s*[A-Z]?\d+(?:[.\-]\d+)*|図\s*[\d０-９]+(?:[.\-]\d+)*)"
    r"(?P<mark>\s*[.:：|—–]|\s*$|\s+)(?P<rest>.*)"
)
_GOES_ON = re.compile("[にのはをでとがかへもや、，。)）]")
"""Particles and marks after 図3 that make it a part of a sentence."""


def captions_of(look: Look) -> list[list[WordLine]]:
    """Find the captions of figures, each as its lines, in the order of their numbers."""
    found = []
    for at, line in enumerate(look.words):
        match = CAPTION.match(line.text)
        if match is None or not _begins(look, at, match):
            continue
        lines = [line]
        for after in look.words[at + 1 :]:
            if not _goes_on(lines, after):
                break
            lines.append(after)
        found.append(([int(n) for n in re.findall(r"\d+", match["label"])], lines))
    return [lines for _, lines in sorted(found, key=lambda pair: pair[0])]


def _begins(look: Look, at: int, match: re.Match[str]) -> bool:
    """Check whether "Figure 1" at a line's begin is a caption and no part of a sentence."""
    line = look.words[at]
    before = look.words[at - 1] if at else None
    if before is not None and before.block == line.block:
        is_near = line.box.y0 - before.box.y1 < 0.5 * line.size
        is_alike = abs(before.size - line.size) < 0.3 and before.font == line.font
        is_beside = before.box.y1 > line.box.y0 + 0.5 * line.size
        has_bold_label = line.lead not in (line.font, before.font)
        if is_near and is_alike and not is_beside and not has_bold_label:
            return False
    if match["label"].startswith("図") and _GOES_ON.match(match["rest"]):
        return False
    if match["mark"].strip() or not match["rest"] or match["label"].startswith("図"):
        return True
    # "Fig. 3 The parts …" is a caption, "Fig. 3 shows …" is text.
    is_first = before is None or before.block != line.block
    return is_first and not match["rest"][0].islower()


def _goes_on(lines: Sequence[WordLine], after: WordLine) -> bool:
    first, last = lines[0], lines[-1]
    gap = after.box.y0 - last.box.y1
    is_below = -0.6 * first.size < gap < 0.45 * first.size
    is_beside = abs(after.box.y0 - last.box.y0) < 0.4 * first.size and after.box.x0 > last.box.x0
    # TeX sets Japanese letters a tenth smaller than the Latin ones of the same font.
    most = 0.12 * first.size if IS_CJK.search(after.text + first.text) else 0.7
    if not (is_below or is_beside) or abs(after.size - first.size) > most or len(lines) > 14:
        return False
    if CAPTION.match(after.text) and is_beside:
        return False
    return after.block == last.block or (len(lines) == 1 and len(first.text) < 14)


_OTHER = re.compile(
    r"(?:Table|TABLE|Tab\.|Algorithm|Listing|表)\s*[A-Z]?[\dIVX０-９]+|ALGORITHM\s*\d"
)
_SECTION = re.compile(r"(?:\d+(?:\.\d+)*\.?|[A-Z]\.|[IVX]+\.)\s+\S")

_SUB_CAPTION = re.compile(r"\(?[a-z]\)\s")

LEAST = (60.0, 36.0)
"""The least width and height of a figure in points; a smaller drawing is a logo or an equation."""
MARGIN = 4.0
FEWEST_ROWS = 4
"""The fewest rows of a figure of words alone; fewer are an equation."""
MAX_GAP = 42.0
"""The most points between a figure and its caption, enough for a row of sub-captions."""


class Figure(NamedTuple):
    """The place of a figure and the text of its caption."""

    box: Box
    caption: str


def find_figures(look: Look, hyphenated: frozenset[str] = frozenset()) -> list[Figure]:
    """Find the figures of a page that are surely found, in the order of their numbers.

    The boxes have white around the drawing, which the caller trims.
    hyphenated: see `lines.joined`, which joins the lines of captions.
    """
    captions = captions_of(look)
    found = []
    for caption in captions:
        box = _figure_box(look, caption, captions)
        if box is not None:
            found.append(Figure(box, joined([line.text for line in caption], hyphenated)))
    return found


def _figure_box(
    look: Look, caption: Sequence[WordLine], captions: Sequence[Sequence[WordLine]]
) -> Box | None:
    """Find the box of a caption's figure, None where it is not sure."""
    own = around(line.box for line in caption)
    left, right = _span(look, own, captions)
    # A drawing beside a caption may be its figure. A frame around figure and caption, or along
    # the whole page, is none.
    level = Box(left, own.y0 + 1, right, own.y1 - 1)
    beside = [box for box in look.drawn if box.meets(level) and not box.meets(own)]
    if any(
        o.width > 3 and 4 < o.height < 0.5 * look.height and not _is_rule(o, look) for o in beside
    ):
        return None
    others = [other for other in captions if other is not caption]
    # Text that reaches into the span with a corner only is not in the way.
    stops = [
        stop
        for stop in _stops(look, caption, others)
        if min(stop.box.x1, right) - max(stop.box.x0, left)
        > 0.15 * min(stop.box.width, right - left)
    ]
    above = [stop for stop in stops if stop.box.y1 <= own.y0 + 2]
    top = max(above, key=lambda stop: stop.box.y1, default=None)
    upper = Box(left, top.box.y1 if top else 0.0, right, own.y0)
    found = _drawn_box(look, upper, own)
    # Right below the caption of a table is the table.
    if top is not None and top.is_table and (found is None or found.y0 - top.box.y1 < 5):
        return None
    if found is not None:
        return found if own.y0 - found.y1 < MAX_GAP else None
    end = min((stop.box.y0 for stop in stops if stop.box.y0 >= own.y1 - 2), default=look.height)
    lower = Box(left, own.y1, right, end)
    # With another figure's caption below it, the drawing belongs to that caption.
    claims = [other[0].box for other in others if other[0].box.y0 >= lower.y0]
    if any(box.x1 > lower.x0 and box.x0 < lower.x1 for box in claims):
        return None
    found = _drawn_box(look, lower, own)
    if found is None and top is not None:
        return _text_box(look, upper, top.box)
    return found if found is not None and found.y0 - own.y1 < MAX_GAP else None


def _text_box(look: Look, space: Box, text: Box) -> Box | None:
    """Find the box of a figure of words alone, such as a grammar or a listing.

    It is between the text above and the caption; None unless all of its lines are indented.
    """
    lines = [line for line in look.words if _is_in(line.box, space)]
    if any(_is_in(box, space) and min(box.width, box.height) > MARGIN for box in look.drawn):
        return None
    box = around([line.box for line in lines]) if lines else space
    is_near = box.y0 - text.y1 < MAX_GAP and space.y1 - box.y1 < MAX_GAP
    n_rows = len({round(line.box.y1 / line.size) for line in lines})
    if n_rows < FEWEST_ROWS or not is_near or box.x0 < text.x0 + 2 * lines[0].size:
        return None
    return box.grown(MARGIN).cut(space)


def _span(look: Look, own: Box, captions: Sequence[Sequence[WordLine]]) -> tuple[float, float]:
    """Find the left and right edges between which a caption's figure may be."""
    left, right = 0.0, look.width
    if look.gutter is not None:
        if own.x1 < look.gutter + 4:
            right = look.gutter
        elif own.x0 > look.gutter - 4:
            left = look.gutter
    for line in look.words:
        # Text beside the caption is beside the figure too.
        is_level = line.box.y0 < own.y1 - 2 and own.y0 + 2 < line.box.y1
        if is_level and _is_running(look, line):
            if line.box.x1 <= own.x0 + 2:
                left = max(left, line.box.x1 + MARGIN)
            elif line.box.x0 >= own.x1 - 2:
                right = min(right, line.box.x0 - MARGIN)
    for other in captions:
        box = around(line.box for line in other)
        if box == own or not box.meets(Box(left, own.y0, right, own.y1)):
            continue
        if box.x0 >= own.x1:
            right = min(right, (own.x1 + box.x0) / 2)
        elif box.x1 <= own.x0:
            left = max(left, (own.x0 + box.x1) / 2)
    return left, right


def _is_running(look: Look, line: WordLine) -> bool:
    size, font = look.body
    return line.font == font and abs(line.size - size) < 0.6 and _n_letters(line.text) > 15


def gutter(pages: Iterable[Iterable[WordLine]], width: float) -> float | None:
    """Find the x of the middle between two columns, None for a document with one column."""
    lines = [line.box for words in pages for line in words if _n_letters(line.text) > 25]
    narrow = [box for box in lines if 0.25 * width < box.width < 0.48 * width]
    wide = [box for box in lines if box.width > 0.55 * width]
    if not narrow or len(narrow) < 2 * len(wide):
        return None
    left = [box.x1 for box in narrow if box.x0 + box.x1 < width]
    right = [box.x0 for box in narrow if box.x0 + box.x1 >= width]
    if min(len(left), len(right)) < 0.2 * len(narrow):
        return None
    return (median(left) + median(right)) / 2


class _Stop(NamedTuple):
    """A line that no figure extends over; is_table: of the caption of a table or a listing."""

    box: Box
    is_table: bool


def _stops(
    look: Look, caption: Sequence[WordLine], others: Sequence[Sequence[WordLine]]
) -> list[_Stop]:
    """Collect the lines that end a figure: running text, headings, other captions."""
    stops = [_Stop(line.box, is_table=False) for other in others for line in other]
    for lines in _paragraphs(look.words):
        kept = [line for line in lines if line not in caption]
        if not kept:
            continue
        is_table = bool(_OTHER.match(kept[0].text))
        if is_table or _is_text(look, kept) or _is_head(look, kept):
            stops += [_Stop(line.box, is_table) for line in kept]
    return stops


def _is_text(look: Look, lines: Sequence[WordLine]) -> bool:
    """Check whether lines are text and no labels: as wide as a column.

    Inside a drawn box they must also look as the running text does.
    """
    if _SUB_CAPTION.match(lines[0].text):
        return False
    least = (0.3 if look.gutter else 0.4) * look.width
    wide = [w for w in lines if w.box.width > least and _n_letters(w.text) > 30]
    if any(_is_running(look, w) for w in wide):
        return True
    free = [w for w in wide if not any(_is_around(box, w.box) for box in look.drawn)]
    return len(free) > 1


def _is_head(look: Look, lines: Sequence[WordLine]) -> bool:
    """Check for a heading, a title, an e-mail address or the begin of a caption."""
    size, font = look.body
    first = lines[0]
    if CAPTION.match(first.text) or any("@" in line.text for line in lines):
        return True
    if len(lines) > 4 or first.size < size - 0.3:
        return False
    is_title = first.size > 1.25 * size and len(first.text) > 20
    return is_title or (first.font != font and bool(_SECTION.match(first.text)))


def _paragraphs(words: Sequence[WordLine]) -> list[list[WordLine]]:
    """Group lines that PyMuPDF put into one block, or that follow like lines of one text."""
    found: list[list[WordLine]] = []
    for line in words:
        before = found[-1][-1] if found else None
        if before is None:
            found.append([line])
            continue
        is_below = 0 < line.box.y0 - before.box.y0 < 2 * line.size
        is_below = is_below and abs(before.box.x0 - line.box.x0) < 2.5 * line.size
        is_alike = before.font == line.font and abs(before.size - line.size) < 0.3
        if before.block == line.block or (is_below and is_alike):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _n_letters(text: str) -> int:
    """Count letters, a Japanese one as two, since it is as wide as two Latin ones."""
    return len(text) if text.isascii() else sum(2 if c > "\u2e7f" else 1 for c in text)


def _is_around(box: Box, line: Box) -> bool:
    return box.x0 <= line.x0 and box.y0 <= line.y0 and box.x1 >= line.x1 and box.y1 >= line.y1


def _drawn_box(look: Look, space: Box, own: Box) -> Box | None:
    """Find the box of the drawings in a space, with their labels; None for too little."""
    drawn = [box for box in look.drawn if _is_in(box, space) and not _is_rule(box, look)]
    if not drawn:
        return None
    box = around(drawn).cut(space)
    if box.width < LEAST[0] or box.height < LEAST[1]:
        return None
    # A label beside the drawing may have another one beside it, twice at most.
    for _ in range(3):
        near = Box(box.x0 - 12, box.y0 - 14, box.x1 + 12, box.y1 + 16)
        labels = [w.box for w in look.words if w.box.meets(near) and _is_in(w.box, space)]
        labels = [label for label in labels if label.cut(own).height < 0.4 * label.height]
        box = around([box, *labels])
    # Running text in the box that is on no drawing: the drawings are ornaments of the page.
    inside = [w for w in look.words if _is_running(look, w) and w.box.meets(box)]
    if sum(not any(_is_around(d, w.box) for d in drawn) for w in inside) > 3:
        return None
    wide = Box(space.x0 - MARGIN, space.y0, space.x1 + MARGIN, space.y1)
    return box.grown(MARGIN).cut(wide)


def _is_in(box: Box, space: Box) -> bool:
    # Lengths are compared, since lines have no area; no box is made, as in `meets`.
    width = min(box.x1, space.x1) - max(box.x0, space.x0)
    height = min(box.y1, space.y1) - max(box.y0, space.y0)
    return width >= max(0.0, 0.7 * box.width) and height >= max(0.0, 0.7 * box.height)


def _is_rule(box: Box, look: Look) -> bool:
    """Check for a rule over a column, or a picture of the whole page (a scan, or strips of it)."""
    is_line = box.height < 2 and box.width > 0.35 * look.width
    return is_line or box.width > 0.95 * look.width
