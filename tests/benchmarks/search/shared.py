"""Compare a shared index in PostgreSQL with the library's own: answers, recall, times, size.

    python -m tests.benchmarks.search --only shared [--quick]

The same texts and vectors lie in both. Papers are real, passages are halves of two abstracts;
vectors are encoded or drawn, as `likeness` says. What people wrote about papers is asked of the
library alone, and of an empty library beside the shared index. Of what PostgreSQL answers, CPU
is that of its processes too.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from reader.library.folder import Library, make_library, open_library
from reader.library.paper import Paper
from reader.library.query import parse
from reader.library.rows import papers
from reader.search.encoder.models import BUNDLED
from reader.search.find import search
from reader.search.indexes import IndexEntry, OwnIndex, Ranked, SharedKind, parted
from reader.search.rows import index, vector_files
from reader.search.rows.index import PassageText
from reader.search.rows.nearest import Nearest
from reader.search.rows.shared import SharedIndex, opened
from reader.search.shared import Indexes, send
from tests.benchmarks.frame import DataMissing, Miss, Options, Result, machine
from tests.benchmarks.library import LAST_DAY, Size, built, copied, moment
from tests.benchmarks.pdfs.quality import wilson
from tests.benchmarks.ranking.intervals import of_mean
from tests.benchmarks.search import questions
from tests.benchmarks.search.cost import own_bytes
from tests.benchmarks.search.encoding import Installed, Model, Remembered
from tests.benchmarks.search.likeness import Likeness, likeness_of
from tests.benchmarks.search.pool import all_papers, drawn
from tests.benchmarks.web.asking import cpu_s, family, p95
from tests.postgres import PROGRAMS, Server, served
from tests.samples import Web, tools

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BEST = 20
SAME_FLOOR, RECALL_FLOOR = 98.0, 95.0
N_ADDED, N_TIMES = 300, 5
AT_ONCE = 20_000
TIMEOUT_S = 600.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is compared. n_encoded: papers with real vectors, those that notes are about first.
    n_notes: of each language, None for all. n_exact: questions for which all are compared."""

    size: Size
    n_encoded: int
    n_notes: int | None = None
    n_exact: int = 200


WHOLE = Plan(Size(100_000, 200_000), n_encoded=500)
QUICK = Plan(Size(10_000, 20_000), n_encoded=150, n_notes=50, n_exact=40)


@dataclass(frozen=True, slots=True)
class Compared:
    """The two that are compared: a library, and an empty one beside the shared index.

    name: of the encoder, under which the vectors lie in both; vectors: question → its vector.
    """

    library: Library
    empty: Library
    shared: SharedIndex
    server: Server
    name: str
    vectors: dict[str, NDArray[np.float32]]
    likeness: Likeness

    def by_words(self, question: str, *, is_shared: bool) -> str:
        """Rank by words alone, by the words that the library has; returns the first title."""
        words = parted(self.library.db, question)
        if is_shared:
            ranks = self.shared.by_words("paper", words, limit=BEST)
            texts = self.shared.texts_at([row for row, _ in ranks[:1]])
        else:
            ranks = OwnIndex(self.library.db).by_words("paper", words, limit=BEST)
            texts = index.texts_at(self.library.db, [row for row, _ in ranks[:1]])
        return next((text.text.partition("\n")[0] for text in texts.values()), "")

    def ask(self, question: str, *, is_shared: bool) -> str:
        """Search as a person does; returns the title of the first paper."""
        library = self.empty if is_shared else self.library
        found = search(
            library,
            question,
            encode_query=self.vectors.__getitem__,
            encoder=self.name,
            indexes=Indexes(library, self.shared if is_shared else None),
        )
        if found.shared_error:
            raise found.shared_error
        return next((hit.paper.record.title for hit in found.hits if hit.kind == "paper"), "")


