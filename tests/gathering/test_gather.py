"""Test the gather: each day whole or named, missed days caught up, failures kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.errors import SourceFailed, Unreachable
from reader.base.http import Request, Response
from reader.base.messages import speaking
from reader.gathering.arxiv import (
    ARXIV,
    EMPTY_IS_FINAL,
    OAI,
    PARTIAL_IS_FINAL,
    SETTLES,
    days_lacking,
    days_to_ask,
)
from reader.gathering.gather import all_sources, gather, last_batches, source_names
from reader.gathering.rows import sources
from reader.gathering.source import FIRST_RETRY, LONGEST_RETRY, wait_after
from reader.gathering.sources import arxiv_lists, oai
from reader.library.calendar import announced_at, window
from reader.library.folder import Library
from reader.library.paper import Batch
from reader.library.rows import failures, papers
from reader.library.rows.failures import waiting
from reader.morning.trust import is_due, must_gather, reports
from reader.texts.sources import facts_of, reason_of
from tests.samples import a_library, tools

FEED = "arXiv feed cs.CL"
WEDNESDAY = date(2025, 6, 4)
TUESDAY, MONDAY, FRIDAY = date(2025, 6, 3), date(2025, 6, 2), date(2025, 5, 30)
THURSDAY = date(2025, 6, 5)
MORNING = datetime(2025, 6, 4, 6, 30, tzinfo=UTC)  # Wednesday's list came out at 00:00 UTC
NOON = MORNING + timedelta(hours=6)


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def api_atom(numbers: Sequence[int], total: int) -> bytes:
    entries = "".join(
        f"""<entry><id>http://arxiv.org/abs/2506.{n:05}v1</id><title>Garden {n}</title>
        <summary>We listen.</summary><published>2025-06-02T18:00:00Z</published>
        <updated>2025-06-02T18:00:00Z</updated><author><name>Ada Field</name></author>
        <arxiv:primary_category term="cs.CL"/><category term="cs.CL"/>
        <link href="http://arxiv.org/abs/2506.{n:05}v1" rel="alternate"/></entry>"""
        for n in numbers
    )
    return f"""<?xml version='1.0' encoding='UTF-8'?>
    <feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
      xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
      <id>https://arxiv.org/api/x</id><title>arXiv Query</title>
      <opensearch:itemsPerPage>200</opensearch:itemsPerPage>
      <opensearch:totalResults>{total}</opensearch:totalResults>
      <opensearch:startIndex>0</opensearch:startIndex>{entries}</feed>""".encode()


def mailing(numbers: Sequence[int], day: date | None) -> bytes:
    entries = "".join(
        f"""<entry><id>oai:arXiv.org:2506.{n:05}v1</id><title>Garden {n}</title>
        <link href="https://arxiv.org/abs/2506.{n:05}" rel="alternate" type="text/html"/>
        <summary>arXiv:2506.{n:05}v1 Announce Type: new
        Abstract: We listen.</summary><category term="cs.CL"/>
        <published>{day}T00:00:00-04:00</published>
        <arxiv:announce_type>new</arxiv:announce_type></entry>"""
        for n in numbers
    )
    return f"""<?xml version='1.0' encoding='UTF-8'?>
    <feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
      <id>http://rss.arxiv.org/atom/cs.CL</id><title>cs.CL</title>{entries}</feed>""".encode()


def timeline(*numbers: int) -> bytes:
    items = "".join(
        f"""<item><guid>post-{n}</guid><link>https://example.org/{n}</link>
        <description>Read https://arxiv.org/abs/2506.{n:05} tonight.</description></item>"""
        for n in numbers
    )
    return f"""<?xml version="1.0"?><rss version="2.0"><channel><title>Cy Pond</title>
    <link>https://example.org</link>{items}</channel></rss>""".encode()


