"""Find the English words that a katakana word may stand for, by their sound. Pure.

A pattern of the consonants, as Japanese hears them (l is r, v is b), picks words; those that are
most alike, letter by letter, are named.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import pairwise

from reader.base.text import compiled

LEAST_ALIKE = 0.75
"""How alike the letters of two words have to be, 0 to 1."""
LEAST_CONSONANTS, MOST_CONSONANTS = 3, 14
"""Words of fewer are like too many others; of more, no word is meant."""
LONGEST = 30
"""Letters of an English word: texts may hold anything."""
FREQUENT, LONG_END, NEXT_BEST = 0.02, 0.08, 0.1
"""What counts for a word: for each e-fold number of texts that have it; for an ending that is a
long mark in Japanese. A second word is named where it is at most so much worse."""

_WORD = re.compile("[ァ-ヴー]{3,40}")
_LETTERS = dict(
    zip(
        "アイウエオカキクケコガギグゲゴサシスセソザジズゼゾタチツテトダヂヅデドナニヌネノ"
        "ハヒフヘホバビブベボパピプペポマミムメモヤユヨラリルレロワヲンヴ",
        [c + v for c in ("", *"kgsstdnhbpm") for v in "aiueo"]
        + ["ya", "yu", "yo", "ra", "ri", "ru", "re", "ro", "wa", "wo", "n", "bu"],
        strict=True,
    )
)
_SMALL = dict(zip("ァィゥェォャュョ", "aiUeoaUo", strict=True))

_SPELT = {
    "k": "(?:ch|[ckq]){1,2}", "g": "gg?", "s": "(?:th|ch|[szcjgt]){1,2}", "t": "(?:ch|[tc]){1,2}s?",
    "d": "dd?", "n": "k?[nm]{1,2}?", "h": "[hf]{1,2}", "b": "[bv]{1,2}", "p": "pp?",
    "r": "[lr]{1,2}", "w": "w", "y": "[yj]", "c": "(?:t?ch|t[ui]|cz?)",
}  # fmt: skip
"""How English spells a consonant of a Japanese word."""
_UNHEARD = "aeiouywhr"
"""Letters that Japanese may not hear; beside a consonant that is one of them it is heard."""

_BEGIN = {
    "k": "kcq", "g": "g", "s": "sczjgt", "t": "tc", "d": "d", "n": "nk", "m": "m", "h": "hfp",
    "b": "bv", "p": "p", "r": "rlw", "w": "w", "y": "yju", "c": "ct",
}  # fmt: skip
"""The letters with which English spells a consonant at the beginning."""
_VOWELS = {"a": "aueoi", "i": "ieya", "u": "uoew", "e": "eai", "o": "oau"}

_AS_HEARD = tuple(
    (compiled(pattern), heard)
    for pattern, heard in (
        ("ph", "f"), ("x", "ks"), ("[tsc]ion", "son"), ("ture$", "ta"), ("qu", "k"), ("sch", "s"),
        ("[st]h|c(?=[eiy])|dge|g(?=[eiy])", "s"), ("t[sz]|ch", "t"), ("gh", ""), ("wh", "w"),
        ("ee|ea(?!u)|ie", "i"), ("oo", "u"), ("ow|oa|au|aw", "o"), ("ay|ai|ey", "ei"),
        ("(?<=[^aeiou])e$", ""), ("(?:[eo]r|ar|our|re|ure)$", "a"), ("y", "i"),
        ("(?<=[aeiou])r(?![aeiou])", ""), ("[vb]", "b"), ("[lr]", "r"), ("[fh]", "h"),
        ("[jzs]", "s"), ("[cqk]", "k"), ("[mn]", "n"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


def loan_words(text: str) -> Iterator[str]:
    """Find the katakana words of a text that may be loan words, in full width."""
    for word in _WORD.findall(unicodedata.normalize("NFKC", text)):
        if LEAST_CONSONANTS <= len(_consonants(word)) <= MOST_CONSONANTS:
            yield word


def beginnings(word: str) -> list[str]:
    """List the two letters with which the English of a katakana word may begin."""
    found = re.match("([^aiueo]?)([aiueo]?)([^aiueo]?)", _roman(word).lower())
    consonant, vowel, then = found.groups() if found else ("", "", "")
    others = _BEGIN.get(then, "")
    if not consonant:
        return _pairs(_VOWELS.get(vowel, "aeiou"), "aeiouhrwx" + others)
    # Japanese puts a vowel between two consonants: "tora" may be "tra".
    return _pairs(_BEGIN[consonant], _VOWELS.get(vowel, "") + "hy" + others * (vowel in "uo"))


def _pairs(first: str, second: str) -> list[str]:
    return [a + b for a in first for b in dict.fromkeys(second)]


def alike(word: str, counts: Mapping[str, int]) -> list[str]:
    """Choose the one or two of some English words that sound most like a katakana word.

    counts: small letters → the number of texts that have it.
    """
    pattern = re.compile(_pattern(_consonants(word)))
    heard = _plain(_roman(word))
    scored: list[tuple[float, str]] = []
    for other, n in counts.items():
        if len(other) <= LONGEST and pattern.fullmatch(other.replace("x", "ks").replace("ph", "f")):
            share = _likeness(heard, _as_heard(other))
            if share >= LEAST_ALIKE:
                is_long = word.endswith("ー") and other[-1] in "raeiouyw"
                scored.append((share + LONG_END * is_long + FREQUENT * math.log(n), other))
    scored.sort(reverse=True)
    return [other for score, other in scored[:2] if score >= scored[0][0] - NEXT_BEST]


def _pattern(consonants: str) -> str:
    """Make the pattern of the English words with some consonants."""
    found = ""
    # With a letter in one place only, no text makes the search try all ways to divide a word.
    for before, after in pairwise(f" {consonants} "):
        unheard = "".join(c for c in _UNHEARD if c not in before + after)
        found += f"(?:gh|[{unheard}])*{_SPELT.get(after, '')}"
    return found


def _roman(word: str) -> str:
    """Write a katakana word in Latin letters: of what is long or small, U is a u that is heard."""
    letters: list[str] = []
    for letter in word:
        before = letters[-1] if letters else ""
        if letter in _LETTERS:
            letters.append(_LETTERS[letter])
        elif letter in _SMALL and before:
            # ウィ is "wi", ファ "ha", チャ "ca": that of "chunk" and "ture", not of "tank".
            consonant = {"u": "w", "ti": "c"}.get(before, before[:-1])
            letters[-1] = consonant + _SMALL[letter]
        elif letter == "ー" and before.endswith("u"):
            letters[-1] = before[:-1] + "U"
    return "".join(letters)


def _consonants(word: str) -> str:
    return re.sub("[aiueoU]", "", _roman(word)).replace("m", "n")


def _plain(roman: str) -> str:
    """Drop the u that Japanese puts behind a consonant: "toransuhoma" is "toranshona"."""
    heard = re.sub("(?<=[^aiueoU])u(?![aiueo])", "", roman).lower()
    heard = heard.replace("m", "n").replace("c", "t")  # as _AS_HEARD writes "ch"
    return re.sub(r"(.)\1+", r"\1", heard)


def _as_heard(word: str) -> str:
    for pattern, heard in _AS_HEARD:
        word = pattern.sub(heard, word)
    return word


def _likeness(heard: str, other: str) -> float:
    # Behind t and d Japanese puts an o.
    ways = (heard, re.sub("(?<=[td])o", "", heard))
    return max(SequenceMatcher(None, way, other, autojunk=False).ratio() for way in ways)
