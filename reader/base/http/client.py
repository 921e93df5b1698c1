"""Fetch an address politely, and explain in a sentence why it could not be done.

One client for the whole program: its name and address in every request, a pause between
calls to one host, Retry-After heeded, redirects followed by hand, nothing read without
end. It does not know what the bytes mean. Clock, sleep and monotonic come in from
outside, so that tests do not wait. Every failure is a SourceFailed or Unreachable.
"""

from __future__ import annotations

import re
import ssl
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from socket import gaierror
from typing import Self

import httpx

from reader import __version__
from reader.base.errors import OutOfTime, SourceFailed, Unreachable, UsageError
from reader.base.http import Request, Response
from reader.base.http.connections import (
    CORE_ERRORS,
    PrivateAddress,
    RequestDeadline,
    TimeBudget,
    Transport,
)
from reader.base.messages import N_, Text, in_thousands, lazy_gettext, lazy_ngettext

LOOK_AT_ADDRESS = N_("Check the address in feeds.toml.")
TRIES_AGAIN = N_("The next gather tries again.")

_REASONS = {
    304: N_("not changed, although nothing was fetched before"),
    400: N_("it did not understand the request"),
    401: N_("it requires a login"),
    403: N_("access is denied"),
    404: N_("there is nothing at this address"),
    410: N_("the page was removed for good"),
    429: N_("too many requests"),
    503: N_("the server is too busy"),
}
_REMEDIES = {
    304: TRIES_AGAIN,
    400: LOOK_AT_ADDRESS,
    401: N_("Remove it from feeds.toml, or use an address that needs no login."),
    403: N_("If the address does not open in a browser either, remove it from feeds.toml."),
    404: LOOK_AT_ADDRESS,
    410: N_("Remove it from feeds.toml."),
    429: TRIES_AGAIN,
    503: TRIES_AGAIN,
}
"""Statuses whose reason has a text of its own, and what to do about each."""


def refused(answer: Response, request: Request, retry_at: datetime | None) -> SourceFailed:
    """Make the error for a status that is no answer.

    retry_at: when the server allows another try, None where it did not say.
    """
    host, status = httpx.URL(answer.url).host, answer.status
    kind = N_("the server has a problem") if status >= 500 else N_("not the expected answer")
    reason = lazy_gettext(_REASONS.get(status, kind))
    remedy = _REMEDIES.get(status, LOOK_AT_ADDRESS if status < 500 else TRIES_AGAIN)
    if remedy == LOOK_AT_ADDRESS and not request.is_trusted:
        remedy = N_("The address was found in a text, and may be wrong there.")
    hint = lazy_gettext(remedy)
    if retry_at:
        hint = lazy_gettext(
            "It is asked again after {at} UTC.", at=f"{retry_at.astimezone(UTC):%Y-%m-%d %H:%M}"
        )
    what = lazy_gettext(
        "{host} answered {status}: {reason}", host=host, status=status, reason=reason
    )
    return SourceFailed(
        retry_at=retry_at,
        source=request.source,
        what=what,
        hint=hint,
        status=status,
        url=answer.url,
        served_at=answer.served_at,
    )


def failed(request: Request, what: Text, hint: str = TRIES_AGAIN) -> SourceFailed:
    """Make the error of a request's source. hint: a marked text."""
    return SourceFailed(source=request.source, what=what, hint=lazy_gettext(hint))


