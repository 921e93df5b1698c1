"""Test that a guess is asked for once, before a pick's abstract, and comes back at recall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reader.library.backup import back_up
from reader.library.config import NoteSettings
from reader.library.folder import Library, find_paper
from reader.library.rows import papers, queue
from reader.morning.merge import join
from reader.morning.pick import decide, guess, has_to_guess
from reader.morning.remove import restore_paper
from reader.morning.undo import past_acts, take_back, undo
from reader.notes.recall import card_of, waiting_of
from reader.notes.write import add_note
from tests.samples import DAY, NOW, a_library, paper

WORDS = "They count <bees>."
BEES, COPY = (paper(n, title, "Bees were counted.") for n, title in ((1, "On Bees"), (2, "Bees")))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "library").mkdir()
    with a_library(tmp_path / "library") as library:
        papers.add_papers(library.db, [BEES, COPY], source="arXiv", on=DAY)
        yield library


def is_asked(library: Library, text: str = BEES.id) -> bool:
    return has_to_guess(library, find_paper(library, text))


def test_a_guess_is_asked_for_once_of_a_pick_without_a_note(library: Library) -> None:
    assert not is_asked(library)
    decide(library, "pick", [BEES.id, COPY.id])
    assert is_asked(library)
    guess(library, find_paper(library, BEES.id), f" {WORDS}\n")
    add_note(library, find_paper(library, COPY.id), "Counted.")
    assert not is_asked(library)
    assert not is_asked(library, COPY.id)
    found = queue.guess_of(library.db, find_paper(library, BEES.id).row)
    assert found == queue.Guess(WORDS, library.today())


def test_a_guess_that_is_undone_is_asked_for_again(library: Library) -> None:
    decide(library, "pick", [BEES.id])
    guess(library, find_paper(library, BEES.id), "")
    assert not is_asked(library)
    assert [act.kind for act in past_acts(library)] == ["guess", "pick"]
    [(paper, kind)] = take_back(library).several
    assert (paper.record.id, kind) == (BEES.id, "guess")
    assert is_asked(library)
    assert queue.guess_of(library.db, paper.row) is None
    [(paper, kind)] = take_back(library).several
    assert kind == "pick"


def test_a_key_turns_it_off(library: Library) -> None:
    decide(library, "pick", [BEES.id])
    without = replace(library, config=replace(library.config, note=NoteSettings(guess=False)))
    assert not is_asked(without)


def test_a_guess_comes_back_at_recall_and_goes_with_a_merge(library: Library) -> None:
    decide(library, "pick", [COPY.id])
    guess(library, find_paper(library, COPY.id), WORDS)
    join(library, BEES.id, COPY.id)
    paper = find_paper(library, BEES.id)
    add_note(library, paper, "Bees were counted. Nobody had tried.")
    assert card_of(library, paper, waiting_of(library, paper)).guess == WORDS


@pytest.mark.parametrize("text", [WORDS, "", "蜂を\u3000数える。", "x" * 2_000])
def test_a_restore_brings_a_guess_back_once_and_undo_takes_it(
    library: Library, tmp_path: Path, text: str
) -> None:
    row = find_paper(library, BEES.id).row
    guess(library, find_paper(library, BEES.id), text)
    kept = queue.guess_of(library.db, row)
    made = back_up(library.folder, tmp_path / "out", now=NOW)
    undo(library)
    assert restore_paper(library, made.file, BEES.id).has_guess == bool(text)
    assert queue.guess_of(library.db, row) == (kept if text else None)
    assert not restore_paper(library, made.file, BEES.id).has_guess
    if text:
        assert past_acts(library)[0].kind == "restore"
        undo(library)
        assert queue.guess_of(library.db, row) is None


def test_a_newer_guess_stays_at_a_restore(library: Library, tmp_path: Path) -> None:
    paper = find_paper(library, BEES.id)
    guess(library, paper, WORDS)
    made = back_up(library.folder, tmp_path / "out", now=NOW)
    guess(library, paper, "They sing.")
    assert not restore_paper(library, made.file, BEES.id).has_guess
    assert queue.guess_of(library.db, paper.row) == queue.Guess("They sing.", library.today())
