"""Say how a paper stands to a topic, and where a day's list has it: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reader.relevance.judging import Place, standing
from reader.score import Term

Shelf = Literal["own", "doubtful", "near", "wild"]
"""Where in a morning's list a paper stands."""


@dataclass(frozen=True, slots=True)
class Rank:
    """How a paper stands to a topic, as the topic's model said when it was ranked.

    nearness: standard deviations above the mean of the day's papers in cosine to the topic,
    None without vectors. terms: they add up to the score. cut: from which score on this paper
    belonged to the topic then (`reader.relevance.Judged`).
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
class Kept:
    """Where a list of the same day showed a paper before."""

    shelf: Shelf
    position: int
