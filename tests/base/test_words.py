"""Test how texts and queries are split into words."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.base.words import (
    beginning,
    folded,
    grams,
    phrase_term,
    query_terms,
    query_words,
    searchable,
    word_places,
)
from tests.base.test_plain import NASTY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("音声翻訳wav2vec改良", "音声 声翻 翻訳 訳 wav2vec 改良 良"),
        ("end-to-end", "end to end"),
        ("ＡＳＲ と ｶﾅ", "asr と カナ ナ"),
        ("人々のデータ", "人々 々の のデ デー ータ タ"),
        ("한국어 음성", "한국 국어 어 음성 성"),
        ("snake_case, naïve Straße!", "snake case naïve strasse"),
        ("\ud800 \x00 🙂", ""),
    ],
)
def test_text_is_prepared_for_full_text(text: str, expected: str) -> None:
    assert grams(text) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("機械学習", '"機械 械学 学習" OR "機械" OR "械学" OR "学習"'),
        ("音", '"音"*'),
        ("end-to-end", '"end" OR "endto" OR "toend" OR "endtoend"'),
        ("speech models", '"speech" OR "model" OR "speechmodel"'),
        ("wav2vec改良", '"wav2vec" OR "改良"'),
        ("サーバーの音", '"サバ バの の音" OR "サバ"'),
        ("弱い音", '"弱い い音" OR "弱い"'),
        ("サーバ負荷", '"サバ バ負 負荷" OR "サバ" OR "負荷"'),
        ("to be of it", '"to" OR "be" OR "of" OR "it"'),
        (
            "音声翻訳の遅延",
            '"音声 声翻 翻訳 訳の の遅 遅延" OR "音声 声翻 翻訳" OR "遅延" OR "音声" OR "声翻"'
            ' OR "翻訳" OR "訳の"',
        ),
        (
            'title:"x" AND NOT (y*)',
            '"title" OR "x" OR "not" OR "y" OR "titlex" OR "xand" OR "andnot" OR "noty"'
            ' OR "titlexand" OR "xandnot" OR "andnoty"',
        ),
        ('"" () * ^ -', ""),
        ("ささやき声", '"ささ さや やき き声" OR "ささ さや やき"'),
        # Without the particle, and not where the hiragana is an ending.
        ("ことばの壁", '"こと とば ばの の壁" OR "こと とば"'),
        ("強いことば", '"強い いこ こと とば" OR "強い"'),
        ("", ""),
    ],
)
def test_a_query_becomes_quoted_words(query: str, expected: str) -> None:
    assert query_terms(query) == expected


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:")
    db.execute(
        "create virtual table t using fts5(body, tokenize='unicode61 remove_diacritics 2')",
    )
    texts = [
        "機械学習で音声認識",
        "学習する機械",
        "End-to-end speech naïve",
        "検索の検討",
        "雑音に強い",
    ]
    db.executemany("insert into t (body) values (?)", [(searchable(text),) for text in texts])
    yield db
    db.close()


def found(index: sqlite3.Connection, query: str) -> list[int]:
    terms = query_terms(query)
    if not terms:
        return []
    rows = index.execute("select rowid from t where t match ? order by bm25(t), rowid", (terms,))
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("機械学習", [1, 2]),
        ("学習", [1, 2]),
        ("検索", [4]),
        ("音", [1, 5]),
        ("機", [1, 2]),
        ("習", [1, 2]),
        ("NAIVE", [3]),
        ("雑音に強い検索", [5, 4]),
        ("ない", []),
    ],
)
def test_every_run_of_japanese_is_found_as_typed(
    index: sqlite3.Connection, query: str, rows: list[int]
) -> None:
    assert sorted(found(index, query)) == sorted(rows)


@settings(max_examples=600, deadline=None)
@given(st.one_of(NASTY, st.text()))
def test_no_query_makes_full_text_raise(index: sqlite3.Connection, query: str) -> None:
    found(index, query)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="音声翻訳ー々のカナ", min_size=1, max_size=6), st.text(alphabet="音の a"))
def test_a_run_is_found_in_every_text_that_has_it(run: str, around: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table t using fts5(body, tokenize='unicode61 remove_diacritics 2')")
    db.execute("insert into t (body) values (?)", (searchable(around + run + around),))
    assert found(db, run) == [1]
    db.close()


@pytest.mark.parametrize(
    "query",
    [
        "a " * 50_000,
        "音" * 100_000,
        "AND OR NOT NEAR",
        '"' * 1000,
        "x\x00y",
        "\ud83d",
        "\u0e31\u3099 \u0903",
    ],
)
def test_odd_and_endless_queries_are_harmless(index: sqlite3.Connection, query: str) -> None:
    begin = time.process_time()
    found(index, query)
    assert len(query_terms(query).split(" OR ")) <= 32
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("サーバーの負荷", "サーバ"),
        ("サーバの負荷", "サーバー"),
        ("負荷の高いサーバ", "サーバ負荷"),
        ("言い淀みには弱そうだ", "淀みに弱い"),
        ("原稿を徐々に外す", "原稿外し"),
        ("音声を逐次に", "ストリーミング音声"),
        ("コンピューター科学", "コンピュータ"),
        ("コンピュータ", "コンピューター"),
        ("ｻｰﾊﾞｰ", "サーバ"),
        ("end-to-end models", "endtoend"),
        ("end-to-end models", "end to end"),
        ("endtoend", "end-to-end"),
        ("an end-toend system", "endtoend"),
        ("We train models", "model"),
        ("One model", "MODELS"),
        ("two classes", "class"),
        ("a cache", "caches"),
        ("theories", "theory"),
        ("ＷＡＶ２ＶＥＣ", "wav2vec"),
        ("GPT-4 speaks", "gpt4"),
        ("gpt4 speaks", "GPT 4"),
        ("naïve Bayes", "naive"),
        ("multi\u2011lingual S2ST", "multilingual"),
        ("direct S2ST", "s2st"),
        ("wav2vec改良", "改"),
    ],
)
def test_variant_spellings_find_each_other(text: str, query: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table t using fts5(body, tokenize='unicode61 remove_diacritics 2')")
    db.execute("insert into t (body) values (?)", (searchable(text),))
    assert found(db, query) == [1]
    db.close()


@pytest.mark.parametrize(("word", "other"), [("news", "new"), ("loss", "los"), ("gas", "ga")])
def test_words_that_only_look_like_plurals_stay_apart(word: str, other: str) -> None:
    assert folded(word) != folded(other)


@pytest.mark.parametrize(
    ("phrase", "term"),
    [
        ("end-to-end models", '"end to end model"'),
        ("音声翻訳", '"音声 声翻 翻訳"'),
        ("翻訳model", '"翻訳 訳 model"'),
        ("音", '"音"*'),
        ("a 音", '"a 音"*'),
        ('*" OR (', '"or"'),
        ("・", ""),
    ],
)
def test_a_phrase_term_needs_adjacent_words(phrase: str, term: str) -> None:
    assert phrase_term(phrase) == term


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ('"memorise"', '"memor"*'),
        ('"memorization"', '"memor"*'),
        ('"robot"', '"robot"*'),
        ('"user"', '"user"*'),  # "us" would begin too many words
        ('"llm"', ""),
        ('"gpt4"', ""),
        ('"two words"', ""),
        ('"音声"', ""),
    ],
)
def test_forms_of_an_english_word_share_a_beginning(term: str, expected: str) -> None:
    assert beginning(term) == expected


@settings(max_examples=300, deadline=None)
@given(st.one_of(NASTY, st.text()), st.text(max_size=5))
@example("ﾊﾞｰ", "")
def test_a_part_of_a_text_is_a_phrase_that_it_has(text: str, around: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("create virtual table t using fts5(body, tokenize='unicode61 remove_diacritics 2')")
    db.execute("insert into t (body) values (?)", (searchable(f"{around} {text} {around}"),))
    if term := phrase_term(text):
        assert db.execute("select rowid from t where t match ?", (term,)).fetchall() == [(1,)]
    db.close()


def test_word_places_refer_to_the_original_text() -> None:
    text = "Naïve ﬁts. ｻｰﾊﾞｰの音"
    places = [(p.word, text[p.starts[0] : p.end]) for p in word_places(text)]
    assert places == [("naive", "Naïve"), ("fit", "ﬁts"), ("サバの音", "ｻｰﾊﾞｰの音")]


@settings(max_examples=300, deadline=None)
@given(st.one_of(NASTY, st.text()))
def test_places_lie_within_the_text_in_order(text: str) -> None:
    places = list(word_places(text))
    starts = [at for p in places for at in p.starts]
    assert starts == sorted(starts)
    assert all(0 <= p.starts[-1] < p.end <= len(text) for p in places)


def test_stop_words_count_only_without_others() -> None:
    assert query_words("the Models of the sea") == ["model", "sea"]
    assert query_words("to be") == ["to", "be"]


@pytest.mark.parametrize("unit", ["a-", "-", "e\u0301\u0316", "音", "カー", "ﾞ", "a-b "])
def test_time_grows_with_length_only(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    for function in (grams, searchable, query_terms, phrase_term, lambda t: list(word_places(t))):
        begin = time.process_time()
        function(text)
        assert time.process_time() - begin < 3, function
