"""Test what `why` says of similar papers: only chosen ones count, with words that both have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reader.library.folder import Library
from reader.library.rows import decisions, papers
from reader.morning.pick import decide_rows
from reader.morning.undo import undo
from reader.morning.why import explain
from reader.notes.rows import notes
from reader.ranking.events import Event
from reader.ranking.learn import Alike, alike, events_of
from reader.ranking.model import Term
from reader.ranking.rows import labels
from reader.texts.why import verdict_text
from tests.samples import DAY, NOW, a_library, paper

OWN, OTHER = "speech/translation", "speech/recognition"
TERMS = (
    Term("title", "speech translation", 1.0),
    Term("learned", "streaming", 0.4),
    Term("learned", "chunks", 0.3),
    Term("learned", "2031", 0.3),
    Term("learned", "moss", 0.06),
    Term("learned", "as", 0.002),
    Term("learned", "rain", -0.5),
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        given = [
            paper(1, "Speech Translation of Chunks", "Streaming moss as rain in 2031."),
            paper(2, "Streaming Speech Translation", "A chunk is streamed."),
            paper(3, "Speech Translation by Chunk", "It is streaming over moss."),
            paper(4, "Speech Translation of Moss", "As streaming rain in 2031."),
            paper(5, "Speech Recognition", "Streaming chunks."),
        ]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        yield library


def found(library: Library) -> Alike | None:
    [paper] = papers.papers_at(library.db, [1])
    return alike(library, paper, OWN, TERMS)


def test_no_likeness_is_found_where_nothing_like_it_was_chosen(library: Library) -> None:
    assert found(library) is None
    decide_rows(library, "pick", [1])
    decide_rows(library, "skip", [2, 3, 4])
    decide_rows(library, "pick", [5])
    assert found(library) is None, "skips, itself, and picks of another topic"


def test_the_two_words_that_most_picks_share_are_named(library: Library) -> None:
    decide_rows(library, "pick", [2, 3, 4])
    assert found(library) == Alike(2, ("streaming", "chunks"))
    undo(library)
    assert found(library) is None


def test_words_without_weight_and_numbers_are_not_named(library: Library) -> None:
    decide_rows(library, "pick", [4])
    assert found(library) == Alike(1, ("streaming", "moss"))


def test_notes_and_lessons_count_as_chosen_and_filings_do_not(library: Library) -> None:
    decisions.add_filing(library.db, 2, OWN, at=NOW, is_by_hand=True)
    assert found(library) is None
    notes.add_note(library.db, 2, "One. Two.", is_written=True, at=NOW, on=DAY)
    assert found(library) == Alike(1, ("streaming", "chunks"))
    labels.add_lessons(library.db, "yes", OWN, [3], at=NOW, on=DAY)
    assert found(library) == Alike(2, ("streaming", "chunks"))


def test_the_topics_of_skips_are_not_looked_up(library: Library) -> None:
    decide_rows(library, "skip", [2, 4])
    decide_rows(library, "pick", [3])
    labels.add_lessons(library.db, "yes", OWN, [2], at=NOW, on=DAY)
    several = events_of(library, liked_alone=True)
    assert [(e.paper, e.kind) for e in several] == [(2, "skip"), (3, "pick"), (2, "yes")]
    assert [e for e in events_of(library) if e not in several] == [Event(4, "skip", OWN, DAY)]


def test_the_sentence_names_the_words(library: Library) -> None:
    [paper] = papers.papers_at(library.db, [1])
    said = replace(explain(library, paper), alike=Alike(4, ("streaming", "chunks")))
    assert verdict_text(said) == (
        "In: “speech translation” in the title; you picked 4 papers with “streaming” and “chunks”."
    )
    assert "1 paper with" in verdict_text(replace(said, alike=Alike(1, ("a", "b"))))
