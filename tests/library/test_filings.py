"""Test the topic and the files of each paper, and that an old library keeps both and its keys."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.rows import (
    decisions,
    failures,
    highlights,
    merges,
    papers,
    pdfs,
)
from reader.library.rows.database import Database
from reader.library.rows.migrations import MIGRATIONS
from reader.library.rows.pdfs import FiledByHand, FilePlace, TopicCount
from reader.notes.rows import exports, notes
from tests.samples import DAY, NOW, new_database, paper


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        given = [paper(1, "Roses", categories=("cs.CL", "cs.SD")), paper(2, "Ants")]
        papers.add_papers(db, given, source="arXiv", on=DAY)
        decisions.add_filing(db, 1, "gardens", at=NOW)
        decisions.add_filing(db, 2, "gardens", at=NOW, is_by_hand=True)
        pdfs.add_pdf(db, pdfs.Pdf(1, "papers/gardens/a.pdf", "abc"), n_bytes=9, at=NOW)
        yield db


def test_a_file_is_known_with_the_topic_that_it_belongs_to(db: Database) -> None:
    assert pdfs.places(db, is_settled=False) == []
    decisions.add_filing(db, 1, "roses", at=NOW)
    place = FilePlace("pdf", 1, 1, "papers/gardens/a.pdf", "roses", "abc", 9)
    assert pdfs.places(db, is_settled=False) == [place]
    assert pdfs.places(db) == pdfs.places(db, [1], has_notes=False) == [place]
    assert pdfs.places(db, [2]) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "gardens", "gardens/été", "rose", "roses", "unfiled"]),
            st.sampled_from(["papers", "notes", "removed", "elsewhere"]),
            st.sampled_from(
                ["", "gardens/", "gardens/e\u0301te\u0301/", "roses/", "unfiled/", "1/"]
            ),
            st.sampled_from(["pdf", "note"]),
            st.booleans(),
        ),
        max_size=9,
    )
)
def test_a_file_that_is_left_out_as_settled_lies_in_its_folder(
    files: list[tuple[str, str, str, str, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, new_database(Path(folder)) as db:
        rows = range(1, len(files) + 1)
        papers.add_papers(db, [paper(n) for n in rows], source="arXiv", on=DAY)
        for row, (topic, root, at, kind, is_removed) in zip(rows, files, strict=True):
            if topic:
                decisions.add_filing(db, row, topic, at=NOW)
            if kind == "pdf":
                pdfs.add_pdf(db, pdfs.Pdf(row, f"{root}/{at}a", "abc"), n_bytes=9, at=NOW)
            else:
                note = notes.add_note(db, row, "", is_written=False, at=NOW, on=DAY)
                name = exports.note_name(row)
                exports.finish(db, [exports.WrittenFile(name, f"{root}/{at}a", "", "", note)])
            if is_removed:
                decisions.add_removals(db, [row], act=row, at=NOW, on=DAY)
        every, left = {*pdfs.places(db)}, {*pdfs.places(db, is_settled=False)}
        assert left <= every
        for place in every - left:
            root = "papers" if place.kind == "pdf" else "notes"
            assert place.path == f"{root}/{place.topic or 'unfiled'}/a"
            assert not place.is_removed


def test_pending_work_of_a_file_follows_it(db: Database) -> None:
    failures.add_failure(db, "extract", "papers/gardens/a.pdf", ("torn", ""), now=NOW)
    came = highlights.PlaceState("library:papers/gardens/a.pdf", 1, "abc")
    highlights.set_returned(db, came, at=NOW)
    (place,) = pdfs.places(db)
    pdfs.set_path(db, place, "papers/roses/a.pdf")
    assert [f.subject for f in failures.failures(db, "extract")] == ["papers/roses/a.pdf"]
    assert [r["place"] for r in db.read("SELECT place FROM returned")] == [
        "library:papers/roses/a.pdf"
    ]


def test_a_topic_is_filed_anew_with_who_chose_it(db: Database) -> None:
    assert pdfs.refile(db, "gardens", "parks", at=NOW, act=1) == [1, 2]
    assert pdfs.refile(db, "gardens", "parks", at=NOW, act=1) == []
    assert [pdfs.last_filing(db, row) for row in (1, 2, 3)] == [
        ("parks", False),
        ("parks", True),
        None,
    ]
    assert pdfs.topic_counts(db) == [TopicCount("parks", 2, 0)]
    assert pdfs.filed_last(db, ["parks", "x"], each=1) == {"parks": [2]}


def test_what_a_person_filed_is_told_from_what_words_did(db: Database) -> None:
    papers.fix_key(db, 2, "Ants")
    by_hand = FiledByHand(2, "gardens", "Ants", "Ants\n", "", ("Ada Field", "Bo Lind"))
    assert pdfs.filed_by_hand(db, limit=9) == [by_hand]
    decisions.add_filing(db, 1, "unfiled", at=NOW, is_by_hand=True)
    assert pdfs.filed_by_hand(db, limit=9) == [by_hand]


def test_keys_that_are_one_file_somewhere_never_meet(db: Database) -> None:
    papers.add_papers(db, [paper(n) for n in range(3, 7)], source="arXiv", on=DAY)
    stems = ["Größe", "GRÖSSE", "größe", "gro\u0308sse", "Groesse", "GRÖßE"]
    assert [papers.fix_key(db, row, stem) for row, stem in enumerate(stems, 1)] == [
        "Größe",
        "GRÖSSE-2",
        "größe-3",
        "gro\u0308sse-4",
        "Groesse",
        "GRÖßE-5",
    ]
    assert papers.fix_key(db, 1, "another") == "Größe"


def test_a_library_of_the_first_layout_keeps_its_filings_and_keys(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "reader.db")
    for statement in MIGRATIONS[0][1]:
        old.execute(statement)
    old.execute(
        "INSERT INTO papers (id, canonical, title, arrived_on, content_hash, key)"
        " VALUES (1, 'arxiv:2506.00001', 'Roses', '2025-06-04', '', '2025_Field_Rösen'),"
        " (2, 'arxiv:2506.00002', 'Ants', '2025-06-04', '', NULL)"
    )
    old.execute("INSERT INTO filings VALUES (7, 1, 'gardens', 'then')")
    old.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
        " applied_at TEXT)"
    )
    old.execute("INSERT INTO _sqlite_migrations VALUES (1, 'reader', 'm001_first_tables', 'then')")
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    with Database(tmp_path) as db:
        assert [tuple(r) for r in db.read("SELECT * FROM filings")] == [
            (7, 1, "gardens", "then", 0, None, None)
        ]
        assert papers.fix_key(db, 2, "2025_FIELD_RÖSEN") == "2025_FIELD_RÖSEN-2"


def library_of_layout(folder: Path, layout: int, *statements: str) -> sqlite3.Connection:
    """Make a reader.db of an earlier layout with one paper, and run statements on it."""
    old = sqlite3.connect(folder / "reader.db", isolation_level=None)
    old.create_function("title_fold", 1, str)
    old.create_function("family_fold", 1, str)
    old.create_function("fold_name", 1, str)
    old.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
        " applied_at TEXT)"
    )
    for name, steps in MIGRATIONS[:layout]:
        for statement in steps:
            old.execute(statement)
        old.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('reader', ?, '')",
            (name,),
        )
    old.execute(f"PRAGMA user_version = {layout}")
    old.execute(
        "INSERT INTO papers (id, canonical, title, arrived_on, content_hash)"
        " VALUES (1, 'arxiv:2506.00001', 'Roses', '2025-06-04', '')"
    )
    for statement in statements:
        old.execute(statement)
    return old


def test_layout_20_gives_failures_a_reason_and_filings_their_act(tmp_path: Path) -> None:
    old = library_of_layout(tmp_path, 19)
    said = ["a: no answer (b)", "a: 応答がありません(b)", "its registry has no such paper", "torn"]
    for n, error in enumerate(said):
        old.execute(
            "INSERT INTO failures VALUES ('resolve', ?, 1, ?, '', '2025-06-04', '2025-06-05')",
            (str(n), error),
        )
    old.execute("INSERT INTO lessons VALUES (1, 5, 1, 'a', 'yes', NULL, 'noon', '2025-06-04')")
    old.execute("INSERT INTO filings VALUES (1, 1, 'a', 'noon', 0), (2, 1, 'b', 'later', 1)")
    old.close()
    with Database(tmp_path) as db:
        found = failures.failures(db, "resolve")
        assert [(f.reason, f.error) for f in found] == [
            ("unreachable", said[0]),
            ("unreachable", said[1]),
            ("no paper", ""),
            ("", "torn"),
        ]
        assert [r["act"] for r in db.read("SELECT act FROM filings ORDER BY id")] == [5, None]


def test_the_pdfs_of_a_copy_belong_to_the_paper_that_it_was_joined_to(db: Database) -> None:
    pdfs.add_pdf(db, pdfs.Pdf(2, "papers/gardens/b.pdf", "def"), n_bytes=8, at=NOW)
    merges.join(db, 2, 1, why="by hand", on=DAY)
    decisions.add_filing(db, 2, "roses", at=NOW)
    own = FilePlace("pdf", 2, 2, "papers/gardens/b.pdf", "roses", "def", 8)
    copys = FilePlace("pdf", 1, 2, "papers/gardens/a.pdf", "roses", "abc", 9)
    assert pdfs.places(db) == pdfs.places(db, [2]) == [own, copys]
    pdfs.set_path(db, copys, "papers/roses/a.pdf")
    assert pdfs.pdf_of(db, 1) == pdfs.Pdf(1, "papers/roses/a.pdf", "abc")
