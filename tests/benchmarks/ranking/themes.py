"""Other themes than speech: do words and twenty papers still rank a day better than the peers?

    python -m tests.benchmarks.ranking --only themes

The truth is what readers who keep a list of one topic (B) took after their cut. What is
known is what a person knows on day one: words, written once from a list's name and never
tuned, and twenty papers of the list from before the cut, drawn by seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reader.library.config import Topic
from tests.benchmarks.frame import Options, Result
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking import picks
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.peers import Texts, arxiv_sanity, plain_tfidf, zotero_arxiv_daily
from tests.benchmarks.ranking.report import figures, nothing
from tests.benchmarks.ranking.shipped import Shipped, words_alone
from tests.benchmarks.ranking.tasks import Task, answers

N_SEEDS = 20
N_DAYS = 12
"""Days of a reader that are ranked, drawn by seed."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "long-context": (
        "long context", "context window", "context length", "length extrapolation", "KV cache",
        "long document",
    ),
    "code": (
        "code generation", "code LLM", "code language model", "program synthesis",
        "program repair", "software engineering", "coding agent",
    ),
    "safety": (
        "LLM safety", "safety alignment", "jailbreak", "red teaming", "harmful", "guardrail",
        "prompt injection",
    ),
    "jailbreak": ("jailbreak", "red teaming", "adversarial prompt", "harmful", "guardrail"),
    "agent": (
        "LLM agent", "language agent", "agentic", "multi-agent", "web agent", "GUI agent",
        "tool use",
    ),
    "-rl-": (
        "verifiable reward", "RLVR", "GRPO", "policy optimization", "reasoning model",
        "reinforcement learning for reasoning",
    ),
}  # fmt: skip
"""By what stands in a reader's name: the words of such a theme."""


@dataclass(frozen=True, slots=True)
class Plan:
    n_days: int = N_DAYS


QUICK = Plan(n_days=2)


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    plan = plan or (QUICK if options.is_quick else Plan())
    mornings = data.load(options.data, options.cache)
    readers = [
        reader
        for reader in data.bench(options.data, "B_own_picks")
        if reader["kind"].startswith(picks.LIST_OF_A_TOPIC)
    ]
    tasks = [task for reader in readers for task in tasks_of(reader, mornings, plan)]
    left = sorted({reader["reader"] for reader in readers} - {task.group for task in tasks})
    note = f"no words, picks or targets: {', '.join(left)}" if left else ""
    if not tasks:
        return [nothing("themes", note or "nobody keeps a list of one topic")]
    texts = Texts(mornings)
    peers = {
        "keywords alone": answers(tasks, words_alone(mornings)),
        "arxiv-sanity": answers(tasks, arxiv_sanity(texts)),
        "zotero-arxiv-daily on TF-IDF": answers(tasks, zotero_arxiv_daily(texts.rows)),
        "plain TF-IDF": answers(tasks, plain_tfidf(texts)),
    }
    ours = answers(tasks, Shipped.over(mornings))
    return figures(options, "themes", ours, peers, note=note, id_of=lambda one: one.group)


def tasks_of(reader: Mapping[str, Any], mornings: Mornings, plan: Plan) -> Iterator[Task]:
    """Give a reader's days, each after the lesson of day one; none where there are no words."""
    words = words_of(reader["reader"])
    tasks = picks.frozen_tasks(reader, mornings, picks.Plan(n_days=plan.n_days)) if words else []
    for task in tasks:
        topic = Topic("theme", "own", "theme", words)
        ids = sorted({id_ for _, id_, _ in task.lesson.liked})
        drawn = random.Random(reader["reader"]).sample(ids, min(N_SEEDS, len(ids)))
        seeds = tuple((topic.path, id_) for id_ in sorted(drawn))
        yield replace(task, lesson=replace(task.lesson, topics=(topic,), liked=(), seeds=seeds))


def words_of(reader: str) -> tuple[str, ...]:
    """Give the words of the theme that a reader's name says, () where it says none."""
    return next((words for part, words in WORDS.items() if part in reader.casefold()), ())
