"""Simulate a year of mornings, and compare its last month with its second.

    python -m tests.benchmarks.trust.year [--quick] [--json]

A library of many papers and notes; then every sixth morning gather, which brings all days since,
the list, the picks, skips and notes of six days, export; on Mondays a search, the look-back, the
tablet and a backup. Papers, feeds, notes and
the clock are invented, and a server's connection stays open, as `reader serve` keeps one. Each
month is a fresh process that calls the use cases. The year takes its answers from memory and fits
no model of a topic; for the figures some days of two months, one after the other, are played
again in turn, each from a copy, over HTTP and with all fits. Vectors are hashed words and PDFs
are invented texts.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reader.base.http import Fetch, Request
from reader.base.http.client import Client
from reader.cli.build import fit_topic
from reader.library.backup import back_up
from reader.library.folder import Library, open_library
from reader.library.passage import Document
from reader.library.rows import papers
from reader.library.rows.database import Database
from reader.morning import today
from reader.morning.pick import decide_rows, whole_queue
from reader.morning.pipe import Tools, fetch_and_rank, index_all
from reader.morning.rows import newest_notes
from reader.notes.export import export, export_quietly
from reader.notes.recall import due
from reader.notes.week import week
from reader.notes.write import add_note
from reader.pdfs.back import back
from reader.pdfs.tablet import tablet_folder, take
from reader.ranking.learn import FitTopic
from reader.search.encode import index_words
from reader.search.find import search
from reader.search.rows import index
from tests.benchmarks.frame import CommandFailed, Options, Result, Subject, run_subjects
from tests.benchmarks.library import note_batches
from tests.benchmarks.trust.world import MEMORY, World, moment, old_papers, words
from tests.data import ROOT
from tests.samples import Web, document, learn_nothing, tools

BAR = 1.1
MOST_ARCHIVES = 7 + 4 + 12
NOTHING = Web()
N_MONTHS = 12
FIRST = date(2025, 6, 2)  # a Monday
ENCODER = "invented@1"
N_DIMENSIONS = 384
N_PICKED, N_SKIPPED = 3, 2
REPLAYED = 8
"""Mornings of a month that are played again for its time and memory: Tuesday to Friday of two
weeks, so that both months have each weekday as often. The first brings what came since."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is. step: days from one morning to the next; n_days: those of which it decides
    the papers; per_day: arXiv's new papers."""

    n_papers: int = 100_000
    n_notes: int = 20_000
    n_feeds: int = 500
    n_mornings: int = 60
    per_day: int = 100
    step: int = 6
    n_days: int = 6
    turns: int = 3

    def mornings(self, month: int) -> list[date]:
        """List the mornings of a month, 1 to N_MONTHS."""
        first, end = ((m * self.n_mornings) // N_MONTHS for m in (month - 1, month))
        return [FIRST + timedelta(days=n * self.step) for n in range(first, end)]

    def world(self, month: int) -> World:
        """Make the world of a month's mornings."""
        days = self.mornings(month)
        first = days[0] - timedelta(days=self.step + 7)
        return World(first, days[-1], self.n_feeds, self.per_day)


QUICK = Scale(8_000, 3_000, 50, per_day=20)
"""More papers and notes than a topic is learned from: with fewer, each morning learns from more."""


@dataclass(frozen=True, slots=True)
class Census:
    """What a library holds: its files by place, bytes by file, rows by table."""

    files: Mapping[str, int]
    sizes: Mapping[str, int]
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Played:
    """Some mornings in one process, and the library after them.

    cpu_s: of each morning, fits_s: of each model of a topic that it fitted, steps_s: of each step
    in all. peak_mb, wal (bytes), n_open, n_connections: the most on any morning. n_temporary:
    temporary files that they left.
    """

    cpu_s: tuple[float, ...]
    fits_s: tuple[tuple[float, ...], ...]
    peak_mb: float
    wal: int
    n_open: int
    n_connections: int
    n_temporary: int
    steps_s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Year:
    """The months of a year, and the second and the last one played again in turn."""

    months: tuple[Played, ...]
    censuses: tuple[Census, ...]
    second: tuple[Played, ...] = ()
    last: tuple[Played, ...] = ()


class InventedEncoder:
    """Encodes as a bag of hashed words."""

    name = ENCODER

    def encode_query(self, text: str) -> NDArray[np.float32]:
        vector = np.full(N_DIMENSIONS, 0.01, np.float32)
        for word in text.lower().split():
            vector[sum(map(ord, word)) * 31 % N_DIMENSIONS] += 1
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.encode_query(text) for text in texts])


def measure(options: Options, scale: Scale | None = None) -> list[Result]:
    """Give the figures of a year."""
    year = live(scale or (QUICK if options.is_quick else Scale()))
    return [*costs(year), *counts(year), *growth(year)]


