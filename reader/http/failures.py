"""Say in a sentence why an address could not be fetched: what, where, what to do.

Statuses and broken connections become SourceFailed or Unreachable here; nothing is asked
and nothing waited for.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from socket import gaierror

import httpx

from reader.errors import SourceFailed, Unreachable
from reader.http.transport import PrivateAddress
from reader.phrases import say
from reader.wire import Request, Response

# Keys of texts.
LOOK_AT_ADDRESS = "http.look"
ASKED_AGAIN = "source.again"

_REMEDIES = {
    304: ASKED_AGAIN,
    400: LOOK_AT_ADDRESS,
    401: "http.login",
    403: "http.browser",
    404: LOOK_AT_ADDRESS,
    410: "http.take_out",
    429: ASKED_AGAIN,
    503: ASKED_AGAIN,
}
"""Statuses whose reason has a text of its own, and what to do about each."""


def refused(answer: Response, request: Request, retry_at: datetime | None) -> SourceFailed:
    """Say what a status means; retry_at: the moment that the server named, if it did."""
    host, status = httpx.URL(answer.url).host, answer.status
    kind = "http.trouble" if status >= 500 else "http.other"
    reason = say(f"http.{status}") if status in _REMEDIES else say(kind)
    remedy = _REMEDIES.get(status, LOOK_AT_ADDRESS if status < 500 else ASKED_AGAIN)
    if remedy == LOOK_AT_ADDRESS and not request.is_trusted:
        remedy = "http.found"
    hint = say(remedy)
    if retry_at:
        hint = say("http.later", at=f"{retry_at.astimezone(UTC):%Y-%m-%d %H:%M}")
    what = say("http.status", host=host, status=status, reason=reason)
    return SourceFailed(
        retry_at=retry_at,
        source=request.source,
        what=what,
        hint=hint,
        status=status,
        url=answer.url,
    )


def failed(request: Request, what: str, hint: str = ASKED_AGAIN) -> SourceFailed:
    """Blame the source of a request. hint: the key of a text."""
    return SourceFailed(source=request.source, what=what, hint=say(hint))


def too_long(request: Request, url: str) -> SourceFailed:
    """Say that an answer went on and on; `url` is where it came from in the end."""
    what = say("http.too_long", n=f"{request.max_bytes:,}")
    return SourceFailed(source=request.source, what=what, hint=say(ASKED_AGAIN), url=url)


def private(error: PrivateAddress, request: Request) -> SourceFailed:
    """Say that an address leads where it may not."""
    return failed(
        request,
        say("http.private", host=error.host, address=error.address),
        "http.private.hint",
    )


def no_answer(error: Exception, host: str, request: Request, seconds: float) -> SourceFailed:
    """Put a failure of the connection into words. seconds: what was waited at most."""
    cause = _system_error(error)
    kind = type(error).__name__
    if kind.endswith("Timeout"):
        key = "http.no_connection" if kind == "ConnectTimeout" else "http.no_end"
        what = say(key, host=host, seconds=f"{seconds:g}")
    elif isinstance(cause, gaierror | UnicodeError):
        what = say("http.no_name", host=host)
    elif isinstance(cause, ssl.SSLCertVerificationError):
        why = say("http.certificate", host=host, why=cause.verify_message)
        return failed(request, why, "http.certificate.hint")
    elif isinstance(cause, ssl.SSLError):
        what = say("http.no_tls", host=host)
    elif isinstance(cause, ConnectionRefusedError):
        what = say("http.refused", host=host)
    elif kind == "RemoteProtocolError":
        return failed(request, say("http.broke_off", host=host, error=error)[:300])
    else:
        what = say("http.broke", host=host, error=cause or error)[:300]
    return Unreachable(source=request.source, what=what)


def _system_error(error: BaseException | None) -> OSError | UnicodeError | None:
    """Find what the operating system said, below the libraries' own words for it."""
    while error is not None:
        if isinstance(error, OSError | UnicodeError):
            return error
        error = error.__cause__ or error.__context__
    return None