def measure(options: Options, plan: Plan | None = None, model: Model | None = None) -> list[Result]:
    """Give every figure. Raises DataMissing without papers, notes or PostgreSQL."""
    plan = plan or (QUICK if options.is_quick else WHOLE)
    sets = [one for one in questions.notes(options.data, plan.n_notes) if "masked" not in one.name]
    if not (PROGRAMS / "initdb").exists():
        raise DataMissing("there is no PostgreSQL")
    with ExitStack() as stack:
        encoder = Remembered(model or Installed(BUNDLED), options.cache / "search")
        likeness, real = encoded(options, sets, plan.n_encoded, encoder)
        folder = stack.enter_context(
            copied(built(plan.size, data=options.data, cache=options.cache))
        )
        now = moment(LAST_DAY)
        library = stack.enter_context(open_library(folder, now=lambda: now))
        vector_files.refresh(library.db, encoder.name)
        size = sum(own_bytes(folder).values())
        name = f"{encoder.name}, drawn"
        add_vectors(library, name, likeness, real)
        server = stack.enter_context(large_server())
        beside = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "empty"
        url = server.url(server.new_database())
        both = Compared(
            library,
            stack.enter_context(make_library(beside)),
            stack.enter_context(opened(url, timeout_s=TIMEOUT_S, may_change=True)),
            server,
            name,
            {text: encoder.encode_query(text) for one in sets for text in _encoded_of(one)},
            likeness,
        )
        return list(_all(both, sets, plan, size))


def _encoded_of(one: questions.Set) -> list[str]:
    """List what a search encodes of each question: its words without operators."""
    return [parse(question.text).all_words for question in one.questions]


def _all(
    both: Compared, sets: Sequence[questions.Set], plan: Plan, own_size: int
) -> Iterator[Result]:
    of = f"{plan.size.n_papers:,} papers + {plan.size.n_passages:,} passages"
    yield from _sent(both, plan.size, of)
    yield from _nearest(both, plan, of)
    yield from _answers(both, sets, of)
    yield from _added(both, of)
    yield from _sizes(both, plan.size, of, own_size)


def _sent(both: Compared, size: Size, of: str) -> Iterator[Result]:
    with spent_by(both.server) as spent:
        send(both.library, both.shared, _Tools(both.name))
        both.shared.connection.execute("VACUUM ANALYZE")
    n = size.n_papers + size.n_passages
    yield Result(
        f"{of}: a text sent to PostgreSQL", spent.wall_s / n * 1000, "ms", note=spent.said(n)
    )


def _nearest(both: Compared, plan: Plan, of: str) -> Iterator[Result]:
    """Compare HNSW with comparing all, for each kind; the index is made between the two."""
    queries = list(both.vectors.values())[: plan.n_exact]
    kinds: tuple[SharedKind, ...] = ("paper", "passage")
    exact = {kind: _ranked(both, kind, queries) for kind in kinds}
    with spent_by(both.server) as spent:
        both.shared.index_vectors(least=1)
    note = f"CPU {spent.cpu_s:.0f} s; {load_now()}"
    yield Result(f"{of}: to make HNSW for both kinds", spent.wall_s, "s", note=note)
    for kind in kinds:
        found, own = _ranked(both, kind, queries), _own_ranked(both, kind, queries)
        pairs = zip(exact[kind].rows, found.rows, strict=True)
        shares = [len(a & b) / len(a) for a, b in pairs]
        low, high = of_mean(shares)
        yield Result(
            f"{of}: HNSW, {kind}, recall at {BEST}",
            100 * statistics.fmean(shares),
            "%",
            floor=RECALL_FLOOR,
            note=f"{100 * low:.1f} to {100 * high:.1f}; {both.likeness.said}",
        )
        for how, timed in (("all compared", exact[kind]), ("HNSW", found), ("SQLite", own)):
            yield _time(f"{of}: nearest {kind}, {how}", timed.seconds, timed.cpu_s)


def _answers(both: Compared, sets: Sequence[questions.Set], of: str) -> Iterator[Result]:
    """Search for what people wrote, in both, in turn: a busy moment hits both."""
    seconds: dict[bool, list[float]] = {False: [], True: []}
    cpu = dict.fromkeys(seconds, 0.0)
    for one in sets:
        queries = [question.text for question in one.questions]
        own, theirs = (
            [both.by_words(q, is_shared=there) for q in queries] for there in (False, True)
        )
        yield _alike(f"{of}: {one.name}, by words, the same first answer", queries, own, theirs)
        first: dict[bool, list[str]] = {False: [], True: []}
        for question in queries:
            for is_shared in first:
                with spent_by(both.server) as spent:
                    first[is_shared].append(both.ask(question, is_shared=is_shared))
                seconds[is_shared].append(spent.wall_s)
                cpu[is_shared] += spent.cpu_s
        name = f"{of}: {one.name}, the same first answer"
        yield _alike(name, queries, first[False], first[True], floor=SAME_FLOOR)
    for is_shared, name in ((False, "SQLite"), (True, "PostgreSQL")):
        took = seconds[is_shared]
        yield _time(f"{of}: a search, {name}", took, cpu[is_shared] / len(took))


