"""Run `reader today` on a pseudo-terminal: what is seen, and what is left when it ends."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from reader.library.folder import open_library
from tests.data import ROOT
from tests.installed import (
    NOW,
    READER,
    environment,
    is_safe,
    rows,
)
from tests.play import Fault, PlayServer
from tests.terminal import OnTerminal, on_terminal

pytestmark = pytest.mark.slow

WHOLE = b"\x1b[?1049h"
LEFT = b"\x1b[?1049l"
SUMMARY = re.compile(r"\d+ picked, \d+ skipped, \d+ left for later\.")


@contextlib.contextmanager
def today(
    library: Path,
    *more: str,
    size: tuple[int, int] = (80, 24),
    env: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
) -> Iterator[OnTerminal]:
    """Open the list on a terminal, and wait for its first paper unless the terminal is dumb."""
    name = {"TERM": "xterm-256color", **(env or {})}
    command = [*prefix, READER, "today", "--no-fetch", *more]
    with on_terminal(
        command, environment(library, NOW, name), columns=size[0], lines=size[1]
    ) as terminal:
        if name["TERM"] != "dumb":
            terminal.until(lambda t: bool(t.here()))
        yield terminal


def states(library: Path) -> dict[str, int]:
    """Count the decisions on the disk by kind."""
    found = rows(library, "SELECT kind, count(*) FROM decisions GROUP BY kind")
    return {str(kind): int(n) for kind, n in found}


def decided(library: Path, **kinds: int) -> None:
    """Wait until exactly these decisions are on the disk."""
    end = time.monotonic() + 10
    while states(library) != kinds:
        assert time.monotonic() < end, states(library)
        time.sleep(0.02)


def press(terminal: OnTerminal, *keys: str) -> None:
    """Press keys one by one, each after the screen has handled the one before."""
    for key in keys:
        terminal.press(key)
        terminal.quiet(0.1)


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "size",
    [(80, 24), (40, 10), pytest.param((200, 60), marks=SLOW), pytest.param((120, 40), marks=SLOW)],
)
def test_the_list_is_there_at_any_size(library: Path, size: tuple[int, int]) -> None:
    with today(library, size=size) as terminal:
        lines = terminal.lines()
        assert len(lines) == size[1]
        assert lines[0].startswith(" Tue 4 Mar" if size[0] >= 80 else " 0/")
        assert size[1] < 20 or any("静かな部屋の音声翻訳" in line for line in lines)
        press(terminal, "q")
        assert terminal.end() in (0, 5)
        assert SUMMARY.search(terminal.text())


def test_a_paper_has_its_people_abstract_talk_and_reason(library: Path) -> None:
    with today(library) as terminal:
        press(terminal, "/", "hums", "\r")
        terminal.until("A large language model that hums")
        text = terminal.text()
        assert "Ada Neverwas, Émile Nulle-Part" in text
        assert "Nobody wrote the abstract of paper 4." in text
        assert "ada@nowhere.example (Ada): It hums" in text
        assert "Why: " in text
        assert "\x1b]0;owned" not in terminal.written.decode("utf-8", "replace")


def test_no_text_of_a_paper_reaches_the_terminal_as_a_command(library: Path) -> None:
    with today(library) as terminal:
        press(terminal, "/", "bolder", "\r", "\r")
        terminal.until("The paper")
        ours = re.compile(r"\x1b\[[\d;?]*[HJKhlm]")
        assert is_safe(ours.sub("", terminal.written.decode()).replace("\r", ""))


def test_a_decision_is_on_the_disk_before_the_next_paper_is_shown(library: Path) -> None:
    with today(library) as terminal:
        before = terminal.here()
        terminal.press("s")
        terminal.until(lambda t: t.here() not in ("", before))
        os.kill(terminal.pid, signal.SIGKILL)
        assert states(library) == {"skip": 1}
        assert terminal.end() == -signal.SIGKILL
        stopped = terminal.here()
    with today(library) as terminal:
        assert terminal.here() == stopped
        assert "1 of" in terminal.lines()[0]


def test_the_rest_is_skipped_with_a_second_key_and_taken_back_with_one(library: Path) -> None:
    with today(library) as terminal:
        press(terminal, "S")
        terminal.until("y: yes")
        press(terminal, "y")
        terminal.until("u undoes this")
        n_skipped = states(library)["skip"]
        assert n_skipped > 1
        press(terminal, "u")
        terminal.until(f"Undone (skip): {n_skipped} papers")
        decided(library, skip=n_skipped, undo=n_skipped)


def test_two_sessions_at_once_never_decide_over_each_other(library: Path) -> None:
    with today(library) as one, today(library) as other:
        press(one, "s")
        decided(library, skip=1)
        press(other, "p")
        other.until("Just skipped elsewhere")
        decided(library, skip=1)
        press(other, "j", "p")
        one.until(lambda t: re.search(r"^[ >]\+", t.text(), re.MULTILINE) is not None)


def test_another_size_is_taken_at_once(library: Path) -> None:
    with today(library) as terminal:
        press(terminal, "s")
        terminal.until("Skipped: ")
        here = terminal.here()
        for size in ((40, 10), (120, 40), (80, 24)):
            terminal.resize(*size)
            terminal.until(lambda t: bool(t.here()))
            terminal.quiet(0.2)
            assert terminal.here()[:20] == here[:20]
            assert terminal.lines()[-1]


@pytest.mark.parametrize(
    "env",
    [
        {"NO_COLOR": "1"},
        pytest.param({"TERM": "vt100"}, marks=SLOW),
        pytest.param({"TERM": "xterm-mono"}, marks=SLOW),
    ],
    ids=str,
)
def test_without_colours_all_is_said_in_signs(library: Path, env: dict[str, str]) -> None:
    with today(library, env=env) as terminal:
        press(terminal, "p", "s")
        terminal.until(lambda t: {" +", " -"} <= {line[:2] for line in t.lines()})
        assert not re.search(rb"\x1b\[[\d;]*[34]\d[;m]", terminal.written)


def test_with_colours_there_are_some(library: Path) -> None:
    with today(library) as terminal:
        press(terminal, "p")
        terminal.until("Picked for")
        assert re.search(rb"\x1b\[32m", terminal.written)


def test_on_a_dumb_terminal_questions_come_line_by_line(library: Path) -> None:
    with today(library, env={"TERM": "dumb"}) as terminal:
        terminal.until("[1/")
        # Only now does it take single keys, and drops what was typed before.
        terminal.quiet(0.5)
        assert b"\x1b" not in terminal.written
        press(terminal, "s")
        terminal.until("[2/")
        decided(library, skip=1)
        press(terminal, "q")
        terminal.until("left for later.")
        assert terminal.end() in (0, 5)
        assert WHOLE not in terminal.written


def test_keys_that_a_dumb_terminal_gives_at_once_count_one_by_one(library: Path) -> None:
    with today(library, env={"TERM": "dumb"}) as terminal:
        terminal.until("[1/")
        terminal.quiet(0.5)
        terminal.press("ps\x1b[A")
        terminal.until("[3/")
        decided(library, pick=1, skip=1)
        terminal.press("q\r")
        terminal.until("1 picked, 1 skipped")
        assert terminal.end() in (0, 5)
        # Neither was taken for a key that does nothing, after which the keys are named again.
        assert terminal.written.count(b"p pick") == 1


def test_line_by_line_too_another_terminals_decision_stays(library: Path) -> None:
    with today(library) as one, today(library, env={"TERM": "dumb"}) as other:
        other.until("[1/")
        other.quiet(0.5)
        press(one, "p", "s")
        decided(library, pick=1, skip=1)
        press(other, "s")
        other.until("Just picked elsewhere: ")
        other.until("[3/")
        press(other, "\x1b[A", "\x1b[B")
        other.until("[4/")
        decided(library, pick=1, skip=1)
        assert re.search(r"^2/\d+ · \d+ min, \d+ left · 0/5 written", other.text(), re.MULTILINE)


class TestLeaving:
    def test_q_gives_the_screen_back_and_says_what_was_done_and_goes_on(
        self, library: Path
    ) -> None:
        with today(library) as terminal:
            press(terminal, "p", "q")
            assert terminal.end() in (0, 5)
            last = terminal.written.rpartition(LEFT)[2].decode()
            lines = [line for line in last.splitlines() if SUMMARY.search(line)]
            assert len(lines) == 1
            assert "fetched in the background" in last
        # It was asked for, and is not there.
        log, end = library / "fetch.log", time.monotonic() + 30
        while "PDF of arxiv:3103.9000" not in log.read_text("utf-8"):
            assert time.monotonic() < end
            time.sleep(0.1)

    def test_ctrl_c_leaves_at_once_and_keeps_what_was_decided(self, library: Path) -> None:
        with today(library) as terminal:
            press(terminal, "p", "\x03")
            assert terminal.end() == 130
            assert LEFT in terminal.written
            assert b"PDF of" not in terminal.written
        decided(library, pick=1)

    @pytest.mark.parametrize(
        "number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=SLOW), signal.SIGINT]
    )
    def test_a_signal_leaves_the_terminal_as_it_was(self, library: Path, number: int) -> None:
        with today(library) as terminal:
            press(terminal, "s")
            decided(library, skip=1)
            os.kill(terminal.pid, number)
            code = terminal.end()
            assert code == (130 if number == signal.SIGINT else -number)
            assert terminal.written.count(WHOLE) == terminal.written.count(LEFT) == 1
            assert terminal.modes()[3] == FRESH[3]
        decided(library, skip=1)

    def test_a_terminal_that_goes_away_ends_it(self, library: Path) -> None:
        with today(library) as terminal:
            press(terminal, "s")
            decided(library, skip=1)
            os.close(terminal.fd)
            _, status = os.waitpid(terminal.pid, 0)
            terminal.code = os.waitstatus_to_exitcode(status)
            assert terminal.code == -signal.SIGHUP
        decided(library, skip=1)

    def test_an_exception_leaves_the_terminal_as_it_was(self) -> None:
        code = (
            "from reader.cli.terminal import Terminal\n"
            "with Terminal() as t:\n"
            "    t.paint(['here'])\n"
            "    t.keys(9)\n"
            "    1 / 0\n"
        )
        env = {**environment(None, NOW, {"TERM": "xterm"}), "PYTHONPATH": str(ROOT)}
        with on_terminal([sys.executable, "-c", code], env) as terminal:
            terminal.until("here")
            terminal.press("x")
            terminal.until("ZeroDivisionError")
            assert terminal.end() == 1
            assert terminal.modes()[3] == FRESH[3]

    @pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
    def test_ctrl_z_gives_the_shell_back_and_fg_the_list(self, library: Path) -> None:
        env = environment(library, NOW, {"TERM": "xterm", "PS1": "$ "})
        with on_terminal(["bash", "--norc", "--noprofile", "-i"], env) as terminal:
            terminal.until("$")
            terminal.press(f"{READER} today --no-fetch\r")
            terminal.until(lambda t: bool(t.here()))
            terminal.quiet(0.2)
            press(terminal, "s")
            terminal.until("Skipped: ")
            here = terminal.here()
            terminal.press("\x1a")
            terminal.until("Stopped")
            terminal.press("echo still-$((40 + 2))\r")
            terminal.until("still-42")
            terminal.press("fg\r")
            terminal.until(lambda t: t.here() == here)
            terminal.quiet(0.2)
            press(terminal, "s")
            decided(library, skip=2)
            press(terminal, "q")
            terminal.until("left for later.")


def _fresh_modes() -> list[object]:
    import pty
    import termios

    one, other = pty.openpty()
    try:
        return termios.tcgetattr(other)
    finally:
        os.close(one)
        os.close(other)


FRESH = _fresh_modes()


def script(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o700)
    return file


def test_n_leaves_the_screen_for_the_editor_and_comes_back(library: Path, tmp_path: Path) -> None:
    edit = script(tmp_path, "editor", 'echo "EDITING"; echo "Bees count. It was tried." > "$1"')
    with today(library, env={"EDITOR": str(edit)}) as terminal:
        press(terminal, "n")
        terminal.until("Press any key to return to the list.")
        assert "EDITING" in terminal.text()
        press(terminal, "s")
        terminal.until("1 of 5 written today.")
        assert (states(library), terminal.here()[:2]) == ({}, "> ")
        assert re.search(r"^ \*", terminal.text(), re.MULTILINE)


def test_o_opens_a_page_without_a_word_on_the_screen(library: Path, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    script(tmp_path, "xdg-open", f'echo NOISE; echo NOISE >&2; echo "$1" > {asked}')
    path = f"{tmp_path}:{os.environ['PATH']}"
    with today(library, env={"PATH": path}) as terminal:
        press(terminal, "o")
        terminal.until("Opened: https://arxiv.org/abs/")
        terminal.quiet(0.5)
        assert "NOISE" not in terminal.text()
        assert asked.read_text().startswith("https://arxiv.org/abs/31")


def test_o_does_not_say_opened_where_no_browser_is(library: Path, tmp_path: Path) -> None:
    script(tmp_path, "xdg-open", "echo 'no method available' >&2; exit 3")
    path = f"{tmp_path}:{os.environ['PATH']}"
    with today(library, env={"PATH": path}) as terminal:
        press(terminal, "o")
        terminal.until("xdg-open could not open https://arxiv.org/abs/")
        assert "Opened" not in terminal.text()
        assert "no method available" not in terminal.text()


@pytest.mark.slow
def test_a_browser_that_fails_is_named_with_the_address(library: Path, tmp_path: Path) -> None:
    script(tmp_path, "xdg-open", "sleep 1; exit 3")
    path = f"{tmp_path}:{os.environ['PATH']}"
    with today(library, env={"PATH": path}) as terminal:
        press(terminal, "o")
        terminal.until("Opening: https://arxiv.org/abs/")
        terminal.until("xdg-open could not open https://arxiv.org/abs/")


@pytest.mark.skipif(not shutil.which("prlimit"), reason="there is no prlimit")
def test_a_full_disk_is_said_and_nothing_moves(library: Path) -> None:
    # Held open, so that the files that SQLite needs to read at all are there.
    with open_library(library), today(library, prefix=("prlimit", "--fsize=1")) as terminal:
        here = terminal.here()
        press(terminal, "p")
        terminal.until("disk I/O error")
        assert terminal.here() == here
        assert states(library) == {}


@pytest.mark.slow
def test_a_locked_library_is_reported_and_the_key_works_later(library: Path) -> None:
    import sqlite3

    with today(library) as terminal:
        here = terminal.here()
        other = sqlite3.connect(library / "reader.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        press(terminal, "s")
        terminal.until("in use by another process")
        assert terminal.here() == here
        other.execute("ROLLBACK")
        other.close()
        press(terminal, "s")
        terminal.until(lambda t: t.here() not in ("", here))
        decided(library, skip=1)


def test_keys_typed_before_the_list_appears_decide_nothing(library: Path) -> None:
    env = environment(library, NOW, {"TERM": "xterm"})
    with on_terminal([READER, "today", "--no-fetch"], env) as terminal:
        terminal.press("ppp")
        terminal.until(lambda t: bool(t.here()))
        terminal.quiet(0.3)
        assert states(library) == {}


def test_any_key_ends_the_asking_and_shows_the_list_as_it_stands(
    library: Path, server: PlayServer
) -> None:
    server.faults = lambda path, _: Fault(hang_s=30)
    env = environment(library, NOW + timedelta(days=1), {"TERM": "xterm"})
    with on_terminal([READER, "today"], env) as terminal:
        terminal.until("any key to see the list as it is now")
        terminal.wait(0.5)
        terminal.press("p")
        terminal.until("The list as it is now: not all sources were asked.")
        assert "INCOMPLETE (press i): papers may be missing from arXiv" in terminal.lines()[1]
        press(terminal, "q")
        assert terminal.end() == 5
        assert states(library) == {}
        assert terminal.modes()[3] == FRESH[3]


def test_without_a_network_the_list_says_so_once_and_i_says_more(library: Path) -> None:
    with PlayServer((), clock=lambda: NOW) as gone:
        address = gone.url
    file = library / "feeds.toml"
    text = re.sub(r"http://127\.0\.0\.1:\d+", address, file.read_text("utf-8"))
    file.write_text(text, encoding="utf-8")
    env = environment(library, NOW + timedelta(days=1), {"TERM": "xterm"})
    with on_terminal([READER, "today"], env) as terminal:
        terminal.until(lambda t: bool(t.here()))
        assert "INCOMPLETE (press i): no source can be reached." in terminal.lines()[1]
        press(terminal, "i")
        terminal.until("None of the 5 sources can be reached")
        press(terminal, "q")


@pytest.mark.slow
def test_ctrl_c_while_sources_are_asked_ends_all(library: Path, server: PlayServer) -> None:
    server.faults = lambda path, _: Fault(hang_s=30)
    env = environment(library, NOW + timedelta(days=1), {"TERM": "xterm"})
    with on_terminal([READER, "today"], env) as terminal:
        terminal.until("any key to see the list as it is now")
        terminal.wait(0.5)
        terminal.press("\x03")
        assert terminal.end() == 130
        assert terminal.modes()[3] == FRESH[3]


def test_an_empty_morning_is_printed_and_asks_nothing(fresh: Path) -> None:
    env = environment(fresh, NOW, {"TERM": "xterm"})
    with on_terminal([READER, "today", "--no-fetch"], env) as terminal:
        assert terminal.end() in (0, 5)
        assert WHOLE not in terminal.written
        assert "0 new papers" in terminal.text()
