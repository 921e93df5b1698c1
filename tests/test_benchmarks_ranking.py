"""Hold the measure of the ranking: places, precision, paired leads, what a morning may know."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from statistics import mean

import pytest

from reader.library.config import Topic
from tests.benchmarks.frame import Options, is_aside
from tests.benchmarks.ranking.report import Floors, absolute, figures
from tests.benchmarks.ranking.tasks import (
    Answer,
    Lesson,
    Task,
    answer,
    answers,
    lead,
    mean_precision,
    mean_recall,
    relearned,
)
from tests.data import DATA, ROOT, needs_data

TOPIC = Topic("speech/translation", "own", "speech", ("speech translation",))
DAY = date(2031, 3, 4)
LESSON = Lesson(DAY, (TOPIC,))


def task(candidates: str, wanted: str, group: str = "", lesson: Lesson = LESSON) -> Task:
    return Task(DAY, lesson, tuple(candidates), frozenset(wanted), group)


def test_average_precision_counts_each_wanted_paper_at_its_place() -> None:
    found = answer(task("abcd", "ad"), [4.0, 3.0, 2.0, 1.0])
    assert found == Answer("", DAY, 2, (1 / 1 + 2 / 4) / 2, 2, 2)
    assert answer(task("abcd", "ad"), [1.0, 1.0, 1.0, 1.0]).precision == found.precision
    assert answer(task("abcd", "d"), [4.0, 3.0, 2.0, 1.0]).precision == 1 / 4


def test_what_stands_below_twenty_is_not_recalled() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    found = answer(task(letters, "ajz"), [-float(n) for n in range(26)])
    assert (found.in_10, found.in_20, found.recall) == (2, 2, 2 / 3)


def test_means_are_of_groups_and_not_of_days() -> None:
    several = [
        Answer("one", DAY, 1, 1.0, 1, 1),
        Answer("one", DAY, 1, 0.0, 0, 0),
        Answer("two", DAY, 1, 1.0, 1, 1),
    ]
    assert (mean_precision(several), mean_recall(several)) == (0.75, 0.75)


def test_a_lesson_is_learned_once_for_the_days_that_share_it() -> None:
    learned: list[date] = []

    def ranker(lesson: Lesson):  # type: ignore[no-untyped-def]
        learned.append(lesson.before)
        return lambda ids: [1.0 if id_ == "b" else 0.0 for id_ in ids]

    later = Lesson(DAY + timedelta(7), (TOPIC,))
    found = answers([task("ab", "b"), task("cb", "b"), task("ab", "a", lesson=later)], ranker)
    assert learned == [DAY, DAY + timedelta(7)]
    assert [one.precision for one in found] == [1.0, 1.0, 0.5]


def test_a_lead_is_paired_and_its_interval_holds_it() -> None:
    ours = [Answer("", DAY + timedelta(n), 1, 0.9, 1, 1) for n in range(20)]
    theirs = [Answer("", DAY + timedelta(n), 1, 0.5 + n % 2 * 0.1, 1, 1) for n in range(20)]
    by, low, high = lead(ours, theirs)
    assert by == pytest.approx(0.35)
    assert 0.3 <= low < by < high <= 0.4
    assert lead(ours, ours) == (0.0, 0.0, 0.0)


def test_models_are_learned_anew_after_a_week() -> None:
    days = [DAY + timedelta(n) for n in (0, 1, 6, 7, 8, 20)]
    assert [(day - DAY).days for day in relearned(days)] == [0, 0, 0, 7, 7, 20]


def test_whoever_is_liked_counts_once_and_seeds_stand_first() -> None:
    lesson = Lesson(
        DAY,
        (TOPIC,),
        liked=((TOPIC.path, "a", DAY), (TOPIC.path, "b", DAY), ("nlp", "c", DAY)),
        seeds=((TOPIC.path, "b"),),
    )
    assert lesson.ids(TOPIC.path) == ["b", "a"]


@needs_data
def test_an_absolute_bar_holds_for_its_data_wherever_they_lie(tmp_path: Path) -> None:
    assert DATA is not None
    (tmp_path / "moved").symlink_to(DATA)
    other = tmp_path / "other"
    shutil.copytree(DATA / "arxiv" / "bench", other / "arxiv" / "bench")
    for data, bar in ((DATA, 92.0), (tmp_path / "moved", 92.0), (other, None)):
        assert absolute(Options(data=data, cache=tmp_path), 92.0) == bar
    assert absolute(Options(data=DATA, cache=tmp_path, is_quick=True), 92.0) is None


def test_figures_of_the_half_that_is_kept_aside_stand_beside_those_of_the_other() -> None:
    several = [Answer("", DAY + timedelta(n), 1, n / 10, 1, 1) for n in range(4)]
    aside = [one.precision for one in several if is_aside(one.day.isoformat())]
    others = [one.precision for one in several if one.precision not in aside]
    assert aside
    assert others
    said = f"set aside {100 * mean(aside):.1f}, the others {100 * mean(others):.1f}"
    options = Options(data=ROOT / "elsewhere", cache=ROOT / "none")
    found = {r.name: r.note for r in figures(options, "X", several, {"peer": several})}
    assert said in found["X: MAP"]
    assert said in found["X: ahead of peer"]
    assert found["X: recall@20"] == (
        "4 of 4; 95 %: 51 to 100; set aside 100.0, the others 100.0"  # no day differs
    )


def test_a_peer_above_the_shipped_ranking_is_a_missed_bar_on_any_data() -> None:
    ours = [Answer("", DAY, 1, 0.5, 1, 1)]
    better, worse = [Answer("", DAY, 1, 0.6, 1, 1)], [Answer("", DAY, 1, 0.4, 1, 1)]
    options = Options(data=ROOT / "elsewhere", cache=ROOT / "none")
    found = figures(options, "X", ours, {"up": better, "down": worse}, floors=Floors(92.0, 92.0))
    assert {r.name: r.ok for r in found} == {
        "X: MAP": True,  # an absolute bar holds for its own data alone
        "X: recall@20": True,
        "X: ahead of up": False,
        "X: ahead of down": True,
    }
