"""Test the estimates of reading time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.passage import (
    CHARACTERS_A_MINUTE,
    WORDS_A_MINUTE,
    minutes,
    paper_seconds,
    seconds,
    spent_s,
)
from tests.samples import paper

NOON = datetime(2025, 6, 4, 12, tzinfo=UTC)


def test_english_counts_in_words_and_japanese_in_characters() -> None:
    assert seconds("one two-three can't " * WORDS_A_MINUTE) == pytest.approx(180)
    assert seconds("静かな庭、" * CHARACTERS_A_MINUTE) == pytest.approx(240)
    assert seconds("ASR は一つ。") == pytest.approx(seconds("ASR") + seconds("は一つ"))
    assert seconds("") == seconds(" … 、 -- ") == 0


def test_a_paper_takes_its_title_its_abstract_and_what_is_said_of_it() -> None:
    held = paper(1, "Two words", "And four more words.")
    assert paper_seconds(held, ["Read this."]) == pytest.approx(8 * 60 / WORDS_A_MINUTE)


def test_any_text_takes_at_least_one_minute() -> None:
    assert [minutes(s) for s in (0, 0.1, 60, 89, 91, 600)] == [0, 1, 1, 1, 2, 10]


def test_time_spent_leaves_pauses_out_and_needs_no_order() -> None:
    moments = [NOON + timedelta(seconds=s) for s in (0, 20, 60, 4000, 4030)]
    assert spent_s(moments) == spent_s(moments[::-1]) == 90
    assert spent_s([]) == spent_s(moments[:1]) == 0


@given(st.text(max_size=300), st.text(max_size=300))
def test_more_text_never_takes_less(one: str, other: str) -> None:
    assert seconds(f"{one} {other}") >= seconds(one) >= 0