def costs(year: Year) -> list[Result]:
    """Compare time, memory and connections of the last month with those of the second."""
    found = []
    measures: dict[str, Callable[[Played], float]] = {
        "CPU seconds of a morning": lambda played: statistics.median(played.cpu_s),
        "CPU seconds of a morning without its fits": lambda played: statistics.median(
            cpu_s - sum(fits_s) for cpu_s, fits_s in zip(played.cpu_s, played.fits_s, strict=True)
        ),
        "peak memory, MB": lambda played: played.peak_mb,
        "connections": lambda played: float(played.n_connections),
    }
    for name, of in measures.items():
        # The least of the turns: other work on the machine only adds.
        second, last = (min(map(of, several)) for several in (year.second, year.last))
        note = f"{last:.2f} against {second:.2f}"
        ratio = _ratio(last, second)
        found.append(Result(f"{name}: month 12 / month 2", ratio, "×", bar=BAR, note=note))
    # Not each morning's decisions change each topic, so that mornings do unequal work.
    second, last = (sum(map(len, several[0].fits_s)) for several in (year.second, year.last))
    note = f"{last} and {second} models of topics"
    return [*found, Result("fits: month 12 / month 2", last / max(second, 1), "×", note=note)]


def counts(year: Year, *, until: int = 2) -> list[Result]:
    """Compare what may not grow with the second month, or the most of it and those until another:
    in a small year chance has its part."""
    found = []
    for name, values in _bounded(year).items():
        second, last = max(values[1:until]), values[-1]
        note = f"{last:,} and {second:,}"
        ratio = _ratio(last, second)
        found.append(Result(f"{name}: month 12 / month 2", ratio, "×", bar=BAR, note=note))
    n = max(c.files.get("backups", 0) for c in year.censuses)
    return [*found, Result("archives", n, "", bar=MOST_ARCHIVES)]


def _ratio(last: float, second: float) -> float:
    """Divide; of nothing, such as connections that a slow machine closed, 0 or 1."""
    return last / second if second else float(last > 0)


def growth(year: Year) -> list[Result]:
    """Compare what grows with papers, posts and decisions; without a bar."""
    second, last = year.censuses[1], year.censuses[-1]
    pairs = {
        f"rows of {table}": (n, last.rows[table])
        for table, n in second.rows.items()
        if n and table not in BOUNDED_TABLES and last.rows[table] > n * 1.01
    } | {f"bytes of {name}": (n, last.sizes[name]) for name, n in second.sizes.items() if n}
    return [
        Result(f"{name}: month 12 / month 2", of / n, "×", note=f"{of:,} and {n:,}")
        for name, (n, of) in pairs.items()
    ]


COUNTED = ("batches of feeds", "vectors of no text")
BOUNDED_TABLES = ("sources", "failures", "open_links", "lines", "unfinished", *COUNTED)
"""Tables of what the program notes for itself; all others hold what came or was made."""


def _bounded(year: Year) -> dict[str, list[int]]:
    """Collect what may not grow, by month."""
    found = {
        "open files": [p.n_open for p in year.months],
        "temporary files": [p.n_temporary for p in year.months],
        "bytes of the write-ahead logs": [p.wal for p in year.months],
    }
    for place in sorted({place for c in year.censuses for place in c.files}):
        if place not in KEPT:
            found[f"files in {place}"] = [c.files.get(place, 0) for c in year.censuses]
    for table in BOUNDED_TABLES:
        found[f"rows of {table}"] = [c.rows[table] for c in year.censuses]
    return found


KEPT = ("notes", "papers", "pictures", "backups")
"""Folders that hold a file or more for each paper that the person keeps, and the archives."""


def live(scale: Scale, *, shown: Callable[[object], None] = lambda _: None) -> Year:
    """Build a library, live a year in it, and play two of its months again."""
    with tempfile.TemporaryDirectory(prefix="asayomi-year-") as name:
        at = Path(name)
        folder = at / "one" / "library"
        build(folder, scale)
        copies: dict[int, Path] = {}
        months: list[Played] = []
        censuses: list[Census] = []
        # As `reader serve` does: the last connection that closes would remove the logs.
        with open_library(folder, now=lambda: moment(FIRST)) as served:
            for month in range(1, N_MONTHS + 1):
                if month in (2, N_MONTHS):
                    copies[month] = at / str(month)
                    _copy(folder.parent, copies[month])
                months.append(play(folder, scale, month))
                censuses.append(census(folder, served.db))
                shown((month, months[-1], censuses[-1]))
        again: dict[int, list[Played]] = {month: [] for month in copies}
        for _turn in range(scale.turns):  # in turn, so that a busy moment hits both
            for month, copy in copies.items():
                fresh = at / "again"
                _copy(copy, fresh)
                again[month].append(play(fresh / "library", scale, month, is_again=True))
                shutil.rmtree(fresh)
                shown((month, again[month][-1]))
    return Year(tuple(months), tuple(censuses), tuple(again[2]), tuple(again[N_MONTHS]))


