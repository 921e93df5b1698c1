"""Test that imported notes without a paper are kept, and joined once when their paper comes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reader.base.errors import NotKnown, PdfError, UsageError
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedPaper,
    KeptAttachment,
    LooseNote,
)
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.passage import Block, Document, Page
from reader.library.rows import decisions, papers
from reader.morning.bring_in import Importing
from reader.morning.remove import remove
from reader.morning.undo import take_back
from reader.morning.waiting import give, join_waiting, search_waiting, waiting_note
from reader.notes.rows import notes
from reader.notes.write import add_note
from reader.search.rows import index
from tests.samples import DAY, NOW, Web, a_library, document, paper, tools

OLD = datetime(2019, 5, 1, 8, tzinfo=UTC)
WORDS = "The gate stops the invented words. We try it on our lectures."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "library").mkdir()
    with a_library(tmp_path / "library") as opened:
        yield opened


def a_note(text: str = WORDS, title: str = "On gates", **more: Any) -> LooseNote:
    return LooseNote("garden.enex, note 1", title, text, **more)


def importing(library: Library, *several: LooseNote, items: Any = ()) -> Importing:
    read = ImportedLibrary("enex", tuple(items), notes=several)
    return Importing(library, tools(Web()), read, Path("/garden.enex"))


def ran(library: Library, *several: LooseNote, items: Any = ()) -> Importing:
    run = importing(library, *several, items=items)
    run.run()
    return run


def here(library: Library, *numbers: int) -> list[LibraryPaper]:
    papers.add_papers(library.db, [paper(n) for n in numbers], source="arXiv", on=DAY)
    found = (papers.paper_with_id(library.db, f"arxiv:2506.{n:05}") for n in numbers)
    return [library_paper for library_paper in found if library_paper]


def texts(library: Library, paper: LibraryPaper) -> list[str]:
    return [one.text for one in notes.revisions(library.db, paper.row)]


LINK = f"{WORDS} See https://arxiv.org/abs/2506.00001v2."


def test_a_note_waits_and_is_joined_once_when_its_paper_comes(library: Library) -> None:
    run = ran(library, a_note(LINK, notebook="Garden", tags=("moss",), created_at=OLD, at=OLD))
    assert [(n.is_new, n.paper, n.known_by) for n in run.notes] == [(True, None, "")]
    [waits] = notes.waiting(library.db)
    assert (waits.title, waits.text, waits.at, waits.created_at) == ("On gates", LINK, OLD, OLD)
    assert (waits.notebook, waits.tags, waits.ids) == ("Garden", ("moss",), ("arxiv:2506.00001",))
    [paper] = here(library, 1)
    assert [(j.paper.row, j.known_by) for j in join_waiting(library)] == [(paper.row, "id")]
    [note] = notes.revisions(library.db, paper.row)
    assert (note.text, note.at) == (f"# On gates\n\n{LINK}", OLD)
    rows = library.db.read("SELECT part, key FROM imported WHERE part != 'note' ORDER BY id")
    assert [tuple(row) for row in rows] == [("tag", "moss"), ("collection", "Garden")]
    assert (join_waiting(library), notes.waiting(library.db)) == ([], [])


@pytest.mark.parametrize(
    ("note", "known_by"),
    [
        (a_note(LINK), "id"),
        (a_note(title="doi:10.5555/9, arXiv:2506.00001"), "id"),
        (a_note(named=("https://arxiv.org/pdf/2506.00001",)), "id"),
        (a_note(f"{LINK} But arXiv:2506.00002 says no."), ""),
        (a_note(title="listening to gardens: part 1"), "title"),
        (a_note("As arXiv:2506.00009 says.", title="Listening to Gardens, Part 1"), ""),
        (a_note("As doi:10.5555/9 says.", title="Listening to Gardens, Part 1"), "title"),
        (a_note(title="Gardens"), ""),
        (a_note(), ""),
    ],
)
def test_a_note_is_joined_only_where_it_is_sure(
    library: Library, note: LooseNote, known_by: str
) -> None:
    here(library, 1, 2)
    papers.add_papers(library.db, [paper(3, "Gardens")], source="arXiv", on=DAY)
    [outcome] = ran(library, note).notes
    assert outcome.known_by == known_by
    assert (outcome.paper is None) == (known_by == "")


def test_two_papers_of_one_title_leave_it_waiting(library: Library) -> None:
    papers.add_papers(
        library.db,
        [paper(1), replace(paper(2, paper(1).title), authors=("Cy Pond",))],
        source="arXiv",
        on=DAY,
    )
    assert ran(library, a_note(title=paper(1).title)).notes[0].paper is None


def test_a_note_comes_after_the_words_that_are_there(library: Library) -> None:
    [library_paper] = here(library, 1)
    add_note(library, library_paper, "My words. They stay.")
    ran(library, a_note(LINK, at=OLD), a_note("My words.", title=paper(1).title))
    assert texts(library, library_paper) == [
        "My words. They stay.",
        f"My words. They stay.\n\n# On gates\n\n{LINK}",
    ]
    assert notes.waiting(library.db) == []


def test_a_paper_of_the_same_import_takes_the_note(library: Library) -> None:
    run = ran(library, a_note(LINK), items=[ImportedPaper(paper(1), "a.bib, line 1")])
    assert run.notes[0].paper is not None


def test_a_second_import_doubles_nothing_and_is_no_act(library: Library) -> None:
    [paper] = here(library, 1)
    several = (a_note(LINK), a_note(), a_note("", title="Only a title"))
    ran(library, *several)
    again = ran(library, *several)
    assert [n.is_new for n in again.notes] == [False] * 3
    assert [bool(n.paper) for n in again.notes] == [True, False, False]
    assert len(texts(library, paper)) == 1
    assert len(notes.waiting(library.db)) == 2
    assert take_back(library).imported is not None
    assert notes.waiting(library.db) == []


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("invented words", [3, 1]),
        ("the INVENTED word", [3, 1]),
        ("invented moss", []),
        ('"stops the invented"', [3, 1]),
        ('"invented stops"', []),
        ("invented -lecture", [3]),
        ("study", [2]),
        ("café", [2]),
        ("サーバ", [2]),
        ("蝸牛", [2]),
        ("蝸", [2]),
        ("牛は", [2]),
        ("on gates", [3, 1]),
        ("gates OR 蝸牛", [3, 2, 1]),
        ("(gates OR moss) NOT lectures", [3, 2]),
        ("invented has:note", []),
        ("invented -has:note", [3, 1]),
        ("has:note OR moss", [2]),
        ("-moss", []),
        ("art", []),
    ],
)
def test_waiting_notes_are_found_by_all_of_their_words(
    library: Library, query: str, numbers: list[int]
) -> None:
    moss = "Studies of moss. The cafe's サーバーは蝸牛は遅い。"
    ran(library, a_note(), a_note(moss, "Moss"), a_note("The gate stops the invented words.", "B"))
    assert [hit.note.id for hit in search_waiting(library, query, limit=9)] == numbers
    assert len(search_waiting(library, query, limit=1)) == min(1, len(numbers))


def test_a_waiting_note_is_found_by_a_whole_address_and_not_by_its_words(library: Library) -> None:
    ran(library, a_note("The code: https://example.org/gates-of-moss"))
    assert search_waiting(library, "moss", limit=9) == []
    [hit] = search_waiting(library, "https://example.org/gates-of-moss/", limit=9)
    assert [hit.evidence[a:b] for a, b in hit.matches] == ["https://example.org/gates-of-moss"]


def test_a_joined_or_undone_note_is_found_as_waiting_no_more(library: Library) -> None:
    [paper] = here(library, 1)
    ran(library, a_note(), a_note(LINK.replace("00001", "00002"), "Two"))
    [two, one] = search_waiting(library, "invented", limit=9)
    assert one.evidence == "The gate stops the invented words."
    assert [one.evidence[slice(*place)] for place in one.matches] == ["invented"]
    give(library, one.note.id, paper)
    assert [hit.note.id for hit in search_waiting(library, "invented", limit=9)] == [two.note.id]
    assert index.having(library.db, "note", '"invented"')
    take_back(library)
    assert search_waiting(library, "invented", limit=9) == []


def test_an_undo_takes_waiting_and_joined_notes_back(library: Library, tmp_path: Path) -> None:
    [paper] = here(library, 1)
    picture = tmp_path / "moss.PNG"
    picture.write_bytes(b"moss")
    file = KeptAttachment(picture, "moss.PNG", hashlib.sha256(b"moss").hexdigest())
    ran(library, a_note(f"{LINK}\n\n![moss]({file.kept})", files=(file,)), a_note())
    kept = library.folder / "notes" / file.kept
    assert kept.read_bytes() == b"moss"
    assert kept.suffix == ".png"
    taken = take_back(library).imported
    assert taken is not None
    assert (taken.n_notes, taken.n_files, kept.exists()) == (2, 1, False)
    assert (texts(library, paper), notes.waiting(library.db)) == ([], [])


def test_what_the_person_added_since_stays_with_its_pictures(
    library: Library, tmp_path: Path
) -> None:
    [paper] = here(library, 1)
    picture = tmp_path / "moss.png"
    picture.write_bytes(b"moss")
    file = KeptAttachment(picture, "moss.png", hashlib.sha256(b"moss").hexdigest())
    ran(library, a_note(f"{LINK}\n\n![moss]({file.kept})", files=(file,)))
    add_note(library, paper, f"{texts(library, paper)[-1]} And more.")
    take_back(library)
    assert len(texts(library, paper)) == 2
    assert (library.folder / "notes" / file.kept).exists()


def test_a_note_of_another_import_waits_again_when_its_words_go(library: Library) -> None:
    [library_paper] = here(library, 1)
    ran(library, a_note(f"{LINK} More.", title=paper(1).title))
    first = library.db.read("SELECT act FROM imports")[0]["act"]
    ran(library, a_note(LINK, title=paper(1).title, created_at=OLD))
    assert len(texts(library, library_paper)) == 1
    take_back(library, first)
    assert [note.text for note in notes.waiting(library.db)] == [LINK]


def test_a_dry_run_says_the_same_and_changes_nothing(library: Library) -> None:
    [paper] = here(library, 1)
    run = importing(library, a_note(LINK), a_note())
    run.try_out()
    assert [n.known_by for n in run.notes] == ["id", ""]
    assert texts(library, paper) == []
    assert notes.waiting(library.db) == []


def test_a_person_gives_a_note_to_a_paper_once(library: Library) -> None:
    [paper, other] = here(library, 1, 2)
    ran(library, a_note(at=OLD))
    [waits] = notes.waiting(library.db)
    give(library, waits.id, paper)
    assert texts(library, paper) == [f"# On gates\n\n{WORDS}"]
    with pytest.raises(UsageError, match="given to a paper already"):
        give(library, waits.id, other)
    with pytest.raises(NotKnown):
        waiting_note(library, 99)


def test_a_paper_in_the_trash_takes_no_note(library: Library) -> None:
    [paper] = here(library, 1)
    remove(library, [paper.record.id])
    assert ran(library, a_note(LINK)).notes[0].paper is None


def test_a_joined_note_goes_with_its_paper_when_the_trash_is_emptied(library: Library) -> None:
    [paper] = here(library, 1)
    ran(library, a_note(LINK))
    remove(library, [paper.record.id])
    decisions.empty_trash(library.db, paper.row, at=NOW)
    assert (
        library.db.read("SELECT id FROM loose_notes UNION SELECT loose FROM loose_note_ids") == []
    )


@pytest.mark.slow
def test_a_note_that_is_too_large_is_named_and_the_others_are_brought(library: Library) -> None:
    run = ran(library, a_note("x" * 16_000_001), a_note(at=NOW))
    assert [n.number > 0 for n in run.notes] == [False, True]
    assert "too large" in str(run.unplaced[0].why)


PDF = b"%PDF-1.7 moss"


def with_pdfs(tmp_path: Path, *contents: bytes, **more: Any) -> LooseNote:
    """A note that shows PDFs with some contents."""
    files = []
    for number, content in enumerate(contents, 1):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(content)
        name = f"Moss {number}.pdf"
        files.append(KeptAttachment(path, name, hashlib.sha256(content).hexdigest()))
    links = " ".join(f"[{file.name}]({file.kept})" for file in files)
    return a_note(f"{WORDS} {links}", files=tuple(files), **more)


def ran_with(library: Library, note: LooseNote, read_pdf: Callable[[Path], Document]) -> Importing:
    read = ImportedLibrary("enex", (), notes=(note,))
    run = Importing(library, tools(Web(), read_pdf=read_pdf), read, Path("/garden.enex"))
    run.run()
    return run


def kept_files(library: Library, folder: str) -> list[bytes]:
    files = (file for file in (library.folder / folder).rglob("*") if file.is_file())
    return sorted(file.read_bytes() for file in files)


def document_of(text: str) -> Callable[[Path], Document]:
    return lambda _path: document(text)


def stamped(path: Path) -> Document:
    title = Block(paper(1).title, size=17)
    people = Block(" and ".join(paper(1).authors), size=11)
    words = Block("Moss and fern are heard at night. " * 30, size=10)
    return Document((Page(1, (title, people, words)),), stamp="arxiv:2506.00001")


def test_a_pdf_goes_to_the_paper_of_its_note_and_back_with_the_import(
    library: Library, tmp_path: Path
) -> None:
    [library_paper] = here(library, 1)
    run = ran_with(library, with_pdfs(tmp_path, PDF, title=paper(1).title), document_of("Moss."))
    assert [(n.paper.row, n.known_by) for n in run.notes if n.paper] == [
        (library_paper.row, "title")
    ]
    assert texts(library, library_paper) == [f"{WORDS} Moss 1.pdf"]
    # Once, as the paper's, and not beside the note too.
    assert (kept_files(library, "papers"), kept_files(library, "notes")) == ([PDF], [])
    take_back(library)
    assert (texts(library, library_paper), kept_files(library, "papers")) == ([], [])


def test_a_note_is_known_by_its_pdf_as_add_knows_it(library: Library, tmp_path: Path) -> None:
    [paper] = here(library, 1)
    run = ran_with(library, with_pdfs(tmp_path, PDF), stamped)
    assert [(n.paper.row, n.known_by) for n in run.notes if n.paper] == [(paper.row, "pdf")]
    again = ran_with(library, with_pdfs(tmp_path, PDF), stamped)
    assert [(n.is_new, bool(n.paper)) for n in again.notes] == [(False, True)]
    assert len(texts(library, paper)) == 1
    assert kept_files(library, "notes") == []


def test_a_pdf_of_a_new_paper_brings_it_and_an_undo_takes_it_away(
    library: Library, tmp_path: Path
) -> None:
    run = ran_with(library, with_pdfs(tmp_path, PDF), stamped)
    assert [n.paper.record.id for n in run.notes if n.paper] == ["arxiv:2506.00001"]
    taken = take_back(library).imported
    assert taken is not None
    assert (taken.n_papers, papers.n_papers(library.db)) == (1, 0)
    assert kept_files(library, "papers") == []


def test_of_several_pdfs_none_names_the_paper(library: Library, tmp_path: Path) -> None:
    here(library, 1)
    run = ran_with(library, with_pdfs(tmp_path, PDF, b"%PDF-1.7 fern"), stamped)
    assert [n.paper for n in run.notes] == [None]
    assert PDF in kept_files(library, "papers")


def test_a_pdf_that_cannot_be_read_stays_beside_its_note_and_is_named(
    library: Library, tmp_path: Path
) -> None:
    def broken(path: Path) -> Document:
        raise PdfError(file=path, what="it is damaged")

    note = with_pdfs(tmp_path, PDF)
    run = ran_with(library, note, broken)
    assert [n.paper for n in run.notes] == [None]
    place = f"notes/{note.files[0].kept}"
    why = f"Moss 1.pdf is kept as {place}, and is no paper's PDF: it is damaged"
    assert [str(one.why) for one in run.unplaced] == [why]
    assert (library.folder / place).read_bytes() == PDF
    assert notes.waiting(library.db)[0].text == note.text


def test_an_import_that_was_stopped_goes_on_and_is_one_act(library: Library) -> None:
    here(library, *range(1, 6))
    several = [a_note(f"{WORDS} {n} arXiv:2506.{n % 10:05}") for n in range(1, 251)]

    def stop(label: str, done: int, total: int) -> None:
        if label == "import" and done == 200:
            raise KeyboardInterrupt

    read = ImportedLibrary("enex", (), notes=several)
    first = Importing(library, tools(Web(), progress=stop), read, Path("/garden.enex"))
    with pytest.raises(KeyboardInterrupt):
        first.run()
    assert len(notes.waiting(library.db)) == 200
    run = ran(library, *several)
    assert [n.is_new for n in run.notes] == [True] * 250
    assert len(notes.waiting(library.db)) == 125
    taken = take_back(library).imported
    assert taken is not None
    assert (taken.n_notes, len(notes.waiting(library.db))) == (250, 0)


def test_notes_that_are_the_same_are_all_kept(library: Library) -> None:
    several = [a_note(), a_note(), a_note()]
    assert [n.is_new for n in ran(library, *several).notes] == [True] * 3
    assert [n.is_new for n in ran(library, *several).notes] == [False] * 3
    assert len(notes.waiting(library.db)) == 3
