"""Test how notes are kept: what counts, two writers at once, near notes, links."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.base.errors import Locked, ModelError, UsageError
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.morning.edit import edit
from reader.morning.merge import join
from reader.notes import drafts
from reader.notes.links import backlinks, links_of, lost_links, related
from reader.notes.rows import notes
from reader.notes.words import BESIDE
from reader.notes.write import AT_ONCE, NoteOutcome, add_note, restore
from reader.search.rows import index
from tests.samples import DAY, NOW, SmallEncoder, a_library, paper

ABSTRACT = (
    "Bees were shown cards with one to six dots. They learned to fly to the card with four "
    "dots, and kept to it when the dots grew."
)
COPIED = (
    "Bees were shown cards with one to six dots. They learned to fly to the card with four dots."
)
ONE, TWO, THREE = (
    "Small animals have some arithmetic. I should try ants.",
    "Counting stops somewhere. Nobody looked where.",
    "Darkness may change it. That was left out.",
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        given = [
            paper(1, "On Bees", ABSTRACT),
            paper(2, "On Ants", "Ants walk."),
            paper(3, "On Wasps", "Wasps know faces."),
        ]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        yield library


def library_paper(library: Library, row: int = 1) -> LibraryPaper:
    return papers.papers_at(library.db, [row])[0]


def texts(library: Library, row: int = 1) -> list[str]:
    return [revision.text for revision in notes.revisions(library.db, row)]


def base_of(library: Library, row: int = 1) -> int:
    return notes.revisions(library.db, row)[-1].id


def outcome(noted: NoteOutcome) -> tuple[bool, bool, str, int, int]:
    return (noted.is_new, noted.is_written, noted.text, noted.number, noted.meanwhile)


def encode(text: str) -> tuple[str, NDArray[np.float32]]:
    return SmallEncoder.name, SmallEncoder().encode_query(text)


def no_model(_: str) -> tuple[str, NDArray[np.float32]]:
    raise ModelError(model="small", what="gone", hint="Fetch it.")


class TestCounting:
    @pytest.mark.parametrize(
        ("text", "is_written"),
        [
            (ONE, True),
            ("Small animals have some arithmetic.", False),
            (COPIED, False),
            (f"{COPIED} {ONE} {TWO} {THREE}", True),
            ("“" + COPIED + f"” {ONE}", True),
            (f"“{COPIED}” So it says.", False),
            (f"> {COPIED}\n\n{ONE}", True),
        ],
        ids=[
            "own",
            "one sentence",
            "copied",
            "mostly own",
            "quotation",
            "quotation alone",
            "quoted lines",
        ],
    )
    def test_two_own_sentences_count_as_written(
        self, library: Library, text: str, is_written: bool
    ) -> None:
        noted = add_note(library, library_paper(library), text)
        assert outcome(noted) == (True, is_written, text, 1, 0)
        assert notes.n_noted_on(library.db, DAY) == ((1, 0) if is_written else (0, 1))
        assert noted.check is not None
        assert noted.check.is_mostly_copied is (text == COPIED)

    def test_a_copied_note_counts_once_it_is_in_own_words(self, library: Library) -> None:
        add_note(library, library_paper(library), COPIED)
        assert outcome(add_note(library, library_paper(library), ONE)) == (True, True, ONE, 2, 0)
        assert notes.n_noted_on(library.db, DAY) == (1, 0)

    @pytest.mark.parametrize("text", ["", "\n\n", " \t", "\u200b"])
    def test_an_empty_text_changes_nothing(self, library: Library, text: str) -> None:
        assert outcome(add_note(library, library_paper(library), text)) == (False, False, "", 0, 0)
        add_note(library, library_paper(library), ONE)
        assert outcome(add_note(library, library_paper(library), text)) == (False, True, ONE, 1, 0)
        assert texts(library) == [ONE]

    def test_a_model_that_fails_keeps_no_note_from_being_saved(self, library: Library) -> None:
        noted = add_note(library, library_paper(library), ONE, encode=no_model)
        assert (noted.is_new, texts(library)) == (True, [ONE])

    def test_copied_words_are_found_without_a_model(self, library: Library) -> None:
        long = paper(4, "On Hornets", f"{ABSTRACT} {COPIED} {ABSTRACT}")
        papers.add_papers(library.db, [long], source="arXiv", on=DAY)
        text = (
            f"{COPIED} 小さな動物にも算数の力がいくらかあるらしい。"  # which only a model compares
        )
        noted = add_note(library, library_paper(library, 4), text, encode=no_model)
        assert (noted.is_written, noted.check and noted.check.is_mostly_copied) == (False, True)

    def test_a_long_note_is_left_to_gather_to_encode(self, library: Library) -> None:
        add_note(library, library_paper(library), ONE, encode=encode)
        assert index.has_vector(library.db, SmallEncoder.name, ONE)
        long = "Bees count. " * (AT_ONCE // 12 + 1)
        add_note(library, library_paper(library, 2), long, encode=encode)
        assert not index.has_vector(library.db, SmallEncoder.name, long)


class TestTwoWriters:
    def test_the_second_save_keeps_the_words_of_both(self, library: Library) -> None:
        add_note(library, library_paper(library), ONE)
        base = base_of(library)
        add_note(library, library_paper(library), TWO, base=base)
        noted = add_note(library, library_paper(library), THREE, base=base)
        both = f"{TWO}\n\n{BESIDE}\n\n{THREE}"
        assert outcome(noted) == (True, True, both, 3, 2)
        assert texts(library) == [ONE, TWO, both]

    def test_two_first_notes_are_two_revisions(self, library: Library) -> None:
        add_note(library, library_paper(library), ONE, base=0)
        noted = add_note(library, library_paper(library), TWO, base=0)
        assert (noted.meanwhile, texts(library)) == (1, [ONE, f"{ONE}\n\n{BESIDE}\n\n{TWO}"])

    def test_an_unchanged_note_takes_nothing_back(self, library: Library) -> None:
        add_note(library, library_paper(library), ONE)
        base = base_of(library)
        add_note(library, library_paper(library), TWO)
        assert outcome(add_note(library, library_paper(library), ONE, base=base)) == (
            False,
            True,
            TWO,
            2,
            0,
        )
        assert texts(library) == [ONE, TWO]

    def test_a_text_that_holds_the_other_is_saved_alone(self, library: Library) -> None:
        add_note(library, library_paper(library), ONE, base=0)
        noted = add_note(library, library_paper(library), f"{ONE} {TWO}", base=0)
        assert (noted.meanwhile, texts(library)) == (1, [ONE, f"{ONE} {TWO}"])

    def test_without_a_base_a_text_is_the_whole_note(self, library: Library) -> None:
        for text in (ONE, TWO):
            add_note(library, library_paper(library), text)
        assert texts(library) == [ONE, TWO]


class TestGoingBack:
    def test_an_earlier_revision_comes_back_as_a_new_one(self, library: Library) -> None:
        for text in (ONE, TWO):
            add_note(library, library_paper(library), text)
        assert outcome(restore(library, library_paper(library), 1)) == (True, True, ONE, 3, 0)
        assert outcome(restore(library, library_paper(library), 3)) == (False, True, ONE, 3, 0)
        assert texts(library) == [ONE, TWO, ONE]

    @pytest.mark.parametrize("number", [0, 2, -1])
    def test_a_missing_revision_is_an_error_with_their_number(
        self, library: Library, number: int
    ) -> None:
        add_note(library, library_paper(library), ONE)
        with pytest.raises(UsageError) as caught:
            restore(library, library_paper(library), number)
        assert caught.value.message == f"There is no revision {number} of the note on On Bees."
        assert caught.value.hint == "It has 1 revision; --history lists them."


class TestDrafts:
    def test_a_drafts_name_has_its_paper_and_its_first_revision(self, library: Library) -> None:
        with drafts.opened(library, library_paper(library), lambda before: f"[{before}]") as (
            draft,
            _,
        ):
            name = draft.file.name
            assert (draft.base, draft.before, draft.is_old) == (0, "", False)
            assert drafts.words_of(draft) == "[]"
            drafts.drop(draft, read="[]")
        assert name == "2025_Field_Bees.1.0.1.md"
        assert not (library.folder / drafts.FOLDER).exists()

    def test_a_draft_with_words_opens_again(self, library: Library) -> None:
        with drafts.opened(library, library_paper(library), lambda _: "## Idea\n") as (draft, _):
            draft.file.write_text("## Idea\nBees count.\n", "utf-8")
        with drafts.opened(library, library_paper(library), lambda _: "new") as (again, others):
            assert (again, others) == (replace(draft, is_old=True), drafts.Others(0, 0))
            assert drafts.words_of(again) == "## Idea\nBees count.\n"

    def test_an_unchanged_draft_is_replaced(self, library: Library) -> None:
        with drafts.opened(library, library_paper(library), lambda _: "## Idea\n┊ hint\n"):
            pass
        add_note(library, library_paper(library), ONE)
        with drafts.opened(library, library_paper(library), lambda before: before) as (draft, _):
            assert (draft.is_old, drafts.words_of(draft)) == (False, ONE)
        assert len(list((library.folder / drafts.FOLDER).iterdir())) == 1

    def test_a_draft_in_an_editor_is_opened_by_no_other(self, library: Library) -> None:
        with drafts.opened(library, library_paper(library), lambda _: "") as (first, _):
            first.file.write_text("Mine.", "utf-8")
            with contextlib.ExitStack() as stack, pytest.raises(Locked):
                drafts.hold(first.file, stack)
            with drafts.opened(library, library_paper(library), lambda _: "") as (second, others):
                assert (second.file == first.file, others) == (False, drafts.Others(1, 0))
            drafts.drop(first, read="something else")
            assert first.file.read_text("utf-8") == "Mine."

    def test_the_draft_of_a_merged_copy_is_the_papers(self, library: Library) -> None:
        with drafts.opened(library, library_paper(library, 2), lambda _: "") as (draft, _):
            draft.file.write_text("Ants walk on. They stop.", "utf-8")
        join(library, library_paper(library, 1).record.id, library_paper(library, 2).record.id)
        with drafts.opened(library, library_paper(library, 1), lambda _: "") as (again, _):
            assert again.file == draft.file

    def test_other_files_in_the_folder_are_nobodys_draft(self, library: Library) -> None:
        folder = library.folder / drafts.FOLDER
        folder.mkdir()
        for name in (".2025_Field_Bees.1.0.1.md", "mine.md", "x.1.0.1.txt", "a.1.0.1.md~"):
            (folder / name).write_text("Mine.", "utf-8")
        with drafts.opened(library, library_paper(library), lambda _: "") as (draft, others):
            assert (draft.is_old, others) == (False, drafts.Others(0, 0))
        assert len(list(folder.iterdir())) == 5

    def test_the_first_opening_of_the_editor_is_recorded(self, library: Library) -> None:
        assert not notes.was_opened(library.db, 1)
        notes.add_opening(library.db, 1, at=NOW)
        assert (notes.was_opened(library.db, 1), notes.was_opened(library.db, 2)) == (True, False)


class TestLinks:
    @pytest.fixture
    def written(self, library: Library) -> Library:
        add_note(library, library_paper(library, 1), ONE, encode=encode)
        add_note(library, library_paper(library, 2), f"# Ants\n\n{TWO} As [[2025_Field_Bees]] did.")
        return library

    def test_backlinks_have_the_sentence_that_links(self, written: Library) -> None:
        ants = library_paper(written, 2)
        found = [(one.paper.row, one.sentence) for one in backlinks(written, 1)]
        assert found == [(2, "As “On Bees” did.")]
        assert backlinks(written, 2) == []
        linked = links_of(written, texts(written, 2)[-1])
        assert [(one.paper.row, one.sentence) for one in linked] == [
            (1, "Small animals have some arithmetic.")
        ]
        add_note(written, ants, "As [[2025_field_bees|the bees]] and [[nobody]] did. Twice.")
        [one] = backlinks(written, 1)
        assert one.sentence == "As the bees and [[nobody]] did."
        add_note(written, ants, "No link any more. Gone.")
        assert backlinks(written, 1) == []

    def test_the_title_in_a_backlink_is_not_cut_within_a_word(self, written: Library) -> None:
        title = "On Bees in Wet Gardens at Night and Their Arithmetic of Multiplication"
        edit(written, library_paper(written, 1), {"title": title})
        [one] = backlinks(written, 1)
        assert one.sentence == "As “On Bees in Wet Gardens at Night and Their Arithmetic of…” did."

    def test_keys_are_matched_without_case_and_a_copys_key_is_the_papers(
        self, written: Library
    ) -> None:
        add_note(
            written, library_paper(written, 3), "See [[2025_field_BEES]] and [[2025_Field_Ants]]."
        )
        assert [one.paper.row for one in backlinks(written, 1)] == [2, 3]
        join(written, library_paper(written, 1).record.id, library_paper(written, 2).record.id)
        assert [one.paper.row for one in backlinks(written, 1)] == [3]
        assert lost_links(written, texts(written, 3)[-1]) == []

    def test_a_lost_link_is_named_with_the_likest_key(self, written: Library) -> None:
        text = "[[2025_Field_Bes]], [[2025_Field_Bees]] and [[星]]."
        assert lost_links(written, text) == [("2025_Field_Bes", "2025_Field_Bees"), ("星", "")]

    def test_the_nearest_earlier_notes_have_their_key_sentences(self, written: Library) -> None:
        wasps = library_paper(written, 3)
        text = "Small animals such as wasps have arithmetic."
        add_note(written, wasps, text, encode=encode)
        near = related(written, wasps, text, encode=encode)
        assert near.is_by_words is False
        first = near.notes[0]
        expected = (1, "Small animals have some arithmetic.")
        assert (first.paper.row, first.sentence) == expected
        assert wasps.row not in [one.paper.row for one in near.notes]

    @pytest.mark.parametrize("encoder", [None, no_model])
    def test_without_a_model_near_notes_are_found_by_words(
        self, written: Library, encoder: object
    ) -> None:
        wasps = library_paper(written, 3)
        text = "They have arithmetic of a kind."
        add_note(written, wasps, text)
        near = related(written, wasps, text, encode=encoder)  # type: ignore[arg-type]
        assert (near.is_by_words, [one.paper.row for one in near.notes]) == (True, [1])

    def test_linked_notes_are_not_named_as_near(self, written: Library) -> None:
        wasps = library_paper(written, 3)
        text = "They have arithmetic, see [[2025_Field_Bees]]."
        add_note(written, wasps, text, encode=encode)
        near = related(written, wasps, text, encode=encode)
        assert 1 not in [one.paper.row for one in near.notes]

    def test_the_first_note_has_no_near_notes(self, library: Library) -> None:
        add_note(library, library_paper(library), ONE, encode=encode)
        assert related(library, library_paper(library), ONE, encode=encode).notes == ()
