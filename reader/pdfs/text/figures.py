"""Find the figures of a page and their captions, from where its words and drawings stand.

A figure is what was drawn between its caption and the text above it (below, where nothing is
drawn above). Where that is not sure, because a table, a second caption or running text is in
between, there is none. Plain geometry on plain values, in points from the top left; no PyMuPDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from reader.pdfs.text.lines import IS_CJK, joined


class Box(NamedTuple):
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def cut(self, other: Box) -> Box:
        """Cut out what both share; of negative width or height where that is nothing."""
        return Box(
            max(self.x0, other.x0),
            max(self.y0, other.y0),
            min(self.x1, other.x1),
            min(self.y1, other.y1),
        )

    def meets(self, other: Box) -> bool:
        shared = self.cut(other)
        return shared.width > 0 and shared.height > 0

    def grown(self, by: float) -> Box:
        return Box(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)


class WordLine(NamedTuple):
    """A line of text.

    size, font: of most of it; lead: font of its first letters; block: its place among
    PyMuPDF's blocks.
    """

    box: Box
    text: str
    size: float
    font: str
    lead: str
    block: int


class Look(NamedTuple):
    """What stands on a page.

    body: size and font of the document's running text. gutter: see `gutter`.
    """

    width: float
    height: float
    words: list[WordLine]
    drawn: list[Box]
    body: tuple[float, str]
    gutter: float | None = None


def around(boxes: Iterable[Box]) -> Box:
    """Make the smallest box around all; there must be one at least."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))


CAPTION = re.compile(
    r"(?P<label>(?:Figure|Fig\.?|FIGURE|FIG\.?)\s*[A-Z]?\d+(?:[.\-]\d+)*|図\s*[\d０-９]+(?:[.\-]\d+)*)"
    r"(?P<mark>\s*[.:：|—–]|\s*$|\s+)(?P<rest>.*)"
)
_GOES_ON = re.compile("[にのはをでとがかへもや、，。)）]")
"""What makes a sentence of 図3."""


def captions_of(look: Look) -> list[list[WordLine]]:
    """List the captions of figures, each as its lines, in the order of their numbers."""
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
    """Tell a caption from a sentence of the text that has "Figure 1" at a line's begin."""
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
    # "Fig. 3 The parts of it": what "Fig. 3 shows" is text.
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
"""Width and height in points of what is worth showing: less is a logo or an equation."""
MARGIN = 4.0
FEWEST_ROWS = 4
"""Of a figure of words alone: fewer are an equation."""
MAX_GAP = 42.0
"""Points between a figure and its caption: a row of sub-captions may stand there."""


class Figure(NamedTuple):
    box: Box
    caption: str


def find_figures(look: Look, hyphenated: frozenset[str] = frozenset()) -> list[Figure]:
    """List the figures of a page that are found for sure, in the order of their numbers.

    The box is generous: white around the drawing is the caller's to trim.
    hyphenated: see `lines.joined`, by which captions are written.
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
    # Something drawn beside a caption may be the figure; a frame around figure and caption, or
    # along the whole page, is nothing of the kind.
    level = Box(left, own.y0 + 1, right, own.y1 - 1)
    beside = [box for box in look.drawn if box.meets(level) and not box.meets(own)]
    if any(
        o.width > 3 and 4 < o.height < 0.5 * look.height and not _is_rule(o, look) for o in beside
    ):
        return None
    others = [other for other in captions if other is not caption]
    # What reaches into the span with a corner only does not stand in the way.
    stops = [
        stop
        for stop in _stops(look, caption, others)
        if min(stop.box.x1, right) - max(stop.box.x0, left)
        > 0.15 * min(stop.box.width, right - left)
    ]
    above = [stop for stop in stops if stop.box.y1 <= own.y0 + 2]
    top = max(above, key=lambda stop: stop.box.y1, default=None)
    upper = Box(left, top.box.y1 if top else 0.0, right, own.y0)
    found = _fill(look, upper, own)
    # Right below the caption of a table stands the table.
    if top is not None and top.is_table and (found is None or found.y0 - top.box.y1 < 5):
        return None
    if found is not None:
        return found if own.y0 - found.y1 < MAX_GAP else None
    end = min((stop.box.y0 for stop in stops if stop.box.y0 >= own.y1 - 2), default=look.height)
    lower = Box(left, own.y1, right, end)
    # With another figure's caption right below, the drawing is that one's.
    claims = [other[0].box for other in others if other[0].box.y0 >= lower.y0]
    if any(box.x1 > lower.x0 and box.x0 < lower.x1 for box in claims):
        return None
    found = _fill(look, lower, own)
    if found is None and top is not None:
        return _typed(look, upper, top.box)
    return found if found is not None and found.y0 - own.y1 < MAX_GAP else None


def _typed(look: Look, space: Box, text: Box) -> Box | None:
    """Find the box of a figure of words alone, a grammar or a listing, as they stand between
    the text above and the caption; None unless all of them are indented."""
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
    """Find from where to where across the page a caption's figure may stand."""
    left, right = 0.0, look.width
    if look.gutter is not None:
        if own.x1 < look.gutter + 4:
            right = look.gutter
        elif own.x0 > look.gutter - 4:
            left = look.gutter
    for line in look.words:
        # Text that runs around a figure runs around its caption too.
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
    """Find the middle between two columns, None for a document of one."""
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
    """A line that no figure goes over. is_table: the caption of a table or a listing."""

    box: Box
    is_table: bool


