"""Let two hundred people read at once while notes are saved: no error, and no note lost.

Notes come from pages and from the command line; one paper's note is written by all
writers at once, each from the revision that they had seen: the words of all must be there.
"""

from __future__ import annotations

import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from urllib.parse import quote

from reader.library.folder import Library, open_library
from reader.library.rows import papers
from reader.notes.rows import notes
from tests.benchmarks.frame import Options, Result
from tests.benchmarks.web.asking import Client, p95
from tests.benchmarks.web.house import House, Plan, house, plan_of
from tests.benchmarks.web.server import until_warm
from tests.installed import READER, environment

N_WRITERS = 4
ROUNDS = 2
"""Pages that each reader reads at least; they go on until the last note is saved, at most
MOST_ROUNDS."""
MOST_ROUNDS = 4
WORDS = "It translates while one speaks, number {n}. Why the delay is short I did not understand."


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    plan = plan or plan_of(options)
    with house(options, plan.size, n=plan.notes + 20) as found:
        first = Client(found.serving.port)
        until_warm(first, f"/search?q={quote(found.queries[0])}")
        first.close()
        crowd = _Crowd(found, plan)
        start = time.perf_counter()
        saved = crowd.run()
        took_s = time.perf_counter() - start
        now = found.serving.now
        with open_library(found.serving.folder, now=lambda: now) as library:
            lost = [id_ for id_, text in saved.items() if text not in _note(library, id_)]
            shared = _note(library, found.ids[-1])
            lost += [f"{found.ids[-1]} {n}" for n in range(N_WRITERS) if _mine(n) not in shared]
    for error in crowd.errors[:5]:
        crowd.note += f"; {error}"
    name = f"{plan.readers} readers at once, {len(saved) + N_WRITERS} notes saved meanwhile"
    return [
        Result(f"{name}: errors", len(crowd.errors), "", bar=0, note=crowd.note.lstrip("; ")),
        Result(f"{name}: notes lost", len(lost), "", bar=0, note=", ".join(lost[:5])),
        Result(
            f"{name}: p95 of a page",
            p95(crowd.waits),
            "s",
            note=f"{len(crowd.waits)} pages and all notes in {took_s:.1f} s",
        ),
        Result(f"{name}: p95 of a note", p95(crowd.saves), "s"),
    ]


class _Crowd:
    """Readers and writers, each a thread with a connection of its own."""

    def __init__(self, found: House, plan: Plan) -> None:
        self.found, self.plan = found, plan
        self.errors: list[str] = []
        self.waits: list[float] = []
        self.saves: list[float] = []
        self.note = ""
        self._are_saved = threading.Event()

    def run(self) -> dict[str, str]:
        """Read and write; gives paper → text of every note that was said to be saved."""
        ids = self.found.ids[: self.plan.notes]
        with ThreadPoolExecutor(self.plan.readers + N_WRITERS + 1) as threads:
            reading = [threads.submit(self._read, n) for n in range(self.plan.readers)]
            shared = [threads.submit(self._write_together, n) for n in range(N_WRITERS)]
            typed = threads.submit(self._type, ids[::10])
            own = [
                threads.submit(self._write, [i for i in ids if i not in ids[::10]][n::N_WRITERS])
                for n in range(N_WRITERS)
            ]
            saved = typed.result()
            for writer in own:
                saved |= writer.result()
            for each in shared:
                each.result()
            self._are_saved.set()
            for each in reading:
                each.result()
        return saved

    def _read(self, n: int) -> None:
        client = Client(self.found.serving.port, language="ja" if n % 2 else "en")
        ids, queries = self.found.ids, self.found.queries
        for i in range(MOST_ROUNDS):
            if i >= ROUNDS and self._are_saved.is_set():
                break
            query = quote(queries[n % len(queries)])
            paths = ("/", f"/paper/{ids[n % len(ids)]}", f"/search?q={query}")
            path = paths[(n + i) % len(paths)]
            try:
                answer = client.get(path)
            except (OSError, HTTPException) as error:
                self.errors.append(f"{path}: {error!r}")
                client.close()
                continue
            self.waits.append(answer.whole_s)
            if answer.status != 200:
                self.errors.append(f"{path}: {answer.status}")
        client.close()

    def _write(self, ids: list[str]) -> dict[str, str]:
        client = Client(self.found.serving.port)
        client.get("/")
        saved = {}
        for id_ in ids:
            text = WORDS.format(n=id_.rpartition(".")[2])
            if self._save(client, id_, text, base="0"):
                saved[id_] = text
        client.close()
        return saved

    def _write_together(self, n: int) -> None:
        client = Client(self.found.serving.port)
        client.get("/")
        self._save(client, self.found.ids[-1], f"{_mine(n)} And one more sentence.", base="0")
        client.close()

    def _save(self, client: Client, id_: str, text: str, *, base: str) -> bool:
        try:
            answer = client.post(f"/note/{id_}", text=text, base=base)
        except (OSError, HTTPException) as error:
            self.errors.append(f"note {id_}: {error!r}")
            client.close()
            return False
        self.saves.append(answer.whole_s)
        if answer.status != 200:
            self.errors.append(f"note {id_}: {answer.status} {answer.body[:200]!r}")
        return answer.status == 200

    def _type(self, ids: tuple[str, ...]) -> dict[str, str]:
        """Save notes by the command line, as somebody at the laptop does meanwhile."""
        serving = self.found.serving
        env = environment(serving.folder, serving.now, serving.env)
        saved = {}
        for id_ in ids:
            text = WORDS.format(n=id_.rpartition(".")[2])
            done = subprocess.run([READER, "note", id_, "-m", text], env=env, capture_output=True)
            if done.returncode:
                self.errors.append(f"reader note {id_}: {done.stderr[-200:]!r}")
            else:
                saved[id_] = text
        return saved


def _mine(n: int) -> str:
    return f"Writer {n} saw this paper too."


def _note(library: Library, id_: str) -> str:
    paper = papers.paper_with_id(library.db, id_)
    known = notes.revisions(library.db, paper.row) if paper else []
    return known[-1].text if known else ""
