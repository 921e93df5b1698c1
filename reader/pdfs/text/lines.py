"""Turn a page of PyMuPDF's get_text("dict") into lines, and join lines as a person reads them.

Join the lines of a paragraph as a person reads them.

A hyphen at a line's end goes when a small letter follows; Japanese and Chinese lines are
joined without a space. Pure functions on strings.

Turn a page of PyMuPDF's get_text("dict") into lines of horizontal text.

Knows that dict and nothing of columns or paragraphs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

# Kana, ideographs, their punctuation, full-width forms. Hangul is written with spaces.
CJK = "\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
IS_CJK = re.compile(f"[{CJK}]")
# Begins with the space itself: the engine then skips from space to space.
_SPACE_WITHIN_CJK = re.compile(f" (?=[{CJK}])(?<=[{CJK}] )")
_WHITE = re.compile(r"[^\S\u3000]+")
_HYPHENS = "-‐\xad"
_COMPOUND = re.compile(r"[a-z]+(?:-[a-z]+)+")
_LAST_PART = re.compile(r"([A-Za-z]+(?:-[A-Za-z]+)*)[-‐]$")
# TeX's old fonts set an accent and its letter apart: "Mazi`eres", "R¨as¨anen".
_ACCENTS = {
    "`": "\u0300",
    "´": "\u0301",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "¨": "\u0308",
    "ˇ": "\u030c",
}
_APART = re.compile("(?<=[A-Za-z])`(?=[aeiouAEIOU])|[´ˆ˜¨ˇ](?=[A-Za-zı])")
_HAS_ACCENT = re.compile("[´ˆ˜¨ˇ]")
_LINK = re.compile(r"-(?:a|and|by|for|in|of|on|or|the|to|up|vs)$")  # end-to-|end, state-of-the-|art
_FIRST_PART = re.compile(r"[a-z]+(?:-[a-z]+)*")


def compounds(texts: Iterable[str]) -> frozenset[str]:
    """List the words that a paper itself writes with a hyphen inside a line."""
    found: set[str] = set()
    for text in texts:
        if "-" in text:
            found.update(_COMPOUND.findall(text.lower()))
    return frozenset(found)


def joined(lines: Iterable[str], hyphenated: frozenset[str] = frozenset()) -> str:
    """Make one line of many.

    hyphenated: words that keep their hyphen at a line's end, as `compounds` gives them.
    """
    text = ""
    for line in lines:
        if text:
            text, glue = glued(text, line, hyphenated)
            text += glue
        text += line
    return tidy(text)


def glued(before: str, after: str, hyphenated: frozenset[str]) -> tuple[str, str]:
    """Give the text before, perhaps without its hyphen, and what to put between."""
    if not before or not after:
        return before, ""
    if before[-1] in _HYPHENS and len(before) > 1 and before[-2].isalpha():
        if before[-1] == "\xad":
            return before[:-1], ""
        if after[0].islower():
            return (before, "") if _is_compound(before, after, hyphenated) else (before[:-1], "")
        return before, ""
    if IS_CJK.match(before[-1]) and IS_CJK.match(after[0]):
        return before, ""
    return before, " "


def tidy(text: str) -> str:
    """Make white space one space, and none between two Japanese characters.

    A full-width space is meant (between two names, after a heading's number) and becomes
    an ordinary one.
    """
    is_ascii = text.isascii()
    if "`" in text or (not is_ascii and _HAS_ACCENT.search(text)):
        text = _APART.sub(lambda found: _ACCENTS[found[0]], text)
        text = _COMBINING.sub(_composed, text)
    if is_ascii and text.isascii() and "  " not in text:
        return text.strip()
    white = _WHITE.sub(" ", text) if "\u3000" in text else " ".join(text.split())
    return " ".join(_SPACE_WITHIN_CJK.sub("", white).split())


_COMBINING = re.compile("([\u0300-\u0308\u030c])([A-Za-zı])")


def _composed(found: re.Match[str]) -> str:
    letter = "i" if found[2] == "ı" else found[2]
    return unicodedata.normalize("NFC", letter + found[1])


def _is_compound(before: str, after: str, hyphenated: frozenset[str]) -> bool:
    last, first = _LAST_PART.search(before[-40:]), _FIRST_PART.match(after[:40])
    if last is None or first is None:
        return False
    return f"{last[1]}-{first[0]}".lower() in hyphenated or _LINK.search(last[1]) is not None


NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b\u2060\ufeff]")
_BOLD = re.compile(r"bold|black|heavy|demi|medi\b|CMBX|SFBX|-Bd|Gothic-B", re.IGNORECASE)
_ITALIC = re.compile(r"ital|oblique|CMTI|SFTI|-It\b", re.IGNORECASE)


class Line(NamedTuple):
    """Characters that PyMuPDF put together, on one baseline, within one column.

    x0 … y1: the box in points, from the top left of the page as it is read.
    base: where the letters stand, so that H₂O is one row; size: of most characters;
    top: of its largest letters, a tenth of them at least (small capitals).
    """

    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    text: str
    size: float
    top: float
    is_bold: bool
    is_italic: bool
    n: int = 1
    """How many pieces it had: cells of a table, mostly, where more than two."""


class PageLines(NamedTuple):
    """width and height: of the page as its text is read."""

    lines: list[Line]
    width: float
    height: float
    rotated: list[str]
    """Text in other directions than the page's own: stamps, labels of axes."""
    is_scanned: bool = False
    """A picture, see `Document.n_scanned`."""
    is_ocr: bool = False
    """Its text was recognised in the picture."""


def page_lines(page: dict[str, Any]) -> PageLines:
    """Take the lines in the direction that most characters of the page have.

    Pages laid on their side, and vertical Japanese, are turned until their text is
    horizontal; rotated text on a page is told apart.
    """
    lines = [line for block in page["blocks"] if block["type"] == 0 for line in block["lines"]]
    directions: dict[tuple[int, int], int] = {}
    turned = []
    for line in lines:
        x, y = line["dir"]
        # Scans with a text layer are often a little askew: .97 is 14 degrees.
        where = _UPRIGHT if x > 0.97 else (round(x), round(y))
        turned.append(where)
        directions[where] = directions.get(where, 0) + len(line["spans"])
    main = max(directions, key=directions.__getitem__, default=_UPRIGHT)
    if main not in _TURNS:
        main = _UPRIGHT
    made: list[Line] = []
    rotated: list[str] = []
    for where, line in zip(turned, lines, strict=True):
        if where == main:
            new = _line(line, main)
            if new.text:
                if made and abs(new.base - made[-1].base) < 3 and _goes_on(made[-1], new):
                    made[-1] = _one(made[-1], new)
                else:
                    made.append(new)
        else:
            rotated.append("".join([span["text"] for span in line["spans"]]).strip())
    width, height = page["width"], page["height"]
    if main[0] == 0:
        width, height = height, width
    return PageLines(_from_zero(made, main), width, height, rotated)


_UPRIGHT = (1, 0)
_TURNS = {(1, 0), (0, -1), (0, 1), (-1, 0)}
_styles: dict[tuple[str, int], tuple[bool, bool]] = {}


def style_of(font: str, flags: int) -> tuple[bool, bool]:
    key = (font, flags)
    if key not in _styles:
        if len(_styles) > 10_000:  # a long-lived worker meets endless font names
            _styles.clear()
        is_bold = bool(flags & 16) or bool(_BOLD.search(font))
        _styles[key] = (is_bold, bool(flags & 2) or bool(_ITALIC.search(font)))
    return _styles[key]


def _line(line: dict[str, Any], direction: tuple[int, int]) -> Line:
    spans = line["spans"]
    text = spans[0]["text"] if len(spans) == 1 else "".join([span["text"] for span in spans])
    if not text.isprintable():
        text = NOT_TEXT.sub("", text.replace("\xa0", " "))
    text = text.strip()
    if not text:
        return _EMPTY
    if len(spans) == 1:
        span = spans[0]
        size, base = span["size"], span["origin"][1]
        top = size
        is_bold, is_italic = style_of(span["font"], span["flags"])
    else:
        size, top, base, is_bold, is_italic = _look(spans)
    x0, y0, x1, y1 = line["bbox"]
    if direction == _UPRIGHT:
        return Line(x0, y0, x1, y1, base, text, size, top, is_bold, is_italic)
    if direction == (0, -1):
        x0, y0, x1, y1 = -y1, x0, -y0, x1
    elif direction == (0, 1):
        x0, y0, x1, y1 = y0, -x1, y1, -x0
    elif direction == (-1, 0):
        x0, y0, x1, y1 = -x1, -y1, -x0, -y0
    base = y1 - 0.2 * size
    return Line(x0, y0, x1, y1, base, text, size, top, is_bold, is_italic)


def _look(spans: list[dict[str, Any]]) -> tuple[float, float, float, bool, bool]:
    """Give size, top, base, bold and italic of a line of many spans."""
    counts: dict[tuple[float, str, int, float], int] = {}
    for span in spans:
        words = span["text"]
        if words != " ":
            key = (span["size"], span["font"], span["flags"], span["origin"][1])
            counts[key] = counts.get(key, 0) + len(words)
    if len(counts) == 1:
        ((size, font, flags, base),) = counts
        return size, size, base, *style_of(font, flags)
    size, font, flags, base = max(counts, key=counts.__getitem__)
    top = _top(spans, size) if max(counts)[0] > 1.05 * size else size
    is_bold, is_italic = style_of(font, flags)
    return size, top, base, is_bold and _is_all_bold(spans), is_italic


_EMPTY = Line(0, 0, 0, 0, 0, "", 0, 0, False, False)


def _is_all_bold(spans: list[dict[str, Any]]) -> bool:
    """Say no to a paragraph that begins with some words in bold.

    Small capitals, which few fonts have in bold, say nothing.
    """
    n_bold = n = 0
    for span in spans:
        words = span["text"]
        letters = 0 if words.isupper() else sum(map(str.isalpha, words))
        n += letters
        if style_of(span["font"], span["flags"])[0]:
            n_bold += letters
    return n_bold >= 0.9 * n


_NUMBER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})*|[IVX]{1,5}|\[\d{1,3}\])[.．:)]?"
)


