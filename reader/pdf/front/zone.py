"""Cut the front of a page: from below the title to where the abstract or the text begins.

Knows cells and the words that end a front; nothing of names.
"""

from __future__ import annotations

import re

from reader.pdf.front.cells import Cell, rows_of

_NUMBER = r"(?:[1I][.．:)]?\s*|第\s*[1１一]\s*章\s*)?"
_END = re.compile(
    rf"{_NUMBER}(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|r[ée]sum[ée]|zusammenfassung|introduction"
    r"|i\s?ntroduction|key\s?words?(?: and phrases)?|index terms|general terms"
    r"|categories and subject.*|ccs concepts|(?:table of )?contents|目\s*次|概\s*要|要\s*旨|摘\s*要"
    r"|あらまし|はじめに|まえがき|緒\s*言|序\s*論|内容梗概|アブストラクト|キーワード|序\s*章)"
    r"(?:$|\s*[.:—–―\-：．]|\s{2,}|\s(?=[A-Z(\[\u3040-\u9fff]))",
    re.IGNORECASE,
)
_PROSE = re.compile(r"\b(?:the|of|and|to|is|are|that|we|which|in|a|for|this|with|by|be)\b")


MANY = 45
"""Cells: a page with more of them is no title page, and its front is short."""


def zone_of(cells: list[Cell], title: list[Cell], width: float, height: float) -> list[Cell]:
    """Give the cells below the title and above the abstract, in rows."""
    top = max(cell.y1 for cell in title) if title else 0.0
    in_title = set(title)
    below = [c for c in cells if c.base > top - 0.2 * c.size and c not in in_title]
    end = _end(below)
    zone = [cell for cell in below if cell.base < (end or height) - 1]
    if end is None and len(cells) > MANY:
        zone = [cell for cell in zone if cell.y0 < top + 0.25 * height]
    return _without_text(zone, width)


def _end(below: list[Cell]) -> float | None:
    """Find where the first known heading stands; None where there is none."""
    for cell in below:
        if _END.match(cell.text):
            return cell.y0
    return None


def _without_text(zone: list[Cell], width: float) -> list[Cell]:
    """Cut before the first paragraph: two rows of prose, one right below the other."""
    rows = rows_of(zone)
    for at, row in enumerate(rows[:-1]):
        for cell in row:
            below = [c for c in rows[at + 1] if abs(c.x0 - cell.x0) < 30]
            if any(_is_prose(cell, width) and _is_prose(c, width) for c in below):
                return [c for r in rows[:at] for c in r]
    return zone


def _is_prose(cell: Cell, width: float) -> bool:
    is_wide = cell.x1 - cell.x0 > 0.3 * width
    if any("\u3040" <= c <= "\u309f" for c in cell.text):
        n_kana = sum("\u3040" <= c <= "\u309f" for c in cell.text)
        return is_wide and n_kana > 0.25 * len(cell.text) and len(cell.text) > 20
    return is_wide and len(set(_PROSE.findall(cell.text))) >= 2 and "@" not in cell.text
