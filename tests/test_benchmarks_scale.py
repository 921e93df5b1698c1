"""The simulation of readers agrees with what is known of queues."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import fmean

import pytest

from tests.benchmarks.scale.load import (
    STATIONS,
    WEIGHTS,
    Costs,
    Ran,
    compared,
    fitted,
    most_readers,
    script,
    servers,
)
from tests.benchmarks.scale.queues import Draw, Load, Played, Stage, Station, Wait, play

SECONDS = 40_000.0


def each(
    seconds: Callable[[random.Random], float],
) -> Draw:
    return lambda by, _kind: ("page", [Stage("core", seconds(by))])


def mean_s(played: Played) -> float:
    return fmean(wait.seconds for wait in played.waits)


def drawn(mean: float) -> Callable[[random.Random], float]:
    return lambda by: by.expovariate(1 / mean)


class TestKnownQueues:
    @pytest.mark.parametrize("shares", [True, False])
    @pytest.mark.parametrize("busy", [0.3, 0.6])
    def test_exponential_service_takes_the_mean_of_m_m_1(self, shares: bool, busy: float) -> None:
        load = Load(each(drawn(1.0)), rate=busy)
        found = play(load, [Station("core", shares=shares)], seconds=SECONDS, seed=1)
        assert mean_s(found) == pytest.approx(1 / (1 - busy), rel=0.05)
        assert found.busy["core"] == pytest.approx(busy, rel=0.03)
        assert found.rate == pytest.approx(busy, rel=0.03)

    def test_equal_service_in_order_waits_half_of_that(self) -> None:
        load = Load(each(lambda _: 1.0), rate=0.6)
        found = play(load, [Station("core", shares=False)], seconds=SECONDS, seed=1)
        assert mean_s(found) - 1 == pytest.approx(0.6 / (2 * 0.4), rel=0.05)

    def test_sharing_is_the_same_for_any_service(self) -> None:
        load = Load(each(lambda _: 1.0), rate=0.6)
        found = play(load, [Station("core")], seconds=SECONDS, seed=1)
        assert mean_s(found) == pytest.approx(1 / 0.4, rel=0.05)

    def test_two_places_take_the_mean_of_m_m_2(self) -> None:
        load = Load(each(drawn(1.0)), rate=1.4)
        found = play(load, [Station("core", 2, shares=False)], seconds=SECONDS, seed=1)
        assert mean_s(found) == pytest.approx(1 / (1 - 0.7**2), rel=0.05)

    @pytest.mark.parametrize("readers", [1, 4, 16])
    def test_readers_who_think_take_what_mean_value_analysis_gives(self, readers: int) -> None:
        there, expected = 0.0, 0.0
        for n in range(1, readers + 1):
            expected = 1 + there
            there = expected * n / (expected + 8)
        load = Load(each(drawn(1.0)), readers=readers, think_s=8)
        found = play(load, [Station("core", shares=False)], seconds=SECONDS, seed=1, warm_s=200)
        assert mean_s(found) == pytest.approx(expected, rel=0.05)
        assert found.rate == pytest.approx(readers / (expected + 8), rel=0.05)


class TestStations:
    def test_stages_come_one_after_another(self) -> None:
        stages = [Stage("lock", 2.0), Stage("core", 3.0)]
        load = Load(lambda *_: ("page", stages), readers=1, think_s=1)
        found = play(load, [Station("core"), Station("lock", shares=False)], seconds=500)
        assert {round(wait.seconds, 6) for wait in found.waits} == {5.0}

    def test_a_lock_serves_in_order_and_sharing_gives_each_a_part(self) -> None:
        load = Load(each(lambda _: 1.0), readers=2)
        locked = play(load, [Station("core", shares=False)], seconds=100, warm_s=2)
        shared = play(load, [Station("core")], seconds=100, warm_s=2)
        assert {round(wait.seconds, 6) for wait in locked.waits} == {2.0}
        assert {round(wait.seconds, 6) for wait in shared.waits} == {2.0}
        [first, *_] = play(load, [Station("core", shares=False)], seconds=10).waits
        assert first.seconds == pytest.approx(1)

    def test_fewer_cores_than_busy_stations_slow_all_that_computes(self) -> None:
        def draw(by: random.Random, _kind: str | None) -> tuple[str, Sequence[Stage]]:
            name = by.choice(("a", "b"))
            return name, [Stage(name, 1.0)]

        stations = [Station("a", 9), Station("b", 9)]
        load = Load(draw, readers=4)
        wide = play(load, stations, cores=4, seconds=100)
        narrow = play(load, stations, cores=2, seconds=100)
        assert wide.rate == pytest.approx(4, rel=0.02)
        assert narrow.rate == pytest.approx(2, rel=0.02)
        waiting = [Station("a", 9, is_cpu=False), Station("b", 9, is_cpu=False)]
        assert play(load, waiting, cores=2, seconds=100).rate == pytest.approx(4, rel=0.02)

    def test_readers_do_what_their_script_says(self) -> None:
        def does(n: int) -> Iterator[tuple[float, str]]:
            yield from [(1.0 + n, "a"), (0.5, "b"), (99.0, "a")]

        def draw(_by: random.Random, kind: str | None) -> tuple[str, Sequence[Stage]]:
            return kind or "none", [Stage("core", {"a": 0.25, "b": 0.125}[kind or ""])]

        waits = play(Load(draw, 2, script=does), [Station("core")], seconds=10).waits
        assert [(w.kind, w.at, w.seconds) for w in waits] == [
            ("a", 1.0, 0.25),
            ("b", 1.75, 0.125),
            ("a", 2.0, 0.25),
            ("b", 2.75, 0.125),
        ]

    def test_the_same_seed_plays_the_same(self) -> None:
        load = Load(each(drawn(1.0)), rate=0.5)
        one, same, other = (
            play(load, [Station("core")], cores=math.inf, seconds=200, seed=seed).waits
            for seed in (1, 1, 2)
        )
        assert one == same != other


SECONDS_OF = {kind: [0.03, 0.05] for kind in WEIGHTS} | {"save": [0.4, 0.6]}
COSTS = Costs(SECONDS_OF, encode_s=0.02, locked=0.7)


class TestHouses:
    def test_what_weighs_less_lets_others_pass(self) -> None:
        def draw(by: random.Random, _kind: str | None) -> tuple[str, Sequence[Stage]]:
            kind, weight = by.choice((("light", 0.01), ("full", 1.0)))
            return kind, [Stage("core", 1.0, weight)]

        waits = play(Load(draw, rate=0.6), [Station("core")], seconds=SECONDS, seed=1).waits
        mean = {k: fmean(w.seconds for w in waits if w.kind == k) for k in ("light", "full")}
        # Of two classes, one goes first: preempting M/D/1 would give 1 + 0.3 / (2 * 0.7).
        assert mean["full"] == pytest.approx(1 / (1 - 0.3), rel=0.1)
        assert mean["light"] > 2 * mean["full"]

    def test_the_disk_is_waited_for_by_who_saves(self) -> None:
        costs, by = replace(COSTS, disk_s=0.2), random.Random(4)
        for kind, stages in (costs.draw(by) for _ in range(100)):
            [disk] = [stage.seconds for stage in stages if stage.station == "disk"]
            assert disk == (0.2 if kind == "save" else 0)

    def test_what_answers_took_says_the_speed(self) -> None:
        found = COSTS.in_run(["today", "save", "save"], 2 * (0.04 + 0.5 + 0.5))
        assert found.speed == pytest.approx(0.5)
        _kind, stages = replace(found, disk_s=0.2).draw(random.Random(1), "today")
        assert math.fsum(stage.seconds for stage in stages) in (
            pytest.approx(0.06),
            pytest.approx(0.1),
        )

    @pytest.mark.parametrize(("locked", "weight"), [(1.0, 0.05), (1.0, 1.0), (0.5, 0.05)])
    def test_the_locked_part_and_its_weight_are_found(self, locked: float, weight: float) -> None:
        there = replace(COSTS, locked=locked, weight=weight)
        real = play(Load(there.draw, 4), STATIONS, cores=2, seconds=600, seed=5)
        found = fitted(COSTS, real, cores=2, seconds=40)
        assert found.locked == pytest.approx(locked, abs=0.2)
        assert (found.weight > 0.2) == (weight > 0.2)

    def test_measured_and_played_stand_side_by_side(self) -> None:
        load = Load(COSTS.draw, 4, script=script(4, 1.0))
        same = play(load, STATIONS, cores=2, seconds=100, seed=99)
        rows = list(compared(Ran(same, COSTS), 4, 1.0, cores=2))
        assert [row.ok for row in rows] == [True] * 3
        assert [row.value for row in rows] == pytest.approx([1, 1, 1], abs=0.1)
        assert rows[0].note.startswith("measured 3.")
        slow = Played([Wait(w.kind, w.at, 2 * w.seconds) for w in same.waits], {}, 100)
        rows = list(compared(Ran(slow, COSTS), 4, 1.0, cores=2))
        assert [row.ok for row in rows] == [True, False, False]

    def test_every_server_has_what_its_requests_need(self) -> None:
        rates = [
            play(Load(draw, 5), stations, cores=cores, seconds=20).rate
            for _name, draw, stations, cores in servers(replace(COSTS, disk_s=0.01))
        ]
        assert len(rates) == 4
        assert 0 < rates[2] < rates[3]

    def test_twice_the_places_bear_more_than_twice_the_people(self) -> None:
        def draw(by: random.Random, _kind: str | None) -> tuple[str, Sequence[Stage]]:
            return "page", [Stage("core", by.expovariate(1 / 0.2))]

        one, two = (most_readers(draw, [Station("core", n)], 8) for n in (1, 2))
        # Of M/M/1, 5 % wait for longer than a second if a server's free part is 0.2 * ln 20.
        assert one[0] == pytest.approx(20 * 5 * (1 - 0.2 * math.log(20)), rel=0.3)
        assert 2 < two[0] / one[0] < 5
        assert one[1].busy["core"] < two[1].busy["core"] < 1
