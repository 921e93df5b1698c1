"""Stand in front of all pages: who may ask, from where, how much, and what each answer carries.

Each refusal is a status and a text of the catalogue. What it lets through carries in
`request.state`: `session` (None where nobody has to sign in), `csrf` (what forms print) and
`is_proven` (a script sent that token; of a form the field is looked at when it is read).

A page of another site can make the browser ask this server, by an address (cross-site) or
by a name of its own that leads here (DNS rebinding): the first is seen by Origin and
Sec-Fetch-Site, the second by Host.

No HSTS: it holds for a name's every port, and for names of a home it would lock the person
out of their own plain pages, and of these once the authority is made anew.
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
"""Browsers show a PDF by a page of their own, which the whole policy would keep from working."""

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: that makes browsers send "Origin: null" with our own forms. Other
    # sites are told nothing by this one either.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(),"
    " serial=(), display-capture=(), browsing-topics=()",
}
TEXTS = ("text/html", "application/json", "text/event-stream")


def complete(headers: MutableHeaders) -> None:
    """Add what every answer carries; how long it may be kept only where it does not say so."""
    for name, value in ALWAYS.items():
        headers[name] = value
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    headers["content-security-policy"] = OF_PDF if kind == "application/pdf" else POLICY
    # Who reads what of whom is private: no proxy and no disk keeps a page. The service
    # worker has copies of its own for when there is no network.
    headers.setdefault(
        "cache-control", "private, no-store" if kind in TEXTS else "private, no-cache"
    )
    if "server" in headers:
        del headers["server"]


LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<name>[\w.-]+))(?::\d{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """How the pages are reached.

    names: lower case, IPv6 addresses without brackets. port: 0 where it does not matter.
    addresses: of the start page, the one to print as a QR code first. fingerprint: SHA-256
    of the authority's certificate, empty without one. is_local: no other machine connects.
    """

    names: frozenset[str] = LOCAL_NAMES
    port: int = 0
    is_tls: bool = False
    needs_login: bool = False
    addresses: tuple[str, ...] = ()
    fingerprint: str = ""
    is_local: bool = True

    @property
    def cookie(self) -> str:
        """Name the cookie. With its port, since browsers keep one jar for all ports of a host."""
        return f"{'__Host-' if self.is_tls else ''}reader{f'-{self.port}' if self.port else ''}"


def host_of(header: str) -> str | None:
    """Read the name in a Host header, None where it is none."""
    found = _HOST.fullmatch(header)
    return (found["v6"] or found["name"]).lower().rstrip(".") if found else None


def is_ours(served: ServerAddress, header: str, arrived_at: str) -> bool:
    """Check whether a Host header names this server.

    arrived_at: the address of this machine that the connection came to. Under that a page
    of another site cannot have been loaded, so it is no rebinding; and it may have changed
    since the start.
    """
    host = host_of(header)
    if host is None or host in served.names:
        return host is not None
    try:
        here = ipaddress.ip_address(arrived_at.partition("%")[0])
        there = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = here.ipv4_mapped if isinstance(here, ipaddress.IPv6Address) else None
    return there in (here, mapped)


def is_from_elsewhere(served: ServerAddress, headers: Mapping[str, str], *, is_read: bool) -> bool:
    """Check whether a page of another site makes the browser ask.

    A link that leads here from elsewhere is fine: the browser then shows our page alone, and
    who linked sees nothing of it. Everything else of another origin is not; another port of
    this machine is another origin. Without either header (curl, browsers over plain HTTP
    send no Sec-Fetch) the token of the form decides.
    """
    site = headers.get("sec-fetch-site", "")
    if site not in ("", "same-origin", "none"):
        # "empty" is a link that our own service worker passes on. Frames are refused here
        # and by the policy.
        is_link = headers.get("sec-fetch-mode") == "navigate"
        return not (is_read and is_link and headers.get("sec-fetch-dest") in ("document", "empty"))
    origin = headers.get("origin", "").lower()
    # https before plain HTTP is a proxy of the person's on this machine.
    schemes = ("https",) if served.is_tls else ("http", "https")
    here = {f"{scheme}://{headers.get('host', '').lower()}" for scheme in schemes}
    return not is_read and origin != "" and origin not in here


LONGEST_PATH = 2_048
LONGEST_QUERY = 8_192
LONGEST_HEADERS = 32_768
"""Bytes of all headers together; the server counts those that come in pieces only."""

PATIENCE_S = 20.0
"""How long nothing may come."""

SLOWEST = 8_192
"""Bytes a second that a body must come with, after `PATIENCE_S`: a third of old 3G."""


def limited(
    receive: Receive, most: int, *, clock: Callable[[], float], patience_s: float = PATIENCE_S
) -> Receive:
    """Bound what is read of a body: no more than `most` bytes, and not too slowly.

    Raises HTTPException, 413 or 408, in whoever reads it. clock: seconds.
    """
    started = clock()
    n_bytes, is_over = 0, False

    async def bounded() -> Message:
        nonlocal n_bytes, is_over
        if is_over:  # whoever listens now waits for the client to go, however long
            return await receive()
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
"""Bytes of a form with a note: a form writes each byte that is not ASCII as three, so that a
Japanese note as large as notes may be (`note.MAX_BYTES`) fits."""

MAX_UPLOAD = 300 * 1024 * 1024
"""Bytes of a marked PDF that is handed back."""


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one server, on this machine alone where nothing is given.

    certificate: of this machine's authority (PEM), for devices to trust; empty without one.
    on_trouble: is told of exceptions that nobody expected.
    """

    served: ServerAddress = field(default_factory=ServerAddress)
    sessions: Sessions = field(default_factory=lambda: Sessions(None, time.time))
    codes: Codes = field(default_factory=lambda: Codes(time.monotonic))
    throttle: Throttle = field(default_factory=lambda: Throttle(time.monotonic))
    certificate: bytes = b""
    on_trouble: Callable[[Exception], None] = field(default=lambda _: None)