def _goes_on(before: Line, line: Line) -> bool:
    """Say whether PyMuPDF parted a line at a wide space, as none is between columns.

    The space after a full stop is stretched most; a section's number stands up to 3 em
    before its name.
    """
    if abs(line.base - before.base) > 0.15 * before.size:
        return False
    gap = (line.x0 - before.x1) / before.size
    if gap < -0.1 or gap > 3:
        return False
    if gap < 0.7 or (gap < 1.05 and before.text[-1] in ".,:;?!”)"):
        return True
    return bool(_NUMBER.fullmatch(before.text)) and not line.text[0].isdigit()


def _one(before: Line, line: Line) -> Line:
    look = line if len(line.text) >= len(before.text) else before
    space = "" if line.x0 - before.x1 < 0.12 * line.size else " "
    is_number = bool(_NUMBER.fullmatch(before.text))
    return Line(
        before.x0,
        min(before.y0, line.y0),
        max(before.x1, line.x1),
        max(before.y1, line.y1),
        look.base,
        before.text + space + line.text,
        look.size,
        max(before.top, line.top),
        line.is_bold and (before.is_bold or is_number),
        look.is_italic,
    )


def _top(spans: list[dict[str, Any]], size: float) -> float:
    letters: dict[float, int] = {}
    for span in spans:
        n = sum(map(str.isalpha, span["text"]))
        if n:
            letters[span["size"]] = letters.get(span["size"], 0) + n
    enough = 0.1 * sum(letters.values())
    return max([s for s, n in letters.items() if n >= enough], default=size)


def _from_zero(lines: list[Line], direction: tuple[int, int]) -> list[Line]:
    """Move turned lines so that their boxes begin near 0 again."""
    if direction == (1, 0) or not lines:
        return lines
    dx = min(0.0, *(line.x0 for line in lines)) if direction != (0, 1) else 0.0
    dy = min(0.0, *(line.y0 for line in lines)) if direction != (0, -1) else 0.0
    return [
        line._replace(
            x0=line.x0 - dx,
            y0=line.y0 - dy,
            x1=line.x1 - dx,
            y1=line.y1 - dy,
            base=line.base - dy,
        )
        for line in lines
    ]
