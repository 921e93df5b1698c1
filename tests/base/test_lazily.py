"""Test that lazily compiled patterns behave like `re.compile`."""

from __future__ import annotations

import re

import pytest

from reader.base.text import compiled


def test_a_lazy_pattern_behaves_like_a_compiled_one() -> None:
    late, early = compiled(r"(\w)\1", re.IGNORECASE), re.compile(r"(\w)\1", re.IGNORECASE)
    for _ in range(2):  # the second time it is kept
        assert (
            late.sub("*", "Aardvark kettle") == early.sub("*", "Aardvark kettle") == "*rdvark ke*le"
        )
    assert late.flags == early.flags
    assert late.groups == early.groups


def test_nothing_is_compiled_before_it_is_used() -> None:
    broken = compiled("(")
    with pytest.raises(re.error):
        broken.match("x")
