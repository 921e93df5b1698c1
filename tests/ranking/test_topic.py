"""Test the first ranking: which words are found, and what they weigh."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import ConfigError
from reader.library.config import Topic
from reader.library.feeds_file import parse
from reader.ranking.topic import Fit, best, fit, fold
from tests.samples import paper

TOPIC = Topic("speech/translation", "own", "speech", ("speech translation", "ASR", "同時通訳"))


def test_a_word_counts_once_in_the_title_and_once_in_the_abstract() -> None:
    found = fit(
        paper(1, "Speech Translation, speech translation", "Of ASR. ASR and speech translation."),
        TOPIC,
    )
    assert found == Fit(
        topic="speech/translation",
        score=3.0 + 2 * 1.0,
        title_words=("speech translation",),
        abstract_words=("ASR", "speech translation"),  # as the text has them
    )
    assert found.is_member


def test_a_paper_with_none_of_the_words_is_no_member() -> None:
    found = fit(paper(1), TOPIC)
    assert found == Fit("speech/translation", 0.0, (), ())
    assert not found.is_member


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("SPEECH TRANSLATION", ("speech translation",)),
        ("Speech-translation", ("speech translation",)),
        ("speech\n  translation", ("speech translation",)),
        ("speech‐translation", ("speech translation",)),  # a typographer's hyphen
        ("Speech translations", ("speech translation",)),
        ("ｓｐｅｅｃｈ ｔｒａｎｓｌａｔｉｏｎ", ("speech translation",)),
        ("ASRの改良", ("ASR",)),
        ("日本語ASR", ("ASR",)),
        ("ASRs", ("ASR",)),
        ("講義の同時通訳について", ("同時通訳",)),
        ("(ASR)", ("ASR",)),
        ("ASR2", ()),
        ("quasar", ()),
        ("speech translator", ()),
        ("bespeech translation", ()),
        ("同時 通訳", ()),
        ("", ()),
    ],
)
def test_case_width_hyphens_and_plurals_do_not_count_but_borders_of_words_do(
    title: str, words: tuple[str, ...]
) -> None:
    given_title = paper(1, title or " ")
    assert fit(given_title, TOPIC).title_words == words


@pytest.mark.parametrize(
    ("word", "text"), [("C++", "In C++ we trust"), ("S2ST", "S2ST."), ("f-test", "an F test")]
)
def test_a_word_may_hold_signs(word: str, text: str) -> None:
    assert fit(paper(1, text), Topic("a", "own", "a", (word,))).title_words == (word,)


def test_the_best_fit_has_the_highest_score_and_is_the_first_of_equals() -> None:
    low, high, also = (Fit(t, s, (), ()) for t, s in (("a", 1), ("b", 2), ("c", 2)))
    none = Fit("d", 0.0, (), ())
    assert best([low, high, also]) == high
    assert best([none]) is None
    assert best([]) is None


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["M", "Cs"])))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=8), st.text(max_size=40))
def test_every_word_that_feeds_toml_takes_is_found_in_itself_and_not_in_nothing(
    word: str, around: str
) -> None:
    quoted = "".join(f"\\U{ord(c):08X}" for c in word)
    try:
        topic = parse(f'[topics.a]\nwords = ["{quoted}"]\n').topics[0]
    except ConfigError:
        return
    assert fit(paper(1, f"... {word} ..."), topic).is_member
    assert not fit(paper(1, "... -- ..."), topic).is_member
    assert fit(paper(1, around or " ", word), topic).score >= 0
