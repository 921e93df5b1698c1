"""Add a folder of PDFs, kill that at a third with no warning, and run it again.

    python -m tests.benchmarks.pdfs --only bulk

The whole folder is added to one new library without a stop, and to another with the kill:
at the end both must hold the same, and no file that was done before the kill may have been
done again. One file of each paper, none scanned.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.frame import CommandFailed, Miss, Options, Result, Shell
from tests.benchmarks.library import copied
from tests.benchmarks.pdfs import compare
from tests.benchmarks.pdfs.truth import Truth, drawn, load

N_QUICK = 6
LONGEST_S = 600.0
"""For a third of the files, on the slowest machine."""

Rows = dict[str, tuple[str, str]]
"""What is recorded of each file: its outcome, and when it was recorded."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a run that was killed left, and what the next one made of it."""

    before: Rows
    after: Rows
    killed_s: float
    rest_s: float


def measure(options: Options) -> list[Result]:
    """Give every figure of a folder added. Raises DataMissing where there are no PDFs."""
    truths = one_each([truth for truth in load(options.data) if truth.kind != "scanned"])
    truths = drawn(truths, N_QUICK) if options.is_quick else truths
    with tempfile.TemporaryDirectory(prefix="asayomi-") as temporary:
        folder = Path(temporary) / "pdfs"
        folder.mkdir()
        for truth in truths:
            shutil.copyfile(truth.path, folder / truth.path.name)
        with copied(None) as library:
            run = _shell(options, library).run(["reader", "add", "--no-fetch", str(folder)])
            whole = recorded(library)
        with copied(None) as library:
            stopped = _stopped(options, library, folder, len(truths))
    return [
        Result(
            "add FOLDER, a PDF",
            run.wall_s / len(truths),
            "s",
            note=f"{len(truths)} PDFs in {run.wall_s:.1f} s, CPU {run.cpu_s:.1f} s",
        ),
        Result("add FOLDER, peak memory", run.peak_mb, "MB"),
        *results(whole, stopped, whole_s=run.wall_s),
    ]


def one_each(truths: Sequence[Truth]) -> list[Truth]:
    """Leave out what holds a paper that another file holds: which one comes first is chance."""
    return list({compare.bare(truth.title) or truth.file: truth for truth in truths}.values())


def results(whole: Rows, stopped: Stopped, *, whole_s: float) -> list[Result]:
    """Say what a kill cost: time, files done twice, and what is otherwise than without it."""
    n, n_before = len(whole), len(stopped.before)
    again = [f for f, row in stopped.before.items() if stopped.after.get(f, row)[1] != row[1]]
    outcomes = [{file: row[0] for file, row in rows.items()} for rows in (whole, stopped.after)]
    files = sorted({*outcomes[0], *outcomes[1]})
    other = [file for file in files if outcomes[0].get(file) != outcomes[1].get(file)]
    note = f"{n_before} of {n} were done after {stopped.killed_s:.1f} s"
    return [
        Result(
            "the rest after kill -9 / all without it",
            stopped.rest_s / whole_s,
            "×",
            note=f"{stopped.rest_s:.1f} s against {whole_s:.1f} s; {note}",
        ),
        Result(
            "files done twice",
            len(again),
            "",
            bar=0.0,
            misses=tuple(Miss(file, "left alone", "done again") for file in again),
        ),
        Result(
            "files otherwise than without the kill",
            len(other),
            "",
            bar=0.0,
            misses=tuple(
                Miss(file, *(o.get(file, "not there") for o in outcomes)) for file in other
            ),
        ),
    ]


def recorded(library: Path) -> Rows:
    """Read what is recorded of each file, by its name, and whether its PDF is there.

    Another process may be writing.
    """
    at = (library / "reader.db").as_uri()
    with closing(sqlite3.connect(f"{at}?mode=ro", uri=True)) as db:
        rows = db.execute(
            """
            SELECT a.path, a.outcome, a.at, p.path FROM additions a
            LEFT JOIN pdfs p ON p.paper = a.paper
            """
        ).fetchall()
    return {
        Path(path).name: (
            outcome if pdf and (library / pdf).is_file() else f"{outcome}, no PDF",
            at,
        )
        for path, outcome, at, pdf in rows
    }


def _stopped(options: Options, library: Path, folder: Path, n: int) -> Stopped:
    command = [str(Path(sys.executable).with_name("reader")), "add", "--no-fetch", str(folder)]
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=_shell(options, library).environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while len(recorded(library)) < n / 3:
            if process.poll() is not None or time.perf_counter() - begin > LONGEST_S:
                raise CommandFailed("reader add ended or stood still before a third was done")
            time.sleep(0.02)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    killed_s = time.perf_counter() - begin
    before = recorded(library)
    rest = _shell(options, library).run(["reader", "add", "--no-fetch", str(folder)])
    return Stopped(before, recorded(library), killed_s, rest.wall_s)


def _shell(options: Options, library: Path) -> Shell:
    return Shell(options.cache, {"READER_LIBRARY": str(library)})
