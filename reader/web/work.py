"""Keep libraries open between requests and cache values until something is written; run long work
in another process, one at a time, and gather each morning by a clock.

Opening a library takes as long as a page. Each request has a library to itself; feeds.toml is
read again after a change. Of several threads that ask for a value at once, one makes it and
the others wait.

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
import threading
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from pathlib import Path
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool

from reader.base.errors import ReaderError
from reader.base.messages import _
from reader.library.folder import Library
from reader.library.place import FEEDS
from reader.library.rows.database import commits
from reader.morning.trust import must_gather, next_due

MOST_OPEN = 8
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
            if len(self._free) < MOST_OPEN:
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
        for _unused, library in free:
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
        self._finished: list[WorkRun] = []
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
        self._finished.clear()
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
            return self._is_ending or bool(self._finished and self._finished[-1].n > seen)

        while not self._is_ending:
            for run in [one for one in self._finished if one.n > seen]:
                seen = run.n
                yield f"{self._life}-{run.n}", run
            try:
                async with self._changed:
                    await asyncio.wait_for(self._changed.wait_for(is_news), self._heartbeat_s)
            except TimeoutError:
                yield None

    async def _tell(self, run: WorkRun) -> None:
        self.last = run
        self._finished.append(run)
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
    """Starts a gather each day. at: the time of day, in the library's time zone. log: its lines,
    as moments and texts."""

    at: time
    pool: Pool
    work: Work
    tell: Callable[[str], None]
    began_at: datetime | None = None
    log: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

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
        if at or not self.log or self.log[-1][1] != text:
            self.log.append((self.work.clock(), text))
            self.tell(at + text)
