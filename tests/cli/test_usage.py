"""Run commands that are typed wrongly: what is an option, what is a text, and what is said."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reader.base.messages import _, speaking
from reader.base.text import columns
from reader.cli.commands import COMMANDS, GROUPS
from reader.cli.frame import ReaderCommand, Settings, WholeNumber, reader_group, run
from reader.library.rows import papers
from tests.data import ROOT
from tests.installed import NOW, READER, environment, run_here
from tests.play import PlayServer
from tests.samples import DAY, FEEDS_TOML, a_library, paper
from tests.terminal import on_terminal

TITLES = ("-10 dB and below", "-x marks the spot", "--- Rain ---", "-音声")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    several = [paper(n, title) for n, title in enumerate(TITLES, 1)]
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
    return tmp_path


class Reader:
    """Runs commands on one library."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys = folder, capsys

    def __call__(self, *args: str, code: int = 0) -> str:
        """Run a command; returns its output, then its errors."""
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


WRONG: dict[tuple[str, ...], tuple[str, str]] = {
    ("show",): ("ID is missing.", "ID が指定されていません。"),
    ("pick", "--"): ("ID is missing.", "ID が指定されていません。"),
    ("add",): ("WHAT is missing.", "WHAT が指定されていません。"),
    ("show", "--foo", "x"): (
        "There is no option --foo.",
        "--foo というオプションはありません。",
    ),
    ("show", "-x"): ("There is no option -x.", "-x というオプションはありません。"),
    ("show", "--jsn"): (
        "There is no option --jsn. Did you mean --json?",
        "--jsn というオプションはありません。もしかして --json ですか。",
    ),
    ("search", "x", "--papr"): (
        "There is no option --papr. Did you mean --papers?",
        "--papr というオプションはありません。もしかして --papers ですか。",
    ),
    ("show", "a", "b"): ("Too many arguments: b.", "余分な引数があります: b"),
    ("show", "a", "b", "c"): ("Too many arguments: b c.", "余分な引数があります: b c"),
    ("tody",): (
        "There is no command 'tody'. Did you mean today?",
        "「tody」というコマンドはありません。もしかして today ですか。",
    ),
    ("xyzzy",): ("There is no command 'xyzzy'.", "「xyzzy」というコマンドはありません。"),
    ("later", "x", "y"): (
        "DAYS: y is not a whole number from 1 to 3650.",
        "DAYS: y は 1 から 3650 までの整数ではありません。",
    ),
    ("search", "--limit", "0", "x"): (
        "--limit: 0 is not a whole number from 1 to 200.",
        "--limit: 0 は 1 から 200 までの整数ではありません。",
    ),
    ("serve", "--gather-at", "25:99"): (
        "--gather-at: 25:99 is not a time of day like 06:30.",
        "--gather-at: 25:99 は 06:30 のような時刻ではありません。",
    ),
    ("recall", "--grade", "soso"): (
        "--grade: 'soso' is not one of 'again', 'hard', 'good', 'easy'.",
        "--grade: 「soso」は「again」、「hard」、「good」、「easy」のどれでもありません。",
    ),
    ("note", "x", "one"): (
        "NUMBER: 'one' is not a whole number.",
        "NUMBER: 「one」は整数ではありません。",
    ),
    ("undo", "1.5"): (
        "N: '1.5' is not a whole number.",
        "N: 「1.5」は整数ではありません。",
    ),
    ("init", ""): (
        "DIR: An empty text names no file and no folder.",
        "DIR: 空の文字列は、ファイルやフォルダの名前になりません。",
    ),
    ("note", "x", "--restore", "one"): (
        "--restore: 'one' is not a whole number.",
        "--restore: 「one」は整数ではありません。",
    ),
    ("search", "--like", "/no/such"): (
        "--like: There is no file '/no/such'.",
        "--like: ファイル「/no/such」はありません。",
    ),
    ("search", "--like", "/"): (
        "--like: '/' is a folder, not a file.",
        "--like: 「/」はファイルではなくフォルダです。",
    ),
    ("note", "x", "-m"): ("-m needs a value.", "-m には値が必要です。"),
    ("topics", "--move", "a"): ("--move needs 2 values.", "--move には値が2個必要です。"),
    ("show", "--json=x", "y"): ("--json takes no value.", "--json に値は付けられません。"),
}


