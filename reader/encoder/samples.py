"""Keep the texts that two ways of encoding are held against each other on.

All invented. Nothing but constants.
"""

from __future__ import annotations

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
