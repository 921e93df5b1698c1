"""How long ranking takes: a day of 1,000 papers, and learning from 5,000 decisions.

    python -m tests.benchmarks.ranking --only ranking_speed

On a library of months with vectors, by the stages that `gather` runs; nothing is encoded.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from reader.cli.build import fit_topic
from reader.library.folder import Library, open_library
from reader.library.identity import text_hash
from reader.library.rows import papers
from reader.morning.pick import decide_rows
from reader.morning.pipe import Tools
from reader.morning.rank import rank_days
from reader.ranking.events import features, labels
from reader.ranking.learn import events_of, learn
from reader.ranking.rows import labels as acts
from reader.ranking.rows import standings
from reader.search.encode import index_words
from reader.search.encoder.models import BUNDLED_NAME
from reader.search.rows import index
from tests.benchmarks.days import large_day
from tests.benchmarks.frame import Options, Result
from tests.benchmarks.library import LAST_DAY, N_DIMENSIONS, SEED, Size, built, copied, moment
from tests.samples import Web, tools

DAY = LAST_DAY + timedelta(days=1)
DAY_BAR_S, REFIT_BAR_S = 1.0, 3.0


@dataclass(frozen=True, slots=True)
class Plan:
    size: Size
    n_day: int = 1_000
    n_decisions: int = 5_000
    runs: int = 5


WHOLE = Plan(Size(100_000, 200_000))
QUICK = Plan(size=Size(20_000), runs=3)


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    plan = plan or (QUICK if options.is_quick else WHOLE)
    with copied(built(plan.size, data=options.data, cache=options.cache)) as folder:
        now = moment(DAY)
        with open_library(folder, now=lambda: now) as library:
            adapters = replace(tools(Web()), encoder_name=BUNDLED_NAME, fit_topic=fit_topic)
            n_day = _arrive(options, library, adapters, plan)
            n_decided = _decide(library, plan.n_decisions)
            learn(library, adapters)  # what a first morning learns is not this day's cost
            refits = [_timed(lambda: _refit(library, adapters)) for _ in range(plan.runs)]
            whole = _fit_all(library)
            days = [_timed(lambda: _rank(library)) for _ in range(plan.runs)]
    n = f"of {plan.size.n_papers:,} papers"
    return [
        _result(f"a day of {n_day:,} papers ranked, with vectors, {n}", days, DAY_BAR_S),
        _result(
            f"one topic fitted anew after a decision, {n_decided:,} decisions, {n}",
            refits,
            REFIT_BAR_S,
            note="as `learn` does: the topic's newest 1,200 labels; with what it reads",
        ),
        _result(
            "one topic fitted to all its decisions and 5,000 undecided papers",
            [whole],
            REFIT_BAR_S,
            note="the fit alone; the program never learns from so many",
        ),
    ]


@dataclass(frozen=True, slots=True)
class TabletCopy:
    wall_s: float
    cpu_s: float


def _timed(work: Callable[[], object]) -> TabletCopy:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return TabletCopy(time.perf_counter() - wall, time.process_time() - cpu)


def _result(name: str, several: Sequence[TabletCopy], bar: float, note: str = "") -> Result:
    cpu = f"CPU {min(t.cpu_s for t in several):.2f} s"
    return Result(
        name,
        min(t.wall_s for t in several),
        "s",
        bar=bar,
        median=statistics.median(t.wall_s for t in several),
        note=f"{cpu}; {note}" if note else cpu,
    )


def _arrive(options: Options, library: Library, adapters: Tools, plan: Plan) -> int:
    """Let a large day come, with vectors drawn by seed."""
    day = large_day(options.data, plan.n_day)
    several = [
        replace(
            played.paper,
            ids=(f"arxiv:2512.{n:05}",),
            # Else they are copies of papers that a large library has, and are no news.
            title=f"{played.paper.title} ({n} of that day)",
            announced_on=DAY,
        )
        for n, played in enumerate(day.papers, 90_000)
    ]
    papers.add_papers(library.db, several, source="arXiv cs.CL", on=DAY)
    index_words(library, adapters)
    draw = np.random.default_rng(SEED)
    hashes = [text_hash(paper.title, paper.abstract) for paper in several]
    vectors = draw.standard_normal((len(hashes), N_DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kept = [(h, v.astype(np.float16).tobytes()) for h, v in zip(hashes, vectors, strict=True)]
    index.add_vectors(library.db, BUNDLED_NAME, kept)
    if len(standings.papers_of_day(library.db, DAY)) != len(several):
        raise AssertionError("the day's papers were not all new")
    return len(several)


def _decide(library: Library, n: int) -> int:
    """Pick and skip papers of the last months, drawn by seed, one of five picked."""
    rows = _undecided(library, n)
    n_picked = len(rows) // 5
    decide_rows(library, "pick", rows[:n_picked])
    decide_rows(library, "skip", rows[n_picked:])
    return len(rows)


def _undecided(library: Library, n: int) -> list[int]:
    """Draw n papers without a decision among those that came within the last 60 days."""
    found: list[int] = []
    for back in range(1, 60):
        found += standings.papers_of_day(library.db, DAY - timedelta(days=back))
    rows = [h.row for h in papers.papers_at(library.db, found) if h.state == "candidate"]
    return random.Random(SEED).sample(rows, min(n, len(rows)))


def _refit(library: Library, adapters: Tools) -> None:
    """Fit the topic that was learned from most once more, as after a decision in it."""
    path = _richest(library)
    standings.keep(library.db, [], gone=[standings.topic_name(path)])
    if learn(library, adapters) != [path]:
        raise AssertionError("another topic than the forgotten one was fitted")


def _fit_all(library: Library) -> TabletCopy:
    """Time the fit alone of a topic, with all of its labels."""
    path = _richest(library)
    [topic] = [t for t in library.config.topics if t.path == path]
    given = labels(events_of(library), DAY, [path])[path]
    rows = {label.paper for label in given}
    others = [row for row in acts.background(library.db, 5_000) if row not in rows]
    made = {row: features(text) for row, text in acts.texts(library.db, [*rows, *others]).items()}
    background = [made[row] for row in others]
    examples = [(made[label.paper], label) for label in given]
    return _timed(lambda: fit_topic(topic, examples, background))


def _richest(library: Library) -> str:
    found = labels(events_of(library), DAY, [t.path for t in library.config.topics])
    return max(found, key=lambda path: len(found[path]))


def _rank(library: Library) -> None:
    with library.db.writing():
        for table in ("ranks", "ranked"):
            library.db.execute(f"DELETE FROM idx.{table}")
    rank_days(library, DAY, encoder=BUNDLED_NAME, back=0)
