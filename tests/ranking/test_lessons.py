"""Test the rows of lessons and of shown lists, and how acts become events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from reader.library.paper import Paper
from reader.library.rows import decisions, merges, papers
from reader.library.rows.database import Database
from reader.library.rows.fields import BY_HAND
from reader.notes.rows import notes
from reader.ranking.events import Event
from reader.ranking.model import ListPlace
from reader.ranking.rows import labels, standings
from reader.ranking.rows.labels import Act
from tests.samples import DAY, NOW, new_database, paper, undo_last

NEXT = DAY + timedelta(1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(n) for n in range(1, 9)], source="arXiv", on=DAY)
        yield db


def teach(db: Database, kind: labels.LessonKind, topic: str, *rows: int, on: date = DAY) -> None:
    labels.add_lessons(db, kind, topic, rows, at=NOW, on=on)


def decide(db: Database, kind: decisions.Kind, *rows: int, on: date = DAY) -> None:
    decisions.add_decisions(db, kind, rows, at=NOW, on=on)


def undo(db: Database) -> list[int]:
    return [d.paper for d in undo_last(db)]


def test_the_last_word_on_a_paper_and_a_topic_stands(db: Database) -> None:
    teach(db, "seed", "a", 1, 2)
    teach(db, "no", "a", 2, on=NEXT)
    teach(db, "yes", "b", 2)
    assert labels.lessons(db) == [
        Event(1, "seed", "a", DAY),
        Event(2, "no", "a", NEXT),
        Event(2, "yes", "b", DAY),
    ]
    assert labels.taught(db, "a") == {1: "seed", 2: "no"}


def test_undo_takes_back_lessons_and_decisions_each_act_by_itself(db: Database) -> None:
    decide(db, "pick", 1)
    teach(db, "seed", "a", 2, 3)
    decide(db, "skip", 4)
    teach(db, "no", "a", 5)
    before = labels.lessons(db)
    assert [undo(db) for _ in range(5)] == [[5], [4], [2, 3], [1], []]
    assert (labels.lessons(db), labels.acts(db, skips_since=DAY)) == ([], [])
    assert len(before) == 3
    rows = db.read("SELECT kind, undoes FROM lessons ORDER BY id")
    assert [tuple(r) for r in rows][-3:] == [("undo", 3), ("undo", 1), ("undo", 2)]


def test_an_undone_act_is_no_event_and_the_one_before_it_stands_again(db: Database) -> None:
    teach(db, "yes", "a", 1)
    before = labels.lessons(db)
    teach(db, "no", "a", 1)
    undo(db)
    assert labels.lessons(db) == before


def test_a_renamed_topic_takes_its_lessons_along(db: Database) -> None:
    teach(db, "seed", "old", 1, 2)
    teach(db, "no", "old", 3)
    assert labels.rename_topic(db, "old", "new", act=9, at=NOW, on=NEXT) == 3
    assert labels.taught(db, "new") == {1: "seed", 2: "seed", 3: "no"}
    assert labels.of_other_topics(db, ["new"]) == []
    assert labels.of_other_topics(db, ["else"]) == [("new", 3), ("old", 3)]


def test_each_papers_last_decision_and_first_written_note_are_acts(db: Database) -> None:
    decide(db, "pick", 1)
    decide(db, "skip", 1, 2, on=NEXT)
    decide(db, "pick", 3)
    decisions.add_filing(db, 3, "a/b", at=NOW)
    for on in (NEXT, NEXT + timedelta(1)):
        notes.add_note(db, 3, "One. Two.", is_written=True, at=NOW, on=on)
    notes.add_note(db, 4, "One.", is_written=False, at=NOW, on=DAY)
    assert labels.acts(db, skips_since=DAY) == [
        Act(3, "pick", DAY, "a/b"),
        Act(1, "skip", NEXT),
        Act(2, "skip", NEXT),
        Act(3, "write", NEXT, "a/b"),
    ]
    later = labels.acts(db, skips_since=NEXT + timedelta(1))
    assert [act.kind for act in later] == ["pick", "write"]


def test_a_decision_knows_in_whose_lane_its_paper_stood(db: Database) -> None:
    standings.add_shown(db, DAY, [(1, "own", "a"), (2, "wild", "")], at=NOW)
    standings.add_shown(db, NEXT, [(1, "near", "b")], at=NOW)
    decide(db, "skip", 1, 2, 3)
    assert [(a.paper, a.listed) for a in labels.acts(db, skips_since=DAY)] == [
        (1, "a"),
        (2, ""),
        (3, None),
    ]


def test_only_what_a_person_filed_teaches_and_only_where_it_lies_now(db: Database) -> None:
    decisions.add_filing(db, 1, "a", at=NOW)
    decisions.add_filing(db, 2, "a", at=NOW, is_by_hand=True)
    decisions.add_filing(db, 2, "b", at=NOW, is_by_hand=True)
    assert labels.filed_by_hand(db, UTC) == [Act(2, "file", DAY, "b")]


def test_the_background_is_the_same_whatever_was_decided(db: Database) -> None:
    assert labels.background(db, 100) == list(range(1, 9))
    assert labels.background(db, 2) == [1, 8]
    decide(db, "pick", 8)
    teach(db, "no", "a", 7)
    assert labels.background(db, 2) == [1, 8]
    assert labels.newest(db, 2) == [8, 7]


def test_the_background_is_drawn_anew_once_a_sixteenth_more_papers_have_come(db: Database) -> None:
    papers.add_papers(db, [paper(n, f"Wasps {n}") for n in range(20, 52)], source="arXiv", on=DAY)
    before = labels.background(db, 100)
    papers.add_papers(db, [paper(60, "Hornets")], source="arXiv", on=DAY)
    assert labels.background(db, 100) == before == list(range(1, 41))
    papers.add_papers(db, [paper(61, "Bees")], source="arXiv", on=DAY)
    assert labels.background(db, 100) == list(range(1, 43))


def test_papers_added_by_hand_are_no_background(db: Database) -> None:
    papers.add_papers(db, [paper(20, "Wasps")], source=BY_HAND, on=DAY)
    assert labels.background(db, 100) == list(range(1, 9))


def test_the_texts_to_learn_from_are_title_abstract_authors_and_classes(db: Database) -> None:
    given = paper(20, "Wasps", "Of wasps.", categories=("cs.CL", "cs.SD"))
    papers.add_papers(db, [given], source="arXiv", on=DAY)
    assert labels.texts(db, [9, 99]) == {
        9: Paper(
            ids=given.ids,
            title="Wasps",
            abstract="Of wasps.",
            authors=given.authors,
            categories=("cs.CL", "cs.SD"),
        )
    }


def test_a_list_keeps_the_places_that_it_showed(db: Database) -> None:
    standings.add_shown(db, DAY, [(3, "own", "a"), (1, "near", "b")], at=NOW)
    standings.add_shown(db, DAY, [(1, "own", "a"), (2, "wild", "")], at=NOW)
    assert standings.shown_on(db, DAY) == {
        3: ListPlace("own", 1),
        1: ListPlace("near", 2),
        2: ListPlace("wild", 4),
    }
    assert standings.shown_on(db, NEXT) == {}


def test_papers_shown_for_talk_count_as_shown_from_the_next_day_on(db: Database) -> None:
    rows = [(1, "own", "a"), (2, "near", "b"), (3, "wild", ""), (4, "doubtful", "a")]
    standings.add_shown(db, DAY, rows, at=NOW)  # type: ignore[arg-type]
    assert standings.shown_before(db, range(1, 9), DAY) == set()
    assert standings.shown_before(db, range(1, 9), NEXT) == {3}
    # Nobody had spoken of it: it was foretold, and may come back once.
    assert standings.foretold_before(db, range(1, 9), NEXT) == {2}
    # An own paper that came back is not brought back a second time.
    standings.add_shown(db, NEXT, [(1, "own", "a")], at=NOW)
    assert standings.shown_before(db, range(1, 9), NEXT + timedelta(1)) == {1, 3}


def test_forgetting_the_order_keeps_decided_and_discussed_papers(db: Database) -> None:
    rows = [(1, "own", "a"), (2, "near", "b"), (3, "doubtful", "a"), (4, "own", "a")]
    standings.add_shown(db, DAY, rows, at=NOW)  # type: ignore[arg-type]
    decide(db, "skip", 4)
    standings.forget_order(db, DAY)
    assert sorted(standings.shown_on(db, DAY)) == [2, 4]


def test_a_visit_is_a_list_a_decision_or_a_note(db: Database) -> None:
    days = [DAY + timedelta(n) for n in range(4)]
    assert standings.last_visit(db, days[0]) is None
    standings.add_shown(db, days[0], [(1, "own", "a")], at=NOW)
    decide(db, "skip", 1, on=days[1])
    notes.add_note(db, 1, "One.", is_written=False, at=NOW, on=days[2])
    assert [standings.last_visit(db, day) for day in days] == [None, *days[:3]]


def test_lessons_and_places_follow_a_merge(db: Database) -> None:
    teach(db, "yes", "a", 1)
    standings.add_shown(db, DAY, [(1, "own", "a"), (2, "own", "a")], at=NOW)
    standings.add_shown(db, NEXT, [(1, "own", "a")], at=NOW)
    merges.join(db, 2, 1, why="by hand", on=NEXT)
    assert labels.lessons(db) == [Event(2, "yes", "a", DAY)]
    assert sorted(standings.shown_on(db, NEXT)) == [2]
    [merge] = merges.merges_of(db, 2)
    merges.part(db, merge, why="by hand", on=NEXT)
    assert labels.lessons(db) == [Event(1, "yes", "a", DAY)]
    assert sorted(standings.shown_on(db, NEXT)) == [1]


def test_a_topic_holds_papers_filed_by_hand_or_still_liked(db: Database) -> None:
    for row in (1, 2, 3, 4, 5, 6):
        decisions.add_filing(db, row, "a", at=NOW)
    decide(db, "pick", 1)
    decide(db, "pick", 2)
    decide(db, "skip", 2)
    notes.add_note(db, 3, "One. Two.", is_written=True, at=NOW, on=DAY)
    decisions.add_filing(db, 4, "a", at=NOW, is_by_hand=True)
    decide(db, "pick", 5)
    decisions.add_filing(db, 5, "b", at=NOW, is_by_hand=True)
    decide(db, "pick", 6)
    assert labels.filed_now(db, "a", limit=9) == [4, 6, 3, 1]
    undo(db)
    assert labels.filed_now(db, "a", limit=2) == [4, 3]
    assert labels.filed_now(db, "b", limit=9) == [5]
