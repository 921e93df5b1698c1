"""Tell when the sources are to be asked, so that the morning is ready at its time.

Knows no clock beyond the library's, and starts nothing itself.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from reader.library.folder import Library
from reader.stages.gather import is_due
from reader.store import sources

AGAIN = timedelta(minutes=15)
"""How soon it is tried again while a source lacks something."""

UNTIL = timedelta(hours=6)
"""How long after its time the morning is still looked after: arXiv may be late."""


def last_due(at: time, now: datetime, timezone: tzinfo) -> datetime:
    """Give the last moment, not after now, at which a clock on the wall showed a time; UTC.

    On a day whose clock leaps over it, when it would have been.
    """
    local = now.astimezone(timezone)
    found = datetime.combine(local.date(), at, tzinfo=timezone).astimezone(UTC)
    if found > now:
        day = local.date() - timedelta(days=1)
        found = datetime.combine(day, at, tzinfo=timezone).astimezone(UTC)
    return found


def next_due(at: time, now: datetime, timezone: tzinfo) -> datetime:
    """Give the next moment, after now, at which a clock on the wall shows a time; UTC."""
    day = now.astimezone(timezone).date()
    for date in (day, day + timedelta(days=1)):
        found = datetime.combine(date, at, tzinfo=timezone).astimezone(UTC)
        if found > now:
            return found
    return last_due(at, now, timezone) + timedelta(days=1)


def must_gather(library: Library, at: time, *, began_at: datetime | None) -> bool:
    """Tell whether the sources are to be asked now: at a time of each day, later where the
    machine slept then, and again while one of them lacks something.

    began_at: when this was last begun, None for never; a gather of anybody counts too.
    """
    now = library.now()
    moment = last_due(at, now, library.config.timezone)
    known = [one for one in (began_at, sources.last_asked(library.db)) if one is not None]
    began = max(known, default=None)
    if began is None or began < moment:
        return True
    return now - began >= AGAIN and now - moment < UNTIL and is_due(library)
