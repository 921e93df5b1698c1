"""Find the title of a paper among the cells of its first page, and judge how sure it is.

A title stands out by its size or weight, above the first heading of the text: what stands from
"Abstract", "1 Introduction", "Contents" or "目次" on is none. Names of journals, schools and kinds
of text, which may be larger, are left out by their words, so a pattern must match a whole cell, and
none of the real titles that a test runs through it. A wrong title is worse than none, so one is
sure only where it reads as a title, nothing else rivals it, and authors or an abstract are found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Literal

from reader.pdfs.text.cells import MARK, Cell, is_bare, is_prose, is_side_note, rows_of
from reader.pdfs.text.headings import is_section
from reader.pdfs.text.lines import joined, tidy
from reader.pdfs.text.people import authors_of, names_in, tidy_accents

MAX_CHARS = 300
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of a title below which Latin words are its translation."""
_KIND_OF_TEXT = (
    r"(?:(?:original|research|review|brief|short|full|regular|invited|technical|working|position"
    r"|workshop|conference|discussion|white|extended|accepted|open access)[\s-]+)*"
    r"(?:articles?|papers?|letters?|reports?|communications?|notes?|editorial|preprint|abstract"
    r"|research|access|review|draft|manuscript)(?:\s+(?:no|nr)?\.?\s*[\d-]+)?"
    r"|(?:[\w.&'’-]+ ){0,5}(?:working|discussion|staff) papers?(?: series)?"
    r"(?:,?\s+(?:no|nr)?\.?\s*[\d/-]+)?"
    r"|anonymous (?:[\w.&'’/-]+ ){0,5}(?:submission|author(?:s|\(s\))?)"
    r"|supp(?:lement(?:ary|al)|orting) (?:information|materials?|data|text)"
    r"|(?:[\w.'’-]+ ){0,2}(?:thesis|dissertation)|(?:master|bachelor|diplom|doktor)arbeit"
    r"|trabajo (?:de )?fin de (?:máster|grado|carrera)|tesis (?:doctoral|de (?:máster|grado))"
    r"|th[èe]se de doctorat|mémoire de (?:master|fin d[’']études)|tesi di (?:laurea|dottorato)"
    r"|(?:.{0,10}度\s*)?(?:原著|技術|研究|卒業|修士|博士|学位)?論\s*文|(?:技術|研究|調査)報告"
)
_PUBLICATION = (
    r"(?:the )?(?:[\w&'’-]+ ){0,4}journal(?: (?:of|for|on|in)(?: [\w&,'’-]+){1,7})?"
    r"|(?:[\w&'’-]+ ){0,2}transactions on(?: [\w&,'’-]+){1,6}|.{2,20}(?:学会誌|論文誌|発表論文集)"
)
_INSTITUTION = (
    r"(?:the )?(?:[\w.&'’-]+ ){0,5}(?:university|universität|université|universidad|università"
    r"|institute|college|school|faculty|department|academy)(?:,? (?:of|for)(?: [\w&,-]+){1,6})?"
    r"|(?:universi\w+|escuela|facultad|departamento|école|faculté|fakultät|facoltà)"
    r"(?: [\w-]+){0,3}? (?:de|del|di|du|der|des|für|per)"
    r" (?:(?:la|las|le|les|los|el) )?(?-i:[A-ZÀ-Þ])[\w-]*(?: [\w-]+){0,5}"
    r"|.{2,12}大学(?:大学院)?.{0,14}"
)
_NUMBER = r"(?=\S*[A-Z])(?=\S*\d{2})[A-Z\d]+(?:[-/.]+[A-Z\d]+)+"
"""A paper's number at a meeting, alone: "GT2031-88123"."""
_IMPRINT = (
    r"https?:\S+|www\.\S+|arxiv:\S+.*|(?:e-?)?issn\b.*|doi:?\s*10\.\S+"
    r"|(?:running|short) (?:head|title)\s*:.*"
)
_BANNER = re.compile("|".join((_KIND_OF_TEXT, _PUBLICATION, _INSTITUTION, _IMPRINT)), re.IGNORECASE)
_MASTHEAD = re.compile(r"journal home\s?page\b.*|contents lists? available\b.*", re.IGNORECASE)
_ISSUE = re.compile(r"\b(?:vol(?:ume|\.)|no\.)\s*\d", re.IGNORECASE)
_LABELLED = re.compile(r"title\s*[:：]\s*(?=\S)", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:title|titre|título|titel|titolo|論文題目|題目|論文題名|題名)", re.IGNORECASE
)
_NOTE_MARKS = re.compile(r"[\s∗⁎*＊※†‡§¶⋆★☆⇤♠♣♥♦♡♢⋄◇◆◊△▲▽□■○●◦•‖∥⊕⊗✉]+$")
_BASE = re.compile(r"(?<![^\W_])[^\W\d_]$|\d$")
"""What a raised sign after it may be the exponent of: R, 10."""
_ENDS = re.compile("[^\\W_]$|[.?!\"'”’»)\\]}%+〉》」』】）？！…―～~-]$")
"""The ends of titles; another sign may be a note's."""
_LAST_PART = re.compile("([^\\W\\d_]+)[-‐\u2011]$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_STRAY = re.compile(r"^[.·•|,;:]\s+")
_PARTED = re.compile(r"[:：?？!—–]|\s-\s|-$")
"""A sign in a title after which the subtitle needs no colon."""
_DASH = re.compile(r"[-–—―〜～ー:：]")
"""The begin of a subtitle that needs no colon."""
_UNREADABLE = re.compile(
    "[\ufffd\ue000-\uf8ff\x00-\x1f]|[A-Za-z][#<>{}|~^\\\\=]+[a-z]|[a-z]\\(\\)|√|\\(\\s|\\s\\)"
)
"""Signs within words: a font that maps its ligatures or accents to other characters. A root or a
blank within brackets: a formula that was taken apart."""
_CUT = re.compile(
    r"[,;:–—-]$|\s(?:an?|and|by|for|from|in|of|on|or|the|to|with|via|using)$"
    r"|^(?:and|at|by|for|from|in|of|on|or|the|to|with|via)\s"
)
"""The end of a title that goes on somewhere else, or the begin of one that began elsewhere."""
_NUMBERED = re.compile(
    r"\d{1,2}(?:[.．]\d{1,2})*[.．:)]?\s+[^\W\d]|(?:[IVX]{1,5}|[A-Z])[.．:)]\s|第\s*\d+"
)
_ENDS_IN_YEAR = re.compile(r"\d{4}$")
_ENGLISH = re.compile(r"\b(?:of|the|and|with|from|to|by|for|is|are)\b", re.IGNORECASE)
_FOREIGN = re.compile(
    r"\b(?:del?|la|los|las|el|un[ae]?|y|en|les?|du|et|sur|und|der|das|für|von|zur|zum|e|di|il|da|do"
    r"|na|os|ein(?:e[rnms]?)?|auf|mit)\b"
)
"""Function words of English, and of languages near it, by which a translation is told."""
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b.*\d", re.IGNORECASE)
"""The begin of a programme."""
_NEVER_LABEL = re.compile(
    r"chapter|appendix|第|\d|.*contents|目\s*次|inhalt|table des", re.IGNORECASE
)
"""Headings that larger words may follow: the name of a chapter."""
STANDS_OUT = 1.08
"""Sizes of the running text from which on a cell stands out."""
RIVALS = 1.15
"""Sizes of the running text from which on a cell that is no part of the title could be one."""
N_PROSE = 4
"""The lines of running text that no title stands below."""
LONGEST_MASTHEAD = 6
"""The most words of a journal's name above the title."""
LONGEST_LOGO, LARGE = 3, 1.3
"""The most words of a journal's logo, and the sizes of the running text from which on a cell may
be the title in its place."""
STRETCH = 6
"""The widest gap between two words of one line of the title, in sizes of its letters."""
LARGE_NAMES = 1.5
"""The sizes from which on a cell of names could be the title; papers print names in up to 1.4."""


def is_banner(text: str) -> bool:
    """Check whether a whole cell names a kind of text, a journal, a school, or an address."""
    # Japanese title pages set letters apart: 修　士　論　文.
    text = tidy(text)
    return _BANNER.fullmatch(text) is not None or re.fullmatch(_NUMBER, text) is not None


def goes_on(cell: Cell, cells: Sequence[Cell]) -> bool:
    """Check whether a cell that reads as a banner has a line of another kind right below it.

    "A Walk through the University of Quiet" and "Rain" are one title.
    """
    if re.fullmatch(_KIND_OF_TEXT, tidy(cell.text), re.IGNORECASE):
        return False
    return any(
        other.y0 - cell.y0 > 0
        and other.y0 - cell.y1 < 0.5 * cell.size
        and abs(other.top - cell.top) < 0.5
        and other.is_bold == cell.is_bold
        and not is_banner(other.text)
        for other in cells
    )


def above_text(cells: Sequence[Cell], body: float) -> list[Cell]:
    """Select the cells above the first heading and the running text, where alone a title can be.

    What stands in a column to the right of a cell is read after it.
    """
    heads = [c for c in cells if is_section(c.text) and not _is_label(c, cells)]
    heads += [row[0] for row in rows_of(list(cells)) if _is_numbered(row)]
    width = max((cell.x1 for cell in cells), default=0.0)
    # Notices of rights above a title are smaller than the text.
    prose = [c for c in cells if c.size >= 0.95 * body and is_prose(c, width)]

    def is_above(cell: Cell) -> bool:
        beside = [other for other in prose if other.x0 < cell.x1]
        ends = [other for other in heads if other.x0 < cell.x1] + beside[N_PROSE - 1 :]
        return all(cell.y0 < end.y0 - 1 for end in ends)

    return [cell for cell in cells if is_above(cell)]


def _is_numbered(row: Sequence[Cell]) -> bool:
    """Check whether a row is a heading whose number stands apart: "1", "Materials"."""
    first, *rest = row
    return (
        bool(rest)
        and re.fullmatch(r"\d{1,2}(?:\.\d{1,2})*\.?", first.text) is not None
        and (abs(first.top - rest[0].top) < 0.5 and first.is_bold == rest[0].is_bold)
    )


def _is_label(head: Cell, cells: Sequence[Cell]) -> bool:
    """Check whether the name of a section is a label above a title: "METHOD", "Discussion"."""
    below = (cell for cell in cells if 0 < cell.y0 - head.y0 < 8 * head.size)
    is_followed = any(c.top > 1.3 * head.top and not is_section(c.text) for c in below)
    return is_followed and not _NEVER_LABEL.match(head.text)


def title_cells(cells: list[Cell], height: float, body: float) -> list[Cell]:
    """Find the cells of the title, empty where no text stands out as one.

    cells: of the page, in rows. body: font size of the running text.
    """
    above = above_text(cells, body)
    high = [
        cell
        for cell in above
        if cell.y0 < 0.62 * height
        and sum(map(str.isalpha, cell.text)) > 2
        and (cell.top >= STANDS_OUT * body or cell.is_bold)
        and not (is_banner(cell.text) and not goes_on(cell, cells))
        and not is_section(cell.text)
    ]
    # A journal's name and address above its masthead may be larger than any title.
    ends = [c.y1 for c in cells if c.y0 < 0.3 * height and _MASTHEAD.fullmatch(c.text)]
    high = [cell for cell in high if cell.y0 >= max(ends, default=0.0) - 2]
    high = [cell for cell in high if not _has_issue(cell, cells)]
    high = [cell for cell in above if _LABELLED.match(cell.text)] or high
    if in_form := _beside_label(above):
        return in_form
    has_heading = any(is_section(cell.text) for cell in cells)
    high = _without_logos(high, body)
    plainest = _above_names(above, is_alone=is_bare(cells), has_heading=has_heading)
    if not high:
        return plainest
    found = _block(high, above, body)
    # Names may be larger than a title in capitals above them.
    is_above = bool(plainest) and plainest[-1].y1 < found[0].y0 and plainest[-1].text.isupper()
    if is_above and names_in(found[0].marked) and found[0].top < 1.6 * plainest[0].top:
        return plainest
    # A journal's name may be larger than the title, which alone has names right below it.
    row = _row_below(found, above)
    lower = [cell for cell in high if row and cell.y0 > row[0].y0 and row[0] not in high]
    lower = lower or [cell for cell in high if _rivals(cell, found)]
    is_short = len(title_text(found).split()) <= LONGEST_MASTHEAD
    if is_short and lower and not is_bare(cells) and not authors_of(row):
        other = _block(lower, above, body)
        if authors_of(_row_below(other, above)) and names_in(other[0].marked) is None:
            return other
    return found


def _beside_label(above: list[Cell]) -> list[Cell]:
    """Select the lines in the column to the right of the word "Title", down to the next label."""
    rows = rows_of(above)
    at = next((n for n, row in enumerate(rows) if _LABEL.fullmatch(row[0].text)), len(rows))
    found: list[Cell] = []
    for row in rows[at:]:
        is_more = len(row) == 1 and found and row[0].y0 - found[-1].y1 < row[0].size
        if len(row) > 2 or not (is_more or (len(row) == 2 and not found)):
            break
        if found and abs(row[-1].x0 - found[0].x0) > 2:
            break
        found.append(row[-1])
    return found


def _rivals(cell: Cell, found: Sequence[Cell]) -> bool:
    """Check whether a cell below a journal's name may be the title: as large, or bolder."""
    first = found[0]
    is_as_bold = cell.is_bold >= first.is_bold or cell.top >= first.top
    is_as_bold = is_as_bold and not _is_alike(cell, first)
    is_as_bold = is_as_bold and not _OTHER_SCRIPT.search(first.text)
    share = 0.8 if cell.is_bold > first.is_bold else 0.9
    return cell.y0 > found[-1].y1 and is_as_bold and cell.top >= share * first.top


def _has_issue(cell: Cell, cells: Sequence[Cell]) -> bool:
    """Check whether volume and number stand in the row of a cell, as beside a journal's name."""
    beside = (o for o in cells if o is not cell and abs(o.base - cell.base) < 0.5 * cell.size)
    return any(_ISSUE.search(other.text) for other in beside)


def _without_logos(high: list[Cell], body: float) -> list[Cell]:
    """Leave out the name of a journal or a project, where another text may be the title.

    It is in small letters alone, or a word in capitals far above the other text.
    """
    large = [c for c in high if c.top >= LARGE * body and len(c.text.split()) > LONGEST_LOGO]
    logos = [
        c
        for c in high
        if (c.text.islower() and len(c.text.split()) <= LONGEST_LOGO)
        or (c.text.isupper() and c.text.isalpha() and _is_far_above(c, large))
    ]
    rest = [cell for cell in high if cell not in logos]
    is_other = any(
        c.top >= LARGE * body and names_in(c.marked) is None and not _ENDS_IN_YEAR.search(c.text)
        for c in rest
    )
    return rest if is_other else high


def _is_far_above(cell: Cell, others: Sequence[Cell]) -> bool:
    below = [other for other in others if other.y0 > cell.y0]
    return bool(below) and min(other.y0 for other in below) - cell.y1 > 2 * cell.top


def _above_names(above: Sequence[Cell], *, is_alone: bool, has_heading: bool) -> list[Cell]:
    """Select the first lines where nothing stands out: above the authors, or on a title page.

    They must be in capitals, but for authors on a page with a heading: a letter has names too.
    is_alone: on a page with nothing but some lines.
    """
    issues = [c for c in above if _ISSUE.search(c.text) or _has_issue(c, above)]
    rows = rows_of([c for c in above if not (is_banner(c.text) or c in issues)])
    found: list[Cell] = []
    for row in rows[: N_PROSE + 1]:
        cell = row[0]
        is_far = bool(found) and cell.y0 - found[-1].y1 > cell.size
        # A title in capitals may read as a name.
        is_long = cell.text.isupper() and len(cell.text.split()) > 3
        is_name = names_in(cell.marked) is not None and not is_long
        is_date = sum(map(str.isalpha, cell.text)) < 2 * sum(map(str.isdigit, cell.text))
        if len(row) > 1 or is_far or is_name or is_date or is_section(cell.text):
            break
        found.append(cell)
    after = [cell for row in rows[len(found) : len(found) + 2] for cell in row]  # "by", a name
    is_upper = all(cell.text.isupper() for cell in found)
    is_long = is_upper and len(title_text(found).split()) > 2
    is_named = (is_upper or has_heading) and bool(authors_of(after))
    return found if is_named or (is_alone and is_long) else []


def _block(high: list[Cell], above: list[Cell], body: float) -> list[Cell]:
    """Select the largest of the cells that stand out, and what goes on below it."""
    first = _first_language(high, max(cell.top for cell in high))
    found, under = [first], []
    rest = above[above.index(first) :]
    # A raised mark may stand between two rows.
    rest = [cell for cell in rest if len(cell.text) > 3 or cell.size > 0.6 * first.size]
    rows = rows_of([cell for cell in rest if not is_side_note(cell, first, body)])
    for at, row in enumerate(rows):
        left, right = min(cell.x0 for cell in found), max(cell.x1 for cell in found)
        wide = 2 * first.top
        below = [c for c in row if c is not first and c.x0 < right + wide and c.x1 > left - wide]
        # Names and their marks may stand in several cells.
        is_part = bool(below) and _is_title_part(below[0], found, body)
        more = [cell for cell in below if is_part and _is_title_part(cell, found, body)]
        # The first row without a part of the title ends it, except for a subtitle.
        is_under = any(cell.x0 < right and cell.x1 > left for cell in below)
        if is_under and not more and first not in row:
            under = rows[at:]
            break
        found += more
    found = _without_banner(_with_rows(found, rows))
    return found + _subtitle(found, under, body)


def _with_rows(found: list[Cell], rows: list[list[Cell]]) -> list[Cell]:
    """Add the words of the title's lines that are set far apart, to fill its width."""
    whole = list(found)
    for row in rows:
        for before, cell in pairwise(row):
            is_near = cell.x0 - before.x1 < STRETCH * cell.top and not cell.text.isdigit()
            if before in whole and is_near and _is_alike(before, cell) and cell not in whole:
                whole.append(cell)
    return [cell for row in rows for cell in row if cell in whole]


def _is_alike(cell: Cell, other: Cell) -> bool:
    is_bold = cell.is_bold == other.is_bold
    return abs(cell.top - other.top) < 0.1 and cell.font == other.font and is_bold


def _without_banner(found: list[Cell]) -> list[Cell]:
    """Leave out a short first line in another font than the title's others, with a gap below."""
    rows = rows_of(found)
    if len(rows) < 2 or not _has_other_font(rows[0][0], rows[1][0]) or ":" in rows[0][-1].text:
        return found
    steps = [below[0].base - row[0].base for row, below in pairwise(rows)]
    usual = min(steps[1:], default=1.3 * found[0].top)
    is_short = sum(len(cell.text.split()) for cell in rows[0]) <= LONGEST_MASTHEAD
    return [c for row in rows[1:] for c in row] if is_short and steps[0] > 1.15 * usual else found


def is_uneven(title: list[Cell], cells: list[Cell], width: float) -> bool:
    """Check whether lines of one size differ in their font, or in the gaps between them."""
    rows = [row for row in rows_of(title) if abs(row[0].top - title[0].top) < 0.5]
    steps = [below[0].base - row[0].base for row, below in pairwise(rows)]
    prose = [cell for cell in cells if is_prose(cell, width)]
    spacing = [(b.base - a.base) / a.size for a, b in pairwise(prose) if b.base > a.base]
    most = max(1.8, 1.1 * median(spacing or [0]))  # a manuscript may leave every second line free
    is_apart = bool(steps) and max(steps) > min(1.25 * min(steps), most * title[0].top)
    return is_apart or any(_has_other_font(row[0], below[0]) for row, below in pairwise(rows))


def _has_other_font(cell: Cell, other: Cell) -> bool:
    """Check whether two lines are in two fonts; Japanese has one for each script."""
    is_cjk = _CJK.search(cell.text + other.text) is not None
    return cell.font != other.font and cell.is_italic == other.is_italic and not is_cjk


def _row_below(found: list[Cell], above: list[Cell]) -> list[Cell]:
    """Select the next row in the title's column."""
    x0, x1 = found[0].x0, found[0].x1
    below = [c for c in above if c.base > found[-1].base and c.x0 < x1 and c.x1 > x0]
    rows = rows_of([cell for cell in below if cell not in found])
    return rows[0] if rows else []


def title_text(cells: list[Cell], paper: str = "") -> str:
    """Join the title to one line, without marks of footnotes; "" for one that is too long.

    paper: its text in small letters, whose spelling decides on a hyphen at a line's end.
    """
    whole = ""
    for row in rows_of(cells):
        text = " ".join([*[_without_notes(cell) for cell in row[:-1]], _without_note(row[-1])])
        text = _STRAY.sub("", text)
        # A smaller row is the subtitle.
        is_smaller = bool(whole) and row[0].top < 0.93 * cells[0].top
        if is_smaller and not (_PARTED.search(whole) or _DASH.match(text)):
            whole += ":"
        # No blank where a line ends between Japanese and Latin letters.
        is_mixed = bool(whole) and bool(_CJK.match(whole[-1])) != bool(_CJK.match(text[:1]))
        keeps = _keeps_likely(whole, text, paper)
        if keeps is not None:
            whole = whole if keeps else whole[:-1]
        whole = whole + text if is_mixed or keeps is not None else joined([whole, text])
    text = _NOTE_MARKS.sub("", tidy_accents(joined([_LABELLED.sub("", whole, count=1)])))
    return text if len(text) <= MAX_CHARS else ""


def _without_note(cell: Cell) -> str:
    """Cut off the raised mark of a note at a line's end, unless it may be an exponent."""
    cell = cell._replace(text=_without_notes(cell))
    before = cell.marked.rstrip(f"{MARK} ")
    if not before or MARK not in cell.marked[len(before) :]:
        return cell.text
    last = " ".join(before.split(MARK)[-1].split())
    text = cell.text[: cell.text.rfind(last) + len(last)]
    is_exponent = _BASE.search(text) and cell.text[len(text) :].strip().isalnum()
    return cell.text if is_exponent else text


def _without_notes(cell: Cell) -> str:
    """Cut off raised numbers right behind a sign, as in "Quiet?1 Rain", which are no exponents."""
    text = cell.text
    for part in cell.marked.split(MARK)[:-1]:
        last = " ".join(part.split())[-20:]
        if last.endswith(("?", "!", ":", ".", ",")):
            text = re.sub(rf"({re.escape(last)})\d{{1,2}}(?!\d)", r"\1", text)
    return text


def keeps_hyphen(before: str, after: str, paper: str) -> bool | None:
    """Check whether a word that a line's end parts has a hyphen elsewhere in the paper.

    None where there is no such word, or the paper has it in neither or in both spellings.
    """
    last, first = _LAST_PART.search(before), _FIRST_PART.match(after)
    if not (last and first):
        return None
    whole, parted = (_has_word(f"{last[1]}{glue}{first[0]}", paper) for glue in ("", "-"))
    return None if whole is parted else parted


def _keeps_likely(before: str, after: str, paper: str) -> bool | None:
    """Guess the same where the paper has the parts alone: then they make a compound."""
    last, first = _LAST_PART.search(before), _FIRST_PART.match(after)
    keeps = keeps_hyphen(before, after, paper)
    if keeps is not None or not (last and first and paper):
        return keeps
    if _has_word(last[1] + first[0], paper):  # and with a hyphen as well
        return None
    # Not the parts of words that the paper's own lines part.
    are_words = [
        re.search(rf"(?<!- )\b{re.escape(part.casefold())}\b(?!-)", paper) is not None
        for part in (last[1], first[0])
    ]
    if all(are_words):
        return True
    return False if not any(are_words) and (last[1] + first[0]).isupper() else None


def _has_word(word: str, paper: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(word.casefold())}(?![^\W_])", paper) is not None


def is_parted(cells: list[Cell], paper: str) -> bool:
    """Check whether a line ends in a hyphen that the paper's own spelling does not explain."""
    texts = [" ".join([cell.text for cell in row]) for row in rows_of(cells)]
    return any(
        _LAST_PART.search(before) and keeps_hyphen(before, after, paper) is None
        for before, after in pairwise([*texts, ""])
    )


def has_doubtful_sign(cells: list[Cell]) -> bool:
    """Check for a raised or lowered sign within a title, or one at its end that may be a note's."""
    text = title_text(cells)
    is_raised = any(MARK in cell.marked.rstrip(f"{MARK} ") for cell in cells)
    is_kept = any(MARK in c.marked and _without_note(c) == c.text for c in cells)
    is_odd = any(unicodedata.category(c) in ("So", "Sk", "Co", "Cn") for c in text)
    is_odd = is_odd or re.search(r"[\[(]\w[\])]$", text) is not None
    return is_raised or is_kept or is_odd or not _ENDS.search(text)


def reads_as_title(text: str) -> bool:
    """Check whether words read as a whole title, with nothing lost and no heading's number."""
    is_long = len(text.split()) > 1 or len(_CJK.findall(text)) > 4
    is_odd = _UNREADABLE.search(text) or _CUT.search(text) or _NUMBERED.match(text)
    is_odd = is_odd or _WEEKDAY.match(text)
    return is_long and not is_odd and _language(text) != "both"


def has_rival(
    cells: Sequence[Cell], title: Sequence[Cell], authors: Sequence[str], body: float
) -> bool:
    """Check whether another cell could be the title as well, or a part of it.

    Only cells above the first author count; where none was found, all above the text. Between
    title and authors, where a subtitle is, any cell that stands out is one.
    """
    # A last line that reads as a name with a mark may be the author's.
    is_name = not authors and MARK in title[-1].marked and names_in(title[-1].marked) is not None
    if is_name or is_banner(title[0].text):
        return True
    in_title = set(title)
    is_cjk = any(_CJK.search(cell.text) for cell in title)
    first = plain(authors[0]) if authors else ""
    for cell in above_text(cells, body):
        text = plain(tidy_accents(cell.text)) if first else ""
        if first and cell.y0 >= title[0].y0 and cell not in in_title and first in text:
            # Two words with capitals may be a title, or a subtitle above larger names.
            below = (c for c in cells if 0 < c.y0 - cell.y1 < 5 * cell.size)
            is_above_larger = any(c.top > 1.1 * cell.top and names_in(c.marked) for c in below)
            is_plainer = cell.top >= 0.95 * title[0].top and cell.is_bold > title[0].is_bold
            return cell.top >= LARGE_NAMES * body or is_above_larger or is_plainer
        is_below = title[-1].y1 <= cell.y1 and bool(authors)
        stands_out = cell.is_bold or cell.top >= STANDS_OUT * body
        # Names stand right below a title, or a subtitle does.
        is_between = is_below and cell.size >= 0.95 * body and len(cell.text.split()) > 2
        is_large = cell.top >= min(RIVALS * body, 0.9 * title[0].top)
        is_large = is_large or (is_below and stands_out) or is_between
        is_long = len(cell.text.split()) > 1 or len(_CJK.findall(cell.text)) > 3
        is_long = is_long or any(
            _is_alike(cell, other) and abs(cell.base - other.base) < 2 * cell.top for other in title
        )
        # A banner right above in the title's own type may be its first line.
        is_apart = abs(cell.top - title[0].top) > 1 or title[0].y0 - cell.y1 > cell.top
        is_other = is_apart and is_banner(cell.text)
        # A smaller line well above the title, which the names stand below, is a label.
        is_label = bool(first) and cell.top <= 0.85 * title[0].top and not _CUT.search(cell.text)
        is_other = is_other or (is_label and title[0].y0 - cell.y1 > 0.7 * title[0].top)
        # The translation of a Japanese title may be as large as the title.
        is_translation = is_cjk and not _CJK.search(cell.text)
        if cell not in in_title and is_large and is_long and not (is_other or is_translation):
            return True
    return False


def _language(text: str) -> Literal["", "english", "other", "both"]:
    """Tell a language by its function words; English with "de la" in a name is English."""
    is_english = _ENGLISH.search(text) is not None
    is_other = len(_FOREIGN.findall(text)) >= (3 if is_english else 1)
    if is_english:
        return "both" if is_other else "english"
    return "other" if is_other else ""


def plain(text: str) -> str:
    """Fold a text to its letters and digits, without accents, for comparing titles and names."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


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
    # "Running title: …" below "Title: …".
    if _LABELLED.match(first.text) and re.match(r"[^:：]{,20}[:：]", cell.text):
        return False
    # Latin words below a Japanese title are its translation.
    if is_cjk and not _CJK.search(cell.text) and len(cell.text.split()) > 2:
        return False
    # Names in the type of the title are several, with raised marks or below a gap. One with a
    # mark may be the title's last words, and its note.
    names = names_in(cell.marked) or ()
    is_marked = MARK in cell.marked
    if len(names) > 1 and (is_marked or gap > 0.45 * cell.top):
        return False
    rows = rows_of(found)
    usual = rows[-1][0].base - rows[-2][0].base if len(rows) > 1 else 1.2 * cell.top
    if len(names) == 1 and is_marked and cell.base - last.base > 1.5 * usual:
        return False
    return cell.is_bold == last.is_bold or cell.top > 1.3 * body


def _subtitle(found: list[Cell], rows: list[list[Cell]], body: float) -> list[Cell]:
    """Find the lines right below that are smaller than the title and larger than the names."""
    taken: list[Cell] = []
    last, first = found[-1], found[0]
    own = _language(title_text(found))
    for at, row in enumerate(rows):
        cell = row[0]
        others = (r for r in rows[at + 1 :] if not _is_alike(r[0], cell) or names_in(r[0].marked))
        after = next(others, None)
        if after is None or len(row) > 1 or cell.y0 - last.y1 > 1.4 * cell.size:
            break
        is_between = STANDS_OUT * max(body, after[0].size) <= cell.size < first.top
        # A subtitle may be as small as the names right below it, or smaller.
        is_level = STANDS_OUT * body <= cell.size < 0.8 * first.top
        is_between = is_between or (is_level and names_in(after[0].marked) is not None)
        text = cell.text
        # A smaller line in the title's bold type, above names that are not bold.
        is_as_bold = cell.is_bold and first.is_bold and not after[0].is_bold
        is_as_bold = is_as_bold and body <= cell.size < first.top
        if not (is_between or is_as_bold) or MARK in cell.marked or is_banner(text):
            break
        if {own, _language(text)} == {"english", "other"}:
            is_subtitle = False  # a translation
        elif _OTHER_SCRIPT.search(first.text):
            is_subtitle = _DASH.match(text) is not None
        elif taken and _is_alike(cell, last):
            is_subtitle = True
        else:
            is_prose = len(text.split()) > 2 and re.search(r"\s[a-z]|[wW]ith|For|Of", text)
            is_no_place = is_as_bold or not re.search(r",\s*[^\sa-z]", text)
            is_subtitle = bool(is_prose) and is_no_place and names_in(cell.marked) is None
            is_subtitle = is_subtitle and not re.search(r"\s[·•|]\s|;", text)
        if not is_subtitle:
            break
        taken.append(cell)
        last = cell
    return taken
