"""Test the counting of citations: what is asked and when, what is brought up and shown."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import click
import pytest

from reader.base.http.client import Client
from reader.cli.listing import morning_lines
from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.paper import CitationCount, NewestCount
from reader.library.rows import papers
from reader.morning.pick import decide
from reader.morning.pipe import BROUGHT_UP_A_DAY, FOUND_AT_ONCE, SEARCH_AGAIN, cite, index_all
from reader.morning.rank import rank_days
from reader.morning.values import Entry
from reader.ranking.rows import talk
from tests.mornings import morning
from tests.samples import DAY, FEEDS_TOML, NOW, SmallEncoder, Web, a_library, paper, tools
from tests.server import Answer, Seen, Server, Time

KEY = "s3cret-key-of-a-person"
NEXT = DAY + timedelta(1)


class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


class Index:
    """Play Semantic Scholar: `known` counts by arXiv number, `found` by the search."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.known: dict[str, int] = {}
        self.found: list[dict[str, object]] = []
        server.respond("/s2/paper/batch", self.batch)
        server.respond("/s2/paper/search/bulk", self.search)

    def batch(self, seen: Seen) -> Answer:
        names = [id_.removeprefix("ARXIV:") for id_ in json.loads(seen.body)["ids"]]
        counts = [self.known.get(name) for name in names[:-1]] + [9]
        entries = [None if n is None else {"citationCount": n} for n in counts]
        return Answer(json.dumps(entries).encode())

    def search(self, seen: Seen) -> Answer:
        return Answer(json.dumps({"data": self.found}).encode())

    def asked(self) -> list[int]:
        """Return how many papers each batch named."""
        bodies = [json.loads(s.body) for s in self.server.seen if s.path == "/s2/paper/batch"]
        return [len(body["ids"]) - 1 for body in bodies]

    def n_searches(self) -> int:
        return sum(seen.path == "/s2/paper/search/bulk" for seen in self.server.seen)


def found(number: int, n: int, *, title: str = "", on: str = "2025-03-01") -> dict[str, object]:
    return {
        "title": title or f"A large language model, the {number}th",
        "externalIds": {"ArXiv": f"2503.{number:05}"},
        "publicationDate": on,
        "citationCount": n,
    }


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def index(server: Server) -> Index:
    return Index(server)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settings(server: Server, more: str = 'source = "semantic-scholar"') -> str:
    return (
        f'{FEEDS_TOML}\n[citations]\nsemantic_scholar_url = "{server.url("/s2")}"\n'
        f'openalex_url = "{server.url("/oa")}"\n{more}\n'
    )


@contextmanager
def opened(folder: Path, text: str, clock: Clock, n: int = 4) -> Iterator[Library]:
    """Open a library with some near papers of half a year ago, one own and one other."""
    near = [
        paper(k, f"A large language model, the {k}th", published_on=date(2024, 12, 2))
        for k in range(1, n + 1)
    ]
    own = paper(901, "Speech translation with a large language model")
    with a_library(folder, text, now=clock) as library:
        papers.add_papers(library.db, [*near, own, paper(902, "On ants")], source="arXiv", on=DAY)
        rank_days(library, DAY)
        clock.at = NOW + timedelta(1)
        yield library


@pytest.fixture
def library(tmp_path: Path, server: Server, index: Index, clock: Clock) -> Iterator[Library]:
    with opened(tmp_path, settings(server), clock) as library:
        yield library


def run(
    library: Library,
    environ: dict[str, str] | None = None,
    steps: list[tuple[str, int, int]] | None = None,
) -> list[str]:
    time, told = Time(), [] if steps is None else steps
    with Client(clock=library.now, sleep=time.sleep, monotonic=time.monotonic) as client:
        telling = tools(client, progress=lambda *step: told.append(step))
        problems = cite(library, telling, environ=environ or {})
    assert {p.stage for p in problems} <= {"cite"}
    return [p.error.message for p in problems]


def counts(library: Library) -> dict[int, int]:
    found = talk.newest_counts(library.db, range(1, 20), until=library.today())
    return {row: counted.n for row, counted in found.items()}


def near(library: Library, day: date) -> list[tuple[str, str]]:
    def line(entry: Entry) -> tuple[str, str]:
        return entry.paper.record.id.removeprefix("arxiv:"), str(entry.why).rpartition("; ")[2]

    return [line(entry) for entry in morning(library, day).near]


