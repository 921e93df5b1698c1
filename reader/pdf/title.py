"""Guess a paper's title from its first page.

The largest horizontal text is the title in four of five real PDFs; what it misses are
small capitals, initials of a journal or a paragraph, and stamps. Knows rows only.
"""

from __future__ import annotations

from reader.pdf.columns import Row
from reader.pdf.join import joined

MAX_CHARS = 300


def title_of(rows: list[Row], height: float, body: float) -> str:
    """Give the title, empty where page 1 has nothing that stands out as one.

    rows: of page 1 in reading order, running heads taken away. body: font size of the
    running text.
    """
    high = [row for row in rows if row.y0 < 0.6 * height and _has_words(row)]
    if not high:
        return ""
    size = max(row.top for row in high)
    found: list[Row] = []
    for row in high:
        if row.top >= 0.96 * size and (not found or _goes_on(found[-1], row, body)):
            found.append(row)
        elif found:
            break
    text = joined([row.text for row in found])
    return text if len(text) <= MAX_CHARS else ""


def _has_words(row: Row) -> bool:
    return sum(map(str.isalpha, row.text)) >= 3


def _goes_on(before: Row, row: Row, body: float) -> bool:
    """Say whether a row of that size is still the title, and not the authors below it."""
    is_near = row.y0 - before.y1 < 1.2 * row.top
    return is_near and (row.is_bold == before.is_bold or row.top > 1.3 * body)
