"""Test what the terms of a query are also called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.folder import Library
from reader.library.rows import papers
from reader.search.encode import encode, index_words
from reader.search.find import search
from reader.search.fusion import acronyms_in, other_names
from reader.search.shared import Indexes
from reader.texts.search import names_text
from tests.data import ROOT
from tests.samples import DAY, SmallEncoder, Web, a_library, paper, tools

SINGING = "We study singing voice synthesis (SVS) of duets."
TEXTS = (
    ("Duets by machine", SINGING),
    ("Two singers", "A model for SVS (singing voice synthesis) keeps both in tune."),
    ("Voices of choirs", "Singing voice synthesis without notes."),
    ("Listening gardens", "Self-supervised learning (SSL) helps speech recognition of snails."),
    ("Music of rivers", "Multi-scale Sound Counter (MuSiC) counts what rivers play."),
    ("Music of lakes", "Music has no counter here."),
    ("More music", "Music again."),
    ("Even more music", "Music once more."),
    ("Music to the end", "Music and no end."),
    ("Cutting words", "The alignment of pieces by a tokenizer."),
    ("庭の研究", "アライメントと学習を調べる。雑音除去もする。"),
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Open a library of invented papers."""
    with a_library(tmp_path) as library:
        several = [paper(n, *texts) for n, texts in enumerate(TEXTS, 1)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        index_words(library, tools(Web()))
        encode(library, tools(Web()))
        yield library


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SINGING, [("SVS", "singing voice synthesis")]),
        ("Self-supervised learning (SSL).", [("SSL", "self-supervised learning")]),
        ("of Large Language Models (LLMs), and", [("LLM", "large language models")]),
        ("a text-to-speech (TTS) voice", [("TTS", "text-to-speech")]),
        ("of rooms (see Figure 2)", []),
        ("a test (IT)", []),
        ("(SVS) stands first", []),
        ("only small letters (abc)", []),
        ("İstanbul speech corpus (ISC)", []),  # a letter that becomes two in small
    ],
)
def test_acronyms_are_found_with_their_long_forms(
    text: str, found: Sequence[tuple[str, str]]
) -> None:
    assert list(acronyms_in(text)) == found


@given(st.text(alphabet="ab -()ABİ", max_size=60))
def test_no_text_breaks_the_search_for_acronyms(text: str) -> None:
    for short, long in acronyms_in(text):
        assert f"({short}" in text
        assert len(long.split()) <= 2 * len(short)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("duet SVS", ["singing voice synthesis"]),
        ("svs of duets", ["singing voice synthesis"]),
        ("duet singing voice synthesis", ["SVS"]),
        ("music", []),  # one paper of five calls its model so
        ("音声認識とカタツムリ", ["speech recognition"]),  # ASR stands in no text
        ("トークナイザーの話", ["tokenizer"]),
        ("アラインメント", ["alignment", "アライメント"]),
        ("學習", ["学習"]),
        ("トーク", []),  # not within トークナイザ
        ("noise reduction in gardens", ["雑音除去"]),
        ("learning of alignment", ["アライメント"]),
        ("gardens", []),
        ("", []),
    ],
)
def test_terms_have_other_names_that_texts_have(
    library: Library, query: str, names: Sequence[str]
) -> None:
    assert other_names(Indexes(library), query) == names


def papers_for(library: Library, query: str) -> tuple[list[int], list[str]]:
    small = SmallEncoder()
    found = search(
        library, query, encode_query=small.encode_query, encoder=small.name, kinds=["paper"]
    )
    assert found.messages == ()
    return [hit.paper.row for hit in found.hits], [names_text(found)]


def test_an_acronym_finds_what_its_long_form_finds_and_says_so(library: Library) -> None:
    short, said = papers_for(library, "SVS")
    long, said_of_long = papers_for(library, "singing voice synthesis")
    assert {1, 2, 3} == set(short[:3]) == set(long[:3])
    assert said == ["Also searched for: singing voice synthesis."]
    assert said_of_long == ["Also searched for: SVS."]


def test_a_japanese_query_finds_english_papers_by_words(library: Library) -> None:
    rows, said = papers_for(library, "音声認識")
    assert rows[0] == 4
    assert said == ["Also searched for: speech recognition."]


def test_nothing_is_said_where_nothing_else_was_searched(library: Library) -> None:
    assert papers_for(library, "rivers")[1] == [""]


def test_each_line_of_the_table_is_a_term_with_its_english_names() -> None:
    text = (ROOT / "reader" / "search" / "terms.txt").read_text("utf-8")
    head, *lines = text.splitlines()
    assert head.startswith("# ")
    rows = [line.split("\t") for line in lines]
    assert {len(row) for row in rows} == {2}
    terms = [term for term, _ in rows]
    assert terms == sorted(set(terms))
    assert all(1 <= len(names.split(", ")) <= 4 and names.isascii() for _, names in rows)
    # Places found in small letters are read in the text itself.
    assert len(text) == len(text.lower())
