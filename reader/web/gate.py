"""Check every request before a page sees it, and add the security headers to every answer.

Each refusal is a status and a text of the catalogue. A request that passes has in
`request.state`: `session` (None where nobody has to sign in), `csrf` (the token that forms
carry) and `is_proven` (a script sent that token; a form's token is checked when it is read).

A page of another site can make the browser send requests here: to our address (cross-site),
or to a name of its own that leads here (DNS rebinding). Origin and Sec-Fetch-Site show the
first, Host the second.

No HSTS: it applies to every port of a name. In a home network it would lock the person out of
their own plain pages, and out of these once the authority is replaced.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import chain
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reader.web.sessions import Codes, Sessions, Throttle

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
OF_PDF = "frame-ancestors 'none'"
"""Browsers show a PDF in a page of their own, which the whole policy would break."""

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms. Other sites
    # learn nothing from same-origin either.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(),"
    " serial=(), display-capture=(), browsing-topics=()",
}
TEXTS = ("text/html", "application/json", "text/event-stream")


def complete(headers: MutableHeaders) -> None:
    """Add the headers that every answer has; Cache-Control only where the page set none."""
    for name, value in ALWAYS.items():
        headers[name] = value
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    headers["content-security-policy"] = OF_PDF if kind == "application/pdf" else POLICY
    # What somebody reads is private: no proxy and no disk keeps a page. For offline use the
    # service worker has copies of its own.
    headers.setdefault(
        "cache-control", "private, no-store" if kind in TEXTS else "private, no-cache"
    )
    if "server" in headers:
        del headers["server"]


LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<name>[\w.-]+))(?::\d{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """The names and addresses under which the pages are served.

    names: lower case, IPv6 addresses without brackets. port: 0 where it does not matter.
    addresses: of the start page; the first one is printed as a QR code. fingerprint: SHA-256
    of the authority's certificate, "" without one. is_local: other machines cannot connect.
    is_proxied: a proxy in front knows who asks, so nobody signs in here.
    """

    names: frozenset[str] = LOCAL_NAMES
    port: int = 0
    is_tls: bool = False
    needs_login: bool = False
    addresses: tuple[str, ...] = ()
    fingerprint: str = ""
    is_local: bool = True
    is_proxied: bool = False

    @property
    def cookie(self) -> str:
        """The cookie's name. It has the port, since browsers share cookies between ports."""
        # A browser accepts a `__Host-` cookie only over HTTPS and from this very host.
        return f"{'__Host-' if self.is_tls else ''}reader{f'-{self.port}' if self.port else ''}"


def host_of(header: str) -> str | None:
    """Read the name in a Host header, in lower case; None for a malformed header."""
    found = _HOST.fullmatch(header)
    return (found["v6"] or found["name"]).lower().rstrip(".") if found else None


def is_own_host(served: ServerAddress, header: str, arrived_at: str) -> bool:
    """Check whether a Host header names this server.

    arrived_at: this machine's address at which the connection arrived. It is accepted too: it
    may have changed since the start, and a page of another site cannot have been loaded from
    it, so it is no DNS rebinding.
    """
    host = host_of(header)
    if host is None or host in served.names:
        return host is not None
    return is_address(arrived_at, host)


def is_address(peer: str, address: str) -> bool:
    """Check whether an end of a connection has an IP address; False for what is no address."""
    try:
        there = ipaddress.ip_address(peer.partition("%")[0])
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    # A socket for IPv6 shows an IPv4 connection as ::ffff:192.168.1.2.
    mapped = there.ipv4_mapped if isinstance(there, ipaddress.IPv6Address) else None
    return parsed in (there, mapped)