@pytest.mark.parametrize("more", ["", 'source = "off"', 'source = "off"\nmax_age_days = 1'])
def test_nothing_is_asked_unless_feeds_toml_says_so(
    tmp_path: Path, server: Server, clock: Clock, more: str
) -> None:
    with opened(tmp_path, settings(server, more), clock) as library:
        assert run(library, {"OPENALEX_API_KEY": KEY}) == []
        assert server.seen == []
        assert morning(library, NEXT).has_citations is False


def test_counting_is_off_in_the_template_and_the_samples(tmp_path: Path, clock: Clock) -> None:
    web = Web()
    with a_library(tmp_path, FEEDS_TOML, now=clock) as library:
        assert cite(library, tools(web)) == []
    assert web.seen == []


def test_without_a_near_topic_nothing_is_asked(
    tmp_path: Path, server: Server, clock: Clock
) -> None:
    text = settings(server).replace('lane = "near"', 'lane = "own"')
    with opened(tmp_path, text, clock) as library:
        assert run(library) == []
        assert server.seen == []
        assert morning(library, NEXT).has_citations is True


def test_near_papers_are_counted_in_one_question_and_again_when_the_count_is_old(
    library: Library, index: Index, clock: Clock
) -> None:
    index.known = {"2506.00001": 7, "2506.00002": 0}
    assert run(library) == []
    assert index.asked() == [5]  # the own paper is about a near topic too
    assert counts(library) == {1: 7, 2: 0}
    assert run(library) == []
    clock.at += timedelta(days=29)
    assert run(library) == []
    assert index.asked() == [5]
    clock.at += timedelta(days=1)
    index.known["2506.00001"] = 12
    assert run(library) == []
    assert index.asked() == [5, 5]
    assert counts(library) == {1: 12, 2: 0}
    first = talk.newest_counts(library.db, [1], until=NEXT)
    assert first == {1: NewestCount(1, 7, NEXT, date(2024, 12, 2))}


@pytest.mark.slow
def test_many_papers_are_asked_for_in_batches_and_a_break_goes_on_where_it_was(
    tmp_path: Path, server: Server, index: Index, clock: Clock
) -> None:
    with opened(tmp_path, settings(server), clock, n=600) as library:
        index.known = {f"2506.{n:05}": 1 for n in range(1, 601)}
        answers = iter([index.batch])

        def batch(seen: Seen) -> Answer:
            answer = next(answers, None)
            return answer(seen) if answer else Answer(status=429, headers={"Retry-After": "3600"})

        server.respond("/s2/paper/batch", batch)
        steps: list[tuple[str, int, int]] = []
        said = ["Semantic Scholar: 127.0.0.1 answered 429: too many requests"]
        assert run(library, steps=steps) == said
        # The bar ends where the counting stopped, neither full nor short.
        assert steps == [("cite", 0, 601), ("cite", 500, 601), ("cite", 0, 0)]
        n_kept = library.db.read("SELECT count(*) FROM citations WHERE n = 1")[0][0]
        assert (n_kept, index.asked(), index.n_searches()) == (500, [500, 101], 0)
        server.respond("/s2/paper/batch", index.batch)
        clock.at += timedelta(minutes=59)
        assert run(library) == []
        assert index.asked() == [500, 101]
        clock.at += timedelta(minutes=1)
        assert run(library) == []
        assert index.asked() == [500, 101, 101]


def test_a_failure_waits_longer_each_time_and_an_answer_ends_that(
    library: Library, server: Server, index: Index, clock: Clock
) -> None:
    server.script("/s2/paper/batch", Answer(b"<html>Sign in</html>"))
    waits = []
    for _ in range(3):
        assert run(library) == ["Semantic Scholar: the answer is not JSON, or it is incomplete"]
        known = sources.source(library.db, "citations semantic-scholar")
        assert known.retry_at is not None
        waits.append(known.retry_at - clock.at)
        clock.at = known.retry_at
    assert waits == sorted(waits)
    assert waits[2] > 3 * waits[0]
    assert morning(library, DAY).has_citations is False
    server.respond("/s2/paper/batch", index.batch)
    assert run(library) == []
    known = sources.source(library.db, "citations semantic-scholar")
    assert (known.n_errors, known.error, known.retry_at) == (0, "", None)
    assert morning(library, DAY).has_citations is True


