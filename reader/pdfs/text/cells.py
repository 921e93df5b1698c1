"""Turn a first page into cells of words, and find the part that is the paper's front.

A cell is words on one baseline without a wide gap. Unlike a line of the running text it knows
which characters are raised marks of affiliations, which the names of authors need. The front
goes from below the title to the begin of the abstract or the text; sheets that archives and
publishers put before a paper have none. Knows places, sizes and the words that end a front,
nothing of names.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from reader.pdfs.text.from_right import in_order, is_from_right
from reader.pdfs.text.lines import Line, PageLines, style_of, tidy, with_ligatures

MARK = "\x1f"
"""Replaces in `marked` a raised mark, and a gap of three spaces or more."""
WIDE = 0.7
"""The gap, in sizes of the letters, from which on two cells are apart."""
STRETCHED, FEWEST_APART = 1.3, 5
"""The same in a line of so many words that is stretched."""
_MARK_TEXT = re.compile(r"[\W\d_]*(?:[a-z][\W\d_]*){0,6}")
_SIGN = re.compile(r"[\d*∗⁎†‡§¶‖∥#$+⋆★☆⇤\u2709,]+")
_CAPITAL = re.compile(r"[\W\d_]*[A-Z][\W\d_]*")
_GAP = re.compile(r"\s{3,}")
_WORD = re.compile(r"[^\W\d_]{4}")


class Cell(NamedTuple):
    """Words on one baseline, in points from the top left of the page.

    x0 … y1: its box. base: its baseline. size: of most of its letters. top: of the largest ones
    (small capitals have two sizes). marked: its text with MARK for raised marks.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    text: str
    marked: str
    size: float
    top: float
    is_bold: bool
    is_italic: bool
    font: str = ""
    """That of most letters; "" where the text was recognised or turned."""


def cells_of(page: dict[str, Any], lines: PageLines, *, dropped: Collection[Line]) -> list[Cell]:
    """Make the cells of a page, row by row and from left to right.

    page: get_text("dict"). dropped: running heads and page numbers, which are left out. The cells
    of a page laid on its side are made of `lines`, which are turned already but have no marks.
    """
    out = {(line.text, round(line.y0)) for line in dropped}
    parts = []
    n_turned = 0
    for block in page["blocks"]:
        for line in block.get("lines", ()):
            x, _ = line["dir"]
            if x < 0.97:
                n_turned += 1
                continue
            part = _part(line)
            if part is not None and (part.text.strip(), round(part.y0)) not in out:
                parts.append(part)
    if n_turned > len(parts) or not parts:
        parts = [cell_of(o) for o in lines.lines if (o.text, round(o.y0)) not in out]
    return _with_capitals(_merged(parts))


def _with_capitals(cells: list[Cell]) -> list[Cell]:
    """Let a line of small capitals without a large letter be as large as those beside it."""
    tall = [c for c in cells if c.top > 1.05 * c.size]
    found: list[Cell] = []
    for cell in cells:
        if tall and cell.top == cell.size:
            near = (o for o in [*tall, *found[-3:]] if abs(o.base - cell.base) < 2.5 * cell.size)
            tops = [o.top for o in near if (o.size, o.font) == (cell.size, cell.font)]
            cell = cell._replace(top=max(tops, default=cell.top))
        found.append(cell)
    return found


def cell_of(line: Line) -> Cell:
    """Make a cell of a line, without marks."""
    return Cell(*line[:6], line.text, line.size, line.top, line.is_bold, line.is_italic)


def rows_of(cells: list[Cell]) -> list[list[Cell]]:
    """Group cells, in their order, into rows of one baseline, each from left to right."""
    rows: list[list[Cell]] = []
    for cell in cells:
        if rows and abs(cell.base - rows[-1][0].base) < 0.4 * max(cell.size, rows[-1][0].size):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    for row in rows:
        row.sort(key=lambda cell: cell.x0)
    return rows


def _part(line: dict[str, Any]) -> Cell | None:
    """Make a cell of one of PyMuPDF's lines, None for a line without letters.

    In `marked` each raised mark is MARK: "Ada Example¹,² and" is "Ada Example\x1f and".
    """
    spans = line["spans"]
    if is_from_right("".join([span["text"] for span in spans])):
        spans = in_order(spans)
    letters: Counter[tuple[float, bool, bool, float]] = Counter()
    fonts: Counter[str] = Counter()
    sizes: Counter[float] = Counter()
    for span in spans:
        text, size = span["text"], span["size"]
        n = len(text) - text.count(" ")
        if n:
            if len(spans) > 1:
                # Letters count 20 times: a name may have fewer letters than signs of affiliations.
                n = 20 * sum(map(str.isalpha, text)) + 1
            letters[size, *style_of(span["font"], span["flags"]), span["origin"][1]] += n
            sizes[size] += n
            fonts[span["font"]] += n
    if not letters:
        return None
    size, is_bold, is_italic, base = max(letters, key=letters.__getitem__)
    enough = max(1.0, 0.1 * sizes.total())
    top = max((s for s, n in sizes.items() if n >= enough), default=size)
    text = with_ligatures("".join([span["text"] for span in spans]))
    x0, y0, x1, y1 = line["bbox"]
    words = _with_marks(spans, size, base, top) if len(spans) > 1 else text
    font = max(fonts, key=fonts.__getitem__)
    return Cell(x0, y0, x1, y1, base, text, words, size, top, is_bold, is_italic, font)


