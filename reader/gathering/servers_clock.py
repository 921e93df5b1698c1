"""Compare this computer's clock with the `Date` of the answers that a gather gets.

One host that agrees is enough: a wrong clock agrees with none. Two hosts that agree with each
other and not with the clock show that it is wrong, and so does one where no other answers. Until
it is known, the answers wait, so that nothing is recorded under a wrong clock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from reader.base.errors import SourceFailed
from reader.base.http import Fetch, Request, Response
from reader.library.clock import OFF

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WatchedTools:
    """The tools of a gather, whose answers are watched."""

    fetch: Fetch
    progress: Callable[[str, int, int], None]


class ServersClock:
    """What the servers of one gather said of the time. Threads may share it.

    n_hosts: how many are asked.
    """

    def __init__(self, now: Callable[[], datetime], n_hosts: int) -> None:
        self._now, self._n_hosts = now, n_hosts
        self._lock = threading.Lock()
        # Host → how far its clock is ahead of ours.
        self._ahead: dict[str, timedelta] = {}

    def watching(self, fetch: Fetch) -> Fetch:
        """Wrap a function that fetches, so that the time of each answer is seen here."""

        def watched(request: Request) -> Response:
            try:
                answer = fetch(request)
            except SourceFailed as error:
                self._see(error.url, error.served_at)
                raise
            self._see(answer.url, answer.served_at)
            return answer

        return watched

    def _see(self, url: str, served_at: datetime | None) -> None:
        if served_at is not None:
            with self._lock:
                self._ahead.setdefault(urlsplit(url).netloc, served_at - self._now())

    def theirs(self, *, is_over: bool = False) -> datetime | None:
        """Return the servers' time where the clock is wrong by it, else None.

        is_over: no other host will answer.
        """
        with self._lock:
            off = list(self._ahead.values())
        # Two that disagree with each other as well show nothing.
        is_sure = is_over or self._n_hosts < 2 or (len(off) > 1 and max(off) - min(off) <= OFF)
        if not off or not is_sure or any(abs(one) <= OFF for one in off):
            return None
        return self._now() + off[0]

    @property
    def is_right(self) -> bool:
        """Whether a server agrees with the clock."""
        with self._lock:
            return any(abs(one) <= OFF for one in self._ahead.values())

    def once_known(self, items: Iterable[T]) -> Iterator[T]:
        """Yield the items from when the clock is known to be right, or when all are here.

        Ends before the first one where the clock is known to be wrong: see `theirs`.
        """
        held: list[T] = []
        for item in items:
            if self.theirs():
                return
            held.append(item)
            if self.is_right:
                yield from held
                held.clear()
        if not self.theirs(is_over=True):
            yield from held
