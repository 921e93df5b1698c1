"""Run `reader queue`, `later`, `drop` and `fetch`, and the fetching that outlives the list."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reader.library.disk import lock_file
from tests.installed import (
    EVIL_ID,
    HUMS,
    LADDER,
    LIFT,
    NOW,
    QUIET,
    READER,
    WATER,
    Ran,
    environment,
    finish,
    pick_at,
    run_here,
    start,
    today,
)
from tests.marked_pdfs import typeset
from tests.play import Fault, PlayServer
from tests.terminal import OnTerminal, on_terminal

pytestmark = pytest.mark.slow

SLOW_S = 60.0
WEEKS_AGO = NOW - timedelta(weeks=3)
SUNDAY = NOW + timedelta(days=5)
"""Nothing is announced for it."""


def pdf(id_: str) -> bytes | None:
    return None if id_ in LADDER else typeset(f"The paper {id_}")


@pytest.fixture
def here(library: Path, server: PlayServer) -> Path:
    """Make a library whose server has the PDF of each paper but one."""
    server.pdfs = pdf
    return library


@pytest.fixture
def old(here: Path) -> Path:
    """Make a library with picks of some weeks, without notes."""
    for weeks, id_ in enumerate((LIFT, LADDER, WATER)):
        moment = WEEKS_AGO + timedelta(weeks=weeks)
        pick_at(here, id_, moment)
    return here


@pytest.fixture
def looked(old: Path) -> Path:
    """Show that library's list on Tuesday, so that on Sunday there is nothing new."""
    assert run_here("today", "--json", "--no-fetch", library=old).code == 0
    return old


def reader(library: Path, *args: str, code: int = 0) -> Ran:
    ran = run_here(*args, library=library, env={"COLUMNS": "100"})
    assert ran.code == code, ran
    return ran


def queue(library: Path) -> list[str]:
    """Return the ids in today's queue, in order."""
    return [one["id"] for one in today(library)[1]["queue"]]


def until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + SLOW_S
    while not is_so():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def pdfs(library: Path) -> dict[str, object]:
    found: dict[str, object] = today(library)[1]["pdfs"]
    return found