def _with_marks(spans: list[dict[str, Any]], size: float, base: float, top: float) -> str:
    """Join a line's spans, with MARK in place of those that are raised marks.

    size, base: of most of its letters; top: the greatest size that enough of them have.
    """
    marked = []
    nexts = [span["text"] for span in spans[1:]] + [""]
    for span, after in zip(spans, nexts, strict=True):
        text = with_ligatures(span["text"])
        is_raised = bool(span["flags"] & 1) or span["origin"][1] < base - 0.12 * size
        is_lowered = span["origin"][1] > base + 0.05 * size
        is_small = span["size"] < 0.9 * size
        is_mark = bool(_SIGN.fullmatch(text.strip())) and (is_raised or is_small)
        if not is_mark and is_raised and span["size"] < 0.9 * top:
            # Small capitals have marks in capitals. TeX's own name has a raised letter within it.
            is_capital = _CAPITAL.fullmatch(text) and not after[:1].isalpha()
            is_mark = bool(_MARK_TEXT.fullmatch(text) or is_capital)
        marked.append(MARK if is_mark and not is_lowered and text.strip() else text)
    return "".join(marked)


def _merged(parts: list[Cell]) -> list[Cell]:
    """Join the parts of a row that have no wide gap between them, with single blanks."""
    found: list[Cell] = []
    for row in rows_of(sorted(parts, key=lambda part: (part.base, part.x0))):
        wide = STRETCHED if _is_stretched(row) else WIDE
        first, *rest = row
        for part in rest:
            gap = part.x0 - first.x1
            is_like = part.size > 0.6 * first.size and first.size > 0.6 * part.size
            is_like = is_like and not _is_off_line(part, first)
            if part.text == first.text and abs(part.x0 - first.x0) < 1:
                continue  # printed twice, to look bold or by mistake
            if abs(gap) < wide * min(first.size, part.size) and is_like:
                glue = "" if gap < 0.12 * first.size else " "
                is_small = part.size < 0.9 * first.size
                is_mark = is_small and part.base < first.base - 0.12 * first.size
                is_mark = is_mark and _MARK_TEXT.fullmatch(part.text.strip()) is not None
                first = max(first, part, key=lambda cell: len(cell.text))._replace(
                    x0=min(first.x0, part.x0),
                    y0=min(first.y0, part.y0),
                    x1=max(first.x1, part.x1),
                    y1=max(first.y1, part.y1),
                    text=first.text + glue + part.text,
                    marked=first.marked + (MARK if is_mark else glue + part.marked),
                    top=max(first.top, part.top),
                )
            else:
                found.append(first)
                first = part
        found.append(first)
    return [
        cell._replace(
            text=" ".join(cell.text.split()),
            marked=_GAP.sub(MARK, cell.marked.replace("\xa0", " ").strip(" \t\r\n")),
        )
        for cell in found
        if cell.text.strip()
    ]


def _is_off_line(part: Cell, other: Cell) -> bool:
    """Check for words of another size on another baseline: of a note that touches the names."""
    is_off = abs(part.base - other.base) > 0.2 * min(part.size, other.size)
    has_words = all(_WORD.search(cell.text) for cell in (part, other))
    return is_off and abs(part.size - other.size) > 0.1 * other.size and has_words


def _is_stretched(row: Sequence[Cell]) -> bool:
    """Check for a line of single words that are set apart to fill its width."""
    words = [part for part in row if " " not in part.text.strip()]
    return len(row) >= FEWEST_APART and len(words) > 0.7 * len(row)


_MISREAD = re.compile(
    "(?<=[^\\W\\d_])['’‘\"”“?*°®]+(?=[\\s,;·・]|$)|\\s[-–—]\\s|(?<=[\\W\\da-z])・"
)
"""What the recognition of a picture makes of raised marks, and of the dots between names."""


def with_marks(cell: Cell) -> Cell:
    """Let signs behind words be marks where letters were recognised, for a line of names."""
    return cell if cell.font else cell._replace(marked=_MISREAD.sub(MARK, cell.marked))


