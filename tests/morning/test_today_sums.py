"""Test how a sum is laid out: the numbers that are shown add up."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from reader.ranking.model import Term, total
from reader.texts.why import sum_rows, term_text

terms = st.lists(
    st.builds(
        Term,
        st.sampled_from(["title", "learned", "start", "odd"]),
        st.sampled_from(["snail", "rain", ""]),
        st.floats(-3, 3).map(lambda x: round(x, 4)),
    ),
    max_size=12,
)


def test_learned_words_of_little_weight_share_a_row_without_being_named() -> None:
    several = [Term("learned", f"w{n}", 0.01 * n) for n in range(1, 6)]
    assert list(sum_rows([Term("title", "snail", 1.0), *several])) == [
        (1.0, "“snail” in the title"),
        (0.05, "“w5”, learned"),
        (0.1, "4 more parts of little weight"),
    ]


def test_a_single_small_word_is_not_named_and_zero_terms_are_left_out() -> None:
    small = [Term("learned", "two", 0.002), Term("author", "Ada Beech", 0.03)]
    several = [*small, Term("learned", "as", 0.05), Term("title", "c", 0.0)]
    assert list(sum_rows(several)) == [
        (0.05, "“as”, learned"),
        (0.032, "2 more parts of little weight"),
    ]


@given(terms)
@example([Term("title", "", -1.9709), Term("title", "", 2.2067), Term("title", "", 2.8427),
          Term("title", "", 1.0)])  # fmt: skip
def test_the_rows_add_up_to_the_rounded_sum(several: list[Term]) -> None:
    shown = sum(value for value, _ in sum_rows(several))
    assert round(shown, 3) == round(total(several), 3)


def test_a_kind_without_words_names_itself() -> None:
    assert term_text(Term("odd", "thing", 1.0)) == "odd thing"
    assert term_text(Term("nearness", "", 1.0)) == "similarity to "
