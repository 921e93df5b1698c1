"""Put the lines of a page into the order in which they are read.

PyMuPDF gives lines as the file holds them: mostly, not always, as they are read, and
sort=True reads across columns. Here: find the gutter, cut the page into bands where a line
crosses it, and read each band's left side before its right one. Knows places, no words.
"""

from __future__ import annotations

import operator

from reader.pdf.lines import Line

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
