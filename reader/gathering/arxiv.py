"""Ask arXiv day by day: its API, its announcement feeds, and OAI-PMH for the days missed.

The API is asked for each announcement day, by its window of submission, and has a total. The
feeds have the newest mailing; for a mailing that was missed OAI-PMH is asked. Then the channels
are compared: two that agree are complete.

The queries of feeds.toml are sources of their own. A query is asked for what was submitted since
its last whole answer, and for OVERLAP before that: a paper is in the API only once it is announced,
with the time of its submission, which may lie days before. A long time is asked for in pieces, so
that a gather that was ended early goes on where it stopped. What comes is counted against the
API's total: with fewer papers the answer is partial. Where the API names another query in its
answer than was asked, that is said.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from reader.base.errors import OutOfTime, ReaderError, Reason, SourceFailed, is_unasked
from reader.base.messages import lazy_gettext, lazy_ngettext
from reader.gathering.rows import sources
from reader.gathering.rows.sources import DayAnswer, SourceState
from reader.gathering.source import Keep, Source, SourceTools, Work, ask, fail, succeed
from reader.library.calendar import (
    announced_at,
    feed_has_papers,
    is_listing_day,
    latest_feed,
    latest_listing,
    listings_since,
    window,
)
from reader.library.config import QUIET, ArxivQuery, Config
from reader.library.folder import Library
from reader.library.paper import Batch, BatchState, Paper
from reader.library.rows import papers
from reader.library.rows.moments import EARLIEST

if TYPE_CHECKING:
    from reader.base.http import Response
    from reader.gathering.sources.arxiv_lists import ApiListing, Mailing
    from reader.gathering.sources.oai import Harvest


ARXIV = "arXiv"
"""The name of arXiv's API among the sources."""

OAI = f"{ARXIV} OAI"

DAILY = (ARXIV, OAI)
"""The sources that are asked for single days, with a batch for each."""

NO_ANSWER = ("failed", "not asked")
GOOD_FEED = ("complete", "not checked", "unchanged", "empty")


def feed_name(category: str) -> str:
    """Get the name of a class's announcement feed among the sources."""
    return f"{ARXIV} feed {category}"


FIRST_LISTINGS = 2
"""The number of announcement days that a new library begins with."""

SETTLES = timedelta(hours=8)
"""The time after an announcement in which the API's list may still grow; a day that was asked in
it is asked again."""

PARTIAL_IS_FINAL = timedelta(days=14)
"""The time after which a day with fewer papers than its total is not asked for again."""

EMPTY_IS_FINAL = timedelta(days=4)
"""The time after which an announcement day that was empty twice counts as a holiday.

Until then an empty day is asked for again, however sure it looked.
"""

CLASSES_ADDED = timedelta(days=7)
"""The days that are asked for again when feeds.toml names other classes."""

MOST_FAILURES = 2
"""The number of days that may fail before the rest is left for the next gather."""


def plan_api(library: Library, tools: SourceTools) -> Work:
    """Plan to ask the API for each announcement day that is not complete here, oldest first."""
    # Imported here, since `today` plans nothing, and the API's package is slow to load.
    from reader.gathering.sources.arxiv_lists import ArxivPlace, papers_listed

    arxiv = library.config.arxiv
    place = ArxivPlace(arxiv.api_url, arxiv.delay_s, arxiv.categories)
    known = sources.source(library.db, ARXIV)
    days = days_to_ask(library, library.now())
    if not days:
        return nothing_to_ask(library, ARXIV)

    def work() -> Iterator[Keep]:
        failures: list[ReaderError] = []
        for n_done, day in enumerate(days):
            tools.progress(ARXIV, n_done, len(days))
            left = days[n_done + 1 :]
            try:
                listed = papers_listed(tools.fetch, place, day)
            except ReaderError as error:
                # After one bad day the next ones are still asked, unless the server is down.
                failures.append(error)
                yield partial(list, [_failed_batch(day, error)])
                if len(failures) < MOST_FAILURES and not _is_down(error):
                    continue
                tools.progress(ARXIV, 0, 0)
                yield partial(_give_up, library, left, error)
                break
            # Stored day by day, so that a long catch-up that was interrupted goes on from there.
            yield partial(_keep_listed, library, day, listed)
            if listed.failure:
                tools.progress(ARXIV, 0, 0)
                yield partial(_give_up, library, left, listed.failure)
                return
        else:
            tools.progress(ARXIV, len(days), len(days))
        if failures:
            raise failures[0]
        yield partial(succeed, library, known)

    return work


