"""Test the drafts of a page: the editor's own files, and no word lost between two who type."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.notes import drafts
from reader.notes.drafts import PageDraft
from reader.notes.rows import notes
from reader.notes.write import add_note
from tests.samples import DAY, a_library, paper

NOTHING = PageDraft()
ONE, TWO = "Bees can count. So it seems.", "Ants cannot. Nobody asked them."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        given = [paper(1, "On Bees", "Bees were shown cards."), paper(2, "On Ants")]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        yield library


def library_paper(library: Library, row: int = 1) -> LibraryPaper:
    return papers.papers_at(library.db, [row])[0]


def keep(library: Library, text: str, of: PageDraft = NOTHING) -> PageDraft:
    return drafts.keep(
        library, library_paper(library), text, base=of.base, name=of.name, seen=of.seen
    )


def files(library: Library) -> dict[str, str]:
    folder = drafts.folder_of(library)
    if not folder.exists():
        return {}
    return {f.name: f.read_text("utf-8") for f in folder.iterdir() if not f.name.startswith(".")}


class TestOneWhoTypes:
    def test_the_draft_is_overwritten_as_it_grows(self, library: Library) -> None:
        first = keep(library, "Bees can")
        second = keep(library, ONE, first)
        assert second.name == first.name
        assert not second.is_elsewhere
        assert files(library) == {first.name: ONE}
        assert drafts.waiting(library, library_paper(library)) == [replace(second, base=0)]

    def test_a_text_without_own_words_is_no_draft(self, library: Library) -> None:
        assert keep(library, "## Idea\n┊ What is the one thing?\n  ").name == ""
        kept = keep(library, ONE)
        assert keep(library, "", kept).name == ""
        assert files(library) == {}
        assert not drafts.folder_of(library).exists()

    def test_the_note_as_it_stands_is_no_draft(self, library: Library) -> None:
        add_note(library, library_paper(library), ONE)
        base = notes.revisions(library.db, 1)[-1].id
        assert keep(library, ONE, PageDraft(base=base)).name == ""
        assert keep(library, f"{ONE} More.", PageDraft(base=base)).base == base

    def test_the_first_draft_counts_as_an_opening(self, library: Library) -> None:
        keep(library, "")
        assert not notes.was_opened(library.db, 1)
        keep(library, ONE)
        assert notes.was_opened(library.db, 1)

    def test_a_lost_answer_makes_no_second_draft(self, library: Library) -> None:
        before = keep(library, "Bees")
        keep(library, "Bees can", before)  # its answer never arrives
        assert keep(library, ONE, before).name == before.name
        assert files(library) == {before.name: ONE}

    def test_a_first_draft_whose_name_never_arrived_is_no_second_one(
        self, library: Library
    ) -> None:
        kept = keep(library, ONE)
        assert keep(library, ONE) == kept
        assert keep(library, TWO).name != kept.name
        # Nor where more was typed before the page was left.
        assert keep(library, f"{ONE} {ONE}").name == kept.name

    def test_a_base_of_another_paper_counts_as_none(self, library: Library) -> None:
        assert keep(library, ONE, PageDraft(base=99)).base == 0

    def test_half_a_character_is_kept_as_a_question_mark(self, library: Library) -> None:
        assert keep(library, f"{ONE} \ud800").text == f"{ONE} ?"


class TestTheEditor:
    def test_the_editor_opens_a_draft_of_a_page(self, library: Library) -> None:
        kept = keep(library, ONE)
        with drafts.opened(library, library_paper(library), lambda _: "new") as (draft, others):
            assert (draft.file.name, draft.is_old) == (kept.name, True)
            assert drafts.words_of(draft) == ONE
            assert others == drafts.Others(0, 0)

    def test_a_page_shows_an_editors_draft_without_shown_lines(self, library: Library) -> None:
        with drafts.opened(library, library_paper(library), lambda _: "## Idea\n") as (draft, _):
            below = "<!-- reader:show: x -->\n┊ Abstract\n<!-- reader:shown -->\n"
            draft.file.write_text(f"## Idea\n{ONE}\n\n{below}", "utf-8")
        found = drafts.waiting(library, library_paper(library))
        assert [(one.name, one.text) for one in found] == [(draft.file.name, f"## Idea\n{ONE}")]

    def test_a_draft_in_an_editor_is_not_overwritten(self, library: Library) -> None:
        kept = keep(library, "Bees")
        with drafts.opened(library, library_paper(library), lambda _: "new") as (draft, _):
            draft.file.write_text(TWO, "utf-8")
            beside = keep(library, ONE, kept)
            assert (beside.is_elsewhere, beside.name != kept.name) == (True, True)
            drafts.drop(draft, read=TWO)
        assert files(library) == {beside.name: ONE}
        assert keep(library, f"{ONE} More.", beside).name == beside.name

    def test_a_draft_deleted_by_an_editor_comes_back_as_another(self, library: Library) -> None:
        kept = keep(library, ONE)
        (drafts.folder_of(library) / kept.name).unlink()
        again = keep(library, f"{ONE} More.", kept)
        assert again.is_elsewhere
        assert list(files(library).values()) == [f"{ONE} More."]


class TestTwoWhoType:
    def test_the_second_device_goes_on_in_a_draft_of_its_own(self, library: Library) -> None:
        both = keep(library, "Bees.")
        left, right = keep(library, f"Bees. {ONE}", both), keep(library, f"Bees. {TWO}", both)
        assert (left.is_elsewhere, right.is_elsewhere) == (False, True)
        assert files(library) == {left.name: f"Bees. {ONE}", right.name: f"Bees. {TWO}"}

    def test_a_text_with_all_words_of_a_draft_may_replace_it(self, library: Library) -> None:
        both = keep(library, "Bees.")
        keep(library, "Bees. Wasps.", both)
        assert not keep(library, "Bees. Wasps. Ants.", both).is_elsewhere

    @pytest.mark.parametrize("seed", range(20))
    def test_each_devices_last_words_are_somewhere(self, library: Library, seed: int) -> None:
        """Two devices and an editor type, save and leave in any order."""
        draw = random.Random(seed)
        pages = [PageDraft(), PageDraft()]
        said: list[str] = ["", ""]
        for n in range(30):
            who = draw.randrange(2)
            said[who] = f"{said[who]} Device {who} says {n} of it.".strip()
            pages[who] = keep(library, said[who], pages[who])
            if draw.random() < 0.2:
                base = pages[who].base
                noted = add_note(library, library_paper(library), said[who], base=base)
                drafts.settle(
                    library,
                    library_paper(library),
                    noted.text,
                    name=pages[who].name,
                    seen=pages[who].seen,
                )
                newest = notes.revisions(library.db, 1)[-1]
                pages[who], said[who] = PageDraft(base=newest.id), newest.text
            if draw.random() < 0.1:
                with drafts.opened(library, library_paper(library), lambda before: before) as (
                    draft,
                    _,
                ):
                    text = f"{drafts.words_of(draft)}\nThe editor says {n}."
                    draft.file.write_text(text, "utf-8")
        kept = [*files(library).values(), *(r.text for r in notes.revisions(library.db, 1))]
        everything = "\n".join(kept)
        lost = [s for text in said for s in text.split(". ") if s.strip() and s not in everything]
        assert lost == []


class TestSettling:
    def test_the_draft_goes_once_its_words_are_in_a_revision(self, library: Library) -> None:
        kept = keep(library, "Bees can count. So it")
        noted = add_note(library, library_paper(library), ONE, base=0)
        drafts.settle(library, library_paper(library), noted.text, name=kept.name, seen=kept.seen)
        assert files(library) == {}

    def test_a_draft_with_a_lost_answer_is_deleted_by_its_words(self, library: Library) -> None:
        keep(library, "Bees can count.")
        noted = add_note(library, library_paper(library), ONE, base=0)
        drafts.settle(library, library_paper(library), noted.text)
        assert files(library) == {}

    def test_words_typed_by_somebody_else_stay(self, library: Library) -> None:
        kept = keep(library, ONE)
        (drafts.folder_of(library) / kept.name).write_text(TWO, "utf-8")
        noted = add_note(library, library_paper(library), ONE, base=0)
        drafts.settle(library, library_paper(library), noted.text, name=kept.name, seen=kept.seen)
        assert files(library) == {kept.name: TWO}

    def test_an_editors_draft_stays_while_it_is_open(self, library: Library) -> None:
        with drafts.opened(library, library_paper(library), lambda _: "") as (draft, _):
            draft.file.write_text(ONE, "utf-8")
            noted = add_note(library, library_paper(library), ONE, base=0)
            drafts.settle(library, library_paper(library), noted.text)
            assert files(library) == {draft.file.name: ONE}

    def test_a_draft_is_discarded_only_as_it_was_seen(self, library: Library) -> None:
        kept = keep(library, ONE)
        assert not drafts.discard(library, library_paper(library), name=kept.name, seen="another")
        assert files(library) == {kept.name: ONE}
        assert drafts.discard(library, library_paper(library), name=kept.name, seen=kept.seen)
        assert files(library) == {}
        assert drafts.discard(library, library_paper(library), name="../feeds.toml", seen="")
        assert (library.folder / "feeds.toml").exists() is False  # there never was one here


def test_words_leave_out_hints_and_empty_headings(library: Library) -> None:
    text = "## Problem\n┊ What could nobody do before, and who minds?\n\n## Idea\nIt counts.\n"
    assert drafts.words(library, library_paper(library), text, base=0) == "## Idea\nIt counts."
