"""Test how a topic's model is fitted: deterministic, and one pick does not flood a list."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from reader.library.config import Topic
from reader.library.paper import Paper
from reader.ranking.events import Label, features, learned_from
from reader.ranking.fit import FEWEST, MOST_SHARE, SHARE, SHARE_PER_LIKE, fit_topic
from reader.ranking.model import MUCH_DECIDED, START, TopicModel, judge, placing, start
from tests.samples import paper

TOPIC = Topic("speech/translation", "own", "speech", ("speech translation",))
NOUNS = ("ladder", "lift", "river", "kettle", "window", "garden", "bridge", "lantern")


def about(n: int, words: str) -> Paper:
    """Make a paper about some words, with two nouns of its own."""
    noun, other = NOUNS[n % len(NOUNS)], NOUNS[(n // len(NOUNS)) % len(NOUNS)]
    return paper(n, f"{words} {noun}", f"On the {other}, {words}.")


BACKGROUND = [about(n, "cooking bread") for n in range(2 * FEWEST)]
LIKED = [about(n, "whispering snails") for n in range(900, 904)]


def fitted(*examples: tuple[Paper, Label], background: list[Paper] | None = None) -> TopicModel:
    of = BACKGROUND if background is None else background
    given = [(features(one), label) for one, label in examples]
    return fit_topic(TOPIC, given, [features(one) for one in of])


def liked(*papers: Paper) -> list[tuple[Paper, Label]]:
    return [(one, Label(n, True, 1.0)) for n, one in enumerate(papers, 1)]


def test_without_a_liked_paper_the_model_is_that_of_day_one() -> None:
    assert fitted() == start(TOPIC)
    assert fitted((BACKGROUND[0], Label(1, False, 1.0))) == start(TOPIC)


def test_the_same_input_gives_the_same_model() -> None:
    assert fitted(*liked(*LIKED)) == fitted(*liked(*LIKED))


def test_papers_like_the_picks_stand_above_others() -> None:
    model = fitted(*liked(*LIKED))
    like, unlike = about(950, "whispering snails"), about(951, "cooking bread")
    scores = [judge(one, features(one), model).score for one in (like, unlike)]
    assert scores[0] > scores[1]
    assert (model.n_in, model.n_out) == (len(LIKED), 0)


@pytest.mark.parametrize("n_picks", [1, 4])
def test_few_picks_bring_few_undecided_papers_in(n_picks: int) -> None:
    # Half of all papers are of the picks' kind: tomorrow is not to be filled with them.
    kind = [about(n, "whispering snails") for n in range(FEWEST)]
    model = fitted(*liked(*LIKED[:n_picks]), background=[*BACKGROUND[:FEWEST], *kind])
    n_in = sum(judge(one, features(one), model).place == "in" for one in [*BACKGROUND, *kind])
    assert n_in <= min(MOST_SHARE, SHARE_PER_LIKE * n_picks) * 2 * FEWEST


@pytest.mark.slow
def test_ten_thousand_dislikes_keep_liked_papers_in() -> None:
    many = [about(n, "whispering snails") for n in range(900, 900 + MUCH_DECIDED)]
    dislikes = [(about(n, "cooking bread"), Label(100 + n, False, 0.5)) for n in range(10_000)]
    model = fitted(*liked(*many), *dislikes)
    assert [judge(one, features(one), model).place for one in many] == ["in"] * len(many)


PICKS = Topic("picks", "own", "picks")
KINDS = ("whispering snails", "humming frogs", "purring carps", "barking moths", "singing newts")


def test_the_class_that_all_likes_share_tells_less_than_one_of_their_words() -> None:
    likes = [replace(about(n, KINDS[n % 5]), categories=("cs.SD",)) for n in range(900, 910)]
    others = [
        replace(one, categories=("cs.SD" if n < FEWEST // 10 else "cs.CV",))
        for n, one in enumerate(BACKGROUND)
    ]
    given = [(features(one), label) for one, label in liked(*likes)]
    weights = fit_topic(PICKS, given, [features(one) for one in others]).weights
    assert 0 < weights["c:cs.SD"] - weights["c:cs.CV"] < weights["w:snail"] / 2


def test_what_was_liked_once_counts_more_in_a_topic_without_words() -> None:
    likes = [about(n, KINDS[n == 900]) for n in range(900, 940)]
    given = [(features(one), label) for one, label in liked(*likes)]
    background = [features(one) for one in BACKGROUND]
    strange = replace(PICKS, words=("zeppelin",))
    bare, named = (fit_topic(of, given, background).weights for of in (PICKS, strange))
    ratios = [weights["w:frog"] / weights["w:snail"] for weights in (bare, named)]
    assert ratios[0] > 1.05 * ratios[1]


def test_the_topics_own_words_are_not_learned_a_second_time() -> None:
    own = [about(n, "speech translation of snails") for n in range(900, 910)]
    model = fitted(*liked(*own))
    assert model.weights["w:snail"] > 0
    assert not model.weights.keys() & {"w:speech", "w:translation", "h:speech", "h:translation"}


@pytest.mark.parametrize("title", ["Whispering snails", "Speech translation of snails"])
def test_a_pick_raises_the_paper_that_is_picked(title: str) -> None:
    picked = paper(950, title, "Of snails that whisper, and their speech translation.")
    words = [about(n, "speech translation") for n in range(700, 740)]
    texts = dict(enumerate([*BACKGROUND, *words, picked], 1))
    row = len(texts)
    margins = []
    for given in ([], [Label(row, True, 1.0)]):
        learned, outside = learned_from(given, texts, TOPIC)
        examples = [(features(texts[label.paper]), label) for label in learned]
        model = fit_topic(TOPIC, examples, [features(texts[n]) for n in outside])
        margins.append(judge(picked, features(picked), model).margin)
    assert margins[1] > margins[0]


def test_sums_of_learned_words_are_likelihood_ratios() -> None:
    model = fitted(*liked(*LIKED))
    ratios = []
    for one in BACKGROUND:
        placed = placing(judge(one, features(one), model).terms)
        ratios.append(math.exp((placed - START) / SHARE))
    assert sum(ratios) / len(ratios) == pytest.approx(1, abs=0.01)


def test_a_skip_of_a_weak_paper_raises_no_other() -> None:
    texts = dict(enumerate([*BACKGROUND, *(about(n, "whispering snails") for n in range(40))], 1))
    likes = [(one, Label(1_000 + n, True, 1.0)) for n, one in enumerate(LIKED)]

    def scores(*dislikes: Label) -> list[float]:
        given = [*(label for _, label in likes), *dislikes]
        papers = {label.paper: one for one, label in likes} | texts
        learned, outside = learned_from(given, texts, TOPIC)
        examples = [(features(papers[x.paper]), x) for x in learned]
        model = fit_topic(TOPIC, examples, [features(papers[row]) for row in outside])
        return [judge(one, features(one), model).score for one in texts.values()]

    before, after = scores(), scores(Label(1, False, 0.5))
    assert max(b - a for a, b in zip(before, after, strict=True)) < 0.01


def test_the_topics_own_words_keep_their_weight_in_a_small_library() -> None:
    model = fitted(*liked(*LIKED), background=BACKGROUND[:20])
    one = paper(1, "Speech translation", "")
    assert judge(one, features(one), model).place == "in"
