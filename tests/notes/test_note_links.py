"""Test what is a link to another paper in a note."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.notes.words import links_in


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        ("See [[2025_Field_Bees]].", ["2025_Field_Bees"]),
        ("[[b]] then [[a]] then [[b]]", ["b", "a"]),
        ("[[2025_星_蜂|蜂の論文]]と[[b#節]]", ["2025_星_蜂", "b"]),
        ("[[speech/translation/b]] ![[c.md]] [[d^x]]", ["b", "c", "d"]),
        ("[[ a ]] [[]] [[|x]] [a] [[a\nb]]", ["a"]),
        ("`[[a]]` and ``` [[b]]", ["b"]),
        ("```\n[[a]]\n```\n[[b]]\n~~~ x\n[[c]]", ["b"]),
        ("> quoted [[a]]\n- [[b]]", ["a", "b"]),
        ("[[[a]]]", ["a"]),
    ],
)
def test_a_link_is_a_key_in_two_brackets(text: str, keys: list[str]) -> None:
    assert links_in(text) == keys


@settings(max_examples=200, deadline=None)
@given(
    st.text() | st.lists(st.sampled_from(["[[", "]]", "|", "`", "```\n", "a", "\n"])).map("".join)
)
def test_any_text_has_keys_without_brackets_each_once(text: str) -> None:
    keys = links_in(text)
    assert len(keys) == len(set(keys))
    assert all(key == key.strip() and key and not set(key) & set("[]|#\n") for key in keys)


@pytest.mark.parametrize("unit", ["[[", "`", "```\n", "[[a]] ", "~~~\n[[a]]\n"])
def test_a_text_of_a_megabyte_takes_no_long_time(unit: str) -> None:
    begin = time.process_time()
    links_in(unit * (1_000_000 // len(unit)))
    assert time.process_time() - begin < 5
