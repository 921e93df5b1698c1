"""Tell when the sources are to be asked, so that the morning is ready at its time.

Knows no clock beyond the library's, and starts nothing itself.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from reader.announcement import announced_at, latest_feed, latest_listing
from reader.library.folder import Library
from reader.stages.arxiv import (
    ARXIV,
)
from reader.stages.gather import last_batches, source_names
from reader.stages.source import FIRST_RETRY
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


def is_due(library: Library) -> bool:
    """Tell whether something new may be there since the sources were last asked.

    So on a new local day, after arXiv's next announcement, when a failed source may be
    asked again, a while after one gave too little, and once there is a feed to compare an
    empty day with.
    """
    now = library.now()
    batches = last_batches(library, library.today())
    lacking = {b.source for b in batches if b.state in ("partial", "stale", "not out yet")}
    for name in source_names(library.config):
        known = sources.source(library.db, name)
        if known.asked_at is None:
            return True
        if known.error:
            if known.retry_at is None or known.retry_at <= now:
                return True
            continue
        if name in lacking and known.asked_at + FIRST_RETRY <= now:
            return True
        if any(
            latest_feed(known.asked_at) < b.covers <= latest_feed(now)
            for b in batches
            if b.source == name == ARXIV and b.state == "empty"
        ):
            return True
        day = known.asked_at.astimezone(library.config.timezone).date()
        if day != library.today() or known.asked_at < announced_at(latest_listing(now)) <= now:
            return True
    return False