class Play:
    """Play arXiv and a timeline, by the addresses that the stage really asks for.

    days: what the API has for each day, and its total where that is another number.
    """

    def __init__(self) -> None:
        self.days: dict[date, list[int] | SourceFailed] = {}
        self.totals: dict[date, int] = {}
        self.mailing: bytes | Response | SourceFailed = mailing([1, 2], WEDNESDAY)
        self.mailings: dict[str, bytes] = {}
        self.timeline: bytes | Response | SourceFailed = timeline(1)
        self.seen: list[Request] = []

    def fetch(self, request: Request) -> Response:
        self.seen.append(request)
        answer: bytes | Response | SourceFailed = self.timeline
        if "/api/query" in request.url:
            answer = self.api(request)
        elif "/atom/" in request.url:
            answer = self.mailings.get(request.url.rpartition("/")[2], self.mailing)
        if isinstance(answer, SourceFailed):
            raise answer
        return answer if isinstance(answer, Response) else Response(request.url, 200, answer)

    def api(self, request: Request) -> bytes | SourceFailed:
        query = parse_qs(urlsplit(request.url).query)
        day = asked_day(query["search_query"][0])
        found = self.days.get(day, [])
        if isinstance(found, SourceFailed):
            return found
        start = int(query["start"][0])
        return api_atom(found[start:], self.totals.get(day, len(found)))

    @property
    def days_asked(self) -> list[date]:
        return [
            asked_day(parse_qs(urlsplit(r.url).query)["search_query"][0])
            for r in self.seen
            if "/api/query" in r.url
        ]


def asked_day(query: str) -> date:
    start = re.search(r"submittedDate:\[(\d{12})", query)
    assert start
    at = datetime.strptime(start[1], "%Y%m%d%H%M").replace(tzinfo=UTC)
    days = (at.date() + timedelta(n) for n in range(1, 6))
    return next(d for d in days if d.weekday() < 5 and window(d)[0] == at)


def no_answer(source: str = "x", what: str = "no answer") -> SourceFailed:
    return SourceFailed(source=source, what=what)


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING)


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with a_library(tmp_path, now=clock) as library:
        yield library


@pytest.fixture
def play() -> Play:
    play = Play()
    play.days = {TUESDAY: [1, 2], WEDNESDAY: [3, 4, 5]}
    return play


def run(library: Library, play: Play, *only: str) -> list[tuple[str, str]]:
    """Gather, and list (source, message) of the failures."""
    problems = gather(library, tools(play), only=only)
    assert {p.stage for p in problems} <= {"gather"}
    return [(p.subject, p.error.message) for p in problems]


def batches(library: Library) -> list[Batch]:
    """List the last words of the day; which papers a digest names is another test's matter."""
    return [replace(b, digest="") for b in sources.batches_on(library.db, library.today())]


def keep(library: Library, day: date, state: str, at: datetime, n: int = 1) -> None:
    batch = Batch(ARXIV, day, n, n, state, digest="cs.CL")  # type: ignore[arg-type]
    sources.add_batch(library.db, batch, now=at, on=at.date())


def test_arxiv_comes_first_then_its_feeds_then_the_timelines(library: Library) -> None:
    assert source_names(library.config) == [ARXIV, FEED, "timeline"]
    assert [s.name for s in all_sources(library.config)] == source_names(library.config)


