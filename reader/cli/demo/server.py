"""Imitate arXiv and some feeds on this machine, over real HTTP, for given papers.

    /api/query      export.arxiv.org: queries, id lists, paging, totals
    /atom/cs.CL     rss.arxiv.org: the announcement feed, "+" joins categories
    /pdf/ID         arxiv.org: PDFs that the caller has
    /feeds/NAME     any other feed, as bytes

It serves the demo's invented papers, each once its listing is out (calendar.announced_at), never
before. The formats are those of arXiv's own pages
(https://info.arxiv.org/help/api/user-manual.html and rss.html). It listens on the loopback address
only, and does not know what the papers are.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from reader.library.calendar import EASTERN, announced_at, is_listing_day, listing_day
from reader.library.paper import Paper

AnnounceType = Literal["new", "cross", "replace", "replace-cross"]


@dataclass(frozen=True, slots=True)
class PlayedPaper:
    """A paper and the moments when arXiv received it.

    paper: an `announced_on` of None means the calendar's listing day for `submitted_at`;
    `version` is the one submitted at `replaced_at`.
    replaced_at: when the newest version was submitted; None for a single version.
    """

    paper: Paper
    submitted_at: datetime
    replaced_at: datetime | None = None

    @property
    def number(self) -> str:
        """The arXiv id, without scheme and version."""
        return self.paper.id.removeprefix("arxiv:")

    @property
    def listed_on(self) -> date:
        return self.paper.announced_on or listing_day(self.submitted_at)

    def is_replaced(self, now: datetime) -> bool:
        """Check whether the newest version has been announced."""
        at = self.replaced_at
        return at is not None and announced_at(listing_day(at)) <= now

    def version(self, now: datetime) -> int:
        return (self.paper.version or 2) if self.is_replaced(now) else 1

    def updated_at(self, now: datetime) -> datetime:
        return self.replaced_at if self.replaced_at and self.is_replaced(now) else self.submitted_at


_CATEGORY = re.compile(r"cat:([\w.*-]+)")
_DATES = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")


class Catalogue:
    """The played papers, by listing day."""

    def __init__(self, papers: Iterable[PlayedPaper]) -> None:
        self._papers = sorted(papers, key=lambda p: (p.submitted_at, p.number))
        self._listed: dict[date, list[PlayedPaper]] = defaultdict(list)
        self._replaced: dict[date, list[PlayedPaper]] = defaultdict(list)
        for played in self._papers:
            self._listed[played.listed_on].append(played)
            if played.replaced_at:
                self._replaced[listing_day(played.replaced_at)].append(played)

    def search(self, query: str, numbers: Sequence[str], *, now: datetime) -> list[PlayedPaper]:
        """Find the papers of an id list, or of a query's categories and days, which are all that
        a gather asks for; the oldest submission first."""
        names = set(_CATEGORY.findall(query))
        dates = _DATES.search(query)
        # Minutes, compared as they are written; the last one is included.
        first, last = dates.groups() if dates else ("0", "9")
        return [
            played
            for played in self._papers
            if announced_at(played.listed_on) <= now
            and (not numbers or played.number in numbers)
            and (
                not names or any(fnmatchcase(c, n) for c in played.paper.categories for n in names)
            )
            and first <= f"{played.submitted_at.astimezone(UTC):%Y%m%d%H%M}" <= last
        ]

    def listing(self, day: date, names: Sequence[str]) -> list[tuple[PlayedPaper, AnnounceType]]:
        """List a day's announcement in some categories ("cs.CL") or archives ("cs").

        New papers first, then cross-lists, then replacements, as arXiv orders them.
        """
        groups: dict[AnnounceType, list[PlayedPaper]] = {
            kind: [] for kind in ("new", "cross", "replace", "replace-cross")
        }
        kinds = list(groups)
        for first, several in ((0, self._listed.get(day)), (2, self._replaced.get(day))):
            for played in several or ():
                named = [
                    any(category == name or category.startswith(f"{name}.") for name in names)
                    for category in played.paper.categories
                ]
                # The first category is the primary one: a paper asked for by another one is a
                # cross-list there.
                if any(named):
                    groups[kinds[first + (not named[0])]].append(played)
        return [(played, kind) for kind, group in groups.items() for played in group]


_API = "https://arxiv.org/api"
_ATOM = "http://www.w3.org/2005/Atom"
_ARXIV = "http://arxiv.org/schemas/atom"

# XML 1.0 forbids these; a title with one of them must not break the feed.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class ApiPage:
    """One page of an API answer, with the query that it answers. start: its first entry, from 0.

    size: entries at most. total: entries of the whole answer.
    """

    query: str
    id_list: str
    start: int
    size: int
    total: int


def api_feed(page: ApiPage, entries: Sequence[PlayedPaper], *, now: datetime) -> bytes:
    """Write one page of the API's answer."""
    query = (
        f"search_query={page.query}&id_list={page.id_list}"
        f"&start={page.start}&max_results={page.size}"
    )
    written = "".join(_api_entry(played, now) for played in entries)
    return _api_document(query, page, written, now)


