"""Test the listing of the library: what fits, how many there are, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.folder import Library
from reader.library.rows import decisions, merges, papers
from reader.morning import browse_library
from reader.morning.browse_library import A_PAGE, browse
from reader.morning.pick import decide_rows
from reader.notes.write import add_note
from reader.search.encode import index_words
from tests import samples
from tests.samples import DAY, NOW, a_library, paper

TITLES = ("Snails that hear rain", "Moss that waits", "Rain on moss", "A survey of snails")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Open a library of sixty papers of three years, some decided or written up, one merged."""
    with a_library(tmp_path_factory.mktemp("library")) as library:
        several = [
            paper(
                n,
                f"{TITLES[n % 4]}, part {n}",
                "What it says of 同時通訳." if n % 5 == 0 else "What it says.",
                authors=("Ada Field", "Bo Lind") if n % 3 else ("Cy Pond",),
                published_on=date(2023 + n % 3, 5, 1),
            )
            for n in range(1, 61)
        ]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        decide_rows(library, "pick", [2, 4, 6, 8])
        decide_rows(library, "skip", [3, 6])  # the last word counts
        decisions.add_filing(library.db, 2, "speech/translation", at=NOW)
        decisions.add_filing(library.db, 4, "speech", at=NOW)
        decisions.add_filing(library.db, 8, "speeches", at=NOW)
        (written,) = papers.papers_at(library.db, [8])
        add_note(library, written, "Moss waits. So do I.")
        merges.join(library.db, 59, 60, why="the same", on=DAY)
        index_words(library, samples.tools(samples.Web()))
        yield library


def rows(library: Library, query: str, *, before: int = 0, after: int = 0) -> list[int]:
    return [paper.row for paper in browse(library, query, before=before, after=after).papers]


def every(library: Library, query: str, folder: str = "") -> list[int]:
    """Go through all pages, the older ones and back again."""
    found = browse(library, query, folder=folder)
    several = [paper.row for paper in found.papers]
    while found.older is not None:
        older = browse(library, query, folder=folder, before=found.older)
        back = browse(library, query, folder=folder, after=older.newer or 0)
        assert [h.row for h in back.papers][-len(found.papers) :] == [h.row for h in found.papers]
        several += [paper.row for paper in older.papers]
        found = older
    assert len(several) == browse(library, query, folder=folder).n
    return several


def test_all_papers_are_listed_once_the_newest_first(library: Library) -> None:
    assert every(library, "") == list(range(59, 0, -1))
    first = browse(library, "")
    assert (len(first.papers), first.n, first.newer) == (A_PAGE, 59, None)
    assert first.states == {"candidate": 54, "pick": 2, "read": 1, "skip": 2}
    last = browse(library, "", before=first.older or 0)
    assert (len(last.papers), last.older, last.newer) == (9, None, 9)


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("state:pick", {2, 4}),
        ("state:skip", {3, 6}),
        ("state:read", {8}),
        ("has:note", {8}),
        ("-state:candidate", {2, 3, 4, 6, 8}),
        ("-state:candidate -state:skip", {2, 4, 8}),
        ("state:candidate year:2023", {n for n in range(1, 60) if n % 3 == 0} - {3, 6}),
        ("year:2023-2024", {n for n in range(1, 60) if n % 3 != 2}),
        ("year:2022", set()),
        ("-year:2024", {n for n in range(1, 60) if n % 3 != 1}),
        ("author:pond", {n for n in range(1, 60) if n % 3 == 0}),
        ("author:lind -author:field", set()),
        ("topic:speech", {2, 4}),
        ("moss", {n for n in range(1, 60) if n % 4 in (1, 2)}),
        ("rain moss", {n for n in range(1, 60) if n % 4 == 2}),
        ('"snails that hear"', {n for n in range(1, 60) if n % 4 == 0}),
        ("snails -survey", {n for n in range(1, 60) if n % 4 == 0}),
        ("同時通訳 year:2023", {15, 30, 45}),
        ("snail author:pond state:candidate", {n for n in range(1, 60) if n % 12 in (0, 3)} - {3}),
        ("nowhere", set()),
    ],
)  # fmt: skip
def test_every_part_of_a_query_must_fit(library: Library, query: str, fits: set[int]) -> None:
    assert every(library, query) == sorted(fits, reverse=True)


def test_a_folder_holds_what_is_filed_there_and_below(library: Library) -> None:
    assert every(library, "", folder="speech") == [4, 2]
    assert every(library, "", folder="speech/translation") == [2]
    assert every(library, "state:read", folder="speech") == []
    assert browse(library, "state:pick", folder="speech").states["pick"] == 2


def test_each_state_is_counted_whichever_is_asked_for(library: Library) -> None:
    found = browse(library, "year:2024 state:pick")
    assert (found.n, found.states) == (1, {"candidate": 19, "pick": 1, "read": 0, "skip": 0})


def test_a_mistyped_filter_is_reported(library: Library) -> None:
    found = browse(library, "author:fields")
    said = [str(sentence) for sentence in found.messages]
    assert (found.n, said) == (40, ["There is no author fields here; showing Field."])


def test_a_page_beyond_the_end_is_empty(library: Library) -> None:
    assert rows(library, "", before=1) == []
    assert rows(library, "", after=10_000) == []
    assert rows(library, "state:pick", before=2) == []


@pytest.mark.slow
def test_of_very_many_papers_with_a_word_the_newest_are_listed(
    library: Library, tmp_path: Path
) -> None:
    with a_library(tmp_path) as other:
        n = browse_library.MOST_WITH_WORDS + 60
        several = [paper(i, f"Rain {i}") for i in range(1, n + 1)]
        papers.add_papers(other.db, several, source="arXiv", on=DAY)
        index_words(other, samples.tools(samples.Web()))
        found = browse(other, "rain")
        assert (found.is_cut, found.n, found.papers[0].row) == (
            True,
            browse_library.MOST_WITH_WORDS,
            n,
        )
        assert browse(other, "rain 17").papers[0].row == 17


@settings(max_examples=60)
@given(st.lists(st.sampled_from(
    ["rain", "moss", "-survey", "year:2023", "-year:2024", "author:field", "state:pick",
     "-state:skip", "state:candidate", "has:note", "-has:note", "topic:speech", "on:2025-06"]
), max_size=4, unique=True))  # fmt: skip
def test_combined_filters_give_the_intersection_of_each(library: Library, parts: list[str]) -> None:
    def alone(part: str) -> set[int]:
        if part.startswith("-survey"):
            return set(range(1, 60)) - set(every(library, "survey"))
        return set(every(library, part))

    states = [p for p in parts if p.startswith("state:")]
    wanted = set(range(1, 60)).intersection(*(alone(part) for part in parts))
    assert set(every(library, " ".join(parts))) == (wanted if len(states) < 2 else set())
