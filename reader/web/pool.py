"""Keep libraries open between requests, and what was made from them until something is written.

Opening a library takes as long as a page. A request has one to itself; feeds.toml is read anew
once it changed. Of many that ask for the same value at once one makes it and the others wait.
Knows no page.
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
"""Libraries that stay open while nobody asks; more are opened where more ask at once."""

Stamp = tuple[tuple[int, int, int], ...]
Version = tuple[Stamp, int, tuple[int, ...]]


@dataclass(slots=True)
class Pool:
    """Libraries of one folder, lent to one request each."""

    folder: Path
    open_library: Callable[[], Library]
    _free: list[tuple[Stamp, Library]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _watch: tuple[Stamp, int, Library] | None = None
    _watching: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def lent(self) -> Iterator[Library]:
        """Lend a library, opened anew where feeds.toml or reader.db is another one by now."""
        stamp = self.stamp()
        with self._lock:
            old = [library for was, library in self._free if was != stamp]
            self._free = [(was, library) for was, library in self._free if was == stamp]
            free = self._free.pop()[1] if self._free else None
        for one in old:
            one.db.close()
        library = free or self.open_library()
        try:
            yield library
        except BaseException:
            # It may be in the middle of something; the next request gets a fresh one.
            library.db.close()
            raise
        with self._lock:
            if len(self._free) < MOST_KEPT:
                self._free.append((stamp, library))
                return
        library.db.close()

    def version(self) -> Version:
        """Return a value that is another one once anything of the library was written.

        One library is open for that alone: SQLite tells a connection of the commits of all
        others, of this process and of any other, and this one never writes.
        """
        stamp = self.stamp()
        with self._watching:
            if self._watch is None or self._watch[0] != stamp:
                before = self._watch
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
        """Stamp this library's files, to know others that take their place (a backup, an index)."""
        stamp = []
        for name in (FEEDS, "reader.db", "index.db"):
            try:
                found = (self.folder / name).stat()
            except OSError:
                stamp.append((0, 0, 0))
                continue
            # A database is written by us: only another file in its place counts.
            is_ours = name != FEEDS
            written = (0, 0) if is_ours else (found.st_mtime_ns, found.st_size)
            stamp.append((found.st_ino, *written))
        return tuple(stamp)


MOST = 16
"""Values that are remembered: today's list in both languages, and some days before."""


@dataclass(slots=True)
class _Place:
    lock: threading.Lock = field(default_factory=threading.Lock)
    version: object = None
    value: Any = None


@dataclass(slots=True)
class ValueCache:
    """Values by key, the least asked for forgotten first."""

    _places: OrderedDict[Hashable, _Place] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, version: Callable[[], object], make: Callable[[], Any]) -> Any:
        """Return the value of a key, made anew where the version is another one by now.

        The version is looked at first: what is written while the value is made makes the
        next one who asks make it again.
        """
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > MOST:
                self._places.popitem(last=False)
        with place.lock:
            now = version()
            if place.version != now:
                place.value, place.version = make(), now
            return place.value