def _is_down(error: ReaderError) -> bool:
    return isinstance(error, OutOfTime) or getattr(error, "retry_at", None) is not None


def _failed_batch(day: date, error: ReaderError) -> Batch:
    state: BatchState = "not asked" if is_unasked(error) else "failed"
    return Batch(ARXIV, day, None, 0, state, error.message, reason=error.reason)


def _give_up(library: Library, left: Sequence[date], error: ReaderError) -> list[Batch]:
    """Make a batch of each day that was not asked, else only the failed ones would seem missing."""
    lacking = set(days_lacking(library, library.now()))
    return [
        Batch(ARXIV, day, None, 0, "not asked", error.message, reason=error.reason)
        for day in left
        if day in lacking
    ]


def _keep_listed(library: Library, day: date, listed: ApiListing) -> list[Batch]:
    """Store a day from the API; return its batches: of all papers, and of each class.

    A class has a total only where the whole day came: then it is the number that came.
    """
    if listed.failure:
        fail(library, ARXIV, listed.failure)
    papers.add_papers(library.db, listed.papers, source=ARXIV, on=library.today())
    n = len(listed.papers)
    state: BatchState = "complete"
    if listed.expected is None:
        state = "not checked"
    elif n < listed.expected:
        state = "partial"
    elif not n:
        state = "empty" if _was_holiday(library, day) else "not out yet"
    error = listed.failure.message if listed.failure else ""
    digest = _classes(library.config)
    batches = [Batch(ARXIV, day, listed.expected, n, state, error, digest=digest)]
    counts = Counter(c for paper in listed.papers for c in paper.categories)
    for category in library.config.arxiv.categories:
        expected = counts[category] if state == "complete" else None
        batches.append(Batch(ARXIV, day, expected, counts[category], state, category=category))
    return batches


def _was_holiday(library: Library, day: date) -> bool:
    """Check whether an empty answer of the API for a day is right."""
    # The API returns empty answers by mistake. Where all classes are small, an empty day is
    # usual: before there is a feed to compare it with, and once it has settled; in between
    # `compare_channels` decides. Else it must be empty on two days, and long enough after.
    now, answer = library.now(), sources.days_asked(library.db, ARXIV).get(day)
    if is_quiet(library.config) and (latest_feed(now) < day or now - announced_at(day) >= SETTLES):
        return True
    if answer is None or now - announced_at(day) < EMPTY_IS_FINAL:
        return False
    before = answer.at.astimezone(library.config.timezone).date()
    return answer.state in ("empty", "not out yet") and before != library.today()


def is_quiet(config: Config) -> bool:
    """Check whether a day without a paper of any watched class is usual."""
    return QUIET.issuperset(config.arxiv.categories)


def _classes(config: Config) -> str:
    return ",".join(sorted(config.arxiv.categories))


def nothing_to_ask(library: Library, name: str) -> Work:
    """Plan to repeat the batch of the newest day, which is complete here, for this morning.

    A channel that was never asked for that day gets a batch "not needed".
    """
    day = latest_listing(library.now())
    last = sources.last_batch(library.db, name, day)

    def keep() -> list[Batch]:
        sources.touch(library.db, name, now=library.now())
        return [last or Batch(name, day, None, 0, "not needed")]

    return lambda: iter([keep])


def days_to_ask(library: Library, now: datetime) -> list[date]:
    """List the announcement days that are out and not complete here, oldest first."""
    newest = latest_listing(now)
    # A day that a clock ahead asked for is asked for when it has come.
    known = {
        day: one for day, one in sources.days_asked(library.db, ARXIV).items() if day <= newest
    }
    # The library begins with the first day that it ever asked for: nothing older is fetched.
    first = first_day(library, now) or newest
    is_begun = any(answer.state not in NO_ANSWER for day, answer in known.items() if day >= first)
    # A new library begins with the newest listings before that day, also where its first tries
    # failed altogether.
    begins: list[date] = []
    if not is_begun and len(known) < FIRST_LISTINGS:
        week = (first - timedelta(days=n) for n in range(7))
        begins = list(filter(is_listing_day, week))[:FIRST_LISTINGS]
    classes = _classes(library.config)
    again = [d for d, answer in known.items() if d >= first and _is_open(answer, d, now, classes)]
    missed = [day for day in (*begins, *listings_since(first, now)) if day not in known]
    return sorted(filter(is_listing_day, {*again, *missed}))


