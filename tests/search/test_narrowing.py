"""Test what a query lets through, and what a mistyped name or word is taken for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.base.errors import ModelMissing, NotFound
from reader.library.disk import write_whole
from reader.library.folder import Library
from reader.library.query import parse
from reader.library.reference import CitedWork
from reader.library.rows import decisions, papers, pdfs
from reader.library.rows import fields as field_rows
from reader.morning.browse_library import rows_that_fit
from reader.notes.rows import notes
from reader.search.encode import encode, index_words
from reader.search.evidence import WordStatistics
from reader.search.filters import interpret
from reader.search.find import SearchResult, search
from reader.search.rows import citations, filters, index
from reader.search.rows.index import PassageText
from reader.search.shared import Indexes
from reader.texts.search import is_by_meaning
from tests.samples import DAY, NOW, SmallEncoder, Web, a_library, paper, tools

if TYPE_CHECKING:
    from reader.search.rows.shared import SharedIndex

GARDENS = paper(
    1,
    "Speech in gardens",
    "Gardens listen to speech end-to-end. Snails do not.",
    authors=("Shinji Watanabe", "Ada Field"),
    published_on=date(2021, 5, 1),
)
RIVERS = paper(
    2,
    "Speech in rivers",
    "Rivers hear their end and go to the sea. A survey of fish.",
    authors=("Hirofumi Inaguma",),
    published_on=date(2023, 5, 1),
)
LAKES = paper(
    3,
    "Speech in lakes",
    "Lakes keep still and say little of it to anybody who waits.",
    authors=("José García", "渡部 晋治"),
    published_on=None,
    announced_on=date(2024, 1, 2),
)
LATER = date(2025, 7, 1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        db = library.db
        papers.add_papers(db, [GARDENS, RIVERS], source="arXiv", on=DAY)
        papers.add_papers(db, [LAKES], source="arXiv", on=LATER)
        notes.add_note(db, 2, "Rivers hear speech.", is_written=False, at=NOW, on=LATER)
        with db.writing():
            for row, topic in ((1, "speech/translation"), (2, "speech/recognition")):
                db.execute(
                    "INSERT INTO filings (paper, topic, at) VALUES (?, ?, ?)",
                    (row, topic, NOW.isoformat()),
                )
        pdfs.add_pdf(db, pdfs.Pdf(1, "papers/a.pdf", "a" * 64), n_bytes=1, at=NOW)
        write_whole(tmp_path / "papers/a.pdf", b"%")
        index.add_passages(db, 1, [PassageText("Speech on page two.", 2, "")], sha256="a")
        index_words(library, tools(Web()))
        encode(library, tools(Web()))
        yield library


def ask(library: Library, query: str, *, is_encoded: bool = True) -> SearchResult:
    encoder = SmallEncoder()

    def without(_: str) -> NDArray[np.float32]:
        raise ModelMissing(model="small", what="not here", hint="Fetch it.")

    encode_query = encoder.encode_query if is_encoded else without
    return search(library, query, encode_query=encode_query, encoder=encoder.name)


def found(library: Library, query: str, kind: str = "paper") -> set[int]:
    """List the papers found, and check that words alone find the same."""
    return {hit.paper.row for hit in ask(library, query).hits if hit.kind == kind}


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("speech topic:speech", {1, 2}),
        ("speech topic:speech/translation", {1}),
        ("speech topic:Translation", {1}),
        ("speech -topic:speech", {3}),
        ("speech author:watanabe", {1}),
        ('speech author:"Watanabe, Shinji"', {1}),
        ('speech author:"S. Watanabe"', {1}),
        ("speech author:garcia", {3}),
        ("speech author:García", {3}),
        ("speech author:渡部", {3}),
        ("speech author:field author:watanabe", {1}),
        ("speech author:field author:inaguma", set()),
        ("speech -author:inaguma", {1, 3}),
        ("speech year:2023", {2}),
        ("speech year:2021-2023", {1, 2}),
        ("speech year:2022-", {2, 3}),
        ("speech year:2024", {3}),
        ("speech year:1999", set()),
        ("speech -year:2021", {2, 3}),
        ("speech has:note", {2}),
        ("speech has:pdf", {1}),
        ("speech -has:pdf -has:note", {3}),
        ("speech has:highlight", set()),
        ("speech on:2025-06", {1, 2}),
        ("speech on:2025-07-01", {3}),
        ('speech "end to end"', {1}),
        ("speech “go to the sea”", {2}),
        ("speech -survey", {1, 3}),
        ('speech -"end to end"', {2, 3}),
        ("speech -snail -fish", {3}),
        ("year:2021-2023", {1, 2}),
        ("has:note -year:2021", {2}),
    ],
)
@pytest.mark.parametrize("few", [0, filters.FEW])
def test_a_query_lets_through_what_fits_and_nothing_else(
    library: Library, monkeypatch: pytest.MonkeyPatch, query: str, rows: set[int], few: int
) -> None:
    # A bound, not one of our functions: papers are listed first, or held against it afterwards.
    monkeypatch.setattr(filters, "FEW", few)
    assert found(library, query) == rows


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("speech (gardens OR rivers)", {1, 2}),
        ("snail OR fish", {1, 2}),
        ("listen snail OR fish listen", {1}),
        ("speech AND snail", {1}),
        ("(snail OR fish) NOT survey", {1}),
        ('"end to end" OR "keep still"', {1, 3}),
        ('"still keep" OR fish', {2}),
        ("speech NOT (fish OR snail)", {3}),
        ("speech NOT (rivers fish)", {1, 3}),
        ("speech NOT NOT snail", {1, 2, 3}),
        ("(snail OR 🐟) speech", {1}),
        ("author:(inaguma OR garcia)", {2, 3}),
        ("-author:(inaguma OR garcia) speech", {1}),
        ("topic:speech/translation OR year:2024", {1, 3}),
        ("(topic:speech year:2023) OR author:garcia", {2, 3}),
        ("year:2024 OR snail", {1, 3}),
        ("(has:note OR waits) speech", {2, 3}),
        ("has:pdf OR NOT fish", {1, 3}),
        ("has:pdf AND fish", set()),
        ("topic:speech NOT survey", {1}),
        ("state:read OR state:pick", {2}),
        ("has:written OR fish", {2}),
        ("has:note NOT has:written", {2}),
    ],
)
@pytest.mark.parametrize("few", [0, filters.FEW])
def test_operators_let_through_what_fits_and_nothing_else(
    library: Library, monkeypatch: pytest.MonkeyPatch, query: str, rows: set[int], few: int
) -> None:
    monkeypatch.setattr(filters, "FEW", few)
    assert found(library, query) == rows
    if "NOT NOT" not in query:  # in a listing each word must be there
        assert rows_that_fit(library, query)[0] == rows


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("venue:interspeech", {11, 13}),
        ("venue:acl", {14}),
        ("venue:tacl", {15}),
        ('venue:"garden studies"', {16}),
        ("-venue:interspeech venue:(interspeech OR acl OR icassp)", {12, 14}),
        ("venue:moss", {17}),
    ],
)
def test_a_venue_is_what_a_source_says_or_a_comment_or_an_id(
    library: Library, query: str, rows: set[int]
) -> None:
    several = [
        paper(11, "A", comment="Accepted at INTERSPEECH'25, 5 pages"),
        paper(12, "B", comment="ICASSP 2024. Longer version submitted to Interspeech"),
        replace(paper(13, "C"), ids=("doi:10.21437/interspeech.2023-7",)),
        replace(paper(14, "D"), ids=("acl:2023.acl-long.7",)),
        replace(paper(15, "E"), ids=("acl:2023.tacl-1.3",)),
        paper(16, "F", comment="Garden Studies"),
        paper(17, "G", comment="Garden Studies [?*"),
    ]
    papers.add_papers(library.db, several, source="arXiv", on=DAY)
    library_paper = papers.paper_with_id(library.db, several[-1].id)
    assert library_paper is not None
    act = decisions.next_act(library.db)
    field_rows.edit(library.db, library_paper.row, {"venue": "Moss"}, act=act, at=NOW, on=DAY)
    listed = {h.paper.record.id for h in ask(library, query).hits}
    assert listed == {one.id for n, one in enumerate(several, 11) if n in rows}
    [said] = ask(library, "venue:nowhere").messages
    assert str(said) == "No paper here is known to be of nowhere."


def test_cites_finds_the_papers_whose_references_name_a_paper(library: Library) -> None:
    title = "Speech in rivers and in the lakes behind them"
    papers.add_papers(library.db, [paper(4, title), paper(5, "Moss")], source="arXiv", on=DAY)
    by_id = CitedWork(1, "1", "A. Field. Speech.", "", "", (RIVERS.id,), 9, 80.0)
    by_title = CitedWork(1, "", f"Field. {title}. 2020.", title.upper(), "2020", (), 9, 80.0)
    by_guess = CitedWork(2, "", "Moss. 2020.", "Moss", "2020", (), 9, 92.0)
    citations.add_cited(library.db, 1, [by_id])
    citations.add_cited(library.db, 3, [by_title, by_guess])
    assert found(library, f"cites:{RIVERS.id}") == {1}
    assert found(library, f'cites:"{title}"') == {3}
    assert found(library, "cites:moss") == set()
    assert found(library, f"speech -cites:{RIVERS.id}") == {2, 3}
    assert citations.known_works(library.db, 3) == {1: 4}
    assert citations.cited_by(library.db, 3) == [by_title, by_guess]
    [said] = ask(library, f"cites:{RIVERS.id}").messages
    assert str(said) == "Papers whose references are known: 2 of 5."
    with pytest.raises(NotFound, match=r"arxiv:2401\.99999 is not in this library"):
        ask(library, "cites:2401.99999")


def test_cites_finds_nothing_by_an_entry_that_may_be_another_papers(library: Library) -> None:
    title = "Speech in rivers and in the lakes behind them"
    papers.add_papers(library.db, [paper(4, title)], source="arXiv", on=DAY)
    # The id counts above the title.
    other = CitedWork(1, "1", f"Field. {title}.", title, "", (RIVERS.id,), 9, 80.0)
    citations.add_cited(library.db, 1, [other])
    assert found(library, f'cites:"{title}"') == set()
    assert found(library, f"cites:{RIVERS.id}") == {1}
    # A title of two papers tells neither.
    by_title = CitedWork(1, "", f"Field. {title}. 2020.", title, "2020", (), 9, 80.0)
    citations.add_cited(library.db, 1, [by_title])
    assert found(library, "cites:2506.00004") == {1}
    namesake = paper(5, title, authors=("Ada Lake",))
    papers.add_papers(library.db, [namesake], source="arXiv", on=DAY)
    assert found(library, "cites:2506.00004") == set()


def test_a_text_itself_must_have_the_words_that_operators_ask_for(library: Library) -> None:
    assert found(library, "page OR fish", "passage") == {1}
    assert found(library, "snail OR fish", "passage") == set()
    assert found(library, "rivers AND speech", "note") == {2}
    assert found(library, "rivers AND survey", "note") == set()
    # Nothing is guessed, and no words are put in the place of others.
    assert ask(library, "gardenz OR wattanabe").messages == ()
    assert not ask(library, "gardenz OR wattanabe").hits


def test_a_day_is_when_a_note_was_written_and_when_a_paper_came(library: Library) -> None:
    assert found(library, "speech on:2025-07", "note") == {2}
    assert found(library, "speech on:2025-06", "note") == set()
    assert found(library, "speech on:2025-06", "passage") == {1}
    assert found(library, "speech on:2025-07", "passage") == set()


def test_filters_alone_list_the_newest_first_without_pages(library: Library) -> None:
    listed = ask(library, "year:2021-2024")
    assert listed.is_listing
    assert [(hit.kind, hit.paper.row) for hit in listed.hits] == [
        ("note", 2), ("paper", 3), ("paper", 2), ("paper", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "rows", "said"),
    [
        ("author:inagma", {2}, "There is no author inagma here; showing Inaguma."),
        ("speech author:Wattanabe", {1}, "There is no author Wattanabe here; showing Watanabe."),
        (
            'speech author:"Shinji Wattanabe"',
            {1},
            "There is no author Shinji Wattanabe here; showing Watanabe.",
        ),
        ("author:nobodyatall", set(), "There is no author nobodyatall here."),
        ("Wattanabe", {1}, "There is no author wattanabe here; showing Watanabe."),
        ("topic:speech/translatoin", set(),
         "Nothing is filed under speech/translatoin. Did you mean speech/translation?"),
        ("gardenz", {1}, "No text has “gardenz”; “garden” is searched for too."),
        ("(gardens OR rivers) " * 20, {1, 2}, "This query is too long for operators and "
         "filters (at most: characters 300, words 30), so all of it is searched as words."),
        ("Watanabe " * 300, {1}, "The query was cut after character 2,000."),
        ("autor:field", {1},
         "autor:field is searched as words. Did you mean the filter `author:`?"),
    ],
)  # fmt: skip
def test_a_mistyped_name_is_taken_as_the_nearest_and_reported(
    library: Library, query: str, rows: set[int], said: str
) -> None:
    answer = ask(library, query, is_encoded=False)
    assert {hit.paper.row for hit in answer.hits if hit.kind == "paper"} == rows
    assert said in map(str, answer.messages)


@pytest.mark.parametrize("query", ["fich - survey", "gardenz speech", "speech wattanabe"])
def test_nothing_is_guessed_where_another_word_is_known(library: Library, query: str) -> None:
    answer = ask(library, query)
    assert [str(said) for said in answer.messages] == []
    assert answer.has_words


class AskedIndex:
    """Stands for a shared index that has nothing, and keeps what it is asked for."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    def n_by_family(self, folds: Iterable[str]) -> dict[str, int]:
        self.queries.append(f"families {' '.join(sorted(folds))}")
        return {}

    def statistics(self, kind: str, terms: Sequence[str]) -> WordStatistics:
        self.queries.append(f"{kind} {' '.join(terms)}")
        return WordStatistics(0, 1.0, dict.fromkeys(terms, 0))


