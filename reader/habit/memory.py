"""Find the day on which a note comes back, by FSRS. Knows grades and days, no note.

FSRS (Ye, Su and Cao 2022, doi:10.1145/3534678.3539081) as the package fsrs has it, with
its published parameters. Without steps of minutes, which are for sitting through a pile,
and without chance: the same grades give the same day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from fsrs import Card, Rating, Scheduler

RETENTION = 0.9
"""How likely a note is to be remembered on the day on which it comes back."""

LONGEST_DAYS = 365
"""A note is met once a year, however well it is known."""


def next_day(grades: Sequence[tuple[date, int]]) -> date:
    """Give the day on which a note comes back, at least one after its last grade.

    grades: local days with 1 (again) to 4 (easy), oldest first; at least one. Days, not
    moments: recalled at seven, then at half past six, is a day later all the same.
    """
    scheduler = Scheduler(
        desired_retention=RETENTION,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )
    # With an id of its own, a card would take the clock's time and wait for it.
    card = Card(card_id=1, due=_midnight(grades[0][0]))
    try:
        for day, grade in grades:
            card, _ = scheduler.review_card(card, Rating(grade), _midnight(day))
    except OverflowError:  # beyond the last day that there is
        return date.max
    return card.due.date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
