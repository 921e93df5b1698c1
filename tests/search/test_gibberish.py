"""Test that letters typed at random find nothing, and questions what they found before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.library.folder import Library
from reader.library.rows import papers
from reader.search.encode import GIBBERISH, QUESTIONS, SAMPLES, encode, index_words, is_gibberish
from reader.search.find import SearchResult, search
from reader.search.rows import index
from tests.samples import DAY, Web, a_library, paper, tools

MASHED = "qwxz blorf zzkt"
WITH_A_WORD, WITH_HALF = "qwxz blorf zzktz speech", "blorf speech"
WITH_A_TERM = "ぬぺぽぎゃの音声認識"


class TwoSided:
    """Put gibberish on one side and all other texts on the other, each text at its own angle."""

    name = "two-sided@1"

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        is_odd = text in (*GIBBERISH, MASHED, WITH_A_WORD, WITH_HALF, WITH_A_TERM)
        return at(np.pi / 2 if is_odd else 0.0, turned=len(text) % 10 / 100)


def at(angle: float, *, turned: float = 0.0) -> NDArray[np.float32]:
    return np.array([np.cos(angle + turned), np.sin(angle + turned)], np.float32)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        given = [paper(1, "Speech in gardens"), paper(2, "Tides", "Of a zzkta.")]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        index_words(library, tools(Web()))
        yield library


def encode_all(library: Library) -> None:
    assert (
        encode(library, replace(tools(Web()), encoder=TwoSided, encoder_name="two-sided@1")) == []
    )


def ask(library: Library, query: str) -> SearchResult:
    return search(library, query, encode_query=TwoSided().encode_query, encoder="two-sided@1")


def sentences(found: SearchResult) -> list[str]:
    return [str(sentence) for sentence in found.messages]


def test_gibberish_finds_nothing_and_is_told_what_to_do(library: Library) -> None:
    encode_all(library)
    found = ask(library, MASHED)
    assert found.hits == ()
    assert sentences(found) == [
        "No text has most of these words, and by meaning they cannot be told from letters typed "
        "at random, so nothing is shown. Try other words."
    ]


def test_in_quotes_it_is_looked_for_and_nothing_else_is(library: Library) -> None:
    encode_all(library)
    found = ask(library, f'"{MASHED}"')
    assert (found.hits, sentences(found)) == ((), [])
    papers.add_papers(library.db, [paper(3, f"On {MASHED}")], source="arXiv", on=DAY)
    index_words(library, tools(Web()))
    assert [hit.paper.row for hit in ask(library, f'"{MASHED}"').hits] == [3]


def test_a_question_without_known_words_still_finds_what_is_near(library: Library) -> None:
    encode_all(library)
    found = ask(library, "whispering")
    assert (len(found.hits), found.has_words) == (2, False)


def test_without_the_samples_nothing_is_taken_for_gibberish(library: Library) -> None:
    encode_all(library)
    with library.db.writing():
        library.db.execute("DELETE FROM idx.vectors WHERE hash = ?", (index.hash_of(SAMPLES[0]),))
    assert len(ask(library, MASHED).hits) == 2


def test_what_a_text_has_half_of_is_never_taken_for_gibberish(library: Library) -> None:
    encode_all(library)
    found = ask(library, WITH_HALF)
    assert found.has_words
    assert found.hits[0].paper.row == 1


def test_gibberish_with_one_word_that_a_text_has_finds_nothing(library: Library) -> None:
    encode_all(library)
    assert ask(library, WITH_A_WORD).hits == ()


def test_a_japanese_term_whose_english_a_text_has_is_no_gibberish(library: Library) -> None:
    encode_all(library)
    assert ask(library, WITH_A_TERM).hits == ()
    one = paper(3, "Speech recognition in gardens")
    papers.add_papers(library.db, [one], source="arXiv", on=DAY)
    index_words(library, tools(Web()))
    assert [hit.paper.row for hit in ask(library, WITH_A_TERM).hits if hit.has_words] == [3]


@pytest.mark.parametrize("query", ["90210 4455 1", "?! ...", "、、。"])
def test_numbers_and_punctuation_alone_find_nothing_by_meaning(
    library: Library, query: str
) -> None:
    encode_all(library)
    assert ask(library, query).hits == ()
    one = paper(3, f"Of {query}")
    papers.add_papers(library.db, [one], source="arXiv", on=DAY)
    index_words(library, tools(Web()))
    found = [hit.paper.row for hit in ask(library, query).hits if hit.has_words]
    assert found == [3] * any(map(str.isdigit, query))
    assert ask(library, "♪").hits != ()


def test_a_sample_question_raises_what_counts_as_gibberish() -> None:
    questions = [at(0.0)] * (len(QUESTIONS) - 1) + [at(0.9)]
    samples = np.stack([at(np.pi / 2)] * len(GIBBERISH) + questions)
    assert [is_gibberish(at(angle), samples) for angle in (0.8, 1.0, 1.5)] == [False, True, True]
