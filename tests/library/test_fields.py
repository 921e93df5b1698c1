"""Test which value holds in a field of a paper, and that nothing changes a person's word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reader.library.paper import Paper, Publication
from reader.library.rows import decisions, fields, imports, merges, papers
from reader.library.rows.database import Database
from reader.search.rows import index
from tests.samples import DAY, NOW, new_database, paper, undo_last

PREPRINT = paper(1, "Snails and Rain", "Snails listen.")
ACL = replace(
    PREPRINT,
    ids=("acl:2025.garden-1.1",),
    version=None,
    title="Snails and Rain: Published",
    publication=Publication("acl", "Proceedings of Rain", pages="1-10", year="2025"),
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        yield db


def add(db: Database, *several: Paper) -> None:
    papers.add_papers(db, several, source="arXiv", on=DAY)


def said(db: Database, source: str, **values: str) -> None:
    fields.add(db, 1, replace(PREPRINT, publication=Publication(source, **values)), on=DAY)


def edit(db: Database, row: int = 1, **values: str) -> None:
    fields.edit(db, row, values, act=decisions.next_act(db), at=NOW, on=DAY)


def undo(db: Database) -> None:
    undo_last(db)


def holds(db: Database, row: int = 1) -> dict[str, str]:
    return {f: one.value for f, one in fields.holding(db, [row]).get(row, {}).items()}


def stored(db: Database, row: int = 1) -> Paper:
    return papers.papers_at(db, [row])[0].record


def test_one_order_of_sources_says_which_value_holds(db: Database) -> None:
    add(db, PREPRINT)
    for source in ("bibtex", *reversed(fields.ORDER[2:])):
        said(db, source, venue=f"Rain by {source}")
        assert holds(db) == {"venue": f"Rain by {source}"}
    said(db, "ris", venue="Rain by an import")
    said(db, "acl", venue="Rain, corrected")
    said(db, "acl", venue="Rain, corrected")
    edit(db, venue="My Rain")
    found = [(one.source, one.value) for one in fields.field_values(db, [1])[1]["venue"]]
    assert found == [
        ("by hand", "My Rain"), ("acl", "Rain, corrected"), ("doi", "Rain by doi"),
        ("dblp", "Rain by dblp"), ("openreview", "Rain by openreview"),
        ("openalex", "Rain by openalex"), ("semantic-scholar", "Rain by semantic-scholar"),
        ("ris", "Rain by an import"), ("bibtex", "Rain by bibtex"),
    ]  # fmt: skip
    assert len(db.read("SELECT * FROM fields")) == 10


def test_an_empty_word_takes_back_to_what_the_sources_say_and_undo_brings_it_back(
    db: Database,
) -> None:
    add(db, PREPRINT)
    said(db, "doi", venue="Rain", year="2025")
    edit(db, venue="My Rain", title="Slugs", authors="Ada Field\nBo Lind", abstract="They do.")
    slugs = replace(PREPRINT, title="Slugs", authors=("Ada Field", "Bo Lind"), abstract="They do.")
    assert (holds(db)["venue"], stored(db)) == ("My Rain", slugs)
    edit(db, venue="", title="")
    assert (holds(db)["venue"], stored(db)) == ("Rain", replace(slugs, title=PREPRINT.title))
    undo(db)
    assert (holds(db)["venue"], stored(db)) == ("My Rain", slugs)
    undo(db)
    assert (holds(db)["venue"], stored(db)) == ("Rain", PREPRINT)
    undo(db)
    assert stored(db) == PREPRINT


def test_a_newer_version_changes_no_word_of_the_persons_and_shows_when_that_is_taken_back(
    db: Database,
) -> None:
    add(db, PREPRINT)
    edit(db, title="My Snails", abstract="Mine.")
    second = replace(PREPRINT, title="Snails, Rain and Moss", authors=("Eva Moos",), version=2)
    add(db, second)
    assert (stored(db).title, stored(db).abstract) == ("My Snails", "Mine.")
    assert stored(db).authors == ("Eva Moos",)
    # What the version changed is told by what it was before, and not by the person's word.
    changes = db.read("SELECT field, before, after FROM changes ORDER BY field")
    assert [tuple(c) for c in changes] == [
        ("authors", ", ".join(PREPRINT.authors), "Eva Moos"),
        ("title", "Snails and Rain", "Snails, Rain and Moss"),
    ]
    undo(db)
    assert stored(db) == second


def test_a_blank_abstract_is_filled_by_the_best_source_until_the_papers_own_comes(
    db: Database,
) -> None:
    add(db, replace(PREPRINT, abstract=""))
    for source, text in (("openalex", "By OpenAlex."), ("doi", "By DOI."), ("dblp", "By DBLP.")):
        record = replace(PREPRINT, abstract=text, publication=Publication(source))
        fields.add(db, 1, record, on=DAY)
    assert (stored(db).abstract, holds(db)) == ("By DOI.", {"abstract": "By DOI."})
    add(db, PREPRINT)
    assert stored(db).abstract == "Snails listen."
    assert [one.source for one in fields.field_values(db, [1])[1]["abstract"]] == [
        "as it came", "doi", "dblp", "openalex",
    ]  # fmt: skip


def test_an_edited_text_is_searched_as_it_reads_now(db: Database) -> None:
    add(db, PREPRINT)
    index.add_paper_texts(db, index.papers_without_text(db, limit=9))
    assert index.papers_without_text(db, limit=9) == []
    edit(db, venue="Rain")
    assert index.papers_without_text(db, limit=9) == []
    edit(db, title="Slugs")
    assert index.papers_without_text(db, limit=9) == [1]
    assert [paper.row for paper in papers.papers_named(db, "slugs")] == [1]


def test_a_merge_keeps_both_papers_words_and_a_split_gives_each_its_own(db: Database) -> None:
    add(db, PREPRINT, ACL)
    assert merges.row_now(db, 2) == 2
    before = [stored(db, row) for row in (1, 2)]
    edit(db, title="My Snails", venue="My Rain")
    edit(db, 2, authors="Ada Field", venue="Another Rain", volume="7")
    edited = [stored(db, row) for row in (1, 2)]
    merges.join(db, 1, 2, why="by hand", on=DAY)
    assert (stored(db).title, stored(db).authors) == ("My Snails", ("Ada Field",))
    assert holds(db) == {
        "title": "My Snails", "authors": "Ada Field", "venue": "Another Rain", "volume": "7",
        "pages": "1-10", "year": "2025",
    }  # fmt: skip
    [merge] = merges.merges_of(db, 1)
    merges.part(db, merge, why="by hand", on=DAY)
    assert [stored(db, row) for row in (1, 2)] == edited
    assert holds(db) | {"authors": ""} == {"title": "My Snails", "venue": "My Rain", "authors": ""}
    for _act in range(2):
        undo(db)
    assert [stored(db, row) for row in (1, 2)] == before


def test_a_word_that_was_said_of_the_merged_paper_stays_with_it(db: Database) -> None:
    add(db, replace(PREPRINT, authors=()), ACL)
    before = [stored(db, row) for row in (1, 2)]
    edit(db, 2, authors="Ada Field")
    merges.join(db, 1, 2, why="by hand", on=DAY)
    assert stored(db).authors == ("Ada Field",)
    assert fields.field_values(db, [1])[1]["authors"][1].value == "Ada Field\nBo Lind"
    undo(db)
    assert stored(db).authors == ACL.authors
    merges.part(db, merges.merges_of(db, 1)[0], why="by hand", on=DAY)
    assert [stored(db, row).authors for row in (1, 2)] == [one.authors for one in before]


def test_an_import_that_is_taken_back_takes_its_words_with_it(db: Database) -> None:
    add(db, replace(PREPRINT, abstract=""))
    one = imports.begin(db, "/a.bib", "bibtex", at=NOW)
    entry = replace(PREPRINT, publication=Publication("bibtex", "Rain"))
    fields.add(db, 1, entry, on=DAY, brought_by=one.id)
    assert imports.end(db, one, at=NOW)
    assert (stored(db).abstract, holds(db)["venue"]) == ("Snails listen.", "Rain")
    with db.writing():
        imports.take_back(db, one, at=NOW)
    assert (stored(db).abstract, holds(db)) == ("", {})


def test_papers_are_found_by_the_venue_that_holds(db: Database) -> None:
    add(db, PREPRINT, paper(2, "On Ants"))
    said(db, "doi", venue="Proceedings of Rain_1")
    assert fields.papers_by_venue(db, "of rain") == {1}
    assert fields.papers_by_venue(db, "RAIN_") == {1}
    assert fields.papers_by_venue(db, "R%N") == set()
    edit(db, venue="Moss")
    assert (fields.papers_by_venue(db, "rain"), fields.papers_by_venue(db, "moss")) == (set(), {1})
    edit(db, venue="")
    assert fields.papers_by_venue(db, "rain") == {1}
