"""Run the pages until somebody ends them; requests that have begun are answered first."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from reader.web.door.throttle import network_of

if TYPE_CHECKING:
    from starlette.applications import Starlette

MOST_CONNECTIONS = 500
MOST_OF_ONE = 250
"""Connections of one client; two hundred readers behind one proxy count as one."""

LONGEST_HEAD = 16_384
"""Bytes of a request's line and headers together."""

HEAD_PATIENCE_S = 15.0
KEPT_S = 60
"""How long a connection stays open after an answer."""

END_PATIENCE_S = 10
"""How long answers that have begun may take once the server is asked to end."""

_LOOK_S = 0.05


class Patient(H11Protocol):
    """HTTP/1.1 that closes a connection whose request's head does not come in time.

    No client keeps the others out by connections that it leaves open: it has so many of them, and
    a new one takes the place of the one that was idle for longest.
    """

    _head_timer: asyncio.TimerHandle | None = None
    _idle_since: float = 0.0
    _is_dropped: bool = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
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
        """Tell whether no request is being read or answered."""
        cycle = getattr(self, "cycle", None)
        return cycle is None or (cycle.response_complete and not cycle.more_body)

    def _make_room(self) -> None:
        """Drop a connection where there are too many: of this client, else of all together."""
        there = [c for c in self.connections if isinstance(c, Patient) and not c._is_dropped]
        mine = [c for c in there if c._of == self._of]
        if len(mine) > MOST_OF_ONE:
            several = mine
        elif len(there) >= MOST_CONNECTIONS:
            several = there
        else:
            return
        # The new one is among them: it goes where all others are at work.
        idle = [c for c in several if c._is_idle()]
        oldest = min(idle, key=lambda c: c._idle_since)
        oldest._is_dropped = True
        oldest.transport.abort()  # `close` would wait for a TLS goodbye from whoever is silent

    @property
    def _of(self) -> str:
        """Whom the connection counts for."""
        return network_of(self.client[0]) if self.client else ""

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_PATIENCE_S, self.transport.close)


class _Server(uvicorn.Server):
    """A server that ends streams by what they are given, before it waits for answers."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._end_streams()
        closing = asyncio.create_task(self._close_late())
        await super().shutdown(sockets)
        closing.cancel()

    async def _close_late(self) -> None:
        """Close connections that were accepted and not yet known as uvicorn closed all it knew:
        it would wait `END_PATIENCE_S` for the first request of each."""
        while True:
            await asyncio.sleep(_LOOK_S)
            for connection in list(self.server_state.connections):
                connection.shutdown()


def run(
    app: Starlette, listener: socket.socket, *, context: ssl.SSLContext | None, is_debug: bool
) -> None:
    """Serve until Ctrl-C or SIGTERM; a second Ctrl-C does not wait for anything."""
    logging.getLogger("uvicorn").setLevel(logging.INFO if is_debug else logging.CRITICAL)
    config = uvicorn.Config(
        app,
        http=Patient,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,  # addresses have codes in them, and what somebody reads
        server_header=False,
        proxy_headers=False,  # whoever asks says who it is
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEPT_S,
        timeout_graceful_shutdown=END_PATIENCE_S,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    config.load()
    config.ssl = context
    server = _Server(config, app.state.end_streams)
    with _ended_by_signals(server):
        server.run(sockets=[listener])


@contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """End a server by signals before it listens to them itself, and let none end us after.

    uvicorn raises what it caught once more when it is done: by then all is said.
    """

    def end(_: int, __: FrameType | None) -> None:
        server.should_exit = True

    before = {one: signal.signal(one, end) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
