"""Fuse rankings, choose the sentence that shows why a text was found, find equal texts. Pure."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reader.base.text import ADDRESS, LINK, SEAM, columns, plain
from reader.base.words import (
    MAX_TERMS,
    TELLING_NOTHING,
    WordPlace,
    address_word,
    address_words,
    folded,
    grams,
    is_cjk,
    joined_words,
    parts_of,
    query_words,
    says_something,
    searchable,
    without_addresses,
    word_places,
    words_in_order,
)
from reader.library.ids import find_ids
from reader.library.passage import sentences

_HEADING = re.compile(r"#{1,6} ")

# No bracket opens between links: with \W* there, thirty times [[]] took minutes.
_LINKS = re.compile(r"[^\w[]*(?:\[\[[^][]*\]\][^\w[]*)+")
"""Nothing but links: [[2506.00001]]."""

SAME = 0.85
"""The share of words in common from which on two texts count as the same."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that shows why a text was found.

    text: safe to print. matches: the places of the query's words in it, as (start, end) in
    characters, in order, without overlap; none where only similarity found it.
    """

    text: str
    matches: tuple[tuple[int, int], ...] = ()


Scored = Sequence[tuple[int, float]]
"""Items (rows) with their scores, best first, each once."""


def fuse(*lists: tuple[float, Scored]) -> list[tuple[int, float]]:
    """Add up the weighted scores of several lists: (item, score), best first.

    lists: (weight, list), with scores as `standing` returns them. Of equal scores the smaller
    item comes first.
    """
    # Scores and not ranks are added: a title that is typed word for word is far ahead of all
    # others. With ranks (RRF, k = 60) quoted sentences lost 13.3 points of MRR@10 against full
    # text alone.
    scores: dict[int, float] = {}
    for weight, scored in lists:
        for thing, score in scored:
            scores[thing] = scores.get(thing, 0.0) + weight * score
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def standing(scored: Scored, *, n: int, zero: float | None = None) -> list[tuple[int, float]]:
    """Turn each score into its distance from the lowest one, in standard deviations of the list.

    n: the greatest length of the list. A shorter one is filled up with `zero`, the score of all
    other items, before the deviation is computed; with None it is not.
    """
    if not scored:
        return []
    values = [score for _, score in scored]
    if len(values) < n and zero is not None:
        values += [min(zero, values[-1])] * (n - len(values))
    mean = math.fsum(values) / len(values)
    spread = math.dist(values, len(values) * [mean]) / math.sqrt(len(values)) or 1.0
    return [(thing, (score - values[-1]) / spread) for thing, score in scored]


K1, B = 1.2, 0.75
"""The constants of FTS5's bm25."""


@dataclass(frozen=True, slots=True)
class WordStatistics:
    """What bm25 needs to know of all texts: how many there are, their mean length in words, and
    how many have each term, written as for FTS5."""

    n_texts: int
    mean: float
    having: Mapping[str, int]

    def weight(self, term: str) -> float:
        """Compute the weight of a term, the larger, the fewer texts have it."""
        n = self.having[term]
        return max(1e-6, math.log((self.n_texts - n + 0.5) / (n + 0.5)))

    def chosen(self) -> WordStatistics:
        """Keep the first terms of a long query that any text has, as many as the own index asks."""
        some = [term for term, n in self.having.items() if n][:MAX_TERMS]
        return replace(self, having={term: self.having[term] for term in some})


def bm25(parts: Sequence[tuple[float, str]], known: WordStatistics) -> float:
    """Score a text by the formula of FTS5, so that scores of several indexes can be compared.

    parts: of the text, each with the weight of its words.
    """
    written = [(weight, _written(part)) for weight, part in parts]
    length = sum(part.count(" ") - 1 for _, part in written)
    score = 0.0
    for term, n in known.having.items():
        often = sum(weight * _n_times(part, term) for weight, part in written) if n else 0.0
        if often:
            longer = K1 * (1 - B + B * length / known.mean)
            score += known.weight(term) * often * (K1 + 1) / (often + longer)
    return score


@functools.lru_cache(maxsize=2_000)
def _written(text: str) -> str:
    """Write a text as it is indexed, with blanks around. The same text is scored twice: among
    those of its index, and among those of all."""
    return f" {searchable(text)} "


def has_term(text: str, term: str) -> bool:
    """Check whether a text has a term, written as for FTS5."""
    return _n_times(_written(text), term) > 0


def _n_times(text: str, term: str) -> int:
    """Count how often a term stands in a text, as it is indexed, with blanks around."""
    words = " " + term.rstrip("*").strip('"') + ("" if term.endswith("*") else " ")
    n, at = 0, text.find(words)
    while at >= 0:
        n, at = n + 1, text.find(words, at + 1)
    return n


