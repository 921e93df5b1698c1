"""Test which papers are shown as similar to a paper or to a file, and the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.base.errors import ModelMissing
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.passage import Block, Document, Page
from reader.library.rows import papers
from reader.notes.rows import notes
from reader.search.encode import encode, index_words
from reader.search.find import (
    KINDS,
    LIKE_LETTERS,
    search_like,
    similar,
    telling_words,
    text_of,
)
from reader.search.terms import query_words_of
from tests.samples import (
    DAY,
    NOW,
    SmallEncoder,
    Web,
    a_library,
    document,
    new_database,
    paper,
    tools,
)

TEXTS = {
    1: ("Snails in gardens", "We listen to snails, and to rain in gardens."),
    2: ("Snails by night", "At night we listen to snails."),
    3: ("Tides", "An inland sea has tides of its own."),
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        given = [paper(n, *texts) for n, texts in TEXTS.items()]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        note = "We listen to snails at night: nobody did."
        notes.add_note(library.db, 2, note, is_written=False, at=NOW, on=DAY)
        index_words(library, tools(Web()))
        yield library


def library_paper(library: Library, row: int) -> LibraryPaper:
    return papers.papers_at(library.db, [row])[0]


def no_model(_: str) -> NDArray[np.float32]:
    raise ModelMissing(model="small", what="not here", hint="Fetch it.")


def test_the_nearest_come_notes_first_with_the_words_they_share(library: Library) -> None:
    encode(library, tools(Web()))
    found, near = similar(library, library_paper(library, 1), encoder=SmallEncoder.name)
    assert found.notice is None
    assert [(one.hit.kind, one.hit.paper.row) for one in near] == [
        ("note", 2), ("paper", 2), ("paper", 3),
    ]  # fmt: skip
    assert set(near[1].words) == {"snails", "listen"}
    assert near[2].words == ()


def test_words_of_every_day_and_numbers_are_not_said_to_be_shared(library: Library) -> None:
    asked = paper(
        4, "What 900 snails said", "They never said which of the tides they want, 潮の結果."
    )
    other = paper(5, "Nobody said so", "In 900 tides nobody said which snails want what, 潮の結果.")
    papers.add_papers(library.db, [asked, other], source="arXiv", on=DAY)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    near = similar(library, library_paper(library, 4), encoder=SmallEncoder.name)[1]
    assert {w for one in near if one.hit.paper.row == 5 for w in one.words} == {"tides", "snails"}
    text = "They said that which tides bring"
    assert telling_words(library, text) == "tide"
    assert query_words_of("what they said") == ["said"]


def test_only_the_kinds_that_are_quoted_get_the_sentence_that_says_most(library: Library) -> None:
    given = paper(4, "Slow walks", "It rains on most days of the year here. We listen to snails.")
    papers.add_papers(library.db, [given], source="arXiv", on=DAY)
    notes.add_note(library.db, 4, given.abstract, is_written=False, at=NOW, on=DAY)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    first, most = "It rains on most days of the year here.", "We listen to snails."
    asked, name = library_paper(library, 1), SmallEncoder.name
    whole = similar(library, asked, encoder=name)[1]
    notes_alone = similar(library, asked, encoder=name, quoted=("note",))[1]
    assert [one.hit.evidence for one in whole if one.hit.paper.row == 4] == [most, most]
    assert [one.hit.evidence for one in notes_alone if one.hit.paper.row == 4] == [most, first]
    assert [one.words for one in notes_alone] == [one.words for one in whole]


def test_words_are_counted_anew_when_papers_came(library: Library, tmp_path: Path) -> None:
    encode(library, tools(Web()))
    rare = similar(library, library_paper(library, 1), encoder=SmallEncoder.name)
    assert rare[1][1].words == ("listen", "snails")
    common = [paper(n, f"Listen {n}", "Nothing else.") for n in range(4, 8)]
    papers.add_papers(library.db, common, source="arXiv", on=DAY)
    index_words(library, tools(Web()))
    again = similar(library, library_paper(library, 1), encoder=SmallEncoder.name)
    assert again[1][1].words == ("snails", "listen")
    with new_database(tmp_path) as db:
        other = replace(library, db=db)
        assert similar(other, library_paper(other, 1), encoder=SmallEncoder.name) == again


def test_a_paper_without_a_vector_is_compared_by_its_rare_words_and_that_is_said(
    library: Library,
) -> None:
    found, near = similar(library, library_paper(library, 1), encoder=SmallEncoder.name)
    assert isinstance(found.notice, ModelMissing)
    assert [(one.hit.kind, one.hit.paper.row) for one in near] == [("note", 2), ("paper", 2)]
    assert all(one.hit.has_words for one in near)


def test_a_text_that_is_not_in_the_library_is_compared_by_meaning_and_by_words(
    library: Library,
) -> None:
    encode(library, tools(Web()))
    seen: list[str] = []

    def encode_query(text: str) -> NDArray[np.float32]:
        seen.append(text)
        return SmallEncoder().encode_query(text)

    text = "Tides of an inland sea. " * 200
    found = search_like(
        library, text, encode_query=encode_query, encoder="small@1", kinds=KINDS, limit=3
    )
    assert seen == [text[:LIKE_LETTERS]]
    assert [(h.kind, h.paper.row) for h in found.hits if h.has_words] == [("paper", 3)]


def test_without_the_model_a_text_that_is_not_in_the_library_is_compared_by_words(
    library: Library,
) -> None:
    found = search_like(
        library, "tides", encode_query=no_model, encoder="", kinds=["paper"], limit=3
    )
    assert [hit.paper.row for hit in found.hits] == [3]
    assert isinstance(found.notice, ModelMissing)


def test_a_pdf_is_about_its_title_and_abstract_else_its_first_pages() -> None:
    pages = (Page(1, (Block("1 Words", "heading"), Block("Of rain."))),)
    assert text_of(Document(pages, title="Rain", abstract="It rains.")) == "Rain\nIt rains."
    assert text_of(Document(pages, title="Rain")) == "Rain\nOf rain."
    assert text_of(document()) == ""


def test_telling_words_are_those_that_few_papers_have_but_some_do(library: Library) -> None:
    assert telling_words(library, "gardens of snails and of xylophones") == "garden snail"
