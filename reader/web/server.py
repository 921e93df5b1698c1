"""Put the pages together, find this machine's addresses, and serve until somebody ends it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import gc
import ipaddress
import logging
import os
import re
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from reader.base.errors import UsageError, os_reason
from reader.base.messages import N_, _
from reader.web.gate import LOCAL_NAMES, Gate, ServerAddress
from reader.web.pages import ROUTES
from reader.web.render import A_YEAR_S, asset_content
from reader.web.sessions import network_of
from reader.web.visit import Parts, refused
from reader.web.work import MorningClock, Pool, ValueCache, Work

if TYPE_CHECKING:
    from starlette.applications import Starlette


MOST_CONNECTIONS = 500
MOST_OF_ONE = 250
"""Connections of one client; two hundred readers behind one proxy count as one client."""

LONGEST_HEAD = 16_384
"""Bytes of a request's line and headers together."""

HEAD_PATIENCE_S = 15.0
"""Seconds in which a request's line and headers must come."""
KEPT_S = 60
"""Seconds that a connection stays open after an answer."""

END_PATIENCE_S = 10
"""Seconds that open answers may still take once the server is asked to end."""

_POLL_S = 0.05


class Patient(H11Protocol):
    """HTTP/1.1 that limits idle connections.

    A connection whose request does not come in time is closed: uvicorn has a timeout between
    requests, but none for a request's line and headers. A client has `MOST_OF_ONE`
    connections at most; a new one replaces the one that was idle for longest.
    """

    _head_timer: asyncio.TimerHandle | None = None
    _idle_since: float = 0.0
    _is_dropped: bool = False
    _of: str = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._of = network_of(self.client[0]) if self.client else ""
        self._idle_since = self.loop.time()
        self._wait_for_head()
        self._make_room()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._idle_since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        if self._head_timer is None and self._is_idle():
            self._wait_for_head()
        super().data_received(data)
        if self._head_timer is not None and not self._is_idle():
            self._head_timer.cancel()
            self._head_timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
        super().connection_lost(exc)

    def _is_idle(self) -> bool:
        """Check that no request is being read or answered on this connection."""
        cycle = getattr(self, "cycle", None)
        return cycle is None or (cycle.response_complete and not cycle.more_body)

    def _make_room(self) -> None:
        """Close the longest idle connection where there are too many, of this client or of all."""
        # Left to uvicorn's own limit, 600 connections of one client gave everybody 503.
        there = [c for c in self.connections if isinstance(c, Patient) and not c._is_dropped]
        mine = [c for c in there if c._of == self._of]
        # `<`: uvicorn answers 503 from `limit_concurrency` connections on, this one included.
        if len(mine) <= MOST_OF_ONE and len(there) < MOST_CONNECTIONS:
            return
        several = mine if len(mine) > MOST_OF_ONE else there
        # The new connection is one of them, so it goes itself where all others are busy.
        idle = [c for c in several if c._is_idle()]
        oldest = min(idle, key=lambda c: c._idle_since)
        oldest._is_dropped = True
        # `close` would wait for the TLS goodbye of a client that says nothing.
        oldest.transport.abort()

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_PATIENCE_S, self.transport.close)


