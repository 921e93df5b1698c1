"""Test pictures of PDFs: taken once, taken again when deleted, deleted with their PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reader.base.errors import PdfError
from reader.library.disk import write_whole
from reader.library.folder import Library
from reader.library.rows import failures, papers, pdfs
from reader.library.rows.pdfs import Picture
from reader.morning.pick import decide
from reader.morning.pipe import take_pictures
from reader.notes.export import export
from reader.notes.file import new_file, words_of
from reader.notes.sheet import Sheet
from reader.notes.write import add_note
from reader.pdfs.text.answer import Pictures
from tests.samples import DAY, NOW, Web, a_library, paper, tools

SHA = {1: "1a" * 32, 2: "2b" * 32}
PAGES = {n: f"pictures/{sha[:16]}-page.png" for n, sha in SHA.items()}
FIGURES = {n: f"pictures/{sha[:16]}-figure.png" for n, sha in SHA.items()}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Open a library of two papers with a PDF each."""
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1), paper(2)], source="arXiv", on=DAY)
        for row in (1, 2):
            put(library, row, SHA[row])
        yield library


def put(library: Library, row: int, sha256: str) -> None:
    write_whole(library.folder / f"papers/{row}.pdf", b"%PDF-")
    pdf = pdfs.Pdf(row, f"papers/{row}.pdf", sha256)
    pdfs.add_pdf(library.db, pdf, n_bytes=5, at=NOW)


def files(library: Library) -> dict[str, bytes]:
    folder = library.folder / "pictures"
    return {f"pictures/{file.name}": file.read_bytes() for file in sorted(folder.glob("*"))}


@dataclass
class Camera:
    """A fake that draws a figure for 1.pdf alone, and remembers what it was asked for."""

    asked: list[str] = field(default_factory=list)
    torn: tuple[str, ...] = ()

    def __call__(self, path: Path) -> Pictures:
        self.asked.append(path.name)
        if path.name in self.torn:
            raise PdfError(file=path.name, what="torn", hint="Fetch it again.")
        if path.name == "1.pdf":
            return Pictures(b"page of 1", b"figure of 1", 3, "Figure 1: Rain.")
        return Pictures(b"page of 2")


def test_each_pdf_is_drawn_once(library: Library) -> None:
    camera = Camera()
    given = tools(Web(), read_pictures=camera)
    assert take_pictures(library, given) == []
    assert files(library) == {
        FIGURES[1]: b"figure of 1",
        PAGES[1]: b"page of 1",
        PAGES[2]: b"page of 2",
    }
    assert [pdfs.picture_of(library.db, row) for row in (1, 2, 3)] == [
        Picture(SHA[1], 3, "Figure 1: Rain."),
        Picture(SHA[2]),
        None,
    ]
    assert take_pictures(library, given) == []
    assert camera.asked == ["1.pdf", "2.pdf"]


def test_a_picture_that_was_deleted_is_drawn_again(library: Library) -> None:
    camera = Camera()
    given = tools(Web(), read_pictures=camera)
    take_pictures(library, given)
    (library.folder / FIGURES[1]).unlink()
    take_pictures(library, given)
    assert camera.asked == ["1.pdf", "2.pdf", "1.pdf"]
    assert files(library)[FIGURES[1]] == b"figure of 1"


def test_pictures_of_gone_pdfs_are_deleted_and_other_files_stay(
    library: Library,
) -> None:
    camera = Camera()
    given = tools(Web(), read_pictures=camera)
    take_pictures(library, given)
    write_whole(library.folder / "pictures/mine.png", b"mine")
    put(library, 2, "3c" * 32)
    assert pdfs.picture_of(library.db, 2) is None
    take_pictures(library, given)
    assert set(files(library)) == {
        FIGURES[1],
        PAGES[1],
        f"pictures/{'3c' * 8}-page.png",
        "pictures/mine.png",
    }


def test_only_the_papers_named_are_drawn(library: Library) -> None:
    camera = Camera()
    take_pictures(library, tools(Web(), read_pictures=camera), only=[2])
    assert camera.asked == ["2.pdf"]


def test_a_pdf_that_cannot_be_drawn_is_reported_each_time(
    library: Library,
) -> None:
    camera = Camera(torn=("1.pdf",))
    given = tools(Web(), read_pictures=camera)
    problems = take_pictures(library, given)
    assert [(p.stage, p.subject, p.error.message) for p in problems] == [
        ("picture", "papers/1.pdf", "1.pdf: torn")
    ]
    assert set(files(library)) == {PAGES[2]}
    # Its time has not come: it is not tried, and missing all the same.
    assert [(p.stage, p.subject, p.error.message) for p in take_pictures(library, given)] == [
        ("picture", "papers/1.pdf", "1.pdf: torn; next try after 2025-06-04 07:00")
    ]
    assert camera.asked == ["1.pdf", "2.pdf"]


def test_a_pdf_with_unreadable_text_is_not_reported_twice(library: Library) -> None:
    failures.add_failure(library.db, "extract", "papers/1.pdf", ("torn", ""), now=NOW)
    camera = Camera(torn=("1.pdf",))
    for _ in range(2):
        assert take_pictures(library, tools(Web(), read_pictures=camera)) == []


def test_a_missing_pdf_is_not_reported(library: Library) -> None:
    (library.folder / "papers/1.pdf").unlink()
    camera = Camera()
    assert take_pictures(library, tools(Web(), read_pictures=camera)) == []
    assert camera.asked == ["2.pdf"]


def test_the_note_shows_the_figure_as_long_as_it_is_there(library: Library) -> None:
    take_pictures(library, tools(Web(), read_pictures=Camera()))
    (paper,) = decide(library, "pick", ["2506.00001"])
    add_note(library, paper, "It rains. Nobody counts it.")
    export(library)
    (note,) = (library.folder / "notes").rglob("20*_*.md")
    up = "../" * (len(note.relative_to(library.folder).parts) - 1)
    image = f"\n\n![Figure 1: Rain.]({up}{FIGURES[1]})\n\n"
    assert image in note.read_text("utf-8")
    (library.folder / FIGURES[1]).unlink()
    export(library)
    assert "![" not in note.read_text("utf-8")


def test_a_caption_cannot_break_out_of_the_image() -> None:
    sheet = Sheet("k", "arxiv:1", "T", figure="a b.png", caption="[x](y) <!-- reader:end -->\n`z`")
    file = new_file(sheet.ours, sheet.text)
    (line,) = (line for line in file.splitlines() if line.startswith("!["))
    assert line == r"![\[x\](y) \<!-- reader:end --> \`z\`](a%20b.png)"
    assert words_of(file) == ""