class TestWrong:
    @pytest.mark.parametrize("args", WRONG, ids=" ".join)
    def test_it_is_said_what_is_wrong_how_it_is_used_and_where_to_read(
        self, reader: Reader, folder: Path, args: tuple[str, ...]
    ) -> None:
        english, in_japanese = WRONG[args]
        name = args[0] if args[0] in COMMANDS else ""
        said = reader(*args, code=2).splitlines()
        assert said[0] == f"reader: {english}"
        if name:
            assert said[1].startswith(f"  Usage: reader {name} [OPTIONS]")
            assert said[2:] == [f"  `reader {name} --help` shows examples and all options."]
        else:
            assert said[1:] == ["  `reader --help` lists the commands."]

        japanese(folder)
        said = reader(*args, code=2).splitlines()
        assert said[0] == f"reader: {in_japanese}"
        if name:
            assert said[1].startswith(f"  使い方: reader {name} [OPTIONS]")
            assert said[2:] == [f"  `reader {name} --help` で使用例とオプションを見られます。"]
        else:
            assert said[1:] == ["  `reader --help` でコマンドを一覧できます。"]
        typed = r"「[^」]*」|--?\w[\w-]*|today|\b(b|c|y|N|ID|DIR|WHAT|DAYS|NUMBER)\b|25:99|06:30"
        assert not re.search("[A-Za-z]", re.sub(typed, "", in_japanese))

    def test_an_option_that_is_none_is_told_in_japanese_by_every_command(
        self, reader: Reader, folder: Path
    ) -> None:
        japanese(folder)
        for name, _unused in commands():
            said = reader(name, "--no-such-option", code=2)
            assert "reader: --no-such-option というオプションはありません。" in said, name
            assert "Usage" not in said

    def test_the_library_that_stands_behind_the_command_says_the_language(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        japanese(folder)
        assert run(["later", "x", "y", "--library", str(folder)], Settings()) == 2
        assert "reader: DAYS: y は " in capsys.readouterr().err

    def test_a_name_with_an_escape_sequence_is_printed_without_it(self, reader: Reader) -> None:
        assert "\x1b" not in reader("show", "--\x1b[31mred", "x", code=2)
        assert "\x1b" not in reader("\x1b[31mred", code=2)


class TestAlone:
    """`reader` without a command."""

    def test_it_is_today(self, library: Path, server: PlayServer) -> None:
        before = len(server.requests)
        named = run_here("today", library=library)
        n_asked = len(server.requests) - before
        alone = run_here(library=library)
        assert alone == named
        assert named.code == 0
        assert "OWN TOPICS" in alone.out
        assert len(server.requests) - before == 2 * n_asked
        assert run_here("--quiet", library=library) == run_here("today", "--quiet", library=library)

    def test_it_asks_on_a_terminal_as_today_does(self, library: Path) -> None:
        env = environment(library, NOW, {"TERM": "xterm-256color"})
        with on_terminal([READER], env, columns=80, lines=24) as terminal:
            terminal.until("p pick")
            terminal.press("q")
            terminal.quiet()

    def test_its_errors_and_its_list_are_in_the_language_of_the_library(
        self, library: Path
    ) -> None:
        feeds = library / "feeds.toml"
        text = feeds.read_text("utf-8").replace("[reader]\n", '[reader]\nlanguage = "ja"\n', 1)
        feeds.write_text(text, "utf-8")
        assert "自分のトピック" in run_here(library=library).out
        wrong = run_here("--xyzzy", library=library)
        assert (wrong.code, wrong.err) == (
            2,
            "reader: --xyzzy というオプションはありません。\n"
            "  `reader --help` でコマンドを一覧できます。\n",
        )

    def test_without_a_library_it_says_how_to_begin(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("READER_LIBRARY", raising=False)
        monkeypatch.setenv("HOME", str(tmp_path / "a home"))
        monkeypatch.chdir(tmp_path)
        place = f"{tmp_path}/a home/reader"
        assert run([], Settings()) == 3
        assert capsys.readouterr() == (
            "",
            f"reader: There is no library at {place} yet.\n"
            f"  To make one: reader init '{place}'\n"
            "  To see a sample morning first: reader demo\n",
        )
        assert not (tmp_path / "a home").exists()


class TestHelp:
    @pytest.mark.parametrize("language", ["en", "ja"])
    def test_no_command_shows_a_raw_format(
        self, reader: Reader, folder: Path, language: str
    ) -> None:
        if language == "ja":
            japanese(folder)
        for name, _unused in commands():
            said = reader(name, "--help")
            # %H, 1<=x<=200, INTEGER RANGE, {n}, `click`'s marks, and names of Python.
            raw = re.search(r"%\w|[<>]=|INTEGER|RANGE|[{}\b]|None|\bnull\b|\\", said)
            assert raw is None, (name, raw)

    def test_ranges_of_numbers_are_in_the_help(self, reader: Reader, folder: Path) -> None:
        for _unused in ("en", "ja"):
            for name, command in commands():
                for param in command.params:
                    if isinstance(param.type, WholeNumber) and isinstance(param, click.Option):
                        said = reader(name, "--help")
                        assert str(param.type.low) in said
                        assert str(param.type.high) in said
            japanese(folder)

    @pytest.mark.parametrize("language", ["en", "ja"])
    def test_the_commands_stand_in_groups_in_the_order_of_need(
        self, reader: Reader, folder: Path, language: str
    ) -> None:
        if language == "ja":
            japanese(folder)
        said = reader("--help")
        with speaking("ja" if language == "ja" else "en"):
            for heading, group in GROUPS.items():
                lines = [f"  {name:10}  {_(entry.brief)}" for name, entry in group.items()]
                assert "\n".join(["", _(heading), *lines, ""]) in said
                assert [line for line in lines if columns(line) >= 70] == []
        assert [name for group in GROUPS.values() for name in group] == list(COMMANDS)
        there = {
            name
            for file in (ROOT / "reader" / "cli").glob("*.py")
            for name in re.findall(r"^def (\w+)_command\(\s*context", file.read_text("utf-8"), re.M)
        }
        assert there == set(COMMANDS)

    @pytest.mark.parametrize("language", ["en", "ja"])
    def test_the_help_of_a_command_begins_with_two_examples(
        self, reader: Reader, folder: Path, language: str
    ) -> None:
        if language == "ja":
            japanese(folder)
        for name, command in commands():
            assert isinstance(command, ReaderCommand)
            usage, examples, text, *_unused = reader(name, "--help").split("\n\n")
            assert usage.startswith(("Usage: ", "使い方: "))
            first, second = examples.split("\n")
            with speaking("ja" if language == "ja" else "en"):
                for line, (args, what) in zip(
                    (first, second), command.examples.items(), strict=True
                ):
                    assert line.startswith(f"  reader {args}  ")
                    assert line.endswith(f"  {_(what)}")
            assert text.startswith("  "), name
            assert not text.startswith("  reader "), name

    def test_every_example_is_a_command_line_of_its_command(self) -> None:
        for name, command in commands():
            assert isinstance(command, ReaderCommand)
            assert len(command.examples) == 2, name
            root = click.Context(reader_group, info_name="reader", obj=Settings())
            for line in command.examples:
                typed, *args = shlex.split(line)
                assert typed == name
                command.make_context(name, args, parent=root)

    def test_a_shell_that_completes_shows_help_in_the_language_of_the_library(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("READER_LIBRARY", str(folder))
        monkeypatch.setenv("_READER_COMPLETE", "fish_complete")
        for word, line in (("--js", "reader show --js"), ("toda", "reader toda")):
            monkeypatch.setenv("COMP_WORDS", line)
            monkeypatch.setenv("COMP_CWORD", word)
            run([], Settings())
        japanese(folder)
        run([], Settings())
        said = capsys.readouterr().out
        assert "--json\tPrint JSON for programs, one object a line." in said
        brief = COMMANDS["today"].brief
        assert f"today\t{brief}" in said
        with speaking("ja"):
            assert f"today\t{_(brief)}" in said
            assert _(brief) != brief


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

    def test_a_note_is_for_the_paper_whose_title_begins_so_in_any_width(
        self, reader: Reader
    ) -> None:
        note = ("-m", "It marks twice. I doubt the second one.")
        assert "NotAnId" not in reader("note", "－Ｘ　ＭＡＲＫＳ　ｔｈｅ", *note)
        assert "It marks twice." in reader("show", "2506.00002")
        assert "It marks twice." not in reader("show", "2506.00001")

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (("--foo",), "There is no option --foo."),
            (("--jsn", "-10"), "Did you mean --json?"),
            (("-x",), "There is no option -x."),
            (("-xy",), "There is no option -x."),
            (("--foo=a b",), "There is no option --foo."),
            (("--foo bar",), "There is no option --foo bar."),
        ],
    )
    def test_an_unknown_option_is_named(
        self, reader: Reader, args: tuple[str, ...], said: str
    ) -> None:
        text = reader("show", *args, code=2)
        assert said in text
        assert "`reader show --help` shows examples and all options." in text

    def test_a_number_that_is_too_small_is_named(self, reader: Reader) -> None:
        reader("pick", "--no-fetch", "-10")
        assert "-5 is not a whole number from 1 to 3650" in reader("later", "-10", "-5", code=2)

    def test_an_unknown_id_is_not_found(self, reader: Reader) -> None:
        assert "-11 dB" in reader("show", "-11 dB", code=4)
