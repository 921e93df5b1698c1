"""Three months of real days, morning by morning, with faults drawn by a seed: nothing is lost.

June to August 2025 in three classes, read at half past six in Tokyo. On weekends, on a
holiday of ten days and on a few other mornings nobody gathers; on nine in ten of the others some
channel is broken. One paper in thirty counts as held back by the moderators: submitted days
before it is announced, so that the API does not list it under its day, and only that day's
feed, or OAI-PMH, has it. In the end every paper of the data is here, or named as missing.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from reader.base.http import Request, Response
from reader.base.http.client import Client
from reader.cli.demo.server import PlayedPaper
from reader.gathering.arxiv import ARXIV, OAI, feed_name
from reader.gathering.gather import gather, source_names
from reader.gathering.resolve import resolve
from reader.gathering.rows import sources
from reader.library.calendar import is_listing_day, latest_feed, latest_listing, listing_day, window
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.rows import papers
from reader.morning.trust import source_lines
from tests.data import DATA, needs_data
from tests.play import Fault
from tests.replay import load, moment
from tests.samples import new_database, tools
from tests.wrong import (
    WrongServer,
    as_it_is,
    body,
    of_the_day_before,
    start_of,
    total,
    without_entries,
)

pytestmark = [needs_data, pytest.mark.slow]

SEED = 20250602
FAULTS = 0.9
"""On so many mornings something is broken."""
CATEGORIES = ("cs.CL", "eess.AS", "cs.SD")
BEGIN, FIRST, LAST = date(2025, 5, 29), date(2025, 6, 2), date(2025, 8, 29)
"""The library begins with two days before the first one that is counted."""
HOLIDAY = [date(2025, 8, 8) + timedelta(days=n) for n in range(10)]
TALKED = "timeline"
MISSING = ("partial", "stale", "not out yet", "failed", "not asked")


def real_days() -> list[PlayedPaper]:
    assert DATA is not None
    several = load(DATA, first=BEGIN, last=LAST)
    several = [p for p in several if set(p.paper.categories) & set(CATEGORIES)]
    return [held_back(p, n) if n % 30 == 7 else p for n, p in enumerate(several)]


def held_back(played: PlayedPaper, n: int) -> PlayedPaper:
    """Let a paper have been submitted one to three lists before its own."""
    day = played.listed_on
    for _ in range(1 + n % 3):
        day -= timedelta(days=1)
        while not is_listing_day(day):
            day -= timedelta(days=1)
    start, _ = window(day)
    return replace(played, submitted_at=start + timedelta(minutes=1 + n % 1000))


@dataclass
class Play:
    """Three servers, as arXiv has them, and one of timelines; a clock moved by hand."""

    several: list[PlayedPaper]
    now: datetime
    posts: dict[str, bytes] = field(default_factory=dict)
    servers: dict[str, WrongServer] = field(default_factory=dict)
    hasty: list[str] = field(default_factory=list)
    """Addresses that are not waited for long."""
    broken: Counter[str] = field(default_factory=Counter)

    def start(self, stack: ExitStack) -> None:
        for name in (ARXIV, "feeds", OAI, TALKED):
            self.servers[name] = stack.enter_context(
                WrongServer(self.several, clock=lambda: self.now, feeds=self.posts)
            )

    @property
    def feeds_toml(self) -> str:
        classes = ", ".join(f'"{c}"' for c in CATEGORIES)
        return f"""
        [reader]
        timezone = "Asia/Tokyo"
        [arxiv]
        categories = [{classes}]
        api_url = "{self.servers[ARXIV].url}/api/query"
        rss_url = "{self.servers["feeds"].url}/atom/"
        oai_url = "{self.servers[OAI].url}/oai"
        delay_s = 0
        [topics."speech/translation"]
        words = ["speech translation"]
        [[feed]]
        name = "{TALKED}"
        url = "{self.servers[TALKED].feed_url("timeline.rss")}"
        """

    def client(self, seconds: float) -> Client:
        return Client(
            clock=lambda: self.now,
            sleep=lambda _: None,
            monotonic=time.monotonic,
            timeout_s=seconds,
            deadline_s=seconds,
        )

    def fetch(self, request: Request) -> Response:
        is_hasty = any(request.url.startswith(url) for url in self.hasty)
        with self.client(0.2 if is_hasty else 60.0) as client:
            return client.fetch(request)

    def mend(self) -> None:
        self.hasty.clear()
        for server in self.servers.values():
            server.faults = lambda _path, _n: None
            server.mangle, server.path = as_it_is, ""

    def talk(self, draw: random.Random) -> None:
        """Let somebody post about papers that are out, most of them new."""
        out = [p for p in self.several if p.listed_on <= self.now.date()][-400:]
        items = "".join(
            f"<item><guid>{p.number} {self.now}</guid><author>Ann</author>"
            f"<description>Read https://arxiv.org/abs/{p.number} soon.</description></item>"
            for p in draw.choices(out, k=5)
        )
        rss = f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'
        self.posts["timeline.rss"] = rss.encode()


def break_something(play: Play, draw: random.Random) -> None:
    """Break one to three channels, each in a way of its own."""
    for name in draw.sample([ARXIV, "feeds", OAI, TALKED], k=draw.choice((1, 1, 2, 3))):
        way = draw.choice(API_WAYS if name == ARXIV else FEED_WAYS if name == "feeds" else WAYS)
        way(play, play.servers[name], draw)
        play.broken[f"{name}: {way.__name__}"] += 1


def refused(play: Play, server: WrongServer, draw: random.Random) -> None:
    fault = Fault(status=draw.choice((403, 429, 500, 503)))
    server.faults = lambda _path, _n: fault


def told_to_wait(play: Play, server: WrongServer, draw: random.Random) -> None:
    fault = Fault(status=429, headers={"Retry-After": str(draw.choice((600, 7200, 86400)))})
    server.faults = lambda _path, _n: fault


def silent(play: Play, server: WrongServer, draw: random.Random) -> None:
    play.hasty.append(server.url)
    server.faults = lambda _path, _n: Fault(hang_s=60)


def cut_off(play: Play, server: WrongServer, draw: random.Random) -> None:
    fault = Fault(cut_after=draw.randrange(2000))
    server.faults = lambda _path, _n: fault


def a_page_of_html(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.faults = lambda _path, _n: Fault(body=b"<!DOCTYPE html><html>Log in</html>")


def one_answer_lost(play: Play, server: WrongServer, draw: random.Random) -> None:
    """Fail one answer for good among those that are given on this morning."""
    first, n = len(server.requests), draw.randrange(1, 6)
    server.faults = lambda _path, _n: (
        Fault(status=404) if len(server.requests) == first + n else None
    )


def later_pages_fail(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.path = "/api/query"
    server.faults = lambda _path, _n: Fault(status=404) if start_of(server.requests[-1]) else None


def totals_too_high(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.path = "/api/query"
    more = draw.randrange(1, 9)
    server.mangle = body(lambda xml: total(xml, lambda n: n + more))


def entries_missing(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.path = "/api/query"
    n = draw.randrange(1, 9)
    server.mangle = body(lambda xml: without_entries(xml, n))


def empty_pages(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.path = "/api/query"
    server.mangle = body(without_entries)


def empty_answers(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.path = "/api/query"
    server.mangle = body(lambda xml: total(without_entries(xml), lambda _: 0))


def not_yet(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.path = "/api/query"
    server.mangle = of_the_day_before(server)


def one_class_stale(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.path = f"/atom/{draw.choice(CATEGORIES)}"
    server.mangle = of_the_day_before(server)


def one_class_stale_under_today(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.path = f"/atom/{draw.choice(CATEGORIES)}"
    server.mangle = of_the_day_before(server, claims=play.now.date())


def one_class_empty(play: Play, server: WrongServer, draw: random.Random) -> None:
    server.path = f"/atom/{draw.choice(CATEGORIES)}"
    server.mangle = body(without_entries)


WAYS: tuple[Callable[[Play, WrongServer, random.Random], None], ...] = (
    refused, told_to_wait, silent, cut_off, a_page_of_html,
)  # fmt: skip
API_WAYS = (
    *WAYS, one_answer_lost, later_pages_fail, totals_too_high, entries_missing, empty_pages,
    empty_answers, not_yet,
)  # fmt: skip
FEED_WAYS = (*WAYS, one_class_stale, one_class_stale_under_today, one_class_empty)


@contextmanager
def played(folder: Path) -> Iterator[tuple[Play, Library]]:
    with ExitStack() as stack:
        play = Play(real_days(), moment(f"{FIRST}T06:30+09:00"))
        play.start(stack)
        database = new_database(folder)
        config = parse(play.feeds_toml)
        yield play, stack.enter_context(Library(folder, config, database, lambda: play.now))


def one_morning(play: Play, library: Library) -> None:
    gather(library, tools(play))
    resolve(library, tools(play))


def mornings(draw: random.Random) -> Iterator[date]:
    """List the mornings on which somebody gathers."""
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=n)
        if is_listing_day(day) and day not in HOLIDAY and draw.random() > 0.08:
            yield day


def named(library: Library) -> set[tuple[str, date]]:
    """List each source and day whose last word is that something is missing."""
    found = {
        (name, day)
        for name in source_names(library.config)
        for day, asked in sources.days_asked(library.db, name).items()
        if asked.state in MISSING
    }
    lines = [line for line in source_lines(library, library.today()) if line.is_missing]
    # An older list stands for the one that is due.
    stale = {(line.name, latest_feed(library.now())) for line in lines if line.state == "stale"}
    return found | stale | {(line.name, line.covers) for line in lines if line.covers}


def owed_by(played: PlayedPaper) -> set[tuple[str, date]]:
    """Name the sources, with their days, that have a paper."""
    feeds = {feed_name(c) for c in played.paper.categories}
    late = {(name, played.listed_on) for name in (*feeds, OAI)}
    return late | {(ARXIV, listing_day(played.submitted_at))}


@dataclass
class Count:
    """What is not here: named by source and day, or lost in silence."""

    wanted: int
    here: int
    named: int
    lost: list[str]


def count(play: Play, library: Library) -> Count:
    """Count what was announced until now."""
    here = {r["id"] for r in library.db.read("SELECT id FROM identifiers")}
    wanted = [p for p in play.several if FIRST <= p.listed_on <= latest_listing(play.now)]
    lacking = [p for p in wanted if p.paper.id not in here]
    said = named(library)
    lost = [p.paper.id for p in lacking if not owed_by(p) & said]
    return Count(len(wanted), len(wanted) - len(lacking), len(lacking) - len(lost), lost)


def test_three_months_lose_nothing_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(SEED)
    silent_mornings: dict[date, list[str]] = {}
    most_named = 0
    with played(tmp_path) as (play, library):
        for day in mornings(draw):
            play.mend()
            play.now = moment(f"{day}T06:30+09:00")
            play.talk(draw)
            if draw.random() < FAULTS:
                break_something(play, draw)
            one_morning(play, library)
            counted = count(play, library)
            most_named = max(most_named, counted.named)
            if counted.lost:
                silent_mornings[day] = counted.lost
        play.mend()
        for hour in ("06", "18"):
            play.now = moment(f"{LAST + timedelta(days=1)}T{hour}:30+09:00")
            one_morning(play, library)
        counted = count(play, library)
        n_ids = len(library.db.read("SELECT id FROM identifiers WHERE id LIKE 'arxiv:%'"))
        n_rows = papers.n_papers(library.db)

    with capsys.disabled():
        print(  # noqa: T201  the count is what this test is for
            f"\n{counted.here:,} of {counted.wanted:,} in the library, {counted.named} named, "
            f"{len(counted.lost)} lost in silence ({play.broken.total()} faults of "
            f"{len(play.broken)} kinds; at most {most_named} named on a morning)"
        )
    assert (counted.lost, counted.wanted) == ([], counted.here + counted.named)
    assert silent_mornings == {}
    # One row for each, and for each number one paper.
    assert n_rows == n_ids
    assert play.broken.total() > 30
