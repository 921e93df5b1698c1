"""The index of one library, with the functions of a shared one, so that tests compare the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reader.library.paper import Paper
from reader.library.rows.database import Database
from reader.library.rows.merges import row_of
from reader.search.indexes import IndexEntry, IndexKey, Ranked, SharedKind, WordQuery, ranked
from reader.search.rows import index
from reader.search.rows.index import Kind, hash_of
from reader.search.rows.nearest import Nearest


class Index(Protocol):
    """Searchable texts of papers, with vectors."""

    def missing(self, encoder: str, wanted: Sequence[IndexKey]) -> list[IndexKey]:
        """Select the steps that have no texts here, or no vectors of an encoder ("" for none)."""

    def add(self, encoder: str, entries: Sequence[IndexEntry]) -> None:
        """Add steps, all or none; what is here stays, and a newer version replaces an older one.

        encoder: made the vectors of the entries that have some.
        """

    def delete(self, papers: Sequence[str]) -> None:
        """Delete all texts and vectors of papers, by their identifiers."""

    def by_words(self, kind: SharedKind, words: WordQuery, *, limit: int) -> Ranked:
        """Rank the texts of a kind by bm25."""

    def by_vector(
        self, kind: SharedKind, encoder: str, vector: NDArray[np.float32], *, limit: int
    ) -> Ranked:
        """Rank the texts of a kind by their cosine to a query's vector, (d,) of length 1."""


class OwnIndex:
    """The index of one library, in index.db; it has notes and highlights too."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def missing(self, encoder: str, wanted: Sequence[IndexKey]) -> list[IndexKey]:
        """Select the steps that lack texts or vectors; papers that are not here lack all."""
        rows = {key: row_of(self._db, Paper((key.paper,), "")) for key in wanted}
        return [
            key
            for key, row in rows.items()
            if row is None or is_lacking(self._db, row, key.kind, encoder)
        ]

    def add(self, encoder: str, entries: Sequence[IndexEntry]) -> None:
        """Add the texts of papers of the library; others are left out."""
        with self._db.writing():
            for entry in entries:
                if (row := row_of(self._db, entry.paper)) is None:
                    continue
                if is_lacking(self._db, row, entry.kind, ""):
                    if entry.kind == "paper":
                        index.add_paper_texts(self._db, [row])
                    else:
                        index.add_passages(self._db, row, entry.texts, sha256=entry.source)
                hashes = [hash_of(one.text) for one in entry.texts]
                index.add_vectors(self._db, encoder, zip(hashes, entry.vectors, strict=False))

    def delete(self, papers: Sequence[str]) -> None:
        """Delete texts of papers; titles and abstracts come back with the next `reader index`."""
        with self._db.writing():
            for id_ in papers:
                if (row := row_of(self._db, Paper((id_,), ""))) is not None:
                    index.delete_texts(self._db, row)

    def by_words(self, kind: Kind, words: WordQuery, *, limit: int) -> Ranked:
        """Rank by FTS5's bm25."""
        return ranked(self._db, kind, words, limit=limit)

    def by_vector(
        self, kind: Kind, encoder: str, vector: NDArray[np.float32], *, limit: int
    ) -> Ranked:
        """Rank by the files of vectors; all are compared."""
        return Nearest(self._db, encoder).rank(kind, vector, limit=limit)


def is_lacking(db: Database, paper: int, kind: Kind, encoder: str) -> bool:
    """Check whether a paper has no texts of a kind, or one without a vector ("": any will do)."""
    row = db.read(
        """
        SELECT count(*) AS n, coalesce(sum(? != '' AND NOT EXISTS (
            SELECT 1 FROM idx.vectors AS v WHERE v.encoder = ? AND v.hash = t.hash)), 0) AS n_bare
        FROM idx.texts AS t WHERE t.paper = ? AND t.kind = ?
        """,
        (encoder, encoder, paper, kind),
    )[0]
    return not row["n"] or bool(row["n_bare"])
