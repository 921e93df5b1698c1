"""Find the year that a paper's first page prints as its own.

It counts only where imprints stand: the running head and foot, the line of the proceedings
or the journal, the block of rights, the date below the title. Running text, references and
grants tell others' years. Knows cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.pdf.front.cells import Cell

_YEAR = r"((?:19[5-9]|20[0-4])\d)"
_DOI_YEAR = re.compile(rf"(?<=[a-z]\.){_YEAR}[-.]|/\d{{4}}-\d{{3}}[\dx]/{_YEAR}/", re.IGNORECASE)
_PROCEEDINGS = re.compile(
    r"^\W*(?:in\s*:?\s+)?(?:the\s+)?(?:proceedings|proc\.|to appear in|published (?:as|at|in|on)"
    r"|appeared in|accepted (?:at|to|by|for)|findings of|interspeech|\d+(?:st|nd|rd|th)\s"
    rf"|{_YEAR}\s+(?:ieee|acm|international|conference|annual|\d+))",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    rf"(?:©|c⃝|⃝c|⃝|\(c\)|copyright)\s*(?:(?:©|c⃝|⃝|\(c\)|by|the authors?[,.]?|,)\s*)*{_YEAR}",
    re.IGNORECASE,
)
_ISSUE = re.compile(
    rf"\d\s*\(\s*{_YEAR}\s*\)\s*[\d:,]|\bvol(?:ume|\.)?\W*\d.*\b{_YEAR}\b"
    rf"|\bvol\.\s*{_YEAR}-[a-z]|\b{_YEAR}\s*[|•·]\s*vol(?:ume|\.)"
    rf"|\({_YEAR}-\d\d\)"
    rf"|\d\s*\(\d+(?:[-–]\d+)?\)\s*[:,]\s*(?:pp?\.?\s*)?\d+\s*[-–]+\s*\d+\W+{_YEAR}\b"
    rf"|\bpublished\b[^.]*?\b{_YEAR}\b|\b{_YEAR}[,;]\s*(?:vol\.?\s*)?\d+\s*[,:(]",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|fall|winter)"
)
_DAYS = re.compile(
    rf"\b\d{{1,2}}\s*[-–—]+\s*(?:\d{{1,2}}\s+)?{_MONTH}\.?,?\s+{_YEAR}\b"
    rf"|\b\d{{1,2}}\s+{_MONTH}\s*[-–—]+\s*\d{{1,2}}\s+{_MONTH}\.?,?\s+{_YEAR}\b"
    rf"|\b{_MONTH}\.?\s+\d{{1,2}}\s*[-–—]+\s*(?:{_MONTH}\.?\s+)?\d{{1,2}},?\s+{_YEAR}\b",
    re.IGNORECASE,
)
"""The days of a meeting: "21-25 October 2008", "June 15–20, 2009"."""
_PROSE = re.compile(
    r"\b(?:was|were|we|is|are|that|which|when|from|between|during|until|downloaded|accessed"
    r"|retrieved|printed)\b|^(?-i:[a-z]{2})",
    re.IGNORECASE,
)
"""What says that a line is a sentence, or a library's own stamp."""
_ACRONYM = re.compile(rf"[A-Z][A-Za-z-]*[A-Z][A-Za-z-]*\s+{_YEAR}")
_DAY_OR_MONTH = (
    rf"(?:{_MONTH}\.?\s*(?:\d{{1,2}}(?:st|nd|rd|th)?)?\s*,?\s*{_YEAR}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH}\.?,?\s+{_YEAR}|\d{{1,2}}[./]\d{{1,2}}[./]{_YEAR}"
    rf"|{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}})\W{{0,3}}"
)
_ALONE = re.compile(rf"\W{{0,3}}{_DAY_OR_MONTH}", re.IGNORECASE)
_DATE = re.compile(rf"(?:.{{0,40}}[\s(,]|){_DAY_OR_MONTH}|{_YEAR}", re.IGNORECASE)
_DAY = re.compile(rf"\b{_MONTH}\.? \d{{1,2}}, {_YEAR}\b", re.IGNORECASE)
_JAPANESE = re.compile(rf"(平成|令和|昭和)\s*(\d{{1,2}}|元)\s*年|{_YEAR}\s*年")
_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018}
_STAMP = re.compile(
    r"arXiv:(?:(\d\d)\d\d\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/(\d\d)\d{5})", re.IGNORECASE
)
_HISTORY = re.compile(rf"\b(?:accepted|received|revised)\b.*?\b{_YEAR}\b", re.IGNORECASE)
_HAS_YEAR = re.compile(rf"\b{_YEAR}\b")
_MAYBE_IMPRINT = re.compile(
    r"(?:19|20)\d\d|[Pp]roc|[Cc]opyright|PROC|COPYRIGHT|©|⃝|[Vv]ol|^In |\d(?:st|nd|rd|th) "
)
OUTDATED = 10
"""Years: a right so much older than the date below the title is the form's, left as it came."""


