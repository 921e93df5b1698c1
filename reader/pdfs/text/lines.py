"""Turn a page of PyMuPDF's get_text("dict") into lines, in the order in which they are read.

Stray blanks are removed, lines are made of the dict, and running heads, page numbers and line
numbers are dropped. PyMuPDF returns lines in the order of the file, which is not always that of
reading, and its sort=True reads across columns. So the gutter is found, the page is cut into
bands where a line crosses it, and each band's left side is read before its right one. Knows that
dict and places, nothing of paragraphs and titles.
"""

from __future__ import annotations

import functools
import operator
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby, pairwise
from statistics import median
from typing import Any, NamedTuple

from reader.pdfs.text.from_right import in_order, is_from_right

# Kana, ideographs, their punctuation, full-width forms. Hangul is written with spaces.
CJK = "\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
IS_CJK = re.compile(f"[{CJK}]")
# Begins with the space itself, so that the engine can skip from space to space.
_SPACE_WITHIN_CJK = re.compile(f" (?=[{CJK}])(?<=[{CJK}] )")
_WHITE = re.compile(r"[^\S\u3000]+")
_HYPHENS = "-‐\xad"
_COMPOUND = re.compile(r"[a-z]+(?:-[a-z]+)+")
_LAST_PART = re.compile(r"([A-Za-z]+(?:-[A-Za-z]+)*)[-‐]$")
# TeX's old fonts set an accent and its letter apart: "premi`ere", "B¨ar".
_ACCENTS = {
    "`": "\u0300",
    "´": "\u0301",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "¨": "\u0308",
    "ˇ": "\u030c",
}
_APART = re.compile("(?<=[A-Za-z])`(?=[aeiouAEIOU])|[´ˆ˜¨ˇ](?=[A-Za-zı])")
_HAS_ACCENT = re.compile("[´ˆ˜¨ˇ]")
_LINK = re.compile(r"-(?:a|and|by|for|in|of|on|or|the|to|up|vs)$")  # end-to-|end, state-of-the-|art
_FIRST_PART = re.compile(r"[a-z]+(?:-[a-z]+)*")


def compounds(texts: Iterable[str]) -> frozenset[str]:
    """Collect the words that a paper writes with a hyphen inside a line."""
    found: set[str] = set()
    for text in texts:
        if "-" in text:
            found.update(_COMPOUND.findall(text.lower()))
    return frozenset(found)


def joined(lines: Iterable[str], hyphenated: frozenset[str] = frozenset()) -> str:
    """Join lines to one text.

    hyphenated: words that keep their hyphen at a line's end, as `compounds` returns them.
    """
    text = ""
    for line in lines:
        if text:
            text, glue = glued(text, line, hyphenated)
            text += glue
        text += line
    return tidy(text)


_GOES_ON = re.compile(r"(?:to|of|the|and|in|by|on|for|at|end|art)-[a-z\d]", re.IGNORECASE)
"""The begin of a line within a compound of more words: speech-/to-text, state-/of-the-art."""


def glued(before: str, after: str, hyphenated: frozenset[str]) -> tuple[str, str]:
    """Return the first of two lines, perhaps without its hyphen, and the text that joins them.

    A hyphen at a line's end is removed where a small letter follows; Japanese and Chinese lines
    are joined without a blank. hyphenated: as in `joined`.
    """
    if not before or not after:
        return before, ""
    if before[-1] in _HYPHENS and len(before) > 1 and before[-2].isalpha():
        if before[-1] == "\xad":  # a soft hyphen is never part of the word
            return before[:-1], ""
        if not after[0].islower():
            return before, ""
        if _GOES_ON.match(after):
            return before, ""
        # The paper's own spelling inside a line decides, then usual compounds.
        last, first = _LAST_PART.search(before[-40:]), _FIRST_PART.match(after[:40])
        if last and first:
            word = f"{last[1]}-{first[0]}".lower()
            if word in hyphenated or _LINK.search(last[1]):
                return before, ""
        return before[:-1], ""
    if IS_CJK.match(before[-1]) and IS_CJK.match(after[0]):
        return before, ""
    return before, " "


