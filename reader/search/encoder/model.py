"""Encode texts by the thousand: cut, batched by length, on all processors.

An engine runs the batches: `PlainEngine` where the model's sums are known and came out the
same at set-up, else `LibraryEngine`, which is right for all sentence-transformers models and
slow to load. Both know a folder in sentence-transformers' layout, not where it came from.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import numpy as np

from reader.base.machine import n_cores
from reader.search.encoder.bert import NumpyEngine, TorchBert
from reader.search.encoder.models import ModelPlace, broken, check_folder, prompts
from reader.search.encoder.tokens import LibraryPieces, Pieces, clean, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    Floats = NDArray[np.float32]
    Ids = list[int]

_BATCH = 2048
"""Tokens, padding included: 4 to 16 passages of 200 are alike, 32 are a fifth slower."""

_BULK = 6000
"""After so many tokens, a short paper's, it pays to try whether bfloat16 is faster here."""

_SAMPLE = 48
"""Tokens of each of the four parts that it is tried on: a quarter of a second in all."""

_SAME = 0.999
"""Cosine from which on vectors in bfloat16 count as the same."""

FEW = 3000
"""Tokens, some 16 passages: what numpy has done before torch is imported."""

_DEFAULT_MAX = 512


class Engine(Protocol):
    """What runs batches of ids. limit: tokens of one part, marks included."""

    pieces: Pieces
    limit: int
    n_dimensions: int

    def expect(self, n_tokens: int) -> bool:
        """Be told how many tokens come; return whether threads may run batches at once."""
        ...

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run one batch of ids, marks included: (n, d), rows of any length."""
        ...


class PlainEngine:
    """BERT over mapped weights: a few texts by numpy, many by torch."""

    def __init__(self, quick: NumpyEngine) -> None:
        self._quick = quick
        self._torch: TorchBert | None = None
        self.pieces, self.limit, self.n_dimensions = quick.pieces, quick.limit, quick.n_dimensions

    def expect(self, n_tokens: int) -> bool:
        """Load torch where it is quicker for so many tokens, or here anyway."""
        if self._torch is None and (n_tokens > FEW or "torch" in sys.modules):
            self._torch = TorchBert(self._quick.config, self._quick.tensors)
        return self._torch is not None

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run one batch; in bfloat16 only where torch is loaded."""
        if self._torch is not None:
            return self._torch(parts, is_bf16=is_bf16)
        return self._quick.run(parts)


