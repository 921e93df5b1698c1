"""Let readers ask one `reader serve`, and play the same with measured CPU seconds.

    python -m tests.benchmarks.scale [--data DIR] [--json] [--quick]

One client alone gives the CPU seconds of each kind of page. Python runs one thread at a time; the
encoder has a lock of its own besides, taken in turn for each text. It is timed by itself, and
saving a note is taken to spend there what it needs beyond the note's page. Which part of the
encoder's work needs Python's lock too, and how little it gets beside pages, four clients say who do
not think: so that they fare as well when played.

With these readers are really let loose, and played (`queues`) many times: each thinks as long, and
asks for the same kinds of pages in the same order. Both stand side by side. After a pause, and
beside others, caches hold something else, and an answer takes more CPU than it took alone: so each
run is played with the CPU that its answers took in the mean. Notes that are saved alone before it,
at its pace, say how long the disk is waited for. The last rows say how many people a server can
have before p95 is over a second, in other houses too, where nothing else is at work.
"""

from __future__ import annotations

import math
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http.client import HTTPException
from itertools import count, islice, product
from urllib.parse import quote

from reader.base.machine import cache_folder
from reader.search.encoder import open_query_encoder
from reader.search.encoder.models import BUNDLED
from tests.benchmarks.frame import Options, Result, machine
from tests.benchmarks.library import Size
from tests.benchmarks.scale.queues import (
    Draw,
    Load,
    Played,
    Script,
    Stage,
    Station,
    Wait,
    play,
)
from tests.benchmarks.web.asking import Client, cpu_s, p95
from tests.benchmarks.web.house import House, house
from tests.benchmarks.web.server import checked, until_warm

WEIGHTS = {"today": 3, "paper": 3, "search": 2, "note": 1, "save": 1}
"""How often each kind of request comes: a guess at a morning, of which each tenth saves a note."""

WORDS = "It waits for the verb, number {n}. Why the delay is short I did not understand."
READS_S = 20.0
"""Seconds between an answer and the next request of people, on average: an assumption."""

SLOW_S = 1.0
TOGETHER = 4
AGREES, FEW = 1.2, 200
SAVES, WARM_UP, TIMES = 20, 10, 20
MOST_READERS = 4_000
LOCKED = (0.3, 0.5, 0.7, 0.85, 1.0)
WEIGHED = (1.0, 0.5, 0.25, 0.1, 0.05, 0.02)

PAGE_S = 0.072
"""CPU of a PDF's page: `python -m tests.benchmarks.web --only reading`."""
SHARED_S, SHARED_SERVER_S = 0.06, 0.06
"""CPU that a search of a few words in the shared index takes in Python, and in PostgreSQL: an
assumption. A whole note takes 0.26 s together: `tests.benchmarks.search --only shared`."""

SIZE = Size(20_000)


@dataclass(frozen=True, slots=True)
class Plan:
    """size: of the library. readers: how many at once, for `seconds`, with the seconds that they
    think on average. alone: requests of the client that gives the costs."""

    size: Size = SIZE
    readers: tuple[tuple[int, float], ...] = ((1, 0.5), (4, 1.0), (16, 2.0), (50, 5.0))
    seconds: float = 45.0
    alone: int = 150


QUICK = Plan(readers=((1, 0.5), (16, 2.0)), seconds=15.0, alone=60)