def tidy(text: str) -> str:
    """Reduce white space to single blanks, and to none between two Japanese characters.

    A full-width space is meant (between names, after a heading's number) and becomes a blank.
    """
    # Plain ASCII, most of all lines, needs none of the expressions.
    is_ascii = text.isascii()
    if "`" in text or (not is_ascii and _HAS_ACCENT.search(text)):
        text = _APART.sub(lambda found: _ACCENTS[found[0]], text)
        text = _COMBINING.sub(_composed, text)
    if is_ascii and text.isascii() and "  " not in text:
        return text.strip()
    white = _WHITE.sub(" ", text) if "\u3000" in text else " ".join(text.split())
    return " ".join(_SPACE_WITHIN_CJK.sub("", white).split())


_COMBINING = re.compile("([\u0300-\u0308\u030c])([A-Za-zı])")


def _composed(found: re.Match[str]) -> str:
    letter = "i" if found[2] == "ı" else found[2]
    return unicodedata.normalize("NFC", letter + found[1])


LEAST_SIZE = 11.0
"""The least size in points of lines whose single letters are read; running text is smaller."""
KERNED = 0.12
SPACED = 0.15
QUARTER = 0.29
"""Gaps, in sizes of the letters, up to which a blank is stray: in usual lines; in spaced ones,
beyond their usual gap; between Japanese and Latin letters, where TeX and word processors leave
.25 by themselves."""
_ACCENTS_APART = "`´ˆ˜¨ˇ˘˙˝¸"
_DOUBTFUL = re.compile(
    rf"\s[{_ACCENTS_APART}]|[{CJK}] +[0-9A-Za-z]|[0-9A-Za-z] +[{CJK}]"
    r"|(?:\b[^\W\d_]\s+){4}[^\W\d_]\b"
)


def is_doubtful(page: dict[str, Any]) -> bool:
    """Check whether a page, as get_text("dict") returns it, has large lines with stray blanks."""
    return any(_is_doubtful(line) for line in _lines(page))


def without_stray_blanks(page: dict[str, Any], letters: dict[str, Any]) -> None:
    """Remove stray blanks from the doubtful lines of a page; letters: its "rawdict"."""
    for line, single in zip(_lines(page), _lines(letters), strict=False):
        if len(line["spans"]) != len(single["spans"]) or not _is_doubtful(line):
            continue
        chars = [(c, at) for at, span in enumerate(single["spans"]) for c in span["chars"]]
        stray = _stray([c for c, _ in chars], max(span["size"] for span in line["spans"]))
        for at, span in enumerate(line["spans"]):
            span["text"] = "".join(
                [c["c"] for n, (c, of) in enumerate(chars) if of == at and n not in stray]
            )


def _lines(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for block in page["blocks"]:
        yield from block.get("lines", ())


def _is_doubtful(line: dict[str, Any]) -> bool:
    spans = line["spans"]
    if line["dir"][0] < 0.97 or max([span["size"] for span in spans], default=0) < LEAST_SIZE:
        return False
    return bool(_DOUBTFUL.search("".join([span["text"] for span in spans])))


def _stray(chars: list[dict[str, Any]], size: float) -> set[int]:
    """Find the places of the blanks that are no wider than a gap within a word."""
    gaps: list[tuple[float, bool, list[int]]] = []
    before: dict[str, Any] | None = None
    blanks: list[int] = []
    for at, char in enumerate(chars):
        if char["c"].isspace():
            blanks.append(at)
            continue
        after = chars[at + 1] if at + 1 < len(chars) else None
        if char["c"] in _ACCENTS_APART and after and after["bbox"][0] < char["bbox"][2] - 0.1:
            continue  # an accent that stands over the letter after it
        if before is not None:
            is_mixed = (IS_CJK.match(before["c"]) is None) != (IS_CJK.match(char["c"]) is None)
            gaps.append(((char["bbox"][0] - before["bbox"][2]) / size, is_mixed, blanks))
        before, blanks = char, []
    spacing = median([gap for gap, _, _ in gaps]) if gaps else 0.0
    usual = spacing + SPACED if spacing > KERNED else KERNED
    return {
        at
        for gap, is_mixed, found in gaps
        if gap < (max(QUARTER, usual) if is_mixed else usual)
        for at in found
    }


NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b\u2060\ufeff]")
_LIGATURES = {
    ord(code): letters
    for codes in ("\x0b\x0c\x0e\x0f", "\x1b\x1c\x1e\x1f")
    for code, letters in zip(codes, ("ff", "fi", "ffi", "ffl"), strict=True)
} | {0x1D: "fl"}
"""TeX's ligatures in fonts that do not name their letters: the encodings OT1 and T1. OT1's fl is
the code of a line's end, and is not told from one."""


def with_ligatures(text: str) -> str:
    """Write out ligatures that a font of TeX gives as control characters."""
    return text if text.isprintable() else text.translate(_LIGATURES)


