"""Drive `reader recall` as a person does: keys, lines where keys are dumb, lists, scripts."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reader.library.folder import find_paper, open_library
from reader.morning.pick import guess
from tests.a_year import ANTS, FIRST, LADDER, QUIET, TITLES, WATER, a_reader
from tests.installed import READER, Ran, environment, rows, run_here
from tests.samples import NOW
from tests.terminal import OnTerminal, on_terminal
from tests.test_docs import differences
from tests.texts import texts_of

TOMORROW = NOW + timedelta(1)
SUNDAY = datetime.fromisoformat("2025-06-08T06:30+00:00")
NEAR = datetime.fromisoformat("2025-07-04T06:30+00:00")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_reader(tmp_path_factory.mktemp("made") / "library")


@pytest.fixture
def library(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "library"))


def recall(library: Path, *args: str, now: datetime = TOMORROW) -> Ran:
    return run_here("recall", *args, library=library, now=now)


def graded(library: Path) -> list[tuple[int, int | None, int | None]]:
    return rows(library, "SELECT paper, grade, undoes FROM reviews ORDER BY id")


def test_without_a_terminal_cards_are_listed_without_the_notes(library: Path) -> None:
    assert recall(library).out.splitlines() == [
        "RECALL  0 due, 3 new",
        "",
        f" 1  {TITLES[2]}",
        "    Ada Field, Bo Lind · written 2 days ago",
        "    ? What is the problem, the idea, the evidence, and what do you doubt?",
        "",
        f" 2  {TITLES[1]}",
        "    Ada Field, Bo Lind · written 3 days ago",
        "    ? What did you write under 課題, アイデア?",
        "",
        f" 3  {TITLES[0]}",
        "    Ada Field, Bo Lind · written 4 days ago",
        "    ? What did you write under Problem, Idea, Doubt?",
    ]
    assert graded(library) == []


def test_notes_of_today_are_not_called_0_days_old(library: Path) -> None:
    args = ("note", ANTS, "-m", "Ants walk. They carry leaves.")
    assert run_here(*args, library=library, now=TOMORROW).code == 0
    assert "· written today\n" in recall(library, ANTS).out
    assert recall(library, ANTS, "--grade", "good").code == 0
    assert "· recalled today\n" in recall(library, ANTS).out


def test_a_script_lists_grades_and_takes_back(library: Path) -> None:
    found = json.loads(recall(library, "--json").out)
    assert differences(found, "recall") == []
    assert (found["n_due"], found["n_new"], found["n_done"], found["is_paused"]) == (0, 3, 0, False)
    assert [card["id"] for card in found["cards"]] == [f"arxiv:{i}" for i in (WATER, QUIET, FIRST)]
    code, out, err = recall(library, FIRST, QUIET, "--grade", "good", "--json")
    assert (code, err) == (0, "")
    given = [json.loads(line) for line in out.splitlines()]
    assert [d for one in given for d in differences(one, "graded")] == []
    assert [(g["grade"], g["due_on"]) for g in given] == [
        ("good", "2025-06-07"),
        ("good", "2025-06-07"),
    ]
    assert recall(library, WATER, "--grade", "again").out == (
        f"again: comes back on 2025-06-06, in 1 day. {TITLES[2]}\n"
    )
    assert json.loads(recall(library, "--json").out)["n_done"] == 3
    assert recall(library).out == "Nothing is due today; recalled so far: 3.\n"
    assert recall(library, "--undo").out == f"Undone (again): {TITLES[2]}\n"
    assert graded(library) == [(1, 3, None), (2, 3, None), (3, 1, None), (3, None, 3)]
    assert json.loads(recall(library, "--json").out)["n_new"] == 1


def test_no_card_is_due_on_a_day_off_or_near_a_deadline(library: Path) -> None:
    assert recall(library, now=SUNDAY).out == (
        "Today is a day off. Your notes wait, and come back a few a day afterwards.\n"
    )
    assert recall(library, now=NEAR).out == (
        "Recall pauses until Interspeech (2025-07-10). Your notes wait, and come back a\n"
        "few a day afterwards.\n"
    )
    found = json.loads(recall(library, "--json", now=NEAR).out)
    assert (found["is_paused"], found["cards"], differences(found, "recall")) == (True, [], [])
    assert found["deadline"] == {"name": "Interspeech", "on": "2025-07-10"}
    # Who asks by name is answered all the same.
    assert recall(library, FIRST, now=SUNDAY).out.startswith("RECALL  1 note\n")
    assert recall(library, FIRST, "--grade", "easy", now=SUNDAY).code == 0


def test_no_text_of_the_habit_reproaches() -> None:
    found = texts_of(
        "reader/habit/*.py",
        "reader/cli/habit.py",
        "reader/web/templates/recall.html",
        "reader/web/templates/week.html",
        "reader/web/templates/stats.html",
    )
    assert len(found) > 50
    said = " ".join(found).lower()
    assert not re.search(r"\b(?:missed|behind|overdue|lost|fail\w*|sorry|should|must|late)\b", said)


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--grade", "good"], 2, "--grade needs an ID"),
        (["--undo", FIRST], 2, "--undo takes neither"),
        ([FIRST, "--grade", "fine"], 2, "'fine' is not one of"),
        (
            [LADDER, "--grade", "good"],
            2,
            "This paper has no note that counts as written: Speech Translation on",
        ),
        ([ANTS], 2, "has no note that counts as written: On Ants"),
        (["2506.99999"], 4, "2506.99999"),
    ],
)
def test_what_cannot_be_done_is_said(library: Path, args: list[str], code: int, said: str) -> None:
    ran = recall(library, *args)
    assert (ran.code, ran.out) == (code, "")
    assert said in " ".join(ran.err.split())
    assert graded(library) == []


def test_the_guess_of_before_comes_back_with_the_note(library: Path) -> None:
    with open_library(library, now=lambda: TOMORROW) as opened:
        guess(opened, find_paper(opened, WATER), "Do fish hear?")
    [card] = json.loads(recall(library, WATER, "--json").out)["cards"]
    assert card["guess"] == "Do fish hear?"
    env = environment(library, TOMORROW, {"TERM": "xterm"})
    with on_terminal([READER, "recall", WATER], env) as screen:
        screen.until("[1/1]")
        assert "Do fish hear?" not in screen.text()
        screen.press(" ")
        screen.until("Your guess: Do fish hear?")
        screen.press("q")
        assert screen.end() == 0


@pytest.fixture
def screen(library: Path) -> Iterator[OnTerminal]:
    env = environment(library, TOMORROW, {"TERM": "xterm"})
    with on_terminal([READER, "recall"], env) as screen:
        yield screen


def test_one_key_shows_the_words_and_one_grades(library: Path, screen: OnTerminal) -> None:
    screen.until("[1/3]")
    assert "Bubbles" not in screen.text()
    screen.press(" ")
    screen.until("Bubbles are words too.")
    screen.until("3 good (2 d)")
    assert graded(library) == []
    screen.press("3")
    screen.until("good: comes back on 2025-06-07, in 2 days.")
    assert graded(library) == [(3, 3, None)]  # at once, whatever happens then
    screen.until("[2/3]")
    screen.press("l")
    screen.until("[3/3]")
    screen.press("q")
    assert screen.end() == 0
    assert "1 recalled, 2 left for later." in screen.text()


def test_at_the_end_nothing_is_said_to_be_left_that_is_not(screen: OnTerminal) -> None:
    for place in ("[1/3]", "[2/3]", "[3/3]"):
        screen.until(place)
        screen.press(" ")
        screen.until("4 easy")
        screen.press("3")
    assert screen.end() == 0
    assert screen.text().rstrip().endswith("3 recalled.")


def test_a_wrong_grade_is_taken_back_with_one_key(library: Path, screen: OnTerminal) -> None:
    screen.until("[1/3]")
    screen.press("u")
    screen.until("no grade to undo")
    screen.press(" 1")
    screen.until("[2/3]")
    screen.press("u")
    screen.until("Undone (again)")
    screen.press(" 4")
    screen.until("easy: comes back")
    screen.press("q")
    assert screen.end() == 0
    assert graded(library) == [(3, 1, None), (3, None, 1), (3, 4, None)]


def test_without_a_browser_the_card_stays_and_it_is_reported(library: Path, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "xdg-open").write_text("#!/bin/sh\necho 'no method' >&2\nexit 3\n")
    (programs / "xdg-open").chmod(0o700)
    path = f"{programs}:{os.environ['PATH']}"
    env = environment(library, TOMORROW, {"TERM": "xterm", "PATH": path})
    with on_terminal([READER, "recall"], env) as screen:
        screen.until("[1/3]")
        screen.press(" o")
        screen.until("xdg-open could not open")
        screen.until("Install a browser")
        screen.press("3")
        screen.until("good: comes back")
        screen.press("q")
        assert screen.end() == 0
    assert "no method" not in screen.text()
    assert graded(library) == [(3, 3, None)]


def test_without_a_grade_there_is_nothing_to_take_back(library: Path) -> None:
    assert recall(library, "--undo") == (0, "There is no grade to undo.\n", "")


def test_a_note_graded_in_another_window_is_not_asked_again(
    library: Path, screen: OnTerminal
) -> None:
    screen.until("[1/3]")
    assert recall(library, QUIET, "--grade", "easy").code == 0
    screen.press(" 3")
    screen.until("Already graded in another window: " + TITLES[1])
    screen.until("[3/3]")
    screen.press("q")
    assert screen.end() == 0
    assert graded(library) == [(2, 4, None), (3, 3, None)]


def test_a_dumb_terminal_is_read_by_lines(library: Path) -> None:
    env = environment(library, TOMORROW, {"TERM": "dumb"})
    with on_terminal([READER, "recall"], env) as screen:
        screen.until("[1/3]")
        screen.press("\n")
        screen.until("3 good")
        screen.press("good\n")  # no grade: asked again
        screen.press("2\n")
        screen.until("[2/3]")
        screen.press("q\n")
        assert screen.end() == 0
    assert graded(library) == [(3, 2, None)]
    assert b"\x1b[?" not in screen.written


def test_cards_fit_a_narrow_screen(library: Path) -> None:
    env = environment(library, TOMORROW, {"TERM": "xterm"})
    with on_terminal([READER, "recall"], env, columns=40) as screen:
        screen.until("[1/3]")
        screen.press("l ")
        screen.until("4 easy")
        lines = screen.written.decode().splitlines()
        screen.press("q")
        assert screen.end() == 0
    from reader.base.text import columns, plain

    assert max(columns(plain(line)) for line in lines) <= 40
