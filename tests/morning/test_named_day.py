"""Test days as people name them; impossible and future ones have a message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reader.base.errors import UsageError
from reader.library.calendar import day_named
from tests.installed import new_library, run, says
from tests.play import PlayServer
from tests.web.site import parts_of, site

TODAY = date(2031, 3, 4)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY),
        ("Yesterday", date(2031, 3, 3)),
        ("tue", TODAY),
        ("mon", date(2031, 3, 3)),
        ("wed", date(2031, 2, 26)),
        ("Sunday", date(2031, 3, 2)),
        ("03-04", TODAY),
        ("3-5", date(2030, 3, 5)),
        ("02-29", date(2028, 2, 29)),
        ("2031-03-01", date(2031, 3, 1)),
        (" 2031-03-01 ", date(2031, 3, 1)),
        ("0001-01-01", date(1, 1, 1)),
        ("今日", TODAY),
        ("昨日", date(2031, 3, 3)),
        ("月曜日", date(2031, 3, 3)),
        ("水曜", date(2031, 2, 26)),
        ("日", date(2031, 3, 2)),
    ],
)
def test_a_day_is_understood(text: str, day: date) -> None:
    assert day_named(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("2026-02-30", "There is no day 2026-02-30: this month has 28 days."),
        ("02-30", "There is no day 02-30: this month has at most 29 days."),
        ("2026-13-01", "There is no day 2026-13-01: a year has 12 months."),
        ("2031-03-05", "2031-03-05 is in the future."),
        ("9999-12-31", "9999-12-31 is in the future."),
        ("0000-01-01", "“0000-01-01” is not a day."),
        ("soon", "“soon” is not a day."),
        ("tomorrow", "“tomorrow” is not a day."),
        ("2026-1-1x", "“2026-1-1x” is not a day."),
        ("-", "“-” is not a day."),
        ("９９９９年" * 40, f"“{'9999年' * 6}999…” is not a day."),
    ],
)
def test_an_impossible_or_future_day_has_a_message(text: str, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        day_named(text, TODAY)
    assert caught.value.message == what
    assert "yesterday" in caught.value.hint


@pytest.mark.slow
def test_the_commands_understand_named_days(tmp_path: Path, server: PlayServer) -> None:
    library = new_library(tmp_path / "library", server)
    code, out, err = run("today", "--no-fetch", "--date", "yesterday", library=library)
    assert (code, err) == (0, "")
    assert says(out, "Monday, 3 March 2031 · 0 new papers")
    code, out, err = run("today", "--date", "2026-02-30", library=library)
    assert (code, out) == (2, "")
    assert says(err, "reader: There is no day 2026-02-30: this month has 28 days.", "yesterday")
    code, out, err = run("today", "--date", "2031-03-05", library=library)
    assert (code, out) == (2, "")
    assert says(err, "2031-03-05 is in the future.")
    assert says(run("stats", "--on", "mon", library=library).out, "Monday, 3 March 2031")
    assert says(run("week", "--on", "02-26", library=library).out, "2031-02-24 to 2031-03-02")


@pytest.mark.parametrize("path", ["/", "/triage"])
def test_the_pages_make_no_list_of_a_day_to_come(tmp_path: Path, path: str) -> None:
    with site(parts_of(tmp_path)) as client:
        answer = client.get(f"{path}?date=9999-12-31")
        assert answer.status_code == 400
        assert "9999-12-31 is in the future." in answer.text
        assert "lane" not in answer.text
        assert client.get(f"{path}?date=yesterday").status_code == 200
        assert "has 28 days" in client.get(f"{path}?date=2023-02-30").text
