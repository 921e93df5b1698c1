"""Measure what the person waits for: start-up, a day's gathering, today, search, pick, note.

    python -m tests.benchmarks.speed --data DIR [--json] [--quick]

Only whole commands of the installed program, each in a fresh process, are timed. The bars
in seconds are meant for a quiet machine; ratios are to bare Python in the same run.
"""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from reader.library.folder import open_library
from reader.library.rows import papers
from tests.benchmarks.days import Day, TimedArxiv, know_classes, large_day, usual_day, watching
from tests.benchmarks.frame import Options, Result, Run, Runs, Shell, Subject, run_subjects
from tests.benchmarks.library import (
    LAST_DAY,
    PER_DAY,
    Size,
    built,
    copied,
    learn_before,
    moment,
    note_batches,
)

BARE_RUNS = 30
HELP_BAR = 8.0
DAY_BAR_S = 5.0
TODAY_BAR_S = 0.25
TODAY_BAR_MB = 300.0
SEARCH_BAR_S = 0.35

QUERIES = ("latency of simultaneous speech translation", "音声認識の誤り訂正")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    sizes: the libraries for today and search; the bars hold for all of them.
    n_old: papers of the library that a further day is gathered into.
    n_day: about so many papers are announced on the large day.
    runs: of each command, after a warm-up; slow_runs: of those that take seconds.
    """

    sizes: tuple[Size, ...] = (Size(20_000), Size(100_000, 200_000))
    n_old: int = 100 * PER_DAY
    n_day: int = 1000
    runs: int = 9
    slow_runs: int = 3


QUICK = Plan(sizes=(Size(20_000),), n_old=20_000, runs=3, slow_runs=1)


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    plan = plan or (QUICK if options.is_quick else Plan())
    # It is what all is divided by, and cheap: many runs find a quiet moment.
    bare = Shell(options.cache).repeat(["python", "-c", "pass"], runs=BARE_RUNS)
    return [
        Result("python -c pass", bare.best_s, "s", median=bare.median_s, ratio=1.0),
        *_start_up(options, plan, bare),
        *(r for size in plan.sizes for r in _reading(options, plan, size, bare)),
        *(r for size in plan.sizes for r in _deciding(options, plan, size, bare)),
        *_large_day(options, plan, bare),
        *_growth(options, plan),
    ]


def _timed(
    name: str, runs: Runs, bare: Runs, *, bar: float | None = None, note: str = ""
) -> Result:
    return Result(
        name,
        runs.best_s,
        "s",
        bar=bar,
        ratio=runs.best_s / bare.best_s,
        median=runs.median_s,
        note=f"CPU {runs.best_cpu_s:.2f} s" + (f"; {note}" if note else ""),
    )


def _start_up(options: Options, plan: Plan, bare: Runs) -> list[Result]:
    runs = Shell(options.cache).repeat(["reader", "--help"], runs=BARE_RUNS // 2)
    return [
        _timed("reader --help", runs, bare),
        Result("reader --help / python -c pass", runs.best_s / bare.best_s, "×", bar=HELP_BAR),
    ]


def _reading(options: Options, plan: Plan, size: Size, bare: Runs) -> list[Result]:
    """Time what only reads, on the built library itself."""
    folder = built(size, data=options.data, cache=options.cache)
    shell = _shell(options, folder, LAST_DAY)
    today = shell.repeat(["reader", "today", "--no-fetch", "--json"], runs=plan.runs)
    _check_today(today.runs[0])
    of = _of(size)
    found = [
        _timed(f"today, {of}", today, bare, bar=TODAY_BAR_S),
        Result(f"today, {of}, peak memory", today.peak_mb, "MB", bar=TODAY_BAR_MB),
    ]
    for query, language in zip(QUERIES, ("English", "Japanese"), strict=True):
        search = shell.repeat(["reader", "search", "--json", query], runs=plan.runs)
        if not search.runs[0].output.strip():
            raise AssertionError(f"nothing was found for {query}")
        name = f"search in {language}, {of}"
        found.append(_timed(name, search, bare, bar=SEARCH_BAR_S))
        found.append(Result(f"{name}, peak memory", search.peak_mb, "MB"))
    return found


def _deciding(options: Options, plan: Plan, size: Size, bare: Runs) -> list[Result]:
    """Time what a person makes, on a copy: each run decides on another paper."""
    with copied(built(size, data=options.data, cache=options.cache)) as folder:
        shell = _shell(options, folder, LAST_DAY)
        ids = _some_ids(folder, 2 * (plan.runs + 1))
        words = "It translates while one speaks. Why the delay is that short I did not understand."
        notes = [shell.run(["reader", "note", id_, "-m", words]) for id_ in ids[::2]]
        picks = [shell.run(["reader", "pick", "--no-fetch", id_]) for id_ in ids[1::2]]
    return [
        _timed(f"note saved, {_of(size)}", Runs(tuple(notes[1:])), bare),
        _timed(f"pick, {_of(size)}", Runs(tuple(picks[1:])), bare),
    ]


def _large_day(options: Options, plan: Plan, bare: Runs) -> list[Result]:
    """Gather one of arXiv's largest days into a new library and show it.

    The time the played arXiv took to answer is taken off; no model is asked.
    """
    day = large_day(options.data, plan.n_day)
    costs = [_gathered(options, day, None) for _ in range(plan.slow_runs)]
    best = min(costs, key=lambda cost: cost.own_s)
    n = f"{len(day.papers)} papers in {len(day.categories)} classes"
    spent = f"gather {best.gather_s:.2f} s, {best.server_s:.2f} s of it the server's;"
    spent += f" today {best.today_s:.2f} s; CPU {best.cpu_s:.2f} s"
    return [
        Result(
            f"a day of {n}, gathered and shown",
            best.own_s,
            "s",
            bar=DAY_BAR_S,
            ratio=best.own_s / bare.best_s,
            median=statistics.median(cost.own_s for cost in costs),
            note=spent,
        ),
        Result(f"a day of {n}, peak memory", max(c.peak_mb for c in costs), "MB"),
    ]


def _growth(options: Options, plan: Plan) -> list[Result]:
    """Gather the same usual day into a library without papers and into one of many days."""
    day = usual_day(options.data, PER_DAY)
    old = built(Size(plan.n_old), data=options.data, cache=options.cache)
    first: list[Cost] = []
    later: list[Cost] = []
    for _ in range(plan.slow_runs):  # in turn, so that a busy moment hits both
        first.append(_gathered(options, day, None))
        later.append(_gathered(options, day, old))
    n_days = -(-plan.n_old // PER_DAY) + 1
    best_first, best_later = (min(c.own_s for c in costs) for costs in (first, later))
    note = f"gather and today: {best_later:.2f} s against {best_first:.2f} s for the first day"
    cpu = min(c.cpu_s for c in later) / min(c.cpu_s for c in first)
    return [
        Result(
            f"day {n_days} / day 1 of {len(day.papers)} papers",
            best_later / best_first,
            "×",
            note=note,
        ),
        Result(f"day {n_days} / day 1, CPU", cpu, "×"),
    ]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a day cost; own_s is what is left without the server's answers."""

    gather_s: float
    today_s: float
    server_s: float
    cpu_s: float
    peak_mb: float

    @property
    def own_s(self) -> float:
        return self.gather_s + self.today_s - self.server_s


