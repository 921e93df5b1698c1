"""Ask every source, keep what it gave, and count it.

A source that fails is named and comes again; the others go on. What a batch should hold
is counted against what came, so that an empty list is never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from reader.announcement import (
    announced_at,
    feed_has_papers,
    is_listing_day,
    latest_feed,
    latest_listing,
    listings_since,
)
from reader.config import Config, Feed
from reader.errors import ReaderError, SourceFailed
from reader.library.folder import Library
from reader.paper import Batch, BatchState
from reader.stages.tools import Problem, Tools
from reader.store import papers, posts, sources
from reader.wire import Request, Response

ARXIV = "arXiv"
"""The name of arXiv's API among the sources."""

FIRST_LISTINGS = 2
"""How many announcement days a new library begins with."""

SETTLES = timedelta(hours=8)
"""For so long after an announcement the API may still grow; such a day is asked again."""

PARTIAL_IS_FINAL = timedelta(days=14)
"""A day that stays short of its total for two weeks is left, marked as partial."""

EMPTY_IS_FINAL = timedelta(days=4)
"""An announcement day that stays empty for so long was a holiday."""

FIRST_RETRY = timedelta(minutes=10)
LONGEST_RETRY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a library: its name and what asking it does.

    ask returns the batches that came; it raises ReaderError when the source failed.
    """

    name: str
    ask: Callable[[Library, Tools], list[Batch]]


def all_sources(config: Config) -> list[Source]:
    """List the sources that feeds.toml names, arXiv first."""
    found: list[Source] = []
    if config.arxiv.categories:
        found.append(Source(ARXIV, _ask_api))
        found += [
            Source(f"{ARXIV} feed {category}", _announcement(category))
            for category in config.arxiv.categories
        ]
    return found + [Source(feed.name, _feed(feed)) for feed in config.all_feeds]


def source_names(config: Config) -> list[str]:
    """Name the sources, in the order in which they are asked."""
    return [source.name for source in all_sources(config)]


def gather(library: Library, tools: Tools, *, only: Sequence[str] = ()) -> list[Problem]:
    """Ask the sources, all or those named; returns what failed.

    A source that is held back after failures is not asked before its time, unless it is
    named; it is a problem all the same.
    """
    problems: list[Problem] = []
    chosen = [s for s in all_sources(library.config) if not only or s.name in only]
    for n_done, source in enumerate(chosen):
        tools.progress("gather", n_done, len(chosen))
        try:
            if not only:
                _hold_back(library, source.name)
            for batch in source.ask(library, tools):
                _keep(library, batch)
        except ReaderError as error:
            _record_failure(library, source.name, error)
            problems.append(Problem("gather", source.name, error))
    tools.progress("gather", len(chosen), len(chosen))
    return problems + _cut_short(library, {source.name for source in chosen})


def _cut_short(library: Library, names: Set[str]) -> list[Problem]:
    """Name the days of which a source told more papers than it gave."""
    return [
        Problem(
            "gather",
            batch.source,
            SourceFailed(
                source=batch.source,
                what=f"{batch.received} of {batch.expected} for {batch.covers}. {batch.error}",
                hint="The rest is asked again at the next gather.",
            ),
        )
        for batch in sources.batches_on(library.db, library.today())
        if batch.state == "partial" and batch.source in names
    ]


def is_due(library: Library) -> bool:
    """Tell whether something new may be there since the sources were last asked.

    So on a new local day, after arXiv's next announcement, and when a failed source may
    be asked again.
    """
    now = library.now()
    for name in source_names(library.config):
        known = sources.source(library.db, name)
        if known.asked_at is None:
            return True
        if known.error:
            if known.retry_at is None or known.retry_at <= now:
                return True
            continue
        day = known.asked_at.astimezone(library.config.timezone).date()
        if day != library.today() or known.asked_at < announced_at(latest_listing(now)) <= now:
            return True
    return False


def _hold_back(library: Library, name: str) -> None:
    known = sources.source(library.db, name)
    if known.retry_at and known.retry_at > library.now():
        local = known.retry_at.astimezone(library.config.timezone)
        raise _HeldBack(
            source=name,
            what=f"not asked again before {local:%H:%M}, failed {known.n_errors} times: "
            f"{known.error}",
            hint=f"`reader gather '{name}'` asks it now.",
            retry_at=known.retry_at,
        )


class _HeldBack(SourceFailed):
    """{source}: {what}

    {hint}
    """


def _keep(library: Library, batch: Batch) -> None:
    sources.add_batch(library.db, batch, now=library.now(), on=library.today())


def _record_failure(library: Library, name: str, error: ReaderError) -> None:
    now = library.now()
    if not isinstance(error, _HeldBack):
        known = sources.source(library.db, name)
        retry_at = getattr(error, "retry_at", None) or now + wait_after(known.n_errors)
        sources.add_error(library.db, name, error.message, now=now, retry_at=retry_at)
    state: BatchState = "not asked" if isinstance(error, _HeldBack) else "failed"
    covers = latest_listing(now) if name.startswith(ARXIV) else library.today()
    _keep(library, Batch(name, covers, None, 0, state, error.message))


def wait_after(n_errors: int) -> timedelta:
    """Give how long a source rests that failed now and so many times before in a row."""
    # At most 20 doublings: the fortieth failure is longer than a timedelta can be.
    return min(FIRST_RETRY * (1 << min(n_errors, 20)), LONGEST_RETRY)


def _ask_api(library: Library, tools: Tools) -> list[Batch]:
    """Ask arXiv's API for each announcement day that is not here whole, oldest first."""
    from reader.sources.arxiv_api import ArxivPlace, papers_listed

    now, arxiv = library.now(), library.config.arxiv
    place = ArxivPlace(arxiv.api_url, arxiv.delay_s, arxiv.categories)
    days = days_to_ask(library, now)
    for n_done, day in enumerate(days):
        tools.progress(f"{ARXIV} {day}", n_done, len(days))
        listed = papers_listed(tools.fetch, place, day)
        papers.add_papers(library.db, listed.papers, source=ARXIV, on=library.today())
        # Kept at once, day by day: a break in a long catch-up goes on where it was.
        n = len(listed.papers)
        state: BatchState = "complete" if n else "empty"
        if listed.expected is None:
            state = "not checked"
        elif n < listed.expected:
            state = "partial"
        error = listed.failure.message if listed.failure else ""
        _keep(library, Batch(ARXIV, day, listed.expected, n, state, error))
    sources.add_success(library.db, ARXIV, now=now)
    return [] if days else [_last_batch(library, latest_listing(now))]


