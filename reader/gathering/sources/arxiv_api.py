"""Ask arXiv's API for the papers of a day, or for papers by their ids.

Through the `arxiv` package, whose session, waiting and retries are replaced by ours: it
builds the questions and reads the answers, `fetch` does the asking. What it takes for "no
results" without a word (an HTML page, half an answer, an error entry) is refused here.

The API knows when a paper was submitted, not when it was announced: a paper that the
moderators held back stands in a later mailing than its time says, and only the
announcement feed shows it that day.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import arxiv

from reader.base.errors import SourceFailed
from reader.base.http.wire import Fetch, Request
from reader.base.messages import say
from reader.base.text import plain
from reader.gathering.calendar import listing_day, window
from reader.gathering.sources.answer import what_came
from reader.library.ids import find_ids, parse_id
from reader.library.paper import Paper

PAGE_SIZE = 200
"""Papers a page, of 2,000 allowed. An ordinary day of three classes fits into one or two
pages of some 500 kB; larger ones are slow at arXiv and more often come back empty, smaller
ones cost a wait of three seconds each."""
MAX_IDS = 100
SOURCE = "arXiv API"

# arxiv logs what it skips as warnings, which Python prints on the terminal if nobody listens.
logging.getLogger("arxiv").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class ArxivPlace:
    """Where the API is, how long to wait between calls, and the classes wanted."""

    api_url: str
    delay_s: float
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApiListing:
    """What the API gave for one day.

    expected: the total that it named last. Fewer papers than that is a list cut short,
    and `failure` says by what, None where the API merely sent less than it announced.
    """

    papers: tuple[Paper, ...]
    expected: int | None
    failure: SourceFailed | None = None


def papers_listed(fetch: Fetch, place: ArxivPlace, day: date) -> ApiListing:
    """List the papers of the place's classes submitted in the window of a listing day.

    Distinct papers, oldest submission first, so that pages do not shift while they are
    read. Raises SourceFailed if the first page fails; ValueError for a weekend day.
    """
    session = ArxivSession(fetch, place.delay_s, is_listing=True)
    search = arxiv.Search(
        query=_query(place.categories, day),
        max_results=None,
        sort_by=arxiv.SortCriterion.SubmittedDate,
        sort_order=arxiv.SortOrder.Ascending,
    )
    papers, failure = _papers(session, place.api_url, search)
    if failure and not papers:
        raise failure
    return ApiListing(papers, session.total, failure)


def papers_by_id(fetch: Fetch, place: ArxivPlace, ids: Sequence[str]) -> tuple[Paper, ...]:
    """Look papers up by id ("arxiv:2401.01234"), 100 a question.

    Ids that arXiv does not know are absent from what comes back. One malformed id makes
    the API refuse its whole batch: then each half is asked for by itself.
    """
    found: dict[str, Paper] = {}
    batches = [list(ids[i : i + MAX_IDS]) for i in range(0, len(ids), MAX_IDS)]
    while batches:
        batch = batches.pop()
        session = ArxivSession(fetch, place.delay_s)
        search = arxiv.Search(id_list=[id.removeprefix("arxiv:") for id in batch])
        papers, failure = _papers(session, place.api_url, search)
        if failure and failure.values.get("status") != 400:
            raise failure
        if failure and len(batch) > 1:
            middle = len(batch) // 2
            batches += [batch[:middle], batch[middle:]]
        found.update((paper.id, paper) for paper in papers)
    return tuple(found.values())


class ArxivSession:
    """Stand in for `requests.ListSession` in `arxiv.Client`: `get` asks our `fetch`.

    Every answer is checked to be an Atom feed with a total. An answer that is empty where
    papers must be, or whose total is not the page's before, is asked for once more: the API
    is known for both (lukasschwab/arxiv.py issues 43 and 129).
    is_listing: an answer without any paper is doubtful too.
    """

    def __init__(self, fetch: Fetch, delay_s: float, *, is_listing: bool = False) -> None:
        self._fetch, self._delay_s, self._is_listing = fetch, delay_s, is_listing
        self.total: int | None = None

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> _ArxivResponse:
        """Fetch one page. `headers` is arxiv's User-Agent; ours is sent."""
        page = self._page(url)
        if self._is_doubtful(page, url):
            page = self._page(url)
        self.total = page.total
        return _ArxivResponse(page.content)

    def _page(self, url: str) -> _Page:
        request = Request(url, SOURCE, delay_s=self._delay_s, accept="application/atom+xml")
        return _read_page(self._fetch(request).content)

    def _is_doubtful(self, page: _Page, url: str) -> bool:
        start = re.search(r"[?&]start=(\d+)", url)
        is_empty = page.n_entries == 0 and (
            page.total > (int(start[1]) if start else 0) or self._is_listing
        )
        return is_empty or self.total not in (None, page.total)


