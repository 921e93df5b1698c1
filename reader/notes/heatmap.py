"""Lay out days as a map of squares, a column a week, and count how many follow one another.

Pure: numbers of days go in. Knows no library and no terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

LEVELS = 4
"""Shades of a day with something; 0 is none."""


@dataclass(frozen=True, slots=True)
class Square:
    """A day of the map. is_frozen: a day off, or one near a deadline, when nothing is asked."""

    day: date
    n: int
    level: int
    is_frozen: bool

    @property
    def sign(self) -> str:
        """Return one ASCII character, one column wide in every terminal: how many there are."""
        if self.n:
            return str(self.n) if self.n < 10 else "+"
        return "-" if self.is_frozen else "."


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Weeks from Monday to Sunday; None where a day lies after the last one."""

    weeks: tuple[tuple[Square | None, ...], ...]

    @property
    def squares(self) -> Iterator[Square]:
        return (square for week in self.weeks for square in week if square)


def heatmap(
    counts: Mapping[date, int],
    last: date,
    *,
    n_weeks: int = 53,
    full: int,
    is_frozen: Callable[[date], bool],
) -> Heatmap:
    """Lay out the weeks up to a day.

    full: what a day should have; from there on its square is darkest.
    """
    # By ordinals, since there is no date before the year 1.
    monday = last.toordinal() - last.weekday()
    first = max(1, monday - 7 * (n_weeks - 1))

    def square(n: int) -> Square | None:
        if n > last.toordinal():
            return None
        day = date.fromordinal(n)
        count = counts.get(day, 0)
        level = min(LEVELS, -(-LEVELS * count // max(full, 1)))  # rounded up
        return Square(day, count, level, is_frozen(day))

    begins = range(first, monday + 1, 7)
    return Heatmap(tuple(tuple(map(square, range(n, n + 7))) for n in begins))


@dataclass(frozen=True, slots=True)
class Streak:
    """How many days with something follow one another: up to now, and at most ever."""

    n: int
    longest: int


def streak(counts: Mapping[date, int], last: date, *, is_frozen: Callable[[date], bool]) -> Streak:
    """Count the days that follow one another, without frozen days and an unfinished last one.

    counts: of all days ever, since the longest streak may lie far back.
    """
    done = [day for day, n in counts.items() if n and day <= last]
    if not done:
        return Streak(0, 0)
    # A frozen day neither adds to a streak nor ends it.
    n = longest = 0
    day, one = min(done), timedelta(days=1)
    while day < last:
        n = n + 1 if counts.get(day) else n if is_frozen(day) else 0
        longest = max(longest, n)
        day += one
    # The last day is today, which is not over: without a note it ends nothing yet.
    n += bool(counts.get(last))
    return Streak(n, max(longest, n))
