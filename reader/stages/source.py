"""Say what a source is to the gathering: a plan, work in a thread, and what is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from reader.errors import ReaderError
from reader.library.folder import Library
from reader.paper import Batch
from reader.stages.source_tools import SourceTools
from reader.store import sources
from reader.store.sources import Source as Known
from reader.wire import Fetch, Request, Response

FIRST_RETRY = timedelta(minutes=10)
LONGEST_RETRY = timedelta(hours=12)

Keep = Callable[[], list[Batch]]
"""Writes what came, in the thread that owns the rows; gives the counts of it."""

Work = Callable[[], Iterator[Keep]]
"""Asks, away from the rows; raises ReaderError when the source failed."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a library.

    host: whom it asks, so that no host is asked twice at once.
    plan: looks at the rows, and gives the work.
    """

    name: str
    host: str
    plan: Callable[[Library, SourceTools], Work]


def host_of(url: str) -> str:
    """Give what two addresses share if they must not be asked at once."""
    return urlsplit(url).netloc or url


def ask(fetch: Fetch, known: Known, url: str, *, delay_s: float = 0.0) -> Response:
    """Ask for an address that may not have changed since it last answered."""
    return fetch(
        Request(
            url=url,
            source=known.name,
            delay_s=delay_s,
            etag=known.etag,
            last_modified=known.last_modified,
        )
    )


def succeed(library: Library, known: Known, answer: Response | None = None) -> None:
    """Record a good answer, and its validators only now that its rows are on the disk.

    An answer that does not say them again (304) leaves those that are known.
    """
    headers = answer.headers if answer else {}
    is_unchanged = answer is not None and answer.is_unchanged
    sources.add_success(
        library.db,
        known.name,
        now=library.now(),
        etag=headers.get("etag", known.etag if is_unchanged else ""),
        last_modified=headers.get("last-modified", known.last_modified if is_unchanged else ""),
    )


def fail(library: Library, name: str, error: ReaderError) -> None:
    """Record that a source failed, and when it may be asked again: as it says, else later
    and later."""
    now = library.now()
    known = sources.source(library.db, name)
    retry_at = getattr(error, "retry_at", None) or now + wait_after(known.n_errors, name)
    words = (error.message, error.hint)
    sources.add_error(library.db, name, words, now=now, retry_at=retry_at)


def wait_after(n_errors: int, name: str) -> timedelta:
    """Give how long a source rests that failed now and so many times before in a row.

    Up to a fifth more, by its name: sources that failed together do not all come back
    together.
    """
    # At most 20 doublings: the fortieth failure is longer than a timedelta can be.
    wait = min(FIRST_RETRY * (1 << min(n_errors, 20)), LONGEST_RETRY)
    return wait * (1 + 0.2 * hashlib.sha256(name.encode()).digest()[0] / 255)