class LibraryEngine:
    """A loaded SentenceTransformer. Pooling is the model's own."""

    def __init__(self, found: ModelPlace) -> None:
        """Load, and run a text without words.

        Raises ModelError if the folder lacks something or cannot be read, or if the model
        wants other input.
        """
        check_folder(found)
        self._passage_prefix = prompts(found)[1]
        self._model = _load(found)
        # The model's own, not a second one: a large vocabulary takes 300 MB.
        self.pieces: Pieces = LibraryPieces(self._model.tokenizer.backend_tokenizer)
        self.limit = int(self._model.max_seq_length or _DEFAULT_MAX)
        self._pad = int(self._model.tokenizer.pad_token_id or 0)
        try:
            vector = self.run([[*self.pieces.head, *self.pieces.tail]])[0]
        except (KeyError, RuntimeError, TypeError, ValueError, IndexError) as error:
            raise broken(found, f"it cannot be run: {type(error).__name__}: {error}") from error
        if not np.isfinite(vector).all():
            raise broken(found, f"{found.folder} holds numbers that are none")
        self.n_dimensions = len(vector)

    def expect(self, n_tokens: int) -> bool:
        """Return True: torch is loaded, and its products leave the interpreter's lock."""
        return True

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run one batch."""
        import torch

        longest = max(map(len, parts))
        ids = torch.tensor([[*part, *[self._pad] * (longest - len(part))] for part in parts])
        mask = torch.tensor([[1] * len(part) + [0] * (longest - len(part)) for part in parts])
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
            out = self._model({"input_ids": ids, "attention_mask": mask})
        vectors: Floats = out["sentence_embedding"].float().numpy()
        return vectors

    def encode_as_it_comes(self, texts: Sequence[str]) -> Floats:
        """Encode short passages by `SentenceTransformer.encode`: what ours are held against."""
        vectors: Floats = self._model.encode(
            list(texts),
            prompt=self._passage_prefix,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return vectors


def _load(found: ModelPlace) -> SentenceTransformer:
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


class ModelEncoder:
    """A model with the engine that runs it.

    name: which model, with its revision: vectors are kept under it.
    max_tokens: how long a passage may be, as `count_tokens` counts, to be one part.
    """

    def __init__(self, found: ModelPlace, engine: Engine) -> None:
        self._engine = engine
        self._pieces = engine.pieces
        self._query_prefix, self._passage_prefix = prompts(found)
        self._room = engine.limit - len(self._pieces.head) - len(self._pieces.tail)
        self._n_seen = 0
        self._is_bf16: bool | None = None
        self.name = found.name
        self.max_tokens = self._room - len(self._pieces.content(self._passage_prefix.strip()))
        self.n_dimensions = engine.n_dimensions

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count each text's tokens without prefix and marks; nothing is cut."""
        cleaned = [clean(text, self._pieces.specials) for text in texts]
        return [len(ids) for ids in self._pieces.contents(cleaned)]

    def query_ids(self, text: str) -> Ids:
        """Return the tokens of a question, prefix included, uncut, without the marks."""
        return self._pieces.content(self._query_prefix + clean(text, self._pieces.specials))

    def encode_query(self, text: str) -> Floats:
        """Turn a question into a unit vector, (d,) float32, to be compared with passages'."""
        vector: Floats = self._encode([text], self._query_prefix)[0]
        return vector

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """Turn texts into unit vectors.

        A text longer than `max_tokens` is cut into equal parts, and its vector is the mean
        of theirs, of length 1: nothing is dropped.
        Returns (n, d) float32, rows of length 1, in the order given.
        """
        return self._encode(texts, self._passage_prefix)

    def _encode(self, texts: Sequence[str], prefix: str) -> Floats:
        parts, owners = self._cut(texts, prefix)
        # The sum of a text's parts has the direction of their mean; its length goes anyway.
        out = np.zeros((len(texts), self.n_dimensions), np.float32)
        for rows, vectors in self._run_all(parts):
            np.add.at(out, [owners[row] for row in rows], vectors)
        return _unit(out)

    def _cut(self, texts: Sequence[str], prefix: str) -> tuple[list[Ids], list[int]]:
        """Return what the model is fed, marks included, and for each part the number of its
        text."""
        head, tail = self._pieces.head, self._pieces.tail
        cleaned = [clean(text, self._pieces.specials) for text in texts]
        parts: list[Ids] = []
        owners: list[int] = []
        for i, ids in enumerate(self._pieces.contents([prefix + text for text in cleaned])):
            mine = [ids]
            if len(ids) > self._room:
                # Each part has the prefix, so the text is cut without it.
                before = self._pieces.content(prefix.strip())
                alone = self._pieces.content(cleaned[i])
                mine = [before + part for part in windows(alone, self._room - len(before))]
            parts += [[*head, *part, *tail] for part in mine]
            owners += [i] * len(mine)
        return parts, owners

    def _run_all(self, parts: Sequence[Ids]) -> Iterator[tuple[list[int], Floats]]:
        """Run the parts in batches of like length, one thread a processor.

        Threads over batches, not inside a product: those wait for one another at every
        step, and with another program on the machine that made two slower than one.
        """
        n_tokens = sum(map(len, parts))
        self._n_seen += n_tokens
        is_parallel = self._engine.expect(n_tokens)
        is_bf16 = is_parallel and self._is_bf16_taken(parts)
        # The longest part comes first in its batch, so it tells how much padding there is.
        batches: list[list[int]] = []
        longest = 0
        for row in sorted(range(len(parts)), key=lambda i: -len(parts[i])):
            if not batches or (len(batches[-1]) + 1) * longest > _BATCH:
                batches.append([])
                longest = len(parts[row])
            batches[-1].append(row)
        pool = ThreadPoolExecutor(max(1, min(n_cores() if is_parallel else 1, len(batches))))
        try:
            results = pool.map(
                lambda rows: self._run([parts[row] for row in rows], is_bf16=is_bf16), batches
            )
            yield from zip(batches, results, strict=True)
        finally:
            # After Ctrl-C what has not begun is not begun.
            pool.shutdown(cancel_futures=True)

    def _run(self, parts: Sequence[Ids], *, is_bf16: bool = False) -> Floats:
        """Run one batch; each row has length 1, so that parts of a text weigh alike."""
        return _unit(self._engine.run(parts, is_bf16=is_bf16))

    def _is_bf16_taken(self, parts: Sequence[Ids]) -> bool:
        """Choose whether to multiply in bfloat16: where the processor can, it is twice as fast.

        Others make it up slowly, so it is tried once, on a little, when there is work.
        """
        if self._is_bf16 is None and self._n_seen >= _BULK:
            # Parts of the usual length, cut: the products are of the same kind, the time is short.
            longest = sorted(parts, key=len)[len(parts) // 2 :][:4]
            sample = [part[:_SAMPLE] for part in longest]
            seconds: dict[bool, float] = {}
            vectors: dict[bool, Floats] = {}
            # Three times each and the best of them: another program may be at work.
            for half in (False, True) * 3:
                began = time.perf_counter()
                vectors[half] = self._run(sample, is_bf16=half)
                took = time.perf_counter() - began
                seconds[half] = min(took, seconds.get(half, took))
            cosines = np.sum(vectors[True] * vectors[False], axis=1)
            is_quicker = seconds[True] < 0.8 * seconds[False]
            self._is_bf16 = is_quicker and bool(cosines.min() >= _SAME)
        return bool(self._is_bf16)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
