"""Compare ways to keep vectors in PostgreSQL: recall, time, size and cost to make, by number.

    python -m tests.benchmarks.search --only pgvector [--quick]

Compared: all vectors; an HNSW graph of halfvec; the signs of the numbers alone (binary
quantisation), all of them or by a graph, the best compared again as they are. Vectors are drawn
like encoded ones (`likeness`); questions are the notes' vectors.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reader.search.encoder.models import BUNDLED
from tests.benchmarks.frame import DataMissing, Options, Result
from tests.benchmarks.ranking.intervals import of_mean
from tests.benchmarks.search import questions
from tests.benchmarks.search.encoding import Installed, Model, Remembered
from tests.benchmarks.search.likeness import Likeness
from tests.benchmarks.search.shared import BEST, encoded, large_server, load_now, spent_by
from tests.benchmarks.web.asking import p95
from tests.postgres import PROGRAMS, Server

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Plan:
    """sizes: numbers of vectors. n_encoded: papers with real vectors. n_asked: questions."""

    sizes: tuple[int, ...] = (20_000, 100_000)
    n_encoded: int = 500
    n_asked: int = 200


QUICK = Plan(sizes=(5_000, 20_000), n_encoded=150, n_asked=60)


@dataclass(frozen=True, slots=True)
class Way:
    """How the nearest are found. seen: vectors that the graph keeps in sight, or signs that are
    compared again; index: SQL of the index that it needs, "" for none."""

    name: str
    order: str
    seen: int = 0
    index: str = ""


_SIGNS = "binary_quantize(v)::bit({d})"
_HALF = "CREATE INDEX {name} ON v USING hnsw (v halfvec_ip_ops)"
_BITS = f"CREATE INDEX {{name}} ON v USING hnsw (({_SIGNS}) bit_hamming_ops)"
_AGAIN = f"""
    SELECT id FROM (
        SELECT id, v FROM v ORDER BY {_SIGNS} <~> binary_quantize('{{q}}'::halfvec)
        LIMIT {{seen}}) AS near ORDER BY v <#> '{{q}}' LIMIT {BEST}
"""
_PLAIN = f"SELECT id FROM v ORDER BY v <#> '{{q}}' LIMIT {BEST}"

WAYS = (
    Way("all compared", _PLAIN),
    Way("signs, all, 200 again", _AGAIN, 200),
    *(Way(f"HNSW halfvec, {seen} in sight", _PLAIN, seen, _HALF) for seen in (40, 100, 400)),
    *(Way(f"HNSW of signs, {seen} again", _AGAIN, seen, _BITS) for seen in (100, 400)),
)


def measure(options: Options, plan: Plan | None = None, model: Model | None = None) -> list[Result]:
    """Give every figure. Raises DataMissing without papers, notes or PostgreSQL."""
    plan = plan or (QUICK if options.is_quick else Plan())
    sets = [one for one in questions.notes(options.data) if "masked" not in one.name]
    if not (PROGRAMS / "initdb").exists():
        raise DataMissing("there is no PostgreSQL")
    encoder = Remembered(model or Installed(BUNDLED), options.cache / "search")
    likeness, _ = encoded(options, sets, plan.n_encoded, encoder)
    notes = [q.text for one in sets for q in one.questions]
    step = max(1, len(notes) // plan.n_asked)
    vectors = [encoder.encode_query(text) for text in notes[::step][: plan.n_asked]]
    found: list[Result] = []
    with large_server() as server:
        for n in plan.sizes:
            found += _of_size(server, likeness, n, [_literal(v) for v in vectors])
    return found


def _of_size(
    server: Server, likeness: Likeness, n: int, queries: Sequence[str]
) -> Iterator[Result]:
    import psycopg

    with psycopg.connect(server.url(server.new_database()), autocommit=True) as db:
        db.execute("CREATE EXTENSION vector")
        # Parallel workers, and memory for the graph, as `index_vectors` has them.
        db.execute("SET maintenance_work_mem = '512MB'")
        drawn = likeness.drawn(n, seed=n)
        db.execute(f"CREATE TABLE v (id int, v halfvec({drawn.shape[1]}))".encode())
        with db.cursor() as cursor, cursor.copy("COPY v FROM STDIN") as copy:
            for row, vector in enumerate(drawn):
                copy.write_row((row, _literal(vector)))
        db.execute("VACUUM ANALYZE v")
        d = drawn.shape[1]
        made = ""
        exact: list[set[int]] = []
        for way in WAYS:
            if way.index != made:
                db.execute("DROP INDEX IF EXISTS made")
                made = way.index
                yield _built(db, server, n, way, d)
            found = _asked(db, server, n, way, queries, d, exact)
            exact = exact or found[0]
            yield found[1]


def _built(db: psycopg.Connection[Any], server: Server, n: int, way: Way, d: int) -> Result:
    with spent_by(server) as spent:
        db.execute(way.index.format(name="made", d=d).encode())
    [(size,)] = db.execute("SELECT pg_relation_size('made')")
    note = f"CPU {1e6 * spent.cpu_s / n:.0f} µs to make; {load_now()}"
    return Result(f"{n:,} vectors: index for {way.name}", size / n, "bytes", note=note)


def _asked(
    db: psycopg.Connection[Any],
    server: Server,
    n: int,
    way: Way,
    queries: Sequence[str],
    d: int,
    exact: Sequence[set[int]],
) -> tuple[list[set[int]], Result]:
    db.execute(f"SET hnsw.ef_search = {min(way.seen or 40, 1_000)}".encode())
    rows: list[set[int]] = []
    took: list[float] = []
    with spent_by(server) as spent:
        for q in [queries[0], *queries]:  # the first one does not count
            sql = way.order.format(q=q, seen=way.seen, d=d).encode()
            begun = time.perf_counter()
            rows.append({row for (row,) in db.execute(sql)})
            took.append(time.perf_counter() - begun)
    del rows[0], took[0]
    shares = [len(a & b) / BEST for a, b in zip(exact or rows, rows, strict=True)]
    low, high = of_mean(shares)
    times = f"{1000 * statistics.median(took):.1f} ms, p95 {1000 * p95(took):.1f}"
    cpu = f"CPU {1000 * spent.cpu_s / (len(queries) + 1):.1f} ms"
    note = f"{100 * low:.1f} to {100 * high:.1f}; {times}; {cpu}; {load_now()}"
    name = f"{n:,} vectors: {way.name}, recall at {BEST}"
    return rows, Result(name, 100 * statistics.fmean(shares), "%", note=note)


def _literal(vector: Any) -> str:
    return "[" + ",".join(f"{x:.5g}" for x in vector.tolist()) + "]"
