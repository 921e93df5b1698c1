"""Serve the libraries of several readers from one process: find out who asks, and answer for them.

Each reader's pages are those of one library (`app.application`), with sessions, codes and form
tokens of their own. This module only chooses among them, by the cookie or by a proxy's header.
Whoever is not known gets the pages of an empty library, which has nothing but the sign-in.

A reader has a bounded number of requests at once, so that nobody keeps the others waiting.
`/health`, `/ready` and `/metrics` are for whoever runs the server. Knows no page.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reader.base.errors import ReaderError, StoreError, UsageError
from reader.base.messages import N_, _
from reader.base.text import plain, shorten
from reader.library.config import IndexSettings
from reader.library.folder import read_config
from reader.library.place import FEEDS
from reader.search.shared import failure_of
from reader.web.gate import READS, UPLOADS, Door, Gate, is_address
from reader.web.server import application
from reader.web.sessions import FileCodes, Sessions, owner_of
from reader.web.visit import Parts, refused, refused_with
from reader.web.work import Work

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")

NOBODY = "-"
"""Stands for the reader on pages of the empty library; no reader has this name."""

MOST_OPEN = 16
"""Libraries that stay open. Each has a few files and, once a PDF was drawn, two processes."""

MOST_WORK = 2
"""Readers whose library is gathered or indexed at the same time: each is a process that fills a
core."""


def is_name(text: str) -> bool:
    """Check whether a folder's name can be a reader's name."""
    return _NAME.fullmatch(text) is not None


def readers_in(folder: Path) -> tuple[list[str], list[str]]:
    """List the readers of a folder, and the folders that are left out for their names.

    Raises UsageError where it cannot be read.
    """
    try:
        several = sorted(one.name for one in folder.iterdir() if one.is_dir())
    except OSError as error:
        what = _("{folder} cannot be read: {what}.", folder=folder, what=error.strerror)
        hint = _("It needs a folder for each reader, with their library in it.")
        raise UsageError(what=what, hint=hint) from None
    left_out = [one for one in several if not is_name(one) and not one.startswith(".")]
    return [one for one in several if is_name(one)], left_out


def codes_of(data: Path, name: str) -> FileCodes:
    """Open a reader's one-time codes. data: the folder for this lab's sessions and codes."""
    return FileCodes(time.time, file=data / "codes" / f"{name}.json")


# Limits


@dataclass(frozen=True, slots=True)
class Limit:
    """How many requests of one reader are answered at once, and how many more may wait."""

    at_once: int
    waiting: int


ALL = Limit(6, 48)
"""Of all kinds together. Pages run in forty threads, which all readers share."""

LIMITS = {
    "search": Limit(2, 8),
    "note": Limit(2, 8),
    # A page with a PDF asks for six at once and for more while one scrolls.
    "pdf": Limit(3, 48),
    "upload": Limit(1, 2),
    "work": Limit(1, 1),
}
"""Kinds that are dear: they encode, draw, or receive a file."""

ENCODING = ("search", "note")
MOST_ENCODING = 8
"""Requests of all readers together that may wait for the model, which encodes one text at a time.
The others wait without a thread, so that pages find one."""

STREAMS = Limit(8, 0)
"""Streams take no thread, so they do not count with the others."""

_KINDS = (
    ("static", re.compile(r"/(?:static/.*|worker\.js|manifest\.webmanifest)")),
    ("stream", re.compile(r"/work/events")),
    ("work", re.compile(r"/work")),
    ("search", re.compile(r"/(?:search|palette\.json)")),
    ("upload", re.compile(rf"{UPLOADS.pattern}|/papers/add")),
    ("note", re.compile(r"/note/.*")),
    ("pdf", re.compile(r"/pdf/.*")),
    ("sign-in", re.compile(r"/(?:enter|trust.*|door.*)")),
)
GONE = 499
"""Stands in metrics for the status of a request whose client went away before the answer."""

PROBES = ("/health", "/ready", "/metrics")


def kind_of(scope: Scope) -> str:
    """Name the kind of a request, for limits and metrics: one of a few words."""
    path = scope["path"]
    if path in PROBES:
        return "probe"
    kind = next((name for name, shape in _KINDS if shape.fullmatch(path)), "page")
    is_read = scope["method"] in READS
    # A search without words, and the page of the background tasks, are pages like others.
    is_cheap = (kind == "search" and not scope["query_string"]) or (kind == "work" and is_read)
    return "page" if is_cheap else kind


class Busy(Exception):
    """A reader has as many requests waiting as they may have."""


@dataclass(slots=True)
class Turns:
    """The requests that are being answered and those that wait; the first come are first."""

    limit: Limit
    n_waiting: int = 0
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.limit.at_once)

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the end of the block. Raises Busy."""
        if self._free.locked():
            if self.n_waiting >= self.limit.waiting:
                raise Busy
            self.n_waiting += 1
            try:
                await self._free.acquire()
            finally:
                self.n_waiting -= 1
        else:
            await self._free.acquire()
        try:
            yield
        finally:
            self._free.release()


