"""Ask arXiv's API the queries of feeds.toml, each a source of its own.

A query is asked for what was submitted since its last whole answer, and for OVERLAP before that:
a paper is in the API only once it is announced, with the time of its submission, which may lie
days before. A long time is asked for in pieces, so that a gather that was ended early goes on
where it stopped. What comes is counted against the API's total: with fewer papers the answer is
partial. Where the API names another query in its answer than was asked, that is said.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from reader.base.errors import SourceFailed
from reader.base.messages import lazy_gettext
from reader.base.text import shorten
from reader.gathering.rows import sources
from reader.gathering.source import Keep, Source, SourceTools, Work, fail, succeed
from reader.library.calendar import latest_listing, window
from reader.library.config import ArxivQuery, Config
from reader.library.folder import Library
from reader.library.paper import Batch, BatchState
from reader.library.rows import papers

if TYPE_CHECKING:
    from reader.gathering.sources.arxiv_lists import ApiListing

OVERLAP = timedelta(days=14)
"""How long a paper may be held back between its submission and its announcement."""

PIECE = timedelta(days=28)
"""The longest time that is asked for at once."""

MINUTE = "%Y%m%d%H%M"


def query_source(config: Config, query: ArxivQuery) -> Source:
    """Make the source of a [[query]]."""
    arxiv, name = config.arxiv, query.name
    search = " ".join(query.search.split())

    def plan(library: Library, tools: SourceTools) -> Work:
        from reader.gathering.sources.arxiv_lists import ArxivPlace, papers_submitted

        place = ArxivPlace(arxiv.api_url, arxiv.delay_for(arxiv.api_url), source=name)
        known = sources.source(library.db, name)
        now = library.now().astimezone(UTC)
        run = _QueryRun(library, name, search, now)
        begins = _begins(library, name, run.digest)

        def work() -> Iterator[Keep]:
            start, n_before = begins, 0
            while start < now:
                end = min(start + PIECE, now)
                try:
                    listed = papers_submitted(tools.fetch, place, search, start, end)
                except SourceFailed as error:
                    raise _not_understood(error) if error.status == 400 else error from None
                yield partial(run.keep, listed, n_before, start, end)
                if not _is_whole(listed):
                    return
                start, n_before = end, n_before + len(listed.papers)
            yield partial(succeed, library, known)

        return work

    return Source(name, arxiv.api_url, plan)


@dataclass(frozen=True, slots=True)
class _QueryRun:
    """One run of a query. name: of its source. now: the moment up to which it asks."""

    library: Library
    name: str
    search: str
    now: datetime

    @property
    def digest(self) -> str:
        """Return the name of the query's text in its answers."""
        return hashlib.sha256(self.search.encode()).hexdigest()[:16]

    def keep(
        self, listed: ApiListing, n_before: int, start: datetime, end: datetime
    ) -> list[Batch]:
        """Store what came for the time from start to end. n_before: papers of the pieces before."""
        library, name = self.library, self.name
        if listed.failure:
            fail(library, name, listed.failure)
        papers.add_papers(library.db, listed.papers, source=name, on=library.today())
        n, expected = n_before + len(listed.papers), listed.expected
        state: BatchState = "complete" if n else "empty"
        if not _is_whole(listed) or end < self.now:
            state = "partial"
        # Nothing is known of the papers of the pieces that are still to be asked for.
        total = None if expected is None or end < self.now else n_before + expected
        failure = listed.failure.message if listed.failure else ""
        said = "; ".join(filter(None, (failure, _rewritten(self.search, listed))))
        # The answer of this day knows up to when the query was asked as a whole.
        whole_until = end if _is_whole(listed) else start
        asked = f"{self.digest} {whole_until:{MINUTE}}"
        return [Batch(name, library.today(), total, n, state, said, digest=asked)]


def _is_whole(listed: ApiListing) -> bool:
    return listed.failure is None and len(listed.papers) >= (listed.expected or 0)


def _begins(library: Library, name: str, digest: str) -> datetime:
    """Compute the moment from which a query is asked: a new one from the newest listing on."""
    now = first = library.now()
    whole_until: list[datetime] = []
    for day, answer in sources.days_asked(library.db, name).items():
        asked, _, until = answer.digest.partition(" ")
        # A failure has no digest; an answer to another query says nothing of this one. What a
        # clock ahead asked for does not count.
        if day > library.today() or asked not in ("", digest):
            continue
        first = min(first, answer.at)
        if until:
            whole_until.append(datetime.strptime(until, MINUTE).replace(tzinfo=UTC))
    begins, _ = window(latest_listing(min(first, now)))
    return max(begins, max(whole_until) - OVERLAP) if whole_until else begins


def _not_understood(error: SourceFailed) -> SourceFailed:
    hint = lazy_gettext("Change `search` of this [[query]] in feeds.toml.")
    return SourceFailed(**(error.values | {"hint": hint}), status=error.status)


_DATES = re.compile(r":\[([^\]]*)\]")
_WINDOW = re.compile(r'\s*AND\s+submittedDate:"[^"]*"$')


def _rewritten(search: str, listed: ApiListing) -> str:
    """Say which query arXiv understood, where it is not the one that was asked; else ""."""
    understood = _bare(_WINDOW.sub("", _DATES.sub(r':"\1"', listed.understood)))
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
