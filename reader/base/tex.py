r"""Turn TeX's accents into letters: what arXiv keeps as `Erd\H{o}s` reads `Erdős`.

Only accents and single letters, never inside `$…$`: mathematics stays as the authors wrote
it. A whole TeX reader would do harm here: for it the `%` of "a gain of 5% on average"
begins a comment, and the rest of the abstract is gone.
"""

from __future__ import annotations

import re
import unicodedata

MARKS = {
    "'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
"""A command's name → the combining mark that it sets on the letter behind it."""

LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
}  # fmt: skip
"""A command's name → the letter that it is."""


def accents(text: str) -> str:
    r"""Replace `\'e`, `\v{s}`, `{\o}` and their kind by the letters that they mean."""
    if "\\" not in text:
        return text
    parts = _MATHS.split(text)
    parts[::2] = (_letters(part) for part in parts[::2])
    return unicodedata.normalize("NFC", "".join(parts))


_MATHS = re.compile(r"(\$[^$]*\$)")
_ACCENT = re.compile(
    r"""\\(?:(['`"^~=.])\s*|([uvHckrdb])(?=\{|\s))\s*"""
    r"""(?:\{\\?([A-Za-z])\s*\}|\\([ij])(?![A-Za-z])|([A-Za-z]))"""
)
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|[oOlLij])(?![A-Za-z])(?:\{\}|[ ](?=\w))?")
_BRACED = re.compile(r"\{([^\W\d_][\u0300-\u036f]?)\}")


def _letters(text: str) -> str:
    text = _ACCENT.sub(_accented, text)
    text = _LETTER.sub(lambda match: LETTERS[match[1]], text)
    return _BRACED.sub(_unbraced, text)


def _accented(match: re.Match[str]) -> str:
    return f"{match[3] or match[4] or match[5]}{MARKS[match[1] or match[2]]}"


def _unbraced(match: re.Match[str]) -> str:
    # "{K}aldi" keeps its braces: they are not an accent's.
    return match[0] if match[1].isascii() else match[1]
