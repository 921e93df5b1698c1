"""Read title, authors, year, abstract and DOI of a paper from its front.

The front is the first page, or the one after a cover. The largest text is the title in four of
five real PDFs; the rules here are for banners and names of journals, small capitals, initials,
subtitles in a smaller size, titles in two languages, and names of authors in the same size. The
abstract goes from its heading to the next one. `people` finds the authors, `imprint` year and DOI.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from reader.library.passage import Block, Page, Type
from reader.pdfs.text.cells import (
    MARK,
    Cell,
    cell_of,
    cells_of,
    is_bare,
    is_cover,
    rows_of,
    zone_of,
)
from reader.pdfs.text.imprint import doi_of, own_part, type_of, year_of
from reader.pdfs.text.lines import Line, PageLines, glued, joined
from reader.pdfs.text.people import authors_of, names_in, tidy_accents

N_RAW = 2
"""The number of pages whose raw dict is needed."""
N_ABSTRACT = 3
"""The number of pages on which the abstract is looked for."""


@dataclass(frozen=True, slots=True)
class Front:
    """The fields of `reader.library.passage.Document` that the front has."""

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    abstract: str = ""
    doi: str = ""
    type: Type = "paper"


class _Sheet:
    """A page that may be the front.

    cells: all of it; title, zone: those of the title, and those between title and abstract.
    heads: its running heads and feet, which are not among the cells.
    """

    def __init__(
        self, raw: dict[str, Any], page: PageLines, dropped: Collection[Line], body: float
    ) -> None:
        self.page = page
        self.heads = [cell_of(line) for line in sorted(dropped, key=lambda o: (o.base, o.x0))]
        self.cells = cells_of(raw, page, dropped=dropped)
        self.title = title_cells(self.cells, page.height, body)
        self.zone = zone_of(self.cells, self.title, page.width, page.height)

    def doi(self) -> str:
        rotated = [text for text in self.page.rotated if not text.startswith("arXiv:")]
        end = max((cell.y1 for cell in [*self.title, *self.zone]), default=0.0)
        return doi_of(own_part(self.cells), rotated, height=self.page.height, end=end)


def read_front(
    raw: Sequence[dict[str, Any]],
    lines: Sequence[PageLines],
    pages: Sequence[Page],
    *,
    dropped: Collection[Line] = (),
    body: float,
    stamp: str = "",
) -> Front:
    """Read title, authors, year, abstract, DOI and type.

    raw: get_text("dict") of the first N_RAW pages. lines, pages: all pages, as lines and as
    composed. dropped: page 1's running heads. body: font size of the running text. stamp: arXiv's.
    """
    if not raw:
        return Front()
    first = sheet = _Sheet(raw[0], lines[0], dropped, body)
    cover: _Sheet | None = None
    is_foreign = len(raw) > 1 and is_cover(first.cells)
    if is_foreign or (len(raw) > 1 and is_bare(first.cells) and first.title):
        second = _Sheet(raw[1], lines[1], (), body)
        # Page 2 is the front where its title is on page 1 too, or page 1 is an archive's sheet.
        title = plain(title_text(second.title))
        is_named = len(title) > 15 and title in plain("".join(c.text for c in first.cells))
        if is_named or (is_foreign and title and authors_of(second.zone)):
            sheet, cover = second, first
    authors = authors_of(sheet.zone) or (authors_of(cover.zone) if cover else ())
    if not authors and is_bare(sheet.cells) and sheet.title:
        authors = authors_of([c for c in sheet.cells if c.y1 <= sheet.title[0].y0])
    doi = sheet.doi() or (cover.doi() if cover else "")
    kind = type_of(lines, first.cells, first.title)
    return Front(
        title=title_text(sheet.title),
        authors=authors,
        year=year_of(own_part(sheet.cells), sheet.zone, heads=sheet.heads, stamp=stamp, doi=doi),
        abstract=abstract_of(pages[:N_ABSTRACT]) or abstract_below(sheet.cells),
        # The DOI on a supplement or on slides is mostly that of the paper they belong to.
        doi=doi if kind in ("paper", "thesis") else "",
        type=kind,
    )


MAX_CHARS = 300
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_BANNER = re.compile(
    r"(?:open access|research articles?|original (?:research|article|paper)s?|review articles?"
    r"|articles?|letters?|short (?:paper|communication)|full paper|report|editorial|brief report"
    r"|technical (?:report|note)|working paper|extended abstract|preprint|proceedings of\b.*"
    r"|.*\bjournal of\b.*|.*\bjournal\b.*|journal homepage.*|arxiv:.*|contents lists available.*"
    r"|.*\bissn\b.*|.*\bvol(?:ume)?\.?\s*\d.*|transactions on\b.*|.*university press.*"
    r"|(?:under review|published|accepted|to appear|submitted|draft|not for)\b.*|https?:.*|www\..*"
    r"|received\b.*|doi:?\s.*|.*研究報告|.*研究会資料|.*研究会|.*発表論文集.*|.*卒業論文|.*修士論文"
    r"|.*博士論文|.*学位論文|論文|原著論文|supplement(?:ary|al) (?:material|information|data)s?"
    r"|(?:an? )?(?:ph\.?\s?d\.?|doctoral|master'?s?|bachelor'?s?|m\.?\s?sc\.?|diploma)?\s*"
    r"(?:thesis|dissertation|project report)"
    r"|(?:master|bachelor|diplom|doktor)arbeit|(?:inaugural-?)?dissertation|th[èe]se\b.*|m[ée]moire\b.*"
    r"|tesis\b.*|(?:a )?(?:thesis|dissertation) (?:submitted|by|for)\b.*"
    r"|this (?:is|version|article|paper) .*|see discussions.*|.*発表会)",
    re.IGNORECASE,
)
_INSTITUTION = re.compile(
    r"(?:the )?(?:[\w.&'’-]+ ){0,5}(?:university|universität|université|universidad|università"
    r"|institute|college|school|faculty|department|academy)(?:,? (?:of|for)(?: [\w&,-]+){1,6})?"
    r"|.{2,12}大学(?:大学院)?.{0,14}",
    re.IGNORECASE,
)
_MASTHEAD = re.compile(
    r"(?:journal home\s?page|contents lists? available|available online at"
    r"|www\.elsevier\.com/locate|journal (?:web)?site)\b.*",
    re.IGNORECASE,
)
_NOTE_MARKS = re.compile(r"[\s∗⁎*†‡§¶⋆★☆⇤]+$")
_STRAY = re.compile(r"^[.·•|,;:]\s+")
_NO_SUBTITLE = re.compile(r"@|https?:|\d{4}$|\b(?:19|20)\d\d\b|^\W|^(?:by|and)\b", re.IGNORECASE)


def title_cells(cells: list[Cell], height: float, body: float) -> list[Cell]:
    """Find the cells of the title, empty where no text stands out as one.

    cells: of the page, in rows. body: font size of the running text.
    """
    high = [
        cell
        for cell in cells
        if cell.y0 < 0.62 * height
        and sum(map(str.isalpha, cell.text)) >= (2 if _CJK.search(cell.text) else 3)
    ]
    # A journal's name and address above its masthead may be larger than any title.
    ends = [c.y1 for c in high if c.y0 < 0.3 * height and _MASTHEAD.match(c.text)]
    high = [cell for cell in high if cell.y0 >= max(ends) - 2] if ends else high
    # Only large cells may be the title, unless all of them are banners.
    largest = max((cell.top for cell in high), default=0.0)
    high = _without_banners([c for c in high if c.top > 0.6 * largest]) or _without_banners(high)
    if not high:
        return []
    first = _first_language(high, max(cell.top for cell in high))
    found = [first]
    rows = rows_of(cells[cells.index(first) :])
    for at, row in enumerate(rows):
        right = max(cell.x1 + 2 * cell.top for cell in found)
        below = [cell for cell in row if cell is not first and cell.x0 < right]
        more = [cell for cell in below if _is_title_part(cell, found, body)]
        # The first row without a part of the title ends it, except for a subtitle.
        if below and not more and first not in row:
            found += _subtitle(found, rows[at:], body)
            break
        found += more
    return found


def title_text(cells: list[Cell]) -> str:
    """Join the title to one line, without marks of footnotes; "" for one that is too long."""
    whole = ""
    for row in rows_of(cells):
        text = _STRAY.sub("", " ".join(cell.text for cell in row))
        # A smaller row is the subtitle.
        if whole and row[0].top < 0.93 * cells[0].top and not _PARTED.search(whole):
            whole += ":"
        # No blank where a line ends between Japanese and Latin letters.
        is_mixed = bool(whole) and bool(_CJK.match(whole[-1])) != bool(_CJK.match(text[:1]))
        whole = whole + text if is_mixed and whole[-1].isalnum() else joined([whole, text])
    text = _NOTE_MARKS.sub("", tidy_accents(joined([whole])))
    return text if len(text) <= MAX_CHARS else ""


_PARTED = re.compile(r"[:：?？!—–-]")
"""A sign in a title after which the subtitle needs no colon."""


def _without_banners(cells: list[Cell]) -> list[Cell]:
    kept = [cell for cell in cells if not _BANNER.fullmatch(cell.text)]
    return [cell for cell in kept if not _INSTITUTION.fullmatch(cell.text)] or kept


def _first_language(high: list[Cell], size: float) -> Cell:
    """Find the first cell of the title; of a title in two languages the upper one."""
    # A Japanese title may be a little smaller than its translation below it.
    largest = next(cell for cell in high if cell.top >= 0.96 * size)
    if not _CJK.search(largest.text):
        for cell in high[: high.index(largest)]:
            if cell.top >= 0.85 * size and _CJK.search(cell.text):
                return next(c for c in high if c.top >= 0.93 * cell.top and _CJK.search(c.text))
    return largest


def _is_title_part(cell: Cell, found: list[Cell], body: float) -> bool:
    """Check whether a cell below the title is a part of it, and not the authors."""
    first, last = found[0], found[-1]
    is_cjk = any(_CJK.search(c.text) for c in found)
    gap = cell.y0 - last.y1
    if not 0.92 * first.top <= cell.top <= 1.08 * first.top or gap > 1.2 * cell.top:
        return False
    # Latin words below a Japanese title are its translation.
    if is_cjk and not _CJK.search(cell.text) and len(cell.text.split()) > 2:
        return False
    # Names in the type of the title have raised marks, or are several, below a gap.
    names = names_in(cell.marked)
    if names is not None and (MARK in cell.marked or (len(names) > 1 and gap > 0.45 * cell.top)):
        return False
    is_same_row = abs(cell.base - last.base) < 0.4 * cell.top
    return is_same_row or cell.is_bold == last.is_bold or is_cjk or cell.top > 1.3 * body


def _subtitle(found: list[Cell], rows: list[list[Cell]], body: float) -> list[Cell]:
    """Find the lines right below that are smaller than the title and larger than the names."""
    taken: list[Cell] = []
    last, first = found[-1], found[0]
    for row, after in pairwise(rows):
        cell = row[0]
        if len(row) > 1 or cell.y0 - last.y1 > 1.4 * cell.size or cell.x0 > first.x1:
            break
        is_between = max(1.12 * body, 1.1 * after[0].size) <= cell.size < first.top
        if not is_between or (taken and abs(cell.size - taken[0].size) > 0.5):
            break
        text = cell.text
        if _NO_SUBTITLE.search(text) or MARK in cell.marked or _BANNER.fullmatch(text):
            break
        if _CJK.search(first.text):
            is_subtitle = re.match(r"[-–—〜～―ー:：]", text) is not None
        else:
            is_prose = len(text.split()) > 2 and re.search(r"\s[a-z]|[wW]ith|For|Of", text)
            is_subtitle = bool(is_prose) and "," not in text and names_in(cell.marked) is None
        if not is_subtitle:
            break
        taken.append(cell)
        last = cell
    return taken


def plain(text: str) -> str:
    """Fold a text to its letters and digits, for comparing titles."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


