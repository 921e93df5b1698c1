"""Join the lines of a paragraph as a person reads them.

A hyphen at a line's end goes when a small letter follows; Japanese and Chinese lines are
joined without a space. Pure functions on strings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Kana, ideographs, their punctuation, full-width forms. Hangul is written with spaces.
CJK = "\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
_IS_CJK = re.compile(f"[{CJK}]")
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
    if _IS_CJK.match(before[-1]) and _IS_CJK.match(after[0]):
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
