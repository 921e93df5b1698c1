"""Test that a question with rare words scores few texts, and ranks them as if it scored all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.base.words import MAX_TERMS
from reader.library.folder import Library
from reader.library.rows import papers
from reader.search.encode import index_words
from reader.search.indexes import WordQuery, parted, ranked
from reader.search.rows import index
from tests.samples import DAY, Web, a_library, paper, tools

N, EVERY = 60, 3


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Open a library of 60 papers on models, a third of them on bees, each of another length."""
    with a_library(tmp_path) as library:
        given = [
            paper(n, f"Models {n}", "language model " * (n % 7) + "of bees " * (n % EVERY == 0))
            for n in range(1, N + 1)
        ]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        index_words(library, tools(Web()))
        yield library


def few_are_many(library: Library, query: str, *left_out: str) -> WordQuery:
    return parted(library.db, query, left_out=left_out, many=30)


def test_words_that_many_texts_have_are_parted_from_the_others(library: Library) -> None:
    found = few_are_many(library, "bee model", '"wasp"')
    assert found.rare == '"bee"', "no text has beemodel"
    assert found.common == '"model"'
    assert found.match(found.rare) == '("bee") NOT ("wasp")'


def test_of_common_words_alone_the_newest_texts_are_ranked(library: Library) -> None:
    found = few_are_many(library, "language model")
    assert (found.rare, found.common, found.is_common) == ("", "", True)
    every = index.find_words(library.db, "paper", found.every, limit=N)
    newest = {row for row, _ in ranked(library.db, "paper", found, limit=N, looked_at=20)}
    assert len(every) == N
    assert newest == set(range(41, 61))
    assert ranked(library.db, "paper", found, limit=N, looked_at=N + 1) == every


def test_a_single_word_that_many_texts_have_is_common_too(library: Library) -> None:
    assert few_are_many(library, "model").is_common
    assert not few_are_many(library, "bee").is_common


@pytest.mark.parametrize("query", ["bee", "bee wasp", "model", "", "!?"])
def test_where_no_word_is_common_or_there_is_but_one_nothing_is_parted(
    library: Library, query: str
) -> None:
    assert few_are_many(library, query).rare == ""


@pytest.mark.parametrize("query", ["bee model", "language bee model", "model 30 bee"])
def test_the_order_is_that_of_all_texts(library: Library, query: str) -> None:
    words = few_are_many(library, query)
    assert words.rare
    every = index.find_words(library.db, "paper", words.every, limit=10)
    assert ranked(library.db, "paper", words, limit=10) == every


def test_where_too_few_have_a_rare_word_all_are_ranked(library: Library) -> None:
    words = few_are_many(library, "bee model")
    assert len(ranked(library.db, "paper", words, limit=40)) == 40


def test_a_kind_without_texts_is_not_looked_through(library: Library) -> None:
    assert ranked(library.db, "highlight", WordQuery('"bee"'), limit=9) == []


def test_words_that_no_text_has_take_no_place(library: Library) -> None:
    absent = " ".join(f"nobodysword{n}" for n in range(60))
    assert parted(library.db, f"{absent} bee").every == '"bee"'


def test_the_names_of_a_long_query_keep_a_place_beside_its_words(library: Library) -> None:
    signs = "翻訳音声認識対話合成強調分離検出生成評価学習推論言語雑音残響話者感情韻律"
    given = paper(99, " ".join(one + other for one in signs for other in signs[:2]))
    papers.add_papers(library.db, [given], source="arXiv", on=DAY)
    index_words(library, tools(Web()))
    long = " ".join(given.title.split()[:60])
    asked = parted(library.db, long, ["bees"]).every.split(" OR ")
    assert len(asked) == MAX_TERMS
    assert '"bee"' in asked


def test_an_idea_in_somebodys_own_words_is_found_in_other_forms(library: Library) -> None:
    told = paper(99, "On Memorization", "A translator that recalls its lessons.")
    papers.add_papers(library.db, [told], source="arXiv", on=DAY)
    index_words(library, tools(Web()))
    few, several = (
        parted(library.db, query, many=30)
        for query in ("translation memorises", "translation memorises odd languages")
    )
    assert ranked(library.db, "paper", few, limit=5) == []
    (first, _), *others = ranked(library.db, "paper", several, limit=N)
    assert index.texts_at(library.db, [first])[first].text.startswith(told.title)
    assert several.counts['"memor"*'] == 1
    japanese = parted(library.db, "翻訳 translation memorises odd languages", many=30)
    assert not any(term.endswith("*") for term in japanese.counts)
    assert others
