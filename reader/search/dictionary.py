"""Find the words of a Japanese text that a dictionary has, and read its English as search terms.

Which words it has is asked through a function; no file is known here. Words in hiragana alone are
left out: most of them are grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from reader.base.text import compiled

LONGEST = 9
"""Characters of a word that is looked up."""

LONG = 3
"""Characters of a word that may end as a particle does."""

MOST_WORDS = 3
"""Words of an English phrase that is looked for; a longer one is an explanation."""

Known = Callable[[Collection[str]], set[str]]
"""Selects those of some words that a dictionary has."""

_KATAKANA = compiled("[ァ-ヴ][ァ-ヴー]+")
_FROM_KANJI = compiled(
    f"[\u3400-\u4dbf\u4e00-\u9fff々][\u3400-\u4dbf\u4e00-\u9fff々ぁ-んァ-ヴー]{{0,{LONGEST - 1}}}"
)

# The kana before an ending, with those with which the form in a dictionary may end.
_ROWS = ("うわいえお", "くかきけこ", "ぐがぎげご", "すさしせそ", "つたちてと", "ぬなにねの",
         "ぶばびべぼ", "むまみめも", "るらりれろ")  # fmt: skip
_ENDINGS = {kana: row[0] for row in _ROWS for kana in row[1:]}
_MORE_ENDINGS = {"っ": "うつる", "ん": "ぬぶむ", "い": "くぐ"} | dict.fromkeys("くかけさ", "い")
# Behind these kana る may follow: 疲れる, 調べる.
_BEFORE_RU = frozenset("いきぎしじちにびみりえけげせぜてねべめれ")
_PARTICLES = frozenset("がでとにはもを")

_ASIDE = compiled(r"\([^)]*\)")
_ARTICLE = compiled(r"^(?:(?:to|be|a|an|the|something|someone) )+| (?:something|someone|of)$")
_SAYS = compiled("[a-z]{3}")


def dictionary_words(text: str, known: Known) -> Iterator[str]:
    """Find the words of a text as a dictionary writes them, of several at one place the longest."""
    at = 0
    while at < len(text):
        if found := _KATAKANA.match(text, at):
            yield from known([found[0]])
            at = found.end()
        elif found := _FROM_KANJI.match(text, at):
            word, n = _longest(found[0], known)
            if word:
                yield word
            at += n
        else:
            at += 1


def _longest(run: str, known: Known) -> tuple[str, int]:
    """Find the longest known word at the beginning of a run: its form in the dictionary, "" for
    none, and the characters that it takes of the run."""
    parts = [run[:n] for n in range(len(run), 0, -1)]
    # 所で is no word, but 所 with a particle.
    parts = [part for part in parts if part[-1] not in _PARTICLES or len(part) > LONG]
    there = known([form for part in parts for form in _forms(part)])
    for part in parts:
        if word := next((form for form in _forms(part) if form in there), ""):
            return word, len(part)
    return "", 1


def english_terms(glosses: Collection[str]) -> list[str]:
    """Read a dictionary's English as words to look for, each once: "to steal" is "steal"."""
    words = (" ".join(_ASIDE.sub(" ", gloss).casefold().split()) for gloss in glosses)
    terms = (_ARTICLE.sub("", word).strip() for word in words)
    return list(
        dict.fromkeys(
            term
            for term in terms
            if term.isascii() and _SAYS.search(term) and len(term.split()) <= MOST_WORDS
        )
    )


def _forms(part: str) -> Iterator[str]:
    """Make the forms that a dictionary may have for a form in a sentence, the same one first."""
    yield part
    last, stem = part[-1], part[:-1]
    for kana in _ENDINGS.get(last, "") + _MORE_ENDINGS.get(last, ""):
        yield stem + kana
    if last in _BEFORE_RU:
        yield part + "る"
