"""Notice that the clock of this computer is wrong, and mend what was stored under it.

The clock is compared with the `Date` of the answers that a gather gets. One host that agrees is
enough: a wrong clock agrees with none. Two hosts that agree with each other and not with the clock
show that it is wrong, and so does one where no other answers. Until it is known, the answers wait,
so that nothing is recorded under a wrong clock.

Batches are counts of what was asked: those of a wrong clock are forgotten, so that their days are
neither asked for nor waited for. Everything else keeps its content, and its moment moves by whole
days to where it belongs: the mornings have their papers, and no note is of a day to come.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from reader.base.errors import ClockRepair, Problem, SourceFailed
from reader.base.http import Fetch, Request, Response
from reader.base.messages import lazy_ngettext
from reader.library.config import is_loopback
from reader.library.folder import Library, system_clock
from reader.library.rows import moments
from reader.library.rows.moments import EARLIEST, OFF, Try

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WatchedTools:
    """The tools of a gather, whose answers are watched."""

    fetch: Fetch
    progress: Callable[[str, int, int], None]


class ServersClock:
    """What the servers of one gather said of the time. Threads may share it.

    n_hosts: how many are asked. is_played: `now` is not this computer's clock, but READER_NOW.
    """

    def __init__(
        self, now: Callable[[], datetime], n_hosts: int, *, is_played: bool = False
    ) -> None:
        self._now, self._n_hosts, self._is_played = now, n_hosts, is_played
        self._lock = threading.Lock()
        # Host → how far its clock is ahead of ours.
        self._ahead: dict[str, timedelta] = {}

    def watching(self, fetch: Fetch) -> Fetch:
        """Wrap a function that fetches, so that the time of each answer is seen here."""

        def watched(request: Request) -> Response:
            try:
                answer = fetch(request)
            except SourceFailed as error:
                self._see(error.url, error.served_at)
                raise
            self._see(answer.url, answer.served_at)
            return answer

        return watched

    def _see(self, url: str, served_at: datetime | None) -> None:
        if served_at is None or (self._is_played and _is_of_here(url, served_at)):
            return
        with self._lock:
            self._ahead.setdefault(urlsplit(url).netloc, served_at - self._now())

    def theirs(self, *, is_over: bool = False) -> datetime | None:
        """Return the servers' time where the clock is wrong by it, else None.

        is_over: no other host will answer.
        """
        with self._lock:
            off = list(self._ahead.values())
        # Two that disagree with each other as well show nothing.
        is_sure = is_over or self._n_hosts < 2 or (len(off) > 1 and max(off) - min(off) <= OFF)
        if not off or not is_sure or any(abs(one) <= OFF for one in off):
            return None
        return self._now() + off[0]

    @property
    def is_right(self) -> bool:
        """Whether a server agrees with the clock."""
        with self._lock:
            return any(abs(one) <= OFF for one in self._ahead.values())

    def once_known(self, items: Iterable[T]) -> Iterator[T]:
        """Yield the items from when the clock is known to be right, or when all are here.

        Ends before the first one where the clock is known to be wrong: see `theirs`.
        """
        pending: list[T] = []
        for item in items:
            if self.theirs():
                return
            pending.append(item)
            if self.is_right:
                yield from pending
                pending.clear()
        if not self.theirs(is_over=True):
            yield from pending


def _is_of_here(url: str, served_at: datetime) -> bool:
    """Check whether a time is that of this computer, told by a server on it.

    Such a server replays old answers without playing their time: it says nothing of READER_NOW.
    """
    return is_loopback(urlsplit(url).hostname) and abs(served_at - system_clock()) <= OFF


RECENT = 2_000
"""The newest batches that are looked at before each gather; `mend` looks at all."""


def must_mend(library: Library) -> bool:
    """Check, in a few milliseconds, whether something of a wrong clock is stored."""
    last = library.day_of(library.now() + OFF)
    return (
        moments.has_days_beyond(library.db, EARLIEST.date(), last)
        or moments.went_back(library.db, last=RECENT)
        or bool(moments.days_before_their_papers(library.db))
    )


def mend(library: Library) -> list[Problem]:
    """Mend all that a wrong clock stored; the clock must be right now.

    Returns what was mended, to be told; nothing where nothing was.
    """
    db, now = library.db, library.now()
    tries = moments.tries(db)
    wrong = wrong_tries(tries, now, impossible=moments.days_before_their_papers(db))
    added = days_to_add(tries, wrong, now)
    with db.unguarded(), db.writing():
        moved = _moments_to_move(library, moments.moments_of(db), added, now)
        added |= {library.day_of(at): by.days for at, by in moved.items()}
        days = {day: day + timedelta(days=by) for day, by in added.items()}
        days |= _days_to_move(library, moments.days_of(db) - days.keys(), now)
        n = moments.move_moments(db, moved) + moments.move_days(db, days)
        moments.forget_tries(db, [tries[n].id for n in wrong], first=EARLIEST, last=now + OFF)
    n += len(wrong)
    if not n:
        return []
    what = lazy_ngettext(
        "The clock of this computer was wrong for a time. {n} entry of that time was put right.",
        "The clock of this computer was wrong for a time. {n} entries of that time were put right.",
        n,
    )
    return [Problem("clock", "clock", ClockRepair(what=what))]


def _moments_to_move(
    library: Library, all_moments: set[datetime], added: dict[date, int], now: datetime
) -> dict[datetime, timedelta]:
    """Choose the moments of a wrong clock, and the days to add to each.

    added: days to add, by the days of wrong batches. A time of which no batch tells ends now.
    """
    wrong = {at for at in all_moments if not EARLIEST <= at <= now + OFF}
    ahead, behind = ({at for at in wrong if (at > now) == is_ahead} for is_ahead in (True, False))
    moved: dict[datetime, timedelta] = {}
    for several in (ahead, behind):
        if several:
            by = (now - max(several)) // timedelta(days=1)
            moved |= {at: timedelta(days=added.get(library.day_of(at), by)) for at in several}
    days = {at: added.get(library.day_of(at), 0) for at in all_moments - wrong}
    return moved | {at: timedelta(days=by) for at, by in days.items() if by}


def _days_to_move(library: Library, days: set[date], now: datetime) -> dict[date, date]:
    """Choose the days beyond belief of which no batch and no moment tells; they become today."""
    first, last = EARLIEST.date(), library.day_of(now + OFF)
    return {day: library.today() for day in days if not first <= day <= last}


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