def test_each_word_is_looked_up_once_in_a_shared_index(library: Library) -> None:
    shared = AskedIndex()
    found = interpret(
        library, parse("gardenz fissh"), Indexes(library, cast("SharedIndex", shared))
    )
    assert found.more == "garden fish"
    assert shared.queries == [
        "families fissh fisshs gardenz gardenzs",
        'paper "gardenz"',
        'passage "gardenz"',
        'paper "fissh"',
        'passage "fissh"',
    ]


def test_brackets_as_people_write_them_are_not_complained_of(library: Library) -> None:
    queries = ("speech (gardens)", "garden(s)", '"AND"', "speech and gardens or not", "R&D a|b")
    for query in (*queries, "(speech in gardens", "SPEECH IN GARDENS AND RIVERS"):
        assert ask(library, query).messages == ()


def test_no_more_is_encoded_than_is_read(library: Library) -> None:
    queries: list[str] = []

    def encode_query(text: str) -> NDArray[np.float32]:
        queries.append(text)
        return SmallEncoder().encode_query(text)

    search(library, "x" * 100_000, encode_query=encode_query, encoder=SmallEncoder.name)
    assert [len(text) for text in queries] == [2_000]


def test_a_name_alone_finds_what_they_wrote_and_no_neighbours(library: Library) -> None:
    answer = ask(library, "Inaguma")
    assert [(hit.kind, hit.paper.row) for hit in answer.hits] == [("note", 2), ("paper", 2)]
    assert (answer.messages, answer.notice) == ((), None)


