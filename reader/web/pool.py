"""Keep libraries open between requests, and cache values until something is written.

Opening a library takes as long as a page. Each request has a library to itself; feeds.toml is
read again after a change. Of several threads that ask for a value at once, one makes it and
the others wait. Knows no page.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reader.library.folder import Library
from reader.library.place import FEEDS
from reader.library.rows.database import commits

MOST_KEPT = 8
"""Libraries that stay open while they are free; more are opened for more requests at once."""

Stamp = tuple[tuple[int, int, int], ...]
Version = tuple[Stamp, int, tuple[int, ...]]


@dataclass(slots=True)
class Pool:
    """The open libraries of one folder; each is lent to one request at a time."""

    folder: Path
    open_library: Callable[[], Library]
    _free: list[tuple[Stamp, Library]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _watch: tuple[Stamp, int, Library] | None = None
    _watching: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def lent(self) -> Iterator[Library]:
        """Lend a library; opens it again where feeds.toml or a database was replaced."""
        stamp = self.stamp()
        with self._lock:
            # These are connections to files that were replaced: nobody may get one any more.
            old = [library for was, library in self._free if was != stamp]
            self._free = [(was, library) for was, library in self._free if was == stamp]
            free = self._free.pop()[1] if self._free else None
        for one in old:
            one.db.close()
        library = free or self.open_library()
        try:
            yield library
        except BaseException:
            # It may be in the middle of a transaction; the next request gets a fresh one.
            library.db.close()
            raise
        with self._lock:
            if len(self._free) < MOST_KEPT:
                self._free.append((stamp, library))
                return
        library.db.close()

    def version(self) -> Version:
        """Return a value that changes whenever anything in the library is written.

        One library is open for this alone and never writes: SQLite shows a connection the
        commits of all others, from this process and from any other (`data_version`).
        """
        stamp = self.stamp()
        with self._watching:
            if self._watch is None or self._watch[0] != stamp:
                before = self._watch
                # A new connection counts commits from its own start: the number of openings
                # keeps an earlier version from coming again.
                self._watch = (stamp, before[1] + 1 if before else 0, self.open_library())
                if before:
                    before[2].db.close()
            _, n_openings, library = self._watch
            return (stamp, n_openings, commits(library.db))

    def close(self) -> None:
        with self._lock:
            free, self._free = self._free, []
        for _, library in free:
            library.db.close()
        with self._watching:
            if self._watch:
                self._watch[2].db.close()
            self._watch = None

    def stamp(self) -> Stamp:
        """Return a stamp of the library's files, which changes when one is replaced."""
        stamp = []
        for name in (FEEDS, "reader.db", "index.db"):
            try:
                found = (self.folder / name).stat()
            except OSError:
                stamp.append((0, 0, 0))
                continue
            # We write the databases ourselves: there only another file (a restored backup, a
            # rebuilt index) counts, of feeds.toml also an edit.
            is_ours = name != FEEDS
            written = (0, 0) if is_ours else (found.st_mtime_ns, found.st_size)
            stamp.append((found.st_ino, *written))
        return tuple(stamp)


MOST = 16
"""Values that are kept: today's list in both languages, and some earlier days."""


@dataclass(slots=True)
class _Place:
    lock: threading.Lock = field(default_factory=threading.Lock)
    version: object = None
    value: Any = None


@dataclass(slots=True)
class ValueCache:
    """A cache of values by key; the least recently used one goes first."""

    _places: OrderedDict[Hashable, _Place] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, version: Callable[[], object], make: Callable[[], Any]) -> Any:
        """Return the value of a key; makes it again where the version has changed.

        The version is read before the value is made: a write in between makes the next caller
        make it again.
        """
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > MOST:
                self._places.popitem(last=False)
        # A lock for each key: a caller of another value does not wait for this one.
        with place.lock:
            now = version()
            if place.version != now:
                place.value, place.version = make(), now
            return place.value
