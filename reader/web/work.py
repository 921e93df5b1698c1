"""Run long work in another process, one at a time, and gather each morning by a clock.

The process is this program's command line with `--json`: the server stays small, and a crash
of one does not end the other. Runs in the server's event loop. The clock checks now and then
whether a gather is due; `morning.trust` has the rule. Knows no page, and of the work only the
JSON lines that docs/reference.md describes.
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
from reader.base.messages import _
from reader.morning.trust import must_gather, next_due
from reader.web.pool import Pool

Kind = Literal["gather", "index", "fetch"]
KINDS: tuple[Kind, ...] = ("gather", "index", "fetch")

HEARTBEAT_S = 15.0
"""Seconds between two signs of life in a stream: proxies close silent connections."""

END_PATIENCE_S = 5.0
"""Seconds that a process has to end after SIGINT."""
LONGEST_LINE = 2**20
"""Bytes of one line of output; a longer one is skipped."""
MOST_LINES = 20
"""Lines of the error stream that are kept, the last ones."""


@dataclass(frozen=True, slots=True)
class WorkRun:
    """The state of one run of a command.

    n: the number of this state, counted since the server started. step, done, total: the
    progress; total is 0 at the beginning and where a step stopped early. code: the exit code,
    None while it runs or where it did not start. problems: (message, hint) of each item that
    failed. error: the same of what stopped the run.
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
    """The long work of one server; all methods are called in its event loop.

    command: starts this program; the arguments follow it. heartbeat_s: see HEARTBEAT_S.
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
        """The id of the last state, "" before the first one."""
        return f"{self._life}-{self.last.n}" if self.last else ""

    async def start(
        self, kind: Kind, ids: Sequence[str] = (), *, is_by_clock: bool = False
    ) -> bool:
        """Start work; returns False while other work runs or the server is ending.

        ids: the papers that `fetch` is to ask for at once.
        """
        if self.is_running or self._is_ending:
            return False
        n = self.last.n + 1 if self.last else 1
        self._told.clear()
        await self._tell(WorkRun(kind, self.clock(), is_by_clock, n))
        self._listener = asyncio.create_task(self._run(kind, ids))
        return True

    async def close(self) -> None:
        """End the process and all streams."""
        await self.end_streams()
        if self._process is not None and self._process.returncode is None:
            await _end(self._process)
        if self._listener is not None:
            await asyncio.gather(self._listener, return_exceptions=True)

    async def end_streams(self) -> None:
        """End all streams: no new state will come."""
        self._is_ending = True
        async with self._changed:
            self._changed.notify_all()

    async def states(self, after: str = "") -> AsyncIterator[tuple[str, WorkRun] | None]:
        """Yield each new state with its id, and None as a heartbeat.

        after: the id seen last; later states of the newest run are repeated. "" begins with
        the whole newest run.
        """
        life, _unused, number = after.partition("-")
        # An id from before a restart of the server says nothing about this one's numbers.
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

    async def _run(self, kind: Kind, ids: Sequence[str]) -> None:
        lines: list[str] = []
        code = None
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                kind,
                "--json",
                *ids,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                limit=LONGEST_LINE,
            )
            # The server was asked to end while the process was being started.
            if self._is_ending:
                await _end(self._process)
            # Read at the same time: a process whose error pipe is full would stop.
            errors = asyncio.create_task(_read_errors(self._process, lines))
            await self._listen(self._process)
            await errors
            code = await self._process.wait()
        except OSError as failure:
            lines.append(str(failure))
        finally:
            error = self.last.error if self.last else None
            # 5 and 7 (see base/errors.py) report their problems as JSON. For any other failure the
            # last lines of the error stream have to do.
            if code not in (0, 5, 7) and error is None:
                error = ("\n".join(lines[-2:]), "")
            await self._change(code=code, ended_at=self.clock(), error=error)

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None  # noqa: S101  it was asked for
        while line := await _read_line(process.stdout):
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


async def _read_line(stream: asyncio.StreamReader) -> bytes:
    """Read the next line, b"" at the end; b"\\n" for a line that is too long."""
    try:
        return await stream.readline()
    except ValueError:
        # asyncio raises it for a line beyond `limit`, and drops what it has read.
        return b"\n"


async def _read_errors(process: Process, lines: list[str]) -> None:
    assert process.stderr is not None  # noqa: S101  it was asked for
    while line := await _read_line(process.stderr):
        lines.append(line.decode("utf-8", "replace").strip())
        del lines[:-MOST_LINES]


async def _end(process: Process) -> None:
    """End a process as Ctrl-C does; kill it where it does not end in time."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), END_PATIENCE_S)
        except TimeoutError:
            process.kill()


LOOK_S = 20.0
"""Seconds between two looks at the time. A machine that was asleep at the time of the gather
begins it this soon after it wakes."""

MOST_KEPT = 20


@dataclass(slots=True)
class MorningClock:
    """Starts a gather each day. at: the time of day, in the library's time zone. said: its log,
    as moments and texts."""

    at: time
    pool: Pool
    work: Work
    tell: Callable[[str], None]
    began_at: datetime | None = None
    said: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

    async def run(self) -> None:
        """Look at the time again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Start a gather if one is due; an error is logged once and tried again at each look."""
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
            self._say(_("Gathering started."), at)

    def next_at(self) -> datetime:
        """Compute the moment of the next gather, in the library's time zone. Raises ReaderError."""
        with self.pool.lent() as library:
            timezone = library.config.timezone
            return next_due(self.at, library.now(), timezone).astimezone(timezone)

    def _say(self, text: str, at: str = "") -> None:
        # The same error comes at each look: only the first one is logged.
        if at or not self.said or self.said[-1][1] != text:
            self.said.append((self.work.clock(), text))
            self.tell(at + text)