_NUMBER = r"(?:[1I][.．:)]?\s*|第\s*[1１一]\s*章\s*)?"
_END = re.compile(
    rf"[【\[［〔]?{_NUMBER}"
    r"(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|r[ée]sum[ée]|zusammenfassung|introduction"
    r"|resumen|resumo|riassunto|samenvatting|sammanfattning|streszczenie|аннотация|реферат"
    r"|الملخص|ملخص|الخلاصة|المستخلص|תקציר|抄\s*録|요\s*약|초\s*록|국문\s*초록|einleitung|einführung"
    r"|i\s?ntroduction|key\s?words?(?: and phrases)?|index terms|general terms"
    r"|categories and subject.*|ccs concepts|(?:table of )?contents|目\s*次|概\s*要|要\s*旨|摘\s*要"
    r"|あらまし|はじめに|まえがき|緒\s*言|序\s*論|内容梗概|アブストラクト|キーワード|序\s*章)"
    r"(?:$|\s*[.:—–―\-：．】\]］〕]|\s{2,}|\s(?=[A-Z(\[\u0590-\u08ff\u3040-\u9fff\uac00-\ud7a3]))",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"\b(?:the|of|and|to|is|are|that|we|which|in|a|for|this|with|by|be"
    # Without words that names and institutions have: de, la, und, et.
    r"|ist|nicht|dass|wird|werden|wurde|wurden|eine|einer|sich|mit|dem|auf|als|auch|zwischen"
    r"|que|qui|une|dans|est|pour|sur|nous|cette|sont|ont|ses|aux|par|ce"
    r"|se|una|con|por|como|es|su|para|han|fue|uma|com|não|foi|são|ao|che|è|sono|non|si"
    r"|het|een|dat|niet|zijn|met|wordt|op|att|som|är|med|och|ikke|til|på"
    r"|się|jest|nie|na|że|byl|byla|это|что|не|на|для|как|из|по|при"
    r"|של|את|על|כי|לא|בין|במאמר|في|من|على|إلى|التي|هذه|أن|بين)\b"
    r"|[了的在和是与]|[\uac00-\ud7a3](?:은|는|을|를|에서|으로|하여)\b"
)

MANY = 45
"""The most cells of a title page; the front of a page with more is short."""


def zone_of(cells: list[Cell], title: list[Cell], width: float, height: float) -> list[Cell]:
    """Find the cells below the title and above the abstract, in rows."""
    top = max((cell.y1 for cell in title), default=0.0)
    in_title = set(title)
    below = [c for c in cells if c.base > top - 0.2 * c.size and c not in in_title]
    end = next((cell.y0 for cell in below if _END.match(cell.text)), None)
    zone = [cell for cell in below if cell.base < (end or height) - 1]
    if end is None and len(cells) > MANY:
        zone = [cell for cell in zone if cell.y0 < top + 0.25 * height]
    # Without a heading it ends before the first paragraph: two rows of prose, one below the other.
    rows = rows_of(zone)
    for at, (row, after) in enumerate(pairwise(rows)):
        for cell in row:
            under = [c for c in after if abs(c.x0 - cell.x0) < 30]
            if any(is_prose(cell, width) and is_prose(c, width) for c in under):
                return [c for r in rows[:at] for c in r]
    return zone


def is_side_note(cell: Cell, title: Cell, body: float) -> bool:
    """Check whether a cell is a note of a column beside the title, in small print."""
    return cell.size < 0.95 * body and (cell.x1 < title.x0 or cell.x0 > title.x1)


def is_prose(cell: Cell, width: float) -> bool:
    """Check whether a cell is a line of running text by its words; width: of the page."""
    is_wide = cell.x1 - cell.x0 > 0.3 * width
    n_kana = sum("\u3040" <= c <= "\u309f" for c in cell.text)
    if n_kana:
        return is_wide and n_kana > 0.25 * len(cell.text) and len(cell.text) > 20
    return is_wide and len(set(_PROSE.findall(cell.text))) >= 2 and "@" not in cell.text


# Sentences that archives and publishers print on the sheets before a paper.
_COVERS = (
    "hal is a multi",
    "hal id",
    "see discussions, stats, and author profiles",
    "your use of the jstor archive",
    "jstor is a not-for",
    "please scroll down for article",
    "this article was downloaded by",
    "citation for published version",
    "link to publication",
    "general rights",
    "this is an electronic reprint of",
    "this is an author",
    "this is the author",
    "this is an accepted",
    "this is the accepted",
    "this is a pdf file of an unedited",
    "to cite this version",
    "take down policy",
    "white rose research online",
    "research explorer",
    "report documentation page",
)


