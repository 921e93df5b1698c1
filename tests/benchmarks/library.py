"""Build libraries of any size from real papers, as months of mornings would have left them.

Papers are the data's newest, 380 a day; where they do not suffice, undated ones and then
copies with new ids come before them. Each day was ranked, three papers were picked and two
written up. Passages are joined from halves of abstracts, vectors are drawn around centres
(seeded): their number and size are real, their meaning is not. Everything goes through
the store's and the stages' own functions. A finished library is kept by size and layout.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from reader.cli.build import fit_topic
from reader.gathering.gather import source_names
from reader.gathering.rows import sources
from reader.library.calendar import is_listing_day
from reader.library.folder import Library, make_library, template
from reader.library.paper import Batch, Mention, Paper, Post
from reader.library.rows import database, papers
from reader.library.rows.migrations import MIGRATIONS
from reader.morning.pick import decide_rows
from reader.morning.pipe import Tools, learn_decisions
from reader.morning.rank import rank_days
from reader.notes.write import add_note
from reader.ranking.rows import standings
from reader.search.encode import index_words
from reader.search.encoder.models import BUNDLED_NAME
from reader.search.rows import index
from reader.search.rows.index import PassageText
from tests.benchmarks.frame import DataMissing
from tests.samples import Web, learn_nothing, silent, talk_as_before, tools

PER_DAY = 380
LAST_DAY = date(2025, 12, 30)
"""The newest day of every built library."""

PASSAGES_PER_PAPER = 40
N_DIMENSIONS = 384
SEED = 20251230
PAPERS_AT_ONCE = 500
POSTS_PER_DAY = 20
VERSION = 2
"""Raised when what is built changes."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a library holds; the last `n_passages // 40` papers have passages."""

    n_papers: int
    n_passages: int = 0


