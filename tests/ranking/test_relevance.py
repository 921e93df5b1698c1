"""Test how a topic's model judges a paper: sums that add up, labels that fade, the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.config import Topic
from reader.ranking.events import Event, Label, features, guesses, labels, learned_from
from reader.ranking.model import TopicModel, judge, levelled, start, total, uncertain
from tests.samples import paper

TOPIC = Topic("speech/translation", "own", "speech", ("speech translation", "音声翻訳"))
OTHER = Topic("nlp/llm", "near", "nlp", ("language model",))
DAY = date(2031, 3, 4)
WORDS = st.text("ab cdé翻訳語.", max_size=60)
WEIGHTS = st.dictionaries(
    st.sampled_from(["w:ab", "w:cd", "w:翻訳", "a:x", "c:cs.CL"]),
    st.floats(-5, 5).map(lambda x: round(x, 4)),
)


class TestDayOne:
    @pytest.mark.parametrize(
        ("title", "abstract", "place"),
        [
            ("Speech translation on a ladder", "", "in"),
            ("On a ladder", "We do speech-translation.", "doubtful"),
            ("静かな部屋の音声翻訳", "", "in"),
            ("On a ladder", "Nobody speaks.", "out"),
        ],
    )
    def test_a_word_in_the_title_is_in_and_one_in_the_abstract_is_asked_about(
        self, title: str, abstract: str, place: str
    ) -> None:
        one = paper(1, title, abstract)
        assert judge(one, {}, start(TOPIC)).place == place

    def test_a_word_in_the_title_weighs_more_than_one_in_the_abstract(self) -> None:
        title, abstract = (
            judge(one, {}, start(TOPIC)).score
            for one in (paper(1, "Speech translation", ""), paper(2, "", "Speech translation"))
        )
        assert title > abstract


@given(WORDS, WORDS, WEIGHTS, st.none() | st.floats(-4, 9))
@settings(max_examples=150, deadline=None)
def test_the_terms_add_up_to_the_score_and_the_same_input_gives_the_same(
    title: str, abstract: str, weights: dict[str, float], nearness: float | None
) -> None:
    one = paper(1, title, abstract)
    model = replace(start(TOPIC), weights=weights)
    first = judge(one, features(one), model, nearness=nearness)
    assert total(first.terms) == first.score
    assert first == judge(one, features(one), model, nearness=nearness)
    brief = judge(one, features(one), model, nearness=nearness, is_brief=True)
    assert brief.place == first.place


class TestLabels:
    def test_a_paper_that_was_only_shown_has_no_label(self) -> None:
        assert labels([], DAY, [TOPIC.path]) == {TOPIC.path: []}

    def test_the_newest_side_counts(self) -> None:
        events = [
            Event(1, "skip", TOPIC.path, DAY - timedelta(2)),
            Event(1, "pick", TOPIC.path, DAY - timedelta(1)),
            Event(2, "pick", TOPIC.path, DAY - timedelta(2)),
            Event(2, "skip", TOPIC.path, DAY),
        ]
        found = labels(events, DAY, [TOPIC.path])[TOPIC.path]
        assert found == [Label(1, True, 1.0), Label(2, False, 0.5)]

    def test_a_dislike_fades_within_ninety_days(self) -> None:
        def weight(days: int) -> float:
            events = [Event(1, "no", TOPIC.path, DAY - timedelta(days))]
            found = labels(events, DAY, [TOPIC.path])[TOPIC.path]
            return found[0].weight if found else 0.0

        assert [weight(0), weight(42), weight(90), weight(500)] == [1.0, 1 - 42 / 90, 0.0, 0.0]
        assert [weight(1), weight(2)] == [1.0, 1 - 7 / 90]  # by weeks: DAY is a Tuesday

    def test_after_ninety_days_a_dislike_is_over_on_each_day_of_the_week(self) -> None:
        for n in range(7):
            day = DAY + timedelta(n)
            events = [Event(1, "no", TOPIC.path, day - timedelta(90))]
            assert labels(events, day, [TOPIC.path]) == {TOPIC.path: []}

    def test_of_too_many_labels_both_sides_keep_their_newest_and_the_seeds(self) -> None:
        likes = [Event(n, "pick", TOPIC.path, DAY - timedelta(n)) for n in range(1, 7)]
        skips = [Event(10 + n, "skip", TOPIC.path, DAY - timedelta(9 - n)) for n in range(9)]
        seed = Event(99, "seed", TOPIC.path, date.min)

        def papers(*events: Event) -> list[int]:
            found = labels(events, DAY, [TOPIC.path], most=4)[TOPIC.path]
            return [label.paper for label in found]

        assert papers(*likes, *skips, seed) == [1, 17, 18, 99]
        assert papers(*likes[:1], *skips) == [1, 16, 17, 18]
        assert papers(*likes, *skips[:1]) == [1, 2, 3, 10]
        assert papers(*skips) == [15, 16, 17, 18]
        assert papers(*likes[:4]) == [1, 2, 3, 4]

    def test_likes_of_a_left_topic_cool_and_seeds_do_not(self) -> None:
        events = [
            Event(1, "pick", TOPIC.path, DAY - timedelta(147)),
            Event(2, "seed", TOPIC.path, date.min),
        ]
        found = labels(events, DAY, [TOPIC.path])[TOPIC.path]
        assert found == [Label(1, True, 2 ** (-87 / 90)), Label(2, True, 1.0, "seed")]

    def test_a_skip_without_a_topic_speaks_against_all_and_a_pick_for_none(self) -> None:
        events = [Event(1, "skip", None, DAY), Event(2, "pick", None, DAY)]
        found = labels(events, DAY, [TOPIC.path, OTHER.path])
        assert found == {path: [Label(1, False, 0.5)] for path in (TOPIC.path, OTHER.path)}

    def test_later_events_are_not_known(self) -> None:
        events = [Event(1, "pick", TOPIC.path, DAY + timedelta(1))]
        assert labels(events, DAY, [TOPIC.path]) == {TOPIC.path: []}


def test_a_guess_needs_a_word_in_the_title_and_weighs_less_with_each_decision() -> None:
    papers = {
        1: paper(1, "Speech translation", ""),
        2: paper(2, "Ladders", "A little speech translation."),
        3: paper(3, "Ladders", "Nothing of it."),
    }
    (first,), outside = guesses(papers, TOPIC)
    (later,), _ = guesses(papers, TOPIC, n_liked=10)
    assert (first.paper, first.is_in, first.origin, outside) == (1, True, "guessed", [3])
    assert later.weight == first.weight / 2


def test_hundreds_of_guesses_weigh_less_together_than_what_was_chosen() -> None:
    several = {n: paper(n, f"Speech translation {n}") for n in range(1, 301)}

    def together(n_liked: int) -> float:
        return sum(label.weight for label in guesses(several, TOPIC, n_liked=n_liked)[0])

    assert together(0) == pytest.approx(6.0)
    assert together(1) == pytest.approx(6)
    assert together(20) == pytest.approx(6)
    assert together(50) == pytest.approx(15)
    few = {1: several[1]}
    assert guesses(few, TOPIC, n_liked=1)[0][0].weight == pytest.approx(0.7 / 1.1)


def test_a_disliked_paper_stands_among_the_rest_and_speaks_against_its_kind_on_top() -> None:
    papers = {
        1: paper(1, "Speech translation", ""),
        2: paper(2, "Ladders", "A little speech translation."),
        3: paper(3, "Ladders", "Nothing of it."),
        4: paper(4, "Ladders", "Nothing of it either."),
    }
    before, outside = learned_from([], papers, TOPIC)
    dislikes = [Label(1, False, 0.5), Label(3, False, 0.5)]
    assert before == [Label(1, True, 0.7, "guessed"), Label(2, False, 0.0, "guessed")]
    assert learned_from(dislikes, papers, TOPIC) == ([*dislikes, before[1]], outside)
    likes = [Label(4, True, 1.0)]
    assert learned_from(likes, papers, TOPIC)[1] == [3]


def test_a_word_of_the_title_is_one_term_with_the_same_word_of_the_text() -> None:
    one = paper(1, "Snails", "Snails whisper.", authors=())
    model = replace(start(TOPIC), base=0.0, weights={"w:snail": 2.0, "h:snail": 0.5})
    found = judge(one, features(one), model)
    assert [(t.kind, t.what) for t in found.terms if t.kind != "taste"] == [("learned", "snail")]
    assert found.margin == pytest.approx(2.0 * features(one)["w:snail"] + 0.5)


def test_a_model_is_read_back_as_it_was_written() -> None:
    model = replace(start(TOPIC), weights={"w:翻訳": 0.1 + 0.2}, n_in=3, cut=-1.5)
    assert TopicModel.from_text(model.to_text()) == model
    for text in ("", "[]", "{}", '{"words": 3}', model.to_text().replace("cut", "cat")):
        with pytest.raises(ValueError, match=r".+"):
            TopicModel.from_text(text)


def test_a_topic_liked_less_has_lower_scores_and_the_same_places() -> None:
    models = {
        TOPIC.path: replace(start(TOPIC), liked=30.0),
        OTHER.path: replace(start(OTHER), liked=1.0),
    }
    after = levelled(models)
    one = paper(1, "A language model", "")
    before_, after_ = (judge(one, {}, of[OTHER.path]) for of in (models, after))
    assert after_.score < before_.score
    assert after_.place == before_.place == "in"
    assert levelled(after) == after
    assert after[TOPIC.path] == models[TOPIC.path]


def test_questions_are_about_uncertain_and_different_papers() -> None:
    model = start(TOPIC)
    several = [
        (1, "Speech translation", "About ladders and lifts."),
        (2, "Speech translation", "About ladders and lifts."),
        (3, "Gardens", "Speech translation of snails, once."),
        (4, "Nothing", "At all."),
    ]
    judged = []
    for row, title, abstract in several:
        one = paper(row, title, abstract)
        judged.append((row, judge(one, features(one), model), features(one)))
    assert uncertain(judged, n=2) == [1, 3]
    assert uncertain(judged, n=0) == []
    assert sorted(uncertain(judged)) == [1, 2, 3]
    # What is like a question that was asked comes last; what nothing speaks for, alone.
    assert uncertain(judged, answered=[features(paper(5, *several[0][1:]))])[0] == 3
    assert uncertain(judged[3:]) == [4]


def test_features_know_singular_and_plural_case_and_width_as_one() -> None:
    one, other = (features(paper(1, title, "")) for title in ("Snails ＡＢ", "SNAIL AB"))
    assert {n: v for n, v in one.items() if n[0] == "w"} == pytest.approx(
        {n: v for n, v in other.items() if n[0] == "w"}
    )
