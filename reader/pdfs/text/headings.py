"""Find headings, tables of contents and entries of references, by their words and their look.

Knows rows alone. Usual names of sections are headings where they look as most such names do in
that paper. Any other heading is short, stands out (size, weight, capitals), and is numbered or
has running text below it.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reader.pdfs.text.lines import Row

# Names without blanks, in capitals: fonts of small capitals have odd blanks, "I NTRODUCTION".
_REFERENCES = {
    "REFERENCES", "REFERENCE", "BIBLIOGRAPHY", "LITERATURECITED", "WORKSCITED",
    "REFERENCESANDNOTES", "BIBLIOGRAPHICALREFERENCES", "REFERENCESCITED",
    "参考文献", "引用文献", "文献", "参照文献", "参考資料",
}  # fmt: skip
_SECTIONS = _REFERENCES | {
    "INTRODUCTION", "BACKGROUND", "RELATEDWORK", "RELATEDWORKS", "METHOD", "METHODS",
    "METHODOLOGY", "EXPERIMENTS", "EXPERIMENT", "EXPERIMENTALSETUP", "RESULTS", "DISCUSSION",
    "RESULTSANDDISCUSSION", "CONCLUSION", "CONCLUSIONS", "FUTUREWORK",
    "CONCLUSIONANDFUTUREWORK", "CONCLUSIONSANDFUTUREWORK", "PRELIMINARIES",
    "はじめに", "序論", "まえがき", "おわりに", "むすび", "結論",
    "関連研究", "実験", "考察", "評価", "まとめ",
}  # fmt: skip
_KNOWN = _SECTIONS | {
    "ABSTRACT", "KEYWORDS", "INDEXTERMS", "SUMMARY", "LIMITATIONS", "ETHICSSTATEMENT",
    "ACKNOWLEDGMENTS", "ACKNOWLEDGEMENTS", "ACKNOWLEDGMENT", "ACKNOWLEDGEMENT", "APPENDIX",
    "FUNDING", "DATAAVAILABILITY", "COMPETINGINTERESTS", "COMPETINGINTEREST",
    "CONFLICTOFINTEREST", "CONFLICTSOFINTEREST", "DECLARATIONOFCOMPETINGINTEREST",
    "AUTHORCONTRIBUTIONS", "AUTHORS'CONTRIBUTIONS", "AUTHORDETAILS", "ADDITIONALFILE",
    "ADDITIONALFILES", "SUPPLEMENTARYMATERIAL", "SUPPLEMENTARYMATERIALS",
    "概要", "あらまし", "要旨", "謝辞", "付録", "キーワード",
}  # fmt: skip
_FIRST = {
    "TABLEOFCONTENTS", "LISTOFFIGURES", "LISTOFTABLES", "OUTLINE", "AGENDA", "EXECUTIVESUMMARY",
    "EINLEITUNG", "ZUSAMMENFASSUNG", "INHALT", "INHALTSVERZEICHNIS", "RÉSUMÉ", "RESUMEN",
    "RESUMO", "SOMMAIRE", "TABLEDESMATIÈRES", "ÍNDICE",
    "緒言", "緒論", "序章", "序文", "はしがき", "摘要", "内容梗概", "図目次", "表目次",
}  # fmt: skip
"""Names of what only the first pages have."""
_KNOWN_OR_FIRST = _KNOWN | _FIRST
_NUMBER = re.compile(
    r"(?:(?:Appendix|APPENDIX|Chapter|CHAPTER|Section)\s+)?"
    r"(?:\d{1,2}(?:[.．]\d{1,2})*|[A-Z](?:\.\d{1,2})+|[A-Z]|[IVX]{1,5}|第\s*\d+\s*[章節])[.．:)]?\s+"
)
_SECTION_NUMBER = re.compile(
    r"(\d{1,2}(?:[.．]\d{1,2}){0,3})[.．]?(?:\s+(?=[A-Z\u3040-\u9fff])|(?=[\u3040-\u9fff]))"
)
_LETTERED = re.compile(r"[A-Z][.．]\s|[IVX]+[.．]\s|第\s*\d+\s*[章節]")
_CHAPTER = re.compile(r"第\s*\d+\s*[章部編]|(?:Chapter|CHAPTER|Part|PART)\s+[\dIVX]+")
_CHAPTER_BEGINS = re.compile(r"第\s*\d+\s*[章部編]|(?i:chapter|appendix)\s+(?:\d+|[IVX]+|[A-Z])\b")
_ABSTRACT_BEGINS = re.compile(r"(?:Abstract|ABSTRACT|概\s*要|要\s*旨|あらまし)\s*[—–:：.．]\s*\S")
_BARE_NUMBER = re.compile(r"^[\dIVX.．\s第章節A-Z]{0,6}(?<![A-Za-z])[.．]?\s*")
_RUN_IN = re.compile(
    r"(A\s?bstract|A\s?BSTRACT|Summary|概要|あらまし|要旨)\s*[—–―:：.．-]+\s*(\S.*)"
)
_ABSTRACT_WORD = re.compile(
    r"(Abstract|ABSTRACT|SUMMARY|概要|あらまし|要旨)\s+((?=[A-Z\u3040-\u30ff\u3400-\u9fff])\S.*)"
)
APPENDIX = re.compile(
    r"(?:Appendi|APPENDI|A PPENDI|Supplement|SUPPLEMENT|付録|付\s*録|[A-Z][.]?\s+[A-Z])"
)
_SENTENCE_END = re.compile(r"[.。．,;、，:：]$")
_NO_NAME_ALONE = re.compile(
    r"(?:Theorem|Lemma|Proposition|Definition|Corollary|Assumption|Claim|Remark|Algorithm|Step"
    r"|Figure|Fig\.|Table|定理|補題|命題|定義|系|図|表)\s*[\dA-Z]"
    r"|(?:Keywords|Key words|Index Terms|キーワード)\s*[:：—-]|Copyright|©"
    r"|.*left blank"
    r"|.*(?:[a-z\])][.?!]\s+[A-Z]|-$)"
)
_SENTENCE_INSIDE = re.compile(r"(?<!vs)(?<!et al)[a-z\])][.?!]\s+[A-Z]")
_NOT_A_NAME = re.compile(r".*(?:[=≤≥≠∈∉∀∃∏∑∫⇓⇑⇒→←↦≈±@%]|[、。，．]\S)|\d+:\s")
_CJK = re.compile("[\u3040-\u9fff]")


class Around(NamedTuple):
    """The surroundings by which a paragraph is judged: the paper's look, column and next row."""

    body: float
    """Font size of the running text."""
    look: tuple[float, bool] | None
    """Size of the names of sections, and whether they are bold; None where not known."""
    left: float
    right: float
    """The column's edges."""
    after: Row | None
    """The row below, None at the end of a column."""
    is_below: bool
    """Whether it is under all running text, as footnotes are."""


