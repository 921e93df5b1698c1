"""Say what type of writing a PDF is, by the shape of its pages and its first words.

Knows lines and cells; reads no more of a page than it must.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from reader.passage import Type
from reader.pdf.front.cells import Cell
from reader.pdf.lines import PageLines

_THESIS = re.compile(
    r"\b(?:(?:doctoral|master'?s?|bachelor'?s?|ph\.?\s?d\.?|diploma|licentiate|honou?rs)"
    r"\s+(?:of \w+ )?(?:thesis|dissertation)|(?:thesis|dissertation)\s+(?:submitted|presented|for)"
    r"|in partial fulfil+ment|zur erlangung de[rs]\b"
    r"|submitted (?:in|to|for) .{0,60}degree|doktorarbeit|masterarbeit"
    r"|bachelorarbeit|diplomarbeit|inaugural-?dissertation|th[èe]se de doctorat|tesis doctoral)"
    r"|(?:卒業|修士|博士|学位|学士)\s*(?:論\s*文|研究論文)|特別研究報告|卒業研究(?!発表)|学位請求",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?:a |the )?(?:thesis|dissertation)", re.IGNORECASE)
_ADVISOR = re.compile(r"指導教[員官授]|主査|supervisor|advisor", re.IGNORECASE)
_SUPPLEMENT = re.compile(
    r"\W*(?:supplement(?:ary|al|s)?(?:\s+(?:materials?|information|data|text|notes?|appendix|file"
    r"|methods|online|document|for|to)\b.*|\W*$)|(?:online\s+)?appendix (?:for|to)\b.*"
    r"|supporting (?:information|material)\b.*|electronic supplementary.*|.*補足資料.*|補遺.*"
    r"|付録資料.*)",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\W*(?:curriculum vitae|call for papers|invoice|receipt|table of contents|poster session"
    r"|syllabus|user(?:'s)? (?:manual|guide)|programme? committee)\W*",
    re.IGNORECASE,
)

POSTER = 1100
"""Points: a sheet whose shorter side is longer than A3's is hung on a wall."""


def type_of(pages: Sequence[PageLines], cells: Sequence[Cell], title: Sequence[Cell]) -> Type:
    """Judge by page 1's cells and the sizes of all pages; paper where nothing says else."""
    if _is_slides(pages):
        return "slides"
    first = " ".join([cell.text for cell in cells[:60]])
    is_title_page = len(cells) < 40
    if _is_thesis(first, cells, n_pages=len(pages), is_title_page=is_title_page):
        return "thesis"
    bottom = max((cell.y1 for cell in title), default=0.0)
    above = [cell for cell in cells if cell.y0 <= bottom + 40]
    if any(_SUPPLEMENT.match(cell.text) for cell in above):
        return "supplement"
    is_poster = len(pages) == 1 and min(pages[0].width, pages[0].height) > POSTER
    if is_poster or any(_OTHER.fullmatch(cell.text) for cell in above):
        return "other"
    return "paper"


def _is_thesis(first: str, cells: Sequence[Cell], *, n_pages: int, is_title_page: bool) -> bool:
    if not is_title_page:
        return False
    if _THESIS.search(first) or any(_ALONE.fullmatch(cell.text) for cell in cells):
        return True
    return n_pages > 9 and bool(_ADVISOR.search(first))


def _is_slides(pages: Sequence[PageLines]) -> bool:
    """Say yes to pages that are wider than high, with few words in large letters."""
    seen = [page for page in pages[:12] if page.lines]
    if not seen:
        return False
    wide = [page for page in seen if page.width > 1.15 * page.height]
    if len(wide) < 0.8 * len(seen):
        return False
    n_letters = median(sum(len(line.text) for line in page.lines) for page in wide)
    # Of the page's height: 10 points on A4 are .012, a slide's smallest words about .025.
    size = median(median(line.size / page.height for line in page.lines) for page in wide)
    return n_letters < 1500 and size > 0.02
