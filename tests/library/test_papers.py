"""Test papers in the store: one row each, no field lost or replaced by a blank one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.paper import LibraryPaper, Paper
from reader.library.rows import papers
from reader.library.rows.database import Database
from reader.library.rows.papers import PaperCounts
from tests.samples import DAY, new_database, paper


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        yield db


def add(db: Database, *given: Paper, source: str = "arXiv", on: date = DAY) -> PaperCounts:
    return papers.add_papers(db, given, source=source, on=on)


def one(db: Database, id_: str = "arxiv:2506.00001") -> LibraryPaper:
    paper = papers.paper_with_id(db, id_)
    assert paper is not None
    return paper


WHOLE = paper(
    1,
    "Gardens",
    "We listen.",
    ids=("arxiv:2506.00001", "doi:10.1/x"),
    categories=("cs.CL", "eess.AS"),
    comment="8 pages",
    version=2,
    pdf_url="https://example.org/a.pdf",
)


def test_a_paper_comes_back_as_it_was_given(db: Database) -> None:
    assert add(db, WHOLE) == PaperCounts(1, 0)
    assert papers.papers_at(db, [1]) == [LibraryPaper(1, WHOLE, "candidate", DAY)]


def test_a_paper_of_which_little_is_known_comes_back_too(db: Database) -> None:
    little = Paper(ids=("doi:10.1/y",), title="A Title")
    add(db, little)
    assert one(db, "doi:10.1/y") == LibraryPaper(1, little, "candidate", DAY)


def test_a_copy_is_the_same_row_by_any_identifier(db: Database) -> None:
    add(db, WHOLE)
    copy = Paper(ids=("acl:2025.x-1.1", "doi:10.1/x"), title="Gardens", abstract="We listen!")
    assert add(db, copy, source="posts", on=DAY + timedelta(1)) == PaperCounts(0, 1)
    paper = one(db, "acl:2025.x-1.1")
    assert paper == one(db, "arxiv:2506.00001")
    assert paper.arrived_on == DAY
    assert paper.record == replace(WHOLE, ids=("arxiv:2506.00001", "acl:2025.x-1.1", "doi:10.1/x"))
    assert papers.origins_of(db, [1]) == {1: ("arXiv", "posts")}
    assert papers.n_papers(db) == 1


def test_a_copy_fills_what_is_blank(db: Database) -> None:
    bare = Paper(ids=("doi:10.1/x",), title="Gardens")
    add(db, bare)
    add(db, WHOLE)
    assert one(db).record == replace(WHOLE, ids=("doi:10.1/x", "arxiv:2506.00001"))
    add(db, replace(WHOLE, title="Gardens, Revised", version=3))
    assert one(db).record.title == "Gardens, Revised"


def test_one_doi_beside_two_numbers_of_arxiv_does_not_make_them_one(db: Database) -> None:
    volume = "doi:10.1/volume"
    bees = paper(1, "On the Hearing of Bees in Wet Gardens", ids=("arxiv:2506.00001", volume))
    ants = paper(2, "On the Silence of Ants in Dry Gardens", ids=("arxiv:2506.00002", volume))
    assert add(db, bees, ants) == PaperCounts(2, 0)
    assert add(db, ants, bees) == PaperCounts(0, 2)
    assert [one(db, p.id).record.ids for p in (bees, ants)] == [bees.ids, ants.ids[:1]]


def test_a_later_version_replaces_the_text_and_the_authors_whole(db: Database) -> None:
    add(db, replace(WHOLE, authors=("A", "B", "C")))
    newer = replace(WHOLE, title="Gardens, Revised", authors=("B", "D"), version=3)
    add(db, newer)
    assert one(db).record == newer


def test_an_earlier_version_changes_nothing(db: Database) -> None:
    add(db, WHOLE)
    add(db, replace(WHOLE, title="Old", authors=("X", "Y", "Z"), abstract="Old.", version=1))
    assert one(db).record == WHOLE


def test_blank_fields_never_replace_known_ones(db: Database) -> None:
    add(db, WHOLE)
    add(db, Paper(ids=WHOLE.ids, title="Gardens", abstract="We listen."))
    add(db, Paper(ids=WHOLE.ids, title="Shorter", abstract=""))
    add(db, Paper(ids=WHOLE.ids, title="", abstract="Something."))
    assert one(db).record == WHOLE


def test_only_known_papers_learn_from_a_list_of_replacements(db: Database) -> None:
    add(db, WHOLE)
    newer = replace(WHOLE, title="Revised", version=3)
    assert papers.add_known(db, [newer, paper(2)], source="feed", on=DAY) == 1
    assert (one(db).record, papers.n_papers(db)) == (newer, 1)


def test_one_more_identifier_finds_the_paper(db: Database) -> None:
    add(db, WHOLE)
    papers.add_identifier(db, "openreview:abcdefgh", WHOLE)
    papers.add_identifier(db, "openreview:abcdefgh", WHOLE)
    papers.add_identifier(db, "openreview:unknown1", paper(9))
    assert one(db, "openreview:abcdefgh").row == 1
    assert papers.paper_with_id(db, "openreview:unknown1") is None


def test_papers_are_listed_in_the_order_asked_for_without_the_unknown(db: Database) -> None:
    add(db, *(paper(n) for n in (1, 2, 3)))
    assert [h.row for h in papers.papers_at(db, [3, 99, 1])] == [3, 1]
    assert papers.papers_at(db, []) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Gardens", [1]),
        ("gardens", [1]),
        ("garden", [2, 1]),
        ("Gardens at", [2]),
        ("100%", [3]),
        ("100_", [3]),  # by its letters and digits
        ("_00", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("2025_Field_Gardens", [1]),
        ("2025_Field_Gardens-2", [2]),
        ("2025_field", [2, 1]),
        ("' OR 1=1 --", []),
        ("庭", [4]),
    ],
)
def test_a_key_or_the_beginning_of_a_title_names_papers(
    db: Database, name: str, found: list[int]
) -> None:
    add(db, paper(1, "Gardens"), paper(2, "Gardens at Night"), paper(3, "100% Rain"),
        paper(4, "庭の音"))  # fmt: skip
    papers.fix_key(db, 1, "2025_Field_Gardens")
    papers.fix_key(db, 2, "2025_Field_Gardens")
    assert [h.row for h in papers.papers_named(db, name)] == found


def test_no_more_papers_are_named_than_asked_for(db: Database) -> None:
    add(db, *(paper(n, "Rain") for n in range(1, 10)))
    assert [h.row for h in papers.papers_named(db, "Rain", limit=3)] == [9, 8, 7]


def test_a_key_never_changes_and_is_never_shared(db: Database) -> None:
    add(db, *(paper(n) for n in range(1, 5)))
    assert papers.fix_key(db, 1, "2025_Field_Rain") == "2025_Field_Rain"
    assert papers.fix_key(db, 1, "another") == "2025_Field_Rain"
    assert papers.fix_key(db, 2, "2025_field_rain") == "2025_field_rain-2"
    assert papers.fix_key(db, 3, "2025_Field_Rain") == "2025_Field_Rain-3"
    assert papers.fix_key(db, 4, "2025_Field_Rainy") == "2025_Field_Rainy"


@pytest.mark.parametrize("stems", [("2025_Ünal_X", "2025_Ünal_X"), ("2025_Ünal_X", "2025_ünal_x"),
                                   ("2025_Дом_X", "2025_дом_X"), ("庭", "庭")])  # fmt: skip
def test_keys_compare_without_case_in_every_script(db: Database, stems: tuple[str, str]) -> None:
    add(db, paper(1), paper(2))
    papers.fix_key(db, 1, stems[0])
    assert papers.fix_key(db, 2, stems[1]) == f"{stems[1]}-2"


def test_arrivals_are_counted_by_day(db: Database) -> None:
    add(db, paper(1), paper(2))
    add(db, paper(2), paper(3), on=DAY + timedelta(1))
    assert [papers.n_arrived(db, DAY + timedelta(n)) for n in range(3)] == [2, 1, 0]


def test_a_batch_is_kept_whole_or_not_at_all(db: Database) -> None:
    def broken() -> Iterator[Paper]:
        yield paper(1)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        papers.add_papers(db, broken(), source="arXiv", on=DAY)
    assert papers.n_papers(db) == 0


IDS = ["arxiv:2506.00001", "arxiv:2506.00002", "doi:10.1/a", "acl:2025.x-1.1", "openreview:abcde"]
PAPERS = st.builds(
    Paper,
    ids=st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True).map(tuple),
    title=st.sampled_from(["A", "B", "庭"]),
    authors=st.lists(st.sampled_from(["Ada", "Bo", "Cy"]), max_size=3).map(tuple),
    abstract=st.sampled_from(["", "x", "y"]),
    categories=st.sampled_from([(), ("cs.CL",)]),
    version=st.sampled_from([None, 1, 2, 3]),
    published_on=st.sampled_from([None, DAY]),
)


def everything(db: Database) -> list[object]:
    several = papers.papers_at(db, range(1, 20))
    return [several, papers.origins_of(db, [h.row for h in several])]


def test_two_papers_with_changes_of_one_version_become_one(db: Database) -> None:
    def of(*ids: str, title: str, version: int | None) -> Paper:
        return Paper(ids=ids, title=title, version=version)

    add(db, of("arxiv:2506.00001", title="A", version=None))
    add(db, of("arxiv:2506.00002", title="A", version=1))
    add(db, of("arxiv:2506.00002", title="B", version=2))
    add(db, of("doi:10.1/a", "arxiv:2506.00001", title="A", version=1))
    both = of("doi:10.1/a", "arxiv:2506.00002", title="B", version=2)
    add(db, both)
    several = [papers.paper_with_id(db, id_) for id_ in (*both.ids, "arxiv:2506.00001")]
    assert len({one.row for one in several if one}) == 1
    assert all(several)


@settings(max_examples=25, deadline=None)
@given(st.lists(PAPERS, max_size=8))
def test_adding_any_papers_twice_changes_nothing(given: list[Paper]) -> None:
    with tempfile.TemporaryDirectory() as folder, new_database(Path(folder)) as db:
        first = add(db, *given)
        # Where a later paper joined two rows, the second time only settles whose title holds.
        add(db, *given)
        before = everything(db)
        again = add(db, *given)
        assert (first.n_new + first.n_known, again) == (len(given), PaperCounts(0, len(given)))
        assert everything(db) == before


@settings(max_examples=25, deadline=None)
@given(st.lists(PAPERS, min_size=1, max_size=8))
def test_every_identifier_finds_the_one_paper_that_has_it(given: list[Paper]) -> None:
    with tempfile.TemporaryDirectory() as folder, new_database(Path(folder)) as db:
        for it in given:
            add(db, it)
        seen = {id_ for it in given for id_ in it.ids}
        for id_ in seen:
            assert id_ in one(db, id_).record.ids
        rows = {one(db, id_).row for id_ in seen}
        assert papers.n_papers(db) == len(rows)
        ids = [i for h in papers.papers_at(db, rows) for i in h.record.ids]
        assert sorted(ids) == sorted(seen)


def test_an_id_taken_off_a_paper_is_free_for_the_paper_it_belongs_to(db: Database) -> None:
    published = paper(1, "Gardens, and What They Hear at Night", ids=("doi:10.1/a",), version=None)
    add(db, published, replace(published, ids=("arxiv:2506.00001",), version=2))
    assert one(db, published.id).record.version == 2
    papers.take_name(db, 1, "arxiv:2506.00001", instead="pdf:00aa11bb22cc33dd")
    assert one(db, published.id).record == replace(
        published, ids=(published.id, "pdf:00aa11bb22cc33dd")
    )
    own = paper(1, "On Ladders", authors=("Zoe Zander",))
    assert add(db, own) == PaperCounts(1, 0)
    assert one(db).record == own
