"""Test that a marked PDF uploaded at a paper's page is read like one in a folder."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from reader.base.errors import PdfError
from reader.library.folder import Library, find_paper
from reader.library.highlight import Highlight, shown
from reader.library.paper import LibraryPaper
from reader.library.passage import Document, Page
from reader.library.rows import highlights, pdfs
from reader.morning.pipe import Tools
from reader.pdfs.back import FIRST_PAGES, CopyOutcome, back, handed_in
from reader.pdfs.recognition import Looks, PageLook
from reader.texts.copies import counts_text
from tests import samples
from tests.pdfs.test_returning import (
    MOSS,
    RAIN,
    SLEPT,
    SNAILS,
    clock,
    library,
    pdf,
    put,
    read_looks,
    read_marks,
    read_pdf,
)
from tests.samples import NOW, Clock

__all__ = ["clock", "library"]  # fixtures


@pytest.fixture
def tools() -> Tools:
    return samples.tools(
        samples.Web(), read_pdf=read_pdf, read_marks=read_marks, read_looks=read_looks
    )


@pytest.fixture
def paper(library: Library) -> LibraryPaper:
    return find_paper(library, "2506.00001")


@pytest.fixture
def given(tmp_path: Path) -> Path:
    return tmp_path / "upload" / "whatever it is called.pdf"


def there(library: Library, row: int = 1) -> list[Highlight]:
    states = shown(highlights.highlights_of(library.db, row))
    return [mark.highlight for mark in states if mark.gone_at is None]


def hand(
    library: Library,
    tools: Tools,
    file: Path,
    paper: LibraryPaper,
    *marks: Highlight,
    sure: bool = False,
) -> CopyOutcome:
    put(file, pdf(*marks))
    return handed_in(library, tools, file, paper, is_sure=sure)


def test_marks_are_read_once_and_kept(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper
) -> None:
    first = hand(library, tools, given, paper, RAIN, SLEPT)
    assert (first.outcome, first.counts.new, there(library)) == ("imported", 2, [RAIN, SLEPT])
    assert (library.folder / first.copy).read_bytes() == pdf(RAIN, SLEPT)
    assert counts_text(first.counts, "") == "2 highlights, 2 new"
    again = hand(library, tools, given.with_name("another name.pdf"), paper, RAIN, SLEPT)
    assert (again.outcome, again.copy, there(library)) == ("unchanged", "", [RAIN, SLEPT])


def test_what_was_removed_in_the_newest_one_is_gone(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper
) -> None:
    hand(library, tools, given, paper, RAIN, SLEPT)
    newest = hand(library, tools, given.with_name("b.pdf"), paper, SLEPT)
    assert (newest.counts.removed, there(library)) == (1, [SLEPT])


def test_a_copy_that_came_by_the_tablet_too_adds_nothing(
    library: Library, tools: Tools, tmp_path: Path, paper: LibraryPaper
) -> None:
    put(tmp_path / "pad" / "2025-06-04 01 2025_Field_WhatSnailsHearThrough.pdf", pdf(RAIN))
    assert [one.counts.new for one in back(library, tools, tmp_path / "pad")] == [1]
    same = hand(library, tools, tmp_path / "u.pdf", paper, RAIN)
    assert (same.outcome, same.counts.new, there(library)) == ("unchanged", 0, [RAIN])


def test_another_papers_pdf_is_named_and_not_taken_over(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper
) -> None:
    content = put(given, pdf(RAIN, title=MOSS)).read_bytes()
    asked = handed_in(library, tools, given, paper)  # by its title alone: a person is to say
    assert (asked.outcome, [one.row for one in asked.candidates]) == ("asked", [2])
    sha256 = hashlib.sha256(content).hexdigest()
    pdfs.add_pdf(library.db, pdfs.Pdf(2, "papers/moss.pdf", sha256), n_bytes=1, at=NOW)
    found = handed_in(library, tools, given, paper)
    assert found.paper is not None
    assert (found.outcome, found.paper.row) == ("other", 2)
    assert found.error is not None
    assert MOSS in found.error.message
    assert (there(library), there(library, 2)) == ([], [])


def test_a_confirmed_paper_is_taken_whatever_the_file_prints(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper
) -> None:
    put(given, pdf(RAIN, title="Something Printed Wrongly on It"))
    assert handed_in(library, tools, given, paper).outcome == "unknown"
    assert there(library) == []
    assert handed_in(library, tools, given, paper, is_sure=True).counts.new == 1
    assert there(library) == [RAIN]


def test_a_scan_without_words_is_known_by_what_its_pages_show(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper
) -> None:
    put(given, pdf(RAIN, title="", looks=SNAILS))
    assert handed_in(library, tools, given, paper).outcome == "imported"


def test_one_in_which_no_mark_can_be_read_is_kept_all_the_same(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper
) -> None:
    put(given, pdf(extra="handwriting in its pages"))
    found = handed_in(library, tools, given, paper)
    assert (found.outcome, found.counts.there) == ("imported", 0)
    assert (library.folder / found.copy).read_bytes() == given.read_bytes()
    put(given, pdf())  # as it was taken: nothing to keep
    assert handed_in(library, tools, given, paper).copy == ""


def test_what_is_no_whole_pdf_changes_nothing(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper
) -> None:
    outcomes = []
    for content in (b"", b"<html>Log in", pdf(RAIN)[:-7]):
        put(given, content)
        found = handed_in(library, tools, given, paper)
        assert found.error is not None
        outcomes.append(found.outcome)
    assert outcomes == ["waiting", "broken", "waiting"]
    assert there(library) == []


def test_marks_that_could_not_be_written_are_not_there_by_half(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper, clock: Clock
) -> None:
    hand(library, tools, given, paper, RAIN)
    # What stands in the way of the copy's file, as a full disk would.
    (library.folder / "papers" / f"{paper.key}.marked-2.pdf").mkdir()
    before = highlights.highlights_of(library.db, 1), there(library)
    put(given, pdf(SLEPT, ink=(1,)))
    found = handed_in(library, tools, given, paper)
    assert found.outcome == "imported"
    assert (library.folder / found.copy).is_file()
    assert before[1] == [RAIN]
    assert there(library) == [SLEPT]


def test_pages_that_show_the_paper_need_no_reading_of_their_text(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper
) -> None:
    def slow(*_: object) -> Document:
        raise AssertionError("pages that are pictures take a minute to read")

    put(given, pdf(RAIN, title="", looks=SNAILS))
    found = handed_in(library, replace(tools, read_pdf=slow, read_first=slow), given, paper)
    assert (found.outcome, there(library)) == ("imported", [RAIN])


def test_pages_that_are_pictures_are_read_only_where_their_looks_leave_it_open(
    library: Library, tools: Tools, given: Path, paper: LibraryPaper
) -> None:
    asked: list[int] = []

    def read_first(file: Path, n_ocr: int) -> Document:
        asked.extend([n_ocr] if file == given else [])
        return Document((Page(1, ()),), n_scanned=1)

    def outcome(looks: Looks, original: Looks | None) -> tuple[str, str, list[int]]:
        asked.clear()

        def read_looks(file: Path) -> Looks:
            if file != given and original is None:
                raise PdfError(file=file.name, what="broken", hint="")
            return original if original and file != given else looks

        put(given, pdf(title=""))
        known = replace(tools, read_first=read_first, read_looks=read_looks)
        found = handed_in(library, known, given, paper)
        assert found.error is not None
        return found.outcome, str(found.error.what).partition(": ")[2], asked

    one, two, other = (PageLook(tuple(f"{c}{n}" for n in range(9)), b"") for c in "abc")
    ours = Looks(3, (one, one, one))
    assert outcome(Looks(3, (other, two, other)), ours) == (
        "asked", "its pages look different from the PDF in the library", [0]
    )  # fmt: skip
    assert outcome(Looks(2, (one, one)), ours) == (
        "asked", "it has 2 pages, the PDF in the library has 3", [0]
    )  # fmt: skip
    assert outcome(Looks(3, (one, two, other)), ours) == (
        "asked", "too few of its pages look like the PDF in the library", [FIRST_PAGES]
    )  # fmt: skip
    assert outcome(ours, None) == (
        "asked", "the library has no PDF of it to compare with", [FIRST_PAGES]
    )  # fmt: skip
