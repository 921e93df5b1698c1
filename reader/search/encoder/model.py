"""Encode thousands of texts: cut to the model's length, batched by length, on all processors.

An engine runs the batches: `PlainEngine` for a model that it computed equally at set-up, else
`LibraryEngine`, which is right for all sentence-transformers models and slow to load. Both read a
folder in sentence-transformers' layout.

Of a query's vector is taken off what all Japanese queries have in common. The vectors of a
multilingual model lie in one narrow cone for each language, so that a short text that is near to
any Japanese query is near to every one. The mean vector of some queries is that common part; it
is made once for each model and kept beside the verdict of its set-up.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from reader.base.machine import n_cores
from reader.base.messages import lazy_gettext
from reader.search.encoder.bert import NumpyEngine, TorchBert
from reader.search.encoder.models import (
    ModelPlace,
    Progress,
    broken,
    check_folder,
    has_torch,
    prompts,
)
from reader.search.encoder.tokens import LibraryPieces, Pieces, clean, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    Floats = NDArray[np.float32]
    Ids = list[int]


_BATCH = 2048
"""Tokens of a batch, with padding: 4 to 16 passages of 200 are equally fast, 32 a fifth slower."""

_BULK = 6000
"""Tokens, those of a short paper, after which trying whether bfloat16 is faster pays off."""

_SAMPLE = 48
"""Tokens of each of the four parts on which it is tried, a quarter of a second in all."""

_SAME = 0.999
"""The cosine from which on vectors in bfloat16 count as the same."""

_PROBE = "Speech translation, 音声翻訳"
_SAME_AS_NUMPY = 0.9999
"""Cosine from which on torch's vector of the probe counts as numpy's."""

FEW = 3000
"""Tokens, those of some 16 passages, that numpy encodes in the time that importing torch takes."""

_DEFAULT_MAX = 512


class Engine(Protocol):
    """Runs batches of token ids; limit: the most tokens of one part, marks included."""

    pieces: Pieces
    limit: int
    n_dimensions: int

    def expect(self, n_tokens: int) -> bool:
        """Prepare for a number of tokens; return whether threads may run batches at once."""
        ...

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run one batch of ids, marks included: (n, d), rows of any length."""
        ...


