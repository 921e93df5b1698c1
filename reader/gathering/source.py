"""Define a source, and ask several hosts at once.

A source's work is an iterator that waits for the network between its items; only the thread that
gathers writes rows. Each host has one thread, so that no host gets two requests at once.
"""

from __future__ import annotations

import contextlib
import contextvars
import hashlib
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from reader.base.errors import ReaderError, is_unasked
from reader.base.http import Fetch, Request, Response
from reader.gathering.rows import sources
from reader.gathering.rows.sources import LONGEST_HOLD, SourceState
from reader.library.folder import Library
from reader.library.paper import Batch


class SourceTools(Protocol):
    """The functions that ask sources and report progress (stage, done, of how many)."""

    @property
    def fetch(self) -> Fetch: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...


FIRST_RETRY = timedelta(minutes=10)
LONGEST_RETRY = timedelta(hours=12)

Keep = Callable[[], list[Batch]]
"""Writes an answer, in the thread that owns the rows; returns its batches."""

Work = Callable[[], Iterator[Keep]]
"""Asks the source, without using rows; raises ReaderError where the source failed."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source of a library.

    url: an address of the server that it asks, or a path on this disk.
    plan: reads the rows, and returns the work.
    """

    name: str
    url: str
    plan: Callable[[Library, SourceTools], Work]

    @property
    def host(self) -> str:
        """The server's name; sources of one host are asked one after another."""
        return host_of(self.url)


def host_of(url: str) -> str:
    """Extract the host of an address with its port, or the whole address without one."""
    return urlsplit(url).netloc or url


def ask(fetch: Fetch, known: SourceState, url: str, *, delay_s: float = 0.0) -> Response:
    """Ask for an address with the validators of its last answer, so that it may be unchanged."""
    return fetch(
        Request(
            url=url,
            source=known.name,
            delay_s=delay_s,
            etag=known.etag,
            last_modified=known.last_modified,
        )
    )


def succeed(library: Library, known: SourceState, answer: Response | None = None) -> list[Batch]:
    """Record a good answer with its validators (ETag, Last-Modified); return no batches.

    Call it when the answer's rows are written. A 304 without validators leaves the known ones.
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
    return []


def fail(library: Library, name: str, error: ReaderError) -> None:
    """Record that a source failed, and when it may be asked again.

    It is the time that the source named, a week at most, else one that is later after each
    failure. Nothing is recorded where the time was over before it was asked.
    """
    if is_unasked(error):
        return
    now = library.now()
    known = sources.source(library.db, name)
    named = getattr(error, "retry_at", None)
    retry_at = min(named, now + LONGEST_HOLD) if named else now + wait_after(known.n_errors, name)
    words = (error.message, error.hint)
    sources.add_error(library.db, name, words, now=now, retry_at=retry_at, reason=error.reason)


def wait_after(n_errors: int, name: str) -> timedelta:
    """Compute how long a source waits after a failure; n_errors: failures in a row before it."""
    # At most 20 doublings, since after the fortieth the wait would not fit into a timedelta.
    wait = min(FIRST_RETRY * (1 << min(n_errors, 20)), LONGEST_RETRY)
    # Up to a fifth more, by the name, so that sources that failed together do not all come back
    # together.
    return wait * (1 + 0.2 * hashlib.sha256(name.encode()).digest()[0] / 255)


T = TypeVar("T")

MOST_AT_ONCE = 128
"""The most threads. Each mostly waits, and 100 hosts should take the time of the slowest one."""


class EndMark:
    """Marks the end of a source's work."""


def run_together(
    works: Mapping[str, Callable[[], Iterator[T]]], hosts: Mapping[str, str]
) -> Iterator[tuple[str, T | Exception | EndMark]]:
    """Run the works of several sources, hosts at once, those of one host one after another.

    works: name of a source → work. hosts: name → host.
    Yields (name, item) as items come, and at the end of a work (name, EndMark()) or (name, the
    exception that ended it). Leaving the loop early stops each work at its next item.
    """
    # In the order of feeds.toml within a host.
    by_host: dict[str, list[str]] = {}
    for name in works:
        by_host.setdefault(hosts[name], []).append(name)
    # One host needs no thread of its own.
    if len(by_host) <= 1:
        for name, work in works.items():
            yield from _in_turn(name, work)
        return
    groups: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    for group in by_host.values():
        groups.put(group)
    # Bounded: a fast server must not fill the memory while rows are written.
    items: queue.Queue[tuple[str, T | Exception | EndMark]] = queue.Queue(maxsize=1000)
    is_over = threading.Event()

    def ask_groups() -> None:
        with contextlib.suppress(queue.Empty):
            while not is_over.is_set():
                for name in groups.get_nowait():
                    for pair in _in_turn(name, works[name]):
                        if not _is_read(items, pair, is_over):
                            return

    for _ in range(min(len(by_host), MOST_AT_ONCE)):
        # A new thread has an empty context; this one's has the language of errors that are stored.
        run = contextvars.copy_context().run
        # Daemons, so that Ctrl-C need not wait for a silent server.
        threading.Thread(target=run, args=(ask_groups,), daemon=True).start()
    n_left = len(works)
    try:
        while n_left:
            name, item = items.get()
            yield name, item
            n_left -= isinstance(item, Exception | EndMark)
    finally:
        is_over.set()


def _is_read(items: queue.Queue[T], item: T, is_over: threading.Event) -> bool:
    """Put an item into a queue; return False once nobody reads the queue any more."""
    while not is_over.is_set():
        with contextlib.suppress(queue.Full):
            items.put(item, timeout=0.2)
            return not is_over.is_set()
    return False


def _in_turn(
    name: str, work: Callable[[], Iterator[T]]
) -> Iterator[tuple[str, T | Exception | EndMark]]:
    try:
        for item in work():
            yield name, item
    except Exception as error:  # noqa: BLE001  handed on as a value, raised by who cannot use it
        yield name, error
        return
    yield name, EndMark()
