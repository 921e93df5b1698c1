"""Load real mornings: papers by announcement day, the labels of each set, sparse features.

Papers are read once and kept beside the benchmarks' other caches as one file; nothing of
them goes into the repository. `categories_partial` is not read: it would give labels away.
For the same reason a paper's features have only the classes whose lists are known whole.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import lzma
import marshal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from reader.library.paper import Paper
from reader.ranking.events import features
from tests.benchmarks.frame import DataMissing, keep

Features = Mapping[str, float]

VERSION = 2
"""Raised when what is kept changes."""

WHOLE_CLASSES = frozenset({"cs.AI", "cs.CL", "cs.CV", "cs.IR", "cs.RO", "cs.SD", "eess.AS"})
"""Classes whose whole lists the archives have, from 2025-05-14 on. The others are known for
two papers of three, and for the talked-about ones more often: knowing them tells on those."""


@dataclass(frozen=True, slots=True)
class Mornings:
    """The papers of a data folder: by id (without scheme), and the ids of each day in order."""

    papers: Mapping[str, Paper]
    days: Mapping[date, Sequence[str]]

    def before(self, day: date) -> Iterator[str]:
        """Give the ids announced before a day, oldest first."""
        for earlier, ids in self.days.items():
            if earlier < day:
                yield from ids

    def features(self, id_: str) -> Features:
        """Give a paper's features, as the program makes them, of WHOLE_CLASSES; made once."""
        return _features(self.papers[id_])


@functools.lru_cache(maxsize=120_000)
def _features(paper: Paper) -> Features:
    known = tuple(c for c in paper.categories if c in WHOLE_CLASSES)
    return features(replace(paper, categories=known))


def load(data: Path, cache: Path) -> Mornings:
    """Load every paper with an announcement day, days oldest first, ids in order.

    Raises DataMissing where there are none.
    """
    files = sorted((data / "arxiv" / "papers").glob("papers_2*.xz"))
    if not files:
        raise DataMissing(f"there are no papers in {data / 'arxiv' / 'papers'}")
    found = {row[0]: _paper(row) for row in _rows(files, cache) if row[4]}
    days: dict[date, list[str]] = {}
    for id_ in sorted(found):
        announced_on = found[id_].announced_on
        assert announced_on is not None
        days.setdefault(announced_on, []).append(id_)
    if not days:
        raise DataMissing(f"no paper in {data / 'arxiv' / 'papers'} has a day of announcement")
    return Mornings(found, dict(sorted(days.items())))


def bench(data: Path, name: str) -> Any:
    """Read one set of labels, e.g. "C2_judged_days". Raises DataMissing without it."""
    path = data / "arxiv" / "bench" / f"{name}.json.gz"
    if not path.is_file():
        raise DataMissing(f"there is no {path}")
    return json.loads(gzip.decompress(path.read_bytes()))


@dataclass(frozen=True, slots=True)
class Whole:
    """The days on which the lists of the speech classes are whole: on others their papers are
    missing. None: the data does not say."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first or day) <= day <= (self.last or day)


def whole_lists(data: Path) -> Whole:
    """Tell which days the data says are whole. Raises DataMissing without the set that does."""
    found = bench(data, "C_own_theme").get("days_with_audio_lists") or (None, None)
    return Whole(*(date.fromisoformat(day) if day else None for day in found[:2]))


def _rows(files: Sequence[Path], cache: Path) -> list[list[Any]]:
    """Read (id, title, authors, abstract, announced, categories, comment), kept unpacked.

    What a record lacks is None. Kept by what the files hold: another folder may have files of
    the same names and sizes.
    """
    digest = hashlib.sha256(str(VERSION).encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    kept = cache / "ranking" / f"papers-{digest.hexdigest()[:12]}"
    if not kept.is_file():
        keys = ("id", "title", "authors", "abstract", "announced", "categories", "comment")
        rows = []
        for path in files:
            with lzma.open(path, "rt", encoding="utf-8") as lines:
                rows += [[row.get(key) for key in keys] for row in map(json.loads, lines)]
        keep(kept, marshal.dumps(rows))
    found: list[list[Any]] = marshal.loads(kept.read_bytes())
    return found


def _paper(row: Sequence[Any]) -> Paper:
    id_, title, authors, abstract, announced, categories, comment = row
    return Paper(
        ids=(f"arxiv:{id_}",),
        title=title or "",
        authors=tuple(authors or ()),
        abstract=abstract or "",
        categories=tuple(categories or ()),
        comment=comment or "",
        announced_on=date.fromisoformat(announced) if announced else None,
        version=1,
    )