def section_look(rows: Iterable[Row]) -> tuple[float, bool] | None:
    """Find how a paper prints the names of its sections, by those that most papers use.

    Returns their size and whether they are bold, None where no such name is on a row of its own.
    """
    # The most frequent look, since the references may be small, heading and all.
    looks = Counter(
        (round(row.top, 1), row.is_bold)
        for row in rows
        if row.n == 1
        and len(row.text) < 40
        and _name(row.text) in _SECTIONS
        and not row.text[0].islower()
    )
    return looks.most_common(1)[0][0] if looks else None


def _is_unlike(row: Row, around: Around) -> bool:
    if around.look is None:
        return False
    size, is_bold = around.look
    is_small = row.top < size - 0.7 and row.top < 1.05 * around.body
    return is_small or (is_bold and not row.is_bold)


def run_in(text: str) -> tuple[str, str] | None:
    """Split "Abstract—We show …" into heading and text; None for any other text."""
    found = _RUN_IN.match(text) if text[0] in "AS概あ要" else None
    return (found[1], found[2]) if found else None


def abstract_word(text: str) -> tuple[str, str] | None:
    """Split "Abstract We show …", the name in bold or capitals; None for any other text.

    Springer's books, IEEE Access and IEICE have it, the latter in Japanese too. It may also be a
    title in capitals, or a sentence about abstract syntax, so it counts before the first section
    alone.
    """
    found = _ABSTRACT_WORD.match(text) if text[0] in "AS概あ要" else None
    return (found[1], found[2]) if found and not text.isupper() else None


def is_known(text: str) -> bool:
    """Check whether a text is a usual name of a section, whatever it looks like."""
    return len(text) < 40 and not text[0].islower() and _name(text) in _KNOWN


def is_section(text: str) -> bool:
    """Check whether a text is the heading of a section, of a chapter or of the contents.

    "Abstract—We show …" begins with one too; "Introduction to rain" is none.
    """
    if _CHAPTER_BEGINS.match(text) or _ABSTRACT_BEGINS.match(text):
        return True
    return len(text) < 40 and (_name(text) in _KNOWN_OR_FIRST or bool(_HEADING.fullmatch(text)))


