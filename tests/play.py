"""Play arXiv: the demo's server with its whole query language, OAI-PMH, and faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from threading import Event, Lock
from typing import Any
from urllib.parse import urlsplit

from reader.cli.demo import server
from reader.cli.demo.server import Reply, arguments_of
from tests.arxiv_catalogue import WholeCatalogue
from tests.oai_server import oai_answer


@dataclass(frozen=True, slots=True)
class Fault:
    """How an answer goes wrong; None leaves a part of it as it is.

    hang_s: seconds of silence before the first byte.
    cut_after: bytes of the promised body after which the connection is closed.
    drip_s: seconds of silence after each 64 bytes of the body.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    hang_s: float = 0.0
    cut_after: int | None = None
    drip_s: float = 0.0


class PlayServer(server.PlayServer):
    """A server that keeps what it is asked, and whose answers may go wrong."""

    kind_of_catalogue = WholeCatalogue

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.requests: list[str] = []
        """Each request's path and query, in order of arrival."""
        self.faults: Callable[[str, int], Fault | None] = lambda _path, _n: None
        """Called with a path (without query) and its number of requests so far, from 1."""
        self.stopped = Event()
        self._n_asked: Counter[str] = Counter()
        self._lock = Lock()

    @property
    def handler(self) -> type[server.Handler]:
        return _Handler

    def __exit__(self, *exception: object) -> None:
        self.stopped.set()
        super().__exit__(*exception)

    def next_fault(self, target: str) -> Fault:
        """Count a request, and return how its answer goes wrong."""
        path = urlsplit(target).path
        # Requests come in threads, and several may ask for the same path at once.
        with self._lock:
            self.requests.append(target)
            self._n_asked[path] += 1
            n = self._n_asked[path]
        return self.faults(path, n) or Fault()

    def answer(self, target: str) -> Reply:
        """Answer a path with its query, without faults."""
        parts = urlsplit(target)
        if parts.path != "/oai":
            return super().answer(target)
        asked = arguments_of(parts.query)
        body = oai_answer(self.catalogue, asked, url=f"{self.url}/oai", now=self.clock())
        return Reply(200, body, {"Content-Type": "application/xml"})


class _Handler(server.Handler):
    @property
    def play(self) -> PlayServer:
        play = self.server.play
        assert isinstance(play, PlayServer)
        return play

    def do_GET(self) -> None:
        play = self.play
        fault = play.next_fault(self.path)
        play.stopped.wait(fault.hang_s)
        answer = play.answer(self.path)
        if self._is_known(answer.headers):
            answer = replace(answer, status=304, body=b"")
        if fault.body is not None:
            answer = replace(answer, body=fault.body, headers={})
        # A fault without a status changes only body or headers.
        status = fault.status or answer.status
        try:
            self.send_response(status)
            for name, value in {**answer.headers, **fault.headers}.items():
                self.send_header(name, value)
            if status != HTTPStatus.NOT_MODIFIED:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self._send_body(answer.body, fault)
        except ConnectionError:
            # The client has gone: nobody is left to answer.
            self.close_connection = True

    do_HEAD = do_GET

    def _is_known(self, headers: Mapping[str, str]) -> bool:
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return headers.get("ETag", "-") in tags
        since, modified = self.headers.get("If-Modified-Since"), headers.get("Last-Modified")
        if not since or not modified:
            return False
        return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)

    def _send_body(self, body: bytes, fault: Fault) -> None:
        if fault.cut_after is not None:
            body = body[: fault.cut_after]
            self.close_connection = True
        # In small pieces only where it drips. `or 1`: a step of 0 is an error, for an empty body.
        step = 64 if fault.drip_s else len(body) or 1
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            self.play.stopped.wait(fault.drip_s)
