"""Test queries of arXiv's API as sources, over real HTTP: what is asked, counted and said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, timedelta
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from reader.base.errors import ReaderError
from reader.base.http.client import Client
from reader.cli.demo.server import Reply
from reader.gathering.gather import gather, source_names
from reader.gathering.rows import sources
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.paper import Batch
from reader.library.rows import papers
from reader.morning.trust import reports
from reader.texts.sources import facts_of
from tests.data import DATA, needs_data
from tests.gathering.test_arxiv_api import entry
from tests.play import PlayServer
from tests.samples import Clock, a_library, tools
from tests.server import Time

ASKED = 'ti:gardens ANDNOT (abs:"soil" OR au:field)'


class Arxiv(PlayServer):
    """Answers as the API does, with the papers that it is given, all at once or cut short."""

    def __init__(self, clock: Clock) -> None:
        super().__init__([], clock=clock)
        self.numbers: list[int] = []
        self.total: int | None = None
        self.status = 200
        self.n_answers: int | None = None
        """After so many answers it is down; None for never."""
        self.title = "search_query={asked}&id_list=&start=0&max_results=200"
        self.body = b""

    def answer(self, target: str) -> Reply:
        query = dict(parse_qsl(urlsplit(target).query))
        asked = query["search_query"].replace("[", '"').replace("]", '"')
        here = self.numbers[int(query["start"]) :][:200]
        body = (
            self.body
            or f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
  xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <title>arXiv Query: {escape(self.title.format(asked=asked), quote=False)}</title>
  <opensearch:totalResults>{self.total or len(self.numbers)}</opensearch:totalResults>
  {"".join(map(entry, here))}</feed>""".encode()
        )
        is_down = self.n_answers is not None and len(self.asked) > self.n_answers
        return Reply(503 if is_down else self.status, body)

    @property
    def asked(self) -> list[dict[str, str]]:
        return [dict(parse_qsl(urlsplit(target).query)) for target in self.requests]

    def windows(self) -> list[str]:
        """List the windows of submission that were asked for, and forget them."""
        asked = [query["search_query"] for query in self.asked]
        assert all(query.startswith(f"({ASKED}) AND submittedDate:[") for query in asked)
        self.requests.clear()
        return [query.partition("Date:[")[2].rstrip("]") for query in asked]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def arxiv(clock: Clock) -> Iterator[Arxiv]:
    with Arxiv(clock) as arxiv:
        yield arxiv


@pytest.fixture
def library(tmp_path: Path, arxiv: Arxiv, clock: Clock) -> Iterator[Library]:
    with a_library(tmp_path, feeds_toml(arxiv), now=clock) as library:
        yield library


def feeds_toml(arxiv: Arxiv, search: str = ASKED) -> str:
    return f"""[arxiv]
api_url = "{arxiv.url}/api/query"
delay_s = 0
[topics."a/b"]
words = ["gardens"]
[[query]]
name = "gardens"
search = '''
{search}
'''
"""


def problems(library: Library) -> list[ReaderError]:
    """Gather, and list the problems."""
    time_ = Time()
    with Client(clock=time_.clock, sleep=time_.sleep, monotonic=time_.monotonic) as client:
        return [problem.error for problem in gather(library, tools(client))]


def run(library: Library) -> list[str]:
    return [error.message for error in problems(library)]


def last(library: Library) -> Batch:
    found = sources.newest_batch(library.db, "gardens")
    assert found
    return found


def test_a_query_is_a_source_that_brings_papers(library: Library, arxiv: Arxiv) -> None:
    arxiv.numbers = list(range(1, 252))
    assert source_names(library.config) == ["gardens"]
    assert run(library) == []
    # Two pages, from the opening of the newest list on, which is Wednesday's.
    assert [query["start"] for query in arxiv.asked] == ["0", "200"]
    assert arxiv.windows() == ["202506021800 TO 202506040629"] * 2
    assert papers.n_papers(library.db) == 251
    batch = last(library)
    assert (batch.state, batch.expected, batch.received, batch.error) == ("complete", 251, 251, "")


