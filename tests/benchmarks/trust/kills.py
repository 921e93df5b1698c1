"""Kill commands at random moments, and look what is there afterwards."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.benchmarks.frame import Miss, Options, Result
from tests.benchmarks.trust.count import counted
from tests.benchmarks.trust.scenes import DONE, Scene, lost_after, world
from tests.installed import start


def measure(options: Options) -> list[Result]:
    """Kill 200 times, or 20."""
    with world() as (at, scenes):
        n = -(-(20 if options.is_quick else 200) // len(scenes))
        return [
            counted(f"killed in {one.name}", n, lost_in(one, at / one.name, n=n)) for one in scenes
        ]


def lost_in(scene: Scene, at: Path, *, n: int) -> list[Miss]:
    """Kill a scene `n` times, each at another moment; returns what was lost."""
    at.mkdir()
    root, chance, lost = at / "library", random.Random(scene.name), []
    scene.prepare(root)
    began = time.monotonic()
    _play(scene, root, None)
    whole_s = time.monotonic() - began
    for _ in range(n):
        shutil.rmtree(root)
        scene.prepare(root)
        after_s = chance.uniform(0, whole_s)
        n_done, has_spoken = _play(scene, root, time.monotonic() + after_s)
        for what in lost_after(scene, root, n_done=n_done, has_spoken=has_spoken):
            lost.append(Miss(f"{scene.name}, {after_s:.3f} of {whole_s:.3f} s", "kept", what))
    return lost


def _play(scene: Scene, root: Path, until: float | None) -> tuple[int, bool]:
    """Run the commands up to a moment; returns how many ended, and whether the next spoke."""
    for n, step in enumerate(scene.steps):
        process = start(*step.line, library=root, now=step.now)
        try:
            left = None if until is None else max(0.0, until - time.monotonic())
            process.communicate(timeout=left)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            out, _err = process.communicate()
            # It may have come to its end just before.
            if process.returncode < 0:
                return n, bool(out)
        if process.returncode not in DONE:
            raise RuntimeError(f"{step.line}: {process.returncode}")
    return len(scene.steps), False
