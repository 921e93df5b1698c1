"""Readers' own picks (B): one model a reader, learned from picks alone.

    python -m tests.benchmarks.ranking --only picks

Frozen: learned once, from what was picked up to the reader's cut. Replayed: learned anew
each week from what had been picked by then. Vectors count nothing in a topic without words, so
this is the list as the program shows it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reader.library.config import Topic
from tests.benchmarks.frame import Options, Result, interval, is_aside
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.peers import Texts, arxiv_sanity, plain_tfidf, zotero_arxiv_daily
from tests.benchmarks.ranking.report import (
    Floors,
    absolute,
    drawn,
    figures,
    least,
    nothing,
)
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
LIST_OF_A_TOPIC = "curated topic list"
"""How the kind of those begins who keep a list of one topic; all others are persons and editors."""

LEAST_OF_SVM = 115.0
LEAST_WITHOUT_BEST = 110.0
"""A lead that rests on one reader is none. It holds for the readers who are kept aside too."""

LEAST_RECALLED = 80.0
"""The share of the readers for whom recall@20 may not be below the SVM's."""

PERSONS_FLOOR = 34.0


@dataclass(frozen=True, slots=True)
class Plan:
    """n_days: target days of a reader, None for all. is_replayed: the refits too."""

    n_readers: int | None = None
    n_days: int | None = None
    is_replayed: bool = True


QUICK = Plan(n_readers=3, n_days=3, is_replayed=False)


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    plan = plan or (QUICK if options.is_quick else Plan())
    mornings = data.load(options.data, options.cache)
    readers = chosen(options, plan)
    kinds = {r["reader"]: r["kind"] for r in readers}
    frozen = [task for reader in readers for task in frozen_tasks(reader, mornings, plan)]
    sets = [_Set(options, "B frozen", frozen, kinds, Floors(50.0, 80.0))]
    if plan.is_replayed:
        replayed = [task for reader in readers for task in replayed_tasks(reader, mornings, plan)]
        sets.append(_Set(options, "B replayed", replayed, kinds, Floors(52.0, 81.0)))
    texts, shipped = Texts(mornings), Shipped.over(mornings)
    return [result for one in sets for result in one.measured(shipped, texts)]


@dataclass(frozen=True, slots=True)
class _Set:
    """Readers' days to rank. kinds: by reader, what kind of reader that is."""

    options: Options
    name: str
    tasks: Sequence[Task]
    kinds: Mapping[str, str]
    floors: Floors

    def measured(self, shipped: Ranker, texts: Texts) -> list[Result]:
        if not self.tasks:
            why = f"none of {len(self.kinds)} readers has both picks and targets in the data"
            return [nothing(self.name, why)]
        ours = answers(self.tasks, shipped)
        peers = {
            "arxiv-sanity": answers(self.tasks, arxiv_sanity(texts)),
            "zotero-arxiv-daily on TF-IDF": answers(self.tasks, zotero_arxiv_daily(texts.rows)),
            "plain TF-IDF": answers(self.tasks, plain_tfidf(texts)),
        }
        found = figures(
            self.options,
            self.name,
            ours,
            peers,
            floors=self.floors,
            note=self._note(),
            id_of=lambda one: one.group,
        )
        return [
            *found,
            *beside_svm(self.options, self.name, ours, peers["arxiv-sanity"]),
            *self._kinds(ours),
        ]

    def _note(self) -> str:
        """Say how many readers take part, and who had to be left out."""
        left = sorted(self.kinds.keys() - {task.group for task in self.tasks})
        n = f"{len(self.kinds) - len(left)} readers"
        return f"{n}; no picks or no targets in the data: {', '.join(left)}" if left else n

    def _kinds(self, ours: Sequence[Answer]) -> Iterator[Result]:
        """Give persons and editors apart from the lists of one topic."""
        lists = [a for a in ours if self.kinds[a.group].startswith(LIST_OF_A_TOPIC)]
        persons = [a for a in ours if not self.kinds[a.group].startswith(LIST_OF_A_TOPIC)]
        for kind, several, floor in (
            ("persons and editors", persons, PERSONS_FLOOR),
            ("topic lists", lists, None),
        ):
            if several:
                n = len({a.group for a in several})
                note = f"{n} readers; {drawn(mean_precision, several)}"
                note += f"; recall@20 {100 * mean_recall(several):.1f}"
                value, bar = 100 * mean_precision(several), absolute(self.options, floor)
                yield Result(f"{self.name}: MAP, {kind}", value, "", floor=bar, note=note)


