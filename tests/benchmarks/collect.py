"""Measure collecting: 200 feeds at once, a large day, a gap of 60 days, the hundredth day.

    python -m tests.benchmarks.collect --data DIR [--json] [--quick]

Whole `reader gather --no-encode` commands, each in a fresh process. What the played servers
need for their answers is taken off where a figure says so; their silence is not.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from reader.library.calendar import listings_since
from reader.library.folder import open_library
from reader.library.rows import papers
from tests.benchmarks.days import Day, TimedArxiv, know_classes, large_day, usual_day, watching
from tests.benchmarks.frame import DataMissing, Options, Result, Run, Shell, Subject, run_subjects
from tests.benchmarks.library import (
    PER_DAY,
    Size,
    built,
    copied,
    learn_before,
    moment,
    note_batches,
)
from tests.replay import load

HOSTS_BAR = 2.0
GROWTH_BAR = 1.5
LATENCY_S = 0.5
CATEGORIES = ("cs.CL", "eess.AS", "cs.SD")
GAP_BEGINS = date(2025, 6, 2)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    n_hosts: each with two feeds. n_days: announcement days of the gap. n_day: papers of the
    large day. n_old: papers of the library that a further day is gathered into.
    """

    n_hosts: int = 100
    n_days: int = 60
    n_day: int = 1000
    n_old: int = 100 * PER_DAY
    runs: int = 3


QUICK = Plan(n_days=20, n_old=20_000, runs=1)


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    plan = plan or (QUICK if options.is_quick else Plan())
    return [
        *_many_hosts(options, plan),
        *_large_day(options, plan),
        *_gap(options, plan),
        *_growth(options, plan),
    ]


def _many_hosts(options: Options, plan: Plan) -> list[Result]:
    """Gather two feeds of each host, and those of one host alone, in turn."""
    together: list[Run] = []
    alone: list[Run] = []
    with SlowFeeds() as server:
        for _ in range(plan.runs):
            together.append(_feeds_gathered(options, server, plan.n_hosts))
            alone.append(_feeds_gathered(options, server, 1))
    all_s, one_s = (min(run.wall_s for run in runs) for runs in (together, alone))
    n = f"{2 * plan.n_hosts} feeds on {plan.n_hosts} hosts"
    note = f"{all_s:.2f} s against {one_s:.2f} s for one host's two; {LATENCY_S} s an answer"
    return [
        Result(f"{n}, gathered", all_s, "s", note=f"in turn: {2 * plan.n_hosts * LATENCY_S:.0f} s"),
        Result(f"{n} / the slowest host", all_s / one_s, "×", bar=HOSTS_BAR, note=note),
        Result(f"{n}, peak memory", max(run.peak_mb for run in together), "MB"),
    ]


def _feeds_gathered(options: Options, server: SlowFeeds, n_hosts: int) -> Run:
    """Gather the feeds of some hosts into a new library; each must have come."""
    feeds = "".join(
        f'[[feed]]\nname = "{host}/{name}"\nurl = "http://{host}:{server.port}/{name}"\n'
        for host in (f"127.0.0.{n}" for n in range(1, n_hosts + 1))
        for name in ("a", "b")
    )
    with copied(None) as folder:
        (folder / "feeds.toml").write_text(f'[topics.a]\nwords = ["speech"]\n{feeds}', "utf-8")
        now = moment(GAP_BEGINS)
        run = _shell(options, folder, now).run(["reader", "gather", "--no-encode"], codes=(0, 5))
        with open_library(folder) as library:
            n = library.db.read("SELECT count(*) AS n FROM posts")[0]["n"]
    if n != 2 * n_hosts:
        raise AssertionError(f"{n} of {2 * n_hosts} feeds were read")
    return run


class SlowFeeds:
    """A server on every loopback address, each answer half a second late."""

    def __init__(self) -> None:
        self._http = _Http(("0.0.0.0", 0), _Slow)  # it answers to 127.0.0.1 … 127.0.0.100

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def __enter__(self) -> SlowFeeds:
        Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256