_BOLD = re.compile(r"bold|black|heavy|demi|medi\b|CMBX|SFBX|-Bd|Gothic-B", re.IGNORECASE)
_ITALIC = re.compile(r"ital|oblique|CMTI|SFTI|-It\b", re.IGNORECASE)


class Line(NamedTuple):
    """Characters that PyMuPDF put together, on one baseline, within one column.

    x0 … y1: the box in points, from the top left of the page as it is read.
    base: the baseline of most characters, so that H₂O is one row. size: of most characters.
    top: of its largest letters, a tenth of them at least (small capitals have two sizes).
    """

    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    text: str
    size: float
    top: float
    is_bold: bool
    is_italic: bool
    n: int = 1
    """The number of pieces that it was made of; more than two are mostly cells of a table."""


class PageLines(NamedTuple):
    """The lines of a page; width, height: in points, of the page as its text is read."""

    lines: list[Line]
    width: float
    height: float
    rotated: list[str]
    """Text in other directions than the page's own: stamps, labels of axes."""
    is_scanned: bool = False
    """Whether the page is a picture, see `Document.n_scanned`."""
    is_ocr: bool = False
    """Whether its text was recognised in the picture."""
    is_turned: bool = False
    """Whether its text runs in another direction, so that places are not those on the page."""


Row = Line
"""All lines on one baseline of one column, joined: mostly one, as it was."""

_UPRIGHT = (1, 0)
_TURNS = {(1, 0), (0, -1), (0, 1), (-1, 0)}


def page_lines(page: dict[str, Any]) -> PageLines:
    """Make lines of the text that runs in the page's main direction.

    Pages laid on their side, and vertical Japanese, are turned until their text is horizontal;
    text in other directions is in `rotated`.
    """
    lines = [line for block in page["blocks"] if block["type"] == 0 for line in block["lines"]]
    directions: Counter[tuple[int, int]] = Counter()
    turned = []
    for line in lines:
        x, y = line["dir"]
        # Scans with a text layer are often a little askew: .97 is 14 degrees.
        where = _UPRIGHT if x > 0.97 else (round(x), round(y))
        turned.append(where)
        directions[where] += len(line["spans"])
    main = max(directions, key=directions.__getitem__, default=_UPRIGHT)
    main = main if main in _TURNS else _UPRIGHT
    made: list[Line] = []
    rotated: list[str] = []
    for where, line in zip(turned, lines, strict=True):
        if where != main:
            rotated.append("".join([span["text"] for span in line["spans"]]).strip())
            continue
        new = line_of(line, main)
        if new.text:
            if made and abs(new.base - made[-1].base) < 3 and _goes_on(made[-1], new):
                made[-1] = _one(made[-1], new)
            else:
                made.append(new)
    width, height = page["width"], page["height"]
    if main[0] == 0:
        width, height = height, width
    if main != _UPRIGHT and made:
        # Turned boxes are moved until they begin near 0 again.
        dx = min(0.0, *(line.x0 for line in made)) if main != (0, 1) else 0.0
        dy = min(0.0, *(line.y0 for line in made)) if main != (0, -1) else 0.0
        made = [
            o._replace(x0=o.x0 - dx, y0=o.y0 - dy, x1=o.x1 - dx, y1=o.y1 - dy, base=o.base - dy)
            for o in made
        ]
    return PageLines(made, width, height, rotated, is_turned=main != _UPRIGHT)


@functools.lru_cache(maxsize=10_000)  # a long-lived worker meets endless font names
def style_of(font: str, flags: int) -> tuple[bool, bool]:
    """Determine whether letters are bold and whether they are italic."""
    # Flag 16 is bold, 2 italic; many fonts set neither, and say so in their names.
    is_bold = bool(flags & 16) or bool(_BOLD.search(font))
    return is_bold, bool(flags & 2) or bool(_ITALIC.search(font))


