"""Test that all who share an index keep a host's delay together, and alone where it is away.

The processes are real, and so are PostgreSQL and the server, which records when it is asked.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from reader.base.errors import SourceFailed
from reader.base.http import Request
from reader.base.http.client import Client
from reader.search.rows.shared import opened
from reader.search.rows.shared_server import (
    LONGEST_PAUSE_S,
    LONGEST_TURN_S,
    LOOK_S,
    HostTurns,
)
from tests.postgres import Server as Postgres
from tests.postgres import needs_postgres, served
from tests.server import Answer, Seen, Server, Time

pytestmark = needs_postgres

DELAY_S = 0.3
N_EACH = 6

ASKING = f"""
import sys, time
from datetime import UTC, datetime
from reader.base.http import Request
from reader.base.http.client import Client
from reader.search.rows.shared_server import HostTurns

turns = HostTurns(sys.argv[1], time.sleep, time.monotonic, lambda error: sys.exit(str(error)))
clock = lambda: datetime.now(UTC)
with Client(clock=clock, sleep=time.sleep, monotonic=time.monotonic, turn=turns.turn) as client:
    for n in range({N_EACH}):
        client.fetch(Request(sys.argv[2], "here", delay_s={DELAY_S}))
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with served() as server:
        yield server


@pytest.fixture
def url(postgres: Postgres) -> str:
    url = postgres.url(postgres.new_database())
    with opened(url, timeout_s=10, may_change=True):
        return url


@dataclass
class Person:
    """One who asks with the others, on a clock that only moves when somebody sleeps."""

    url: str
    time: Time = field(default_factory=Time)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.turns = HostTurns(
            self.url,
            self.time.sleep,
            self.time.monotonic,
            lambda error: self.told.append(error.message),
        )


def test_two_processes_never_come_closer_than_the_delay(url: str) -> None:
    asked: list[float] = []

    def answer(_seen: Seen) -> Answer:
        asked.append(time.monotonic())
        return Answer(b"here")

    with Server() as server:
        server.respond("/pdf", answer)
        command = [sys.executable, "-c", ASKING, url, server.url("/pdf")]
        several = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in "ab"]
        assert [(one.communicate()[1], one.returncode) for one in several] == [(b"", 0)] * 2
    assert len(asked) == 2 * N_EACH
    assert min(b - a for a, b in pairwise(asked)) >= DELAY_S


def free_in(url: str, host: str = "x.org") -> float:
    """Ask how long a host is not free, in seconds."""
    with opened(url, timeout_s=10) as shared:
        [(left,)] = shared.connection.execute(
            "SELECT extract(epoch FROM free_at - clock_timestamp())::float8 FROM hosts"
            " WHERE name = %s",
            (host,),
        )
        return float(left)


def test_the_delay_counts_from_the_beginning_of_the_answer(url: str) -> None:
    one = Person(url)
    with one.turns.turn("x.org", 100) as heard:
        assert 140 < free_in(url) <= LONGEST_TURN_S
        heard(0)
        one.time.sleep(40)
    assert 50 < free_in(url) <= 60
    # Another host is free, and so is this one for nobody.
    with one.turns.turn("y.org", 100):
        pass
    assert 90 < free_in(url, "y.org") <= 100
    assert one.time.slept == [40]


def test_a_pause_that_a_server_asks_for_holds_for_all(url: str) -> None:
    with Person(url).turns.turn("x.org", 1) as heard:
        heard(25)
    assert 20 < free_in(url) <= 25


class Looking(Time):
    """Does not wait: looks again at once, but not for ever."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        assert len(self.slept) < 20_000


def taken_at(url: str, host: str = "x.org") -> datetime:
    """Ask when the turn that somebody has was taken, by the server's clock."""
    with opened(url, timeout_s=10) as shared:
        [(free_at,)] = shared.connection.execute(
            "SELECT free_at FROM hosts WHERE name = %s AND pid IS NOT NULL", (host,)
        )
        taken: datetime = free_at - timedelta(seconds=LONGEST_TURN_S)
        return taken


def test_all_turns_taken_at_once_are_at_least_the_delay_apart(url: str) -> None:
    def take(_n: int) -> list[datetime]:
        moments, one = [], Person(url, Looking())
        for _ in range(5):
            with one.turns.turn("x.org", 0.02) as heard:
                heard(0)
                moments.append(taken_at(url))
        return moments

    with ThreadPoolExecutor(6) as several:
        moments = sorted(at for some in several.map(take, range(6)) for at in some)
    assert len(moments) == 30
    assert min(b - a for a, b in pairwise(moments)) >= timedelta(seconds=0.02)


