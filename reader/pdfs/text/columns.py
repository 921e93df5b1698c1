"""Put a page's lines into the order of reading, without what is printed on every page.

Put the lines of a page into the order in which they are read.

PyMuPDF gives lines as the file holds them: mostly, not always, as they are read, and
sort=True reads across columns. Here: find the gutter, cut the page into bands where a line
crosses it, and read each band's left side before its right one. Knows places, no words.

Take away what is printed on every page and read by nobody.

Running heads, page numbers and the line numbers of review copies. Knows lines and their
places, nothing of paragraphs. What is repeated at one height near the edge of two pages is
furniture; what stands there once (a conference's name, a copyright) is kept.

Take away blanks that nobody typed from a page's large lines, its title above all.

MuPDF puts a blank wherever letters stand apart: before an accent that an old font draws over
its letter, between letter-spaced capitals, and where typesetting parts Japanese and Latin
letters by a quarter of an em. The places of single letters tell them from those of words.
Knows get_text's "dict" and "rawdict" and nothing of titles.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Any

from reader.pdfs.text.lines import CJK, IS_CJK, Line, PageLines

N_BINS = 120
GUTTER_FROM, GUTTER_TO = 0.22, 0.78
"""Where in the width a gutter may lie: narrower columns are margins."""
SLACK = 0.02
"""Of the width: how far a line may reach over the gutter and still be of its column."""


Row = Line
"""All lines on one baseline of one column, joined: mostly one, as it was."""
_BASE = operator.attrgetter("base")


def runs(lines: list[Line], width: float) -> list[list[Row]]:
    """Give the page as runs of rows: parts of a column, in reading order."""
    parts = _parts(lines, width, depth=0)
    return [_rows(part) for part in parts if part]


def _parts(lines: list[Line], width: float, depth: int) -> list[list[Line]]:
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
            if across and _is_of_one_column(left, right):
                across += left + right
            else:
                parts += [across, *_side_by_side(left, right, depth)]
                across = []
            left, right = [], []
        across.append(line)
    return [*parts, across, *_side_by_side(left, right, depth)]


def _side_by_side(left: list[Line], right: list[Line], depth: int) -> list[list[Line]]:
    """Read two sides of a band: one after the other, or across where one is a row or so."""
    if not left or not right:
        return [left + right]
    if min(_n_rows(left), _n_rows(right)) < 2 or _is_thin(left) or _is_thin(right):
        return [left + right]
    wide = _extent(left), _extent(right)
    sides: list[list[Line]] = []
    for side, own, other in ((left, *wide), (right, *wide[::-1])):
        # Three columns: the side that is much wider than the other may have a gutter too.
        sides += _parts(side, own, depth + 1) if depth < 3 and own > 1.5 * other else [side]
    return sides


def _is_of_one_column(left: list[Line], right: list[Line]) -> bool:
    """Say whether lines that cross no gutter are yet no columns: the short last line of a
    paragraph, a heading in the middle, one that a wide space parts."""
    n_left, n_right = _n_rows(left), _n_rows(right)
    return max(n_left, n_right) < (2 if n_left and n_right else 4)


def _is_thin(lines: list[Line]) -> bool:
    """Say whether a side holds only numbers, as of pages in a table of contents."""
    return all(len(line.text) < 6 for line in lines)


def _gutter(lines: list[Line], width: float) -> float | None:
    """Find the x that few lines cross and that many lie beside, None in one column."""
    if len(lines) < 8:
        return None
    x0 = min(line.x0 for line in lines)
    span = max(line.x1 for line in lines) - x0
    if span < 0.3 * width or span <= 0:
        return None
    steps = [0] * (N_BINS + 2)
    scale = N_BINS / span
    for line in lines:
        steps[int((line.x0 - x0) * scale)] += 1
        steps[int((line.x1 - x0) * scale) + 1] -= 1
    cover, over = [], 0
    for step in steps:
        over += step
        cover.append(over)
    first, last = int(GUTTER_FROM * N_BINS), int(GUTTER_TO * N_BINS)
    lowest = min(cover[first:last])
    gutter = x0 + (_widest(cover, lowest, first, last) + 0.5) / scale
    n_left = sum(line.x1 <= gutter for line in lines)
    n_right = sum(line.x0 >= gutter for line in lines)
    return gutter if min(n_left, n_right) >= 3 else None


def _widest(cover: list[int], lowest: int, first: int, last: int) -> float:
    """Give the middle of the longest run of bins that as few lines cross as any."""
    best, start = (0, 0), None
    for at in range(first, last + 1):
        if at < last and cover[at] == lowest:
            start = at if start is None else start
        elif start is not None:
            best = max(best, (at - start, start))
            start = None
    return best[1] + (best[0] - 1) / 2


def _extent(lines: list[Line]) -> float:
    return max(line.x1 for line in lines) - min(line.x0 for line in lines)


def _n_rows(lines: list[Line]) -> int:
    rows, last = 0, -1e9
    for y in sorted([line.base for line in lines]):
        if y - last > 4:
            rows, last = rows + 1, y
    return rows


def _rows(lines: list[Line]) -> list[Row]:
    """Join what stands on one baseline, left to right, and give rows top to bottom."""
    groups: list[list[Line]] = []
    base = 0.0
    has_initial = any(line.size > 18 and len(line.text) == 1 for line in lines)
    for line in sorted(lines, key=_stand if has_initial else _BASE):
        stand = _stand(line) if has_initial else line.base
        if groups and stand < base + 0.4 * max(line.size, groups[-1][0].size):
            groups[-1].append(line)
        else:
            groups.append([line])
            base = stand
    return [_row(group) if len(group) > 1 else group[0] for group in groups]


def _stand(line: Line) -> float:
    """Give the baseline; an initial three lines high belongs to the first of them."""
    is_initial = len(line.text) == 1 and line.size > 18
    return line.y0 + 0.45 * line.size if is_initial else line.base


def _row(group: list[Line]) -> Row:
    group.sort(key=lambda line: line.x0)
    text, end = group[0].text, group[0].x1
    for line in group[1:]:
        text += ("" if line.x0 - end < 0.12 * line.size else " ") + line.text
        end = max(end, line.x1)
    main = max(group, key=lambda line: len(line.text))
    y0, y1 = min(line.y0 for line in group), max(line.y1 for line in group)
    look = main.size, main.top, main.is_bold, main.is_italic
    return Row(group[0].x0, y0, end, y1, main.base, text, *look, len(group))


EDGE = 0.15
"""Of the page's height: how far in from its top and bottom running heads are looked for."""
N_ROWS = 3
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-–—•|\[(\s]*(?:p(?:age|\.)?\s*)?(?:\d{1,5}|[ivxlc]{1,7})(?:\s*(?:of|/)\s*\d{1,5})?[-–—•|\])\s]*",
    re.IGNORECASE,
)


