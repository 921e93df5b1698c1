"""Know the words of titles: where they may stand, what is none, how their lines are joined.

A title stands above the first heading of the text: what stands from "Abstract", "1 Introduction",
"Contents" or "目次" on is none. Names of journals, schools and kinds of text are told by their
words, so a pattern must match a whole cell, and none of the real titles that a test runs through
it. `runs` finds which of the cells are the title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise, takewhile

from reader.pdfs.text.cells import MARK, Cell, is_prose, rows_of, tidy_accents
from reader.pdfs.text.headings import is_section
from reader.pdfs.text.lines import joined, tidy
from reader.pdfs.text.names import names_in

MAX_CHARS = 300
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
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
_SESSION = (
    r"(?:[\w&'’-]+ ){1,5}\d{4},? (?:(?:oral|poster|special|invited|plenary) )?"
    r"(?:session|talk|tutorial|keynote|lecture)s?(?: [\w.-]{1,4})?"
)
"""A meeting's name with the kind of talk: "RainCon 2031, oral session 3"."""
_NUMBER = r"(?=\S*[A-Z])(?=\S*\d{2})[A-Z\d]+(?:[-/.]+[A-Z\d]+)+"
"""A paper's number at a meeting, alone: "GT2031-88123"."""
_IMPRINT = (
    r"https?:\S+|www\.\S+|arxiv:\S+.*|(?:e-?)?issn\b.*|doi:?\s*10\.\S+"
    r"|(?:running|short) (?:head|title)\s*:.*"
)
_BANNER = re.compile(
    "|".join((_KIND_OF_TEXT, _PUBLICATION, _INSTITUTION, _SESSION, _IMPRINT)), re.IGNORECASE
)
LABELLED = re.compile(r"(?:(?:full|manuscript|paper) )?title\s*[:：]\s*(?=\S)", re.IGNORECASE)
LABEL = re.compile(
    r"(?:title|titre|título|titel|titolo|論文題目|題目|論文題名|題名)", re.IGNORECASE
)
_NOTE_MARKS = re.compile(r"[\s∗⁎*＊※†‡§¶⋆★☆⇤♠♣♥♦♡♢⋄◇◆◊△▲▽□■○●◦•‖∥⊕⊗✉]+$")
_BASE = re.compile(r"(?<![^\W_])[^\W\d_]$|\d$")
"""What a raised sign after it may be the exponent of: R, 10."""
_ENDS = re.compile("[^\\W_]$|[.?!\"'”’»)\\]}%+〉》」』】）？！…―～~-]$")
"""The ends of titles; another sign may be a note's."""
_LAST_PART = re.compile("([^\\W\\d_]+)[-‐\u2011]$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_VERSION = re.compile(r"\s*\[version \d+; (?:peer review|referees?): [^\]]*\]$")
"""The state of a review that is open, which some journals print behind a title."""
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
ENDS_CUT = re.compile(r"[,;:–—-]$|\s(?:an?|and|by|for|from|in|of|on|or|the|to|with|via|using)$")
"""The end of a title that goes on somewhere else."""
_BEGINS_CUT = re.compile(r"(?:and|at|by|for|from|in|of|on|or|the|to|with|via)\s")
_NUMBERED = re.compile(
    r"\d{1,2}(?:[.．]\d{1,2})*[.．:)]?\s+[^\W\d]|(?:[IVX]{1,5}|[A-Z])[.．:)]\s|第\s*\d+"
)
_ENGLISH = re.compile(r"\b(?:of|the|and|with|from|to|by|for|is|are)\b", re.IGNORECASE)
_FOREIGN = re.compile(
    r"\b(?:del?|la|los|las|el|un[ae]?|y|en|les?|du|et|sur|und|der|das|für|von|zur|zum|e|di|il|da|do"
    r"|na|os|ein(?:e[rnms]?)?|auf|mit)\b"
)
"""Function words of English, and of languages near it, by which a translation is told."""
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b.*\d", re.IGNORECASE)
"""The begin of a programme."""
_NEVER_LABEL = re.compile(
    "chapter|appendix|第|\\d|.*contents|目\\s*次|inhalt|table des", re.IGNORECASE
)
"""Headings that larger words may follow: the name of a chapter."""
_CHAPTER = re.compile(
    r"(?:chapter|kapitel|chapitre|cap[ií]tulo)\s+(?:\d+|[IVX]+)|第\s*\d+\s*章", re.IGNORECASE
)
N_PROSE = 4
"""The lines of running text that no title stands below."""


def is_banner(text: str) -> bool:
    """Check whether a whole cell names a kind of text, a journal, a school, or an address."""
    # Japanese title pages set letters apart: 修　士　論　文.
    text = tidy(text)
    return _BANNER.fullmatch(text) is not None or re.fullmatch(_NUMBER, text) is not None


