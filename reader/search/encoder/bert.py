"""Run a BERT encoder over memory-mapped weights without its library, with numpy or torch.

numpy is imported at once and needs .8 ms for a token, so a query in a new process is encoded with
it, one text at a time. Importing torch takes a second (sentence-transformers seven, and half as
much memory again), and then a token takes .35 ms in batches. Both compute the same: Devlin et al.
2019, arXiv:1810.04805, with mean pooling. `setup` finds out for which models the vectors are
those of the model's own library.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

# numpy reads these variables when it is first imported. One thread, since with two on a busy
# machine 50 ms became 350 to 2,300. Where numpy is imported already, only threadpoolctl can limit
# its threads; that is done around each run, so as not to slow torch in the same process.
if "numpy" in sys.modules:
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    _blas = ThreadpoolController().select(user_api="blas")
    _one_thread: Callable[[], AbstractContextManager[object]] = partial(_blas.limit, limits=1)
else:
    for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(_name, "1")
    _one_thread = nullcontext

import numpy as np

from reader.base.messages import lazy_gettext
from reader.search.encoder.models import ModelPlace, broken, read_json
from reader.search.encoder.tokens import Pieces, quick_pieces

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_TYPES = {"F32": "<f4", "F16": "<f2"}


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Map a safetensors file into memory: name → array.

    Raises ValueError for number formats other than fp32 and fp16, and for a file cut short.
    """
    # 8 bytes with the length of the header, the header as JSON, then the arrays.
    with path.open("rb") as file:
        # Copy-on-write: nothing writes, but torch warns of arrays that cannot be written.
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


