"""Check the clock of this computer against what is stored, the files and the servers' time.

A clock that is off by more than a day would spoil a library: what it stores is in no morning, or
in one that never comes. The servers' time is known only while they are asked, so what they said
against the clock is kept in a file, until the clock or they say otherwise.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from reader.base.errors import WrongClock
from reader.base.messages import N_, lazy_gettext
from reader.library.place import FEEDS
from reader.library.rows.database import Database
from reader.library.rows.moments import last_stored

OFF = timedelta(days=1)
"""How far a clock may be off: no time zone is further away."""

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
"""No clock is right that shows a moment before it: this program is younger. Clocks without a
battery begin in 1970, 1980 or 2000."""

SAID = "clock.json"
"""The file with what the servers said against the clock: two moments, theirs and the clock's."""


def wrong_clock(
    db: Database, folder: Path, now: Callable[[], datetime], zone: tzinfo, *, is_system: bool
) -> WrongClock | None:
    """Find what contradicts the clock; None where nothing does.

    is_system: the clock is that of this computer. One that is played for a replay (READER_NOW)
    is older than the files of its library, and that is right.
    """
    at = now()
    if at < EARLIEST:
        return told(N_("The clock says {now}: that is before this program was written."), at, zone)
    stored = last_stored(db)
    if stored and stored > at + OFF:
        text = N_("The clock says {now}, but this library was last written to at {then}.")
        return told(text, at, zone, stored)
    if is_system and (saved := _saved_at(folder)) and saved > at + OFF:
        text = N_("The clock says {now}, but feeds.toml was saved at {then}.")
        return told(text, at, zone, saved)
    theirs, ours = _servers_said(folder)
    # Behind: until the clock has passed their time. Ahead: until it was set back.
    if theirs and ours and (at < theirs - OFF if ours < theirs else at > ours - OFF):
        return servers_say(at, theirs + max(at - ours, timedelta()), zone)
    return None


def servers_say(now: datetime, theirs: datetime, zone: tzinfo) -> WrongClock:
    """Make the error for a clock that the servers contradict."""
    return told(N_("The clock says {now}, but the servers say {then}."), now, zone, theirs)


def told(text: str, now: datetime, zone: tzinfo, then: datetime | None = None) -> WrongClock:
    """Make the error with its moments in a time zone. text: a marked text."""
    shown = {
        name: f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
        for name, at in (("now", now), ("then", then))
        if at is not None
    }
    return WrongClock(what=lazy_gettext(text, **shown))


def keep_said(folder: Path, theirs: datetime | None, ours: datetime) -> None:
    """Keep the servers' time against the clock's; None: they agree, and nothing is kept."""
    file = folder / SAID
    # Without the file only the next commands know less: it is no reason to fail.
    with contextlib.suppress(OSError):
        if theirs is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(json.dumps([theirs.isoformat(), ours.isoformat()]), "utf-8")


def set_right(folder: Path, now: datetime) -> None:
    """Forget what speaks against a clock that is right: what servers said, and feeds.toml's time.

    The file was saved while the clock was ahead.
    """
    keep_said(folder, None, now)
    if (saved := _saved_at(folder)) and saved > now + OFF:
        with contextlib.suppress(OSError):
            os.utime(folder / FEEDS, (now.timestamp(), now.timestamp()))


def _servers_said(folder: Path) -> tuple[datetime | None, datetime | None]:
    try:
        theirs, ours = map(datetime.fromisoformat, json.loads((folder / SAID).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None, None
    return theirs, ours


def _saved_at(folder: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp((folder / FEEDS).stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None
