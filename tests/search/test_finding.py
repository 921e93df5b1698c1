"""Test that a search ranks each kind by itself, so that none pushes another out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.base.errors import ModelMissing
from reader.library.disk import write_whole
from reader.library.folder import Library
from reader.library.rows import papers, pdfs
from reader.morning.browse_library import browse
from reader.morning.remove import remove
from reader.notes.rows import notes
from reader.search.encode import encode, index_words
from reader.search.find import SearchResult, search
from reader.search.fusion import DEPTH
from reader.search.rows import index
from reader.search.rows.index import Kind, PassageText
from tests.samples import DAY, NOW, SmallEncoder, Web, a_library, paper, tools

PASSAGE = "In the third section we say why attention helps small gardens grow."
NOTE = "Attention, of all things, waters it."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Open a library with more papers than a ranking is deep.

    Their titles have the words of one page and of one note."""
    with a_library(tmp_path) as library:
        given = [paper(n, f"Attention, Attention {n} {-n}") for n in range(1, DEPTH + 50)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        notes.add_note(library.db, 2, NOTE, is_written=False, at=NOW, on=DAY)
        index.add_passages(library.db, 1, [PassageText(PASSAGE, 3, "")], sha256="a")
        index_words(library, tools(Web()))
        yield library


def no_model(_: str) -> NDArray[np.float32]:
    raise ModelMissing(model="small", what="not here", hint="Fetch it.")


def shown(found: SearchResult) -> list[tuple[Kind, int, str]]:
    return [(hit.kind, hit.paper.row, hit.evidence) for hit in found.hits]


@pytest.mark.parametrize(
    ("kind", "hit"), [("passage", ("passage", 1, PASSAGE)), ("note", ("note", 2, NOTE))]
)
def test_one_kind_is_found_behind_more_papers_than_a_ranking_is_deep(
    library: Library, kind: Kind, hit: tuple[Kind, int, str]
) -> None:
    found = search(library, "attention", encode_query=no_model, encoder="", kinds=[kind])
    assert shown(found) == [hit]


def test_words_side_by_side_in_an_address_lift_no_note(library: Library) -> None:
    address = "https://example.org/small-gardens-grow"
    for row, text in ((3, f"Of attention I know: {address}"), (4, "Attention, twice: attention.")):
        notes.add_note(library.db, row, text, is_written=False, at=NOW, on=DAY)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    encoder = SmallEncoder()
    words = "attention small gardens grow"
    found = search(
        library, words, encode_query=encoder.encode_query, encoder=encoder.name, kinds=["note"]
    )
    assert next(hit.paper.row for hit in found.hits) != 3
    assert not any("example" in hit.evidence[a:b] for hit in found.hits for a, b in hit.matches)


def test_a_note_stands_before_papers_that_fit_better_only_with_nearly_all_words(
    tmp_path: Path,
) -> None:
    with a_library(tmp_path) as library:
        titles = ["Bees of Rivers", "Tides", "Dunes", "Lakes of Bees", "Moss of Bees", "Rivers"]
        given = [paper(n, title, "Nothing more.") for n, title in enumerate(titles, 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        texts = {1: "We try this.", 2: "Unlike bees.", 3: "Like bees, like rivers!"}
        for row, text in texts.items():
            notes.add_note(library.db, row, text, is_written=True, at=NOW, on=DAY)
        index_words(library, tools(Web()))

        def order(query: str) -> list[tuple[Kind, int]]:
            found = search(library, query, encode_query=no_model, encoder="")
            return [(hit.kind, hit.paper.row) for hit in found.hits]

        assert order("bees rivers")[0] == ("note", 3)
        assert order("bees rivers")[1:3] == [("paper", 1), ("paper", 6)]
        assert order("bees rivers")[-1] == ("note", 2)
        assert order("rivers try") == [("note", 1), ("paper", 6), ("paper", 1), ("note", 3)]


def test_by_meaning_too_each_kind_has_its_own_ranking(library: Library) -> None:
    encode(library, tools(Web()))
    encoder = SmallEncoder()
    for words in ("attention", "attention attention"):
        found = search(library, words, encode_query=encoder.encode_query, encoder=encoder.name)
        assert found.notice is None
        kinds = [hit.kind for hit in found.hits]
        assert kinds == ["note", *["paper"] * 10, "passage"]


def test_hits_come_as_notes_then_papers_then_passages_whatever_was_asked_first(
    library: Library,
) -> None:
    kinds: list[Kind] = ["passage", "note"]
    found = search(library, "attention", encode_query=no_model, encoder="", kinds=kinds)
    assert [hit.kind for hit in found.hits] == ["note", "passage"]
    assert isinstance(found.notice, ModelMissing)


@pytest.mark.parametrize("query", ["2506.00002", "https://arxiv.org/abs/2506.00002v3"])
def test_an_id_finds_its_paper_and_the_note_on_it(library: Library, query: str) -> None:
    found = search(library, query, encode_query=no_model, encoder="")
    assert [(hit.kind, hit.paper.row, hit.has_words) for hit in found.hits] == [
        ("note", 2, True),
        ("paper", 2, True),
    ]
    assert (found.messages, found.notice) == ((), None)


def test_an_id_of_no_paper_here_finds_who_names_it_and_says_how_to_add_it(
    library: Library,
) -> None:
    index.add_passages(library.db, 3, [PassageText("As in [2412.00007].", 9, "")], sha256="b")
    found = search(library, "2412.00007", encode_query=no_model, encoder="")
    assert [(hit.kind, hit.paper.row) for hit in found.hits] == [("passage", 3)]
    assert [str(one) for one in found.messages] == [
        "arxiv:2412.00007 is not in this library.",
        "`reader add arxiv:2412.00007` adds it.",
    ]
    remove(library, ["2506.00002"])
    found = search(library, "2506.00002", encode_query=no_model, encoder="")
    assert found.hits == ()
    assert str(found.messages[0]).startswith("Removed on ")


def test_a_query_without_words_finds_nothing(library: Library) -> None:
    assert shown(search(library, " ", encode_query=no_model, encoder="")) == []


def test_has_pdf_is_true_of_what_is_on_the_disk(tmp_path: Path) -> None:
    def having(library: Library, query: str) -> list[int]:
        found = search(library, query, encode_query=no_model, encoder="", kinds=["paper"])
        assert sorted(h.row for h in browse(library, query).papers) == sorted(
            hit.paper.row for hit in found.hits
        )
        return sorted(hit.paper.row for hit in found.hits)

    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(n) for n in range(1, 7)], source="by hand", on=DAY)
        for row in range(1, 6):
            kept = pdfs.Pdf(row, f"papers/speech/{row}.pdf", str(row) * 64)
            write_whole(tmp_path / kept.path, b"%PDF" + b" " * row)
            pdfs.add_pdf(library.db, kept, n_bytes=4 + row, at=NOW)
        assert (having(library, "has:pdf"), having(library, "-has:pdf")) == ([1, 2, 3, 4, 5], [6])
        (tmp_path / "papers/speech/1.pdf").unlink()  # by hand
        (tmp_path / "papers/speech/2.pdf").rename(tmp_path / "papers/moved.pdf")
        file = tmp_path / "papers/speech/3.pdf"
        file.rename(file.with_name(".3.pdf.icloud"))
        (tmp_path / "papers/other.pdf").write_bytes(b"%PDF, and no paper's")
        assert (having(library, "has:pdf"), having(library, "-has:pdf")) == ([2, 3, 4, 5], [1, 6])
        shutil.rmtree(tmp_path / "papers")
        assert (having(library, "has:pdf"), having(library, "-has:pdf")) == ([], [1, 2, 3, 4, 5, 6])


def test_filters_alone_list_papers_that_are_not_indexed_yet(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        given = [paper(1, abstract="Snails."), paper(2), paper(3), paper(4, abstract="Snails.")]
        papers.add_papers(library.db, given, source="by hand", on=DAY)
        for row in (1, 2):  # as an `add` leaves them that was killed before it indexed
            kept = pdfs.Pdf(row, f"papers/{row}.pdf", str(row) * 64)
            pdfs.add_pdf(library.db, kept, n_bytes=9, at=NOW)
            write_whole(tmp_path / kept.path, b"%PDF-1.7\n")
        found = search(library, "has:pdf", encode_query=no_model, encoder="")
        assert shown(found) == [("paper", 2, given[1].title), ("paper", 1, "Snails.")]
        assert (found.is_listing, found.n_not_indexed) == (True, 4)
        index_words(library, tools(Web()))
        again = search(library, "has:pdf", encode_query=no_model, encoder="")
        assert (shown(again), again.n_not_indexed) == (shown(found), 0)
        kinds: list[Kind] = ["note", "highlight"]
        assert search(library, "has:pdf", encode_query=no_model, encoder="", kinds=kinds).hits == ()


class Dunes:
    """Put texts on dunes, and every query, on one side and all other texts on another."""

    name = "dunes@1"

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1.0, 0.0] if "Dunes" in t else [0.0, 1.0] for t in texts], np.float32)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        return np.array([1.0, 0.0], np.float32)