def test_counts_too_old_to_be_asked_no_longer_speak_for_the_near_lane(
    library: Library, index: Index, clock: Clock
) -> None:
    index.known = {"2506.00001": 7}
    assert run(library) == []
    assert morning(library, DAY).has_citations is True
    clock.at += timedelta(days=31)
    assert morning(library, DAY).has_citations is False


def test_a_much_cited_paper_that_no_list_held_is_brought_up_once_with_its_reason(
    library: Library, index: Index, clock: Clock
) -> None:
    index.known = {"2506.00001": 240, "2506.00002": 34, "2506.00003": 2, "2506.00901": 999}
    assert morning(library, NEXT).near == ()
    assert run(library) == []
    shown = [("2506.00001", "cited 240 times in 7 months.")]
    assert near(library, NEXT) == shown
    clock.at += timedelta(days=1)
    assert run(library) == []
    assert near(library, NEXT + timedelta(1)) == []
    assert near(library, NEXT) == shown  # the day before stays as it was
    [entry] = morning(library, NEXT).near
    assert (entry.n_citations, entry.n_months, entry.topic) == (240, 7, "nlp/llm")


def test_a_few_are_brought_up_a_day_the_fastest_cited_first(
    tmp_path: Path, server: Server, index: Index, clock: Clock
) -> None:
    with opened(tmp_path, settings(server), clock, n=8) as library:
        index.known = {f"2506.{n:05}": 100 * n for n in range(1, 9)}
        shown = []
        for days in range(1, 5):
            clock.at = NOW + timedelta(days=days)
            for _ in range(2):
                assert run(library) == []
            shown.append([id_[-1] for id_, _ in near(library, DAY + timedelta(days))])
    assert BROUGHT_UP_A_DAY == 3
    assert shown == [["8", "7", "6"], ["5", "4", "3"], ["2", "1"], []]


def test_decided_papers_are_never_brought_up(library: Library, index: Index) -> None:
    decide(library, "skip", ["arxiv:2506.00001"])
    index.known = {"2506.00001": 240}
    assert run(library) == []
    assert near(library, NEXT) == []


def test_new_papers_are_found_by_a_topics_words_and_arrive_today(
    library: Library, index: Index
) -> None:
    index.known = {"2506.00001": 0}
    index.found = [
        found(1, 300),
        found(2, 19),  # few, for its age
        found(3, 400, title="Unrelated"),  # the search's own idea of the words
        found(4, 900, on="2020-01-01"),  # older than asked for
        found(5, 500),
        found(6, 600),
        found(7, 700),
        {**found(8, 999), "externalIds": {"ArXiv": "2506.00001"}},  # here already
    ]
    assert run(library) == []
    assert FOUND_AT_ONCE == 3
    assert near(library, NEXT) == [
        ("2503.00007", "cited 700 times in 4 months."),
        ("2503.00006", "cited 600 times in 4 months."),
        ("2503.00005", "cited 500 times in 4 months."),
    ]
    paper = papers.paper_with_id(library.db, "arxiv:2503.00007")
    assert paper is not None
    assert paper.arrived_on == NEXT
    assert papers.origins_of(library.db, [paper.row]) == {paper.row: ("citations",)}
    kept = library.db.read("SELECT n FROM citations WHERE paper = ?", (paper.row,))
    assert [row["n"] for row in kept] == [700]


def test_a_topic_is_searched_once_a_week_and_then_brings_the_next(
    library: Library, index: Index, clock: Clock
) -> None:
    index.found = [found(n, 100 * n) for n in range(1, 5)]
    for _ in range(2):
        assert run(library) == []
    assert index.n_searches() == 1
    clock.at += SEARCH_AGAIN
    assert run(library) == []
    assert index.n_searches() == 2
    assert talk.brought_up_on(library.db, library.today())
    [new] = near(library, library.today())
    assert new[0] == "2503.00001"


