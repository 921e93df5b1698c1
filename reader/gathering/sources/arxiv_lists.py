"""Read arXiv's papers: of a day or by ids from its API, of a mailing from its feed.

The API is asked through the `arxiv` package, whose session, waiting and retries are replaced by
ours: the package builds the requests and reads the answers, `fetch` sends them. Answers that the
package takes for "no results" silently (an HTML page, half an answer, an error entry) are refused
here. The API has the time of a submission, not of its announcement: a paper that the moderators
held back is in a later mailing than its time shows, and only the announcement feed has it there.

Each category has a feed (Atom or RSS), which is made anew each night. Its date is no proof: it has
served yesterday's papers with today's date. So the day is taken from the entries. On weekends and
holidays it has no entries, which is no failure.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import arxiv

from reader.base.errors import SourceFailed
from reader.base.http import Fetch, Request
from reader.base.messages import Text, lazy_gettext
from reader.base.text import accents, plain, shorten
from reader.gathering.sources.answer import moment, parse_feed, received_text
from reader.library.calendar import EASTERN, listing_day, window
from reader.library.ids import find_ids, parse_id
from reader.library.paper import Paper

PAGE_SIZE = 200
"""Papers of a page, of 2,000 allowed. A usual day of three classes has one or two pages of some
500 kB. Larger pages are slow at arXiv and more often come empty, and each page more costs a wait
of three seconds."""

MAX_IDS = 100
SOURCE = "arXiv"
"""As lists, `gather NAME` and the errors call it."""

# arxiv logs skipped entries as warnings, which Python prints on the terminal without a handler.
logging.getLogger("arxiv").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class ArxivPlace:
    """The address of an interface of arXiv, the seconds between calls, and the wanted classes.

    source: as errors call it.
    """

    url: str
    delay_s: float
    categories: tuple[str, ...] = ()
    source: str = SOURCE


@dataclass(frozen=True, slots=True)
class ApiListing:
    """The API's papers of a day.

    expected: the total that it named last. With fewer papers the list was cut short; `failure` is
    the reason, None where the API merely sent fewer than it announced.
    understood: the query as the API names it in its answer, "" where it names none.
    """

    papers: tuple[Paper, ...]
    expected: int | None
    failure: SourceFailed | None = None
    understood: str = ""


def papers_listed(fetch: Fetch, place: ArxivPlace, day: date) -> ApiListing:
    """Fetch the papers of some classes that were submitted in the window of a listing day.

    Each paper comes once, the oldest submission first. Raises SourceFailed where the first page
    fails, and ValueError for a weekend day.
    """
    start, end = window(day)
    classes = " OR ".join(f"cat:{category}" for category in place.categories)
    return papers_submitted(fetch, place, classes, start, end)


def papers_submitted(
    fetch: Fetch, place: ArxivPlace, query: str, start: datetime, end: datetime
) -> ApiListing:
    """Fetch the papers of a query that were submitted in [start, end), the oldest first.

    Each paper comes once. Raises SourceFailed where the first page fails.
    """
    # The API's range includes both ends and has whole minutes of UTC, so it ends a minute earlier
    # here. Ascending order, since pages would shift if papers came in front while they are read.
    span = f"{start:%Y%m%d%H%M} TO {end - timedelta(minutes=1):%Y%m%d%H%M}"
    session = ArxivSession(fetch, place.delay_s, is_listing=True, source=place.source)
    search = arxiv.Search(
        query=f"({query}) AND submittedDate:[{span}]",
        max_results=None,
        sort_by=arxiv.SortCriterion.SubmittedDate,
        sort_order=arxiv.SortOrder.Ascending,
    )
    # A part of a list is kept, since the papers that it lacks are counted.
    papers, failure = _papers(session, place.url, search)
    if failure and not papers:
        raise failure
    return ApiListing(papers, session.total, failure, session.understood)


def papers_by_id(fetch: Fetch, place: ArxivPlace, ids: Sequence[str]) -> tuple[Paper, ...]:
    """Look papers up by id ("arxiv:2401.01234"), MAX_IDS in a request.

    Papers that arXiv does not have are left out. Raises SourceFailed.
    """
    # One malformed id makes the API refuse the whole request: each half is then asked for by
    # itself.
    found: dict[str, Paper] = {}
    batches = [list(ids[i : i + MAX_IDS]) for i in range(0, len(ids), MAX_IDS)]
    while batches:
        batch = batches.pop()
        session = ArxivSession(fetch, place.delay_s)
        search = arxiv.Search(id_list=[id.removeprefix("arxiv:") for id in batch])
        papers, failure = _papers(session, place.url, search)
        if failure and failure.status != 400:
            raise failure
        if failure and len(batch) > 1:
            middle = len(batch) // 2
            batches += [batch[:middle], batch[middle:]]
        found.update((paper.id, paper) for paper in papers)
    return tuple(found.values())


class ArxivSession:
    """Replaces `requests.Session` in `arxiv.Client`; `get` calls our `fetch`.

    Every answer must be an Atom feed with a total. A page that is empty where papers must be, or
    has another total than the page before, is asked for once more: the API is known for both
    (lukasschwab/arxiv.py issues 43 and 129).
    is_listing: an answer without any paper is doubtful too. source: as errors call it.
    """

    def __init__(
        self, fetch: Fetch, delay_s: float, *, is_listing: bool = False, source: str = SOURCE
    ) -> None:
        self._fetch, self._delay_s, self._is_listing = fetch, delay_s, is_listing
        self.source = source
        self.total: int | None = None
        self.understood = ""

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> _ArxivResponse:
        """Fetch a page; headers: arxiv's User-Agent, in place of which ours is sent."""
        request = Request(url, self.source, delay_s=self._delay_s, accept="application/atom+xml")
        # The package counts pages itself; the address has the number of papers before this page.
        start = re.search(r"[?&]start=(\d+)", url)
        n_before = int(start[1]) if start else 0
        for _unused in range(2):
            content, total = _read_page(self._fetch(request).content, self.source)
            is_empty = not _ENTRY.search(content) and (total > n_before or self._is_listing)
            if not is_empty and self.total in (None, total):
                break
        self.total = total
        if named := _QUERY.search(content):
            self.understood = plain(unescape(named[1].decode("utf-8", "replace")))
        return _ArxivResponse(content)