def first_day(library: Library, now: datetime) -> date | None:
    """Find the first day that arXiv's API was ever asked for, None where it never was.

    A day from before this program, or that is not out yet, was asked for under a wrong clock: it
    does not count.
    """
    first, last = EARLIEST.date(), latest_listing(now)
    days = sources.days_asked(library.db, ARXIV)
    return min((day for day in days if first <= day <= last), default=None)


def days_lacking(library: Library, now: datetime) -> list[date]:
    """Select those of the days to ask that are known to be incomplete here."""
    known = sources.days_asked(library.db, ARXIV)
    whole = {day for day, answer in known.items() if answer.state in ("complete", "empty")}
    return [day for day in days_to_ask(library, now) if day not in whole]


def _is_open(answer: DayAnswer, day: date, now: datetime, classes: str) -> bool:
    """Check whether a day that was asked before may have more papers than came."""
    since = answer.at - announced_at(day)
    if answer.state == "partial":
        return since < PARTIAL_IS_FINAL
    if answer.state == "empty":
        return since < EMPTY_IS_FINAL
    if answer.state in ("not out yet", *NO_ANSWER):
        return True
    # A day that was complete for the classes of then lacks those that were added since.
    is_recent = now - announced_at(day) < CLASSES_ADDED
    return since < SETTLES or (is_recent and answer.digest != classes)


def announcement(config: Config, category: str) -> Source:
    """Make the source of one class's announcement feed."""
    arxiv, name = config.arxiv, feed_name(category)

    def plan(library: Library, tools: SourceTools) -> Work:
        from reader.gathering.sources.arxiv_lists import address, read_feed

        known = sources.source(library.db, name)
        due = latest_feed(library.now())
        url = address(arxiv.rss_url, category)

        def work() -> Iterator[Keep]:
            answer = ask(tools.fetch, known, url, delay_s=arxiv.delay_for(url))
            if answer.is_unchanged:
                yield partial(_keep_unchanged, library, known, due, answer)
            else:
                feed = read_feed(answer.content, source=name)
                yield partial(_keep_mailing, library, known, due, answer, feed)

        return work

    return Source(name, arxiv.rss_url, plan)


def _keep_unchanged(
    library: Library, known: SourceState, due: date, answer: Response
) -> list[Batch]:
    # The feed is the one that was read before, which is right only if that was the one due: an
    # unchanged feed does not complete a day that failed or was stale.
    succeed(library, known, answer)
    last = sources.last_batch(library.db, known.name, due)
    if last is None or last.state not in GOOD_FEED:
        return [Batch(known.name, due, None, 0, "stale")]
    return [Batch(known.name, due, None, last.received, "unchanged", digest=last.digest)]


def _keep_mailing(
    library: Library, known: SourceState, due: date, answer: Response, feed: Mailing
) -> list[Batch]:
    name = known.name
    covers, is_stale = _day_of(library, name, feed.covers, feed.new, due)
    here = (*feed.new, *feed.cross)
    papers.add_papers(library.db, here, source=name, on=library.today())
    papers.add_known(library.db, feed.replaced, source=name, on=library.today())
    succeed(library, known, answer)
    n, n_unread = len(here), feed.n_unread
    # A feed has no total of its own; `compare_channels` makes it complete by the API's.
    state: BatchState = "stale" if is_stale else "not checked" if here else "empty"
    if not here and feed_has_papers(library.now()):
        state = "stale"
    elif not here and covers == due:
        # A weekend's feed: it does not show whether Friday's was ever read.
        covers = due + timedelta(days=1)
    # With entries that have no id there is a total: those that came and those.
    if n_unread:
        return [Batch(name, covers, n + n_unread, n, "partial")]
    return [Batch(name, covers, None, n, state, digest=digest_of(feed.new))]


def _day_of(
    library: Library, name: str, announced: date | None, new: tuple[Paper, ...], due: date
) -> tuple[date, bool]:
    """Determine the day that a feed really covers, and whether that is older than the one due.

    announced: the date in the feed, None without one. new: its new papers.
    """
    # The date is not believed: arXiv has served yesterday's papers under today's date. A feed with
    # exactly the papers of an earlier day is that day's, and so is one of which most papers are
    # announced on an earlier day by their submission.
    covers = announced or due
    if new:
        earlier = sources.day_of_digest(library.db, name, digest_of(new), before=due)
        if earlier:
            return earlier, True
        days = papers.announced_days(library.db, [paper.id for paper in new])
        common, n = Counter(days).most_common(1)[0] if days else (covers, 0)
        if n > len(new) / 2 and common < min(covers, due):
            return common, True
    return covers, covers < due


