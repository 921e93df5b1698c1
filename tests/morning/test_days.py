"""Test when a day begins and what it asks for: zones, clock changes, deadlines, days off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.rows import papers
from reader.morning.values import Quota
from reader.notes.recall import due
from reader.notes.rows import notes
from reader.notes.week import is_frozen
from reader.notes.write import add_note
from tests.samples import DAY, FEEDS_TOML, a_library, paper

NOTE = "One sentence is here. And a second one."


def in_zone(zone: str) -> str:
    return FEEDS_TOML.replace('"UTC"', f'"{zone}"')


def write(library: Library, row: int, moment: str) -> None:
    """Write a paper up at a moment, as the command does."""
    at = datetime.fromisoformat(moment)
    papers.add_papers(library.db, [paper(row)], source="arXiv", on=DAY)
    [library_paper] = papers.papers_at(library.db, [row])
    add_note(replace(library, now=lambda: at), library_paper, NOTE)


@pytest.mark.parametrize(
    ("zone", "local", "moment"),
    [
        # 23:59 and 00:01, ahead of UTC and behind it
        ("UTC", "2031-06-03", "2031-06-03T23:59Z"),
        ("UTC", "2031-06-04", "2031-06-04T00:01Z"),
        ("Asia/Tokyo", "2031-06-03", "2031-06-03T14:59Z"),
        ("Asia/Tokyo", "2031-06-04", "2031-06-03T15:01Z"),
        ("America/New_York", "2031-06-03", "2031-06-04T03:59Z"),
        ("America/New_York", "2031-06-04", "2031-06-04T04:01Z"),
        ("Pacific/Kiritimati", "2031-06-03", "2031-06-03T09:59Z"),
        ("Pacific/Kiritimati", "2031-06-04", "2031-06-03T10:01Z"),
        ("Pacific/Pago_Pago", "2031-06-03", "2031-06-04T10:59Z"),
        ("Pacific/Pago_Pago", "2031-06-04", "2031-06-04T11:01Z"),
        ("Asia/Kathmandu", "2031-06-03", "2031-06-03T18:14Z"),
        ("Asia/Kathmandu", "2031-06-04", "2031-06-03T18:16Z"),
        # the day of 23 hours
        ("America/New_York", "2031-03-08", "2031-03-09T04:59Z"),
        ("America/New_York", "2031-03-09", "2031-03-09T05:01Z"),
        ("America/New_York", "2031-03-09", "2031-03-10T03:59Z"),
        ("America/New_York", "2031-03-10", "2031-03-10T04:01Z"),
        ("Europe/Berlin", "2031-03-29", "2031-03-29T22:59Z"),
        ("Europe/Berlin", "2031-03-30", "2031-03-29T23:01Z"),
        ("Europe/Berlin", "2031-03-30", "2031-03-30T21:59Z"),
        ("Europe/Berlin", "2031-03-31", "2031-03-30T22:01Z"),
        # the day of 25 hours, and its hour that comes twice
        ("America/New_York", "2031-11-01", "2031-11-02T03:59Z"),
        ("America/New_York", "2031-11-02", "2031-11-02T04:01Z"),
        ("America/New_York", "2031-11-02", "2031-11-02T05:30Z"),
        ("America/New_York", "2031-11-02", "2031-11-02T06:30Z"),
        ("America/New_York", "2031-11-02", "2031-11-03T04:59Z"),
        ("America/New_York", "2031-11-03", "2031-11-03T05:01Z"),
        ("Europe/Berlin", "2031-10-26", "2031-10-26T22:59Z"),
        ("Europe/Berlin", "2031-10-27", "2031-10-26T23:01Z"),
        # a midnight that there is not: the clock goes from 23:59 to 1:00
        ("Africa/Cairo", "2024-04-25", "2024-04-25T21:59Z"),
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:01Z"),
    ],
)
def test_a_note_counts_on_the_local_day(tmp_path: Path, zone: str, local: str, moment: str) -> None:
    day = date.fromisoformat(local)
    with a_library(tmp_path, in_zone(zone)) as library:
        write(library, 1, moment.replace("Z", "+00:00"))
        assert notes.n_noted_on(library.db, day) == (1, 0)
        [revision] = notes.revisions(library.db, 1)
        assert revision.on_date == day
        assert revision.at.astimezone(ZoneInfo(zone)).date() == day


def test_a_later_change_of_the_time_zone_moves_no_note(tmp_path: Path) -> None:
    with a_library(tmp_path, in_zone("Asia/Tokyo")) as library:
        write(library, 1, "2031-06-03T15:01+00:00")
        moved = replace(library, config=parse(in_zone("America/New_York")))
        write(moved, 2, "2031-06-03T15:02+00:00")
        assert [notes.n_noted_on(library.db, date(2031, 6, d)) for d in (3, 4)] == [(1, 0)] * 2


def test_a_later_correction_does_not_count_again(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        write(library, 1, "2031-06-03T23:59+00:00")
        [paper] = papers.papers_at(library.db, [1])
        later = datetime.fromisoformat("2031-06-04T00:01+00:00")
        add_note(replace(library, now=lambda: later), paper, f"{NOTE} A third one.")
        assert [notes.n_noted_on(library.db, date(2031, 6, d)) for d in (3, 4)] == [(1, 0), (0, 0)]


DEADLINES = """
[[deadline]]
name = "Interspeech"
on = 2031-03-20
days = 5
[[deadline]]
name = "ACL"
on = 2031-03-18
days = 1
quota = 0
"""
CALENDAR = FEEDS_TOML.replace("quota = 3", 'quota = 3\ndays_off = ["sunday", "2031-03-12"]')


@pytest.mark.parametrize(
    ("day", "target", "is_quiet", "deadline"),
    [
        ("2031-03-08", 3, False, "ACL"),  # a Saturday
        ("2031-03-09", 0, True, "ACL"),  # Sunday, off
        ("2031-03-12", 0, True, "ACL"),  # a date, off
        ("2031-03-14", 3, False, "ACL"),  # six days before Interspeech
        ("2031-03-15", 1, True, "ACL"),  # five
        ("2031-03-16", 0, True, "ACL"),  # Sunday
        ("2031-03-17", 0, True, "ACL"),  # the lower of two
        ("2031-03-18", 0, True, "ACL"),
        ("2031-03-19", 1, True, "Interspeech"),
        ("2031-03-20", 1, True, "Interspeech"),  # the day itself
        ("2031-03-21", 3, False, None),
        ("2031-03-23", 0, True, None),
    ],
)
def test_a_deadline_and_a_day_off_lower_the_quota_and_pause_recall(
    tmp_path: Path, day: str, target: int, is_quiet: bool, deadline: str | None
) -> None:
    on = date.fromisoformat(day)
    with a_library(tmp_path, CALENDAR + DEADLINES) as library:
        config = library.config
        write(library, 1, "2031-03-01T12:00+00:00")
        following = config.next_deadline(on)
        assert (config.quota_on(on), following and following.name) == (target, deadline)
        assert (due(library, on).is_paused, is_frozen(library, on)) == (is_quiet, is_quiet)


@pytest.mark.parametrize(
    ("target", "written", "to_go"), [(3, 0, 3), (3, 2, 1), (0, 2, 0), (1, 3, 0)]
)
def test_more_than_the_quota_leaves_nothing_to_go(target: int, written: int, to_go: int) -> None:
    assert Quota(target, written, 0).to_go == to_go