def test_fewer_papers_than_the_total_are_no_complete_answer(
    library: Library, arxiv: Arxiv, clock: Clock
) -> None:
    arxiv.numbers, arxiv.total = [1, 2], 3
    assert run(library) == [
        "gardens: 2 of 3 for 2025-06-04. gardens: a page before the last one was empty"
    ]
    [report] = reports(library)
    assert report.line.is_missing
    assert "2 of 3 for 2025-06-04" in facts_of(report, UTC)
    # The next gather asks for the same time again, and for what came since.
    clock.now += timedelta(days=1)
    arxiv.numbers, arxiv.total = [1, 2, 3], None
    assert run(library) == []
    assert arxiv.windows()[-1] == "202506021800 TO 202506050629"
    assert last(library).state == "complete"
    assert papers.n_papers(library.db) == 3


def test_a_later_gather_asks_again_for_two_weeks_and_for_all_days_missed(
    library: Library, arxiv: Arxiv, clock: Clock
) -> None:
    arxiv.numbers = [1]
    assert run(library) == []
    clock.now += timedelta(days=50)
    arxiv.requests.clear()
    assert run(library) == []
    # Nothing before the query's first window, and at most four weeks at once.
    assert arxiv.windows() == [
        "202506021800 TO 202506301759",
        "202506301800 TO 202507240629",
    ]
    clock.now += timedelta(days=30)
    arxiv.requests.clear()
    assert run(library) == []
    assert arxiv.windows() == [
        "202507100630 TO 202508070629",
        "202508070630 TO 202508230629",
    ]


def test_a_piece_that_fails_is_asked_for_again(
    library: Library, arxiv: Arxiv, clock: Clock
) -> None:
    arxiv.numbers = [1]
    run(library)
    clock.now += timedelta(days=50)
    arxiv.n_answers = len(arxiv.requests) + 1
    [problem] = run(library)
    assert "503" in problem
    assert (last(library).state, last(library).expected) == ("partial", None)
    arxiv.n_answers = None
    arxiv.requests.clear()
    clock.now += timedelta(days=1)
    run(library)
    # The first piece ended on 30 June; two weeks before it are asked for once more.
    assert arxiv.windows()[0] == "202506161800 TO 202507141759"
    assert last(library).state == "complete"


def test_another_query_begins_anew(library: Library, arxiv: Arxiv, clock: Clock) -> None:
    arxiv.numbers = [1]
    run(library)
    clock.now += timedelta(days=60)
    arxiv.requests.clear()
    config = parse(feeds_toml(arxiv, "abs:soil"))
    assert run(Library(library.folder, config, library.db, clock)) == []
    [query] = arxiv.asked
    assert query["search_query"] == ("(abs:soil) AND submittedDate:[202507301800 TO 202508030629]")


def test_a_query_without_papers_is_asked_twice_and_empty(library: Library, arxiv: Arxiv) -> None:
    assert run(library) == []
    assert (last(library).state, last(library).received, len(arxiv.asked)) == ("empty", 0, 2)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("search_query={asked}&id_list=&start=0&max_results=200", ""),
        ("a title that names no query", ""),
        (
            'search_query=(ti:gardens OR all:soil) AND submittedDate:"1 TO 2"&id_list=&start=0',
            "arXiv understood the query as ti:gardens OR all:soil",
        ),
    ],
)
def test_a_query_that_arxiv_rewrites_is_said(
    library: Library, arxiv: Arxiv, title: str, said: str
) -> None:
    arxiv.numbers, arxiv.title = [1], title
    assert run(library) == []
    assert last(library).error == said
    [report] = reports(library)
    assert not report.line.is_missing
    assert (said in facts_of(report, UTC)) == bool(said)


def test_a_query_that_arxiv_refuses_names_the_line_to_change(
    library: Library, arxiv: Arxiv
) -> None:
    arxiv.status = 400
    [error] = problems(library)
    assert error.hint == "Change `search` of this [[query]] in feeds.toml."
    assert last(library).state == "failed"


@needs_data
def test_a_recorded_rewriting_is_said(library: Library, arxiv: Arxiv) -> None:
    """`testing` was answered as `all:testing` by the real API."""
    assert DATA
    [file] = (DATA / "arxiv" / "recordings").glob("*q_testing_s0_m100_*.json")
    arxiv.body, arxiv.n_answers = json.loads(file.read_text("utf-8"))["body"].encode(), 1
    with a_library(library.folder, feeds_toml(arxiv, "testing")) as asking:
        run(asking)
    batch = last(library)
    assert (batch.state, batch.received, batch.expected) == ("partial", 100, 214881)
    assert "arXiv understood the query as all:testing" in batch.error
