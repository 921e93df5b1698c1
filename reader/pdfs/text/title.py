"""Find a paper's title and abstract on its first pages.

Find a paper's title among the cells of its first page.

The largest text is the title in four of five real PDFs; what that misses are banners and
names of journals, small capitals, initials, subtitles in a smaller size, titles in two
languages, and names of authors in the same size. Knows cells only.

Take the abstract from the first pages' blocks: from its heading to the next one.

Knows blocks in reading order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from reader.library.passage import Block, Page
from reader.pdfs.text.cells import MARK, Cell, rows_of
from reader.pdfs.text.lines import glued, joined
from reader.pdfs.text.people import names_in, tidy_accents

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
    """Give the cells of the title, none where nothing stands out as one.

    cells: of the page, in rows. body: font size of the running text.
    """
    high = [cell for cell in cells if cell.y0 < 0.62 * height and _has_words(cell)]
    high = _below_masthead(high, height)
    # Only what is large may be the title: the smaller rest need not be looked at.
    largest = max((cell.top for cell in high), default=0.0)
    high = _no_banners([c for c in high if c.top > 0.6 * largest]) or _no_banners(high)
    if not high:
        return []
    size = max(cell.top for cell in high)
    first = _first_language(high, size)
    found = [first]
    rows = rows_of(cells[cells.index(first) :])
    for at, row in enumerate(rows):
        below = [cell for cell in row if cell is not first and cell.x0 < _right(found)]
        more = [cell for cell in below if _belongs(cell, found, body)]
        if below and not more and first not in row:
            found += _subtitle(found, rows[at:], body)
            break
        found += more
    return found


def title_text(cells: list[Cell]) -> str:
    """Write the title in one line, marks of footnotes taken away."""
    if not cells:
        return ""
    main = cells[0].top
    texts: list[str] = []
    for row in rows_of(cells):
        text = _STRAY.sub("", " ".join(cell.text for cell in row))
        is_smaller = row[0].top < 0.93 * main
        if is_smaller and texts and not re.search(r"[:：?？!—–-]", " ".join(texts)):
            texts[-1] += ":"
        texts.append(text)
    text = _NOTE_MARKS.sub("", tidy_accents(_joined(texts)))
    # Old fonts of one publisher give the ligatures as number signs: "simpli#ed".
    text = re.sub(r"(?<=[a-z])#(?=[a-z])", "fi", text)
    return text if len(text) <= MAX_CHARS else ""


def _joined(texts: list[str]) -> str:
    """Join a title's lines: no blank where a line ends between Japanese and Latin letters."""
    whole = ""
    for text in texts:
        is_mixed = bool(whole) and bool(_CJK.match(whole[-1])) != bool(_CJK.match(text[:1]))
        whole = whole + text if is_mixed and whole[-1].isalnum() else joined([whole, text])
    return joined([whole])


def _no_banners(cells: list[Cell]) -> list[Cell]:
    kept = [cell for cell in cells if not _BANNER.fullmatch(cell.text)]
    return [cell for cell in kept if not _INSTITUTION.fullmatch(cell.text)] or kept


def _below_masthead(high: list[Cell], height: float) -> list[Cell]:
    """Leave out a journal's name and address, which may be larger than any title."""
    ends = [c.y1 for c in high if c.y0 < 0.3 * height and _MASTHEAD.match(c.text)]
    return [cell for cell in high if cell.y0 >= max(ends) - 2] if ends else high


def _has_words(cell: Cell) -> bool:
    return sum(map(str.isalpha, cell.text)) >= (2 if _CJK.search(cell.text) else 3)


def _first_language(high: list[Cell], size: float) -> Cell:
    """Give the first cell of the title; of two languages the one that stands first."""
    largest = next(cell for cell in high if cell.top >= 0.96 * size)
    if not _CJK.search(largest.text):
        for cell in high[: high.index(largest)]:
            if cell.top >= 0.85 * size and _CJK.search(cell.text):
                return next(c for c in high if c.top >= 0.93 * cell.top and _CJK.search(c.text))
    return largest


def _belongs(cell: Cell, found: list[Cell], body: float) -> bool:
    """Say whether a cell of that size is still the title, and not the authors below it."""
    first, last = found[0], found[-1]
    is_cjk = bool(_CJK.search("".join(c.text for c in found)))
    if not 0.92 * first.top <= cell.top <= 1.08 * first.top:
        return False
    if cell.y0 - last.y1 > 1.2 * cell.top:
        return False
    if is_cjk and not _CJK.search(cell.text) and len(cell.text.split()) > 2:
        return False
    if _begins_authors(cell, last):
        return False
    is_same_row = abs(cell.base - last.base) < 0.4 * cell.top
    return is_same_row or cell.is_bold == last.is_bold or (is_cjk or cell.top > 1.3 * body)