def line_of(line: dict[str, Any], direction: tuple[int, int] = _UPRIGHT) -> Line:
    """Make a line of PyMuPDF's, turned upright from its direction; without text, an empty one."""
    spans = line["spans"]
    text = spans[0]["text"] if len(spans) == 1 else "".join([span["text"] for span in spans])
    if is_from_right(text):
        text = "".join([span["text"] for span in in_order(spans)])
    if not text.isprintable():
        text = NOT_TEXT.sub("", with_ligatures(text).replace("\xa0", " "))
    text = text.strip()
    if not text:
        return _EMPTY
    if len(spans) == 1:
        span = spans[0]
        size, base = span["size"], span["origin"][1]
        top = size
        is_bold, is_italic = style_of(span["font"], span["flags"])
    else:
        size, top, base, is_bold, is_italic = _look(spans)
    x0, y0, x1, y1 = line["bbox"]
    if direction == _UPRIGHT:
        return Line(x0, y0, x1, y1, base, text, size, top, is_bold, is_italic)
    if direction == (0, -1):
        x0, y0, x1, y1 = -y1, x0, -y0, x1
    elif direction == (0, 1):
        x0, y0, x1, y1 = y0, -x1, y1, -x0
    elif direction == (-1, 0):
        x0, y0, x1, y1 = -x1, -y1, -x0, -y0
    # The origin of turned letters is no baseline; .2 of the size is a usual descender.
    base = y1 - 0.2 * size
    return Line(x0, y0, x1, y1, base, text, size, top, is_bold, is_italic)


def _look(spans: list[dict[str, Any]]) -> tuple[float, float, float, bool, bool]:
    """Determine size, top, base, bold and italic of a line of many spans."""
    counts: dict[tuple[float, str, int, float], int] = {}
    for span in spans:
        words = span["text"]
        if words != " ":
            key = (span["size"], span["font"], span["flags"], span["origin"][1])
            counts[key] = counts.get(key, 0) + len(words)
    if len(counts) == 1:
        ((size, font, flags, base),) = counts
        return size, size, base, *style_of(font, flags)
    size, font, flags, base = max(counts, key=counts.__getitem__)
    top = size
    if max(counts)[0] > 1.05 * size:
        letters: Counter[float] = Counter()
        for span in spans:
            letters[span["size"]] += sum(map(str.isalpha, span["text"]))
        enough = max(1, 0.1 * letters.total())
        top = max([s for s, n in letters.items() if n >= enough], default=size)
    is_bold, is_italic = style_of(font, flags)
    if is_bold:
        # A line that only begins with bold words is not bold. Small capitals, which few fonts
        # have in bold, are not counted.
        n_bold = n_all = 0
        for span in spans:
            n = 0 if span["text"].isupper() else sum(map(str.isalpha, span["text"]))
            n_all += n
            n_bold += n if style_of(span["font"], span["flags"])[0] else 0
        is_bold = n_bold >= 0.9 * n_all
    return size, top, base, is_bold, is_italic


_EMPTY = Line(0, 0, 0, 0, 0, "", 0, 0, False, False)


_NUMBER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})*|[IVX]{1,5}|\[\d{1,3}\])[.．:)]?"
)


def _goes_on(before: Line, line: Line) -> bool:
    """Check whether PyMuPDF split a line at a wide blank, narrower than a gutter."""
    # Justified text stretches the blank after a full stop most; a section's number is up to 3 em
    # before its name.
    gap = (line.x0 - before.x1) / before.size
    if abs(line.base - before.base) > 0.15 * before.size or not -0.1 <= gap <= 3:
        return False
    if gap < 0.7 or (gap < 1.05 and before.text[-1] in ".,:;?!”)"):
        return True
    return bool(_NUMBER.fullmatch(before.text)) and not line.text[0].isdigit()


def _one(before: Line, line: Line) -> Line:
    look = line if len(line.text) >= len(before.text) else before
    space = "" if line.x0 - before.x1 < 0.12 * line.size else " "
    is_number = bool(_NUMBER.fullmatch(before.text))
    return Line(
        before.x0,
        min(before.y0, line.y0),
        max(before.x1, line.x1),
        max(before.y1, line.y1),
        look.base,
        before.text + space + line.text,
        look.size,
        max(before.top, line.top),
        line.is_bold and (before.is_bold or is_number),
        look.is_italic,
    )


N_BINS = 120
GUTTER_FROM, GUTTER_TO = 0.22, 0.78
"""The part of the width in which a gutter may be: narrower columns are margins."""
SLACK = 0.02
"""How far a line may reach over the gutter and still belong to its column, in page widths."""
_BASE = operator.attrgetter("base")


def runs(lines: list[Line], width: float) -> list[list[Row]]:
    """Split a page into runs of rows, each a part of a column, in reading order."""
    return [[row_of(group) for group in part] for part in row_groups(lines, width)]


