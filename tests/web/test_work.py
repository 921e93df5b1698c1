"""Test long work: another process, streamed line by line, one at a time, ended with the server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.applications import Starlette

from reader.library.folder import open_library
from reader.library.rows import papers
from reader.morning.pick import decide
from reader.web.visit import Parts
from reader.web.work import MorningClock, Pool, Work, WorkRun
from tests.samples import DAY, NOW, paper
from tests.web.site import parts_of, run_apart, site

GOOD = """
    import json, sys
    assert sys.argv[1:] == ["gather", "--json"], sys.argv
    print(json.dumps({"step": "gather", "done": 0, "total": 2}))
    print("not for a program")
    print(json.dumps({"step": "gather", "done": 2, "total": 2}))
    print(json.dumps({"n_new": 3, "problems": [], "told": [], "error": None}))
"""
LACKING = """
    import json, sys
    problem = {"stage": "gather", "subject": "arXiv", "message": "arXiv: <b>cut</b>",
               "hint": "Wait."}
    print(json.dumps({"n_new": 1, "problems": [], "told": [problem], "error": None}))
    sys.exit(5)
"""
LOCKED = """
    import json, sys
    message = "gather.lock is in use by another process."
    error = {"message": message, "hint": "Wait until it is done."}
    print(json.dumps({"n_new": 0, "problems": [], "told": [], "error": error}))
    sys.exit(6)
"""
CRASH = """
    import sys
    sys.exit("reader: unexpected")
"""
LONG = """
    import json, os, signal, sys, time
    print(json.dumps({"step": "pdf", "done": 1, "total": 9}), flush=True)
    open(%r, "w").write(str(os.getpid()))
    time.sleep(60)
"""


def command(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", textwrap.dedent(code))


@asynccontextmanager
async def working(code: str) -> AsyncIterator[Work]:
    found = Work(command(code), lambda: NOW)
    try:
        yield found
    finally:
        await found.close()


def run(code: str, steps: Callable[[Work], Coroutine[Any, Any, None]]) -> None:
    async def all_of_it() -> None:
        async with working(code) as found:
            await asyncio.wait_for(steps(found), 30)

    run_apart(all_of_it())


async def until_ended(found: Work, after: str = "") -> list[tuple[str, WorkRun]]:
    """List the states up to the end of the work."""
    told = []
    async for one in found.states(after):
        if one is not None:
            told.append(one)
            if not one[1].is_running:
                break
    return told


def test_the_output_of_a_process_is_streamed_line_by_line() -> None:
    async def steps(found: Work) -> None:
        assert await found.start("gather")
        told = [one for _, one in await until_ended(found)]
        assert [(one.step, one.done, one.total) for one in told] == [
            ("", 0, 0),
            ("gather", 0, 2),
            ("gather", 2, 2),
            ("gather", 2, 2),
            ("gather", 2, 2),
        ]
        assert (told[-1].code, told[-1].n_new, told[-1].error) == (0, 3, None)
        assert (told[-1].began_at, told[-1].ended_at) == (NOW, NOW)

    run(GOOD, steps)


def test_a_reconnected_stream_gets_the_missed_states() -> None:
    async def steps(found: Work) -> None:
        await found.start("gather")
        told = await until_ended(found)
        assert await until_ended(found, told[1][0]) == told[2:]
        # Ids of another life of the server are none of this one.
        assert await until_ended(found, "abcdabcd-3") == told

    run(GOOD, steps)


def test_only_one_runs_at_a_time(tmp_path: Path) -> None:
    async def steps(found: Work) -> None:
        assert await found.start("gather")
        assert not await found.start("index")

    run(LONG % str(tmp_path / "pid"), steps)


@pytest.mark.parametrize(
    ("code", "exit_code", "problems", "error"),
    [
        (LACKING, 5, (("arXiv: <b>cut</b>", "Wait."),), None),
        (LOCKED, 6, (), ("gather.lock is in use by another process.", "Wait until it is done.")),
        (CRASH, 1, (), ("reader: unexpected", "")),
    ],
)
def test_the_error_of_a_run_is_kept(
    code: str,
    exit_code: int,
    problems: tuple[tuple[str, str], ...],
    error: tuple[str, str] | None,
) -> None:
    async def steps(found: Work) -> None:
        await found.start("gather")
        *_, (_, last) = await until_ended(found)
        assert (last.code, last.problems, last.error) == (exit_code, problems, error)

    run(code, steps)


def test_a_program_that_is_not_there_is_an_error_and_no_exception() -> None:
    async def steps() -> None:
        found = Work(("/nowhere/reader",), lambda: NOW)
        await found.start("gather")
        *_, (_, last) = await until_ended(found)
        assert last.code is None
        assert last.error is not None
        assert "/nowhere/reader" in last.error[0]

    run_apart(steps())


def test_the_process_ends_with_the_server(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    async def steps(found: Work) -> None:
        await found.start("gather")
        while not (file.exists() and file.read_text()):
            await asyncio.sleep(0.01)

    run(LONG % str(file), steps)
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)


def test_a_stream_ends_with_the_server() -> None:
    async def steps(found: Work) -> None:
        async def listen() -> list[object]:
            return [one async for one in found.states()]

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0)
        await found.end_streams()
        assert await asyncio.wait_for(listening, 5) == []

    run(GOOD, steps)


def test_an_idle_stream_sends_heartbeats() -> None:
    async def steps() -> None:
        found = Work(command(GOOD), lambda: NOW, heartbeat_s=0.01)
        async for one in found.states():
            assert one is None
            break

    run_apart(steps())


# The page


def parts(folder: Path, code: str) -> Parts:
    return replace(parts_of(folder), command=command(code))


def page_after(folder: Path, code: str, **fields: str) -> str:
    """Start work as a form does; returns the page once it has ended."""
    with site(parts(folder, code)) as client:
        assert "Started." in client.post("/work", data={"kind": "gather"} | fields).text
        for _ in range(500):
            text = client.get("/work").text
            if 'id="bar"' not in text:
                return text
            time.sleep(0.02)
    raise AssertionError("it did not end")


def test_the_page_shows_what_came_of_it(tmp_path: Path) -> None:
    assert "Done: 3 new papers." in page_after(tmp_path, GOOD)


def test_what_is_missing_stands_on_the_page_as_text(tmp_path: Path) -> None:
    text = page_after(tmp_path, LACKING)
    assert "Done: 1 new paper, but there were problems." in text
    assert "arXiv: &lt;b&gt;cut&lt;/b&gt;" in text


def test_a_gather_in_another_process_is_reported(tmp_path: Path) -> None:
    text = page_after(tmp_path, LOCKED)
    assert "gather.lock is in use by another process." in text
    assert "Wait until it is done." in text


def test_a_page_without_scripts_has_the_way_to_look_again(tmp_path: Path) -> None:
    with site(parts(tmp_path, LONG % str(tmp_path / "pid"))) as client:
        client.post("/work", data={"kind": "gather"})
        text = client.get("/work").text
        again = client.post("/work", data={"kind": "index"}, headers={"accept": "application/json"})
    assert '<a class="button" href="/work" id="refresh">Show the progress</a>' in text
    assert '<form method="post" action="/work"' not in text
    assert again.json() == {
        "begun": False,
        "said": "Another task is running, so nothing was started.",
    }


ASKED = """
    import json, sys
    problem = {"stage": "pdf", "subject": "x", "message": "no PDF: " + " ".join(sys.argv[1:]),
               "hint": "`reader fetch ID` asks again."}
    print(json.dumps({"n_new": 0, "problems": [], "told": [problem], "error": None}))
    sys.exit(5)
