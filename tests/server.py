"""Play a web server on loopback that answers as scripted, faults and all.

Real sockets, so that what is tested is the whole way from a byte to a value. It knows
nothing of papers. `with Server() as server: server.script("/feed", Answer(body=b"…"))`.
"""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

NOW = datetime(2025, 3, 4, 6, 0, tzinfo=UTC)
"""When a `Time` begins."""


@dataclass
class Time:
    """A clock that only moves when somebody sleeps."""

    now_s: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now_s += seconds

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.now_s - 1000)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived. Header names are in lower case."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send, and how to fail at it.

    cut_after: close the connection after so many bytes of the body, which was announced whole.
    is_chunked: send the body in chunks, without its length.
    is_unframed: announce no length: the body ends where the connection does.
    hang_s: wait so long before the first byte.
    drip_s: wait so long after each byte of the body; drip_head_s: of the status line.
    raw: send these bytes and nothing else.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    is_chunked: bool = False
    is_unframed: bool = False
    hang_s: float = 0.0
    drip_s: float = 0.0
    drip_head_s: float = 0.0
    raw: bytes | None = None


Responder = Callable[[Seen], Answer]


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": to})


def gzipped(body: bytes, **headers: str) -> Answer:
    return Answer(gzip.compress(body), headers={"Content-Encoding": "gzip", **headers})


class Server:
    """A server on 127.0.0.1 at a free port.

    A path answers what it was scripted to, one answer a request, the last one for ever;
    a path without a script answers 404. `seen` lists all requests in order.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.n_connections = 0
        self._scripts: dict[str, list[Answer] | Responder] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._httpd = _Httpd(("127.0.0.1", 0), _handler(self))
        if tls:
            self._httpd.socket = tls.wrap_socket(self._httpd.socket, server_side=True)
        self._thread = threading.Thread(target=self._httpd.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._httpd.shutdown()
        self._httpd.server_close()

    @property
    def port(self) -> int:
        return int(self._httpd.server_address[1])

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def script(self, path: str, *answers: Answer) -> None:
        with self._lock:
            self._scripts[path] = list(answers)

    def respond(self, path: str, responder: Responder) -> None:
        """Let a function answer this path."""
        with self._lock:
            self._scripts[path] = responder

    def answer(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            script = self._scripts.get(seen.path, [Answer(status=404)])
            if isinstance(script, list):
                return script.pop(0) if len(script) > 1 else script[0]
        return script(seen)

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than the server lives."""
        if seconds:
            self._stopping.wait(seconds)


class _Httpd(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that hangs up is what half the tests are about."""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are two writes: without this the second waits 40 ms for the first's receipt.
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            server.n_connections += 1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {k: v[-1] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
            headers = {k.lower(): v for k, v in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            self._send(server.answer(Seen(parts.path, query, headers, self.command, body)))

        do_POST = do_GET

        def _send(self, answer: Answer) -> None:
            server.pause(answer.hang_s)
            if answer.raw is not None:
                self.close_connection = True
                self.wfile.write(answer.raw)
                return
            self._drip(_head(answer), answer.drip_head_s)
            body = _chunks(answer.body) if answer.is_chunked else answer.body
            self._drip(body[: answer.cut_after], answer.drip_s)
            if answer.cut_after is not None or answer.is_unframed:
                self.close_connection = True

        def _drip(self, data: bytes, pause_s: float) -> None:
            if not pause_s:
                self.wfile.write(data)
                return
            for i in range(len(data)):
                self.wfile.write(data[i : i + 1])
                self.wfile.flush()
                server.pause(pause_s)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _head(answer: Answer) -> bytes:
    headers = {"Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()), **answer.headers}
    if answer.is_chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif answer.is_unframed:
        headers["Connection"] = "close"
    elif answer.status not in (204, 304):
        headers.setdefault("Content-Length", str(len(answer.body)))
    lines = [f"HTTP/1.1 {answer.status} Scripted", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _chunks(body: bytes) -> bytes:
    parts = [body[i : i + 1000] for i in range(0, len(body), 1000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"
