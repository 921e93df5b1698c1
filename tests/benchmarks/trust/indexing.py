"""Index papers on workers for a shared index, and kill each part in the middle of its work.

One worker, then the scheduler, then the client with its workers, PostgreSQL amid a transaction,
and the primary server, whose standby is promoted. After each the same command goes on, and in the
end every passage must be once in the library's own index and once in the shared one.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.benchmarks.frame import CommandFailed, DataMissing, Miss, Options, Result
from tests.benchmarks.trust.count import counted
from tests.installed import finish, rows, run, start
from tests.postgres import PROGRAMS, Server, served, standby
from tests.test_workers_killed import cluster, make_pile, n_done

DATABASE = "papers"
MOST_S = 1800.0

BLOCKED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'asayomi' AND wait_event_type = 'Lock'
"""
OWN_TEXTS = """
    SELECT p.canonical, t.kind, t.position, coalesce(t.page, 0), t.section,
        CASE t.kind WHEN 'passage' THEN t.text END
    FROM idx.texts AS t JOIN papers AS p ON p.id = t.paper
"""
SHARED_TEXTS = """
    SELECT i.id, t.kind, t.position, coalesce(t.page, 0), t.section,
        CASE t.kind WHEN 'passage' THEN t.text END
    FROM asayomi.texts AS t JOIN asayomi.identifiers AS i ON i.paper = t.paper AND i.position = 0
"""


def measure(options: Options) -> list[Result]:
    """Kill five times while 2,000 papers are indexed, or 200."""
    if not (PROGRAMS / "initdb").exists():
        raise DataMissing("PostgreSQL")
    n = 200 if options.is_quick else 2_000
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, served() as primary:
        primary.ask("postgres", f"CREATE DATABASE {DATABASE}")
        with standby(primary) as other:
            lost = _Run(Path(name), n, primary, other).play()
    result = counted(f"killed in indexing {n:,} papers on workers", 5, lost)
    return [replace(result, note=f"{result.note}, in {time.monotonic() - began:.0f} s")]


class _Run:
    """A library of n papers with PDFs, and the two servers of its shared index."""

    def __init__(self, at: Path, n: int, primary: Server, other: Server) -> None:
        self.at, self.n, self.primary, self.other = at, n, primary, other
        hosts = ",".join(quote(str(one.folder)) for one in (primary, other))
        ports = f"{primary.port},{other.port}"
        url = f"postgresql://owner@/{DATABASE}?host={hosts}&port={ports}"
        self.url = f"{url}&target_session_attrs=read-write"
        self.library = at / "library"
        self.library.mkdir()
        make_pile(self.library, n, f'[index]\nurl = "{self.url}"\n')

    def play(self) -> list[Miss]:
        """Kill one after the other; returns what was lost or doubled."""
        from reader.search.rows.shared import opened

        with opened(self.url, timeout_s=10, may_change=True):
            pass  # makes the tables
        with cluster(self.at / "cluster") as first:
            client = start("index", "--scheduler", first.address, library=self.library)
            self._kill(first.workers[0], client, "extract", 1)
            self._kill(first.scheduler, client, "extract", 3)
            assert finish(client, timeout=MOST_S).code == 5
        client = self._client()
        self._kill(client, client, "encode", 3)
        client.communicate()
        with self._held(0):
            self.primary.stop(signal.SIGQUIT)
        self.primary.start()
        with self._held(self.n // 2):
            self.primary.stop(signal.SIGQUIT)
            self.other.ask("postgres", "SELECT pg_promote()")
        done = run("index", "--workers", "2", library=self.library, timeout=MOST_S)
        if done.code:
            raise CommandFailed(done.err)
        return [*self._missed()]

    def _client(self) -> subprocess.Popen[bytes]:
        return start("index", "--workers", "2", library=self.library)

    def _kill(
        self,
        victim: subprocess.Popen[bytes],
        client: subprocess.Popen[bytes],
        stage: str,
        tenths: int,
    ) -> None:
        """Kill a process once some tenths of a stage are done, before all of it is."""
        least = tenths * self.n // 10
        self._wait(lambda: n_done(self.library).get(stage, 0) >= least, client)
        victim.kill()
        victim.wait()
        assert n_done(self.library)[stage] < self.n, f"too late for {stage}"

    @contextlib.contextmanager
    def _held(self, n_least: int) -> Iterator[None]:
        """Run the client until it stands amid a transaction that adds texts and vectors.

        n_least: the papers of which the texts were sent before, as far as batches are that small.
        In the end the server must be gone, and the client say so.
        """
        import psycopg

        client = self._client()
        with psycopg.connect(self.url, autocommit=True) as watching:
            if self.n > 200:  # of 200 papers all come in one batch
                self._wait(lambda: _one(watching, _N_SENT) >= n_least, client)
            with psycopg.connect(self.url) as holding:
                holding.execute("LOCK TABLE asayomi.vectors IN EXCLUSIVE MODE")
                self._wait(lambda: _one(watching, BLOCKED) > 0, client)
                assert _one(watching, _N_SENT) < self.n, "too late for PostgreSQL"
                yield
                holding.close()
        code, _, err = finish(client, timeout=MOST_S)
        assert (code, "server" in err) == (5, True), err

    def _wait(self, is_reached: Callable[[], bool], client: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + MOST_S
        while not is_reached():
            assert client.poll() is None, client.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)  # beside the two workers

    def _missed(self) -> Iterator[Miss]:
        """Compare both indexes with what must be there: a title and a passage of each paper."""
        import psycopg

        with psycopg.connect(self.url) as connection:
            shared = Counter(connection.execute(SHARED_TEXTS).fetchall())
            n_vectors = _one(connection, "SELECT count(*) FROM asayomi.vectors")
        own = Counter(self._own_texts())
        kinds = Counter(kind for _id, kind, *_ in own.elements())
        n_own = self._one("SELECT count(*) FROM texts JOIN vectors USING (hash)")
        n_failed = len(rows(self.library, "SELECT * FROM failures WHERE stage = 'extract'"))
        for what, expected, got in (
            ("texts of the own index", {"paper": self.n, "passage": self.n}, dict(kinds)),
            ("texts that are there twice", 0, sum(n - 1 for n in (own | shared).values())),
            ("own texts with vectors", 2 * self.n, n_own),
            ("failures", 0, n_failed),
            ("texts of one index alone", 0, _differences(own, shared)),
            ("shared vectors", 2 * self.n, n_vectors),
        ):
            if expected != got:
                yield Miss(what, str(expected), str(got))

    def _own_texts(self) -> list[tuple[Any, ...]]:
        import sqlite3

        with contextlib.closing(sqlite3.connect(self.library / "reader.db")) as db:
            db.execute("ATTACH ? AS idx", (str(self.library / "index.db"),))
            return db.execute(OWN_TEXTS).fetchall()

    def _one(self, sql: str) -> int:
        ((n,),) = rows(self.library, sql, database="index.db")
        return int(n)


_N_SENT = "SELECT count(DISTINCT paper) FROM asayomi.steps"


def _differences(first: Counter[tuple[Any, ...]], second: Counter[tuple[Any, ...]]) -> int:
    return (first - second).total() + (second - first).total()


def _one(connection: Any, sql: str) -> int:
    [(n,)] = connection.execute(sql)
    return int(n)
