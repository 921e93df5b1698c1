"""Test that tags, ratings and priorities are set, taken back and searched, whoever gave them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import rispy

from reader.base.errors import UsageError
from reader.gathering.imports.bibliography import read_bibtex
from reader.gathering.imports.item import ImportedLibrary, ImportedPaper
from reader.library.cite import in_form, references
from reader.library.folder import Library
from reader.library.paper import PropertyChange, completions, tags_in
from reader.library.rows import papers, properties
from reader.library.rows.properties import KNOWN_SQL
from reader.morning.bring_in import Importing
from reader.morning.browse_library import browse
from reader.morning.edit import tag
from reader.morning.merge import join, part
from reader.morning.pick import decide, waiting_picks, whole_queue
from reader.morning.remove import remove
from reader.morning.undo import past_acts, take_back
from reader.texts.morning import queue_facts, within_priority
from tests.samples import DAY, Web, a_library, paper, tools

NAMES = ("Bees", "Ants", "Wasps")
PAPERS = [paper(n, f"On the {name} of Wet Gardens") for n, name in enumerate(NAMES, 1)]
ONE, TWO, THREE = (one.id for one in PAPERS)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "library").mkdir()
    with a_library(tmp_path / "library") as library:
        papers.add_papers(library.db, PAPERS, source="arXiv", on=DAY)
        yield library


def imported(library: Library, *tags: tuple[int, tuple[str, ...]]) -> None:
    items = tuple(
        ImportedPaper(PAPERS[n - 1], f"a.bib, line {n}", tags=several) for n, several in tags
    )
    Importing(library, tools(Web()), ImportedLibrary("bibtex", items), Path("/a.bib")).run()


def tags(library: Library, row: int) -> tuple[str, ...]:
    return papers.papers_at(library.db, [row])[0].tags


def state(library: Library, row: int) -> tuple[tuple[str, ...], int | None, str]:
    [paper] = papers.papers_at(library.db, [row])
    return paper.tags, paper.rating, paper.priority


def found(library: Library, query: str) -> set[int]:
    listing = browse(library, query)
    assert not listing.messages
    return {paper.row for paper in listing.papers}


def test_each_value_is_set_by_one_act_and_taken_back_singly(library: Library) -> None:
    tag(library, [1, 2], PropertyChange(add=("survey", "#machine learning")))
    tag(library, [1], PropertyChange(rating=4))
    tag(library, [1], PropertyChange(priority="high"))
    tag(library, [1], PropertyChange(remove=("Survey",), rating=2))
    assert state(library, 1) == (("machine learning",), 2, "high")
    acts = [(a.number, a.kind, [h.row for h in a.several]) for a in past_acts(library)]
    assert acts == [(4, "tag", [1]), (3, "priority", [1]), (2, "rating", [1]), (1, "tag", [1, 2])]
    take_back(library, 3)
    assert state(library, 1) == (("machine learning",), 2, "normal")
    take_back(library, 4)
    assert state(library, 1) == (("machine learning", "survey"), 4, "normal")
    take_back(library, 1)
    assert (state(library, 1), tags(library, 2)) == (((), 4, "normal"), ())
    take_back(library)
    assert state(library, 1) == ((), None, "normal")
    assert past_acts(library) == []


def test_what_is_so_already_makes_no_act(library: Library) -> None:
    tag(library, [1], PropertyChange(add=("survey",), rating=4))
    again = tag(library, [1, 2], PropertyChange(add=("SURVEY",), remove=("old",), rating=4))
    assert again.changed == {2}
    none = tag(library, [1], PropertyChange(add=("ｓｕｒｖｅｙ",), priority="normal"))
    assert (none.changed, len(past_acts(library))) == (frozenset(), 2)
    # One spelling for all, the first one.
    assert (tags(library, 1), tags(library, 2)) == (("survey",), ("survey",))


def test_a_tag_has_letters(library: Library) -> None:
    for text in ("", " # ", "-", "a" * 101):
        with pytest.raises(UsageError):
            tag(library, [1], PropertyChange(add=(text,)))


def test_an_imported_tag_is_taken_off_for_good_and_comes_back_by_undo(library: Library) -> None:
    imported(library, (1, ("Survey", "to cite")), (2, ("survey",)))
    tag(library, [1], PropertyChange(remove=("survey",)))
    assert (tags(library, 1), found(library, "tag:survey")) == (("to cite",), {2})
    imported(library, (1, ("Survey", "SURVEY", "new")), (2, ("survey",)))
    assert (tags(library, 1), found(library, "tag:survey")) == (("new", "to cite"), {2})
    take_back(library, past_acts(library)[1].number)
    assert tags(library, 1) == ("new", "Survey", "to cite")
    assert found(library, "tag:survey") == {1, 2}


def test_one_filter_finds_imported_and_own_tags_and_those_inside(library: Library) -> None:
    imported(library, (1, ("Speech/ASR",)))
    tag(library, [2], PropertyChange(add=("speech/asr/ctc",)))
    tag(library, [3], PropertyChange(add=("Éclair", "🔥")))
    assert found(library, "tag:speech/asr") == found(library, "tag:asr") == {1, 2}
    assert found(library, "-tag:asr") == {3}
    assert found(library, "tag:éclair") == found(library, "tag:ÉCLAIR") == {3}
    assert found(library, "tag:🔥") == {3}
    assert [str(one) for one in browse(library, "tag:moss").messages] == [
        "No paper has the tag moss."
    ]


def test_ratings_and_priorities_are_searched(library: Library) -> None:
    tag(library, [1], PropertyChange(rating=4, priority="high"))
    tag(library, [2], PropertyChange(rating=2, priority="low"))
    for query, rows in {
        "rating:4": {1}, "rating:=4": {1}, "rating:>2": {1}, "rating:>=2": {1, 2},
        "rating:<4": {2}, "rating:<=4": {1, 2}, "rating:1-3": {2}, "rating:3-": {1},
        "rating:-3": {2}, "rating:none": {3}, "-rating:>2": {2, 3}, "rating:＞2": {1},
        "priority:high": {1}, "priority:LOW": {2}, "priority:normal": {3},
        "-priority:high": {2, 3},
    }.items():  # fmt: skip
        assert found(library, query) == rows, query
    tag(library, [1], PropertyChange(rating=0, priority="normal"))
    assert found(library, "rating:none") == found(library, "priority:normal") == {1, 3}
    for query in ("rating:6", "rating:>5", "rating:4-2", "rating:good", "priority:urgent"):
        assert len(browse(library, query).messages) == 1, query


def test_a_merge_joins_and_a_split_parts_again(library: Library) -> None:
    imported(library, (1, ("both", "one")), (2, ("both", "off")))
    tag(library, [2], PropertyChange(remove=("off",), add=("two",), rating=5))
    tag(library, [1], PropertyChange(add=("off",), rating=3, priority="low"))
    before = state(library, 1), state(library, 2)
    join(library, ONE, TWO)
    # A tag that one of them has not any more is still the other one's.
    assert state(library, 1) == (("both", "off", "one", "two"), 3, "low")
    assert found(library, "tag:two") == {1}
    part(library, TWO)
    assert (state(library, 1), state(library, 2)) == before
    join(library, ONE, TWO)
    # Taken off the merged paper: off both, and back by one undo.
    tag(library, [1], PropertyChange(remove=("both",)))
    assert "both" not in tags(library, 1)
    take_back(library)
    assert "both" in tags(library, 1)


def test_a_removed_paper_keeps_its_tags_and_counts_for_none(library: Library) -> None:
    imported(library, (2, ("bees",)))
    tag(library, [1, 3], PropertyChange(add=("Bees", "own")))
    assert properties.counts(library.db) == {"bees": 3, "own": 2}
    remove(library, [ONE])
    assert properties.counts(library.db) == {"bees": 2, "own": 1}
    take_back(library)
    assert tags(library, 1) == ("bees", "own")


def test_rows_are_only_added(library: Library) -> None:
    seen: list[tuple[object, ...]] = []
    for wanted in (PropertyChange(add=("a",)), PropertyChange(remove=("a",), rating=3)):
        tag(library, [1], wanted)
        rows = [tuple(r) for r in library.db.read("SELECT * FROM properties ORDER BY id")]
        assert rows[: len(seen)] == seen
        seen = rows
    take_back(library)
    rows = [tuple(r) for r in library.db.read("SELECT * FROM properties ORDER BY id")]
    assert (rows[: len(seen)], len(rows)) == (seen, len(seen) + 2)


def test_the_queue_stands_by_priority_and_says_so(library: Library) -> None:
    decide(library, "pick", [ONE, TWO, THREE])
    assert within_priority(one.priority for one in waiting_picks(library)) == ""
    tag(library, [3], PropertyChange(priority="high", add=("survey",)))
    tag(library, [1], PropertyChange(priority="low"))
    queue = whole_queue(library)
    assert [one.paper.row for one in queue] == [3, 2, 1]
    assert within_priority(one.paper.priority for one in queue) == ", within each priority"
    assert queue_facts(queue[0])[:2] == ["high priority", "#survey"]
    assert queue_facts(queue[2])[0] == "low priority"
    here = replace(queue[0], has_pdf=True)
    assert queue_facts(here)[-1] == "PDF here"
    assert queue_facts(here, has_button=True) == queue_facts(here)[:-1], "the button says it"


def test_exports_carry_tags_and_an_import_reads_them_back(library: Library) -> None:
    tag(library, [1], PropertyChange(add=("to cite", "R&D", "翻訳"), rating=4, priority="high"))
    wanted = ("R&D", "to cite", "翻訳")
    several = references(library, papers.papers_at(library.db, [1]))
    [ris] = rispy.loads(in_form(several, "ris"))
    assert tuple(ris["keywords"]) == wanted
    [csl] = json.loads(in_form(several, "csl-json"))
    assert csl["keyword"] == "R&D, to cite, 翻訳"
    [row] = csv.DictReader(io.StringIO(in_form(several, "csv").removeprefix("\ufeff")))
    assert (row["tags"], row["rating"], row["priority"]) == ("R&D; to cite; 翻訳", "4", "high")
    for form in ("bibtex", "biblatex"):
        text = in_form(several, form)
        [entry] = read_bibtex(text, name="a.bib", folder=library.folder).items
        assert isinstance(entry, ImportedPaper)
        assert entry.tags == wanted, form


def test_reading_properties_goes_by_the_index_of_papers(library: Library) -> None:
    plan = [r["detail"] for r in library.db.read(f"EXPLAIN QUERY PLAN {KNOWN_SQL}", ("[1]",))]
    assert [line for line in plan if re.match("(SEARCH|SCAN) (o|l) ", line)] == [
        "SEARCH o USING INDEX properties_of_paper (paper=?)",
        "SEARCH l USING INDEX properties_of_paper (paper=? AND kind=? AND fold=? AND rowid>?)",
    ]
    assert "SEARCH i USING COVERING INDEX sqlite_autoindex_imported_1 (paper=? AND part=?)" in plan


def test_the_last_of_a_list_is_completed_by_tags_that_are_there() -> None:
    known = ["survey", "speech/asr", "Self-supervised", "to cite"]
    assert completions("s", known) == ["survey", "speech/asr", "Self-supervised"]
    assert completions("survey, S", known) == ["speech/asr", "Self-supervised"]
    assert completions("asr", known) == ["speech/asr"]
    assert completions("survey, ", known) == ["speech/asr", "Self-supervised", "to cite"]
    assert tags_in(" #survey, Survey、to cite，,") == ("Survey", "to cite")


def test_an_undone_import_leaves_what_a_hand_tagged(library: Library) -> None:
    imported(library, (1, ("bees",)))
    tag(library, [1], PropertyChange(add=("mine",)))
    take_back(library, next(a.number for a in past_acts(library) if a.kind == "import"))
    assert tags(library, 1) == ("mine",)
