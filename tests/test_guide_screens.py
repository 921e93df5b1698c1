"""The guide's screens of recall, week and stats are what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.a_year import YEAR_ENDS, a_reader, a_year
from tests.cli.test_recall import TOMORROW
from tests.data import ROOT
from tests.installed import READER, environment, run
from tests.samples import NOW
from tests.terminal import on_terminal

PICTURE = ROOT / "docs" / "stats.svg"


def block(command: str) -> str:
    """Return what the guide shows below a command."""
    text = (ROOT / "docs" / "guide" / "notes.md").read_text(encoding="utf-8")
    found = re.search(
        rf"^```text\n\$ {re.escape(command)}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE
    )
    assert found is not None, f"docs/guide/notes.md shows no `{command}`"
    return found[1]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_reader(tmp_path_factory.mktemp("made") / "library")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_year(tmp_path_factory.mktemp("made") / "year")


def test_the_guide_shows_a_week(library: Path) -> None:
    assert block("reader week") == run("week", library=library, now=NOW).out


def test_the_guide_shows_the_year_and_its_picture(year: Path, tmp_path: Path) -> None:
    file = tmp_path / "stats.svg"
    assert block("reader stats") == run("stats", library=year, now=YEAR_ENDS).out
    assert run("stats", "--svg", str(file), library=year, now=YEAR_ENDS).code == 0
    assert PICTURE.read_text("utf-8") == file.read_text("utf-8")


def test_the_guide_shows_a_card(library: Path) -> None:
    env = environment(library, TOMORROW, {"TERM": "xterm"})
    with on_terminal([READER, "recall"], env) as screen:
        screen.until("[1/3]")
        screen.press(" 3")
        screen.until("[2/3]")
        shown = screen.text()
        screen.press("q")
        assert screen.end() == 0
    first = shown[: shown.index("\n\n 2  ")]
    assert block("reader recall") == first + "\n"