class ReaderLimits:
    """ASGI middleware within the gate: one reader's limits.

    may_work: whether another task may begin now. encoding: bounds the requests of all readers that
    may wait for the model. refuse: counts a refused request of a kind.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        may_work: Callable[[], bool],
        refuse: Callable[[str], None],
        encoding: asyncio.Semaphore,
        limits: Mapping[str, Limit] = LIMITS,
    ) -> None:
        self._app, self._may_work, self._refuse = app, may_work, refuse
        self._encoding = encoding
        self._all, self._streams = Turns(ALL), Turns(STREAMS)
        self._turns = {kind: Turns(limit) for kind, limit in limits.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = kind_of(scope) if scope["type"] == "http" else "static"
        if kind == "static":
            await self._app(scope, receive, send)
            return
        try:
            async with contextlib.AsyncExitStack() as stack:
                if kind in self._turns:
                    await stack.enter_async_context(self._turns[kind].turn())
                main = self._streams if kind == "stream" else self._all
                await stack.enter_async_context(main.turn())
                if kind in ENCODING:
                    await stack.enter_async_context(self._encoding)
                if kind == "work" and not self._may_work():
                    raise Busy
                await self._app(scope, receive, send)
                return
        except Busy:
            self._refuse(kind)
        answer = await refused(Request(scope), HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["retry-after"] = "60" if kind == "work" else "5"
        await answer(scope, receive, send)


# Metrics

BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram, in seconds."""


@dataclass(slots=True)
class Metrics:
    """Counts for `/metrics`; they name nobody, and no address but its kind."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    within: Counter[tuple[str, float]] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, status: int, took_s: float) -> None:
        self.requests[kind, status] += 1
        # A stream lasts as long as its page is open.
        if kind != "stream":
            self.seconds[kind] += took_s
            self.within[kind, next((b for b in BOUNDS_S if took_s <= b), float("inf"))] += 1

    def refuse(self, kind: str) -> None:
        self.refused[kind] += 1

    def text(self, n_open: int) -> str:
        """Write all in Prometheus' text format."""
        return "".join(f"{line}\n" for line in self._lines(n_open))

    def _lines(self, n_open: int) -> Iterator[str]:
        yield "# TYPE asayomi_requests_total counter"
        for (kind, status), n in sorted(self.requests.items()):
            yield f'asayomi_requests_total{{kind="{kind}",status="{status}"}} {n}'
        yield "# TYPE asayomi_request_seconds histogram"
        for kind, total_s in sorted(self.seconds.items()):
            n = 0
            for bound in (*BOUNDS_S, float("inf")):
                n += self.within[kind, bound]
                shown = "+Inf" if bound == float("inf") else bound
                yield f'asayomi_request_seconds_bucket{{kind="{kind}",le="{shown}"}} {n}'
            yield f'asayomi_request_seconds_sum{{kind="{kind}"}} {total_s:.6f}'
            yield f'asayomi_request_seconds_count{{kind="{kind}"}} {n}'
        yield "# TYPE asayomi_refused_total counter"
        for kind, n in sorted(self.refused.items()):
            yield f'asayomi_refused_total{{kind="{kind}"}} {n}'
        yield "# TYPE asayomi_open_libraries gauge"
        yield f"asayomi_open_libraries {n_open}"


# Who asks


@dataclass(frozen=True, slots=True)
class Proxy:
    """The reverse proxy that knows who asks. header: the one with the reader's name."""

    header: str
    address: str


def is_loopback(peer: str) -> bool:
    return is_address(peer, "::1") or is_address(peer, "127.0.0.1")


@dataclass(frozen=True, slots=True)
class FrontDoor(Door):
    """The door for whoever is not signed in. doors: lists the readers' own doors."""

    doors: Callable[[], Iterable[Door]] = field(kw_only=True)

    def sign_in(self, typed: str, device: str) -> str | None:
        for door in self.doors():
            if (token := door.sign_in(typed, device)) is not None:
                return token
        return None


