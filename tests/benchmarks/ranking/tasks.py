"""Say what a ranking is asked, and how well an answer does. Knows no ranking.

A lesson is what is known on a morning; a task is a day to rank after that lesson.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from reader.library.config import Topic

N_RESAMPLES = 1_000
RELEARNED_AFTER = 7
"""Days after which a replay learns anew; the program does at every gather."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is known before a day: topics, and for each the papers liked so far, oldest first.

    liked: (topic, id, day of the pick); seeds: (topic, id) that feeds.toml names; disliked:
    as liked, what was skipped.
    """

    before: date
    topics: tuple[Topic, ...]
    liked: tuple[tuple[str, str, date], ...] = ()
    seeds: tuple[tuple[str, str], ...] = ()
    disliked: tuple[tuple[str, str, date], ...] = ()

    def ids(self, topic: str) -> list[str]:
        """List the papers that speak for a topic, seeds first, each once."""
        named = [id_ for path, id_ in self.seeds if path == topic]
        return list(dict.fromkeys([*named, *(i for path, i, _ in self.liked if path == topic)]))


@dataclass(frozen=True, slots=True)
class Task:
    """One day to rank. group: whose day, where figures are means over groups."""

    day: date
    lesson: Lesson
    candidates: tuple[str, ...]
    wanted: frozenset[str]
    group: str = ""


Scores = Sequence[float]
Ranker = Callable[[Lesson], Callable[[Sequence[str]], Scores]]
"""Learns a lesson, then gives candidates their scores, in their order."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one task was answered.

    precision: average precision. hits: wanted papers among the first 10 and 20.
    """

    group: str
    day: date
    n_wanted: int
    precision: float
    in_10: int
    in_20: int

    @property
    def recall(self) -> float:
        return self.in_20 / self.n_wanted


def answer(task: Task, scores: Scores) -> Answer:
    """Rank by score, the first listed of equals first, and count."""
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    places = [n for n, i in enumerate(order, 1) if task.candidates[i] in task.wanted]
    precision = sum(k / n for k, n in enumerate(places, 1)) / len(places)
    n_10, n_20 = (sum(n <= cut for n in places) for cut in (10, 20))
    return Answer(task.group, task.day, len(places), precision, n_10, n_20)


def answers(tasks: Sequence[Task], ranker: Ranker) -> list[Answer]:
    """Answer every task; tasks with one lesson in turn share what was learned."""
    found: list[Answer] = []
    last: tuple[Lesson, Callable[[Sequence[str]], Scores]] | None = None
    for task in tasks:
        if last is None or last[0] != task.lesson:
            last = task.lesson, ranker(task.lesson)
        found.append(answer(task, last[1](task.candidates)))
    return found


def mean(several: Sequence[Answer], of: Callable[[Answer], float]) -> float:
    """Give the mean over groups of the means over their days; of nothing, 0."""
    groups: dict[str, list[float]] = {}
    for one in several:
        groups.setdefault(one.group, []).append(of(one))
    return sum(sum(values) / len(values) for values in groups.values()) / max(1, len(groups))


def mean_precision(several: Sequence[Answer]) -> float:
    return mean(several, lambda a: a.precision)


def mean_recall(several: Sequence[Answer]) -> float:
    return mean(several, lambda a: a.recall)


def interval(
    measure: Callable[..., float], *several: Sequence[Answer], seed: int = 0
) -> tuple[float, float]:
    """Give the middle 95 % of a figure, days drawn again; several: answers to the same tasks."""
    by_day: dict[date, list[int]] = {}
    for n, one in enumerate(several[0]):
        by_day.setdefault(one.day, []).append(n)
    days, draw = list(by_day), random.Random(seed)
    found = []
    for _ in range(N_RESAMPLES if days else 0):
        places = [n for day in draw.choices(days, k=len(days)) for n in by_day[day]]
        found.append(measure(*([answers[n] for n in places] for answers in several)))
    found.sort()
    return (found[N_RESAMPLES // 40], found[-1 - N_RESAMPLES // 40]) if found else (0.0, 0.0)


def lead(
    ours: Sequence[Answer], theirs: Sequence[Answer], *, seed: int = 0
) -> tuple[float, float, float]:
    """Give the difference in mean precision, with its 95 % interval: paired, days drawn again.

    A day is drawn with all groups that have it: several draws of seeds, or several readers, on
    one day are not several days. A group of which no day is drawn is not in that mean.
    """
    by_day: dict[date, list[tuple[str, float]]] = {}
    for a, b in zip(ours, theirs, strict=True):
        by_day.setdefault(a.day, []).append((a.group, a.precision - b.precision))
    days = list(by_day)
    draw = random.Random(seed)

    def once(drawn: Sequence[date]) -> float:
        groups: dict[str, list[float]] = {}
        for day in drawn:
            for group, difference in by_day[day]:
                groups.setdefault(group, []).append(difference)
        return sum(sum(v) / len(v) for v in groups.values()) / max(1, len(groups))

    found = sorted(
        once(draw.choices(days, k=len(days))) if days else 0.0 for _ in range(N_RESAMPLES)
    )
    return once(days), found[N_RESAMPLES // 40], found[-1 - N_RESAMPLES // 40]


def relearned(days: Sequence[date], after: int = RELEARNED_AFTER) -> list[date]:
    """Give for each day, oldest first, the day before which its lesson ends: a new one only
    after so many days."""
    found: list[date] = []
    for day in days:
        is_due = not found or (day - found[-1]).days >= after
        found.append(day if is_due else found[-1])
    return found
