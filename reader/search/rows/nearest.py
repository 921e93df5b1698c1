"""Find the vectors nearest to a query's vector in files that are mapped into memory.

All vectors are compared as rounded to bytes, and the best of them again as they are. Vectors that
index.db has beyond the files are read from there. It imports numpy, so it is imported only where
that is needed anyway.
"""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reader.base.errors import StoreError
from reader.library.rows.database import Database
from reader.search.rows.index import Kind
from reader.search.rows.vector_files import (
    KEY,
    State,
    append,
    beyond,
    files_of,
    folder_of,
    is_rounded,
    n_beyond,
    rounded,
    rounded_file,
    state_of,
)

Vectors = NDArray[np.float16]
Maps = tuple[Vectors, NDArray[np.uint8], NDArray[np.int8] | Vectors]
"""The files of a kind: the vectors, their keys, and the vectors as they are compared first."""

AGAIN = 4
"""How many times as many vectors are compared again as are asked for. For each of 200 questions,
the 200 nearest of 13,276 real vectors and 150,000 drawn like them were among the first 329 after
rounding."""

MOST_MAPS = 8
"""Files that stay mapped between the queries of a process: two states of four kinds. Mapping them
anew, with a page fault for each page, takes longer than comparing; and twenty at once would count
as twenty times their size."""

MAX_TAIL = 2_000
"""The most vectors that are read from index.db for a search; with more the files are brought up to
date first."""


class Nearest:
    """The vectors of one encoder, opened for one query.

    Raises StoreError where index.db cannot be read.
    """

    def __init__(self, db: Database, encoder: str) -> None:
        self._db = db
        self._upto = 0
        self._is_rounded = True
        self._maps: dict[str, Maps] = {}
        self._open(encoder)
        is_behind = not self._is_rounded or n_beyond(db, encoder, self._upto) > MAX_TAIL
        if is_behind and not db.is_read_only:
            # On a full disk, say, the vectors are read from index.db all the same.
            with contextlib.suppress(StoreError):
                append(db, encoder)
            self._open(encoder)
        self._tail = beyond(db, encoder, self._upto)
        self._looked: dict[tuple[Kind, int], tuple[list[str], Vectors]] = {}

    def _open(self, encoder: str) -> None:
        """Map the files; where there are none, all vectors are read from index.db."""
        folder = folder_of(self._db, encoder)
        # Again where another process made the files anew after their state was read.
        for _ in range(3):
            state = state_of(self._db, encoder)
            if state is None:
                return
            self._is_rounded = is_rounded(self._db, state)
            try:
                maps = {
                    kind: _opened(folder, kind, state, is_rounded=self._is_rounded)
                    for kind, n in state.n.items()
                    if n
                }
            except (FileNotFoundError, ValueError):
                continue  # another process has just made them anew, or is about to
            self._maps, self._upto = maps, state.upto
            return

    def look(self, kinds: Sequence[Kind], query: NDArray[np.float32], *, limit: int) -> None:
        """Compare all vectors of some kinds in advance, for `rank` with the same limit.

        It uses no database, so that another thread can run it meanwhile.
        """
        for kind in kinds:
            self._looked[kind, AGAIN * limit] = self._in_files(kind, query, AGAIN * limit)

    def rank(
        self,
        kind: Kind,
        query: NDArray[np.float32],
        *,
        limit: int,
        within: Collection[str] | None = None,
    ) -> list[tuple[int, float]]:
        """Rank texts of a kind by their cosine to a query: (row, cosine), best first.

        query: (d,) float32, of length 1. within: hashes of the only texts that are compared, None
        for all.
        """
        k = AGAIN * limit
        while True:
            in_files = (
                self._looked.get((kind, k)) or self._in_files(kind, query, k)
                if within is None
                else self._vectors_of(kind, query, within)
            )
            scores: dict[str, float] = {}
            for keys, vectors in (in_files, self._in_tail(kind, within)):
                if len(vectors):
                    cosines = vectors.astype(np.float32) @ query
                    scores |= zip(keys, cosines.tolist(), strict=True)
            best = sorted(scores, key=lambda key: -scores[key])
            n_in_files = len(self._maps[kind][0]) if kind in self._maps else 0
            is_whole = within is not None or k >= n_in_files
            of_files, n_from_files, n_seen = set(in_files[0]), 0, 0
            found: list[tuple[int, float]] = []
            # Mostly the first ones are enough: the rest is not looked up.
            for start in range(0, len(best), limit):
                some = best[start : start + limit]
                rows = self._rows_of(kind, some)
                found += [(row, scores[key]) for key in some for row in rows.get(key, ())]
                seen = of_files.intersection(some)
                n_seen += len(seen)
                n_from_files += sum(len(rows.get(key, ())) for key in seen)
                # Behind the first half some are missing which were rounded to less than they are.
                if n_from_files >= limit and (is_whole or 2 * n_seen <= len(of_files)):
                    return found[:limit]
            if is_whole:
                return found[:limit]
            k *= 4  # some vectors are of deleted texts, or are there twice

    def _rows_of(self, kind: Kind, hashes: Sequence[str]) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for r in self._db.read(
            "SELECT id, hash FROM idx.texts WHERE kind = ?"
            " AND hash IN (SELECT value FROM json_each(?)) ORDER BY id",
            (kind, json.dumps(hashes)),
        ):
            rows.setdefault(r["hash"], []).append(r["id"])
        return rows

    def _in_files(
        self, kind: Kind, query: NDArray[np.float32], k: int
    ) -> tuple[list[str], Vectors]:
        if kind not in self._maps or self._maps[kind][0].shape[1] != len(query):
            return [], np.empty((0, len(query)), np.float16)
        import numkong

        vectors, keys, compared = self._maps[kind]
        most = min(len(vectors), k)
        question = (
            rounded(query, float(np.abs(query).max()))
            if compared.dtype == np.int8
            else query.astype(np.float16)
        )
        products = np.asarray(numkong.cdist(question[None], compared, "dot"))[0]
        # In the order of the file, which is read once from its begin to its end.
        found = np.sort(np.argpartition(products, -most)[-most:])
        return _hashes_at(keys, found), np.asarray(vectors[found])

    def _vectors_of(
        self, kind: Kind, query: NDArray[np.float32], within: Collection[str]
    ) -> tuple[list[str], Vectors]:
        """Read the vectors of some texts in the files: (hashes, vectors)."""
        if kind not in self._maps or self._maps[kind][0].shape[1] != len(query):
            return [], np.empty((0, len(query)), np.float16)
        vectors, keys, _compared = self._maps[kind]
        # The first 8 bytes of the hashes are compared as numbers, which is fast; texts that share
        # them by chance are left out below.
        halves = np.frombuffer(b"".join(bytes.fromhex(h[:KEY]) for h in within), np.uint64)
        at = np.flatnonzero(np.isin(np.asarray(keys).view(np.uint64)[:, 0], halves))
        wanted = set(within)
        names = _hashes_at(keys, at)
        kept = [n for n, name in enumerate(names) if name in wanted]
        return [names[n] for n in kept], np.asarray(vectors[at[kept]])

    def _in_tail(self, kind: Kind, within: Collection[str] | None) -> tuple[list[str], Vectors]:
        """Collect the vectors that the files do not have yet: (hashes, vectors)."""
        rows = [
            (key, vector)
            for k, key, vector in self._tail
            if k == kind and (within is None or key in within)
        ]
        if not rows:
            return [], np.empty((0, 0), np.float16)
        width = len(rows[0][1])
        # A vector of another length is none of this encoder's.
        same = [(key, vector) for key, vector in rows if len(vector) == width]
        matrix = np.frombuffer(b"".join(vector for _, vector in same), np.float16)
        return [key for key, _ in same], matrix.reshape(len(same), -1)