def test_a_name_among_words_brings_their_paper_up(library: Library) -> None:
    papers_found = [h.paper.row for h in ask(library, "speech watanabe").hits if h.kind == "paper"]
    assert papers_found[0] == 1


@pytest.fixture
def fields(library: Library) -> Library:
    """Add papers by Ada Field of two years, and by her with Inaguma; the first is here already."""
    of_2023 = paper(4, "Hills", "Hills.", authors=("Ada Field",), published_on=date(2023, 3, 1))
    together = paper(
        5, "Seas", "Seas.", authors=("A. Field", "Hirofumi Inaguma"), published_on=date(2020, 3, 1)
    )
    papers.add_papers(library.db, [of_2023, together], source="arXiv", on=LATER)
    index_words(library, tools(Web()))
    encode(library, tools(Web()))
    return library


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Field 2021", [1]),
        ("field 2023", [4]),
        ("Field et al. 2023", [4]),
        ("Field Inaguma", [5]),
        ("inaguma field 2020", [5]),
        ("field hills 2021", [1, 4]),  # of the year, or with the word
    ],
)
def test_a_name_and_a_year_find_their_papers_of_the_year_first(
    fields: Library, query: str, first: list[int]
) -> None:
    rows = [hit.paper.row for hit in ask(fields, query).hits if hit.kind == "paper"]
    assert set(rows[: len(first)]) == set(first)


