"""Compare a shared index in PostgreSQL with the library's own: answers, recall, times.

    python -m tests.benchmarks.search --only shared

The same texts and vectors lie in both. Questions by words are halves of titles; the vectors are
drawn, as in `library`, so HNSW is compared with comparing all and with nothing else.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from reader.library.folder import Library, open_library
from reader.library.rows import papers
from reader.search.encoder.models import BUNDLED_NAME
from reader.search.indexes import OwnIndex, parted
from reader.search.rows import index, vector_files
from reader.search.rows.nearest import vector_from
from reader.search.rows.shared import SharedIndex, opened
from reader.search.shared import send
from tests.benchmarks.frame import Asked, DataMissing, Result
from tests.benchmarks.library import Size, built
from tests.postgres import PROGRAMS, Server, served
from tests.samples import Web, tools

SIZE = Size(2_000, 2_000)
N_ASKED = 200
BEST = 20
T = TypeVar("T")


def measure(asked: Asked) -> list[Result]:
    """Give every figure. Raises DataMissing where PostgreSQL is not installed."""
    if not (PROGRAMS / "initdb").exists():
        raise DataMissing("PostgreSQL is not installed")
    folder = built(SIZE, data=asked.data, cache=asked.cache)
    with open_library(folder) as library, served() as server:
        vector_files.refresh(library.db, BUNDLED_NAME)
        return _compared(library, server)


def _compared(library: Library, server: Server) -> list[Result]:
    url = server.url(server.new_database())
    with opened(url, timeout_s=60, may_change=True) as shared:
        begun = time.perf_counter()
        send(library, shared, _Tools())
        took = time.perf_counter() - begun
        shared.connection.execute("ANALYZE")
        [(size,)] = shared.connection.execute("SELECT pg_database_size(current_database())")
        texts = SIZE.n_papers + SIZE.n_passages
        return [
            Result("to send a text", took / texts * 1000, "ms"),
            Result("PostgreSQL, a text", size / texts, "bytes"),
            *_by_words(library, shared),
            *_by_vectors(library, shared),
        ]


class _Tools:
    """Names the encoder; nothing is encoded."""

    encoder = tools(Web()).encoder
    encoder_name = BUNDLED_NAME
    progress = staticmethod(lambda *_: None)


def _by_words(library: Library, shared: SharedIndex) -> list[Result]:
    every = papers.papers_at(library.db, range(1, SIZE.n_papers + 1))
    titles = [held.paper.title for held in every[:: len(every) // N_ASKED]]
    asked = [" ".join(title.split()[::2]) for title in titles]
    questions = [parted(library.db, question) for question in asked]
    own = OwnIndex(library.db)
    ours, ours_s = _timed(lambda words: own.by_words("paper", words, limit=BEST), questions)
    theirs, theirs_s = _timed(lambda words: shared.by_words("paper", words, limit=BEST), questions)
    ids = [[_text(index.texts_at(library.db, [r])[r].text) for r, _ in one] for one in ours]
    found = [[_text(shared.texts_at([r])[r].text) for r, _ in one] for one in theirs]
    pairs = list(zip(ids, found, strict=True))
    same = sum(a[:1] == b[:1] for a, b in pairs) / len(pairs)
    shares = [len(set(a) & set(b)) / max(1, len(set(a))) for a, b in pairs]
    return [
        Result("first answer by words is the same", same * 100, "%", floor=98.0),
        Result(f"first {BEST} by words are the same", statistics.mean(shares) * 100, "%"),
        _time("a question by words, SQLite", ours_s),
        _time("a question by words, PostgreSQL", theirs_s),
    ]


def _by_vectors(library: Library, shared: SharedIndex) -> list[Result]:
    kept = index.paper_vectors(library.db, BUNDLED_NAME, range(1, SIZE.n_papers + 1))
    asked = [vector_from(one) for one in list(kept.values())[:: len(kept) // N_ASKED]]

    def nearest(limit: int) -> tuple[list[set[int]], list[float]]:
        found, took = _timed(
            lambda vector: shared.by_vector("paper", BUNDLED_NAME, vector, limit=limit), asked
        )
        return [{row for row, _ in one} for one in found], took

    exact, exact_s = nearest(BEST)
    begun = time.perf_counter()
    shared.index_vectors(least=1)
    made_s = time.perf_counter() - begun
    near, near_s = nearest(BEST)
    recall = statistics.mean(len(a & b) / len(a) for a, b in zip(exact, near, strict=True))
    return [
        Result(f"HNSW, recall at {BEST}", recall * 100, "%", floor=95.0),
        Result("HNSW, to make for both kinds", made_s, "s"),
        _time("a question by vectors, all compared", exact_s),
        _time("a question by vectors, HNSW", near_s),
    ]


def _timed(
    ask: Callable[[T], list[tuple[int, float]]], asked: Sequence[T]
) -> tuple[list[list[tuple[int, float]]], list[float]]:
    found, took = [], []
    for one in asked:
        begun = time.perf_counter()
        found.append(ask(one))
        took.append(time.perf_counter() - begun)
    return found, took


def _time(name: str, took: Sequence[float]) -> Result:
    p95 = sorted(took)[int(len(took) * 0.95)] * 1000
    return Result(name, statistics.median(took) * 1000, "ms", note=f"p95 {p95:.1f} ms")


def _text(text: str) -> str:
    return text.partition("\n")[0]
