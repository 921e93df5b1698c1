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
