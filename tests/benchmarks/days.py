"""Choose days of the data and play them as arXiv, counting what the playing itself takes."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from reader.cli.demo.server import PlayedPaper, Reply
from reader.gathering.arxiv import ARXIV
from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.paper import Batch
from tests.benchmarks.frame import DataMissing
from tests.benchmarks.library import LAST_DAY, rows_of
from tests.play import PlayServer
from tests.replay import spread

NEXT_DAY = LAST_DAY + timedelta(days=1)
"""The day that is gathered on top of a built library."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day to gather: its papers as arXiv's API has them, and the classes watched."""

    day: date
    papers: tuple[PlayedPaper, ...]
    categories: tuple[str, ...]


class TimedArxiv(PlayServer):
    """A played arXiv that counts the seconds in which it made answers."""

    def __init__(self, several: Iterable[PlayedPaper], now: datetime) -> None:
        super().__init__(several, clock=lambda: now)
        self.spent_s = 0.0
        self._counting = Lock()

    def answer(self, target: str) -> Reply:
        before = time.perf_counter()
        try:
            return super().answer(target)
        finally:
            with self._counting:
                self.spent_s += time.perf_counter() - before


def large_day(data: Path, about: int) -> Day:
    """Choose the day whose papers are nearest to `about` in number."""
    return _played(_rows_of_day(data, about), about=about, day=None)


def usual_day(data: Path, about: int) -> Day:
    """Choose such a day too, and play it on NEXT_DAY under new names: no library has it."""
    rows = _rows_of_day(data, about)
    renamed = [
        {**row, "id": f"2512.{90_000 + n}", "title": f"{row['title']} ({n} of that day)"}
        for n, row in enumerate(rows)
    ]
    return _played(renamed, about=about, day=NEXT_DAY)


def _rows_of_day(data: Path, about: int) -> list[dict[str, Any]]:
    files = sorted((data / "arxiv" / "papers").glob("papers_2*.xz"))
    counts = Counter((path, row["announced"]) for path in files for row in rows_of(path))
    if not counts:
        raise DataMissing(f"there are no papers in {data / 'arxiv' / 'papers'}")
    path, day = min(counts, key=lambda key: (abs(counts[key] - about), key))
    return [row for row in rows_of(path) if row["announced"] == day]


def _played(rows: Sequence[dict[str, Any]], *, about: int, day: date | None) -> Day:
    """Choose classes, largest gain first, until a further one brings less than a hundredth."""
    left = [set(row["categories"]) for row in rows]
    chosen: list[str] = []
    while left:
        gains = Counter(c for classes in left for c in classes)
        best, gain = min(gains.items(), key=lambda item: (-item[1], item[0]))
        if chosen and gain < len(rows) / 100:
            break
        chosen.append(best)
        left = [classes for classes in left if best not in classes]
    watched = [row for row in rows if set(row["categories"]) & set(chosen)][:about]
    on = day or date.fromisoformat(rows[0]["announced"])
    return Day(on, tuple(spread(on, watched)), tuple(chosen))


def know_classes(library: Library, day: Day) -> None:
    """Let the days that are here be days of these very classes: else they are asked again."""
    digest = ",".join(sorted(day.categories))
    for covers, asked in sources.days_asked(library.db, ARXIV).items():
        batch = Batch(ARXIV, covers, 0, 0, "complete", digest=digest)
        sources.add_batch(library.db, batch, now=asked.at, on=covers)


def watching(feeds: str, server: PlayServer, categories: Sequence[str]) -> str:
    """Give the person's feeds.toml with other classes, and a played arXiv's addresses."""
    before, _, rest = feeds.partition("[arxiv]\n")
    _, _, after = rest.partition("\n")
    return f"{before}[arxiv]\n{server.arxiv_toml()}categories = {json.dumps(categories)}\n{after}"
