"""The peers' dense recipes, beside the shipped ranking on a few drawn days of each set.

    python -m tests.benchmarks.ranking --only dense

At most 5,000 titles and abstracts are encoded by the bundled model. So days are drawn by
seed, and of a day's papers the wanted ones and some others, the same for every recipe: many
short days tell more of a difference than a few whole ones. Vectors are kept between runs.
"""

from __future__ import annotations

import functools
import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from reader.library.config import Config
from tests.benchmarks.frame import DataMissing, Options, Result
from tests.benchmarks.ranking import curated, own, picks
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.near import Near, vectors_of
from tests.benchmarks.ranking.peers import scholar_inbox, zotero_arxiv_daily
from tests.benchmarks.ranking.report import figures, nothing
from tests.benchmarks.ranking.shipped import Shipped
from tests.benchmarks.ranking.tasks import Lesson, Task, answers
from tests.benchmarks.search.encoding import Installed, Model, Remembered

SEED = 0
N_NEGATIVE = 100
MOST_TEXTS = 5_000


@dataclass(frozen=True, slots=True)
class Share:
    """What one set may spend. n_texts: titles with abstracts encoded; n_others: papers of a
    day that are candidates beside the wanted ones."""

    n_texts: int
    n_others: int


@dataclass(frozen=True, slots=True)
class Plan:
    """n_liked: readers who liked more than so many papers take no part, since their likes alone
    would spend what there is."""

    own: Share = Share(1_100, 100)
    curated: Share = Share(1_450, 40)
    picks: Share = Share(2_400, 40)
    n_liked: int = 300


NOTHING = Share(0, 0)
QUICK = Plan(NOTHING, NOTHING, NOTHING)
"""A hundred texts already take some ten seconds to encode."""


def measure(options: Options, plan: Plan | None = None, model: Model | None = None) -> list[Result]:
    plan = plan or (QUICK if options.is_quick else Plan())
    mornings = data.load(options.data, options.cache)
    kept = Remembered(model or Installed(Config(topics=()).encoder), options.cache / "ranking")
    rows = vectors_of(mornings, kept)
    found: list[Result] = []
    n_encoded = 0
    for name, (tasks_of, share) in _sets(options, mornings, plan).items():
        try:
            tasks = tasks_of()
        except DataMissing as error:
            found.append(nothing(f"{name}, drawn", str(error)))
            continue
        chosen, texts = draw(tasks, mornings, share)
        n_encoded += len(texts)
        if not chosen:
            why = f"no day fits into {share.n_texts:,} texts" if tasks else "it has no days"
            found.append(nothing(f"{name}, drawn", why))
            continue
        by_words = answers(chosen, Shipped.over(mornings))
        joined = answers(chosen, Shipped.over(mornings, Near(rows, kept)))
        peers = {
            "Scholar Inbox": answers(chosen, scholar_inbox(rows, negatives_of(mornings))),
            "zotero-arxiv-daily": answers(chosen, zotero_arxiv_daily(rows)),
        }
        note = f"drawn by seed {SEED}, {len(texts):,} texts encoded"
        found += figures(options, f"{name}, drawn", by_words, peers, note=note)
        found += figures(options, f"{name}, drawn, vectors joined", joined, peers)
    return [*found, Result("dense recipes: texts encoded", n_encoded, "texts", bar=MOST_TEXTS)]


def _sets(
    options: Options, mornings: Mornings, plan: Plan
) -> dict[str, tuple[Callable[[], list[Task]], Share]]:
    def of_readers() -> list[Task]:
        whole = picks.Plan()
        return [
            task
            for reader in picks.chosen(options, whole)
            for task in picks.frozen_tasks(reader, mornings, whole)
            if len(task.lesson.liked) <= plan.n_liked
        ]

    return {
        "C2": (lambda: own.tasks_of(options, mornings, own.Plan(n_draws=1)), plan.own),
        "C curated": (lambda: curated.tasks_of(options, mornings, curated.Plan()), plan.curated),
        "B frozen": (of_readers, plan.picks),
    }


def draw(
    tasks: Sequence[Task], mornings: Mornings, share: Share
) -> tuple[list[Task], frozenset[str]]:
    """Draw thinned tasks while all that they need fits; gives them in their order, and those
    texts."""
    negatives = negatives_of(mornings)
    order = random.Random(SEED).sample(range(len(tasks)), len(tasks))
    chosen: dict[int, Task] = {}
    needed: frozenset[str] = frozenset()
    for i in order:
        task = thinned(tasks[i], share.n_others)
        more = needed | {*task.candidates, *_liked(task.lesson), *negatives(task.lesson)}
        if task.wanted and len(more) <= share.n_texts:
            chosen[i] = task
            needed = more
    return [chosen[i] for i in sorted(chosen)], needed


def thinned(task: Task, n_others: int) -> Task:
    """Leave of a day's papers the wanted ones and so many others: the same for all tasks of
    the day, since vectors are dear."""
    drawn = random.Random(f"{SEED} {task.day}").sample(
        task.candidates, min(n_others, len(task.candidates))
    )
    left = task.wanted.union(drawn)
    return replace(task, candidates=tuple(id_ for id_ in task.candidates if id_ in left))


def negatives_of(mornings: Mornings) -> Callable[[Lesson], list[str]]:
    """Give what draws papers announced before a lesson, none of them liked: nearly the same for
    all lessons, since a paper's place in the draw hangs on the paper alone."""
    drawn_at = {id_: zlib.crc32(id_.encode()) for id_ in mornings.papers}

    def negatives(lesson: Lesson) -> list[str]:
        liked = set(_liked(lesson))
        there = (id_ for id_ in mornings.before(lesson.before) if id_ not in liked)
        return sorted(there, key=drawn_at.__getitem__)[:N_NEGATIVE]

    return functools.cache(negatives)


def _liked(lesson: Lesson) -> Iterable[str]:
    yield from (id_ for _, id_ in lesson.seeds)
    yield from (id_ for _, id_, _ in lesson.liked)
