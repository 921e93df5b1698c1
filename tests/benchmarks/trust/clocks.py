"""Use a library while the clock is wrong by days or decades, and look what is there afterwards."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.frame import Miss, Options, Result
from tests.benchmarks.trust.count import counted
from tests.benchmarks.trust.scenes import DONE, temporary
from tests.conftest import played
from tests.installed import ALL, LIFT, NOW, copy_library, ids_of, new_library, rows, run_here, today
from tests.play import PlayServer

WORDS = "It goes up. Nobody speaks."

MOST_QUESTIONS = 20
"""Requests of a gather that asks for no day but its own."""


def measure(options: Options) -> list[Result]:
    """Try 100 wrong clocks, or 10."""
    chance = random.Random(7)
    n = 10 if options.is_quick else 100
    lost = []
    with temporary() as at, played() as server:
        library = new_library(at / "gathered", server)
        assert run_here("gather", "--no-encode", library=library).code in DONE
        for turn in range(n):
            days = chance.choice([-1, 1]) * int(2 + 20_000 * chance.random() ** 3)
            one = copy_library(library, at / f"{turn}", server)
            lost += [Miss(f"{days} days", "kept", what) for what in lost_at(one, days, server)]
    return [counted("clock", n, lost)]


def lost_at(library: Path, days: int, server: PlayServer) -> list[str]:
    """Work under a wrong clock, then under the right one; returns what is not as it was."""
    wrong = NOW + timedelta(days=days)
    run_here("gather", "--no-encode", library=library, now=wrong)
    run_here("pick", "--no-fetch", LIFT, library=library, now=wrong)
    is_written = run_here("note", LIFT, "-m", WORDS, library=library, now=wrong).code in DONE
    server.requests.clear()
    again = run_here("gather", "--no-encode", library=library)
    checks = {
        f"gather: {again}": again.code in DONE,
        "papers": ids_of(library) == sorted(ALL),
        "a whole morning": bool(today(library)[1]["is_complete"]),
        "the note": not is_written or (WORDS,) in rows(library, "SELECT text FROM notes"),
        f"{len(server.requests)} requests": len(server.requests) <= MOST_QUESTIONS,
    }
    return [what for what, holds in checks.items() if not holds]
