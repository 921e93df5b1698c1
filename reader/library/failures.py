"""Say what failed before and is not tried again yet: it is missing all the same."""

from __future__ import annotations

from datetime import datetime

from reader.base.errors import Incomplete, Problem
from reader.base.messages import say
from reader.library.folder import Library
from reader.library.rows import failures
from reader.library.rows.failures import Failure


def waiting(library: Library, stage: str) -> dict[str, Failure]:
    """Give what a stage may not try yet, by subject."""
    now = library.now()
    return {f.subject: f for f in failures.failures(library.db, stage) if f.retry_at > now}


def still_missing(library: Library, failure: Failure) -> Problem:
    """Name one thing that waits, in one line."""
    what = say("waits", error=failure.error.rstrip("."), at=local_time(library, failure.retry_at))
    return Problem(failure.stage, failure.subject, Incomplete(what=what))


def local_time(library: Library, moment: datetime) -> str:
    """Write a moment in the time zone of feeds.toml."""
    return f"{moment.astimezone(library.config.timezone):%Y-%m-%d %H:%M}"
