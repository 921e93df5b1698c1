"""Take turns at hosts with all who share an index, so that together they keep a host's delay.

A host has one row: the moment from which somebody may ask it again. Who takes a turn moves that
moment forward in one statement, as far as an answer may take, and back once the answer is there.
A turn of one who was killed ends by itself. It imports psycopg, so it is imported only where
feeds.toml names a shared index.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg

from reader.base.errors import SourceFailed
from reader.search.rows.shared_layouts import connected, translated

LONGEST_TURN_S = 150
"""Seconds that a turn lasts at most: an answer ends within 120 s."""

LOOK_S = 2.0
"""Seconds after which somebody who waits looks again, at most."""

TIMEOUT_S = 5.0
"""Seconds in which the server must answer."""

AWAY_S = 60.0
"""Seconds for which a server that failed is not tried again."""

_SQL_TAKE = """
    INSERT INTO hosts AS h (name, holder, free_at)
    VALUES (%(name)s, %(holder)s, clock_timestamp() + make_interval(secs => %(longest)s))
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, free_at = excluded.free_at
    WHERE h.free_at <= clock_timestamp()
    RETURNING 1
"""

_SQL_LEFT = """
    SELECT extract(epoch FROM free_at - clock_timestamp())::float8 FROM hosts WHERE name = %s
"""

_SQL_GIVE_BACK = """
    UPDATE hosts SET free_at = clock_timestamp() + make_interval(secs => %s)
    WHERE name = %s AND holder = %s
"""


@dataclass
class HostTurns:
    """The turns of one process. Threads may share it.

    sleep, monotonic: as in `time`. told: is told once that the server is away, after which each
    process keeps the delay by itself until the server is back.
    """

    url: str
    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    told: Callable[[SourceFailed], None]
    _connection: psycopg.Connection[Any] | None = None
    _place: str = ""
    _away_until: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def turn(self, host: str, delay_s: float) -> Iterator[Callable[[float], None]]:
        """Wait for a turn at a host, and give it back at the end of the block.

        Yields a function to be called when the server begins to answer: from there on the delay
        counts, else from the end. It is given the seconds of a pause that the server asks for.
        """
        holder, heard = uuid4().hex, list[tuple[float, float]]()
        while (left := self._take(host, holder)) > 0:
            self.sleep(min(left, LOOK_S))
        try:
            yield lambda pause_s: heard.append((self.monotonic(), max(delay_s, pause_s)))
        finally:
            at, pause_s = heard[-1] if heard else (self.monotonic(), delay_s)
            left = max(0.0, pause_s - (self.monotonic() - at))
            self._ask(_SQL_GIVE_BACK, (left, host, holder))

    def _take(self, host: str, holder: str) -> float:
        """Take the turn at a host: 0 where it was free, or the server is away, else the seconds
        until it may be."""
        values = {"name": host, "holder": holder, "longest": LONGEST_TURN_S}
        taken = self._ask(_SQL_TAKE, values)
        if taken is None or taken:
            return 0.0
        left = self._ask(_SQL_LEFT, (host,))
        return max(0.001, left[0][0]) if left else 0.0

    def _ask(self, sql: str, values: Any) -> list[tuple[Any, ...]] | None:
        """Run a statement of its own; returns its rows, None where the server is away."""
        with self._lock:
            if self._away_until is not None and self.monotonic() < self._away_until:
                return None
            try:
                if self._connection is None:
                    self._connection, self._place = connected(
                        self.url, timeout_s=TIMEOUT_S, may_change=False
                    )
                with translated(self._place, TIMEOUT_S):
                    cursor = self._connection.execute(sql, values)
                    return cursor.fetchall() if cursor.description else []
            except SourceFailed as error:
                self.close()
                if self._away_until is None:
                    self.told(error)
                self._away_until = self.monotonic() + AWAY_S
                return None
