"""Test the statistics: days, the streak over days off and deadlines, themes, sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.library.folder import Library
from reader.library.rows import decisions, papers
from reader.notes.rows import habit as reviews
from reader.notes.rows import notes
from reader.notes.rows.habit import FromSource
from reader.notes.week import DayCounts, Streak, day_shown, stats
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

TEXT = (
    FEEDS_TOML.replace("quota = 3", 'quota = 3\ndays_off = ["sunday"]')
    + '[[deadline]]\nname = "A"\non = 2025-05-30\ndays = 1\n'
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path, TEXT) as library:
        given = [paper(n, f"On {n}", authors=(f"A{n}",)) for n in range(1, 11)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        yield library


def write(library: Library, row: int, ago: int, text: str = "One. Two.") -> None:
    on = DAY - timedelta(ago)
    notes.add_note(library.db, row, text, is_written=text.count(".") > 1, at=NOW, on=on)


def test_a_day_has_what_was_written_skimmed_and_recalled(library: Library) -> None:
    write(library, 1, 0)
    write(library, 2, 0)
    write(library, 3, 0, "One.")
    write(library, 4, 1)
    reviews.add_review(library.db, 4, 3, due_on=DAY + timedelta(2), at=NOW, on=DAY)
    found = stats(library, DAY, n_weeks=1)
    assert found.days == (
        DayCounts(date(2025, 6, 2), 0, 0, 0, False),
        DayCounts(date(2025, 6, 3), 1, 0, 0, False),
        DayCounts(DAY, 2, 1, 1, False),
    )
    assert (found.first, found.last) == (date(2025, 6, 2), DAY)


def test_the_streak_is_frozen_by_a_day_off_and_a_deadline(library: Library) -> None:
    # 4 back to 2 June, over Sunday the 1st; 31 May; the 30th and 29th near the deadline; 28 May
    for row, ago in enumerate((0, 1, 2, 4, 7), 1):
        write(library, row, ago)
    assert stats(library, DAY).streak == Streak(5, 5)
    assert stats(library, DAY + timedelta(1)).streak == Streak(5, 5)
    assert stats(library, DAY + timedelta(2)).streak == Streak(0, 5)


def test_a_streak_may_be_longer_than_the_map(library: Library) -> None:
    for row, ago in enumerate((0, 1, 2, 4), 1):
        write(library, row, ago)
    assert stats(library, DAY, n_weeks=1).streak == Streak(4, 4)


def test_themes_and_sources_have_their_papers(library: Library) -> None:
    for row, topic in ((1, "speech/recognition"), (2, "nlp/llm"), (3, "speech/recognition/far")):
        decisions.add_filing(library.db, row, topic, at=NOW)
        write(library, row, 0)
    decisions.add_decisions(library.db, "pick", [1, 5], at=NOW, on=DAY)
    found = stats(library, DAY)
    assert found.themes == {"speech/translation": 0, "speech/recognition": 2, "nlp/llm": 1}
    assert found.sources == (FromSource("arXiv", 10, 2, 3),)


def test_one_day_is_shown_whole(library: Library) -> None:
    decisions.add_decisions(library.db, "pick", [1, 2], at=NOW, on=DAY)
    decisions.add_decisions(library.db, "skip", [3, 4, 5], at=NOW, on=DAY)
    write(library, 1, 0, "It listens twice. Yes.")
    found = day_shown(library, DAY)
    assert found.counts == DayCounts(DAY, 1, 0, 0, False)
    assert [paper.row for paper in found.picked] == [1, 2]
    assert (found.n_arrived, found.n_skipped) == (10, 3)
    assert [(r.paper.row, r.sentence) for r in found.read] == [(1, "It listens twice.")]
    assert day_shown(library, date(2025, 6, 1)).counts.is_frozen


def test_a_library_without_a_note_has_stats(library: Library) -> None:
    found = stats(library, DAY)
    assert (found.streak, len(found.days), sum(d.n_written for d in found.days)) == (
        Streak(0, 0),
        52 * 7 + 3,
        0,
    )
