"""Run any sentence-transformers model as its library does: right for all of them, slow to load.

What `plain.py` cannot run goes this way, and what it can is held against this once.
Knows a folder in sentence-transformers' layout; not where it came from.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.encoder.models import Found, broken, check_folder, prompts
from reader.encoder.pieces import LibraryPieces, Pieces

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    Floats = NDArray[np.float32]

_DEFAULT_MAX = 512


class LibraryEngine:
    """A loaded SentenceTransformer; see `model.Engine`. Pooling is the model's own."""

    is_parallel = True

    def __init__(self, found: Found) -> None:
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
