"""Papers that curated lists took (C curated): four topics, learning from earlier days.

    python -m tests.benchmarks.ranking --only curated

A list's paper counts as picked on the day of its announcement, for the list's topic;
recognition has no list, and its words alone. The models are fitted anew each week.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reader.config import Topic
from tests.benchmarks.frame import Asked, Result
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.own import own_topics
from tests.benchmarks.ranking.peers import Texts, arxiv_sanity, plain_tfidf, zotero_arxiv_daily
from tests.benchmarks.ranking.report import Floors, figures
from tests.benchmarks.ranking.shipped import Shipped, words_alone
from tests.benchmarks.ranking.tasks import Answer, Lesson, Task, answers, relearned

MODELS, DIALOGUE = "speech/language models", "speech/dialogue"
TOPICS = (
    *own_topics(),
    Topic(
        MODELS,
        "own",
        "speech",
        ("speech language model", "spoken language model", "audio language model", "speech LLM"),
    ),
    Topic(DIALOGUE, "own", "speech", ("spoken dialogue", "spoken conversation", "full-duplex")),
)
LISTS = {
    "iwslt-programme": "speech/translation",
    "speech-trident": MODELS,
    "awesome-audio-llm": MODELS,
    "awesome-speechlm-survey": MODELS,
    "awesome-spoken-dialogue": DIALOGUE,
    "fd-slms": DIALOGUE,
}
FEBRUARY, WHOLE_LISTS = date(2025, 2, 1), date(2025, 5, 14)


@dataclass(frozen=True, slots=True)
class Plan:
    n_days: int | None = None


QUICK = Plan(n_days=6)


def measure(asked: Asked, plan: Plan | None = None) -> list[Result]:
    plan = plan or (QUICK if asked.is_quick else Plan())
    mornings = data.load(asked.data, asked.cache)
    tasks = tasks_of(asked, mornings, plan)
    if not tasks:
        return []
    texts = Texts(mornings)
    ours = answers(tasks, Shipped.over(mornings))
    peers = {
        "keywords alone": answers(tasks, words_alone(mornings)),
        "arxiv-sanity": answers(tasks, arxiv_sanity(texts)),
        "zotero-arxiv-daily on TF-IDF": answers(tasks, zotero_arxiv_daily(texts.rows)),
        "plain TF-IDF": answers(tasks, plain_tfidf(texts)),
    }
    return [
        *_from(asked, WHOLE_LISTS, "C curated", ours, peers, Floors(54.0, 88.0)),
        *_from(asked, FEBRUARY, "C curated, February on", ours, peers, Floors(60.0, 88.0)),
    ]


def tasks_of(asked: Asked, mornings: Mornings, plan: Plan) -> list[Task]:
    """Give each day from February on that has papers of the lists."""
    listed = _listed(asked, mornings)
    days = sorted({on for *_, on in listed if on >= FEBRUARY})
    if plan.n_days:
        days = sorted(random.Random(0).sample(days, min(plan.n_days, len(days))))
    every = {id_ for _, id_, _ in listed}
    return [
        Task(
            day,
            Lesson(before, TOPICS, tuple(like for like in listed if like[2] < before)),
            tuple(mornings.days[day]),
            frozenset(every & set(mornings.days[day])),
        )
        for day, before in zip(days, relearned(days), strict=True)
    ]


def _listed(asked: Asked, mornings: Mornings) -> list[tuple[str, str, date]]:
    """Give (topic, id, day) of what the lists took, oldest first."""
    found: list[tuple[str, str, date]] = []
    for row in data.bench(asked.data, "C_own_theme")["rows"]:
        paper = mornings.papers.get(row["id"])
        if paper is not None and paper.announced_on is not None:
            topics = {LISTS[name] for name in row["label_sources"] if name in LISTS}
            found += [(topic, row["id"], paper.announced_on) for topic in sorted(topics)]
    return sorted(found, key=lambda like: (like[2], like[1], like[0]))


def _from(
    asked: Asked,
    first: date,
    name: str,
    ours: Sequence[Answer],
    peers: Mapping[str, Sequence[Answer]],
    floors: Floors,
) -> list[Result]:
    def later(several: Sequence[Answer]) -> list[Answer]:
        return [one for one in several if one.day >= first]

    if not later(ours):
        return []
    theirs = {peer: later(several) for peer, several in peers.items()}
    return figures(asked, name, later(ours), theirs, floors=floors)
