"""Hold the fusion of rankings and the choice of the sentence that is shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.matching import RRF_K, best_sentence, fuse


def test_a_thing_that_two_rankings_name_comes_before_what_one_puts_first() -> None:
    assert fuse([[1, 2], [3, 2]]) == [
        (2, 2 / (RRF_K + 2)),
        (1, 1 / (RRF_K + 1)),
        (3, 1 / (RRF_K + 1)),
    ]


def test_one_ranking_stays_as_it_is_and_none_gives_nothing() -> None:
    assert [thing for thing, _ in fuse([[9, 4, 7]])] == [9, 4, 7]
    assert fuse([]) == []
    assert fuse([[], []]) == []


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), unique=True), max_size=4))
def test_fusing_keeps_every_thing_once_best_first(rankings: list[list[int]]) -> None:
    fused = fuse(rankings)
    assert {thing for thing, _ in fused} == {thing for r in rankings for thing in r}
    assert len({thing for thing, _ in fused}) == len(fused)
    assert fused == sorted(fused, key=lambda item: (-item[1], item[0]))


TEXT = "We plant trees. The garden listens to rain at night. 庭は雨を聞く。 Nothing else grows."


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("rain in the garden", "The garden listens to rain at night."),
        ("雨を聞く", "庭は雨を聞く。"),
        ("GROWS", "Nothing else grows."),
        ("quantum", "We plant trees."),
        ("", "We plant trees."),
    ],
)
def test_the_sentence_that_shares_most_with_the_query_is_shown_else_the_first(
    query: str, sentence: str
) -> None:
    assert best_sentence(TEXT, query) == sentence


def test_a_long_sentence_is_cut_and_says_so() -> None:
    assert best_sentence("leaf " * 100, "leaf", width=20) == "leaf leaf leaf leaf…"
    assert best_sentence("", "leaf") == ""


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=30), st.integers(1, 60))
def test_a_sentence_is_never_longer_than_the_width(text: str, query: str, width: int) -> None:
    assert len(best_sentence(text, query, width=width)) <= width
