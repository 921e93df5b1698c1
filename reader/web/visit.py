"""Carry one request to a page and its answer back, and answer what comes again once.

A page is a plain function from a Visit to a Response, run in a thread with a library to
itself and the reader's language spoken; ReaderErrors become pages of their own. A POST with the
field `act` is done once; `made_at` is when it was made (the fields of `static/queue.js`). Pages
need know none of it. Knows no subject.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reader.library.config import Config
from reader.library.folder import Clock, Library, system_clock
from reader.morning.tools import Tools
from reader.web.files import Drawn, Uploads
from reader.web.gate import Door

if TYPE_CHECKING:
    from reader.search.encode import Encode, EncodeQuery


import contextlib
import functools
import re
from collections.abc import Hashable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from reader.base.errors import (
    ConfigError,
    Incomplete,
    NotFound,
    ReaderError,
    StoreError,
    UsageError,
)
from reader.base.messages import ENGLISH, say, speaking
from reader.base.text import plain, visible
from reader.library.arrival import (
    RepeatedAct,
    base_of,
    keep_arrival,
    receiving,
    sent_of,
    what_became,
)
from reader.web.gate import MAX_NOTE, is_right
from reader.web.pool import Pool
from reader.web.render import chosen_language, render


class PageEncoder(Protocol):
    """The encoder whose vectors a search looks at, and what makes a question's.

    said: why it is not the one that feeds.toml names; empty where it is. is_ready: the model
    is in memory; else `prepare` begins to load it and returns, and `encode_query` waits.
    """

    @property
    def name(self) -> str: ...

    @property
    def said(self) -> str: ...

    @property
    def encode_query(self) -> EncodeQuery: ...

    @property
    def is_ready(self) -> bool: ...

    def prepare(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The library to show and the adapters that pages need.

    open_library: opens it for use from any thread; raises ReaderError.
    encoder_name: of feeds.toml's model, empty where it is missing; loads nothing.
    serving: opens what a search needs, the model loaded at its first question.
    encode_note: what encodes a note as it is saved; None where that would take seconds.
    encode_if_warm: the same as somebody types; None while no model is in memory.
    tools: opens the adapters of the stages, closed at the end of the block.
    command: how this program is started again in a process of its own, before arguments.
    door: who may come in; this machine alone where nothing is given.
    clock: gives the present moment, aware, in UTC; gather_at: when the morning is made ready
    each day, in the library's time zone, None for never. tell: takes a line for the log.
    drawn: draws pages of PDFs, in processes that start with the first one. uploads: files
    that a person is asked about.
    """

    folder: Path
    open_library: Callable[[], Library]
    encoder_name: Callable[[Config], str]
    serving: Callable[[Library], PageEncoder]
    encode_note: Callable[[Config], Encode | None]
    tools: Callable[[Library], AbstractContextManager[Tools]]
    command: Sequence[str]
    door: Door = field(default_factory=Door)
    drawn: Drawn = field(default_factory=Drawn)
    uploads: Uploads = field(default_factory=Uploads)
    clock: Clock = system_clock
    gather_at: time | None = None
    tell: Callable[[str], None] = field(default=lambda _: None)
    encode_if_warm: Callable[[Config], Encode | None] = field(default=lambda _: None)


SAID_HEADER = "x-said"
"""A header with a sentence, percent-encoded UTF-8: what became of something sent late."""


def answered_once(answer: Callable[[Visit], Response], visit: Visit) -> Response:
    """Answer a visit, or say that what it sent was done before. Raises what the page does."""
    act, after = visit.field("act"), visit.field("after")
    if not act:
        return answer(visit)
    sent = sent_of(
        visit.library, act=act, made_at=visit.field("made_at"), sent_at=visit.field("sent_at")
    )
    try:
        visit.library = receiving(visit.library, sent)
        if after:
            # A note begins from what the act made that saved it before.
            base = base_of(visit.library, visit.field("base"), after)
            others = [pair for pair in visit.form.multi_items() if pair[0] != "base"]
            visit.form = FormData([*others, ("base", base)])
        found = answer(visit)
        if found.status_code < 400:
            keep_arrival(visit.library)
    except RepeatedAct:
        found = visit.to(visit.field("back") or "/")
        if visit.wants_json:
            found = visit.json({"repeated": True, "said": say("web.repeated")})
    if said := what_became(visit.library, act):
        found.headers[SAID_HEADER] = quote(said)
    return found