def _gathered(options: Options, day: Day, old: Path | None) -> Cost:
    """Gather and show a day, in a copy of `old` or in a new library; all must arrive."""
    # After the feed of the day is made (midnight in New York), before the next listing.
    now = moment(day.day)
    with TimedArxiv(day.papers, now) as server, copied(old) as folder:
        feeds = (folder / "feeds.toml").read_text("utf-8")
        (folder / "feeds.toml").write_text(watching(feeds, server, day.categories), "utf-8")
        with open_library(folder, now=lambda: now) as library:
            before = papers.n_papers(library.db)
            if old is None:  # else a new library asks for two days
                yesterday = day.day - timedelta(days=1)
                note_batches(library, yesterday, 0)
            else:
                learn_before(library)
            know_classes(library, day)
        shell = _shell(options, folder, day.day)
        # 5: a class without papers that day has an empty feed, which is named.
        gather = shell.run(["reader", "gather", "--no-encode"], codes=(0, 5))
        server_s = server.spent_s
        today = shell.run(["reader", "today", "--no-fetch"], codes=(0, 5))
        with open_library(folder, now=lambda: now) as library:
            n = papers.n_papers(library.db) - before
        if n != len(day.papers):
            raise AssertionError(f"{n} of {len(day.papers)} papers arrived")
    cpu_s, peak_mb = gather.cpu_s + today.cpu_s, max(gather.peak_mb, today.peak_mb)
    return Cost(gather.wall_s, today.wall_s, server_s, cpu_s, peak_mb)


def _shell(options: Options, folder: Path, day: date) -> Shell:
    now = moment(day).isoformat()
    return Shell(options.cache, {"READER_LIBRARY": str(folder), "READER_NOW": now})


def _some_ids(folder: Path, n: int) -> list[str]:
    with open_library(folder) as library:
        rows = range(papers.n_papers(library.db), 0, -1)
        several = papers.papers_at(library.db, list(rows[: n + 20]))
    return [h.record.id for h in several if h.state == "candidate"][:n]


def _check_today(shown: Run) -> None:
    if not json.loads(shown.output)["own"]:
        raise AssertionError("the measured morning is empty")


def _of(size: Size) -> str:
    passages = f" + {size.n_passages:,} passages" if size.n_passages else ""
    return f"{size.n_papers:,} papers{passages}"


if __name__ == "__main__":
    raise SystemExit(run_subjects([Subject("speed", measure)]))
