"""Mend what was stored while the clock of this computer was wrong.

Batches are counts of what was asked: those of a wrong clock are forgotten, so that their days are
neither asked for nor waited for. Everything else keeps its content, and its moment moves by whole
days to where it belongs: the mornings have their papers, and no note is of a day to come.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from reader.base.errors import Mended, Problem
from reader.base.messages import lazy_ngettext
from reader.gathering.days_off import days_to_add, wrong_tries
from reader.library.clock import EARLIEST, OFF
from reader.library.folder import Library
from reader.library.rows import moments

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
    return [Problem("clock", "clock", Mended(what=what))]


def _is_believable(at: datetime, now: datetime) -> bool:
    return EARLIEST <= at <= now + OFF


def _moments_to_move(
    library: Library, all_moments: set[datetime], added: dict[date, int], now: datetime
) -> dict[datetime, timedelta]:
    """Choose the moments of a wrong clock, and the days to add to each.

    added: days to add, by the days of wrong batches. A time of which no batch tells ends now.
    """
    wrong = {at for at in all_moments if not _is_believable(at, now)}
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
