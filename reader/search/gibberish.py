"""Tell letters typed at random from a question by its vector, beside those of samples of both.

An encoder puts gibberish about as near to papers as a question: cosines of .81 to .87, and both
stand out from the other papers by as much. But gibberish lies near to gibberish. The vectors of
the samples are made with those of the library's texts, so that a search only reads them. Pure;
numpy is imported where it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

GIBBERISH = (
    "fjdkslaa ghqpwo", "zqxjv kkwpt", "ploik mnjuh bgtr", "sdfsdf jkljkl", "rtyrty fghj vbnvbn",
    "qqqqq zzz", "qwe123 asd45 zx", "dranticle moops fenwick", "glorbax thimmet",
    "zorvin plax umbregon", "sklimpy grout vandle", "torabuk simeno pilaf", "fizzlewop tandrick",
    "bla bla di bla", "da da dum da da", "dolore magna aliqua ut enim", "niin no joo kyllä",
    "ja men alltså då", "94837 220174 8", "7777 1212 0909", "666020395", "?! ;;; //", "... ,,, ___",
    "ざぽげるにゃむ", "ぬるぽがっがっ", "ううううう", "ほにゃらら ふにゃ", "ギョペラムザッタ",
    "ドゥンガモバラヒ", "ヌマルギッソ ポカドン", "ダバドビグルンペ", "ポンヌケラソ",
    "グワシドンバラ", "めけめけそっぽん", "のばぺるどぅわ", "鬱檸飴轟", "ｊｋｌｓだｊｋ",
    "ぇｒちゅいおｐ", "むにゅむにゅぷー", "さぬとわむきの", "ヴァボギュロペ",
)  # fmt: skip

QUESTIONS = (
    "speech recognition errors fixed by context", "small models that run fast",
    "simultaneous translation latency", "image and text models fail", "graph neural networks",
    "reinforcement learning agents tools", "noise robust", "summaries that leave things out",
    "transformer", "protein folding", "robot hands", "Tanaka 2023 parsing",
    "okamoto lindqvist 2024", "Petrov Al-Masri vocoder", "XLGNet pruning", "TriFormer-S",
    "MedQARAG benchmark", "CTRL-GS", "AAMP codec", "unsupervised", "crowdsourcing ethics",
    "rethinking", "maschinelle Übersetzung ohne parallele Daten",
    "apprentissage profond pour la musique", "detección de emociones en la voz", "语音合成",
    "강화 학습", "まばたき", "笑い声", "昔話", "短歌", "めまい", "かけ算", "虫の音", "手書き",
    "相づち", "ものまね", "演歌", "量子化", "要約", "ロボット", "ドローン", "うたたね", "かたこと",
    "しりとり", "ためいき", "くちびる", "とびら", "音声認識の誤りを文脈で直す手法",
    "画像と文章を同時に扱うモデルの限界", "話者が変わっても頑健に動くか評価している",
    "ユーザーの好みに合わせて推薦するやつ", "質問応答で嘘をつかないようにするには",
    "前に読んだ、寝ている間の脳波で夢を当てるやつ",
    "猫と犬の鳴き声を聞き分けさせてモデルの耳を試す",
    "ゲームのキャラ同士に会話させる話、名前が出てこないんだけど",
    "PythonからMIDIを書き出すライブラリの論文って誰のだっけ",
    "文章のうち機械が書いた所だけを見つける課題", "時系列の異常を検出する",
    "機械に嘘をつかせてみたら、けっこう上手だったという実験",
    "データセットを公開した。規模は大きいが偏りがある。",
    "提案手法は従来より計算量が少ない。推論も速い。実機では試していない。",
)  # fmt: skip
"""Questions as people type them: of every length, with names that no dictionary has."""

SAMPLES = (*GIBBERISH, *QUESTIONS)

NEAREST = 7
"""Samples of each kind that count, the nearest ones; with 3 two of 20 more were missed."""


def is_gibberish(query: Vectors, samples: Vectors) -> bool:
    """Check whether a query is nearer to gibberish than to questions.

    query: (d,). samples: of SAMPLES, in their order, (n, d); rows of length 1.
    """
    import numpy as np

    n = len(GIBBERISH)
    cosines = samples @ np.vstack([query, samples[n:]]).T
    for i in range(len(QUESTIONS)):
        cosines[n + i, 1 + i] = -1.0  # no sample is compared with itself
    leads = _nearest(cosines[:n]) - _nearest(cosines[n:])
    # How much a question may look like gibberish differs from encoder to encoder: as much as one
    # of the sample questions does among the others.
    most = max(0.0, float(leads[1:].max()))
    return float(leads[0]) > most


def _nearest(cosines: Vectors) -> Vectors:
    """Compute the mean of the largest cosines in each column: (n, m) → (m,)."""
    import numpy as np

    mean: Vectors = np.sort(cosines, axis=0)[-NEAREST:].mean(axis=0)
    return mean
