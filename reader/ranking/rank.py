"""Say how a paper stands to its topics, with a person's word above what a model says."""

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


def standing(place: Place, margin: float) -> tuple[int, float]:
    """Return what compares how a paper stands to several topics; the greatest is its topic."""
    return ("out", "doubtful", "in").index(place), margin


Shelf = Literal["own", "doubtful", "near", "wild"]
"""Where in a morning's list a paper stands."""


@dataclass(frozen=True, slots=True)
class Rank:
    """How a paper stands to a topic, as the topic's model said when it was ranked.

    nearness: standard deviations above the mean of the day's papers in cosine to the topic,
    None without vectors. terms: they add up to the score. cut: from which score on this paper
    belonged to the topic then (`judge.Judgement`).
    """

    topic: str
    nearness: float | None
    place: Place
    score: float = 0.0
    cut: float = 0.0
    terms: tuple[Term, ...] = ()

    @property
    def margin(self) -> float:
        return self.score - self.cut

    @property
    def standing(self) -> tuple[int, float]:
        """Compares topics: in before doubtful before out, then by the margin."""
        return standing(self.place, self.margin)


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a list of the same day showed a paper before."""

    shelf: Shelf
    position: int


Word = Literal["seed", "yes", "no"]

Words = Mapping[str, Word]
"""By topic, the last word on one paper that stands; what was said last stands last."""

TOLD = 1.0
"""What a word adds or takes away at least, and how far below the cut a "no" puts a paper."""


def as_told(ranks: Sequence[Rank], words: Words) -> list[Rank]:
    """Give the ranks of one paper as a person's word has them; a term of each sum says so."""
    if not words:
        return list(ranks)
    known = {rank.topic: rank for rank in ranks}
    rest = [
        _out(rank) if words.get(rank.topic) == "no" else rank
        for rank in ranks
        if words.get(rank.topic) != "yes"
    ]
    top = max((rank.margin for rank in rest), default=0.0)
    yes = (known.get(topic, Rank(topic, None, "in")) for topic, word in words.items()
           if word == "yes")  # fmt: skip
    no = (Rank(topic, None, "out") for topic, word in words.items()
          if word == "no" and topic not in known)  # fmt: skip
    return [*rest, *(_out(rank) for rank in no), *(_in(rank, top) for rank in yes)]


def _out(rank: Rank) -> Rank:
    return _changed(rank, "told_no", min(-TOLD, -TOLD - rank.margin), "out")


def _in(rank: Rank, top: float) -> Rank:
    # Kept without its terms, or not at all: the sum is the person's word alone.
    bare = rank if rank.terms else replace(rank, score=0.0, cut=0.0)
    # A hundredth, since sums of decimals may end just below.
    return _changed(bare, "told_yes", max(TOLD, max(top, 0.0) - bare.margin + 0.01), "in")


def _changed(rank: Rank, kind: str, value: float, place: Literal["in", "out"]) -> Rank:
    terms = (*rank.terms, Term(kind, rank.topic, value))
    return replace(rank, terms=terms, score=rank.score + value, place=place)
