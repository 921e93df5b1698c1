"""Run commands that are typed wrongly: what is an option, what is a text, and what is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reader.cli.frame import COMMANDS, Settings, WholeNumber, reader_group, run
from reader.library.rows import papers
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


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(reader_group)
    for name in COMMANDS:
        command = reader_group.get_command(context, name)
        assert command
        yield name, command


def japanese(folder: Path) -> None:
    text = FEEDS_TOML.replace("[reader]\n", '[reader]\nlanguage = "ja"\n', 1)
    (folder / "feeds.toml").write_text(text, "utf-8")


WRONG: dict[tuple[str, ...], str] = {
    ("show",): "引数 'ID' がありません。",
    ("pick", "--"): "引数 'ID...' がありません。",
    ("show", "--foo", "x"): "'--foo' というオプションはありません。",
    ("show", "-x"): "'-x' というオプションはありません。",
    ("show", "--jsn"): "'--jsn' というオプションはありません。 もしかして --json ですか。",
    ("search", "x", "--papr"): "'--papr' というオプションはありません。",
    ("show", "a", "b"): "余分な引数があります (b)。",
    ("show", "a", "b", "c"): "余分な引数があります (b c)。",
    ("--quiet",): "コマンドがありません。",
    ("tody",): "'tody' というコマンドはありません。 もしかして today ですか。",
    ("xyzzy",): "'xyzzy' というコマンドはありません。",
    ("later", "x", "y"): "'[DAYS]' の値が正しくありません。y は 1 から 3650 までの整数では"
    "ありません。",
    ("search", "--limit", "0", "x"): "0 は 1 から 200 までの整数ではありません。",
    ("serve", "--gather-at", "25:99"): "25:99 は 06:30 のような時刻ではありません。",
    (
        "recall",
        "--grade",
        "soso",
    ): "'soso' は 'again', 'hard', 'good', 'easy' のどれでもありません。",
    ("note", "x", "one"): "'one' は整数ではありません。",
    ("note", "x", "--restore", "one"): "'one' は整数ではありません。",
    ("search", "--like", "/no/such"): "ファイル '/no/such' はありません。",
    ("search", "--like", "/"): "'/' はファイルではなくフォルダです。",
    ("note", "x", "-m"): "オプション '-m' には値が必要です。",
    ("topics", "--move", "a"): "オプション '--move' には値が2個必要です。",
    ("show", "--json=x", "y"): "オプション '--json' は値を取りません。",
}


class TestWrong:
    @pytest.mark.parametrize("args", WRONG, ids=" ".join)
    def test_it_is_said_in_the_language_of_the_library(
        self, reader: Reader, folder: Path, args: tuple[str, ...]
    ) -> None:
        english = reader(*args, code=2)
        assert "Error: " in english
        japanese(folder)
        said = reader(*args, code=2).splitlines()
        if "Usage: reader" in english:
            assert said[0].startswith("使い方: reader")
            assert re.fullmatch("使い方は 'reader.* --help' で見られます。", said[1])
        assert said[-1].startswith("エラー: ")
        assert said[-1].endswith(WRONG[args])
        without = re.sub(r"'[^']*'|\([^)]*\)|--\w+|today|reader|/no/such|25:99|06:30", "", said[-1])
        assert not re.search("[A-Za-z]{2}", without)

    def test_what_is_missing_or_too_much_is_said_in_japanese_of_every_command(
        self, reader: Reader, folder: Path
    ) -> None:
        japanese(folder)
        for name, _ in commands():
            said = reader(name, "--no-such-option", code=2)
            assert "エラー: '--no-such-option' というオプションはありません。" in said, name
            assert "Usage" not in said

    def test_the_library_that_stands_behind_the_command_says_the_language(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        japanese(folder)
        assert run(["later", "x", "y", "--library", str(folder)], Settings()) == 2
        assert "エラー: " in capsys.readouterr().err

    def test_without_a_word_the_help_comes_in_the_language(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        japanese(folder)
        monkeypatch.setenv("READER_LIBRARY", str(folder))
        assert run([], Settings()) in (0, 2)
        said = "".join(capsys.readouterr())
        assert said.startswith("使い方: reader")
        assert "エラー: " not in said


class TestHelp:
    @pytest.mark.parametrize("language", ["en", "ja"])
    def test_no_command_shows_a_raw_format(
        self, reader: Reader, folder: Path, language: str
    ) -> None:
        if language == "ja":
            japanese(folder)
        for name, _ in commands():
            said = reader(name, "--help")
            # %H, 1<=x<=200, INTEGER RANGE, {n}, `click`'s marks, and names of Python.
            raw = re.search(r"%\w|[<>]=|INTEGER|RANGE|[{}\b]|None|\bnull\b|\\", said)
            assert raw is None, (name, raw)

    def test_what_fits_is_in_the_help(self, reader: Reader, folder: Path) -> None:
        for _ in ("en", "ja"):
            for name, command in commands():
                for param in command.params:
                    if isinstance(param.type, WholeNumber) and isinstance(param, click.Option):
                        said = reader(name, "--help")
                        assert str(param.type.low) in said
                        assert str(param.type.high) in said
            japanese(folder)


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
        assert "-5 is not in the range 1 to 3650" in reader("later", "-10", "-5", code=2)

    def test_an_id_that_nobody_has_is_not_found(self, reader: Reader) -> None:
        assert "-11 dB" in reader("show", "-11 dB", code=4)
