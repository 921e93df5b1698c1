"""Hold that a person's word on a topic stands above the model's, in sums that add up."""

from __future__ import annotations

import pytest

from reader.score import Term, total
from reader.today import Rank
from reader.today.told import TOLD, as_told

A = Rank("a", 0.4, "in", 3.0, 1.0, (Term("title", "moss", 3.0),))
B = Rank("b", None, "doubtful", -0.5, 0.0, (Term("learned", "fern", -0.5),))


def test_without_a_word_nothing_changes() -> None:
    assert as_told([A, B], {}) == [A, B]
    assert as_told([A], {"a": "seed"}) == [A]


def test_a_no_puts_a_paper_well_below_the_cut_however_sure_the_model_is() -> None:
    [out] = as_told([A], {"a": "no"})
    assert (out.place, out.margin, out.terms) == (
        "out", -TOLD, (*A.terms, Term("told_no", "a", -3.0)))  # fmt: skip
    assert total(out.terms) == out.score


def test_a_yes_brings_it_in_above_all_other_topics() -> None:
    a, b = as_told([A, B], {"b": "yes"})
    assert (a, b.topic, b.place) == (A, "b", "in")
    assert b.margin == pytest.approx(2.01)
    assert total(b.terms) == pytest.approx(b.score)


def test_a_word_holds_where_no_rank_is_kept() -> None:
    no, yes = as_told([], {"a": "yes", "b": "no"})
    assert (yes.place, yes.score, yes.terms) == ("in", TOLD, (Term("told_yes", "a", TOLD),))
    assert (no.place, no.margin, no.terms) == ("out", -TOLD, (Term("told_no", "b", -TOLD),))


def test_a_rank_that_is_kept_without_its_terms_has_a_sum_all_the_same() -> None:
    bare = Rank("b", 0.1, "out", -4.0, 1.0)
    [yes] = as_told([bare], {"b": "yes"})
    assert (yes.place, yes.nearness, total(yes.terms)) == ("in", 0.1, yes.score)