HOLDING = """
import sys, time
from reader.search.rows.shared_server import HostTurns

turns = HostTurns(sys.argv[1], time.sleep, time.monotonic, lambda error: sys.exit(str(error)))
with turns.turn("x.org", 1):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_who_was_killed_holds_nobody_for_longer_than_the_delay(url: str) -> None:
    command = [sys.executable, "-c", HOLDING, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"held\n"
        began = taken_at(url)
        killed.kill()
    with Person(url, Looking()).turns.turn("x.org", 0.5):
        assert timedelta(seconds=0.5) <= taken_at(url) - began < timedelta(seconds=LONGEST_TURN_S)


@pytest.mark.parametrize("ahead", ["'infinity'", "clock_timestamp() + interval '2 days'"])
def test_a_moment_absurdly_far_ahead_holds_nobody(url: str, ahead: str) -> None:
    with Person(url).turns.turn("x.org", 1):
        pass
    with opened(url, timeout_s=10) as shared:
        shared.connection.execute(f"UPDATE hosts SET free_at = {ahead}")
    one = Person(url)
    with one.turns.turn("x.org", 1):
        assert one.time.slept == []
    assert free_in(url) <= 1


def test_a_long_pause_is_an_error_for_all_until_it_is_over(url: str) -> None:
    first, second = Person(url), Person(url, Looking())
    with Server() as server:
        server.script("/a", Answer(status=429, headers={"Retry-After": "3600"}), Answer(b"here"))
        request = Request(server.url("/a"), "here", delay_s=1)

        def ask(one: Person) -> bytes:
            clock = one.time
            with Client(
                clock=clock.clock, sleep=clock.sleep, monotonic=clock.monotonic, turn=one.turns.turn
            ) as client:
                return client.fetch(request).content

        with pytest.raises(SourceFailed, match="too many requests"):
            ask(first)
        with pytest.raises(SourceFailed, match="all who share the index") as caught:
            ask(second)
        assert caught.value.retry_at is not None
        left = caught.value.retry_at - datetime.now(UTC)
        assert timedelta(minutes=50) < left < timedelta(minutes=70)
        assert (len(server.seen), second.time.slept) == (1, [])
        with opened(url, timeout_s=10) as shared:
            shared.connection.execute("UPDATE hosts SET free_at = clock_timestamp()")
        assert ask(second) == b"here"


def test_no_pause_is_believed_for_longer_than_a_day(url: str) -> None:
    with Person(url).turns.turn("x.org", 1) as heard:
        heard(7 * 86_400)
    assert LONGEST_PAUSE_S - 60 < free_in(url) <= LONGEST_PAUSE_S


def test_who_waits_looks_again_and_sees_that_the_other_is_there(
    url: str, postgres: Postgres
) -> None:
    class Freed(Time):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if len(self.slept) == 3:
                with opened(url, timeout_s=10) as shared:
                    shared.connection.execute("UPDATE hosts SET free_at = clock_timestamp()")

    name = url.partition("?")[0].rpartition("/")[2]
    postgres.ask(name, "CREATE ROLE ada LOGIN IN ROLE asayomi_reader")
    with Person(url).turns.turn("x.org", 1):
        # Another login may not see what the session of the first one does.
        waiting = Person(postgres.url(name, "ada"), Freed())
        with waiting.turns.turn("x.org", 0):
            pass
        assert waiting.time.slept == [LOOK_S] * 3


def test_without_its_server_each_keeps_the_delay_alone_and_says_so_once(postgres: Postgres) -> None:
    away = Person("postgresql://me@127.0.0.1:9/papers?connect_timeout=2")
    with Server() as server:
        server.script("/pdf", Answer(b"here"))
        clock = away.time
        with Client(
            clock=clock.clock, sleep=clock.sleep, monotonic=clock.monotonic, turn=away.turns.turn
        ) as client:
            for _ in range(30):
                client.fetch(Request(server.url("/pdf"), "here", delay_s=3))
    assert clock.slept == [3.0] * 29
    assert len(away.told) == 1
    assert "127.0.0.1/papers" in away.told[0]
    assert len(server.seen) == 30


def test_one_who_only_searches_may_take_turns(url: str, postgres: Postgres) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    postgres.ask(name, "CREATE ROLE mio LOGIN IN ROLE asayomi_reader")
    one = Person(postgres.url(name, "mio"))
    with one.turns.turn("x.org", 100):
        pass
    assert one.told == []
    assert free_in(url) > 90
