"""Test the days that FSRS computes: whole, later for better grades, and always the same."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.notes.recall import LONGEST_DAYS, next_day

DAY = date(2031, 3, 4)


def spacing(grades: list[int]) -> list[int]:
    """Return the days between grades, each given on the day on which the note came back."""
    history: list[tuple[date, int]] = []
    day, found = DAY, []
    for grade in grades:
        history.append((day, grade))
        found.append((next_day(history) - day).days)
        day = next_day(history)
    return found


def test_the_first_grade_says_when_a_note_comes_back() -> None:
    assert [spacing([grade]) for grade in (1, 2, 3, 4)] == [[1], [1], [2], [8]]


def test_intervals_grow_with_good_grades_up_to_a_year() -> None:
    assert spacing([3] * 6) == [2, 11, 46, 163, LONGEST_DAYS, LONGEST_DAYS]


def test_a_forgotten_note_comes_back_soon() -> None:
    assert spacing([3, 3, 3, 1, 3]) == [2, 11, 46, 3, 8]


def test_two_grades_on_one_day_both_count() -> None:
    assert next_day([(DAY, 1), (DAY, 3)]) > DAY


def test_no_note_comes_back_after_the_last_possible_day() -> None:
    assert next_day([(date.max, 3)]) == date.max


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 4)), min_size=1, max_size=12).map(
        lambda steps: [
            (DAY + timedelta(sum(n for n, _ in steps[: i + 1])), g)
            for i, (_, g) in enumerate(steps)
        ]
    )
)
def test_the_same_grades_give_the_same_later_day(grades: list[tuple[date, int]]) -> None:
    found = next_day(grades)
    assert found == next_day(grades)
    assert 1 <= (found - grades[-1][0]).days <= LONGEST_DAYS