def is_alike(cell: Cell, other: Cell) -> bool:
    """Check whether two cells have one size, font and weight."""
    is_bold = cell.is_bold == other.is_bold
    return abs(cell.top - other.top) < 0.1 and cell.font == other.font and is_bold


def above_text(cells: Sequence[Cell], body: float) -> list[Cell]:
    """Select the cells above the first heading and the running text, where alone a title can be.

    What stands in a column to the right of a cell is read after it.
    """
    heads = [c for c in cells if is_section(c.text) and not _is_other(c, cells)]
    heads = [c for c in heads if not _opens_chapter(c, cells, body)]
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
    is_number = re.fullmatch(r"\d{1,2}(?:\.\d{1,2})*\.?", first.text) is not None
    is_like = (abs(first.top - o.top) < 0.5 and first.is_bold == o.is_bold for o in rest[:1])
    return is_number and any(is_like)


def _is_other(head: Cell, cells: Sequence[Cell]) -> bool:
    """Check whether the name of a section is the last word of the lines above, or a label.

    A title may end in "Results". Larger words follow the label "METHOD", or "Discussion".
    """
    others = [cell for cell in cells if not is_section(cell.text)]
    if any(
        c.base < head.base - 2 and head.y0 - c.y1 < c.top / 2 and is_alike(c, head) for c in others
    ):
        return True
    is_followed = any(c.top > 1.3 * head.top and 0 < c.y0 - head.y0 < 8 * head.size for c in others)
    return is_followed and not _NEVER_LABEL.match(head.text)


def _opens_chapter(head: Cell, cells: Sequence[Cell], body: float) -> bool:
    """Check whether a chapter's number stands above its name and its own authors.

    A chapter of one author's book has none below it.
    """
    if not _CHAPTER.fullmatch(head.text):
        return False
    rows = rows_of([cell for cell in cells if cell.y0 > head.y0 + 1])
    name = list(takewhile(lambda row: row[0].top > 1.2 * body, rows))
    after = rows[len(name)] if 0 < len(name) < len(rows) else []
    return any(names_in(cell.marked) for cell in after)


_KIND_BEFORE = re.compile(
    r"(?:巻頭言|巻頭論文|論説|解説|総説|原著|原著論文|論文|研究論文|研究ノート|技術報告|資料|展望|書評|寄稿|論考|随想)\s+(?=\S{4})"
)
"""The kind of a Japanese text before its title, in the same line and type."""


def title_text(cells: list[Cell], paper: str = "") -> str:
    """Join the title to one line, without marks of footnotes; "" for one that is too long.

    paper: its text in small letters, whose spelling decides on a hyphen at a line's end.
    """
    whole = ""
    for row in rows_of(cells):
        text = " ".join([*[_without_notes(cell) for cell in row[:-1]], _without_note(row[-1])])
        text = _STRAY.sub("", text) if whole else _KIND_BEFORE.sub("", _STRAY.sub("", text))
        # A smaller row is the subtitle.
        is_smaller = bool(whole) and row[0].top < 0.93 * cells[0].top
        if is_smaller and not (_PARTED.search(whole) or _DASH.match(text)):
            whole += ":"
        # No blank where a line ends between Japanese and Latin letters.
        is_mixed = bool(whole) and bool(CJK.match(whole[-1])) != bool(CJK.match(text[:1]))
        keeps = _keeps_likely(whole, text, paper)
        if keeps is not None:
            whole = whole if keeps else whole[:-1]
        whole = whole + text if is_mixed or keeps is not None else joined([whole, text])
    text = _VERSION.sub("", joined([LABELLED.sub("", whole, count=1)]))
    text = _NOTE_MARKS.sub("", tidy_accents(text))
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
    """Check for a raised or lowered sign within a title, one at its end that may be a note's, or
    letters written from right to left, whose words MuPDF gives in the order of the page."""
    text = title_text(cells)
    is_raised = any(MARK in cell.marked.rstrip(f"{MARK} ") for cell in cells)
    is_kept = any(MARK in c.marked and _without_note(c) == c.text for c in cells)
    is_odd = any(unicodedata.category(c) in ("So", "Sk", "Co", "Cn") for c in text)
    is_odd = is_odd or any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    is_odd = is_odd or re.search(r"[\[(]\w[\])]$", text) is not None
    return is_raised or is_kept or is_odd or not _ENDS.search(text)


def reads_as_title(text: str) -> bool:
    """Check whether words read as a whole title, in one language, with no heading's number."""
    is_long = len(text.split()) > 1 or len(CJK.findall(text)) > 4
    is_cut = ENDS_CUT.search(text) or _BEGINS_CUT.match(text)
    is_odd = _UNREADABLE.search(text) or _NUMBERED.match(text) or _WEEKDAY.match(text) or is_cut
    is_mixed = _ENGLISH.search(text) is not None and len(_FOREIGN.findall(text)) > 2
    return is_long and not (is_odd or is_mixed)


def plain(text: str) -> str:
    """Fold a text to its letters and digits, without accents, for comparing titles and names."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())