def _copy(folder: Path, to: Path) -> None:
    """Copy a folder in another process: a database that this one closed would lose its locks."""
    subprocess.run(["cp", "-a", "--reflink=auto", folder, to], check=True)


def build(folder: Path, scale: Scale) -> None:
    """Make a library of papers that came before the year, the newest of them with notes."""
    folder.mkdir(parents=True)
    (folder.parent / "tablet").mkdir()
    (folder / "feeds.toml").write_text(scale.world(1).feeds_toml(), "utf-8")
    draw = np.random.default_rng(1)
    with open_library(folder, now=lambda: moment(FIRST)) as library, library.db.unguarded():
        for day, several in old_papers(scale.n_papers, FIRST):
            there = replace(library, now=partial(moment, day))
            with library.db.writing():
                papers.add_papers(library.db, several, source="arXiv", on=day)
                n = scale.n_notes * len(several) // scale.n_papers
                rows = papers.rows_with_ids(library.db, [p.id for p in several[:n]])
                for paper in papers.papers_at(library.db, sorted(rows.values())):
                    add_note(there, paper, note_on(paper.row))
        # Else the year would begin with a new library's first days.
        note_batches(library, FIRST - timedelta(days=3), 0)
        index_words(library, invented_tools())
        while waiting := index.texts_without_vector(library.db, ENCODER, limit=20_000):
            vectors = draw.standard_normal((len(waiting), N_DIMENSIONS)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            halves = (v.tobytes() for v in vectors.astype(np.float16))
            index.add_vectors(
                library.db, ENCODER, zip((h for h, _ in waiting), halves, strict=True)
            )
        export(library)


def note_on(row: int) -> str:
    """Write a note in own words, another one for each paper."""
    draw = random.Random(row)
    return f"It asks about {words(draw, 20)}. What I doubt is {words(draw, 15)}."


def invented_tools(fetch: Fetch = NOTHING.fetch, fit: FitTopic = learn_nothing) -> Tools:
    """Give tools that invent PDFs and vectors."""

    def read_pdf(path: Path) -> Document:
        draw = random.Random(path.name)
        return document(*(words(draw, 150) for _ in range(10)))

    made = tools(Web(), encoder=InventedEncoder, read_pdf=read_pdf, fit_topic=fit)
    return replace(made, fetch=fetch, encoder_name=ENCODER)


def play(folder: Path, scale: Scale, month: int, *, is_again: bool = False) -> Played:
    """Live a month in a process of its own. is_again: some mornings only, over HTTP."""
    with ExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="asayomi-"))
        url = MEMORY
        if is_again:
            world = stack.enter_context(scale.world(month))
            url = world.url
            (folder / "feeds.toml").write_text(world.feeds_toml(url), "utf-8")
        scene = json.dumps([str(folder), month, asdict(scale), url])
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.trust.year", "--month", scene],
            env={**os.environ, "TMPDIR": temporary, "OMP_NUM_THREADS": "1"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(done.stderr[-2000:])
        left = [*Path(temporary).rglob("*"), *folder.rglob("*.part")]
    return Played(**json.loads(done.stdout), n_temporary=len(left))


def live_month(folder: Path, month: int, scale: Scale, url: str) -> dict[str, Any]:
    """Live the mornings of a month in this process; gives the fields of Played."""
    days = scale.mornings(month)
    if url == MEMORY:
        world = scale.world(month)
    else:
        # No weekends, which bring no papers, and no Mondays with the week's work.
        several = (days[0] + timedelta(days=n) for n in range(14))
        days = [day for day in several if 1 <= day.weekday() < 5][:REPLAYED]
    wal = n_open = n_connections = 0
    cpu_s: list[float] = []
    fits_s: list[list[float]] = []
    steps: dict[str, float] = defaultdict(float)
    for day in days:
        before = time.process_time()
        fits_s.append([])
        clock = partial(moment, day)
        with ExitStack() as stack:
            fit: FitTopic = learn_nothing
            if url == MEMORY:
                world.now = clock()
                fetch = world.fetch
            else:
                client = Client(clock=clock, sleep=time.sleep, monotonic=time.monotonic)
                fetch = stack.enter_context(client).fetch
                fetch(Request(f"{url}/now/{day}", "the clock"))
                fit = _timed(fit_topic, fits_s[-1])
            library = stack.enter_context(open_library(folder, now=clock))
            n_days = scale.n_days if url == MEMORY else 1
            for step, seconds in morning(library, invented_tools(fetch, fit), n_days):
                steps[step] += seconds
            files = _open_files()
            n_connections = max(n_connections, sum(f.startswith("socket:") for f in files))
            wal = max(wal, sum(f.stat().st_size for f in folder.glob("*-wal")))
        cpu_s.append(time.process_time() - before)
        n_open = max(n_open, len(_open_files()))
    return {"cpu_s": cpu_s, "fits_s": fits_s, "peak_mb": _peak_mb(), "wal": wal, "n_open": n_open,
            "n_connections": n_connections, "steps_s": steps}  # fmt: skip


def _timed(fit: FitTopic, seconds: list[float]) -> FitTopic:
    """Wrap the fit so that it collects the CPU seconds of each call."""

    def timed(*given: Any, **more: Any) -> Any:
        before = time.process_time()
        try:
            return fit(*given, **more)
        finally:
            seconds.append(time.process_time() - before)

    return timed


def morning(library: Library, adapters: Tools, n_days: int = 1) -> Iterator[tuple[str, float]]:
    """Spend one morning, and decide as much as in n_days; yields each step with its CPU seconds."""
    steps: dict[str, Callable[[Library, Tools], None]] = {
        "gather": _gather,
        "look": partial(_look, n_days=n_days),
        "write": partial(_write, n_days=n_days),
    }
    if library.today().weekday() == 0:
        steps["weekly"] = _weekly
    for name, step in steps.items():
        before = time.process_time()
        step(library, adapters)
        yield name, time.process_time() - before


def _gather(library: Library, adapters: Tools) -> None:
    fetch_and_rank(library, adapters)
    index_all(library, adapters)


def _look(library: Library, adapters: Tools, *, n_days: int) -> None:
    """Read the list, pick and skip."""
    ranked = today.rank_list(library, library.today(), may_fold=True)
    shown = today.morning(library, ranked, encoder=ENCODER)
    today.keep_shown(library, shown)
    due(library, library.today())
    several = [e.paper.row for e in shown.entries if e.paper.state == "candidate"]
    n_picked = N_PICKED * n_days
    decide_rows(library, "pick", several[:n_picked])
    decide_rows(library, "skip", several[n_picked : n_picked + N_SKIPPED * n_days])


def _write(library: Library, adapters: Tools, *, n_days: int) -> None:
    """Write notes on the oldest picks, two a day, correct the last one, and export all."""
    encoder = adapters.encoder()
    encode = lambda text: (encoder.name, encoder.encode_query(text))  # noqa: E731
    queued, newest = whole_queue(library), newest_notes(library.db, 1)
    several = [*(one.paper for one in queued[: 2 * n_days]), *papers.papers_at(library.db, newest)]
    for paper in several:
        text = note_on(paper.row + library.today().toordinal())
        add_note(library, paper, text, encode=encode)
    export_quietly(library)


def _weekly(library: Library, adapters: Tools) -> None:
    encoder = adapters.encoder()
    for query in ("speech translation", note_on(7)[:60]):
        search(library, query, encode_query=encoder.encode_query, encoder=ENCODER, limit=5)
    week(library, library.today(), encoder=ENCODER)
    tablet = tablet_folder(library)
    list(take(library, [], tablet))
    list(back(library, adapters, tablet))
    export(library)
    back_up(library.folder, library.folder / "backups", now=library.now())


def census(folder: Path, db: Database) -> Census:
    """Count what a library holds."""
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for file in filter(Path.is_file, folder.rglob("*")):
        parts = file.relative_to(folder).parts
        files[parts[0] if len(parts) > 1 else "the library's folder"] += 1
        if parts[0] in ("reader.db", "index.db", "vectors", "backups"):
            sizes[parts[0]] += file.stat().st_size
    rows = {
        table: int(db.read(f"SELECT count(*) AS n FROM {schema}.{table}")[0]["n"])
        for schema in ("main", "idx")
        for table in (
            r["name"]
            for r in db.read(
                f"SELECT name FROM {schema}.sqlite_schema WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'full_text%'"
            )
        )
    }
    of_feeds = "main.batches WHERE source NOT LIKE 'arXiv%'"
    of_nothing = "idx.vectors WHERE hash NOT IN (SELECT hash FROM idx.texts)"
    for name, rows_of in zip(COUNTED, (of_feeds, of_nothing), strict=True):
        rows[name] = int(db.read(f"SELECT count(*) AS n FROM {rows_of}")[0]["n"])
    return Census(files, sizes, rows)


def _open_files() -> list[str]:
    found = []
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found.append(os.readlink(f"/proc/self/fd/{name}"))
    return found


def _peak_mb() -> float:
    """Read the peak memory of this process; ru_maxrss would have its parent's at the fork."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--month"]:
        place, of, scale, address = json.loads(sys.argv[2])
        json.dump(live_month(Path(place), of, Scale(**scale), address), sys.stdout)
    else:
        raise SystemExit(run_subjects([Subject("year", measure)]))
