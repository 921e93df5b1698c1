"""Run a model on many texts: by its own library, or without it where both come out the same.

Run any sentence-transformers model as its library does: right for all of them, slow to load.

What `plain.py` cannot run goes this way, and what it can is held against this once.
Knows a folder in sentence-transformers' layout; not where it came from.

Run a BERT encoder without its library: a few texts by numpy, many by torch.

numpy is there at once and needs .8 ms a token; torch is imported in a second and needs
.35 in bfloat16. Only for models that `setup.py` found to come out the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.search.encoder.models import (
    LibraryPieces,
    ModelPlace,
    Pieces,
    broken,
    check_folder,
    prompts,
)
from reader.search.encoder.query import QuickEncoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    Floats = NDArray[np.float32]
    from reader.search.encoder.bert_torch import TorchBert

_DEFAULT_MAX = 512


class LibraryEngine:
    """A loaded SentenceTransformer; see `model.Engine`. Pooling is the model's own."""

    is_parallel = True

    def __init__(self, found: ModelPlace) -> None:
        """Load. Raises ModelError if the folder lacks something or cannot be read."""
        check_folder(found)
        self._passage_prefix = prompts(found)[1]
        self._model = _load(found)
        # The model's own, not a second one: a large vocabulary takes 300 MB.
        self.pieces: Pieces = LibraryPieces(self._model.tokenizer.backend_tokenizer)
        self.limit = int(self._model.max_seq_length or _DEFAULT_MAX)
        self._pad = int(self._model.tokenizer.pad_token_id or 0)

    def expect(self, n_tokens: int) -> None:
        """Be told how much comes; all is loaded here anyway."""

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


FEW = 3000
"""Tokens, some 16 passages: what numpy has done before torch is imported."""


class PlainEngine:
    """BERT over mapped weights; see `model.Engine`."""

    def __init__(self, quick: QuickEncoder) -> None:
        self._quick = quick
        self._torch: TorchBert | None = None
        self.pieces = quick.pieces
        self.limit = quick.limit

    @property
    def is_parallel(self) -> bool:
        return self._torch is not None

    def expect(self, n_tokens: int) -> None:
        """Be told how much comes, and load what is quicker for it."""
        if self._torch is None and (n_tokens > FEW or "torch" in sys.modules):
            from reader.search.encoder.bert_torch import TorchBert

            self._torch = TorchBert(self._quick.config, self._quick.tensors)

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run one batch; in bfloat16 only where torch is loaded."""
        if self._torch is not None:
            return self._torch(parts, is_bf16=is_bf16)
        return self._quick.run(parts)
