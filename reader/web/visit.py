"""Carry one request to a page and its answer back; ReaderErrors become pages of their own.

A page is a plain function from a Visit to a Response, run in a thread with a library to
itself and the reader's language spoken. Knows no subject.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from reader.config import Config
from reader.errors import ConfigError, NotFound, ReaderError, StoreError, UsageError
from reader.library.folder import Library
from reader.phrases import speaking
from reader.plain import plain
from reader.web.parts import Parts
from reader.web.pool import Pool
from reader.web.render import chosen_language, render

READS = ("GET", "HEAD")


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

    def asked(self, name: str, otherwise: str = "") -> str:
        """Give a value behind the "?" of the address."""
        return str(self.request.query_params.get(name, otherwise))

    def field(self, name: str) -> str:
        """Give a text of the form, "" where it is not there; line ends as \\n."""
        found = self.form.get(name, "")
        return found.replace("\r\n", "\n") if isinstance(found, str) else ""

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """Fill a template that extends `base.html`."""
        return page(self.request, template, status=status, **values)

    def json(self, value: Mapping[str, Any], *, status: int = 200) -> Response:
        return JSONResponse(value, status_code=status)

    def to(self, address: str) -> Response:
        """Send the browser to another page after a POST; only to one of ours."""
        is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
        return RedirectResponse(address if is_ours else "/", status_code=303)


Page = Callable[[Visit], Response]


def route(path: str, answer: Page, *methods: str) -> Route:
    """Give a route whose page has a library to itself; GET where no method is named."""
    return Route(path, _endpoint(answer), methods=list(methods or ("GET",)))


def _endpoint(answer: Page) -> Callable[[Request], Awaitable[Response]]:
    @functools.wraps(answer)
    async def endpoint(request: Request) -> Response:
        form = FormData() if request.method in READS else await request.form()
        try:
            return await run_in_threadpool(_answered, answer, request, form)
        finally:
            await form.close()

    return endpoint


def _answered(answer: Page, request: Request, form: FormData) -> Response:
    pool: Pool = request.app.state.pool
    request.state.language = language_of(request, None)
    try:
        with pool.lent() as library:
            request.state.language = language_of(request, library.config)
            with speaking(request.state.language):
                try:
                    return answer(Visit(request, library, form))
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
    text = render(
        template,
        language=request.state.language,
        csrf=getattr(request.state, "csrf", ""),
        here=request.url.path,
        **values,
    )
    return HTMLResponse(text, status_code=status)


def said(request: Request, error: ReaderError) -> Response:
    """Answer with what went wrong and its remedy."""
    message, hint = plain(error.message), plain(error.hint)
    status = _status(error)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": message, "hint": hint}, status_code=status)
    return page(request, "error.html", status=status, message=message, hint=hint)


def _status(error: ReaderError) -> int:
    if isinstance(error, NotFound):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, StoreError):
        return HTTPStatus.SERVICE_UNAVAILABLE
    is_theirs = isinstance(error, UsageError) and not isinstance(error, ConfigError)
    return HTTPStatus.BAD_REQUEST if is_theirs else HTTPStatus.INTERNAL_SERVER_ERROR
