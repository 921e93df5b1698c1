"""Run `reader week` on old picks: it asks about each once, and never again."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.installed import (
    LADDER,
    LIFT,
    NOW,
    READER,
    WATER,
    Ran,
    environment,
    pick_at,
    run_here,
    today,
)
from tests.terminal import on_terminal


@pytest.fixture
def old(library: Path) -> Path:
    """Make a library with picks of three, two and one week ago, without notes."""
    for weeks, id_ in enumerate((LIFT, LADDER, WATER)):
        moment = NOW - timedelta(weeks=3 - weeks)
        pick_at(library, id_, moment)
    return library


def reader(library: Path, *args: str) -> Ran:
    ran = run_here(*args, library=library, env={"COLUMNS": "100"})
    assert ran.code == 0, ran
    return ran


def queue(library: Path) -> list[str]:
    return [one["id"] for one in today(library)[1]["queue"]]


def test_it_asks_once_on_a_terminal(old: Path) -> None:
    env = environment(old, NOW, {"TERM": "xterm-256color"})
    with on_terminal([READER, "week"], env) as terminal:
        terminal.until("[1/2] r read it · d drop it · q quit:")
        assert "PICKED AT LEAST 14 DAYS AGO, NOT WRITTEN UP" in terminal.text()
        terminal.press("r")
        terminal.until("It stays in your queue.")
        terminal.until("[2/2]")
        terminal.press("d")
        terminal.until("Dropped: Speech translation on a ladder")
        assert terminal.end() == 0
    assert queue(old) == [LIFT, WATER]
    with on_terminal([READER, "week"], env) as terminal:
        assert terminal.end() == 0
        assert "NOT WRITTEN" not in terminal.text()
        assert "[1/" not in terminal.text()


def test_unanswered_questions_come_later(old: Path) -> None:
    env = environment(old, NOW, {"TERM": "xterm-256color"})
    with on_terminal([READER, "week"], env) as terminal:
        terminal.until("[1/2]")
        terminal.press("q")
        assert terminal.end() == 0
    said = reader(old, "week").out
    assert "Speech translation in a lift" not in said
    assert f"    to drop it: reader drop {LADDER}" in said.splitlines()
    assert "NOT WRITTEN" not in reader(old, "week").out


def test_json_and_other_weeks_ask_nothing(old: Path) -> None:
    for _ in range(2):
        found = json.loads(reader(old, "week", "--json").out)
        assert [one["id"] for one in found["asks"]] == [LIFT, LADDER]
    past = reader(old, "week", "--on", "2031-02-20").out
    assert "NOT WRITTEN" not in past
    assert "PICKED AT LEAST 14 DAYS AGO" in reader(old, "week").out