def api_error(message: str, *, now: datetime) -> bytes:
    """Write the API's answer to a malformed request, which has status 400."""
    address = f"{_API}/errors#{message.replace(' ', '_')}"
    entry = f"""  <entry>
    <id>{xml_text(address)}</id>
    <title>Error</title>
    <updated>{_utc(now)}</updated>
    <link href={xml_value(address)} rel="alternate" type="text/html"/>
    <summary>{xml_text(message)}</summary>
    <published>{_utc(now)}</published>
    <author>
      <name>arXiv api core</name>
    </author>
  </entry>
"""
    return _api_document("", ApiPage("", "", 0, 1, 1), entry, now)


def announcement_feed(
    names: str, day: date, entries: Sequence[tuple[PlayedPaper, AnnounceType]], *, now: datetime
) -> bytes:
    """Write the announcement feed of a day. names: categories joined by "+"."""
    # arXiv builds its feeds at midnight in New York, and all entries have that time.
    midnight = datetime.combine(day, time(), EASTERN)
    address = f"http://rss.arxiv.org/atom/{names}"
    written = "".join(_announcement_entry(played, kind, midnight, now) for played, kind in entries)
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="{_ARXIV}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="{_ATOM}" \
xml:lang="en-us">
  <id>{xml_text(address)}</id>
  <title>{xml_text(names)} updates on arXiv.org</title>
  <updated>{midnight.astimezone(UTC).isoformat()}</updated>
  <link href={xml_value(address)} rel="self" type="application/atom+xml"/>
  <subtitle>{xml_text(names)} updates on the arXiv.org e-print archive.</subtitle>
{written}</feed>
""".encode()


def _api_document(query: str, page: ApiPage, entries: str, now: datetime) -> bytes:
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="{_ARXIV}" \
xmlns="{_ATOM}">
  <id>{_API}/played</id>
  <title>arXiv Query: {xml_text(query)}</title>
  <updated>{_utc(now)}</updated>
  <link href={xml_value(f"{_API}/query?{query}")} type="application/atom+xml"/>
  <opensearch:itemsPerPage>{page.size}</opensearch:itemsPerPage>
  <opensearch:totalResults>{page.total}</opensearch:totalResults>
  <opensearch:startIndex>{page.start}</opensearch:startIndex>
{entries}</feed>
""".encode()


def _api_entry(played: PlayedPaper, now: datetime) -> str:
    paper = played.paper
    versioned = xml_text(f"{played.number}v{played.version(now)}")
    doi = next((name[4:] for name in paper.ids if name.startswith("doi:")), "")
    lines = [
        "  <entry>",
        f"    <id>http://arxiv.org/abs/{versioned}</id>",
        f"    <title>{xml_text(paper.title)}</title>",
        f"    <updated>{_utc(played.updated_at(now))}</updated>",
        f'    <link href="https://arxiv.org/abs/{versioned}" rel="alternate" type="text/html"/>',
        f'    <link href="https://arxiv.org/pdf/{versioned}" rel="related"'
        ' type="application/pdf" title="pdf"/>',
        f"    <summary>{xml_text(paper.abstract)}</summary>",
        *(f'    <category term={xml_value(c)} scheme="{_ARXIV}"/>' for c in paper.categories),
        f"    <published>{_utc(played.submitted_at)}</published>",
        *([f"    <arxiv:comment>{xml_text(paper.comment)}</arxiv:comment>"] * bool(paper.comment)),
        *(f"    <arxiv:primary_category term={xml_value(c)}/>" for c in paper.categories[:1]),
        *([f"    <arxiv:doi>{xml_text(doi)}</arxiv:doi>"] * bool(doi)),
        *(f"    <author>\n      <name>{xml_text(a)}</name>\n    </author>" for a in paper.authors),
        "  </entry>\n",
    ]
    return "\n".join(lines)