def digest_of(found: Iterable[Paper]) -> str:
    """Compute a hash of the ids of some papers, in any order; "" for none."""
    ids = sorted(paper.id for paper in found)
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:32] if ids else ""


def compare_channels(library: Library) -> list[Batch]:
    """Compare the feeds and OAI-PMH with the API, and return the batches whose state changes.

    Two channels that agree are complete. A day is incomplete where the API has nothing and a feed
    lists papers, and where OAI-PMH lacks papers that the API has. An empty feed is right where
    the API has no paper of its class for that day.
    """
    found = _holidays(library)
    holidays = {batch.covers for batch in found}
    found += _days_without_papers(library)
    for category in library.config.arxiv.categories:
        last = sources.newest_batch(library.db, feed_name(category))
        if last is None or last.state not in ("not checked", "stale"):
            continue
        api = sources.last_batch(library.db, ARXIV, last.covers)
        if api is None:  # never asked for that day: there is nothing to compare with
            continue
        if last.state == "stale":
            # The API had all of the day, and no paper of this class among it.
            has_none = any(
                b.category == category and b.state in ("complete", "empty") and not b.received
                for b in sources.batches_by_category(library.db, ARXIV, last.covers)
            )
            if last.covers in holidays or (_is_empty(last) and has_none):
                found.append(replace(last, state="empty"))
            continue
        # One of the two is wrong, not the one with papers: the API is asked again.
        if api.state in ("empty", "not out yet") and last.received:
            error = lazy_ngettext(
                "the feed of {category} lists {n} paper",
                "the feed of {category} lists {n} papers",
                last.received,
                category=category,
            )
            found.append(Batch(ARXIV, last.covers, None, 0, "partial", str(error)))
        elif api.state == "complete" and not papers.n_not_from(
            library.db, feed_name(category), category, announced_on=last.covers
        ):
            found.append(replace(last, expected=last.received, state="complete", error=""))
    return [*found, *_lists_cut_short(library)]


def _holidays(library: Library) -> list[Batch]:
    """Accept a day that was empty on two mornings as a holiday, once a later day is complete."""
    answers = sources.days_asked(library.db, ARXIV)
    last = max((day for day, one in answers.items() if one.state == "complete"), default=date.min)
    # One empty answer may be a mistake of the API. The day is still asked for, as all empty ones.
    return [
        Batch(ARXIV, day, 0, 0, "empty", digest=answers[day].digest)
        for day in sources.days_empty_twice(library.db, ARXIV)
        if answers[day].state == "not out yet" and day < last
    ]


def _days_without_papers(library: Library) -> list[Batch]:
    """Make batches that accept an empty newest day of the API as empty.

    That is where the feeds of all classes are empty too, and all classes are small ones.
    """
    names = [feed_name(category) for category in library.config.arxiv.categories]
    feeds = [sources.newest_batch(library.db, name) for name in names]
    days = {feed.covers for feed in feeds if feed and _is_empty(feed)}
    # Only classes of a few papers a week may be without one on a day.
    if None in feeds or len(days) != 1 or not is_quiet(library.config):
        return []
    api = sources.last_batch(library.db, ARXIV, days.pop())
    if api is None or api.state != "not out yet" or not all(f and _is_empty(f) for f in feeds):
        return []
    return [
        replace(api, state="empty"),
        *(replace(f, state="empty") for f in feeds if f and f.state == "stale"),
    ]


def _is_empty(feed: Batch) -> bool:
    """Check whether a feed has no entries, rather than those of an earlier day."""
    return feed.state in ("stale", "empty", "unchanged") and not feed.received


def _lists_cut_short(library: Library) -> Iterator[Batch]:
    """Yield a batch for each day of OAI-PMH, asked today, that lacks papers of the API.

    OAI-PMH has no total of its own. A day older than PARTIAL_IS_FINAL is not asked for again.
    """
    for batch in sources.batches_on(library.db, library.today()):
        api = sources.last_batch(library.db, ARXIV, batch.covers)
        is_counted = batch.source == OAI and batch.state in ("complete", "empty")
        if not (is_counted and api and api.state == "complete"):
            continue
        # Papers of the day that the API gave and OAI-PMH did not.
        n = sum(
            papers.n_not_from(library.db, OAI, category, announced_on=batch.covers)
            for category in library.config.arxiv.categories
        )
        if n:
            is_final = library.now() - announced_at(batch.covers) >= PARTIAL_IS_FINAL
            state: BatchState = "not checked" if is_final else "partial"
            error = lazy_ngettext(
                "{n} paper is missing that the API has",
                "{n} papers are missing that the API has",
                n,
            )
            yield replace(batch, expected=None, state=state, error=str(error))