def no_answer(error: Exception, host: str, request: Request, seconds: float) -> SourceFailed:
    """Make the error for a failed connection. seconds: the timeout that applied."""
    cause = _system_error(error)
    # httpx and httpcore have classes of the same names; the name fits both.
    kind = type(error).__name__
    if kind.endswith("Timeout"):
        key = (
            N_("{host} did not open a connection within {seconds} s")
            if kind == "ConnectTimeout"
            else N_("{host} did not finish its answer within {seconds} s")
        )
        what = lazy_gettext(key, host=host, seconds=f"{seconds:g}")
    elif isinstance(cause, gaierror | UnicodeError):
        what = lazy_gettext("the host name {host} was not found", host=host)
    elif isinstance(cause, ssl.SSLCertVerificationError):
        why = lazy_gettext(
            "the certificate of {host} is not valid: {why}", host=host, why=cause.verify_message
        )
        return failed(request, why, N_("Check the clock of this computer. Nothing was sent."))
    elif isinstance(cause, ssl.SSLError):
        what = lazy_gettext("{host} does not offer a secure connection (TLS)", host=host)
    elif isinstance(cause, ConnectionRefusedError):
        what = lazy_gettext("{host} refused the connection", host=host)
    elif kind == "RemoteProtocolError":
        return failed(
            request,
            lazy_gettext(
                "the answer of {host} broke off or is not HTTP: {error}",
                host=host,
                error=str(error)[:250],
            ),
        )
    else:
        what = lazy_gettext(
            "the connection to {host} broke: {error}", host=host, error=str(cause or error)[:250]
        )
    return Unreachable(source=request.source, what=what)


def out_of_time(request: Request, seconds: float, host: str = "") -> OutOfTime:
    """Make the error for a time that is over. host: that did not answer, "" for none asked."""
    what = lazy_gettext("not asked: the {n} s for all sources were over", n=f"{seconds:g}")
    if host:
        what = lazy_gettext(
            "{host} did not finish its answer within the {n} s for all sources",
            host=host,
            n=f"{seconds:g}",
        )
    hint = lazy_gettext(
        "The next gather goes on. `wait_s` in feeds.toml sets the time; a source that is named "
        "(`reader gather NAME`) has no limit."
    )
    return OutOfTime(was_asked=bool(host), source=request.source, what=what, hint=hint)


def _system_error(error: BaseException | None) -> OSError | UnicodeError | None:
    """Find the operating system's error below those of the libraries; None without one."""
    while error is not None:
        if isinstance(error, OSError | UnicodeError):
            return error
        error = error.__cause__ or error.__context__
    return None


USER_AGENT = f"asayomi/{__version__} (+https://github.com/asayomi/asayomi)"
MAX_REDIRECTS = 5
MAX_WAIT_S = 30.0
"""A Retry-After up to this is waited out at once; a longer one is left to the next gather."""
WAITS_S = (2.0, 6.0)
"""Seconds before the first and the second retry, where the server does not name a time."""

Turn = Callable[[str, float], AbstractContextManager[Callable[[float], None]]]
"""Waits for a turn at a host (name, delay in seconds), and gives it back. The function that it
yields is called as the answer begins, with the seconds of a pause that the server asks for."""


@contextmanager
def own_turn(_host: str, _delay_s: float) -> Iterator[Callable[[float], None]]:
    """Wait for nobody else."""
    yield lambda _pause_s: None


_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 503)
_STUMBLED = (500, 502, 504)


@cache
def _trusted() -> ssl.SSLContext:
    """Load the authorities whose certificates count, once for all clients: it takes 20 ms."""
    return httpx.create_ssl_context()


