"""Cut the power while commands work on a library, and look what is there afterwards.

Each scene is recorded once, by the real commands under powercut.c. Then the library is built as
a cut at some moment may leave it, again and again, with another part of what was not synced
each time. Of what a command had confirmed all must be there, and the commands go on.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.frame import DataMissing, Miss, Options, Result
from tests.benchmarks.trust import disk
from tests.benchmarks.trust.count import counted
from tests.benchmarks.trust.scenes import DONE, Scene, lost_after, world
from tests.installed import finish, start


@dataclass(frozen=True, slots=True)
class _Cut:
    """A moment: after how many records, and the seed of what is there then."""

    at: int
    seed: int


def measure(options: Options) -> list[Result]:
    """Play 200 cuts, or 20."""
    with world() as (at, scenes):
        library = disk.compiled(at)
        if library is None:
            raise DataMissing("a C compiler")
        n = -(-(20 if options.is_quick else 200) // len(scenes))
        return [
            counted(f"power cut in {one.name}", n, lost_in(one, at / one.name, library, n=n))
            for one in scenes
        ]


def lost_in(scene: Scene, at: Path, library: Path, *, n: int) -> list[Miss]:
    """Record a scene and cut it `n` times; returns what was lost. library: the compiled shim."""
    at.mkdir()
    root = at / "library"
    scene.prepare(root)
    played_disk = disk.Disk(root)
    record(scene, root, at / "log", library)
    log, real = list(disk.records(at / "log")), _content(root)
    lost = []
    moments = sorted(_cuts(log, n, random.Random(scene.name)), key=lambda cut: cut.at)
    done = 0
    for cut in moments:
        for one in log[done : cut.at]:
            played_disk.play(one)
        done = cut.at
        # At the same path, which is in what the commands print.
        shutil.rmtree(root)
        played_disk.write(root, random.Random(cut.seed))
        kinds = "".join(one.kind for one in log[: cut.at])
        n_done, has_spoken = kinds.count("e"), "o" in kinds.rpartition("e")[2]
        for what in lost_after(scene, root, n_done=n_done, has_spoken=has_spoken):
            lost.append(Miss(f"{cut.at} of {len(log)}, seed {cut.seed}", "kept", what))
    # Without a cut the played disk is the real one, or the shim missed something.
    for one in log[done:]:
        played_disk.play(one)
    shutil.rmtree(root)
    played_disk.write(root, None)
    if different := {path for path, _content in real ^ _content(root)}:
        raise RuntimeError(f"not recorded: {sorted(different)}")
    return lost


def _content(root: Path) -> set[tuple[str, bytes | None]]:
    return {
        (str(path), path.read_bytes() if path.is_file() else None)
        for path in root.rglob("*")
        if not path.name.endswith("-shm")
    }


def record(scene: Scene, root: Path, log: Path, library: Path) -> None:
    """Run the commands of a scene under the shim."""
    more = {
        "LD_PRELOAD": str(library),
        "POWERCUT_ROOT": str(root),
        "POWERCUT_LOG": str(log),
    }
    for step in scene.steps:
        process = start(*step.line, library=root, now=step.now, env=more)
        ran = finish(process)
        if ran.code not in DONE:
            raise RuntimeError(f"{step.line}: {ran}")
        disk.add_end(log, ran.code)


def _cuts(log: list[disk.Record], n: int, chance: random.Random) -> Iterator[_Cut]:
    """Choose moments: a third of them just after something was confirmed."""
    confirmed = [i + 1 for i, one in enumerate(log) if one.kind in "oe"]
    for _ in range(n):
        at = chance.choice(confirmed) if chance.random() < 1 / 3 else chance.randint(0, len(log))
        yield _Cut(at, chance.getrandbits(32))
