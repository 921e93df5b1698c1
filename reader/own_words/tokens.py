"""Take texts apart into words, so that one sentence is one whatever its print.

Case, width, accents, ligatures, plurals, hyphens and line breaks do not tell words apart.
A character of Chinese, Japanese or Korean is a word that weighs half a Latin one. Any
text is taken; the time is linear in its length.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from reader.words import composed, folded

LATIN, CHARACTER = 2, 1
"""What a word weighs, and what a character of a script without blanks."""
LONGEST = 400
"""Characters of a word that tell it from others."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it counts, and where it stands in its text."""

    word: str
    start: int
    end: int

    @property
    def weight(self) -> int:
        """Say what it weighs."""
        return weight_of(self.word)


def words(text: str) -> tuple[list[str], list[bool]]:
    """List the words of a source, and which of them are names: numbers, acronyms, words with
    a capital within a sentence. text: in NFC."""
    found: list[str] = []
    are_names: list[bool] = []
    n_capitals = n_latin = 0
    for match in _TOKEN.finditer(text):
        raw = match[0]
        if _CJK_START.match(raw):
            characters = _characters(raw)
            found.extend(characters)
            are_names.extend([False] * len(characters))
        elif word := _word(raw):
            found.append(word)
            n_latin += 1
            is_capital = raw[0].isupper()
            n_capitals += is_capital
            begins = is_capital and _BEGIN.match(text, max(0, match.start() - 3), match.start())
            is_acronym = any(map(str.isupper, raw[1:])) or (not raw.isalpha() and _has_digit(raw))
            are_names.append(is_acronym or len(word) == 1 or (is_capital and not begins))
    # Where everything is in capitals they say nothing.
    return found, are_names if n_capitals < 0.7 * n_latin else [False] * len(found)


def tokens(text: str) -> list[Token]:
    """List the words of a note with their places. text: in NFC."""
    listed: list[Token] = []
    for match in _TOKEN.finditer(text):
        raw, start = match[0], match.start()
        if _CJK_START.match(raw):
            characters = _characters(raw)
            step = len(raw) / max(1, len(characters))
            for n, character in enumerate(characters):
                at, end = start + int(n * step), start + int((n + 1) * step)
                listed.append(Token(character, at, end))
        elif word := _word(raw):
            listed.append(Token(word, start, match.end()))
    return listed


def weight_of(word: str) -> int:
    """Say what a word of `words` weighs."""
    return CHARACTER if word > _LAST_LATIN and _CJK_START.match(word) else LATIN


def is_character(word: str) -> bool:
    """Tell a character of Chinese, Japanese or Korean from a Latin word."""
    return weight_of(word) == CHARACTER


_CJK = "\u3005-\u3007\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_CJK += "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_CJK += "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
_LETTERS = rf"[^\W_{_CJK}][\u0300-\u036f]*"
_HYPHEN = "[-\u00ad\u2010-\u2013\u2212]"
# A hyphen joins, at a line's end too: "pre-training", "pre-\ntraining" and "pretraining".
_WITHIN = rf"{_HYPHEN}\s{{0,4}}|['’]|(?<=\d)[.,](?=\d)"
_TOKEN = re.compile(rf"[{_CJK}]+|(?:{_LETTERS})+(?:(?:{_WITHIN})(?:{_LETTERS})+)*")
_CJK_START = re.compile(f"[{_CJK}]")
_LAST_LATIN = "\u10ff"
# What stands before a sentence's first word: nothing, or an end mark and a blank.
_BEGIN = re.compile(r"\A\W{0,3}\Z|.*[.!?:;•。「“\"(][\s\"“(]*\Z", re.DOTALL)
_NO_WORD = re.compile(r"[\W_]+")


@functools.lru_cache(maxsize=65_536)
def _word(raw: str) -> str:
    whole = raw[:LONGEST].casefold()
    if not whole.isascii():
        whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", whole).casefold())
    return folded(_NO_WORD.sub("", whole))


def _characters(raw: str) -> str:
    return _NO_WORD.sub("", composed(raw, "NFKC"))


def _has_digit(raw: str) -> bool:
    return any(map(str.isdigit, raw))
