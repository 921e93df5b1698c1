"""Test what is learned from acts: only what stands, for the right topic, only when it is due."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.base.errors import Locked
from reader.library.config import Topic
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.paper import Paper
from reader.library.rows import decisions, papers
from reader.library.rows.database import Database, forget_index
from reader.morning.edit import file_paper, move_topic
from reader.morning.pick import decide, decide_rows
from reader.morning.pipe import Tools, index_all, index_picks, learn_decisions
from reader.morning.rank import FEWEST, judges, rank_days
from reader.morning.remove import remove
from reader.morning.today import keep_shown
from reader.morning.undo import undo
from reader.notes.rows import notes
from reader.ranking.events import Event, Label, features
from reader.ranking.fit import fit_topic
from reader.ranking.learn import FEWEST_LEFT, MOST_LABELS, events_of, learn, lessons
from reader.ranking.model import TopicModel, judge
from reader.ranking.rows import labels as rows
from reader.ranking.rows import standings
from tests.mornings import morning
from tests.samples import (
    DAY,
    FEEDS_TOML,
    NOW,
    SmallEncoder,
    Web,
    a_library,
    fit_means,
    new_database,
    paper,
    tools,
)

OWN, OTHER, NEAR = "speech/translation", "speech/recognition", "nlp/llm"
SPEECH = [paper(n, f"Speech Translation of Gardens {n}", "Moss and fern.") for n in range(1, 5)]
ANTS = [paper(n, f"On Ants {n}", "Ants and wasps.") for n in range(5, 13)]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [*SPEECH, *ANTS], source="arXiv", on=DAY)
        yield library


class Counting:
    """Fit as `fit_means` does, and count how often."""

    def __init__(self) -> None:
        self.topics: list[str] = []

    def __call__(
        self,
        topic: Topic,
        examples: Sequence[tuple[Mapping[str, float], Label]],
        background: Sequence[Mapping[str, float]],
        *,
        seed: int = 0,
    ) -> TopicModel:
        self.topics.append(topic.path)
        return fit_means(topic, examples, background, seed=seed)


def texts(library: Library) -> dict[str, str]:
    return {name: model.text for name, model in standings.stored(library.db).items()}


def real_tools() -> Tools:
    return tools(Web(), fit_topic=fit_topic)


def test_nothing_is_learned_without_a_paper(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        assert learn(library, tools(Web())) == []
        found = judges(library)
        assert (sorted(found.models), found.mark) == (sorted([OWN, OTHER, NEAR]), "words")


def test_without_a_decision_the_topics_words_teach(
    library: Library,
) -> None:
    assert learn(library, real_tools()) == [OWN, OTHER, NEAR]
    found = judges(library)
    assert found.models[OWN].weights["w:moss"] > 0 > found.models[OWN].weights["w:ant"]
    # Of the others no paper here has a word.
    assert (found.models[OTHER].weights, found.mark == "words") == ({}, False)


def test_a_topic_is_fitted_again_only_when_what_it_was_fitted_on_changed(library: Library) -> None:
    counting = Counting()
    given = tools(Web(), fit_topic=counting)
    learn(library, given)
    decide(library, "pick", [SPEECH[0].id])
    assert learn(library, given) == [OWN]
    assert learn(library, given) == []
    keep_shown(library, morning(library, DAY))
    decide(library, "skip", [SPEECH[1].id])
    assert learn(library, given) == [OWN]
    assert counting.topics == [OWN, OTHER, NEAR, OWN, OWN]


def test_the_model_after_undo_is_the_model_before(library: Library) -> None:
    decide(library, "pick", [SPEECH[0].id])
    learn(library, real_tools())
    before = standings.stored(library.db)
    for ids, kind in (([SPEECH[1].id, SPEECH[3].id], "pick"), ([SPEECH[2].id], "skip")):
        decide(library, kind, ids)  # type: ignore[arg-type]
        learn(library, real_tools())
        assert standings.stored(library.db) != before
        undo(library)
        learn(library, real_tools())
        assert standings.stored(library.db) == before
    rows.add_lessons(library.db, "no", OWN, [3], at=NOW, on=DAY)
    learn(library, real_tools())
    assert standings.stored(library.db) != before
    undo(library)
    learn(library, real_tools())
    assert standings.stored(library.db) == before


def test_the_same_acts_make_the_same_models_in_an_index_made_anew(
    library: Library, tmp_path: Path
) -> None:
    decide(library, "pick", [SPEECH[0].id, SPEECH[1].id])
    decide(library, "skip", [ANTS[0].id])
    learn(library, real_tools())
    before = standings.stored(library.db)
    library.db.close()
    forget_index(tmp_path)
    with new_database(tmp_path) as db:
        again = Library(tmp_path, library.config, db, library.now)
        learn(again, real_tools())
        assert standings.stored(db) == before


def test_a_pick_raises_papers_like_it(library: Library) -> None:
    more = [paper(n, f"Bees in Spring {n}", "Of bees.") for n in range(20, 24)]
    papers.add_papers(library.db, more, source="arXiv", on=DAY + timedelta(1))
    for library_paper in papers.papers_at(library.db, range(13, 17)):
        file_paper(library, library_paper, OWN)
    learn(library, real_tools())
    by = judges(library).models[OWN]
    assert (by.n_in, by.n_out) == (4, 0)

    def margin(model: TopicModel, given: Paper) -> float:
        return judge(given, features(given), model).score - model.cut

    alike = [margin(by, given) - margin(by, ANTS[7]) for given in more]
    assert all(value > 0 for value in alike)


def test_only_papers_that_no_list_showed_are_judged_again(
    library: Library,
) -> None:
    shown_ = morning(library, DAY)
    keep_shown(library, shown_)
    decide(library, "pick", [SPEECH[0].id])
    learn(library, tools(Web()))
    waiting = standings.papers_to_rank(
        library.db, DAY, DAY, topics_mark(library), encoder="", models=judges(library).mark
    )
    assert sorted(waiting) == [
        n for n in range(1, 13) if n not in standings.shown_on(library.db, DAY)
    ]
    rank_days(library, DAY)
    # What now belongs there too, since it has the same authors, stands below it.
    assert [e.paper.row for e in morning(library, DAY).own][:4] == [e.paper.row for e in shown_.own]


def topics_mark(library: Library) -> str:
    from reader.morning.rank import fingerprint

    return fingerprint(library.config)


def test_acts_teach_their_own_topic(library: Library) -> None:
    morning_ = morning(library, DAY)
    standings.add_shown(library.db, DAY, [(5, "near", NEAR), (6, "wild", "")], at=NOW)
    keep_shown(library, morning_)
    decide_rows(library, "skip", [1, 5, 6, 7])
    decide_rows(library, "pick", [2, 8])
    [paper] = papers.papers_at(library.db, [9])
    file_paper(library, paper, f"{OWN}/simultaneous", may_be_new=True)
    notes.add_note(library.db, 9, "One. Two.", is_written=True, at=NOW, on=DAY)
    rows.add_lessons(library.db, "no", OTHER, [10], at=NOW, on=DAY)
    assert sorted(events_of(library), key=lambda e: (e.paper, e.kind)) == [
        Event(1, "skip", OWN, DAY),
        Event(2, "pick", OWN, DAY),
        Event(5, "skip", NEAR, DAY),
        Event(6, "skip", None, DAY),
        Event(7, "skip", None, DAY),
        Event(8, "pick", None, DAY),
        Event(9, "file", OWN, DAY),
        Event(9, "write", OWN, DAY),
        Event(10, "no", OTHER, DAY),
    ]


def test_a_skip_that_no_list_showed_is_about_the_topic_whose_words_it_has(
    library: Library,
) -> None:
    decide_rows(library, "skip", [1, 5])
    assert [(e.paper, e.topic) for e in events_of(library)] == [(1, OWN), (5, None)]


def test_seeds_teach_as_soon_as_they_are_here(tmp_path: Path) -> None:
    seeded = FEEDS_TOML.replace('"同時通訳"]', '"同時通訳"]\nseeds = ["arxiv:2506.00005"]')
    with a_library(tmp_path, seeded) as library:
        assert events_of(library) == []
        learn(library, tools(Web()))
        papers.add_papers(library.db, ANTS, source="arXiv", on=DAY)
        assert events_of(library) == [Event(1, "seed", OWN, date.min)]
        assert [x.paper for x in lessons(library).labels[OWN]] == [1]
        remove(library, ["2506.00005"])
        assert events_of(library) == []
        undo(library)
        assert events_of(library) == [Event(1, "seed", OWN, date.min)]


def test_a_renamed_topic_keeps_what_it_learned_when_it_is_moved(
    library: Library, tmp_path: Path
) -> None:
    decide_rows(library, "pick", [1, 2])
    rows.add_lessons(library.db, "no", OWN, [5], at=NOW, on=DAY)
    keep_shown(library, morning(library, DAY))
    renamed = parse(FEEDS_TOML.replace(OWN, "speech/st"))
    after = Library(tmp_path, renamed, library.db, library.now)
    assert lessons(after).labels["speech/st"] == []
    [notice] = [n for n in morning(after, DAY).notices if OWN in str(n)]
    assert "3 papers" in str(notice)
    move_topic(after, OWN, "speech/st")
    assert [(x.paper, x.is_in) for x in lessons(after).labels["speech/st"]] == [
        (1, True),
        (2, True),
        (5, False),
    ]
    assert [n for n in morning(after, DAY).notices if OWN in str(n)] == []


def test_what_was_skipped_in_a_topics_lane_speaks_against_it_under_its_new_name(
    library: Library, tmp_path: Path
) -> None:
    keep_shown(library, morning(library, DAY))
    decide_rows(library, "pick", [1])
    decide_rows(library, "skip", [2])
    before = [Label(1, True, 1.0), Label(2, False, 0.5)]
    assert lessons(library).labels[OWN] == before
    renamed = parse(FEEDS_TOML.replace(OWN, "speech/st"))
    after = Library(tmp_path, renamed, library.db, library.now)
    move_topic(after, OWN, "speech/st")
    assert lessons(after).labels["speech/st"] == before
    assert lessons(library).labels[OWN] == [Label(2, False, 0.5)]  # named so again


def test_two_topics_that_are_merged_teach_as_one(library: Library, tmp_path: Path) -> None:
    decide_rows(library, "pick", [1])
    rows.add_lessons(library.db, "yes", OTHER, [5], at=NOW, on=DAY)
    one = FEEDS_TOML.replace(OWN, "speech/all").replace(f'[topics."{OTHER}"]', '[topics."x"]')
    merged = Library(tmp_path, parse(one), library.db, library.now)
    move_topic(merged, OWN, "speech/all")
    assert move_topic(merged, OTHER, "speech/all").rows == ()  # nothing but a lesson
    found = lessons(merged).labels["speech/all"]
    assert [(label.paper, label.is_in) for label in found] == [(1, True), (5, True)]


def test_a_removed_topic_is_said_and_comes_back_with_all_that_it_learned(
    library: Library, tmp_path: Path
) -> None:
    decide_rows(library, "pick", [1])
    learn(library, tools(Web()))
    keep_shown(library, morning(library, DAY))
    cut = FEEDS_TOML[: FEEDS_TOML.index('[topics."speech/translation"]')]
    rest = FEEDS_TOML[FEEDS_TOML.index('[topics."speech/recognition"]') :]
    without = Library(tmp_path, parse(cut + rest), library.db, library.now)
    learn(without, tools(Web()))
    assert f"topic {OWN}" not in texts(without)
    assert [OWN in str(n) for n in morning(without, DAY).notices] == [True]
    assert learn(library, tools(Web())) == [OWN]


def test_a_liked_folder_that_is_no_topic_becomes_a_left_direction(
    library: Library,
) -> None:
    for one in papers.papers_at(library.db, range(5, 5 + FEWEST_LEFT)):
        file_paper(library, one, "insects/ants", may_be_new=True)
    later = replace(library, now=lambda: NOW + timedelta(365))
    assert "insects/ants" not in learn(library, tools(Web()))
    assert learn(later, tools(Web())) == ["insects/ants"]
    assert "insects/ants" in judges(later).models


@pytest.mark.slow
def test_ten_thousand_skips_do_not_change_what_the_topics_words_weigh(tmp_path: Path) -> None:
    n = 10_000
    with a_library(tmp_path) as library:
        many = [paper(i, f"{i} Ants", "And wasps.", authors=(f"Ada F{i}",)) for i in range(n)]
        with library.db.writing():
            papers.add_papers(library.db, many, source="arXiv", on=DAY)
            decisions.add_decisions(library.db, "skip", range(1, n + 1), at=NOW, on=DAY)
        assert learn(library, real_tools()) == [OWN, OTHER, NEAR]
        assert len(lessons(library).labels[OWN]) == MOST_LABELS
        assert judges(library).models[OWN].n_in == 0
        fresh = paper(n + 1, "Speech Translation of Moss")
        papers.add_papers(library.db, [fresh], source="arXiv", on=DAY)
        rank_days(library, DAY)
        assert [e.paper.record.id for e in morning(library, DAY).own] == [fresh.id]


def test_months_of_skips_do_not_push_out_what_was_liked(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        # Each by its own author: papers of one are compared with one another.
        liked, weak = (
            [paper(n, f"Speech Translation of {of} {n}", "", authors=(f"Ada F{n}",)) for n in rows]
            for of, rows in (("Gardens", range(1, 9)), ("Ponds", range(9, 9 + MOST_LABELS)))
        )
        papers.add_papers(library.db, [*liked, *weak], source="arXiv", on=DAY)
        decide_rows(library, "pick", range(1, 9))
        decide_rows(library, "skip", range(9, 9 + MOST_LABELS))
        found = lessons(library).labels[OWN]
        assert [x.paper for x in found if x.is_in] == [*range(1, 9)]
        assert len(found) == MOST_LABELS


def test_one_topic_alone_is_enough(tmp_path: Path) -> None:
    one = '[topics."speech/translation"]\nwords = ["speech translation"]\n'
    with a_library(tmp_path, one) as library:
        papers.add_papers(library.db, [*SPEECH, *ANTS], source="arXiv", on=DAY)
        assert len(morning(library, DAY).own) == 4
        decide_rows(library, "pick", [1])
        decide_rows(library, "skip", [2])
        assert learn(library, real_tools()) == [OWN]
        assert len(morning(library, DAY).own) == 4


def test_the_pipe_learns_at_its_end_and_after_picks(library: Library) -> None:
    decide_rows(library, "pick", [1])
    index_picks(library, tools(Web()), [1])
    first = texts(library)
    assert f"topic {OWN}" in first
    decide_rows(library, "pick", [2])
    index_all(library, tools(Web()))
    assert texts(library) != first


def test_after_skips_the_day_is_judged_anew_with_its_vectors(
    library: Library,
) -> None:
    many = [paper(n, f"Of {n} Ants") for n in range(20, 20 + FEWEST)]
    papers.add_papers(library.db, many, source="arXiv", on=DAY)
    index_all(library, tools(Web()))

    def ranked() -> tuple[set[str], set[str]]:
        rows = library.db.read("SELECT encoder, models FROM idx.ranked")
        return {r["encoder"] for r in rows}, {r["models"] for r in rows}

    encoders, first = ranked()
    decide_rows(library, "skip", [1])
    learn_decisions(library, tools(Web()))
    assert ranked()[0] == encoders == {SmallEncoder.name}
    assert ranked()[1] != first


def test_nothing_is_fitted_again_without_a_decision(library: Library) -> None:
    counting = Counting()
    given = tools(Web(), fit_topic=counting)
    learn_decisions(library, given)
    n = len(counting.topics)
    learn_decisions(library, given)
    assert len(counting.topics) == n > 0


def test_models_that_cannot_be_kept_are_an_error_and_the_old_ones_stay(
    library: Library, tmp_path: Path
) -> None:
    decide_rows(library, "pick", [1])
    learn(library, tools(Web()))
    before = standings.stored(library.db)
    decide_rows(library, "pick", [2])
    holder = sqlite3.connect(tmp_path / "reader.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with replace(library, db=Database(tmp_path, busy_s=0.0)) as other, pytest.raises(Locked):
        learn(other, tools(Web()))
    holder.execute("ROLLBACK")
    holder.close()
    assert standings.stored(library.db) == before


def test_an_unreadable_model_is_replaced_by_the_topics_words(library: Library) -> None:
    broken = [standings.StoredModel(f"topic {OWN}", "x", text) for text in ("{}",)]
    standings.keep(library.db, broken)
    assert judges(library).models[OWN].weights == {}
