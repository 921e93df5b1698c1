"""Test whether a paper is in, doubtful or out of a topic, and what may bring it in."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from reader.library.config import Topic
from reader.library.paper import Paper
from reader.morning.lanes import followed_term
from reader.morning.why import without_terms
from reader.ranking.model import (
    MUCH_DECIDED,
    SOME_DECIDED,
    SURELY,
    TASTE,
    TITLE_WORD,
    Rank,
    TopicModel,
    judge,
    levelled,
    placing,
    start,
    total,
)
from tests.samples import paper

TOPIC = Topic("speech/recognition", "own", "speech", ("speech recognition", "ASR"))
NEAR = replace(TOPIC, lane="near")
TITLE = paper(1, "Speech recognition on ladders", "Of ladders.")
OPENING = paper(2, "On ladders", "Speech recognition (ASR) climbs. ASR falls. So does ASR.")
ASIDE = paper(3, "On ladders", "Ladders climb. One application is ASR.")
WORDLESS = paper(4, "On ladders", "Of ladders.")


def at(one: Paper, margin: float, topic: Topic = TOPIC) -> tuple[Rank, TopicModel]:
    """Judge a paper that would stand so far above the cut without its words' help."""
    model = start(topic)
    plain = judge(one, {}, replace(model, is_own=False))
    model = replace(model, base=round(model.base + margin - plain.score, 4))
    return judge(one, {}, model, is_brief=True), model


def test_on_day_one_a_title_word_is_in_and_a_passing_mention_is_doubtful() -> None:
    model = start(TOPIC)
    places = [judge(one, {}, model).place for one in (TITLE, OPENING, ASIDE, WORDLESS)]
    assert places == ["in", "in", "doubtful", "out"]


def test_a_word_and_its_abbreviation_count_once() -> None:
    once = paper(5, "On ladders", "Speech recognition (ASR) climbs.")
    twice = paper(6, "On ladders", "Speech recognition climbs. ASR falls.")
    scores = [judge(one, {}, start(TOPIC)).score for one in (once, twice)]
    assert scores[0] < scores[1]


def test_vectors_neither_bring_in_nor_keep_out_what_words_decide() -> None:
    model = start(TOPIC)
    for nearness in (-9.0, 0.0, 9.0):
        assert judge(TITLE, {}, model, nearness=nearness).place == "in"
        assert judge(WORDLESS, {}, model, nearness=nearness).place == "out"
    assert judge(ASIDE, {}, model, nearness=9.0).place == "doubtful"


@pytest.mark.parametrize(
    ("n_in", "place"),
    [(0, "out"), (SOME_DECIDED, "doubtful"), (MUCH_DECIDED - 1, "doubtful"), (MUCH_DECIDED, "in")],
)
def test_a_paper_without_any_word_comes_in_only_when_much_was_decided(
    n_in: int, place: str
) -> None:
    model = replace(start(TOPIC), weights={"w:ladders": 9.0}, n_in=n_in)
    found = judge(WORDLESS, {"w:ladders": 1.0}, model)
    assert found.score > 5.0
    assert found.place == place
    assert judge(WORDLESS, {"w:ladders": 1.0}, model, is_brief=True).place == place


def test_a_topic_without_words_needs_a_tenth_of_the_likes() -> None:
    model = replace(start(replace(TOPIC, words=())), weights={"w:ladders": 9.0})
    places = [
        judge(WORDLESS, {"w:ladders": 1.0}, replace(model, n_in=n)).place for n in (0, 1, 19, 20)
    ]
    assert places == ["out", "doubtful", "doubtful", "in"]


def test_with_too_few_papers_nothing_without_a_word_is_in() -> None:
    model = replace(start(TOPIC), bare_cut=math.inf, weights={"w:ladders": 9.0}, n_in=MUCH_DECIDED)
    assert judge(WORDLESS, {"w:ladders": 1.0}, model).place == "out"
    assert judge(TITLE, {"w:ladders": 1.0}, model).place == "in"
    assert TopicModel.from_text(model.to_text()) == model


def test_levels_move_scores_and_cuts_alike() -> None:
    model = replace(start(TOPIC), weights={"w:ladders": 9.0}, n_in=MUCH_DECIDED, liked=2.0)
    other = replace(start(NEAR), topic="other", liked=30.0)
    lower = levelled({"other": other, TOPIC.path: model})[TOPIC.path]
    assert lower.level < 0
    for one in (TITLE, OPENING, ASIDE, WORDLESS):
        before = judge(one, {"w:ladders": 0.4}, model)
        after = judge(one, {"w:ladders": 0.4}, lower)
        assert before.place == after.place
        assert before.margin == pytest.approx(after.margin, abs=1e-3)


