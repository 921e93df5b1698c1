"""Fuse rankings, and choose the sentence that shows why a text was found. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reader.passage import sentences
from reader.plain import grams

RRF_K = 60
"""Cormack, Clarke and Büttcher 2009: reciprocal rank fusion, k = 60."""


def fuse(rankings: Iterable[Sequence[int]], *, k: int = RRF_K) -> list[tuple[int, float]]:
    """Join rankings of the same things into one: (thing, score), best first.

    A thing's score is the sum over the rankings of 1 / (k + place), places from 1; equal
    scores stand in the order of the smaller number.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, thing in enumerate(ranking, 1):
            scores[thing] = scores.get(thing, 0.0) + 1.0 / (k + place)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def best_sentence(text: str, query: str, *, width: int = 200) -> str:
    """Choose the sentence that shares most with a query, the first one where none does.

    Returns at most `width` characters, cut at the end with "…".
    """
    found = [s.strip() for s in sentences(text) if s.strip()]
    if not found:
        return ""
    wanted = set(grams(query).split())

    def shared(sentence: str) -> int:
        return len(wanted & set(grams(sentence).split()))

    sentence = max(found, key=shared)
    return sentence if len(sentence) <= width else sentence[: width - 1].rstrip() + "…"
