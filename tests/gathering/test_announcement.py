"""Test arXiv's calendar against its own published table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.calendar import (
    EASTERN,
    announced_at,
    is_listing_day,
    latest_listing,
    listing_day,
    listings_since,
    window,
)

MOMENTS = st.integers(800_000_000, 2_800_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
DAYS = st.dates(date(1995, 1, 1), date(2060, 1, 1)).filter(is_listing_day)


def eastern(day: int, hour: int, minute: int = 0) -> datetime:
    """Build a moment of January 2024, whose first day is a Monday, in Eastern time."""
    return datetime(2024, 1, day, hour, minute, tzinfo=EASTERN)


@pytest.mark.parametrize(
    ("submitted", "listed"),
    [
        (eastern(8, 13, 59), 9),  # Monday before the deadline: Tuesday's list
        (eastern(8, 14), 10),
        (eastern(9, 13), 10),
        (eastern(10, 15), 12),
        (eastern(11, 13, 59), 12),  # Thursday: Friday's list
        (eastern(11, 14), 15),  # from Thursday's deadline: Monday's
        (eastern(12, 13, 59), 15),
        (eastern(12, 14), 16),  # from Friday's deadline on: Tuesday's
        (eastern(13, 10), 16),
        (eastern(13, 20), 16),
        (eastern(14, 23), 16),
        (eastern(15, 13), 16),
    ],
)
def test_a_submission_is_listed_as_the_table_says(submitted: datetime, listed: int) -> None:
    assert listing_day(submitted) == date(2024, 1, listed)
    assert listing_day(submitted.astimezone(UTC)) == date(2024, 1, listed)


@given(MOMENTS)
def test_every_moment_lies_in_the_window_of_its_listing(moment: datetime) -> None:
    start, end = window(listing_day(moment))
    assert start <= moment < end


@given(DAYS)
def test_windows_follow_each_other_without_gap(day: date) -> None:
    following = day + timedelta(days=3 if day.weekday() == 4 else 1)
    assert window(day)[1] == window(following)[0]
    assert window(day)[1] < announced_at(day)


def test_nothing_is_listed_at_the_weekend() -> None:
    assert [is_listing_day(date(2024, 1, day)) for day in range(8, 15)] == [True] * 5 + [False] * 2
    with pytest.raises(ValueError, match="Saturday"):
        window(date(2024, 1, 13))


def test_summer_time_moves_the_utc_hour() -> None:
    assert announced_at(date(2024, 1, 9)) == datetime(2024, 1, 9, 1, tzinfo=UTC)
    assert announced_at(date(2024, 7, 9)) == datetime(2024, 7, 9, 0, tzinfo=UTC)
    assert window(date(2024, 3, 11)) == (
        datetime(2024, 3, 7, 19, tzinfo=UTC),
        datetime(2024, 3, 8, 19, tzinfo=UTC),
    )
    assert window(date(2024, 3, 12)) == (
        datetime(2024, 3, 8, 19, tzinfo=UTC),
        datetime(2024, 3, 11, 18, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (eastern(8, 19, 59), 8),
        (eastern(8, 20), 9),
        (eastern(11, 20), 12),
        (eastern(12, 21), 12),  # nothing comes out on Friday and Saturday night
        (eastern(13, 21), 12),
        (eastern(14, 19), 12),
        (eastern(14, 20), 15),
    ],
)
def test_the_newest_listing_is_the_last_that_came_out(now: datetime, newest: int) -> None:
    assert latest_listing(now) == date(2024, 1, newest)


@given(MOMENTS)
def test_the_newest_listing_is_out_and_the_next_is_not(now: datetime) -> None:
    day = latest_listing(now)
    assert is_listing_day(day)
    assert announced_at(day) <= now
    following = day + timedelta(days=3 if day.weekday() == 4 else 1)
    assert announced_at(following) > now


def test_missed_days_are_listed_oldest_first() -> None:
    assert listings_since(date(2024, 1, 10), eastern(16, 8)) == [
        date(2024, 1, 11),
        date(2024, 1, 12),
        date(2024, 1, 15),
        date(2024, 1, 16),
    ]
    assert listings_since(date(2024, 1, 16), eastern(16, 8)) == []
    assert listings_since(date(2024, 2, 1), eastern(16, 8)) == []
