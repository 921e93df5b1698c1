"""Test what becomes of marks when a newer version of a paper's PDF takes its place.

The files are read, and the copies written, by the real process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from reader.base.errors import ModelMissing
from reader.library.folder import Library, find_paper
from reader.library.highlight import OWN, Highlight, InkStroke, shown
from reader.library.rows import highlights, mark_places, papers, pdfs
from reader.morning.add import Adding, Wishes, find_files
from reader.morning.pick import decide
from reader.morning.pipe import Tools
from reader.notes.drafts import marks_of
from reader.notes.sheet import mark_lines
from reader.pdfs import mark
from reader.pdfs.back import back
from reader.pdfs.mark_places import marks_in
from reader.pdfs.tablet import copy_to_open, take
from reader.pdfs.text.process import PdfReader
from reader.search.encode import index_words
from reader.search.find import search
from tests import samples
from tests.marked_pdfs import MOSS, SNAILS, highlight, marked, typeset
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

TITLE = "What Snails Hear through Gravel"
STAYS = "Sixty turned towards the sound at once (1b)."
GOES = "Nobody had asked a snail before (1c)."
OFFLINE = Wishes(may_fetch=False)
POINTS = (100.0, 200.0, 140.0, 210.0)


def version(number: int) -> bytes:
    """Make v1, or v2: a cover comes first, two sentences are new, and one is gone."""

    def stamped(document: Any) -> None:
        if number == 2:
            document.new_page(0).insert_text((72, 72), TITLE, fontsize=18)
        stamp = f"arXiv:2506.00001v{number} [cs.CL] 3 Jun 2025"
        document[0].insert_text((30, 500), stamp, fontsize=14, rotate=90)

    new = (f"{SNAILS[0]} {MOSS[1]}", SNAILS[1], MOSS[2], SNAILS[3])
    return marked(typeset(TITLE, SNAILS if number == 1 else new), stamped)


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader() as reader:
        yield reader


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "library"
    (folder / "papers").mkdir(parents=True)
    settings = f'{FEEDS_TOML}[tablet]\nfolder = "{tmp_path / "pad"}"\n'
    with a_library(folder, settings) as library:
        papers.add_papers(library.db, [paper(1, TITLE)], source="arXiv", on=DAY)
        decide(library, "pick", ["2506.00001"])
        content = version(1)
        (folder / "papers/one.pdf").write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        pdfs.add_pdf(library.db, pdfs.Pdf(1, "papers/one.pdf", sha256, 1), n_bytes=1, at=NOW)
        yield library


@pytest.fixture
def tools(reader: PdfReader) -> Tools:
    return samples.tools(
        samples.Web(),
        read_pdf=reader.read,
        read_first=reader.read_first,
        read_marks=reader.marks,
        read_looks=reader.looks,
        read_word_places=reader.word_places,
    )


def add_newer(library: Library, tools: Tools, tmp_path: Path) -> Path:
    """Add version 2 as a file; return where it is."""
    (tmp_path / "v2.pdf").write_bytes(version(2))
    adding = Adding(library, tools, find_files(library, [tmp_path / "v2.pdf"]), OFFLINE)
    assert [one.addition.outcome for one in adding.run()] == ["identified"]
    pdf = pdfs.pdf_of(library.db, 1)
    assert pdf is not None
    assert pdf.version == 2
    return library.folder / pdf.path


def make(library: Library, reader: PdfReader, words: str, file: Path, **more: Any) -> int:
    """Mark words on the page that has them; return the mark's number."""
    with pymupdf.open(file) as document:
        [(page, boxes)] = [
            (page.number + 1, [tuple(box) for box in found])
            for page in document
            if (found := page.search_for(words))
        ]
    under = replace(reader.words_under(file, page, boxes), colour=mark.COLOURS[0])
    name = OWN + hashlib.sha256(words.encode()).hexdigest()[:32]
    return mark.mark(
        library, find_paper(library, "2506.00001"), replace(under, name=name, **more)
    ).mark


def no_model(_: str) -> NDArray[np.float32]:
    raise ModelMissing(model="small", what="not here", hint="Fetch it.")