_HEADING = re.compile(
    r"(?:\d\.?\s*)?(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|概\s*要|要\s*旨|摘\s*要|あらまし"
    r"|内容梗概|アブストラクト|executive summary)\s*[.:：—–-]*",
    re.IGNORECASE,
)
_RUN_IN = re.compile(
    r"(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|概\s*要|要\s*旨|摘\s*要|あらまし|内容梗概)"
    r"(?:\s*[—–―:：.．-]+\s*|\s{1,3}(?=[A-Z\u3040-\u9fff]))(?=\S)"
    r"|あらまし(?=[\u3040-\u9fff])",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:background|objectives?|aims?|purpose|introduction and background|motivation|methods?"
    r"|methodology|materials and methods|design|results?|findings|conclusions?|significance"
    r"|interpretation|context|setting|participants|discussion)\b(?: and \w+)?\W*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:index terms|key\s?words|categories and subject|ccs concepts|general terms|©|c⃝|copyright"
    r"|permission to|キーワード|acm reference|msc |pacs|jel |subject classification|correspondence"
    r"|\*?\s*corresponding author|received[: ]|trial registration|this is an open access)",
    re.IGNORECASE,
)
_AFTER_INSIDE = re.compile(
    r"\s(?:(?:Index Terms|Key\s?words(?: and [Pp]hrases)?|Categories and Subject Descriptors"
    r"|CR Categories|ACM Reference)\b|KEY\s?WORDS|(?:©|c⃝)\s*(?:19|20)\d\d|キーワード[：:])"
)
_NOTE = re.compile(r"(?<=[a-z]{2}[.)])\d{1,2}$|[*∗†]+$")
_ENDED = re.compile(r"[.!?。．)\]]\d?$")
_LABEL_LAST = re.compile(r".{1,160}\s(?:Abstract|ABSTRACT)")
MAX_ABSTRACT_CHARS = 4000
_NOT_HYPHENATED: frozenset[str] = frozenset()


