"""Open connections that end in time and, where guarded, never lead into a private network.

httpx has a timeout for each read but none for the whole, and looks names up by itself. So
the sockets are wrapped here, by httpcore's own hook for that (`NetworkBackend`): each wait
is cut to what is left of the deadline, headers included, and a name is looked up once,
checked, and the checked address is the one connected to: a name that answers something
else a moment later (DNS rebinding) gains nothing. This module knows no status and no body.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
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
"""What httpcore raises; its classes have no common root."""

# A kept connection that the server closes in the moment we use it again, without having
# said so, shows as one of these before any answer: 32 of 300 calls in a row, measured. A
# GET may be sent again.
_HUNG_UP = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)

Lookup = Callable[[str, int], list[str]]


class PrivateAddress(Exception):
    """A name leads into a private network."""

    def __init__(self, host: str, address: str) -> None:
        self.host, self.address = host, address
        super().__init__(f"{host} is {address}")


class RequestDeadline(threading.local):
    """The moment at which the request of this thread must be over."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._at = float("inf")

    def start(self, seconds: float) -> None:
        self._at = self._monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Leave out a time that was spent waiting out of politeness."""
        self._at += seconds

    @property
    def is_over(self) -> bool:
        return self._monotonic() >= self._at

    def cut(self, timeout: float | None) -> float:
        """Shorten a timeout to what is left; raises ReadTimeout if that is nothing."""
        left = self._at - self._monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left if timeout is None else min(timeout, left)


class Transport(httpx.BaseTransport):
    """httpx over httpcore with our sockets. Guarded: public addresses only.

    Errors are httpcore's, or PrivateAddress.
    """

    def __init__(
        self, deadline: RequestDeadline, *, is_guarded: bool, lookup: Lookup | None = None
    ):
        backend = Backend(deadline, is_guarded=is_guarded, lookup=lookup or look_up)
        self._pool = httpcore.ConnectionPool(
            max_connections=128, max_keepalive_connections=8, keepalive_expiry=15.0,
            network_backend=backend,
        )  # fmt: skip

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = httpcore.Request(
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
            answer = self._pool.handle_request(asked)
        except _HUNG_UP:
            answer = self._pool.handle_request(asked)
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
    """Connect to the first address of a name that answers, all of them checked before."""

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
        addresses = self._addresses(host, port)
        for i, address in enumerate(addresses):
            is_last = i == len(addresses) - 1
            with contextlib.nullcontext() if is_last else contextlib.suppress(*_TRY_THE_NEXT):
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.cut(timeout), local_address, socket_options
                )
                return _Stream(stream, self._deadline)
        raise httpcore.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = self._lookup(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        for address in addresses if self._is_guarded else ():
            if not is_public(address):
                raise PrivateAddress(host, address)
        return addresses


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
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.cut(timeout))
        return _Stream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def look_up(host: str, port: int) -> list[str]:
    """List the addresses of a name, in the system's order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet.

    An IPv4 address inside an IPv6 one counts as what it is: mapped (::ffff:0:0/96), 6to4
    (2002::/16), or behind NAT64 (64:ff9b::/96, RFC 6052), which phone networks use for
    every public IPv4 server.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(parsed.packed[-4:])
        parsed = inner or parsed
    return parsed.is_global and not parsed.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