LATE = timedelta(days=60)
"""The age up to which an old paper among a day's records counts as held back or newly
cross-listed. An older one merely had its record edited, which OAI-PMH does not tell apart."""


def plan_oai(library: Library, tools: SourceTools) -> Work:
    """Plan to ask OAI-PMH for the days whose announcement feed was missed, oldest first."""
    from reader.gathering.sources.arxiv_lists import ArxivPlace
    from reader.gathering.sources.oai import days_announced

    arxiv = library.config.arxiv
    days = days_without_feed(library, library.now())
    known = sources.source(library.db, OAI)
    if not days:
        return nothing_to_ask(library, OAI)

    def work() -> Iterator[Keep]:
        place = ArxivPlace(arxiv.oai_url, arxiv.delay_for(arxiv.oai_url), arxiv.categories)
        harvests = days_announced(tools.fetch, place, days)
        for day, harvest in harvests.items():
            yield partial(keep, day, harvest)
        failures = [h.failure for h in harvests.values() if h.failure]
        if failures:
            raise failures[0]
        yield partial(succeed, library, known)

    def keep(day: date, harvest: Harvest) -> list[Batch]:
        late = (
            paper
            for paper in harvest.cross_or_late
            if paper.published_on is not None and day - paper.published_on <= LATE
        )
        here = (*harvest.new, *late)
        papers.add_papers(library.db, here, source=OAI, on=library.today())
        papers.add_known(library.db, harvest.replaced, source=OAI, on=library.today())
        error = harvest.failure.message if harvest.failure else ""
        state: BatchState = "complete" if harvest.is_whole else "partial"
        if not here:
            state = "empty" if harvest.is_whole else "failed"
        expected = len(here) if harvest.is_whole else None
        reason: Reason = harvest.failure.reason if harvest.failure else ""
        return [Batch(OAI, day, expected, len(here), state, error, reason=reason)]

    return work


def days_without_feed(library: Library, now: datetime) -> list[date]:
    """List the announcement days of which some class's feed was never read, oldest first.

    Without the day whose feed can still be read, and days that OAI-PMH returned completely.
    """
    # Nothing was missed before this library began.
    began = first_day(library, now)
    if began is None:
        return []
    harvested = {
        day
        for day, answer in sources.days_asked(library.db, OAI).items()
        if answer.state in ("complete", "empty", "not checked")
    }
    read = [
        {d for d, one in sources.days_asked(library.db, name).items() if one.state in GOOD_FEED}
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
        from reader.gathering.sources.arxiv_lists import rewritten_query

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
        error = "; ".join(filter(None, (failure, rewritten_query(self.search, listed.understood))))
        # The answer of this day knows up to when the query was asked as a whole.
        whole_until = end if _is_whole(listed) else start
        digest = f"{self.digest} {whole_until:{MINUTE}}"
        return [Batch(name, library.today(), total, n, state, error, digest=digest)]


def _is_whole(listed: ApiListing) -> bool:
    return listed.failure is None and len(listed.papers) >= (listed.expected or 0)


def _begins(library: Library, name: str, digest: str) -> datetime:
    """Compute the moment from which a query is asked: a new one from the newest listing on."""
    now = first = library.now()
    whole_until: list[datetime] = []
    for day, answer in sources.days_asked(library.db, name).items():
        stored, _, until = answer.digest.partition(" ")
        # A failure has no digest; an answer to another query says nothing of this one. What a
        # clock ahead asked for does not count.
        if day > library.today() or stored not in ("", digest):
            continue
        first = min(first, answer.at)
        if until:
            whole_until.append(datetime.strptime(until, MINUTE).replace(tzinfo=UTC))
    begins, _ = window(latest_listing(min(first, now)))
    return max(begins, max(whole_until) - OVERLAP) if whole_until else begins


def _not_understood(error: SourceFailed) -> SourceFailed:
    hint = lazy_gettext("Change `search` of this [[query]] in feeds.toml.")
    return SourceFailed(**(error.values | {"hint": hint}), status=error.status)