@dataclass(frozen=True, slots=True)
class Ran:
    """What readers really had. costs: in that run."""

    played: Played
    costs: Costs

    @property
    def said(self) -> str:
        disk = f"disk {1000 * self.costs.disk_s:.0f} ms"
        return f"cores at {100 * self.costs.speed:.0f} %, {disk}, load {machine()['load']}"


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU seconds of requests of each kind, alone; encode_s: of one text in the encoder.

    locked: the part of the encoder's work for which it has Python's lock. weight: of that work
    where pages want the lock too. disk_s: for which saving a note waits for the disk. speed: of the
    cores, against the client alone. client_s: of whoever asks, on the same cores.
    """

    seconds: Mapping[str, Sequence[float]]
    encode_s: float
    locked: float = 1.0
    weight: float = 1.0
    disk_s: float = 0.0
    speed: float = 1.0
    client_s: float = 0.0

    def mean_s(self, kind: str) -> float:
        return statistics.fmean(self.seconds[kind])

    def in_run(self, kinds: Sequence[str], cpu_s: float) -> Costs:
        """Return the costs of a run in which answers of these kinds took so many CPU seconds."""
        return replace(self, speed=math.fsum(map(self.mean_s, kinds)) / cpu_s)

    def draw(self, by: random.Random, kind: str | None = None) -> tuple[str, list[Stage]]:
        """Draw a request as the measured ones were."""
        kind = kind or by.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        whole = by.choice(self.seconds[kind])
        encodes = min(self.encode_s, whole) if kind == "search" else 0.0
        if kind == "save":
            encodes = max(0.0, whole - by.choice(self.seconds["note"]))
        n = max(1, round(encodes / self.encode_s))
        text = encodes / n / self.speed
        one = [
            Stage("encoder", (1 - self.locked) * text),
            Stage("python", self.locked * text, self.weight),
        ]
        rest = Stage("python", (whole - encodes) / self.speed)
        disk = Stage("disk", self.disk_s if kind == "save" else 0.0)
        return kind, [*(n * one), rest, disk, Stage("beside", self.client_s / self.speed)]


DISK = Station("disk", shares=False, is_cpu=False)
STATIONS = (Station("python"), Station("encoder", shares=False), DISK, Station("beside", 40))
"""Of one `reader serve`: Python's lock, the encoder's, the disk, and 40 threads."""


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    plan = plan or (QUICK if options.is_quick else Plan())
    with house(options, plan.size, n=600) as found:
        return list(_all(found, plan))


def _all(found: House, plan: Plan) -> Iterator[Result]:
    crowd, cores = Crowd(found), os.cpu_count() or 1
    costs, waited = crowd.alone(plan.alone)
    for kind, seconds in costs.seconds.items():
        yield Result(
            f"{kind}, alone: CPU of the server",
            1000 * statistics.fmean(seconds),
            "ms",
            median=1000 * statistics.median(seconds),
            note=f"n = {len(seconds)}; on the clock {1000 * statistics.fmean(waited[kind]):.0f} ms",
        )
    yield Result("a text in the encoder, CPU", 1000 * costs.encode_s, "ms")
    together = crowd.run(TOGETHER, 0.0, plan.seconds / 2, costs)
    costs = fitted(together.costs, together.played, cores=cores)
    note = f"{together.played.rate:.1f} answers a second to {TOGETHER} clients, {together.said}"
    yield Result("part of the encoder's work in Python's lock", costs.locked, "", note=note)
    yield Result("weight of that work beside pages", costs.weight, "")
    for n, think_s in plan.readers:
        real = crowd.run(n, think_s, plan.seconds * (2 if n == 1 else 1), costs)
        yield from compared(real, n, think_s, cores=cores)
    yield Result("errors", len(crowd.errors), "", bar=0, note="; ".join(crowd.errors[:3]))
    yield from breaking(replace(costs, speed=1.0, client_s=0.0))


def fitted(costs: Costs, real: Played, *, cores: float, seconds: float = 100) -> Costs:
    """Find the locked part and its weight with which clients who do not think fare as they did.

    Tries all of `LOCKED` with all of `WEIGHED`, and takes the nearest in answers a second and in
    the mean wait for a page without a search.
    """

    def off(tried: Costs) -> float:
        played = play(Load(tried.draw, TOGETHER), STATIONS, cores=cores, seconds=seconds)
        ratios = (played.rate / real.rate, _page_s(played) / _page_s(real))
        return math.fsum(abs(math.log(ratio)) for ratio in ratios)

    every = product(LOCKED, WEIGHED)
    return min((replace(costs, locked=part, weight=weight) for part, weight in every), key=off)


def _page_s(played: Played) -> float:
    return statistics.fmean(w.seconds for w in played.waits if w.kind in ("today", "paper"))


def compared(real: Ran, n: int, think_s: float, *, cores: float) -> Iterator[Result]:
    """Hold what was measured against the same readers played."""
    waits = real.played.waits
    load = Load(real.costs.draw, n, script=script(n, think_s))
    seconds = real.played.seconds
    runs = [play(load, STATIONS, cores=cores, seconds=seconds, seed=seed) for seed in range(TIMES)]
    played = Played([wait for run in runs for wait in run.waits], {}, TIMES * seconds)
    for what, of in FIGURES.items():
        a, b = of(real.played), of(played)
        note = f"measured {a:.3f}, played {b:.3f}; {len(waits)} answers; {real.said}"
        # A p95 of fewer answers is that of a handful of them.
        bar = AGREES if len(waits) >= (FEW if what == "p95" else FEW // 4) else None
        name = f"{n} readers who think {think_s:g} s, {what}: off by"
        yield Result(name, max(a, b) / min(a, b), "×", bar=bar, note=note)


def script(readers: int, think_s: float) -> Script:
    """Say what each of so many readers does, the same each time."""

    def of(n: int) -> Iterator[tuple[float, str]]:
        by = random.Random(1000 * readers + n)
        for kind in _shuffled(by):
            yield by.expovariate(1 / think_s) if think_s else 0.0, kind

    return of


FIGURES: Mapping[str, Callable[[Played], float]] = {
    "answers a second": lambda played: played.rate,
    "mean": lambda played: statistics.fmean(w.seconds for w in played.waits),
    "p95": lambda played: p95([w.seconds for w in played.waits]),
}


def breaking(costs: Costs) -> Iterator[Result]:
    """Say from how many people on p95 is over a second, in this house and in others."""
    for name, draw, stations, cores in servers(costs):
        n, played = most_readers(draw, stations, cores)
        busiest = max(played.busy, key=lambda one: played.busy[one])
        note = f"then {busiest} is used {100 * played.busy[busiest]:.0f} %; "
        note += f"a request each {READS_S:.0f} s"
        yield Result(f"{name}: most readers with p95 ≤ {SLOW_S:.0f} s", n, "", note=note)


def servers(costs: Costs) -> Iterator[tuple[str, Draw, Sequence[Station], int]]:
    """Give the server that was measured, and others: name, requests, stations and cores."""
    shared = _with(costs, postgres_s=SHARED_SERVER_S, page_s=PAGE_S)
    more = (Station("pages", 2, shares=False), Station("postgres", 200))
    two = (Station("python", 2), Station("encoder", 2, shares=False), DISK, Station("beside", 80))
    yield "one server, as measured", costs.draw, STATIONS, 2
    yield "with PDFs and a shared index on the same 2 cores", shared, (*STATIONS, *more), 2
    yield "the same with 8 cores", shared, (*STATIONS, *more), 8
    yield "two servers, 8 cores", shared, (*two, *more), 8


def most_readers(draw: Draw, stations: Sequence[Station], cores: float) -> tuple[int, Played]:
    """Find the most people that a house can serve: how many, and how they fared."""

    def played(n: int) -> Played:
        load = Load(draw, n, READS_S)
        return play(load, stations, cores=cores, seconds=200, warm_s=60, seed=1)

    def is_slow(n: int) -> bool:
        return p95([wait.seconds for wait in played(n).waits]) > SLOW_S

    # Few first: to play thousands takes long.
    low, high = 1, 2
    while high < MOST_READERS and not is_slow(high):
        low, high = high, min(2 * high, MOST_READERS)
    while high - low > max(1, low // 20):
        middle = (low + high) // 2
        low, high = (low, middle) if is_slow(middle) else (middle, high)
    return low, played(low)


def _with(costs: Costs, *, postgres_s: float, page_s: float) -> Draw:
    """Draw the same requests, where searches ask PostgreSQL too, and papers show a PDF's page."""

    def draw(by: random.Random, kind: str | None) -> tuple[str, list[Stage]]:
        kind, stages = costs.draw(by, kind)
        if kind == "search":
            stages += [Stage("postgres", postgres_s), Stage("python", SHARED_S)]
        if kind == "paper":
            stages.append(Stage("pages", page_s))
        return kind, stages

    return draw


