"""Write notes by the installed command: an editor, drafts, revisions, links, the own words."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sqlite3
import stat
import subprocess
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.cli.frame import Settings
from reader.cli.frame import run as cli_run
from reader.cli.note import EditorPage
from reader.library.arrival import receiving, sent_of
from reader.library.folder import find_paper, open_library
from reader.library.highlight import Highlight
from reader.library.rows import highlights, papers
from reader.morning.pick import guess
from reader.notes.write import add_note
from tests.installed import (
    LIFT,
    NOW,
    WATER,
    Ran,
    editing,
    finish,
    rows,
    run,
    says,
)
from tests.installed import start as start_reader
from tests.samples import DAY, FEEDS_TOML, a_library, paper
from tests.samples import NOW as NOW_OF_SAMPLES

ONE, TWO = "Fish hear. Water sings.", "Whales answer. Nobody asked them."
ABSTRACT = "Nobody wrote the abstract of paper 3."


def texts(library: Path) -> list[str]:
    return [text for (text,) in rows(library, "SELECT text FROM notes ORDER BY id")]


def files(library: Path) -> list[str]:
    folder = library / "drafts"
    if not folder.exists():
        return []
    found = sorted(file.name for file in folder.iterdir())
    assert found, "an empty folder of drafts stays behind"
    return found


class Editor:
    """A shell script in place of an editor; it keeps what it was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen = folder / "seen.md"

    def script(self, does: str) -> str:
        file = self.folder / "editor"
        file.write_text(f'#!/bin/sh\ncat "$1" > "{self.seen}"\n{does}\n')
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return str(file)

    def run(self, library: Path, does: str, *args: str, id_: str = WATER) -> Ran:
        with Terminal(library, self.script(does), id_, *args) as process:
            return finish(process)

    def given(self) -> str:
        return self.seen.read_text("utf-8")


class Terminal:
    """Run `note` with options on a terminal."""

    def __init__(self, library: Path, editor: str, *args: str) -> None:
        import pty

        self.master, stdin = pty.openpty()
        env = {"EDITOR": editor}
        self.process = start_reader("note", *args, library=library, env=env, stdin=stdin)
        os.close(stdin)

    def __enter__(self) -> subprocess.Popen[bytes]:
        return self.process

    def __exit__(self, *_: object) -> None:
        os.close(self.master)


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    return Editor(tmp_path)


def append(text: str) -> str:
    return f"printf '%s\\n' '{text}' >> \"$1\""


def write(text: str) -> str:
    return f"printf '%s\\n' '{text}' > \"$1\""


@pytest.fixture(autouse=True)
def _same_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READER_NOW", NOW.isoformat())
    monkeypatch.setenv("COLUMNS", "80")


