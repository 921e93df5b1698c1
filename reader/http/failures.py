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
from reader.wire import Request, Response

LOOK_AT_ADDRESS = "Is the address in feeds.toml still right?"
ASKED_AGAIN = "It is asked again at the next gather."

_REASONS = {
    304: ("unchanged, although nothing of it is known here", ASKED_AGAIN),
    400: ("the question is not understood", LOOK_AT_ADDRESS),
    401: ("a login is wanted", "Take it out of feeds.toml, or give an address that needs none."),
    403: ("programs, or we, are turned away", "Does the address open in a browser? If not: "
          "take it out of feeds.toml."),
    404: ("there is nothing at this address", LOOK_AT_ADDRESS),
    410: ("it is gone for good", "Take it out of feeds.toml."),
    429: ("we ask too often", ASKED_AGAIN),
    503: ("the server is too busy", ASKED_AGAIN),
}  # fmt: skip


def refused(answer: Response, request: Request, retry_at: datetime | None) -> SourceFailed:
    """Say what a status means; retry_at: the moment that the server named, if it did."""
    host, status = httpx.URL(answer.url).host, answer.status
    kind = "the server is in trouble" if status >= 500 else "not what was asked for"
    reason, hint = _REASONS.get(status, (kind, LOOK_AT_ADDRESS if status < 500 else ASKED_AGAIN))
    if hint == LOOK_AT_ADDRESS and not request.is_trusted:
        hint = "The address stood in something that was read, and may be wrong there."
    if retry_at:
        hint = f"It is asked again after {retry_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
    what = f"{host} answered {status}: {reason}"
    return SourceFailed(
        retry_at=retry_at,
        source=request.source,
        what=what,
        hint=hint,
        status=status,
        url=answer.url,
    )


def failed(request: Request, what: str, hint: str = ASKED_AGAIN) -> SourceFailed:
    """Blame the source of a request."""
    return SourceFailed(source=request.source, what=what, hint=hint)


def too_long(request: Request, url: str) -> SourceFailed:
    """Say that an answer went on and on; `url` is where it came from in the end."""
    what = f"the answer is longer than {request.max_bytes:,} bytes and was not kept"
    return SourceFailed(source=request.source, what=what, hint=ASKED_AGAIN, url=url)


def private(error: PrivateAddress, request: Request) -> SourceFailed:
    """Say that an address leads where it may not."""
    return failed(
        request,
        f"{error.host} leads into a private network ({error.address}), where an address that "
        "was found in content may not lead",
        "If you trust it, name it in feeds.toml yourself.",
    )


def no_answer(error: Exception, host: str, request: Request, limit: str) -> SourceFailed:
    """Put a failure of the connection into words."""
    cause = _system_error(error)
    kind = type(error).__name__
    if kind.endswith("Timeout"):
        what = f"{host} did not finish its answer {limit}"
        if kind == "ConnectTimeout":
            what = f"{host} did not open a connection {limit}"
    elif isinstance(cause, gaierror | UnicodeError):
        what = f"no machine is called {host}, or names cannot be looked up"
    elif isinstance(cause, ssl.SSLCertVerificationError):
        why = f"the certificate of {host} does not hold: {cause.verify_message}"
        return failed(request, why, "Is the clock of this computer right? Nothing was sent.")
    elif isinstance(cause, ssl.SSLError):
        what = f"{host} does not speak TLS as it should"
    elif isinstance(cause, ConnectionRefusedError):
        what = f"{host} takes no connections"
    elif kind == "RemoteProtocolError":
        return failed(request, f"the answer of {host} broke off or is no HTTP: {error}"[:300])
    else:
        what = f"the connection to {host} broke: {cause or error}"[:300]
    return Unreachable(source=request.source, what=what)


def _system_error(error: BaseException | None) -> OSError | UnicodeError | None:
    """Find what the operating system said, below the libraries' own words for it."""
    while error is not None:
        if isinstance(error, OSError | UnicodeError):
            return error
        error = error.__cause__ or error.__context__
    return None