def _stops(
    look: Look, caption: Sequence[WordLine], others: Sequence[Sequence[WordLine]]
) -> list[_Stop]:
    """List what stands in a figure's way: running text, headings, other captions."""
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
    """Check that lines are text and no labels: as wide as a column, and in no box of a figure
    unless they look as the running text does."""
    if _SUB_CAPTION.match(lines[0].text):
        return False
    least = (0.3 if look.gutter else 0.4) * look.width
    wide = [w for w in lines if w.box.width > least and _n_letters(w.text) > 30]
    if any(_is_running(look, w) for w in wide):
        return True
    free = [w for w in wide if not any(_is_around(box, w.box) for box in look.drawn)]
    return len(free) > 1


def _is_head(look: Look, lines: Sequence[WordLine]) -> bool:
    """Check for a heading, a title, an address or the begin of a caption."""
    size, font = look.body
    first = lines[0]
    if CAPTION.match(first.text) or any("@" in line.text for line in lines):
        return True
    if len(lines) > 4 or first.size < size - 0.3:
        return False
    is_title = first.size > 1.25 * size and len(first.text) > 20
    return is_title or (first.font != font and bool(_SECTION.match(first.text)))


def _paragraphs(words: Sequence[WordLine]) -> list[list[WordLine]]:
    """Group lines that PyMuPDF put together, or that follow as lines of one text do."""
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
    """Count letters, a Japanese one as the two Latin ones whose place it takes."""
    return sum(2 if c > "\u2e7f" else 1 for c in text)


def _is_around(box: Box, line: Box) -> bool:
    return box.cut(line) == line


def _fill(look: Look, space: Box, own: Box) -> Box | None:
    """Find the box of what is drawn in a space, with the labels at it; None where too little."""
    drawn = [box for box in look.drawn if _is_in(box, space) and not _is_rule(box, look)]
    if not drawn:
        return None
    box = around(drawn).cut(space)
    if box.width < LEAST[0] or box.height < LEAST[1]:
        return None
    # A label at the drawing may have another one at it, twice at most.
    for _ in range(3):
        near = Box(box.x0 - 12, box.y0 - 14, box.x1 + 12, box.y1 + 16)
        labels = [w.box for w in look.words if w.box.meets(near) and _is_in(w.box, space)]
        labels = [label for label in labels if label.cut(own).height < 0.4 * label.height]
        box = around([box, *labels])
    # Running text over it that lies on nothing drawn: it is a page with ornaments.
    inside = [w for w in look.words if _is_running(look, w) and w.box.meets(box)]
    if sum(not any(_is_around(d, w.box) for d in drawn) for w in inside) > 3:
        return None
    wide = Box(space.x0 - MARGIN, space.y0, space.x1 + MARGIN, space.y1)
    return box.grown(MARGIN).cut(wide)


def _is_in(box: Box, space: Box) -> bool:
    shared = box.cut(space)
    if shared.width < 0 or shared.height < 0:
        return False
    # Lines have no area: compare lengths. Most of it must be inside.
    return shared.width >= 0.7 * box.width and shared.height >= 0.7 * box.height


def _is_rule(box: Box, look: Look) -> bool:
    """Tell rules over a column, and what lies under the whole page (a scan, or strips of it)."""
    is_line = box.height < 2 and box.width > 0.35 * look.width
    return is_line or box.width > 0.95 * look.width