def note_words(note: str) -> str:
    """Return the words by which a note is found.

    The words of addresses are left out, since nobody wrote them: /speech-to-text-2/. Of each
    address the ids of papers stay, and one word that stands for all of it.
    """
    ids = [
        one.id.partition(":")[2] for address in ADDRESS.findall(note) for one in find_ids(address)
    ]
    return " ".join([without_addresses(note), *ids, *address_words(note)])


def evidence(
    text: str,
    query: str,
    *,
    width: int = 200,
    as_text: Callable[[str], str] = plain,
    in_addresses: bool = True,
) -> Evidence:
    """Choose the sentence of a text that has most of a query's words, else the first whole one.

    It is cut with "…" to at most `width` characters around the first match. as_text: makes the
    chosen sentence one to print, for example without TeX. in_addresses: whether words within an
    address count; one that was typed whole always does.
    """
    # Of a link the label is read. The words of its address fit by chance: many have /paper/.
    lines = [line for s in sentences(text) if (line := LINK.sub(r"\1", plain(s)))]
    if not lines:
        return Evidence("")
    found = [line for line in lines if not _is_bare(line)] or lines
    matches = functools.partial(_QueryWords.of(query).matches, in_addresses=in_addresses)
    # A heading is mostly the template's, and is shown only where it has words of the query.
    prose = [line for line in found if not _HEADING.match(line)] or found
    first = next((line for line in prose if not _is_fragment(line)), prose[0])
    best, (places, most) = first, matches(first)
    for sentence in found:
        others, n = matches(sentence)
        if n > most:
            best, places, most = sentence, others, n
    if (shown := as_text(best)) != best:
        best, (places, _unused) = shown, matches(shown)
    return _cut(best, places, width)


def _is_bare(line: str) -> bool:
    """Check whether a line says nothing by itself: numbers of a table, a link alone, or what
    stands between two texts of a note that were saved at the same time."""
    if line.startswith(SEAM):
        return True
    n_digits = sum(map(str.isdigit, line))
    return n_digits > sum(map(str.isalpha, line)) or _LINKS.fullmatch(line) is not None


def _is_fragment(line: str) -> bool:
    """Check whether a line is the rest of a sentence, a label of a figure, or the like."""
    return columns(line) < 40 and not re.search(r"[.!?。！？…]\W*\Z", line)


def words_of(text: str) -> frozenset[str]:
    """Get the words of a text as they are indexed."""
    return frozenset(searchable(text).split())


def share_of_pairs(pairs: Sequence[str], text: str) -> float:
    """Measure how many of some pairs of words stand side by side in a text, 0 to 1."""
    if not pairs:
        return 0.0
    words = f" {' '.join(words_in_order(text))} "
    return sum(f" {pair} " in words for pair in pairs) / len(pairs)


def share_of_letters(query: str, text: str) -> float:
    """Measure the share of a query's letters that stand in words which a text has, 0 to 1.

    Of a run of Japanese its kanji and katakana count, all of it where it has none; a letter is
    there with one of its neighbours.
    """
    words, there = query_words(query), words_of(text)
    n = sum(len(_telling(word)) for word in words)
    return sum(_n_letters_in(word, there) for word in words) / n if n else 0.0


def _telling(word: str) -> Sequence[int]:
    """List the places of the letters of a word that count: particles and endings do not."""
    if not is_cjk(word):
        return range(len(word))
    return [i for i, char in enumerate(word) if parts_of(char)] or range(len(word))


def _n_letters_in(word: str, there: frozenset[str]) -> int:
    telling = _telling(word)
    if word in there or not is_cjk(word):
        return len(telling) * (word in there)
    pairs = [i for i in range(len(word) - 1) if word[i : i + 2] in there]
    found = {at for i in pairs for at in (i, i + 1)}
    # A word may end otherwise in the text: 弱い, 弱そう.
    begins = {one[0] for one in there}
    found |= {i for i in telling if word[i] in begins and _is_ending(word[i + 1 : i + 2])}
    return len(found.intersection(telling))


def _is_ending(char: str) -> bool:
    """Check whether a character behind a kanji is hiragana, which may end a word."""
    return bool(char) and not parts_of(char)


def fingerprint(text: str) -> frozenset[str]:
    """Get the words by which texts are compared with `is_same_text`."""
    # Splitting ASCII at white space takes a tenth of the time of indexing its words.
    return frozenset(text.casefold().split() if text.isascii() else grams(text).split())


def is_same_text(one: frozenset[str], other: frozenset[str]) -> bool:
    """Check whether two texts, given as fingerprints, are the same except for a few words."""
    if not one or not other:
        return False
    return len(one & other) >= SAME * len(one | other)


def shared_words(one: str, other: str) -> dict[str, str]:
    """Find the words that two texts share: word as indexed → as the first text prints it, in small
    letters where it does so once.

    These are words of three letters and more, and parts of Japanese runs of two characters and
    more.
    """
    theirs = words_of(other)
    return {word: printed for word, printed, of in _telling_words(one) if theirs.issuperset(of)}