def built(size: Size, *, data: Path, cache: Path) -> Path:
    """Give the folder of a finished library, building it where it is not there yet."""
    name = f"{size.n_papers}-{size.n_passages}-{fingerprint(data)}"
    folder = cache / "libraries" / name
    if not folder.is_dir():
        beside = folder.with_name(f".{name}.{os.getpid()}")
        try:
            with make_library(beside) as library:
                fill(library, newest_papers(data, size.n_papers), size.n_passages)
            keep_folder(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return folder


def keep_folder(beside: Path, folder: Path) -> None:
    """Put a finished folder of the cache in its place, unless another run has done so."""
    try:
        beside.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def learn_before(library: Library) -> None:
    """Learn what the last day's gather has learned: a built library was only filled."""
    adapters = replace(tools(Web()), encoder_name=BUNDLED_NAME, fit_topic=fit_topic)
    learn_decisions(library, adapters)


def fingerprint(data: Path) -> str:
    """Name what a built library depends on: layout, topics, the data's files, this version."""
    files = [(p.name, p.stat().st_size) for p in _months(data)]
    layout = (MIGRATIONS, database.INDEX_TABLES, database.INDEX_VERSION)
    return hashlib.sha256(repr((layout, template(), files, VERSION)).encode()).hexdigest()[:12]


def moment(day: date) -> datetime:
    """Give the evening of a day, when its mornings' counts are final; UTC."""
    return datetime.combine(day, time(12), UTC)


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Read one file of the data."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def newest_papers(data: Path, n: int) -> list[Paper]:
    """Give exactly `n` papers, oldest first. Raises DataMissing where there are none."""
    rows: list[dict[str, Any]] = []
    for path in reversed(_months(data)):
        rows = [*rows_of(path), *rows]
        if len(rows) >= n:
            break
    if not rows:
        raise DataMissing(f"there are no papers in {data / 'arxiv' / 'papers'}")
    copies = [_copy(rows[i % len(rows)], i) for i in range(max(0, n - len(rows)))]
    return [_paper(row) for row in [*copies, *rows][-n:]]


def fill(library: Library, several: Sequence[Paper], n_passages: int) -> None:
    """Bring papers in day by day, then index them and give every text a vector."""
    live(library, several)
    index_words(library, _no_tools())
    rows = range(len(several), len(several) - n_passages // PASSAGES_PER_PAPER, -1)
    added = zip(rows, _passages(several), strict=False)
    # Many papers in one transaction, which takes half of the time of one for each.
    while some := list(islice(added, PAPERS_AT_ONCE)):
        with library.db.writing():
            for paper, passages in some:
                index.add_passages(library.db, paper, passages, sha256=f"{paper:064d}")
    add_vectors(library)


def live(library: Library, several: Sequence[Paper]) -> None:
    """Spend the mornings on which papers came, oldest first."""
    n_days = -(-len(several) // PER_DAY)
    days = last_days(n_days)
    for i, day in enumerate(days):
        first = max(0, len(several) - (n_days - i) * PER_DAY)
        end = len(several) - (n_days - i - 1) * PER_DAY
        _live(library, day, several[first:end])


def last_days(n: int) -> list[date]:
    """List the last `n` listing days up to LAST_DAY, oldest first."""
    days: list[date] = []
    day = LAST_DAY
    while len(days) < n:
        if is_listing_day(day):
            days.append(day)
        day -= timedelta(days=1)
    return days[::-1]


def _live(library: Library, day: date, several: Sequence[Paper]) -> None:
    """Spend one morning: gather, rank, pick three of the own papers, write two of them up."""
    there = replace(library, now=lambda: moment(day))
    arrived = [replace(paper, announced_on=day) for paper in several]
    with library.db.writing():
        papers.add_papers(library.db, arrived, source="arXiv", on=day)
        sources.add_posts(library.db, _posts(day, arrived), source="timeline", on=day)
        note_batches(library, day, len(arrived))
        rank_days(there, day)
        own = standings.members_on(library.db, day)[:3]
        for library_paper in decide_rows(there, "pick", own)[:2]:
            words = f"On {day} the main point of {library_paper.record.id} was its evaluation. "
            add_note(
                there, library_paper, words + "What I did not understand is the choice of baseline."
            )


def _posts(day: date, arrived: Sequence[Paper]) -> list[Post]:
    draw = random.Random(f"{SEED} {day}")
    return [
        Post(
            guid=f"{day} {n}",
            author=f"@person{draw.randrange(50)}",
            text=f"Worth a look today: {paper.id}",
            url=f"https://social.example/{day}/{n}",
            posted_at=moment(day),
            mentions=(Mention(paper.id, "Worth a look today."),),
        )
        for n, paper in enumerate(draw.choices(arrived, k=POSTS_PER_DAY))
    ]


def note_batches(library: Library, day: date, n: int) -> None:
    """Record that every source answered on a day, as a gather does."""
    for name in source_names(library.config):
        batch = Batch(name, day, n, n, "complete")
        sources.add_batch(library.db, batch, now=moment(day), on=day)
        sources.add_success(library.db, name, now=moment(day))


def add_vectors(library: Library, *, at_once: int = 20_000) -> None:
    """Give every text a unit vector near one of 200 centres, under the real encoder's name."""
    import numpy as np

    draw = np.random.default_rng(SEED)
    # One direction is common to all: the cosines of real texts lie between .78 and .93.
    centres = 0.5 * draw.standard_normal((200, N_DIMENSIONS)) + draw.standard_normal(N_DIMENSIONS)
    while hashes := _without_vector(library, at_once):
        noise = 0.3 * draw.standard_normal((len(hashes), N_DIMENSIONS), np.float32)
        vectors = centres[draw.integers(len(centres), size=len(hashes))] + noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        kept = [v.tobytes() for v in vectors.astype(np.float16)]
        index.add_vectors(library.db, BUNDLED_NAME, zip(hashes, kept, strict=True))


def _without_vector(library: Library, limit: int) -> list[str]:
    found = index.texts_without_vector(library.db, BUNDLED_NAME, limit=limit)
    return [hash_ for hash_, _ in found]


def _passages(several: Sequence[Paper]) -> Iterator[list[PassageText]]:
    """Give the passages of one paper after another: first half of one abstract, last of another."""
    draw = random.Random(SEED)
    abstracts = [paper.abstract.split() for paper in several[-5000:]]
    while True:
        pairs = [draw.choices(abstracts, k=2) for _ in range(PASSAGES_PER_PAPER)]
        yield [
            PassageText(" ".join(a[: len(a) // 2] + b[len(b) // 2 :]), 1 + i // 4, "Method")
            for i, (a, b) in enumerate(pairs)
        ]


def _months(data: Path) -> list[Path]:
    """List the data's files, oldest month first; the undated papers count as older still."""
    folder = data / "arxiv" / "papers"
    return sorted(folder.glob("papers_undated*.xz")) + sorted(folder.glob("papers_2*.xz"))


def _paper(row: dict[str, Any]) -> Paper:
    return Paper(
        ids=(f"arxiv:{row['id']}",),
        title=row["title"],
        authors=tuple(row["authors"] or ()),
        abstract=row["abstract"] or "",
        categories=tuple(row["categories"] or ()),
        comment=row.get("comment") or "",
        version=1,
    )


def _copy(row: dict[str, Any], n: int) -> dict[str, Any]:
    """Give a paper again under an id of its own, ten years before the data begins."""
    month, number = divmod(n, 99_999)
    return {**row, "id": f"15{month + 1:02d}.{number + 1:05d}", "title": f"{row['title']} ({n})"}


def _no_tools() -> Tools:
    """Give tools that cannot do anything: full text needs none of them."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("building a library must not need this")

    return Tools(
        fetch=refuse,
        encoder=refuse,
        encoder_name=BUNDLED_NAME,
        token_counter=refuse,
        check_pdf=refuse,
        read_pdf=refuse,
        read_pdfs=refuse,
        read_marks=refuse,
        read_looks=refuse,
        read_word_places=refuse,
        read_first=refuse,
        read_marked=refuse,
        read_pictures=refuse,
        fit_topic=learn_nothing,
        fit_talk=talk_as_before,
        progress=silent,
    )


@contextmanager
def copied(of: Path | None) -> Iterator[Path]:
    """Give a copy of a library that may be written, or a new one."""
    with tempfile.TemporaryDirectory(prefix="asayomi-") as beside:
        folder = Path(beside) / "library"
        if of is None:
            make_library(folder).db.close()
        else:
            shutil.copytree(of, folder)
        yield folder