def vector_from(kept: bytes) -> NDArray[np.float32]:
    """Convert the bytes of a vector in index.db to a vector (d,)."""
    return np.frombuffer(kept, np.float16).astype(np.float32)


def vectors_from(kept: Sequence[bytes]) -> NDArray[np.float32]:
    """Convert the bytes of vectors in index.db to vectors (n, d)."""
    return np.stack([vector_from(one) for one in kept])


def _opened(folder: Path, kind: str, state: State, *, is_rounded: bool) -> Maps:
    """Map the files of a kind, or take them as they are mapped already.

    Where a folder was deleted and made anew, other files have the names of those before.
    """
    vectors, keys = files_of(folder, kind, state.generation)
    compared = rounded_file(folder, kind, state.generation) if is_rounded else vectors
    files = (vectors, keys, compared)
    stats = [file.stat() for file in files]
    stamp = tuple(number for s in stats for number in (s.st_ino, s.st_mtime_ns))
    return _mapped(files, state.n[kind], state.d, is_rounded, stamp)


@functools.lru_cache(MOST_MAPS)
def _mapped(
    files: tuple[Path, Path, Path], n: int, d: int, is_rounded: bool, _stamp: tuple[int, ...]
) -> Maps:
    vectors, keys, compared = files
    return (
        np.memmap(vectors, np.float16, "r", shape=(n, d)),
        np.memmap(keys, np.uint8, "r", shape=(n, KEY)),
        np.memmap(compared, np.int8 if is_rounded else np.float16, "r", shape=(n, d)),
    )


def _hashes_at(keys: NDArray[np.uint8], at: NDArray[np.int64]) -> list[str]:
    """Read the hashes at some positions of the keys."""
    # Copied together: reading each from the mapped array takes ten times as long.
    packed = np.asarray(keys[at]).tobytes()
    return [packed[start : start + KEY].hex() for start in range(0, len(packed), KEY)]
