"""Say what a score is: a sum of terms, each with its reason; and how fast papers are cited."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from reader.gathering.calendar import is_listing_day


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


MUCH_CITED = 5.0
"""Citations a month from which on a paper is much cited, and they count as heat: sixty in its
first year. Chosen, not measured: no counts of real papers were at hand."""

DAYS_A_MONTH = 30.4


def velocity(n_citations: int | None, n_months: int | None) -> float:
    """Give the citations a month; 0 where either number is unknown."""
    return n_citations / max(n_months, 1) if n_citations and n_months else 0.0


def months_between(first: date | None, last: date) -> int | None:
    """Count the months from a publication on, the one that runs included; None for none."""
    return None if first is None else max(1, math.ceil((last - first).days / DAYS_A_MONTH))


def listing_days(first: date, last: date) -> int:
    """Count the days from one to another, both included, under which arXiv lists papers."""
    n = max(0, (last - first).days + 1)
    return sum(is_listing_day(first + timedelta(days=i)) for i in range(n))
