"""Readers' own picks (B): one model a reader, learned from picks alone.

    python -m tests.benchmarks.ranking --only picks

Frozen: learned once, from what was picked up to the reader's cut. Replayed: learned anew
each week from what had been picked by then.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reader.config import Topic
from tests.benchmarks.frame import Asked, Result
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.peers import Texts, arxiv_sanity, plain_tfidf, zotero_arxiv_daily
from tests.benchmarks.ranking.report import Floors, absolute, figures
from tests.benchmarks.ranking.shipped import Shipped
from tests.benchmarks.ranking.tasks import (
    Answer,
    Lesson,
    Ranker,
    Task,
    answers,
    mean_precision,
    mean_recall,
    relearned,
)

TOPIC = Topic("picks", "own", "picks")
PERSONS = ("hf:", "dair-ai/")
"""Readers who are persons and editors; the others keep lists of one topic each."""

LEAST_OF_SVM = 115.0
PERSONS_FLOOR = 34.0


@dataclass(frozen=True, slots=True)
class Plan:
    """n_days: target days of a reader, None for all. is_replayed: the refits too."""

    n_readers: int | None = None
    n_days: int | None = None
    is_replayed: bool = True


QUICK = Plan(n_readers=3, n_days=3, is_replayed=False)


def measure(asked: Asked, plan: Plan | None = None) -> list[Result]:
    plan = plan or (QUICK if asked.is_quick else Plan())
    mornings = data.load(asked.data, asked.cache)
    readers = chosen(asked, plan)
    texts, shipped = Texts(mornings), Shipped.over(mornings)
    frozen = [task for reader in readers for task in frozen_tasks(reader, mornings, plan)]
    if not frozen:
        return []
    found = _set(asked, "B frozen", frozen, shipped, texts, Floors(50.0, 80.0))
    if plan.is_replayed:
        replayed = [task for reader in readers for task in replayed_tasks(reader, mornings, plan)]
        found += _set(asked, "B replayed", replayed, shipped, texts, Floors(52.0, 81.0))
    return found


def _set(
    asked: Asked, name: str, tasks: Sequence[Task], shipped: Ranker, texts: Texts, floors: Floors
) -> list[Result]:
    ours = answers(tasks, shipped)
    peers = {
        "arxiv-sanity": answers(tasks, arxiv_sanity(texts)),
        "zotero-arxiv-daily on TF-IDF": answers(tasks, zotero_arxiv_daily(texts.rows)),
        "plain TF-IDF": answers(tasks, plain_tfidf(texts)),
    }
    over = 100 * mean_precision(ours) / mean_precision(peers["arxiv-sanity"])
    return [
        *figures(asked, name, ours, peers, floors=floors),
        Result(f"{name}: of the SVM's MAP", over, "%", floor=LEAST_OF_SVM),
        *_kinds(asked, name, ours),
    ]


def _kinds(asked: Asked, name: str, ours: Sequence[Answer]) -> Iterator[Result]:
    """Give persons and editors apart from the lists of one topic."""
    persons = [a for a in ours if a.group.startswith(PERSONS)]
    lists = [a for a in ours if not a.group.startswith(PERSONS)]
    for kind, several, floor in (
        ("persons and editors", persons, PERSONS_FLOOR),
        ("topic lists", lists, None),
    ):
        if several:
            n = len({a.group for a in several})
            note = f"{n} readers; recall@20 {100 * mean_recall(several):.1f}"
            value = 100 * mean_precision(several)
            yield Result(f"{name}: MAP, {kind}", value, "", floor=absolute(asked, floor), note=note)


def chosen(asked: Asked, plan: Plan) -> list[Mapping[str, Any]]:
    """Give the full readers, or so many of them."""
    full = [r for r in data.bench(asked.data, "B_own_picks") if r["size"] == "full"]
    if plan.n_readers is None:
        return full
    drawn = random.Random(0).sample(range(len(full)), min(plan.n_readers, len(full)))
    return [full[i] for i in sorted(drawn)]


def frozen_tasks(reader: Mapping[str, Any], mornings: Mornings, plan: Plan) -> list[Task]:
    """Give each day with targets, after one lesson: all that was picked up to the cut."""
    cut = date.fromisoformat(reader["cut"])
    lesson = Lesson(_after(cut, mornings), (TOPIC,), tuple(_picks(reader["history"], mornings)))
    return [
        Task(day, lesson, tuple(mornings.days[day]), wanted, reader["reader"])
        for day, wanted in _wanted(reader, mornings, plan)
    ]


def replayed_tasks(reader: Mapping[str, Any], mornings: Mornings, plan: Plan) -> list[Task]:
    """Give the same days, each after a lesson of all picks before it: `gather` learns daily."""
    picks = list(_picks([*reader["history"], *reader["targets"]], mornings))
    days = _wanted(reader, mornings, plan)
    return [
        Task(
            day,
            Lesson(before, (TOPIC,), tuple(like for like in picks if like[2] < before)),
            tuple(mornings.days[day]),
            wanted,
            reader["reader"],
        )
        for (day, wanted), before in zip(
            days, relearned([d for d, _ in days], after=1), strict=True
        )
    ]


def _picks(
    rows: Sequence[Mapping[str, str]], mornings: Mornings
) -> Iterator[tuple[str, str, date]]:
    for row in sorted(rows, key=lambda r: (r["picked"], r["id"])):
        if row["id"] in mornings.papers:
            yield TOPIC.path, row["id"], date.fromisoformat(row["picked"])


def _wanted(
    reader: Mapping[str, Any], mornings: Mornings, plan: Plan
) -> list[tuple[date, frozenset[str]]]:
    found: dict[date, set[str]] = {}
    for target in reader["targets"]:
        paper = mornings.papers.get(target["id"])
        if paper is not None and paper.announced_on is not None:
            found.setdefault(paper.announced_on, set()).add(target["id"])
    days = sorted(found)
    if plan.n_days is not None:
        days = sorted(random.Random(0).sample(days, min(plan.n_days, len(days))))
    return [(day, frozenset(found[day])) for day in days]


def _after(cut: date, mornings: Mornings) -> date:
    """Give the first day after the cut, so that the papers of the cut's day are known."""
    return next((day for day in mornings.days if day > cut), cut)
