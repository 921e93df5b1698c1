"""Test the map of days and the streak: plain values in, text and SVG out."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from reader.notes.week import Heatmap, Streak, heatmap, streak
from reader.pdfs.text.pictures import png_of
from reader.texts.note import months_line, rows, svg

LAST = date(2031, 3, 4)  # a Tuesday


def lines(map_: Heatmap) -> Iterator[str]:
    yield months_line(map_)
    for name, squares in rows(map_):
        yield f"{name:<4}" + "".join(square.sign if square else " " for square in squares)


def is_sunday(day: date) -> bool:
    return day.weekday() == 6


def a_map(n_weeks: int = 4) -> Heatmap:
    counts = {LAST: 1, date(2031, 3, 3): 5, date(2031, 2, 23): 2, date(2031, 2, 24): 12}
    return heatmap(counts, LAST, n_weeks=n_weeks, full=5, is_frozen=is_sunday)


def test_a_map_has_a_column_a_week_and_ends_on_the_last_day() -> None:
    assert list(lines(a_map())) == [
        "",
        "Mo  ..+5",
        "Tu  ...1",
        "We  ... ",
        "Th  ... ",
        "Fr  ... ",
        "Sa  ... ",
        "Su  -2- ",
    ]


def test_shades_grow_with_the_number_up_to_the_quota() -> None:
    counts = {LAST - timedelta(n): n for n in range(8)}
    found = heatmap(counts, LAST, n_weeks=2, full=5, is_frozen=is_sunday)
    levels = {square.n: square.level for square in found.squares if square.day in counts}
    assert levels == {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 4, 7: 4}


def test_every_line_is_ascii_and_as_wide_in_every_terminal() -> None:
    year = list(lines(a_map(53)))
    assert all(line.isascii() and len(line) == 57 for line in year[1:])
    assert len(year[0]) <= 57


def test_the_first_day_that_there_is_has_a_map() -> None:
    found = heatmap({}, date.min, full=0, is_frozen=is_sunday)
    assert [square.day for square in found.squares] == [date.min]


def test_the_svg_labels_each_day_and_needs_no_other_file() -> None:
    drawing = svg(a_map())
    root = ET.fromstring(drawing)
    titles = [node.text for node in root.iter() if node.tag.endswith("title")]
    assert len(titles) == 3 * 7 + 2
    assert "2031-02-24: 12 papers written up" in titles
    assert "2031-03-04: 1 paper written up" in titles
    assert not re.search(r"href|script|url\(|style", drawing)


def test_the_svg_can_be_rendered() -> None:
    png = png_of(svg(a_map()), scale=1.0)
    width = int(ET.fromstring(svg(a_map())).get("width", ""))
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") == width


def days_before(text: str) -> dict[date, int]:
    """Read counts from one sign a day, the last day at the end."""
    days = [LAST - timedelta(n) for n in range(len(text))][::-1]
    return {day: int(sign) for day, sign in zip(days, text, strict=True) if sign.isdecimal()}


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ("", Streak(0, 0)),
        ("1", Streak(1, 1)),
        ("111", Streak(3, 3)),
        ("110", Streak(2, 2)),  # today is not over
        ("1100", Streak(0, 2)),
        ("1101", Streak(1, 2)),
        ("11-1", Streak(3, 3)),  # frozen: neither breaks nor counts
        ("11---", Streak(2, 2)),
        ("11--0", Streak(2, 2)),
        ("1-0-1", Streak(1, 1)),
        ("1111001", Streak(1, 4)),
    ],
)
def test_a_streak_counts_days_and_steps_over_frozen_ones(days: str, found: Streak) -> None:
    frozen = {LAST - timedelta(len(days) - 1 - n) for n, sign in enumerate(days) if sign == "-"}
    assert streak(days_before(days), LAST, is_frozen=lambda day: day in frozen) == found


def test_a_frozen_day_on_which_one_wrote_counts() -> None:
    assert streak(days_before("111"), LAST, is_frozen=lambda _: True) == Streak(3, 3)
