"""Ask OAI-PMH for the announcement days whose feed was missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from reader.announcement import feed_has_papers, latest_feed, listings_since
from reader.library.folder import Library
from reader.paper import Batch, BatchState, Paper
from reader.stages.arxiv.api import nothing_to_ask
from reader.stages.arxiv.names import ARXIV, GOOD_FEED, OAI, feed_name
from reader.stages.source import Keep, Work, succeed
from reader.stages.source_tools import SourceTools
from reader.store import papers, sources

LATE = timedelta(days=60)
"""An old paper among a day's records that is younger than this was held back or newly
cross-listed; an older one merely had its record mended, which OAI-PMH does not tell apart."""


def plan_oai(library: Library, tools: SourceTools) -> Work:
    """Ask OAI-PMH for the days whose announcement feed was missed, oldest first."""
    from reader.sources.oai import Harvest, OaiPlace, days_announced

    arxiv = library.config.arxiv
    days = days_without_feed(library, library.now())
    known = sources.source(library.db, OAI)
    if not days:
        return nothing_to_ask(library, OAI)

    def work() -> Iterator[Keep]:
        place = OaiPlace(arxiv.oai_url, arxiv.delay_for(arxiv.oai_url), arxiv.categories)
        harvests = days_announced(tools.fetch, place, days)
        for day, harvest in harvests.items():
            yield lambda day=day, harvest=harvest: keep(day, harvest)  # type: ignore[misc]
        failures = [h.failure for h in harvests.values() if h.failure]
        if failures:
            raise failures[0]
        yield lambda: done()

    def keep(day: date, harvest: Harvest) -> list[Batch]:
        late = (p for p in harvest.cross_or_late if _is_late(p, day))
        here = (*harvest.new, *late)
        papers.add_papers(library.db, here, source=OAI, on=library.today())
        papers.add_known(library.db, harvest.replaced, source=OAI, on=library.today())
        error = harvest.failure.message if harvest.failure else ""
        state: BatchState = "complete" if harvest.is_whole else "partial"
        if not here:
            state = "empty" if harvest.is_whole else "failed"
        expected = len(here) if harvest.is_whole else None
        return [Batch(OAI, day, expected, len(here), state, error)]

    def done() -> list[Batch]:
        succeed(library, known)
        return []

    return work


def _is_late(paper: Paper, day: date) -> bool:
    return paper.published_on is not None and day - paper.published_on <= LATE


def days_without_feed(library: Library, now: datetime) -> list[date]:
    """List the announcement days of which some class's feed was never read, oldest first.

    Not the day whose feed is still there to be read; not a day that OAI-PMH gave whole.
    """
    began = min(sources.days_asked(library.db, ARXIV), default=None)
    if began is None:
        return []
    harvested = {
        day
        for day, asked in sources.days_asked(library.db, OAI).items()
        if asked.state in ("complete", "empty", "not checked")
    }
    read = [
        {d for d, asked in sources.days_asked(library.db, name).items() if asked.state in GOOD_FEED}
        for name in map(feed_name, library.config.arxiv.categories)
    ]
    # On a weekend the newest feed is gone already.
    gone_before = latest_feed(now) + timedelta(days=not feed_has_papers(now))
    days = (began, *listings_since(began, now))
    return [
        day
        for day in days
        if day < gone_before and day not in harvested and not all(day in feed for feed in read)
    ]