def without_furniture(pages: list[PageLines], body: float) -> list[list[Line]]:
    """Give each page's lines but for heads, page numbers and line numbers.

    body: the font size of the running text; what is much larger is never furniture.
    """
    edges = [_edge_lines(page) for page in pages]
    seen: Counter[tuple[str, int]] = Counter()
    for lines in edges:
        seen.update({_key(line) for line in lines})
    kept = []
    for page, lines in zip(pages, edges, strict=True):
        drop = {
            line
            for line in lines
            if line.size < 1.3 * body and (seen[_key(line)] > 1 or _is_page_number(line, page))
        }
        drop |= _line_numbers(page)
        kept.append([line for line in page.lines if line not in drop] if drop else page.lines)
    return kept


def _edge_lines(page: PageLines) -> list[Line]:
    """Find the lines of the outermost rows near the top and the bottom."""
    top, bottom = EDGE * page.height, (1 - EDGE) * page.height
    high = sorted([line for line in page.lines if line.y1 < top], key=lambda line: line.y0)
    low = sorted([line for line in page.lines if line.y0 > bottom], key=lambda line: -line.y1)
    return _first_rows(high) + _first_rows(low)


def _first_rows(lines: list[Line]) -> list[Line]:
    rows, last, found = 0, -1e9, []
    for line in lines:
        if abs(line.y0 - last) > 3:
            rows, last = rows + 1, line.y0
        if rows > N_ROWS:
            break
        found.append(line)
    return found


