"""Replay who was talked about, morning by morning: labels are known from their own day on.

What a morning may know is worked out here and nowhere else: the authors' records, and
which earlier papers were hot, as of the evening before.
"""

from __future__ import annotations

import bisect
import functools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from reader.library.identity import author_key
from reader.library.paper import Paper
from reader.ranking.forecast import (
    AuthorRecord,
    Coefficients,
    Facts,
    NumberPlace,
    TalkExample,
    facts_of,
    forecast,
    places,
    records_of,
)
from reader.ranking.model import total
from tests.benchmarks.ranking.mornings import Mornings, bench

COLD = 0.25
"""The share of papers without talk that models are fitted on; each stands for four."""


@dataclass(frozen=True, slots=True)
class Talked:
    """A paper that stood on the daily page: on which day, with how many up-votes by then."""

    on: date
    n_votes: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A paper as its own morning sees it."""

    id: str
    day: date
    place: NumberPlace | None
    records: tuple[AuthorRecord, ...]


Records = Callable[[Seen], Sequence[AuthorRecord]]


def lived(seen: Seen) -> Sequence[AuthorRecord]:
    """Know of authors what the days before have shown."""
    return seen.records


def unknown(seen: Seen) -> Sequence[AuthorRecord]:
    """Know of no author anything: the library is new."""
    return [AuthorRecord(r.author) for r in seen.records]


@dataclass(frozen=True)
class Replay:
    """All mornings of a data folder. talked: by id, what is revealed on its day."""

    papers: Mapping[str, Paper]
    talked: Mapping[str, Talked]
    seen: Mapping[date, Sequence[Seen]]
    drawn: frozenset[str] = field(repr=False)

    @property
    def days(self) -> list[date]:
        return list(self.seen)

    def facts(self, seen: Seen) -> Facts:
        return facts_of(self.papers[seen.id], seen.place)

    @functools.cached_property
    def _kept(self) -> dict[str, Facts]:
        return {}

    def history(self, day: date) -> list[TalkExample]:
        """Give what a morning can learn from: earlier papers, labels known by the evening."""
        return list(self._history(day))

    def _history(self, day: date) -> Iterator[TalkExample]:
        for earlier in self.days[: bisect.bisect_left(self.days, day)]:
            for seen in self.seen[earlier]:
                if seen.id not in self.talked and seen.id not in self.drawn:
                    continue
                if seen.id not in self._kept:
                    self._kept[seen.id] = self.facts(seen)
                found = self.talked.get(seen.id)
                n_votes = found.n_votes if found and found.on < day else None
                weight = 1 / COLD if seen.id not in self.talked else 1.0
                yield TalkExample(earlier, self._kept[seen.id], seen.records, n_votes, weight)

    def foretold(
        self, day: date, coefficients: Coefficients, *, records: Records = lived
    ) -> dict[str, float]:
        """Foretell a day's papers, as `today` does; records: what the library knows of authors."""
        return {
            seen.id: total(forecast(self.facts(seen), records(seen), coefficients))
            for seen in self.seen[day]
        }


def replay(mornings: Mornings, labels: Sequence[Mapping[str, Any]], *, seed: int) -> Replay:
    """Walk through the days once and keep what each morning knew."""
    talked = dict(_talked(labels))
    known: dict[str, list[float]] = {}
    waiting: dict[date, list[str]] = {}
    seen: dict[date, list[Seen]] = {}
    for day, ids in mornings.days.items():
        for due in sorted(on for on in waiting if on < day):
            for id_ in waiting.pop(due):
                _reveal(known, mornings.papers[id_], talked[id_])
        stand = places(mornings.papers[id_].id for id_ in ids)
        seen[day] = [
            Seen(id_, day, stand.get(paper.id), _records(paper, known))
            for id_ in ids
            if (paper := mornings.papers[id_])
        ]
        for id_ in ids:
            for key in _keys(mornings.papers[id_]):
                known.setdefault(key, [0, 0, 0.0])[0] += 1
            if id_ in talked:
                waiting.setdefault(talked[id_].on, []).append(id_)
    draw = random.Random(seed)
    drawn = frozenset(i for ids in mornings.days.values() for i in ids if draw.random() < COLD)
    return Replay(mornings.papers, talked, seen, drawn)


def read_labels(data: Path) -> list[dict[str, Any]]:
    """Read the days of D. Raises DataMissing without them."""
    found: list[dict[str, Any]] = bench(data, "D_talked_about")
    return found


def _records(paper: Paper, known: Mapping[str, Sequence[float]]) -> tuple[AuthorRecord, ...]:
    counts = {
        key: (int(count[0]), int(count[1]), count[2])
        for key in _keys(paper)
        if (count := known.get(key))
    }
    return records_of(paper.authors, counts)


def _reveal(known: dict[str, list[float]], paper: Paper, found: Talked) -> None:
    for key in _keys(paper):
        count = known.setdefault(key, [0, 0, 0.0])
        count[1] += 1
        count[2] += math.log2(1 + found.n_votes)


def _keys(paper: Paper) -> set[str]:
    return {author_key(name) for name in paper.authors}


def _talked(labels: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Talked]]:
    """Take those that stood on the daily page; the weekly list gives no day of its own."""
    for row in labels:
        for found in row["talked"]:
            if found["hf_day"]:
                day = date.fromisoformat(found["hf_day"])
                yield found["id"], Talked(day, found["upvotes"] or 0)
