"""The own theme's judged days (C2): what two topics find among all papers of a day.

    python -m tests.benchmarks.ranking --only own

A person's words (feeds.toml of this repository), twenty seeds and the stored days before.
Seeds are papers of the earliest days with a word in the title, drawn by seed: nothing else
labels them. Candidates are all papers announced that day. C core counts on the days whose
lists the data says are whole.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from reader.library.config import Config, Topic
from reader.library.feeds_file import parse
from reader.ranking.topic import mentions
from tests.benchmarks.frame import DataMissing, Options, Result, interval
from tests.benchmarks.ranking import lane
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings, Whole
from tests.benchmarks.ranking.peers import Texts, arxiv_sanity, plain_tfidf, zotero_arxiv_daily
from tests.benchmarks.ranking.report import Floors, absolute, figures, those_there
from tests.benchmarks.ranking.shipped import Shipped, words_alone
from tests.benchmarks.ranking.tasks import Answer, Lesson, Task, answers, relearned
from tests.data import ROOT

SEEDS_A_TOPIC = 10
N_DRAWS = 3
"""Times that seeds are drawn: one other seed moves one day's first places."""

BEYOND = {10: 1, 20: 0}
"""Wanted papers that may stand after so many places."""


@dataclass(frozen=True, slots=True)
class Plan:
    n_draws: int = N_DRAWS
    n_days: int | None = None


QUICK = Plan(n_draws=1, n_days=4)


