"""Run `reader export` for other programs: what it writes is read back by their own readers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest

from tests.installed import NOW, run_here

DAYS = """
[[deadline]]
name = "Inter;speech, the \\u001b[31mred\\nBEGIN:VEVENT one"
on = 2027-03-01
[[deadline]]
name = "Interspeech"
on = 2028-03-01
quota = 0
[[deadline]]
name = "Interspeech"
on = 2027-03-01
days = 100000
"""


def events(
    library: Path, deadlines: str, *, off: str = "[]", now: datetime = NOW
) -> dict[str, icalendar.Component]:
    """Read the calendar of a library: id → event."""
    file = library / "feeds.toml"
    before = file.read_text("utf-8")
    changed = before.replace("[reader]", f"[reader]\ndays_off = {off}", 1)
    file.write_text(changed + deadlines, "utf-8")
    ran = run_here("export", "--format", "ics", library=library, now=now)
    file.write_text(before, "utf-8")
    assert (ran.code, ran.err) == (0, "")
    (read,) = icalendar.Calendar.from_ical(ran.out, multiple=True)
    assert isinstance(read, icalendar.Calendar)
    assert read.errors == []
    found = {str(event["uid"]): event for event in read.walk("VEVENT")}
    assert len(found) == len(read.walk("VEVENT"))
    assert all(event.errors == [] and "dtstamp" in event for event in found.values())
    return found


def test_a_calendar_has_deadlines_and_days_off(library: Path) -> None:
    found = events(library, DAYS, off='["sunday", 2027-01-01, "Sunday"]').values()
    told = [(e.decoded("dtstart"), str(e["summary"]), str(e.get("description", ""))) for e in found]
    assert sorted(told) == [
        (date(2027, 1, 1), "Day off", ""),
        (
            date(2027, 3, 1),
            "Deadline: Inter;speech, the red BEGIN:VEVENT one",
            "From 2027-02-08 on: 1 paper a day.",
        ),
        (date(2027, 3, 1), "Deadline: Interspeech", "From 1753-05-16 on: 1 paper a day."),
        (date(2028, 3, 1), "Deadline: Interspeech", "From 2028-02-09 on: 0 papers a day."),
        (date(2031, 1, 5), "Day off", ""),
    ]
    (weekly,) = [e for e in found if "rrule" in e]
    assert weekly.decoded("dtstart").strftime("%A") == "Sunday"
    assert weekly["rrule"] == {"FREQ": ["WEEKLY"]}


def test_an_event_keeps_its_id_when_its_date_is_moved(library: Path) -> None:
    before = events(library, DAYS)
    moved = events(library, DAYS.replace("2028-03-01", "2028-03-09"), now=NOW + timedelta(400))
    assert set(moved) == set(before)
    assert len({e.decoded("dtstart") for e in moved.values()} - {date(2027, 3, 1)}) == 1


@pytest.mark.parametrize("args", [["2506.00001"], ["--state", "read"]])
def test_a_calendar_is_of_no_papers(library: Path, args: list[str]) -> None:
    ran = run_here("export", "--format", "ics", *args, library=library)
    assert (ran.code, ran.out) == (2, "")
    assert "A calendar has all deadlines and days off" in ran.err


def test_a_calendar_is_written_to_a_file(library: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept" / "days.ics"
    ran = run_here("export", "--format", "ics", "--to", str(file), library=library)
    assert (ran.code, ran.out, ran.err) == (0, "", f"written: {file}\n")
    assert file.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
