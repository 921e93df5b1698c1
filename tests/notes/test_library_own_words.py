"""Test the texts that a note is compared with, and the encoder that is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.library.folder import Library, find_paper
from reader.library.highlight import Highlight
from reader.library.rows import highlights, papers
from reader.notes.stretches import SourceText
from reader.notes.write import ByMeaning, check_note, sources_of
from reader.search.rows import index
from reader.search.rows.index import PassageText
from tests.samples import DAY, NOW, a_library, paper

ABSTRACT = "We asked forty gardeners which of their birds had learned to imitate the telephone."
MARKED = Highlight(2, 1, "highlight", "the blackbird learned it first of all", "why?")
BARE = Highlight(3, 1, "note", "", "typed words are the person's own")
GONE = Highlight(4, 1, "highlight", "a mark that was taken away again")
PASSAGE = "Starlings took a whole winter, and the wrens in the hedge never learned it at all."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(
            library.db,
            [paper(1, "On Birds", ABSTRACT), paper(2, "On Moss")],
            source="arXiv",
            on=DAY,
        )
        for one in (MARKED, BARE):
            highlights.add_highlight(library.db, 1, one, mark=None, at=NOW)
        gone = highlights.add_highlight(library.db, 1, GONE, mark=None, at=NOW)
        highlights.set_seen(library.db, "folder/birds.pdf", [gone], at=NOW)
        highlights.set_seen(library.db, "folder/birds.pdf", [], at=NOW)
        index.add_passages(
            library.db,
            1,
            [PassageText(PASSAGE, 5, "Results"), PassageText("It rained.", 6, "")],
            sha256="ab",
        )
        yield library


def test_a_note_is_compared_with_abstract_marked_words_and_passages(library: Library) -> None:
    assert sources_of(library, 1) == [
        SourceText("On Birds", "title"),
        SourceText(ABSTRACT, "abstract"),
        SourceText(MARKED.text, "highlight", 2),
        SourceText(PASSAGE, "passage", 5),
        SourceText("It rained.", "passage", 6),
    ]
    assert sources_of(library, 2) == [SourceText("On Moss", "title")]


def test_a_check_names_the_page_of_what_was_copied(library: Library) -> None:
    paper = find_paper(library, "On Birds")
    note = f"{PASSAGE} I know that one; ours does the doorbell and fools the dog each day."
    copied, own = check_note(library, paper, note).sentences
    assert (copied.verdict, copied.source) == ("copied", SourceText(PASSAGE, "passage", 5))
    assert own.verdict == "own"


def test_a_paper_without_any_text_finds_nothing_copied(library: Library) -> None:
    paper = find_paper(library, "On Moss")
    assert check_note(library, paper, ABSTRACT).verdict == "own"


def test_each_text_is_encoded_once_and_passages_with_vectors_never(library: Library) -> None:
    encoded: list[str] = []

    def encode(text: str) -> tuple[str, NDArray[np.float32]]:
        encoded.append(text)
        vector = np.array([len(text), 1], np.float32)
        return "lengths", vector / np.float32(np.linalg.norm(vector))

    kept = np.array([0, 1], np.float16).tobytes()
    index.add_vectors(library.db, "lengths", [(index.hash_of(PASSAGE), kept)])
    near = ByMeaning(library, find_paper(library, "On Birds"), encode)
    assert [near.is_known(text) for text in (PASSAGE, "It rained.")] == [True, False]
    (row,) = near.closeness(["ab"], ["ab", "abc", PASSAGE])
    assert row == pytest.approx([1.0, 7 / 50**0.5, 1 / 5**0.5], abs=1e-6)
    near.closeness(["ab", "abc"], ["abc"])
    assert encoded == ["On Birds", "ab", "abc"]
