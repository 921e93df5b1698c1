"""Test where a topic's words stand: the longest counts, once, and only in its meaning."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.config import Topic
from reader.ranking.topic import Mentions, best, fits, longer_words, mentions
from tests.samples import paper

RECOGNITION = Topic(
    "speech/recognition", "own", "recognition", ("speech recognition", "speech-to-text", "ASR")
)
TRANSLATION = Topic(
    "speech/translation",
    "own",
    "translation",
    ("speech translation", "speech-to-text translation", "simultaneous translation"),
)
TOPICS = (RECOGNITION, TRANSLATION)
LONGER = longer_words(RECOGNITION, TOPICS)


def found(title: str, abstract: str = "") -> Mentions:
    return mentions(RECOGNITION.words, title, abstract, longer=LONGER)


def test_longer_words_are_those_of_other_topics_that_contain_one_of_its_own() -> None:
    assert LONGER == ("speech-to-text translation",)
    assert longer_words(TRANSLATION, TOPICS) == ()


def test_the_longest_word_wins_between_topics() -> None:
    assert found("Speech-to-Text Translation of Ladders") == Mentions()
    assert found("Speech-to-text on ladders").title == {"speech-to-text": 1}
    one = paper(1, "Speech-to-Text Translation of Ladders", "Of speech-to-text translation.")
    assert [f.score for f in fits(one, TOPICS)] == [0.0, 4.0]
    chosen = best(fits(one, TOPICS))
    assert chosen is not None
    assert chosen.topic == "speech/translation"


def test_an_abbreviation_behind_its_word_is_the_same_mention() -> None:
    here = found("On ladders", "Automatic speech recognition (ASR) on ladders is hard.")
    assert here.abstract == {"speech recognition": 1}
    assert (here.n_sentences, here.opens) == (1, True)


@pytest.mark.parametrize(
    "abstract",
    [
        "The attack success rate (ASR) is high. ASR grows with ladders.",
        "We lower the Attack Success Rates (ASRs) of ladders.",
        "Automated stair risers (ASR, for short) climb. ASR works.",
        "We raise the transfer attack success rate (T-ASR). ASR grows with ladders.",
    ],
)
def test_an_abbreviation_for_something_else_is_no_mention(abstract: str) -> None:
    assert not found("On ladders", abstract).is_any


@pytest.mark.parametrize(
    "abstract",
    [
        "Speech recognition systems (ASR) climb.",
        "ASR climbs.",
        "We climb ladders with retrieval in ASR (R-ASR). ASR climbs.",
        "Ladders help (LLM-ASR), the climb of others does not.",
        "Automatic speech recognition (ASR) climbs; the attack success rate does not.",
    ],
)
def test_an_abbreviation_of_its_own_word_or_of_none_is_a_mention(abstract: str) -> None:
    assert found("On ladders", abstract).is_any


def test_sentences_are_counted_and_the_first_is_told() -> None:
    here = found("On ladders", "Of ladders. ASR and speech recognition climb! No 2.5 m of ASR.")
    assert here.abstract == {"ASR": 2, "speech recognition": 1}
    assert (here.n_sentences, here.opens) == (2, False)
    assert found("On ladders", "ASRは梯子を登る。音声認識は登らない。ASRも。").n_sentences == 2


def test_a_word_may_be_scattered_in_the_title_if_the_abstract_has_one() -> None:
    title = "Translations Without Sentences for Live Speech"
    here = mentions(TRANSLATION.words, title, "Simultaneous translation climbs.")
    assert here.scattered == "speech translation"
    assert mentions(TRANSLATION.words, title, "Of ladders.").scattered == ""
    whole = mentions(TRANSLATION.words, "Speech translation", "Speech translation.")
    assert whole.scattered == ""


@given(st.text(), st.text())
def test_any_text_is_searched(title: str, abstract: str) -> None:
    here = mentions(RECOGNITION.words, title, abstract, longer=LONGER)
    assert here.is_any == bool(here.title or here.abstract)
    assert bool(here.abstract) == (here.n_sentences > 0)


@given(st.lists(st.sampled_from(["ASR", "speech recognition", "ladders", ".", "(", ")"])))
def test_no_more_mentions_than_words_are_found(words: list[str]) -> None:
    text = " ".join(words)
    here = mentions(RECOGNITION.words, "", text, longer=LONGER)
    assert sum(here.abstract.values()) <= sum(word in RECOGNITION.words for word in words)


def test_a_text_full_of_mentions_takes_no_long_time() -> None:
    begun = time.process_time()
    here = mentions(RECOGNITION.words, "On ladders", "ASR. " * 50_000, longer=LONGER)
    assert here.abstract == {"ASR": 50_000}
    assert time.process_time() - begun < 5
