"""Say what authors' earlier papers came to: how many there are, how many were talked about.

Counts only; which papers those are, and on which day each became known, others decide.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_AUTHORS = 60
"""Of a longer list only the first count, and the last."""

USUAL = 0.041
"""The share of papers that are talked about, where every paper and a public list are seen."""

USUAL_DOUBLINGS = 2.8
"""Doublings of up-votes of a paper that is talked about, where they were not kept."""


@dataclass(frozen=True, slots=True)
class Record:
    """An author's earlier papers, and how many of them were hot so far.

    n_doublings: the sum of log2(1 + up-votes) of the hot ones, None where not kept.
    """

    author: str
    n_papers: int = 0
    n_hot: int = 0
    n_doublings: float | None = None

    @property
    def doublings(self) -> float:
        return self.n_hot * USUAL_DOUBLINGS if self.n_doublings is None else self.n_doublings

    @property
    def share(self) -> float:
        """The share that is hot, drawn to the usual one where papers are few."""
        return (self.n_hot + 0.05) / (max(self.n_papers, self.n_hot) + 1.2)


def author_key(name: str) -> str:
    """Fold an author's name: two printings that differ in case, accents or dots are one."""
    text = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c))
    return " ".join(kept.split())


def records_of(
    authors: Iterable[str],
    known: Mapping[str, tuple[int, int] | tuple[int, int, float]],
    *,
    is_watched: bool = True,
) -> tuple[Record, ...]:
    """Give each author's record, in the paper's order.

    known: `author_key` → (papers, hot ones[, doublings of their votes]); who is not there has
    none. is_watched: False where no talk was ever seen: then no paper says anything.
    """
    names = list(dict.fromkeys(authors))
    names = names if len(names) <= MOST_AUTHORS else [*names[: MOST_AUTHORS - 1], names[-1]]
    if not is_watched:
        return tuple(Record(name) for name in names)
    return tuple(Record(name, *known.get(author_key(name), (0, 0))) for name in names)


def evidence(records: Sequence[Record]) -> dict[str, float]:
    """Turn the records of a paper's authors into the numbers that are weighed.

    record_sum, record_best: the logarithm of how much likelier than usual each author's papers
    are talked about, added up, and the highest; record_votes…: the same of the up-votes.
    """
    odds = [_odds(r) for r in records] or [0.0]
    votes = [r.doublings / (max(r.n_papers, r.n_hot) + 2) for r in records] or [0.0]
    shares = [r.share for r in records] or [Record("").share]
    return {
        "record_sum": math.fsum(odds),
        "record_best": max(odds),
        "record_votes": math.fsum(votes),
        "record_votes_best": max(votes),
        "record_hot": math.fsum(math.log1p(r.n_hot) for r in records),
        "record_shares": math.fsum(shares),
        "record_first": shares[0],
        "record_last": shares[-1],
        "record_new": sum(not r.n_papers for r in records) / max(1, len(records)),
    }


def _odds(record: Record) -> float:
    strength = 6.0  # so many papers of the usual kind stand behind each author
    n = max(record.n_papers, record.n_hot)
    return math.log((record.n_hot + strength * USUAL) / (n + strength) / USUAL)