def _announcement_entry(
    played: PlayedPaper, kind: AnnounceType, midnight: datetime, now: datetime
) -> str:
    paper = played.paper
    versioned = xml_text(f"{played.number}v{played.version(now)}")
    categories = "\n".join(f"    <category term={xml_value(c)}/>" for c in paper.categories)
    abstract = xml_text(paper.abstract)
    return f"""  <entry>
    <id>oai:arXiv.org:{versioned}</id>
    <title>{xml_text(paper.title)}</title>
    <updated>{midnight.astimezone(UTC).isoformat()}</updated>
    <link href="https://arxiv.org/abs/{xml_text(played.number)}" rel="alternate" type="text/html"/>
    <summary>arXiv:{versioned} Announce Type: {kind} \nAbstract: {abstract}</summary>
{categories}
    <published>{midnight.isoformat()}</published>
    <arxiv:announce_type>{kind}</arxiv:announce_type>
    <dc:rights>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</dc:rights>
    <dc:creator>{xml_text(", ".join(paper.authors))}</dc:creator>
  </entry>
"""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def xml_text(text: str) -> str:
    """Escape text for the content of an element."""
    return escape(_ILLEGAL.sub("", text))


def xml_value(text: str) -> str:
    """Escape text for an attribute, and put it in quotation marks."""
    return quoteattr(_ILLEGAL.sub("", text))


PAGE_LIMIT = 2000
"""Results in one answer of the API at most."""

_ATOM_TYPE = "application/atom+xml; charset=utf-8"
_TYPES = {
    "atom": _ATOM_TYPE,
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

    def _api_answer(self, arguments: Mapping[str, str]) -> Reply:
        now = self.clock()
        query, id_list = arguments.get("search_query", ""), arguments.get("id_list", "")
        try:
            start, size = _whole(arguments, "start", 0), _whole(arguments, "max_results", 10)
            numbers = [part.strip() for part in id_list.split(",") if part.strip()]
            found = self.catalogue.search(query, numbers, now=now)
        except ValueError as error:
            return Reply(400, api_error(str(error), now=now), {"Content-Type": _ATOM_TYPE})
        by, is_ids_alone = arguments.get("sortBy", "relevance"), not query.strip()
        if by == "lastUpdatedDate":
            found = sorted(found, key=lambda played: played.updated_at(now))
        elif by != "relevance" and is_ids_alone:
            # Results of a query are in this order already.
            found = sorted(found, key=lambda played: played.submitted_at)
        is_newest_first = arguments.get("sortOrder") != "ascending"
        if is_newest_first and not (by == "relevance" and is_ids_alone):
            found = found[::-1]
        page = ApiPage(query, id_list, start, min(size, PAGE_LIMIT), len(found))
        entries = found[page.start : page.start + page.size]
        return Reply(200, api_feed(page, entries, now=now), {"Content-Type": _ATOM_TYPE})

    def _feed_answer(self, names: str) -> Reply:
        # arXiv builds its feeds at midnight Eastern time, four hours after the announcement.
        now = self.clock()
        day = now.astimezone(EASTERN).date()
        listed = self.catalogue.listing(day, names.split("+")) if is_listing_day(day) else []
        built_at = datetime.combine(day, time(), EASTERN).astimezone(UTC)
        body = announcement_feed(names, day, listed, now=now)
        modified = format_datetime(built_at, usegmt=True)
        headers = {"Content-Type": _ATOM_TYPE, "ETag": _etag(body), "Last-Modified": modified}
        return Reply(200, body, headers)


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:16]}"'


def arguments_of(query: str) -> dict[str, str]:
    values_of = parse_qs(query, keep_blank_values=True)
    return {name: values[-1] for name, values in values_of.items()}


def _whole(arguments: Mapping[str, str], name: str, default: int) -> int:
    text = arguments.get(name, "") or str(default)
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