def row_groups(lines: list[Line], width: float) -> list[list[list[Line]]]:
    """Split a page into parts of columns, and each into the lines of its rows, in reading order."""
    found = []
    for part in filter(None, _parts(lines, width, depth=0)):
        # Lines on one baseline are a row; with an initial of several lines its own baseline
        # would be that of the last of them.
        groups: list[list[Line]] = []
        base = 0.0
        has_initial = any(line.size > 18 and len(line.text) == 1 for line in part)
        for line in sorted(part, key=_baseline if has_initial else _BASE):
            stand = _baseline(line) if has_initial else line.base
            if groups and stand < base + 0.4 * max(line.size, groups[-1][0].size):
                groups[-1].append(line)
            else:
                groups.append([line])
                base = stand
        for group in groups:
            group.sort(key=lambda line: line.x0)
        found.append(groups)
    return found


def _parts(lines: list[Line], width: float, depth: int) -> list[list[Line]]:
    """Split lines at their gutter, by bands: lines that cross it, the left side, the right side."""
    gutter = _gutter(lines, width)
    if gutter is None:
        return [lines]
    slack = SLACK * width
    parts: list[list[Line]] = []
    left: list[Line] = []
    right: list[Line] = []
    across: list[Line] = []
    for line in sorted(lines, key=_BASE):
        if not (line.x0 < gutter - slack and line.x1 > gutter + slack):
            (left if line.x0 + line.x1 < 2 * gutter else right).append(line)
            continue
        if left or right:
            # A few lines between those that cross are no columns: the short last line of a
            # paragraph, a heading in the middle, a line split at a wide blank.
            fewest = 2 if left and right else 4
            if across and max(_n_rows(left), _n_rows(right)) < fewest:
                across += left + right
            else:
                parts += [across, *_side_by_side(left, right, depth)]
                across = []
            left, right = [], []
        across.append(line)
    return [*parts, across, *_side_by_side(left, right, depth)]


def _side_by_side(left: list[Line], right: list[Line], depth: int) -> list[list[Line]]:
    """Return the two sides of a band one after the other, or as one where they are no columns."""
    both = (left, right)
    if not all(both) or min(map(_n_rows, both)) < 2:
        return [left + right]
    # A side of numbers alone has the page numbers of a table of contents.
    if any(all(len(line.text) < 6 for line in side) for side in both):
        return [left + right]
    wide = [max(line.x1 for line in side) - min(line.x0 for line in side) for side in both]
    sides: list[list[Line]] = []
    for side, own, other in zip(both, wide, reversed(wide), strict=True):
        # With three columns the side that is much wider than the other may have a gutter too.
        sides += _parts(side, own, depth + 1) if depth < 3 and own > 1.5 * other else [side]
    return sides


def _gutter(lines: list[Line], width: float) -> float | None:
    """Find the x that few lines cross and many lines are beside; None for a single column."""
    if len(lines) < 8:
        return None
    x0 = min(line.x0 for line in lines)
    span = max(line.x1 for line in lines) - x0
    if span < 0.3 * width or span <= 0:
        return None
    # One step up where a line begins and one down behind its end: their running sum counts the
    # lines over each bin, without a loop over bins for each line.
    steps = [0] * (N_BINS + 2)
    scale = N_BINS / span
    for line in lines:
        steps[int((line.x0 - x0) * scale)] += 1
        steps[int((line.x1 - x0) * scale) + 1] -= 1
    cover = list(accumulate(steps))  # how many lines cross each bin
    # Only the middle of the page, since white beside a narrow column is its margin.
    first, last = int(GUTTER_FROM * N_BINS), int(GUTTER_TO * N_BINS)
    lowest = min(cover[first:last])
    # The middle of the longest run of bins that as few lines cross as any.
    emptiest = groupby(range(first, last), key=lambda at: cover[at] == lowest)
    n, start = max((len(bins := list(some)), bins[0]) for is_low, some in emptiest if is_low)
    gutter = x0 + (start + (n - 1) / 2 + 0.5) / scale
    n_left = sum(line.x1 <= gutter for line in lines)
    n_right = sum(line.x0 >= gutter for line in lines)
    return gutter if min(n_left, n_right) >= 3 else None


def _n_rows(lines: list[Line]) -> int:
    rows, last = 0, -1e9
    for y in sorted([line.base for line in lines]):
        if y - last > 4:
            rows, last = rows + 1, y
    return rows


def _baseline(line: Line) -> float:
    """Get the baseline of a line; an initial three lines high belongs to the first of them."""
    is_initial = len(line.text) == 1 and line.size > 18
    return line.y0 + 0.45 * line.size if is_initial else line.base