def here(*args: str, library: Path) -> Ran:
    """Run a command without an editor in this process: six times as fast."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli_run(list(args), Settings(library))
    return Ran(code, out.getvalue(), err.getvalue())


def note(library: Path, text: str, id_: str = WATER) -> Ran:
    return here("note", id_, "-m", text, library=library)


def shown(library: Path, id_: str) -> dict[str, Any]:
    (one,) = objects(here("show", id_, "--json", library=library))
    return one


def objects(ran: Ran) -> list[dict[str, Any]]:
    assert (ran.code, ran.err) == (0, "")
    return [json.loads(line) for line in ran.out.splitlines()]


class TestTheEditor:
    def test_it_opens_on_a_template_and_brings_the_abstract_the_second_time(
        self, library: Path, editor: Editor
    ) -> None:
        first = editor.run(library, "true")
        assert first[:2] == (0, "No note was written: Speech recognition under water\n")
        headings = [line for line in editor.given().splitlines() if line.startswith("#")]
        assert headings == [
            "## Problem",
            "## Idea",
            "## Evidence",
            "## Doubt",
            "## What I will do with it",
        ]
        assert "┊ Speech recognition under water\n┊ Ada Neverwas" in editor.given()
        assert ABSTRACT not in editor.given()
        assert (texts(library), files(library)) == ([], [])
        second = editor.run(library, "sed -i 's/^## Idea/&\\nFish hear. Water sings./' \"$1\"")
        assert second == (0, "Written (1 of 5 today): Speech recognition under water\n", "")
        assert f"┊ ABSTRACT\n┊ {ABSTRACT}\n" in editor.given()
        assert (texts(library), files(library)) == (["## Idea\nFish hear. Water sings."], [])

    def test_it_shows_the_guess_of_before(self, library: Path, editor: Editor) -> None:
        with open_library(library, now=lambda: NOW) as opened:
            guess(opened, find_paper(opened, WATER), "Do fish hear?")
        editor.run(library, "true")
        assert "┊ Your guess: Do fish hear?\n" in editor.given()

    def test_show_brings_abstract_and_highlights_at_once(
        self, library: Path, editor: Editor
    ) -> None:
        editor.run(library, "true", "--show")
        assert f"┊ ABSTRACT\n┊ {ABSTRACT}\n" in editor.given()

    def test_japanese_and_the_persons_own_templates(self, library: Path, editor: Editor) -> None:
        feeds = library / "feeds.toml"
        text = feeds.read_text("utf-8").replace("[reader]\n", '[reader]\nlanguage = "ja"\n', 1)
        feeds.write_text(
            text + '[note]\ntemplate = "mine"\n[[template]]\nname = "mine"\n'
            'text = """\n# 一言で\n\nWhat for: \n"""\n',
            "utf-8",
        )
        ran = editor.run(library, "sed -i 's/^What for: /&fish. And for me./' \"$1\"")
        assert editor.given().startswith("# 一言で\n\nWhat for: \n\n<!-- reader:show:")
        assert (ran.code, texts(library)) == (0, ["# 一言で\n\nWhat for: fish. And for me."])
        editor.run(library, "true", "--template", "six-questions", id_=LIFT)
        assert editor.given().startswith("## ひとことで\n┊ ")
        strange = editor.run(library, "true", "--template", "six", id_=LIFT)
        assert strange[:2] == (2, "")
        assert says(
            strange.err,
            "six というテンプレートはありません。",
            "使えるもの: key-points、six-questions、none、mine。",
        )

    def test_a_template_that_is_named_adds_its_headings_to_a_note(
        self, library: Path, editor: Editor
    ) -> None:
        note(library, f"## Idea\n{ONE}")
        does = "sed -i 's/^## Doubt/&\\nIn salt water?/' \"$1\""
        editor.run(library, does, "--template", "key-points")
        assert texts(library)[-1] == f"## Idea\n{ONE}\n\n## Doubt\nIn salt water?"

    def test_the_editor_begins_with_edits_of_the_markdown_file(
        self, library: Path, editor: Editor
    ) -> None:
        note(library, ONE)
        (file,) = (library / "notes" / "speech" / "recognition").glob("2*.md")
        file.write_text(file.read_text("utf-8").replace("Water sings.", "Water hums."), "utf-8")
        ran = editor.run(library, append(TWO))
        assert editor.given().startswith("Fish hear. Water hums.\n")
        assert says(ran.err, f"your changes read: {file.relative_to(library)}")
        assert texts(library) == [ONE, "Fish hear. Water hums.", f"Fish hear. Water hums.\n\n{TWO}"]
        assert TWO in file.read_text("utf-8")

    @pytest.mark.parametrize(
        ("bytes_", "kept"),
        [
            (r"\357\273\277Fish hear. Water sings.\n", ONE),
            (r"Fish hear.\r\nWater sings.\r\n", "Fish hear.\nWater sings."),
            (r"Fish\000hear. Water sings.\n", "Fish\0hear. Water sings."),
        ],
        ids=["BOM", "CRLF", "NUL"],
    )
    def test_additions_of_editors_are_removed(
        self, library: Path, editor: Editor, bytes_: str, kept: str
    ) -> None:
        ran = editor.run(library, f"printf '{bytes_}' > \"$1\"")
        assert (ran.code, texts(library), files(library)) == (0, [kept], [])

    def test_a_file_that_the_editor_deleted_is_said_and_changes_nothing(
        self, library: Path, editor: Editor
    ) -> None:
        note(library, ONE)
        ran = editor.run(library, 'rm "$1"')
        assert ran[:2] == (2, "")
        assert says(ran.err, "The editor deleted", "drafts/2031_Neverwas_", "Nothing was changed.")
        assert (texts(library), files(library)) == ([ONE], [])

    def test_an_editor_that_came_back_at_once_is_told_how_to_wait(
        self, library: Path, editor: Editor
    ) -> None:
        with editing(WATER, library=library, editor="true") as process:
            ran = finish(process)
        assert says(ran.err, "The editor returned at once.", "EDITOR='code --wait'")

    @pytest.mark.slow
    def test_without_a_terminal_its_options_are_refused_and_no_editor_is_asked(
        self, library: Path
    ) -> None:
        for option in (("--show",), ("--template", "none")):
            ran = run("note", WATER, *option, library=library, env={"EDITOR": "/no/such"})
            assert ran[:2] == (2, "")
            assert says(
                ran.err, f"{option[0]} is for writing in an editor, which needs a terminal."
            )
        ran = run("note", WATER, library=library, env={"EDITOR": "/no/such"})
        assert ran == (0, "No note was written: Speech recognition under water\n", "")