def _alike(
    name: str, queries: Sequence[str], own: list[str], theirs: list[str], floor: float | None = None
) -> Result:
    n = sum(a == b for a, b in zip(own, theirs, strict=True))
    low, high = wilson(n, len(queries))
    misses = [
        Miss(question[:60].replace("\n", " "), a, b)
        for question, a, b in zip(queries, own, theirs, strict=True)
        if a != b
    ]
    note = f"{n} of {len(queries)}, {100 * low:.0f} to {100 * high:.0f} %"
    value = 100 * n / len(queries)
    return Result(name, value, "%", floor=floor, note=note, misses=tuple(misses))


def _added(both: Compared, of: str) -> Iterator[Result]:
    """Add papers with title, abstract and vector to both, in turn."""
    draw = both.likeness.drawn(N_ADDED * N_TIMES, seed=N_ADDED)
    several = papers.papers_at(both.library.db, range(1, N_ADDED * N_TIMES + 1))
    spent: dict[bool, list[_Spent]] = {False: [], True: []}
    for start in range(0, len(several), N_ADDED):
        entries = [
            _new_entry(paper.record, start + i, draw[start + i])
            for i, paper in enumerate(several[start : start + N_ADDED])
        ]
        new = [entry.paper for entry in entries]
        papers.add_papers(both.library.db, new, source="arXiv", on=LAST_DAY)
        with spent_by(both.server) as one:
            OwnIndex(both.library.db).add(both.name, entries)
            vector_files.append(both.library.db, both.name)
        spent[False].append(one)
        with spent_by(both.server) as one:
            both.shared.add(both.name, entries)
        spent[True].append(one)
    for is_shared, name in ((False, "SQLite"), (True, "PostgreSQL")):
        took = [one.wall_s for one in spent[is_shared]]
        cpu = statistics.median(one.cpu_s for one in spent[is_shared])
        note = f"median of {len(took)}; CPU {cpu:.2f} s; {load_now()}"
        yield Result(
            f"{of}: {N_ADDED} papers added, {name}", statistics.median(took), "s", note=note
        )


def _sizes(both: Compared, size: Size, of: str, own_size: int) -> Iterator[Result]:
    n = size.n_papers + size.n_passages
    note = "index.db and vectors/"
    yield Result(f"{of}: SQLite, a text", own_size / n, "bytes", note=note)
    parts = both.shared.connection.execute(_SQL_PARTS).fetchall()
    [(whole,)] = both.shared.connection.execute("SELECT pg_database_size(current_database())")
    note = ", ".join(f"{part} {n_bytes / n:.0f}" for part, n_bytes in parts)
    yield Result(f"{of}: PostgreSQL, a text", whole / n, "bytes", note=note)


_SQL_PARTS = """
    SELECT CASE WHEN a.amname IS NULL OR a.amname = 'btree' OR a.amname = 'heap'
            THEN coalesce(t.relname, c.relname) ELSE a.amname END AS part,
        sum(pg_relation_size(c.oid) + CASE WHEN c.reltoastrelid > 0
            THEN pg_total_relation_size(c.reltoastrelid) ELSE 0 END)::bigint AS n_bytes
    FROM pg_class AS c JOIN pg_am AS a ON a.oid = c.relam
    LEFT JOIN pg_index AS i ON i.indexrelid = c.oid LEFT JOIN pg_class AS t ON t.oid = i.indrelid
    WHERE c.relnamespace = 'asayomi'::regnamespace AND c.relkind IN ('r', 'i')
    GROUP BY part ORDER BY n_bytes DESC LIMIT 6
"""


def _new_entry(paper: Paper, n: int, vector: NDArray[np.float32]) -> IndexEntry:
    new = replace(paper, ids=(f"arxiv:1401.{n:05d}",), title=f"{paper.title}, again")
    text = PassageText(f"{new.title}\n{new.abstract}", 0, "")
    return IndexEntry(new, "paper", (text,), (vector.astype("float16").tobytes(),))


