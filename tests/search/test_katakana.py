"""Test that katakana words find the English words that they sound like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.rows import papers
from reader.search.encode import index_words
from reader.search.find import search
from reader.search.fusion import other_names
from reader.search.katakana import alike, beginnings, loan_words
from reader.search.rows import index
from reader.search.shared import Indexes
from tests.samples import DAY, SmallEncoder, Web, a_library, paper, tools

WORDS = {
    "whisper": 90, "wisp": 3, "conformer": 40, "conform": 30, "confirm": 200, "transformer": 900,
    "transform": 300, "spectrum": 60, "speech": 999, "seamless": 12, "hallucination": 50,
    "throughput": 20, "script": 80, "routing": 30, "rating": 40, "qwen": 70, "librispeech": 9,
    "chunk": 40, "tank": 9, "tuning": 80, "train": 90, "chain": 20, "question": 30, "czech": 8,
    "ticket": 4, "chicken": 2,
}  # fmt: skip


def english_for(word: str) -> list[str]:
    begins = beginnings(word)
    return alike(word, {w: n for w, n in WORDS.items() if w[:2] in begins})


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("ウィスパー", "whisper"),
        ("コンフォーマー", "conformer"),
        ("コンフォーム", "conform"),
        ("トランスフォーマ", "transformer"),
        ("スペクトラム", "spectrum"),
        ("シームレス", "seamless"),
        ("ハルシネーション", "hallucination"),
        ("スループット", "throughput"),
        ("ルーティング", "routing"),
        ("クウェン", "qwen"),
        ("リブリスピーチ", "librispeech"),
        ("チャンク", "chunk"),
        ("タンク", "tank"),
        ("チューニング", "tuning"),
        ("クエスチョン", "question"),
        ("チケット", "ticket"),
    ],
)
def test_a_loan_word_is_the_english_word_that_sounds_most_like_it(word: str, first: str) -> None:
    assert english_for(word)[0] == first


@pytest.mark.parametrize("word", ["アベシヒデブッ", "テケリリグロロム", "ムニャムニャ", "トマト"])
def test_a_word_that_sounds_like_none_finds_none(word: str) -> None:
    assert english_for(word) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ウィスパーの幻覚", ["ウィスパー"]),
        ("ｳｨｽﾊﾟｰ と コンフォーマー", ["ウィスパー", "コンフォーマー"]),
        ("ラマ", []),  # two consonants are too much like others
        ("whisper 音声 ひらがな", []),
        ("", []),
    ],
)
def test_katakana_words_of_three_consonants_are_loan_words(text: str, words: list[str]) -> None:
    assert list(loan_words(text)) == words


@pytest.mark.parametrize("other", [30 * "r" + "q", 14 * "rh" + "q", 15 * "lr", "r" * 5000])
def test_a_word_of_few_letters_is_compared_without_trying_all_ways(other: str) -> None:
    # Each of 14 consonants could be any of 30 letters: 145 million ways, or hours.
    assert alike("ル" * 14, {other: 1}) == []


@given(st.text(alphabet="アイウエオキスンッーヴャィフトラ・a ", max_size=60))
def test_any_katakana_can_be_asked(text: str) -> None:
    for word in loan_words(text):
        assert set(english_for(word)) <= WORDS.keys()


WHISPERS = paper(1, "Whisper in the garden", "A whisper is heard.")
NOTED = paper(2, "Rivers", "カンバセーションと川。")
TALKS = paper(3, "Conversation with rivers", "We talk.")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ウィスパー", ["whisper"]),
        ("ウィスパーで歩く", ["whisper"]),
        ("ウィスパーとウィスパー", ["whisper"]),
        ("アベシヒデブ テケリリグロ ムニャムニャ ウィスパー", []),  # the fourth unknown word
        ("カンバセーション", []),  # a text has it as it is typed
        ("アベシヒデブッ", []),
    ],
)
def test_a_katakana_word_that_no_text_has_is_searched_in_english_too(
    tmp_path: Path, query: str, names: Sequence[str]
) -> None:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [WHISPERS, NOTED, TALKS], source="arXiv", on=DAY)
        index_words(library, tools(Web()))
        assert other_names(Indexes(library), query) == names
        assert index.words_beginning(library.db, ["wh"]) == {"whisper": 1}
        small = SmallEncoder()
        found = search(
            library, query, encode_query=small.encode_query, encoder=small.name, kinds=["paper"]
        )
        assert list(found.names) == names
        if names:
            assert (found.hits[0].paper.row, found.hits[0].has_words) == (1, True)