def abstract_of(pages: Iterable[Page]) -> str:
    """Extract the abstract, "" where no heading shows where it is.

    pages: the first few, in reading order.
    """
    blocks = [block for page in pages for block in page.blocks]
    for at, block in enumerate(blocks):
        is_text = block.kind == "text"
        is_heading = (is_text or block.kind == "heading") and _HEADING.fullmatch(block.text)
        if is_heading or (is_text and _LABEL_LAST.fullmatch(block.text)):
            return _text(blocks[at + 1 :])
        run_in = _RUN_IN.match(block.text) if is_text else None
        if run_in:
            first = Block(block.text[run_in.end() :], size=block.size)
            return _text([first, *blocks[at + 1 :]])
    return ""


def abstract_below(cells: Sequence[Cell]) -> str:
    """Extract the abstract as the cells below its heading; "" without one.

    It is for pages on which columns beside the abstract confuse the order of the blocks.
    """
    head = next((c for c in cells if len(c.text) < 30 and _HEADING.fullmatch(c.text)), None)
    if head is None:
        return ""
    lines: list[Cell] = []
    last = head
    for cell in cells:
        is_under = (cell.x0 < head.x1 and cell.x1 > head.x0) or abs(cell.x0 - head.x0) < 3
        if not is_under or cell.base <= head.base:
            continue
        is_far = cell.base - last.base > (3 if last is head else 2) * cell.size
        if is_far or _AFTER.match(cell.text) or (lines and abs(cell.size - last.size) > 0.8):
            break
        lines.append(cell)
        last = cell
    return _cut(joined([line.text for line in lines])) if len(lines) > 2 else ""


