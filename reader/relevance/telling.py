"""Take the telling words out of the terms of a sum. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from reader.score import Term

LEARNED = 0.025


def telling_words(terms: Iterable[Term]) -> list[str]:
    """Give the learned words that speak for a paper, the weightiest first."""
    words = _of((t for t in terms if t.value >= LEARNED), "learned")
    return [word for word in words if not word.isdecimal()]


def _of(terms: Iterable[Term], kind: str) -> list[str]:
    """Give what speaks for a paper in one way, the weightiest first."""
    found = sorted((t for t in terms if t.kind == kind and t.value > 0), key=lambda t: -t.value)
    return list(dict.fromkeys(t.what for t in found))
