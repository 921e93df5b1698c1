"""Take off a query's vector what all Japanese queries have in common.

The vectors of a multilingual model lie in one narrow cone for each language, so that a short text
that is near to any Japanese query is near to every one. The mean vector of some queries is that
common part; it is made once for each model and kept beside the verdict of its set-up.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SHARE = 0.7
"""The share of the common part that is taken off, of a query in Japanese alone. Chosen on one
half of the Japanese questions of `tests.benchmarks.search`; 0.5 to 0.9 are about equal."""

FILE = "japanese-queries.f32"

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
    rest -= np.float32(SHARE * share) * _common_part(encode, folder, len(vector))
    rest /= max(float(np.linalg.norm(rest)), 1e-12)
    return rest


def _common_part(encode: Callable[[str], Floats], folder: Path, width: int) -> Floats:
    """Read the mean vector of the queries, (width,); make it where it is not there yet."""
    with contextlib.suppress(OSError):
        found = np.fromfile(folder / FILE, np.float32)
        if len(found) == width:
            return found
    mean: Floats = np.stack([encode(query) for query in QUERIES]).mean(axis=0)
    # Written beside and renamed, since two searches may make it at once. Where nothing can be
    # written it is made for each process, in half a second.
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(dir=folder, prefix=FILE)
        with open(handle, "wb") as file:
            file.write(mean.tobytes())
        os.replace(name, folder / FILE)
    return mean
