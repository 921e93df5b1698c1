"""Papers that curated lists took (C curated): four topics, learning from earlier days.

    python -m tests.benchmarks.ranking --only curated

A list's paper counts as picked on the day of its announcement, for the list's topic;
recognition has no list, and its words alone. A list that is not known here is a topic of its
own, without words. The first weeks only teach; the models are fitted anew each week.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reader.library.config import Topic
from tests.benchmarks.frame import Options, Result
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.own import own_topics
from tests.benchmarks.ranking.peers import Texts, arxiv_sanity, plain_tfidf, zotero_arxiv_daily
from tests.benchmarks.ranking.report import Floors, figures, nothing
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
NO_LISTS = ("judged", "category", "venue:")
"""How the names of sources begin that are no curated list."""

LEARNING = timedelta(45)
"""The data's first days, on which nothing is ranked: the lists have to teach first."""


@dataclass(frozen=True, slots=True)
class Plan:
    n_days: int | None = None


QUICK = Plan(n_days=6)


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    plan = plan or (QUICK if options.is_quick else Plan())
    return measured(options, Shipped.over(data.load(options.data, options.cache)), plan)


def measured(
    options: Options, shipped: Shipped, plan: Plan, *, name: str = "C curated"
) -> list[Result]:
    """Measure the lists as a ranking orders their days, beside the recipes of peers."""
    mornings = shipped.mornings
    tasks = tasks_of(options, mornings, plan)
    if not tasks:
        return [nothing(name, f"no list has a paper from {first_ranked(mornings)} on")]
    texts = Texts(mornings)
    ours = answers(tasks, shipped)
    peers = {
        "keywords alone": answers(tasks, words_alone(mornings)),
        "arxiv-sanity": answers(tasks, arxiv_sanity(texts)),
        "zotero-arxiv-daily on TF-IDF": answers(tasks, zotero_arxiv_daily(texts.rows)),
        "plain TF-IDF": answers(tasks, plain_tfidf(texts)),
    }
    whole, first = data.whole_lists(options.data), first_ranked(mornings)
    span = f"whole lists, {whole.first or first} to {whole.last or 'the end'}"
    strange = ", ".join(_strange(options))
    lists = f"; topics without words: {strange}" if strange else ""
    on_whole = [one.day in whole for one in ours]

    def those(several: Sequence[Answer]) -> list[Answer]:
        return [one for one, is_whole in zip(several, on_whole, strict=True) if is_whole]

    theirs = {peer: those(several) for peer, several in peers.items()}
    return [
        *figures(options, name, those(ours), theirs, floors=Floors(54.0, 88.0), note=span + lists),
        *figures(options, f"{name}, from {first}", ours, peers, floors=Floors(60.0, 88.0)),
    ]


def first_ranked(mornings: Mornings) -> date:
    """Give the first day that may be ranked: after LEARNING, or half of a shorter time."""
    days = list(mornings.days)
    return days[0] + min(LEARNING, (days[-1] - days[0]) / 2)


def tasks_of(options: Options, mornings: Mornings, plan: Plan) -> list[Task]:
    """Give each day that has papers of the lists, the first weeks left out."""
    listed = _listed(options, mornings)
    topics = (*TOPICS, *(Topic(_path(name), "own", "lists") for name in _strange(options)))
    days = sorted({on for *_, on in listed if on >= first_ranked(mornings)})
    if plan.n_days:
        days = sorted(random.Random(0).sample(days, min(plan.n_days, len(days))))
    every = {id_ for _, id_, _ in listed}
    return [
        Task(
            day,
            Lesson(before, topics, tuple(like for like in listed if like[2] < before)),
            tuple(mornings.days[day]),
            frozenset(every & set(mornings.days[day])),
        )
        for day, before in zip(days, relearned(days), strict=True)
    ]


def _listed(options: Options, mornings: Mornings) -> list[tuple[str, str, date]]:
    """Give (topic, id, day) of what the lists took, oldest first."""
    found: list[tuple[str, str, date]] = []
    for row in data.bench(options.data, "C_own_theme")["rows"]:
        paper = mornings.papers.get(row["id"])
        if paper is not None and paper.announced_on is not None:
            topics = {_path(name) for name in row["label_sources"] if _is_list(name)}
            found += [(topic, row["id"], paper.announced_on) for topic in sorted(topics)]
    return sorted(found, key=lambda like: (like[2], like[1], like[0]))


def _is_list(source: str) -> bool:
    return not source.startswith(NO_LISTS)


def _path(name: str) -> str:
    return LISTS.get(name, f"lists/{name}")


def _strange(options: Options) -> list[str]:
    """Name the lists of the data that are not known here."""
    rows = data.bench(options.data, "C_own_theme")["rows"]
    found = {name for row in rows for name in row["label_sources"] if _is_list(name)}
    return sorted(found - LISTS.keys())