def begins_references(text: str) -> bool:
    """Check whether a text is the heading of the references."""
    # Section 5.4 of a guide for authors may be called "References".
    return len(text) < 40 and _name(text) in _REFERENCES and len(number_of(text)) < 2


def number_of(text: str) -> tuple[int, ...]:
    """Read a section's number ("2.1 Data": 2, 1), empty where the text begins with none."""
    found = _SECTION_NUMBER.match(text)
    return tuple(map(int, re.split("[.．]", found[1]))) if found else ()


def is_numbered(text: str) -> bool:
    """Check whether a text begins with a section's number or letter ("A. Data", "第 2 章")."""
    return bool(number_of(text)) or _LETTERED.match(text) is not None


def follows(number: tuple[int, ...], last: tuple[int, ...]) -> bool:
    """Check whether a section of a number can come right after the last one."""
    return number in [*((*last[:n], last[n] + 1) for n in range(len(last))), (*last, 1)]


def is_next(row: Row, text: str, last: tuple[int, ...], around: Around) -> bool:
    """Check whether a short row is a heading because its number is the next section's."""
    number = number_of(text)
    if row.n > 1 or len(text) > 60 or not follows(number, last) or _NOT_A_NAME.match(text):
        return False
    return len(number) > 1 or not _is_unlike(row, around)


def is_heading(group: list[Row], text: str, around: Around) -> bool:
    """Check whether a paragraph of like rows is a heading, and no sentence, formula or label."""
    row = group[0]
    if is_known(text):
        may_differ = _name(text) not in _SECTIONS or begins_references(text)
        return row.n == 1 and (may_differ or not _is_unlike(row, around))
    if _CHAPTER.fullmatch(text):
        return row.top > 1.08 * around.body
    # More than three rows are text, and several pieces in one row are cells of a table.
    if len(group) > 3 or len(text) > 140 or max(r.n for r in group) > 1:
        return False
    # Labels of figures and footnotes are smaller than the text.
    if row.top < 0.87 * around.body or (around.is_below and row.size < 0.97 * around.body):
        return False
    number = _NUMBER.match(text)
    words = text[number.end() :] if number else text
    solid = words.replace(" ", "")
    if _NOT_A_NAME.match(text) or not solid[:1].isalnum():
        return False
    if _SENTENCE_END.search(words) and not (number and row.is_bold):
        return False
    # A formula has fewer letters.
    if not 2 <= sum(map(str.isalpha, solid)) >= 0.6 * len(solid):
        return False
    if len(number_of(text)) == 1 and _is_unlike(row, around):
        return False
    # Japanese and Latin letters of one text may have two sizes, so the size of most decides.
    is_larger = (row.size if _CJK.search(text) else row.top) > 1.08 * around.body
    if number:
        is_capitals = words.isupper() and len(words) > 3 and words.isascii()
        is_set_off = is_capitals or (row.is_italic and len(group) == 1)
        is_set_off = is_larger or row.is_bold or is_set_off
        return is_set_off and not _SENTENCE_INSIDE.search(words)
    # Without a number a heading has a capital, larger or bold type, and text below it.
    is_title_like = words[0].isupper() or not words[0].isascii()
    if not is_title_like or len(text) > 90 or _NO_NAME_ALONE.match(text):
        return False
    return (is_larger or row.is_bold) and _is_followed_by_text(group, around, is_larger=is_larger)


def is_title(group: list[Row], text: str) -> bool:
    """Check whether the largest rows of page 1 can be its title."""
    return len(group) <= 5 and len(text) <= 300 and sum(map(str.isalpha, text)) > 1


def _is_followed_by_text(group: list[Row], around: Around, *, is_larger: bool) -> bool:
    """Check for running text, or another heading, below a row; in a table there is neither."""
    after, row = around.after, group[-1]
    if after is None:
        return is_larger
    if after.n > 2 or after.base < row.base:
        return False
    wide = 0.55 * (around.right - around.left)
    is_text = after.x1 - after.x0 > wide and abs(after.size - around.body) < 0.1 * around.body
    if is_larger:
        return is_text or after.is_bold or bool(number_of(after.text))
    middle = (around.left + around.right) / 2
    is_centred = abs((row.x0 + row.x1) / 2 - middle) < row.size
    if row.x1 > around.right - 2 * row.size and after.base - row.base < 1.35 * row.size:
        return False  # the first line of a paragraph that begins with bold words
    return is_text and (row.x0 < around.left + 2.5 * row.size or is_centred)


