"""Choose what to ask: a dozen papers whose answers teach a topic most. Asks nobody itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from reader.relevance.judging import Judged

N_QUESTIONS = 12
NEAREST = 3
"""Questions are chosen among so many times as many papers: farther ones are plainly irrelevant."""


def uncertain(
    judged: Sequence[tuple[int, Judged, Mapping[str, float]]],
    *,
    n: int = N_QUESTIONS,
    asked: Sequence[Mapping[str, float]] = (),
) -> list[int]:
    """Choose papers that are as likely in as out and unlike one another; best to ask first.

    judged: (row, what the topic's model says of it with its terms, its features), each paper
    once. asked: features of what was asked before. Papers for which no more speaks than
    against them are asked about only where there are no others: rather few questions than
    irrelevant ones.
    """
    spoken_for = [j for j in judged if _speaking(j[1]) > 0]
    near = sorted(spoken_for or judged, key=lambda j: _cost(j, ()))[: NEAREST * N_QUESTIONS]
    chosen: list[int] = []
    seen = list(asked)
    while near and len(chosen) < n:
        best = min(near, key=lambda j: _cost(j, seen))
        near.remove(best)
        chosen.append(best[0])
        seen.append(best[2])
    return chosen


def _speaking(judged: Judged) -> float:
    """Sum what is said of the paper itself, not what every paper begins with."""
    return math.fsum(t.value for t in judged.terms if t.kind not in ("start", "taste"))


def _cost(
    candidate: tuple[int, Judged, Mapping[str, float]],
    seen: Sequence[Mapping[str, float]],
) -> tuple[float, int]:
    row, found, own = candidate
    likeness = max((_likeness(own, other) for other in seen), default=0.0)
    return abs(found.margin) + 2 * likeness, row


def _likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    words = (name for name in one if name.startswith("w:") and name in other)
    return math.fsum(one[name] * other[name] for name in words)