def _text(blocks: list[Block]) -> str:
    """Join the blocks of an abstract, from its first one to where the paper goes on."""
    text, size = "", 0.0
    for block in blocks:
        words = block.text
        if block.kind == "heading":
            # "Background", "Methods": headings within a structured abstract.
            is_part = _PART.fullmatch(words)
            if (text and not is_part) or len(text) > 3000:
                break
            if is_part:
                text += ("\n" if text else "") + words.rstrip(":. ") + ": "
            continue
        # Before its first block there may be a rest of the front, an e-mail address for example.
        is_rest = len(words) < 15 or ("@" in words and len(words) < 120)
        if block.kind != "text" or (not text and is_rest):
            continue
        if _AFTER.match(words):
            break
        if size and abs(block.size - size) > 0.8:
            if _ENDED.search(text):
                break
            continue  # a note or a label among its lines
        size = block.size
        if text and not text.endswith(": "):
            glue = "\n"
            if block.glue != glue:
                text, glue = glued(text, words, _NOT_HYPHENATED)
            text += glue
        text += words
        if len(text) > MAX_ABSTRACT_CHARS:
            break
    return _cut(text)


def _cut(text: str) -> str:
    """Cut off keywords and rights at the end of an abstract."""
    inside = _AFTER_INSIDE.search(text)
    text = (text[: inside.start()] if inside else text).strip()
    return _NOTE.sub("", text)
