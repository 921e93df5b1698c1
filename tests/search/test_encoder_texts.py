from hypothesis import given, settings
from hypothesis import strategies as st

from reader.search.encoder.tokens import clean, windows

MARKS = ["<s>", "</s>", "<mask>"]


def test_a_special_token_in_a_text_is_only_a_word() -> None:
    assert clean("fill <mask> in </s>", MARKS) == "fill < mask> in < /s>"


def test_half_a_surrogate_pair_becomes_a_space() -> None:
    assert clean("a\ud83db", MARKS) == "a b"


def test_space_around_a_text_is_dropped() -> None:
    assert clean("\n 音声 翻訳\t", MARKS) == "音声 翻訳"


def test_a_short_or_empty_text_is_one_window() -> None:
    assert windows([1, 2, 3], 3) == [[1, 2, 3]]
    assert windows([], 3) == [[]]


@settings(max_examples=200)
@given(st.lists(st.integers(0, 9), max_size=300), st.integers(1, 50))
def test_windows_lose_nothing_and_are_nearly_equal(ids: list[int], room: int) -> None:
    parts = windows(ids, room)
    assert [i for part in parts for i in part] == ids
    sizes = [len(part) for part in parts]
    assert max(sizes) <= room
    assert max(sizes) - min(sizes) <= 1
