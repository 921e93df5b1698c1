"""Measure what a morning goes by: how fast papers are cited, how many days were missed."""

from __future__ import annotations

import math
from datetime import date, timedelta

from reader.announcement import is_listing_day

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