class TestAMorning:
    def test_every_source_is_asked_and_counted(self, library: Library, play: Play) -> None:
        assert run(library, play) == []
        assert batches(library) == [
            Batch(ARXIV, TUESDAY, 2, 2, "complete"),
            Batch(ARXIV, WEDNESDAY, 3, 3, "complete"),
            Batch(FEED, WEDNESDAY, None, 2, "not checked"),  # it lacks a paper of the API
            Batch("timeline", WEDNESDAY, None, 1, "not checked"),
        ]
        assert papers.n_papers(library.db) == 5
        paper = papers.paper_with_id(library.db, "arxiv:2506.00001")
        assert paper is not None
        assert papers.origins_of(library.db, [paper.row])[paper.row] == (ARXIV, FEED)
        assert sources.papers_mentioned_on(library.db, WEDNESDAY) == [paper.row]

    def test_a_source_that_fails_is_named_and_the_others_go_on(
        self, library: Library, play: Play
    ) -> None:
        play.mailing = no_answer(FEED, "answered 500")
        assert run(library, play) == [(FEED, f"{FEED}: answered 500")]
        assert [(b.source, b.state, b.error) for b in batches(library)] == [
            (ARXIV, "complete", ""),
            (ARXIV, "complete", ""),
            (FEED, "failed", f"{FEED}: answered 500"),
            ("timeline", "not checked", ""),
        ]
        known = sources.source(library.db, FEED)
        assert (known.n_errors, known.retry_at) == (1, MORNING + wait_after(0, FEED))

    def test_a_network_that_is_down_is_said_of_every_source(self, library: Library) -> None:
        play = Play()
        play.days = {TUESDAY: no_answer(ARXIV), WEDNESDAY: no_answer(ARXIV)}
        play.mailing = play.timeline = no_answer()
        assert [name for name, _ in run(library, play)] == [ARXIV, FEED, "timeline"]
        assert {b.state for b in batches(library)} == {"failed"}
        assert papers.n_papers(library.db) == 0

    def test_an_answer_that_is_no_feed_is_a_failure_and_not_an_empty_day(
        self, library: Library, play: Play
    ) -> None:
        play.timeline = b"<!doctype html><html><body>Sign in</body></html>"
        ((name, message),) = run(library, play)
        assert name == "timeline"
        assert "HTML" in message or "page" in message

    def test_only_what_is_named_is_asked(self, library: Library, play: Play) -> None:
        assert run(library, play, "timeline") == []
        assert [r.source for r in play.seen] == ["timeline"]

    def test_a_second_gather_repeats_the_counts_and_doubles_nothing(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        run(library, play)
        before = batches(library)
        play.seen.clear()
        clock.at = NOON + timedelta(minutes=5)
        run(library, play)
        assert batches(library) == before
        assert play.days_asked == []
        assert papers.n_papers(library.db) == 5


class TestArxivsDays:
    def test_a_new_library_begins_with_the_two_newest_lists(self, library: Library) -> None:
        assert days_to_ask(library, MORNING) == [TUESDAY, WEDNESDAY]
        monday = datetime(2025, 6, 2, 6, 30, tzinfo=UTC)
        assert days_to_ask(library, monday) == [FRIDAY, MONDAY]
        assert days_to_ask(library, datetime(2025, 6, 1, 12, tzinfo=UTC)) == [
            date(2025, 5, 29), FRIDAY,
        ]  # fmt: skip

    def test_a_library_that_was_never_answered_begins_with_the_two_newest_lists_too(
        self, library: Library
    ) -> None:
        keep(library, TUESDAY, "failed", MORNING - timedelta(days=1), 0)
        assert days_to_ask(library, MORNING) == [MONDAY, TUESDAY, WEDNESDAY]

    def test_missed_days_are_caught_up_oldest_first(self, library: Library) -> None:
        keep(library, date(2025, 5, 28), "complete", datetime(2025, 5, 28, 12, tzinfo=UTC))
        assert days_to_ask(library, MORNING) == [
            date(2025, 5, 29), FRIDAY, MONDAY, TUESDAY, WEDNESDAY,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("state", "after", "is_asked_again"),
        [
            ("complete", SETTLES - timedelta(minutes=1), True),
            ("complete", SETTLES, False),
            ("not checked", SETTLES, False),
            ("failed", timedelta(days=30), True),
            ("not asked", timedelta(days=30), True),
            ("partial", PARTIAL_IS_FINAL - timedelta(minutes=1), True),
            ("partial", PARTIAL_IS_FINAL, False),
            ("not out yet", timedelta(days=30), True),
            ("empty", EMPTY_IS_FINAL, False),
        ],
    )
    def test_a_day_is_asked_again_while_it_may_hold_more(
        self, library: Library, state: str, after: timedelta, is_asked_again: bool
    ) -> None:
        keep(library, TUESDAY, "complete", NOON)
        keep(library, WEDNESDAY, state, announced_at(WEDNESDAY) + after)
        assert days_to_ask(library, MORNING) == ([WEDNESDAY] if is_asked_again else [])

    def test_the_last_answer_about_a_day_counts(self, library: Library) -> None:
        keep(library, WEDNESDAY, "failed", NOON)
        keep(library, WEDNESDAY, "complete", NOON)
        assert days_to_ask(library, NOON) == []

    def test_fewer_papers_than_the_total_are_partial_and_asked_again(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        play.totals[WEDNESDAY] = 300
        ((name, message),) = run(library, play)
        assert name == ARXIV
        assert message.startswith("arXiv: 3 of 300 for 2025-06-04.")
        (batch,) = [b for b in batches(library) if b.covers == WEDNESDAY and b.source == ARXIV]
        assert (batch.expected, batch.received, batch.state) == (300, 3, "partial")
        assert batch.error
        assert days_to_ask(library, NOON) == [WEDNESDAY]

    def test_a_day_that_fails_leaves_the_days_before_it_here(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        play.days[WEDNESDAY] = no_answer("arXiv", "timed out")
        assert run(library, play) == [(ARXIV, "arXiv: timed out")]
        states = {b.covers: b.state for b in batches(library) if b.source == ARXIV}
        assert states == {TUESDAY: "complete", WEDNESDAY: "failed"}
        assert days_to_ask(library, NOON) == [WEDNESDAY]

    def test_an_empty_day_is_told_from_a_failed_one(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        play.days[WEDNESDAY] = []
        run(library, play)
        (batch,) = [b for b in batches(library) if b.covers == WEDNESDAY and b.source == ARXIV]
        error = "the feed of cs.CL lists 2 papers"
        assert (batch.state, batch.expected, batch.error) == ("partial", None, error)

    def test_a_day_without_papers_in_any_channel_is_not_out_yet_and_then_a_holiday(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        play.days[WEDNESDAY], play.mailing = [], mailing([], None)
        run(library, play)
        (batch,) = [b for b in batches(library) if b.covers == WEDNESDAY and b.source == ARXIV]
        assert (batch.state, batch.expected, batch.error) == ("not out yet", 0, "")
        clock.at = announced_at(WEDNESDAY) + EMPTY_IS_FINAL
        for state in ("empty", "empty"):
            run(library, play)
            (batch,) = [b for b in batches(library) if b.covers == WEDNESDAY and b.source == ARXIV]
            assert (batch.state, batch.expected, batch.error) == (state, 0, "")

    def test_one_empty_answer_long_after_is_not_yet_a_holiday(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        """Test that one empty answer is not believed, as the API errs so, but a second one is."""
        clock.at = announced_at(WEDNESDAY) + timedelta(days=6)
        play.days = {MONDAY: [1]}
        keep(library, MONDAY, "complete", NOON)
        for state in ("not out yet", "not out yet"):
            run(library, play, ARXIV)
            (batch,) = [b for b in batches(library) if b.covers == WEDNESDAY and b.source == ARXIV]
            assert batch.state == state
        clock.at += timedelta(days=1)
        run(library, play, ARXIV)
        (batch,) = [b for b in batches(library) if b.covers == WEDNESDAY and b.source == ARXIV]
        assert batch.state == "empty"

    def test_a_day_that_stays_empty_while_the_next_one_comes_was_a_holiday(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        thursday = WEDNESDAY + timedelta(days=1)
        play.days[WEDNESDAY], play.mailing = [], mailing([], None)
        run(library, play, ARXIV)
        assert days_lacking(library, clock()) == [WEDNESDAY]
        clock.at = announced_at(thursday) + timedelta(minutes=1)
        play.days[thursday] = [7, 8]
        assert run(library, play, ARXIV) == []
        states = {b.covers: b.state for b in batches(library) if b.source == ARXIV}
        assert (states[WEDNESDAY], states[thursday]) == ("empty", "complete")
        # It is asked for again all the same, since the API errs.
        assert WEDNESDAY in days_to_ask(library, clock())
        assert days_lacking(library, clock()) == []

    def test_a_feed_has_no_list_of_a_holiday(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        thursday = WEDNESDAY + timedelta(days=1)
        play.days[WEDNESDAY], play.mailing = [], mailing([], None)
        clock.at = announced_at(WEDNESDAY) + timedelta(minutes=1)
        run(library, play)
        clock.at = announced_at(thursday) + timedelta(minutes=1)
        play.days[thursday] = [7, 8]
        run(library, play)
        assert not any(report.line.is_missing for report in reports(library))

    def test_an_older_day_that_lacks_something_is_named_beside_the_newest_one(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        thursday = WEDNESDAY + timedelta(days=1)
        keep(library, TUESDAY, "complete", NOON)
        play.days[WEDNESDAY], play.days[thursday] = [], [7, 8]
        clock.at = announced_at(thursday) + timedelta(minutes=1)
        run(library, play, ARXIV)
        [report] = [one for one in reports(library) if one.name == ARXIV]
        assert facts_of(report, UTC)[:2] == [
            "2025-06-04: nothing yet (late, or a holiday)",
            "2 of 2 for 2025-06-05",
        ]

    def test_a_day_that_fails_does_not_hide_the_days_after_it(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON + timedelta(days=1)
        keep(library, MONDAY, "complete", NOON)
        play.days = {TUESDAY: no_answer(ARXIV, "answered 500"), WEDNESDAY: [3], THURSDAY: [4]}
        assert run(library, play, ARXIV) == [(ARXIV, "arXiv: answered 500")]
        states = {b.covers: b.state for b in batches(library) if b.source == ARXIV}
        assert states == {TUESDAY: "failed", WEDNESDAY: "complete", THURSDAY: "complete"}

    def test_a_class_that_was_added_is_asked_for_the_days_of_this_week(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        run(library, play)
        classes = replace(library.config.arxiv, categories=("cs.CL", "eess.AS"))
        wider = replace(library, config=replace(library.config, arxiv=classes))
        assert days_to_ask(library, NOON) == []
        assert days_to_ask(wider, NOON) == [TUESDAY, WEDNESDAY]

    def test_a_list_cut_short_makes_a_gather_due_a_while_later(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        play.mailing = mailing([1], TUESDAY)
        run(library, play)
        assert not is_due(library)
        clock.at += FIRST_RETRY
        assert is_due(library)

    def test_a_source_that_recovered_or_is_gone_from_feeds_toml_lacks_nothing(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        play.mailing = mailing([1], TUESDAY)
        run(library, play)
        play.mailing = mailing([3, 4, 5, 6], WEDNESDAY)
        clock.at = NOON
        run(library, play)
        keep = Batch("a feed of last year", WEDNESDAY, None, 0, "failed")
        sources.add_batch(library.db, keep, now=NOON, on=WEDNESDAY)
        states = {(b.source, b.state) for b in last_batches(library, WEDNESDAY)}
        assert states == {(ARXIV, "complete"), (FEED, "not checked"), ("timeline", "not checked")}

    def test_after_an_outage_of_days_each_of_them_is_asked(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = datetime(2025, 6, 2, 12, tzinfo=UTC)
        play.days = {FRIDAY: [8], MONDAY: [9]}
        run(library, play)
        for n in range(1, 3):  # Tuesday and Wednesday nobody answers
            clock.at += timedelta(days=1)
            play.days = {MONDAY + timedelta(n): no_answer() for n in range(3)}
            run(library, play)
        clock.at += timedelta(days=1)
        play.days, play.totals = {d: [n] for n, d in enumerate([TUESDAY, WEDNESDAY], 1)}, {}
        play.days[date(2025, 6, 5)] = [7]
        play.seen.clear()
        run(library, play, ARXIV)
        assert list(dict.fromkeys(play.days_asked)) == [TUESDAY, WEDNESDAY, date(2025, 6, 5)]
        assert papers.n_papers(library.db) >= 5


class TestTheFeed:
    def ask(self, library: Library, play: Play) -> Batch:
        run(library, play, FEED)
        (batch,) = [b for b in batches(library) if b.source == FEED]
        return batch

    def test_yesterdays_list_is_stale_and_named_with_its_day(
        self, library: Library, play: Play
    ) -> None:
        play.mailing = mailing([1], TUESDAY)
        assert self.ask(library, play) == Batch(FEED, TUESDAY, None, 1, "stale")

    def test_an_empty_list_on_a_weekday_is_stale_and_on_a_saturday_it_is_not(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        play.mailing = mailing([], None)
        assert self.ask(library, play).state == "stale"
        clock.at = datetime(2025, 6, 7, 12, tzinfo=UTC)
        assert self.ask(library, play).state == "empty"

    def test_an_unchanged_list_of_the_day_that_is_due_is_here(
        self, library: Library, play: Play
    ) -> None:
        self.ask(library, play)
        play.mailing = Response("x", 304, b"")
        for _ in range(2):
            expected = Batch(FEED, WEDNESDAY, None, 2, "unchanged")
            assert self.ask(library, play) == expected

    def test_an_unchanged_list_of_an_earlier_day_is_stale_however_often_it_is_asked(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        self.ask(library, play)
        clock.at += timedelta(days=1)
        play.mailing = Response("x", 304, b"")
        for _ in range(3):
            batch = self.ask(library, play)
            assert (batch.covers, batch.state) == (date(2025, 6, 5), "stale")

    def test_an_unchanged_list_after_a_failure_of_the_day_is_stale(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        self.ask(library, play)
        clock.at += timedelta(days=1)
        play.mailing = no_answer()
        assert self.ask(library, play).state == "failed"
        play.mailing = Response("x", 304, b"")
        assert self.ask(library, play).state == "stale"

    def test_validators_are_sent_back_only_after_a_good_answer(
        self, library: Library, play: Play
    ) -> None:
        tagged = {"etag": '"a"', "last-modified": "Wed"}
        play.mailing = Response("x", 200, b"<html>", tagged)
        run(library, play, FEED)
        play.mailing = Response("x", 200, mailing([1], WEDNESDAY), tagged)
        run(library, play, FEED)
        play.mailing = Response("x", 304, b"")
        run(library, play, FEED)
        assert [(r.etag, r.last_modified) for r in play.seen] == [
            ("", ""),
            ("", ""),
            ('"a"', "Wed"),
        ]

    def test_yesterdays_papers_under_todays_date_are_yesterdays(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        """Test what arXiv has done: one class stale, another fresh, both built today."""
        self.ask(library, play)
        clock.at += timedelta(days=1)
        play.mailing = mailing([1, 2], THURSDAY)
        assert self.ask(library, play) == Batch(FEED, WEDNESDAY, None, 2, "stale")
        assert run(library, play, FEED) == [(FEED, f"{FEED}: it still has the list of {WEDNESDAY}")]

    def test_papers_that_the_api_announced_earlier_are_not_todays_list(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        run(library, play, ARXIV)
        clock.at += timedelta(days=1)
        play.mailing = mailing([3, 4, 5, 99], THURSDAY)
        assert self.ask(library, play) == Batch(FEED, WEDNESDAY, None, 4, "stale")
        assert papers.paper_with_id(library.db, "arxiv:2506.00099") is not None

    def test_two_channels_that_agree_are_complete(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        play.mailing = mailing([1, 2, 3, 4, 5, 6], WEDNESDAY)
        run(library, play)
        (batch,) = [b for b in batches(library) if b.source == FEED]
        assert batch == Batch(FEED, WEDNESDAY, 6, 6, "complete")

    def test_a_day_is_counted_for_each_class(self, library: Library, play: Play) -> None:
        run(library, play)
        assert sources.batches_by_category(library.db, ARXIV, WEDNESDAY) == [
            Batch(ARXIV, WEDNESDAY, 3, 3, "complete", category="cs.CL")
        ]

    def test_a_class_has_no_total_of_its_own_when_the_day_is_cut_short(
        self, library: Library, play: Play
    ) -> None:
        play.totals[WEDNESDAY] = 9
        run(library, play)
        assert sources.batches_by_category(library.db, ARXIV, WEDNESDAY) == [
            Batch(ARXIV, WEDNESDAY, None, 3, "partial", category="cs.CL")
        ]


class TestSmallClasses:
    """Test that both channels together show that a class had no papers."""

    GL = "arXiv feed cs.GL"

    def watching(self, library: Library, *classes: str) -> Library:
        arxiv = replace(library.config.arxiv, categories=classes)
        return replace(library, config=replace(library.config, arxiv=arxiv))

    def states(self, library: Library) -> list[tuple[str, date, str]]:
        found = last_batches(library, library.today())
        return [(b.source, b.covers, b.state) for b in found if b.source != "timeline"]

    def test_an_empty_feed_is_right_where_the_api_has_none_of_its_class(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        library = self.watching(library, "cs.CL", "cs.GL")
        play.mailing = mailing([1, 2, 3, 4, 5, 6], WEDNESDAY)
        play.mailings["cs.GL"] = mailing([], None)
        assert run(library, play) == []
        assert (self.GL, WEDNESDAY, "empty") in self.states(library)
        assert not is_due(library)

    def test_an_empty_feed_is_stale_where_the_api_has_papers_of_its_class(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        library = self.watching(library, "cs.CL", "cs.GL")
        play.mailings["cs.CL"] = mailing([], None)
        play.mailings["cs.GL"] = mailing([], None)
        assert [name for name, _ in run(library, play)] == [FEED]
        assert (FEED, WEDNESDAY, "stale") in self.states(library)

    def test_an_empty_feed_is_stale_while_the_api_does_not_answer(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        library = self.watching(library, "cs.CL", "cs.GL")
        play.days = {TUESDAY: no_answer(ARXIV), WEDNESDAY: no_answer(ARXIV)}
        play.mailings["cs.GL"] = mailing([], None)
        assert self.GL in [name for name, _ in run(library, play)]

    def test_two_empty_channels_of_a_small_class_alone_are_an_empty_day(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        library = self.watching(library, "cs.GL")
        play.days, play.mailing = {TUESDAY: [], WEDNESDAY: []}, mailing([], None)
        for _ in range(2):
            assert run(library, play) == []
            states = self.states(library)
            assert (ARXIV, WEDNESDAY, "empty") in states
            assert (self.GL, WEDNESDAY, "empty") in states

    def test_two_empty_channels_of_a_large_class_are_late_or_a_holiday(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        library = self.watching(library, "cs.GL", "cs.CL")
        play.days, play.mailing = {TUESDAY: [], WEDNESDAY: []}, mailing([], None)
        assert run(library, play) != []
        assert (ARXIV, WEDNESDAY, "not out yet") in self.states(library)

    def test_an_empty_day_is_asked_for_again_until_it_is_sure(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        """Test that late papers come, though nothing was reported as missing."""
        library = self.watching(library, "cs.GL")
        play.days, play.mailing = {TUESDAY: [], WEDNESDAY: []}, mailing([], None)
        run(library, play)
        clock.at = MORNING + timedelta(days=1)
        play.days = {WEDNESDAY: [7], THURSDAY: []}
        run(library, play)
        assert papers.paper_with_id(library.db, "arxiv:2506.00007") is not None
        assert (ARXIV, WEDNESDAY, "complete") in self.states(library)


class TestHoldingBack:
    def test_a_source_rests_after_a_failure_and_is_still_named(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        play.timeline = no_answer("timeline")
        run(library, play)
        play.seen.clear()
        rests = wait_after(0, "timeline")
        clock.at += rests - timedelta(minutes=1)
        ((name, message),) = run(library, play)
        assert (name, [r.source for r in play.seen if r.source == name]) == ("timeline", [])
        assert message == (
            f"timeline: failed 1 time, next try after {MORNING + rests:%Y-%m-%d %H:%M}: "
            "timeline: no answer"
        )
        assert [b.state for b in batches(library) if b.source == name] == ["not asked"]
        assert sources.source(library.db, name).n_errors == 1
        clock.at += timedelta(minutes=1)
        play.timeline = timeline(1)
        assert run(library, play) == []
        assert sources.source(library.db, name).error == ""

    def test_a_resting_source_that_is_named_is_asked_at_once(
        self, library: Library, play: Play
    ) -> None:
        play.timeline = no_answer("timeline")
        run(library, play)
        play.timeline = timeline(1)
        assert run(library, play, "timeline") == []

    def test_a_server_that_says_when_to_come_back_is_believed(
        self, library: Library, play: Play
    ) -> None:
        at = MORNING + timedelta(hours=3)
        play.timeline = SourceFailed(source="timeline", what="answered 429", retry_at=at)
        run(library, play)
        assert sources.source(library.db, "timeline").retry_at == at

    def test_a_server_is_believed_for_a_week_at_most(self, library: Library, play: Play) -> None:
        at = MORNING + timedelta(days=900)
        play.timeline = SourceFailed(source="timeline", what="answered 503", retry_at=at)
        run(library, play)
        retry_at = sources.source(library.db, "timeline").retry_at
        assert retry_at == MORNING + timedelta(days=7)

    def test_a_failure_under_a_clock_that_was_ahead_holds_nothing_back(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        ahead = MORNING + timedelta(days=700)
        words = ("timeline: no answer", "")
        sources.add_error(
            library.db, "timeline", words, now=ahead, retry_at=ahead + timedelta(hours=1)
        )
        failures.add_failure(library.db, "resolve", "arxiv:2506.00001", words, now=ahead)
        assert is_due(library)
        assert next(r for r in reports(library) if r.name == "timeline").retry_at is None
        assert waiting(library, "resolve") == {}
        assert run(library, play) == []
        assert sources.source(library.db, "timeline").n_errors == 0

    def test_a_failure_is_told_in_the_language_of_whoever_reads_it(self, library: Library) -> None:
        words = ("timeline: 127.0.0.1 answered 404: Not Found", "The next gather tries again.")
        sources.add_error(library.db, "timeline", words, now=MORNING, retry_at=None)
        with speaking("ja"):
            told = next(r for r in reports(library) if r.name == "timeline")
        assert (told.error, told.hint) == (
            "timeline: 127.0.0.1 の応答は 404: Not Found",
            "次の取得で再試行します。",
        )

    def test_a_next_try_years_ahead_is_held_to_a_week(self, library: Library) -> None:
        sources.add_error(
            library.db,
            "timeline",
            ("timeline: no answer", ""),
            now=MORNING,
            retry_at=MORNING + timedelta(days=700),
        )
        fared = sources.source(library.db, "timeline")
        assert fared.next_try(MORNING) == MORNING + timedelta(days=7)

    def test_a_clock_that_was_ahead_does_not_keep_the_server_from_gathering(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        at, ahead = time(6), MORNING + timedelta(days=700)
        sources.touch(library.db, "timeline", now=ahead)
        assert must_gather(library, at, began_at=None)

    def test_a_source_that_is_gone_for_good_never_stops_the_morning(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        for _ in range(60):
            now = library.now()
            sources.add_error(library.db, "timeline", ("gone", ""), now=now, retry_at=None)
        play.timeline = no_answer("timeline", "gone")
        assert run(library, play) == [("timeline", "timeline: gone")]
        retry_at = sources.source(library.db, "timeline").retry_at
        assert retry_at == MORNING + wait_after(60, "timeline")

    @given(st.integers(0, 10_000))
    def test_the_wait_grows_to_a_cap_and_never_shrinks(self, n: int) -> None:
        longest = LONGEST_RETRY * 1.2
        for name in ("timeline", "blog"):
            assert FIRST_RETRY <= wait_after(n, name) <= wait_after(n + 1, name) <= longest
        assert n < 7 or wait_after(n, "timeline") >= LONGEST_RETRY

    def test_sources_that_failed_together_come_back_apart(self) -> None:
        assert len({wait_after(3, f"timeline {n}") for n in range(20)}) > 15


class TestBeingDue:
    def test_a_new_library_is_due(self, library: Library) -> None:
        assert is_due(library)

    def test_just_after_a_gather_nothing_is_due(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        run(library, play)
        assert not is_due(library)
        clock.at += timedelta(hours=3)
        assert not is_due(library)

    def test_a_new_local_day_and_a_new_announcement_make_a_gather_due(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        clock.at = NOON
        run(library, play)
        clock.at = datetime(2025, 6, 4, 23, 59, tzinfo=UTC)
        assert not is_due(library)
        clock.at = datetime(2025, 6, 5, 0, 0, tzinfo=UTC)
        assert is_due(library)

    def test_a_failed_source_makes_a_gather_due_when_it_may_be_asked_again(
        self, library: Library, play: Play, clock: Clock
    ) -> None:
        play.timeline = no_answer("timeline")
        run(library, play)
        assert not is_due(library)
        clock.at += wait_after(0, "timeline")
        assert is_due(library)

    def test_a_library_without_sources_is_never_due(self, tmp_path: Path) -> None:
        with a_library(tmp_path, '[topics.a]\nwords = ["x"]\n') as library:
            assert not is_due(library)
            assert gather(library, tools(Play())) == []


@pytest.mark.parametrize("name", ["arXiv", "arXiv OAI", "a: blog"])
def test_the_reason_of_a_failure_names_neither_its_source_nor_its_time(name: str) -> None:
    # arXiv's two were called otherwise in sentences that are stored since.
    before = {"arXiv": "arXiv API", "arXiv OAI": "arXiv OAI-PMH"}.get(name, name)
    for called in (name, before):
        failed = Unreachable(source=called, what="the connection broke: no route").message
        resting = f"{name}: failed 1 time, next try after 17:10: {failed}"
        assert {reason_of(name, error) for error in (failed, resting)} == {
            "no answer (the connection broke: no route)"
        }


def test_an_adapter_calls_its_source_as_lists_do() -> None:
    assert (arxiv_lists.SOURCE, oai.SOURCE) == (ARXIV, OAI)