def own_topics() -> tuple[Topic, ...]:
    """Give the own topics of the feeds.toml that stands in this repository."""
    found: Config = parse((ROOT / "feeds.toml").read_text("utf-8"))
    return found.own_topics


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Measure C2 and C core, or the one of them that is there."""
    plan = plan or (QUICK if options.is_quick else Plan())
    shipped = Shipped.over(data.load(options.data, options.cache))
    parts = (partial(part, options, shipped, plan) for part in (_judged, core))
    return those_there("own", parts)


def _judged(options: Options, shipped: Shipped, plan: Plan) -> list[Result]:
    mornings = shipped.mornings
    tasks = tasks_of(options, mornings, plan)
    texts = Texts(mornings)
    ranked = [task for task in tasks if task.wanted]
    ours = answers(ranked, shipped)
    peers = {
        "keywords alone": answers(ranked, words_alone(mornings)),
        "arxiv-sanity": answers(ranked, arxiv_sanity(texts)),
        "zotero-arxiv-daily on TF-IDF": answers(ranked, zotero_arxiv_daily(texts.rows)),
        "plain TF-IDF": answers(ranked, plain_tfidf(texts)),
    }
    n_wanted = sum(one.n_wanted for one in ours) // plan.n_draws
    return [
        *figures(options, "C2", ours, peers, floors=Floors(92.0), note=_note(options, tasks, plan)),
        *(
            Result(
                f"C2: beyond the first {place}",
                _beyond(ours, place),
                "papers",
                bar=absolute(options, most),
                note=f"{interval(_beyond(ours, place), n_wanted)}; worst draw",
            )
            for place, most in BEYOND.items()
            if ours
        ),
        *lane.judged_days(options, shipped, tasks),
    ]


def _note(options: Options, tasks: Sequence[Task], plan: Plan) -> str:
    """Say how often seeds were drawn, and what was asked of fewer or could not be asked."""
    parts = [f"seeds drawn {plan.n_draws} times"]
    full = SEEDS_A_TOPIC * len(own_topics())
    if n := sum(len(task.lesson.seeds) < full for task in tasks):
        least = min(len(task.lesson.seeds) for task in tasks)
        parts.append(f"{n} of {len(tasks)} rankings had fewer than {full} of them, down to {least}")
    if not any(task.wanted for task in tasks):
        parts.append("no judged day has a wanted paper")
    if n := sum(not task.wanted for task in tasks) // plan.n_draws:
        parts.append(f"{n} days have nothing wanted")
    there = {id_ for task in tasks for id_ in task.candidates}
    days = {task.day for task in tasks}
    judged = {id_ for day, ids in _wanted(options).items() if day in days for id_ in ids}
    if n := len(judged - there):
        parts.append(f"{n} wanted papers are not in the data")
    return "; ".join(parts)


def tasks_of(options: Options, mornings: Mornings, plan: Plan) -> list[Task]:
    """Give the judged days, once for each draw of seeds. Raises DataMissing without any."""
    wanted = _wanted(options)
    days = sorted(day for day in wanted if day in mornings.days)
    if plan.n_days:
        days = sorted(random.Random(0).sample(days, min(plan.n_days, len(days))))
    if not days:
        raise DataMissing("no judged day (C2) has papers")
    seeds = Seeds(mornings, min(days[0], _whole(options).first or days[0]))
    return [
        Task(
            day,
            Lesson(day, own_topics(), seeds=seeds.drawn(day, draw)),
            tuple(mornings.days[day]),
            frozenset(wanted[day] & set(mornings.days[day])),
            group=str(draw),
        )
        for draw in range(plan.n_draws)
        for day in days
    ]


def _wanted(options: Options) -> Mapping[date, set[str]]:
    """Give by judged day what belongs to the two themes."""
    return {
        date.fromisoformat(row["day"]): {j["id"] for j in row["judged"] if j["grade"] == 2}
        for row in data.bench(options.data, "C2_judged_days")
    }


def _whole(options: Options) -> Whole:
    try:
        return data.whole_lists(options.data)
    except DataMissing:  # C2 does without: then the earliest days are those before the first
        return Whole()


def _beyond(several: Sequence[Answer], place: int) -> int:
    """Count wanted papers that stand after a place, in the worst draw of seeds."""
    beyond: Counter[str] = Counter()
    for one in several:
        beyond[one.group] += one.n_wanted - (one.in_10 if place == 10 else one.in_20)
    return max(beyond.values())


class Seeds:
    """Draws seeds for each own topic among papers with its words in the title.

    Among those announced before `early`; where they are too few, before the day itself.
    """

    def __init__(self, mornings: Mornings, early: date) -> None:
        self._early = early
        self._fit = {
            topic.path: [
                (day, id_)
                for day, ids in mornings.days.items()
                for id_ in ids
                if mentions(topic.words, mornings.papers[id_].title, "").title
            ]
            for topic in own_topics()
        }

    def drawn(self, day: date, draw: int) -> tuple[tuple[str, str], ...]:
        """Give (topic, id) of what a person may name on a day."""
        chosen: list[tuple[str, str]] = []
        for topic, found in self._fit.items():
            fit = [id_ for on, id_ in found if on < min(day, self._early)]
            if len(fit) < SEEDS_A_TOPIC:
                fit = [id_ for on, id_ in found if on < day]
            drawn = random.Random(f"{draw} {topic}").sample(fit, min(SEEDS_A_TOPIC, len(fit)))
            chosen += [(topic, id_) for id_ in sorted(drawn)]
        return tuple(chosen)


def core(options: Options, shipped: Shipped, plan: Plan, *, name: str = "C core") -> list[Result]:
    """Hold the lane's recall on the papers that a wide net of words found (C core)."""
    mornings = shipped.mornings
    rows = data.bench(options.data, "C_own_theme")["rows"]
    wanted = {row["id"] for row in rows if row["st_grade"] == 2}
    whole = data.whole_lists(options.data)
    days = [d for d, ids in mornings.days.items() if d in whole and wanted & set(ids)]
    days = days[:: max(1, len(days) // plan.n_days)] if plan.n_days else days
    seeds = Seeds(mornings, whole.first or next(iter(mornings.days)))
    return lane.recall_on(
        options,
        shipped,
        [
            Task(
                day,
                Lesson(before, own_topics(), seeds=seeds.drawn(before, 0)),
                tuple(mornings.days[day]),
                frozenset(wanted & set(mornings.days[day])),
            )
            for day, before in zip(days, relearned(days), strict=True)
        ],
        name=name,
    )
