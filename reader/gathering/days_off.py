"""Find the days on which a library was kept under a wrong clock, and how far each was off.

Batches are stored in the order of time, whatever the clock showed: what stands out of order was
stored under a wrong one. As few as possible are called wrong.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence, Set
from datetime import date, datetime, timedelta

from reader.library.clock import EARLIEST, OFF
from reader.library.rows.moments import Try


def wrong_tries(
    tries: Sequence[Try], now: datetime, *, impossible: Set[date] = frozenset()
) -> list[int]:
    """List the positions of the batches that a wrong clock stored, in order.

    tries: in the order in which they were stored. impossible: days that cannot be right.
    """
    believable = [
        n
        for n, one in enumerate(tries)
        if EARLIEST <= one.at <= now + OFF and one.on not in impossible
    ]
    # The longest sequence that never goes back, by patience sorting: `ends[k]` is the earliest
    # end of one of k + 1 batches. Small corrections of a clock do not count as going back, so
    # the days are compared.
    ends: list[date] = []
    at_end: list[int] = []
    before: dict[int, int | None] = {}
    for n in believable:
        day = tries[n].at.date()
        k = bisect_right(ends, day)
        before[n] = at_end[k - 1] if k else None
        ends[k : k + 1] = [day]
        at_end[k : k + 1] = [n]
    right: set[int] = set()
    n_last = at_end[-1] if at_end else None
    while n_last is not None:
        right.add(n_last)
        n_last = before[n_last]
    return [n for n in range(len(tries)) if n not in right]


def days_to_add(tries: Sequence[Try], wrong: Sequence[int], now: datetime) -> dict[date, int]:
    """Compute how many days each wrong local day was off: day → days to add.

    The last batch of a time under a wrong clock came just before the next right one, or now. A
    day that has right batches too is left alone.
    """
    is_wrong = set(wrong)
    right_days = {one.on for n, one in enumerate(tries) if n not in is_wrong}
    found: dict[date, int] = {}
    until, by = now, 0
    is_within = False
    for n in reversed(range(len(tries))):
        one = tries[n]
        if n not in is_wrong:
            until, is_within = one.at, False
            continue
        # Whole days, downwards, so that nothing lands after the moment that is known.
        if not is_within or abs(one.at + timedelta(days=by) - until) > LONGEST_TIME:
            by, is_within = (until - one.at) // timedelta(days=1), True
        if one.on not in right_days:
            found.setdefault(one.on, by)
    return found


LONGEST_TIME = timedelta(days=366)
"""The longest time under one wrong clock; a greater step is another clock that is wrong."""
