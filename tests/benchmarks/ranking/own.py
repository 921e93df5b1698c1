"""The own theme's judged days (C2): what two topics find among all papers of a day.

    python -m tests.benchmarks.ranking --only own

A person's words (feeds.toml of this repository), twenty seeds and the stored days before.
Seeds are papers of the earliest days with a word in the title, drawn by seed: nothing else
labels them. Candidates are all papers announced that day.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reader.config import Config, Topic, parse
from reader.topic import count_words
from tests.benchmarks.frame import Asked, DataMissing, Result
from tests.benchmarks.ranking import lane
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.peers import Texts, arxiv_sanity, plain_tfidf, zotero_arxiv_daily
from tests.benchmarks.ranking.report import Floors, absolute, figures
from tests.benchmarks.ranking.shipped import Shipped, words_alone
from tests.benchmarks.ranking.tasks import Answer, Lesson, Task, answers, relearned
from tests.data import ROOT

SEEDS_A_TOPIC = 10
N_DRAWS = 3
"""Times that seeds are drawn: one other seed moves one day's first places."""

CORE_FROM = date(2025, 5, 14)
RECALL_FLOOR = 97.0


@dataclass(frozen=True, slots=True)
class Plan:
    n_draws: int = N_DRAWS
    n_days: int | None = None


QUICK = Plan(n_draws=1, n_days=4)


def own_topics() -> tuple[Topic, ...]:
    """Give the own topics of the feeds.toml that stands in this repository."""
    found: Config = parse((ROOT / "feeds.toml").read_text("utf-8"))
    return found.own_topics


def measure(asked: Asked, plan: Plan | None = None) -> list[Result]:
    plan = plan or (QUICK if asked.is_quick else Plan())
    mornings = data.load(asked.data, asked.cache)
    tasks = tasks_of(asked, mornings, plan)
    shipped, texts = Shipped.over(mornings), Texts(mornings)
    ranked = [task for task in tasks if task.wanted]
    ours = answers(ranked, shipped)
    peers = {
        "keywords alone": answers(ranked, words_alone(mornings)),
        "arxiv-sanity": answers(ranked, arxiv_sanity(texts)),
        "zotero-arxiv-daily on TF-IDF": answers(ranked, zotero_arxiv_daily(texts.rows)),
        "plain TF-IDF": answers(ranked, plain_tfidf(texts)),
    }
    note = f"seeds drawn {plan.n_draws} times"
    return [
        *figures(asked, "C2", ours, peers, floors=Floors(92.0), note=note),
        Result("C2: beyond the first 10", _beyond(ours, 10), "papers", bar=1, note="worst draw"),
        Result("C2: beyond the first 20", _beyond(ours, 20), "papers", bar=0, note="worst draw"),
        *lane.judged_days(shipped, tasks),
        *_core(asked, shipped, plan),
    ]


def tasks_of(asked: Asked, mornings: Mornings, plan: Plan) -> list[Task]:
    """Give the judged days, once for each draw of seeds. Raises DataMissing without any."""
    judged = {date.fromisoformat(row["day"]): row["judged"] for row in
              data.bench(asked.data, "C2_judged_days")}  # fmt: skip
    wanted = {day: {j["id"] for j in of_day if j["grade"] == 2} for day, of_day in judged.items()}
    days = sorted(day for day in wanted if day in mornings.days)
    if plan.n_days:
        days = sorted(random.Random(0).sample(days, min(plan.n_days, len(days))))
    if not days:
        raise DataMissing("no judged day has papers")
    return [
        Task(
            day,
            Lesson(day, own_topics(), seeds=draw_seeds(mornings, days[0], draw)),
            tuple(mornings.days[day]),
            frozenset(wanted[day]),
            group=str(draw),
        )
        for draw in range(plan.n_draws)
        for day in days
    ]


def _beyond(several: Sequence[Answer], place: int) -> int:
    """Count wanted papers that stand after a place, in the worst draw of seeds."""
    beyond: Counter[str] = Counter()
    for one in several:
        beyond[one.group] += one.n_wanted - (one.in_10 if place == 10 else one.in_20)
    return max(beyond.values())


def draw_seeds(mornings: Mornings, before: date, draw: int) -> tuple[tuple[str, str], ...]:
    """Draw seeds for each own topic among the earliest papers with its words in the title."""
    earlier = list(mornings.before(min(before, CORE_FROM)))
    chosen: list[tuple[str, str]] = []
    for topic in own_topics():
        fit = [i for i in earlier if count_words(topic.words, mornings.papers[i].title)]
        drawn = random.Random(f"{draw} {topic.path}").sample(fit, min(SEEDS_A_TOPIC, len(fit)))
        chosen += [(topic.path, id_) for id_ in sorted(drawn)]
    return tuple(chosen)


def _core(asked: Asked, shipped: Shipped, plan: Plan) -> list[Result]:
    """Hold the lane's recall on the papers that a wide net of words found (C core)."""
    mornings = shipped.mornings
    rows = data.bench(asked.data, "C_own_theme")["rows"]
    core = {row["id"] for row in rows if row["st_grade"] == 2}
    days = [d for d, ids in mornings.days.items() if d >= CORE_FROM and core & set(ids)]
    days = days[:: max(1, len(days) // plan.n_days)] if plan.n_days else days
    seeds = draw_seeds(mornings, CORE_FROM, 0)
    return lane.recall_on(
        shipped,
        [
            Task(
                day,
                Lesson(before, own_topics(), seeds=seeds),
                tuple(mornings.days[day]),
                frozenset(core & set(mornings.days[day])),
            )
            for day, before in zip(days, relearned(days), strict=True)
        ],
        floor=absolute(asked, RECALL_FLOOR),
    )
