"""Test that no word of a note is lost between the library and its Markdown file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from reader.base.errors import Incomplete, ReaderError, StoreError
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, papers
from reader.library.rows.database import Database
from reader.notes.export import export
from reader.notes.folder import ExportOutcome
from reader.notes.rows import exports, notes
from reader.notes.words import MAX_BYTES, SEPARATOR
from reader.notes.write import add_note
from tests.samples import DAY, NOW, a_library, paper

ONE, TWO, THREE = (
    "Bees count to four. It was tried.",
    "Ants walk in rows. It was filmed.",
    "Wasps know faces. It was photographed.",
)


@dataclass
class Clock:
    """A clock that stands still; `meanwhile` happens once, when it is next looked at."""

    meanwhile: Callable[[], None] | None = None

    def __call__(self) -> datetime:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return NOW


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with a_library(tmp_path, now=clock) as library:
        titles = ("On Bees", "On Ants", "On Wasps")
        given = [paper(n, title) for n, title in enumerate(titles, 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        yield library


def library_paper(library: Library, row: int = 1) -> LibraryPaper:
    return papers.papers_at(library.db, [row])[0]


def write(library: Library, text: str, row: int = 1) -> None:
    assert add_note(library, library_paper(library, row), text).is_new


def file_of(library: Library, row: int = 1) -> Path:
    last = exports.exported(library.db, row)
    assert last
    return library.folder / last.path


def edit(file: Path, before: str, after: str) -> None:
    content = file.read_text("utf-8")
    assert before in content
    file.write_text(content.replace(before, after), encoding="utf-8")


def texts(library: Library, row: int = 1) -> list[str]:
    return [revision.text for revision in notes.revisions(library.db, row)]


def path(library: Library, row: int = 1) -> str:
    return file_of(library, row).relative_to(library.folder).as_posix()


def said(errors: list[ReaderError]) -> list[str]:
    return [error.message for error in errors]


class TestEditing:
    def test_a_note_that_comes_while_an_export_runs_is_kept_beside_the_edit(
        self, library: Library, clock: Clock
    ) -> None:
        write(library, ONE)
        write(library, TWO, row=2)
        export(library)
        edit(file_of(library, 1), "It was tried.", "It was tried by hand.")
        edit(file_of(library, 2), "It was filmed.", "It was drawn by hand.")

        # When the first file is read in the list of notes has long been made.
        clock.meanwhile = lambda: write(library, THREE, row=2)
        done = export(library)
        both = f"{THREE}\n\n{SEPARATOR}\n\nAnts walk in rows. It was drawn by hand."
        assert (done.merged, texts(library, 2)[-1]) == ([path(library, 2)], both)
        assert both in file_of(library, 2).read_text("utf-8")

    def test_text_written_by_a_killed_export_is_no_edit(self, library: Library) -> None:
        write(library, ONE)
        export(library)
        recorded = exports.exported(library.db, 1)
        assert recorded
        write(library, TWO)
        export(library)
        # Killed after the file was written and before that was recorded.
        exports.finish(library.db, [recorded])
        write(library, THREE)
        week = "notes/weeks/2025-W23.md"
        assert export(library) == ExportOutcome(written=[path(library)], pages=[week])
        assert texts(library) == [ONE, TWO, THREE]
        assert THREE in file_of(library).read_text("utf-8")

    def test_going_back_to_older_words_by_hand_is_an_edit(self, library: Library) -> None:
        for text in (ONE, TWO):
            write(library, text)
            export(library)
        edit(file_of(library), TWO, ONE)
        assert export(library).read_in == [path(library)]
        assert texts(library) == [ONE, TWO, ONE]

    def test_words_deleted_by_hand_come_back_and_are_reported(self, library: Library) -> None:
        write(library, ONE)
        export(library)
        file = file_of(library)
        before = file.read_text("utf-8")
        edit(file, ONE, " ")
        assert export(library) == ExportOutcome(written=[path(library)], emptied=[path(library)])
        assert texts(library) == [ONE]
        assert file.read_text("utf-8") == before
        assert export(library) == ExportOutcome(n_unchanged=1)

    def test_a_heading_deleted_by_hand_and_written_in_the_note_needs_one_export(
        self, library: Library
    ) -> None:
        write(library, ONE)
        export(library)
        edit(file_of(library), "# On Bees\n\n", "")
        export(library)
        write(library, f"# On Bees\n{ONE}")
        assert export(library) == ExportOutcome(written=[path(library)])
        assert export(library) == ExportOutcome(n_unchanged=1)
        assert texts(library) == [ONE, f"# On Bees\n{ONE}"]


class TestLeavingAlone:
    def test_the_file_of_another_paper_is_not_read_in(self, library: Library) -> None:
        write(library, ONE)
        write(library, TWO, row=2)
        export(library)
        copy = file_of(library, 1).read_bytes()
        file_of(library, 2).write_bytes(copy)
        done = export(library)
        assert said(done.left) == [
            f"{path(library, 2)} was left alone: its front matter has the id arxiv:2506.00001, "
            "but it is the file of arxiv:2506.00002. Put that id back, or move the file away, "
            "and export again."
        ]
        assert (texts(library, 2), file_of(library, 2).read_bytes()) == ([TWO], copy)

    @pytest.mark.parametrize("id_", ["doi:10.5555/bees", ""])
    def test_another_id_of_the_same_paper_or_none_is_no_obstacle(
        self, library: Library, id_: str
    ) -> None:
        known = paper(1, "On Bees", ids=("arxiv:2506.00001", "doi:10.5555/bees"))
        papers.add_papers(library.db, [known], source="arXiv", on=DAY)
        write(library, ONE)
        export(library)
        edit(file_of(library), '\nid: "arxiv:2506.00001"', f"\nid: {id_}" if id_ else "")
        edit(file_of(library), ONE, TWO)
        assert export(library).left == []
        assert texts(library) == [ONE, TWO]

    @pytest.mark.slow
    def test_one_file_too_large_is_named_and_the_others_are_written(self, library: Library) -> None:
        for row, text in enumerate((ONE, TWO, THREE), 1):
            write(library, text, row)
        export(library)
        edit(file_of(library, 1), ONE, "x" * (MAX_BYTES + 1))
        content = file_of(library, 1).read_bytes()
        file_of(library, 2).unlink()
        done = export(library)
        assert [type(error) for error in done.left] == [Incomplete]
        assert said(done.left) == [
            f"{path(library, 1)} was left alone. "
            "The note is too large: 16,000,001 B, and the limit is 16,000,000 B."
        ]
        assert (done.written, done.n_unchanged) == ([path(library, 2)], 1)
        assert (texts(library, 1), file_of(library, 1).read_bytes()) == ([ONE], content)

    def test_one_place_that_cannot_be_written_is_named_and_the_others_are(
        self, library: Library
    ) -> None:
        for row, topic in ((1, "a"), (2, "b")):
            decisions.add_filing(library.db, row, topic, at=NOW)
            write(library, (ONE, TWO)[row - 1], row)
        (library.folder / "notes").mkdir()
        (library.folder / "notes" / "a").write_text("somebody's")
        done = export(library)
        file = library.folder / "notes" / "a" / f"{library_paper(library).key}.md"
        assert [type(error) for error in done.left] == [StoreError]
        assert said(done.left) == [f"{file}: there is a file where its folder should be"]
        assert done.written == [path(library, 2)]

    def test_an_error_that_all_notes_share_is_reported_once(self, library: Library) -> None:
        for row, text in enumerate((ONE, TWO), 1):
            write(library, text, row)
        with Database(library.folder, busy_s=0) as impatient:
            with library.db.writing():
                done = export(replace(library, db=impatient))
            # Nothing is written that could not be recorded.
            assert (len(done.left), len(done.written)) == (1, 0)
            assert "is in use by another process" in done.left[0].message
        assert (len(export(library).written), texts(library, 1)) == (2, [ONE])