def beside_svm(
    options: Options, name: str, ours: Sequence[Answer], svm: Sequence[Answer]
) -> Iterator[Result]:
    """Hold the ranking against the SVM: all readers, all but the best, those who are kept aside,
    and each by itself."""
    groups = {a.group for a in ours}
    of = {g: (_of(ours, g), _of(svm, g)) for g in sorted(groups)}
    if not all(mean_precision(theirs) for _, theirs in of.values()):
        return
    ratio = f"{name}: of the SVM's MAP"
    bar = least(options, LEAST_OF_SVM)
    yield Result(ratio, _ratio(ours, svm), "%", floor=bar, note=drawn(_over, ours, svm))
    best = max(of, key=lambda g: mean_precision(of[g][0]) - mean_precision(of[g][1]))
    if rest := groups - {best}:
        pair = [[a for a in several if a.group in rest] for several in (ours, svm)]
        note = f"without {best}; {drawn(_over, *pair)}"
        bar = least(options, LEAST_WITHOUT_BEST)
        yield Result(f"{ratio}, without the best", _ratio(*pair), "%", floor=bar, note=note)
    if aside := {g for g in groups if is_aside(g)}:
        pair = [[a for a in several if a.group in aside] for several in (ours, svm)]
        others = [[a for a in several if a.group not in aside] for several in (ours, svm)]
        note = f"{len(aside)} readers; {drawn(_over, *pair)}"
        if others[0]:
            note += f"; the others {_ratio(*others):.1f}, {drawn(_over, *others)}"
        bar = least(options, LEAST_WITHOUT_BEST)
        yield Result(f"{ratio}, readers set aside", _ratio(*pair), "%", floor=bar, note=note)
    worst = min(of, key=lambda g: _over(*of[g]))
    note = f"{worst}; {drawn(_over, *of[worst])}"
    yield Result(f"{ratio}, worst reader", _ratio(*of[worst]), "%", note=note)
    below = [g for g, (mine, theirs) in of.items() if mean_recall(mine) < mean_recall(theirs)]
    share = 100 * (len(of) - len(below)) / len(of)
    n = interval(len(of) - len(below), len(of))
    note = f"{n}; below it: {', '.join(below) or 'none'}"
    bar = least(options, LEAST_RECALLED)
    recalled = f"{name}: readers with the SVM's recall@20 or more"
    yield Result(recalled, share, "%", floor=bar, note=note)


def _of(several: Sequence[Answer], group: str) -> list[Answer]:
    return [a for a in several if a.group == group]


def _over(ours: Sequence[Answer], theirs: Sequence[Answer]) -> float:
    """Divide by their mean average precision; 0 where they have none."""
    of = mean_precision(theirs)
    return mean_precision(ours) / of if of else 0.0


def _ratio(ours: Sequence[Answer], theirs: Sequence[Answer]) -> float:
    return 100 * _over(ours, theirs)


def chosen(options: Options, plan: Plan) -> list[Mapping[str, Any]]:
    """Give the full readers, or so many of them; where none is full, the small ones."""
    readers: list[Mapping[str, Any]] = data.bench(options.data, "B_own_picks")
    full = [r for r in readers if r["size"] == "full"] or readers
    if plan.n_readers is None:
        return full
    drawn = random.Random(0).sample(range(len(full)), min(plan.n_readers, len(full)))
    return [full[i] for i in sorted(drawn)]


def frozen_tasks(reader: Mapping[str, Any], mornings: Mornings, plan: Plan) -> list[Task]:
    """Give each day with targets, after one lesson: all that was picked up to the cut.

    Gives none where nothing that was picked is in the data.
    """
    cut = date.fromisoformat(reader["cut"])
    picks = tuple(_picks(reader["history"], mornings))
    if not picks:
        return []
    lesson = Lesson(_after(cut, mornings), (TOPIC,), picks)
    return [
        Task(day, lesson, tuple(mornings.days[day]), wanted, reader["reader"])
        for day, wanted in _wanted(reader, mornings, plan)
    ]


def replayed_tasks(reader: Mapping[str, Any], mornings: Mornings, plan: Plan) -> list[Task]:
    """Give the same days, each after a lesson of all picks before it: `gather` learns daily.

    Days before the first pick that is in the data are left out.
    """
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
        if picks and picks[0][2] < before
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
