"""Test the warnings about arXiv at every hour of two weeks: late lists only, and all of them.

A listing is at the API from 20:00 Eastern, at the feed from the midnight after; between the
two the feed is the one of the day before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from reader.base.http import Request, Response
from reader.gathering.arxiv import ARXIV
from reader.gathering.gather import gather, last_batches
from reader.library.calendar import EASTERN, announced_at, is_listing_day, latest_listing, window
from reader.library.folder import Library
from reader.library.rows import papers
from reader.morning.trust import is_due
from tests.gathering.test_gather import Clock, Play, api_atom, asked_day, mailing
from tests.samples import FEEDS_TOML, a_library, tools

MIDDAY = datetime(2025, 6, 2, 16, 12, tzinfo=UTC)  # a Monday, 12:12 in New York
HOURS = [MIDDAY + timedelta(hours=n) for n in range(14 * 24)]
NIGHT = HOURS[54:72]  # from Wednesday 18:12 to Thursday noon
BEFORE_THE_FEED = datetime(2025, 6, 5, 2, tzinfo=UTC)  # 22:00 on Wednesday, 11:00 in Tokyo
AFTER_MIDNIGHT = BEFORE_THE_FEED + timedelta(hours=2, minutes=30)
AFTER_THE_FEED = BEFORE_THE_FEED + timedelta(hours=4)
THURSDAY = date(2025, 6, 5)


class Days(Play):
    """Play the channels of one class at the moment that the clock shows.

    numbers: the papers of a listing day. late: how long after its time a listing comes.
    """

    def __init__(self, clock: Clock, numbers: Callable[[date], list[int]]) -> None:
        super().__init__()
        self.clock, self.numbers, self.late = clock, numbers, timedelta(0)
        self.is_api_empty = False

    def fetch(self, request: Request) -> Response:
        if "/atom/" not in request.url:
            return super().fetch(request)
        made_on = (self.clock.at - self.late).astimezone(EASTERN).date()
        is_weekday = is_listing_day(made_on)
        found = self.numbers(made_on) if is_weekday else []
        return Response(request.url, 200, mailing(found, made_on))

    def api(self, request: Request) -> bytes:
        query = parse_qs(urlsplit(request.url).query)
        day = asked_day(query["search_query"][0])
        is_out = announced_at(day) + self.late <= self.clock.at
        found = self.numbers(day) if is_out and not self.is_api_empty else []
        atom = api_atom(found[int(query["start"][0]) :], len(found))
        return atom.replace(b"2025-06-02T18:00:00Z", f"{window(day)[0]:%FT%TZ}".encode())


def nothing(_day: date) -> list[int]:
    return []


def some(day: date) -> list[int]:
    """Count two papers on Tuesdays and Thursdays, none on the other days."""
    return [day.day * 100 + n for n in (1, 2)] if day.weekday() in (1, 3) else []


def daily(day: date) -> list[int]:
    return [day.month * 10_000 + day.day * 100 + n for n in range(1, 7)]


@pytest.fixture
def clock() -> Clock:
    return Clock(MIDDAY)


@pytest.fixture
def watch(tmp_path: Path, clock: Clock) -> Iterator[Callable[[str], Library]]:
    with a_library(tmp_path, FEEDS_TOML, now=clock) as library:

        def watching(category: str) -> Library:
            arxiv = replace(library.config.arxiv, categories=(category,))
            return replace(library, config=replace(library.config, arxiv=arxiv))

        yield watching


def forget(library: Library) -> None:
    """Delete all that a library knows of its sources, as if it were new."""
    with library.db.writing():
        library.db.execute("DELETE FROM batches")
        library.db.execute("DELETE FROM sources")


def alarms(library: Library, play: Play) -> list[str]:
    """Gather now, and list the missing parts that are reported."""
    problems = [p.error.message for p in gather(library, tools(play))]
    lacking = ("partial", "stale", "not out yet", "failed", "not asked")
    lines = last_batches(library, library.today())
    return problems + [f"{b.source} {b.covers} {b.state}" for b in lines if b.state in lacking]


@pytest.mark.parametrize("is_new", [True, False], ids=["a new library", "an old one"])
@pytest.mark.parametrize(
    ("category", "numbers"),
    [("cs.GL", nothing), ("cs.GL", some), ("cs.CL", daily)],
    ids=["small, empty", "small, some papers", "large"],
)
@pytest.mark.parametrize(
    "hours",
    [pytest.param(HOURS, marks=pytest.mark.slow, id="two weeks"), pytest.param(NIGHT, id="night")],
)
def test_no_hour_has_a_false_alarm(
    hours: Sequence[datetime],
    category: str,
    numbers: Callable[[date], list[int]],
    is_new: bool,
    watch: Callable[[str], Library],
    clock: Clock,
) -> None:
    library, play = watch(category), Days(clock, numbers)
    said: dict[str, list[str]] = {}
    for clock.at in hours:
        if is_new:
            forget(library)
        if found := alarms(library, play):
            said[f"{clock.at.astimezone(EASTERN):%A %d %H:%M}"] = found
        api = [b for b in last_batches(library, library.today()) if b.source == ARXIV]
        newest = latest_listing(clock.at)
        assert {b.covers: b.received for b in api}[newest] == len(numbers(newest)), clock.at
    assert said == {}


@pytest.mark.parametrize(
    "hours",
    [pytest.param(HOURS, marks=pytest.mark.slow, id="two weeks"), pytest.param(NIGHT, id="night")],
)
def test_a_late_list_of_a_large_class_is_told_at_every_hour_that_it_is_late(
    hours: Sequence[datetime], watch: Callable[[str], Library], clock: Clock
) -> None:
    library, play = watch("cs.CL"), Days(clock, daily)
    play.late = timedelta(hours=9)
    n_late = 0
    for clock.at in hours:
        forget(library)
        newest = latest_listing(clock.at)
        is_late = clock.at < announced_at(newest) + play.late
        n_late += is_late
        found = alarms(library, play)
        assert (f"{ARXIV} {newest} not out yet" in found) == is_late, clock.at
    assert n_late >= 9


def test_an_empty_answer_is_not_believed_once_the_feed_lists_papers(
    watch: Callable[[str], Library], clock: Clock
) -> None:
    library, play = watch("cs.GL"), Days(clock, some)
    play.is_api_empty = True
    for clock.at in (AFTER_MIDNIGHT, AFTER_THE_FEED):
        forget(library)
        assert f"{ARXIV} {THURSDAY} partial" in alarms(library, play)


def test_what_a_small_class_got_late_is_asked_for_when_its_feed_is_out(
    watch: Callable[[str], Library], clock: Clock
) -> None:
    library, play = watch("cs.GL"), Days(clock, some)
    clock.at, play.late = BEFORE_THE_FEED, timedelta(hours=3)
    assert alarms(library, play) == []
    clock.at = AFTER_MIDNIGHT
    assert not is_due(library)
    clock.at = AFTER_THE_FEED
    assert is_due(library)
    assert alarms(library, play) == []
    assert papers.n_papers(library.db) == 2
    assert not is_due(library)