class TestDrafts:
    def begin(self, library: Path, editor: Editor) -> subprocess.Popen[bytes]:
        """Kill `note` while its editor has a draft with words."""
        started = editor.folder / "started"
        stop = editor.folder / "stop"
        wait = f'touch "{started}"; while [ ! -e "{stop}" ]; do sleep 0.05; done'
        does = f"{append(ONE)}\n{wait}"
        with Terminal(library, editor.script(does), WATER) as process:
            while not started.exists():
                assert process.poll() is None
                time.sleep(0.02)
            process.kill()
            process.wait()
            stop.touch()
            process.communicate()
        return process

    def test_a_draft_survives_a_killed_command_and_opens_again(
        self, library: Path, editor: Editor
    ) -> None:
        self.begin(library, editor)
        (name,) = [name for name in files(library) if not name.startswith(".")]
        assert name.startswith("2031_Neverwas_SpeechRecognitionUnderWater.")
        assert texts(library) == []
        ran = editor.run(library, append(TWO))
        assert says(ran.err, "Opening an unsaved draft: Speech recognition")
        assert ONE in editor.given()
        assert f"┊ {ABSTRACT}" in editor.given()
        assert editor.given().count("reader:shown") == 1
        assert ran.code == 0
        assert all(part in texts(library)[0] for part in (ONE, TWO))
        assert files(library) == []

    @pytest.mark.parametrize("end", ["exit 3", "kill -9 $$"])
    def test_a_draft_survives_a_failed_editor_and_is_named(
        self, library: Path, editor: Editor, end: str
    ) -> None:
        note(library, ONE)
        ran = editor.run(library, f"{append(TWO)}\n{end}")
        (name,) = files(library)
        assert ran[:2] == (2, "")
        named = f"Your words are in {library}/drafts/{name}. reader note {WATER} opens them again."
        assert says(ran.err, named)
        assert texts(library) == [ONE]
        assert editor.run(library, "true").code == 0
        assert (texts(library)[-1], files(library)) == (f"{ONE}\n\n{TWO}", [])

    def test_words_typed_behind_a_hint_are_the_note(self, library: Path, editor: Editor) -> None:
        does = "sed -i 's/^┊ Where might it not hold?/& On land. In the air./' \"$1\""
        ran = editor.run(library, does)
        assert says(ran.out, "Written (1 of 5 today)")
        assert (texts(library), files(library)) == (["## Doubt\nOn land. In the air."], [])

    def test_a_draft_of_a_merged_paper_opens_with_the_other_one(
        self, library: Path, editor: Editor
    ) -> None:
        note(library, TWO, LIFT)
        editor.run(library, f"{append(ONE)}\nexit 3")
        assert here("merge", LIFT, WATER, library=library).code == 0
        assert len(files(library)) == 1
        editor.run(library, "true", id_=LIFT)
        assert all(part in texts(library)[-1] for part in (ONE, TWO))
        assert files(library) == []

    def test_an_emptied_draft_is_deleted(self, library: Path, editor: Editor) -> None:
        editor.run(library, f"{append(ONE)}\nexit 3")
        ran = editor.run(library, ': > "$1"')
        assert ran[:2] == (0, "No note was written: Speech recognition under water\n")
        assert (texts(library), files(library)) == ([], [])

    @pytest.mark.slow  # asks an editor three times
    def test_a_draft_outside_utf8_stays_until_it_is_repaired(
        self, library: Path, editor: Editor
    ) -> None:
        for _ in range(2):
            ran = editor.run(library, r'printf "Caf\351 noir. Toujours.\n" > "$1"')
            assert ran[:2] == (2, "")
            assert says(ran.err, "opens them again", "is not UTF-8 (byte 4)")
            assert len(files(library)) == 1
        editor.run(library, r'printf "Caf\303\251 noir. Toujours.\n" > "$1"')
        assert (texts(library), files(library)) == (["Café noir. Toujours."], [])

    @pytest.mark.slow  # a writer waits ten seconds
    def test_a_draft_survives_a_locked_library(self, library: Path, editor: Editor) -> None:
        note(library, ONE)
        holder = sqlite3.connect(library / "reader.db", isolation_level=None)
        go, stop = editor.folder / "go", editor.folder / "stop"
        wait = f'touch "{go}"; while [ ! -e "{stop}" ]; do sleep 0.05; done'
        with Terminal(library, editor.script(f"{append(TWO)}\n{wait}"), WATER) as process:
            while not go.exists():
                time.sleep(0.02)
            holder.execute("BEGIN IMMEDIATE")
            stop.touch()
            ran = finish(process)
        holder.execute("ROLLBACK")
        holder.close()
        (name,) = files(library)
        assert ran[:2] == (6, "")
        assert says(
            ran.err, f"Your words are in {library}/drafts/{name}.", "in use by another process"
        )
        assert texts(library) == [ONE]
        editor.run(library, "true")
        assert (texts(library)[-1], files(library)) == (f"{ONE}\n\n{TWO}", [])

    def test_two_editors_at_once_end_in_two_revisions_and_a_word_about_it(
        self, library: Path, editor: Editor
    ) -> None:
        opened, go = editor.folder / "opened", editor.folder / "go"
        wait = f'touch "{opened}"; while [ ! -e "{go}" ]; do sleep 0.02; done'
        with Terminal(library, editor.script(f"{wait}\n{write(ONE)}"), WATER) as first:
            while not opened.exists():
                assert first.poll() is None
                time.sleep(0.02)
            other = Editor(editor.folder / "other")
            other.folder.mkdir()
            second = other.run(library, write(TWO))
            go.touch()
            ran = finish(first)
        assert says(second.err, "This note is open in another editor too. Both texts will be kept.")
        assert says(second.out, "Written (1 of 5 today)")
        assert says(
            ran.out, "Revision 1 was saved while you were writing.", "Revision 2 has both texts"
        )
        assert texts(library)[0] == TWO
        assert (len(texts(library)), files(library)) == (2, [])
        assert all(part in texts(library)[1] for part in (ONE, TWO, "written at the same time"))


