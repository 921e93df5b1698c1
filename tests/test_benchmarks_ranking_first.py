"""Hold the play of a new library: what is shown, what is counted right, what is kept aside."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.library.paper import Paper
from tests.benchmarks.frame import Options
from tests.benchmarks.ranking.first import (
    Grade,
    JudgedDay,
    Lane,
    Shown,
    Way,
    decided,
    figures,
    first_morning,
    judged_days,
    play,
    time_of,
)
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.shipped import no_nearness

FIRST = date(2031, 3, 3)
WORDS = Way("words alone", no_nearness, has_seed=True)


def mornings(n_days: int, *titles: str) -> Mornings:
    """Give days of papers with these titles, and one of a class that is not watched."""
    papers: dict[str, Paper] = {}
    days: dict[date, list[str]] = {}
    for n in range(n_days):
        for k, title in enumerate((*titles, "Speech recognition of groups")):
            id_ = f"3103.{n:02}{k:03}"
            classes = ("cs.CL",) if k < len(titles) else ("math.AG",)
            papers[id_] = Paper((f"arxiv:{id_}",), title, (), title, categories=classes)
            days.setdefault(FIRST + timedelta(n), []).append(id_)
    return Mornings(papers, days)


TITLES = ("Speech recognition on ladders", "Speech translation on ladders", "Of ladders")


def day(n: int, grades: dict[int, Grade]) -> JudgedDay:
    return JudgedDay(
        FIRST + timedelta(n), "a", {f"3103.{n:02}{k:03}": g for k, g in grades.items()}
    )


def test_a_first_morning_shows_what_the_words_surely_find_of_the_watched_classes() -> None:
    lane = first_morning(mornings(7, *TITLES), day(6, {0: Grade(2, "r"), 2: Grade(2, "t")}), WORDS)
    assert [(x.id, x.topic, x.grade.grade) for x in lane.sure] == [
        ("3103.06000", "speech/recognition", 2),
        ("3103.06001", "speech/translation", 0),
    ]
    assert lane.wanted == {"3103.06000", "3103.06002"}
    assert lane.seconds > 0


def test_what_is_right_is_picked_and_the_rest_is_skipped_in_play() -> None:
    days = [day(n, {0: Grade(2, "r")}) for n in (5, 6, 7)]
    lanes = list(play(mornings(8, *TITLES), days, WORDS))
    assert [len(lane.sure) for lane in lanes] == [2, 2, 2]
    assert [lane.day for lane in decided(mornings(8, *TITLES), days, WORDS)] == days


def lane(n: int, *shown: tuple[int, str, bool, Grade], missed: int = 0) -> Lane:
    grades = {k: grade for k, _, _, grade in shown}
    grades |= {90 + k: Grade(2, "t") for k in range(missed)}
    judged = day(n, grades)
    several = tuple(Shown(f"3103.{n:02}{k:03}", t, maybe, g) for k, t, maybe, g in shown)
    return Lane(judged, several, frozenset(i for i, g in judged.grades.items() if g.grade == 2), 60)


def test_figures_are_shares_of_all_days_by_theme_and_with_intervals() -> None:
    own, other = "speech/recognition", "speech/translation"
    lanes = [
        lane(0, (0, own, False, Grade(2, "r")), (1, own, False, Grade(1))),
        lane(1, (0, own, False, Grade(2, "t")), (1, other, True, Grade(2, "t")), missed=1),
        lane(2, (0, own, False, Grade(2, "rt")), (1, other, False, Grade())),
    ]
    options = Options(Path("/nowhere"), Path("/nowhere"))
    found = {r.name.removeprefix("x: a: "): r for r in figures(options, "x", lanes)}
    assert found["right"].value == pytest.approx(60)
    assert found["right or near"].value == pytest.approx(80)
    assert found["recall"].value == pytest.approx(60)
    assert found["recall with maybe"].value == pytest.approx(80)
    assert found["theme right"].value == pytest.approx(100 * 2 / 3)
    assert [(p.kind, p.n, p.total) for p in found["recall"].parts] == [
        ("speech recognition", 2, 2),
        ("speech translation", 2, 4),
    ]
    assert found["shown as speech translation where there is none"].value == 0
    assert found["right"].note == "3 days, 5 shown; 50 to 100"
    assert found["right"].floor is None
    alike = {r.name: r.note for r in figures(options, "x", lanes[:1])}
    assert alike["x: a: recall"] == "1 wanted; 1 of 1; 95 %: 21 to 100"
    held = list(figures(options, "x", lanes, is_main=True))
    assert [r.floor for r in held if r.name == "x: a: right"] == [90]


def test_the_time_of_a_play_and_when_its_lane_is_right() -> None:
    wrong = lane(0, (0, "speech/recognition", False, Grade()))
    right = [
        lane(n, *((k, "speech/recognition", False, Grade(2, "r")) for k in range(9)))
        for n in range(1, 8)
    ]
    minutes, mornings_until = time_of([wrong, *right])
    assert minutes.value == 1
    assert mornings_until.value == 2


def test_half_of_the_judged_days_are_kept_aside_by_a_hash() -> None:
    days = judged_days(Options(Path("/nowhere"), Path("/nowhere")))
    groups = [d.group for d in days]
    assert (groups.count("looked at"), groups.count("kept aside")) == (10, 15)
    wanted = {
        group: sum(g.grade == 2 for d in days if d.group == group for g in d.grades.values())
        for group in set(groups)
    }
    assert wanted == {
        "looked at": 43,
        "kept aside": 52,
        "scattered, looked at": 35,
        "scattered, kept aside": 36,
    }
    assert days == judged_days(Options(Path("/nowhere"), Path("/nowhere")))