def _last_batch(library: Library, day: date) -> Batch:
    """Repeat the count of a day that is here whole already, for this day's list."""
    return sources.last_batch(library.db, ARXIV, day) or Batch(ARXIV, day, None, 0, "unchanged")


def days_to_ask(library: Library, now: datetime) -> list[date]:
    """List the announcement days that are out and not here whole, oldest first.

    A library that arXiv never answered still begins where its first try would have.
    """
    known = sources.days_asked(library.db, ARXIV)
    first = min(known, default=latest_listing(now))
    is_begun = any(state not in _NO_ANSWER for state, _ in known.values())
    begins = [] if is_begun else _back_from(first, FIRST_LISTINGS)
    again = [day for day, (state, at) in known.items() if _is_open(state, at, day)]
    missed = [day for day in (*begins, *listings_since(first, now)) if day not in known]
    return sorted({*again, *missed})


def _is_open(state: str, asked_at: datetime, day: date) -> bool:
    """Tell whether a day that was asked before may hold more than what came."""
    since = asked_at - announced_at(day)
    if state == "empty":
        return since < EMPTY_IS_FINAL
    if state == "partial":
        return since < PARTIAL_IS_FINAL
    return state in _NO_ANSWER or since < SETTLES


_NO_ANSWER = ("failed", "not asked")


def _back_from(day: date, n: int) -> Iterator[date]:
    while n:
        if is_listing_day(day):
            yield day
            n -= 1
        day -= timedelta(days=1)


def _announcement(category: str) -> Callable[[Library, Tools], list[Batch]]:
    """Make the question for one category's announcement feed."""

    def ask(library: Library, tools: Tools) -> list[Batch]:
        from reader.sources.announcement_feed import address, read_feed

        name = f"{ARXIV} feed {category}"
        arxiv, due = library.config.arxiv, latest_feed(library.now())
        url = address(arxiv.rss_url, category)
        answer = _fetch(library, tools, name, url, delay_s=arxiv.delay_s)
        if answer.is_unchanged:
            last = sources.last_batch(library.db, name, due)
            # A day that failed or was stale does not come here by staying as it was.
            if last is None or last.state not in ("not checked", "unchanged", "empty"):
                return [Batch(name, due, None, 0, "stale")]
            return [Batch(name, due, None, last.received, "unchanged")]
        feed = read_feed(answer.content, source=name)
        here = (*feed.new, *feed.cross)
        papers.add_papers(library.db, here, source=name, on=library.today())
        papers.add_known(library.db, feed.replaced, source=name, on=library.today())
        _succeed(library, name, answer)
        covers = feed.covers or due
        state: BatchState = "not checked" if here else "empty"
        if covers < due or (not here and feed_has_papers(library.now())):
            state = "stale"
        if feed.n_unread:
            return [Batch(name, covers, len(here) + feed.n_unread, len(here), "partial")]
        return [Batch(name, covers, None, len(here), state)]

    return ask


def _feed(feed: Feed) -> Callable[[Library, Tools], list[Batch]]:
    """Make the question for one timeline or blog."""

    def ask(library: Library, tools: Tools) -> list[Batch]:
        from reader.sources.timeline import read_posts

        day = library.today()
        answer = _fetch(library, tools, feed.name, feed.url)
        if answer.is_unchanged:
            return [Batch(feed.name, day, None, 0, "unchanged")]
        found = read_posts(
            answer.content,
            source=feed.name,
            content_type=answer.headers.get("content-type", ""),
        )
        if feed.kind == "papers":
            # Its entries are papers, not people who talk about them.
            found = tuple(replace(post, author="") for post in found)
        posts.add_posts(library.db, found, source=feed.name, on=day)
        _succeed(library, feed.name, answer)
        return [Batch(feed.name, day, None, len(found), "not checked" if found else "empty")]

    return ask


def _fetch(
    library: Library, tools: Tools, name: str, url: str, *, delay_s: float = 0.0
) -> Response:
    known = sources.source(library.db, name)
    answer = tools.fetch(
        Request(
            url=url,
            source=name,
            delay_s=delay_s,
            etag=known.etag,
            last_modified=known.last_modified,
        )
    )
    if answer.is_unchanged:
        _succeed(library, name, answer, etag=known.etag, last_modified=known.last_modified)
    return answer


def _succeed(
    library: Library, name: str, answer: Response, *, etag: str = "", last_modified: str = ""
) -> None:
    """Record a good answer, and its validators only now that its rows are on the disk.

    etag, last_modified: what holds where the answer does not say it again.
    """
    sources.add_success(
        library.db,
        name,
        now=library.now(),
        etag=answer.headers.get("etag", etag),
        last_modified=answer.headers.get("last-modified", last_modified),
    )
