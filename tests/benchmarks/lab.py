"""Let readers of a lab search, page and write notes at once, on one server and one shared index.

    python -m tests.benchmarks.lab [--minutes N] [--readers N] [--json] [--quick]

Each reader has a library of their own, with words that nobody else has, and a device that is
signed in. Needs PostgreSQL. Says how busy the machine was: on a busy one the seconds say little.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

from reader.library.folder import open_library
from reader.library.rows import papers
from reader.notes.rows import notes
from reader.search.encode import index_words
from reader.search.shared import share
from tests.benchmarks.frame import Result, as_json, exit_code, table
from tests.benchmarks.web.asking import Client, cpu_s, memory_mb, p95
from tests.benchmarks.web.server import until_warm
from tests.installed import run_here
from tests.postgres import served
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper
from tests.search.test_shared import TOOLS, WORDS, fill, several
from tests.web.serving import Serving

N_SHARED = 400
N_PAPERS = 60
SEED = 7
PAUSE_S = (1.0, 5.0)
"""How long a reader looks at a page."""

SECRET = re.compile(rb"quoll(\d\d)ish")
_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@dataclass(frozen=True, slots=True)
class Plan:
    """How many readers ask, for how many seconds, and how long they look at a page."""

    readers: int = 50
    for_s: float = 600.0
    pause_s: tuple[float, float] = PAUSE_S


QUICK = Plan(readers=8, for_s=20.0)


@dataclass(slots=True)
class Log:
    """What all readers saw. waits: seconds by kind. saved: reader and paper → text of a note."""

    waits: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    n_refused: int = 0
    saved: dict[tuple[int, str], str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def name_of(n: int) -> str:
    return f"reader{n:02}"


def secret(n: int) -> str:
    return f"quoll{n:02}ish"


def id_of(n: int) -> str:
    return paper(n).id


def make_readers(folder: Path, url: str, n_readers: int) -> None:
    """Make the shared index, and the readers' libraries, which have papers of their own."""
    text = f'{FEEDS_TOML}[index]\nurl = "{url}"\n'
    theirs = folder / "shared"
    theirs.mkdir()
    with a_library(theirs, text) as library:
        fill(library, several(range(1_001, 1_001 + N_SHARED)))
        assert share(library, TOOLS) == []
    for n in range(n_readers):
        at = folder / "readers" / name_of(n)
        at.mkdir(parents=True)
        (at / "feeds.toml").write_text(text, encoding="utf-8")
        with a_library(at, text) as library:
            given = [
                paper(k, f"{secret(n)} on {WORDS[k % 10]}, {k}", f"It is about {WORDS[k % 7]}.")
                for k in range(1, N_PAPERS + 1)
            ]
            papers.add_papers(library.db, given, source="arXiv", on=DAY)
            index_words(library, TOOLS)


def sign_in(client: Client, serving: Serving, n: int) -> None:
    ran = run_here(
        *("serve", "--readers", str(serving.folder.parent), "--code", name_of(n)),
        library=serving.folder,
        env={"XDG_DATA_HOME": str(serving.data)},
    )
    [code] = _CODE.findall(ran.out)
    client.get("/enter")
    answer = client.post("/enter", code=code)
    assert answer.status == 303, answer.body[:300]


@dataclass
class Person:
    """One reader with one device."""

    n: int
    client: Client
    log: Log
    plan: Plan
    draw: random.Random

    def live(self, until: float) -> None:
        left = list(range(1, N_PAPERS + 1))
        self.draw.shuffle(left)
        # Not all of them come at the same moment.
        time.sleep(self.draw.uniform(0, self.plan.pause_s[1]))
        while time.monotonic() < until:
            lot = self.draw.random()
            if lot < 0.2 and left:
                self.write(left.pop())
            elif lot < 0.55:
                words = " ".join(self.draw.sample(WORDS, 2))
                # Now and then they ask for what only another one has.
                other = secret(self.draw.randrange(self.plan.readers))
                query = words if self.draw.random() < 0.8 else other
                if query == words:
                    self.ask("search", f"/search?q={quote(query)}")
                else:
                    self.ask("search", f"/search?q={query}", asked_for=query)
            else:
                one = id_of(self.draw.randrange(1, N_PAPERS + 1))
                self.ask("page", self.draw.choice(["/", "/papers", f"/paper/{one}", "/queue"]))
            time.sleep(self.draw.uniform(*self.plan.pause_s))
        self.client.close()

    def ask(self, kind: str, path: str, *, asked_for: str = "") -> None:
        try:
            answer = self.client.get(path)
        except (OSError, HTTPException) as error:
            self.fail(f"{path}: {error!r}")
            return
        body = answer.body
        if asked_for:
            # A page repeats the query; in a title and a note other words follow.
            shape = rf"{asked_for}(?!(?:</mark>)? (?:on|says) )"
            body = re.sub(shape.encode(), b"", body)
        self.look(kind, path, answer.status, answer.whole_s, body)

    def write(self, k: int) -> None:
        id_ = id_of(k)
        text = f"{secret(self.n)} says {self.draw.choice(WORDS)} of paper {k}, and nobody else."
        try:
            self.client.get(f"/note/{id_}")
            answer = self.client.post(f"/note/{id_}", text=text, base="0")
        except (OSError, HTTPException) as error:
            self.fail(f"note {id_}: {error!r}")
            return
        self.look("note", id_, answer.status, answer.whole_s, answer.body)
        if answer.status == 200:
            with self.log.lock:
                self.log.saved[self.n, id_] = text

    def look(self, kind: str, what: str, status: int, took_s: float, body: bytes) -> None:
        with self.log.lock:
            self.log.waits.setdefault(kind, []).append(took_s)
            if status == 429:
                self.log.n_refused += 1
            elif status != 200:
                self.log.errors.append(f"{self.n}: {what}: {status} {body[-300:]!r}")
            if set(SECRET.findall(body)) - {f"{self.n:02}".encode()}:
                self.log.leaks.append(f"{self.n}: {what}")

    def fail(self, what: str) -> None:
        self.client.close()
        with self.log.lock:
            self.log.errors.append(f"{self.n}: {what}")


