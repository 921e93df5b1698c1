"""Tell copying from what is everybody's words: terms, names, numbers, the paper's title.

There is no grammar here: a stretch in which no verb, pronoun or particle makes a clause is
taken for a term as long as it is short. Knows no sources.
"""

from __future__ import annotations

from collections.abc import Sequence

from reader.own_words.tokens import LATIN, is_character, weight_of

LEAST = 5 * LATIN
"""What a stretch must weigh to count, without linking words at its ends."""
TERM = 7 * LATIN
"""The longest stretch without a change that is a term where nothing in it makes a clause."""
SENTENCE = 12 * LATIN
"""From here on a stretch without a change counts although most of it is names and numbers."""
CONTENT = 3 * LATIN
"""What in a stretch that counts is neither name nor linking word."""

Pairs = Sequence[tuple[int, int]]
"""Places of words that are the same, in a note and in the sources."""


def counts(
    pairs: Pairs, note: Sequence[str], *, titles: Sequence[bool], are_names: Sequence[bool]
) -> bool:
    """Tell whether a stretch is more than a term.

    note: its words, and titles: which of them are the title's. are_names: which words of
    the sources are names.
    """
    real = [i for i, (own, _) in enumerate(pairs) if note[own] not in LINKING]
    pairs = pairs[real[0] : real[-1] + 1] if real else ()
    names = content = 0
    for own, place in pairs:
        if titles[own] or are_names[place]:
            names += weight_of(note[own])
        elif note[own] not in LINKING:
            content += weight_of(note[own])
    same = weigh([note[own] for own, _ in longest_same(pairs)])
    weight = weigh([note[own] for own, _ in pairs])
    if weight < LEAST or content < CONTENT or (content < names and same < SENTENCE):
        return False
    return same > TERM or any(_makes_clause(note[own]) for own, _ in pairs)


def longest_same(pairs: Pairs) -> Pairs:
    """Give the longest piece of a stretch that has no change in it, the first of equal ones."""
    best, begin = (0, 0), 0
    for i, (own, place) in enumerate(pairs):
        if i and (own - pairs[i - 1][0], place - pairs[i - 1][1]) != (1, 1):
            begin = i
        if i + 1 - begin > best[1] - best[0]:
            best = (begin, i + 1)
    return pairs[best[0] : best[1]]


def weigh(words: Sequence[str]) -> int:
    """Say what words weigh together."""
    return sum(map(weight_of, words))


def _makes_clause(word: str) -> bool:
    if is_character(word):
        return "\u3041" <= word <= "\u3096" and word not in _JOINS
    return word in _CLAUSAL


# What joins words within a term, and what makes a clause of them, as `folded` gives them.
_JOINS = frozenset(["a", "an", "and", "for", "in", "of", "on", "or", "the", "with", *"のとや"])
_CLAUSAL = frozenset(
    ["are", "as", "be", "been", "being", "but", "by", "can", "could", "did", "do", "doe", "from",
     "had", "ha", "have", "how", "if", "into", "is", "it", "may", "might", "not", "our", "than",
     "that", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to",
     "wa", "we", "were", "what", "when", "where", "which", "while", "who", "whose", "will",
     "without", "would"]
)  # fmt: skip
LINKING = _JOINS | _CLAUSAL
"""Words that join others and say nothing themselves."""
