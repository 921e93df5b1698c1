"""Pass a request to its page, and carry out an act that is sent twice only once.

A page is a plain function from a Visit to a Response. It runs in a thread, with a library to
itself and in the reader's language; ReaderErrors become error pages. A POST with the field
`act` is done once, and counts for the moment `made_at` (the fields of `static/queue.js`).
Pages do not have to know this. Knows no subject.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
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
from reader.base.messages import N_, _, speaking
from reader.base.text import plain, shorten, visible
from reader.library.arrival import (
    RepeatedAct,
    base_of,
    keep_arrival,
    receiving,
    sent_of,
    what_became,
)
from reader.library.config import Config
from reader.library.folder import Clock, Library, RemovedPaper, system_clock
from reader.library.rows.decisions import next_act
from reader.morning.pipe import Tools
from reader.morning.rows import library_id
from reader.morning.undo import stands
from reader.search.shared import Failures
from reader.web.files import Drawn, Uploads
from reader.web.gate import MAX_NOTE, READS, Door, has_token
from reader.web.render import chosen_language, paper_at, render, ticked
from reader.web.work import Pool

if TYPE_CHECKING:
    from reader.search.encode import Encode, EncodeQuery


class PageEncoder(Protocol):
    """The encoder for a search on a page.

    name: whose stored vectors are compared. message: why it is not the encoder that feeds.toml
    names, "" where it is. encode_query: makes a query's vector; waits for the model.
    is_ready: the model is in memory. prepare: begins to load it and returns at once.
    """

    @property
    def name(self) -> str: ...

    @property
    def message(self) -> str: ...

    @property
    def encode_query(self) -> EncodeQuery: ...

    @property
    def is_ready(self) -> bool: ...

    def prepare(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The library to show and the adapters that pages need.

    open_library: opens the library for use from any thread; raises ReaderError.
    encoder_name: the encoder of feeds.toml, "" where its model is missing; loads nothing.
    serving: opens the encoder for a search; its model is loaded at the first query.
    encode_note: returns the encoder for a note being saved, None where that takes seconds.
    encode_if_warm: the same while somebody types; None while no model is in memory, which begins
    to load it.
    tools: opens the adapters of the stages, closed at the end of the block.
    command: starts this program again in another process; arguments follow it.
    door: the access rules; by default those for this machine alone.
    clock: returns the present moment, aware, in UTC.
    gather_at: when to gather each day, in the library's time zone; None for never.
    tell: takes a line for the log.
    failed: when the shared index did not answer.
    drawn: the cache of drawn PDF pages. uploads: files that wait for the person's answer.
    reader: whose library it is where one server has several, "" elsewhere.
    """

    folder: Path
    open_library: Callable[[], Library]
    encoder_name: Callable[[Config], str]
    serving: Callable[[Library], PageEncoder]
    encode_note: Callable[[Config], Encode | None]
    tools: Callable[[Library], contextlib.AbstractContextManager[Tools]]
    command: Sequence[str]
    door: Door = field(default_factory=Door)
    failed: Failures = field(default_factory=dict)
    drawn: Drawn = field(default_factory=Drawn)
    uploads: Uploads = field(default_factory=Uploads)
    clock: Clock = system_clock
    gather_at: time | None = None
    tell: Callable[[str], None] = field(default=lambda _: None)
    encode_if_warm: Callable[[Config], Encode | None] = field(default=lambda _: None)
    reader: str = ""


SAID_HEADER = "x-said"
"""The header with the outcome of an act that was sent late: a sentence in percent-encoded UTF-8."""


def answered_once(answer: Callable[[Visit], Response], visit: Visit) -> Response:
    """Answer a visit; an act that was done before is only confirmed. Raises what the page does."""
    act, after = visit.field("act"), visit.field("after")
    if not act:
        return answer(visit)
    moments = {name: visit.field(name) for name in ("made_at", "sent_at", "previous")}
    sent = sent_of(visit.library, act=act, **moments)
    try:
        visit.library = receiving(visit.library, sent)
        if after:
            # A note that was saved twice offline continues the revision that the first act made,
            # which had no number yet when the form was filled in.
            base = base_of(visit.library, visit.field("base"), after)
            others = [pair for pair in visit.form.multi_items() if pair[0] != "base"]
            visit.form = FormData([*others, ("base", base)])
        found = answer(visit)
        # An act that was refused may come again: only one that was done is recorded.
        if found.status_code < 400:
            keep_arrival(visit.library)
    except RepeatedAct:
        found = visit.to(visit.field("back") or "/")
        if visit.wants_json:
            found = visit.json(
                {"repeated": True, "said": _("This was already done, so nothing was changed.")}
            )
    if message := what_became(visit.library, act):
        found.headers[SAID_HEADER] = quote(str(message))
    return found


