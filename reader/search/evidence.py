"""Fuse rankings, choose the sentence that shows why a text was found, and fold copies. Pure."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from reader.base.text import plain
from reader.base.words import (
    WordPlace,
    folded,
    grams,
    is_cjk,
    joined_words,
    parts_of,
    query_words,
    searchable,
    word_places,
)
from reader.library.passage import sentences

_HEADING = re.compile(r"#{1,6} ")

SAME = 0.85
"""Share of their words that two texts have in common from which on one is shown."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that shows why a text was found.

    text: safe to print. matches: where words of the query stand in it, as (start, end) in
    characters, in order and apart; none where similarity alone found it.
    """

    text: str
    matches: tuple[tuple[int, int], ...] = ()


Scored = Sequence[tuple[int, float]]
"""Things with their scores, best first, each once."""


def fuse(*lists: tuple[float, Scored]) -> list[tuple[int, float]]:
    """Join lists of the same things into one: (thing, score), best first.

    lists: each with its weight, standing as `standing` gives it. How far a thing stands out
    counts, and not its place alone: a title typed word for word is ahead of all others by
    far. Equal scores stand in the order of the smaller number.
    """
    scores: dict[int, float] = {}
    for weight, scored in lists:
        for thing, score in scored:
            scores[thing] = scores.get(thing, 0.0) + weight * score
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def standing(scored: Scored, *, n: int, zero: float | None = None) -> list[tuple[int, float]]:
    """Turn each score into its distance from the lowest, in standard deviations of the list.

    n: how long the list may be at most. A shorter one goes on with `zero`, which is what all
    other things have; None: there are no others. The lowest of a full list is its last.
    """
    if not scored:
        return []
    values = [score for _, score in scored]
    if len(values) < n and zero is not None:
        values += [min(zero, values[-1])] * (n - len(values))
    spread = statistics.pstdev(values) or 1.0
    return [(thing, (score - values[-1]) / spread) for thing, score in scored]


def evidence(text: str, query: str, *, width: int = 200) -> Evidence:
    """Choose the sentence that has most of a query's words, the first one where none has any.

    At most `width` characters around the first match, cut with "…".
    """
    found = [line for s in sentences(text) if (line := plain(s))]
    if not found:
        return Evidence("")
    wanted = _QueryWords.of(query)
    # A heading, mostly one of a template, is shown where its words were asked for.
    first = next((line for line in found if not _HEADING.match(line)), found[0])
    best, (places, most) = first, wanted.matches(first)
    for sentence in found:
        others, n = wanted.matches(sentence)
        if n > most:
            best, places, most = sentence, others, n
    return _cut(best, places, width)


def words_of(text: str) -> frozenset[str]:
    """Collect the words of a text, to compare it with others."""
    return frozenset(searchable(text).split())


def fingerprint(text: str) -> frozenset[str]:
    """Collect what tells a text from others, in a tenth of the time of its words where it is
    English."""
    return frozenset(text.casefold().split() if text.isascii() else grams(text).split())


def is_same_text(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two texts, given as fingerprints, say the same but for a few words."""
    if not one or not other:
        return False
    return len(one & other) >= SAME * len(one | other)


def shared_words(one: str, other: str) -> dict[str, str]:
    """Find what counts as a word in both of two texts → as the first one prints it.

    Words of three and more letters, and parts of Japanese runs of two and more characters.
    """
    theirs = words_of(other)
    shared: dict[str, str] = {}
    for place in word_places(one):
        printed = one[place.starts[0] : place.end]
        if not is_cjk(place.word):
            if len(place.word) > 2 and place.word in theirs and query_words(f"{printed} a"):
                shared.setdefault(place.word, printed)
            continue
        for part in parts_of(place.word):
            if len(part) > 1 and all(part[i : i + 2] in theirs for i in range(len(part) - 1)):
                shared.setdefault(part, part)
    return shared


@dataclass(frozen=True, slots=True)
class _QueryWords:
    """A query's words as they are looked for in a sentence; of Japanese pairs of characters,
    none of hiragana alone where the run has others."""

    words: frozenset[str]
    pairs: frozenset[str]

    @classmethod
    def of(cls, query: str) -> _QueryWords:
        words = query_words(query)
        runs = [word for word in words if is_cjk(word)]
        pairs = {run for run in runs if len(run) == 1}
        for run in runs:
            found = {run[i : i + 2] for i in range(len(run) - 1)}
            pairs |= {pair for pair in found if parts_of(pair)} or found
        return cls(frozenset([*words, *joined_words(query)]), frozenset(pairs))

    def matches(self, sentence: str) -> tuple[list[tuple[int, int]], int]:
        """Find the places of the words that are there, and count the different ones."""
        places: list[tuple[int, int]] = []
        units: set[str] = set()
        # The last words that hyphens join: "end-to-end" is found by "endtoend".
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
        # Pairs of characters overlap: places that touch become one.
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
"""Characters shown before the first match in a sentence that is cut at its beginning."""


def _cut(sentence: str, places: Sequence[tuple[int, int]], width: int) -> Evidence:
    """Cut a sentence to a width, around its first match."""
    if len(sentence) <= width:
        return Evidence(sentence, tuple(places))
    # From the beginning, where the first match can be seen then.
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
