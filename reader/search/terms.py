"""Find Japanese technical terms and their English names, by the table in terms.txt.

Also tells words of every day, by the list in everyday.txt.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from reader.base.words import MAX_QUERY, folded, query_words, without_long_marks

MAX_READ = 1_000
"""Characters of a query in which terms are looked for."""

LONGEST_NAME = 5
"""The most words of an English name that stands in a query."""

MOST_ENGLISH = 2
"""English names of one Japanese term that are looked for. With a third one nothing was found
better, and with the parts of each name as single words notes were found worse."""


def english_of(words: str) -> Iterator[str]:
    """Find the English names of the Japanese terms in a text, of two at one place the longer."""
    text = _plain(words[:MAX_READ])
    for start, end in _places(text):
        yield from _terms()[text[start:end]][:MOST_ENGLISH]


def without_terms(words: str) -> str:
    """Replace the Japanese terms in a text by blanks, in full width."""
    text = unicodedata.normalize("NFKC", words[:MAX_READ]).casefold()
    # Terms are found without long marks, as the index has words.
    kept = [
        i for i in range(len(text)) if not (i and text[i] == "ー" and _is_katakana(text[i - 1]))
    ]
    letters = list(text)
    for start, end in _places("".join(text[i] for i in kept)):
        for i in range(kept[start], kept[end - 1] + 1):
            letters[i] = " "
    return "".join(letters)


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Find where terms begin and end in a text, of two at one place the longer."""
    at, longest = 0, max(map(len, _terms()))
    while at < len(text):
        ends = range(min(len(text), at + longest), at, -1)
        end = next((end for end in ends if _stands(text, at, end)), at)
        if end > at:
            yield at, end
        at = max(end, at + 1)


def japanese_of(typed: Sequence[str]) -> Iterator[str]:
    """Find the Japanese terms for English names in a query, of two at one place the longer."""
    taken: set[int] = set()
    for n in range(LONGEST_NAME, 0, -1):
        for i in range(len(typed) - n + 1):
            places = set(range(i, i + n))
            if taken & places:
                continue
            terms = _terms_for(" ".join(folded(word.casefold()) for word in typed[i : i + n]))
            if terms:
                taken |= places
            yield from terms[:MOST_ENGLISH]


def is_term(word: str) -> bool:
    """Check whether the table has a Japanese word."""
    return _plain(word) in _terms()


def _terms_for(name: str) -> list[str]:
    """List the Japanese terms with an English name, those whose usual name it is first."""
    # Looked for in the text of the table: to order it by its names takes ten times as long.
    text = _text().lower()
    found: list[tuple[bool, str]] = []
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        is_usual = text[at - 1] == "\t"
        if (is_usual or text[at - 2 : at] == ", ") and text[end] in ",\n":
            line = text.rfind("\n", 0, at) + 1
            found.append((not is_usual, text[line : text.index("\t", line)]))
        at = text.find(name, end)
    return [term for _, term in sorted(found, key=lambda one: one[0])]


def _stands(text: str, start: int, end: int) -> bool:
    """Check whether a term of the table stands at a place; of katakana only a whole word."""
    if text[start:end] not in _terms():
        return False
    begins = start == 0 or not (_is_katakana(text[start]) and _is_katakana(text[start - 1]))
    return begins and not (
        end < len(text) and _is_katakana(text[end - 1]) and _is_katakana(text[end])
    )


def _is_katakana(letter: str) -> bool:
    return "\u30a1" <= letter <= "\u30fc"


def _plain(text: str) -> str:
    """Normalise Japanese as the index does: half width and full width, no long marks."""
    return without_long_marks(unicodedata.normalize("NFKC", text).casefold())


@cache
def _text() -> str:
    """Read the table: a line for each Japanese term, a tab, its English names by commas."""
    return Path(__file__).with_name("terms.txt").read_text("utf-8")


@cache
def _terms() -> Mapping[str, tuple[str, ...]]:
    """Order the table by the Japanese terms as they are compared; the usual name comes first."""
    rows = (line.split("\t") for line in _text().splitlines() if "\t" in line)
    return {_plain(term): tuple(names.split(", ")) for term, names in rows}


def says_little(word: str) -> bool:
    """Check whether a word, as it is indexed, is a number or of every day, or any field has it.

    That few papers have it does not say that it is rare where a library has a dozen of them.
    """
    return word.isdecimal() or word in _everyday()


@cache
def _everyday() -> frozenset[str]:
    return frozenset(
        map(folded, Path(__file__).with_name("everyday.txt").read_text("utf-8").split())
    )


def query_words_of(text: str) -> list[str]:
    """Extract the words of a long text that may say what it is about, each once, at most 300.

    Words of every day only where there are no others.
    """
    # In pieces, since `query_words` reads no more than MAX_QUERY characters.
    pieces = (text[start : start + MAX_QUERY] for start in range(0, len(text), MAX_QUERY))
    words = (word for piece in pieces for word in query_words(piece))
    found = list(dict.fromkeys(word for word in words if 2 < len(word) < 20))
    return ([word for word in found if not says_little(word)] or found)[:300]
