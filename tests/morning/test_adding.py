"""Test adding a folder of PDFs: each once, nothing guessed, nothing lost."""

from __future__ import annotations

import os
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.base.errors import DiskFull, Locked, NotKnown, PdfError
from reader.library.disk import lock_file
from reader.library.file_names import file_stem
from reader.library.folder import Library, find_paper
from reader.library.highlight import Highlight, Marks, shown
from reader.library.paper import Paper
from reader.library.passage import Document
from reader.library.rows import failures, highlights, papers, pdfs
from reader.morning.add import Adding, Wishes, find_files, settle
from reader.morning.added_file import FileMarks, FileOutcome
from reader.morning.complete import complete
from reader.morning.pipe import Tools
from reader.pdfs.back import back
from reader.pdfs.fetch import extract, forget_readings
from reader.search.rows import index
from tests.gathering.test_resolve import TEXT, Clock, Registry
from tests.mornings import morning
from tests.pdfs.test_recognition import ABSTRACT, AUTHORS, TITLE, pdf
from tests.samples import DAY, NOW, a_library, paper, tools

GARDEN = paper(1, TITLE, ABSTRACT, authors=AUTHORS)
OFFLINE = Wishes(may_fetch=False)


@dataclass
class Shelf:
    """A person's folder, and a fake reader of its PDFs: by their bytes it finds a document."""

    folder: Path
    documents: dict[bytes, Document] = field(default_factory=dict)
    marks: dict[bytes, Marks | PdfError] = field(default_factory=dict)
    n_read: Counter[str] = field(default_factory=Counter)

    def put(self, name: str, document: Document | None, content: str = "") -> Path:
        """Write a file that is read as a document; None: a broken one."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((content or name).encode())
        if document is not None:
            self.documents[file.read_bytes()] = document
        return file

    def read(self, path: Path) -> Document:
        self.n_read[path.name] += 1
        found = self.documents.get(path.read_bytes())
        if found is None:
            raise PdfError(file=path, what="is damaged", hint="Fetch it again.", kind="broken")
        return found

    def mark(self, file: Path, *words: str) -> None:
        """Set the words that are marked in a file."""
        several = [Highlight(1, n, "highlight", text) for n, text in enumerate(words)]
        self.marks[file.read_bytes()] = Marks(tuple(several))

    def read_marks(self, path: Path) -> Marks:
        found = self.marks.get(path.read_bytes(), Marks())
        if isinstance(found, PdfError):
            raise found
        return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    (tmp_path / "library").mkdir()
    with a_library(tmp_path / "library", TEXT, now=clock) as library:
        papers.add_papers(library.db, [GARDEN], source="arXiv", on=DAY - timedelta(30))
        yield library


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    (tmp_path / "shelf").mkdir()
    return Shelf(tmp_path / "shelf")


def kit(shelf: Shelf, registry: Registry | None = None) -> Tools:
    return tools(
        registry or Registry(is_down=True), read_pdf=shelf.read, read_marks=shelf.read_marks
    )


def add(
    library: Library, shelf: Shelf, wishes: Wishes = OFFLINE, registry: Registry | None = None
) -> dict[str, FileOutcome]:
    found = find_files(library, [shelf.folder])
    adding = Adding(library, kit(shelf, registry), found, wishes)
    return {Path(a.addition.path).relative_to(shelf.folder).as_posix(): a for a in adding.run()}


def outcomes(found: dict[str, FileOutcome]) -> dict[str, str]:
    return {name: added.addition.outcome for name, added in found.items()}


def other(title: str, seed: str = "", **more: Any) -> Document:
    """Invent a PDF of a paper that nobody knows."""
    told = f"{title} is what we look at here, {seed} in wet gardens and with patience. " * 3
    body = zlib.crc32(f"{title}{seed}".encode())
    return pdf(title, body=body, authors=("Uma Vale",), abstract=told, **more)


def stamped(number: int, version: int, title: str = "On Dew that Waits for Morning") -> Document:
    stamp = f"arXiv:2506.{number:05}v{version} [cs.CL] 3 Jun 2025"
    return replace(other(title, stamp=stamp, year=None), authors=("Ada Field",))


def test_a_known_paper_gets_its_pdf_its_place_and_its_passages(
    library: Library, shelf: Shelf
) -> None:
    file = shelf.put("old/garden.pdf", pdf())
    added = add(library, shelf)["old/garden.pdf"]
    assert (added.addition.outcome, added.paper and added.paper.record.id) == (
        "identified",
        GARDEN.id,
    )
    paper = find_paper(library, GARDEN.id)
    kept = pdfs.pdf_of(library.db, paper.row)
    assert kept is not None
    assert kept.path == f"papers/unfiled/{paper.key}.pdf"
    assert (library.folder / kept.path).read_bytes() == file.read_bytes()
    assert index.n_passages(library.db, paper.row) > 1
    assert kept.sketch != ""


def test_an_unknown_pdf_is_a_paper_of_its_own_and_found_by_its_id(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("x.pdf", other("On Moss that Remembers Winters"))
    paper = add(library, shelf)["x.pdf"].paper
    assert paper is not None
    assert paper.record == Paper(
        ids=(paper.record.id,),
        title="On Moss that Remembers Winters",
        authors=("Uma Vale",),
        abstract=paper.record.abstract,
        published_on=date(2025, 1, 1),
    )
    assert paper.record.id.startswith("pdf:")
    assert paper.key == "2025_Vale_MossThatRemembersWinters"
    assert find_paper(library, paper.record.id.upper().replace("PDF", "pdf")).row == paper.row


def test_nothing_is_done_twice(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", pdf())
    shelf.put("b.pdf", other("On Moss that Remembers Winters"))
    shelf.put("c.pdf", None)
    first = add(library, shelf)
    assert outcomes(first) == {"a.pdf": "identified", "b.pdf": "unknown", "c.pdf": "broken"}
    second = add(library, shelf)
    assert outcomes(second) == outcomes(first)
    assert [a.is_new for a in second.values()] == [False] * 3
    assert set(shelf.n_read.values()) == {1}
    assert papers.n_papers(library.db) == 2


def test_a_file_that_changed_or_whose_copy_was_deleted_is_added_again(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", pdf())
    paper = add(library, shelf)["a.pdf"].paper
    kept = pdfs.pdf_of(library.db, paper.row) if paper else None
    assert kept is not None
    (library.folder / kept.path).unlink()
    assert add(library, shelf)["a.pdf"].is_new
    assert (library.folder / kept.path).is_file()
    file = shelf.put("a.pdf", other("On Moss that Remembers Winters"), "new bytes")
    os.utime(file, ns=(1, 1))
    assert outcomes(add(library, shelf)) == {"a.pdf": "unknown"}


def test_the_same_bytes_and_the_same_text_are_duplicates(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", pdf(), "bytes")
    shelf.put("b.pdf", pdf(), "bytes")
    assert Counter(outcomes(add(library, shelf)).values()) == Counter(
        {"identified": 1, "duplicate": 1}
    )
    assert shelf.n_read.total() == 1
    shelf.put("c.pdf", pdf("Untitled"), "saved by another program")
    found = add(library, shelf)["c.pdf"]
    assert (found.addition.outcome, found.addition.why) == (
        "duplicate",
        "another copy, not kept (its text is 99 % the same as in a PDF of the library)",
    )


def test_the_newer_of_two_versions_is_the_papers_pdf(library: Library, shelf: Shelf) -> None:
    for version in (2, 1, 3):
        shelf.put(f"v{version}.pdf", stamped(7, version))
        found = add(library, shelf)[f"v{version}.pdf"]
        paper = find_paper(library, "2506.00007")
        assert found.paper == paper
        kept = pdfs.pdf_of(library.db, paper.row)
        assert kept
        assert kept.version == max(version, 2)
        if version == 1:
            assert (found.addition.outcome, found.addition.why) == (
                "duplicate",
                "an older version; version 2 is here",
            )
    # The PDF of version 2 stays where it was: somebody may have marked it.
    assert len(list((library.folder / "papers").rglob("*.pdf"))) == 2


def test_an_unsure_match_is_asked_about_and_nothing_is_done(library: Library, shelf: Shelf) -> None:
    file = shelf.put("slides.pdf", pdf(type="slides"))
    found = add(library, shelf)["slides.pdf"]
    assert (found.addition.outcome, [c.record.id for c in found.candidates]) == (
        "asked",
        [GARDEN.id],
    )
    assert pdfs.pdf_of(library.db, found.candidates[0].row) is None
    again = add(library, shelf)["slides.pdf"]  # until somebody says
    assert (again.is_new, again.candidates, shelf.n_read["slides.pdf"]) == (
        False,
        found.candidates,
        2,
    )
    said = settle(library, kit(shelf), file, None)
    assert (said.addition.outcome, said.paper and said.paper.record.title) == (
        "unknown",
        f"{TITLE} (slides)",
    )
    assert add(library, shelf)["slides.pdf"].is_new is False


def test_a_person_can_name_the_paper_of_a_file(library: Library, shelf: Shelf) -> None:
    file = shelf.put("slides.pdf", pdf(type="slides"))
    said = settle(library, kit(shelf), file, find_paper(library, GARDEN.id))
    assert (said.addition.outcome, said.addition.why) == ("identified", "you said so")
    assert said.paper
    assert pdfs.pdf_of(library.db, said.paper.row)


def test_a_file_that_a_person_calls_another_paper_is_never_merged_with_it(
    library: Library, shelf: Shelf
) -> None:
    file = shelf.put("draft.pdf", pdf())
    said = settle(library, kit(shelf), file, None)
    assert said.paper
    assert said.paper.record.title == f"{TITLE} (draft)"
    papers.add_papers(library.db, [replace(GARDEN, version=2)], source="arXiv", on=DAY)
    assert find_paper(library, GARDEN.id).row != said.paper.row


def test_the_topic_is_the_persons_folder_else_found_by_words(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("Speech/Translation/2024/a.pdf", other("On Moss that Remembers Winters"))
    shelf.put("b.pdf", other("Speech Recognition for Very Quiet Plants"))
    shelf.put("cooking/c.pdf", other("On Dew that Waits for Morning"))
    found = {name: added.paper and added.paper.topic for name, added in add(library, shelf).items()}
    assert found == {
        "Speech/Translation/2024/a.pdf": "speech/translation",
        "b.pdf": "speech/recognition",
        "cooking/c.pdf": "unfiled",
    }


def test_only_pdfs_are_added(library: Library, shelf: Shelf) -> None:
    shelf.put("deep/er/a.PDF", pdf())
    for name in (".hidden.pdf", "._a.pdf", ".trash/b.pdf", "notes.txt", "x.epub"):
        shelf.put(name, None)
    shelf.put(".far.pdf.icloud", None)
    (shelf.folder / "deep" / "round").symlink_to(shelf.folder)
    (shelf.folder / "gone.pdf").symlink_to(shelf.folder / "nowhere.pdf")
    found = find_files(library, [shelf.folder])
    assert [p.name for p in found.files] == ["gone.pdf", "a.PDF"]
    assert (found.n_other, found.n_hidden) == (2, 3)
    assert [p.name for p in found.absent] == ["far.pdf"]
    assert outcomes(add(library, shelf)) == {
        "deep/er/a.PDF": "identified",
        "gone.pdf": "broken",
        "far.pdf": "broken",
    }
    with pytest.raises(NotKnown):
        find_files(library, [shelf.folder / "nothing"])


def test_the_librarys_own_pdfs_are_not_added(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", pdf())
    add(library, shelf)
    assert find_files(library, [library.folder]).files == {}
    assert find_files(library, [library.folder / "papers"]).files == {}


def test_moving_deletes_only_files_that_are_safe_in_the_library(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", pdf(), "bytes")
    shelf.put("b.pdf", pdf(), "bytes")
    shelf.put("c.pdf", other("On Moss that Remembers Winters"))
    shelf.put("marked.pdf", pdf(), "bytes and marks")
    shelf.put("broken.pdf", None)
    shelf.put("slides.pdf", pdf(type="slides"))
    (shelf.folder / "link.pdf").symlink_to(shelf.folder / "a.pdf")
    add(library, shelf)
    found = add(library, shelf, replace(OFFLINE, is_moving=True))
    left = sorted(p.name for p in shelf.folder.iterdir())
    assert left == ["broken.pdf", "link.pdf", "marked.pdf", "slides.pdf"]
    assert sorted(name for name, added in found.items() if added.is_moved) == [
        "a.pdf",
        "b.pdf",
        "c.pdf",
    ]
    assert {name: str(added.stayed) for name, added in found.items() if added.stayed} == {
        "broken.pdf": "it could not be read",
        "link.pdf": "it is a link",
        "marked.pdf": "the library has another copy of this paper, not this file",
        "slides.pdf": "the library has another copy of this paper, not this file",
    }
    assert len(list((library.folder / "papers").rglob("*.pdf"))) == 2


def words_marked(library: Library) -> list[str]:
    row = find_paper(library, GARDEN.id).row
    return [m.highlight.text for m in shown(highlights.highlights_of(library.db, row))]


def copies_kept(library: Library) -> list[str]:
    row = find_paper(library, GARDEN.id).row
    return [Path(copy.path).name for copy in highlights.copies_of(library.db, row)]


def test_the_marks_of_the_first_copy_come_in_with_it(library: Library, shelf: Shelf) -> None:
    shelf.mark(shelf.put("a.pdf", pdf()), "wet moss", "dry moss")
    found = add(library, shelf)["a.pdf"]
    assert (found.addition.outcome, found.marked) == ("identified", FileMarks(2, 2))
    assert (words_marked(library), copies_kept(library)) == (["wet moss", "dry moss"], [])
    assert add(library, shelf)["a.pdf"].marked == FileMarks()
    shelf.put("b.pdf", pdf("Untitled"), "without marks")
    clean = add(library, shelf)["b.pdf"]
    assert (clean.addition.outcome, clean.marked) == ("duplicate", FileMarks())
    assert words_marked(library) == ["wet moss", "dry moss"]


def test_a_marked_copy_of_a_known_paper_is_kept_beside_its_pdf(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", pdf())
    add(library, shelf)
    file = shelf.put("b.pdf", pdf("Untitled"), "saved with marks")
    shelf.mark(file, "wet moss")
    found = add(library, shelf)["b.pdf"]
    (name,) = copies_kept(library)
    copy = f"papers/unfiled/{name}"
    assert (found.addition.outcome, found.addition.why, found.marked) == (
        "duplicate",
        f"a marked copy, kept as {copy}",
        FileMarks(1, 1, copy=copy),
    )
    assert (library.folder / copy).read_bytes() == file.read_bytes()
    assert words_marked(library) == ["wet moss"]
    assert add(library, shelf)["b.pdf"].is_new is False
    moved = add(library, shelf, replace(OFFLINE, is_moving=True))
    assert (moved["b.pdf"].is_moved, file.exists()) == (True, False)


def test_a_file_is_done_only_when_its_marks_are_in(library: Library, shelf: Shelf) -> None:
    file = shelf.put("a.pdf", pdf())
    broken = PdfError(file=file, what="made the reader crash", hint="", kind="crash")
    shelf.marks[file.read_bytes()] = broken
    found = add(library, shelf, replace(OFFLINE, is_moving=True))["a.pdf"]
    assert (found.addition.outcome, found.marked.error, str(found.stayed)) == (
        "identified",
        broken,
        "its marks could not be read",
    )
    shelf.mark(file, "wet moss")
    again = add(library, shelf)["a.pdf"]
    assert (again.is_new, again.marked, shelf.n_read["a.pdf"]) == (False, FileMarks(1, 1), 1)
    assert words_marked(library) == ["wet moss"]


def test_a_file_that_a_person_names_brings_its_marks(library: Library, shelf: Shelf) -> None:
    file = shelf.put("slides.pdf", pdf(type="slides"))
    shelf.mark(file, "wet moss")
    said = settle(library, kit(shelf), file, find_paper(library, GARDEN.id))
    assert (said.marked, words_marked(library)) == (FileMarks(1, 1), ["wet moss"])


def test_back_finds_nothing_new_in_added_files(library: Library, shelf: Shelf) -> None:
    shelf.mark(shelf.put("deep/a.pdf", pdf()), "wet moss")
    add(library, shelf)
    brought = list(back(library, kit(shelf), shelf.folder))
    assert [(b.name, b.outcome) for b in brought] == [("deep/a.pdf", "unchanged")]


def test_a_scan_is_read_by_the_first_index_that_finds_tesseract(
    library: Library, shelf: Shelf
) -> None:
    file = shelf.put("scan.pdf", Document((), n_scanned=3, why_unread="no tesseract"))
    found = add(library, shelf)["scan.pdf"]
    assert found.lacking
    assert found.lacking.what == "3 pages are pictures; tesseract is not installed"
    assert found.paper
    assert extract(library, kit(shelf)) == []
    shelf.documents[file.read_bytes()] = replace(pdf(), n_scanned=3, n_ocr=3)
    assert extract(library, kit(shelf)) == []
    assert index.n_passages(library.db, found.paper.row) > 1
    n_read = shelf.n_read.total()
    assert extract(library, kit(shelf)) == []
    assert shelf.n_read.total() == n_read


def test_moving_keeps_the_original_of_a_copy_marked_in_the_library(
    library: Library, shelf: Shelf
) -> None:
    file = shelf.put("a.pdf", pdf())
    paper = add(library, shelf)["a.pdf"].paper
    kept = pdfs.pdf_of(library.db, paper.row) if paper else None
    assert kept is not None
    (library.folder / kept.path).write_bytes(b"marked")
    assert add(library, shelf, replace(OFFLINE, is_moving=True))["a.pdf"].is_moved is False
    assert file.is_file()


def test_papers_added_by_hand_are_no_news_of_the_day(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", other("Speech Translation for Very Quiet Plants"))
    shelf.put("b.pdf", replace(other("On Ants and Ladders"), authors=("Mio Hoshi",)))
    add(library, shelf)
    fresh = paper(8, "Speech Translation in Gardens")
    papers.add_papers(library.db, [fresh], source="arXiv", on=DAY)
    today = morning(library, DAY, encoder="small@1")
    assert [e.paper.record.id for e in today.entries] == [fresh.id]
    assert (today.n_arrived, today.n_not_encoded, today.quota.written) == (1, 1, 0)
    tomorrow = morning(library, DAY + timedelta(1))
    assert tomorrow.undecided == ((DAY, 1),)


def test_a_paper_added_by_hand_and_brought_by_a_source_is_in_the_list(
    library: Library, shelf: Shelf
) -> None:
    title = "Speech Translation for Very Quiet Plants"
    shelf.put("a.pdf", stamped(9, 1, title))
    add(library, shelf)
    assert morning(library, DAY).entries == ()
    papers.add_papers(library.db, [paper(9, title)], source="arXiv", on=DAY)
    assert [e.paper.record.id for e in morning(library, DAY).entries] == ["arxiv:2506.00009"]


def test_a_stamped_pdf_added_offline_is_completed_by_the_next_gather(
    library: Library, shelf: Shelf, clock: Clock
) -> None:
    shelf.put("a.pdf", stamped(7, 1))
    paper = add(library, shelf)["a.pdf"].paper
    assert paper is not None
    assert (paper.record.id, paper.record.title, paper.record.version, paper.record.categories) == (
        "arxiv:2506.00007",
        "On Dew that Waits for Morning",
        1,
        (),
    )
    registry = Registry(7, is_down=True)
    problems = complete(library, kit(shelf, registry))
    assert [(p.stage, p.subject) for p in problems] == [("add", "1 ids")]
    registry.is_down = False
    assert len(complete(library, kit(shelf, registry))) == 1  # not again before its time
    assert find_paper(library, "2506.00007").record.categories == ()
    clock.at = NOW + timedelta(hours=2)
    assert complete(library, kit(shelf, registry)) == []
    paper = find_paper(library, "2506.00007")
    assert (paper.record.categories != (), paper.key) == (True, "2025_Field_DewThatWaitsMorning")
    registry.seen.clear()
    assert (complete(library, kit(shelf, registry)), registry.seen) == ([], [])
    assert failures.failures(library.db, "add") == []


def test_stamps_are_looked_up_a_hundred_in_one_call(library: Library, shelf: Shelf) -> None:
    for n in range(20, 26):
        shelf.put(f"{n}.pdf", stamped(n, 1, f"On Dew that Waits for Morning {n}"))
    shelf.put("26.pdf", replace(stamped(26, 1, "On Hail"), authors=("Uma Vale",)))
    registry = Registry(*range(20, 25), 26)
    found = add(library, shelf, Wishes(), registry)
    assert len(registry.seen) == 1
    assert Counter(outcomes(found).values()) == Counter({"identified": 5, "unknown": 2})
    assert {found[f"{n}.pdf"].addition.why for n in (25, 26)} == {
        "shows arxiv:2506.00025, which its registry does not know",
        "shows arxiv:2506.00026, but not the title of that paper",
    }
    # What arXiv does not know was misread or invented: the page's own title stays.
    last = found["25.pdf"].paper
    assert last
    assert last.record.id.startswith("pdf:")
    first = found["20.pdf"].paper
    assert first
    assert first.record.categories != ()


DOI = "10.5555/moss.1"
RECORD: dict[str, object] = {
    "title": "On Moss that Remembers Winters",
    "author": [{"given": "Uma", "family": "Vale"}],
}


def test_a_doi_is_looked_up_and_counts_under_its_title_only(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", other("On Moss that Remembers Winters", doi=DOI))
    shelf.put("b.pdf", other("On Dew that Waits for Morning", "twice", doi=DOI))
    registry = Registry()
    registry.records[DOI] = RECORD
    found = add(library, shelf, Wishes(), registry)
    assert outcomes(found) == {"a.pdf": "identified", "b.pdf": "unknown"}
    ids = {name: added.paper and added.paper.record.id for name, added in found.items()}
    assert ids["a.pdf"] == f"doi:{DOI}"
    assert str(ids["b.pdf"]).startswith("pdf:")


def test_a_doi_added_offline_is_looked_up_later_and_takes_the_paper_over(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", other("On Moss that Remembers Winters", doi=DOI))
    shelf.put("b.pdf", other("On Dew that Waits for Morning", "twice", doi="10.5555/moss.2"))
    found = add(library, shelf)
    assert outcomes(found) == {"a.pdf": "unknown", "b.pdf": "unknown"}
    first = found["a.pdf"].paper
    assert first
    assert pdfs.printed_of(library.db, first.row) == [f"doi:{DOI}"]
    registry = Registry()
    registry.records = {DOI: RECORD, "10.5555/moss.2": {"title": "A Template"}}
    assert complete(library, kit(shelf, registry)) == []
    paper = find_paper(library, DOI)
    assert (paper.record.id, paper.key) == (f"doi:{DOI}", "2025_Vale_MossThatRemembersWinters")
    assert pdfs.pdf_of(library.db, paper.row) is not None
    assert papers.paper_with_id(library.db, "doi:10.5555/moss.2") is None
    assert add(library, shelf)["a.pdf"].paper == paper


def test_a_registry_that_does_not_answer_stops_nothing(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", stamped(7, 1))
    shelf.put("b.pdf", pdf())
    adding = Adding(library, kit(shelf), find_files(library, [shelf.folder]), Wishes())
    assert sorted(a.addition.outcome for a in adding.run()) == ["identified", "identified"]
    assert adding.error is not None


def test_a_paper_named_by_its_bytes_merges_with_one_from_a_source(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", other("On Moss that Remembers Winters"))
    before = add(library, shelf)["a.pdf"].paper
    brought = paper(9, "On Moss that Remembers Winters", authors=("Uma Vale",))
    papers.add_papers(library.db, [brought], source="arXiv", on=DAY)
    library_paper = find_paper(library, "2506.00009")
    assert before
    assert library_paper.record.ids == ("arxiv:2506.00009", before.record.id)
    assert (library_paper.key, library_paper.topic) == (before.key, before.topic)
    assert pdfs.pdf_of(library.db, library_paper.row) is not None


def test_slides_are_not_joined_with_their_paper_when_it_comes(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", other("On Moss that Remembers Winters", type="slides"))
    assert outcomes(add(library, shelf)) == {"a.pdf": "unknown"}
    brought = paper(9, "On Moss that Remembers Winters", authors=("Uma Vale",))
    papers.add_papers(library.db, [brought], source="arXiv", on=DAY)
    assert find_paper(library, "2506.00009").record.ids == ("arxiv:2506.00009",)


def test_a_scanned_pdf_is_kept_and_not_read_again_by_each_gather(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("scan.pdf", Document((), n_scanned=3))
    paper = add(library, shelf)["scan.pdf"].paper
    assert paper
    assert paper.record.title == "scan"
    assert pdfs.pdfs_without_passages(library.db) == []


def test_two_runs_at_once_are_refused(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", pdf())
    with lock_file(library.folder / "add.lock"), pytest.raises(Locked):
        add(library, shelf)


def test_a_disk_that_fails_leaves_nothing_half_done(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", pdf())
    (library.folder / "papers").write_text("in the way")
    with pytest.raises(Exception, match="papers") as failure:
        add(library, shelf)
    assert failure.type.__mro__[1].__name__ in ("StoreError", "ReaderError")
    assert not isinstance(failure.value, DiskFull)
    assert pdfs.pdf_of(library.db, find_paper(library, GARDEN.id).row) is None
    (library.folder / "papers").unlink()
    assert outcomes(add(library, shelf)) == {"a.pdf": "identified"}


def test_passages_that_a_kill_kept_from_the_disk_are_read_by_the_next_run(
    library: Library, shelf: Shelf
) -> None:
    file = shelf.put("a.pdf", other("On Moss that Remembers Winters"))
    paper = add(library, shelf)["a.pdf"].paper
    assert paper
    library.db.execute("DELETE FROM idx.texts WHERE kind = 'passage'")
    assert [pdf.paper for pdf in pdfs.pdfs_without_passages(library.db)] == [paper.row]
    adding = Adding(library, kit(shelf), find_files(library, [file]), OFFLINE)
    assert [a.is_new for a in adding.run()] == [False]
    assert (adding.n_reread, adding.problems) == (1, [])
    assert index.n_passages(library.db, paper.row) > 1
    again = Adding(library, kit(shelf), find_files(library, [file]), OFFLINE)
    assert ([a.is_new for a in again.run()], again.n_reread) == ([False], 0)


def test_a_pdf_that_icloud_took_off_the_disk_is_not_written_again(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", stamped(7, 1))
    paper = add(library, shelf)["a.pdf"].paper
    assert paper
    pdf_here = pdfs.pdf_of(library.db, paper.row)
    assert pdf_here
    file = library.folder / pdf_here.path
    placeholder = file.rename(file.with_name(f".{file.name}.icloud"))
    assert not add(library, shelf)["a.pdf"].is_new
    shelf.put("b.pdf", stamped(7, 1), (shelf.folder / "a.pdf").read_text())
    assert outcomes(add(library, shelf)) == {"a.pdf": "identified", "b.pdf": "duplicate"}
    assert list(file.parent.iterdir()) == [placeholder]
    shelf.put("c.pdf", stamped(7, 2))
    assert outcomes(add(library, shelf))["c.pdf"] == "identified"
    newer = file.with_name(f"{file.stem}-2.pdf")
    assert sorted(file.parent.iterdir()) == sorted([placeholder, newer])


def test_a_twin_of_an_unreadable_file_has_its_outcome(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", pdf(), "same")
    shelf.put("b.pdf", pdf(), "same")

    def read(path: Path) -> Document:
        raise PdfError(file=path, what="did not start", hint="Try again.", kind="start")

    found = find_files(library, [shelf.folder])
    several = Adding(library, tools(Registry(is_down=True), read_pdf=read), found, OFFLINE).run()
    assert [(a.addition.path, a.addition.outcome, a.addition.why, a.paper) for a in several] == [
        (str(shelf.folder / name), "broken", "did not start", None) for name in ("a.pdf", "b.pdf")
    ]
    assert outcomes(add(library, shelf)) == {"a.pdf": "identified", "b.pdf": "duplicate"}


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="has no file that is unreadable")
def test_an_unreadable_file_at_the_papers_place_stays(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", pdf())
    paper = find_paper(library, GARDEN.id)
    papers_folder = library.folder / "papers" / "unfiled"
    papers_folder.mkdir(parents=True)
    stranger = papers_folder / f"{file_stem(paper.record, library.config.pdf_name)}.pdf"
    stranger.symlink_to("/proc/self/mem")
    assert outcomes(add(library, shelf)) == {"a.pdf": "identified"}
    assert sorted(papers_folder.iterdir()) == [stranger.with_stem(f"{stranger.stem}-2"), stranger]


def test_a_rebuild_reads_scans_and_failed_pdfs_again(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", Document((), n_scanned=3))
    paper = add(library, shelf)["a.pdf"].paper
    assert paper
    failures.add_failure(library.db, "extract", "papers/x.pdf", ("no", ""), now=NOW)
    shelf.put("a.pdf", other("On Moss that Remembers Winters"))
    assert extract(library, kit(shelf)) == []
    assert index.n_passages(library.db, paper.row) == 0
    forget_readings(library)
    assert extract(library, kit(shelf)) == []
    assert index.n_passages(library.db, paper.row) > 1
    assert failures.failures(library.db, "extract") == []


def test_a_file_of_a_paper_that_has_its_pdf_is_said_not_to_be_kept(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", pdf())
    add(library, shelf)
    file = shelf.put("b.pdf", other("On Moss that Remembers Winters"))
    said = settle(library, kit(shelf), file, find_paper(library, GARDEN.id))
    assert (said.addition.outcome, said.addition.why) == (
        "duplicate",
        "another copy, not kept (you said so)",
    )
    assert len(list((library.folder / "papers").rglob("*.pdf"))) == 1
