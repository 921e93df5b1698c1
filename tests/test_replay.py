"""Real days are played whole, and at their time."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import arxiv
import feedparser
import httpx
import pytest

from reader.library.calendar import announced_at, listing_day, window
from tests.data import DATA, ROOT, needs_data
from tests.replay import Replay, feeds_toml, load, moment, replay, spread

FIRST, LAST = date(2025, 6, 2), date(2025, 6, 6)
TUESDAY = date(2025, 6, 3)
CATEGORIES = ("cs.CL", "eess.AS", "cs.SD")


def row(number: str) -> dict[str, Any]:
    return {
        "id": number,
        "title": "T",
        "authors": ["A"],
        "abstract": "S",
        "categories": ["cs.CL"],
        "comment": None,
    }


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    assert DATA is not None
    now = moment("2025-06-03T12:30+09:00")
    with replay(DATA, now=now, first=FIRST, last=LAST) as running:
        yield running


def announced(day: date) -> set[str]:
    """Read the data apart from the code under test."""
    assert DATA is not None
    path = DATA / "arxiv" / "papers" / f"papers_{day:%Y-%m}.jsonl.xz"
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {
        r["id"]
        for r in rows
        if r["announced"] == day.isoformat() and set(r["categories"]) & set(CATEGORIES)
    }


def asked(server: Replay, day: date) -> list[str]:
    start, end = window(day)
    last = end - timedelta(minutes=1)
    categories = " OR ".join(f"cat:{name}" for name in CATEGORIES)
    query = f"({categories}) AND submittedDate:[{start:%Y%m%d%H%M} TO {last:%Y%m%d%H%M}]"
    client = arxiv.Client(page_size=50, delay_seconds=0, num_retries=0)
    client.query_url_format = f"{server.url}/api/query?{{}}"
    search = arxiv.Search(query, max_results=None, sort_by=arxiv.SortCriterion.SubmittedDate)
    return [result.get_short_id().removesuffix("v1") for result in client.results(search)]


@pytest.mark.parametrize("n", [1, 2, 7, 1000])
@pytest.mark.parametrize("day", [FIRST + timedelta(days=d) for d in range(5)])
def test_spread_papers_fall_into_their_days_window(day: date, n: int) -> None:
    papers = list(spread(day, [row(f"2506.{i:05}") for i in reversed(range(n))]))
    assert [p.number for p in papers] == [f"2506.{i:05}" for i in range(n)]
    assert {listing_day(p.submitted_at) for p in papers} == {day}
    assert [p.submitted_at for p in papers] == sorted(p.submitted_at for p in papers)


def test_a_moment_needs_an_offset() -> None:
    with pytest.raises(ValueError, match="needs an offset"):
        moment("2025-06-03T06:30")


@pytest.mark.slow
@needs_data
def test_a_real_day_has_exactly_the_papers_announced_that_day(server: Replay) -> None:
    server.move_to(announced_at(LAST))
    for day in (FIRST + timedelta(days=d) for d in range(5)):
        ids = asked(server, day)
        assert len(ids) == len(set(ids)) > 50
        assert set(ids) == announced(day)


@needs_data
def test_a_real_day_is_not_out_before_its_evening(server: Replay) -> None:
    server.move_to(announced_at(TUESDAY) - timedelta(seconds=1))
    assert asked(server, TUESDAY) == []
    server.move_to(announced_at(TUESDAY))
    assert set(asked(server, TUESDAY)) == announced(TUESDAY)


@needs_data
def test_the_announcement_feed_holds_the_same_papers(server: Replay) -> None:
    server.move_to(moment("2025-06-03T12:00-04:00"))
    feed = feedparser.parse(httpx.get(f"{server.url}/atom/{'+'.join(CATEGORIES)}").content)
    ids = {entry.id.removeprefix("oai:arXiv.org:").removesuffix("v1") for entry in feed.entries}
    assert (feed.bozo, ids) == (False, announced(TUESDAY))


@needs_data
def test_the_clock_is_moved_by_a_request(server: Replay) -> None:
    moved = httpx.get(f"{server.url}/replay/now?at=2025-06-05T06:30+09:00")
    refused = httpx.get(f"{server.url}/replay/now?at=yesterday")
    assert (moved.text, refused.status_code) == ("2025-06-05T06:30:00+09:00\n", 400)
    assert server.clock() == moment("2025-06-05T06:30+09:00")
    assert len(asked(server, date(2025, 6, 4))) > 50
    assert asked(server, date(2025, 6, 6)) == []


@needs_data
def test_recordings_are_served_as_they_are(server: Replay) -> None:
    assert DATA is not None
    name = "social_mastodon__feeddeck__responseTag.xml"
    recorded = (DATA / "arxiv" / "recordings" / name).read_bytes()
    assert httpx.get(server.feed_url(name)).content == recorded


@needs_data
def test_a_real_pdf_is_served_for_a_known_id_and_for_any_if_asked(server: Replay) -> None:
    assert DATA is not None
    known, other = server.answer("/pdf/1810.04805v2"), server.answer("/pdf/2506.00001")
    assert (known.body[:5], other.status) == (b"%PDF-", 404)
    any_server = replay(DATA, now=server.clock(), first=FIRST, last=FIRST, any_pdf=True)
    with any_server:
        assert httpx.get(f"{any_server.url}/pdf/2506.00001").content[:5] == b"%PDF-"


@needs_data
def test_only_the_days_asked_for_are_loaded() -> None:
    assert DATA is not None
    assert {p.listed_on for p in load(DATA, first=TUESDAY, last=TUESDAY)} == {TUESDAY}
    across = load(DATA, first=date(2025, 5, 30), last=FIRST)
    assert {p.listed_on for p in across} == {date(2025, 5, 30), FIRST}


@needs_data
def test_the_printed_feeds_toml_names_only_this_server(server: Replay) -> None:
    parsed = tomllib.loads(feeds_toml(server))
    addresses = [v for k, v in parsed["arxiv"].items() if k.endswith("_url")]
    addresses += [feed["url"] for feed in parsed["feed"]]
    assert len(addresses) == 6
    assert all(address.startswith(f"{server.url}/") for address in addresses)
    assert [httpx.get(feed["url"]).status_code for feed in parsed["feed"]] == [200, 200]


@needs_data
def test_the_command_prints_a_feeds_toml_and_serves() -> None:
    command = [sys.executable, "-m", "tests.replay", "--days", "1"]
    command += ["--now", "2025-06-03T06:30+09:00"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = (line for line in process.stdout if line.startswith("api_url"))
        address = next(lines).split('"')[1]
        answer = httpx.get(f"{address}?search_query=cat:cs.CL&max_results=1")
        process.terminate()
    assert (answer.status_code, answer.content.count(b"<entry>")) == (200, 1)
