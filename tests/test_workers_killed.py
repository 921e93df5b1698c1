"""kill -9 a worker, the scheduler or the client amid `reader index`: nothing is lost or doubled.

The scheduler and its two workers are processes on loopback, the PDFs are made here.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reader.library.folder import open_library
from reader.library.rows import papers
from reader.pdfs.fetch import keep_pdf
from reader.search.encoder.models import BUNDLED
from tests.installed import NOW, finish, rows, run, start
from tests.marked_pdfs import typeset
from tests.samples import DAY, FEEDS_TOML, paper

pytestmark = pytest.mark.slow

N = 200
N_STEPS = 2 * N
"""Texts with a vector of their own in the end: a title and a passage of each paper."""
MOST_S = 240.0


@dataclass
class Cluster:
    """A scheduler with two workers of one thread each."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    from distributed import Client  # heavy, and each run of the tests loads this file

    folder.mkdir()
    file = folder / "scheduler.json"
    environ = {**os.environ, "OMP_NUM_THREADS": "1", "DASK_LOGGING__DISTRIBUTED": "critical"}
    processes: list[subprocess.Popen[bytes]] = []

    def started(*args: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *args, "--host", "127.0.0.1", "--no-dashboard"]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environ, cwd=folder)
        processes.append(process)
        return process

    try:
        scheduler = started("scheduler", "--port", "0", "--scheduler-file", str(file))
        while not (file.exists() and file.read_bytes().endswith(b"}")):
            assert scheduler.poll() is None, (folder / "log").read_text()
        address = json.loads(file.read_bytes())["address"]
        one_thread = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
        workers = [started("worker", address, *one_thread) for _ in "ab"]
        with Client(address, timeout=MOST_S) as client:
            client.wait_for_workers(2, timeout=MOST_S)
        yield Cluster(address, scheduler, workers)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def make_pile(folder: Path, n: int, more: str = "") -> None:
    """Make a library with n papers and their PDFs, of which nothing is indexed.

    more: lines of its feeds.toml.
    """
    model = f'[encoder]\nmodel = "{BUNDLED}"\n'
    (folder / "feeds.toml").write_text(FEEDS_TOML + model + more, encoding="utf-8")
    with open_library(folder, now=lambda: NOW) as library:
        given = [paper(k, f"Garden {k}", authors=(f"Ada F{k}",)) for k in range(1, n + 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        for held in papers.papers_at(library.db, range(1, n + 1)):
            words = (f"In garden {held.row} snails hear. They turn to the sound.",)
            keep_pdf(library, held, typeset(held.paper.title, words))


@pytest.fixture(scope="module")
def pile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pile")
    make_pile(folder, N)
    return folder


@pytest.fixture(scope="module")
def expected(pile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Index it in one process."""
    library = copied(pile, tmp_path_factory.mktemp("expected") / "library")
    assert run("index", library=library, timeout=MOST_S).code == 0
    return library


def copied(pile: Path, to: Path) -> Path:
    shutil.copytree(pile, to)
    return to


TEXTS = "SELECT kind, paper, position, page, section, text, source_hash, hash FROM texts"


def index_of(library: Path) -> tuple[list[Any], dict[str, Any]]:
    """Load all texts, and the vectors by hash."""
    vectors = rows(library, "SELECT hash, vector FROM vectors", database="index.db")
    assert len(dict(vectors)) == len(vectors)
    return sorted(rows(library, TEXTS, database="index.db")), {
        hash_: np.frombuffer(vector, np.float16).astype(np.float32) for hash_, vector in vectors
    }


def is_as(library: Path, expected: Path) -> bool:
    """Compare two indexes: the same texts, the same vectors but for the rounding of batches."""
    (texts, vectors), (others, wanted) = index_of(library), index_of(expected)
    assert vectors.keys() == wanted.keys()
    assert min(float(vectors[key] @ wanted[key]) for key in wanted) > 0.999
    assert rows(library, "SELECT * FROM failures WHERE stage IN ('extract', 'encode')") == []
    return texts == others


def n_done(library: Path) -> dict[str, int]:
    """Count the papers with passages, and the texts of papers with vectors."""
    found = {}
    with contextlib.suppress(Exception):  # not made yet
        for stage, sql in {
            "extract": "SELECT count(DISTINCT paper) FROM texts WHERE kind = 'passage'",
            "encode": "SELECT count(*) FROM texts JOIN vectors USING (hash)",
        }.items():
            ((found[stage],),) = rows(library, sql, database="index.db")
    return found


def test_two_workers_make_the_same_index(pile: Path, expected: Path, tmp_path: Path) -> None:
    library = copied(pile, tmp_path / "library")
    done = run("index", "--workers", "2", library=library, timeout=MOST_S)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert is_as(library, expected)


@pytest.mark.parametrize("stage", ["extract", "encode"])
@pytest.mark.parametrize("victim", ["worker", "workers", "scheduler", "client"])
def test_killed_amid_a_stage_the_next_index_goes_on(
    pile: Path, expected: Path, tmp_path: Path, victim: str, stage: str
) -> None:
    library = copied(pile, tmp_path / "library")
    least, all_ = {"extract": (5, N), "encode": (1, N_STEPS)}[stage]
    with cluster(tmp_path / "first") as first:
        client = start("index", "--scheduler", first.address, library=library)
        killed = {
            "worker": first.workers[:1],
            "workers": first.workers,
            "scheduler": [first.scheduler],
            "client": [client],
        }[victim]
        end = time.monotonic() + MOST_S
        while n_done(library).get(stage, 0) < least:
            assert client.poll() is None, client.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)  # beside the two workers
        for process in killed:
            process.send_signal(signal.SIGKILL)
        for process in killed:
            assert process.wait(timeout=60) == -signal.SIGKILL
        assert n_done(library)[stage] < all_
        code, _, err = finish(client, timeout=MOST_S)
        if victim == "worker":
            assert (code, err) == (0, "")  # the other one did its work too
        elif victim in ("workers", "scheduler"):
            assert code == 5
            gone = {"workers": "all its workers are gone", "scheduler": "the scheduler is gone"}
            assert gone[victim] in err
        else:
            # The cluster is there for the next one, which needs no new one.
            done = run("index", "--scheduler", first.address, library=library, timeout=MOST_S)
            assert (done.code, done.err) == (0, "")
    if victim in ("workers", "scheduler"):
        with cluster(tmp_path / "second") as second:
            done = run("index", "--scheduler", second.address, library=library, timeout=MOST_S)
            assert (done.code, done.err) == (0, "")
    assert is_as(library, expected)
    assert n_done(library) == {"extract": N, "encode": N_STEPS}