def pids_of(library: Path) -> list[int]:
    """List the processes that fetch for a library."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(library).encode() in words and b"fetch" in words:
            found.append(int(folder.name))
    return found


class TestCommands:
    def test_the_queue_is_listed_with_its_minutes_and_pdfs(self, old: Path) -> None:
        assert reader(old, "queue").out.splitlines() == [
            "QUEUE  3 picked and not written up yet, oldest first",
            "  1 Speech translation in a lift",
            f"    {LIFT} · picked 2031-02-11 · abstract 1 min · no PDF yet",
            "  2 Speech translation on a ladder",
            f"    {LADDER} · picked 2031-02-18 · abstract 1 min · no PDF yet",
            "  3 Speech recognition under water",
            f"    {WATER} · picked 2031-02-25 · abstract 1 min · no PDF yet",
        ]
        first, *_ = [json.loads(line) for line in reader(old, "queue", "--json").out.splitlines()]
        assert first == {
            "id": LIFT, "title": "Speech translation in a lift", "state": "pick",
            "picked_on": "2031-02-11", "minutes": 1, "has_pdf": False, "tags": [], "rating": None,
            "priority": "normal", "until": None,
        }  # fmt: skip
        del first["until"]
        assert today(old)[1]["queue"][0] == first

    def test_papers_whose_note_does_not_count_are_named_below_it(self, old: Path) -> None:
        reader(old, "note", LIFT, "-m", "It goes up.")
        reader(old, "note", WATER, "-m", "It learns from divers. Bubbles are words too.")
        below = " ".join(reader(old, "queue").out.splitlines()[3:])
        assert below == (
            " 1 paper has a note that does not count as written. "
            "`reader search 'has:note -has:written'` lists it."
        )
        listed = reader(old, "search", "has:note -has:written", "--json").out
        assert {json.loads(line)["id"] for line in listed.splitlines()} == {LIFT}
        reader(old, "note", LIFT, "-m", "It goes up and down. Nobody knows why it stops.")
        assert "does not count" not in reader(old, "queue").out

    def test_an_empty_queue_says_so(self, here: Path) -> None:
        assert reader(here, "queue").out == (
            "The queue is empty: every paper that you picked has a note or was dropped.\n"
        )
        assert reader(here, "queue", "--json").out == ""
        assert queue(here) == []
        assert today(here)[1]["pdfs"] is None

    def test_later_hides_a_paper_and_undo_brings_it_back(self, old: Path) -> None:
        assert reader(old, "later", LIFT, "3").out == (
            "Put off until 2031-03-07: Speech translation in a lift\n"
        )
        assert queue(old) == [LADDER, WATER]
        lines = reader(old, "queue").out.splitlines()
        assert lines[-3:] == [
            "LATER  1 put off",
            "  1 Speech translation in a lift",
            f"    {LIFT} · back on 2031-03-07 · picked 2031-02-11 · abstract 1 min · no PDF yet",
        ]
        late = run_here("today", "--json", "--no-fetch", library=old, now=NOW + timedelta(days=3))
        assert [one["id"] for one in json.loads(late.out)["queue"]] == [LIFT, LADDER, WATER]
        assert reader(old, "undo").out == "Undone (put off): Speech translation in a lift\n"
        assert queue(old) == [LIFT, LADDER, WATER]

    def test_pick_brings_back_a_put_off_paper_and_undo_reverses_it(self, old: Path) -> None:
        reader(old, "later", LIFT)
        assert queue(old) == [LADDER, WATER]
        reader(old, "pick", "--no-fetch", LIFT)
        assert queue(old) == [LIFT, LADDER, WATER]
        reader(old, "undo")
        assert queue(old) == [LADDER, WATER]

    def test_drop_makes_a_skip_and_undo_takes_it_back(self, old: Path) -> None:
        lift, water = "Speech translation in a lift", "Speech recognition under water"
        assert reader(old, "drop", LIFT, WATER).out == f"Dropped: {lift}\nDropped: {water}\n"
        assert queue(old) == [LADDER]
        assert json.loads(reader(old, "show", LIFT, "--json").out)["state"] == "skip"
        assert reader(old, "undo").out == f"Undone (drop): {lift}\nUndone (drop): {water}\n"
        assert queue(old) == [LIFT, LADDER, WATER]

    @pytest.mark.parametrize(
        ("args", "code", "said"),
        [
            (
                ("later", QUIET),
                2,
                "Not in the queue, because it was not picked: 静かな部屋の音声翻訳",
            ),
            (("drop", QUIET), 2, "`reader queue` shows the queue"),
            (("later", "3103.12345"), 4, "is not in this library"),
            (("later", LIFT, "0"), 2, "0 is not a whole number from 1 to 3650."),
            (("later", LIFT, "soon"), 2, "soon"),
            (("fetch", QUIET), 2, "Not in the queue, because it was not picked"),
        ],
    )
    def test_what_cannot_be_done_says_why(
        self, old: Path, args: tuple[str, ...], code: int, said: str
    ) -> None:
        assert said in reader(old, *args, code=code).err
        assert queue(old) == [LIFT, LADDER, WATER]

    def test_fetch_brings_what_it_can_and_names_the_rest(self, old: Path) -> None:
        ran = reader(old, "fetch", code=5)
        assert ran.out == "PDFs of your picks: 2 of 3 here.\n"
        assert f"PDF of {LADDER}: 127.0.0.1 answered 404" in ran.err
        assert pdfs(old) == {
            "n": 2, "of": 3, "is_fetching": False,
            "failed": [{"error": f"PDF of {LADDER}: 127.0.0.1 answered 404: there is nothing at "
                        "this address", "n": 1}],
        }  # fmt: skip
        said = reader(old, "today", "--no-fetch").out
        assert "PDFs of your picks: 2 of 3 here, 1 failed; `reader fetch ID` tries again" in said
        assert f"  ! PDF of {LADDER}: 127.0.0.1 answered 404" in said
        assert f"{LIFT} · picked 2031-02-11 · 1 min · PDF here" in reader(old, "queue").out

    def test_a_failed_fetch_waits_for_its_time_unless_named(
        self, old: Path, server: PlayServer
    ) -> None:
        reader(old, "fetch", code=5)
        asked = len(server.requests)
        assert "next try after 2031-03-04 17:30" in reader(old, "fetch", code=5).err
        assert len(server.requests) == asked
        lines = reader(old, "fetch", LADDER, "--json", code=5).out.splitlines()
        assert len(server.requests) == asked + 1
        *steps, ended = map(json.loads, lines)
        assert {step["step"] for step in steps} > {"pdf"}
        assert [one["subject"] for one in ended["problems"] if one["stage"] == "pdf"] == [LADDER]

    def test_a_single_pick_is_in_the_singular(self, here: Path) -> None:
        reader(here, "pick", "--no-fetch", WATER)
        said = reader(here, "today", "--no-fetch").out
        assert "The PDF of your pick is not here; `reader fetch` or the next gather fetches" in said
        assert reader(here, "fetch", code=7).out == "The PDF of your pick is here.\n"

    @pytest.mark.parametrize(
        ("how", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)]
    )
    @pytest.mark.parametrize("line", [("fetch",), ("pick", QUIET)])
    def test_ended_it_says_how_far_it_came(
        self, old: Path, server: PlayServer, line: tuple[str, ...], how: signal.Signals, code: int
    ) -> None:
        reader(old, "fetch", WATER, code=7)  # no model is here
        server.faults = lambda path, _: Fault(hang_s=30) if "/pdf/" in path else None
        asked = len(server.requests)
        process = start(*line, library=old)
        until(lambda: len(server.requests) > asked, "no PDF was asked for")
        process.send_signal(how)
        ran = finish(process)
        n = 3 if line == ("fetch",) else 4
        assert (ran.code, ran.err) == (
            code,
            f"Stopped before everything was fetched. PDFs of your picks: 1 of {n} here.\n",
        )

    def test_a_fetch_waits_for_a_running_one(self, old: Path, server: PlayServer) -> None:
        with lock_file(old / "fetch.lock"):
            env = environment(old, NOW, {"TERM": "xterm"})
            with on_terminal([READER, "fetch"], env) as second:
                second.until("Another process is fetching PDFs")
                second.wait(2)
                assert not any("/pdf/" in path for path in server.requests)
                assert pdfs(old)["is_fetching"] is True
        assert pids_of(old) == []


@pytest.fixture
def hung(here: Path, server: PlayServer) -> Iterator[Path]:
    """Make a library whose server sends no PDF until the fault is removed."""
    server.faults = lambda path, _: Fault(hang_s=30) if "/pdf/" in path else None
    yield here
    for pid in pids_of(here):
        os.kill(pid, signal.SIGKILL)


def opened(library: Path, *keys: str) -> Iterator[OnTerminal]:
    env = environment(library, NOW, {"TERM": "xterm-256color"})
    with on_terminal([READER, "today", "--no-fetch"], env) as terminal:
        terminal.until(lambda t: bool(t.here()))
        terminal.quiet(0.2)
        for key in keys:
            terminal.press(key)
            terminal.quiet(0.2)
        yield terminal


class TestAfterTheList:
    def test_q_starts_the_fetch_and_the_next_list_shows_its_progress(self, here: Path) -> None:
        for terminal in opened(here, "p", "p", "q"):
            assert terminal.end() == 0
            assert "2 picked, 0 skipped" in terminal.text()
            assert "fetched in the background" in terminal.text()
        until(lambda: pdfs(here)["n"] == 2 and not pids_of(here), "the PDFs never came")
        said = reader(here, "today", "--no-fetch").out
        assert "PDFs of your picks: 2 of 2 here." in said
        assert (here / "fetch.log").read_text("utf-8").startswith("2031-03-04 17:00 reader fetch\n")

    def test_the_fetch_survives_a_closed_terminal(self, hung: Path, server: PlayServer) -> None:
        for terminal in opened(hung, "p", "q"):
            assert terminal.end() == 0
            os.close(terminal.fd)
        until(lambda: any("/pdf/" in path for path in server.requests), "nothing was asked for")
        [pid] = pids_of(hung)
        # Of a session of its own, without a terminal, and no child of ours.
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        assert (os.getsid(pid), status[4]) == (pid, "0")
        assert status[0] != "Z"
        assert pdfs(hung) == {"n": 0, "of": 1, "is_fetching": True, "failed": []}
        said = reader(hung, "today", "--no-fetch").out
        assert "The PDF of your pick is not here; fetching continues." in said

    def test_of_two_lists_nothing_is_lost_and_one_fetches_at_a_time(
        self, here: Path, server: PlayServer
    ) -> None:
        # Slow enough that the second process is there while the first one fetches.
        server.faults = lambda path, _: Fault(hang_s=3) if "/pdf/" in path else None
        for terminal in opened(here, "p", "q"):
            terminal.end()
        for terminal in opened(here, "p", "q"):
            terminal.end()
        until(lambda: pdfs(here)["n"] == 2 and not pids_of(here), "a pick was forgotten")
        asked = [path for path in server.requests if "/pdf/" in path]
        assert len(asked) == len(set(asked)) == 2

    def test_pdfs_left_by_a_kill_are_reported_and_fetched_later(
        self, hung: Path, server: PlayServer
    ) -> None:
        for terminal in opened(hung, "p", "q"):
            terminal.end()
        until(lambda: any("/pdf/" in path for path in server.requests), "nothing was asked for")
        [pid] = pids_of(hung)
        os.kill(pid, signal.SIGKILL)
        until(lambda: pids_of(hung) == [], "it lives")
        # The system lets go of what it held a moment later.
        until(lambda: not pdfs(hung)["is_fetching"], "it still fetches")
        said = " ".join(reader(hung, "today", "--no-fetch").out.split())
        assert (
            "The PDF of your pick is not here; `reader fetch` or the next gather fetches it (log"
            " of the last run: fetch.log)."
        ) in said
        server.faults = lambda path, _: None
        assert reader(hung, "fetch", code=7).out == "The PDF of your pick is here.\n"

    def test_an_open_list_shows_arriving_pdfs(self, hung: Path, server: PlayServer) -> None:
        for terminal in opened(hung, "p", "q"):
            terminal.end()
        env = environment(hung, SUNDAY, {"TERM": "xterm-256color"})
        until(lambda: pdfs(hung)["is_fetching"] is True, "nothing was begun")
        server.faults = lambda path, _: Fault(hang_s=4) if "/pdf/" in path else None
        for pid in pids_of(hung):
            os.kill(pid, signal.SIGKILL)
        with on_terminal([READER, "fetch"], environment(hung, NOW, {"TERM": "xterm"})) as fetch:
            until(lambda: pdfs(hung)["is_fetching"] is True, "nothing was begun")
            with on_terminal([READER, "today", "--no-fetch"], env) as terminal:
                terminal.until("PDFs: 0 of 1 here, fetching")
                assert terminal.here().endswith("no PDF")
                terminal.until(lambda t: t.here().endswith("1 min · PDF"), timeout_s=SLOW_S)
                assert "of 1 PDF here" not in terminal.text()
                terminal.press("q")
                terminal.end()
            fetch.end()

    def test_without_a_pick_no_fetch_is_started(self, here: Path) -> None:
        for terminal in opened(here, "s", "q"):
            assert terminal.end() in (0, 5)
            assert "0 picked, 1 skipped" in terminal.text()
            assert "background" not in terminal.text()
        assert not (here / "fetch.log").exists()

    def test_where_it_cannot_be_started_the_pdfs_are_fetched_at_once(self, here: Path) -> None:
        (here / "fetch.log").mkdir()
        for terminal in opened(here, "p", "q"):
            terminal.end()
            assert "background" not in terminal.text()
        assert pdfs(here)["n"] == 1


class TestTheList:
    def test_a_day_without_news_begins_at_the_oldest_pick(self, looked: Path) -> None:
        env = environment(looked, SUNDAY, {"TERM": "xterm-256color"})
        with on_terminal([READER, "today", "--no-fetch"], env) as terminal:
            terminal.until("nothing to decide so far; 3 to write today")
            terminal.until(lambda t: "abstract 1 min · no PDF" in t.here())
            assert terminal.here().startswith(">+  1 11 Feb Speech translation in a lift")
            terminal.press("l")
            terminal.until("Put off until 2031-03-16: Speech translation in a lift")
            terminal.until(lambda t: "18 Feb Speech translation on a ladder" in t.here())
            terminal.press("s")
            terminal.until("Skipped: Speech translation on a ladder")
            terminal.until(lambda t: "25 Feb Speech recognition under water" in t.here())
            terminal.press("u")
            terminal.until("Undone (drop): Speech translation on a ladder")
            terminal.press("q")
            assert terminal.end() in (0, 5)
        later = run_here("today", "--json", "--no-fetch", library=looked, now=SUNDAY)
        assert [one["id"] for one in json.loads(later.out)["queue"]] == [LADDER, WATER]

    def test_the_head_shows_the_minutes_of_the_papers_to_read(self, looked: Path) -> None:
        env = environment(looked, SUNDAY, {"TERM": "xterm-256color"})
        with on_terminal([READER, "today", "--no-fetch"], env) as terminal:
            terminal.until(lambda t: bool(t.here()))
            head = terminal.text().splitlines()[0]
            assert "3 in the queue · 0 min, about 3 to read" in head, head

    def test_u_keeps_picks_of_other_days(self, looked: Path) -> None:
        env = environment(looked, SUNDAY, {"TERM": "xterm-256color"})
        with on_terminal([READER, "today", "--no-fetch"], env) as terminal:
            terminal.until(lambda t: bool(t.here()))
            terminal.press("u")
            terminal.until("Your last action was not in this list: Speech recognition under water")
            terminal.press("q")
            terminal.end()
        assert queue(looked) == [LIFT, LADDER, WATER]

    def test_without_news_the_printed_queue_comes_first(self, looked: Path) -> None:
        said = run_here("today", "--no-fetch", library=looked, now=SUNDAY).out
        assert said.index("READ  nothing to decide so far; 3 to write today") < said.index(
            "OWN TOPICS"
        )
        assert said.index("Speech translation in a lift") < said.index("on a ladder")
        news = reader(looked, "today", "--no-fetch").out
        assert news.index("OWN TOPICS") < news.index(
            "QUEUE  3 picked and not written up yet, oldest first"
        )

    def test_with_nothing_to_read_nothing_is_to_go(self, here: Path) -> None:
        everything = (LIFT, LADDER, WATER, HUMS, QUIET, EVIL_ID)
        reader(here, "skip", *everything)
        for terminal in opened(here):
            assert "0 of 5 written, nothing left to read" in terminal.lines()[0]
            terminal.press("q")
            terminal.end()