def is_cross_site(served: ServerAddress, headers: Mapping[str, str], *, is_read: bool) -> bool:
    """Check whether a page of another site caused the request.

    A link from another site is fine: the browser then shows our page alone, and the other
    site sees nothing of it. Everything else from another origin is refused; another port of
    this machine is another origin. Without both headers (curl; browsers send no Sec-Fetch
    over plain HTTP) the form's token decides.
    """
    site = headers.get("sec-fetch-site", "")
    if site not in ("", "same-origin", "none"):
        # "empty": a link that our own service worker passes on. Frames are refused here and
        # by the policy.
        is_link = headers.get("sec-fetch-mode") == "navigate"
        return not (is_read and is_link and headers.get("sec-fetch-dest") in ("document", "empty"))
    origin = headers.get("origin", "").lower()
    # The person may run a proxy with HTTPS in front of a server without it.
    schemes = ("https",) if served.is_tls else ("http", "https")
    here = {f"{scheme}://{headers.get('host', '').lower()}" for scheme in schemes}
    return not is_read and origin != "" and origin not in here


LONGEST_PATH = 2_048
LONGEST_QUERY = 8_192
LONGEST_HEADERS = 32_768
"""Bytes of all headers together; uvicorn counts only headers that come in several pieces."""

PATIENCE_S = 20.0
"""Longest silence, in seconds, while a body is being received."""

SLOWEST = 8_192
"""Least bytes per second of a body, after the first `PATIENCE_S`: a third of old 3G."""


def limited(
    receive: Receive, most: int, *, clock: Callable[[], float], patience_s: float = PATIENCE_S
) -> Receive:
    """Limit the size and the slowness of a request's body.

    most: bytes. clock: seconds. Whoever reads the body gets HTTPException 413 (too long) or
    408 (too slow).
    """
    started = clock()
    n_bytes, is_over = 0, False

    async def bounded() -> Message:
        nonlocal n_bytes, is_over
        if is_over:
            # The body is here; this waits for the client to disconnect, however long.
            return await receive()
        # Each byte that came buys time at the slowest rate.
        left = started + patience_s + n_bytes / SLOWEST - clock()
        try:
            message = await asyncio.wait_for(receive(), max(0.0, min(left, patience_s)))
        except TimeoutError:
            raise HTTPException(408) from None
        n_bytes += len(message.get("body", b""))
        if n_bytes > most:
            raise HTTPException(413)
        is_over = not message.get("more_body", False)
        return message

    return bounded


MAX_BODY = 1024 * 1024
"""Bytes of a form."""

MAX_NOTE = 3 * MAX_BODY
"""Bytes of a form with a note. A form encodes each byte that is not ASCII as three: a Japanese
note of the largest size (`note.MAX_BYTES`) fits."""

MAX_UPLOAD = 300 * 1024 * 1024
"""Bytes of an uploaded PDF with marks."""


@dataclass(frozen=True, slots=True)
class Door:
    """The access rules of one server; the defaults are for this machine alone.

    certificate: of this machine's authority (PEM), for devices to trust; b"" without one.
    on_trouble: is called with each unexpected exception.
    """

    served: ServerAddress = field(default_factory=ServerAddress)
    sessions: Sessions = field(default_factory=lambda: Sessions(None, time.time))
    codes: Codes = field(default_factory=lambda: Codes(time.monotonic))
    throttle: Throttle = field(default_factory=lambda: Throttle(time.monotonic))
    certificate: bytes = b""
    on_trouble: Callable[[Exception], None] = field(default=lambda _: None)

    def sign_in(self, typed: str, device: str) -> str | None:
        """Use up a code and sign a device in; returns its token, None for a wrong code.

        Raises StoreError.
        """
        return self.sessions.add(device) if self.codes.take(typed) else None


READS = ("GET", "HEAD")
METHODS = (*READS, "POST")

OPEN = re.compile(r"/(?:enter|trust|trust/.*|static/.*|worker\.js|manifest\.webmanifest|offline)")
"""Addresses that need no sign-in. They show nothing of the library."""

UPLOADS = re.compile(r"/pdf/.+/back")
NOTES = re.compile(r"/note/.+")

_BAD_PATH = re.compile(r"[\x00-\x1f\x7f\\]|(?:^|/)\.{1,2}(?:/|$)|\ufffd")
"""Characters in no address of ours: control characters, `\\`, "..", bytes that are not UTF-8."""

Refuse = Callable[[Request, int], Awaitable[Response]]


