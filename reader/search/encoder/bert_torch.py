"""Run a BERT encoder in plain torch over memory-mapped weights, many texts at a time.

The same sums as `bert.py`, for bulk: in batches, in float32 or bfloat16. Importing torch
alone takes a second, sentence-transformers seven, and half the memory. Knows no tokens'
spelling. Devlin et al. 2019, arXiv:1810.04805.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: torch.Tensor
    bias: torch.Tensor

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return functional.linear(x.to(self.weight.dtype), self.weight, self.bias)


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: torch.Tensor
    bias: torch.Tensor
    epsilon: float

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return functional.layer_norm(x, self.bias.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True)
class _Layer:
    """query, key and value are one product; norms stay in float32, as do the sums."""

    asked: _Linear
    seen: _Linear
    seen_norm: _Norm
    wide: _Linear
    narrow: _Linear
    norm: _Norm


class TorchBert:
    """One encoder with mean pooling; calls want the ids of several texts, marks included."""

    def __init__(self, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> None:
        torch.set_num_threads(1)
        self._n_layers = int(config["num_hidden_layers"])
        self._n_heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        self._tensors = {name: torch.from_numpy(array) for name, array in tensors.items()}
        self._layers = {torch.float32: self._all_layers(torch.float32)}

    def __call__(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Return for each text the mean of the last layer's vectors, (n, d), of any length."""
        dtype = torch.bfloat16 if is_bf16 else torch.float32
        if dtype not in self._layers:
            self._layers[dtype] = self._all_layers(dtype)
        longest = max(map(len, parts))
        ids = torch.tensor([[*part, *[0] * (longest - len(part))] for part in parts])
        is_there = torch.arange(longest) < torch.tensor([[len(part)] for part in parts])
        with torch.inference_mode():
            x = self._embed(ids)
            hidden = torch.zeros(is_there.shape).masked_fill(~is_there, float("-inf"))
            mask = None if bool(is_there.all()) else hidden[:, None, None, :].to(dtype)
            for layer in self._layers[dtype]:
                x = layer.seen_norm(x + layer.seen(self._attend(x, layer, mask)))
                x = layer.norm(x + layer.narrow(functional.gelu(layer.wide(x))))
            counted = is_there[:, :, None]
            mean = (x * counted).sum(1) / counted.sum(1)
        vectors: Floats = mean.numpy()
        return vectors

    def _attend(self, x: torch.Tensor, layer: _Layer, mask: torch.Tensor | None) -> torch.Tensor:
        n, longest, width = x.shape
        asked = layer.asked(x).view(n, longest, 3, self._n_heads, width // self._n_heads)
        query, key, value = asked.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return seen.transpose(1, 2).reshape(n, longest, width)

    def _embed(self, ids: torch.Tensor) -> torch.Tensor:
        x = self._tensors["embeddings.word_embeddings.weight"][ids].float()
        x += self._get("embeddings.position_embeddings.weight")[: ids.shape[1]]
        x += self._get("embeddings.token_type_embeddings.weight")[0]
        return self._norm("embeddings.LayerNorm")(x)

    def _all_layers(self, dtype: torch.dtype) -> list[_Layer]:
        """Give the layers; in the type that the file has, they stay where they are mapped."""
        return [
            _Layer(
                asked=self._linear(dtype, *(f"{at}attention.self.{p}" for p in _ASKED)),
                seen=self._linear(dtype, at + "attention.output.dense"),
                seen_norm=self._norm(at + "attention.output.LayerNorm"),
                wide=self._linear(dtype, at + "intermediate.dense"),
                narrow=self._linear(dtype, at + "output.dense"),
                norm=self._norm(at + "output.LayerNorm"),
            )
            for at in (f"encoder.layer.{i}." for i in range(self._n_layers))
        ]

    def _linear(self, dtype: torch.dtype, *names: str) -> _Linear:
        weights = [self._tensors[name + ".weight"].to(dtype) for name in names]
        biases = [self._tensors[name + ".bias"].to(dtype) for name in names]
        if len(names) == 1:
            return _Linear(weights[0], biases[0])
        return _Linear(torch.cat(weights), torch.cat(biases))

    def _norm(self, name: str) -> _Norm:
        return _Norm(self._get(name + ".weight"), self._get(name + ".bias"), self._epsilon)

    def _get(self, name: str) -> torch.Tensor:
        return self._tensors[name].float()


_ASKED = ("query", "key", "value")
