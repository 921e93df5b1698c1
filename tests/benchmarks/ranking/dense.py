"""The peers' dense recipes, beside the shipped ranking on a few drawn days of each set.

    python -m tests.benchmarks.ranking --only dense

At most 5,000 titles and abstracts are encoded by the bundled model, so days are drawn by
seed until that is spent; vectors are kept between runs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.config import Config
from reader.paper import Paper
from tests.benchmarks.frame import Asked, Result
from tests.benchmarks.ranking import curated, own, picks
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.peers import (
    N_NEGATIVE_DENSE,
    negatives,
    scholar_inbox,
    zotero_arxiv_daily,
)
from tests.benchmarks.ranking.report import figures
from tests.benchmarks.ranking.shipped import Shipped
from tests.benchmarks.ranking.tasks import Lesson, Task, answers
from tests.benchmarks.search.encoding import Installed, Model, Remembered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEED = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """n_texts: titles with abstracts that may be encoded, for each of the three sets."""

    n_texts: int = 1_650


QUICK = Plan(n_texts=0)
"""A single day takes more than a minute to encode."""


def measure(asked: Asked, plan: Plan | None = None, model: Model | None = None) -> list[Result]:
    plan = plan or (QUICK if asked.is_quick else Plan())
    mornings = data.load(asked.data, asked.cache)
    shipped = Shipped.over(mornings)
    kept = Remembered(model or Installed(Config(topics=()).encoder), asked.cache / "ranking")
    sets = {
        "C2": own.tasks_of(asked, mornings, own.Plan(n_draws=1)),
        "C curated": curated.tasks_of(asked, mornings, curated.Plan()),
        "B frozen": [
            task
            for reader in picks.chosen(asked, picks.Plan())
            for task in picks.frozen_tasks(reader, mornings, picks.Plan())
        ],
    }
    found: list[Result] = []
    n_encoded: dict[str, int] = {}
    for name, tasks in sets.items():
        chosen, ids = draw(tasks, mornings, plan.n_texts)
        n_encoded[name] = len(ids)
        if chosen:
            rows = _rows(mornings, kept)
            peers = {
                "Scholar Inbox": answers(chosen, scholar_inbox(mornings, rows)),
                "zotero-arxiv-daily": answers(chosen, zotero_arxiv_daily(rows)),
            }
            note = f"drawn by seed {SEED}, {len(ids):,} texts encoded"
            label = f"{name}, days drawn for dense recipes"
            found += figures(asked, label, answers(chosen, shipped), peers, note=note)
    total = sum(n_encoded.values())
    return [*found, Result("dense recipes: texts encoded", total, "texts", bar=5_000)]


def draw(
    tasks: Sequence[Task], mornings: Mornings, n_texts: int
) -> tuple[list[Task], frozenset[str]]:
    """Draw tasks while all that they need fits; gives them in their order, and those texts."""
    order = random.Random(SEED).sample(range(len(tasks)), len(tasks))
    chosen: list[int] = []
    needed: set[str] = set()
    for i in order:
        both = needed | set(_needs(tasks[i], mornings))
        if tasks[i].wanted and len(both) <= n_texts:
            chosen.append(i)
            needed = both
    return [tasks[i] for i in sorted(chosen)], frozenset(needed)


def _needs(task: Task, mornings: Mornings) -> Iterable[str]:
    yield from task.candidates
    yield from _liked(task.lesson)
    yield from negatives(mornings, task.lesson, N_NEGATIVE_DENSE)


def _liked(lesson: Lesson) -> Iterable[str]:
    yield from (id_ for _, id_ in lesson.seeds)
    yield from (id_ for _, id_, _ in lesson.liked)


def _rows(mornings: Mornings, model: Model) -> Callable[[Sequence[str]], NDArray[np.float64]]:
    def rows(ids: Sequence[str]) -> NDArray[np.float64]:
        return model.encode_passages([_text(mornings.papers[i]) for i in ids]).astype("float64")

    return rows


def _text(paper: Paper) -> str:
    return f"{paper.title}\n{paper.abstract}"