def _key(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", line.text.casefold()), round(line.y0 / 4)


def _is_page_number(line: Line, page: PageLines) -> bool:
    """Say whether a number stands alone at the very edge, away from the text."""
    if len(line.text) > 16 or not _PAGE_NUMBER.fullmatch(line.text):
        return False
    others = [other for other in page.lines if other is not line]
    is_last = all(other.y1 < line.y0 + 1 for other in others)
    is_first = all(other.y0 > line.y1 - 1 for other in others)
    return is_last or is_first


def _line_numbers(page: PageLines) -> set[Line]:
    """Find a column of rising numbers beside the text, over much of the page."""
    numbers = [line for line in page.lines if len(line.text) < 5 and line.text.isdecimal()]
    if len(numbers) < 15:
        return set()
    columns: dict[int, list[Line]] = {}
    for line in numbers:
        columns.setdefault(round(line.x1 / 6), []).append(line)
    found: set[Line] = set()
    for column in columns.values():
        if len(column) >= 15 and _rises(column) and _is_beside(column, page):
            found.update(column)
    return found


def _rises(column: list[Line]) -> bool:
    column.sort(key=lambda line: line.y0)
    values = [int(line.text) for line in column]
    steps = Counter(b - a for a, b in pairwise(values))
    step, n = steps.most_common(1)[0]
    return 0 < step <= 10 and n >= 0.8 * (len(values) - 1)


def _is_beside(column: list[Line], page: PageLines) -> bool:
    if column[-1].y1 - column[0].y0 < 0.35 * page.height:
        return False
    x0, x1 = min(line.x0 for line in column), max(line.x1 for line in column)
    others = [line for line in page.lines if not line.text.isdecimal()]
    n_left = sum(line.x0 < x0 for line in others)
    n_right = sum(line.x1 > x1 for line in others)
    return min(n_left, n_right) <= 0.05 * len(others)


LEAST_SIZE = 11.0
"""Points: running text is mostly smaller, and read without its single letters."""
KERNED = 0.12
SPACED = 0.15
QUARTER = 0.29
"""Of the letters' size: up to which a gap is none; beyond the spacing of the line; between
Japanese and Latin letters, where TeX and word processors leave .25 by themselves."""
_ACCENTS = "`´ˆ˜¨ˇ˘˙˝¸"
_DOUBTFUL = re.compile(
    rf"\s[{_ACCENTS}]|[{CJK}] +[0-9A-Za-z]|[0-9A-Za-z] +[{CJK}]|(?:\b[^\W\d_]\s+){{4}}[^\W\d_]\b"
)


def is_doubtful(page: dict[str, Any]) -> bool:
    """Say whether a page, as get_text("dict") gives it, has large lines to look at closely."""
    return any(_is_doubtful(line) for line in _lines(page))


def without_stray_blanks(page: dict[str, Any], letters: dict[str, Any]) -> None:
    """Take stray blanks from the doubtful lines of a page; letters: its "rawdict"."""
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
    """Give the places of the blanks that are no wider than what parts letters of one word."""
    gaps: list[tuple[float, bool, list[int]]] = []
    before: dict[str, Any] | None = None
    blanks: list[int] = []
    for at, char in enumerate(chars):
        if char["c"].isspace():
            blanks.append(at)
        elif not _is_over(chars, at):
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


def _is_over(chars: list[dict[str, Any]], at: int) -> bool:
    """Say whether a sign is an accent that stands over the letter after it."""
    after = chars[at + 1] if at + 1 < len(chars) else None
    if chars[at]["c"] not in _ACCENTS or after is None:
        return False
    return bool(after["bbox"][0] < chars[at]["bbox"][2] - 0.1)
