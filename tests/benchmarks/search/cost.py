"""Count what search costs: bytes a passage, time to add a paper, a million passages.

    python -m tests.benchmarks.search --only cost

Passages and vectors are those of `library`: their number and size are real, their meaning
is not. The library of a million is built once (minutes, and some gigabytes of the cache).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reader.library.folder import Library, open_library
from reader.search.encoder.models import BUNDLED_NAME
from reader.search.rows import index, vector_files
from reader.search.rows.index import PassageText
from tests.benchmarks.frame import DataMissing, Options, Result, Shell
from tests.benchmarks.library import LAST_DAY, N_DIMENSIONS, SEED, Size, built, copied, moment
from tests.benchmarks.pdfs.truth import load
from tests.benchmarks.speed import QUERIES

PAPER = 60
"""Passages of a paper that is added."""
GROWTH_BAR = 1.5
ARRIVED_BAR_S = 20.0
SEARCH_BAR_S = 0.6
"""For a million passages, on a quiet machine."""
ARRIVED_RUN = Path(__file__).with_name("arrived_run.py")
FILES = ("index.db", "vectors")

# Their oldest papers have no passages: to those some are added.
SMALL, FILLED = Size(600), Size(600, 20_000)
LARGE, HUGE = Size(100_000, 200_000), Size(25_100, 1_000_000)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    small, filled: the same papers without and with passages. large: what a paper is added
    to. huge: what is searched, None for `filled`. n_added: papers. n_arrived: PDFs. runs: of
    each command.
    """

    small: Size = SMALL
    filled: Size = FILLED
    large: Size = LARGE
    huge: Size | None = HUGE
    n_added: int = 15
    n_arrived: int = 1
    runs: int = 5


QUICK = Plan(large=FILLED, huge=None, n_added=9, n_arrived=0, runs=2)


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    plan = plan or (QUICK if options.is_quick else Plan())
    return [
        *sizes(options, plan),
        *growth(options, plan),
        *arrived(options, plan),
        *searched(options, plan, plan.huge or plan.filled),
    ]


def sizes(options: Options, plan: Plan) -> list[Result]:
    n = plan.filled.n_passages
    without, filled = (own_bytes(_current(options, size)) for size in (plan.small, plan.filled))
    each = {name: (filled[name] - without[name]) / n for name in FILES}
    with open_library(_current(options, plan.filled)) as library:
        row = library.db.read_one(
            "SELECT sum(length(CAST(text AS BLOB))) AS n FROM idx.texts WHERE kind = 'passage'"
        )
    text = (row["n"] if row else 0) / n
    note = f"index.db {each['index.db']:.0f}, vectors/ {each['vectors']:.0f}; the text {text:.0f}"
    return [Result("index, a passage", sum(each.values()), "bytes", note=note)]


def _current(options: Options, size: Size) -> Path:
    """Give a built library whose vector files are whole."""
    folder = built(size, data=options.data, cache=options.cache)
    with open_library(folder) as library:
        vector_files.refresh(library.db, BUNDLED_NAME)
    return folder


def own_bytes(folder: Path) -> dict[str, int]:
    """Count the bytes of index.db, its journal among them, and of the vector files."""
    found = dict.fromkeys(FILES, 0)
    for path in folder.rglob("*"):
        name = path.relative_to(folder).parts[0]
        if path.is_file() and name.removesuffix("-wal") in found:
            found[name.removesuffix("-wal")] += path.stat().st_size
    return found


def growth(options: Options, plan: Plan) -> list[Result]:
    """Add papers to a library without passages and to a large one, in turn."""
    with _grown(options, plan.small) as small, _grown(options, plan.large) as large:
        first: list[float] = []
        later: list[float] = []
        for n in range(plan.n_added + 2):  # two that do not count
            first.append(_seconds_to_add(small, n + 1))
            later.append(_seconds_to_add(large, n + 1))
    before, after = (statistics.median(found[2:]) for found in (first, later))
    to = f"{plan.large.n_passages:,} passages"
    note = f"{1000 * after:.0f} ms against {1000 * before:.0f} ms, texts, vectors and files"
    return [
        Result(
            f"{PAPER} passages added to {to} / to none",
            after / before,
            "×",
            bar=GROWTH_BAR,
            note=note,
        )
    ]


@contextmanager
def _grown(options: Options, size: Size) -> Iterator[Library]:
    with copied(_current(options, size)) as folder:
        now = moment(LAST_DAY)
        with open_library(folder, now=lambda: now) as library:
            yield library


def _seconds_to_add(library: Library, row: int) -> float:
    """Add a paper's passages and their vectors; the oldest papers have none yet."""
    if index.n_passages(library.db, row):
        raise AssertionError(f"paper {row} has passages already")
    draw = np.random.default_rng([SEED, row])
    passages = [
        PassageText(" ".join(f"word{i}" for i in draw.integers(20_000, size=120)), 1 + n // 5, "")
        for n in range(PAPER)
    ]
    vectors = draw.standard_normal((PAPER, N_DIMENSIONS), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kept = [
        (index.hash_of(p.text), v.astype(np.float16).tobytes())
        for p, v in zip(passages, vectors, strict=True)
    ]
    begin = time.perf_counter()
    index.add_passages(library.db, row, passages, sha256=f"{row:064d}")
    index.add_vectors(library.db, BUNDLED_NAME, kept)
    vector_files.append(library.db, BUNDLED_NAME)
    return time.perf_counter() - begin


def arrived(options: Options, plan: Plan) -> list[Result]:
    """Read, cut and encode a real PDF in a fresh process with the real model."""
    if not plan.n_arrived:
        return []
    able = [t for t in load(options.data) if t.kind == "two columns" and 6 <= t.n_pages <= 9]
    if not able:
        raise DataMissing(f"there is no usual paper in {options.data / 'files'}")
    found = []
    for truth in able[: plan.n_arrived]:
        with copied(None) as folder:
            command = ["python", str(ARRIVED_RUN), str(folder), str(truth.path)]
            run = Shell(options.cache).run(command)
        what = f"{truth.n_pages} pages, {run.output.strip()}"
        note = f"CPU {run.cpu_s:.1f} s, {run.peak_mb:.0f} MB"
        name = f"a PDF arrived ({what}), until it is found"
        found.append(Result(name, run.wall_s, "s", bar=ARRIVED_BAR_S, note=note))
    return found


def searched(options: Options, plan: Plan, size: Size) -> list[Result]:
    """Search in fresh processes, where the files were read before."""
    folder = _current(options, size)
    shell = Shell(
        options.cache, {"READER_LIBRARY": str(folder), "READER_NOW": moment(LAST_DAY).isoformat()}
    )
    found = []
    for query, language in zip(QUERIES, ("English", "Japanese"), strict=True):
        runs = shell.repeat(["reader", "search", "--json", query], runs=plan.runs)
        if not runs.runs[0].output.strip():
            raise AssertionError(f"nothing was found for {query}")
        name = f"search in {language}, {size.n_passages:,} passages"
        note = f"CPU {runs.best_cpu_s:.2f} s"
        found.append(
            Result(name, runs.best_s, "s", bar=SEARCH_BAR_S, median=runs.median_s, note=note)
        )
        found.append(Result(f"{name}, peak memory", runs.peak_mb, "MB"))
    return found