READS = ("GET", "HEAD")
METHODS = (*READS, "POST")

OPEN = re.compile(r"/(?:enter|trust|trust/.*|static/.*|worker\.js|manifest\.webmanifest|offline)")
"""What has nothing of the library in it, and is needed before anybody signs in."""

UPLOADS = re.compile(r"/pdf/.+/back")
NOTES = re.compile(r"/note/.+")

_STRANGE = re.compile(r"[\x00-\x1f\x7f\\]|(?:^|/)\.{1,2}(?:/|$)|\ufffd")
"""What stands in no address of ours: control characters, `\\`, steps to other folders, bytes
that are no UTF-8."""

Refuse = Callable[[Request, int], Awaitable[Response]]


class Gate:
    """ASGI middleware. refuse: makes the page of a status; see `visit.refused`."""

    def __init__(self, app: ASGIApp, *, door: Door, refuse: Refuse) -> None:
        self._app, self._door, self._refuse = app, door, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # a web socket; no page has one
            await send({"type": "websocket.close", "code": 1000})
            return
        is_begun = False

        async def completed(message: Message) -> None:
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
                    receive = limited(receive, _most(scope["path"]), clock=time.monotonic)
                await self._app(scope, receive, completed)
                return
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  the outermost border: the server goes on
            self._door.on_trouble(error)
            answer = await self._refuse(request, HTTPStatus.INTERNAL_SERVER_ERROR)
        if not is_begun:
            await answer(scope, receive, completed)

    async def _refusal(self, request: Request) -> Response | None:
        """Return the answer to a request that is not let through, None for all others.

        Cheap looks come first; the session, which may read a file, last.
        """
        door, is_read, path = self._door, request.method in READS, request.scope["path"]
        hosts = request.headers.getlist("host")
        server, *_ = request.scope.get("server") or ("",)
        if len(hosts) != 1 or not is_ours(door.served, hosts[0], str(server)):
            # No page: a name that leads here from elsewhere is shown nothing.
            return PlainTextResponse("Misdirected request", HTTPStatus.MISDIRECTED_REQUEST)
        request.state.session, request.state.csrf, request.state.is_proven = None, "", False
        if status := _wrong_shape(request):
            return await self._refuse(request, status)
        if is_from_elsewhere(door.served, request.headers, is_read=is_read):
            return await self._refuse(request, HTTPStatus.FORBIDDEN)
        token = request.cookies.get(door.served.cookie, "")
        session = await run_in_threadpool(door.sessions.of_token, token) if token else None
        request.state.session = session
        request.state.csrf = door.sessions.csrf(session)
        request.state.is_proven = is_right(request, request.headers.get("x-csrf", ""))
        if session is not None or not door.served.needs_login or OPEN.fullmatch(path):
            return None
        wants_page = "text/html" in request.headers.get("accept", "")
        if not is_read or not wants_page or "x-part" in request.headers:
            return await self._refuse(request, HTTPStatus.UNAUTHORIZED)
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/enter?next={quote(asked, safe='')}", status_code=303)


def is_right(request: Request, token: str) -> bool:
    """Check that a form or script has the token of this device."""
    return hmac.compare_digest(token.encode(), request.state.csrf.encode())


def _wrong_shape(request: Request) -> int:
    """Return the status for what no page of ours would ask, 0 for none."""
    if request.method not in METHODS:
        return HTTPStatus.METHOD_NOT_ALLOWED
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    if len(raw) > LONGEST_PATH or len(request.scope["query_string"]) > LONGEST_QUERY:
        return HTTPStatus.REQUEST_URI_TOO_LONG
    if sum(map(len, chain(*request.headers.raw))) > LONGEST_HEADERS:
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    if _STRANGE.search(request.scope["path"]):
        return HTTPStatus.NOT_FOUND
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > _most(request.scope["path"]):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return 0


def _most(path: str) -> int:
    """Return how many bytes may be sent to an address."""
    if UPLOADS.fullmatch(path):
        return MAX_UPLOAD
    return MAX_NOTE if NOTES.fullmatch(path) else MAX_BODY