@functools.lru_cache(maxsize=2048)  # each row is asked about twice, cells of tables often
def _name(text: str) -> str:
    """Fold a heading: without number, blanks (small capitals have odd ones) and case."""
    bare = _BARE_NUMBER.sub("", text)
    plain = "".join(bare.split()).strip(".:：．").replace("’", "'")
    if plain.upper() in _KNOWN:
        return plain.upper()
    return "".join(text.split()).strip(".:：．0123456789").upper()


_HEADING = re.compile(r"(?:table\s+of\s+)?contents\.?|目\s*次", re.IGNORECASE)
_LAST = "sS.次"
_LEADER = re.compile(r"(?:[.·…‥・]\s?){4,}|(?:[…‥]\s?){2,}")
_PAGE_NUMBER = re.compile(r"(?:^|\D)(?:\d{1,4}|[ivxl]{1,6})$")


def in_contents(run: list[Row]) -> Iterator[tuple[list[Row], bool]]:
    """Yield the parts of a run in order, each with whether it is a table of contents.

    A table of contents begins below its heading, or with three lines of dots, and goes on as
    long as most rows end with a page number.
    """
    start: int | None = None
    dotted = []
    for at, row in enumerate(run):
        text = row.text
        if text[-1].isdigit():
            if _LEADER.search(text):
                dotted.append(at)
        elif text[-1] in _LAST and len(text) < 20 and _HEADING.fullmatch(text):
            start = at + 1
            break
    if start is None and len(dotted) > 2:
        start = dotted[0]
    n_misses = n_hits = 0
    end = start = len(run) if start is None else start
    for at in range(start, len(run)):
        if _PAGE_NUMBER.search(run[at].text):
            end, n_misses, n_hits = at + 1, 0, n_hits + 1
        else:
            n_misses += 1
            if n_misses > 2:
                break
    if n_hits < 3:
        yield run, False
        return
    if start:
        yield run[:start], False
    yield run[start:end], True
    if end < len(run):
        yield from in_contents(run[end:])


_BRACKET = re.compile(r"\[(\d{1,3})\]")
_LABEL = re.compile(r"\[[^\]]{1,12}\]")
_DOT = re.compile(r"\(?(\d{1,3})[.)]\s")
N_ENTRIES = 5
"""The fewest entries in a row that make a list of references without a heading."""


def has_numbered_entries(text: str, *, like: str = "") -> bool:
    """Check whether a text begins with an entry's number or label.

    like: another entry; where its number is in brackets, this one's must be too.
    """
    if _LABEL.match(text):
        return True
    return bool(_DOT.match(text)) and not _LABEL.match(like)


def entry_rows(run: list[Row]) -> frozenset[int]:
    """Find the places in the run of the rows that begin numbered entries.

    The numbers must rise by one: a year or a page number may begin a row too.
    """
    brackets = _numbered(run, _BRACKET)
    dots = _numbered(run, _DOT)
    labels = [at for at, row in enumerate(run) if _LABEL.match(row.text)]
    if len(labels) > max(1, 2 * len(brackets)):
        return frozenset(labels)
    chain = _chain(brackets if len(brackets) >= min(2, len(dots)) and brackets else dots)
    return frozenset(chain) if len(chain) > 1 else frozenset(at for at, _ in brackets)


def first_entry(run: list[Row]) -> int | None:
    """Find the place of "[1]" where "[2]", "[3]" … begin rows below it; None without them."""
    found = _numbered(run, _BRACKET)
    first = next((n for n, (_, number) in enumerate(found) if number == 1), len(found))
    chain = _chain(found[first:])
    return found[first][0] if len(chain) >= N_ENTRIES else None


def _numbered(run: list[Row], pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    return [
        (at, int(match[1]))
        for at, row in enumerate(run)
        if row.text[0] in "[(0123456789" and (match := pattern.match(row.text))
    ]


def _chain(found: list[tuple[int, int]]) -> list[int]:
    """Select the places whose numbers follow one another; one or two may be missing between."""
    numbers = {number for _, number in found}
    kept: list[int] = []
    last: int | None = None
    for at, number in found:
        follows = number + 1 in numbers if last is None else last < number <= last + 3
        if follows:
            kept.append(at)
            last = number
    return kept
