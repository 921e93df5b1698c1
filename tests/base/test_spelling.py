"""Test the corrections of misspelt words and names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.words import MAX_WAYS, distance, other_spellings, slips


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("inagma", "inaguma"),
        ("watanbae", "watanabe"),
        ("watanebe", "watanabe"),
        ("wattanabe", "watanabe"),
    ],
)
def test_one_slip_is_corrected(typed: str, meant: str) -> None:
    assert meant in slips(typed)
    assert distance(typed, meant) == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ohtuka", "otsuka"),
        ("sinoda", "shinoda"),
        ("ono", "ohno"),
        ("hukuda", "fukuda"),
        ("wattanabe", "watanabe"),
        ("homma", "honma"),
        ("schmidt", "shmidt"),
    ],
)
def test_other_romanisations_are_listed(typed: str, meant: str) -> None:
    assert meant in other_spellings(typed) or typed in other_spellings(meant)


@pytest.mark.parametrize("word", ["", "abc", "音声翻訳", "a1bcd", "x" * 25])
def test_short_long_and_non_latin_words_have_no_slips(word: str) -> None:
    assert slips(word) == frozenset()


@settings(deadline=None)
@given(st.text("abcdef", min_size=4, max_size=8))
def test_every_slip_is_one_away_and_no_name_has_too_many_spellings(word: str) -> None:
    assert {distance(word, way) for way in slips(word)} == {1}
    assert len(other_spellings(word)) < MAX_WAYS
    assert word not in other_spellings(word)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_a_distance_is_the_same_both_ways(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
