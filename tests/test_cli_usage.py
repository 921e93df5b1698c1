"""Run commands that are typed wrongly: what is an option, what is a text, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.cli.frame import Settings, run
from reader.store import papers
from tests.samples import DAY, FEEDS_TOML, a_library, paper

TITLES = ("-10 dB and below", "-x marks the spot", "--- Rain ---", "-音声")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    several = [paper(n, title) for n, title in enumerate(TITLES, 1)]
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
    return tmp_path


class Reader:
    """Runs commands on a library."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys = folder, capsys

    def __call__(self, *args: str, code: int = 0) -> str:
        """Give what a command says, its error stream last."""
        assert run(["--library", str(self._folder), *args], Settings()) == code
        return "".join(self._capsys.readouterr())


@pytest.fixture
def reader(folder: Path, capsys: pytest.CaptureFixture[str]) -> Reader:
    return Reader(folder, capsys)


class TestMinus:
    @pytest.mark.parametrize("title", TITLES)
    def test_a_title_that_begins_with_a_minus_is_no_option(
        self, reader: Reader, title: str
    ) -> None:
        beginning = title if len(title) < 8 else title[:-2]
        for args in ((beginning,), ("--", beginning), ("--json", beginning)):
            assert title in reader("show", *args)

    def test_it_stands_at_its_place_among_the_others(self, reader: Reader) -> None:
        assert reader("pick", "--no-fetch", "2506.00003", "-10", "-x marks").split("\n")[:3] == [
            f"Picked for unfiled: {title}" for title in ("--- Rain ---", *TITLES[:2])
        ]
        assert "Put off until" in reader("later", "-10", "3")
        assert "NotAnId" not in reader("note", "-10", "-m", "-3 dB is too much. I doubt it.")
        assert "-3 dB is too much." in reader("show", "-10 dB")

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (("--foo",), "No such option '--foo'"),
            (("--jsn", "-10"), "Did you mean '--json'?"),
            (("-x",), "No such option '-x'"),
            (("-xy",), "No such option '-x'"),
            (("--foo=a b",), "No such option '--foo'"),
            (("--foo bar",), "No such option '--foo bar'"),
        ],
    )
    def test_an_option_that_is_none_is_told(
        self, reader: Reader, args: tuple[str, ...], said: str
    ) -> None:
        text = reader("show", *args, code=2)
        assert said in text.replace("No such option: ", "No such option ")
        assert "Try 'reader show --help' for help." in text

    def test_a_number_that_is_too_small_is_named(self, reader: Reader) -> None:
        reader("pick", "--no-fetch", "-10")
        assert "-5 is not in the range 1<=x<=3650" in reader("later", "-10", "-5", code=2)

    def test_an_id_that_nobody_has_is_not_found(self, reader: Reader) -> None:
        assert "-11 dB" in reader("show", "-11 dB", code=4)