class _Server(uvicorn.Server):
    """A uvicorn server that ends the open streams first, before it waits for answers."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        async def close_late() -> None:
            # uvicorn closes the connections that it knows. For one that was accepted just then
            # it would wait `END_PATIENCE_S`, until its first request comes.
            while True:
                await asyncio.sleep(_POLL_S)
                for connection in list(self.server_state.connections):
                    connection.shutdown()

        await self._end_streams()
        closing = asyncio.create_task(close_late())
        await super().shutdown(sockets)
        closing.cancel()


def run(
    app: Starlette, listener: socket.socket, *, context: ssl.SSLContext | None, is_debug: bool
) -> None:
    """Serve until Ctrl-C or SIGTERM; a second Ctrl-C ends it without waiting for answers."""
    logging.getLogger("uvicorn").setLevel(logging.INFO if is_debug else logging.CRITICAL)
    config = uvicorn.Config(
        app,
        http=Patient,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,  # addresses have one-time codes, and show what somebody reads
        server_header=False,
        proxy_headers=False,  # in these headers any client may claim to be another one
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEPT_S,
        timeout_graceful_shutdown=END_PATIENCE_S,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    config.load()
    # uvicorn itself reads certificates from files, and ours is never written to one.
    config.ssl = context
    server = _Server(config, app.state.end_streams)

    def end(_unused: int, __: FrameType | None) -> None:
        server.should_exit = True

    # What is loaded by now stays as long as the server runs. A full garbage collection would go
    # through all of it, 50 ms in the middle of a page; of what pages leave it takes 10 ms.
    gc.freeze()
    # uvicorn handles signals only once it has started: these handlers end it earlier too. When
    # it is done it raises the signal that it caught once more, which must not end us then.
    before = {one: signal.signal(one, end) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[listener])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


WAITING = 512
"""Connections that the system keeps until they are accepted."""


def listening(host: str, port: int) -> socket.socket:
    """Open a port; 0 means any free one. Raises UsageError with what to do."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        what = _("{host} is not an address of this machine.", host=host)
        raise UsageError(
            what=what,
            hint=_(
                "`--host 0.0.0.0` listens on all addresses. `--name` adds names under which "
                "devices open the pages."
            ),
        ) from None
    family, kind, protocol, _unused, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    opened = socket.socket(family, kind, protocol)
    try:
        # A port can be opened again right after its server ended. On Windows this option would
        # let two servers share a port.
        if os.name == "posix":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # "::" takes connections over IPv4 too.
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        opened.bind(address)
        opened.listen(WAITING)
    except OSError as error:
        opened.close()
        text, hint = _ERRORS.get(
            error.errno or 0,
            (
                N_("The server cannot listen on {host}: {what}."),
                N_(
                    "`--host 0.0.0.0` listens on all addresses. `--name` adds names under which "
                    "devices open the pages."
                ),
            ),
        )
        what = _(text, host=host, port=port, what=os_reason(error))
        raise UsageError(what=what, hint=_(hint)) from None
    return opened


_ERRORS = {
    errno.EADDRINUSE: (
        N_("Port {port} is in use."),
        N_("Another `reader serve` may be running. `--port 0` takes any free port."),
    ),
    errno.EACCES: (
        N_("You are not allowed to open port {port}."),
        N_("Use port 1024 or higher: `--port 8100`."),
    ),
    errno.EPERM: (
        N_("You are not allowed to open port {port}."),
        N_("Use port 1024 or higher: `--port 8100`."),
    ),
    errno.EADDRNOTAVAIL: (
        N_("{host} is not an address of this machine."),
        N_(
            "`--host 0.0.0.0` listens on all addresses. `--name` adds names under which "
            "devices open the pages."
        ),
    ),
}
"""Error numbers with a text of their own; for others the system's words are shown."""


_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)


def name_of(typed: str) -> str:
    """Normalise a typed host name or address; names outside ASCII become IDNA.

    Raises UsageError.
    """
    bare = typed.strip().lower().removeprefix("[").removesuffix("]").rstrip(".")
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(bare))
    with contextlib.suppress(UnicodeError):
        bare = bare.encode("idna").decode("ascii") if bare else ""
    if not _NAME.fullmatch(bare):
        raise UsageError(
            what=_("{name} is neither a machine's name nor an address.", name=typed),
            hint=_("Give the part between https:// and the next slash, without a port."),
        )
    return bare


def served(
    bound: str,
    port: int,
    *,
    host: str = "",
    given: Sequence[str] = (),
    certified: Sequence[str] = (),
    is_tls: bool = False,
    must_sign_in: bool = False,
) -> ServerAddress:
    """Work out the names and addresses under which the pages can be reached.

    bound: the socket's address. host: as typed for `--host`. given: further names that the
    person typed; they come first. certified: names in the certificate.
    """
    is_local = ipaddress.ip_address(bound).is_loopback
    beyond = [] if is_local else [*_as_host_names(host), *certified, *own_names(bound)]
    names = list(dict.fromkeys([*given, *beyond, *([bound] if is_local else [])]))
    scheme = "https" if is_tls else "http"
    return ServerAddress(
        names=LOCAL_NAMES | set(names),
        port=port,
        is_tls=is_tls,
        needs_login=must_sign_in or not is_local or bool(set(given) - LOCAL_NAMES),
        addresses=tuple(
            f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}/" for name in names
        ),
        is_local=is_local,
    )


