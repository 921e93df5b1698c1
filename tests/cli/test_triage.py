"""Test what the keys of a morning do, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from reader.cli.frame import Settings
from reader.cli.triage import triage
from reader.library.folder import Library
from reader.library.rows import papers
from reader.morning.pick import decide
from reader.ranking.rows import standings
from tests.mornings import bring, morning, talk
from tests.samples import DAY, FEEDS_TOML, a_library, paper

TITLES = (
    "Speech Translation in Gardens",
    "Speech Recognition in Gardens",
    "Speech Translation at Sea",
    "On Ants",
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    text = FEEDS_TOML + '[encoder]\nmodel = "/no/such/folder"\n'
    with a_library(tmp_path, text) as library:
        given = [paper(n, title) for n, title in enumerate(TITLES, 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        yield library


def said(library: Library, keys: str, *, editor: str = "false") -> list[str]:
    """Press some keys; gives the lines that are said after the prompts and papers."""
    begin = ("Undone", "There is nothing", "reader:", "  `reader", "Written", "Your words")
    return [line for line in lines(library, keys, editor=editor) if line.startswith(begin)]


def lines(library: Library, keys: str, *, editor: str = "false") -> list[str]:
    """Press some keys; returns all lines on the screen."""
    shown = morning(library, DAY)

    @click.command()
    @click.pass_context
    def ask(context: click.Context) -> None:
        triage(context, library, shown, reread=lambda: morning(library, DAY))

    env = {"EDITOR": editor, "VISUAL": None}
    result = CliRunner().invoke(ask, input=keys, obj=Settings(), env=env)
    assert result.exception is None
    return result.output.splitlines()


def states(library: Library) -> list[str]:
    return [h.state for h in papers.papers_at(library.db, range(1, 5))]


def script(folder: Path, text: str) -> str:
    file = folder / "editor"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o700)
    return str(file)


class TestTakingBack:
    def test_the_last_acts_of_this_list_are_taken_back_one_by_one(self, library: Library) -> None:
        first, second = (entry.paper.record.title for entry in morning(library, DAY).entries[:2])
        # A pick that was taken back is not fetched at the end: nothing is asked here.
        assert said(library, "psuuq") == [f"Undone (skip): {second}", f"Undone (pick): {first}"]
        assert states(library) == ["candidate"] * 4

    def test_an_act_from_before_this_list_stays_and_is_named(self, library: Library) -> None:
        decide(library, "skip", ["On Ants"])
        refused = ["reader: Your last action was not in this list: On Ants",
                   "  `reader undo` undoes it; notes are kept."]  # fmt: skip
        assert said(library, "uq") == refused
        first = morning(library, DAY).entries[0].paper.record.title
        assert said(library, "suuq") == [f"Undone (skip): {first}", *refused]
        assert states(library) == ["candidate", "candidate", "candidate", "skip"]

    def test_nothing_older_is_taken_back_after_a_note(
        self, library: Library, tmp_path: Path
    ) -> None:
        decide(library, "skip", ["On Ants"])
        edit = script(tmp_path, 'echo "Bees count. It was tried." > "$1"')
        lines = said(library, "nuq", editor=edit)
        assert lines[0].startswith("Written (1 of 3 today)")
        assert lines[1] == "reader: Your last action was not in this list: On Ants"
        assert states(library)[3] == "skip"

    def test_with_no_act_at_all_that_is_said(self, library: Library) -> None:
        assert said(library, "uq") == ["There is nothing to undo."]


class TestTheRest:
    def test_the_rest_is_skipped_only_after_a_second_key(self, library: Library) -> None:
        said(library, "Snq")
        assert states(library) == ["candidate"] * 4
        said(library, "pSy")
        assert sorted(states(library)) == ["candidate", "pick", "skip", "skip"]

    def test_full_width_letters_count_as_keys(self, library: Library) -> None:
        said(library, "ｐｓｑ")
        assert sorted(states(library)) == ["candidate", "candidate", "pick", "skip"]


class TestWrongTopic:
    def test_one_key_asks_and_one_more_chooses(self, library: Library) -> None:
        shown = lines(library, "x0q")
        assert "    1  speech/recognition" in shown
        assert any(
            line.startswith("Not in any of your topics, so it was skipped:") for line in shown
        )
        assert states(library).count("skip") == 1

    def test_a_paper_of_another_own_topic_is_asked_again_under_it(self, library: Library) -> None:
        first = morning(library, DAY).entries[0]
        shown = lines(library, "x1q")
        asked = [line for line in shown if first.paper.record.id in line]
        assert ["speech/recognition" in line for line in asked] == [False, False, True]
        assert states(library) == ["candidate"] * 4

    def test_another_key_changes_nothing_and_u_takes_it_back(self, library: Library) -> None:
        assert "The topic is unchanged." in lines(library, "xqq")
        assert said(library, "x0uq")[-1].startswith("Undone (topic): ")
        assert states(library) == ["candidate"] * 4


def test_k_goes_back_to_papers_left_for_later(library: Library) -> None:
    first = morning(library, DAY).entries[0].paper.row
    said(library, "  kkkpq")
    assert [n for n, state in enumerate(states(library), 1) if state == "pick"] == [first]


def test_a_morning_with_only_skips_is_learned_from(library: Library) -> None:
    assert standings.fingerprints(library.db) == {}
    said(library, "sq")
    first = standings.fingerprints(library.db)
    assert "topic speech/translation" in first
    said(library, "sq")
    assert standings.fingerprints(library.db) != first


def test_an_editor_without_text_does_not_end_the_list(library: Library, tmp_path: Path) -> None:
    edit = script(tmp_path, r'printf "Caf\351." > "$1"')
    lines = said(library, "nsq", editor=edit)
    kept = Path(lines[0].removeprefix("Your words are in ").split(".md")[0] + ".md")
    assert lines[1].startswith(f"reader: {kept} is not UTF-8 (byte 4)")
    assert kept.read_bytes() == b"Caf\xe9."
    kept.unlink()
    assert sorted(states(library)) == ["candidate", "candidate", "candidate", "skip"]


def test_what_is_muted_line_by_line_is_asked_about_again_after_the_undo(library: Library) -> None:
    bring(library, DAY, paper(5, "A Large Language Model of Bees"))
    talk(library, DAY, 4, "Cy Pond")
    talk(library, DAY, 5, "Em Shore")
    found = lines(library, "   mzm4uq")
    asked = [line for line in found if re.match(r"  +\d ", line) and "]" not in line]
    bees = [n for n, line in enumerate(asked) if "Bees" in line]
    assert len(bees) == 4, "in the list, before each question, and after the undo"
    told = [line for line in found if line.startswith(("Nothing", "Muted", "No longer"))]
    assert told == [
        "Nothing was muted.",
        "Muted: author Em Shore. u undoes this.",
        "No longer muted: Em Shore",
    ]
    assert "    4  author Em Shore" in found
    assert found[-1] == "0 picked, 0 skipped, 5 left for later."
    assert lines(library, "   m4q")[-1] == "0 picked, 0 skipped, 4 left for later."
    assert lines(library, "Sy")[-1] == "0 picked, 4 skipped, 0 left for later."
    assert states(library) == ["skip"] * 4
    [bees_now] = papers.papers_at(library.db, [5])
    assert bees_now.state == "candidate", "what is hidden is not skipped with the rest"