@functools.lru_cache(maxsize=8)
def _telling_words(text: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """List the words of a text that two texts may share, each once, with its form in the text and
    the words by which it is indexed; cached, since a paper is compared with several."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for place in word_places(text):
        printed = text[place.starts[0] : place.end]
        if not is_cjk(place.word):
            telling = says_something(printed) and printed.casefold() not in TELLING_NOTHING
            if telling and len(place.word) > 2:
                known, _of = found.setdefault(place.word, (printed, (place.word,)))
                # A title has capitals of its own; the abstract says how the word is written.
                if printed.islower() and not known.islower():
                    found[place.word] = (printed, (place.word,))
            continue
        for part in parts_of(place.word):
            if len(part) > 1:
                found.setdefault(part, (part, tuple(map("".join, pairwise(part)))))
    return tuple((word, printed, of) for word, (printed, of) in found.items())


@dataclass(frozen=True, slots=True)
class _QueryWords:
    """The words of a query that are looked for in a sentence.

    pairs: of Japanese words the pairs of characters, without pairs of hiragana alone where the
    word has others.
    """

    words: frozenset[str]
    pairs: frozenset[str]

    @classmethod
    @functools.lru_cache(maxsize=8)  # a query has its evidence in many texts
    def of(cls, query: str) -> _QueryWords:
        words = query_words(query)
        runs = [word for word in words if is_cjk(word)]
        pairs = {run for run in runs if len(run) == 1}
        for run in runs:
            found = {run[i : i + 2] for i in range(len(run) - 1)}
            pairs |= {pair for pair in found if parts_of(pair)} or found
        return cls(frozenset([*words, *joined_words(query)]), frozenset(pairs))

    def matches(
        self, sentence: str, *, in_addresses: bool = True
    ) -> tuple[list[tuple[int, int]], int]:
        """Find the places of the query's words in a sentence, and how many different ones."""
        if not self.words:
            return [], 0
        places: list[tuple[int, int]] = []
        units: set[str] = set()
        for address in ADDRESS.finditer(sentence):
            if (word := address_word(address[0])) in self.words:
                units.add(word)
                places.append(address.span())
        if not in_addresses:
            sentence = ADDRESS.sub(lambda found: " " * len(found[0]), sentence)
        # Up to three words joined by hyphens: "end-to-end" is found by "endtoend".
        latin: list[WordPlace] = []
        for place in word_places(sentence):
            if is_cjk(place.word):
                found, pairs = self._in_run(place)
                places += found
                units |= pairs
                latin = []
                continue
            is_next = latin and sentence[latin[-1].end : place.starts[0]] in HYPHENS
            latin = [*latin[-2:], place] if is_next else [place]
            for n in range(1, len(latin) + 1):
                word = place.word if n == 1 else folded("".join(p.word for p in latin[-n:]))
                if word in self.words:
                    units.add(word)
                    places.append((latin[-n].starts[0], place.end))
        # Pairs of characters overlap, so places that touch are merged.
        merged: list[tuple[int, int]] = []
        for start, end in sorted(places):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged, len(units)

    def _in_run(self, place: WordPlace) -> tuple[list[tuple[int, int]], set[str]]:
        ends = [*place.starts[1:], place.end]
        found, units = [], set()
        for n in (1, 2):
            for i in range(len(place.word) - n + 1):
                if (unit := place.word[i : i + n]) in self.pairs:
                    units.add(unit)
                    # One character may stand for several: ㍿ is 株式会社.
                    found.append((place.starts[i], max(ends[i + n - 1], place.starts[i] + 1)))
        return found, units


HYPHENS = ("-", "\u2010", "\u2011")

LEAD = 40
"""Characters before the first match in a sentence that is cut at its beginning."""


def _cut(sentence: str, places: Sequence[tuple[int, int]], width: int) -> Evidence:
    """Cut a sentence to a width, around its first match."""
    if len(sentence) <= width:
        return Evidence(sentence, tuple(places))
    # The beginning is kept where the first match is within the width.
    start = 0
    if places and places[0][1] > width - 1:
        start = max(0, places[0][0] - min(LEAD, width // 4))
        space = sentence.find(" ", start, places[0][0])
        start = space + 1 if space >= 0 else start
    before = "…" if start else ""
    shown = sentence[start : start + width - len(before)]
    if start + len(shown) < len(sentence):
        shown = shown[:-1].rstrip() + "…"
    text = (before + shown)[:width]
    shift = len(before) - start
    last = len(text) - (1 if text.endswith("…") else 0)
    kept = [(a + shift, min(b + shift, last)) for a, b in places if a + shift < last]
    return Evidence(text, tuple((a, b) for a, b in kept if a >= len(before) and a < b))
