"""The guide's screens of recall, week and stats are what the program prints, in both languages."""

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


GUIDES = {
    "en": ROOT / "docs" / "guide" / "notes.md",
    "ja": ROOT / "docs" / "guide" / "ja" / "notes.md",
}


def block(command: str, language: str) -> str:
    """Return what the guide shows below a command."""
    text = GUIDES[language].read_text(encoding="utf-8")
    found = re.search(
        rf"^```text\n\$ {re.escape(command)}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE
    )
    assert found is not None, f"{GUIDES[language]} shows no `{command}`"
    return found[1]


@pytest.fixture(scope="module", params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, language: str) -> Path:
    return speaking(a_reader(tmp_path_factory.mktemp("made") / "library"), language)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, language: str) -> Path:
    return speaking(a_year(tmp_path_factory.mktemp("made") / "year"), language)


def speaking(folder: Path, language: str) -> Path:
    """Set the language of a library; returns its folder."""
    file = folder / "feeds.toml"
    given = file.read_text("utf-8").replace("[reader]", f'[reader]\nlanguage = "{language}"')
    file.write_text(given, "utf-8")
    return folder


def test_the_guide_shows_a_week(library: Path, language: str) -> None:
    assert block("reader week", language) == run("week", library=library, now=NOW).out


def test_the_guide_shows_the_year(year: Path, language: str) -> None:
    assert block("reader stats", language) == run("stats", library=year, now=YEAR_ENDS).out


def test_the_guide_shows_the_years_picture(tmp_path: Path) -> None:
    year, file = a_year(tmp_path / "year"), tmp_path / "stats.svg"
    assert run("stats", "--svg", str(file), library=year, now=YEAR_ENDS).code == 0
    assert PICTURE.read_text("utf-8") == file.read_text("utf-8")


def test_the_guide_shows_a_card(library: Path, language: str) -> None:
    assert block("reader recall", language) == a_card(library)


def a_card(library: Path) -> str:
    """Answer the first card of a library; returns the screen up to the second one."""
    env = environment(library, TOMORROW, {"TERM": "xterm"})
    with on_terminal([READER, "recall"], env) as screen:
        screen.until("[1/3]")
        screen.press(" 3")
        screen.until("[2/3]")
        shown = screen.text()
        screen.press("q")
        assert screen.end() == 0
    return shown[: shown.index("\n\n 2  ")] + "\n"
