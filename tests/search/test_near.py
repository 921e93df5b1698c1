"""Test that what neither has the words nor is near by meaning stands behind all other hits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.library.folder import Library
from reader.library.rows import papers
from reader.notes.rows import notes
from reader.search.encode import SAMPLES, encode, index_words
from reader.search.encoder.model import japanese_share
from reader.search.find import SearchResult, search
from reader.search.near import are_near
from reader.search.rows import index
from reader.texts.search import head_of, is_by_meaning
from tests.samples import DAY, NOW, Web, a_library, paper, tools

Vector = NDArray[np.float32]

SNAILS, SAMPLE, TIDES = 0.0, 0.6, 1.5
"""Where texts on snails, sample questions and all else point to, in radians."""


def at(angle: float) -> Vector:
    return np.array([np.cos(angle), np.sin(angle)], np.float32)


class ByField:
    """Put texts on snails on one side, all others on the other one, samples between them."""

    name = "by-field@1"

    def encode_passages(self, texts: Sequence[str]) -> Vector:
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> Vector:
        is_on_snails = "snail" in text.casefold() or "slow" in text
        return at(SAMPLE if text in SAMPLES else SNAILS if is_on_snails else TIDES)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        given = [
            paper(1, "Snails in gardens"), paper(2, "Tides"), paper(3, "Animals that are slow"),
        ]  # fmt: skip
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        for row, text in ((2, "The sea comes back."), (3, "They are slow, but they arrive.")):
            notes.add_note(library.db, row, text, is_written=False, at=NOW, on=DAY)
        index_words(library, tools(Web()))
        encoder = replace(tools(Web()), encoder=ByField, encoder_name=ByField.name)
        assert encode(library, encoder) == []
        yield library


def ask(library: Library, query: str) -> SearchResult:
    return search(library, query, encode_query=ByField().encode_query, encoder=ByField.name)


def places(found: SearchResult) -> list[tuple[str, int, bool]]:
    return [(hit.kind, hit.paper.row, hit.is_far) for hit in found.hits]


def test_a_note_on_something_else_stands_behind_papers_with_the_words(library: Library) -> None:
    found = ask(library, "snails")
    assert places(found) == [
        ("note", 3, False), ("paper", 1, False), ("paper", 3, False),
        ("note", 2, True), ("paper", 2, True),
    ]  # fmt: skip
    assert [is_by_meaning(found, hit) for hit in found.hits] == [True, False, True, False, False]


def test_a_note_on_something_else_stands_in_front_where_its_paper_is_a_first_one(
    library: Library,
) -> None:
    text = "Much like my aunt."
    notes.add_note(library.db, 1, text, is_written=False, at=NOW, on=DAY)
    index_words(library, tools(Web()))
    encode(library, replace(tools(Web()), encoder=ByField, encoder_name=ByField.name))
    found = ask(library, "snails")
    assert ("note", 1, False) in places(found)[:2]
    assert ("note", 2, True) in places(found)
    [mine] = [hit for hit in found.hits if (hit.kind, hit.paper.row) == ("note", 1)]
    assert not is_by_meaning(found, mine)


def test_where_nothing_is_near_the_heading_says_it(library: Library) -> None:
    lonely = ask(library, "xylophones")  # on the side of the tides
    assert head_of(lonely, "") == "Nothing has these words. Nearest by meaning:"
    away = replace(lonely, hits=tuple(replace(hit, is_far=True) for hit in lonely.hits))
    said = "Nothing has these words, and nothing is near by meaning. Farther off:"
    assert head_of(away, "") == said


def test_without_the_samples_nothing_is_far(library: Library) -> None:
    with library.db.writing():
        library.db.execute("DELETE FROM idx.vectors WHERE hash = ?", (index.hash_of(SAMPLES[0]),))
    assert {is_far for *_, is_far in places(ask(library, "snails"))} == {False}


def test_only_sample_questions_in_the_script_of_the_query_count() -> None:
    """Texts lie nearer to questions of their own language, whatever these are about."""
    samples = np.stack([at(0.0 if japanese_share(text) >= 0.5 else 0.1) for text in SAMPLES])
    texts = np.stack([at(0.0), at(0.2)])
    assert are_near("snails", at(0.05), texts, samples).tolist() == [True, False]
    assert are_near("snails", at(0.25), texts, samples).tolist() == [False, True]