def there(library: Library) -> list[Highlight]:
    known = shown(highlights.highlights_of(library.db, 1))
    return [one.highlight for one in known if one.gone_at is None]


def words_at(file: Path, h: Highlight) -> str:
    """Read what stands under a mark, by PyMuPDF alone."""
    with pymupdf.open(file) as document:
        texts = [document[h.page - 1].get_textbox(box) for box in h.quads]
    return " ".join(" ".join(texts).split())


def test_marks_lie_on_their_words_in_a_newer_version(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    old = library.folder / "papers/one.pdf"
    stays = make(library, reader, STAYS, old, note="Why?", colour="#5fb236")
    gone = make(library, reader, GOES, old)
    typed = mark.mark(
        library,
        find_paper(library, "2506.00001"),
        Highlight(1, 0, "note", "", "Here", box=(300.0, 300.0, 310.0, 310.0), name=f"{OWN}n"),
    )
    mark.draw(
        library, find_paper(library, "2506.00001"), [InkStroke(1, f"{OWN}s", "#ffd400", 2, POINTS)]
    )
    assert [one.is_earlier for one in there(library)] == [False] * 3
    new = add_newer(library, tools, tmp_path)
    by_text = {h.text or h.note: h for h in there(library)}
    assert (by_text[STAYS].page, by_text[STAYS].note, by_text[STAYS].colour) == (
        2,
        "Why?",
        "#5fb236",
    )
    assert words_at(new, by_text[STAYS]) == STAYS
    earlier = {text: (h.page, h.is_earlier) for text, h in by_text.items()}
    assert earlier == {STAYS: (2, False), GOES: (1, True), "Here": (1, True)}
    # Only what stands in the newer version is drawn there; on the older one all stays as it was.
    here = marks_in(library, reader.word_places, 1, new)
    assert ([one.mark for one in here.states], here.strokes) == ([stays], ())
    before = marks_in(library, reader.word_places, 1, old)
    assert {one.mark for one in before.states} == {stays, gone, typed.mark}
    assert [one.highlight.page for one in before.states] == [1, 1, 1]
    assert [one.name for one in before.strokes] == [f"{OWN}s"]


def test_pages_of_an_earlier_version_are_named_as_such(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    known = find_paper(library, "2506.00001")
    old = library.folder / "papers/one.pdf"
    make(library, reader, STAYS, old)
    make(library, reader, GOES, old)
    add_newer(library, tools, tmp_path)
    assert {one.quotation for one in marks_of(library, known)} == {
        f"> {STAYS} (p. 2)",
        f"> {GOES} (p. 1 of an earlier version)",
    }
    assert mark_lines(there(library)) == [
        f"> {GOES} (p. 1 of an earlier version)",
        f"> {STAYS} (p. 2)",
    ]
    index_words(library, tools)
    pages: dict[str, int | None] = {}
    for words in ("turned towards", "nobody asked"):
        found = search(library, words, encode_query=no_model, encoder="", kinds=["highlight"])
        pages |= {hit.evidence: hit.page for hit in found.hits}
    assert pages == {STAYS: 2, GOES: None}


def test_marks_of_two_versions_are_not_one_with_two_pages() -> None:
    earlier, now = (
        Highlight(1, 0, "highlight", GOES, is_earlier=True),
        Highlight(2, 0, "highlight", GOES),
    )
    assert mark_lines([earlier, now]) == [
        f"> {GOES} (p. 1 of an earlier version)",
        f"> {GOES} (p. 2)",
    ]


def test_copies_of_the_newer_version_have_the_marks_and_back_doubles_none(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    pad = tmp_path / "pad"
    old = library.folder / "papers/one.pdf"
    make(library, reader, STAYS, old, note="Why?")
    make(library, reader, GOES, old)
    [first] = take(library, [], pad, reader)
    new = add_newer(library, tools, tmp_path)
    known = there(library)
    opened = copy_to_open(
        library, reader, find_paper(library, "2506.00001"), new, bring=lambda _file: None
    )
    [written] = reader.marks(opened).highlights
    assert (written.page, written.text, written.note) == (2, STAYS, "Why?")
    # The copy of v1 comes back with a further mark, then that of v2 with a changed comment.
    (pad / first.name).write_bytes(
        marked((pad / first.name).read_bytes(), highlight("The others slept"))
    )
    [came] = back(library, tools, pad)
    assert (came.counts.new, came.counts.changed, came.counts.removed) == (1, 0, 0)
    assert [h for h in there(library) if h.text in (STAYS, GOES)] == known
    with pymupdf.open(opened) as document:
        page = document[1]
        [one] = page.annots()
        one.set_info(content="Why so?")
        one.update()
        content = document.tobytes()
    opened.write_bytes(content)
    # The tablet's copy still has the comment of before, so both are shown.
    came, *_copies = back(library, tools, opened)
    assert (came.counts.new, came.counts.changed) == (0, 1)
    assert sorted((h.text, h.note) for h in there(library)) == sorted(
        [(STAYS, "Why so?\nWhy?"), (GOES, ""), ("The others slept", "")]
    )


def test_a_note_brought_back_in_a_copy_of_before_is_not_on_the_newer_version(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    pad = tmp_path / "pad"
    [first] = take(library, [], pad, reader)
    new = add_newer(library, tools, tmp_path)

    def note(document: Any) -> None:
        document[0].add_text_annot((400, 600), "Here")

    (pad / first.name).write_bytes(marked((pad / first.name).read_bytes(), note))
    [came] = back(library, tools, pad)
    assert [(h.note, h.page, h.is_earlier) for h in there(library)] == [("Here", 1, True)]
    assert marks_in(library, reader.word_places, 1, new).states == ()
    copy = marks_in(library, reader.word_places, 1, library.folder / came.copy)
    assert [one.highlight.note for one in copy.states] == ["Here"]


def test_changes_and_undo_outlive_the_newer_version(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    known = find_paper(library, "2506.00001")
    stays = make(library, reader, STAYS, library.folder / "papers/one.pdf")
    gone = make(library, reader, GOES, library.folder / "papers/one.pdf")
    new = add_newer(library, tools, tmp_path)
    for number in (stays, gone):
        mark.change(library, known, str(number), comment="Later")
    changed = [(h.text, h.note, h.page, h.is_earlier) for h in there(library)]
    assert changed == [(GOES, "Later", 1, True), (STAYS, "Later", 2, False)]
    act = mark.unmark(library, known, str(stays)).act
    assert [h.text for h in there(library)] == [GOES]
    mark.undo_act(library, known, act)
    assert [(h.text, h.note, h.page, h.is_earlier) for h in there(library)] == changed
    assert [one.mark for one in marks_in(library, reader.word_places, 1, new).states] == [
        stays, stays]  # fmt: skip


def test_the_same_version_fetched_again_keeps_what_was_drawn(
    library: Library, reader: PdfReader, tools: Tools
) -> None:
    known = find_paper(library, "2506.00001")
    mark.draw(library, known, [InkStroke(1, f"{OWN}s", "#ffd400", 2, POINTS)])
    content = marked(version(1), lambda document: document.set_metadata({"title": "Again"}))
    old = library.folder / "papers/one.pdf"
    old.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    pdfs.add_pdf(library.db, pdfs.Pdf(1, "papers/one.pdf", sha256, 1), n_bytes=1, at=NOW)
    assert mark_places.last_replaced(library.db, 1) is None
    assert [one.name for one in marks_in(library, reader.word_places, 1, old).strokes] == [
        f"{OWN}s"]  # fmt: skip


def test_a_mark_on_the_newer_version_stays_where_it_was_made(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    new = add_newer(library, tools, tmp_path)
    # Parts of a line, as of a formula: they stand nowhere as one run of words.
    with pymupdf.open(new) as document:
        boxes = [tuple(document[1].search_for(word)[0]) for word in ("Sixty", "at once (1b)")]
    under = reader.words_under(new, 2, boxes)
    made = mark.mark(library, find_paper(library, "2506.00001"), replace(under, name=f"{OWN}p"))
    [one] = marks_in(library, reader.word_places, 1, new).states
    assert (one.mark, one.highlight.page) == (made.mark, 2)
    assert one.highlight.box == pytest.approx(under.box, abs=0.1)
