"""Test that a sum of terms adds up, in full and in print."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.ranking.model import Term, in_print, total

VALUES = st.lists(st.floats(-1e6, 1e6), max_size=40)


def test_the_order_of_terms_does_not_matter_to_the_last_bit() -> None:
    terms = [Term("a", "", value) for value in (1e9, 1e-9, -1e9, 0.1)]
    assert total(terms) == total(terms[::-1])


def test_three_thirds_are_printed_with_a_sum_of_one() -> None:
    terms = [Term("a", "", 1 / 3)] * 3
    assert [value for _, value in in_print(terms, 2)] == [0.34, 0.33, 0.33]


@settings(deadline=None)
@given(VALUES, st.integers(0, 5))
def test_printed_terms_add_up_to_the_printed_total(values: list[float], digits: int) -> None:
    terms = [Term("a", "", value) for value in values]
    printed = [value for _, value in in_print(terms, digits)]
    assert math.isclose(sum(printed), round(total(terms), digits), abs_tol=10 ** -(digits + 1))
    assert all(abs(p - v) <= 10**-digits for p, v in zip(printed, values, strict=True))