class _Slow(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes: without this the second waits 40 ms for the first's receipt.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        time.sleep(LATENCY_S)
        body = b"<rss version='2.0'><channel><title>t</title><item><guid>1</guid>"
        body += b"<description>Read on.</description></item></channel></rss>"
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(moment(GAP_BEGINS).astimezone(UTC), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _large_day(options: Options, plan: Plan) -> list[Result]:
    """Gather one of arXiv's largest days into a new library."""
    day = large_day(options.data, plan.n_day)
    costs = [_day_gathered(options, day, None) for _ in range(plan.runs)]
    best = min(costs, key=lambda cost: cost.own_s)
    n = f"a day of {len(day.papers)} papers"
    note = f"{best.run.wall_s:.2f} s, {best.server_s:.2f} s of it the server's"
    note += f"; CPU {best.run.cpu_s:.2f} s"
    return [
        Result(f"{n}, gathered", best.own_s, "s", note=note),
        Result(f"{n}, peak memory", max(cost.run.peak_mb for cost in costs), "MB"),
    ]


def _gap(options: Options, plan: Plan) -> list[Result]:
    """Catch up many days at once, in three classes."""
    last = listings_since(GAP_BEGINS, moment(date(2025, 12, 31)))[plan.n_days - 1]
    several = load(options.data, first=GAP_BEGINS + timedelta(days=1), last=last)
    several = [p for p in several if set(p.paper.categories) & set(CATEGORIES)]
    if not several:
        raise DataMissing(f"there are no papers of {GAP_BEGINS:%Y-%m} in {options.data}")
    day = Day(last, tuple(several), CATEGORIES)
    costs = [_day_gathered(options, day, None, since=GAP_BEGINS) for _ in range(plan.runs)]
    best = min(costs, key=lambda cost: cost.own_s)
    n = f"{plan.n_days} days caught up"
    note = f"{len(several):,} papers, {best.run.wall_s:.1f} s, {best.server_s:.1f} s the server's"
    return [
        Result(f"{n}, a day", best.own_s / plan.n_days, "s", note=note),
        Result(f"{n}, requests", float(best.n_requests), "", note="at arXiv's rate × 3 s"),
        Result(f"{n}, peak memory", max(cost.run.peak_mb for cost in costs), "MB"),
    ]


def _growth(options: Options, plan: Plan) -> list[Result]:
    """Gather the same usual day into a library of one day and into one of many, in turn."""
    day = usual_day(options.data, PER_DAY)
    old = built(Size(plan.n_old), data=options.data, cache=options.cache)
    first: list[Cost] = []
    later: list[Cost] = []
    for _ in range(plan.runs):
        first.append(_day_gathered(options, day, None))
        later.append(_day_gathered(options, day, old))
    first_s, later_s = (min(cost.own_s for cost in costs) for costs in (first, later))
    n_days = -(-plan.n_old // PER_DAY) + 1
    return [
        Result(
            f"day {n_days} / day 1 of {len(day.papers)} papers, gathered",
            later_s / first_s,
            "×",
            bar=GROWTH_BAR,
            note=f"{later_s:.2f} s against {first_s:.2f} s",
        )
    ]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a gather cost; own_s is what is left without the server's answers."""

    run: Run
    server_s: float
    n_requests: int

    @property
    def own_s(self) -> float:
        return self.run.wall_s - self.server_s


def _day_gathered(
    options: Options, day: Day, old: Path | None, *, since: date | None = None
) -> Cost:
    """Gather a day, in a copy of `old` or in a new library; all must arrive.

    since: the last day that a new library has, the day before by default.
    """
    now = moment(day.day)
    with TimedArxiv(day.papers, now) as server, copied(old) as folder:
        feeds = (folder / "feeds.toml").read_text("utf-8")
        (folder / "feeds.toml").write_text(watching(feeds, server, day.categories), "utf-8")
        with open_library(folder, now=lambda: now) as library:
            before = papers.n_papers(library.db)
            if old is None:
                note_batches(library, since or day.day - timedelta(days=1), 0)
            else:
                learn_before(library)
            know_classes(library, day)
        run = _shell(options, folder, now).run(["reader", "gather", "--no-encode"], codes=(0, 5))
        with open_library(folder, now=lambda: now) as library:
            n = papers.n_papers(library.db) - before
        if n != len(day.papers):
            raise AssertionError(f"{n} of {len(day.papers)} papers arrived")
        return Cost(run, server.spent_s, len(server.requests))


def _shell(options: Options, folder: Path, now: datetime) -> Shell:
    environ = {"READER_LIBRARY": str(folder), "READER_NOW": now.isoformat()}
    return Shell(options.cache, environ)


if __name__ == "__main__":
    raise SystemExit(run_subjects([Subject("collect", measure)]))