class TestGoingBack:
    @pytest.fixture
    def revised(self, library: Path) -> Path:
        note(library, "Fish hear.")
        note(library, ONE)
        return library

    def test_revisions_are_listed_compared_and_restored(self, revised: Path) -> None:
        assert here("note", WATER, "--history", library=revised) == (
            0,
            "  1  2031-03-04 17:00  command  skimmed  Fish hear.\n"
            "  2  2031-03-04 17:00  command  written  Fish hear. Water sings.\n",
            "",
        )
        difference = (
            "--- revision 1, 2031-03-04 17:00\n+++ revision 2, 2031-03-04 17:00\n@@ -1 +1 @@\n"
            "-Fish hear.\n+Fish hear. Water sings.\n"
        )
        for numbers in ((), ("1",), ("1", "2")):
            assert here("note", WATER, "--diff", *numbers, library=revised) == (0, difference, "")
        ran = here("note", WATER, "--restore", "1", library=revised)
        said = "Revision 1 was restored as revision 3: Speech recognition under water\n"
        assert ran == (0, said, "")
        assert texts(revised) == ["Fish hear.", ONE, "Fish hear."]
        (file,) = (revised / "notes" / "speech" / "recognition").glob("2*.md")
        assert "Water sings." not in file.read_text("utf-8")