def test_a_word_in_the_title_brings_a_paper_in() -> None:
    found, _ = at(TITLE, -2.0)
    (surely,) = (term for term in found.terms if term.kind == "surely")
    assert found.place == "in"
    assert found.score == pytest.approx(0.01)
    assert surely.what == "speech recognition"
    assert surely.value == pytest.approx(2.01, abs=0.001)
    assert total(found.terms) == found.score


def test_words_in_the_abstract_alone_do_not() -> None:
    assert at(OPENING, -1.0)[0].place == "doubtful"
    assert at(OPENING, -3.0)[0].place == "out"


def test_a_paper_far_below_the_cut_is_not_lifted() -> None:
    assert at(TITLE, -SURELY + 0.1)[0].place == "in"
    assert at(TITLE, -SURELY - 0.1)[0].place == "out"


def test_a_paper_above_the_cut_is_not_lifted() -> None:
    assert at(TITLE, 1.0)[0].score == pytest.approx(1.0, abs=0.001)


@pytest.mark.parametrize("weight", [-0.05, 0.05])
def test_learned_words_change_the_order_more_than_the_place(weight: float) -> None:
    model = replace(start(TOPIC), weights={"w:ladders": weight})
    for one in (TITLE, ASIDE):
        before = judge(one, {}, model)
        after = judge(one, {"w:ladders": 1.0}, model)
        assert after.score - before.score == pytest.approx((1 + TASTE) * weight)
        assert after.margin - before.margin == pytest.approx(weight)
        assert after.score == total(after.terms)
        assert after.place == before.place


def test_taste_moves_no_paper_over_the_cut() -> None:
    # Enough learned to put the whole score above 0, and the margin below.
    model = replace(start(TOPIC), weights={"w:ladders": 0.6})
    found = judge(ASIDE, {"w:ladders": 1.0}, model)
    assert found.score > model.cut
    assert found.margin < 0
    assert found.place == "doubtful"


def test_a_near_topic_takes_in_what_an_own_one_asks_about_and_lifts_nothing() -> None:
    assert judge(ASIDE, {}, start(NEAR)).place == "in"
    assert judge(WORDLESS, {}, start(NEAR)).place == "out"
    assert at(TITLE, -3.0, NEAR)[0].place == "doubtful"


def test_only_without_its_title_word_is_a_lifted_paper_out() -> None:
    found, model = at(TITLE, -1.0)
    rank = Rank(TOPIC.path, None, found.place, found.score, model.cut, found.terms)
    without = {change.what: change for change in without_terms(rank, model)}
    title = without.pop("title\tspeech recognition")
    assert title.place == "out"
    assert title.score == pytest.approx(-1.0 - TITLE_WORD, abs=0.001)
    assert without == {}
    learned = replace(model, weights={"w:ladders": 0.5}, base=model.base - 0.5)
    found = judge(TITLE, {"w:ladders": 1.0}, learned)
    rank = Rank(TOPIC.path, None, found.place, found.score, found.cut, found.terms)
    (change,) = (c for c in without_terms(rank, learned) if c.what == "learned\tladders")
    assert change.place == "in"
    assert change.score == pytest.approx(0.01)


def test_a_followed_author_comes_on_top_of_what_the_words_lift_as_in_the_list() -> None:
    _, model = at(TITLE, -1.0)
    learned = replace(model, weights={"w:ladders": 0.5}, base=model.base - 0.5)
    found = judge(TITLE, {"w:ladders": 1.0}, learned)
    both = (*found.terms, followed_term("Mio", found.terms, found.cut))
    rank = Rank(TOPIC.path, None, "in", total(both), found.cut, both)
    (change,) = (c for c in without_terms(rank, learned) if c.what == "learned\tladders")
    assert change.place == "in"
    # The words lift as much as it took away.
    assert change.score == pytest.approx(placing(both))


def test_nearness_counts_nothing_in_a_topic_without_words() -> None:
    bare = start(Topic("picks", "own", "picks"))
    assert len({judge(TITLE, {}, bare, nearness=near).score for near in (None, 0.0, 9.0)}) == 1
    named = start(TOPIC)
    assert len({judge(TITLE, {}, named, nearness=near).score for near in (None, 0.0, 9.0)}) == 3
