"""Fold several days into one list: after days without a visit, and near a deadline."""

from __future__ import annotations

from datetime import date, timedelta

from reader.announcement import days_back
from reader.library.folder import Library
from reader.library.listing import candidates, day_of
from reader.stages.rank import Ranks
from reader.store import origins, shown
from reader.today import Folded, lanes, listing_days

FEWEST_MISSED = 2
"""Listing days without a visit from which on the list folds: one is a day off."""

LONGEST_DAYS = 60
"""How far back a fold reaches: what is older is counted nowhere, and found by search."""


def first_day(library: Library, day: date) -> date | None:
    """Give the first day of a list that folds on a day, None where it does not.

    That is the day after the last visit. A library that was never looked at does not fold.
    """
    last = shown.last_visit(library.db, day)
    first = max(last + timedelta(days=1), days_back(day, LONGEST_DAYS)) if last else day
    if last and listing_days(first, day - timedelta(days=1)) >= FEWEST_MISSED:
        return first
    return first if _near_deadline(library, day) else None


def fold(
    library: Library, first: date, day: date, *, unsaved: Ranks | None = None
) -> Folded | None:
    """Rank the papers from a day on in one list; None where there is nothing to decide."""
    days = day_of(library, day, first=first)
    found = lanes(candidates(library, days, unsaved=unsaved), library.config, days.kept)
    if not (found.own or found.doubtful or found.near or found.wild):
        return None
    is_near = _near_deadline(library, day)
    n_missed = listing_days(first, day - timedelta(days=1))
    return Folded(
        reason="away" if n_missed >= FEWEST_MISSED or not is_near else "deadline",
        first=first,
        last=day,
        n_days=listing_days(first, day),
        n_arrived=origins.n_brought(library.db, first, day),
        n_talked=found.n_talked,
        own=found.own,
        doubtful=found.doubtful,
        near=found.near,
        wild=found.wild,
        deadline=library.config.next_deadline(day) if is_near else None,
    )


def _near_deadline(library: Library, day: date) -> bool:
    return any(deadline.is_near(day) for deadline in library.config.deadlines)
