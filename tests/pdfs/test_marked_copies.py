"""Test that a marked copy can be removed: the state before it shows, and nothing is lost."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.errors import NotKnown
from reader.library.folder import Library
from reader.library.rows import highlights
from reader.morning.pipe import Tools
from reader.pdfs.back import back, handed_in
from reader.pdfs.marked_copies import remove_copy
from reader.pdfs.tablet import requested_pdf, take
from reader.search.rows import index
from reader.texts.copies import removed_text
from tests.pdfs.test_returning import (
    KEPT,
    NAME,
    RAIN,
    SLEPT,
    SNAILS,
    STICKY,
    bring,
    clock,
    copies,
    library,
    library_paper,
    pad,
    pdf,
    put,
    there,
    tools,
)
from tests.samples import Clock

__all__ = ["clock", "library", "pad", "tools"]  # fixtures

ORIGINAL = f"papers/{NAME[14:]}"


def opens(library: Library) -> Path:
    return requested_pdf(library, library_paper(library)).path.relative_to(library.folder)


def hand(library: Library, tools: Tools, file: Path, content: bytes) -> None:
    put(file, content)
    assert handed_in(library, tools, file, library_paper(library), is_sure=True).error is None


def test_a_wrong_copy_goes_and_the_one_before_it_opens_with_its_marks(
    library: Library, tools: Tools, tmp_path: Path
) -> None:
    file = tmp_path / "upload.pdf"
    hand(library, tools, file, pdf(RAIN, SLEPT))
    hand(library, tools, file, pdf(STICKY, title="A Bill", extra="wrong"))
    assert (str(opens(library)), there(library)) == (f"{KEPT}-2.pdf", [STICKY])
    removed = remove_copy(library, tools, library_paper(library))
    assert (removed.before, removed.path) == (f"{KEPT}-2.pdf", "removed/" + KEPT[7:] + "-2.pdf")
    assert (removed.n_gone, removed.n_again) == (1, 2)
    assert (str(opens(library)), there(library)) == (f"{KEPT}.pdf", [RAIN, SLEPT])
    assert (library.folder / removed.path).read_bytes() == file.read_bytes()
    assert index.find_words(library.db, "highlight", '"rain"', limit=9)
    # The same file handed in again is no old acquaintance of which nothing is new.
    hand(library, tools, file, pdf(STICKY, title="A Bill", extra="wrong"))
    assert (str(opens(library)), there(library)) == (f"{KEPT}-2.pdf", [STICKY])


def test_after_the_last_copy_the_papers_own_pdf_opens(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    removed = remove_copy(library, tools, library_paper(library))
    assert (removed.n_gone, removed.n_again, there(library)) == (1, 0, [])
    assert (str(opens(library)), copies(library)) == (ORIGINAL, [])
    # The file that still lies on the tablet does not bring it in again by itself.
    assert bring(library, tools, pad)[0].outcome == "unchanged"
    assert there(library) == []
    with pytest.raises(NotKnown):
        remove_copy(library, tools, library_paper(library))


def test_what_was_removed_comes_again_from_where_it_lies(
    library: Library, tools: Tools, pad: Path
) -> None:
    content = put(pad / NAME, pdf(ink=(1,), extra="handwriting in its pages")).read_bytes()
    put(pad / NAME, content)
    bring(library, tools, pad)
    removed = remove_copy(library, tools, library_paper(library))
    file = library.folder / removed.path
    (again,) = back(library, tools, file, known=library_paper(library))
    assert (library.folder / again.copy).read_bytes() == content
    assert str(opens(library)) == f"{KEPT}.pdf"
    # So does the tablet's, where a person says so.
    remove_copy(library, tools, library_paper(library))
    (again,) = back(library, tools, pad / NAME, known=library_paper(library))
    assert again.copy == f"{KEPT}.pdf"


def test_marks_that_another_copy_has_stay(
    library: Library, tools: Tools, pad: Path, tmp_path: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    hand(library, tools, tmp_path / "a.pdf", pdf(RAIN, SLEPT))
    removed = remove_copy(library, tools, library_paper(library))
    assert (removed.n_gone, there(library)) == (1, [RAIN])


def test_a_copy_is_named_by_its_bytes_and_two_of_one_name_do_not_meet(
    library: Library, tools: Tools, pad: Path, tmp_path: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    hand(library, tools, tmp_path / "a.pdf", pdf(SLEPT))
    older, newer = highlights.marked_of(library.db, 1)
    put(library.folder / "removed" / Path(older.path).name, b"another's")
    removed = remove_copy(library, tools, library_paper(library), sha256=older.sha256[:16])
    assert removed.path == "removed/" + KEPT[7:] + "-2.pdf"
    assert [copy.path for copy in highlights.marked_of(library.db, 1)] == [newer.path]
    assert there(library) == [SLEPT]


def test_a_kill_after_the_move_is_mended_by_the_next_try(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    copy = library.folder / f"{KEPT}.pdf"
    target = library.folder / "removed" / copy.name
    target.parent.mkdir()
    copy.rename(target)
    assert remove_copy(library, tools, library_paper(library)).path == f"removed/{copy.name}"
    assert highlights.marked_of(library.db, 1) == []


def test_a_copy_that_a_hand_deleted_is_taken_out_of_the_rows(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    (library.folder / f"{KEPT}.pdf").unlink()
    assert remove_copy(library, tools, library_paper(library)).path == ""
    assert (highlights.marked_of(library.db, 1), there(library)) == ([], [])


def test_a_right_copy_that_was_removed_once_stands_again_after_a_wrong_one(
    library: Library, tools: Tools, tmp_path: Path
) -> None:
    right, wrong = pdf(RAIN, SLEPT), pdf(STICKY, title="A Bill", extra="wrong")
    for name in ("a.pdf", "b.pdf"):
        list(back(library, tools, put(tmp_path / name, right), known=library_paper(library)))
        if name == "a.pdf":
            remove_copy(library, tools, library_paper(library))
    list(back(library, tools, put(tmp_path / "b.pdf", wrong), known=library_paper(library)))
    removed = remove_copy(library, tools, library_paper(library))
    assert (removed.n_gone, removed.n_again, there(library)) == (1, 2, [RAIN, SLEPT])
    assert removed_text(removed, library.folder).startswith(
        f"Removed a marked copy of {SNAILS}. Removed with it: 1 highlight. "
        "Shown again, from an earlier copy: 2 highlights. Its file is now removed/"
    )
    # The command works from any folder.
    again = f"reader back {shlex.quote(str(library.folder / removed.path))} --as "
    assert again in removed_text(removed, library.folder)
    # What the tablet has after that is compared with nothing that was taken out.
    list(back(library, tools, put(tmp_path / "b.pdf", pdf(RAIN)), known=library_paper(library)))
    assert there(library) == [RAIN]


def test_a_copy_that_changed_a_mark_or_none_takes_none_with_it(
    library: Library, tools: Tools, tmp_path: Path
) -> None:
    file = tmp_path / "upload.pdf"
    hand(library, tools, file, pdf(RAIN))
    hand(library, tools, file, pdf(replace(RAIN, colour="#ff0000"), ink=(1,)))
    changed = remove_copy(library, tools, library_paper(library))
    assert there(library) == [RAIN]
    said = removed_text(changed, library.folder)
    assert "Gravel. Shown as in an earlier copy: 1 highlight. Its file is now" in said
    hand(library, tools, file, pdf(RAIN, ink=(1,), extra="pictures"))
    same = removed_text(remove_copy(library, tools, library_paper(library)), library.folder)
    assert "Gravel. The highlights shown do not change. Its file is now" in same
    none = removed_text(remove_copy(library, tools, library_paper(library)), library.folder)
    assert "Gravel. Removed with it: 1 highlight. Its file is now" in none


def test_marks_of_a_file_that_was_taken_afresh_go_with_their_copy(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    (pad / NAME).unlink()
    assert [took.name for took in take(library, ["2506.00001"], pad)] == [NAME]
    assert there(library) == [RAIN]
    assert (remove_copy(library, tools, library_paper(library)).n_gone, there(library)) == (1, [])


def test_a_copy_that_comes_once_more_is_the_one_that_came_last(
    library: Library, tools: Tools, tmp_path: Path, clock: Clock
) -> None:
    for content in (pdf(RAIN), pdf(STICKY, extra="pictures"), pdf(RAIN)):
        clock.now += timedelta(seconds=1)
        hand(library, tools, tmp_path / "upload.pdf", content)
    assert str(opens(library)) == f"{KEPT}.pdf"
    assert remove_copy(library, tools, library_paper(library)).before == f"{KEPT}.pdf"
    assert (str(opens(library)), there(library)) == (f"{KEPT}-2.pdf", [STICKY])