def test_a_year_in_a_sentence_is_no_word_to_look_for(fields: Library) -> None:
    added = paper(6, "Numbers", "2019 2019 2019 is a number and nothing else.")
    papers.add_papers(fields.db, [added], source="arXiv", on=LATER)
    index_words(fields, tools(Web()))
    sentence = "gardens that listen to speech as seen around 2019"

    def papers_of(query: str) -> list[int]:
        hits = ask(fields, query, is_encoded=False).hits
        return [hit.paper.row for hit in hits if hit.kind == "paper"]

    assert papers_of(sentence)[0] == 1
    assert 6 not in papers_of(sentence)
    assert papers_of("2019")[0] == 6


def test_a_phrase_without_matches_is_reported_and_its_words_are_searched(library: Library) -> None:
    answer = ask(library, '"gardens of speech"')
    said = [str(sentence) for sentence in answer.messages]
    assert said == ["Nothing has the phrase “gardens of speech”. Found by its words:"]
    assert {hit.paper.row for hit in answer.hits if hit.kind == "paper"} == {1, 2, 3}


def test_similarity_alone_is_told_from_words(library: Library) -> None:
    answer = ask(library, "xylophone")
    assert answer.hits
    assert not answer.has_words
    assert {hit.matches for hit in answer.hits} == {()}
    assert ask(library, "speech").has_words