Kept = TypeVar("Kept")

_PURPOSE_HEADERS = ("sec-purpose", "purpose", "x-moz", "x-purpose")
_PREFETCH = re.compile("prefetch|prerender|preview", re.IGNORECASE)
"""In these headers browsers say that they fetch a page before anybody opens it."""

_OWN_ADDRESS = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
SAID, SAID_S, LONGEST_SAID = "said", 30, 300
"""The cookie that passes a sentence from a POST to the next page: name, seconds, characters.
In front of the sentence stand the number of the act that it tells of, 0 for none, and a colon."""


@dataclass(slots=True)
class Visit:
    """One request, with all that a page needs to answer it. form: the fields of a POST.

    first_act: the number that the first act of this request gets; 0 where it makes none.
    """

    request: Request
    library: Library
    form: FormData = field(default_factory=FormData)
    first_act: int = 0

    @property
    def parts(self) -> Parts:
        found: Parts = self.request.app.state.parts
        return found

    @property
    def config(self) -> Config:
        return self.library.config

    @property
    def id(self) -> str:
        """The paper's id, from the address."""
        return str(self.request.path_params["id"])

    @property
    def is_part(self) -> bool:
        """Whether a script asks for the inner part of a page, to put it in place."""
        return "x-part" in self.request.headers

    @property
    def is_shown(self) -> bool:
        """Whether a person sees this page now; only then may a GET record that they did.

        False for a HEAD, and for a page that a browser prefetches or keeps for offline use.
        """
        return (
            self.request.method == "GET"
            and not self.is_carried
            and not any(
                _PREFETCH.search(self.request.headers.get(name, "")) for name in _PURPOSE_HEADERS
            )
        )

    @property
    def is_carried(self) -> bool:
        """Whether a device fetches this page to show it later, without a network."""
        return "x-carry" in self.request.headers

    def param(self, name: str, otherwise: str = "") -> str:
        """Read a query parameter, without invisible characters."""
        return visible(str(self.request.query_params.get(name, otherwise)))

    def chosen(self, name: str, known: Sequence[str]) -> str:
        """Read a query parameter that has one of a few values, "" where it is missing or empty.

        Raises UsageError for another value: a page of all papers is not what was asked for.
        """
        value = self.param(name)
        if value and value not in known:
            raise unknown_value(name, value, _("Known are: {names}.", names=_(", ").join(known)))
        return value

    def field(self, name: str) -> str:
        """Read a text field of the form, "" where it is missing; line ends as \\n."""
        found = self.form.get(name, "")
        # Browsers send "\r\n" from a text area.
        return found.replace("\r\n", "\n") if isinstance(found, str) else ""

    @property
    def back(self) -> str:
        """The page that a form names to return to; the start page where it names none of ours."""
        return own_address(self.field("back"))

    def cached(
        self, key: Hashable, make: Callable[[], Kept], *, rows: Callable[[], object] | None = None
    ) -> Kept:
        """Return a cached value; make it again where the library was written since.

        key: has everything that the value depends on besides the library. rows: returns a
        value that changes with the writes that matter; None where every write does.
        """
        state = self.request.app.state
        pool: Pool = state.pool

        def version() -> object:
            return (pool.stamp(), rows()) if rows else pool.version()

        made: Kept = state.remembered.get(key, version, make)
        return made

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """Render a template that extends `base.html`, as an answer."""
        return page(self.request, template, status=status, **values)

    def json(self, value: Mapping[str, Any], *, status: int = 200) -> Response:
        return JSONResponse(value, status_code=status)

    @property
    def wants_json(self) -> bool:
        """Whether a script asks, which shows the answer in place."""
        return wants_json(self.request)

    def done(self, address: str, message: str, **values: Any) -> Response:
        """Answer a POST that was carried out: JSON to a script, a redirect to a browser.

        address: the page to go to. message: the outcome, shown there. values: more for a script.
        """
        if self.wants_json:
            return self.json({"said": message, **values})
        return self.to(address, message=message)

    def to(self, address: str, *, message: str = "") -> Response:
        """Redirect the browser to a page of ours.

        message: a sentence that is shown there once.
        """
        # 303: the browser goes on with a GET, and a reload posts nothing again.
        found = RedirectResponse(own_address(address), status_code=303)
        if message:
            set_said(found, self.request, message, act=self._act_made())
        return found

    def _act_made(self) -> int:
        """Return the number of the act that this request made; 0 for none, several and an undo."""
        number = self.first_act
        is_one = number and next_act(self.library.db) == number + 1
        return number if is_one and stands(self.library, number) else 0


