"""Encode texts by the thousand: cut, batched by length, on all processors.

Knows no kind of model: an engine runs the batches, `plain.py`'s where the model's sums are
known, else the library's own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import numpy as np

from reader.search.encoder.models import ModelPlace, Pieces, broken, prompts
from reader.search.protocol import clean, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ids = list[int]

_BATCH = 2048
"""Tokens, padding included: 4 to 16 passages of 200 are alike, 32 are a fifth slower."""
_BULK = 6000
"""After so many tokens, a short paper's, it pays to try whether bfloat16 is faster here."""
_SAMPLE = 48
"""Tokens of each of the four parts that it is tried on: a quarter of a second in all."""
_SAME = 0.999


class Engine(Protocol):
    """What runs batches. limit: tokens of one part, marks included. is_parallel: whether
    several threads may run batches at once."""

    pieces: Pieces
    limit: int

    @property
    def is_parallel(self) -> bool: ...

    def expect(self, n_tokens: int) -> None:
        """Be told how many tokens come, before batches of them are run."""
        ...

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run one batch of ids, marks included: (n, d), rows of any length."""
        ...


class ModelEncoder:
    """A model with what runs it.

    name: which model, with its revision: vectors are kept under it.
    max_tokens: how long a passage may be, as `count_tokens` counts, to be one part.
    """

    def __init__(self, found: ModelPlace, engine: Engine) -> None:
        """Raises ModelError for a model that cannot be run."""
        self._engine = engine
        self._pieces = engine.pieces
        self._query_prefix, self._passage_prefix = prompts(found)
        self._room = engine.limit - len(self._pieces.head) - len(self._pieces.tail)
        self._n_seen = 0
        self._is_bf16: bool | None = None
        self.name = found.name
        self.max_tokens = self._room - len(self._pieces.content(self._passage_prefix.strip()))
        self.n_dimensions = self._try(found)

    def _try(self, found: ModelPlace) -> int:
        """Return how long a vector is. Raises ModelError for a model that wants other input."""
        try:
            vector = self._run([self._marked([])])[0]
        except (KeyError, RuntimeError, TypeError, ValueError, IndexError) as error:
            raise broken(found, f"it cannot be run: {type(error).__name__}: {error}") from error
        if not np.isfinite(vector).all():
            raise broken(found, f"{found.folder} holds numbers that are none")
        return len(vector)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count each text's tokens without prefix and marks; nothing is cut."""
        cleaned = [clean(text, self._pieces.specials) for text in texts]
        return [len(ids) for ids in self._pieces.contents(cleaned)]

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Floats:
        """Turn texts into unit vectors.

        A text longer than `max_tokens` is cut into equal parts, and its vector is the mean
        of theirs, of length 1: nothing is dropped. progress: told how many texts are done.
        Returns (n, d) float32, rows of length 1, in the order given.
        """
        parts, owners = self._cut(texts, self._passage_prefix)
        out = np.zeros((len(texts), self.n_dimensions), np.float32)
        n_done = 0
        for rows, vectors in self._run_all(parts):
            np.add.at(out, [owners[row] for row in rows], vectors)
            n_done += len(rows)
            if progress:
                progress(n_done * len(texts) // len(parts))
        return _unit(out)

    def encode_query(self, text: str) -> Floats:
        """Turn a question into a unit vector, (d,) float32, to be compared with passages'."""
        parts, _ = self._cut([text], self._query_prefix)
        vectors = np.concatenate([vectors for _, vectors in self._run_all(parts)])
        return _unit(np.mean(vectors, axis=0))

    def query_ids(self, text: str) -> Ids:
        """Return the tokens of a question, prefix included, uncut, without the marks."""
        return self._pieces.content(self._query_prefix + clean(text, self._pieces.specials))

    def _cut(self, texts: Sequence[str], prefix: str) -> tuple[list[Ids], list[int]]:
        """Return what the model is fed, and for each part the number of its text."""
        cleaned = [clean(text, self._pieces.specials) for text in texts]
        before = self._pieces.content(prefix.strip())
        parts: list[Ids] = []
        owners: list[int] = []
        for i, ids in enumerate(self._pieces.contents([prefix + text for text in cleaned])):
            mine = [ids]
            if len(ids) > self._room:
                alone = self._pieces.content(cleaned[i])
                mine = [before + part for part in windows(alone, self._room - len(before))]
            parts += [self._marked(part) for part in mine]
            owners += [i] * len(mine)
        return parts, owners

    def _marked(self, ids: Ids) -> Ids:
        return [*self._pieces.head, *ids, *self._pieces.tail]

    def _run_all(self, parts: Sequence[Ids]) -> Iterator[tuple[list[int], Floats]]:
        """Run the parts in batches of like length, one thread a processor.

        Threads over batches, not inside a product: those wait for one another at every
        step, and with another program on the machine that made two slower than one.
        """
        self._engine.expect(sum(map(len, parts)))
        is_bf16 = self._choose(parts)
        batches = _batches([len(part) for part in parts])
        n_threads = _n_processors() if self._engine.is_parallel else 1
        pool = ThreadPoolExecutor(max(1, min(n_threads, len(batches))))
        try:
            results = pool.map(
                lambda rows: self._run([parts[row] for row in rows], is_bf16=is_bf16), batches
            )
            yield from zip(batches, results, strict=True)
        finally:
            pool.shutdown(cancel_futures=True)

    def _run(self, parts: Sequence[Ids], *, is_bf16: bool = False) -> Floats:
        """Run one batch; each row has length 1."""
        return _unit(self._engine.run(parts, is_bf16=is_bf16))

    def _choose(self, parts: Sequence[Ids]) -> bool:
        """Say whether to multiply in bfloat16: where the processor can, it is twice as fast.

        Others make it up slowly, so it is tried once, on a little, when there is work.
        """
        self._n_seen += sum(map(len, parts))
        if self._is_bf16 is None and self._n_seen >= _BULK and self._engine.is_parallel:
            sample = sorted(parts, key=len)[len(parts) // 2 :][:4]
            self._is_bf16 = self._is_bf16_better([part[:_SAMPLE] for part in sample])
        return bool(self._is_bf16)

    def _is_bf16_better(self, parts: Sequence[Ids]) -> bool:
        seconds: dict[bool, float] = {}
        vectors: dict[bool, Floats] = {}
        for half in (False, True) * 3:
            began = time.perf_counter()
            vectors[half] = self._run(parts, is_bf16=half)
            took = time.perf_counter() - began
            seconds[half] = min(took, seconds.get(half, took))
        cosines = np.sum(vectors[True] * vectors[False], axis=1)
        return seconds[True] < 0.8 * seconds[False] and bool(cosines.min() >= _SAME)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Part rows into batches of like length, longest first, none over `_BATCH` tokens."""
    batches: list[list[int]] = []
    longest = 0
    for row in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not batches or (len(batches[-1]) + 1) * longest > _BATCH:
            batches.append([])
            longest = lengths[row]
        batches[-1].append(row)
    return batches


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def _n_processors() -> int:
    """Count the processors that this process may use, which can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