@dataclass(frozen=True, slots=True)
class _ArxivResponse:
    """The two attributes of `requests.Response` that arxiv reads."""

    content: bytes
    status_code: int = 200


# Atomic groups, since many comments must not be split in all possible ways.
_FEED = re.compile(rb"\A(?>\s+|<\?xml[^>]*>|<!--(?>.*?-->))*+<(?:\w+:)?feed[\s>]", re.DOTALL)
_FEED_END = re.compile(rb"</(?:\w+:)?feed>\s*\Z")
_TOTAL = re.compile(rb"<(?:\w+:)?totalResults(?:\s[^>]*)?>\s*(\d{1,9})\s*<")
_ENTRY = re.compile(rb"<entry[\s>]")
_ERROR = re.compile(rb"<id>\s*https?://[\w.]*arxiv\.org/api/errors[^<]*</id>")
_QUERY = re.compile(
    rb"<title[^>]*>\s*arXiv Query: search_query=([^<]*)&amp;id_list=", re.IGNORECASE
)
_SUMMARY = re.compile(rb"<summary[^>]*>([^<]*)<")


def _read_page(content: bytes, source: str) -> tuple[bytes, int]:
    """Read an answer of the API and its total; raises SourceFailed for anything else."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not _FEED.match(content):
        raise _failed(
            source, lazy_gettext("the answer is {came}, not Atom", came=received_text(content))
        )
    if _ERROR.search(content):
        summary = _SUMMARY.search(content)
        text: Text = lazy_gettext("no reason given")
        if summary:
            text = plain(summary[1].decode("utf-8", "replace"))[:200]
        raise _failed(
            source, lazy_gettext("the source reports an error: {message}", message=text), status=400
        )
    total = _TOTAL.search(content)
    if not total:
        raise _failed(
            source, lazy_gettext("the Atom feed has no total, so it is not an answer of the API")
        )
    if not _FEED_END.search(content[-200:]):
        raise _failed(source, lazy_gettext("the answer is incomplete: its Atom feed has no end"))
    return content, int(total[1])


def _failed(source: str, what: Text, status: int = 200) -> SourceFailed:
    return SourceFailed(source=source, what=what, status=status)


def client_of(session: ArxivSession, api_url: str) -> arxiv.Client:
    """Make a client of the package that uses a session of ours, without waiting."""
    # `fetch` waits and tries again, since it sees the server's Retry-After.
    client = arxiv.Client(page_size=PAGE_SIZE, delay_seconds=0, num_retries=0)
    client.query_url_format = api_url.replace("{", "{{").replace("}", "}}") + "?{}"
    # The package has no public way to set a session; a test fails when this name changes.
    client._session = session
    return client


def _papers(
    session: ArxivSession, api_url: str, search: arxiv.Search
) -> tuple[tuple[Paper, ...], SourceFailed | None]:
    """Read all pages of a search; return its papers, each once, and why it ended early, if so."""
    papers: dict[str, Paper] = {}
    failure = None
    try:
        for result in client_of(session, api_url).results(search):
            if paper := _paper(result):
                papers.setdefault(paper.id, paper)
    except SourceFailed as error:
        failure = error
    except arxiv.UnexpectedEmptyPageError:
        # The session asked twice already. With a list of ids this is no failure: unknown ids may
        # count in the total, but never come.
        failure = (
            None
            if search.id_list
            else _failed(session.source, lazy_gettext("a page before the last one was empty"))
        )
    except (arxiv.ArxivError, ValueError, OverflowError) as error:
        failure = _failed(
            session.source,
            lazy_gettext("the answer cannot be read ({error})", error=plain(str(error))[:100]),
        )
    return tuple(papers.values()), failure


def _paper(result: arxiv.Result) -> Paper | None:
    """Turn a result of the package into a paper; None for an entry that is no arXiv paper."""
    found = parse_id(result.entry_id)
    if not found or not found.id.startswith("arxiv:"):
        return None
    # find_ids turns a DOI of the ACL Anthology into the paper's id there.
    dois = (f.id for f in find_ids(result.doi or "") if not f.id.startswith("arxiv:"))
    names = (accents(plain(author.name)) for author in result.authors)
    # The primary class first, as arXiv prints them.
    categories = (result.primary_category, *result.categories)
    return Paper(
        ids=tuple(dict.fromkeys((found.id, *dois))),
        title=accents(plain(result.title)),
        authors=tuple(name for name in names if name),
        abstract=accents(plain(result.summary)),
        categories=tuple(dict.fromkeys(plain(c) for c in categories if c)),
        comment=plain(result.comment or ""),
        published_on=result.published.date(),
        announced_on=listing_day(result.published),
        version=found.version,
    )


@dataclass(frozen=True, slots=True)
class Mailing:
    """A mailing as the announcement feed of a category has it, in its order.

    covers: arXiv's day of the newest entry; of an empty feed the feed's own day, or None.
    n_unread: entries without an arXiv id, which are left out.
    """

    covers: date | None
    new: tuple[Paper, ...] = ()
    cross: tuple[Paper, ...] = ()
    replaced: tuple[Paper, ...] = ()
    n_unread: int = 0


def address(rss_url: str, category: str) -> str:
    """Build the address of a category's feed; rss_url: with or without a slash at its end."""
    return rss_url.rstrip("/") + "/" + quote(category, safe="-.")


