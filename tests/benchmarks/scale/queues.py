"""Play readers who ask a server, and let their requests wait for one another. Pure.

A request has stages, one after another; each asks for some seconds of a station. A station that
shares gives all who are there a part of its places by their weight, as threads take turns at
Python's interpreter lock; another one takes them in the order in which they came, as a lock does.
What needs the processor goes slower where more wants to run than there are cores.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

TINY_S = 1e-9


@dataclass(frozen=True, slots=True)
class Station:
    """One resource. places: how many requests it can serve at once, each at full speed.

    shares: gives all who wait a part, where there are more; else the first ones are served.
    is_cpu: what is done there needs a core.
    """

    name: str
    places: int = 1
    shares: bool = True
    is_cpu: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """Seconds that a request needs of a station, alone.

    weight: its part of a station that shares, against that of others. What lets go of Python's
    lock after each step waits for its next turn longer than the step took, so that it weighs less.
    """

    station: str
    seconds: float
    weight: float = 1.0


Draw = Callable[[random.Random, str | None], tuple[str, Sequence[Stage]]]
"""Draws the next request, of a kind if one is given: its kind, and its stages."""

Script = Callable[[int], Iterator[tuple[float, str]]]
"""Gives what a reader does by number: seconds to think, and the kind of the next request."""


@dataclass(frozen=True, slots=True)
class Load:
    """Who asks.

    readers: each waits `think_s` on average after an answer, exponentially distributed; with a
    script they do what it says. rate: requests a second from elsewhere, at random times; either
    may be 0.
    """

    draw: Draw
    readers: int = 0
    think_s: float = 0.0
    rate: float = 0.0
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """One answer: the kind of the request, when it came, and the seconds until it was there."""

    kind: str
    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Played:
    """All answers within the time that counts; busy: station → the used share of its places."""

    waits: list[Wait]
    busy: dict[str, float]
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds


@dataclass(slots=True)
class _Job:
    kind: str
    at: float
    stages: Iterator[Stage]
    reader: int | None
    left: float = 0.0
    weight: float = 1.0


@dataclass(slots=True)
class _Place:
    station: Station
    jobs: list[_Job] = field(default_factory=list)
    served_s: float = 0.0

    def served(self) -> list[_Job]:
        return self.jobs if self.station.shares else self.jobs[: self.station.places]

    def n_busy(self) -> int:
        return min(len(self.jobs), self.station.places)

    def speeds(self) -> list[float]:
        """Give the part of full speed of each one served."""
        served = self.served()
        if len(served) <= self.station.places:
            return [1.0] * len(served)
        weights = [job.weight for job in served]
        each = self.station.places / math.fsum(weights)
        return [min(1.0, each * weight) for weight in weights]


def play(
    load: Load,
    stations: Sequence[Station],
    *,
    cores: float = math.inf,
    seconds: float,
    warm_s: float = 0.0,
    seed: int = 0,
) -> Played:
    """Play `seconds` after `warm_s` that do not count."""
    return _Play(load, {s.name: _Place(s) for s in stations}, cores, seed).run(warm_s, seconds)


class _Play:
    def __init__(self, load: Load, places: Mapping[str, _Place], cores: float, seed: int) -> None:
        self.load, self.places, self.cores = load, places, cores
        self.by = random.Random(seed)
        self.now = 0.0
        self.order = count()
        self.coming: list[tuple[float, int, int | None, str | None]] = []
        self.waits: list[Wait] = []
        self.scripts = {n: load.script(n) for n in range(load.readers)} if load.script else {}
        for n in range(load.readers):
            self._think(n)
        if load.rate:
            self._come(self.by.expovariate(load.rate))

    def run(self, warm_s: float, seconds: float) -> Played:
        end = warm_s + seconds
        before: dict[str, float] = {}
        for stop in (warm_s, end):
            before = {name: place.served_s for name, place in self.places.items()}
            self._until(stop)
        busy = {
            name: (place.served_s - before[name]) / (place.station.places * seconds)
            for name, place in self.places.items()
        }
        waits = [wait for wait in self.waits if wait.at + wait.seconds > warm_s]
        return Played(waits, busy, seconds)

    def _until(self, stop: float) -> None:
        while self.now < stop:
            speeds = self._speeds()
            finish = self.now + min([job.left / speed for job, speed in speeds], default=math.inf)
            come = self.coming[0][0] if self.coming else math.inf
            self._pass(min(finish, come, stop) - self.now, speeds)
            while self.coming and self.coming[0][0] <= self.now:
                _at, _order, reader, kind = heapq.heappop(self.coming)
                self._ask(reader, kind)

    def _speeds(self) -> list[tuple[_Job, float]]:
        """Work out at which part of its full speed each request is served."""
        running = sum(p.n_busy() for p in self.places.values() if p.station.is_cpu)
        of_cores = min(1.0, self.cores / running) if running else 1.0
        speeds: list[tuple[_Job, float]] = []
        for place in self.places.values():
            part = place.speeds()
            if place.station.is_cpu and of_cores < 1:
                part = [of_cores * speed for speed in part]
            speeds += zip(place.served(), part, strict=True)
        return speeds

    def _pass(self, seconds: float, speeds: Sequence[tuple[_Job, float]]) -> None:
        """Let time pass, and move on what is done by then."""
        self.now += seconds
        for place in self.places.values():
            place.served_s += seconds * place.n_busy()
        for job, speed in speeds:
            job.left -= seconds * speed
        done = [job for job, _ in speeds if job.left <= TINY_S]
        if done:
            for place in self.places.values():
                place.jobs = [job for job in place.jobs if job.left > TINY_S]
        for job in done:
            self._next(job)

    def _ask(self, reader: int | None, kind: str | None) -> None:
        kind, stages = self.load.draw(self.by, kind)
        if reader is None:
            self._come(self.by.expovariate(self.load.rate))
        self._next(_Job(kind, self.now, iter(stages), reader))

    def _next(self, job: _Job) -> None:
        """Send a request to its next station; without one it is answered."""
        for stage in job.stages:
            if stage.seconds > TINY_S:
                job.left, job.weight = stage.seconds, stage.weight
                self.places[stage.station].jobs.append(job)
                return
        self.waits.append(Wait(job.kind, job.at, self.now - job.at))
        if job.reader is not None:
            self._think(job.reader)

    def _think(self, reader: int) -> None:
        if self.scripts:
            self._come(*next(self.scripts[reader]), reader)
        else:
            mean = self.load.think_s
            self._come(self.by.expovariate(1 / mean) if mean else 0.0, None, reader)

    def _come(self, after_s: float, kind: str | None = None, reader: int | None = None) -> None:
        heapq.heappush(self.coming, (self.now + after_s, next(self.order), reader, kind))
