"""Open connections that end in time and, where guarded, never lead into a private network.

httpx has a timeout for each read but none for the whole, and looks names up by itself. So the
sockets are wrapped here, by httpcore's own hook for that (`NetworkBackend`): each wait is cut to
what is left of the deadline, headers included, and a name is looked up once, checked, and the
checked address is the one connected to: a name that answers something else a moment later (DNS
rebinding) gains nothing.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

CORE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
"""The exceptions of httpcore, which have no common base class."""

# A server may close a kept connection just as it is used again: then one of these is raised
# before any answer came. Measured in 32 of 300 calls in a row. A GET may be sent again.
_HUNG_UP = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)

Lookup = Callable[[str, int], list[str]]


class PrivateAddress(Exception):
    """A host name has an address in a private network."""

    def __init__(self, host: str, address: str) -> None:
        self.host, self.address = host, address
        super().__init__(f"{host} is {address}")


@dataclass(slots=True)
class TimeBudget:
    """The time of many requests together.

    ends_at: of the monotonic clock, None before the first request.
    """

    seconds: float
    ends_at: float | None = None


class RequestDeadline(threading.local):
    """The moment at which this thread's request must end; each thread has its own."""

    # `threading.local` calls this again in each thread that uses the object.
    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._began_at, self._at = float("-inf"), float("inf")
        self._budget: TimeBudget | None = None
        self._paused_s = 0.0

    def start(self, seconds: float, budget: TimeBudget | None = None) -> None:
        """Begin a request. budget: the time that it shares with others, None for none."""
        if budget is not self._budget:
            self._budget, self._paused_s = budget, 0.0
        self._began_at = self._monotonic()
        self._at = self._began_at + seconds

    def extend(self, seconds: float, *, is_polite: bool) -> None:
        """Move the deadline by seconds that were spent in a pause between calls.

        is_polite: the source always asks for this pause, so that it moves the end of the budget
        too; else its host was busy.
        """
        self._began_at += seconds
        self._at += seconds
        self._paused_s += seconds if is_polite else 0.0

    @property
    def is_over(self) -> bool:
        return self._monotonic() >= self._at

    @property
    def spent_s(self) -> float:
        """The seconds that the request took so far, without pauses."""
        return self._monotonic() - self._began_at

    @property
    def budget_left_s(self) -> float:
        """The seconds that are left of the budget, infinite without one."""
        if self._budget is None or self._budget.ends_at is None:
            return float("inf")
        return self._budget.ends_at + self._paused_s - self._monotonic()

    def cut(self, timeout: float | None) -> float:
        """Shorten a timeout to the seconds left; None means no timeout.

        Raises httpcore.ReadTimeout where no time is left.
        """
        left = min(self._at - self._monotonic(), self.budget_left_s)
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left if timeout is None else min(timeout, left)


class Transport(httpx.BaseTransport):
    """httpx over httpcore, with our own connections.

    is_guarded: connect to public addresses only. Raises httpcore's errors and PrivateAddress.
    """

    def __init__(
        self, deadline: RequestDeadline, *, is_guarded: bool, lookup: Lookup | None = None
    ):
        backend = Backend(deadline, is_guarded=is_guarded, lookup=lookup or look_up)
        self._pool = httpcore.ConnectionPool(
            # httpx's own transport takes no network backend, and httpcore's pool does.
            max_connections=128, max_keepalive_connections=8, keepalive_expiry=15.0,
            network_backend=backend,
        )  # fmt: skip

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request_sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.content or None,
            extensions=request.extensions,
        )
        try:
            answer = self._pool.handle_request(request_sent)
        except _HUNG_UP:
            answer = self._pool.handle_request(request_sent)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class Backend(httpcore.NetworkBackend):
    """Connects to the first address of a name that answers.

    Where it is guarded, all addresses are checked before the first connection.
    """

    def __init__(self, deadline: RequestDeadline, *, is_guarded: bool, lookup: Lookup) -> None:
        self._deadline, self._is_guarded, self._lookup = deadline, is_guarded, lookup
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._lookup(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        for address in addresses if self._is_guarded else ():
            if not is_public(address):
                raise PrivateAddress(host, address)
        for i, address in enumerate(addresses):
            # The error of the last address is the one that is told.
            is_last = i == len(addresses) - 1
            with contextlib.nullcontext() if is_last else contextlib.suppress(*_TRY_THE_NEXT):
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.cut(timeout), local_address, socket_options
                )
                return _Stream(stream, self._deadline)
        raise httpcore.ConnectError(f"{host} has no address")


_TRY_THE_NEXT = (httpcore.ConnectError, httpcore.ConnectTimeout)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: RequestDeadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.cut(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.cut(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left_s = self._deadline.cut(timeout)
        # The handshake waits that long for each of its bytes, so a timer ends it as a whole. It
        # needs a handle of its own: Python takes the socket apart as it wraps it.
        handle = self._inner.get_extra_info("socket").dup()
        timer = threading.Timer(left_s, _shut_down, (handle,))
        timer.daemon = True
        timer.start()
        try:
            secured = self._inner.start_tls(ssl_context, server_hostname, left_s)
        finally:
            timer.cancel()
            handle.close()
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _shut_down(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was faster
        handle.shutdown(socket.SHUT_RDWR)


def look_up(host: str, port: int) -> list[str]:
    """Look up the addresses of a name, in the system's order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Check whether an address belongs to the public internet.

    An IPv4 address inside an IPv6 one is checked as IPv4: mapped (::ffff:0:0/96), 6to4
    (2002::/16), or behind NAT64 (64:ff9b::/96, RFC 6052), which phone networks use for
    every public IPv4 server.
    """
    # In "fe80::1%eth0" the part from % on names the interface.
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(parsed.packed[-4:])
        parsed = inner or parsed
    # `ipaddress` counts multicast addresses such as 224.0.0.1 as global.
    return parsed.is_global and not parsed.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
