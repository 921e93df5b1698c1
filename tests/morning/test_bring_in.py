"""Test that an import brings all in once, goes on after a stop, and is taken back whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.gathering.imports.item import (
    AttachedFiles,
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
)
from reader.library.cite import references
from reader.library.folder import Library, find_paper
from reader.library.highlight import Highlight
from reader.library.paper import Paper, PropertyChange
from reader.library.rows import decisions, highlights, papers, pdfs
from reader.library.rows.properties import properties_of
from reader.morning.bring_in import Importing, unnamed_collections
from reader.morning.complete import fill_in
from reader.morning.edit import tag
from reader.morning.merge import join
from reader.morning.pick import decide
from reader.morning.undo import TakenBackImport, past_acts, take_back
from reader.notes.export import export
from reader.notes.recall import card_of, waiting_on
from reader.notes.rows import notes
from reader.notes.week import read_between, stats
from reader.notes.words import links_in
from reader.notes.write import add_note
from reader.search.find import search
from tests.gathering.test_resolve import Registry
from tests.samples import DAY, NOW, SmallEncoder, Web, a_library, paper, tools

WORDS = "The gate stops the invented words. We try it on our lectures."
OLD = datetime(2019, 5, 1, 8, tzinfo=UTC)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "library").mkdir()
    with a_library(tmp_path / "library") as opened:
        yield opened


def undo_import(library: Library) -> TakenBackImport | None:
    return take_back(library).imported


def entry(number: int, **more: Any) -> ImportedPaper:
    return ImportedPaper(paper(number), f"a.bib, line {number}", **more)


def importing(library: Library, *items: ImportedPaper, **more: Any) -> Importing:
    read = ImportedLibrary("bibtex", items)
    return Importing(library, tools(Web()), read, Path("/a.bib"), **more)


def ran(library: Library, *items: ImportedPaper, **more: Any) -> Importing:
    run = importing(library, *items, **more)
    run.run()
    return run


def everything(library: Library) -> dict[str, list[tuple[object, ...]]]:
    """Read all rows that an import may touch."""
    tables = ("papers", "identifiers", "authors", "filings", "notes", "highlights", "pdfs",
              "properties")  # fmt: skip
    return {t: [tuple(r) for r in library.db.read(f"SELECT * FROM {t}")] for t in tables}


def test_papers_are_filed_by_their_collections_and_noted_with_their_dates(
    library: Library,
) -> None:
    run = ran(
        library,
        entry(1, collections=("My Thesis/Translation",), notes=(ImportedNote(WORDS, OLD),)),
        entry(2, tags=("recognition",), notes=(ImportedNote("  "),)),
        entry(3, collections=("Garden",)),
    )
    one, two, three = (e.paper for e in run.entries)
    assert [h.topic for h in (one, two, three)] == [
        "speech/translation",
        "speech/recognition",
        None,
    ]
    assert [h.state for h in (one, two, three)] == ["read", "candidate", "candidate"]
    [note] = notes.revisions(library.db, one.row)
    assert (note.text, note.is_written, note.at, note.on_date) == (WORDS, True, OLD, OLD.date())
    assert unnamed_collections(library, run.read) == {"Garden": 1}
    # They are no news of today.
    assert papers.n_arrived(library.db, DAY) == 0


def test_an_imported_abstract_is_not_asked_at_recall_and_own_words_are(library: Library) -> None:
    # The entries bring no abstract, so the check has nothing to compare.
    bare, beside = (Paper((f"arxiv:2506.0000{n}",), f"On Bees, Part {n}") for n in (1, 2))
    copied = "## Abstract\n\nWe show that bees can count to four. They do so at night."
    notes_on = {bare: copied, beside: f"{copied}\n\n## Thoughts\n\n{WORDS}"}
    run = ran(
        library,
        *(
            ImportedPaper(one, "a.md", notes=(ImportedNote(text, OLD),))
            for one, text in notes_on.items()
        ),
    )
    assert [one.paper for one in waiting_on(library, DAY)] == [run.entries[1].paper.row]
    assert found(library, "bees count")[0] == {"arxiv:2506.00001", "arxiv:2506.00002"}


def found(library: Library, query: str) -> tuple[set[str], list[str]]:
    """Search without vectors; return the ids of the papers, and what was said."""
    encoder = SmallEncoder()
    result = search(library, query, encode_query=encoder.encode_query, encoder=encoder.name)
    return {hit.paper.record.id for hit in result.hits}, [str(one) for one in result.messages]


def test_tags_and_collections_are_shown_and_found(library: Library) -> None:
    ran(
        library,
        entry(1, tags=("to cite", "ASR"), collections=("Thesis/Chapter 2",)),
        entry(2, collections=("Thesis",)),
        entry(3, tags=("cite",)),
    )
    one, two, three = (paper(n).id for n in (1, 2, 3))
    assert find_paper(library, one).tags == ("ASR", "Thesis/Chapter 2", "to cite")
    assert found(library, "tag:asr") == ({one}, [])
    assert found(library, "tag:thesis") == ({one, two}, [])
    assert found(library, 'tag:"Thesis/Chapter 2"') == ({one}, [])
    assert found(library, "tag:cite") == ({three}, [])
    assert found(library, "tag:to-cite") == ({one}, [])
    assert found(library, "tag:thesis -tag:asr") == ({two}, [])
    assert found(library, "tag:moss") == (set(), ["No paper has the tag moss."])
    # What was merged is found and shown at the paper that stays.
    join(library, three, two)
    assert find_paper(library, three).tags == ("cite", "Thesis")
    assert len(found(library, "tag:cite")[0] & {two, three}) == 1
    assert take_back(library).imported is None  # the merge
    assert undo_import(library) is not None
    assert found(library, "tag:thesis")[0] == set()


def test_citation_keys_are_kept_for_what_is_cited(library: Library) -> None:
    def keys(*rows: int) -> list[str]:
        several = papers.papers_at(library.db, rows or [1, 2])
        return [one.key for one in references(library, several)]

    ran(library, entry(1), entry(2))
    made = keys()
    # The papers are known, so their keys are all that this import brings.
    ran(library, entry(1, cited_as="Rain:25"), entry(2, cited_as="Rain:25"))
    assert keys() == ["Rain:25", made[1]]
    ran(library, entry(1, cited_as="other"), entry(2, cited_as="Rain:26"))
    assert keys() == ["Rain:25", "Rain:26"]
    join(library, paper(2).id, paper(1).id)
    assert keys(2) == ["Rain:26"]
    assert take_back(library).imported is None  # the merge
    assert undo_import(library) is not None
    assert undo_import(library) is not None
    assert keys() == made


def test_a_second_import_adds_nothing(library: Library) -> None:
    given = entry(
        1,
        collections=("translation",),
        notes=(ImportedNote(WORDS, OLD), ImportedNote("Another thought.", NOW)),
        highlights=(Highlight(1, 1, "highlight", "of moss"),),
    )
    ran(library, given)
    before = everything(library)
    again = ran(library, given)
    assert everything(library) == before
    assert [(e.is_new, e.known_by) for e in again.entries] == [(False, "id")]
    # It made nothing, so it is no act: an undo takes the first one back.
    assert undo_import(library) is not None
    assert everything(library)["papers"] == []


def test_later_notes_keep_the_words_before_them(library: Library) -> None:
    run = ran(library, entry(1, notes=(ImportedNote("Second.", NOW), ImportedNote("First.", OLD))))
    texts = [one.text for one in notes.revisions(library.db, run.entries[0].paper.row)]
    assert texts == ["First.", "First.\n\nSecond."]


def test_notes_without_a_day_count_as_nobodys_work_of_today(library: Library) -> None:
    run = ran(
        library,
        entry(1, notes=(ImportedNote(WORDS, OLD),)),
        entry(2, notes=(ImportedNote(WORDS),)),
        entry(3, notes=(ImportedNote("Skimmed."),)),
    )
    assert (notes.n_noted_on(library.db, DAY), notes.n_noted_on(library.db, OLD.date())) == (
        (0, 0),
        (1, 0),
    )
    assert notes.n_written_by_topic(library.db, DAY, DAY) == {}
    assert read_between(library, DAY, DAY) == []
    counted = stats(library, DAY)
    assert (counted.streak.n, sum(one.n_written for one in counted.sources)) == (0, 1)
    # The person's own revision of such a note is the work of its day.
    add_note(library, run.entries[1].paper, f"{WORDS} It works.")
    assert notes.n_noted_on(library.db, DAY) == (1, 0)


def test_a_date_that_is_still_to_come_is_not_believed(library: Library) -> None:
    later = datetime(2099, 1, 1, tzinfo=UTC)
    run = ran(library, entry(1, notes=(ImportedNote(WORDS, later),)))
    assert notes.revisions(library.db, run.entries[0].paper.row)[0].at == NOW


def test_a_paper_that_is_here_is_known_by_its_id_or_title(library: Library) -> None:
    papers.add_papers(library.db, [paper(1), paper(2)], source="arXiv", on=DAY)
    by_title = replace(paper(2), ids=("pdf:0123456789abcdef",))
    more = replace(paper(1), ids=("arxiv:2506.00001", "doi:10.5555/1"))
    run = ran(library, ImportedPaper(more, "1"), ImportedPaper(by_title, "2"))
    assert [(e.is_new, e.known_by) for e in run.entries] == [(False, "id"), (False, "title")]
    assert run.entries[0].paper.record.ids == more.ids
    assert papers.ids_here(library.db, ["doi:10.5555/1"]) == {"doi:10.5555/1"}
    undo_import(library)
    assert papers.ids_here(library.db, ["doi:10.5555/1"]) == set()
    assert papers.n_papers(library.db) == 2


def test_a_dry_run_changes_nothing(library: Library) -> None:
    before = everything(library)
    run = importing(library, entry(1, notes=(ImportedNote(WORDS),)), entry(1))
    run.try_out()
    assert [(e.is_new, e.n_notes) for e in run.entries] == [(True, 1), (False, 0)]
    assert everything(library) == before
    assert undo_import(library) is None


@pytest.mark.slow
def test_after_a_stop_the_same_import_goes_on_and_is_one_act(
    library: Library,
) -> None:
    items = [entry(n, notes=(ImportedNote(f"{WORDS} {n}"),)) for n in range(1, 251)]

    def stop(label: str, done: int, total: int) -> None:
        if label == "import" and done == 200:
            raise KeyboardInterrupt

    read = ImportedLibrary("bibtex", tuple(items))
    first = Importing(library, tools(Web(), progress=stop), read, Path("/a.bib"))
    with pytest.raises(KeyboardInterrupt):
        first.run()
    assert papers.n_papers(library.db) == 200
    run = ran(library, *items)
    assert sum(e.is_new for e in run.entries) == 250
    assert sum(e.n_notes for e in run.entries) == 50
    taken = undo_import(library)
    assert taken is not None
    assert (taken.n_papers, taken.n_notes) == (250, 250)


def test_a_vault_of_linked_notes_goes_on_after_a_stop(library: Library) -> None:
    items = [
        entry(n, name=f"n{n}", notes=(ImportedNote(f"{WORDS} {n}, as [[n{n % 150 + 1}]].", OLD),))
        for n in range(1, 151)
    ]

    def stop(label: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    read = ImportedLibrary("markdown", tuple(items))
    first = Importing(library, tools(Web(), progress=stop), read, Path("/a.bib"))
    with pytest.raises(KeyboardInterrupt):
        first.run()
    assert len(library.db.read("SELECT 1 FROM notes")) == 100
    run = ran(library, *items)
    assert [e.is_new for e in run.entries] == [True] * 150
    texts = [str(r["text"]) for r in library.db.read("SELECT text FROM notes")]
    assert len(texts) == 150
    keys = {str(r["key"]) for r in library.db.read("SELECT key FROM papers")}
    assert {links_in(text)[0] for text in texts} == keys
    taken = undo_import(library)
    assert taken is not None
    assert (taken.n_papers, taken.n_notes) == (150, 150)


def test_an_undo_leaves_what_the_person_did_since(library: Library) -> None:
    ran(library, *(entry(n, notes=(ImportedNote(WORDS),)) for n in (1, 2, 3)))
    paper = papers.paper_with_id(library.db, "arxiv:2506.00001")
    assert paper is not None
    add_note(library, paper, f"{WORDS} And I add this.")
    taken = undo_import(library)
    assert taken is not None
    assert (taken.n_papers, taken.n_notes) == (2, 2)
    assert [h.record.id for h in taken.kept] == ["arxiv:2506.00001"]
    assert len(notes.revisions(library.db, paper.row)) == 2


def test_notes_without_a_day_come_back_after_those_that_have_one(library: Library) -> None:
    papers.add_papers(library.db, [paper(3)], source="arXiv", on=DAY)
    before = DAY - timedelta(3)
    row = notes.add_note(library.db, 1, WORDS, is_written=True, at=NOW, on=before)
    run = ran(
        library, entry(1, notes=(ImportedNote(WORDS),)), entry(2, notes=(ImportedNote(WORDS, OLD),))
    )
    undated, old = (one.paper.row for one in run.entries)
    waiting = waiting_on(library, DAY + timedelta(1))
    assert (row, [one.paper for one in waiting]) == (1, [1, old, undated])
    [last] = papers.papers_at(library.db, [undated])
    assert str(card_of(library, last, waiting[-1]).seen) == "imported today"
    # The words of a later day are dated.
    add_note(library, last, f"{WORDS} And I add this.")
    assert [one.paper for one in waiting_on(library, DAY + timedelta(1))] == [undated, 1, old]


def test_notes_without_a_day_are_on_no_weeks_page(library: Library) -> None:
    papers.add_papers(library.db, [paper(3)], source="arXiv", on=DAY)
    notes.add_note(library.db, 1, WORDS, is_written=True, at=NOW, on=DAY)
    run = ran(
        library, entry(1, notes=(ImportedNote(WORDS),)), entry(2, notes=(ImportedNote(WORDS, OLD),))
    )
    export(library)
    weeks = library.folder / "notes/weeks"
    assert sorted(one.name for one in weeks.iterdir()) == ["2019-W18.md", "2025-W23.md"]
    assert "Part1" not in (weeks / "2025-W23.md").read_text()
    # Words that are added later are of that day.
    add_note(library, run.entries[0].paper, f"{WORDS} And I add this.")
    export(library)
    assert "Part1" in (weeks / "2025-W23.md").read_text()


def test_an_imported_note_is_a_file_under_its_key(library: Library) -> None:
    run = ran(library, entry(1, collections=("translation",), notes=(ImportedNote(WORDS),)))
    key = run.entries[0].paper.key
    assert key == "2025_Field_ListeningGardensPart1"
    export(library)
    assert (library.folder / f"notes/speech/translation/{key}.md").is_file()


def test_an_undo_takes_the_words_out_of_the_markdown_files_too(library: Library) -> None:
    papers.add_papers(library.db, [paper(1), paper(2)], source="arXiv", on=DAY)
    library_paper = papers.paper_with_id(library.db, "arxiv:2506.00002")
    assert library_paper is not None
    add_note(library, library_paper, "My words. They stay.")
    ran(library, entry(1, notes=(ImportedNote(WORDS),)), entry(2, notes=(ImportedNote(WORDS),)))
    export(library)
    undo_import(library)
    export(library)
    files = (library.folder / "notes").rglob("*.md")
    assert [file.name for file in files if WORDS in file.read_text()] == []
    assert [one.text for one in notes.revisions(library.db, library_paper.row)] == [
        "My words. They stay."
    ]


def test_a_later_decision_is_undone_first(library: Library) -> None:
    ran(library, entry(1), entry(2))
    decide(library, "pick", ["arxiv:2506.00001"])
    assert [act.kind for act in past_acts(library)] == ["pick", "import"]
    assert [kind for _held, kind in take_back(library).several] == ["pick"]
    assert undo_import(library) is not None
    # The pick filed the paper, and its history stays: so does the paper.
    assert papers.n_papers(library.db) == 1
    assert decisions.next_act(library.db) == 4


def test_pdfs_are_copied_once_and_go_with_the_import(library: Library, tmp_path: Path) -> None:
    file, gone = tmp_path / "a.pdf", tmp_path / "gone.pdf"
    file.write_bytes(b"%PDF-1.7 wasps")
    files = AttachedFiles((file, gone), (tmp_path / ".." / "b.pdf",))
    run = ran(library, entry(1, attached=files))
    row = run.entries[0].paper.row
    pdf = pdfs.pdf_of(library.db, row)
    assert pdf is not None
    copy = library.folder / pdf.path
    assert copy.read_bytes() == file.read_bytes() == b"%PDF-1.7 wasps"
    assert sorted((f.path.name, str(f.why)) for f in run.files) == [
        ("a.pdf", ""),
        ("b.pdf", "its path leads out of the folder"),
        ("gone.pdf", "there is no such file"),
    ]
    again = ran(library, entry(1, attached=files))
    assert [f.is_new for f in again.files if not f.why] == [False]
    undo_import(library)
    assert not copy.exists()
    assert file.exists()
    assert everything(library)["papers"] == []


def test_highlights_stand_in_the_paper_and_go_with_the_import(library: Library) -> None:
    papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
    mark = Highlight(3, 1, "highlight", "of moss and fern", "So it is.", "#ffd400")
    run = ran(library, entry(1, highlights=(mark,)))
    row = run.entries[0].paper.row
    assert [one.highlight for one in highlights.highlights_of(library.db, row)] == [mark]
    assert run.entries[0].n_highlights == 1
    undo_import(library)
    assert highlights.highlights_of(library.db, row) == []


def test_tags_and_collections_are_kept(library: Library) -> None:
    ran(library, entry(1, tags=("moss",), collections=("Garden/Hives",)))
    rows = library.db.read("SELECT part, key FROM imported WHERE part != 'paper' ORDER BY id")
    assert [tuple(r) for r in rows] == [("tag", "moss"), ("collection", "Garden/Hives")]


def test_ratings_come_where_none_was_given_and_go_with_the_import(library: Library) -> None:
    [own, here] = (e.paper.row for e in ran(library, entry(1), entry(2)).entries)
    tag(library, [own], PropertyChange(rating=2))

    def ratings() -> dict[int, int | None]:
        rows = [row["id"] for row in library.db.read("SELECT id FROM papers ORDER BY id")]
        return {row: one.rating for row, one in properties_of(library.db, rows).items()}

    before = everything(library)
    run = ran(library, entry(1, rating=5), entry(2, rating=4), entry(3, rating=9))
    assert [e.is_rated for e in run.entries] == [False, True, False]
    assert ratings() == {own: 2, here: 4}
    assert not any(e.is_rated for e in ran(library, entry(2, rating=4)).entries)
    assert [act.kind for act in past_acts(library)][:2] == ["import", "rating"]
    undo_import(library)
    assert everything(library) == before
    # An import that brings nothing but a rating can be taken back too.
    ran(library, entry(2, rating=3))
    assert ratings() == {own: 2, here: 3}
    undo_import(library)
    assert everything(library) == before


def test_papers_without_an_id_are_known_by_title_author_and_year(library: Library) -> None:
    bare = Paper(("pdf:0123456789abcdef",), "Wasps in Old Gardens of the North", ("Mio Hoshi",),
                 published_on=date(1998, 1, 1))  # fmt: skip
    first = ran(library, ImportedPaper(bare, "1"))
    again = ran(library, ImportedPaper(replace(bare, ids=("doi:10.5555/3",)), "1"))
    assert [e.paper.row for e in first.entries] == [e.paper.row for e in again.entries]
    assert [e.known_by for e in again.entries] == ["title"]


@pytest.mark.slow
def test_a_note_that_is_too_large_is_named_and_the_rest_brought(library: Library) -> None:
    run = ran(library, entry(1, notes=(ImportedNote("moss " * 4_000_000),)), entry(2))
    assert [e.is_new for e in run.entries] == [True, True]
    assert [(one.place, "too large" in str(one.why)) for one in run.unplaced] == [
        ("a.bib, line 1", True)
    ]


def test_the_next_gather_names_papers_that_came_without_a_title(library: Library) -> None:
    bare = Paper(("doi:10.5555/moss",), "doi:10.5555/moss")
    ran(library, ImportedPaper(bare, "a"))
    registry = Registry()
    # Without an abstract.
    record: dict[str, object] = {"DOI": "10.5555/moss", "title": "Wasps in Old Gardens"}
    registry.records["https://doi.org/10.5555/moss"] = record
    fill_in(library, tools(registry))
    fill_in(library, tools(registry))
    paper = papers.paper_with_id(library.db, bare.id)
    assert paper is not None
    assert paper.record.title == "Wasps in Old Gardens"
    assert len(registry.seen) == 1


def test_the_next_gather_asks_once_for_the_abstracts_that_are_missing(library: Library) -> None:
    bare = [replace(paper(n), abstract="", version=None, announced_on=None) for n in (1, 2)]
    ran(library, *(ImportedPaper(one, "a") for one in bare))
    papers.add_papers(library.db, [replace(paper(3), abstract="")], source="arXiv", on=DAY)
    registry = Registry(1)
    assert fill_in(library, tools(registry)) == []
    found = [papers.paper_with_id(library.db, one.id) for one in bare]
    assert [bool(library_paper.record.abstract) for library_paper in found if library_paper] == [
        True,
        False,
    ]
    n_asked = len(registry.seen)
    assert n_asked == 1
    assert fill_in(library, tools(registry)) == []
    assert len(registry.seen) == n_asked
    assert undo_import(library) is not None
    assert papers.n_papers(library.db) == 1
