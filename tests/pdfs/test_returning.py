"""Test that marks are read once from every device, and that none is lost.

A PDF here is a head, JSON that says what a reader of PDFs would find, and an end.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.base.errors import Locked, PdfError, ReadOnly, UsageError
from reader.library.disk import lock_file
from reader.library.folder import Library
from reader.library.highlight import Highlight, Marks, VisibleMark, shown
from reader.library.paper import LibraryPaper
from reader.library.passage import Block, Document, Page
from reader.library.rows import highlights, merges, papers, pdfs
from reader.morning.pick import decide
from reader.morning.pipe import Tools
from reader.notes.export import export
from reader.notes.write import add_note
from reader.pdfs.back import CopyOutcome, back
from reader.pdfs.find import marked_file
from reader.pdfs.marked_copies import Counts
from reader.pdfs.recognition import Looks, PageLook
from reader.pdfs.tablet import LOCK, take
from reader.search.encode import encode, index_words
from reader.search.find import search
from reader.search.rows import index
from tests import samples
from tests.samples import DAY, FEEDS_TOML, NOW, Clock, SmallEncoder, a_library, paper

RAIN = Highlight(1, 0, "highlight", "played rain", "", "#ffff00", (72.0, 100.0, 140.0, 112.0))
SLEPT = Highlight(2, 3, "underline", "the others slept", "", "#ff0000", (72.0, 90.0, 170.0, 99.0))
STICKY = Highlight(2, 9, "note", "", "Why?", "", (500.0, 90.0, 520.0, 110.0))
NAME = "2025-06-04 01 2025_Field_WhatSnailsHearThrough.pdf"
KEPT = "papers/2025_Field_WhatSnailsHearThrough.marked"
SNAILS, MOSS = "What Snails Hear through Gravel", "Moss That Waits Eleven Months"


def pdf(
    *marks: Highlight,
    title: str = SNAILS,
    ink: tuple[int, ...] = (),
    unread: tuple[int, ...] = (),
    extra: str = "",
    looks: str | None = None,
) -> bytes:
    """extra: changes the bytes, and nothing that is read; "pictures" what the pages paint.
    looks: the words that its page shows where a person looks; None: its title."""
    painted = [f"paint:{'pictures' in extra}", *(f"{page}:{n}" for n, page in enumerate(ink))]
    said = {
        "title": title,
        "marks": [asdict(m) for m in marks],
        "read": [ink, unread, [] if unread else painted],
        "extra": extra,
        "looks": title if looks is None else looks,
    }
    return f"%PDF-1.7\n{json.dumps(said)}\n%%EOF\n".encode()


def said(file: Path) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(file.read_text("utf-8").splitlines()[1])
    except (ValueError, IndexError):
        raise PdfError(file=file, what="no PDF", hint="Look at it.") from None
    return read


def read_marks(file: Path) -> Marks:
    found = said(file)
    marks = (Highlight(**m | {"box": tuple(m["box"])}) for m in found["marks"])
    ink, unread, traces = found["read"]
    return Marks(tuple(marks), tuple(ink), tuple(unread), frozenset(traces))


def read_looks(file: Path) -> Looks:
    words = said(file)["looks"]
    return Looks(1, (PageLook(tuple(words.split()) * 3, b"" if words else b"  "),))


def read_pdf(file: Path) -> Document:
    """Invent a text of a hundred words that only this title has."""
    title = said(file)["title"]
    text = " ".join(hashlib.sha256(f"{title}{n}".encode()).hexdigest()[:7] for n in range(99))
    blocks = (Block(title, "heading", 18.0), Block(text)) if title else ()
    return Document((Page(1, blocks),), title=title, first_page=f"{title}\n{text}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    """Open a library with two papers; the first one was taken to the tablet today."""
    folder, pad = tmp_path / "library", tmp_path / "pad"
    folder.mkdir()
    with a_library(folder, f'{FEEDS_TOML}[tablet]\nfolder = "{pad}"\n', now=clock) as library:
        papers.add_papers(library.db, [paper(1, SNAILS), paper(2, MOSS)], source="arXiv", on=DAY)
        (library_paper,) = decide(library, "pick", ["2506.00001"])
        put(folder / f"papers/{library_paper.key}.pdf", pdf())
        sha256 = hashlib.sha256(pdf()).hexdigest()
        known = pdfs.Pdf(1, f"papers/{library_paper.key}.pdf", sha256)
        pdfs.add_pdf(library.db, known, n_bytes=len(pdf()), at=NOW)
        assert [took.name for took in take(library, [], pad)] == [NAME]
        yield library


@pytest.fixture
def tools() -> Tools:
    return samples.tools(
        samples.Web(), read_pdf=read_pdf, read_marks=read_marks, read_looks=read_looks
    )


@pytest.fixture
def pad(tmp_path: Path) -> Path:
    return tmp_path / "pad"


def put(file: Path, content: bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def library_paper(library: Library, row: int = 1) -> LibraryPaper:
    return papers.papers_at(library.db, [row])[0]


def bring(library: Library, tools: Tools, folder: Path) -> list[CopyOutcome]:
    return list(back(library, tools, folder))


def counts(library: Library, tools: Tools, folder: Path) -> Counts:
    (brought,) = bring(library, tools, folder)
    assert brought.error is None
    return brought.counts


def marks(library: Library, row: int = 1) -> list[VisibleMark]:
    return shown(highlights.highlights_of(library.db, row))


def there(library: Library, row: int = 1) -> list[Highlight]:
    return [mark.highlight for mark in marks(library, row) if mark.gone_at is None]


def copies(library: Library) -> list[str]:
    return sorted(
        file.relative_to(library.folder).as_posix()
        for file in (library.folder / "papers").rglob("*.marked*.pdf")
    )


def test_marks_are_read_once_and_the_copy_is_kept(
    library: Library, tools: Tools, pad: Path
) -> None:
    file = put(pad / NAME, pdf(RAIN, SLEPT, ink=(1, 1, 2, 2)))
    assert bring(library, tools, pad) == [
        CopyOutcome(
            NAME,
            "imported",
            library_paper(library),
            Counts(there=2, new=2, ink=(1, 1, 2, 2)),
            copy=f"{KEPT}.pdf",
        )
    ]
    assert there(library) == [RAIN, SLEPT]
    assert (library.folder / f"{KEPT}.pdf").read_bytes() == file.read_bytes()
    assert bring(library, tools, pad) == [CopyOutcome(NAME, "unchanged")]
    file.write_bytes(pdf(RAIN, SLEPT, STICKY, ink=(1, 1, 2, 2)))
    assert counts(library, tools, pad) == Counts(there=3, new=1, ink=(1, 1, 2, 2))
    assert there(library) == [RAIN, SLEPT, STICKY]
    assert copies(library) == [f"{KEPT}.pdf"]
    assert (library.folder / f"{KEPT}.pdf").read_bytes() == file.read_bytes()


def test_a_mark_that_was_removed_is_shown_as_removed_and_can_come_again(
    library: Library, tools: Tools, pad: Path, clock: Clock
) -> None:
    put(pad / NAME, pdf(RAIN, SLEPT))
    bring(library, tools, pad)
    clock.now += timedelta(hours=1)
    put(pad / NAME, pdf(SLEPT))
    assert counts(library, tools, pad) == Counts(there=1, removed=1)
    assert [(m.highlight, m.gone_at) for m in marks(library)] == [(RAIN, clock.now), (SLEPT, None)]
    clock.now += timedelta(hours=1)
    put(pad / NAME, pdf(RAIN, SLEPT, extra="saved again"))
    assert counts(library, tools, pad) == Counts(there=2, again=1)
    put(pad / NAME, pdf())  # the very original: all marks were taken away
    assert counts(library, tools, pad) == Counts(removed=2)
    assert len(marks(library)) == 2


@pytest.mark.parametrize(
    "edited",
    [
        replace(RAIN, colour="#00ff00"),
        replace(RAIN, note="for how long?"),
        replace(RAIN, text="glass and played rain", box=(40.0, 100.0, 140.0, 112.0)),
        replace(RAIN, kind="underline"),
    ],
)
def test_a_mark_that_was_changed_is_one_mark(
    library: Library, tools: Tools, pad: Path, edited: Highlight
) -> None:
    put(pad / NAME, pdf(RAIN, SLEPT))
    bring(library, tools, pad)
    put(pad / NAME, pdf(edited, SLEPT))
    assert counts(library, tools, pad) == Counts(there=2, changed=1)
    assert there(library) == [edited, SLEPT]
    put(pad / NAME, pdf(RAIN, SLEPT, extra="as before"))
    assert counts(library, tools, pad) == Counts(there=2, changed=1)
    assert there(library) == [RAIN, SLEPT]
    assert len(highlights.highlights_of(library.db, 1)) == 3


def test_a_mark_that_another_device_never_had_is_not_removed_by_it(
    library: Library, tools: Tools, pad: Path, tmp_path: Path
) -> None:
    laptop = tmp_path / "laptop"
    put(pad / NAME, pdf(RAIN))
    put(laptop / "snails.pdf", pdf(SLEPT))
    bring(library, tools, pad)
    assert counts(library, tools, laptop) == Counts(there=2, new=1)
    put(laptop / "snails.pdf", pdf(SLEPT, RAIN))
    assert counts(library, tools, laptop) == Counts(there=2)
    put(pad / NAME, pdf(extra="all away"))
    assert counts(library, tools, pad) == Counts(there=2)
    put(laptop / "snails.pdf", pdf(SLEPT, extra="here too"))
    assert counts(library, tools, laptop) == Counts(there=1, removed=1)
    assert there(library) == [SLEPT]


def test_two_notes_of_two_devices_at_one_mark_are_both_kept(
    library: Library, tools: Tools, pad: Path, tmp_path: Path
) -> None:
    laptop = tmp_path / "laptop"
    put(laptop / "snails.pdf", pdf(RAIN))
    put(pad / NAME, pdf(replace(RAIN, note="How long?")))
    bring(library, tools, laptop)
    bring(library, tools, pad)
    assert there(library) == [replace(RAIN, note="How long?")]
    put(laptop / "snails.pdf", pdf(replace(RAIN, note="How loud?")))
    bring(library, tools, laptop)
    assert there(library) == [replace(RAIN, note="How loud?\nHow long?")]


def test_a_renamed_file_goes_on_where_it_was(library: Library, tools: Tools, pad: Path) -> None:
    put(pad / NAME, pdf(RAIN, SLEPT, STICKY))
    bring(library, tools, pad)
    (pad / NAME).unlink()
    put(pad / "read" / "Snails (1).pdf", pdf(RAIN, SLEPT))
    assert counts(library, tools, pad) == Counts(there=2, removed=1)


def test_a_fresh_copy_of_a_paper_that_was_read_removes_nothing(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    (pad / NAME).unlink()
    list(take(library, [], pad))
    assert counts(library, tools, pad) == Counts(there=1)
    put(pad / NAME, pdf(SLEPT))
    assert counts(library, tools, pad) == Counts(there=2, new=1)
    (pad / NAME).unlink()
    put(pad / "other.pdf", pdf(STICKY, extra="from the web"))
    assert counts(library, tools, pad) == Counts(there=3, new=1)


def test_what_a_publisher_marked_in_a_pdf_is_not_the_persons(
    library: Library, tools: Tools, pad: Path
) -> None:
    known = pdfs.pdf_of(library.db, 1)
    assert known
    content = pdf(RAIN)
    put(library.folder / known.path, content)
    sha256 = hashlib.sha256(content).hexdigest()
    pdfs.add_pdf(library.db, replace(known, sha256=sha256), n_bytes=len(content), at=NOW)
    put(pad / NAME, content)
    assert counts(library, tools, pad) == Counts()
    put(pad / NAME, pdf(RAIN, SLEPT))
    assert counts(library, tools, pad) == Counts(there=1, new=1)
    assert there(library) == [SLEPT]


def test_marks_made_in_the_librarys_own_pdf_are_the_persons(
    library: Library, tools: Tools, pad: Path
) -> None:
    known = pdfs.pdf_of(library.db, 1)
    assert known
    put(library.folder / known.path, pdf(RAIN))
    put(pad / NAME, pdf(RAIN, SLEPT))
    assert counts(library, tools, pad) == Counts(there=2, new=2)


def test_files_that_are_not_whole_are_named_and_remove_nothing(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    put(pad / NAME, pdf(RAIN, SLEPT)[:-8])
    put(pad / "b.pdf", b"")
    put(pad / ".c.pdf.icloud", b"x")
    (pad / "d.pdf").symlink_to(pad / "nowhere.pdf")
    os.mkfifo(pad / "e.pdf")
    put(pad / "f.pdf", b"<html>")
    put(pad / ".DS_Store", b"x")
    put(pad / ".Trash" / "g.pdf", pdf(SLEPT))
    put(pad / "._h.pdf", b"x")
    brought = bring(library, tools, pad)
    assert {b.name: (b.outcome, b.error.message if b.error else "") for b in brought} == {
        ".c.pdf.icloud": ("waiting", ".c.pdf.icloud: it is in iCloud, not on this disk"),
        NAME: ("waiting", f"{NAME}: its end is missing: it is still arriving, or was cut off"),
        "b.pdf": ("waiting", "b.pdf: it is still empty"),
        "d.pdf": ("broken", "d.pdf: it is not a file, or a link to nothing"),
        "e.pdf": ("broken", "e.pdf: it is not a file, or a link to nothing"),
        "f.pdf": ("broken", "f.pdf: no PDF"),
    }
    assert there(library) == [RAIN]


def test_a_file_that_grows_while_it_is_read_waits(
    library: Library, tools: Tools, pad: Path
) -> None:
    def read_slowly(file: Path) -> Marks:
        found = read_marks(file)
        with file.open("ab") as handle:
            handle.write(b"more")
        return found

    put(pad / NAME, pdf(RAIN))
    (brought,) = bring(library, replace(tools, read_marks=read_slowly), pad)
    assert (brought.outcome, there(library), copies(library)) == ("waiting", [], [])


def test_a_files_paper_must_be_certain_or_named_by_the_person(
    library: Library, tools: Tools, pad: Path
) -> None:
    stranger = put(pad / "soup.pdf", pdf(RAIN, title="A Menu of Soups"))
    perhaps = put(pad / "moss.pdf", pdf(SLEPT, title=MOSS))
    first, second, _ = bring(library, tools, pad)[::-1]
    assert (first.name, first.outcome, first.candidates) == ("soup.pdf", "unknown", ())
    assert (second.name, second.outcome, second.candidates) == (
        "moss.pdf",
        "asked",
        (library_paper(library, 2),),
    )
    assert second.error
    assert second.error.hint == "If so: reader back FILE --as arxiv:2506.00002"
    assert there(library) == there(library, 2) == []
    for file, row in ((stranger, 1), (perhaps, 1), (perhaps, 2)):
        list(back(library, tools, file, known=library_paper(library, row)))
    assert (there(library), there(library, 2)) == ([RAIN], [SLEPT])
    # Known from now on: by its bytes, and by its place when they change and it may be so.
    put(perhaps, pdf(SLEPT, STICKY, title=MOSS))
    assert [b.outcome for b in bring(library, tools, pad)] == ["unchanged", "imported", "unchanged"]
    with pytest.raises(UsageError):
        list(back(library, tools, pad, known=library_paper(library)))
    with pytest.raises(UsageError):
        list(back(library, tools, pad / "none"))


def test_a_text_that_is_here_is_known_under_whatever_id_it_is_stamped(
    library: Library, tools: Tools, pad: Path
) -> None:
    def read_stamped(file: Path, n_ocr: int) -> Document:
        return replace(read_pdf(file), stamp="arXiv:2501.09999v1 [cs.CL] 3 Jan 2025")

    put(pad / "other.pdf", pdf(RAIN))
    put(pad / "soup.pdf", pdf(RAIN, title="A Menu of Soups"))
    first = bring(library, replace(tools, read_first=read_stamped), pad)
    assert [(b.name, b.outcome) for b in first[1:]] == [
        ("other.pdf", "imported"),
        ("soup.pdf", "unknown"),
    ]
    assert first[2].error
    assert first[2].error.hint == "Run `reader add arxiv:2501.09999`, then `reader back` again."


def test_a_copy_whose_text_is_gone_is_known_by_the_name_that_it_was_taken_under(
    library: Library, tools: Tools, pad: Path
) -> None:
    name = NAME.replace(".pdf", " flat.pdf")
    drawn = put(pad / name, pdf(title="", looks=SNAILS, extra="pictures"))
    put(pad / "flat.pdf", pdf(title="", looks=SNAILS, extra="other pictures"))
    (brought, _, other) = bring(library, tools, pad)
    assert (brought.outcome, brought.counts) == ("imported", Counts())
    assert (library.folder / brought.copy).read_bytes() == drawn.read_bytes()
    assert other.outcome == "unknown"
    put(drawn, pdf(RAIN, title="", looks=SNAILS))
    assert bring(library, tools, pad)[0].counts.new == 1


@pytest.mark.parametrize("looks", ["", "A bill for light and heat"])
def test_a_name_alone_does_not_show_a_paper(
    library: Library, tools: Tools, pad: Path, looks: str
) -> None:
    file = put(pad / NAME, pdf(RAIN, title="", looks=looks))
    (asked,) = bring(library, tools, pad)
    assert (asked.outcome, [one.row for one in asked.candidates]) == ("asked", [1])
    assert (there(library), copies(library)) == ([], [])
    (said_so,) = back(library, tools, file, known=library_paper(library))
    assert (said_so.outcome, there(library)) == ("imported", [RAIN])
    # What a person said once is what the next one from there is compared with.
    put(file, pdf(RAIN, SLEPT, title="", looks=looks))
    outcome = {"": "asked", "A bill for light and heat": "imported"}[looks]
    assert bring(library, tools, pad)[0].outcome == outcome


def test_what_was_marked_within_the_library_is_read_where_it_is(
    library: Library, tools: Tools
) -> None:
    file = library.folder / "papers" / f"{library_paper(library).key}.pdf"
    put(file, pdf(RAIN, ink=(7,)))
    assert counts(library, tools, library.folder / "papers") == Counts(there=1, new=1, ink=(7,))
    assert copies(library) == []
    assert [(r.n_ink, r.ink) for r in highlights.returned_of(library.db, 1)] == [(1, (7,))]


def test_kept_copies_do_not_count_as_another_device(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    assert {b.outcome for b in bring(library, tools, library.folder / "papers")} == {"unchanged"}
    put(pad / NAME, pdf(SLEPT))
    assert counts(library, tools, pad) == Counts(there=1, new=1, removed=1)


def test_a_year_of_marking_leaves_one_copy_of_each_place(
    library: Library, tools: Tools, pad: Path, tmp_path: Path
) -> None:
    made: list[Highlight] = []
    for n in range(12):
        words = f"what was read in month {n}"
        made.append(
            Highlight(1 + n, 0, "highlight", words, "", "#ffff00", (72.0, 90.0, 90.0, 99.0))
        )
        put(pad / NAME, pdf(*made, ink=(3,) * n))
        bring(library, tools, pad)
        put(tmp_path / "laptop" / "snails.pdf", pdf(*made[::2], SLEPT, extra="of the laptop"))
        bring(library, tools, tmp_path / "laptop")
    assert copies(library) == [f"{KEPT}-2.pdf", f"{KEPT}.pdf"]
    assert (library.folder / f"{KEPT}.pdf").read_bytes() == (pad / NAME).read_bytes()
    assert len(there(library)) == 13
    (pad / NAME).rename(pad / "Snails (read).pdf")
    put(pad / "Snails (read).pdf", pdf(*made, STICKY, ink=(3,) * 12))
    assert counts(library, tools, pad).new == 1
    assert len(copies(library)) == 2


@pytest.mark.parametrize(
    "newer",
    [
        pdf(RAIN, SLEPT, ink=(2, 3)),
        pdf(RAIN, SLEPT, ink=(2, 3, 5, 6, 7), extra="pictures"),
        pdf(RAIN, ink=(2, 3, 5)),
        pdf(RAIN, replace(SLEPT, note=""), ink=(2, 3, 5)),
        pdf(RAIN, replace(SLEPT, colour="#00ff00"), ink=(2, 3, 5)),
        pdf(RAIN, SLEPT, ink=(2, 3, 5), unread=(4,)),
    ],
    ids=["less ink", "other paint", "a mark less", "a note less", "recoloured", "not all read"],
)
def test_a_copy_that_has_less_never_takes_an_older_ones_place(
    library: Library, tools: Tools, pad: Path, newer: bytes
) -> None:
    older = pdf(RAIN, replace(SLEPT, note="How long?"), ink=(2, 3, 5))
    put(pad / NAME, older)
    bring(library, tools, pad)
    put(pad / NAME, newer)
    bring(library, tools, pad)
    assert copies(library) == [f"{KEPT}-2.pdf", f"{KEPT}.pdf"]
    assert (library.folder / f"{KEPT}.pdf").read_bytes() == older
    assert (library.folder / f"{KEPT}-2.pdf").read_bytes() == newer


def test_a_note_that_was_continued_replaces_the_older_one(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(replace(RAIN, note="How long?")))
    bring(library, tools, pad)
    put(pad / NAME, pdf(replace(RAIN, note="How long? And how loud?")))
    bring(library, tools, pad)
    assert copies(library) == [f"{KEPT}.pdf"]


def test_a_copy_that_another_place_had_last_or_a_hand_changed_stays(
    library: Library, tools: Tools, pad: Path, tmp_path: Path
) -> None:
    for folder in (pad, tmp_path / "laptop"):
        put(folder / NAME, pdf(RAIN))
        bring(library, tools, folder)
    put(pad / NAME, pdf(RAIN, SLEPT))
    bring(library, tools, pad)
    assert copies(library) == [f"{KEPT}-2.pdf", f"{KEPT}.pdf"]
    by_hand = put(library.folder / f"{KEPT}-2.pdf", pdf(RAIN, SLEPT, extra="by hand"))
    put(pad / NAME, pdf(RAIN, SLEPT, STICKY))
    bring(library, tools, pad)
    assert copies(library) == [f"{KEPT}-2.pdf", f"{KEPT}-3.pdf", f"{KEPT}.pdf"]
    assert by_hand.read_bytes() == pdf(RAIN, SLEPT, extra="by hand")


def test_a_kill_while_a_newer_copy_takes_its_place_is_mended(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    put(pad / NAME, pdf(RAIN, SLEPT))
    put(library.folder / f"{KEPT}.pdf", pdf(RAIN, SLEPT))  # written, and no row yet
    assert counts(library, tools, pad) == Counts(there=2, new=1)
    assert copies(library) == [f"{KEPT}.pdf"]


def test_a_split_gives_a_copy_back_also_after_a_newer_one_took_its_place(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    merges.join(library.db, 2, 1, why="by hand", on=DAY)
    put(pad / NAME, pdf(RAIN, SLEPT))
    bring(library, tools, pad)
    assert copies(library) == [f"{KEPT}.pdf"]
    merges.part(library.db, merges.merges_of(library.db, 2)[0], why="by hand", on=DAY)
    assert [c.path for c in highlights.copies_of(library.db, 1)] == [f"{KEPT}.pdf"]
    assert highlights.copies_of(library.db, 2) == []


def test_marks_of_pages_that_could_not_be_read_are_not_removed(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN, SLEPT, STICKY))
    bring(library, tools, pad)
    wordless = replace(SLEPT, text="", place=0)
    put(pad / NAME, pdf(wordless, unread=(2,)))
    assert counts(library, tools, pad) == Counts(there=2, removed=1, unread=(2,))
    assert there(library) == [SLEPT, STICKY]
    put(pad / NAME, pdf(SLEPT))
    assert counts(library, tools, pad) == Counts(there=1, removed=1)


def test_marks_whose_words_cannot_be_read_any_more_keep_them(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN, SLEPT))
    bring(library, tools, pad)
    mute = [replace(h, text="", place=0) for h in (RAIN, SLEPT)]
    put(pad / NAME, pdf(*mute))
    assert counts(library, tools, pad) == Counts(there=2)
    assert there(library) == [RAIN, SLEPT]
    put(pad / NAME, pdf(replace(mute[0], note="Drums?"), mute[1]))
    assert counts(library, tools, pad) == Counts(there=2, changed=1)
    put(pad / NAME, pdf(replace(mute[0], note="Drums?"), mute[1], extra="saved again"))
    assert counts(library, tools, pad) == Counts(there=2)
    assert there(library) == [replace(RAIN, note="Drums?"), SLEPT]


@pytest.mark.slow
def test_a_thousand_marks_on_a_page_are_the_same_again_at_another_place(
    library: Library, tools: Tools, pad: Path
) -> None:
    many = [
        replace(RAIN, text=f"word {n % 7}", place=n, box=(n / 3, 0.0, n / 3 + 0.3, 9.0))
        for n in range(0, 3_000, 3)
    ]
    file = put(pad / NAME, pdf(*many))
    assert counts(library, tools, pad) == Counts(there=1_000, new=1_000)
    put(pad / "twin.pdf", file.read_bytes())
    twin = bring(library, tools, pad)[1]
    assert (twin.outcome, twin.counts) == ("unchanged", Counts(there=1_000))
    put(pad / NAME, pdf(*many, extra="saved again"))
    assert bring(library, tools, pad)[0].counts == Counts(there=1_000)


def test_known_bytes_have_the_marks_that_they_had(
    library: Library, tools: Tools, pad: Path
) -> None:
    many = [replace(RAIN, text=f"word {n}", box=(n, 0.0, n + 9.0, 9.0)) for n in range(400)]
    put(pad / NAME, pdf(*many))
    bring(library, tools, pad)
    file = put(pad / NAME, pdf(*[replace(h, colour="#00ff00", note="x") for h in many]))
    bring(library, tools, pad)
    put(pad / "twin.pdf", file.read_bytes())
    (twin,) = [b for b in bring(library, tools, pad) if b.name == "twin.pdf"]
    assert (twin.counts.new, twin.counts.changed, twin.counts.removed) == (0, 0, 0)


def test_an_incomplete_file_is_reported_also_where_the_person_names_its_paper(
    library: Library, tools: Tools, pad: Path
) -> None:
    file = put(pad / NAME, pdf(RAIN, SLEPT))
    bring(library, tools, pad)
    put(file, pdf(RAIN, extra="half").replace(b"%%EOF", b""))
    (brought,) = back(library, tools, file, known=library_paper(library))
    assert (brought.outcome, there(library)) == ("waiting", [RAIN, SLEPT])


def test_a_file_of_many_gigabytes_is_named_and_not_read(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    with (pad / "a.pdf").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(30 * 10**9)
    large, whole = bring(library, tools, pad)[::-1]
    assert (large.outcome, whole.outcome) == ("broken", "imported")
    assert large.error is not None
    assert large.error.message == "a.pdf: it is larger than 1000 MB"


def test_the_path_of_a_copy_that_is_in_icloud_or_gone_is_not_given_away(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    copy = library.folder / f"{KEPT}.pdf"
    copy.rename(copy.with_name(f".{copy.name}.icloud"))
    put(pad / NAME, pdf(RAIN, SLEPT))
    bring(library, tools, pad)
    (library.folder / f"{KEPT}-2.pdf").unlink()
    put(pad / NAME, pdf(RAIN, SLEPT, STICKY))
    bring(library, tools, pad)
    paths = [c.path for c in highlights.copies_of(library.db, 1)]
    assert paths == [f"{KEPT}.pdf", f"{KEPT}-2.pdf", f"{KEPT}-3.pdf"]


def test_links_and_loops_are_followed_once(library: Library, tools: Tools, pad: Path) -> None:
    elsewhere = pad.parent / "elsewhere"
    put(elsewhere / "snails.pdf", pdf(RAIN))
    (pad / "link").symlink_to(elsewhere)
    (elsewhere / "loop").symlink_to(pad)
    assert sorted(b.name for b in bring(library, tools, pad)) == [NAME, "link/snails.pdf"]
    assert there(library) == [RAIN]


def test_a_kill_between_copy_and_rows_is_mended(library: Library, tools: Tools, pad: Path) -> None:
    put(library.folder / f"{KEPT}.pdf", pdf(RAIN))
    put(pad / NAME, pdf(RAIN))
    (brought,) = bring(library, tools, pad)
    assert (brought.copy, copies(library)) == (f"{KEPT}.pdf", [f"{KEPT}.pdf"])


def test_one_at_a_time_and_never_without_being_able_to_write(
    library: Library, tools: Tools, pad: Path
) -> None:
    with lock_file(library.folder / LOCK), pytest.raises(Locked):
        bring(library, tools, pad)
    library.db.can_write = False
    with pytest.raises(ReadOnly):
        bring(library, tools, pad)


def test_the_newest_marked_copy_is_found_wherever_a_hand_put_it(
    library: Library, tools: Tools, pad: Path, tmp_path: Path
) -> None:
    assert marked_file(library, 1) is None
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    put(tmp_path / "laptop" / NAME, pdf(SLEPT))
    bring(library, tools, tmp_path / "laptop")
    newest = library.folder / f"{KEPT}-2.pdf"
    assert marked_file(library, 1) == newest
    moved = library.folder / "papers" / "trains" / "read on the train.pdf"
    moved.parent.mkdir()
    newest.rename(moved)
    assert marked_file(library, 1) == moved
    assert library_paper(library).topic == "trains"
    moved.unlink()
    other = library.folder / KEPT.replace("papers/", "papers/trains/")
    assert marked_file(library, 1) == Path(f"{other}.pdf")


def test_highlights_stand_in_the_notes_block_and_never_in_its_words(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN, replace(SLEPT, note="<!-- reader:end -->")))
    bring(library, tools, pad)
    assert export(library).written == []  # no file for marks alone
    add_note(library, library_paper(library), "Snails hear. It was tried.")
    (path,) = export(library).written
    content = (library.folder / path).read_text("utf-8")
    block = content.partition("<!-- reader:begin")[2]
    assert f"\n[marked PDF](../../{KEPT.replace('papers/', 'papers/unfiled/')}.pdf) · " in block
    assert "\n> played rain (p. 1)\n" in block
    assert "\n> the others slept (p. 2, underlined)\n>\n> — \\<!-- reader:end -->\n" in block
    again = export(library)
    assert (again.written, again.read_in, again.n_unchanged) == ([], [], 1)
    put(pad / NAME, pdf(SLEPT))
    bring(library, tools, pad)
    assert export(library).written == [path]
    assert "played rain" not in (library.folder / path).read_text("utf-8")
    assert (library.folder / path).read_text("utf-8").count("Snails hear. It was tried.") == 1


def test_highlights_are_searched_at_once(library: Library, tools: Tools, pad: Path) -> None:
    put(pad / NAME, pdf(RAIN))
    bring(library, tools, pad)
    ((row, _),) = index.find_words(library.db, "highlight", '"rain"', limit=9)
    text = index.texts_at(library.db, [row])[row]
    assert (text.kind, text.page, text.text) == ("highlight", 1, "played rain")


def test_highlights_are_found_by_meaning_and_after_a_rebuild(
    library: Library, tools: Tools, pad: Path
) -> None:
    put(pad / NAME, pdf(RAIN, SLEPT))
    bring(library, tools, pad)
    with library.db.writing():
        for table in ("texts", "full_text"):
            library.db.execute(f"DELETE FROM idx.{table}")
    index_words(library, tools)
    assert encode(library, tools) == []
    near_rain = SmallEncoder().encode_query("played rain")
    found = search(
        library,
        "unwritten",
        encode_query=lambda _: near_rain,
        encoder=SmallEncoder.name,
        kinds=["highlight"],
    )
    assert [(hit.kind, hit.page, hit.evidence) for hit in found.hits] == [
        ("highlight", 1, "played rain")
    ]
    assert (found.n_not_indexed, found.n_not_encoded) == (0, 0)