@dataclass(frozen=True, slots=True)
class _ArxivResponse:
    """The two attributes of `requests.Response` that arxiv reads."""

    content: bytes
    status_code: int = 200


@dataclass(frozen=True, slots=True)
class _Page:
    content: bytes
    total: int
    n_entries: int


# Atomic: many comments must not be parted in all possible ways.
_FEED = re.compile(rb"\A(?>\s+|<\?xml[^>]*>|<!--(?>.*?-->))*+<(?:\w+:)?feed[\s>]", re.DOTALL)
_FEED_END = re.compile(rb"</(?:\w+:)?feed>\s*\Z")
_TOTAL = re.compile(rb"<(?:\w+:)?totalResults(?:\s[^>]*)?>\s*(\d{1,9})\s*<")
_ENTRY = re.compile(rb"<entry[\s>]")
_ERROR = re.compile(rb"<id>\s*https?://[\w.]*arxiv\.org/api/errors[^<]*</id>")
_SUMMARY = re.compile(rb"<summary[^>]*>([^<]*)<")


def _read_page(content: bytes) -> _Page:
    """Check that this is an answer of the API; raises SourceFailed for all else."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not _FEED.match(content):
        raise _failed(say("answer.no_atom", came=what_came(content)))
    if _ERROR.search(content):
        said = _SUMMARY.search(content)
        text = plain(said[1].decode("utf-8", "replace"))[:200] if said else say("answer.no_reason")
        raise _failed(say("answer.error", said=text), status=400)
    total = _TOTAL.search(content)
    if not total:
        raise _failed(say("answer.no_total"))
    if not _FEED_END.search(content[-200:]):
        raise _failed(say("answer.half_atom"))
    return _Page(content, int(total[1]), len(_ENTRY.findall(content)))


def _failed(what: str, status: int = 200) -> SourceFailed:
    return SourceFailed(source=SOURCE, what=what, status=status)


def _query(categories: Iterable[str], day: date) -> str:
    # The API's range includes both ends and counts in whole minutes of UTC; the window of a
    # listing leaves its end out, hence the minute less.
    start, end = window(day)
    span = f"{start:%Y%m%d%H%M} TO {end - timedelta(minutes=1):%Y%m%d%H%M}"
    classes = " OR ".join(f"cat:{category}" for category in categories)
    return f"({classes}) AND submittedDate:[{span}]"


def _papers(
    session: ArxivSession, api_url: str, search: arxiv.Search
) -> tuple[tuple[Paper, ...], SourceFailed | None]:
    """Read all pages of a search: the distinct papers, and what ended it before its end."""
    client = arxiv.Client(page_size=PAGE_SIZE, delay_seconds=0, num_retries=0)
    client.query_url_format = api_url.replace("{", "{{").replace("}", "}}") + "?{}"
    client._session = session
    papers: dict[str, Paper] = {}
    failure = None
    try:
        for result in client.results(search):
            if paper := _paper(result):
                papers.setdefault(paper.id, paper)
    except SourceFailed as error:
        failure = error
    except arxiv.UnexpectedEmptyPageError:
        # Asked for twice already. Unknown ids may count in the total, but never come.
        failure = None if search.id_list else _failed(say("answer.empty_page"))
    except (arxiv.ArxivError, ValueError, OverflowError) as error:
        failure = _failed(say("answer.unreadable", error=plain(str(error))[:100]))
    return tuple(papers.values()), failure


def _paper(result: arxiv.Result) -> Paper | None:
    """Turn the package's result into ours; None for an entry that is no arXiv paper."""
    found = parse_id(result.entry_id)
    if not found or not found.id.startswith("arxiv:"):
        return None
    # A DOI of the ACL Anthology is that paper's id there.
    dois = (f.id for f in find_ids(result.doi or "") if not f.id.startswith("arxiv:"))
    names = (plain(author.name) for author in result.authors)
    categories = (result.primary_category, *result.categories)
    return Paper(
        ids=tuple(dict.fromkeys((found.id, *dois))),
        title=plain(result.title),
        authors=tuple(name for name in names if name),
        abstract=plain(result.summary),
        categories=tuple(dict.fromkeys(plain(c) for c in categories if c)),
        comment=plain(result.comment or ""),
        published_on=result.published.date(),
        announced_on=listing_day(result.published),
        version=found.version,
    )
