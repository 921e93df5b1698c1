"""Give the ways in which a word or a name may have been meant, that are looked up one by one.

Made from what was typed, not compared with all that is there: some hundred look-ups in an
index take a millisecond where comparing 70,000 names takes a second. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST = 4
"""Characters of a word from which on a slip is thought of."""
LONGEST_WORD = 24
MAX_WAYS = 128

_LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Romanisations of one sound (Hepburn, Kunrei, as people write them), and usual doublings.
_SOUNDS: tuple[tuple[str, str], ...] = (
    ("shi", "si"), ("chi", "ti"), ("tsu", "tu"), ("fu", "hu"), ("ji", "zi"), ("ji", "di"),
    ("sha", "sya"), ("shu", "syu"), ("sho", "syo"), ("cha", "tya"), ("chu", "tyu"),
    ("cho", "tyo"), ("ja", "zya"), ("ju", "zyu"), ("jo", "zyo"), ("ja", "jya"), ("jo", "jyo"),
    ("ou", "o"), ("oo", "o"), ("oh", "o"), ("uu", "u"), ("mb", "nb"), ("mp", "np"), ("mm", "nm"),
    ("ei", "e"), ("ph", "f"), ("sch", "sh"), ("v", "w"), ("c", "k"), ("y", "j"), ("ae", "a"),
    ("oe", "o"), ("ue", "u"), ("ch", "zh"), ("ts", "z"),
)  # fmt: skip


def other_spellings(name: str) -> frozenset[str]:
    """Give a folded name as other romanisations write it: "otsuka" for "ohtuka".

    Doubled consonants may be single and the other way round. Without the name itself.
    """
    ways = {name}
    waiting = [name]
    while waiting and len(ways) < MAX_WAYS:
        for way in _changed(waiting.pop(0)):
            if way not in ways and len(ways) < MAX_WAYS:
                ways.add(way)
                waiting.append(way)
    return frozenset(ways - {name})


def slips(word: str) -> frozenset[str]:
    """Give every word of Latin letters at one slip: a letter more, fewer, other, or swapped.

    Empty for words that are too short or too long for it to mean something.
    """
    if not (SHORTEST <= len(word) <= LONGEST_WORD and word.isascii() and word.isalpha()):
        return frozenset()
    parts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {a + b[1:] for a, b in parts if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    found |= {a + c + b[1:] for a, b in parts if b for c in _LETTERS}
    found |= {a + c + b for a, b in parts for c in _LETTERS}
    return frozenset(found - {word})


def distance(one: str, other: str) -> int:
    """Count the slips between two words (Damerau and Levenshtein, neighbours swapped once)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before = before, row
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _changed(name: str) -> Iterator[str]:
    for sounds in _SOUNDS:
        for one, other in (sounds, sounds[::-1]):
            at = name.find(one)
            while at >= 0:
                yield name[:at] + other + name[at + len(one) :]
                at = name.find(one, at + 1)
    for match in re.finditer(r"([b-df-hj-np-tv-z])\1", name):
        yield name[: match.start()] + name[match.start() + 1 :]