def year_of(
    cells: Sequence[Cell],
    zone: Sequence[Cell],
    *,
    heads: Sequence[Cell] = (),
    stamp: str,
    doi: str,
) -> int | None:
    """Give the year that the page prints as the paper's own, the surest place first.

    The DOI, the line of the proceedings, arXiv's number (of the first version: the stamp's
    date is the last one's), the line of rights, the journal's issue, the days of a meeting,
    a date alone. heads: the running heads and feet, which `cells` lack.
    """
    found = _DOI_YEAR.search(doi)
    if found:
        return int(found[1] or found[2])
    edge = max((cell.y1 for cell in cells), default=0.0)
    outer = [c for c in cells if c.y0 < 0.15 * edge or c.y0 > 0.78 * edge]
    at_edge = _with_next([*heads, *outer, *zone])
    for text in at_edge:
        if _PROCEEDINGS.match(text) and (printed := _HAS_YEAR.findall(text)):
            return max(map(int, printed))
    stamped = _STAMP.match(stamp)
    if stamped:
        short = int(stamped[1] or stamped[2])
        return short + (1900 if short > 90 else 2000)
    dated = _dated(cells, zone, heads)
    for pattern, lines in (
        (_RIGHTS, _with_next([*heads, *cells])),
        (_ISSUE, at_edge),
        (_DAYS, [c.text for c in [*heads, *outer, *zone] if not _PROSE.search(c.text)]),
    ):
        years = [_year(found) for text in lines if (found := pattern.search(text))]
        if years:
            return dated if dated and dated - max(years) > OUTDATED else max(years)
    return dated or _at_edge([*heads, *outer])


def _with_next(cells: Sequence[Cell]) -> list[str]:
    """Give each small cell's text with what stands below it, where an imprint goes on."""
    texts = []
    for at, cell in enumerate(cells):
        if not _MAYBE_IMPRINT.search(cell.text):
            continue
        text, last = cell.text, cell
        for after in cells[at + 1 : at + 9]:
            is_near = 0 < after.base - last.base < 1.6 * last.size and after.x0 < last.x1
            if is_near and after.x1 > last.x0 and abs(after.size - last.size) < 1:
                is_last = bool(_HAS_YEAR.search(text)) or last is not cell
                text, last = f"{text} {after.text}", after
                if is_last:
                    break
        texts.append(text)
    return texts


def _dated(cells: Sequence[Cell], zone: Sequence[Cell], heads: Sequence[Cell]) -> int | None:
    for cell in zone:
        found = _DATE.fullmatch(cell.text)
        if found:
            return _year(found)
    if len(zone) < 15:  # a title page: "12. März 2031"
        ends = [re.search(rf"\b{_YEAR}\W*$", cell.text) for cell in zone if len(cell.text) < 40]
        years = [int(end[1]) for end in ends if end]
        if years:
            return years[-1]
    # A school year begins before the day of the thesis: the last date printed counts.
    places = [*heads, *cells[:4], *zone]
    years = [_japanese(found) for cell in places for found in _JAPANESE.finditer(cell.text)]
    if not years:
        texts = [cell.text for cell in cells if "ccepted" in cell.text or "eceived" in cell.text]
        years = [int(found[1]) for text in texts if (found := _HISTORY.search(text))]
    return max(years, default=None)


def _at_edge(cells: Sequence[Cell]) -> int | None:
    """Read a date that stands alone in head or foot, or a meeting's short name with its year."""
    alone = [
        _year(found)
        for cell in cells
        if (found := _ALONE.fullmatch(cell.text) or _ACRONYM.fullmatch(cell.text))
    ]
    edge = max((cell.y1 for cell in cells), default=0.0)
    outer = [cell.text for cell in cells if cell.y0 < 0.08 * edge or cell.y0 > 0.95 * edge]
    outer = [text for text in outer if not _PROSE.search(text)]
    return max(alone or [int(f[1]) for text in outer if (f := _DAY.search(text))], default=None)


def _year(found: re.Match[str]) -> int:
    return int("".join(year for year in found.groups() if year)[:4])


def _japanese(found: re.Match[str]) -> int:
    if found[3]:
        return int(found[3])
    return _ERAS[found[1]] + (1 if found[2] == "元" else int(found[2]))