Kept = TypeVar("Kept")

READS = ("GET", "HEAD")

_SAYS_WHAT_FOR = ("sec-purpose", "purpose", "x-moz", "x-purpose")
_AHEAD = re.compile("prefetch|prerender|preview", re.IGNORECASE)
"""How browsers say that they fetch a page before anybody asked for it."""

_OURS = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
SAID, SAID_S, LONGEST_SAID = "said", 30, 300
"""The cookie that carries a sentence from a POST to the page after it, for some seconds."""


@dataclass(slots=True)
class Visit:
    """One request, and what answers it.

    form: the fields of a POST, empty else.
    """

    request: Request
    library: Library
    form: FormData = field(default_factory=FormData)

    @property
    def parts(self) -> Parts:
        found: Parts = self.request.app.state.parts
        return found

    @property
    def config(self) -> Config:
        return self.library.config

    @property
    def id(self) -> str:
        """The paper's id in the address."""
        return str(self.request.path_params["id"])

    @property
    def is_part(self) -> bool:
        """A script asks for the inner part of a page, to put it in place."""
        return "x-part" in self.request.headers

    @property
    def is_shown(self) -> bool:
        """Somebody sees this page now: only then may a GET write down that they did.

        Not a HEAD, nor what a browser fetches ahead or keeps for when there is no network.
        """
        return (
            self.request.method == "GET"
            and not self.is_carried
            and not any(
                _AHEAD.search(self.request.headers.get(name, "")) for name in _SAYS_WHAT_FOR
            )
        )

    @property
    def is_carried(self) -> bool:
        """A device keeps this page, and may show it while it has no network."""
        return "x-carry" in self.request.headers

    def asked(self, name: str, otherwise: str = "") -> str:
        """Read a value behind the "?" of the address, without what no page shows."""
        return visible(str(self.request.query_params.get(name, otherwise)))

    def field(self, name: str) -> str:
        """Read a text of the form, "" where it is not there; line ends as \\n."""
        found = self.form.get(name, "")
        return found.replace("\r\n", "\n") if isinstance(found, str) else ""

    @property
    def back(self) -> str:
        """The page of ours that a form names to come back to; the start where it names none."""
        return ours(self.field("back"))

    def unless_written(
        self, key: Hashable, make: Callable[[], Kept], *, rows: Callable[[], object] | None = None
    ) -> Kept:
        """Return what was made before, where nothing of the library was written since.

        key: names it, with everything besides the library that it depends on. rows: gives
        what tells of a write that concerns it, where not every one does.
        """
        state = self.request.app.state
        pool: Pool = state.pool

        def version() -> object:
            return (pool.stamp(), rows()) if rows else pool.version()

        made: Kept = state.remembered.get(key, version, make)
        return made

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """Fill a template that extends `base.html`."""
        return page(self.request, template, status=status, **values)

    def json(self, value: Mapping[str, Any], *, status: int = 200) -> Response:
        return JSONResponse(value, status_code=status)

    @property
    def wants_json(self) -> bool:
        """A script asks, and shows the answer in place."""
        return wants_json(self.request)

    def done(self, address: str, said: str, **values: Any) -> Response:
        """Answer a POST that did something: a script with a sentence and values, else by a page.

        address: of that page, where the sentence stands.
        """
        if self.wants_json:
            return self.json({"said": said, **values})
        return self.to(address, said=said)

    def to(self, address: str, *, said: str = "") -> Response:
        """Send the browser to another page after a POST; only to one of ours.

        said: a sentence that stands on that page, once.
        """
        found = RedirectResponse(ours(address), status_code=303)
        if said:
            set_said(found, self.request, said)
        return found


Page = Callable[[Visit], Response]


def wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def ours(address: str) -> str:
    """Return an address of ours as it is; the start where it leads elsewhere, or where a browser
    could take it so: `//elsewhere`, `/\\elsewhere`, `javascript:`, tabs between slashes."""
    return address if _OURS.fullmatch(address) and plain(address) == address else "/"


