"""Take away what is printed on every page and read by nobody.

Running heads, page numbers and the line numbers of review copies. Knows lines and their
places, nothing of paragraphs. What is repeated at one height near the edge of two pages is
furniture; what stands there once (a conference's name, a copyright) is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from reader.pdf.lines import Line, PageLines

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
