"""Hold the English words found for katakana words against those that were meant.

    python -m tests.benchmarks.search --only katakana

The words of all abstracts of the data are the vocabulary. Asked are the loan words of terms.txt,
on which the sounds were chosen, and loan_words.tsv, written before anybody had seen the result.
Words whose English no abstract has, or with too few consonants, are left out and counted.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from reader.base.words import words_in_order
from reader.search import katakana
from tests.benchmarks.frame import Miss, Options, Result, interval
from tests.benchmarks.ranking import mornings

TERMS = Path(katakana.__file__).with_name("terms.txt")
FRESH = Path(__file__).with_name("loan_words.tsv")
Pairs = Sequence[tuple[str, frozenset[str]]]
LEAST = 70.0
"""Per cent of the words for which the English is among the one or two that are searched for."""


def measure(options: Options) -> list[Result]:
    """Give the share of each list whose word is first, and is searched for at all."""
    papers = mornings.load(options.data, options.cache).papers.values()
    words = Counter[str]()
    for paper in papers:
        words.update(set(words_in_order(f"{paper.title} {paper.abstract}")))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for word, n in words.items():
        if word.isascii() and word.isalpha():
            counts[word[:2]][word] = n
    return [
        *_share("terms.txt", _pairs(TERMS), counts),
        *_share("written unseen", _pairs(FRESH), counts, floor=LEAST),
    ]


def _pairs(file: Path) -> Pairs:
    """Read the katakana words of a list with their English, as far as that is one word."""
    found = []
    for line in file.read_text("utf-8").splitlines():
        word, _tab, names = line.partition("\t")
        several = map(words_in_order, names.split(", "))
        ones = frozenset(split[0] for split in several if len(split) == 1)
        if re.fullmatch("[ァ-ヴー]+", word) and ones:
            found.append((word, ones))
    return found


def _share(
    name: str, pairs: Pairs, counts: Mapping[str, Mapping[str, int]], *, floor: float | None = None
) -> list[Result]:
    first = among = total = 0
    left, misses = 0, list[Miss]()
    for word, ones in pairs:
        is_there = any(one in counts.get(one[:2], {}) for one in ones)
        if not is_there or not list(katakana.loan_words(word)):
            left += 1
            continue
        near = {w: n for b in katakana.beginnings(word) for w, n in counts.get(b, {}).items()}
        found = katakana.alike(word, near)
        total += 1
        first += found[:1] != [] and found[0] in ones
        among += not ones.isdisjoint(found)
        if ones.isdisjoint(found):
            misses.append(Miss(word, ", ".join(sorted(ones)), ", ".join(found)))
    note = f"{total} words, {left} left out; first {first}; {interval(among, total)}"
    share = 100 * among / total
    return [
        Result(f"katakana, {name}: found", share, "%", floor=floor, note=note, misses=tuple(misses))
    ]