@pytest.mark.parametrize(("query", "first"), [("bees", "Bees"), ("bees tides", "Dunes")])
def test_words_count_less_where_no_text_has_all_of_them(
    tmp_path: Path, query: str, first: str
) -> None:
    with a_library(tmp_path) as library:
        titles = ["Bees", "Tides", "Dunes", "Lakes", "Moss", "Rain", "Owls", "Ferns", "Ice", "Sand"]
        given = [paper(n, title) for n, title in enumerate(titles, 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        index_words(library, tools(Web()))
        encode(library, replace(tools(Web()), encoder=Dunes, encoder_name=Dunes.name))
        found = search(library, query, encode_query=Dunes().encode_query, encoder=Dunes.name)
        assert found.hits[0].paper.record.title == first


def test_words_that_stand_side_by_side_come_before_the_same_words_apart(tmp_path: Path) -> None:
    apart = "Rivers hold. Quiet, they say: still. Old men, water and stones, voices under ice."
    together = "They hold still water under old stones. Quiet rivers, they say; men; voices; ice."
    with a_library(tmp_path) as library:
        several = [paper(1, "One", apart), paper(2, "Two", together), paper(3, "Three", apart)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        index_words(library, tools(Web()))
        encoder = SmallEncoder()
        found = search(
            library,
            "hold still water under old stones",
            encode_query=encoder.encode_query,
            encoder=encoder.name,
        )
    assert found.hits[0].paper.row == 2
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