def test_a_search_that_fails_waits_and_the_counts_stay(
    library: Library, server: Server, index: Index
) -> None:
    index.known = {"2506.00001": 5}
    server.script("/s2/paper/search/bulk", Answer(status=403))
    [message] = run(library)
    assert message.startswith("Semantic Scholar: 127.0.0.1 answered 403")
    assert counts(library) == {1: 5}
    assert run(library) == []
    assert index.n_searches() == 1
    assert morning(library, DAY).has_citations is True


def test_a_resting_source_is_not_searched_for_any_topic(
    tmp_path: Path, server: Server, index: Index, clock: Clock
) -> None:
    two = '[topics."nlp/other"]\nlane = "near"\nwords = ["another model"]\n'
    with opened(tmp_path, settings(server) + two, clock) as library:
        server.script("/s2/paper/batch", Answer(status=429, headers={"Retry-After": "3600"}))
        assert (len(run(library)), run(library), index.n_searches()) == (1, [], 0)
        server.respond("/s2/paper/batch", index.batch)
        server.script("/s2/paper/search/bulk", Answer(status=403))
        clock.at += timedelta(hours=1)
        assert (len(run(library)), run(library), index.n_searches()) == (1, [], 1)
        clock.at += timedelta(hours=1)
        server.respond("/s2/paper/search/bulk", index.search)
        assert (run(library), index.n_searches()) == ([], 3)


def test_openalex_is_asked_with_the_persons_key_and_nobody_else(
    tmp_path: Path, server: Server, index: Index, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "my.key").write_text(KEY)
    (tmp_path / "my.key").chmod(0o600)
    body = {"results": [{"doi": "https://doi.org/10.48550/arxiv.2506.00001", "cited_by_count": 8}]}
    server.script("/oa/works", Answer(json.dumps(body).encode()))
    text = settings(server, 'source = "openalex"\nopenalex_key_file = "my.key"')
    with opened(tmp_path, text, clock) as library:
        assert run(library) == []
        assert counts(library) == {1: 8}
        assert {seen.path for seen in server.seen} == {"/oa/works"}
        assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
        server.script("/oa/works", Answer(KEY.encode(), status=403))
        clock.at += timedelta(days=40)
        assert run(library) == ["OpenAlex: the API key is not accepted"]
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    assert KEY.encode() not in kept
    assert KEY not in caplog.text


def test_without_a_key_openalex_is_not_asked_and_a_problem_is_reported(
    tmp_path: Path, server: Server, clock: Clock
) -> None:
    with opened(tmp_path, settings(server, 'source = "openalex"'), clock) as library:
        [message] = run(library)
    assert "OpenAlex needs an API key, and none is set" in message
    assert server.seen == []


def test_a_paper_unknown_to_the_source_is_kept_as_unknown(library: Library) -> None:
    assert run(library) == []
    rows = library.db.read("SELECT DISTINCT n, source FROM citations")
    assert [tuple(row) for row in rows] == [(None, "semantic-scholar")]
    assert counts(library) == {}


def test_the_screen_says_when_the_near_lane_has_posts_alone(library: Library, index: Index) -> None:
    def heading() -> str:
        lines = map(click.unstyle, morning_lines(morning(library, NEXT), 80))
        return next(line for line in lines if line.startswith("TALKED ABOUT"))

    assert heading() == "TALKED ABOUT  0 of 0 (judged by posts only)"
    index.known = {"2506.00001": 240}
    assert run(library) == []
    assert heading() == "TALKED ABOUT  1 of 1"


def test_a_citation_count_is_added_to_the_heat(library: Library) -> None:
    talk.add_counts(library.db, {1: CitationCount(240)}, source="a", on=DAY)
    [entry] = morning(library, DAY).near
    assert entry.paper.row == 1
    values = {term.kind: term.value for term in entry.terms}
    assert values["citations"] == pytest.approx(math.log2(1 + 240 / 7))


def test_the_pipe_counts_after_the_list_and_finds_and_encodes_what_came(
    library: Library, index: Index
) -> None:
    index.found = [found(1, 300)]
    time = Time()
    with Client(clock=library.now, sleep=time.sleep, monotonic=time.monotonic) as client:
        assert index_all(library, tools(client)) == []
    assert (index.asked(), index.n_searches()) == ([5], 1)
    assert near(library, NEXT) == [("2503.00001", "cited 300 times in 4 months.")]
    assert morning(library, NEXT, encoder=SmallEncoder.name).n_not_encoded == 0
