"""Test how marks whose words repeat are shown once."""

from __future__ import annotations

import pytest

from reader.library.highlight import Highlight, Marks, gathered, once


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("BLEU BLEU BLEU", "BLEU"),
        ("beam search beam search beam search beam search", "beam search"),
        ("very very good", "very very good"),
        ("no no", "no no"),
        ("", ""),
        ("声 声 声", "声"),
    ],
)
def test_a_phrase_that_one_mark_covers_three_times_is_shown_once(text: str, shown: str) -> None:
    assert once(text) == shown


def test_the_same_words_marked_alike_are_gathered_at_the_first() -> None:
    def mark(page: int, text: str, note: str = "", colour: str = "") -> Highlight:
        return Highlight(page, 0, "highlight", text, note, colour)

    marks = [
        mark(1, "BLEU"),
        mark(1, "bleu"),
        mark(2, "snails"),
        mark(3, "BLEU BLEU BLEU"),
        mark(3, "BLEU", note="here"),
        mark(4, "BLEU", colour="#ffff00"),
        mark(4, ""),
        mark(5, ""),
    ]
    assert gathered(marks) == [(1, 3), (), (2,), (), (3,), (4,), (4,), (5,)]
    assert gathered([]) == []


def test_ink_is_counted_by_its_pages() -> None:
    assert (Marks(ink=(2, 2, 5)).n_ink, Marks().n_ink) == (3, 0)
