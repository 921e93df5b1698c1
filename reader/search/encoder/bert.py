"""Run a BERT encoder in plain numpy over memory-mapped weights, one text at a time.

For the one query of a fresh process: importing torch takes seconds, this takes none. Knows
nothing of tokens' spelling, and nothing of batches: torch is faster at those.
Devlin et al. 2019, arXiv:1810.04805.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_TYPES = {"F32": "<f4", "F16": "<f2"}


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Map a safetensors file: 8 bytes of length, a JSON header, then the arrays.

    Raises ValueError for another number format than fp32 and fp16, or a file cut short.
    """
    import numpy as np

    with path.open("rb") as file:
        # Nobody writes to it; torch wants arrays that could be written to, or it warns.
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    begin = 8 + int.from_bytes(data[:8], "little")
    if begin > len(data):
        raise ValueError(f"{path.name} is cut short")
    tensors = {}
    for name, at in json.loads(data[8:begin]).items():
        if name == "__metadata__" or name.endswith("position_ids"):
            continue
        if at["dtype"] not in _TYPES:
            raise ValueError(f"{name} is stored as {at['dtype']}")
        count = int(np.prod(at["shape"], dtype=np.int64))
        first = begin + at["data_offsets"][0]
        flat = np.frombuffer(data, _TYPES[at["dtype"]], count, first)
        tensors[name.removeprefix("bert.")] = flat.reshape(at["shape"])
    return tensors


class Bert:
    """One encoder with mean pooling; calls want the ids of one text, marks included."""

    def __init__(self, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> None:
        self._n_layers = int(config["num_hidden_layers"])
        self._n_heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        self._tensors = tensors

    def __call__(self, ids: Sequence[int]) -> Floats:
        """Return the mean of the last layer's vectors, of length 1."""
        import numpy as np

        x = self._embed(ids)
        for i in range(self._n_layers):
            at = f"encoder.layer.{i}."
            x = self._norm(x + self._attend(x, at), at + "attention.output.LayerNorm")
            wide = _gelu(self._linear(x, at + "intermediate.dense"))
            x = self._norm(x + self._linear(wide, at + "output.dense"), at + "output.LayerNorm")
        mean = x.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def _get(self, name: str) -> Floats:
        import numpy as np

        return np.asarray(self._tensors[name], np.float32)

    def _embed(self, ids: Sequence[int]) -> Floats:
        import numpy as np

        words = self._tensors["embeddings.word_embeddings.weight"]
        x = words[np.asarray(ids)].astype(np.float32)
        x += self._get("embeddings.position_embeddings.weight")[: len(ids)]
        x += self._get("embeddings.token_type_embeddings.weight")[0]
        return self._norm(x, "embeddings.LayerNorm")

    def _linear(self, x: Floats, name: str) -> Floats:
        y: Floats = x @ self._get(name + ".weight").T
        y += self._get(name + ".bias")
        return y

    def _norm(self, x: Floats, name: str) -> Floats:
        import numpy as np

        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        x *= self._get(name + ".weight")
        x += self._get(name + ".bias")
        return x

    def _attend(self, x: Floats, at: str) -> Floats:
        import numpy as np

        n, width = x.shape
        shape = (n, self._n_heads, width // self._n_heads)
        query, key, value = (
            self._linear(x, f"{at}attention.self.{part}").reshape(shape).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1)
        scores *= np.float32(shape[2] ** -0.5)
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        seen = (scores @ value).transpose(1, 0, 2).reshape(n, width)
        return self._linear(seen, at + "attention.output.dense")


def _gelu(x: Floats) -> Floats:
    """x · Φ(x). numpy has no erf: Abramowitz and Stegun 7.1.26, error below 1.5e-7."""
    import numpy as np

    z = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    factors = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    poly = np.full_like(t, factors[0])
    for factor in factors[1:]:
        poly *= t
        poly += np.float32(factor)
    poly *= t
    np.square(z, out=z)
    np.negative(z, out=z)
    np.exp(z, out=z)
    erf = np.copysign(1 - poly * z, x)
    return np.asarray(x * (erf + 1) * np.float32(0.5), np.float32)
