"""Test fitting the forecast to invented talk: each reason is found, and the result is fixed."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from reader.library.paper import Paper
from reader.ranking.fit import FEWEST_HOT, fit_talk
from reader.ranking.forecast import (
    N_BUCKETS,
    AuthorRecord,
    Coefficients,
    NumberPlace,
    TalkExample,
    facts_of,
    forecast,
)
from reader.ranking.model import total

DAY = date(2031, 1, 1)
WORDS = ["frog", "toad", "newt", "reed", "pond", "lake", "moss", "fern", "carp", "heron", "vole"]


def example(n: int, draw: random.Random, *, is_hot: bool) -> TalkExample:
    """Make a paper; a hot one tends to be of frogs, by somebody known, handed in late."""
    words = draw.choices(WORDS, k=8) + (["frog"] * 4 if is_hot and draw.random() < 0.7 else [])
    paper = Paper((f"arxiv:3101.{n:05}",), " ".join(words[:3]), ("Ada Pond",), " ".join(words))
    n_hot = draw.choice([2, 3, 4]) if is_hot and draw.random() < 0.7 else 0
    place = NumberPlace(after=draw.uniform(0, 4) if is_hot else draw.uniform(0, 12), share=0.5)
    return TalkExample(
        on=DAY + timedelta(n // 20),
        facts=facts_of(paper, place),
        records=(AuthorRecord("Ada Pond", 6, n_hot),),
        n_votes=draw.choice([0, 5, 20, 90]) if is_hot else None,
    )


@pytest.fixture(scope="module")
def examples() -> list[TalkExample]:
    draw = random.Random(7)
    return [example(n, draw, is_hot=n % 6 == 0) for n in range(540)]


@pytest.fixture(scope="module")
def fitted(examples: list[TalkExample]) -> Coefficients:
    return fit_talk(examples)


def test_papers_that_are_talked_about_are_foretold(fitted: Coefficients) -> None:
    draw = random.Random(8)

    def mean(is_hot: bool) -> float:
        several = [example(n, draw, is_hot=is_hot) for n in range(50)]
        return sum(total(forecast(e.facts, e.records, fitted)) for e in several) / 50

    assert mean(True) > mean(False) + 2


def test_each_reason_is_found(fitted: Coefficients) -> None:
    frogs = facts_of(Paper(("doi:10.1/a",), "Frog frog", ("Ada Pond",), "frog"))
    carps = facts_of(Paper(("doi:10.1/b",), "Carp carp", ("Ada Pond",), "carp"))
    assert fitted.weigh_text(frogs.text) > fitted.weigh_text(carps.text)
    assert fitted.weights["after"] < 0 < fitted.weights["record_hot"]
    assert len(fitted.text) == N_BUCKETS


def test_the_same_examples_give_the_same_numbers_in_any_order_of_days(
    examples: list[TalkExample], fitted: Coefficients
) -> None:
    assert fit_talk(examples).to_text() == fitted.to_text()
    turned = sorted(examples, key=lambda e: e.on, reverse=True)
    assert fit_talk(turned).weights.keys() == fitted.weights.keys()


def test_too_little_talk_leaves_the_numbers_as_they_are(examples: list[TalkExample]) -> None:
    few = examples[: 6 * (FEWEST_HOT - 1)]
    before = Coefficients(start=-1.5)
    assert fit_talk(few, before) is before
    assert fit_talk([], before) is before
    assert fit_talk([]) == Coefficients()


def test_the_shipped_numbers_stay_part_of_the_fit(
    examples: list[TalkExample], fitted: Coefficients
) -> None:
    again = fit_talk(examples, fitted)
    assert again != fitted
    frogs = facts_of(Paper(("doi:10.1/a",), "Frog frog", ("Ada Pond",), "frog"))
    assert again.weigh_text(frogs.text) > 0


def test_talk_of_one_kind_only_can_be_fitted(examples: list[TalkExample]) -> None:
    hot = [e for e in examples if e.n_votes is not None]
    found = fit_talk(hot)
    assert total(forecast(hot[0].facts, hot[0].records, found)) == pytest.approx(
        found.start, abs=50
    )