_TYPE = re.compile(r"Announce Type:\s*([a-z-]+)")
_HEAD = re.compile(r"^\s*arXiv:\S+\s+Announce Type:.*?Abstract:\s*", re.DOTALL)
_VERSIONED = re.compile(r"oai:arXiv\.org:(\S+)", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV")


def read_feed(content: bytes, *, source: str) -> Mailing:
    """Read a mailing. Raises SourceFailed for anything that is no feed, and for half a feed.

    An entry of an unknown kind counts as new, so that no paper is lost. Replaced papers have
    their new version; the feed does not show on which day they were new.
    """
    feed = parse_feed(content, source=source)
    kinds: dict[str, dict[str, Paper]] = {"new": {}, "cross": {}, "replaced": {}}
    days = [day for entry in feed.entries if (day := _day(entry))]
    covers = max(days) if days else (None if feed.entries else _day(feed.channel))
    n_unread = 0
    for entry in feed.entries:
        named = _TYPE.search(entry.get("summary", "")[:200])
        kind = (entry.get("arxiv_announce_type") or (named[1] if named else "")).strip()
        if kind.startswith("replace"):
            kind = "replaced"
        elif kind != "cross":
            kind = "new"
        paper = _listed_paper(entry, (_day(entry) or covers) if kind == "new" else None)
        if paper is None:
            n_unread += 1
        else:
            kinds[kind].setdefault(paper.id, paper)
    papers = {kind: tuple(found.values()) for kind, found in kinds.items()}
    return Mailing(covers, papers["new"], papers["cross"], papers["replaced"], n_unread)


def _day(thing: Any) -> date | None:
    # Only "published", since "updated" is the moment at which the feed was made.
    at = moment(thing.get("published_parsed"))
    return at.astimezone(EASTERN).date() if at else None


def _listed_paper(entry: Any, announced_on: date | None) -> Paper | None:
    """Make the paper of an entry; None for one without an arXiv id."""
    named = _VERSIONED.sub(r"arXiv:\1", entry.get("id", ""))
    found = [f for text in (named, entry.get("link", "")) for f in find_ids(text)]
    found = [f for f in found if f.id.startswith("arxiv:")]
    if not found:
        return None
    tags = entry.get("tags", ())
    return Paper(
        ids=(found[0].id,),
        title=accents(plain(entry.get("title", ""))),
        # The feed has all names in one text.
        authors=split_authors(entry.get("author", "")),
        abstract=accents(plain(_HEAD.sub("", entry.get("summary", ""), count=1))),
        categories=tuple(dict.fromkeys(tag["term"] for tag in tags if tag.get("term"))),
        announced_on=announced_on,
        version=next((f.version for f in found if f.version), None),
    )


def split_authors(names: str) -> tuple[str, ...]:
    """Split arXiv's one text of authors: commas between names, affiliations in brackets."""
    flat = accents(plain(names))
    for _unused in range(3):  # brackets within brackets, three deep
        flat = re.sub(r" ?\([^()]*\)", "", flat)
    parts: list[str] = []
    for part in re.split(r",\s*(?:and\s+)?", flat):
        if parts and _SUFFIX.fullmatch(part):
            parts[-1] += f" {part}"
        elif part.strip():
            parts.append(part.strip())
    return tuple(parts)


_DATES = re.compile(r":\[([^\]]*)\]")
_WINDOW = re.compile(r'\s*AND\s+submittedDate:"[^"]*"$')


def rewritten_query(search: str, understood: str) -> str:
    """Say which query arXiv understood, where it is not the one that was asked; else ""."""
    understood = _bare(_WINDOW.sub("", _DATES.sub(r':"\1"', understood)))
    # arXiv writes a range in quotes: submittedDate:"… TO …".
    if not understood or understood == _bare(_DATES.sub(r':"\1"', search)):
        return ""
    text = lazy_gettext("arXiv understood the query as {query}", query=shorten(understood, 200))
    return str(text)


def _bare(query: str) -> str:
    """Remove brackets around a whole query."""
    query = " ".join(query.split())
    while query.startswith("(") and _closes(query) == len(query) - 1:
        query = query[1:-1].strip()
    return query


def _closes(query: str) -> int:
    """Find the bracket that closes the one that a query begins with; -1 for none."""
    depth = 0
    for at, sign in enumerate(query):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if not depth:
            return at
    return -1
