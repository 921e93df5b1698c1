"""Hold the days that FSRS gives: whole, later for who remembers, and the same each time."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from reader.habit.recall import LONGEST_DAYS, next_day

DAY = date(2031, 3, 4)


def spacing(grades: list[int]) -> list[int]:
    """Give the days between, each grade on the day on which the note came back."""
    history: list[tuple[date, int]] = []
    day, found = DAY, []
    for grade in grades:
        history.append((day, grade))
        found.append((next_day(history) - day).days)
        day = next_day(history)
    return found


def test_the_first_grade_says_when_a_note_comes_back() -> None:
    assert [spacing([grade]) for grade in (1, 2, 3, 4)] == [[1], [1], [2], [8]]


def test_who_remembers_is_asked_ever_later_and_at_least_once_a_year() -> None:
    assert spacing([3] * 6) == [2, 11, 46, 163, LONGEST_DAYS, LONGEST_DAYS]


def test_who_forgot_is_asked_soon_again() -> None:
    assert spacing([3, 3, 3, 1, 3]) == [2, 11, 46, 3, 8]


def test_two_grades_on_one_day_count_and_cost_no_time() -> None:
    assert next_day([(DAY, 1), (DAY, 3)]) > DAY


def test_the_last_day_that_there_is_is_the_last_one() -> None:
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