def test_what_only_meaning_found_is_marked(library: Library) -> None:
    answer = ask(library, "speech")
    paper = next(hit for hit in answer.hits if hit.kind == "paper" and hit.has_words)
    near = replace(paper, has_words=False)
    both = replace(answer, hits=(paper, near))
    assert [is_by_meaning(both, hit) for hit in both.hits] == [False, True]
    # Then the heading says it of all.
    assert not is_by_meaning(replace(answer, hits=(near,)), near)
    far = replace(near, is_far=True)
    assert not is_by_meaning(replace(answer, hits=(paper, far)), far)


def test_papers_with_one_text_are_shown_as_one(library: Library) -> None:
    text = "The moon hears nothing and tells nobody, which is a good thing for the tides."
    copies = [paper(n, f"Moon {n}", f"{text} {text[::-1]}") for n in (7, 8)]
    papers.add_papers(library.db, copies, source="arXiv", on=DAY)
    index_words(library, tools(Web()))
    (hit,) = ask(library, "moon tides", is_encoded=False).hits
    assert {hit.paper.record.id, *hit.also} == {copy.id for copy in copies}


def test_a_mark_counts_on_the_local_day_on_which_it_came_home() -> None:
    from zoneinfo import ZoneInfo

    from reader.library.query import parse

    wanted = filters.conditions(
        parse("on:2025-10-03").filters, "highlight", names={}, zone=ZoneInfo("Asia/Tokyo")
    )
    assert wanted.values == ("2025-10-02T15:00:00+00:00", "2025-10-03T15:00:00+00:00")
    assert datetime(2025, 10, 2, 21, tzinfo=UTC).isoformat() > str(wanted.values[0])
