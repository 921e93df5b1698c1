"""Test the look-up of mentioned ids: each becomes a paper, or waits and is named."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from reader.base.errors import SourceFailed
from reader.base.http import Request, Response
from reader.gathering.resolve import (
    BATCH,
    IS_OFF,
    NO_PAPER,
    RECENT_DAYS,
    is_off,
    look_up,
    resolve,
    tidy,
)
from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.paper import Paper
from reader.library.rows import failures, papers
from tests.gathering.test_gather import api_atom
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper, post, tools

DOI = "doi:10.5555/garden.1"
TEXT = (
    FEEDS_TOML
    + """
[resolve]
doi = "http://127.0.0.1:9/doi/"
openreview = "off"
acl = "http://127.0.0.1:9/acl/"
"""
)


class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


class Registry:
    """Play arXiv and doi.org: `known` numbers and records, or no answer at all."""

    def __init__(self, *known: int, is_down: bool = False) -> None:
        self.known, self.is_down = known, is_down
        self.records: dict[str, dict[str, object]] = {}
        self.seen: list[Request] = []

    def fetch(self, request: Request) -> Response:
        self.seen.append(request)
        if self.is_down:
            raise SourceFailed(source=request.source, what="no answer")
        if "/api/query" in request.url:
            asked = [int(n) for n in re.findall(r"2506\.(\d{5})", request.url)]
            found = [n for n in asked if n in self.known]
            return Response(request.url, 200, api_atom(found, len(found)))
        record = self.records.get(request.url.rpartition("/doi/")[2])
        if record is None:
            raise SourceFailed(source=request.source, what="answered 404", status=404)
        return Response(request.url, 200, json.dumps(record).encode())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with a_library(tmp_path, TEXT, now=clock) as library:
        yield library


def mention(library: Library, *ids: str) -> None:
    given = [post(id_, id_) for id_ in ids]
    sources.add_posts(library.db, given, source="timeline", on=DAY)


def run(library: Library, registry: Registry) -> list[tuple[str, str, str]]:
    return [(p.stage, p.subject, p.error.message) for p in resolve(library, tools(registry))]


def failed(library: Library) -> list[tuple[str, str]]:
    return [(f.subject, f.reason) for f in failures.failures(library.db, "resolve")]


def ids(*numbers: int) -> list[str]:
    return [f"arxiv:2506.{n:05}" for n in numbers]


def test_arxiv_ids_are_asked_for_together_and_become_papers(library: Library) -> None:
    mention(library, *ids(1, 2))
    registry = Registry(1, 2)
    assert run(library, registry) == []
    assert len(registry.seen) == 1
    for id_ in ids(1, 2):
        paper = papers.paper_with_id(library.db, id_)
        assert paper is not None
        assert (paper.arrived_on, papers.origins_of(library.db, [paper.row])) == (
            DAY,
            {paper.row: ("timeline",)},
        )
    assert run(library, registry) == []
    assert len(registry.seen) == 1


def test_an_id_is_given_up_sixty_days_after_the_last_post(library: Library, clock: Clock) -> None:
    mention(library, *ids(1))
    run(library, Registry())
    clock.at = NOW + timedelta(RECENT_DAYS)
    registry = Registry()
    assert run(library, registry) == []
    assert len(registry.seen) == 1
    clock.at += timedelta(1)
    tidy(library)
    assert run(library, registry) == []
    assert (len(registry.seen), failed(library)) == (1, [])
    given = [post("again", ids(1)[0])]
    sources.add_posts(library.db, given, source="timeline", on=library.today())
    run(library, registry)
    assert len(registry.seen) == 2


def test_nothing_is_asked_for_what_is_here_already(library: Library) -> None:
    papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
    mention(library, *ids(1))
    registry = Registry(1)
    assert run(library, registry) == []
    assert registry.seen == []


def test_an_id_that_arxiv_does_not_know_is_no_problem_of_the_morning_but_waits(
    library: Library, clock: Clock
) -> None:
    mention(library, *ids(1, 2))
    registry = Registry(1)
    assert run(library, registry) == []
    assert failed(library) == [(ids(2)[0], NO_PAPER)]
    assert run(library, registry) == []
    clock.at += failures.FIRST_RETRY
    registry.known = (1, 2)  # announced since
    assert run(library, registry) == []
    assert papers.paper_with_id(library.db, ids(2)[0]) is not None
    assert failed(library) == []


def test_when_arxiv_is_down_the_batch_is_one_problem_and_the_others_go_on(
    library: Library, clock: Clock
) -> None:
    mention(library, *ids(1, 2), DOI)
    registry = Registry(is_down=True)
    problems = run(library, registry)
    assert [(stage, subject) for stage, subject, _ in problems] == [
        ("resolve", "2 arXiv ids"),
        ("resolve", DOI),
    ]
    assert [subject for subject, _ in failed(library)] == [*ids(1, 2), DOI]
    # Not before their time: one line says so, however many they are.
    n_asked = len(registry.seen)
    assert run(library, registry) == [
        (
            "resolve",
            "3 ids",
            "3 papers linked in posts could not be looked up, next try after 2025-06-04 07:00: "
            "arXiv: no answer",
        )
    ]
    assert len(registry.seen) == n_asked
    clock.at += timedelta(days=1)
    assert len(run(library, registry)) == 2


def test_a_waiting_id_that_came_from_another_source_is_no_problem(library: Library) -> None:
    mention(library, *ids(1))
    assert len(run(library, Registry(is_down=True))) == 1
    papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
    assert run(library, Registry(is_down=True)) == []


def test_many_ids_are_asked_for_in_batches(library: Library) -> None:
    numbers = range(1, BATCH + 3)
    mention(library, *ids(*numbers))
    registry = Registry(*numbers)
    assert run(library, registry) == []
    assert [len(re.findall(r"2506\.\d{5}", r.url)) for r in registry.seen] == [BATCH, 2]
    assert papers.n_papers(library.db) == BATCH + 2


def test_a_doi_becomes_a_paper_that_is_found_by_it(library: Library) -> None:
    mention(library, DOI)
    registry = Registry()
    registry.records["10.5555/garden.1"] = {
        "DOI": "10.5555/garden.1",
        "title": "Listening to Gardens",
        "author": [{"given": "Ada", "family": "Field"}],
        "issued": {"date-parts": [[2024, 5, 1]]},
    }
    assert run(library, registry) == []
    paper = papers.paper_with_id(library.db, DOI)
    assert paper is not None
    assert (paper.record.title, paper.record.authors, paper.record.published_on) == (
        "Listening to Gardens",
        ("Ada Field",),
        date(2024, 5, 1),
    )


def test_one_bad_record_never_stops_the_next(library: Library) -> None:
    other = "doi:10.5555/garden.2"
    mention(library, DOI, other)
    registry = Registry()
    registry.records["10.5555/garden.1"] = {"title": []}
    registry.records["10.5555/garden.2"] = {"title": "Listening"}
    problems = run(library, registry)
    assert [(stage, subject) for stage, subject, _ in problems] == [("resolve", DOI)]
    assert papers.paper_with_id(library.db, other) is not None
    assert [subject for subject, _ in failed(library)] == [DOI]


def test_a_registry_that_is_off_is_not_asked(library: Library) -> None:
    mention(library, "openreview:abcdefg")
    registry = Registry()
    assert run(library, registry) == []
    assert registry.seen == []
    assert failed(library) == [("openreview:abcdefg", IS_OFF)]
    assert run(library, registry) == []
    assert is_off(library, "openreview:abcdefg")
    assert not is_off(library, DOI)
    assert not is_off(library, ids(1)[0])


def test_one_id_is_looked_up_by_itself(library: Library) -> None:
    registry = Registry(7)
    found = look_up(library, tools(registry), ids(7)[0])
    assert isinstance(found, Paper)
    assert found.id == ids(7)[0]
    assert look_up(library, tools(registry), ids(8)[0]) is None
    assert look_up(library, tools(registry), DOI) is None
    assert look_up(library, tools(registry), "openreview:abcdefg") is None
    registry.is_down = True
    with pytest.raises(SourceFailed):
        look_up(library, tools(registry), ids(7)[0])


def test_seeds_of_a_topic_that_are_not_here_are_looked_up_as_added_by_hand(
    tmp_path: Path, clock: Clock
) -> None:
    seeds = 'seeds = ["arxiv:2506.00001", "arxiv:2506.00002", "arxiv:2506.00003"]\n'
    text = TEXT.replace(
        'words = ["speech recognition"]\n', f'words = ["speech recognition"]\n{seeds}'
    )
    registry = Registry(1, 3)
    with a_library(tmp_path, text, now=clock) as library:
        papers.add_papers(library.db, [paper(3)], source="arXiv", on=DAY)
        assert resolve(library, tools(registry)) == []
        rows = library.db.read("SELECT paper, source FROM origins ORDER BY paper")
        assert [(r["paper"], r["source"]) for r in rows] == [(1, "arXiv"), (2, "by hand")]
        [failed] = failures.failures(library.db, "resolve")
        assert (failed.subject, failed.reason) == ("arxiv:2506.00002", NO_PAPER)
        assert resolve(library, tools(registry)) == []
        assert len(registry.seen) == 1  # what no registry knows is not asked for again at once
