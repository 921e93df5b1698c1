"""Play the daily papers of a data folder over HTTP, and import their votes as `gather` does.

The records of authors are then those of a library that imported the votes of the year before
each morning and has nothing else: no paper, no post.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from reader.base.http.client import Client
from reader.gathering.gather import import_votes
from reader.gathering.rows.sources import StoredVotes, stored_votes
from reader.library.paper import Paper
from reader.library.rows.database import Database
from reader.ranking.forecast import AuthorRecord, records_of
from reader.ranking.rows import talk
from tests.benchmarks.frame import DataMissing
from tests.benchmarks.ranking.replayed import Seen
from tests.samples import FEEDS_TOML, Web, a_library, tools
from tests.server import Answer, Server
from tests.server import Seen as Options

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ImportedVotes:
    """The records of some mornings after the import, by paper; stored: what was imported."""

    records: Mapping[str, tuple[AuthorRecord, ...]]
    stored: StoredVotes
    n_bytes: int

    def of(self, seen: Seen) -> tuple[AuthorRecord, ...]:
        return self.records[seen.id]


def imported_votes(
    data: Path, papers: Mapping[str, Paper], mornings: Mapping[date, Sequence[Seen]]
) -> ImportedVotes:
    """Import the year before the first of some mornings and the days until the last one.

    Each morning knows the pages until the day before. Authors are those of the data's papers:
    who has none there stands on no page. Raises DataMissing without the pages.
    """
    pages = _pages(data, papers)
    first, last = min(mornings), max(mornings)
    records: dict[str, tuple[AuthorRecord, ...]] = {}
    with tempfile.TemporaryDirectory() as name, _a_server(pages) as server:
        folder = Path(name)
        feed = f'[[feed]]\nname = "daily"\nkind = "hf"\nurl = "{server.url("/daily")}"\n'
        # At noon of the day after, so that the last page is over.
        now = datetime(last.year, last.month, last.day, 12, tzinfo=UTC) + timedelta(days=1)
        with (
            a_library(folder, f"{FEEDS_TOML}\n{feed}", now=lambda: now) as library,
            Client(clock=lambda: now, sleep=time.sleep, monotonic=time.monotonic) as client,
        ):
            given = replace(tools(Web()), fetch=client.fetch)
            done = import_votes(library, given, first - YEAR)
            if done.n_left:
                raise DataMissing(f"{done.n_left} daily pages could not be imported")
            for day, several in mornings.items():
                records |= _records(library.db, papers, several, day)
            stored = stored_votes(library.db)
        with contextlib.closing(sqlite3.connect(folder / "reader.db")) as database:
            database.execute("VACUUM")
        n_bytes = (folder / "reader.db").stat().st_size
    return ImportedVotes(records, stored, n_bytes)


def _records(
    db: Database, papers: Mapping[str, Paper], several: Sequence[Seen], day: date
) -> Iterator[tuple[str, tuple[AuthorRecord, ...]]]:
    authors = {seen.id: papers[seen.id].authors for seen in several}
    known = talk.known_records(db, {a for names in authors.values() for a in names}, day)
    return iter([(id_, records_of(names, known)) for id_, names in authors.items()])


def _pages(data: Path, papers: Mapping[str, Paper]) -> dict[str, list[dict[str, Any]]]:
    """Read the daily papers by day, in the form of Hugging Face's API."""
    path = data / "arxiv" / "heat" / "heat_hf.jsonl.gz"
    if not path.is_file():
        raise DataMissing(f"there is no {path}")
    pages: dict[str, list[dict[str, Any]]] = {}
    for row in map(json.loads, gzip.decompress(path.read_bytes()).splitlines()):
        paper = papers.get(row["id"])
        about = {
            "id": row["id"],
            "title": row["title"],
            "upvotes": row["upvotes"] or 0,
            "authors": [{"name": name} for name in (paper.authors if paper else ())],
            "submittedOnDailyAt": f"{row['day']}T08:00:00.000Z",
        }
        pages.setdefault(row["day"], []).append({"paper": about})
    return pages


@contextmanager
def _a_server(pages: Mapping[str, Sequence[Any]]) -> Iterator[Server]:
    def answer(options: Options) -> Answer:
        return Answer(json.dumps(pages.get(options.query["date"], [])).encode())

    with Server() as server:
        server.respond("/daily", answer)
        yield server
