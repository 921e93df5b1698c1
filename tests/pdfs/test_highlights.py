"""Test the rows of copies taken to the tablet, copies that came back, and marks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.library.highlight import Highlight, MarkState
from reader.library.rows import decisions, highlights, merges, papers
from reader.library.rows.database import Database
from reader.library.rows.highlights import MarkedCopy, PlaceState, TabletCopy
from reader.library.rows.migrations import MIGRATIONS
from reader.search.rows import index
from tests.samples import DAY, NOW, new_database, paper, undo_last

LATER = NOW + timedelta(hours=1)
RAIN = Highlight(
    2, 4, "highlight", "played rain", "for how long?", "#ffff00", (72.25, 100.0, 300.5, 112.0)
)
SLEPT = Highlight(1, 7, "underline", "眠っていた", "", "", (72.0, 50.0, 90.0, 60.0), True)
STICKY = Highlight(3, 0, "note", "", "")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(1, "On Snails"), paper(2, "On Moss")], source="arXiv", on=DAY)
        yield db


def add(db: Database, highlight: Highlight, *, paper: int = 1, mark: int | None = None) -> int:
    return highlights.add_highlight(db, paper, highlight, mark=mark, at=NOW)


def there(db: Database, paper: int = 1) -> list[int]:
    return [k.id for k in highlights.highlights_of(db, paper) if k.gone_at is None]


def found(db: Database, words: str) -> list[tuple[int, int | None, str]]:
    rows = [row for row, _ in index.find_words(db, "highlight", words, limit=9)]
    return [(t.paper, t.page, t.text) for t in index.texts_at(db, rows).values()]


def test_states_come_back_as_they_were_put_in_reading_order(db: Database) -> None:
    rain, slept = add(db, RAIN), add(db, SLEPT)
    longer = add(db, replace(RAIN, note="two hours"), mark=rain)
    assert highlights.highlights_of(db, 1) == [
        MarkState(slept, slept, 1, SLEPT, NOW, None),
        MarkState(rain, rain, 1, RAIN, NOW, None),
        MarkState(longer, rain, 1, replace(RAIN, note="two hours"), NOW, None),
    ]
    assert highlights.highlights_of(db, 2) == []


def test_a_state_is_gone_when_the_last_place_has_it_no_longer(db: Database) -> None:
    rain, slept = add(db, RAIN), add(db, SLEPT)
    highlights.set_seen(db, "tablet:a.pdf", [rain, slept], at=NOW)
    highlights.set_seen(db, "/laptop/a.pdf", [rain], at=NOW)
    highlights.set_seen(db, "tablet:a.pdf", [], at=LATER)
    assert there(db) == [rain]
    assert [k.gone_at for k in highlights.highlights_of(db, 1)] == [LATER, None]
    highlights.set_seen(db, "/laptop/a.pdf", [slept], at=LATER)
    assert there(db) == [slept]
    assert highlights.seen_at(db, "/laptop/a.pdf") == {slept}


def test_a_place_that_begins_anew_removes_nothing(db: Database) -> None:
    rain = add(db, RAIN)
    highlights.set_returned(db, PlaceState("tablet:a.pdf", 1, "0" * 64), at=NOW)
    highlights.set_seen(db, "tablet:a.pdf", [rain], at=NOW)
    highlights.forget_place(db, "tablet:a.pdf")
    highlights.set_seen(db, "tablet:a.pdf", [], at=LATER)
    assert there(db) == [rain]
    assert highlights.returned_from(db, "tablet:a.pdf") is None


def test_a_renamed_place_goes_on_under_its_new_name(db: Database) -> None:
    rain = add(db, RAIN)
    highlights.set_returned(db, PlaceState("tablet:a.pdf", 1, "0" * 64), at=NOW)
    highlights.set_seen(db, "tablet:a.pdf", [rain], at=NOW)
    highlights.move_place(db, "tablet:a.pdf", "tablet:b.pdf")
    assert highlights.returned_of(db, 1) == [PlaceState("tablet:b.pdf", 1, "0" * 64)]
    assert highlights.history_of(db, 1) == {"tablet:b.pdf": ["0" * 64]}
    highlights.set_seen(db, "tablet:b.pdf", [], at=LATER)
    assert there(db) == []


def test_a_copy_that_was_taken_and_kept_is_listed_once(db: Database) -> None:
    taken = TabletCopy(1, "2025-06-04 01 Snails.pdf", "0" * 64)
    for _ in range(2):
        highlights.add_taken(db, taken, at=NOW)
    assert highlights.taken_of(db, 1) == [taken]
    assert highlights.taken_rows(db) == {taken.path: 1}
    copy = MarkedCopy(1, "papers/Snails.marked.pdf", "1" * 64, 3)
    for path in (copy.path, "papers/elsewhere.pdf"):
        highlights.add_copy(db, replace(copy, path=path), at=NOW)
    assert highlights.copies_of(db, 1) == [copy]
    assert highlights.copy_at(db, copy.path) == copy
    assert highlights.copy_at(db, "papers/none.pdf") is None


def test_a_newer_copy_takes_an_older_ones_row_and_versions_are_no_marked_copies(
    db: Database,
) -> None:
    version = MarkedCopy(1, "papers/Snails.pdf", "0" * 64, 0, is_version=True)
    older = MarkedCopy(1, "papers/Snails.marked.pdf", "1" * 64, 1, (2,), frozenset({"a", "b"}))
    other = MarkedCopy(1, "papers/Snails.marked-2.pdf", "2" * 64, 0)
    for copy in (version, older, other):
        highlights.add_copy(db, copy, at=NOW)
    newer = replace(older, sha256="3" * 64, n_ink=2, ink=(2, 5), traces=frozenset({"a", "b", "c"}))
    highlights.replace_copy(db, older, newer, at=LATER)
    assert highlights.copies_of(db, 1) == [version, other, newer]
    assert highlights.marked_of(db, 1) == [other, newer]
    assert [copy.at for copy in highlights.marked_of(db, 1)] == [NOW, LATER]
    back = PlaceState("tablet:a.pdf", 1, "3" * 64, 2, (2, 5))
    highlights.set_returned(db, back, at=LATER)
    assert highlights.returned_of(db, 1) == [back]


def test_todays_picks_are_listed_in_their_order(db: Database) -> None:
    papers.add_papers(db, [paper(3, "On Rain"), paper(4, "On Fog")], source="arXiv", on=DAY)
    yesterday = DAY - timedelta(1)
    decisions.add_decisions(db, "pick", [4], at=NOW, on=yesterday)
    decisions.add_decisions(db, "pick", [3, 1], at=NOW, on=DAY)
    decisions.add_decisions(db, "pick", [2], at=NOW, on=DAY)
    undo_last(db)
    decisions.add_decisions(db, "skip", [1], at=NOW, on=DAY)
    assert highlights.picks_on(db, DAY) == [3]
    assert highlights.picks_on(db, yesterday) == [4]


def test_highlights_are_found_by_words_and_notes_until_they_are_removed(db: Database) -> None:
    rain, slept = add(db, RAIN), add(db, SLEPT)
    add(db, STICKY)
    assert index.n_not_indexed(db) == 4  # two papers, and what has words
    index.add_highlight_texts(db, 1)
    assert found(db, "rain") == found(db, "long") == [(1, 2, "played rain\nfor how long?")]
    assert [text for _, _, text in found(db, '"眠っ"')] == ["眠っていた"]
    assert index.highlights_without_text(db) == []
    highlights.set_seen(db, "a", [rain, slept], at=NOW)
    highlights.set_seen(db, "a", [slept], at=LATER)
    assert index.highlights_without_text(db) == [1]
    index.add_highlight_texts(db, 1)
    assert found(db, "rain") == []
    assert index.highlights_without_text(db) == []
    assert [text for _, text in index.texts_without_vector(db, "small@1")] == ["眠っていた"]


def test_texts_of_highlights_that_stay_are_left_as_they_are(db: Database) -> None:
    def rows() -> list[tuple[int, int]]:
        return [(r["id"], r["position"]) for r in db.read("SELECT id, position FROM idx.texts")]

    add(db, RAIN)
    index.add_highlight_texts(db, 1)
    before = rows()
    add(db, SLEPT)
    index.add_highlight_texts(db, 1)
    assert (rows()[: len(before)], len(rows())) == (before, len(before) + 1)


def test_a_merge_takes_all_of_it_along_and_a_split_gives_it_back(db: Database) -> None:
    rain = add(db, RAIN, paper=2)
    own = add(db, SLEPT)
    highlights.add_taken(db, TabletCopy(2, "b.pdf", "0" * 64), at=NOW)
    highlights.add_copy(db, MarkedCopy(2, "papers/b.marked.pdf", "1" * 64, 0), at=NOW)
    highlights.set_returned(db, PlaceState("tablet:b.pdf", 2, "1" * 64, 2), at=NOW)
    highlights.set_seen(db, "tablet:b.pdf", [rain], at=NOW)
    for row in (1, 2):
        index.add_highlight_texts(db, row)

    def state() -> list[object]:
        return [
            [
                there(db, row),
                highlights.taken_of(db, row),
                highlights.copies_of(db, row),
                highlights.returned_of(db, row),
            ]
            for row in (1, 2)
        ]

    before = state()
    merges.join(db, 1, 2, why="by hand", on=DAY)
    assert there(db) == [own, rain]
    assert [h.path for h in highlights.taken_of(db, 1)] == ["b.pdf"]
    assert [c.path for c in highlights.copies_of(db, 1)] == ["papers/b.marked.pdf"]
    assert highlights.returned_of(db, 1) == [PlaceState("tablet:b.pdf", 1, "1" * 64, 2)]
    assert state()[1] == [[], [], [], []]
    assert found(db, "rain") == [(1, 2, "played rain\nfor how long?")]
    assert index.highlights_without_text(db) == []
    merges.part(db, merges.merges_of(db, 1)[0], why="by hand", on=DAY)
    assert state() == before
    assert found(db, "rain") == [(2, 2, "played rain\nfor how long?")]


def test_a_library_of_layout_5_keeps_all_its_rows(tmp_path: Path) -> None:
    file = tmp_path / "reader.db"
    connection = sqlite3.connect(file)
    for function in ("title_fold", "family_fold"):
        connection.create_function(function, 1, lambda text: text)
    from sqlite_utils import Database as Tables
    from sqlite_utils.migrations import Migrations

    steps = Migrations("reader")
    for name, statements in MIGRATIONS[:5]:

        def apply(db: Tables, statements: list[str] = statements) -> None:
            for statement in statements:
                db.execute(statement)

        steps(name=name)(apply)
    steps.apply(Tables(connection))
    connection.execute("PRAGMA user_version = 5")
    connection.execute(
        "INSERT INTO papers (id, canonical, title, abstract, categories, comment, arrived_on,"
        " pdf_url, content_hash) VALUES (1, 'arxiv:2506.00001', 'Snails', '', '', '',"
        " '2025-06-04', '', 'x')"
    )
    connection.execute(
        "INSERT INTO pdfs (paper, path, sha256, n_bytes, fetched_at) VALUES (1, 'papers/a.pdf',"
        " 'x', 9, '2025-06-04T06:30:00+00:00')"
    )
    connection.execute(
        "INSERT INTO notes (paper, text, is_written, came_from, at, on_date) VALUES (1,"
        " 'They hear.', 0, 'command', '2025-06-04T06:30:00+00:00', '2025-06-04')"
    )
    connection.commit()
    tables = ("papers", "pdfs", "notes")
    before = {t: connection.execute(f"SELECT * FROM {t}").fetchall() for t in tables}
    connection.close()
    with Database(tmp_path) as db:
        for name, rows in before.items():
            now = db.read(f"SELECT * FROM {name}")
            assert [tuple(r)[: len(rows[0])] for r in now] == rows
        for name in ("taken", "marked_copies", "returned", "highlights", "sightings"):
            assert db.read(f"SELECT * FROM {name}") == []


def test_a_library_of_layout_17_learns_where_its_copies_came_from(tmp_path: Path) -> None:
    before = [name for name, _ in MIGRATIONS].index("m018_place_history")
    raw = sqlite3.connect(tmp_path / "reader.db")
    for function in ("title_fold", "family_fold", "fold_name"):
        raw.create_function(function, 1, str, deterministic=True)
    raw.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
        " applied_at TEXT)"
    )
    for name, statements in MIGRATIONS[:before]:
        for statement in statements:
            raw.execute(statement)
        raw.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('reader', ?, '')",
            (name,),
        )
    raw.execute(
        "INSERT INTO papers (id, canonical, title, arrived_on, content_hash)"
        " VALUES (1, 'arxiv:2506.00001', 'A', '2025-06-04', '')"
    )
    copies = [("1", 0), ("2", 0), ("3", 0), ("4", 1)]  # the last one is an older version
    raw.executemany(
        "INSERT INTO marked_copies (paper, path, sha256, is_version, n_ink, at)"
        " VALUES (1, ?1, ?1, ?2, 0, ?1)",
        copies,
    )
    places = [("tablet:a.pdf", "3", "7"), ("tablet:b.pdf", "9", "8"), ("tablet:c.pdf", "2", "5")]
    raw.executemany(
        "INSERT INTO returned (place, paper, sha256, n_ink, at) VALUES (?, 1, ?, 0, ?)", places
    )
    raw.execute(f"PRAGMA user_version = {before}")
    raw.commit()
    raw.close()
    with Database(tmp_path) as db:
        assert highlights.history_of(db, 1) == {
            "tablet:b.pdf": ["1", "9"],
            "tablet:c.pdf": ["2"],
            "tablet:a.pdf": ["3"],
        }
