"""Test where papers' files go: by `file`, by hand, with a topic; after every possible kill."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from reader.base.errors import NotKnown, PdfError, StoreError, UsageError
from reader.library.file_names import Suggestion
from reader.library.files import move, settle
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.passage import Document
from reader.library.rows import decisions, merges, papers, pdfs
from reader.morning.edit import (
    TopicLine,
    TopicMove,
    file_paper,
    find_topic,
    move_topic,
    suggestions,
    topics,
)
from reader.morning.pick import decide
from reader.notes.export import export
from reader.notes.rows import notes
from reader.notes.write import add_note
from reader.pdfs.fetch import fetch_pdfs
from reader.pdfs.find import find_moved, pdf_file
from reader.search.encode import encode, index_words
from tests.samples import DAY, NOW, Web, a_library, document, paper, tools

GARDENS = paper(1, "Speech Translation in Gardens", "Roses hear their names in two tongues.")
ANTS = paper(2, "On Ants", "Ants carry leaves.", authors=("Ada Field",))
BEES = paper(3, "Speech Recognition for Bees", "Bees hum.", authors=("Mio Hoshi",))
KEY = "2025_Field_SpeechTranslationGardens"
OLD, NEW = "speech/translation", "speech/recognition"


def torn(_: Path) -> Document:
    raise PdfError(file="a.pdf", what="torn", hint="Fetch it again.")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [GARDENS, ANTS, BEES], source="arXiv", on=DAY)
        yield library


def library_paper(library: Library, row: int = 1) -> LibraryPaper:
    return papers.papers_at(library.db, [row])[0]


def put(library: Library, path: str, content: bytes = b"%PDF roses") -> Path:
    file = library.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def add_pdf(library: Library, row: int, content: bytes = b"%PDF roses") -> Path:
    """Add the PDF of a picked paper in its place."""
    now = library_paper(library, row)
    path = f"papers/{now.topic}/{now.key}.pdf"
    kept = pdfs.Pdf(row, path, hashlib.sha256(content).hexdigest())
    pdfs.add_pdf(library.db, kept, n_bytes=len(content), at=NOW)
    return put(library, path, content)


def add_marked(library: Library, path: str, content: bytes) -> Path:
    with library.db.writing():
        library.db.execute(
            "INSERT INTO marked_copies (paper, path, sha256, n_ink, at) VALUES (1, ?, ?, 0, '')",
            (path, hashlib.sha256(content).hexdigest()),
        )
    return put(library, path, content)


def files(library: Library) -> list[str]:
    return sorted(
        f.relative_to(library.folder).as_posix()
        for root in ("papers", "notes")
        for f in (library.folder / root).rglob("*")
        if f.is_file() and f.name != "index.md" and f.parent.name != "weeks"
    )


def folders(library: Library) -> list[str]:
    roots = (library.folder / "papers", library.folder / "notes")
    return sorted(
        f.relative_to(library.folder).as_posix()
        for root in roots
        for f in root.rglob("*")
        if f.is_dir()
    )


@pytest.fixture
def whole(library: Library) -> Library:
    """Make a library with a pick that has a PDF, a marked copy and an edited Markdown file."""
    decide(library, "pick", ["2506.00001"])
    add_pdf(library, 1)
    add_marked(library, f"papers/{OLD}/{KEY}.marked.pdf", b"%PDF roses, marked")
    add_note(library, library_paper(library), "Roses hear. They turn towards their names.")
    export(library)
    note = library.folder / f"notes/{OLD}/{KEY}.md"
    note.write_text(note.read_text("utf-8") + "\nMine, below.\n", "utf-8")
    return library


ALL_NEW = [
    f"notes/{NEW}/{KEY}.md",
    f"papers/{NEW}/{KEY}.marked.pdf",
    f"papers/{NEW}/{KEY}.pdf",
]
ALL_OLD = [path.replace(NEW, OLD) for path in ALL_NEW]


def test_a_moved_file_has_its_new_name_on_the_disk_before_the_move_ends(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut would else leave neither name, or bring the old one back."""
    source, target = put(library, "papers/old/a.pdf"), put(library, "papers/new/b.pdf")
    target.unlink()
    synced, fsync = set[int](), os.fsync

    def watched(handle: int) -> None:
        if target.exists() and not source.exists():
            synced.add(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    move(source, target)
    assert synced == {target.parent.stat().st_ino, source.parent.stat().st_ino}


def test_a_pdf_that_is_only_in_icloud_stays_behind_and_is_named(whole: Library) -> None:
    file = whole.folder / f"papers/{OLD}/{KEY}.pdf"
    file.rename(file.with_name(f".{KEY}.pdf.icloud"))
    (problem,) = file_paper(whole, library_paper(whole), NEW).problems
    assert (problem.exit_code, problem.message) == (
        6,
        f"{file}: it is in iCloud, not on this disk, so it was not moved",
    )
    file.with_name(f".{KEY}.pdf.icloud").rename(file)
    assert file_paper(whole, library_paper(whole), NEW).problems == ()
    assert (whole.folder / f"papers/{NEW}/{KEY}.pdf").is_file()


def test_nothing_is_moved_onto_a_file_that_is_only_in_icloud(whole: Library) -> None:
    put(whole, f"papers/{NEW}/.{KEY}.pdf.icloud")
    assert file_paper(whole, library_paper(whole), NEW).problems == ()
    assert (whole.folder / f"papers/{NEW}/{KEY}-2.pdf").is_file()


def test_a_stranger_at_a_path_that_differs_in_its_case_alone_is_not_the_papers(
    library: Library,
) -> None:
    decide(library, "pick", ["2506.00001"])
    path = add_pdf(library, 1)
    path.unlink()
    stranger = put(library, f"papers/{OLD.upper()}/{KEY.lower()}.pdf", b"%PDF a stranger's")
    if path.exists():
        pytest.skip("this disk keeps no case")
    assert find_moved(library) == {}
    stranger.write_bytes(b"%PDF roses")
    assert list(find_moved(library).values()) == [f"papers/{OLD.upper()}/{KEY.lower()}.pdf"]


def paths(library: Library) -> list[str]:
    return sorted(place.path for place in pdfs.places(library.db))


class TestFiling:
    def test_a_note_whose_file_is_gone_is_written_where_the_paper_is_now(
        self, whole: Library
    ) -> None:
        (whole.folder / f"notes/{OLD}/{KEY}.md").unlink()
        file_paper(whole, library_paper(whole), NEW)
        assert export(whole).written == [f"notes/{NEW}/{KEY}.md"]
        assert files(whole) == ALL_NEW
        assert export(whole).n_unchanged == 1

    def test_the_pdf_of_a_copy_moves_with_the_paper(self, library: Library) -> None:
        decide(library, "pick", ["2506.00001", "2506.00002"])
        add_pdf(library, 1)
        add_pdf(library, 2, b"%PDF ants")
        merges.join(library.db, 1, 2, why="by hand", on=DAY)
        filed = file_paper(library, library_paper(library), "gardens", may_be_new=True)
        assert len(filed.moved) == 2
        assert all(path.startswith("papers/gardens/") for path in files(library))

    def test_pdf_marked_copy_and_note_move_together(self, whole: Library) -> None:
        filed = file_paper(whole, library_paper(whole), NEW)
        assert (filed.paper.topic, filed.before, filed.problems) == (NEW, OLD, ())
        assert sorted(filed.moved) == sorted(zip(ALL_OLD, ALL_NEW, strict=True))
        assert files(whole) == paths(whole) == ALL_NEW
        export(whole)  # with it goes the old topic's page
        folders_now = [folder for folder in folders(whole) if folder != "notes/weeks"]
        assert folders_now == ["notes/speech", f"notes/{NEW}", "papers/speech", f"papers/{NEW}"]
        assert (whole.folder / f"papers/{NEW}/{KEY}.pdf").read_bytes() == b"%PDF roses"

    def test_edits_in_the_note_stay_and_its_links_follow_the_pdf(self, whole: Library) -> None:
        file_paper(whole, library_paper(whole), NEW)
        done = export(whole)
        assert (done.written, done.left) == ([f"notes/{NEW}/{KEY}.md"], [])
        text = (whole.folder / f"notes/{NEW}/{KEY}.md").read_text("utf-8")
        assert text.endswith("Mine, below.\n")
        assert f"topic: {NEW}" in text.replace('"', "")
        assert f"../../../papers/{NEW}/{KEY}.pdf" in text
        assert files(whole) == ALL_NEW
        assert export(whole).written == []

    def test_filing_again_moves_everything_back(self, whole: Library) -> None:
        file_paper(whole, library_paper(whole), NEW)
        file_paper(whole, library_paper(whole), OLD)
        assert files(whole) == paths(whole) == ALL_OLD
        assert pdfs.last_filing(whole.db, 1) == (OLD, True)

    def test_filing_in_the_same_folder_is_recorded_once(self, whole: Library) -> None:
        for _ in range(2):
            assert file_paper(whole, library_paper(whole), OLD).moved == ()
        rows = whole.db.read("SELECT topic, is_by_hand FROM filings ORDER BY id")
        assert [tuple(r) for r in rows] == [(OLD, 0), (OLD, 1)]

    def test_filing_does_not_pick_a_paper(self, library: Library) -> None:
        filed = file_paper(library, library_paper(library, 2), "nlp/llm").paper
        assert (filed.topic, filed.key, filed.state) == ("nlp/llm", "2025_Field_Ants", "candidate")
        assert decide(library, "pick", ["2506.00002"])[0].topic == "nlp/llm"

    def test_no_file_is_overwritten(self, whole: Library) -> None:
        other = put(whole, f"papers/{NEW}/{KEY}.pdf", b"%PDF somebody's")
        note = put(whole, f"notes/{NEW}/{KEY}.md", b"somebody's")
        file_paper(whole, library_paper(whole), NEW)
        assert (other.read_bytes(), note.read_bytes()) == (b"%PDF somebody's", b"somebody's")
        assert f"papers/{NEW}/{KEY}-2.pdf" in files(whole)
        assert f"notes/{NEW}/{KEY}-2.md" in paths(whole)
        assert (whole.folder / f"papers/{NEW}/{KEY}-2.pdf").read_bytes() == b"%PDF roses"

    def test_a_folder_that_holds_something_else_stays_and_finders_own_file_is_nothing(
        self, whole: Library
    ) -> None:
        put(whole, f"papers/{OLD}/mine.txt", b"")
        put(whole, f"notes/{OLD}/.DS_Store", b"")
        file_paper(whole, library_paper(whole), NEW)
        assert f"papers/{OLD}/mine.txt" in files(whole)
        export(whole)
        assert not (whole.folder / f"notes/{OLD}").exists()

    def test_a_file_that_cannot_be_moved_is_named_and_follows_later(self, whole: Library) -> None:
        obstacle = put(whole, f"papers/{NEW}", b"a file where a folder should be")
        (problem, _) = file_paper(whole, library_paper(whole), NEW).problems
        assert isinstance(problem, StoreError)
        assert problem.exit_code == 6
        assert [p for p in paths(whole) if p.startswith("notes")] == ALL_NEW[:1]
        assert set(ALL_OLD[1:]) < set(files(whole))
        obstacle.unlink()
        assert settle(whole) == []
        assert files(whole) == paths(whole) == ALL_NEW

    def test_nothing_is_lost_through_a_linked_folder(self, whole: Library) -> None:
        (whole.folder / f"papers/{NEW}").symlink_to(whole.folder / f"papers/{OLD}")
        assert file_paper(whole, library_paper(whole), NEW).problems == ()
        for path in paths(whole):
            assert (whole.folder / path).is_file()
        assert (whole.folder / f"papers/{OLD}/{KEY}.pdf").read_bytes() == b"%PDF roses"

    def test_a_pdf_that_is_a_link_stays_one(self, whole: Library) -> None:
        vault = put(whole, "vault/roses.pdf")
        file = whole.folder / f"papers/{OLD}/{KEY}.pdf"
        file.unlink()
        file.symlink_to("../../../vault/roses.pdf")
        file_paper(whole, library_paper(whole), NEW)
        moved = whole.folder / f"papers/{NEW}/{KEY}.pdf"
        assert moved.is_symlink()
        assert moved.resolve() == vault.resolve()

    def test_a_folder_that_leads_to_another_disk_takes_files_too(
        self, whole: Library, other_disk: Path
    ) -> None:
        (whole.folder / f"papers/{NEW}").symlink_to(other_disk)
        assert file_paper(whole, library_paper(whole), NEW).problems == ()
        assert sorted(os.listdir(other_disk)) == [f"{KEY}.marked.pdf", f"{KEY}.pdf"]
        assert (whole.folder / ALL_NEW[2]).read_bytes() == b"%PDF roses"
        assert not (whole.folder / f"papers/{OLD}").exists()


def moved_by_hand(library: Library, path: str, target: str) -> None:
    (library.folder / target).parent.mkdir(parents=True, exist_ok=True)
    (library.folder / path).rename(library.folder / target)


def linked(library: Library, path: str, target: str) -> None:
    (library.folder / target).parent.mkdir(parents=True, exist_ok=True)
    os.link(library.folder / path, library.folder / target)


def record(library: Library, kind: str, path: str) -> None:
    place = next(p for p in pdfs.places(library.db) if p.kind == kind)
    pdfs.set_path(library.db, place, path)


def is_filed(library: Library) -> None:
    with library.db.writing():
        decisions.add_filing(library.db, 1, NEW, at=NOW, is_by_hand=True)


STEPS: list[tuple[str, Callable[[Library], None]]] = [
    ("filed", is_filed),
    ("note has two names", lambda lib: linked(lib, ALL_OLD[0], ALL_NEW[0])),
    ("note moved", lambda lib: (lib.folder / ALL_OLD[0]).unlink()),
    ("note recorded", lambda lib: record(lib, "note", ALL_NEW[0])),
    ("copy moved", lambda lib: moved_by_hand(lib, ALL_OLD[1], ALL_NEW[1])),
    ("copy recorded", lambda lib: record(lib, "marked", ALL_NEW[1])),
    ("pdf has two names", lambda lib: linked(lib, ALL_OLD[2], ALL_NEW[2])),
    ("pdf moved", lambda lib: (lib.folder / ALL_OLD[2]).unlink()),
]
REPAIRS: dict[str, Callable[[Library], object]] = {
    "file": lambda lib: file_paper(lib, library_paper(lib), NEW),
    "gather": lambda lib: fetch_pdfs(lib, tools(Web())),
    "export": export,
}


@pytest.mark.parametrize("repair", REPAIRS)
@pytest.mark.parametrize("n", range(1, len(STEPS) + 1), ids=[name for name, _ in STEPS])
def test_killed_after_any_step_the_next_run_ends_it(whole: Library, n: int, repair: str) -> None:
    for _, step in STEPS[:n]:
        step(whole)
    REPAIRS[repair](whole)
    assert files(whole) == paths(whole) == ALL_NEW
    note = (whole.folder / ALL_NEW[0]).read_text("utf-8")
    assert note.endswith("Mine, below.\n")
    assert export(whole).left == []
    assert files(whole) == ALL_NEW
    assert len(notes.revisions(whole.db, 1)) == 2
    assert pdfs.last_filing(whole.db, 1) == (NEW, True)
    assert [p.subject for p in fetch_pdfs(whole, tools(Web()))] == []


def pdf_path(library: Library) -> str:
    pdf = pdfs.pdf_of(library.db, 1)
    assert pdf is not None
    return pdf.path


ROSES = replace(
    document(GARDENS.abstract),
    title=GARDENS.title,
    authors=GARDENS.authors,
    stamp="arXiv:2506.00001v1 [cs.CL] 3 Jun 2025",
)


class TestMovedByHand:
    def test_a_rewritten_pdf_is_known_by_its_name_and_printed_text(self, whole: Library) -> None:
        moved_by_hand(whole, ALL_OLD[2], ALL_NEW[2])
        put(whole, ALL_NEW[2], b"%PDF roses, rewritten")
        assert find_moved(whole) == {}
        assert find_moved(whole, read=lambda _: document("Of tides.")) == {}
        assert find_moved(whole, read=torn) == {}
        web = Web()
        assert fetch_pdfs(whole, tools(web, read_pdf=lambda _: ROSES)) == []
        assert web.seen == []
        assert files(whole) == paths(whole) == ALL_NEW
        assert library_paper(whole).topic == NEW

    def test_another_name_and_other_bytes_are_another_file(self, whole: Library) -> None:
        (whole.folder / ALL_OLD[2]).unlink()
        put(whole, f"papers/{NEW}/roses.pdf", b"%PDF roses, rewritten")
        assert find_moved(whole, read=lambda _: ROSES) == {}

    def test_a_pdf_in_another_topics_folder_is_filed_there_and_not_fetched_again(
        self, whole: Library
    ) -> None:
        moved_by_hand(whole, ALL_OLD[2], f"papers/{NEW}/Roses (printed).pdf")
        web = Web()
        assert fetch_pdfs(whole, tools(web)) == []
        assert web.seen == []
        assert library_paper(whole).topic == NEW
        assert paths(whole) == files(whole) == [*ALL_NEW[:2], f"papers/{NEW}/Roses (printed).pdf"]
        assert pdfs.last_filing(whole.db, 1) == (NEW, True)

    def test_a_new_folder_made_in_the_file_manager_is_a_topic(self, whole: Library) -> None:
        moved_by_hand(whole, ALL_OLD[2], "papers/flowers/roses/a.pdf")
        assert pdf_file(whole, 1) == whole.folder / "papers/flowers/roses/a.pdf"
        assert library_paper(whole).topic == "flowers/roses"
        assert f"notes/flowers/roses/{KEY}.md" in files(whole)

    def test_a_folder_that_was_renamed_takes_all_its_papers_along(self, whole: Library) -> None:
        decide(whole, "pick", ["2506.00003"])
        add_pdf(whole, 3, b"%PDF bees")
        (whole.folder / "papers/speech").rename(whole.folder / "papers/sound")
        assert len(find_moved(whole)) == 3
        assert [library_paper(whole, row).topic for row in (1, 3)] == [
            "sound/translation",
            "sound/recognition",
        ]

    def test_a_renamed_pdf_stays_in_its_topic(self, whole: Library) -> None:
        moved_by_hand(whole, ALL_OLD[2], f"papers/{OLD}/roses.pdf")
        assert pdf_file(whole, 1) == whole.folder / f"papers/{OLD}/roses.pdf"
        assert pdfs.last_filing(whole.db, 1) == (OLD, False)

    def test_a_pdf_outside_topics_goes_back_to_its_own(self, whole: Library) -> None:
        for strange in ("papers/roses.pdf", "papers/a./roses.pdf"):
            moved_by_hand(whole, pdf_path(whole), strange)
            assert pdf_file(whole, 1) == whole.folder / f"papers/{OLD}/roses.pdf"
            assert library_paper(whole).topic == OLD

    def test_a_marked_copy_moved_alone_takes_the_paper_along(self, whole: Library) -> None:
        moved_by_hand(whole, ALL_OLD[1], ALL_NEW[1])
        find_moved(whole)
        assert files(whole) == paths(whole) == ALL_NEW

    def test_where_pdf_and_copy_are_moved_apart_the_pdf_decides(self, whole: Library) -> None:
        moved_by_hand(whole, ALL_OLD[1], f"papers/nlp/llm/{KEY}.marked.pdf")
        moved_by_hand(whole, ALL_OLD[2], ALL_NEW[2])
        find_moved(whole)
        assert files(whole) == paths(whole) == ALL_NEW

    def test_of_two_equal_files_the_one_with_the_same_name_is_the_papers(
        self, whole: Library
    ) -> None:
        put(whole, "papers/a/other name.pdf")
        moved_by_hand(whole, ALL_OLD[2], f"papers/b/{KEY}.pdf")
        assert pdf_file(whole, 1) == whole.folder / f"papers/b/{KEY}.pdf"
        assert "papers/a/other name.pdf" in files(whole)

    def test_another_papers_file_with_the_same_bytes_is_not_taken(self, whole: Library) -> None:
        decide(whole, "pick", ["2506.00003"])
        add_pdf(whole, 3)
        (whole.folder / ALL_OLD[2]).unlink()
        assert pdf_file(whole, 1) is None
        assert pdfs.pdf_of(whole.db, 1) == pdfs.Pdf(
            1, ALL_OLD[2], hashlib.sha256(b"%PDF roses").hexdigest()
        )

    def test_a_pdf_deleted_by_hand_is_fetched_again(self, whole: Library) -> None:
        (whole.folder / ALL_OLD[2]).unlink()
        web = Web({"http://127.0.0.1:9/pdf/2506.00001": b"%PDF again"})
        assert fetch_pdfs(whole, tools(web)) == []
        assert (whole.folder / ALL_OLD[2]).read_bytes() == b"%PDF again"

    def test_a_pdf_evicted_by_icloud_is_neither_fetched_nor_looked_for(
        self, whole: Library
    ) -> None:
        file = whole.folder / ALL_OLD[2]
        file.rename(file.with_name(f".{file.name}.icloud"))
        web = Web()
        assert fetch_pdfs(whole, tools(web)) == []
        assert web.seen == []

    def test_decomposed_file_names_are_the_same_files(self, library: Library) -> None:
        file_paper(library, library_paper(library, 2), "データ/音声", may_be_new=True)
        with library.db.writing():
            library.db.execute("UPDATE papers SET key = 'Größe' WHERE id = 2")
        file = add_pdf(library, 2, b"%PDF ants")
        apart = library.folder / unicodedata.normalize("NFD", "papers/データ/音声/Größe.pdf")
        apart.parent.mkdir(parents=True)
        file.rename(apart)
        file.parent.rmdir()
        file.parent.parent.rmdir()
        found = pdf_file(library, 2)
        assert found is not None
        assert found.samefile(apart)
        assert len(library.db.read("SELECT * FROM filings")) == 1
        assert [unicodedata.normalize("NFC", p) for p in files(library)] == [
            "papers/データ/音声/Größe.pdf"
        ]

    def test_only_files_of_the_same_size_are_hashed(self, whole: Library) -> None:
        (whole.folder / ALL_OLD[2]).unlink()
        unreadable = put(whole, "papers/big.pdf", b"%PDF of another size")
        unreadable.chmod(0)
        assert pdf_file(whole, 1) is None
        put(whole, "papers/x/bad.pdf").chmod(0)
        assert pdf_file(whole, 1) is None or os.geteuid() == 0


class TestTopics:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("speech/translation", OLD),
            (" Speech/Translation/ ", OLD),
            ("unfiled", "unfiled"),
            ("papers are here", "papers are here"),
        ],
    )
    def test_topics_are_found_in_any_case(self, library: Library, typed: str, meant: str) -> None:
        (library.folder / "papers/papers are here").mkdir(parents=True)
        assert find_topic(library, typed) == meant

    def test_an_unknown_topic_is_an_error_with_the_nearest_one(self, library: Library) -> None:
        with pytest.raises(NotKnown) as caught:
            find_topic(library, "speech/tanslation")
        assert (caught.value.message, caught.value.hint, caught.value.exit_code) == (
            "There is no topic or folder speech/tanslation.",
            "Similar: speech/translation, speech/recognition. --new makes a new folder.",
            4,
        )
        assert find_topic(library, "speech/tanslation", may_be_new=True) == "speech/tanslation"
        with pytest.raises(NotKnown) as lost:
            find_topic(library, "xyz")
        assert lost.value.hint == "`reader topics` lists them; --new makes a new folder."

    @pytest.mark.parametrize("path", ["", "..", "a/../b", "CON", "a\x00b", "\udcff", "x" * 300])
    def test_a_text_that_can_be_no_folder_is_refused(self, library: Library, path: str) -> None:
        with pytest.raises(UsageError):
            find_topic(library, path, may_be_new=True)

    def test_each_topic_is_listed_with_its_numbers(self, whole: Library) -> None:
        file_paper(whole, library_paper(whole, 2), "speech/tranlation", may_be_new=True)
        file_paper(whole, library_paper(whole, 3), "speech/recognition/bees", may_be_new=True)
        assert topics(whole) == [
            TopicLine(OLD, "own", 1, 1, 1),
            TopicLine(NEW, "own", 0, 0, 0),
            TopicLine("nlp/llm", "near", 0, 0, 0),
            TopicLine("speech/recognition/bees", None, 1, 0, 0, below=NEW),
            TopicLine("speech/tranlation", None, 1, 0, 0, nearest=OLD),
        ]

    def test_a_pdf_that_a_hand_deleted_is_not_counted(self, whole: Library) -> None:
        assert topics(whole)[0] == TopicLine(OLD, "own", 1, 1, 1)
        file = pdf_file(whole, 1)
        assert file
        gone = file.with_name(f".{file.name}.icloud")
        file.rename(gone)  # it is in iCloud: here as soon as it is opened
        assert topics(whole)[0].n_pdfs == 1
        gone.unlink()
        assert topics(whole)[0] == TopicLine(OLD, "own", 1, 0, 1)

    def test_a_topic_moves_with_everything_in_it(self, whole: Library) -> None:
        file_paper(whole, library_paper(whole, 2), OLD)
        assert move_topic(whole, OLD, NEW) == TopicMove(NEW, (1, 2), 3, ())
        assert files(whole) == paths(whole) == ALL_NEW
        # Who chose the folder is not changed by a new name for it.
        assert [pdfs.last_filing(whole.db, row) for row in (1, 2)] == [
            (NEW, False),
            (NEW, True),
        ]
        with pytest.raises(NotKnown, match="Nothing is filed under speech/translation"):
            move_topic(whole, OLD, NEW)

    def test_a_move_that_was_killed_goes_on(self, whole: Library) -> None:
        pdfs.refile(whole.db, OLD, NEW, at=NOW, act=1)
        moved_by_hand(whole, ALL_OLD[2], ALL_NEW[2])
        assert move_topic(whole, OLD, NEW) == TopicMove(NEW, (1,), 3, ())
        assert files(whole) == paths(whole) == ALL_NEW

    def test_a_topic_that_changed_its_case_moves_too(self, whole: Library) -> None:
        file_paper(whole, library_paper(whole), "Speech/ST", may_be_new=True)
        with a_library(whole.folder, '[topics."speech/st"]\nwords = ["x"]\n') as renamed:
            assert [line.nearest for line in topics(renamed) if line.lane is None] == ["speech/st"]
            assert move_topic(renamed, "Speech/ST", "speech/st").problems == ()
            assert files(renamed) == [p.replace(NEW, "speech/st") for p in ALL_NEW]

    def test_a_topic_is_not_moved_onto_itself_nor_to_where_none_is(self, whole: Library) -> None:
        with pytest.raises(UsageError, match="The old and the new topic are the same"):
            move_topic(whole, OLD, OLD)
        with pytest.raises(NotKnown):
            move_topic(whole, OLD, "gardens")