def lost(readers: Path, log: Log) -> list[str]:
    """List the notes that were said to be saved and are not in their reader's library."""
    found = []
    for n in sorted({n for n, _ in log.saved}):
        with open_library(readers / name_of(n), now=lambda: NOW) as library:
            for (whose, id_), text in log.saved.items():
                paper = papers.paper_with_id(library.db, id_) if whose == n else None
                if paper and not any(
                    text in one.text for one in notes.revisions(library.db, paper.row)
                ):
                    found.append(f"{n}: {id_}")
    return found


def measure(plan: Plan) -> list[Result]:
    with ExitStack() as stack:
        postgres = stack.enter_context(served())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="asayomi-")))
        make_readers(folder, postgres.url(postgres.new_database()), plan.readers)
        readers = folder / "readers"
        arguments = ["--readers", str(readers)]
        serving = stack.enter_context(Serving(readers / name_of(0), NOW, arguments))
        log, people = Log(), []
        for n in range(plan.readers):
            client = Client(serving.port)
            sign_in(client, serving, n)
            if n == 0:
                until_warm(client, f"/search?q={WORDS[0]}")
            people.append(Person(n, client, log, plan, random.Random(SEED + n)))
        spent, until = cpu_s(serving.pid), time.monotonic() + plan.for_s
        with ThreadPoolExecutor(plan.readers) as threads:
            for each in [threads.submit(person.live, until) for person in people]:
                each.result()
        spent = cpu_s(serving.pid) - spent
        memory, _rss = memory_mb(serving.pid)
        n_files = len(os.listdir(f"/proc/{serving.pid}/fd"))
        serving.stop()
        return _results(plan, log, lost(readers, log), spent, memory, n_files)


def _results(
    plan: Plan, log: Log, gone: list[str], spent: float, memory: float, n_files: int
) -> list[Result]:
    n = sum(map(len, log.waits.values()))
    name = f"{plan.readers} readers for {plan.for_s / 60:.1f} min"
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    results = [
        Result(f"{name}: errors", len(log.errors), "", bar=0, note="; ".join(log.errors[:5])),
        Result(f"{name}: notes lost", len(gone), "", bar=0, note=f"of {len(log.saved)}"),
        Result(f"{name}: words of others seen", len(log.leaks), "", bar=0,
               note="; ".join(log.leaks[:5]) or f"in {n} answers"),
        Result(f"{name}: refused by a limit", log.n_refused, ""),
    ]  # fmt: skip
    for kind, waits in sorted(log.waits.items()):
        median = statistics.median(waits)
        note = f"{len(waits)} times; load {load}"
        results.append(
            Result(f"{name}: p95 of a {kind}", p95(waits), "s", median=median, note=note)
        )
    results.append(
        Result(
            f"{name}: CPU of the server for each",
            1000 * spent / max(1, n),
            "ms",
            note=f"{memory:.0f} MB, {n_files} open files at the end",
        )
    )
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure a lab's pages with many readers.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer readers, 20 seconds")
    options = parser.parse_args(arguments)
    plan = QUICK if options.quick else Plan(options.readers, 60 * options.minutes)
    results = measure(plan)
    sys.stdout.write((as_json(results) if options.json else table(results)) + "\n")
    return exit_code(results)


if __name__ == "__main__":
    raise SystemExit(main())
