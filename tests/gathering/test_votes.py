"""Import the votes of past daily pages over real HTTP: a day at a time, once, and resumed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.base.errors import Locked
from reader.base.http.client import Client
from reader.gathering.gather import VOTES_DELAY_S, VotesOutcome, days_to_import, import_votes
from reader.gathering.rows.sources import StoredVotes, stored_votes
from reader.library.disk import lock_file
from reader.library.folder import Library
from reader.morning.pipe import Tools
from tests.samples import DAY, FEEDS_TOML, NOW, Web, a_library, tools
from tests.server import Answer, Seen, Server, Time

FIRST = DAY - timedelta(5)


def entry(number: int, on: date, n_votes: int | None, *authors: str) -> dict[str, object]:
    """Invent an entry in the form of Hugging Face's API."""
    about: dict[str, object] = {
        "id": f"2505.{number:05}",
        "authors": [{"_id": f"a{n}", "name": name, "hidden": False}
                    for n, name in enumerate(authors)],
        "publishedAt": f"{on - timedelta(1)}T17:34:15.000Z",
        "submittedOnDailyAt": f"{on}T00:12:32.664Z",
        "title": f"Of {number} Ponds",
        "summary": "We count\nponds.",
    }  # fmt: skip
    if n_votes is not None:
        about["upvotes"] = n_votes
    return {"paper": about, "publishedAt": f"{on}T03:50:58.348Z", "numComments": 3}


def page(on: date) -> bytes:
    """Invent a day of two papers; the first is by Ada Pond."""
    n = on.day
    several = [entry(2 * n, on, 7, "Ada Pond", "Bo Reed"), entry(2 * n + 1, on, 3, f"Cy L{n}")]
    return json.dumps(several).encode()


@contextmanager
def a_server(failing: tuple[date, ...] = ()) -> Iterator[Server]:
    """Play daily pages; of some days with a fault."""

    def answer(seen: Seen) -> Answer:
        on = date.fromisoformat(seen.query["date"])
        return Answer(status=400) if on in failing else Answer(page(on))

    with Server() as server:
        server.respond("/api/daily_papers", answer)
        yield server


@contextmanager
def opened(folder: Path, server: Server) -> Iterator[tuple[Library, Tools]]:
    url = server.url("/api/daily_papers?limit=20&sort=x")
    text = f'{FEEDS_TOML}\n[[feed]]\nname = "daily"\nkind = "hf"\nurl = "{url}"\n'
    time = Time()
    with (
        a_library(folder, text) as library,
        Client(clock=time.clock, sleep=time.sleep, monotonic=time.monotonic) as client,
    ):
        yield library, replace(tools(Web()), fetch=client.fetch)


def asked(server: Server) -> list[str]:
    return [seen.query["date"] for seen in server.seen]


def days(*numbers: int) -> list[str]:
    return [(DAY - timedelta(n)).isoformat() for n in numbers]


def test_each_past_day_is_asked_for_once_newest_first(tmp_path: Path) -> None:
    with a_server() as server, opened(tmp_path, server) as (library, given):
        done = import_votes(library, given, FIRST)
        assert done == VotesOutcome(n_days=5, n_papers=10, n_votes=50)
        assert asked(server) == days(1, 2, 3, 4, 5)
        # What else stands in the feed's address is asked for too.
        assert server.seen[0].query == {"limit": "100", "sort": "x", "date": days(1)[0]}
        assert stored_votes(library.db) == StoredVotes(FIRST, DAY - timedelta(1), 5, 10, 50)
        assert import_votes(library, given, FIRST) == VotesOutcome()
        assert len(server.seen) == 5
        # Two days more, of which one is before all others.
        assert import_votes(library, given, FIRST - timedelta(1)).n_days == 1
        assert asked(server)[5:] == days(6)


def test_nothing_else_of_the_library_changes(tmp_path: Path) -> None:
    with a_server() as server, opened(tmp_path, server) as (library, given):
        import_votes(library, given, FIRST)
        names = ("papers", "posts", "mentions", "authors", "identifiers", "batches", "sources")
        sizes = [library.db.read(f"SELECT count(*) AS n FROM {t}")[0]["n"] for t in names]
        assert sizes == [0] * len(names)
        authors = library.db.read("SELECT author, count(*) AS n FROM vote_authors GROUP BY author")
        assert {row["author"]: row["n"] for row in authors}["ada pond"] == 5


def test_a_day_that_fails_is_left_for_the_next_run(tmp_path: Path) -> None:
    bad = DAY - timedelta(2)
    with a_server((bad,)) as server, opened(tmp_path, server) as (library, given):
        done = import_votes(library, given, FIRST)
        assert (done.n_days, done.n_left) == (4, 1)
        assert [(p.stage, p.subject) for p in done.problems] == [("votes", bad.isoformat())]
        assert (
            "daily (votes of 2025-06-02): 127.0.0.1 answered 400" in done.problems[0].error.message
        )
        server.respond("/api/daily_papers", lambda seen: Answer(page(bad)))
        assert import_votes(library, given, FIRST) == VotesOutcome(1, 2, 10)
        assert asked(server)[5:] == [bad.isoformat()]


def test_three_days_in_a_row_that_fail_end_it_and_the_next_run_goes_on(tmp_path: Path) -> None:
    bad = tuple(DAY - timedelta(n) for n in (2, 3, 4))
    with a_server(bad) as server, opened(tmp_path, server) as (library, given):
        done = import_votes(library, given, FIRST)
        assert (done.n_days, done.n_left, len(done.problems)) == (1, 4, 3)
        assert asked(server) == days(1, 2, 3, 4)
        assert days_to_import(library, FIRST) == [DAY - timedelta(n) for n in (2, 3, 4, 5)]


def test_a_server_that_does_not_know_dates_is_refused(tmp_path: Path) -> None:
    with a_server() as server, opened(tmp_path, server) as (library, given):
        server.script("/api/daily_papers", Answer(page(DAY)))
        done = import_votes(library, given, FIRST)
        assert done.n_days == 1  # yesterday's page may have what was submitted late
        said = "daily (votes of 2025-06-02): the answer has the papers of 2025-06-04"
        assert said in done.problems[0].error.message


def test_entries_that_say_nothing_of_an_author_are_counted(tmp_path: Path) -> None:
    several = [entry(1, FIRST, None, "Ada Pond"), entry(2, FIRST, 9)]
    several.append({**entry(3, FIRST, 9, "Ada Pond"), "paper": {"id": "no-paper", "upvotes": 3}})
    with a_server() as server, opened(tmp_path, server) as (library, given):
        server.script("/api/daily_papers", Answer(json.dumps(several).encode()))
        assert import_votes(library, given, DAY - timedelta(1)) == VotesOutcome(1, 1, 0, 2)
        server.script("/api/daily_papers", Answer(b"[]"))
        assert import_votes(library, given, DAY - timedelta(2)) == VotesOutcome(1)


def test_a_library_without_such_a_feed_asks_hugging_face_slowly(tmp_path: Path) -> None:
    web = Web({"https://huggingface.co/api/daily_papers?date=2025-06-03&limit=100": page(DAY)})
    with a_library(tmp_path, now=lambda: NOW) as library:
        assert import_votes(library, tools(web), DAY - timedelta(1)).n_papers == 2
    assert [request.delay_s for request in web.seen] == [VOTES_DELAY_S]


def test_it_does_not_run_beside_a_gather(tmp_path: Path) -> None:
    with a_server() as server, opened(tmp_path, server) as (library, given):
        with lock_file(library.folder / "gather.lock"), pytest.raises(Locked):
            import_votes(library, given, FIRST)
        assert server.seen == []
