"""Time the reading of PDFs against PyMuPDF's own, and see what a second worker brings.

    python -m tests.benchmarks.pdfs --only speed

Scanned PDFs are left out: reading pictures of letters has nothing to be held against.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.frame import Options, Result, Shell
from tests.benchmarks.pdfs.truth import drawn, load

TIMING = Path(__file__).with_name("timing_run.py")
POOL = Path(__file__).with_name("pool_run.py")
DICT_BAR, TEXT_BAR = 1.5, 2.5


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured; n_files: None for all."""

    n_files: int | None = None
    rounds: int = 3
    pool_rounds: int = 3


QUICK = Plan(n_files=12, rounds=2, pool_rounds=1)


@dataclass(frozen=True, slots=True)
class Timed:
    """The least seconds that one file took in each way."""

    pages: int
    document_s: float
    dict_s: float
    text_s: float


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of speed. Raises DataMissing where there are no PDFs."""
    plan = plan or (QUICK if options.is_quick else Plan())
    paths = [truth.path for truth in load(options.data) if truth.kind != "scanned"]
    paths = paths if plan.n_files is None else drawn(paths, plan.n_files)
    with tempfile.TemporaryDirectory() as temporary:
        listing = Path(temporary) / "files"
        listing.write_text("".join(f"{path}\n" for path in paths), "utf-8")
        return [*_against(options, plan, listing), *_workers(options, plan, listing)]


def _against(options: Options, plan: Plan, listing: Path) -> list[Result]:
    run = Shell(options.cache).run(["python", str(TIMING), str(plan.rounds), str(listing)])
    lines = [json.loads(line) for line in run.output.splitlines()]
    timed = [Timed(x["pages"], x["document"], x["dict"], x["text"]) for x in lines]
    return [*ratios(timed), Result("peak memory of that process", run.peak_mb, "MB")]


def ratios(timed: Sequence[Timed]) -> list[Result]:
    """Divide sums of seconds, so that a long PDF counts as much as it takes."""
    document_s = sum(one.document_s for one in timed)
    dict_s, text_s = sum(one.dict_s for one in timed), sum(one.text_s for one in timed)
    pages = sum(one.pages for one in timed)
    per_page = f"{1000 * document_s / pages:.1f} ms a page of {pages}"
    worst = max(one.document_s / one.dict_s for one in timed)
    return [
        Result(
            "reading / get_text('dict')",
            document_s / dict_s,
            "×",
            bar=DICT_BAR,
            note=f"{document_s:.2f} s against {dict_s:.2f} s, {len(timed)} PDFs, {per_page}",
        ),
        Result("the same, worst PDF", worst, "×"),
        Result(
            "reading / get_text('text')",
            document_s / text_s,
            "×",
            bar=TEXT_BAR,
            note=f"{document_s:.2f} s against {text_s:.2f} s",
        ),
    ]


def _workers(options: Options, plan: Plan, listing: Path) -> list[Result]:
    """Read all with one worker and with two, in turn."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    peaks: list[float] = []
    for _ in range(plan.pool_rounds):
        for n_workers, taken in seconds.items():
            run = Shell(options.cache).run(["python", str(POOL), str(n_workers), str(listing)])
            taken.append(float(run.output))
            peaks.append(run.peak_mb)
    one_s, two_s = min(seconds[1]), min(seconds[2])
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    note = f"{one_s:.2f} s against {two_s:.2f} s; {os.cpu_count()} cores{load}"
    return [
        Result("one worker / two workers", one_s / two_s, "×", note=note),
        Result("peak memory of the largest worker", max(peaks), "MB"),
    ]