class Client:
    """A polite HTTP client; `client.fetch` is a `reader.base.http.Fetch`.

    clock: the present moment, aware. sleep, monotonic: as in `time`; seconds.
    trusted_hosts: host names that may lead into a private network.
    timeout_s: longest silence. deadline_s: longest time for one answer with its redirects,
    without the pauses between calls. `within` sets a time for many answers together.
    turn: is waited for at hosts with a delay, beside this client's own pauses.
    Threads may share one client. Addresses found in content have a connection pool of their
    own: a connection opened for an address in feeds.toml is never reused for them.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
        trusted_hosts: frozenset[str] = frozenset(),
        timeout_s: float = 20.0,
        deadline_s: float = 120.0,
        turn: Turn = own_turn,
    ) -> None:
        self._clock, self._sleep, self._monotonic = clock, sleep, monotonic
        self._trusted_hosts = frozenset(host.lower() for host in trusted_hosts)
        self._timeout_s, self._deadline_s, self._turn = timeout_s, deadline_s, turn
        self._deadline = RequestDeadline(monotonic)
        self._budget: TimeBudget | None = None
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._last_at: dict[str, float] = {}
        # With `transport=` httpx would ignore the proxies that the environment names. As mounts
        # ours is used only where no proxy is, and for this machine always.
        here = ("all://", "all://localhost", "all://127.0.0.1", "all://[::1]")
        transport = Transport(self._deadline, is_guarded=False)
        try:
            self._open = httpx.Client(
                mounts=dict.fromkeys(here, transport), verify=_trusted(), timeout=timeout_s
            )
        except (httpx.InvalidURL, ValueError):
            # The address may hold a password, so it is not shown.
            raise UsageError(
                what=lazy_gettext("The proxy that the environment names is no address."),
                hint=lazy_gettext(
                    "Look at HTTP_PROXY, HTTPS_PROXY and ALL_PROXY: http://host:8080, or socks5://…"
                ),
            ) from None
        # No proxy here: it would look the name up itself, past the check of the address.
        transport = Transport(self._deadline, is_guarded=True)
        self._guarded = httpx.Client(transport=transport, timeout=timeout_s)

    def close(self) -> None:
        with ExitStack() as stack:
            stack.callback(self._open.close)
            stack.callback(self._guarded.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.close()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let all requests of the block, in all threads, end within some seconds of the first.

        The pauses that a source asks for between two calls do not count.
        """
        self._budget = TimeBudget(seconds)
        try:
            yield
        finally:
            self._budget = None

    def fetch(self, request: Request) -> Response:
        """Fetch one address: 200 with its body, or 304 where a validator was given.

        429 and 503 are tried again twice, 500, 502 and 504 once. Raises Unreachable where no
        answer came, OutOfTime where the time of `within` is over, SourceFailed for everything
        else.
        """
        is_conditional = bool(request.etag or request.last_modified)
        for n_tries in range(len(WAITS_S) + 1):
            answer = self._ask(request)
            # A 304 that nobody asked for has no earlier body to stand for: it is refused below.
            if answer.status == 200 or (answer.is_unchanged and is_conditional):
                return answer
            wait_s = _wait_before_retry(answer, n_tries, self._clock())
            if wait_s is None or wait_s >= self._deadline.budget_left_s:
                break
            # The host that answered, which after a redirect is another one than was asked.
            self._hold_back(_parse_url(answer.url, request).host, wait_s)
        now, retry_at = self._clock(), None
        named_s = _retry_after_s(answer, now) if answer.status in _BUSY else None
        if named_s is not None:
            retry_at = now + timedelta(seconds=named_s)
        raise refused(answer, request, retry_at)

    def _ask(self, request: Request) -> Response:
        """Follow redirects to the first other answer, of any status."""
        budget = self._budget
        if budget and budget.ends_at is None:
            budget.ends_at = self._monotonic() + budget.seconds
        self._deadline.start(self._deadline_s, budget)
        if budget and self._deadline.budget_left_s <= 0:
            raise out_of_time(request, budget.seconds)
        url = _parse_url(request.url, request)
        is_trusted = request.is_trusted or self._is_trusted_host(url)
        passed: list[httpx.URL] = []
        while True:
            answer = self._get(url, request, is_trusted=is_trusted)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location or request.body:
                return answer
            passed.append(url)
            url = _parse_url(location, request, base=url)
            # Trust ends at the host: a redirect from there may lead into the private network.
            is_trusted = self._is_trusted_host(url) or (is_trusted and url.host == passed[-1].host)
            if url in passed or len(passed) > MAX_REDIRECTS:
                way = " → ".join(f"{one.host}{one.path}"[:100] for one in (*passed, url))
                what = lazy_ngettext(
                    "{host} redirects more than {n} time: {stations}",
                    "{host} redirects more than {n} times: {stations}",
                    MAX_REDIRECTS,
                    host=passed[0].host,
                    stations=way,
                )
                if url in passed:
                    what = lazy_gettext(
                        "{host} redirects in a circle: {stations}",
                        host=passed[0].host,
                        stations=way,
                    )
                raise failed(request, what, LOOK_AT_ADDRESS)

    def _is_trusted_host(self, url: httpx.URL) -> bool:
        return url.host in self._trusted_hosts

    def _get(self, url: httpx.URL, request: Request, *, is_trusted: bool) -> Response:
        client = self._open if is_trusted else self._guarded
        method, body = ("POST", request.body) if request.body else ("GET", None)
        headers = _headers(request, url)
        try:
            with (
                self._turn_at(url.host, request.delay_s) as heard,
                client.stream(method, url, headers=headers, content=body) as answer,
            ):
                heard(_asked_pause_s(answer, self._clock()))
                content = _read(answer, request) if answer.status_code == 200 else b""
                return Response(str(url), answer.status_code, content, dict(answer.headers))
        except PrivateAddress as error:
            what = lazy_gettext(
                "{host} is in a private network ({address}), where addresses found in texts "
                "may not lead",
                host=error.host,
                address=error.address,
            )
            raise failed(
                request, what, N_("If you trust it, add it to feeds.toml yourself.")
            ) from error
        except (httpx.HTTPError, *CORE_ERRORS) as error:
            # `cut` makes one timeout of all limits, so the error does not say which one was met.
            if (budget := self._budget) and self._deadline.budget_left_s <= 0:
                # A host that was asked at the last moment had no fair time: it is not to blame.
                had_time = self._deadline.spent_s >= min(self._timeout_s, budget.seconds / 2)
                host = url.host if had_time else ""
                raise out_of_time(request, budget.seconds, host) from error
            is_late = self._deadline.is_over
            seconds = self._deadline_s if is_late else self._timeout_s
            raise no_answer(error, url.host, request, seconds) from error

    @contextmanager
    def _turn_at(self, host: str, delay_s: float) -> Iterator[Callable[[float], None]]:
        """Wait until this client may call a host, and then for those who share its turns."""
        self._await_turn(host, delay_s)
        began = self._monotonic()
        with (self._turn if delay_s else own_turn)(host, delay_s) as heard:
            self._deadline.extend(self._monotonic() - began, is_polite=True)
            yield heard

    def _await_turn(self, host: str, delay_s: float) -> None:
        """Sleep until the host may be called again, and reserve that moment."""
        with self._lock:
            now = self._monotonic()
            earliest = self._last_at.get(host, now - delay_s) + delay_s
            start = max(now, earliest, self._free_at.get(host, now))
            # Reserved under the lock: another thread computes its turn from ours. The sleep
            # comes after it, so that calls to other hosts go on meanwhile.
            self._last_at[host] = start
        if start > now:
            self._sleep(start - now)
            self._deadline.extend(start - now, is_polite=earliest >= start)

    def _hold_back(self, host: str, seconds: float) -> None:
        """Pause all calls to a host for some seconds: a busy server is busy for all threads."""
        with self._lock:
            until = self._monotonic() + seconds
            self._free_at[host] = max(until, self._free_at.get(host, until))