def is_cover(cells: Sequence[Cell]) -> bool:
    """Check for a sheet that an archive put before a paper, with its title but not its text."""
    text = " ".join([cell.text for cell in cells]).lower()
    return any(words in text for words in _COVERS)


def is_bare(cells: Sequence[Cell]) -> bool:
    """Check for the cover of a report: some lines and no text."""
    return sum(len(cell.text) for cell in cells) < 500


_FORM = re.compile(
    r"\W*(?:call for (?:papers|participation|abstracts|proposals)|invoice(?:\s+n(?:o|r|umber)\b.*)?"
    r"|receipt|boarding (?:pass|card)|(?:e-?|electronic )?ticket"
    r"|curriculum vitae|(?:[\w-]+ ){0,3}(?:consent|report|registration|application|order"
    r"|evaluation|feedback|claim) form|programme? committee"
    r"|御?\s*(?:請\s*求\s*書|領\s*収\s*書|見\s*積\s*書|納\s*品\s*書)|履\s*歴\s*書)\W*",
    re.IGNORECASE,
)
_FIELDS = (
    re.compile(r"\d{1,2}[:.]\d\d(?:\s*[-–—]\s*\d{1,2}[:.]\d\d)?(?:\s*[ap]\.?m\.?)?"),
    re.compile(r".*(?:_{5,}|\[\s*\]|[☐□]).*"),
    re.compile(r"[£$€¥]\s?[\d.,]+"),
)
"""The cells of a programme, a form and a bill: times, places to fill in, prices."""
_NO_PAPER = re.compile(
    r"sehr geehrter? .{2,60}"
    r"|dear (?:dr|prof|professor|mrs?|ms|sir|madam|editors?|colleagues?)\b.{,40}[,:]?"
    r"|dear (?:[\w.'’-]+ ){,3}[\w.'’-]+[,:]"
    r"|editors?[- ]in[- ]chief|editorial board|important dates",
    re.IGNORECASE,
)
"""Lines of a letter, a journal's masthead and a call."""
_RESUME = (
    re.compile(r"education", re.IGNORECASE),
    re.compile(
        r"(?:(?:work|professional|research) )?experience|employment|positions?|publications",
        re.IGNORECASE,
    ),
)
"""The headings of a curriculum vitae."""
N_FIELDS = 4
"""The fewest fields of a form."""


def is_form(cells: Sequence[Cell], title: Sequence[Cell]) -> bool:
    """Check for a page that names no paper: a form, bill, letter, résumé, masthead or call."""
    if any(_FORM.fullmatch(cell.text) for cell in title):
        return True
    if any(_NO_PAPER.fullmatch(cell.text) for cell in cells):
        return True
    if all(any(heading.fullmatch(cell.text) for cell in cells) for heading in _RESUME):
        return True
    return any(
        sum(field.fullmatch(cell.text) is not None for cell in cells) >= N_FIELDS
        for field in _FIELDS
    )


def tidy_accents(text: str) -> str:
    """Join accents that old fonts set apart with their letters: "C¸ im", "Tu˘gla"."""
    for accent, combining in _BEFORE.items():
        if accent in text:
            text = re.sub(rf"(?<=[^\W\d_])\s{accent}(?=\s?[a-z])", accent, text)
            text = re.sub(rf"{accent}\s?([^\W\d_])", rf"\1{combining}", text)
            text = unicodedata.normalize("NFC", text)  # `tidy` puts marks before letters onto them
    text = _ETH.sub("Đ", text)
    text = _LOST_BLANK.sub(" ", text)
    if "¸" in text:
        text = re.sub(r"([A-Za-z])\s?¸\s?", "\\1\u0327", text)
    text = _DOT_BELOW.sub("\\1\u0323", text)
    return unicodedata.normalize("NFC", tidy(text))


_DOT_BELOW = re.compile(
    r"(?<=[^\W\d_])([aeiouyăâêôơư])[.]\s(?=(?:ch|n[gh]?|[cmptiuyo])(?![^\W_]))", re.IGNORECASE
)
"""A vowel of Vietnamese whose dot below TeX sets apart: "Thiê. n"."""
_ETH = re.compile("(?<![^\\W_])Ð(?=[^\\W\\d_])")
_LOST_BLANK = re.compile("(?<=[\u1ea0-\u1ef9])(?=[A-ZĐ])")
"""Where a word of a Vietnamese name ends in a small letter before the next one's capital."""
HAS_ACCENT = re.compile("[´`¨¯˘˙˝˚˛¸ˇ]")
_BEFORE = {"˘": "\u0306", "˙": "\u0307", "˝": "\u030b", "˚": "\u030a", "˛": "\u0328", "¯": "\u0304"}