class TestSuggesting:
    def filed(self, library: Library, row: int, topic: str) -> None:
        file_paper(library, library_paper(library, row), topic, may_be_new=True)

    def test_only_filings_by_a_person_teach(self, library: Library) -> None:
        decide(library, "pick", ["2506.00001"])
        assert suggestions(library, library_paper(library, 2)) == []
        self.filed(library, 1, "gardens")
        (found,) = suggestions(library, library_paper(library, 2))
        assert (found.topic, found.authors, found.n_by_authors) == ("gardens", ("Ada Field",), 1)

    def test_without_vectors_words_are_compared(self, library: Library) -> None:
        self.filed(library, 1, "gardens")
        self.filed(library, 2, "insects")
        wild = paper(4, "Wild Roses in Gardens", "Roses hear names.", authors=("No One",))
        papers.add_papers(library.db, [wild], source="arXiv", on=DAY)
        (found,) = suggestions(library, library_paper(library, 4))
        assert found == Suggestion("gardens", 1.0, (KEY,))

    def test_vectors_are_compared_where_there_are_some(self, library: Library) -> None:
        more = [
            paper(n, f"{kind} {n}", f"{kind} " * 9, authors=())
            for n, kind in enumerate(["Roses"] * 8 + ["Waves"] * 8, 10)
        ]
        papers.add_papers(library.db, more, source="arXiv", on=DAY)
        given = tools(Web())
        index_words(library, given)
        encode(library, given)
        rows = [p.row for p in _held(library, more)]
        for row in rows[:-1]:
            self.filed(library, row, "gardens" if row < rows[8] else "seas")
        (found,) = suggestions(
            library, library_paper(library, rows[-1]), encoder=given.encoder_name
        )
        assert (found.topic, len(found.like)) == ("seas", 7)

    def test_the_words_of_feeds_toml_are_a_reason(self, library: Library) -> None:
        assert suggestions(library, library_paper(library, 3)) == [
            Suggestion(NEW, 0.175, words=("speech recognition",))
        ]
        assert library_paper(library, 3).topic is None


def _held(library: Library, given: Sequence[object]) -> list[LibraryPaper]:
    rows = library.db.read("SELECT id FROM papers ORDER BY id")
    return papers.papers_at(library.db, [r["id"] for r in rows][-len(given) :])
