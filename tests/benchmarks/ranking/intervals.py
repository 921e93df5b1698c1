"""Say how sure a difference between two recipes is: a paired bootstrap over days."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Sequence
from typing import TypeVar

SEED = 20251
N = 2_000

Interval = tuple[float, float]
T = TypeVar("T")


def of_means(ours: Sequence[float | None], theirs: Sequence[float | None]) -> Interval:
    """Give the middle 95 % of the mean difference; days that one of them lacks do not count."""
    pairs = [a - b for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    return _middle(pairs, statistics.fmean) if pairs else (0.0, 0.0)


def of_mean(values: Sequence[float]) -> Interval:
    """Give the middle 95 % of a mean."""
    return _middle(values, statistics.fmean) if values else (0.0, 0.0)


def of_shares(days: Sequence[tuple[int, int, int]]) -> Interval:
    """Give the middle 95 % of the difference of two shares of all days' things together.

    days: (ours, theirs, all) of each day.
    """

    def difference(drawn: Sequence[tuple[int, int, int]]) -> float:
        return sum(a - b for a, b, _ in drawn) / max(1, sum(n for _, _, n in drawn))

    return _middle(days, difference) if days else (0.0, 0.0)


def of_ratio(pairs: Sequence[tuple[float | None, float | None]]) -> Interval:
    """Give the middle 95 % of the ratio of two means over the same things."""
    both = [(a, b) for a, b in pairs if a is not None and b is not None]

    def ratio(drawn: Sequence[tuple[float, float]]) -> float:
        below = math.fsum(b for _, b in drawn)
        return math.fsum(a for a, _ in drawn) / below if below else 0.0

    return _middle(both, ratio) if both else (0.0, 0.0)


def _middle(things: Sequence[T], measure: Callable[[Sequence[T]], float]) -> Interval:
    draw = random.Random(SEED)
    found = sorted(measure(draw.choices(things, k=len(things))) for _ in range(N))
    return found[int(0.025 * N)], found[int(0.975 * N) - 1]


def shown(interval: Interval) -> str:
    """Write an interval in hundredths, as the notes of the figures have it."""
    low, high = interval
    return f"{100 * low:+.1f} to {100 * high:+.1f}"


def spanned(interval: Interval, unit: float = 100.0, digits: int = 1) -> str:
    """Write the interval of a figure itself, by default in hundredths."""
    low, high = (f"{unit * value:.{digits}f}" for value in interval)
    return f"95 % {low} to {high}"