class NumpyBert:
    """BERT in numpy; it is called with the ids of one text, marks included."""

    def __init__(self, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> None:
        self._n_layers = int(config["num_hidden_layers"])
        self._n_heads = int(config["num_attention_heads"])
        self._epsilon = np.float32(config["layer_norm_eps"])
        self._tensors = tensors

    def __call__(self, ids: Sequence[int]) -> Floats:
        """Compute the mean of the last layer's vectors, (d,), scaled to length 1."""
        words = self._tensors["embeddings.word_embeddings.weight"]
        x = words[np.asarray(ids)].astype(np.float32)
        x += self._get("embeddings.position_embeddings.weight")[: len(ids)]
        x += self._get("embeddings.token_type_embeddings.weight")[0]
        x = self._norm(x, "embeddings.LayerNorm")
        for i in range(self._n_layers):
            at = f"encoder.layer.{i}."
            x = self._norm(x + self._attention(x, at), at + "attention.output.LayerNorm")
            wide = _gelu(self._linear(x, at + "intermediate.dense"))
            x = self._norm(x + self._linear(wide, at + "output.dense"), at + "output.LayerNorm")
        mean = x.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def _get(self, name: str) -> Floats:
        return np.asarray(self._tensors[name], np.float32)

    def _linear(self, x: Floats, name: str) -> Floats:
        y: Floats = x @ self._get(name + ".weight").T
        y += self._get(name + ".bias")
        return y

    def _norm(self, x: Floats, name: str) -> Floats:
        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + self._epsilon)
        x *= self._get(name + ".weight")
        x += self._get(name + ".bias")
        return x

    def _attention(self, x: Floats, at: str) -> Floats:
        n, width = x.shape
        shape = (n, self._n_heads, width // self._n_heads)
        query, key, value = (
            self._linear(x, f"{at}attention.self.{part}").reshape(shape).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1)
        scores *= np.float32(shape[2] ** -0.5)
        # The maximum is subtracted first, so that no exponential overflows.
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        seen = (scores @ value).transpose(1, 0, 2).reshape(n, width)
        return self._linear(seen, at + "attention.output.dense")


def _gelu(x: Floats) -> Floats:
    """Compute GELU, x · Φ(x).

    numpy has no erf; it is approximated by Abramowitz and Stegun 7.1.26, error below 1.5e-7.
    """
    z = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    factors = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    # Horner's scheme, and in place: the arrays are the widest of a layer.
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


class TorchBert:
    """BERT in torch; it is called with the ids of several texts, marks included.

    Products are in float32 or bfloat16, norms and sums always in float32. Query, key and value
    are one product.
    """

    def __init__(self, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> None:
        import torch

        torch.set_num_threads(1)
        self._n_layers = int(config["num_hidden_layers"])
        self._n_heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        self._tensors = {name: torch.from_numpy(array) for name, array in tensors.items()}
        self._products = {torch.float32: self._all_products(torch.float32)}

    def __call__(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Compute the mean of the last layer's vectors for each text, (n, d), of any length."""
        import torch
        from torch.nn import functional

        dtype = torch.bfloat16 if is_bf16 else torch.float32
        if dtype not in self._products:
            self._products[dtype] = self._all_products(dtype)
        products = self._products[dtype]

        def linear(x: torch.Tensor, name: str) -> torch.Tensor:
            return functional.linear(x.to(dtype), *products[name])

        def norm(x: torch.Tensor, name: str) -> torch.Tensor:
            weight, bias = self._get(name + ".weight"), self._get(name + ".bias")
            return functional.layer_norm(x, bias.shape, weight, bias, self._epsilon)

        n, longest = len(parts), max(map(len, parts))
        ids = torch.tensor([[*part, *[0] * (longest - len(part))] for part in parts])
        is_there = torch.arange(longest) < torch.tensor([[len(part)] for part in parts])
        with torch.inference_mode():
            # Without padding no mask is needed.
            hidden = torch.zeros(is_there.shape).masked_fill(~is_there, float("-inf"))
            mask = None if bool(is_there.all()) else hidden[:, None, None, :].to(dtype)
            x = self._tensors["embeddings.word_embeddings.weight"][ids].float()
            x += self._get("embeddings.position_embeddings.weight")[:longest]
            x += self._get("embeddings.token_type_embeddings.weight")[0]
            x = norm(x, "embeddings.LayerNorm")
            for i in range(self._n_layers):
                at = f"encoder.layer.{i}."
                projected = linear(x, at + "attention.self").view(n, longest, 3, self._n_heads, -1)
                query, key, value = projected.permute(2, 0, 3, 1, 4)
                seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
                seen = linear(seen.transpose(1, 2).flatten(2), at + "attention.output.dense")
                x = norm(x + seen, at + "attention.output.LayerNorm")
                wide = functional.gelu(linear(x, at + "intermediate.dense"))
                x = norm(x + linear(wide, at + "output.dense"), at + "output.LayerNorm")
            counted = is_there[:, :, None]
            vectors: Floats = ((x * counted).sum(1) / counted.sum(1)).numpy()
        return vectors

    def _get(self, name: str) -> torch.Tensor:
        return self._tensors[name].float()

    def _all_products(self, dtype: torch.dtype) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
        """Prepare weights and biases by layer in a type; in that of the file they stay mapped."""
        import torch

        found = {}
        for at in (f"encoder.layer.{i}." for i in range(self._n_layers)):
            for name in ("attention.output.dense", "intermediate.dense", "output.dense"):
                weight, bias = (self._tensors[f"{at}{name}.{k}"] for k in ("weight", "bias"))
                found[at + name] = weight.to(dtype), bias.to(dtype)
            weight, bias = (
                torch.cat([self._tensors[f"{at}attention.self.{p}.{k}"] for p in _PROJECTIONS]).to(
                    dtype
                )
                for k in ("weight", "bias")
            )
            found[at + "attention.self"] = weight, bias
        return found


_PROJECTIONS = ("query", "key", "value")


class NumpyEngine:
    """BERT in numpy, with a tokenizer that opens at once; see `model.Engine`."""

    def __init__(self, found: ModelPlace) -> None:
        """Open a model. Raises ValueError, KeyError or OSError for another kind of model."""
        folder = found.folder
        self.config = read_json(folder / "config.json")
        if reason := why_not_bert(folder, self.config):
            raise ValueError(reason)
        most = int(self.config["max_position_embeddings"])
        limit = read_json(folder / "sentence_bert_config.json").get("max_seq_length")
        tokenizers = read_json(folder / "tokenizer_config.json").get("model_max_length") or most
        # Tokenizers without a limit of their own have 10**30 here.
        self.limit = int(limit or min(most, tokenizers))
        self.pieces: Pieces = quick_pieces(found)
        self.tensors = read_tensors(folder / "model.safetensors")
        self.n_dimensions = int(self.config["hidden_size"])
        self._bert = NumpyBert(self.config, self.tensors)

    def expect(self, n_tokens: int) -> bool:
        """Return False: texts are run one after the other, in one thread."""
        return False

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run texts one by one; rows of length 1, always in float32."""
        with _one_thread():
            return np.stack([self._bert(part) for part in parts])


def open_quick(found: ModelPlace) -> NumpyEngine:
    """Open a model that set-up found to be right here. Raises ModelError for a damaged folder."""
    try:
        return NumpyEngine(found)
    except (ValueError, KeyError, OSError) as error:
        what = lazy_gettext("{file} cannot be read: {error}", file=found.folder, error=error)
        raise broken(found, what) from error


def why_not_bert(folder: Path, config: dict[str, Any]) -> str:
    """Explain why this module cannot run a model, by its files; "" if it can."""
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
