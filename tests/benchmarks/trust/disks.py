"""Use a library on disks that are full, nearly full, or cannot be written."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.frame import DataMissing, Miss, Options, Result
from tests.benchmarks.trust.count import counted
from tests.benchmarks.trust.scenes import DONE, temporary
from tests.conftest import played
from tests.installed import LIFT, new_library, run_here
from tests.test_full_disk import READING, on_disk

WRITING = ("skip", "note")


def measure(options: Options) -> list[Result]:
    """Try 20 disks, or 2."""
    chance = random.Random(4)
    n = 2 if options.is_quick else 20
    lost = []
    with temporary() as at, played() as server:
        library = new_library(at / "library", server)
        for line in (("gather", "--no-encode"), ("pick", "--no-fetch", LIFT)):
            assert run_here(*line, library=library).code in DONE
        for turn in range(n):
            # Kilobytes that stay free; every fifth disk cannot be written at all.
            free = chance.choice([0, 4, 64, 200, 1000]) if turn % 5 else None
            lost += [Miss(f"{free} kB free", *miss) for miss in lost_on(library, at, turn, free)]
    return [counted("full disk", n * len((*READING, *WRITING)), lost)]


def lost_on(library: Path, at: Path, turn: int, free: int | None) -> list[tuple[str, str]]:
    """Run the commands on a disk; returns what was expected and what came instead."""
    spare, rest = '"$1/spare"', 'rm "$1/spare"'
    if free is None:
        rest = 'rm "$1/fill"; mount -o remount,ro "$1"'
    try:
        found: Any = on_disk(
            library,
            at / f"{turn}",
            before=f"dd if=/dev/zero of={spare} bs=1k count={free or 0} 2> /dev/null",
            read_only=rest,
        )
    except pytest.skip.Exception as reason:
        raise DataMissing(str(reason)) from None
    lost = []
    for name in READING:
        code, out, err = found[name]
        if code not in DONE or not out or "I/O error" in err:
            lost.append((f"{name} reads", f"{code} {err}"))
    for name in WRITING:
        code, _out, err = found[name]
        if code not in (*DONE, 6):
            lost.append((f"{name} works or says why not", f"{code} {err}"))
    if found["note"][0] in DONE and "That stay" not in found["after"][1]:
        lost.append(("the confirmed note", found["after"][1]))
    return lost