class Gate:
    """ASGI middleware that applies a Door. refuse: makes the page of a status (`visit.refused`)."""

    def __init__(self, app: ASGIApp, *, door: Door, refuse: Refuse) -> None:
        self._app, self._door, self._refuse = app, door, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # A web socket; no page has one.
            await send({"type": "websocket.close", "code": 1000})
            return
        is_begun = False

        async def send_completed(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                complete(MutableHeaders(scope=message))
            await send(message)

        request = Request(scope)
        try:
            answer = await self._refusal(request)
            if answer is None:
                if request.method not in READS:
                    receive = limited(receive, _max_bytes(scope["path"]), clock=time.monotonic)
                await self._app(scope, receive, send_completed)
                return
        except ClientDisconnect:
            # Nobody is left to read an answer.
            return
        except Exception as error:  # noqa: BLE001  the outermost border: the server goes on
            self._door.on_trouble(error)
            answer = await self._refuse(request, HTTPStatus.INTERNAL_SERVER_ERROR)
        # Once an answer has begun, its status cannot change any more: the connection ends.
        if not is_begun:
            await answer(scope, receive, send_completed)

    async def _refusal(self, request: Request) -> Response | None:
        """Return the answer to a refused request; None for one that passes.

        Cheap checks come first; the session, which may read a file, comes last.
        """
        door, is_read, path = self._door, request.method in READS, request.scope["path"]
        hosts = request.headers.getlist("host")
        server, *_ = request.scope.get("server") or ("",)
        # With two Host headers a proxy and we could believe different ones.
        if len(hosts) != 1 or not is_own_host(door.served, hosts[0], str(server)):
            # Not a page: under a foreign name nothing of this program is shown.
            return PlainTextResponse("Misdirected request", HTTPStatus.MISDIRECTED_REQUEST)
        request.state.session, request.state.csrf, request.state.is_proven = None, "", False
        if status := _malformed_status(request):
            return await self._refuse(request, status)
        if is_cross_site(door.served, request.headers, is_read=is_read):
            return await self._refuse(request, HTTPStatus.FORBIDDEN)
        token = request.cookies.get(door.served.cookie, "")
        # In a thread, since it may read the file of devices.
        session = await run_in_threadpool(door.sessions.of_token, token) if token else None
        request.state.session = session
        request.state.csrf = door.sessions.csrf(session)
        request.state.is_proven = has_token(request, request.headers.get("x-csrf", ""))
        if session is not None or not door.served.needs_login or OPEN.fullmatch(path):
            return None
        wants_page = "text/html" in request.headers.get("accept", "")
        # A script would follow a redirect without noticing: it gets the status.
        if not is_read or not wants_page or "x-part" in request.headers:
            return await self._refuse(request, HTTPStatus.UNAUTHORIZED)
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/enter?next={quote(target, safe='')}", status_code=303)


def has_token(request: Request, token: str) -> bool:
    """Check the CSRF token that a form or script sent."""
    # In constant time: how long it takes says nothing about the token.
    return hmac.compare_digest(token.encode(), request.state.csrf.encode())


def _malformed_status(request: Request) -> int:
    """Return the status for a request that none of our pages sends, 0 for a normal one."""
    if request.method not in METHODS:
        return HTTPStatus.METHOD_NOT_ALLOWED
    # raw_path is as it was sent, before "%E3%81%82" became one character.
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    if len(raw) > LONGEST_PATH or len(request.scope["query_string"]) > LONGEST_QUERY:
        return HTTPStatus.REQUEST_URI_TOO_LONG
    if sum(map(len, chain(*request.headers.raw))) > LONGEST_HEADERS:
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    if _BAD_PATH.search(request.scope["path"]):
        return HTTPStatus.NOT_FOUND
    length = request.headers.get("content-length", "0")
    # [:20]: int() raises ValueError for more than 4,300 digits.
    if not length.isdecimal() or int(length[:20]) > _max_bytes(request.scope["path"]):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return 0


def _max_bytes(path: str) -> int:
    """Return the most bytes that a body sent to an address may have."""
    if UPLOADS.fullmatch(path):
        return MAX_UPLOAD
    return MAX_NOTE if NOTES.fullmatch(path) else MAX_BODY
