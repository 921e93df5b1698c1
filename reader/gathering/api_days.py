"""Ask arXiv's API for each announcement day, by its window of submission, and count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from reader.base.errors import ReaderError
from reader.gathering.calendar import (
    announced_at,
    is_listing_day,
    latest_feed,
    latest_listing,
    listings_since,
)
from reader.gathering.rows import sources
from reader.gathering.rows.sources import DayAnswer
from reader.gathering.source import Keep, SourceTools, Work, fail, succeed
from reader.library.config import QUIET, Config
from reader.library.folder import Library
from reader.library.paper import Batch, BatchState, Paper
from reader.library.rows import papers

ARXIV = "arXiv"
"""The name of arXiv's API among the sources."""

OAI = f"{ARXIV} OAI"

DAILY = (ARXIV, OAI)
"""The sources that are asked for single days, and give a batch for each."""

NO_ANSWER = ("failed", "not asked")
GOOD_FEED = ("complete", "not checked", "unchanged", "empty")


def feed_name(category: str) -> str:
    """Name the announcement feed of a class among the sources."""
    return f"{ARXIV} feed {category}"


FIRST_LISTINGS = 2
"""How many announcement days a new library begins with."""

SETTLES = timedelta(hours=8)
"""For so long after an announcement the API may still grow; such a day is asked again."""

PARTIAL_IS_FINAL = timedelta(days=14)
"""A day that stays short of its total for two weeks is left, marked as partial."""

EMPTY_IS_FINAL = timedelta(days=4)
"""An announcement day that is empty so long after, and was on an earlier try, was a holiday.

Until then a day that was empty is asked for again, however sure it looked.
"""

CLASSES_ADDED = timedelta(days=7)
"""Days of the last week are asked again when feeds.toml names other classes."""

MOST_FAILURES = 2
"""Days that may fail before the rest is left for the next gather."""


def plan_api(library: Library, tools: SourceTools) -> Work:
    """Ask the API for each announcement day that is not here whole, oldest first."""
    from reader.gathering.sources.arxiv_lists import ApiListing, ArxivPlace, papers_listed

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
            try:
                listed = papers_listed(tools.fetch, place, day)
            except ReaderError as error:
                # One bad day does not hide the days after it; a server that is down does.
                failures.append(error)
                batch = Batch(ARXIV, day, None, 0, "failed", error.message)
                yield lambda batch=batch: [batch]  # type: ignore[misc]
                if len(failures) == MOST_FAILURES or getattr(error, "retry_at", None):
                    tools.progress(ARXIV, 0, 0)
                    yield lambda error=error, n=n_done: given_up(days[n + 1 :], error)  # type: ignore[misc]
                    break
                continue
            # Kept day by day: a break in a long catch-up goes on where it was.
            yield lambda day=day, listed=listed: keep(day, listed)  # type: ignore[misc]
            if failure := listed.failure:
                tools.progress(ARXIV, 0, 0)
                yield lambda error=failure, n=n_done: given_up(days[n + 1 :], error)  # type: ignore[misc]
                return
        else:
            tools.progress(ARXIV, len(days), len(days))
        if failures:
            raise failures[0]
        yield lambda: done()

    def keep(day: date, listed: ApiListing) -> list[Batch]:
        if listed.failure:
            fail(library, ARXIV, listed.failure)
        papers.add_papers(library.db, listed.papers, source=ARXIV, on=library.today())
        return api_batches(day, listed.papers, listed.expected, listed.failure, library=library)

    def given_up(left: list[date], error: ReaderError) -> list[Batch]:
        # Named too, or a long gap would look like the few days that failed.
        lacking = set(days_lacking(library, library.now()))
        return [Batch(ARXIV, d, None, 0, "not asked", error.message) for d in left if d in lacking]

    def done() -> list[Batch]:
        succeed(library, known)
        return []

    return work


