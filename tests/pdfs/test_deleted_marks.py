"""Test that what is deleted in a copy is removed here, and only what surely was."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from reader.library.folder import Library
from reader.library.highlight import OWN, InkStroke, shown
from reader.library.rows import highlights
from reader.morning.pipe import Tools
from reader.morning.undo import undo
from reader.pdfs import mark
from reader.pdfs.back import back
from reader.pdfs.mark import COLOURS
from reader.pdfs.tablet import copy_to_open, take
from reader.pdfs.text.process import PdfReader
from reader.texts.copies import counts_text
from tests.marked_pdfs import flat, highlight, renamed_producer, typeset, without_marks
from tests.pdfs.test_mark import (
    REAL,
    TITLE,
    annotations_in,
    bring,
    clock,
    library,
    library_paper,
    make_marks,
    on_the_tablet,
    put,
    reader,
    selected,
    texts,
    tools,
)

__all__ = ["clock", "library", "reader", "tools"]  # fixtures


def drawn(library: Library, *names: str) -> list[InkStroke]:
    strokes = [
        InkStroke(1 + n % 2, f"{OWN}{name}", COLOURS[n % 5], 1.5, (50.0, 300.0 + n, 90.0, 340.0))
        for n, name in enumerate(names)
    ]
    mark.draw(library, library_paper(library), strokes)
    return strokes


def handed_out(library: Library, reader: PdfReader) -> Path:
    """Put the copy with all marks on the tablet; return its file."""
    pad = library.folder.parent / "pad"
    [took] = take(library, [], pad, reader)
    return pad / took.name


def names_here(library: Library) -> set[str]:
    known = highlights.highlights_of(library.db, 1)
    return {one.name for one in highlights.strokes_of(library.db, 1)} | {
        one.highlight.name for one in shown(known) if not one.gone_at
    }


def without(*names: str) -> Callable[[Any], None]:
    def delete(document: Any) -> None:
        for page, one in annotations_in(document):
            if one.info["id"] in names:
                page.delete_annot(one)

    return delete


@pytest.mark.parametrize("seed", range(4))
def test_what_is_deleted_in_a_copy_is_removed_here_and_nothing_else(
    library: Library, reader: PdfReader, tools: Tools, seed: int
) -> None:
    rng = random.Random(seed)
    [own] = (library.folder / "papers").glob("*.pdf")
    make_marks(library, reader, own, rng, n=6)
    drawn(library, *"abcdef")
    file = handed_out(library, reader)
    before = names_here(library)
    gone = set(rng.sample(sorted(before), rng.randint(1, 11)))
    later = drawn(library, "later")[0].name
    if seed % 2:
        on_the_tablet(file, without(*gone), highlight("Nobody had asked a snail before"))
    else:  # only added to the end of the file
        with pymupdf.open(file) as document:
            without(*gone)(document)
            document.saveIncr()
    [came] = bring(library, tools, file.parent)
    assert came.counts.removed + came.counts.erased == len(gone)
    assert came.counts.kept == 0
    assert names_here(library) - {""} == before - gone | {later}
    undo(library)
    assert names_here(library) - {""} == before | {later}
    # What was brought back here stays, whatever else is done to the copy.
    on_the_tablet(file, renamed_producer)
    [came] = bring(library, tools, file.parent)
    assert (came.counts.removed, came.counts.erased, came.counts.kept) == (0, 0, 0)
    assert names_here(library) - {""} == before | {later}


def test_all_that_was_written_into_a_copy_can_be_deleted_in_it(
    library: Library, reader: PdfReader, tools: Tools
) -> None:
    mark.mark(library, library_paper(library), selected(reader, library))
    drawn(library, "a")
    on_the_tablet(handed_out(library, reader), without_marks)
    [came] = bring(library, tools, library.folder.parent / "pad")
    assert (came.counts.removed, came.counts.erased, came.counts.kept) == (1, 1, 0)
    assert "2 marks and strokes removed" in counts_text(came.counts, "")
    assert names_here(library) == set()


def baked(document: Any) -> None:
    """Draw all annotations into the pages, as an app flattens them."""
    document.bake()


def unnamed(document: Any) -> None:
    """Write each stroke as a new one, as an app does that knows no names."""
    for page, one in annotations_in(document):
        if one.type[1] == "Ink":
            points = one.vertices
            page.delete_annot(one)
            page.add_ink_annot(points)


def in_pictures(document: Any) -> None:
    """Draw each page anew as a picture."""
    document.insert_pdf(pymupdf.open(stream=flat(document.tobytes()), filetype="pdf"))
    document.delete_pages(0, len(document) // 2 - 1)


def without_a_page(document: Any) -> None:
    document.delete_page(0)


@pytest.mark.parametrize("doing", [baked, in_pictures, unnamed, without_a_page])
def test_what_a_copy_lacks_for_another_reason_stays(
    library: Library, reader: PdfReader, tools: Tools, doing: Callable[[Any], None]
) -> None:
    if doing is not unnamed:
        mark.mark(library, library_paper(library), selected(reader, library))
        new = selected(reader, library, "Snails hear with the foot")
        mark.mark(library, library_paper(library), replace(new, kind="underline"))
    drawn(library, *"abc")
    file = handed_out(library, reader)
    if doing is not unnamed:
        on_the_tablet(file, highlight("The others slept", kind="underline"))
        list(back(library, tools, file, known=library_paper(library)))
    on_the_tablet(file, doing)
    before = names_here(library), texts(library)
    [came] = list(back(library, tools, file, known=library_paper(library)))
    assert (came.counts.removed, came.counts.erased) == (0, 0)
    assert came.counts.kept >= 2
    # Nor when the same file is saved once more.
    on_the_tablet(file, renamed_producer)
    [came] = list(back(library, tools, file, known=library_paper(library)))
    assert (came.counts.removed, came.counts.erased, came.counts.kept) == (0, 0, 0)
    assert (names_here(library), texts(library)) == before


def test_another_file_in_the_place_of_a_copy_removes_nothing(
    library: Library, reader: PdfReader, tools: Tools
) -> None:
    mark.mark(library, library_paper(library), selected(reader, library))
    drawn(library, "a")
    file = handed_out(library, reader)
    before = names_here(library)
    file.write_bytes(typeset(TITLE))
    [came] = bring(library, tools, file.parent)
    assert (came.counts.removed, came.counts.erased, came.counts.kept) == (0, 0, 2)
    assert "2 marks and strokes made here stay" in counts_text(came.counts, "")
    assert names_here(library) == before


def test_a_copy_of_an_older_version_removes_no_strokes(
    library: Library, reader: PdfReader, tools: Tools
) -> None:
    one, other = drawn(library, "a", "b")
    file = handed_out(library, reader)
    # What an older version recorded of a copy.
    library.db.execute("UPDATE returned SET strokes = '', n_pages = 0")
    on_the_tablet(file, without(one.name))
    [came] = bring(library, tools, file.parent)
    assert (came.counts.erased, came.counts.kept) == (0, 0)
    assert names_here(library) == {one.name, other.name}


def test_a_stroke_that_was_erased_here_stays_so_whatever_a_copy_has(
    library: Library, reader: PdfReader, tools: Tools
) -> None:
    one, other = drawn(library, "a", "b")
    file = handed_out(library, reader)
    mark.erase(library, library_paper(library), [one.name])
    on_the_tablet(file, without(other.name))
    [came] = bring(library, tools, file.parent)
    assert (came.counts.erased, came.counts.kept) == (1, 0)
    assert names_here(library) == set()


@pytest.mark.slow
@pytest.mark.parametrize("source", REAL, ids=lambda file: file.stem)
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_what_is_deleted_in_a_copy_of_a_real_pdf_is_removed_here(
    library: Library, reader: PdfReader, tools: Tools, source: Path, share: float
) -> None:
    file = put(library, source.read_bytes())
    make_marks(library, reader, file, random.Random(source.name), n=6)
    drawn(library, *"abcd")
    file = handed_out(library, reader)
    before = names_here(library) - {""}
    gone = set(random.Random(source.name).sample(sorted(before), round(share * 10)))
    with pymupdf.open(file) as document:
        without(*gone)(document)
        document.saveIncr()
    [came] = list(back(library, tools, file, known=library_paper(library)))
    assert (came.counts.removed + came.counts.erased, came.counts.kept) == (len(gone), 0)
    assert names_here(library) - {""} == before - gone


def test_a_mark_that_was_changed_here_since_stays(
    library: Library, reader: PdfReader, tools: Tools
) -> None:
    made = mark.mark(library, library_paper(library), selected(reader, library))
    drawn(library, "a")
    file = handed_out(library, reader)
    [name] = names_here(library) - {f"{OWN}a"}
    mark.change(library, library_paper(library), str(made.mark), colour=COLOURS[3])
    on_the_tablet(file, without(name))
    [came] = bring(library, tools, file.parent)
    assert (came.counts.removed, came.counts.kept) == (0, 0)
    assert [colour for *_unused, colour in texts(library)] == [COLOURS[3]]


def test_what_is_deleted_in_one_copy_goes_though_another_still_has_it(
    library: Library, reader: PdfReader, tools: Tools
) -> None:
    mark.mark(library, library_paper(library), selected(reader, library))
    drawn(library, "a")
    [own] = (library.folder / "papers").glob("*.pdf")
    opened = copy_to_open(library, reader, library_paper(library), own, bring=lambda _copy: None)
    file = handed_out(library, reader)
    on_the_tablet(file, without(*names_here(library)))
    [came] = bring(library, tools, file.parent)
    assert (came.counts.removed, came.counts.erased) == (1, 1)
    on_the_tablet(opened, highlight("Nobody had asked a snail before"))
    list(back(library, tools, opened, known=library_paper(library)))
    assert [text for text, *_unused in texts(library)] == ["Nobody had asked a snail before"]
    assert highlights.strokes_of(library.db, 1) == []
