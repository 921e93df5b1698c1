"""Choose what to ask: a dozen papers whose answers teach a topic most. Asks nobody itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from reader.relevance.judging import Judged
from reader.relevance.model import TopicModel

N_QUESTIONS = 12
NEAREST = 3
"""Questions are chosen among so many times as many papers: farther ones are plainly irrelevant."""


def uncertain(
    judged: Sequence[tuple[int, Judged, Mapping[str, float]]],
    model: TopicModel,
    *,
    n: int = N_QUESTIONS,
) -> list[int]:
    """Choose the papers nearest to the cut that are unlike one another; best to ask first.

    judged: (row, what the topic's model says of it with its terms, its features), each paper
    once. Papers that nothing speaks for are asked about when there are no others any more.
    """
    near = sorted(judged, key=lambda j: _cost(j, (), model))[: NEAREST * n]
    chosen: list[tuple[int, Mapping[str, float]]] = []
    while near and len(chosen) < n:
        best = min(near, key=lambda j: _cost(j, chosen, model))
        near.remove(best)
        chosen.append((best[0], best[2]))
    return [row for row, _ in chosen]


def _cost(
    asked: tuple[int, Judged, Mapping[str, float]],
    chosen: Sequence[tuple[int, Mapping[str, float]]],
    model: TopicModel,
) -> tuple[bool, float, int]:
    row, found, own = asked
    is_silent = not any(term.value > 0 for term in found.terms)
    likeness = max((_likeness(own, other) for _, other in chosen), default=0.0)
    return is_silent, abs(found.score - model.cut) + 2 * likeness, row


def _likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    words = (name for name in one if name.startswith("w:") and name in other)
    return math.fsum(one[name] * other[name] for name in words)
