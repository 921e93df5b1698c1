"""Test how names are compared: the usual forms of one name, and uncertain pairs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.identity import family_fold, family_folds, matches, name_key


@pytest.mark.parametrize(
    ("followed", "author"),
    [
        ("Mio Hoshi", "Mio Hoshi"),
        ("Mio Hoshi", "MIO HOSHI"),
        ("Mio Hoshi", "Hoshi, Mio"),
        ("Mio Hoshi", "Hoshi Mio"),
        ("Mio Hoshi", "HOSHI Mio"),
        ("Mio Hoshi", "Mio Hoshi (Garden Lab)"),
        ("Mio Hoshi", "Mio A. Hoshi"),
        ("Mio Hoshi", "Hoshi, Mio A."),
        ("Rolf Grüner", "Rolf Gruener"),
        ("Rolf Grüner", "Rolf Gruner"),
        ("Rolf Gruener", "Grüner, Rolf"),
        ("Bjørn Åsen", "Bjoern Aasen"),
        ("Renée Dubé", "Renee Dube"),
        ("Jean-Luc Roseau", "Jean Luc Roseau"),
        ("Yu-Mei Shaw", "Yumei Shaw"),
        ("Paola Ruiz Campos", "Ruiz-Campos, Paola"),
        ("Anna van der Beek", "Beek, Anna van der"),
        ("Anna van der Beek", "van der Beek, Anna"),
        ("John Reed", "John Reed Jr."),
        ("John Reed", "Reed, John, III"),
        ("Tom O'Fern", "Tom O’Fern"),
        ("星野澪", "星野 澪"),
        ("Hoshino", "Hoshino"),
    ],
)
def test_one_name_in_two_forms_is_the_same(followed: str, author: str) -> None:
    assert matches(followed, author) == matches(author, followed) == "same"
    assert family_fold(author) in family_folds(followed)


@pytest.mark.parametrize(
    ("followed", "author"),
    [
        ("Mio Hoshi", "M. Hoshi"),
        ("Mio Hoshi", "Hoshi, M."),
        ("Mio Hoshi", "Hoshi M"),
        ("M. Hoshi", "M. Hoshi"),
        ("Jean-Luc Roseau", "J.-L. Roseau"),
        ("Wei Wang", "Wei Wang"),
        ("Wei Wang", "Wang Wei"),
        ("Hyun Kim", "H. Kim"),
    ],
)
def test_an_initial_or_a_name_that_many_have_is_ambiguous(followed: str, author: str) -> None:
    assert matches(followed, author) == matches(author, followed) == "ambiguous"
    assert family_fold(author) in family_folds(followed)


@pytest.mark.parametrize(
    ("followed", "author"),
    [
        ("Mio Hoshi", "Mia Hoshi"),
        ("Mio Hoshi", "Mio Hoshino"),
        ("Mio Hoshi", "A. Hoshi"),
        ("Mio A. Hoshi", "Mio B. Hoshi"),
        ("Wei Wang", "Wei-Chen Wang"),
        ("Jean Roseau", "Jean-Luc Roseau"),
        ("星野澪", "Mio Hoshino"),
        ("星野澪", "星野澪子"),
        ("Mio Hoshi", "Hoshi"),
        ("Mio Hoshi", ""),
    ],
)
def test_another_name_is_another_person(followed: str, author: str) -> None:
    assert matches(followed, author) == matches(author, followed) == "no"


def test_a_name_with_two_syllables_is_rare_enough() -> None:
    assert matches("Xinliang Wang", "Xinliang Wang") == "same"


def test_printings_of_one_author_share_a_key() -> None:
    keys = {name_key(n) for n in ("Mio Hoshi", "Hoshi, Mio", "M. Hoshi", "Mio A. Hoshi")}
    assert keys == {"hoshi m"}


NAMES = st.text(
    st.sampled_from("abcÜéßøWei ,.-'()渡部ーJ\u0301"), max_size=30
) | st.text(max_size=60)  # fmt: skip


@given(NAMES, NAMES)
def test_any_two_names_compare_alike_in_both_orders_and_are_found(one: str, other: str) -> None:
    assert matches(one, other) == matches(other, one)
    assert matches(one, one) != "no"
    if matches(one, other) != "no":
        assert family_fold(other) in family_folds(one)