def encoded(
    options: Options, sets: Sequence[questions.Set], n: int, encoder: Remembered
) -> tuple[Likeness, dict[str, NDArray[np.float32]]]:
    """Encode papers, those that notes are about first; returns text → vector too."""
    wanted = {q.paper for one in sets for q in one.questions}
    several = drawn(all_papers(options.data), wanted, n)
    texts = [f"{paper.title}\n{paper.abstract}" for paper in several]
    vectors = encoder.encode_passages(texts)
    return likeness_of(vectors), dict(zip(texts, vectors, strict=True))


def add_vectors(
    library: Library, name: str, likeness: Likeness, real: dict[str, NDArray[np.float32]]
) -> None:
    """Give every text its own vector, or one that is drawn."""
    for n in count():
        some = index.texts_without_vector(library.db, name, limit=AT_ONCE)
        if not some:
            break
        others = likeness.drawn(len(some), seed=n)
        index.add_vectors(
            library.db,
            name,
            (
                (hash_, real.get(text, other).astype("float16").tobytes())
                for (hash_, text), other in zip(some, others, strict=True)
            ),
        )
    vector_files.refresh(library.db, name)


@contextmanager
def large_server() -> Iterator[Server]:
    """Run a server with memory as docs/compose.yaml gives it, in part, that flushes to the disk."""
    with served() as server:
        server.stop()
        server.settings = ["shared_buffers=1GB", "fsync=on"]
        server.start()
        yield server


@dataclass
class _Tools:
    """Names the encoder; nothing is encoded."""

    encoder_name: str
    encoder = tools(Web()).encoder
    progress = staticmethod(lambda *_: None)


@dataclass
class _Ranks:
    """What was found for each question, and the seconds of each; cpu_s: of one, in the mean."""

    rows: list[set[int]]
    seconds: list[float]
    cpu_s: float


def _ranked(both: Compared, kind: SharedKind, queries: Sequence[NDArray[np.float32]]) -> _Ranks:
    return _ranks(both, lambda v: both.shared.by_vector(kind, both.name, v, limit=BEST), queries)


def _own_ranked(both: Compared, kind: SharedKind, queries: Sequence[NDArray[np.float32]]) -> _Ranks:
    nearest = Nearest(both.library.db, both.name)
    return _ranks(both, lambda v: nearest.rank(kind, v, limit=BEST), queries)


def _ranks(both: Compared, rank: Callable[[T], Ranked], queries: Sequence[T]) -> _Ranks:
    rank(queries[0])
    seconds, rows = [], []
    with spent_by(both.server) as spent:
        for one in queries:
            begun = time.perf_counter()
            rows.append({row for row, _ in rank(one)})
            seconds.append(time.perf_counter() - begun)
    return _Ranks(rows, seconds, spent.cpu_s / len(queries))


@dataclass
class _Spent:
    """Seconds on the clock, and CPU seconds of this process and the server together."""

    wall_s: float = 0.0
    cpu_s: float = 0.0

    def said(self, n: int) -> str:
        return f"CPU {1000 * self.cpu_s / n:.2f} ms; {load_now()}"


@contextmanager
def spent_by(server: Server) -> Iterator[_Spent]:
    found = _Spent()
    begun, cpu = time.perf_counter(), time.process_time() + server_cpu_s(server)
    yield found
    found.wall_s = time.perf_counter() - begun
    found.cpu_s = time.process_time() + server_cpu_s(server) - cpu


def server_cpu_s(server: Server) -> float:
    """Give the CPU seconds of a server and its processes, also of those that have ended."""
    assert server.process is not None
    pid = server.process.pid
    ended = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[13:15]
    live = 0.0
    for one in family(pid):
        with contextlib.suppress(OSError):
            live += cpu_s(one)
    return live + sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")


def _time(name: str, took: Sequence[float], cpu_s: float) -> Result:
    note = f"p95 {1000 * p95(took):.1f} ms; CPU {1000 * cpu_s:.1f} ms; {load_now()}"
    return Result(name, 1000 * statistics.median(took), "ms", note=note)


def load_now() -> str:
    return f"load {machine()['load']}"
