"""Test what counts as seen: a page that is shown, not one that is only fetched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.library.folder import Library
from reader.library.rows import papers
from reader.morning import rows as history
from reader.morning.pick import decide
from reader.ranking.rows import standings
from reader.web.visit import Parts
from tests.a_year import FIRST, LADDER, a_reader
from tests.samples import DAY, NOW, Clock, paper
from tests.web.site import parts_of, site

NOT_SHOWN = [
    ("HEAD", {}),
    ("GET", {"Sec-Purpose": "prefetch"}),
    ("GET", {"Sec-Purpose": "prefetch;prerender"}),
    ("GET", {"Purpose": "prefetch"}),
    ("GET", {"X-Moz": "prefetch"}),
    ("GET", {"X-Purpose": "preview"}),
    ("GET", {"X-Carry": "1"}),
]
"""Ways in which a page is fetched before anybody sees it, if anybody ever does."""

ADDRESSES = (
    "/", "/triage", "/week", "/stats", "/day", "/recall", "/search?q=speech", "/papers", "/topics",
    "/topics/speech/translation", "/share", "/share?week=1", "/sources", "/work", "/offline",
    "/offline.json", "/more", "/door", f"/paper/{FIRST}", f"/paper/{FIRST}/changes",
    f"/note/{LADDER}", f"/note/{LADDER}/history", f"/wrong?id={FIRST}",
)  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parts(tmp_path: Path, clock: Clock) -> Parts:
    """Make a library with a paper of today and picks of two weeks ago."""
    parts = parts_of(a_reader(tmp_path / "library"), now=clock)
    with parts.open_library() as library:
        old = [paper(n, f"Speech translation of moss {n}") for n in (900, 901)]
        papers.add_papers(library.db, old, source="arXiv", on=DAY)
        decide(library, "pick", [one.id for one in old])
        clock.now = NOW + timedelta(days=15)
        new = [paper(n, f"Speech translation of ferns {n}") for n in (950, 951)]
        papers.add_papers(library.db, new, source="arXiv", on=library.today())
    return parts


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


@pytest.fixture
def library(parts: Parts) -> Iterator[Library]:
    with parts.open_library() as library:
        yield library


def kept(library: Library) -> dict[str, list[tuple[object, ...]]]:
    """Return all precious rows of a library, by table."""
    names = library.db.read("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {
        r["name"]: [tuple(row) for row in library.db.read(f"SELECT * FROM {r['name']}")]
        for r in names
    }


@pytest.mark.parametrize(("method", "headers"), NOT_SHOWN)
def test_an_unseen_page_writes_nothing(
    method: str, headers: dict[str, str], client: TestClient, library: Library
) -> None:
    before = kept(library)
    for address in ADDRESSES:
        answer = client.request(method, address, headers=headers)
        assert answer.status_code == 200, address
        found = kept(library)
        if "X-Carry" in headers:
            found["lines"] = before["lines"]  # what a decision without a network is made on
        assert {name for name in found if found[name] != before[name]} == set(), address


@pytest.mark.parametrize(("method", "headers"), NOT_SHOWN)
def test_an_unseen_page_keeps_no_ranks(
    method: str, headers: dict[str, str], client: TestClient, library: Library
) -> None:
    def ranked() -> int:
        return len(library.db.read("SELECT paper FROM idx.ranked"))

    answer = client.request(method, "/", headers=headers)
    assert method == "HEAD" or "Speech translation of ferns 950" in answer.text
    assert ranked() == 0
    client.get("/")
    assert ranked() > 0


@pytest.mark.parametrize(("method", "headers"), NOT_SHOWN)
def test_the_weeks_question_counts_as_asked_only_on_a_seen_page(
    method: str, headers: dict[str, str], client: TestClient
) -> None:
    client.request(method, "/week", headers=headers)
    assert client.get("/week").text.count('action="/keep"') == 2
    again = client.request(method, "/week", headers=headers)
    assert again.text.count('action="/keep"') == (0 if method == "HEAD" else 2)


def test_todays_list_counts_as_seen_where_it_is_shown(client: TestClient, library: Library) -> None:
    today = library.today()
    client.get("/", headers={"X-Carry": "1"})
    assert standings.shown_on(library.db, today) == {}
    assert standings.last_visit(library.db, today + timedelta(days=1)) == DAY
    client.get("/")
    assert len(standings.shown_on(library.db, today)) == 2
    assert standings.last_visit(library.db, today + timedelta(days=1)) == today


def test_a_decision_on_a_carried_page_knows_its_list(client: TestClient, library: Library) -> None:
    client.get("/triage", headers={"X-Carry": "1"})
    [paper] = decide(library, "skip", ["arxiv:2506.00950"])
    past = history.past_decision(library.db, paper.row)
    assert past is not None
    assert (past.day, past.line.lane, past.line.position) == (library.today(), "own", 1)
