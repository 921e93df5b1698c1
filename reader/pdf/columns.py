"""Put the lines of a page into the order in which they are read.

PyMuPDF gives lines as the file holds them: mostly, not always, as they are read, and
sort=True reads across columns. Here: find the gutter, cut the page into bands where a line
crosses it, and read each band's left side before its right one. Knows places, no words.
"""

from __future__ import annotations

from typing import NamedTuple

from reader.pdf.lines import Line

N_BINS = 120
GUTTER_FROM, GUTTER_TO = 0.22, 0.78
"""Where in the width a gutter may lie: narrower columns are margins."""
SLACK = 0.02
"""Of the width: how far a line may reach over the gutter and still be of its column."""


class Row(NamedTuple):
    """All lines on one baseline of one column, joined.

    n: how many pieces it had: cells of a table, mostly, where more than two.
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
    n: int


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
    for line in sorted(lines, key=_middle):
        if line.x0 < gutter - slack and line.x1 > gutter + slack:
            parts += _side_by_side(left, right, depth)
            left, right = [], []
            across.append(line)
            continue
        if across:
            parts.append(across)
            across = []
        (left if line.x0 + line.x1 < 2 * gutter else right).append(line)
    parts.append(across)
    parts += _side_by_side(left, right, depth)
    return parts


def _side_by_side(left: list[Line], right: list[Line], depth: int) -> list[list[Line]]:
    """Read two sides of a band: one after the other, or across where one is a row or so."""
    if not left or not right:
        return [left + right]
    if min(_n_rows(left), _n_rows(right)) < 2:
        return [left + right]
    wide = _extent(left), _extent(right)
    sides: list[list[Line]] = []
    for side, own, other in ((left, *wide), (right, *wide[::-1])):
        # Three columns: the side that is much wider than the other may have a gutter too.
        sides += _parts(side, own, depth + 1) if depth < 3 and own > 1.5 * other else [side]
    return sides


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
    for y in sorted(map(_middle, lines)):
        if y - last > 4:
            rows, last = rows + 1, y
    return rows


def _middle(line: Line) -> float:
    return (line.y0 + line.y1) / 2


def _rows(lines: list[Line]) -> list[Row]:
    """Join what stands on one baseline, left to right, and give rows top to bottom."""
    groups: list[list[Line]] = []
    base = -1e9
    for line in sorted(lines, key=_stand):
        if groups and _stand(line) < base + 0.4 * max(line.size, groups[-1][0].size):
            groups[-1].append(line)
        else:
            groups.append([line])
            base = _stand(line)
    return [_row(group) for group in groups]


def _stand(line: Line) -> float:
    """Give the baseline; an initial three lines high belongs to the first of them."""
    is_initial = len(line.text) == 1 and line.size > 18
    return line.y0 + 0.45 * line.size if is_initial else line.base


def _row(group: list[Line]) -> Row:
    if len(group) == 1:
        return Row(*group[0], 1)
    group.sort(key=lambda line: line.x0)
    text, end = group[0].text, group[0].x1
    for line in group[1:]:
        text += ("" if line.x0 - end < 0.12 * line.size else " ") + line.text
        end = max(end, line.x1)
    main = max(group, key=lambda line: len(line.text))
    y0, y1 = min(line.y0 for line in group), max(line.y1 for line in group)
    look = main.size, main.top, main.is_bold, main.is_italic
    return Row(group[0].x0, y0, end, y1, main.base, text, *look, len(group))