def own_names(bound: str) -> list[str]:
    """List this machine's names and addresses, those that other devices find most surely first.

    bound: the socket's address; it is the only one unless it means all ("0.0.0.0", "::").
    """
    address = ipaddress.ip_address(bound)
    if not address.is_unspecified:
        return [bound]
    # Addresses for documentation (RFC 5737, RFC 3849): any address outside would do.
    outward = [_outward(socket.AF_INET, "192.0.2.1")]
    if address.version == 6:
        outward.append(_outward(socket.AF_INET6, "2001:db8::1"))
    name = socket.gethostname().lower().rstrip(".")
    names = [name, f"{name.partition('.')[0]}.local"] if _NAME.fullmatch(name) else []
    # macOS has such a name itself. It stays, while an address may change tomorrow.
    lasting = [one for one in names[:1] if one.endswith(".local")]
    found = [*lasting, *(one for one in outward if one), *reversed(names)]
    return [one for one in dict.fromkeys(found) if one not in LOCAL_NAMES]


def _as_host_names(host: str) -> list[str]:
    """Return a host as a name or address; none for "0.0.0.0", "::" or what is no name."""
    with contextlib.suppress(ValueError):
        return [] if ipaddress.ip_address(host).is_unspecified else [host]
    with contextlib.suppress(UsageError):
        return [name_of(host)]
    return []


def _outward(family: socket.AddressFamily, elsewhere: str) -> str:
    """Find this machine's address in its network; "" where it has none of the family."""
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        # For UDP `connect` only chooses a route, and sends nothing.
        probe.connect((elsewhere, 9))
        return str(probe.getsockname()[0])
    return ""


def application(parts: Parts, *inner: Middleware) -> Starlette:
    """Build the pages of one library as an ASGI application.

    inner: what a request passes after the gate and before its page.
    """
    pool = Pool(parts.folder, parts.open_library)

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  what it is registered for
        return await refused(request, error.status_code)

    # The pages themselves are sent as they are: beside their token stands what others wrote, and
    # who sees the lengths of packed answers could guess the one by the other.
    static = GZipMiddleware(_Static(packages=[("reader.web", "static")]), compresslevel=6)
    routes = [*ROUTES, Mount("/static", static)]
    made = Starlette(
        routes=routes,
        middleware=[Middleware(Gate, door=parts.door, refuse=refused), *inner],
        exception_handlers={HTTPException: refuse},
        lifespan=functools.partial(_lifespan, parts, pool),
    )

    # `server` calls it before uvicorn waits for open answers: a stream never ends by itself.
    async def end_streams() -> None:
        await made.state.work.end_streams()

    made.state.end_streams = end_streams
    made.state.parts, made.state.pool, made.state.remembered = parts, pool, ValueCache()
    return made


@contextlib.asynccontextmanager
async def _lifespan(parts: Parts, pool: Pool, app: Starlette) -> AsyncIterator[None]:
    # Made here, since both need the running event loop. They end with the server.
    work = app.state.work = Work(parts.command, parts.clock)
    clock = None
    if parts.gather_at is not None:
        clock = MorningClock(parts.gather_at, pool, work, parts.tell)
    app.state.morning_clock = clock
    # Pages run in threads: by this one of them starts work in the loop.
    app.state.loop = asyncio.get_running_loop()
    looking = asyncio.create_task(clock.run()) if clock else None
    try:
        yield
    finally:
        # The clock ends first: it could begin new work while the old one is being ended.
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        await work.close()
        for one in (pool, parts.drawn, parts.uploads):
            # In a thread: ending the processes that draw takes a while.
            await run_in_threadpool(one.close)


class _Static(StaticFiles):
    """The program's own files. Browsers keep them for good: an address has the file's hash."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        found = await super().get_response(path, scope)
        # Scripts import each other by addresses with hashes, which the files themselves lack.
        if path.endswith(".js") and found.status_code == 200:
            found = Response(asset_content(path), media_type="text/javascript")
        # Without its hash an address may have another content tomorrow.
        if Request(scope).url.query:
            found.headers["cache-control"] = f"public, max-age={A_YEAR_S}, immutable"
        return found