Page = Callable[[Visit], Response]


def unknown_value(name: str, value: str, hint: str) -> UsageError:
    """Make the error for a value in an address that nothing is known by."""
    what = _(
        "The address asks for {name}={value}, which is not known.",
        name=name,
        value=shorten(plain(value), 60),
    )
    return UsageError(what=what, hint=hint)


def wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def own_address(address: str) -> str:
    """Return an address if it leads to a page of ours, otherwise that of the start page.

    Browsers also take `//elsewhere`, `/\\elsewhere` and slashes with tabs between them for
    addresses of other sites.
    """
    return address if _OWN_ADDRESS.fullmatch(address) and plain(address) == address else "/"


def route(path: str, answer: Page, *methods: str) -> Route:
    """Make a route to a page; GET where no method is named."""

    @functools.wraps(answer)
    async def endpoint(request: Request) -> Response:
        if request.method in READS:
            return await run_in_threadpool(_answer_in_thread, answer, request, FormData())
        # The gate has limited the whole body already.
        form = await request.form(max_part_size=MAX_NOTE)
        try:
            # The CSRF token is in a form's field; a script sends it in a header.
            token = form.get("csrf", "")
            if request.state.is_proven or (isinstance(token, str) and has_token(request, token)):
                return await run_in_threadpool(_answer_in_thread, answer, request, form)
            return await refused(request, HTTPStatus.FORBIDDEN)
        finally:
            # Deletes the temporary files of uploads.
            await form.close()

    return Route(path, endpoint, methods=list(methods or ("GET",)))


def _answer_in_thread(answer: Page, request: Request, form: FormData) -> Response:
    pool: Pool = request.app.state.pool
    # For errors that come before feeds.toml is read.
    request.state.language = language_of(request, None)
    try:
        with pool.lent() as library:
            request.state.language = language_of(request, library.config)
            request.state.library = library_mark(request, library)
            with speaking(request.state.language):
                try:
                    first = 0 if request.method in READS else next_act(library.db)
                    return answered_once(answer, Visit(request, library, form, first))
                # Caught within `lent`: these errors leave the library in order, so that it can
                # be lent again. After any other one it is closed.
                except (UsageError, NotFound) as error:
                    return error_answer(request, error)
    except ReaderError as error:
        with speaking(request.state.language):
            return error_answer(request, error)


def library_mark(request: Request, library: Library) -> str:
    """Compute by what a device knows whose pages it keeps, and whose acts.

    Copies of one library have the same id: where one server has several readers, the reader's name
    tells them apart.
    """
    parts: Parts = request.app.state.parts
    return ".".join(filter(None, (library_id(library.db), parts.reader)))


def language_of(request: Request, config: Config | None) -> str:
    """Choose the language of a request. config: None where feeds.toml cannot be read."""
    written = config.language if config and config.is_language_written else ""
    accepts = request.headers.get("accept-language", "")
    return chosen_language(request.cookies.get("language", ""), written, accepts)


