"""Imitate arXiv and some feeds on this machine, over real HTTP, for given papers.

    /api/query      export.arxiv.org: queries, id lists, paging, totals
    /atom/cs.CL     rss.arxiv.org: the announcement feed, "+" joins categories
    /pdf/ID         arxiv.org: PDFs that the caller has
    /feeds/NAME     any other feed, as bytes

It serves the demo's invented papers. It listens on the loopback address only, and does not know
what the papers are.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from reader.cli.demo.arxiv import (
    ApiPage,
    Catalogue,
    PlayedPaper,
    announcement_feed,
    api_error,
    api_feed,
)
from reader.library.calendar import EASTERN, is_listing_day

PAGE_LIMIT = 2000
"""Results in one answer of the API at most."""

_ATOM = "application/atom+xml; charset=utf-8"
_TYPES = {
    "atom": _ATOM,
    "rss": "application/rss+xml; charset=utf-8",
    "xml": "application/xml",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a request."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class PlayServer:
    """A context manager that runs the server in a thread.

    clock: returns the played moment, called at each request.
    feeds: bodies by name ("timeline.rss"), looked up at each request; the ending of the name
    decides the content type.
    pdfs: returns the PDF of an arXiv id without version, None for 404.
    port: 0 for any free one.
    """

    kind_of_catalogue: type[Catalogue] = Catalogue

    def __init__(
        self,
        papers: Iterable[PlayedPaper],
        *,
        clock: Callable[[], datetime],
        feeds: Mapping[str, bytes] | None = None,
        pdfs: Callable[[str], bytes | None] = lambda _: None,
        port: int = 0,
    ) -> None:
        self.catalogue = self.kind_of_catalogue(papers)
        self.clock = clock
        self.feeds = feeds if feeds is not None else {}
        self.pdfs = pdfs
        self._http = Http(("127.0.0.1", port), self.handler)
        self._http.play = self
        # `shutdown` waits for the next look at its flag: 0.05 s, by default half a second.
        self._thread = Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def handler(self) -> type[Handler]:
        return Handler

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def arxiv_toml(self) -> str:
        """Write the lines of feeds.toml's [arxiv] table with the addresses, without its head."""
        return (
            f'api_url = "{self.url}/api/query"\n'
            f'rss_url = "{self.url}/atom/"\n'
            f'oai_url = "{self.url}/oai"\n'
            f'pdf_url = "{self.url}/pdf/"\n'
            "delay_s = 0\n"
        )

    def feed_url(self, name: str) -> str:
        return f"{self.url}/feeds/{name}"

    def answer(self, target: str) -> Reply:
        """Answer a path with its query."""
        parts = urlsplit(target)
        first, _, rest = unquote(parts.path).lstrip("/").partition("/")
        if (first, rest) == ("api", "query"):
            return self._api_answer(arguments_of(parts.query))
        if first == "atom" and rest:
            return self._feed_answer(rest)
        if first == "pdf" and rest:
            number = re.sub(r"v\d+$", "", rest.removesuffix(".pdf"))
            if (pdf := self.pdfs(number)) is not None:
                return Reply(200, pdf, {"Content-Type": "application/pdf"})
        if first == "feeds" and rest in self.feeds:
            body = self.feeds[rest]
            kind = _TYPES.get(rest.rpartition(".")[2], "text/html; charset=utf-8")
            return Reply(200, body, {"Content-Type": kind, "ETag": _etag(body)})
        return Reply(404, b"<html><body>Not found</body></html>", {"Content-Type": "text/html"})

    def _api_answer(self, asked: Mapping[str, str]) -> Reply:
        now = self.clock()
        query, id_list = asked.get("search_query", ""), asked.get("id_list", "")
        try:
            start, size = _whole(asked, "start", 0), _whole(asked, "max_results", 10)
            numbers = [part.strip() for part in id_list.split(",") if part.strip()]
            found = self.catalogue.search(query, numbers, now=now)
        except ValueError as error:
            return Reply(400, api_error(str(error), now=now), {"Content-Type": _ATOM})
        by, is_ids_alone = asked.get("sortBy", "relevance"), not query.strip()
        if by == "lastUpdatedDate":
            found = sorted(found, key=lambda played: played.updated_at(now))
        elif by != "relevance" and is_ids_alone:
            # Results of a query are in this order already.
            found = sorted(found, key=lambda played: played.submitted_at)
        is_newest_first = asked.get("sortOrder") != "ascending"
        if is_newest_first and not (by == "relevance" and is_ids_alone):
            found = found[::-1]
        page = ApiPage(query, id_list, start, min(size, PAGE_LIMIT), len(found))
        entries = found[page.start : page.start + page.size]
        return Reply(200, api_feed(page, entries, now=now), {"Content-Type": _ATOM})

    def _feed_answer(self, names: str) -> Reply:
        # arXiv builds its feeds at midnight Eastern time, four hours after the announcement.
        now = self.clock()
        day = now.astimezone(EASTERN).date()
        listed = self.catalogue.listing(day, names.split("+")) if is_listing_day(day) else []
        built_at = datetime.combine(day, time(), EASTERN).astimezone(UTC)
        body = announcement_feed(names, day, listed, now=now)
        modified = format_datetime(built_at, usegmt=True)
        headers = {"Content-Type": _ATOM, "ETag": _etag(body), "Last-Modified": modified}
        return Reply(200, body, headers)


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:16]}"'


def arguments_of(query: str) -> dict[str, str]:
    asked = parse_qs(query, keep_blank_values=True)
    return {name: values[-1] for name, values in asked.items()}


def _whole(asked: Mapping[str, str], name: str, default: int) -> int:
    text = asked.get(name, "") or str(default)
    if not text.isdecimal():
        raise ValueError(f"{name} must be an integer")
    return int(text)


class Http(ThreadingHTTPServer):
    daemon_threads = True
    # A client that hangs must not keep the server from closing.
    block_on_close = False
    play: PlayServer

    def handle_error(self, request: object, client_address: object) -> None:
        # A client that went away (a timeout, kill -9) is no error of the server.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes: without this the second waits 40 ms for the first's receipt.
    disable_nagle_algorithm = True
    server: Http

    def do_GET(self) -> None:
        answer = self.server.play.answer(self.path)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the played moment: the server's clock is the one of its papers."""
        return format_datetime(self.server.play.clock().astimezone(UTC), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: the terminal belongs to the demo."""
