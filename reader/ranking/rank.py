"""Define how a paper stands to its topics: a score is a sum of terms, each with its reason.

A person's own word stands above what a topic's model says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a score.

    kind: what sort of reason, a word of `reader why`: "word", "author", "mention" …
    what: the word, name or paper itself, as a person would read it.
    value: what it adds; less than 0 where it speaks against.
    """

    kind: str
    what: str
    value: float


def total(terms: Iterable[Term]) -> float:
    """Add the terms up; the order does not matter, to the last bit."""
    return math.fsum(term.value for term in terms)


def in_print(terms: Iterable[Term], digits: int = 3) -> list[tuple[Term, float]]:
    """Round terms so that the rounded ones add up to the total as it is printed.

    Each is cut, and what is lacking is given to those that lost most (largest remainders).
    """
    unit = 10**digits
    several = list(terms)
    exact = [term.value * unit for term in several]
    cut = [math.floor(value) for value in exact]
    lacking = round(round(total(several), digits) * unit) - sum(cut)
    by_loss = sorted(range(len(cut)), key=lambda i: cut[i] - exact[i])
    for i in by_loss[:lacking]:
        cut[i] += 1
    return [(term, n / unit) for term, n in zip(several, cut, strict=True)]


Place = Literal["in", "doubtful", "out"]
"""How a paper stands to a topic."""


ListLane = Literal["own", "doubtful", "near", "wild"]
"""Where in a morning's list a paper stands."""


@dataclass(frozen=True, slots=True)
class Rank:
    """The place of a paper in a topic, as the topic's model judged when it was ranked.

    nearness: standard deviations above the mean of the day's papers in cosine to the topic,
    None without vectors. terms: they add up to the score, to the last bit; empty where they
    were not asked for. cut: from which score on this paper belonged to the topic then.
    """

    topic: str
    nearness: float | None
    place: Place
    score: float = 0.0
    cut: float = 0.0
    terms: tuple[Term, ...] = ()

    @property
    def margin(self) -> float:
        """How far above the cut the score stands, to compare two topics."""
        return self.score - self.cut

    @property
    def standing(self) -> tuple[int, float]:
        """Compare topics by this: in before doubtful before out, then by the margin."""
        return ("out", "doubtful", "in").index(self.place), self.margin


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a list of the same day showed a paper before."""

    lane: ListLane
    position: int


Word = Literal["seed", "yes", "no"]

Words = Mapping[str, Word]
"""The last word that stands on one paper, by topic, in the order of recording."""

TOLD = 1.0
"""The least that a word adds or takes away, and how far below the cut a "no" puts a paper."""


def as_told(ranks: Sequence[Rank], words: Words) -> list[Rank]:
    """Put a person's word above the ranks of one paper; a term of each sum says so.

    A topic with a "no" is out, one with a "yes" is in, above all those that only a model has.
    """
    ranked = {rank.topic: rank for rank in ranks}
    unknown = [topic for topic, word in words.items() if word == "no" and topic not in ranked]
    found = []
    for rank in [*ranks, *(Rank(topic, None, "out") for topic in unknown)]:
        word = words.get(rank.topic)
        if word == "no":
            # TOLD below the cut, however far above it the model has the paper.
            found.append(_told(rank, "told_no", min(-TOLD, -TOLD - rank.margin), "out"))
        elif word != "yes":
            found.append(rank)
    top = max([0.0, *(rank.margin for rank in found)])
    for topic, word in words.items():
        if word == "yes":
            rank = ranked.get(topic) or Rank(topic, None, "in")
            # Kept without its terms, or not at all: the sum is the person's word alone.
            bare = rank if rank.terms else replace(rank, score=0.0, cut=0.0)
            # A hundredth, since sums of decimals may end just below.
            found.append(_told(bare, "told_yes", max(TOLD, top - bare.margin + 0.01), "in"))
    return found


def _told(rank: Rank, kind: str, value: float, place: Place) -> Rank:
    terms = (*rank.terms, Term(kind, rank.topic, value))
    return replace(rank, terms=terms, score=rank.score + value, place=place)