def route(path: str, answer: Page, *methods: str) -> Route:
    """Make a route whose page has a library to itself; GET where no method is named."""

    @functools.wraps(answer)
    async def endpoint(request: Request) -> Response:
        if request.method in READS:
            return await run_in_threadpool(_answered, answer, request, FormData())
        # How much comes in all is bounded by the gate.
        form = await request.form(max_part_size=MAX_NOTE)
        try:
            # A page of ours sends the token that its device was given; a script by a header.
            token = form.get("csrf", "")
            if request.state.is_proven or (isinstance(token, str) and is_right(request, token)):
                return await run_in_threadpool(_answered, answer, request, form)
            return await refused(request, HTTPStatus.FORBIDDEN)
        finally:
            await form.close()

    return Route(path, endpoint, methods=list(methods or ("GET",)))


def _answered(answer: Page, request: Request, form: FormData) -> Response:
    pool: Pool = request.app.state.pool
    request.state.language = language_of(request, None)
    try:
        with pool.lent() as library:
            request.state.language = language_of(request, library.config)
            with speaking(request.state.language):
                try:
                    return answered_once(answer, Visit(request, library, form))
                except (UsageError, NotFound) as error:
                    return said(request, error)
    except ReaderError as error:
        with speaking(request.state.language):
            return said(request, error)


def language_of(request: Request, config: Config | None) -> str:
    """Choose the language of one request. config: None where feeds.toml cannot be read."""
    written = config.language if config and config.is_language_written else ""
    accepts = request.headers.get("accept-language", "")
    return chosen_language(request.cookies.get("language", ""), written, accepts)


def page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """Fill a template that extends `base.html`; within `speaking`."""
    told = plain(unquote(request.cookies.get(SAID, "")))[:LONGEST_SAID]
    csrf = getattr(request.state, "csrf", "")
    text = render(
        template,
        language=request.state.language,
        csrf=csrf,
        csrf_field=Markup('<input type="hidden" name="csrf" value="{}">').format(csrf),
        here=request.url.path,
        told=told,
        **values,
    )
    found = HTMLResponse(text, status_code=status)
    if told:
        set_said(found, request, "")
    return found


def set_said(answer: Response, request: Request, text: str) -> None:
    """Let an answer carry a sentence to the page after it; an empty one takes it away."""
    answer.set_cookie(
        SAID,
        quote(text[:LONGEST_SAID]),
        max_age=SAID_S if text else 0,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


_STATUSES = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (Incomplete, HTTPStatus.BAD_GATEWAY),  # somebody else did not answer as they should
    (ConfigError, HTTPStatus.INTERNAL_SERVER_ERROR),
    (UsageError, HTTPStatus.BAD_REQUEST),
    (ReaderError, HTTPStatus.INTERNAL_SERVER_ERROR),
)
"""Statuses of errors; the first kind that fits counts: a ConfigError is a UsageError too."""


def said(request: Request, error: ReaderError) -> Response:
    """Answer with what went wrong and its remedy."""
    status = next(status for kind, status in _STATUSES if isinstance(error, kind))
    return _told(request, status, plain(error.message), plain(error.hint))


async def refused(request: Request, status: int) -> Response:
    """Answer that a request is not taken, and why, in the reader's language."""
    return await run_in_threadpool(_refused, request, status)


def _refused(request: Request, status: int) -> Response:
    pool: Pool = request.app.state.pool
    config = None
    with contextlib.suppress(ReaderError), pool.lent() as library:
        config = library.config
    request.state.language = language_of(request, config)
    with speaking(request.state.language):
        known = status if f"web.refused.{status}" in ENGLISH else 400
        message, hint = say(f"web.refused.{known}"), say(f"web.refused.{known}.hint")
        return _told(request, status, message, hint)


def _told(request: Request, status: int, message: str, hint: str) -> Response:
    if wants_json(request):
        return JSONResponse({"error": message, "hint": hint}, status_code=status)
    return page(request, "error.html", status=status, message=message, hint=hint)
