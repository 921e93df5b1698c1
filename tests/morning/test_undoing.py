"""Test that each act can be taken back, singly and later, and that later ones stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.base.errors import NotKnown, UsageError
from reader.library.backup import back_up
from reader.library.folder import Library, find_paper
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, merges, papers, pdfs
from reader.library.rows.database import Database
from reader.morning.decide import wrong_topic
from reader.morning.edit import file_paper, file_papers, move_topic
from reader.morning.merge import join, part
from reader.morning.pick import decide, later, later_rows, put_off
from reader.morning.remove import bring_back, remove, restore_paper, trash
from reader.morning.undo import past_acts, take_back, undo
from reader.notes.export import export
from reader.notes.rows import exports, notes
from reader.notes.write import add_note
from reader.search.rows import index
from tests.library.test_filings import library_of_layout
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

NAMES = ("Bees", "Ants", "Wasps", "Moths")
PAPERS = [paper(n, f"On the {name} of Wet Gardens") for n, name in enumerate(NAMES, 1)]
ONE, TWO, THREE, FOUR = (one.id for one in PAPERS)
OWN, OTHER = "speech/translation", "speech/recognition"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, PAPERS, source="arXiv", on=DAY)
        yield library


def library_paper(library: Library, id_: str) -> LibraryPaper:
    return find_paper(library, id_)


def listed(library: Library) -> list[tuple[int, str, str, list[int]]]:
    return [(a.number, a.kind, a.topic, [h.row for h in a.several]) for a in past_acts(library)]


def test_acts_of_all_kinds_are_listed_the_newest_first(library: Library) -> None:
    decide(library, "pick", [ONE, TWO])
    later(library, ONE)
    file_paper(library, library_paper(library, TWO), OWN)
    wrong_topic(library, library_paper(library, THREE), OTHER, listed="nlp/llm")
    join(library, ONE, FOUR)
    part(library, FOUR)
    move_topic(library, OWN, OTHER)
    remove(library, [THREE])
    assert listed(library) == [
        (8, "remove", "", [3]),
        (7, "file", OTHER, [2]),
        (6, "split", "", [1]),
        (4, "topic", OTHER, [3]),
        (3, "file", OWN, [2]),
        (2, "later", "", [1]),
        (1, "pick", "", [1, 2]),
    ]
    assert {act.at for act in past_acts(library)} == {NOW}
    for _ in range(8):  # the split leaves the merge
        undo(library)
    assert (listed(library), undo(library)) == ([], [])
    assert [library_paper(library, one.id).state for one in PAPERS] == ["candidate"] * 4


def test_an_act_is_taken_back_while_later_ones_stand(library: Library) -> None:
    decide(library, "pick", [ONE])
    decide(library, "skip", [TWO])
    decide(library, "skip", [ONE])
    assert [(h.row, kind) for h, kind in take_back(library, 1).several] == [(1, "pick")]
    assert [library_paper(library, id_).state for id_ in (ONE, TWO)] == ["skip", "skip"]
    take_back(library, 2)
    assert [library_paper(library, id_).state for id_ in (ONE, TWO)] == ["skip", "candidate"]
    take_back(library, 3)
    assert library_paper(library, ONE).state == "candidate"
    for number in (1, 77):
        with pytest.raises(NotKnown, match=f"There is no act {number} that stands."):
            take_back(library, number)


@pytest.mark.parametrize(
    ("order", "topics"),
    [
        ((3, 2, 1), ["a/b", "a", "unfiled"]),
        ((1, 2, 3), ["c", "c", "unfiled"]),
        ((3, 1, 2), ["a/b", "a/b", "unfiled"]),
        ((2, 3, 1), ["c", "a", "unfiled"]),
    ],
)
def test_filings_are_taken_back_in_any_order(
    library: Library, order: tuple[int, ...], topics: list[str]
) -> None:
    for topic in ("a", "a/b", "c"):
        file_paper(library, library_paper(library, ONE), topic, may_be_new=True)
    found = []
    for number in order:
        take_back(library, number)
        found.append(pdfs.last_filing(library.db, 1))
    assert [topic for topic, _by_hand in filter(None, found)] == topics


def test_files_follow_a_filing_that_is_taken_back(library: Library) -> None:
    add_note(library, library_paper(library, ONE), "They hum. They do.")
    export(library)
    [before] = library.folder.glob(f"notes/**/{library_paper(library, ONE).key}.md")
    content = before.read_text("utf-8")
    file_paper(library, library_paper(library, ONE), "bees", may_be_new=True)
    assert not before.exists()
    undo(library)
    assert before.read_text("utf-8") == content


def test_a_moved_topic_moves_back_as_a_whole(library: Library) -> None:
    for id_ in (ONE, TWO):
        file_paper(library, library_paper(library, id_), OWN)
    move_topic(library, OWN, OTHER)
    assert [h.row for h in undo(library)] == [1, 2]
    assert [h.topic for h in papers.papers_at(library.db, [1, 2])] == [OWN, OWN]


def test_merges_and_splits_are_taken_back_and_again(library: Library) -> None:
    add_note(library, library_paper(library, TWO), "They walk. They do.")
    join(library, ONE, TWO)
    decide(library, "skip", [THREE])
    part(library, TWO)
    undo(library)  # the split
    assert library_paper(library, TWO).row == 1
    take_back(library, 1)  # the merge
    assert [library_paper(library, id_).state for id_ in (ONE, TWO, THREE)] == [
        "candidate", "read", "skip"]  # fmt: skip


def test_undo_of_a_split_finds_the_paper_that_the_other_one_has_become(library: Library) -> None:
    add_note(library, library_paper(library, TWO), "They walk. They do.")
    add_note(library, library_paper(library, THREE), "They sting. They do.")
    join(library, ONE, TWO)
    join(library, THREE, ONE)
    split = part(library, TWO)
    assert (split.first.row, split.second.row) == (3, 2)
    assert merges.last_split(library.db, 2, 3) is not None  # no source joins them again
    assert index.notes_without_text(library.db) == []
    undo(library)
    assert index.notes_without_text(library.db) == []
    assert {library_paper(library, id_).row for id_ in (ONE, TWO, THREE)} == {3}
    assert [one.text for one in notes.revisions(library.db, 3)] == [
        "They walk. They do.", "They sting. They do."]  # fmt: skip


def test_a_split_is_not_undone_while_its_copy_is_part_of_another_paper(library: Library) -> None:
    join(library, ONE, TWO)
    split = part(library, TWO)
    assert split.second.row == 2
    join(library, THREE, TWO)
    with pytest.raises(UsageError) as error:
        take_back(library, 2)
    assert error.value.hint == f"Split them first: reader split {THREE}"
    assert [library_paper(library, id_).row for id_ in (ONE, TWO, THREE)] == [1, 3, 3]


def test_papers_that_were_kept_apart_may_be_one_again(library: Library) -> None:
    merges.ask(library.db, 1, 2, why="alike", on=DAY)
    part(library, ONE, TWO)
    assert merges.open_questions(library.db) == []
    undo(library)
    assert [(q.first, q.second) for q in merges.open_questions(library.db)] == [(1, 2)]
    assert merges.last_split(library.db, 1, 2) is None


def test_what_stands_in_the_way_is_named(library: Library) -> None:
    join(library, ONE, TWO)
    removed = remove(library, [ONE])
    with pytest.raises(UsageError) as error:
        take_back(library, 1)
    assert error.value.hint == f"Take that back first: reader undo {removed.act}"
    undo(library)
    part(library, TWO)
    merges.join(library.db, 1, 3, why="", on=DAY)
    merges.join(library.db, 1, 2, why="", on=DAY)
    with pytest.raises(UsageError) as error:
        undo(library)
    assert error.value.hint == f"Split them first: reader split {ONE}"
    assert library.db.read_one("PRAGMA foreign_key_check") is None


def test_a_removal_of_several_comes_back_one_by_one_or_as_a_whole(library: Library) -> None:
    act = remove(library, [ONE, TWO]).act
    bring_back(library, [1])
    assert [entry.paper.row for entry in trash(library)] == [2]
    take_back(library, act)
    assert (trash(library), decisions.act_of(library.db, act)) == ([], [])


def test_a_restored_paper_is_taken_back(library: Library, tmp_path: Path) -> None:
    decide(library, "pick", [ONE, TWO])
    add_note(library, library_paper(library, ONE), "They hum. They do.")
    made = back_up(library.folder, tmp_path / "out", now=NOW)
    undo(library)
    add_note(library, library_paper(library, ONE), "They hum. I was wrong.")
    restore_paper(library, made.file, ONE)
    restore_paper(library, made.file, TWO)
    assert library_paper(library, TWO).state == "pick"
    assert listed(library)[0][1:] == ("restore", "", [2])
    assert [kind for _held, kind in take_back(library).several] == ["restore"]
    assert library_paper(library, TWO).state == "candidate"
    undo(library)
    assert notes.revisions(library.db, 1)[-1].text == "They hum. I was wrong."


def test_a_first_note_that_a_restore_brought_goes_with_its_undo(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "then").mkdir()
    with a_library(tmp_path / "then") as then:
        papers.add_papers(then.db, [library_paper(library, ONE).record], source="arXiv", on=DAY)
        add_note(then, library_paper(then, ONE), "They hum. They do.")
        made = back_up(then.folder, tmp_path / "out", now=NOW)
    before = library_paper(library, ONE).state
    restore_paper(library, made.file, ONE)
    export(library)
    written = exports.exported(library.db, 1)
    assert written
    file = library.folder / written.path
    assert file.exists()
    undo(library)
    assert (notes.revisions(library.db, 1), library_paper(library, ONE).state) == ([], before)
    assert not file.exists()
    assert export(library).left == []


def test_a_paper_that_came_by_a_restore_goes_to_the_trash(library: Library, tmp_path: Path) -> None:
    made = back_up(library.folder, tmp_path / "out", now=NOW)
    (tmp_path / "new").mkdir()
    with a_library(tmp_path / "new") as new:
        restore_paper(new, made.file, ONE)
        undo(new)
        assert [entry.paper.record.id for entry in trash(new)] == [ONE]


def test_an_act_that_layout_21_took_back_does_not_stand(tmp_path: Path) -> None:
    library_of_layout(
        tmp_path,
        21,
        "INSERT INTO lessons VALUES (1, 5, 1, 'a', 'yes', NULL, 'noon', '2025-06-04'),"
        " (2, 6, 1, 'a', 'undo', 1, 'noon', '2025-06-04')",
        "INSERT INTO filings VALUES (1, 1, 'a', 'noon', 0, 5)",
    )
    with Database(tmp_path) as db:
        assert decisions.acts(db, last=9) == []


def test_what_is_done_to_several_papers_at_once_is_one_act(library: Library) -> None:
    decide(library, "pick", [ONE, TWO, THREE])
    before = [h.topic for h in papers.papers_at(library.db, [1, 2, 3])]
    file_papers(library, papers.papers_at(library.db, [1, 2, 3]), "bees", may_be_new=True)
    later_rows(library, [1, 2])
    assert listed(library)[:2] == [(3, "later", "", [1, 2]), (2, "file", "bees", [1, 2, 3])]
    assert [h.row for h in undo(library)] == [1, 2]
    assert put_off(library, [1, 2]) == {}
    assert [h.row for h in undo(library)] == [1, 2, 3]
    assert [h.topic for h in papers.papers_at(library.db, [1, 2, 3])] == before
