"""kill -9 a worker, the scheduler or the client amid `reader index`: nothing is lost or doubled.

The scheduler and its two workers are processes on loopback, the PDFs are made here; where workers
fetch them, from a server that counts, and PostgreSQL has the turns.
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reader.library.folder import open_library
from reader.library.rows import papers
from reader.pdfs.fetch import LEAST_DELAY_S, keep_pdf
from reader.search.encoder.models import BUNDLED
from reader.search.rows.shared import opened
from tests.installed import NOW, finish, rows, run, start
from tests.marked_pdfs import typeset
from tests.postgres import Server as Postgres
from tests.postgres import needs_postgres, served
from tests.samples import DAY, FEEDS_TOML, paper
from tests.server import Answer, Seen, Server

pytestmark = pytest.mark.slow

N = 100
N_STEPS = 2 * N
"""Texts with a vector of their own in the end: a title and a passage of each paper."""
MOST_S = 240.0


@dataclass
class Cluster:
    """A scheduler with workers of one thread each."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@contextlib.contextmanager
def cluster(folder: Path, *, n_workers: int = 2) -> Iterator[Cluster]:
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
            time.sleep(0.02)  # it needs the core
        address = json.loads(file.read_bytes())["address"]
        one_thread = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
        workers = [started("worker", address, *one_thread) for _ in range(n_workers)]
        with Client(address, timeout=MOST_S) as client:
            client.wait_for_workers(n_workers, timeout=MOST_S)
        yield Cluster(address, scheduler, workers)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def make_pile(folder: Path, n: int, more: str = "", *, pdfs_at: str = "") -> None:
    """Make a library with n papers and their PDFs, of which nothing is indexed.

    more: lines of its feeds.toml. pdfs_at: where the PDFs are, that lie in the library else.
    """
    model = f'[encoder]\nmodel = "{BUNDLED}"\n'
    feeds = FEEDS_TOML.replace("http://127.0.0.1:9/pdf/", pdfs_at or "http://127.0.0.1:9/pdf/")
    (folder / "feeds.toml").write_text(feeds + model + more, encoding="utf-8")
    with open_library(folder, now=lambda: NOW) as library:
        given = [paper(k, f"Garden {k}", authors=(f"Ada F{k}",)) for k in range(1, n + 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        for library_paper in papers.papers_at(library.db, range(1, n + 1) if not pdfs_at else ()):
            keep_pdf(library, library_paper, pdf_of(library_paper.row))


def pdf_of(row: int) -> bytes:
    words = (f"In garden {row} snails hear. They turn to the sound.",)
    return typeset(f"Garden {row}", words)


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
        ((found["fetch"],),) = rows(library, "SELECT count(*) FROM pdfs")
    return found


def test_two_workers_make_the_same_index(pile: Path, expected: Path, tmp_path: Path) -> None:
    library = copied(pile, tmp_path / "library")
    done = run("index", "--workers", "2", library=library, timeout=MOST_S)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert is_as(library, expected)


STAGES = ("extract", "encode")


def kill_amid(
    stage: str, library: Path, client: subprocess.Popen[bytes], *victims: subprocess.Popen[bytes]
) -> None:
    """Wait until a run has begun with a stage, and kill processes before the stage is done."""
    least, all_ = {"fetch": (5, N), "extract": (5, N), "encode": (1, N_STEPS)}[stage]
    before, end = n_done(library).get(stage, 0), time.monotonic() + MOST_S
    while n_done(library).get(stage, 0) < before + least:
        assert client.poll() is None, client.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)  # beside the two workers
    for process in victims:
        process.kill()
    for process in victims:
        assert process.wait(timeout=60) == -signal.SIGKILL
    assert n_done(library)[stage] < all_


def index_on(address: str, library: Path) -> subprocess.Popen[bytes]:
    return start("index", "--scheduler", address, library=library)


def check_next_index(address: str, library: Path, expected: Path) -> None:
    """Index once more; all must be there once then."""
    done = run("index", "--scheduler", address, library=library, timeout=MOST_S)
    assert (done.code, done.err) == (0, "")
    assert is_as(library, expected)
    assert n_done(library) == {"extract": N, "encode": N_STEPS, "fetch": N}


def test_workers_killed_amid_each_stage_leave_their_work_to_the_last_one(
    pile: Path, expected: Path, tmp_path: Path
) -> None:
    library = copied(pile, tmp_path / "library")
    with cluster(tmp_path / "cluster", n_workers=3) as found:
        client = index_on(found.address, library)
        for stage, worker in zip(STAGES, found.workers, strict=False):
            kill_amid(stage, library, client, worker)
        assert finish(client, timeout=MOST_S)[::2] == (0, "")
    assert is_as(library, expected)
    assert n_done(library) == {"extract": N, "encode": N_STEPS, "fetch": N}


def test_where_the_client_is_killed_amid_each_stage_the_next_index_goes_on(
    pile: Path, expected: Path, tmp_path: Path
) -> None:
    """The cluster is there for the next one, which needs no new one."""
    library = copied(pile, tmp_path / "library")
    with cluster(tmp_path / "cluster") as found:
        for stage in STAGES:
            client = index_on(found.address, library)
            kill_amid(stage, library, client, client)
            client.communicate()
        check_next_index(found.address, library, expected)


@pytest.mark.parametrize(
    ("victim", "said"),
    [("workers", "all its workers are gone"), ("scheduler", "the scheduler is gone")],
)
def test_where_a_cluster_is_killed_amid_each_stage_the_next_index_goes_on(
    pile: Path, expected: Path, tmp_path: Path, victim: str, said: str
) -> None:
    library = copied(pile, tmp_path / "library")
    for stage in STAGES:
        with cluster(tmp_path / stage) as found:
            client = index_on(found.address, library)
            victims = found.workers if victim == "workers" else [found.scheduler]
            kill_amid(stage, library, client, *victims)
            code, _, err = finish(client, timeout=MOST_S)
            assert (code, said in err) == (5, True), err
    with cluster(tmp_path / "last") as found:
        check_next_index(found.address, library, expected)


class PdfServer(Server):
    """Has the PDFs of n papers, and counts."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.asked: list[tuple[float, str]] = []
        for row in range(1, n + 1):
            self.respond(f"/pdf/2506.{row:05}", self._responder(row))

    def _responder(self, row: int) -> Callable[[Seen], Answer]:
        def answer(seen: Seen) -> Answer:
            self.asked.append((time.monotonic(), seen.path))
            return Answer(pdf_of(row))

        return answer


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with served() as server:
        yield server


def make_lab(folder: Path, n: int, postgres: Postgres, server: PdfServer) -> Path:
    """Make a library that shares an index, and has no PDF yet."""
    folder.mkdir()
    url = postgres.url(postgres.new_database())
    with opened(url, timeout_s=10, may_change=True):
        pass
    make_pile(folder, n, f'[index]\nurl = "{url}"\n', pdfs_at=server.url("/pdf/"))
    return folder


FETCHING = ("index", "--pdfs-of", "garden")


@needs_postgres[1]
@pytest.mark.parametrize("is_away", [False, True], ids=["there", "away"])
def test_two_workers_fetch_in_turn_or_leave_it_to_this_process(
    tmp_path: Path, postgres: Postgres, is_away: bool
) -> None:
    with PdfServer(12) as server:
        library = make_lab(tmp_path / "library", 12, postgres, server)
        if is_away:
            feeds = library / "feeds.toml"
            lines = feeds.read_text(encoding="utf-8").splitlines()
            lines[-1] = 'url = "postgresql://me@127.0.0.1:9/papers?connect_timeout=2"'
            text = "\n".join(lines).replace("delay_s = 0", "delay_s = 0.01")
            feeds.write_text(text, encoding="utf-8")
        done = run(*FETCHING, "--workers", "2", library=library, timeout=MOST_S)
        assert done.code == (5 if is_away else 0), done.err
        assert done.err.count("kept by this computer alone") == is_away
        assert n_done(library) == {"extract": 12, "encode": 24, "fetch": 12}
        assert len({path for _, path in server.asked}) == len(server.asked) == 12
        if not is_away:
            moments = [at for at, _ in server.asked]
            assert min(b - a for a, b in pairwise(moments)) >= LEAST_DELAY_S


@needs_postgres[1]
def test_killed_amid_fetching_the_next_index_goes_on(
    expected: Path, tmp_path: Path, postgres: Postgres
) -> None:
    """First the client is killed, then a worker of the next one."""
    with PdfServer(N) as server, cluster(tmp_path / "cluster") as found:
        library = make_lab(tmp_path / "library", N, postgres, server)
        line = (*FETCHING, "--scheduler", found.address)
        client = start(*line, library=library)
        kill_amid("fetch", library, client, client)
        client.communicate()
        client = start(*line, library=library)
        kill_amid("fetch", library, client, found.workers[0])
        assert finish(client, timeout=MOST_S)[::2] == (0, "")
        assert n_done(library) == {"extract": N, "encode": N_STEPS, "fetch": N}
        assert is_as(library, expected)
        assert len(list(library.glob("papers/**/*.pdf"))) == N
        # Only what was under way is fetched again: two tasks of each worker at each kill.
        assert len({path for _, path in server.asked}) == N
        assert len(server.asked) <= N + 8
