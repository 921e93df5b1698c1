"""Stand in front of all pages: let through what is ours and asked for, refuse the rest.

Each refusal is a status and a text of the catalogue. What it lets through carries in
`request.state`: `session` (None where nobody has to sign in), `csrf` (what forms print) and
`is_proven` (a script sent that token; of a form the field is looked at when it is read).
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import chain
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reader.web.door import bodies, headers
from reader.web.door.bodies import MAX_BODY, MAX_NOTE, MAX_UPLOAD
from reader.web.door.headers import ServerAddress, is_from_elsewhere, is_ours
from reader.web.door.sessions import Codes, Sessions
from reader.web.door.throttle import Throttle


def _ignore(_: Exception) -> None:
    """Say nothing: the person saw the page that says so."""


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
    on_trouble: Callable[[Exception], None] = _ignore


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
        elif scope["type"] == "http":
            await self._guarded(scope, receive, send)
        else:  # a web socket; no page has one
            await send({"type": "websocket.close", "code": 1000})

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_begun = False

        async def completed(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                headers.complete(MutableHeaders(scope=message))
            await send(message)

        request = Request(scope)
        try:
            answer = await self._answer(request)
            if answer is None:
                if request.method not in READS:
                    most = _most(scope["path"])
                    receive = bodies.limited(receive, most, clock=time.monotonic)
                await self._app(scope, receive, completed)
                return
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  the outermost border: the server goes on
            self._door.on_trouble(error)
            answer = await self._refuse(request, HTTPStatus.INTERNAL_SERVER_ERROR)
        if not is_begun:
            await answer(scope, receive, completed)

    async def _answer(self, request: Request) -> Response | None:
        """Refuse a request, or give None and let it through."""
        door, is_read = self._door, request.method in READS
        if not self._names_us(request):
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
        if (
            door.served.needs_login
            and session is None
            and not OPEN.fullmatch(request.scope["path"])
        ):
            return await self._to_sign_in(request)
        return None

    def _names_us(self, request: Request) -> bool:
        hosts = request.headers.getlist("host")
        server = request.scope.get("server") or ("",)
        return len(hosts) == 1 and is_ours(self._door.served, hosts[0], str(server[0]))

    async def _to_sign_in(self, request: Request) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        if request.method not in READS or not wants_page or "x-part" in request.headers:
            return await self._refuse(request, HTTPStatus.UNAUTHORIZED)
        return RedirectResponse(f"/enter?next={_quoted(request)}", status_code=303)


def is_right(request: Request, token: str) -> bool:
    """Tell whether a form or script has the token of this device."""
    return hmac.compare_digest(token.encode(), request.state.csrf.encode())


def _wrong_shape(request: Request) -> int:
    """Give the status of what no page of ours would ask, 0 for none."""
    if request.method not in METHODS:
        return HTTPStatus.METHOD_NOT_ALLOWED
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    if len(raw) > bodies.LONGEST_PATH or len(request.scope["query_string"]) > bodies.LONGEST_QUERY:
        return HTTPStatus.REQUEST_URI_TOO_LONG
    if sum(map(len, chain(*request.headers.raw))) > bodies.LONGEST_HEADERS:
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    if _STRANGE.search(request.scope["path"]):
        return HTTPStatus.NOT_FOUND
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > _most(request.scope["path"]):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return 0


def _most(path: str) -> int:
    """Give how many bytes may be sent to an address."""
    if UPLOADS.fullmatch(path):
        return MAX_UPLOAD
    return MAX_NOTE if NOTES.fullmatch(path) else MAX_BODY


def _quoted(request: Request) -> str:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return quote(asked, safe="")
