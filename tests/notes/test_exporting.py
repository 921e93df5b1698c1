"""Test the export of files that were moved, copied, made and deleted by hand."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, papers, pdfs
from reader.morning.edit import file_paper, move_topic
from reader.notes.export import export, export_quietly, read_edits
from reader.notes.folder import ExportOutcome, relative
from reader.notes.rows import exports, notes
from reader.notes.rows.exports import WrittenFile
from reader.notes.write import add_note
from tests.data import DATA, needs_data
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

A, B = "speech/translation", "speech/recognition"
BEES, ANTS = f"notes/{A}/2025_Field_Bees.md", f"notes/{A}/2025_Field_Ants.md"
WEEK = "notes/weeks/2025-W23.md"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Three papers, two of them with a note that was exported."""
    with a_library(tmp_path) as library:
        titles = ("On Bees", "On Ants", "On Wasps")
        given = [paper(n, title) for n, title in enumerate(titles, 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        for row, text in ((1, "Bees count. It was tried."), (2, "Ants walk. I saw them.")):
            decisions.add_filing(library.db, row, A, at=NOW)
            add_note(library, library_paper(library, row), text)
        export(library)
        yield library


def library_paper(library: Library, row: int) -> LibraryPaper:
    return papers.papers_at(library.db, [row])[0]


def texts(library: Library, row: int) -> list[str]:
    return [revision.text for revision in notes.revisions(library.db, row)]


def move(library: Library, old: str, new: str) -> None:
    target = library.folder / new
    target.parent.mkdir(parents=True, exist_ok=True)
    (library.folder / old).rename(target)


def put(library: Library, path: str, content: str) -> Path:
    file = library.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode())
    return file


def content(library: Library, path: str) -> str:
    return (library.folder / path).read_bytes().decode()


def files(library: Library) -> list[str]:
    found = (library.folder / "notes").rglob("*.md")
    return sorted(f.relative_to(library.folder).as_posix() for f in found)


def topic(library: Library, row: int) -> tuple[str, bool] | None:
    return pdfs.last_filing(library.db, row)


def test_a_note_that_an_older_version_brought_without_a_key_gets_one(library: Library) -> None:
    number = notes.add_note(
        library.db, 3, "Wasps.", is_written=False, came_from="file", at=NOW, on=DAY
    )
    assert (number, library_paper(library, 3).key) == (3, None)
    export(library)
    assert library_paper(library, 3).key == "2025_Field_Wasps"
    assert "notes/unfiled/2025_Field_Wasps.md" in files(library)


class TestMovedByHand:
    def test_a_renamed_file_keeps_its_name_and_its_edits(self, library: Library) -> None:
        new = f"notes/{A}/Bees, my way.md"
        move(library, BEES, new)
        put(library, new, content(library, new).replace("It was tried.", "I tried it."))
        done = export(library)
        assert (done.moved, done.read_in, done.left) == ([(BEES, new)], [new], [])
        assert texts(library, 1)[-1] == "Bees count. I tried it."
        add_note(library, library_paper(library, 1), "Bees count. They do.")
        assert export(library).written == [new]
        assert export(library) == ExportOutcome(n_unchanged=2)

    def test_a_file_in_another_topics_folder_files_the_paper_there(self, library: Library) -> None:
        new = f"notes/{B}/2025_Field_Bees.md"
        move(library, BEES, new)
        done = export(library)
        assert (done.filed, done.moved) == ([(new, B)], [(BEES, new)])
        assert topic(library, 1) == (B, True)
        assert 'topic: "speech/recognition"\ntags:\n  - "speech/recognition"\n' in content(
            library, new
        )
        assert export(library) == ExportOutcome(n_unchanged=2)

    @pytest.mark.parametrize("folder", ["notes", "notes/weeks"])
    def test_a_file_in_a_folder_that_is_no_topic_comes_back(
        self, library: Library, folder: str
    ) -> None:
        move(library, BEES, f"{folder}/2025_Field_Bees.md")
        done = export(library)
        assert (done.filed, topic(library, 1)) == ([], (A, False))
        assert BEES in files(library)
        assert export(library) == ExportOutcome(n_unchanged=2)

    def test_a_renamed_folder_takes_its_papers_and_its_page_along(self, library: Library) -> None:
        page = put(
            library, f"notes/{A}/index.md", content(library, f"notes/{A}/index.md") + "Mine."
        )
        page.parent.rename(library.folder / "notes/insects")
        done = export(library)
        assert {where for _, where in done.filed} == {"insects"}
        assert content(library, "notes/insects/index.md").startswith('---\ntitle: "insects"\n')
        assert content(library, "notes/insects/index.md").endswith("Mine.")
        assert not (library.folder / f"notes/{A}").exists()
        assert export(library) == ExportOutcome(n_unchanged=2)

    def test_swapped_files_are_each_known_by_their_id(self, library: Library) -> None:
        move(library, BEES, "notes/aside")
        move(library, ANTS, BEES)
        move(library, "notes/aside", ANTS)
        done = export(library)
        assert sorted(done.moved) == [(ANTS, BEES), (BEES, ANTS)]
        assert (texts(library, 1), texts(library, 2)) == (
            ["Bees count. It was tried."],
            ["Ants walk. I saw them."],
        )
        assert "Ants walk." in content(library, BEES)

    def test_a_file_at_anothers_place_leaves_the_other_a_new_place(self, library: Library) -> None:
        move(library, BEES, ANTS)
        done = export(library)
        assert (done.moved, done.left) == ([(BEES, ANTS)], [])
        assert "Bees count." in content(library, ANTS)
        assert "Ants walk." in content(library, f"notes/{A}/2025_Field_Ants-2.md")
        assert export(library) == ExportOutcome(n_unchanged=2)

    def test_a_decomposed_file_name_is_the_same_file(self, library: Library) -> None:
        named = f"notes/{A}/Käfer.md"
        move(library, BEES, named)
        export(library)
        apart = unicodedata.normalize("NFD", named)
        move(library, named, apart)
        done = export(library)
        assert (done.moved, done.left, len(texts(library, 1))) == ([], [], 1)
        assert apart in files(library)
        assert export(library) == ExportOutcome(n_unchanged=2)

    def test_filing_by_command_has_the_last_word(self, library: Library) -> None:
        move(library, BEES, f"notes/{B}/Renamed.md")
        file_paper(library, library_paper(library, 1), "nlp/llm")
        export(library)
        assert topic(library, 1) == ("nlp/llm", True)
        assert "notes/nlp/llm/Renamed.md" in files(library)

    def test_a_moved_topic_takes_its_files_along(self, library: Library) -> None:
        move(library, BEES, f"notes/{A}/Renamed.md")
        move_topic(library, A, "insects", may_be_new=True)
        export(library)
        assert files(library) == [
            "notes/insects/2025_Field_Ants.md",
            "notes/insects/Renamed.md",
            "notes/insects/index.md",
            WEEK,
        ]

    def test_a_page_and_a_note_that_were_swapped_are_not_taken_for_each_other(
        self, library: Library
    ) -> None:
        index = f"notes/{A}/index.md"
        for _ in range(2):
            move(library, BEES, "notes/aside")
            move(library, index, BEES)
            move(library, "notes/aside", index)
            assert export(library, only=[2]).written == []
            done = export(library)
            assert (done.read_in, len(texts(library, 1))) == ([], 1)
            assert export(library).pages == []

    def test_a_moved_file_may_say_its_id_in_any_form(self, library: Library) -> None:
        text = content(library, BEES).replace(
            '"arxiv:2506.00001"', "https://arxiv.org/abs/2506.00001v2"
        )
        put(library, f"notes/{A}/other.md", text)
        (library.folder / BEES).unlink()
        done = export(library)
        assert (done.moved, done.left) == ([(BEES, f"notes/{A}/other.md")], [])


class TestMadeByHand:
    def test_a_copy_is_named_and_neither_file_is_lost(self, library: Library) -> None:
        copy = content(library, BEES) + "\nOnly in the copy.\n"
        put(library, f"notes/{A}/copy.md", copy)
        done = export(library)
        assert [error.message for error in done.left] == [
            f"notes/{A}/copy.md has the id of a paper whose file is {BEES}. It was left alone, and "
            "its text is not in the library. Delete one of the two, or remove the id from one."
        ]
        assert (content(library, f"notes/{A}/copy.md"), texts(library, 1)) == (
            copy,
            ["Bees count. It was tried."],
        )

    @pytest.mark.parametrize(
        "theirs",
        [
            "Mine alone.\n",
            "---\ntags: [x]\n---\nMine.",
            "\ufeffMine\r\nalone.",
            "---\nid: x\n---\n",
        ],
    )
    def test_a_file_of_the_persons_is_never_touched(self, library: Library, theirs: str) -> None:
        put(library, f"notes/{A}/2025_Field_Wasps.md", theirs)
        decisions.add_filing(library.db, 3, A, at=NOW)
        add_note(library, library_paper(library, 3), "Wasps know faces. It was seen.")
        done = export(library)
        assert (done.written, done.left) == ([f"notes/{A}/2025_Field_Wasps-2.md"], [])
        assert content(library, f"notes/{A}/2025_Field_Wasps.md") == theirs

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    @pytest.mark.parametrize("last", ["", "\n"])
    def test_one_with_the_id_of_a_paper_without_a_note_becomes_its_note(
        self, library: Library, end: str, last: str
    ) -> None:
        theirs = (
            f"---\ntags: [wasp]\nid: 2506.00003\n---\n# Faces\n\nWasps know faces.  \nSeen.{last}"
        )
        theirs = theirs.replace("\n", end)
        path = f"notes/{B}/My wasps.md"
        put(library, path, theirs)
        done = export(library)
        assert (done.adopted, done.read_in, done.written) == ([path], [path], [path])
        assert texts(library, 3) == ["# Faces\n\nWasps know faces.  \nSeen."]
        assert topic(library, 3) == (B, True)
        now = content(library, path)
        assert now.startswith(theirs[: theirs.index("---", 3)])
        assert theirs[theirs.index("# Faces") :] in now
        assert f'{end}key: "2025_Field_Wasps"{end}' in now
        assert export(library) == ExportOutcome(n_unchanged=3)

    def test_an_adopted_file_outside_topics_moves_to_its_papers_topic(
        self, library: Library
    ) -> None:
        put(library, "notes/wasps.md", "---\nid: arxiv:2506.00003\n---\nWasps know faces.\n")
        export(library)
        assert "notes/unfiled/wasps.md" in files(library)
        assert export(library) == ExportOutcome(n_unchanged=3)

    def test_a_file_without_words_is_no_note(self, library: Library) -> None:
        path = put(library, f"notes/{B}/wasps.md", "---\nid: arxiv:2506.00003\n---\n \n")
        before = path.read_bytes()
        assert export(library) == ExportOutcome(n_unchanged=2)
        assert path.read_bytes() == before

    def test_a_deleted_file_comes_back_with_what_others_wrote_in_it(self, library: Library) -> None:
        edited = (
            content(library, BEES).replace("---\n\n#", "rating: 5\n---\n\n#").replace("\n", "\r\n")
        )
        put(library, BEES, edited + "Below.")
        export(library)
        (library.folder / BEES).unlink()
        assert export(library).written == [BEES]
        assert content(library, BEES) == edited + "Below."


class TestWords:
    def test_words_typed_inside_the_block_are_kept_and_said(self, library: Library) -> None:
        typed = content(library, BEES).replace("<!-- reader:end", "Inside!\n<!-- reader:end")
        put(library, BEES, typed)
        done = export(library)
        assert (done.typed_inside, done.read_in) == ([BEES], [BEES])
        assert texts(library, 1)[-1] == "Bees count. It was tried.\n\nInside!"
        assert export(library) == ExportOutcome(n_unchanged=2)

    def test_a_broken_front_matter_is_not_part_of_the_note(self, library: Library) -> None:
        whole = content(library, BEES)
        for broken in (whole.removeprefix("---\n"), whole.replace("\n---\n", "\n", 1)):
            put(library, BEES, broken)
            assert export(library) == ExportOutcome(written=[BEES], mended=[BEES], n_unchanged=1)
            assert (content(library, BEES), len(texts(library, 1))) == (whole, 1)

    def test_a_changed_note_changes_its_own_lines_and_no_other_byte(self, library: Library) -> None:
        mixed = content(library, BEES).replace("It was tried.", "tried  \r\nby hand\n\n\nmore\t")
        put(library, BEES, mixed)
        export(library)
        add_note(
            library, library_paper(library, 1), texts(library, 1)[-1].replace("by hand", "by me")
        )
        export(library)
        assert content(library, BEES) == mixed.replace("by hand", "by me")

    def test_words_below_the_block_stay_below(self, library: Library) -> None:
        below = content(library, BEES) + "\n\nBelow.  "
        put(library, BEES, below)
        export(library)
        add_note(
            library,
            library_paper(library, 1),
            texts(library, 1)[-1].replace("Below.", "Down here."),
        )
        export(library)
        assert content(library, BEES) == below.replace("Below.", "Down here.")

    def test_only_edits_are_read_before_an_editor_opens(self, library: Library) -> None:
        edited = content(library, BEES).replace("It was tried.", "I tried.")
        put(library, BEES, edited)
        assert read_edits(library, [1, 3]).read_in == [BEES]
        assert (texts(library, 1)[-1], content(library, BEES)) == ("Bees count. I tried.", edited)

    @pytest.mark.slow
    @needs_data
    def test_the_notes_of_another_program_become_notes_byte_for_byte(
        self, library: Library
    ) -> None:
        assert DATA
        vault = sorted((DATA / "files" / "libraries" / "vault").glob("*.md"))
        given = [paper(n, f"Vault {n}") for n in range(100, 100 + len(vault))]
        papers.add_papers(library.db, given, source="by hand", on=DAY)
        theirs = {}
        for n, file in enumerate(vault, 100):
            text = file.read_bytes().decode().replace("---\n", f"---\nid: 2506.{n:05}\n", 1)
            theirs[put(library, f"notes/{B}/{file.name}", text)] = text
        assert export(library).left == []
        for file, text in theirs.items():
            now = file.read_bytes().decode()
            front, _, words = text[4:].partition("\n---\n")
            assert now.startswith(f"---\n{front}\n")
            assert words in now
        assert export(library) == ExportOutcome(n_unchanged=2 + len(vault))


class TestPages:
    def test_words_in_a_page_stay_whatever_becomes_of_its_list(self, library: Library) -> None:
        for path in (f"notes/{A}/index.md", WEEK):
            text = content(library, path).replace(
                "<!-- reader:begin", "Above.\r\n\n<!-- reader:begin"
            )
            put(library, path, text + "Below, without an end")
        export(library)
        for row in (1, 2):
            file_paper(library, library_paper(library, row), B)
        export(library)
        for path in (f"notes/{A}/index.md", WEEK):
            assert "\n\nAbove.\r\n\n<!-- reader:begin" in content(library, path)
            assert content(library, path).endswith("-->\nBelow, without an end")
        assert "2025_Field" not in content(library, f"notes/{A}/index.md")
        assert export(library) == ExportOutcome(n_unchanged=2)

    def test_an_empty_page_is_deleted(self, library: Library) -> None:
        for row in (1, 2):
            file_paper(library, library_paper(library, row), B)
        assert export(library).removed == [f"notes/{A}/index.md"]
        assert not (library.folder / f"notes/{A}").exists()

    def test_an_empty_page_is_deleted_at_once_whatever_its_spaces(self, library: Library) -> None:
        index = f"notes/{A}/index.md"
        put(library, index, content(library, index).replace('"\n', '"  \n'))
        move(library, index, "notes/nlp/index.md")
        assert export(library).removed == ["notes/nlp/index.md"]
        assert export(library).removed == []
        assert files(library) == [ANTS, BEES, index, WEEK]

    def test_a_deleted_page_comes_back_with_its_words(self, library: Library) -> None:
        before = content(library, WEEK) + "Mine.\n"
        put(library, WEEK, before)
        export(library)
        (library.folder / WEEK).unlink()
        assert export(library).pages == [WEEK]
        assert content(library, WEEK) == before

    def test_a_file_of_the_persons_with_a_pages_name_stays(self, library: Library) -> None:
        put(library, f"notes/{B}/index.md", "Mine.\n")
        file_paper(library, library_paper(library, 1), B)
        assert f"notes/{B}/index-2.md" in export(library).pages
        assert content(library, f"notes/{B}/index.md") == "Mine.\n"

    def test_a_link_is_shown_at_its_other_end_by_key_and_by_a_files_new_name(
        self, library: Library
    ) -> None:
        add_note(
            library, library_paper(library, 1), "As in [[2025_Field_Ants|there]]. It was tried."
        )
        done = export(library, only=[1])
        assert sorted(done.written) == [ANTS, BEES]
        assert "Linked from [On Bees](2025_Field_Bees.md)\n" in content(library, ANTS)
        move(library, ANTS, f"notes/{A}/Walkers.md")
        add_note(library, library_paper(library, 1), "As in [[walkers]]. It was tried.")
        export(library)
        assert "Linked from [On Bees]" in content(library, f"notes/{A}/Walkers.md")
        add_note(library, library_paper(library, 1), "As in nothing. It was tried.")
        export(library, only=[1])
        assert "Linked from" not in content(library, f"notes/{A}/Walkers.md")
        assert export(library) == ExportOutcome(n_unchanged=2)


class TestByItself:
    def test_notes_without_a_file_are_exported_unless_feeds_toml_says_no(
        self, library: Library
    ) -> None:
        add_note(library, library_paper(library, 3), "Wasps know faces. Seen.")
        assert export_quietly(library) == []
        assert "notes/unfiled/2025_Field_Wasps.md" in files(library)

    def test_nothing_is_exported_where_feeds_toml_says_no(self, tmp_path: Path) -> None:
        with a_library(tmp_path, FEEDS_TOML + "[note]\nexport = false\n") as library:
            papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
            add_note(library, library_paper(library, 1), "One. Two.")
            assert export_quietly(library) == []
            assert not (library.folder / "notes").exists()

    def test_another_papers_edit_is_left_for_a_whole_export(self, library: Library) -> None:
        put(library, ANTS, content(library, ANTS).replace("I saw", "We saw"))
        add_note(library, library_paper(library, 1), "Bees count. Twice.")
        assert export(library, only=[1]).written == [BEES]
        assert len(texts(library, 2)) == 1
        assert export(library).read_in == [ANTS]


class TestKilled:
    def test_a_file_written_and_not_recorded_is_known_as_ours(self, library: Library) -> None:
        last = exports.exported(library.db, 1)
        assert last
        new = content(library, BEES).replace("On Bees](", "On all Bees](")
        exports.begin(library.db, [WrittenFile("note 1", BEES, new, last.front, last.note)])
        put(library, BEES, new + "Typed since.\n")
        export(library)
        assert texts(library, 1)[-1] == "Bees count. It was tried.\n\nTyped since."
        assert exports.unfinished(library.db) == []

    def test_a_file_that_was_not_written_is_forgotten(self, library: Library) -> None:
        exports.begin(
            library.db,
            [WrittenFile("note 1", BEES, "never", "", 1), WrittenFile("week x", WEEK, "", "")],
        )
        assert export(library) == ExportOutcome(n_unchanged=2)
        assert exports.unfinished(library.db) == []


class TestImportedFiles:
    KEPT = "attachments/0123456789abcdef.png"

    def test_they_are_named_as_they_lie_from_the_file_wherever_it_moves(
        self, library: Library
    ) -> None:
        words = f"Bees count. ![bee]({self.KEPT}) It was [said](other/a.png)."
        add_note(library, library_paper(library, 1), words)
        export(library)
        shown = words.replace("(attachments", "(../../attachments")
        assert shown in content(library, BEES)
        new = f"notes/{A}/deep/2025_Field_Bees.md"
        move(library, BEES, new)
        assert export(library).read_in == []
        assert words.replace("(attachments", "(../../../attachments") in content(library, new)
        put(library, new, content(library, new).replace("Bees count.", "Bees count well."))
        assert export(library).read_in == [new]
        assert texts(library, 1)[-1] == words.replace("Bees count.", "Bees count well.")
        assert export(library) == ExportOutcome(n_unchanged=2)


@pytest.mark.parametrize("path", ["papers/a/x.pdf", "notes/a/x.md", "notes/a/b/x y.md", "x.md"])
@pytest.mark.parametrize("page", ["notes/a/index.md", "notes/a/b/é.md", "notes/c/x.md", "x.md"])
def test_the_way_from_a_file_to_another(path: str, page: str) -> None:
    assert relative(path, page) == os.path.relpath(path, os.path.dirname(page) or ".")
