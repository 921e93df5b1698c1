"""Test when the sources are asked: at a time of day, after sleep, again where they are late."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reader.gathering.rows import sources
from reader.morning.trust import AGAIN, UNTIL, last_due, must_gather, next_due
from tests.samples import Clock, a_library

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
AT = time(6, 0)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("now", "zone", "last", "following"),
    [
        (utc(2025, 6, 4, 6, 30), UTC, utc(2025, 6, 4, 6), utc(2025, 6, 5, 6)),
        (utc(2025, 6, 4, 6), UTC, utc(2025, 6, 4, 6), utc(2025, 6, 5, 6)),
        (utc(2025, 6, 4, 5, 59), UTC, utc(2025, 6, 3, 6), utc(2025, 6, 4, 6)),
        (utc(2025, 6, 3, 21, 30), TOKYO, utc(2025, 6, 3, 21), utc(2025, 6, 4, 21)),
        # Clocks went forward in the night: six o'clock comes an hour earlier.
        (utc(2025, 3, 30, 3, 59), BERLIN, utc(2025, 3, 29, 5), utc(2025, 3, 30, 4)),
        (utc(2025, 3, 30, 4, 0), BERLIN, utc(2025, 3, 30, 4), utc(2025, 3, 31, 4)),
    ],
)
def test_times_are_those_of_the_local_clock(
    now: datetime, zone: ZoneInfo, last: datetime, following: datetime
) -> None:
    assert (last_due(AT, now, zone), next_due(AT, now, zone)) == (last, following)


def test_a_time_skipped_by_a_clock_change_still_comes() -> None:
    found = last_due(time(2, 30), utc(2025, 3, 30, 12), BERLIN)
    assert found.date() == utc(2025, 3, 30).date()


def test_sources_are_asked_once_at_the_time(tmp_path: Path) -> None:
    clock = Clock()
    with a_library(tmp_path, now=clock) as library:
        clock.now = utc(2025, 6, 4, 5, 59)
        began_at = clock.now - timedelta(hours=23)
        assert not must_gather(library, AT, began_at=began_at)
        clock.now = utc(2025, 6, 4, 6, 0)
        assert must_gather(library, AT, began_at=began_at)
        assert not must_gather(library, AT, began_at=clock.now)


def test_a_missed_time_is_caught_up(tmp_path: Path) -> None:
    clock = Clock()
    with a_library(tmp_path, now=clock) as library:
        clock.now = utc(2025, 6, 4, 13, 20)
        assert must_gather(library, AT, began_at=utc(2025, 6, 3, 6, 0))


def test_a_gather_of_another_process_counts(tmp_path: Path) -> None:
    clock = Clock()
    with a_library(tmp_path, now=clock) as library:
        clock.now = utc(2025, 6, 4, 6, 5)
        sources.add_success(library.db, "timeline", now=utc(2025, 6, 4, 6, 1))
        assert not must_gather(library, AT, began_at=None)


def test_while_a_source_lacks_something_it_is_tried_again_for_some_hours(tmp_path: Path) -> None:
    clock = Clock()
    began_at = utc(2025, 6, 4, 6, 0)
    with a_library(tmp_path, now=clock) as library:  # whose sources were never asked: due
        clock.now = began_at + AGAIN - timedelta(seconds=1)
        assert not must_gather(library, AT, began_at=began_at)
        clock.now = began_at + AGAIN
        assert must_gather(library, AT, began_at=began_at)
        clock.now = began_at + UNTIL
        assert not must_gather(library, AT, began_at=began_at)