def _begins_authors(cell: Cell, last: Cell) -> bool:
    """Say whether a line in the title's own type is names: marked, or set off and several."""
    names = names_in(cell.marked)
    if names is None:
        return False
    return MARK in cell.marked or (len(names) > 1 and cell.y0 - last.y1 > 0.45 * cell.top)


def _right(found: list[Cell]) -> float:
    """Give how far to the right a title's next cell may begin."""
    return max(cell.x1 + 2 * cell.top for cell in found)


def _subtitle(found: list[Cell], rows: list[list[Cell]], body: float) -> list[Cell]:
    """Take lines right below that are smaller than the title and larger than the names."""
    taken: list[Cell] = []
    last, first = found[-1], found[0]
    for row, after in pairwise(rows):
        cell = row[0]
        if len(row) > 1 or cell.y0 - last.y1 > 1.4 * cell.size or cell.x0 > first.x1:
            break
        is_between = max(1.12 * body, 1.1 * after[0].size) <= cell.size < first.top
        if not is_between or (taken and abs(cell.size - taken[0].size) > 0.5):
            break
        if not _is_subtitle(cell, is_cjk=bool(_CJK.search(first.text))):
            break
        taken.append(cell)
        last = cell
    return taken


def _is_subtitle(cell: Cell, *, is_cjk: bool) -> bool:
    if _NO_SUBTITLE.search(cell.text) or MARK in cell.marked or _BANNER.fullmatch(cell.text):
        return False
    if is_cjk:
        return bool(re.match(r"[-–—〜～―ー:：]", cell.text))
    is_prose = len(cell.text.split()) > 2 and bool(re.search(r"\s[a-z]|[wW]ith|For|Of", cell.text))
    return is_prose and names_in(cell.marked) is None and "," not in cell.text


def plain(text: str) -> str:
    """Give the letters and digits of a text alone, to compare titles by."""
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


def abstract_of(pages: Iterable[Page]) -> str:
    """Give the abstract, "" where no heading says where it is.

    pages: the first few, in reading order.
    """
    blocks = [block for page in pages for block in page.blocks]
    for at, block in enumerate(blocks):
        if block.kind in ("heading", "text") and _HEADING.fullmatch(block.text):
            return _text(blocks[at + 1 :])
        if block.kind == "text" and _LABEL_LAST.fullmatch(block.text):
            return _text(blocks[at + 1 :])
        run_in = _RUN_IN.match(block.text) if block.kind == "text" else None
        if run_in:
            first = Block(block.text[run_in.end() :], size=block.size)
            return _text([first, *blocks[at + 1 :]])
    return ""


def abstract_below(cells: Sequence[Cell]) -> str:
    """Read on from the cell with the heading, where columns beside it confuse the blocks."""
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
    text, size = "", 0.0
    for block in blocks:
        if block.kind == "heading":
            if (text and not _PART.fullmatch(block.text)) or len(text) > 3000:
                break
            if text or _PART.fullmatch(block.text):
                text += ("\n" if text else "") + block.text.rstrip(":. ") + ": "
            continue
        if block.kind != "text" or (not text and _is_no_text(block.text)):
            continue
        if _AFTER.match(block.text):
            break
        if size and abs(block.size - size) > 0.8:
            if _ENDED.search(text):
                break
            continue  # a note or a label that stands among its lines
        size = block.size
        if text and not text.endswith(": "):
            text, glue = (text, "\n") if block.glue == "\n" else glued(text, block.text, NONE)
            text += glue
        text += block.text
        if len(text) > MAX_ABSTRACT_CHARS:
            break
    return _cut(text)


def _is_no_text(words: str) -> bool:
    """Say whether a block before the abstract's first is a rest of the front: an e-mail."""
    return len(words) < 15 or ("@" in words and len(words) < 120)


def _cut(text: str) -> str:
    """Leave out keywords and rights at the end."""
    inside = _AFTER_INSIDE.search(text)
    text = (text[: inside.start()] if inside else text).strip()
    return _NOTE.sub("", text)


NONE: frozenset[str] = frozenset()