class Unknown:
    """ASGI middleware within the gate of the empty library: refuses, where the proxy should have
    said who asks. The reason is in `scope["reader.refusal"]`, a sentence and a hint."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = scope.get("reader.refusal")
        # The files of the program show nothing of anybody; the page that refuses needs its styles.
        if not found or scope["path"].startswith("/static/"):
            await self._app(scope, receive, send)
            return
        what, hint, values = found
        answer = await refused_with(Request(scope), HTTPStatus.FORBIDDEN, what, hint, **values)
        await answer(scope, receive, send)


_NOT_PROXY = (
    N_("These pages can only be opened through the proxy in front of them."),
    N_("Use the address that whoever runs this server gave you."),
)
_NOT_THEIRS = (
    N_("The header {header} came from {peer}, which is not the proxy."),
    N_("Use the address that whoever runs this server gave you."),
)
_NO_NAME = (
    N_("The proxy did not say who you are, or said it more than once."),
    N_("Ask whoever runs this server: it must send the header {header} once, with a name."),
)
_NOBODY = (
    N_("There is no library for {name} here."),
    N_("Ask whoever runs this server to make one."),
)


# The server


@dataclass(slots=True)
class Member:
    """One reader. app: their pages, None while they are closed. n_running: open requests."""

    name: str
    door: Door
    app: Starlette | None = None
    n_running: int = 0
    _closing: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def open(self, app: Starlette) -> None:
        await self._closing.enter_async_context(app.router.lifespan_context(app))
        self.app = app

    @property
    def is_working(self) -> bool:
        work: Work | None = self.app.state.work if self.app else None
        return work is not None and work.is_running

    async def close(self) -> None:
        # A request that comes meanwhile opens the library anew.
        closing, self._closing, self.app = self._closing, contextlib.AsyncExitStack(), None
        await closing.aclose()


class Lab(Starlette):
    """The pages of all readers in a folder, as an ASGI application.

    data: the folder for sessions and codes. parts_of: makes a reader's parts from their folder.
    front: the parts of the empty library. door: what all doors have in common. proxy: None where
    readers sign in here.
    """

    def __init__(
        self,
        readers: Path,
        *,
        data: Path,
        parts_of: Callable[[Path], Parts],
        front: Parts,
        door: Door,
        proxy: Proxy | None = None,
        most_open: int = MOST_OPEN,
    ) -> None:
        super().__init__(lifespan=self._living)
        self._readers, self._data, self._parts_of = readers, data, parts_of
        self._proxy, self._most_open, self._clock = proxy, most_open, front.clock
        needs_login = proxy is None
        served = replace(door.served, needs_login=needs_login, is_proxied=not needs_login)
        self._door = replace(door, served=served)
        fields = {name: getattr(self._door, name) for name in Door.__dataclass_fields__}
        entrance = FrontDoor(**fields, doors=self._doors)
        self._front = application(replace(front, door=entrance, reader=NOBODY), Middleware(Unknown))
        self.metrics = Metrics()
        open_served = replace(served, needs_login=False)
        probing = replace(self._door, served=open_served)
        self._probes = Gate(self._probe, door=probing, refuse=refused)
        self._members: dict[str, Member] = {}
        self._open: OrderedDict[str, Member] = OrderedDict()
        self._opening = asyncio.Lock()
        self._encoding = asyncio.Semaphore(MOST_ENCODING)
        self._index = IndexState()
        self.state.end_streams = self._end_streams

    @contextlib.asynccontextmanager
    async def _living(self, _unused: Starlette) -> AsyncIterator[None]:
        async with self._front.router.lifespan_context(self._front):
            try:
                yield
            finally:
                await asyncio.gather(*(one.close() for one in self._open.values()))

    async def _end_streams(self) -> None:
        for one in [self._front, *(member.app for member in self._open.values())]:
            if one is not None:
                await one.state.end_streams()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        began, status = time.perf_counter(), GONE

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._answer(scope, receive, noting)
        finally:
            self.metrics.add(kind_of(scope), status, time.perf_counter() - began)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = (scope.get("client") or ("",))[0]
        if scope["path"] in PROBES and self._may_probe(peer):
            scope["app"] = self._front
            await self._probes(scope, receive, send)
            return
        name = await self._who(scope, peer)
        if name is None:
            await self._front(scope, receive, send)
            return
        member = self._member(name)
        # Counted before it is opened, so that nobody closes it in between.
        member.n_running += 1
        try:
            await (await self._opened(member))(scope, receive, send)
        finally:
            member.n_running -= 1
            await self._close_idle()

    async def _who(self, scope: Scope, peer: str) -> str | None:
        """Find the reader who asks; None where nobody is known."""
        if self._proxy is not None:
            return self._named(scope, peer, self._proxy)
        token = Request(scope).cookies.get(self._door.served.cookie, "")
        name = owner_of(token)
        if not self._is_reader(name):
            return None
        sessions = self._member(name).door.sessions
        # In a thread, since it may read the file of devices.
        return name if await run_in_threadpool(sessions.of_token, token) else None

    def _named(self, scope: Scope, peer: str, proxy: Proxy) -> str | None:
        """Read the reader's name in the proxy's header; puts the reason in the scope if there is
        none to be believed."""
        values = Request(scope).headers.getlist(proxy.header)
        name = values[0].strip() if len(values) == 1 else ""
        refusal = None
        if not is_address(peer, proxy.address):
            refusal = _NOT_THEIRS if values else _NOT_PROXY
        elif not name:
            refusal = _NO_NAME
        elif not self._is_reader(name):
            refusal = _NOBODY
        if refusal is None:
            return name
        shown = {"header": proxy.header, "peer": peer, "name": shorten(plain(name), 64)}
        scope["reader.refusal"] = (*refusal, shown)
        return None

    def _is_reader(self, name: str) -> bool:
        return is_name(name) and (self._readers / name).is_dir()

    def _member(self, name: str) -> Member:
        if name not in self._members:
            file = self._data / "devices" / f"{name}.json"
            sessions = Sessions(file, time.time, owner=name)
            # Without the file, on a full disk, form tokens are good until the server ends.
            with contextlib.suppress(StoreError):
                sessions.start()
            door = replace(self._door, sessions=sessions, codes=codes_of(self._data, name))
            self._members[name] = Member(name, door)
        return self._members[name]

    def _doors(self) -> list[Door]:
        """List the doors of all readers. Raises UsageError."""
        return [self._member(name).door for name in readers_in(self._readers)[0]]

    async def _opened(self, member: Member) -> Starlette:
        async with self._opening:
            if member.app is None:
                parts = self._parts_of(self._readers / member.name)
                parts = replace(parts, door=member.door, reader=member.name)
                limited = Middleware(
                    ReaderLimits,
                    may_work=self._may_work,
                    refuse=self.metrics.refuse,
                    encoding=self._encoding,
                )
                await member.open(application(parts, limited))
            self._open[member.name] = member
            self._open.move_to_end(member.name)
            assert member.app is not None  # noqa: S101  opened above
            return member.app

    async def _close_idle(self) -> None:
        """Close the libraries that were not used for longest, where too many are open."""
        while len(self._open) > self._most_open:
            # Looked for anew each time: while one is closed, others come and go.
            several = (m for m in self._open.values() if not m.n_running and not m.is_working)
            idle = next(several, None)
            if idle is None:
                return
            del self._open[idle.name]
            await idle.close()

    def _may_work(self) -> bool:
        return sum(member.is_working for member in self._open.values()) < MOST_WORK

    # Health, readiness, metrics

    def _may_probe(self, peer: str) -> bool:
        is_proxy = self._proxy is not None and is_address(peer, self._proxy.address)
        return is_proxy or is_loopback(peer)

    async def _probe(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: Response
        if scope["method"] not in READS:
            answer = await refused(Request(scope), HTTPStatus.METHOD_NOT_ALLOWED)
        elif scope["path"] == "/health":
            answer = PlainTextResponse("ok\n")
        elif scope["path"] == "/metrics":
            text = self.metrics.text(len(self._open))
            answer = PlainTextResponse(text, media_type="text/plain; version=0.0.4")
        else:
            answer = await run_in_threadpool(self._readiness)
        await answer(scope, receive, send)

    def _readiness(self) -> Response:
        try:
            names, _left_out = readers_in(self._readers)
        except UsageError:
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return PlainTextResponse("not ready: the readers' folder cannot be read\n", status)
        if self._index.is_away(self._readers / name for name in names):
            # 200, since own papers and notes are searched, and all pages work.
            return PlainTextResponse("degraded: the shared index does not answer\n")
        return PlainTextResponse("ready\n")


FRESH_S = 10.0
"""Seconds that the answer of a shared index counts, however often `/ready` is asked."""


@dataclass(slots=True)
class IndexState:
    """Whether the shared indexes of the readers answer."""

    _at: float = -FRESH_S
    _was_away: bool = False
    _settings: dict[Path, tuple[int, IndexSettings]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_away(self, folders: Iterable[Path]) -> bool:
        """Check whether one of the readers' shared indexes does not answer."""
        with self._lock:
            if time.monotonic() - self._at >= FRESH_S:
                several = {s for folder in folders if (s := self._of(folder / FEEDS)).url}
                self._was_away = any(failure_of(settings) for settings in several)
                self._at = time.monotonic()
            return self._was_away

    def _of(self, file: Path) -> IndexSettings:
        """Read a reader's settings, again where the file changed; none where it is broken."""
        try:
            stamp = file.stat().st_mtime_ns
            if self._settings.get(file, (0,))[0] != stamp:
                self._settings[file] = stamp, read_config(file).index
        except (OSError, ReaderError):
            return IndexSettings()
        return self._settings[file][1]