def api_batches(
    day: date,
    found: tuple[Paper, ...],
    expected: int | None,
    failure: ReaderError | None,
    *,
    library: Library,
) -> list[Batch]:
    """Count what the API gave for a day: in all, and for each class.

    A class has a total of its own only when the whole came: then it is what came.
    """
    n = len(found)
    state: BatchState = "complete"
    if expected is None:
        state = "not checked"
    elif n < expected:
        state = "partial"
    elif not n:
        state = "empty" if _was_holiday(library, day) else "not out yet"
    error = failure.message if failure else ""
    counts = Counter(c for paper in found for c in paper.categories)
    return [
        Batch(ARXIV, day, expected, n, state, error, digest=_classes(library.config)),
        *(
            Batch(
                ARXIV,
                day,
                counts[category] if state == "complete" else None,
                counts[category],
                state,
                category=category,
            )
            for category in library.config.arxiv.categories
        ),
    ]


def _was_holiday(library: Library, day: date) -> bool:
    """Tell whether an empty day may be believed: the API gives empty answers by mistake.

    Where all classes are small ones an empty day is nothing odd, before there is a feed to
    compare it with and once it has settled; in between `compare_channels` decides.
    """
    now, asked = library.now(), sources.days_asked(library.db, ARXIV).get(day)
    if is_quiet(library.config) and (latest_feed(now) < day or now - announced_at(day) >= SETTLES):
        return True
    if asked is None or now - announced_at(day) < EMPTY_IS_FINAL:
        return False
    before = asked.at.astimezone(library.config.timezone).date()
    return asked.state in ("empty", "not out yet") and before != library.today()


def is_quiet(config: Config) -> bool:
    """Tell whether a day may well pass without a paper of any class that is watched."""
    return QUIET.issuperset(config.arxiv.categories)


def _classes(config: Config) -> str:
    return ",".join(sorted(config.arxiv.categories))


def nothing_to_ask(library: Library, name: str) -> Work:
    """Repeat the count of the newest day, which is here whole already, for this morning.

    A channel that was never asked for that day has no count, and gave no answer.
    """
    day = latest_listing(library.now())
    last = sources.last_batch(library.db, name, day)

    def keep() -> list[Batch]:
        sources.touch(library.db, name, now=library.now())
        return [last or Batch(name, day, None, 0, "not needed")]

    return lambda: iter([keep])


def days_to_ask(library: Library, now: datetime) -> list[date]:
    """List the announcement days that are out and not here whole, oldest first.

    A library that arXiv never answered still begins where its first try would have.
    """
    known = sources.days_asked(library.db, ARXIV)
    first = min(known, default=latest_listing(now))
    is_begun = any(asked.state not in NO_ANSWER for asked in known.values())
    begins = [] if is_begun or len(known) >= FIRST_LISTINGS else _back_from(first, FIRST_LISTINGS)
    classes = _classes(library.config)
    again = [day for day, asked in known.items() if _is_open(asked, day, now, classes)]
    missed = [day for day in (*begins, *listings_since(first, now)) if day not in known]
    return sorted(filter(is_listing_day, {*again, *missed}))


def days_lacking(library: Library, now: datetime) -> list[date]:
    """List those of the days to ask that are known not to be here whole."""
    known = sources.days_asked(library.db, ARXIV)
    whole = {day for day, asked in known.items() if asked.state in ("complete", "empty")}
    return [day for day in days_to_ask(library, now) if day not in whole]


def _is_open(asked: DayAnswer, day: date, now: datetime, classes: str) -> bool:
    """Tell whether a day that was asked before may hold more than what came."""
    since = asked.at - announced_at(day)
    if asked.state == "partial":
        return since < PARTIAL_IS_FINAL
    if asked.state == "empty":
        return since < EMPTY_IS_FINAL
    if asked.state in ("not out yet", *NO_ANSWER):
        return True
    is_recent = now - announced_at(day) < CLASSES_ADDED
    return since < SETTLES or (is_recent and asked.digest != classes)


def _back_from(day: date, n: int) -> Iterator[date]:
    while n:
        if is_listing_day(day):
            yield day
            n -= 1
        day -= timedelta(days=1)