def in_process(folder: Path, *args: str) -> int:
    return cli_run(["note", *args], Settings(folder))


COPIED = (
    "Bees were shown cards with one to six dots. They learned to fly to the card with four dots."
)


MORE = '[encoder]\nmodel = "/no/such/folder"\n[note]\nexport = false\n'


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Make a library with two papers, for tests without another process."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "feeds.toml").write_text(FEEDS_TOML + MORE, "utf-8")
    with a_library(folder) as library:
        given = [paper(1, "On Bees", f"{COPIED} They kept to it."), paper(2, "On Ants")]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
    return folder


BEES, ANTS = "2506.00001", "2506.00002"


def test_a_text_in_place_of_a_note_says_how_the_note_comes_back(library: Path) -> None:
    said = "This is the whole note now. The one before: reader note"
    assert said not in note(library, "Bubbles are words. Divers teach them.").out
    assert said not in note(library, "Bubbles are words. Divers teach them.").out
    assert f"{said} {WATER} --restore 1\n" in note(library, "One more thought.").out


def test_the_second_page_has_what_the_person_marked(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1, "On Bees", COPIED)], source="arXiv", on=DAY)
        marks = [
            Highlight(2, 0, "highlight", "six dots"),
            Highlight(3, 0, "highlight", "Six dots"),
            Highlight(3, 1, "note", "", note="Try ants.\nSoon."),
            Highlight(4, 0, "underline", "grew", note="how far?"),
        ]
        for mark in marks:
            with library.db.writing():
                row = highlights.add_highlight(library.db, 1, mark, mark=None, at=NOW_OF_SAMPLES)
                highlights.set_seen(library.db, f"x{row}", [row], at=NOW_OF_SAMPLES)
        library_paper = papers.papers_at(library.db, [1])[0]
        first, second = (
            EditorPage(library, library_paper, "none", has).new("Mine.") for has in (False, True)
        )
    assert "dots" not in first
    assert second.partition("┊ YOUR HIGHLIGHTS\n")[2] == (
        "┊ - “six dots” (p. 2, 3)\n┊ - Try ants. Soon. (p. 3)\n┊ - “grew” (p. 4)\n"
        "┊   — how far?\n<!-- reader:shown -->\n"
    )


