"""Say how a paper stands to its topics, with a person's word above what a model says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from reader.ranking.judge import Place, standing
from reader.ranking.score import Term

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
