"""Encode one question in a fresh process without waiting for torch.

The same vectors as `model.py` gives, by plain numpy, where `setup.py` found them the same;
else the slow way, and `note` says why.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.search.encoder.bert import Bert, read_tensors
from reader.search.encoder.models import ModelPlace, Pieces, broken, prompts, read_json, read_pieces
from reader.search.encoder.unigram import Table
from reader.search.protocol import clean, windows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PIECES = "pieces"


@dataclass(frozen=True, slots=True)
class QueryEncoder:
    """Turns questions into unit vectors.

    name: as the passages' encoder's. note: empty, or why every first question takes seconds.
    encode_query: (d,) float32, of length 1; a long question is cut into parts, as passages are.
    encode_passage: the same of one text to be found, so that a note has its vector at once.
    """

    name: str
    n_dimensions: int
    note: str
    encode_query: Callable[[str], Floats]
    encode_passage: Callable[[str], Floats]


class QuickEncoder:
    """BERT in numpy behind a tokenizer that opens at once."""

    def __init__(self, found: ModelPlace) -> None:
        """Open. Raises ValueError, KeyError or OSError for another kind of model."""
        self._one_thread = _one_thread()
        folder = found.folder
        self.config = read_json(folder / "config.json")
        if reason := why_not_bert(folder, self.config):
            raise ValueError(reason)
        self._query, self._passage = prompts(found)
        self.limit = _limit(folder, self.config)
        self.pieces: Pieces = quick_pieces(found)
        self.tensors = read_tensors(folder / "model.safetensors")
        self._bert = Bert(self.config, self.tensors)
        self.n_dimensions = int(self.config["hidden_size"])

    def query_ids(self, text: str) -> list[int]:
        """Return the tokens of a question, prefix included, uncut, without the marks."""
        return self._ids(text, self._query)

    def _ids(self, text: str, prefix: str) -> list[int]:
        return self.pieces.content(prefix + clean(text, self.pieces.specials))

    def encode_query(self, text: str) -> Floats:
        """Turn a question into a unit vector (d,)."""
        with self._one_thread():
            return self._encode(text, self._query)

    def encode_passage(self, text: str) -> Floats:
        """Turn a text to be found into a unit vector (d,)."""
        with self._one_thread():
            return self._encode(text, self._passage)

    def run(self, parts: Sequence[Sequence[int]]) -> Floats:
        """Run texts given as ids, marks included, one by one: (n, d), rows of length 1."""
        import numpy as np

        with self._one_thread():
            return np.stack([self._bert(part) for part in parts])

    def _encode(self, text: str, prefix: str) -> Floats:
        import numpy as np

        head, tail = self.pieces.head, self.pieces.tail
        room = self.limit - len(head) - len(tail)
        ids = self._ids(text, prefix)
        if len(ids) <= room:
            return self._bert([*head, *ids, *tail])
        before = self.pieces.content(prefix.strip())
        ids = self._ids(text, "")
        parts = windows(ids, room - len(before))
        mean = np.mean([self._bert([*head, *before, *part, *tail]) for part in parts], axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)


def open_quick(found: ModelPlace) -> QuickEncoder:
    """Open where setup found the quick path good. Raises ModelError for a damaged folder."""
    try:
        return QuickEncoder(found)
    except (ValueError, KeyError, OSError) as error:
        raise broken(found, f"{found.folder} cannot be read: {error}") from error


def why_not_bert(folder: Path, config: dict[str, Any]) -> str:
    """Say what in a model's files this module cannot run; empty if nothing."""
    if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
        return f"{config.get('model_type', 'an unknown')} model, not BERT"
    if config.get("position_embedding_type", "absolute") != "absolute":
        return "other positions than BERT's"
    modules: Sequence[dict[str, str]] = read_json(folder / "modules.json")
    kinds = [module["type"].rpartition(".")[2] for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return f"made of {', '.join(kinds)}"
    pooling = read_json(folder / modules[1]["path"] / "config.json")
    ways = [key for key, value in pooling.items() if key.startswith("pooling_mode") and value]
    is_mean = ways == ["pooling_mode_mean_tokens"] or pooling.get("pooling_mode") == "mean"
    if not is_mean or not pooling.get("include_prompt", True):
        return "another pooling than the mean"
    if read_json(folder / "sentence_bert_config.json").get("do_lower_case"):
        return "lower case by sentence-transformers"
    return "" if (folder / "model.safetensors").is_file() else "weights in several files"


def _limit(folder: Path, config: dict[str, Any]) -> int:
    said = read_json(folder / "sentence_bert_config.json").get("max_seq_length")
    tokenizer = read_json(folder / "tokenizer_config.json").get("model_max_length")
    most = int(config["max_position_embeddings"])
    return int(said) if said else min(most, int(tokenizer or most))


def quick_pieces(found: ModelPlace) -> Pieces:
    """Open the model's tokenizer: its small table where there is one."""
    if (found.setup / PIECES).is_dir():
        return Table(found.setup / PIECES)
    return read_pieces(found)


def _one_thread() -> Callable[[], AbstractContextManager[object]]:
    """Keep numpy to one thread: with two on a busy machine 50 ms became 350 to 2,300.

    numpy reads the variables when it is first imported; later only threadpoolctl can tell
    it, and does so around each call, lest torch be slowed in the same process.
    """
    if "numpy" not in sys.modules:
        for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
            os.environ.setdefault(name, "1")
        return nullcontext
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    controller = ThreadpoolController().select(user_api="blas")
    return partial(controller.limit, limits=1)
