"""Serve a large library by the real command, on a copy: whoever reads today's page marks it.

Knows what is served, and not what is measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reader.library.folder import open_library
from reader.library.rows import papers
from reader.notes.rows.notes import papers_by_key
from reader.notes.write import add_note
from tests.benchmarks.frame import Options
from tests.benchmarks.library import LAST_DAY, SEED, Size, built, copied, moment
from tests.web.serving import Serving


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: the library, requests of each kind, people who read at once, notes
    saved meanwhile, pages painted."""

    size: Size
    requests: int
    readers: int
    notes: int
    paints: int


WHOLE = Plan(Size(100_000, 200_000), requests=200, readers=200, notes=80, paints=15)
QUICK = Plan(Size(20_000), requests=40, readers=200, notes=20, paints=5)


def plan_of(options: Options) -> Plan:
    return QUICK if options.is_quick else WHOLE


@dataclass(frozen=True, slots=True)
class House:
    """A library that is served, and what may be asked of it.

    ids: candidates, newest first. noted: papers whose note has two revisions. queries: two to four
    words of titles that are there, and some in Japanese.
    """

    serving: Serving
    size: Size
    ids: tuple[str, ...]
    noted: tuple[str, ...]
    queries: tuple[str, ...]

    @property
    def of(self) -> str:
        passages = f" + {self.size.n_passages:,} passages" if self.size.n_passages else ""
        return f"{self.size.n_papers:,} papers{passages}"


@contextmanager
def house(options: Options, size: Size, *, n: int) -> Iterator[House]:
    """Serve a library. n: so many ids and queries, at most. Raises DataMissing without papers."""
    with copied(built(size, data=options.data, cache=options.cache)) as folder:
        now = moment(LAST_DAY)
        with open_library(folder, now=lambda: now) as library:
            last = papers.n_papers(library.db)
            several = papers.papers_at(library.db, list(range(last, max(0, last - 4 * n - 50), -1)))
            filed = papers.papers_at(library.db, papers_by_key(library.db).values())
            noted = [
                library_paper for library_paper in reversed(filed) if library_paper.state == "read"
            ][:n]
            for library_paper in noted:
                add_note(library, library_paper, "It has a second revision. Nobody has read it.")
        found = [
            library_paper.record for library_paper in several if library_paper.state == "candidate"
        ][:n]
        env = {"PYTHONPYCACHEPREFIX": str(options.cache / "pycache")}
        with Serving(folder, now, env=env) as serving:
            queries = tuple(_queries([paper.title for paper in found], n))
            ids = tuple(paper.id for paper in found)
            yield House(
                serving,
                size,
                ids,
                tuple(library_paper.record.id for library_paper in noted),
                queries,
            )


def _queries(titles: list[str], n: int) -> Iterator[str]:
    draw = random.Random(SEED)
    for i in range(n):
        if i % 5 == 4:
            yield draw.choice(("音声認識", "同時通訳", "音声翻訳", "雑音")) + f"の誤り {i}"
            continue
        words = draw.choice(titles).split()
        begin = draw.randrange(max(1, len(words) - 3))
        yield " ".join(words[begin : begin + draw.randrange(2, 5)])