def page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """Render a template that extends `base.html`; call it within `speaking`."""
    act, _colon, message = plain(unquote(request.cookies.get(SAID, ""))).partition(":")
    csrf = getattr(request.state, "csrf", "")
    parts: Parts = request.app.state.parts
    text = render(
        template,
        language=request.state.language,
        csrf=csrf,
        csrf_field=Markup('<input type="hidden" name="csrf" value="{}">').format(csrf),
        here=request.url.path,
        has_several=bool(parts.reader),
        library=getattr(request.state, "library", ""),
        is_proxied=parts.door.served.is_proxied,
        act_message=message[:LONGEST_SAID],
        act_number=int(act) if act.isdecimal() and len(act) < 16 else 0,
        **values,
    )
    found = HTMLResponse(text, status_code=status)
    # It was shown: the cookie goes.
    if message:
        set_said(found, request, "")
    return found


def set_said(answer: Response, request: Request, text: str, *, act: int = 0) -> None:
    """Set the cookie with a sentence for the next page; "" removes it.

    act: the number of the act that it tells of, which the page then offers to undo.
    """
    answer.set_cookie(
        SAID,
        # Cookies hold ASCII only.
        quote(f"{act}:{text[:LONGEST_SAID]}"),
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
"""Statuses of errors. The first class that fits counts, so the base class stands last."""


def error_answer(request: Request, error: ReaderError) -> Response:
    """Answer with an error's message and hint, and the status of its class."""
    status = next(status for kind, status in _STATUSES if isinstance(error, kind))
    if isinstance(error, RemovedPaper):
        # A removed paper's own page has a button that brings it back.
        at = paper_at(error.paper.record.id)
        if request.method == "GET" and not wants_json(request):
            return RedirectResponse(at, HTTPStatus.SEE_OTHER)
        hint = _("Open its page to bring it back.")
        return _error_response(request, status, plain(error.message), hint)
    return _error_response(request, status, plain(error.message), plain(error.hint))


async def refused(request: Request, status: int) -> Response:
    """Answer a refused request with the reason, in the reader's language."""
    return await refused_with(request, status, *_REFUSALS.get(status, _REFUSALS[400]))


async def refused_with(
    request: Request, status: int, what: str, hint: str, **values: str
) -> Response:
    """Answer a refused request with a reason of its own. what, hint: English texts of the
    catalogue; values: for their fields."""
    return await run_in_threadpool(_refuse_in_thread, request, status, (what, hint), values)


def _refuse_in_thread(
    request: Request, status: int, texts: tuple[str, str], values: Mapping[str, str]
) -> Response:
    pool: Pool = request.app.state.pool
    config = None
    with contextlib.suppress(ReaderError), pool.lent() as library:
        config = library.config
    request.state.language = language_of(request, config)
    with speaking(request.state.language):
        message, hint = (_(text, **values) for text in texts)
        return _error_response(request, status, message, hint)


_REFUSALS = {
    400: (N_("The server could not read the request."), N_("Reload the page and try again.")),
    401: (
        N_("You are not signed in."),
        N_("Reload the page and sign in with a code from the terminal."),
    ),
    403: (
        N_("The request did not come from a valid page of this server."),
        N_("Go back, reload the page and try again. What you typed is still there."),
    ),
    404: (
        N_("This page does not exist."),
        N_("Check the address, or search for what you expected there."),
    ),
    405: (
        N_("This address does not support this kind of request."),
        N_("Use the buttons of the page."),
    ),
    408: (
        N_("The request took too long to arrive."),
        N_("Try again where the connection is better."),
    ),
    413: (
        N_("The upload is too large."),
        N_("A note may have up to 1 MB, a PDF up to 300 MB. `reader back FILE` takes larger PDFs."),
    ),
    414: (N_("The address is too long."), N_("Search for fewer words.")),
    429: (
        N_("Too many requests are being answered at once."),
        N_("Wait a few seconds and try again. What you typed is still there."),
    ),
    431: (
        N_("The headers of the request are too large."),
        N_("Delete the cookies of this server and sign in again."),
    ),
    500: (
        N_("An unexpected error occurred."),
        N_(
            "Everything that was saved is safe. To see details in the terminal, start the "
            "server with `reader serve --debug`."
        ),
    ),
}


def _error_response(request: Request, status: int, message: str, hint: str) -> Response:
    if wants_json(request):
        # A script shows it as text: a page's name in place of the command that it does.
        plain_hint = ticked(hint).striptags()
        return JSONResponse({"error": message, "hint": plain_hint}, status_code=status)
    heading = _("Not found") if status == 404 else _("Error")
    return page(request, "error.html", status=status, heading=heading, message=message, hint=hint)
