"""Encode texts by the thousand with a sentence-transformers model, on the processor.

Loading takes seconds (torch); a fresh process with one question takes `query.py` instead.
Knows a folder in sentence-transformers' layout; not where it came from.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from reader.encoder.models import Found, broken, check_folder, prompts
from reader.encoder.pieces import LibraryPieces
from reader.encoder.texts import clean, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    Floats = NDArray[np.float32]
    Ids = list[int]

_BATCH = 16
"""Swept from 1 to 64 with 200-token passages; 4 to 16 are alike, 32 is a fifth slower."""
_BULK = 128
"""After so many parts it pays to try whether bfloat16 is faster here."""
_DEFAULT_MAX = 512
_SAME = 0.999


class Encoder:
    """A loaded model.

    name: which model, with its revision: vectors are kept under it.
    max_tokens: how long a passage may be, as `count_tokens` counts, to be one part.
    """

    def __init__(self, found: Found) -> None:
        """Load. Raises ModelError if the folder lacks something or cannot be read."""
        check_folder(found)
        self._query_prefix, self._passage_prefix = prompts(found)
        self._model = _load(found)
        # The model's own, not a second one: a large vocabulary takes 300 MB.
        self._pieces = LibraryPieces(self._model.tokenizer.backend_tokenizer)
        limit = int(self._model.max_seq_length or _DEFAULT_MAX)
        self._room = limit - len(self._pieces.head) - len(self._pieces.tail)
        self._pad = int(self._model.tokenizer.pad_token_id or 0)
        self._n_seen = 0
        self._is_bf16: bool | None = None
        self.name = found.name
        self.max_tokens = self._room - len(self._pieces.content(self._passage_prefix.strip()))
        self.n_dimensions = self._try(found)

    def _try(self, found: Found) -> int:
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
        for rows, vectors in self._run_all(parts, is_bf16=self._choose(parts)):
            np.add.at(out, [owners[row] for row in rows], vectors)
            n_done += len(rows)
            if progress:
                progress(n_done * len(texts) // len(parts))
        return _unit(out)

    def encode_query(self, text: str) -> Floats:
        """Turn a question into a unit vector, (d,) float32, to be compared with passages'."""
        parts, _ = self._cut([text], self._query_prefix)
        return _unit(np.mean(self._run(parts), axis=0))

    def encode_by_library(self, texts: Sequence[str]) -> Floats:
        """Encode short passages as the library does by itself: what ours are held against."""
        vectors: Floats = self._model.encode(
            list(texts),
            prompt=self._passage_prefix,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return vectors

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

    def _run_all(
        self, parts: Sequence[Ids], *, is_bf16: bool
    ) -> Iterator[tuple[list[int], Floats]]:
        """Run the parts in batches of like length, one thread a processor.

        Threads over batches, not inside a product: those wait for one another at every
        step, and with another program on the machine that made two slower than one.
        """
        order = sorted(range(len(parts)), key=lambda i: -len(parts[i]))
        batches = [order[i : i + _BATCH] for i in range(0, len(order), _BATCH)]
        pool = ThreadPoolExecutor(min(_n_processors(), max(1, len(batches))))
        try:
            results = pool.map(
                lambda rows: self._run([parts[row] for row in rows], is_bf16=is_bf16), batches
            )
            yield from zip(batches, results, strict=True)
        finally:
            pool.shutdown(cancel_futures=True)

    def _run(self, parts: Sequence[Ids], *, is_bf16: bool = False) -> Floats:
        """Run one batch; each row has length 1. Pooling is the model's own."""
        import torch

        longest = max(map(len, parts))
        ids = torch.tensor([part + [self._pad] * (longest - len(part)) for part in parts])
        mask = torch.tensor([[1] * len(part) + [0] * (longest - len(part)) for part in parts])
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
            out = self._model({"input_ids": ids, "attention_mask": mask})
        return _unit(out["sentence_embedding"].float().numpy())

    def _choose(self, parts: Sequence[Ids]) -> bool:
        """Say whether to multiply in bfloat16: where the processor can, it is twice as fast.

        Others make it up slowly, so it is tried once, on four parts, when there is work.
        """
        self._n_seen += len(parts)
        if self._is_bf16 is None and self._n_seen >= _BULK:
            sample = sorted(parts, key=len)[len(parts) // 2 :][:4]
            self._is_bf16 = self._is_bf16_better(sample)
        return bool(self._is_bf16)

    def _is_bf16_better(self, parts: Sequence[Ids]) -> bool:
        seconds: dict[bool, float] = {}
        vectors: dict[bool, Floats] = {}
        for half in (False, True, False, True):
            began = time.perf_counter()
            vectors[half] = self._run(parts, is_bf16=half)
            took = time.perf_counter() - began
            seconds[half] = min(took, seconds.get(half, took))
        cosines = np.sum(vectors[True] * vectors[False], axis=1)
        return seconds[True] < 0.8 * seconds[False] and bool(cosines.min() >= _SAME)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def _load(found: Found) -> SentenceTransformer:
    """Load quietly, from the folder alone, on the processor.

    The libraries read the environment when they are imported, and ask the hub about
    folders too unless they are told not to.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(1)
    ours = (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError, ImportError)
    try:
        return SentenceTransformer(
            str(found.folder),
            device="cpu",
            local_files_only=True,
            model_kwargs={"dtype": torch.float32},
        )
    except (SafetensorError, *ours) as error:
        what = (str(error).splitlines() or [type(error).__name__])[0]
        raise broken(found, f"{found.folder} cannot be loaded: {what}") from error


def _n_processors() -> int:
    """Count the processors that this process may use, which can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