class Crowd:
    """Readers of one server, each a thread with a connection of its own."""

    def __init__(self, found: House) -> None:
        self.found = found
        self.errors: list[str] = []
        self.encode_s = _encode_s(found)
        self._saved = count()

    def alone(self, n: int) -> tuple[Costs, dict[str, list[float]]]:
        """Ask alone, after some requests that do not count; returns seconds on the clock too."""
        client, by = Client(self.found.serving.port), random.Random(n)
        checked(client.get, "/")
        until_warm(client, f"/search?q={quote(self.found.queries[0])}")
        spent: dict[str, list[float]] = {kind: [] for kind in WEIGHTS}
        waited: dict[str, list[float]] = {kind: [] for kind in WEIGHTS}
        own = time.process_time()
        for i, kind in enumerate(islice(_shuffled(by), WARM_UP + n)):
            took, cpu = self._timed(client, kind, by)
            if i >= WARM_UP:
                waited[kind].append(took)
                spent[kind].append(cpu)
        own = (time.process_time() - own) / (n + WARM_UP)
        client.close()
        return Costs(spent, self.encode_s, client_s=own), waited

    def disk_s(self, pause_s: float) -> float:
        """Say how long saving a note waits for the disk after such pauses: seconds."""
        client, by, waited = Client(self.found.serving.port), random.Random(0), []
        checked(client.get, "/")
        for _ in range(SAVES):
            time.sleep(pause_s)
            took, cpu = self._timed(client, "save", by)
            waited.append(max(0.0, took - cpu))
        client.close()
        return statistics.fmean(waited)

    def run(self, readers: int, think_s: float, seconds: float, costs: Costs) -> Ran:
        """Let readers ask for some seconds. costs: of the client alone."""
        waits: list[Wait] = []
        lock = threading.Lock()
        does = script(readers, think_s)

        def read(n: int) -> None:
            client, by = Client(self.found.serving.port), random.Random(n)
            checked(client.get, "/")
            together.wait()
            for think, kind in does(n):
                time.sleep(think)
                at = time.perf_counter() - begun[0]
                if at > seconds:
                    break
                took = self._ask(client, kind, by)
                with lock:
                    waits.append(Wait(kind, at, took))
            client.close()

        disk_s = self.disk_s(think_s / readers)
        begun: list[float] = []
        used: list[float] = []

        def start() -> None:
            used.append(cpu_s(self.found.serving.pid))
            begun.append(time.perf_counter())

        together = threading.Barrier(readers, start)
        with ThreadPoolExecutor(readers) as threads:
            for one in [threads.submit(read, n) for n in range(readers)]:
                one.result()
        spent_s = cpu_s(self.found.serving.pid) - used[0]
        within = [w for w in waits if w.at + w.seconds <= seconds]
        costs = replace(costs.in_run([w.kind for w in waits], spent_s), disk_s=disk_s)
        return Ran(Played(within, {}, seconds), costs)

    def _timed(self, client: Client, kind: str, by: random.Random) -> tuple[float, float]:
        """Ask, and give the seconds on the clock, and of the server's CPU."""
        began = cpu_s(self.found.serving.pid)
        took = self._ask(client, kind, by)
        return took, cpu_s(self.found.serving.pid) - began

    def _ask(self, client: Client, kind: str, by: random.Random) -> float:
        found = self.found
        try:
            if kind == "save":
                n = next(self._saved)
                id_ = found.ids[n % len(found.ids)]
                answer = client.post(f"/note/{id_}", text=WORDS.format(n=n), base="0")
            else:
                id_ = by.choice(found.ids)
                query = quote(f"{by.choice(found.queries)} {by.randrange(10_000)}")
                path = {"today": "/", "paper": f"/paper/{id_}", "note": f"/note/{id_}"}
                answer = client.get(path.get(kind, f"/search?q={query}"))
        except (OSError, HTTPException) as error:
            self.errors.append(f"{kind}: {error!r}")
            client.close()
            return 0.0
        if answer.status != 200:
            self.errors.append(f"{kind}: {answer.status} {answer.body[:80]!r}")
        return answer.whole_s


def _encode_s(found: House) -> float:
    encoder = open_query_encoder(BUNDLED, cache=cache_folder())
    took = []
    for query in found.queries[:40]:
        begun = time.process_time()
        encoder.encode_query(query)
        took.append(time.process_time() - begun)
    return statistics.median(took[5:])


def _shuffled(by: random.Random) -> Iterator[str]:
    """Give the kinds of requests by their weights, shuffled, again and again."""
    several = [kind for kind, weight in WEIGHTS.items() for _ in range(weight)]
    while True:
        yield from by.sample(several, len(several))
