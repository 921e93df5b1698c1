"""Test that a difference leads from one text to the other."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.notes.draft import DiffLine, changes

TEXTS = st.lists(st.sampled_from(["", "a", "b b", "c d e", "蜂は四まで数える。"]), max_size=12).map(
    "\n".join
)


def test_equal_texts_have_no_difference() -> None:
    assert changes("a\nb", "a\nb") == []


def test_a_changed_line_stands_between_its_neighbours_with_the_changed_words_marked() -> None:
    before = "1\n2\n3\n4\nBees count to four.\n6\n7\n8\n9"
    after = before.replace("to four", "up to six")
    assert changes(before, after) == [
        DiffLine("@", "@ -2,7 +2,7 @@"),
        *(DiffLine(" ", n) for n in "234"),
        DiffLine("-", "Bees count to four.", ((14, 18),)),
        DiffLine("+", "Bees count up to six.", ((11, 14), (17, 20))),
        *(DiffLine(" ", n) for n in "678"),
    ]


def test_japanese_is_compared_by_runs_of_kanji_and_katakana() -> None:
    found = changes("蜂は四つまで数える。", "蜂は六つまでカード数える。")
    marked = [[line.text[a:b] for a, b in line.spans] for line in found if line.kind in "-+"]
    assert marked == [["四"], ["六", "カード"]]


def test_lines_that_have_little_in_common_are_changed_as_wholes() -> None:
    assert changes("Bees count.", "蜂は数える。") == [
        DiffLine("@", "@ -1 +1 @@"),
        DiffLine("-", "Bees count."),
        DiffLine("+", "蜂は数える。"),
    ]


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_kept_and_added_lines_make_the_new_text(before: str, after: str) -> None:
    found = changes(before, after)
    assert (found == []) == (before == after)
    for text, kinds in ((before, " -"), (after, " +")):
        lines = iter(text.split("\n"))
        assert all(
            any(line.text == other for other in lines) for line in found if line.kind in kinds
        )
    for line in found:
        ends = [0, *(place for span in line.spans for place in span), len(line.text)]
        assert ends == sorted(ends)


@pytest.mark.parametrize("line", ["the same\n", "\n", "a b c " * 5_000 + "\n"])
def test_long_texts_take_no_long_time(line: str) -> None:
    text = line * (1_000_000 // len(line))
    begin = time.process_time()
    changes(text, text + "more\n" + line * 3)
    assert time.process_time() - begin < 10
