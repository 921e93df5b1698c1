"""Run long work in a process of its own, one at a time, and keep the morning ready.

The process is this program's command line with `--json`: the server stays small, and what
ends one of them leaves the other. Runs in the server's event loop. A clock looks now and then
whether the sources are to be asked; when that is, is `morning.trust`'s to say. Knows no page, and
of the work only the lines that docs/reference.md describes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool

from reader.base.errors import ReaderError
from reader.base.messages import say
from reader.morning.trust import must_gather, next_due
from reader.web.pool import Pool

Kind = Literal["gather", "index"]
KINDS: dict[Kind, tuple[str, ...]] = {"gather": ("gather", "--json"), "index": ("index", "--json")}

HEARTBEAT_S = 15.0
"""How often a stream says that it is still there: what lies between closes silent ones."""

END_PATIENCE_S = 5.0
LONGEST_LINE = 2**20
MOST_LINES = 20
"""Of what a process says on its error stream, the last ones."""


@dataclass(frozen=True, slots=True)
class WorkRun:
    """One piece of work as it stands.

    n: counts everything that was told since the server began. code: its exit code, None while
    it runs. problems, error: (message, hint) of what it could not do, and of what stopped it.
    """

    kind: Kind
    began_at: datetime
    is_by_clock: bool = False
    n: int = 0
    step: str = ""
    done: int = 0
    total: int = 0
    code: int | None = None
    ended_at: datetime | None = None
    n_new: int = 0
    problems: tuple[tuple[str, str], ...] = ()
    error: tuple[str, str] | None = None

    @property
    def is_running(self) -> bool:
        return self.ended_at is None


class Work:
    """The long work of one server; all of it is called in its event loop.

    command: how this program is started, before its arguments.
    """

    def __init__(
        self,
        command: Sequence[str],
        clock: Callable[[], datetime],
        *,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self.clock = clock
        self._heartbeat_s = heartbeat_s
        self.last: WorkRun | None = None
        self._command = tuple(command)
        self._life = secrets.token_hex(4)
        self._told: list[WorkRun] = []
        self._changed = asyncio.Condition()
        self._is_ending = False
        self._process: Process | None = None
        self._listener: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self.last is not None and self.last.is_running

    @property
    def newest(self) -> str:
        """Return the id of what was told last, "" for nothing yet."""
        return f"{self._life}-{self.last.n}" if self.last else ""

    async def start(self, kind: Kind, *, is_by_clock: bool = False) -> bool:
        """Begin some work; tells whether it did: one at a time, and none at the end."""
        if self.is_running or self._is_ending:
            return False
        n = self.last.n + 1 if self.last else 1
        self._told.clear()
        await self._tell(WorkRun(kind, self.clock(), is_by_clock, n))
        self._listener = asyncio.create_task(self._run(kind))
        return True

    async def close(self) -> None:
        """End the process by its id, and all streams."""
        await self.end_streams()
        if self._process is not None and self._process.returncode is None:
            await _end(self._process)
        if self._listener is not None:
            await asyncio.gather(self._listener, return_exceptions=True)

    async def end_streams(self) -> None:
        """Let the streams end, as nothing new will come."""
        self._is_ending = True
        async with self._changed:
            self._changed.notify_all()

    async def told(self, after: str = "") -> AsyncIterator[tuple[str, WorkRun] | None]:
        """Yield what is told from now on, each with its id; None now and then, as a heartbeat.

        after: the id that was seen last; what came since, of the work that was begun last, is
        given again.
        """
        life, _, number = after.partition("-")
        seen = int(number) if life == self._life and number.isdecimal() else 0

        def is_news() -> bool:
            return self._is_ending or bool(self._told and self._told[-1].n > seen)

        while not self._is_ending:
            for run in [one for one in self._told if one.n > seen]:
                seen = run.n
                yield f"{self._life}-{run.n}", run
            try:
                async with self._changed:
                    await asyncio.wait_for(self._changed.wait_for(is_news), self._heartbeat_s)
            except TimeoutError:
                yield None

    async def _tell(self, run: WorkRun) -> None:
        self.last = run
        self._told.append(run)
        async with self._changed:
            self._changed.notify_all()

    async def _change(self, **values: Any) -> None:
        assert self.last is not None  # noqa: S101  a process is listened to only while it runs
        await self._tell(replace(self.last, n=self.last.n + 1, **values))

    async def _run(self, kind: Kind) -> None:
        lines: list[str] = []
        code = None
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                *KINDS[kind],
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                limit=LONGEST_LINE,
            )
            if self._is_ending:
                await _end(self._process)
            errors = asyncio.create_task(_read_errors(self._process, lines))
            await self._listen(self._process)
            await errors
            code = await self._process.wait()
        except OSError as failure:
            lines.append(str(failure))
        finally:
            error = self.last.error if self.last else None
            if code not in (0, 5, 7) and error is None:
                error = ("\n".join(lines[-2:]), "")
            await self._change(code=code, ended_at=self.clock(), error=error)

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None  # noqa: S101  it was asked for
        while line := await _line(process.stdout):
            try:
                found = json.loads(line)
            except ValueError:
                continue
            match found:
                case {"step": step, "done": done, "total": total}:
                    await self._change(step=str(step), done=int(done), total=int(total))
                case {"told": told, "n_new": n_new, "error": error}:
                    await self._change(
                        n_new=int(n_new),
                        problems=tuple((one["message"], one["hint"]) for one in told),
                        error=(error["message"], error["hint"]) if error else None,
                    )


async def _line(stream: asyncio.StreamReader) -> bytes:
    """Read the next line, b"" at the end; one that is too long is left out."""
    try:
        return await stream.readline()
    except ValueError:
        return b"\n"


async def _read_errors(process: Process, lines: list[str]) -> None:
    assert process.stderr is not None  # noqa: S101  it was asked for
    while line := await _line(process.stderr):
        lines.append(line.decode("utf-8", "replace").strip())
        del lines[:-MOST_LINES]


async def _end(process: Process) -> None:
    """End a process as Ctrl-C does, and where that does not help at once."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), END_PATIENCE_S)
        except TimeoutError:
            process.kill()


LOOK_S = 20.0
"""How often; a machine that slept over the time is seen to within this after it wakes."""

MOST_KEPT = 20


@dataclass(slots=True)
class MorningClock:
    """Begins a gather each day. at: the time of day, in the library's time zone. said: what it
    did, moments and texts."""

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

        def is_time_now() -> tuple[bool, str]:
            with self.pool.lent() as library:
                is_time = must_gather(library, self.at, began_at=self.began_at)
                local = library.now().astimezone(library.config.timezone)
                return is_time, f"{local:%H:%M} "

        try:
            is_time, at = await run_in_threadpool(is_time_now)
        except ReaderError as error:
            self._say(error.message)
            return
        if is_time and await self.work.start("gather", is_by_clock=True):
            self.began_at = self.work.clock()
            self._say(say("work.by_clock"), at)

    def next_at(self) -> datetime:
        """Return the next time, in the library's time zone. Raises ReaderError."""
        with self.pool.lent() as library:
            timezone = library.config.timezone
            return next_due(self.at, library.now(), timezone).astimezone(timezone)

    def _say(self, text: str, at: str = "") -> None:
        if at or not self.said or self.said[-1][1] != text:
            self.said.append((self.work.clock(), text))
            self.tell(at + text)