class TestWithinTheProcess:
    @pytest.fixture(autouse=True)
    def _same_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("READER_NOW", NOW_OF_SAMPLES.isoformat())

    def test_revisions_saved_on_a_page_are_marked(
        self, small: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert in_process(small, BEES, "-m", "Bees hum.", "--quiet") == 0
        with open_library(small, now=lambda: NOW_OF_SAMPLES + timedelta(hours=1)) as library:
            sent = receiving(library, sent_of(library, act="a" * 16))
            add_note(sent, find_paper(sent, BEES), ONE)
        assert in_process(small, BEES, "--history") == 0
        first, second = capsys.readouterr().out.splitlines()
        assert (first[23:30], second[23:30].rstrip()) == ("command", "page")

    def test_history_as_json(self, small: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for text in ("Bees hum.", ONE):
            assert in_process(small, BEES, "-m", text, "--quiet") == 0
        assert in_process(small, BEES, "--history", "--json") == 0
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        keys = ("id", "number", "on", "came_from", "is_written", "text")
        assert [[one[key] for key in keys] for one in found] == [
            ["arxiv:2506.00001", 1, "2025-06-04", "command", False, "Bees hum."],
            ["arxiv:2506.00001", 2, "2025-06-04", "command", True, ONE],
        ]

    @pytest.mark.parametrize(
        ("args", "message"),
        [
            (("--restore", "9"), ("There is no revision 9", "It has 1 revision;")),
            (("--diff",), ("has 1 revision.", "nothing to compare")),
            (("--diff", "1", "9"), ("There is no revision 9",)),
            (("--diff", "1", "2", "2"), ("are used with --diff", "--diff [A [B]]")),
            (("1",), ("Revision numbers are used with --diff.",)),
            (("--check", "--show"), ("--check cannot be used together with --show.",)),
            (("--history", "-m", "x"), ("--history cannot be used together with -m.",)),
            (("--restore", "1", "--diff"), ("--diff cannot be used together with --restore.",)),
            (("-m", "x", "--json"), ("--json needs --history",)),
            (("-m", "x", "--template", "none"), ("-m cannot be used together with --template.",)),
        ],
    )
    def test_options_that_name_two_things_or_none_are_refused(
        self,
        small: Path,
        capsys: pytest.CaptureFixture[str],
        args: Sequence[str],
        message: Sequence[str],
    ) -> None:
        assert in_process(small, BEES, "-m", ONE, "--quiet") == 0
        assert in_process(small, BEES, *args) == 2
        out, err = capsys.readouterr()
        assert (out, says(err, *message)) == ("", True)
        assert texts(small) == [ONE]

    def test_what_the_check_cannot_see_is_said_before_that_a_note_counts(
        self, small: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        unseen = "Compared only by words, without the model: translations and copies"
        note = "I want to know what our bees at home would make of such cards."
        note += " Nobody seems to have asked for how long they remember a lesson."
        assert in_process(small, BEES, "-m", note) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert 0 <= said.find(unseen) < said.find("Written (1 of")
        assert in_process(small, BEES, "--check") == 0
        assert says(capsys.readouterr().out, unseen, "No sentence has the same words as the paper.")
        assert in_process(small, BEES, "--check", "--json") == 0
        check = json.loads(capsys.readouterr().out)
        assert (check["n_unseen"], check["why_unseen"], check["verdict"]) == (2, "model", "own")
        assert list(check).index("n_unseen") < list(check).index("verdict")

    def test_copied_sentences_are_shown_with_their_place_and_the_note_is_kept(
        self, small: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert in_process(small, BEES, "-m", COPIED) == 0
        said = capsys.readouterr().out
        assert says(
            said,
            "Saved, but does not count as written (mostly copied): On Bees",
            "Mostly copied (100 %)",
        )
        assert says(said, "copied, abstract: Bees were shown", "copied, abstract: They learned")
        assert texts(small) == [COPIED]
        assert in_process(small, BEES, "--check") == 0
        assert says(capsys.readouterr().out, "Mostly copied", "copied, abstract: Bees were")
        assert in_process(small, BEES, "--check", "--json") == 0
        check = json.loads(capsys.readouterr().out)
        assert (check["verdict"], check["is_mostly_copied"], check["share"]) == ("copied", True, 1)
        keys = ("text", "verdict", "where", "page")
        assert [[one[key] for key in keys] for one in check["sentences"]] == [
            ["Bees were shown cards with one to six dots.", "copied", "abstract", None],
            ["They learned to fly to the card with four dots.", "copied", "abstract", None],
        ]
        assert in_process(small, BEES, "-m", ONE) == 0
        assert in_process(small, BEES, "--check") == 0
        assert capsys.readouterr().out == (
            "Written (1 of 3 today): On Bees\n"
            "This is the whole note now. The one before: reader note arxiv:2506.00001 --restore 1\n"
            "Your own words: no sentence is close to the paper's.\n"
        )

    def test_a_note_that_counted_before_the_abstract_was_known_is_said_to_count_still(
        self, small: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert in_process(small, BEES, "-m", COPIED) == 0
        assert in_process(small, BEES, "--check") == 0
        assert not says(capsys.readouterr().out, "It counted when you saved it")
        edit = ["edit", BEES, "abstract=Wasps."]
        assert cli_run(edit, Settings(small, is_quiet=True)) == 0
        assert in_process(small, BEES, "-m", f"{COPIED} ") == 0
        assert says(capsys.readouterr().out, "Written (1 of 3 today)")
        assert cli_run([*edit[:2], "abstract="], Settings(small, is_quiet=True)) == 0
        assert in_process(small, BEES, "--check") == 0
        assert says(
            capsys.readouterr().out,
            "copied, abstract: Bees were",
            "It counted when you saved it, and still does.",
        )

    @pytest.mark.parametrize(
        "args",
        [
            ("--check",),
            ("--check", "--json"),
            ("--history",),
            ("--history", "--json"),
            ("--diff",),
            ("--diff", "1", "2"),
            ("--restore", "1"),
        ],
    )
    def test_without_a_note_there_is_nothing_to_go_back_to(
        self, small: Path, capsys: pytest.CaptureFixture[str], args: Sequence[str]
    ) -> None:
        assert in_process(small, BEES, *args) == 4
        assert capsys.readouterr() == (
            "",
            "reader: There is no note yet: On Bees\n  `reader note arxiv:2506.00001` writes one.\n",
        )

    def test_related_notes_are_found_without_a_note(
        self, small: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert in_process(small, BEES, "--related") == 0
        assert capsys.readouterr() == ("You have no related notes.\n", "")


class TestSaving:
    def test_links_and_near_notes_are_named(self, library: Path) -> None:
        note(library, "Lifts translate floors. Ears pop.", LIFT)
        key = shown(library, LIFT)["key"]
        ran = note(library, f"Ears pop in water too. As in [[{key}]], and unlike [[{key}x]].")
        assert says(ran.out, f"[[{key}x]] does not lead to a paper. Did you mean [[{key}]]?")
        assert "Nearest" not in ran.out
        back = shown(library, LIFT)["backlinks"]
        assert [(one["id"], one["sentence"]) for one in back] == [
            (WATER, f"As in “Speech translation in a lift”, and unlike [[{key}x]].")
        ]
        assert [one["id"] for one in shown(library, WATER)["links"]] == [LIFT]
        assert says(
            here("show", LIFT, library=library).out,
            "Linked from “",
            "As in “Speech translation in a lift”, and unlike",
        )
        own = shown(library, WATER)["key"]
        near = note(library, "Ears pop everywhere. Even here.")
        assert says(
            near.out, "Related notes, compared only by words", f"[[{key}]]", "Lifts translate"
        )
        (one,) = objects(here("note", WATER, "--related", "--json", library=library))
        assert (one["id"], one["sentence"]) == (LIFT, "Lifts translate floors.")
        assert own != key

    def test_the_markdown_file_follows_unless_feeds_toml_says_not_to(self, library: Path) -> None:
        note(library, ONE)
        (file,) = (library / "notes" / "speech" / "recognition").glob("2*.md")
        assert ONE in file.read_text("utf-8")
        with (library / "feeds.toml").open("a", encoding="utf-8") as feeds:
            feeds.write("[note]\nexport = false\n")
        note(library, TWO)
        assert TWO not in file.read_text("utf-8")

    def test_a_failed_export_is_one_line_and_the_note_is_kept(self, library: Path) -> None:
        (library / "notes").write_text("somebody's\n")
        ran = note(library, ONE)
        assert ran[:2] == (0, "Written (1 of 5 today): Speech recognition under water\n")
        assert (ran.err.count("\n"), says(ran.err, "reader:", "notes")) == (1, True)
        assert texts(library) == [ONE]
