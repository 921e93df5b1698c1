"""Test that two rows are merged into one paper and split again exactly as they were."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.gathering.rows import sources
from reader.library.highlight import Highlight
from reader.library.paper import LibraryPaper, Paper
from reader.library.rows import decisions, doubles, fields, highlights, merges, papers, pdfs
from reader.library.rows.database import Database
from reader.library.rows.fields import BY_HAND
from reader.library.rows.merges import Merge, Question
from reader.library.rows.migrations import MIGRATIONS
from reader.library.rows.papers import PaperCounts
from reader.library.rows.pdfs import Picture
from reader.notes.rows import exports, notes
from reader.ranking.rows import standings
from reader.search.rows import index
from tests.samples import DAY, NOW, new_database, paper, post, undo_last

NEXT = DAY + timedelta(1)
TITLE = "WetEar: Listening to Slow Gardens with Small Ears"
PREPRINT = paper(1, TITLE, "We listen.")
COPY = paper(1, TITLE.upper(), "We listened.", ids=("acl:2025.garden-1.1",), version=None)
LIKE = replace(COPY, title="Towards Listening to Slow Gardens with Small Ears")
OTHER = paper(2, "On Ants")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        yield db


def add(db: Database, *given: Paper, on: Any = DAY, source: str = "arXiv") -> PaperCounts:
    return papers.add_papers(db, given, source=source, on=on)


def one(db: Database, id_: str) -> LibraryPaper:
    paper = papers.paper_with_id(db, id_)
    assert paper is not None
    return paper


def note(db: Database, row: int, text: str) -> None:
    notes.add_note(db, row, text, is_written=True, at=NOW, on=DAY)


def join(db: Database, kept: int, merged: int) -> Merge:
    merges.join(db, kept, merged, why="by hand", on=DAY)
    return merges.merges_of(db, kept)[-1]


def test_a_copy_under_the_same_title_becomes_the_paper_that_is_here(db: Database) -> None:
    assert (add(db, PREPRINT), add(db, COPY, on=NEXT)) == (PaperCounts(1, 0), PaperCounts(0, 1))
    paper = one(db, COPY.id)
    assert paper == LibraryPaper(1, replace(PREPRINT, ids=(PREPRINT.id, COPY.id)), "candidate", DAY)
    assert papers.n_papers(db) == 1
    assert [papers.n_arrived(db, day) for day in (DAY, NEXT)] == [1, 0]
    assert standings.papers_of_day(db, NEXT) == []
    assert index.papers_without_text(db, limit=9) == [1]
    assert merges.merges_of(db, 1) == [Merge(1, 1, 2, "the same title and authors", NEXT)]
    assert add(db, COPY, PREPRINT, on=NEXT) == PaperCounts(0, 2)


def test_a_skipped_paper_does_not_return_as_a_copy(db: Database) -> None:
    add(db, PREPRINT)
    decisions.add_decisions(db, "skip", [1], at=NOW, on=DAY)
    add(db, COPY, on=NEXT)
    sources.add_posts(db, [post("a", COPY.id)], source="timeline", on=NEXT)
    assert one(db, COPY.id).state == "skip"
    assert sources.papers_mentioned_on(db, NEXT) == [1]


def test_what_may_be_a_copy_stays_apart_and_is_asked_about_once(db: Database) -> None:
    add(db, PREPRINT)
    assert add(db, LIKE, on=NEXT) == PaperCounts(1, 0)
    add(db, LIKE, on=NEXT + timedelta(1))
    why = "authors in common, and almost the same words in the title"
    assert merges.open_questions(db) == [Question(1, 2, why, NEXT)]
    merges.keep_apart(db, 2, 1, why="by hand", on=NEXT)
    merges.ask(db, 1, 2, why=why, on=NEXT)
    assert merges.open_questions(db) == []


def test_a_pair_with_a_decision_is_asked_about_first(db: Database) -> None:
    add(db, PREPRINT, OTHER, paper(3, "On Bees"), paper(4, "On Wasps"))
    merges.ask(db, 4, 3, why="y", on=NEXT)
    merges.ask(db, 1, 2, why="x", on=DAY)
    decisions.add_decisions(db, "pick", [2], at=NOW, on=DAY)
    assert [(q.first, q.second) for q in merges.open_questions(db)] == [(1, 2), (3, 4)]
    join(db, 1, 2)
    assert [(q.first, q.second) for q in merges.open_questions(db)] == [(3, 4)]


def test_rows_that_a_source_names_as_one_are_joined_unless_they_were_parted(db: Database) -> None:
    acl = Paper(ids=("acl:2025.garden-1.1",), title="Gardens, Proceedings")
    add(db, paper(1, "Gardens"), acl)
    both = paper(1, "Gardens", ids=("arxiv:2506.00001", "acl:2025.garden-1.1"))
    add(db, both)
    assert one(db, acl.id).row == 1
    merges.part(db, merges.merges_of(db, 1)[0], why="by hand", on=DAY)
    add(db, both)
    assert one(db, acl.id).row == 2


def test_decisions_notes_and_files_of_both_count(db: Database) -> None:
    add(db, PREPRINT, OTHER)
    note(db, 1, "First.")
    note(db, 2, "Second.")
    decisions.add_filing(db, 2, "speech/translation", at=NOW)
    papers.fix_key(db, 2, "2025_Field_Ants")
    pdfs.add_pdf(db, pdfs.Pdf(2, "papers/a.pdf", "0" * 64), n_bytes=9, at=NOW)
    index.add_passages(db, 2, [index.PassageText("Ants hear.", 1, "")], sha256="0" * 64)
    join(db, 1, 2)
    paper = one(db, OTHER.id)
    assert (paper.row, paper.state, paper.topic, paper.key) == (
        1, "read", "speech/translation", "2025_Field_Ants")  # fmt: skip
    assert [r.text for r in notes.revisions(db, 1)] == ["First.", "Second."]
    assert notes.revisions(db, 2) == []
    assert pdfs.pdf_of(db, 1) == pdfs.Pdf(1, "papers/a.pdf", "0" * 64)
    assert (index.n_passages(db, 1), pdfs.pdfs_without_passages(db)) == (1, [])
    assert [h.row for h in papers.papers_named(db, "2025_Field_Ants")] == [1]
    assert [h.row for h in papers.papers_named(db, "On Ants")] == [1]
    assert index.notes_without_text(db) == [1]


def test_the_last_decision_of_either_holds_and_undo_takes_it_back(db: Database) -> None:
    add(db, PREPRINT, OTHER)
    decisions.add_decisions(db, "pick", [1], at=NOW, on=DAY)
    decisions.add_decisions(db, "skip", [2], at=NOW, on=DAY)
    merge = join(db, 1, 2)
    assert one(db, PREPRINT.id).state == "skip"
    assert [d.paper for d in undo_last(db)] == [1]
    assert one(db, PREPRINT.id).state == "pick"
    merges.part(db, merge, why="by hand", on=DAY)
    assert [one(db, p.id).state for p in (PREPRINT, OTHER)] == ["pick", "candidate"]


def test_a_note_made_after_the_merge_stays_with_the_kept_paper(db: Database) -> None:
    add(db, PREPRINT, OTHER)
    note(db, 2, "Before.")
    merge = join(db, 1, 2)
    note(db, 1, "After.")
    merges.part(db, merge, why="by hand", on=DAY)
    assert [[r.text for r in notes.revisions(db, row)] for row in (1, 2)] == [
        ["After."], ["Before."]]  # fmt: skip


def test_a_later_version_of_either_kind_finds_the_paper(db: Database) -> None:
    add(db, COPY, PREPRINT)
    note(db, 1, "Mine.")
    add(db, replace(PREPRINT, version=2, comment="Accepted at Gardens"), on=NEXT)
    assert one(db, PREPRINT.id).record.version == 2
    # Another number of arXiv's for the same paper counts its own versions.
    again = replace(PREPRINT, ids=("arxiv:2509.00009",), version=7)
    assert add(db, again, again) == PaperCounts(0, 2)
    assert one(db, again.id).record.version == 2


def test_each_merge_comes_apart_by_itself(db: Database) -> None:
    add(db, *(paper(n, f"On Bees {n}") for n in range(1, 5)))
    first, second = join(db, 1, 2), join(db, 1, 3)
    join(db, 4, 1)
    assert {one(db, f"arxiv:2506.0000{n}").row for n in range(1, 5)} == {4}
    merges.part(db, first, why="by hand", on=DAY)
    assert [one(db, f"arxiv:2506.0000{n}").row for n in range(1, 5)] == [4, 2, 4, 4]
    merges.part(db, second, why="by hand", on=DAY)
    assert [one(db, f"arxiv:2506.0000{n}").row for n in range(1, 5)] == [4, 2, 3, 4]


def test_rows_that_stood_here_before_are_found_by_their_titles(db: Database) -> None:
    add(db, PREPRINT, replace(OTHER, authors=PREPRINT.authors))
    with db.writing():
        db.execute("UPDATE papers SET fold = (SELECT fold FROM papers WHERE id = 1)")
        db.execute("UPDATE papers SET title = ? WHERE id = 2", (TITLE,))
    ((first, second, match),) = doubles.pairs(db)
    assert (first, second, match.strength) == (1, 2, "strong")


TABLES = ("papers", "identifiers", "authors", "versions", "changes", "origins", "decisions",
          "filings", "notes", "exports", "pdfs", "mentions")  # fmt: skip


def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {name: [tuple(r) for r in db.read(f"SELECT * FROM {name}")] for name in TABLES}


ACTS = st.lists(
    st.tuples(st.sampled_from(["pick", "skip", "note", "file", "key", "pdf", "export", "version",
                               "edit"]),
              st.integers(1, 4)),
    max_size=12,
)  # fmt: skip


def act(db: Database, kind: str, row: int) -> None:
    if kind in ("pick", "skip"):
        decisions.add_decisions(db, kind, [row], at=NOW, on=DAY)  # type: ignore[arg-type]
    elif kind == "note":
        note(db, row, f"Mine, of {row}.")
    elif kind == "file":
        decisions.add_filing(db, row, "speech", at=NOW)
    elif kind == "key":
        papers.fix_key(db, row, f"key{row}")
    elif kind == "pdf":
        pdfs.add_pdf(db, pdfs.Pdf(row, f"{row}.pdf", "0"), n_bytes=1, at=NOW)
    elif kind == "export":
        note(db, row, "Out.")
        last = notes.revisions(db, row)[-1].id
        exports.finish(db, [exports.WrittenFile(f"note {row}", f"{row}.md", "Out.", "", last)])
    elif kind == "edit":
        words = {"title": f"My {row}", "authors": f"Eva Moos {row}", "abstract": "Mine."}
        fields.edit(db, row, words, act=decisions.next_act(db), at=NOW, on=DAY)
    elif row % 2:
        add(db, paper(row, f"On Bees {row}", "Later.", version=2), on=NEXT)


@settings(max_examples=30, deadline=None)
@given(ACTS, st.permutations(range(1, 5)), st.integers(1, 3))
def test_after_merges_and_their_splits_every_row_is_as_before(
    acts: list[tuple[str, int]], order: list[int], n_merges: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, new_database(Path(folder)) as db:
        for n in range(1, 5):
            more: dict[str, Any] = {} if n % 2 else {"ids": (f"doi:10.1/{n}",), "version": None}
            add(db, paper(n, f"On Bees {n}", "Hum." if n < 3 else "", **more))
        for kind, row in acts:
            act(db, kind, row)
        before = everything(db)
        made: list[Merge] = []
        for kept, merged in pairwise(order):
            if len(made) < n_merges:
                made.append(join(db, merges.row_now(db, kept), merged))
        assert papers.n_papers(db) == 4 - len(made)
        for merge in made[::-1] if len(acts) % 2 else made:
            merges.part(db, merge, why="by hand", on=DAY)
        assert everything(db) == before
        assert db.read("SELECT * FROM moves") == []


def test_every_table_that_belongs_to_papers_is_known_to_a_merge(db: Database) -> None:
    rows = db.read(
        "SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c"
        " ON c.name = 'paper' WHERE m.type = 'table'"
    )
    known = {part.table for part in merges.PARTS} | set(merges.STAYING)
    assert {r["name"] for r in rows} == known


def test_a_library_of_the_first_layout_is_brought_up_to_date(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "reader.db")
    for statement in MIGRATIONS[0][1]:
        raw.execute(statement)
    raw.execute("PRAGMA user_version = 1")
    raw.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
        " applied_at TEXT)"
    )
    raw.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('reader', 'm001_first_tables', '2025-06-01')"
    )
    for n in (1, 2):
        raw.execute(
            "INSERT INTO papers (canonical, title, arrived_on, content_hash, published_on)"
            " VALUES (?, ?, '2025-06-04', 'x', '2025-06-03')",
            (f"doi:10.1/{n}", TITLE),
        )
        raw.execute("INSERT INTO identifiers VALUES (?, ?)", (f"doi:10.1/{n}", n))
        raw.execute("INSERT INTO authors VALUES (?, 0, 'Rolf Grüner')", (n,))
    raw.execute(
        "INSERT INTO notes VALUES (1, 1, 'Mine.', 0, 'command', '2025-06-04', '2025-06-04')"
    )
    raw.commit()
    raw.close()
    with Database(tmp_path) as db:
        assert [r.text for r in notes.revisions(db, 1)] == ["Mine."]
        assert db.read("SELECT fold, merged_into FROM papers")[1][:] == (
            "wetearlisteningtoslowgardenswithsmallears", None)  # fmt: skip
        assert [r["family_fold"] for r in db.read("SELECT family_fold FROM authors")] == [
            "gruner"
        ] * 2
        assert [pair[:2] for pair in doubles.pairs(db)] == [(1, 2)]
        assert db.read("PRAGMA foreign_key_check") == []


def test_a_mark_that_was_changed_in_between_goes_back_whole(db: Database) -> None:
    add(db, PREPRINT, OTHER)
    mark = Highlight(1, 0, "highlight", "played rain")
    first = highlights.add_highlight(db, 2, mark, mark=None, at=NOW)
    own = highlights.add_highlight(db, 1, mark, mark=None, at=NOW)
    merge = join(db, 1, 2)
    changed = replace(mark, note="for how long?")
    later = highlights.add_highlight(db, 1, changed, mark=first, at=NOW)
    new = highlights.add_highlight(db, 1, replace(mark, place=5), mark=None, at=NOW)
    merges.part(db, merge, why="by hand", on=DAY)
    assert [[k.id for k in highlights.highlights_of(db, row)] for row in (1, 2)] == [
        [own, new], [first, later]]  # fmt: skip


def topics(db: Database) -> list[str | None]:
    return [papers.papers_at(db, [row])[0].topic for row in (1, 2)]


@pytest.mark.parametrize("before", [None, "garden/bees"])
def test_a_filing_that_was_taken_back_in_between_stays_so_after_a_split(
    db: Database, before: str | None
) -> None:
    add(db, PREPRINT, OTHER)
    decisions.add_filing(db, 1, "garden/own", at=NOW, is_by_hand=True)
    if before:
        decisions.add_filing(db, 2, before, at=NOW, is_by_hand=True, act=decisions.next_act(db))
    number = decisions.next_act(db)
    decisions.add_filing(db, 2, "garden/ants", at=NOW, is_by_hand=True, act=number)
    merge = join(db, 1, 2)
    decisions.undo_act(db, number, at=NOW, on=DAY)
    assert topics(db)[0] == (before or "garden/own")
    merges.part(db, merge, why="by hand", on=DAY)
    assert topics(db) == ["garden/own", before or "unfiled"]


def test_a_split_that_is_taken_back_shows_the_abstract_of_before(db: Database) -> None:
    add(db, replace(PREPRINT, abstract=""), replace(OTHER, abstract="Of ants."))
    add(db, paper(3, "On Bees", "Of bees."))
    first, second = join(db, 1, 2), join(db, 1, 3)

    def abstract() -> str:
        return papers.papers_at(db, [1])[0].record.abstract

    assert abstract() == "Of ants."
    merges.part(db, first, why="by hand", on=DAY)
    assert abstract() == "Of bees."
    [split] = [r["id"] for r in db.read("SELECT id FROM merges WHERE kind = 'split'")]
    merges.take_back(db, split, on=DAY)
    assert abstract() == "Of ants."
    # And split once more, in either order.
    [again, _second] = merges.merges_of(db, 1)
    merges.part(db, again, why="by hand", on=DAY)
    assert abstract() == "Of bees."
    merges.part(db, second, why="by hand", on=DAY)
    assert (abstract(), db.read("SELECT * FROM moves")) == ("", [])


def test_pictures_go_with_their_pdf_and_come_back_with_it(db: Database) -> None:
    add(db, PREPRINT, OTHER)
    pdfs.add_pdf(db, pdfs.Pdf(2, "papers/a.pdf", "0" * 64), n_bytes=9, at=NOW)
    pdfs.add_picture(db, 1, Picture("1" * 64))  # of a PDF that is gone
    pdfs.add_picture(db, 2, Picture("0" * 64, 3, "Figure 1: Rain."))
    merge = join(db, 1, 2)
    assert pdfs.picture_of(db, 1) == Picture("0" * 64, 3, "Figure 1: Rain.")
    merges.part(db, merge, why="by hand", on=DAY)
    assert [pdfs.picture_of(db, row) is None for row in (1, 2)] == [True, False]


def test_a_paper_added_by_its_pdf_is_no_news_when_a_source_brings_it(
    db: Database,
) -> None:
    mine = paper(1, TITLE, ids=("pdf:00aa11bb22cc33dd",), version=None)
    add(db, mine, source=BY_HAND)
    add(db, PREPRINT, on=NEXT)
    library_paper = one(db, PREPRINT.id)
    assert (library_paper.record.ids, library_paper.arrived_on) == ((PREPRINT.id, mine.id), DAY)
    assert papers.n_arrived(db, NEXT) == 0
    assert (
        standings.papers_of_day(db, NEXT),
        fields.papers_from_sources(db, [library_paper.row]),
    ) == (
        [],
        set(),
    )