def row_of(group: list[Line]) -> Row:
    """Join the lines of a row, from left to right."""
    if len(group) == 1:
        return group[0]
    text, end = group[0].text, group[0].x1
    for line in group[1:]:
        # A gap of less than an eighth of the size is no blank, but a word in two fonts.
        text += ("" if line.x0 - end < 0.12 * line.size else " ") + line.text
        end = max(end, line.x1)
    main = max(group, key=lambda line: len(line.text))
    y0, y1 = min(line.y0 for line in group), max(line.y1 for line in group)
    look = main.size, main.top, main.is_bold, main.is_italic
    return Row(group[0].x0, y0, end, y1, main.base, text, *look, len(group))


EDGE = 0.15
"""The share of the page's height, at top and bottom, in which running heads are looked for."""
N_ROWS = 3
"""The most rows of a running head or foot."""
FEWEST_NUMBERS = 15
"""The fewest line numbers of a page of a review copy."""
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-–—•|\[(\s]*(?:p(?:age|\.)?\s*)?(?:\d{1,5}|[ivxlc]{1,7})(?:\s*(?:of|/)\s*\d{1,5})?[-–—•|\])\s]*",
    re.IGNORECASE,
)


def without_furniture(pages: list[PageLines], body: float) -> list[list[Line]]:
    """Return each page's lines without running heads, page numbers and line numbers.

    body: the font size of the running text; a much larger line is never dropped.
    """
    # A running head is the same on two pages, but for its digits.
    edges = [_edge_lines(page) for page in pages]
    seen = Counter(key for lines in edges for key in set(lines.values()))
    kept = []
    for page, lines in zip(pages, edges, strict=True):
        drop = {
            line
            for line, key in lines.items()
            if line.size < 1.3 * body and (seen[key] > 1 or _is_page_number(line, page))
        }
        drop |= _line_numbers(page)
        kept.append([line for line in page.lines if line not in drop] if drop else page.lines)
    return kept


def _edge_lines(page: PageLines) -> dict[Line, tuple[str, int]]:
    """Map lines of the outermost rows to what running heads share: words, height on the page."""
    top, bottom = EDGE * page.height, (1 - EDGE) * page.height
    high = sorted([line for line in page.lines if line.y1 < top], key=lambda line: line.y0)
    low = sorted([line for line in page.lines if line.y0 > bottom], key=lambda line: -line.y1)
    found = {}
    for lines in (high, low):
        rows, last = 0, -1e9
        for line in lines:
            if abs(line.y0 - last) > 3:
                rows, last = rows + 1, line.y0
            if rows > N_ROWS:
                break
            found[line] = _DIGITS.sub("#", line.text.casefold()), round(line.y0 / 4)
    return found


def _is_page_number(line: Line, page: PageLines) -> bool:
    """Check whether a line is a page number, above or below all other lines."""
    if len(line.text) > 16 or not _PAGE_NUMBER.fullmatch(line.text):
        return False
    others = [other for other in page.lines if other is not line]
    is_last = all(other.y1 < line.y0 + 1 for other in others)
    is_first = all(other.y0 > line.y1 - 1 for other in others)
    return is_last or is_first


def _line_numbers(page: PageLines) -> set[Line]:
    """Find the line numbers: columns of rising numbers beside the text, over much of the page."""
    found: set[Line] = set()
    numbers = [line for line in page.lines if len(line.text) < 5 and line.text.isdecimal()]
    if len(numbers) < FEWEST_NUMBERS:
        return found
    others = [line for line in page.lines if not line.text.isdecimal()]
    columns: dict[int, list[Line]] = {}
    for line in numbers:
        # The numbers of a column share their right edge.
        columns.setdefault(round(line.x1 / 6), []).append(line)
    for column in columns.values():
        column.sort(key=lambda line: line.y0)
        is_long = column[-1].y1 - column[0].y0 >= 0.35 * page.height
        if len(column) < FEWEST_NUMBERS or not is_long:
            continue
        steps = Counter(int(b.text) - int(a.text) for a, b in pairwise(column))
        step, n = steps.most_common(1)[0]
        x0, x1 = min(line.x0 for line in column), max(line.x1 for line in column)
        n_beyond = min(sum(o.x0 < x0 for o in others), sum(o.x1 > x1 for o in others))
        is_beside = n_beyond <= 0.05 * len(others)
        if 0 < step <= 10 and n >= 0.8 * (len(column) - 1) and is_beside:
            found.update(column)
    return found
