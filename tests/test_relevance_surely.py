"""Hold what the topic's own words surely bring in, whatever a model of few decisions says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reader.config import Topic
from reader.paper import Paper
from reader.relevance import Judged, TopicModel, judge, start
from reader.relevance.judging import SURELY
from reader.score import total
from reader.today import Rank
from reader.today.changes import without_terms
from reader.today.lanes import followed_term
from tests.samples import paper

TOPIC = Topic("speech/recognition", "own", "speech", ("speech recognition", "ASR"))
NEAR = replace(TOPIC, lane="near")
TITLE = paper(1, "Speech recognition on ladders", "Of ladders.")
TWO_WORDS = paper(2, "On ladders", "Speech recognition (ASR) on ladders.")
ONE_WORD = paper(3, "On ladders", "ASR of 12 %, ASR of 14 %, ASR of 99 %.")


def at(one: Paper, margin: float, topic: Topic = TOPIC) -> tuple[Judged, TopicModel]:
    """Judge a paper that would stand so far above the cut without its words' help."""
    model = start(topic)
    plain = judge(one, {}, replace(model, is_own=False))
    model = replace(model, base=round(model.base + margin - plain.score, 4))
    return judge(one, {}, model, is_brief=True), model


@pytest.mark.parametrize(("one", "word"), [(TITLE, "speech recognition"), (TWO_WORDS, "ASR")])
def test_a_word_in_the_title_or_two_in_the_abstract_bring_a_paper_in(one: Paper, word: str) -> None:
    found, _ = at(one, -2.0)
    (surely,) = (term for term in found.terms if term.kind == "surely")
    assert found.place == "in"
    assert found.score == pytest.approx(0.01)
    assert surely.what == "speech recognition"
    assert surely.value == pytest.approx(2.01, abs=0.001)
    assert total(found.terms) == found.score


def test_one_word_however_often_does_not() -> None:
    found, _ = at(ONE_WORD, -2.0)
    assert found.place == "out"


def test_what_decisions_have_pushed_far_below_the_cut_stays_there() -> None:
    assert at(TITLE, -SURELY + 0.1)[0].place == "in"
    assert at(TITLE, -SURELY - 0.1)[0].place == "out"


def test_what_is_above_the_cut_keeps_its_score_and_near_topics_theirs() -> None:
    assert at(TITLE, 1.0)[0].score == pytest.approx(1.0, abs=0.001)
    assert at(TITLE, -1.0, NEAR)[0].place == "out"


def test_without_its_words_it_would_be_out_and_without_another_term_still_in() -> None:
    found, model = at(TITLE, -1.0)
    rank = Rank(TOPIC.path, None, found.place, found.score, model.cut, found.terms)
    without = {change.what: change for change in without_terms(rank, model)}
    title = without.pop("title\tspeech recognition")
    assert title.place == "out"
    assert title.score == pytest.approx(-1.0 - 1.5 * 0.6931, abs=0.001)
    assert without == {}
    learned = replace(model, weights={"w:ladders": 0.5}, base=model.base - 0.5)
    found = judge(TITLE, {"w:ladders": 1.0}, learned)
    rank = Rank(TOPIC.path, None, found.place, found.score, learned.cut, found.terms)
    (change,) = (c for c in without_terms(rank, learned) if c.what == "learned\tladders")
    assert change.place == "in"
    assert change.score == pytest.approx(0.01)


def test_a_followed_author_comes_on_top_of_what_the_words_lift_as_in_the_list() -> None:
    _, model = at(TITLE, -1.0)
    learned = replace(model, weights={"w:ladders": 0.5}, base=model.base - 0.5)
    terms = judge(TITLE, {"w:ladders": 1.0}, learned).terms
    followed = followed_term("Mio", terms, learned.cut)
    both = (*terms, followed)
    rank = Rank(TOPIC.path, None, "in", total(both), learned.cut, both)
    (change,) = (c for c in without_terms(rank, learned) if c.what == "learned\tladders")
    assert change.place == "in"
    assert change.score == pytest.approx(total(both))  # the words lift as much as it took away
