"""Keep the morning ready: look now and then whether the sources are to be asked.

What is asked when is `library.readiness`'s to say. Knows no page.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time

from starlette.concurrency import run_in_threadpool

from reader.errors import ReaderError
from reader.library.readiness import must_gather, next_due
from reader.phrases import say
from reader.web.pool import Pool
from reader.web.work import Work

LOOK_S = 20.0
"""How often; a machine that slept over the time is seen to within this after it wakes."""

MOST_KEPT = 20


@dataclass(slots=True)
class MorningClock:
    """at: the time of day, in the library's time zone. said: what it did, moments and texts."""

    at: time
    pool: Pool
    work: Work
    tell: Callable[[str], None]
    began_at: datetime | None = None
    said: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

    async def run(self) -> None:
        """Look again and again, until it is cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Begin a gather where it is time; what is in the way is said, once, and comes again."""
        if self.work.is_running:
            return
        try:
            is_time, at = await run_in_threadpool(self._is_time)
        except ReaderError as error:
            self._say(error.message)
            return
        if is_time and await self.work.start("gather", is_by_clock=True):
            self.began_at = self.work.clock()
            self._say(say("work.by_clock"), at)

    def _is_time(self) -> tuple[bool, str]:
        with self.pool.lent() as library:
            is_time = must_gather(library, self.at, began_at=self.began_at)
            local = library.now().astimezone(library.config.timezone)
            return is_time, f"{local:%H:%M} "

    def next_at(self) -> datetime:
        """Give the next time, in the library's time zone. Raises ReaderError."""
        with self.pool.lent() as library:
            timezone = library.config.timezone
            return next_due(self.at, library.now(), timezone).astimezone(timezone)

    def _say(self, text: str, at: str = "") -> None:
        if at or not self.said or self.said[-1][1] != text:
            self.said.append((self.work.clock(), text))
            self.tell(at + text)