def _headers(request: Request, url: httpx.URL) -> dict[str, str]:
    """Collect the headers of a request; its own ones only for the host that it names."""
    if not all(value.isascii() and value.isprintable() for value in request.headers.values()):
        # Checked here: the libraries' errors quote the value, which may be a secret.
        raise failed(request, lazy_gettext("a header cannot be sent: it must be printable ASCII"))
    home = _parse_url(request.url, request)
    is_home = (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)
    headers = {
        "User-Agent": USER_AGENT,
        "Accept": request.accept,
        # httpx would offer whatever is installed, such as brotli; `_unpack` knows gzip alone.
        "Accept-Encoding": "gzip",
        "If-None-Match": request.etag,
        "If-Modified-Since": request.last_modified,
        **(request.headers if is_home else {}),
    }
    return {name: value for name, value in headers.items() if value}


def _parse_url(text: str, request: Request, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = base.join(text) if base else httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        what = lazy_gettext("{address!r} is not an address", address=text[:200])
        raise failed(request, what, LOOK_AT_ADDRESS) from error
    if url.scheme not in ("http", "https") or not url.host:
        raise failed(
            request,
            lazy_gettext("{address!r} is not an http or https address", address=text[:200]),
            LOOK_AT_ADDRESS,
        )
    return url


def _read(answer: httpx.Response, request: Request) -> bytes:
    """Read and unpack a body to its end.

    Raises SourceFailed past `max_bytes`, or for an encoding that was not asked for.
    """
    encoding = answer.headers.get("content-encoding", "").strip().lower()
    # `iter_bytes` would unpack by httpx; `_unpack` says what is wrong with that.
    chunks: Iterable[bytes] = answer.iter_raw()
    if encoding in ("gzip", "x-gzip"):
        chunks = _unpack(chunks, request)
    elif encoding not in ("", "identity"):
        raise failed(
            request,
            lazy_gettext(
                "the answer has an encoding that was not asked for ({encoding!r})",
                encoding=encoding[:40],
            ),
        )
    parts, n_bytes = [], 0
    for chunk in chunks:
        parts.append(chunk)
        n_bytes += len(chunk)
        if n_bytes > request.max_bytes:
            what = lazy_gettext(
                "the answer is too long and was dropped (limit in bytes: {n})",
                n=in_thousands(request.max_bytes),
            )
            hint, url = lazy_gettext(TRIES_AGAIN), str(answer.url)
            raise SourceFailed(source=request.source, what=what, hint=hint, url=url)
    return b"".join(parts)


def _unpack(chunks: Iterable[bytes], request: Request) -> Iterator[bytes]:
    """Unpack gzip, at most `max_bytes` and one byte at a time.

    httpx's own unpacking takes a body that ends early for complete, and expands a gzip bomb
    a thousandfold before it can be counted.
    """
    engine, is_begun = zlib.decompressobj(wbits=31), False
    try:
        for chunk in chunks:
            left = chunk
            while left:
                if engine.eof:  # RFC 1952, 2.2: members may follow one another
                    engine = zlib.decompressobj(wbits=31)
                is_begun = True
                yield engine.decompress(left, request.max_bytes + 1)
                left = engine.unconsumed_tail or engine.unused_data
    except zlib.error as error:
        raise failed(
            request, lazy_gettext("the answer is marked as gzip, but is something else or damaged")
        ) from error
    if is_begun and not engine.eof:
        raise failed(request, lazy_gettext("the answer broke off: its gzip data has no end"))


def _wait_before_retry(answer: Response, n_tries: int, now: datetime) -> float | None:
    """Return the seconds to wait before the next try; None for no other try."""
    if answer.status in _STUMBLED and n_tries == 0:
        return WAITS_S[0]
    if answer.status not in _BUSY or n_tries >= len(WAITS_S):
        return None
    named = _retry_after_s(answer, now)
    if named is None:
        return WAITS_S[n_tries]
    return named if named <= MAX_WAIT_S else None


def _asked_pause_s(answer: httpx.Response, now: datetime) -> float:
    """Return the seconds of the pause that an answer asks all to make, 0 for none."""
    if answer.status_code not in _BUSY:
        return 0.0
    named = _retry_after_s(answer, now)
    return WAITS_S[0] if named is None else named


def _retry_after_s(answer: Response | httpx.Response, now: datetime) -> float | None:
    """Read Retry-After as seconds from now; None where it is absent or unreadable.

    It has seconds or a date (RFC 9110, 10.2.3). At most a week is believed.
    """
    text = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        # `parsedate_to_datetime` gives a moment without a zone for "-0000", which is UTC.
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), 7 * 86400.0)
