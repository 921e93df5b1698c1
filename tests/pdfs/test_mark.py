"""Test marks and strokes that are made on the pages here: stored, undone, and written into copies.

Copies are written and read by the real process; only the apps of a tablet are played.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from reader.base.errors import NotKnown, UsageError
from reader.library.folder import Library
from reader.library.highlight import OWN, Box, Highlight, InkStroke, Kind, MarkEdits, Marks, shown
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, highlights, merges, papers, pdfs
from reader.morning.pick import decide
from reader.morning.pipe import Tools
from reader.morning.undo import past_acts, take_back, undo
from reader.pdfs import mark
from reader.pdfs.back import CopyOutcome, back, handed_in
from reader.pdfs.mark import COLOURS, marked_content
from reader.pdfs.tablet import copy_to_open, take
from reader.pdfs.text.process import PdfReader
from reader.search.find import search
from tests import samples
from tests.data import DATA
from tests.marked_pdfs import highlight, ink, marked, typeset
from tests.samples import DAY, FEEDS_TOML, NOW, Clock, SmallEncoder, a_library, paper

TITLE = "What Snails Hear through Gravel"
WORDS = "Sixty turned towards the sound at once (1b)."


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader() as reader:
        yield reader


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    folder = tmp_path / "library"
    folder.mkdir()
    settings = f'{FEEDS_TOML}[tablet]\nfolder = "{tmp_path / "pad"}"\n'
    with a_library(folder, settings, now=clock) as library:
        papers.add_papers(library.db, [paper(1, TITLE)], source="arXiv", on=DAY)
        decide(library, "pick", ["2506.00001"])
        put(library, typeset(TITLE))
        yield library


@pytest.fixture
def tools(reader: PdfReader) -> Tools:
    return samples.tools(
        samples.Web(),
        read_pdf=reader.read,
        read_first=reader.read_first,
        read_marks=reader.marks,
        read_looks=reader.looks,
    )


def put(library: Library, content: bytes) -> Path:
    file = library.folder / f"papers/{library_paper(library).key}.pdf"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    known = pdfs.Pdf(1, f"papers/{file.name}", hashlib.sha256(content).hexdigest())
    pdfs.add_pdf(library.db, known, n_bytes=len(content), at=NOW)
    return file


def library_paper(library: Library) -> LibraryPaper:
    return papers.papers_at(library.db, [1])[0]


def boxes_of(words: str, *, page: int = 1) -> list[Box]:
    """Find words on a page of the sample, as a person who selects them does."""
    with pymupdf.open(stream=typeset(TITLE), filetype="pdf") as file:
        return [tuple(box) for box in file[page - 1].search_for(words)]


def selected(
    reader: PdfReader,
    library: Library,
    words: str = WORDS,
    *,
    colour: str = COLOURS[0],
    note: str = "",
) -> Highlight:
    [file] = (library.folder / "papers").glob("*.pdf")
    name = OWN + hashlib.sha256(words.encode()).hexdigest()[:32]
    under = reader.words_under(file, 1, boxes_of(words))
    return replace(under, name=name, colour=colour, note=note)


def texts(library: Library) -> list[tuple[str, str, str]]:
    """List the marks that are shown: words, comment, colour."""
    known = highlights.highlights_of(library.db, 1)
    there = [one.highlight for one in shown(known) if not one.gone_at]
    return [(h.text, h.note, h.colour) for h in there]


def found_marks(library: Library) -> int:
    encoder = SmallEncoder()
    found = search(
        library, "towards the sound", encode_query=encoder.encode_query, encoder=encoder.name,
        kinds=["highlight"],
    )  # fmt: skip
    return len(found.hits)


def test_a_mark_is_a_highlight_like_any_other_and_undo_takes_it_back(
    library: Library, reader: PdfReader
) -> None:
    made = mark.mark(library, library_paper(library), selected(reader, library, colour=COLOURS[1]))
    assert texts(library) == [(WORDS, "", COLOURS[1])]
    assert found_marks(library) == 1
    mark.change(
        library, library_paper(library), str(made.mark), comment="Which?", colour=COLOURS[2]
    )
    assert texts(library) == [(WORDS, "Which?", COLOURS[2])]
    mark.unmark(library, library_paper(library), str(made.mark))
    assert texts(library) == []
    assert found_marks(library) == 0
    assert [act.kind for act in past_acts(library)] == ["mark", "mark", "mark", "pick"]
    undo(library)
    assert texts(library) == [(WORDS, "Which?", COLOURS[2])]
    undo(library)
    assert texts(library) == [(WORDS, "", COLOURS[1])]
    undo(library)
    assert texts(library) == []
    with pytest.raises(NotKnown):
        mark.unmark(library, library_paper(library), str(made.mark))


def test_an_earlier_act_that_is_taken_back_leaves_what_was_done_since(
    library: Library, reader: PdfReader
) -> None:
    made = mark.mark(library, library_paper(library), selected(reader, library, colour=COLOURS[0]))
    first = mark.change(library, library_paper(library), str(made.mark), colour=COLOURS[1])
    mark.change(library, library_paper(library), str(made.mark), colour=COLOURS[2])
    take_back(library, first.act)
    assert texts(library) == [(WORDS, "", COLOURS[2])]


def test_strokes_are_drawn_erased_and_taken_back(library: Library) -> None:
    one = InkStroke(1, f"{OWN}a", COLOURS[0], 1.5, (10.0, 10.0, 20.0, 20.0))
    other = replace(one, name=f"{OWN}b")
    mark.draw(library, library_paper(library), [one, other])
    assert highlights.strokes_of(library.db, 1) == [one, other]
    mark.erase(library, library_paper(library), [one.name])
    assert highlights.strokes_of(library.db, 1) == [other]
    undo(library)
    assert highlights.strokes_of(library.db, 1) == [one, other]
    undo(library)
    assert highlights.strokes_of(library.db, 1) == []


@pytest.mark.parametrize(
    "text",
    ["[[0, 0, NaN, 1]]", "[[0, 0, 1e999, 1]]", "[[0, 0, 1]]", "{}", "[" * 9_000, "[[0,0,true,1]]"],
)
def test_places_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        mark.boxes_in(text)


def test_marks_without_measure_are_refused(library: Library, reader: PdfReader) -> None:
    new = selected(reader, library)
    with pytest.raises(UsageError):
        mark.mark(library, library_paper(library), replace(new, note="x" * 20_001))
    outside = reader.words_under(next((library.folder / "papers").glob("*.pdf")), 1,
                                 [(-90.0, -90.0, -1.0, -1.0), (9e3, 9e3, 1e4, 1e4)])  # fmt: skip
    with pytest.raises(UsageError):
        mark.mark(library, library_paper(library), outside)
    with pytest.raises(UsageError):
        mark.strokes_in(str([{}] * 10_000), act="a" * 32)
    stroke = InkStroke(1, "a", COLOURS[0], 1.0, (1.0, 1.0, 2.0, 2.0))
    mark.draw(library, library_paper(library), [replace(stroke, name=str(n)) for n in range(4_999)])
    with pytest.raises(UsageError):
        mark.draw(library, library_paper(library), [stroke, stroke])
    assert texts(library) == []


def written(
    library: Library, reader: PdfReader, file: Path | None = None
) -> tuple[tuple[Highlight, ...], bytes]:
    """Write the copy that has all marks, and read it back."""
    [own] = (library.folder / "papers").glob("[!.]*.pdf") if file is None else [file]
    content = marked_content(library, reader, 1, own)
    assert content is not None
    copy = library.folder / "copy.pdf"
    copy.write_bytes(content)
    return reader.marks(copy).highlights, content


def look(h: Highlight) -> tuple[object, ...]:
    # A typed note is drawn as a sign beside its place.
    return h.page, h.kind, h.text, h.note, h.colour, 0 if h.kind == "note" else h.place


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_mark_is_read_from_the_copy_as_it_was_made(
    library: Library, reader: PdfReader, turn: int
) -> None:
    def turned(document: Any) -> None:
        for page in document:
            page.set_rotation(turn)

    [file] = (library.folder / "papers").glob("*.pdf")
    file.write_bytes(marked(file.read_bytes(), turned))
    rng = random.Random(turn)
    with library.db.writing():
        make_marks(library, reader, file, rng, n=25)
    known = [one.highlight for one in shown(highlights.highlights_of(library.db, 1))]
    found, content = written(library, reader)
    assert sorted(map(look, found)) == sorted(map(look, known))
    assert {h.name for h in found} == {h.name for h in known}
    # The same marks make the same bytes, and the copy lacks nothing any more.
    assert written(library, reader)[1] == content
    assert marked_content(library, reader, 1, library.folder / "copy.pdf") is None


def make_marks(
    library: Library, reader: PdfReader, file: Path, rng: random.Random, *, n: int
) -> None:
    """Make n marks of runs of words, as a person may, on any page of a file."""
    with pymupdf.open(file) as document:
        shown_at = [page.rotation_matrix for page in document]
        words = [page.get_text("words") for page in document]
    pages = [number for number, several in enumerate(words) if len(several) > 20]
    kinds: list[Kind] = ["highlight", "underline", "highlight", "note"]
    for kind, colour, k in zip(itertools.cycle(kinds), itertools.cycle(COLOURS), range(n)):
        number = rng.choice(pages)
        several = words[number]
        begin = rng.randrange(len(several) - 12)
        run = several[begin : begin + rng.randint(1, 12)]
        boxes = [tuple(pymupdf.Rect(word[:4]) * shown_at[number]) for word in run]
        under = reader.words_under(file, number + 1, boxes)
        note = f"Why so? なぜ (a\\) {k}\nSecond line" if k % 3 == 0 or kind == "note" else ""
        text = "" if kind == "note" else under.text
        new = replace(under, kind=kind, colour=colour, note=note, text=text,
                      name=f"{OWN}{k:032}")  # fmt: skip
        mark.mark(library, library_paper(library), new)


def bring(library: Library, tools: Tools, source: Path) -> list[CopyOutcome]:
    return list(back(library, tools, source))


def on_the_tablet(file: Path, *markings: Callable[[Any], None]) -> None:
    file.write_bytes(marked(file.read_bytes(), *markings))


def annotations_in(document: Any) -> list[tuple[Any, Any]]:
    return [(page, one) for page in document for one in page.annots()]


def without_the_first(document: Any) -> None:
    page, one = annotations_in(document)[0]
    page.delete_annot(one)


def test_marks_that_went_out_and_came_back_are_never_doubled(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    pad = tmp_path / "pad"
    [own] = (library.folder / "papers").glob("*.pdf")
    original = own.read_bytes()
    mark.mark(library, library_paper(library), selected(reader, library, note="Where?"))
    [took] = take(library, [], pad, reader)
    file = pad / took.name
    assert [h.note for h in reader.marks(file).highlights] == ["Where?"]
    # Nothing was done to the copy, so nothing comes back.
    assert [one.outcome for one in bring(library, tools, pad)] == ["unchanged"]
    on_the_tablet(file, highlight("Nobody had asked a snail before"), ink())
    [came] = bring(library, tools, pad)
    assert (came.outcome, came.counts.new, came.counts.removed) == ("imported", 1, 0)
    assert [text for text, *_unused in texts(library)] == [
        WORDS,
        "Nobody had asked a snail before",
    ]
    # Removed in the app: it is told so, and gone here too.
    on_the_tablet(file, without_the_first)
    [came] = bring(library, tools, pad)
    assert (came.counts.new, came.counts.removed) == (0, 1)
    assert [text for text, *_unused in texts(library)] == ["Nobody had asked a snail before"]
    assert own.read_bytes() == original


def test_what_was_changed_and_removed_here_stays_so_whatever_an_old_copy_has(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    pad = tmp_path / "pad"
    first = mark.mark(library, library_paper(library), selected(reader, library, colour=COLOURS[0]))
    second = mark.mark(
        library, library_paper(library), selected(reader, library, "Snails hear with the foot")
    )
    [took] = take(library, [], pad, reader)
    mark.change(library, library_paper(library), str(first.mark), colour=COLOURS[3])
    mark.unmark(library, library_paper(library), str(second.mark))
    file = pad / took.name
    on_the_tablet(file, highlight("Nobody had asked a snail before"))
    [came] = bring(library, tools, pad)
    assert (came.counts.new, came.counts.again) == (1, 0)
    assert texts(library) == [
        (WORDS, "", COLOURS[3]),
        ("Nobody had asked a snail before", "", "#ffff00"),
    ]
    # Of the same copy, handed in by another way.
    elsewhere = tmp_path / "mine.pdf"
    elsewhere.write_bytes(marked(file.read_bytes(), highlight("The others slept")))
    handed_in(library, tools, elsewhere, library_paper(library), is_sure=True)
    assert [colour for *_unused, colour in texts(library)].count(COLOURS[0]) == 0
    assert len(texts(library)) == 3


def test_a_mark_that_was_changed_in_an_app_is_changed_here(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    mark.mark(library, library_paper(library), selected(reader, library, colour=COLOURS[0]))
    [took] = take(library, [], tmp_path / "pad", reader)

    def recoloured(document: Any) -> None:
        _page, one = annotations_in(document)[0]
        one.set_colors(stroke=(1.0, 0.4, 0.4))
        one.set_info(content="Now red")
        one.update()

    on_the_tablet(tmp_path / "pad" / took.name, recoloured)
    [came] = bring(library, tools, tmp_path / "pad")
    assert (came.counts.new, came.counts.changed, came.counts.removed) == (0, 1, 0)
    assert texts(library) == [(WORDS, "Now red", "#ff6666")]


def test_only_an_untouched_copy_gets_the_marks_made_since(
    library: Library, reader: PdfReader, tools: Tools, tmp_path: Path
) -> None:
    pad = tmp_path / "pad"
    assert [one.outcome for one in take(library, [], pad, reader)] == ["copied"]
    assert [one.outcome for one in take(library, [], pad, reader)] == ["there"]
    made = mark.mark(library, library_paper(library), selected(reader, library))
    stroke = InkStroke(2, f"{OWN}x", COLOURS[2], 2.0, (9.0, 9.0, 50.0, 60.0))
    mark.draw(library, library_paper(library), [stroke])
    [took] = take(library, [], pad, reader)
    assert took.outcome == "updated"
    assert len(reader.marks(pad / took.name).highlights) == 1
    assert [one.outcome for one in take(library, [], pad, reader)] == ["there"]
    on_the_tablet(pad / took.name, highlight("Nobody had asked a snail before"))
    before = (pad / took.name).read_bytes()
    mark.change(library, library_paper(library), str(made.mark), colour=COLOURS[4])
    assert [one.outcome for one in take(library, [], pad, reader)] == ["there"]
    assert (pad / took.name).read_bytes() == before
    [came] = bring(library, tools, pad)
    assert (came.counts.new, came.counts.removed, came.counts.ink) == (1, 0, ())


@dataclass(frozen=True)
class MarkedMeanwhile:
    """Writes marks while an app marks the same file."""

    reader: PdfReader
    file: Path

    def marks(self, path: Path) -> Marks:
        return self.reader.marks(path)

    def word_places(self, path: Path, marks: Sequence[Highlight]) -> list[Highlight | None]:
        return self.reader.word_places(path, marks)

    def with_marks(self, path: Path, edits: MarkEdits, strokes: Sequence[InkStroke]) -> bytes:
        content = self.reader.with_marks(path, edits, strokes)
        on_the_tablet(self.file, highlight("Nobody had asked a snail before"))
        return content


def test_a_copy_that_is_marked_while_ours_is_made_stays(
    library: Library, reader: PdfReader, tmp_path: Path
) -> None:
    pad = tmp_path / "pad"
    [took] = take(library, [], pad, reader)
    mark.mark(library, library_paper(library), selected(reader, library))
    meanwhile = MarkedMeanwhile(reader, pad / took.name)
    assert [one.outcome for one in take(library, [], pad, meanwhile)] == ["there"]
    [kept] = reader.marks(pad / took.name).highlights
    assert kept.text == "Nobody had asked a snail before"


def test_strokes_are_in_the_copy_once(library: Library, reader: PdfReader) -> None:
    points = (100.0, 200.0, 140.0, 210.0, 150.0, 240.0)
    one = InkStroke(1, f"{OWN}{'s' * 32}-0", "#2ea8e5", 2.0, points)
    mark.draw(library, library_paper(library), [one, replace(one, name=f"{one.name}1")])
    _found, content = written(library, reader)
    copy = library.folder / "copy.pdf"
    mark.erase(library, library_paper(library), [f"{one.name}1"])
    again = marked_content(library, reader, 1, copy)
    for there, n in ((content, 2), (again, 1)):
        with pymupdf.open(stream=there, filetype="pdf") as document:
            # An annotation whose page is let go of can no longer be read.
            pages, drawn = zip(*annotations_in(document), strict=True)
            assert {page.number for page in pages} == {0}
            assert [annotation.type[1] for annotation in drawn] == ["Ink"] * n
            found = [xy for point in drawn[0].vertices[0] for xy in point]
            assert found == pytest.approx(points, abs=0.01)
            assert drawn[0].border["width"] == 2.0
            assert drawn[0].colors["stroke"] == pytest.approx((0.18, 0.66, 0.9), abs=0.01)


def test_open_writes_a_copy_and_brings_home_what_was_marked_in_it(
    library: Library, reader: PdfReader, tools: Tools
) -> None:
    [own] = (library.folder / "papers").glob("*.pdf")

    def opened() -> Path:
        return copy_to_open(
            library, reader, library_paper(library), own,
            bring=lambda copy: list(back(library, tools, copy, known=library_paper(library))),
        )  # fmt: skip

    assert opened() == own
    mark.mark(library, library_paper(library), selected(reader, library))
    copy = opened()
    assert copy != own
    assert len(reader.marks(copy).highlights) == 1
    on_the_tablet(copy, highlight("Nobody had asked a snail before"))
    mark.mark(
        library, library_paper(library), selected(reader, library, "Snails hear with the foot")
    )
    assert len(reader.marks(opened()).highlights) == 3
    assert len(texts(library)) == 3
    assert not reader.marks(own).highlights


REAL = sorted((DATA / "files" / "papers").glob("*.pdf"))[::9][:10] if DATA else []


@pytest.mark.slow
@pytest.mark.parametrize("source", REAL, ids=lambda file: file.stem)
def test_a_mark_on_a_real_page_is_read_as_it_was_made(
    library: Library, reader: PdfReader, source: Path
) -> None:
    file = put(library, source.read_bytes())
    before = sorted(map(look, reader.marks(file).highlights))
    make_marks(library, reader, file, random.Random(source.name), n=10)
    known = [one.highlight for one in shown(highlights.highlights_of(library.db, 1))]
    found, _content = written(library, reader)
    assert sorted(map(look, found)) == sorted([*map(look, known), *before])


@pytest.mark.slow
def test_marks_go_with_a_merge_and_with_the_trash(library: Library, reader: PdfReader) -> None:
    papers.add_papers(library.db, [paper(2, "Gravel, a Second Copy")], source="arXiv", on=DAY)
    made = mark.mark(library, library_paper(library), selected(reader, library))
    mark.draw(
        library,
        library_paper(library),
        [InkStroke(1, f"{OWN}s", "#2ea8e5", 2.0, (1.0, 1.0, 2.0, 2.0))],
    )
    merge = merges.join(library.db, 2, 1, why="the same", on=DAY)
    [two] = papers.papers_at(library.db, [2])
    mark.change(library, two, str(made.mark), colour=COLOURS[1])
    assert len(highlights.strokes_of(library.db, 2)) == 1
    [known] = [m for m in merges.merges_of(library.db, 2) if m.id == merge]
    merges.part(library.db, known, why="not the same", on=DAY)
    assert texts(library) == [(WORDS, "", COLOURS[1])]
    assert len(highlights.strokes_of(library.db, 1)) == 1
    undo(library)
    assert texts(library) == [(WORDS, "", COLOURS[0])]
    decisions.empty_trash(library.db, 1, at=NOW)
    assert texts(library) == []
    assert highlights.strokes_of(library.db, 1) == []
