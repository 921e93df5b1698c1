"""Say what a score is: a sum of terms, each with its reason. Knows no paper and no lane."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


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
