"""Answer a question in four ways: as the program does, by each of its two halves, plainly.

The program's ways go through `reader.search.find.search` and the store. The plain one
is SQLite's own bm25 over words as they stand, every word of the question counted.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from reader.base.errors import ModelError
from reader.search.find import search
from reader.search.rows import index
from reader.search.rows.index import Kind, Text
from reader.search.rows.nearest import Nearest
from tests.benchmarks.search.pool import Pool

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BEST = 10
DEPTH = 200

FUSED, WORDS, MEANING, BM25 = "fused", "full text", "similarity", "plain BM25"


@dataclass(frozen=True, slots=True)
class Place:
    """One answer: a paper's row, and the page where the passage begins; None for a paper.

    also: ids of papers that say the same and were folded into it.
    """

    paper: int
    page: int | None
    also: tuple[str, ...] = ()


Way = Callable[[str, Kind], list[Place]]
"""Gives the best ten places of a kind for a question, each paper once."""


def ways(pool: Pool) -> dict[str, Way]:
    """Give every way by its name."""
    plain = Plain(pool)
    return {
        FUSED: lambda question, kind: _search(pool, question, kind, pool.encoder.encode_query),
        WORDS: lambda question, kind: _search(pool, question, kind, _no_model),
        MEANING: lambda question, kind: _by_meaning(pool, question, kind),
        BM25: plain.answer,
    }


def texts_of(pool: Pool, kind: Kind) -> list[Text]:
    """Give all texts of a kind."""
    db = pool.library.db
    rows = db.read("SELECT id FROM idx.texts WHERE kind = ? ORDER BY id", (kind,))
    return list(index.texts_at(db, [row["id"] for row in rows]).values())


def _search(
    pool: Pool, question: str, kind: Kind, encode: Callable[[str], NDArray[np.float32]]
) -> list[Place]:
    found = search(
        pool.library,
        question,
        encode_query=encode,
        encoder=pool.encoder.name,
        kinds=[kind],
        limit=BEST,
    )
    return [Place(hit.paper.row, hit.page, hit.also) for hit in found.hits]


def _no_model(_: str) -> NoReturn:
    raise ModelError(model="none", what="left out", hint="")


def _by_meaning(pool: Pool, question: str, kind: Kind) -> list[Place]:
    db = pool.library.db
    near = Nearest(db, pool.encoder.name)
    found = near.rank(kind, pool.encoder.encode_query(question), limit=DEPTH)
    rows = [row for row, _ in found]
    texts = index.texts_at(db, rows)
    return _once(texts[row] for row in rows if row in texts)


def _once(texts: Iterable[Text]) -> list[Place]:
    """Fold to the best text of each paper, as search does."""
    best: dict[int, Place] = {}
    for text in texts:
        best.setdefault(text.paper, Place(text.paper, text.page))
    return list(best.values())[:BEST]


class Plain:
    """Plain bm25: FTS5 with unicode61, words joined by OR, no weights, nothing left out."""

    def __init__(self, pool: Pool) -> None:
        self._db = sqlite3.connect(":memory:")
        self._texts: dict[int, Text] = {}
        for kind in ("paper", "passage"):
            self._db.execute(f"CREATE VIRTUAL TABLE {kind} USING fts5(text)")
            self._texts |= {text.row: text for text in texts_of(pool, kind)}
            rows = [(t.row, t.text) for t in self._texts.values() if t.kind == kind]
            self._db.executemany(f"INSERT INTO {kind} (rowid, text) VALUES (?, ?)", rows)

    def answer(self, question: str, kind: Kind) -> list[Place]:
        words = dict.fromkeys(re.findall(r"[^\W_]+", question.lower()))
        if not words:
            return []
        match = " OR ".join(f'"{word}"' for word in words)
        found = self._db.execute(
            f"SELECT rowid FROM {kind} WHERE {kind} MATCH ? ORDER BY rank LIMIT ?", (match, DEPTH)
        )
        return _once(self._texts[row] for (row,) in found)