"""


def test_a_button_fetches_the_pdf_of_a_paper_or_all_that_are_missing(tmp_path: Path) -> None:
    with parts_of(tmp_path).open_library() as library:
        papers.add_papers(library.db, [paper(1), paper(2), paper(3)], source="arXiv", on=DAY)
        one, two, three = (
            library_paper.record.id for library_paper in papers.papers_at(library.db, [1, 2, 3])
        )
        decide(library, "pick", [one, two])
    all_of_them = page_after(tmp_path, ASKED, kind="fetch")
    assert f"no PDF: fetch --json {one} {two}<" in all_of_them.replace(" <", "<")
    assert "<strong>Done, but there were problems.</strong>" in all_of_them
    assert '<a href="/work">Background tasks</a> asks again.' in all_of_them
    assert f"no PDF: fetch --json {two}" in page_after(tmp_path, ASKED, kind="fetch", id=two)
    with site(parts(tmp_path, ASKED)) as client:
        fields = {"kind": "fetch", "id": "arxiv:2601.99999"}
        assert client.post("/work", data=fields).status_code == 404
        button = f'name="kind" value="fetch"><input type="hidden" name="id" value="{one}">'
        assert button in client.get(f"/paper/{one}").text
        assert 'value="fetch"' not in client.get(f"/paper/{three}").text


def test_unknown_work_is_refused(tmp_path: Path) -> None:
    with site(parts(tmp_path, GOOD)) as client:
        assert client.post("/work", data={"kind": "rm"}).status_code == 400


def test_the_stream_is_of_server_sent_events(tmp_path: Path) -> None:
    with site(parts(tmp_path, GOOD)) as client:
        client.post("/work", data={"kind": "gather"})
        found = []
        with client.stream("GET", "/work/events", headers={"accept-language": "ja"}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            for line in answer.iter_lines():
                found.append(line)
                if line == "event: ended":
                    assert client.portal is not None
                    client.portal.call(cast(Starlette, client.app).state.end_streams)
    kinds = [line.removeprefix("event: ") for line in found if line.startswith("event: ")]
    data = [json.loads(line[6:]) for line in found if line.startswith("data: ")]
    assert found[0] == "retry: 2000"
    assert kinds == ["begun", "progress", "progress", "progress", "ended"]
    assert data[1] == {"text": "取得元: 0/2", "done": 0, "total": 2}


# The clock


def test_the_page_says_when_the_sources_are_asked(tmp_path: Path) -> None:
    at = (NOW - timedelta(hours=1)).time()
    given = replace(parts(tmp_path, GOOD), gather_at=at, clock=lambda: NOW)
    said: list[str] = []
    with site(replace(given, tell=said.append)) as client:
        for _ in range(500):
            text = client.get("/work").text
            if "Done: 3 new papers." in text:
                break
            time.sleep(0.02)
    assert "The next gather is at 05:30." in text
    assert "scheduled" in text
    assert said == ["06:30 Gathering started."]
    assert "<time>06:30</time> Gathering started." in text


def test_an_error_of_the_clock_is_logged_once(tmp_path: Path) -> None:
    said: list[str] = []
    pool = Pool(tmp_path, lambda: open_library(tmp_path))  # there is no library

    async def steps() -> None:
        clock = MorningClock(NOW.time(), pool, Work((), lambda: NOW), said.append)
        await clock.look()
        await clock.look()

    run_apart(steps())
    assert said == [f"There is no library at {tmp_path}: no feeds.toml there."]