class PlainEngine:
    """BERT over mapped weights: a few texts by numpy, many by torch.

    progress: is told once that many texts take long, where torch is not installed.
    """

    def __init__(self, quick: NumpyEngine, progress: Progress = lambda _: None) -> None:
        self._quick = quick
        self._torch: TorchBert | None = None
        self._progress = progress
        self._is_torch_looked_for = False
        self.pieces, self.limit, self.n_dimensions = quick.pieces, quick.limit, quick.n_dimensions

    def expect(self, n_tokens: int) -> bool:
        """Load torch where it is quicker for so many tokens, or loaded anyway."""
        if not self._is_torch_looked_for and (n_tokens > FEW or sys.modules.get("torch")):
            self._is_torch_looked_for = True
            if has_torch():
                self._torch = self._checked_torch()
            else:
                self._progress(
                    lazy_gettext(
                        "PyTorch is not installed: making vectors of many texts takes several "
                        "times as long."
                    )
                )
        return self._torch is not None

    def _checked_torch(self) -> TorchBert | None:
        """Load torch; None where it does not compute what numpy does.

        Set-up compares the bundled model by numpy alone, so that its first use takes no torch.
        """
        engine = TorchBert(self._quick.config, self._quick.tensors)
        ids = [[*self.pieces.head, *self.pieces.content(_PROBE), *self.pieces.tail]]
        cosine = float(_unit(engine(ids))[0] @ self._quick.run(ids)[0])
        return engine if cosine >= _SAME_AS_NUMPY else None

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run one batch, see `Engine.run`; bfloat16 is used only where torch is loaded."""
        if self._torch is not None:
            return self._torch(parts, is_bf16=is_bf16)
        return self._quick.run(parts)


class LibraryEngine:
    """A loaded SentenceTransformer, with the model's own pooling."""

    def __init__(self, found: ModelPlace) -> None:
        """Load the model, and try it on an empty text.

        Raises ModelError if the folder lacks something or cannot be read, or if the model
        needs other input.
        """
        check_folder(found)
        self._passage_prefix = prompts(found)[1]
        self._model = _load(found)
        # The model's own tokenizer and no second one, since a large vocabulary takes 300 MB.
        self.pieces: Pieces = LibraryPieces(self._model.tokenizer.backend_tokenizer)
        self.limit = int(self._model.max_seq_length or _DEFAULT_MAX)
        self._pad = int(self._model.tokenizer.pad_token_id or 0)
        try:
            vector = self.run([[*self.pieces.head, *self.pieces.tail]])[0]
        except (KeyError, RuntimeError, TypeError, ValueError, IndexError) as error:
            what = lazy_gettext(
                "it cannot be run: {error}", error=f"{type(error).__name__}: {error}"
            )
            raise broken(found, what) from error
        if not np.isfinite(vector).all():
            what = lazy_gettext("the weights in {folder} are not all numbers", folder=found.folder)
            raise broken(found, what)
        self.n_dimensions = len(vector)

    def expect(self, n_tokens: int) -> bool:
        """Return True: torch is loaded, and releases the interpreter's lock in products."""
        return True

    def run(self, parts: Sequence[Sequence[int]], *, is_bf16: bool = False) -> Floats:
        """Run one batch, see `Engine.run`."""
        import torch

        longest = max(map(len, parts))
        ids = torch.tensor([[*part, *[self._pad] * (longest - len(part))] for part in parts])
        mask = torch.tensor([[1] * len(part) + [0] * (longest - len(part)) for part in parts])
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
            out = self._model({"input_ids": ids, "attention_mask": mask})
        vectors: Floats = out["sentence_embedding"].float().numpy()
        return vectors

    def encode_as_it_comes(self, texts: Sequence[str]) -> Floats:
        """Encode short passages with `SentenceTransformer.encode`, with which ours are compared."""
        vectors: Floats = self._model.encode(
            list(texts),
            prompt=self._passage_prefix,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return vectors


def _load(found: ModelPlace) -> SentenceTransformer:
    """Load a model quietly, from its folder alone, on the processor. Raises ModelError."""
    # The libraries read these when they are imported, and ask the hub even about folders unless
    # they are told not to.
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
        line = (str(error).splitlines() or [type(error).__name__])[0]
        what = lazy_gettext("{folder} cannot be loaded: {error}", folder=found.folder, error=line)
        raise broken(found, what) from error


class ModelEncoder:
    """A model with the engine that runs it.

    name: of the model, with its revision; vectors are stored under it.
    max_tokens: the most tokens, as `count_tokens` counts, of a passage that is one part.
    """

    def __init__(self, found: ModelPlace, engine: Engine, n_threads: int = 0) -> None:
        """Take what runs the model. n_threads: that run batches, 0 for one on each core."""
        self._engine = engine
        self._n_threads = n_threads or n_cores()
        self._pieces = engine.pieces
        self._query_prefix, self._passage_prefix = prompts(found)
        self._room = engine.limit - len(self._pieces.head) - len(self._pieces.tail)
        self._n_seen = 0
        self._is_bf16: bool | None = None
        self.name = found.name
        self.max_tokens = self._room - len(self._pieces.content(self._passage_prefix.strip()))
        self.n_dimensions = engine.n_dimensions

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, without prefix and marks; nothing is cut."""
        cleaned = [clean(text, self._pieces.specials) for text in texts]
        return [len(ids) for ids in self._pieces.contents(cleaned)]

    def query_ids(self, text: str) -> Ids:
        """Get the token ids of a query, with its prefix, uncut, without the marks."""
        return self._pieces.content(self._query_prefix + clean(text, self._pieces.specials))

    def encode_query(self, text: str) -> Floats:
        """Turn a query into a unit vector, (d,) float32, to be compared with passages'."""
        vector: Floats = self._encode([text], self._query_prefix)[0]
        return vector

    def encode_passages(self, texts: Sequence[str]) -> Floats:
        """Turn texts into unit vectors.

        A text longer than `max_tokens` is cut into equal parts, and its vector is the mean of
        theirs, scaled to length 1; nothing is dropped.
        Returns (n, d) float32, rows of length 1, in the order given.
        """
        return self._encode(texts, self._passage_prefix)

    def _encode(self, texts: Sequence[str], prefix: str) -> Floats:
        parts, owners = self._cut(texts, prefix)
        # The sum of the parts' vectors has the direction of their mean, and `_unit` scales it.
        out = np.zeros((len(texts), self.n_dimensions), np.float32)
        for rows, vectors in self._run_all(parts):
            np.add.at(out, [owners[row] for row in rows], vectors)
        return _unit(out)

    def _cut(self, texts: Sequence[str], prefix: str) -> tuple[list[Ids], list[int]]:
        """Make the parts as the model needs them, marks included, and the text of each part."""
        head, tail = self._pieces.head, self._pieces.tail
        cleaned = [clean(text, self._pieces.specials) for text in texts]
        parts: list[Ids] = []
        owners: list[int] = []
        for i, ids in enumerate(self._pieces.contents([prefix + text for text in cleaned])):
            mine = [ids]
            if len(ids) > self._room:
                # Each part gets the prefix, so the text is cut without it.
                before = self._pieces.content(prefix.strip())
                alone = self._pieces.content(cleaned[i])
                mine = [before + part for part in windows(alone, self._room - len(before))]
            parts += [[*head, *part, *tail] for part in mine]
            owners += [i] * len(mine)
        return parts, owners

    def _run_all(self, parts: Sequence[Ids]) -> Iterator[tuple[list[int], Floats]]:
        """Run the parts in batches of similar length; yield (numbers of the parts, vectors)."""
        # One thread for each processor runs batches. Threads inside a product wait for one
        # another at every step: beside another program two of them were slower than one.
        n_tokens = sum(map(len, parts))
        self._n_seen += n_tokens
        is_parallel = self._engine.expect(n_tokens)
        is_bf16 = is_parallel and self._is_bf16_taken(parts)
        # The longest part is the first of its batch, so all others are padded to its length.
        batches: list[list[int]] = []
        longest = 0
        for row in sorted(range(len(parts)), key=lambda i: -len(parts[i])):
            if not batches or (len(batches[-1]) + 1) * longest > _BATCH:
                batches.append([])
                longest = len(parts[row])
            batches[-1].append(row)
        n_threads = self._n_threads if is_parallel else 1
        pool = ThreadPoolExecutor(max(1, min(n_threads, len(batches))))
        try:
            results = pool.map(
                lambda rows: self._run([parts[row] for row in rows], is_bf16=is_bf16), batches
            )
            yield from zip(batches, results, strict=True)
        finally:
            # After Ctrl-C no further batch begins.
            pool.shutdown(cancel_futures=True)

    def _run(self, parts: Sequence[Ids], *, is_bf16: bool = False) -> Floats:
        """Run one batch; rows are scaled to length 1, so that the parts of a text count alike."""
        return _unit(self._engine.run(parts, is_bf16=is_bf16))

    def _is_bf16_taken(self, parts: Sequence[Ids]) -> bool:
        """Check whether to multiply in bfloat16."""
        # It is twice as fast where the processor has it, and slow where it is emulated. So it is
        # tried once, on a little, when there is enough work.
        if self._is_bf16 is None and self._n_seen >= _BULK:
            # Parts of the usual length, cut short: the same kind of products in less time.
            longest = sorted(parts, key=len)[len(parts) // 2 :][:4]
            sample = [part[:_SAMPLE] for part in longest]
            seconds: dict[bool, float] = {}
            vectors: dict[bool, Floats] = {}
            # The best of three, since another program may disturb the measurement.
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


COMMON_SHARE = 0.7
"""The share of the common part that is taken off, of a query in Japanese alone. Chosen on one
half of the Japanese questions of `tests.benchmarks.search`; 0.5 to 0.9 are about equal."""

COMMON_FILE = "japanese-queries.f32"

_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")
_LATIN = re.compile("[A-Za-z]")

QUERIES = (
    "音声認識の誤りを文脈で直す手法",
    "少ないデータで学習しても精度が落ちない",
    "大きなモデルを小さくして速く動かす話",
    "翻訳の遅延と品質のトレードオフを調べていた",
    "話者が変わっても頑健に動くか評価している",
    "画像と文章を同時に扱うモデルの限界",
    "人手の評価と自動評価が合わない理由",
    "雑音の多い環境でも聞き取れるようにする",
    "どの層に何の情報が入っているかを調べた論文",
    "合成データで学習させると性能が上がるが多様性が減る",
    "強化学習でエージェントに道具を使わせる",
    "長い文章をまとめるときに大事なことが抜ける問題",
    "データセットを公開した。規模は大きいが偏りがある。",
    "提案手法は従来より計算量が少ない。推論も速い。実機では試していない。",
    "言語が違っても同じ枠組みで扱えると主張。低資源言語での結果が弱い気がする。",
    "損失関数を変えただけで学習が安定するらしい",
    "ユーザーの好みに合わせて推薦するやつ",
    "医療の画像から病気を見つける深層学習",
    "グラフの構造を使って予測する",
    "拡散モデルの生成を速くする工夫",
    "プライバシーを守ったまま学習する",
    "注意機構の計算を軽くする",
    "質問応答で嘘をつかないようにするには",
    "感情や話し方を制御できる音声合成",
    "教師なしで特徴を学ぶ",
    "自己教師あり学習の表現を比べている。下流タスクごとに最適な層が違う点が面白い。",
    "ロボットが言葉の指示を理解して動く",
    "時系列の異常を検出する",
    "コードを自動で書かせたときの安全性",
    "理論的に収束を証明している",
)
"""Queries of many subjects, short and long, whose mean is taken. Samples of our own."""


def japanese_share(text: str) -> float:
    """Measure how much of a text is Japanese, 0 to 1; a character counts as two Latin letters."""
    japanese, latin = 2 * len(_JAPANESE.findall(text)), len(_LATIN.findall(text))
    return japanese / (japanese + latin) if japanese else 0.0


def without_common_part(text: str, encode: Callable[[str], Floats], folder: Path) -> Floats:
    """Turn a query into a unit vector (d,) without what all Japanese queries have in common.

    encode: the model's own vector of a query. folder: where the common part is kept.
    """
    vector = encode(text)
    share = japanese_share(text)
    if not share:
        return vector
    rest = vector.copy()
    rest -= np.float32(COMMON_SHARE * share) * _common_part(encode, folder, len(vector))
    rest /= max(float(np.linalg.norm(rest)), 1e-12)
    return rest


def _common_part(encode: Callable[[str], Floats], folder: Path, width: int) -> Floats:
    """Read the mean vector of the queries, (width,); make it where it is not there yet."""
    with contextlib.suppress(OSError):
        found = np.fromfile(folder / COMMON_FILE, np.float32)
        if len(found) == width:
            return found
    mean: Floats = np.stack([encode(query) for query in QUERIES]).mean(axis=0)
    # Written beside and renamed, since two searches may make it at once. Where nothing can be
    # written it is made for each process, in half a second.
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(dir=folder, prefix=COMMON_FILE)
        with open(handle, "wb") as file:
            file.write(mean.tobytes())
        os.replace(name, folder / COMMON_FILE)
    return mean
