"""Test the look-up of printed ids: by each registry, without misprints, none forgotten."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.base.errors import SourceFailed, Unreachable
from reader.base.http import Request, Response
from reader.library.folder import Library, find_paper
from reader.library.paper import Paper
from reader.library.rows import failures, merges, papers, pdfs
from reader.morning.add import Wishes, settle
from reader.morning.complete import MOST_FAILURES, Registries, complete
from reader.morning.edit import file_paper
from reader.morning.merge import part
from reader.search.rows import index
from tests.gathering.test_resolve import Clock, Registry
from tests.morning import test_adding as adding
from tests.morning.test_adding import DOI, RECORD, Shelf, add, kit, other, outcomes, stamped
from tests.pdfs.test_recognition import pdf
from tests.samples import DAY, NOW, paper

clock, library, shelf = adding.clock, adding.library, adding.shelf

MOSS = "On Moss that Remembers Winters"


class Torn(Registry):
    """A registry of which some addresses answer with an error, and arXiv perhaps not at all."""

    def __init__(self, *known: int, bad: Sequence[str] = (), has_arxiv: bool = True) -> None:
        super().__init__(*known)
        self.records[DOI] = RECORD
        self.bad, self.has_arxiv = bad, has_arxiv

    def fetch(self, request: Request) -> Response:
        if request.url.endswith(tuple(self.bad)):
            self.seen.append(request)
            raise SourceFailed(source="DOI", what="answered 500", status=500)
        if "/api/query" in request.url and not self.has_arxiv:
            self.seen.append(request)
            raise Unreachable(source="arXiv", what="refused")
        return super().fetch(request)


def kept_pdfs(library: Library) -> list[str]:
    found = (library.folder / "papers").rglob("*.pdf")
    return sorted(file.relative_to(library.folder).as_posix() for file in found)


def test_a_doi_that_was_not_looked_up_is_no_id_of_a_stamped_paper(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", replace(stamped(7, 1), doi="10.5555/other.9"))
    add(library, shelf, Wishes(), Registry(7))
    assert find_paper(library, "2506.00007").record.ids == ("arxiv:2506.00007",)
    real = Paper(("doi:10.5555/other.9",), "A Study of Ladders in Winter", ("Zoe Zander",))
    papers.add_papers(library.db, [real], source="acl", on=DAY)
    assert find_paper(library, real.id).record == real


def test_an_arxiv_id_of_other_authors_is_removed_from_a_paper(
    library: Library, shelf: Shelf
) -> None:
    own = replace(stamped(7, 1, "On Hail and What it Means to Slate Roofs"), authors=("Uma Vale",))
    file = shelf.put("a.pdf", own)
    row = add(library, shelf)["a.pdf"].paper
    assert row
    assert complete(library, kit(shelf, Registry(7))) == []
    known = pdfs.addition_of(library.db, str(file))
    assert known
    (library_paper,) = papers.papers_at(library.db, [row.row])
    assert library_paper.record.ids == (f"pdf:{known.sha256[:16]}",)
    assert (library_paper.record.title, library_paper.record.version, library_paper.key) == (
        "On Hail and What it Means to Slate Roofs",
        None,
        row.key,
    )
    assert (known.outcome, known.why, known.printed) == (
        "unknown",
        "shows arxiv:2506.00007, but not the title of that paper",
        "",
    )
    # The paper whose number it is comes to its own.
    papers.add_papers(library.db, [paper(7, "Other Things")], source="arXiv", on=DAY)
    real = find_paper(library, "2506.00007")
    assert (real.record.title, pdfs.pdf_of(library.db, real.row)) == ("Other Things", None)


def test_an_id_that_always_fails_does_not_hold_up_others(
    library: Library, shelf: Shelf, clock: Clock
) -> None:
    shelf.put("a.pdf", other("On Hail that Nobody Saw Coming", doi="10.5555/bad.1"))
    shelf.put("b.pdf", other(MOSS, doi=DOI))
    registry = Torn(bad=["bad.1"])
    assert outcomes(add(library, shelf, Wishes(), registry)) == {
        "a.pdf": "unknown",
        "b.pdf": "identified",
    }
    problems = complete(library, kit(shelf, registry))
    assert [(p.subject, p.error.message) for p in problems] == [("1 ids", "DOI: answered 500")]


def test_of_two_ids_the_one_that_can_be_looked_up_is(library: Library, shelf: Shelf) -> None:
    shelf.put("a.pdf", other("On Hail that Nobody Saw Coming", doi="10.5555/bad.1"))
    shelf.put("b.pdf", other(MOSS, doi=DOI))
    add(library, shelf)
    complete(library, kit(shelf, Torn(bad=["bad.1"])))
    assert find_paper(library, DOI).record.title == MOSS
    assert [f.subject for f in failures.failures(library.db, "add")] == ["doi:10.5555/bad.1"]


def test_dois_are_looked_up_even_if_arxiv_does_not_answer(library: Library, shelf: Shelf) -> None:
    shelf.put("s.pdf", stamped(7, 1))
    shelf.put("b.pdf", other(MOSS, doi=DOI))
    add(library, shelf)
    problems = complete(library, kit(shelf, Torn(has_arxiv=False)))
    assert [(p.stage, p.subject) for p in problems] == [("add", "1 ids")]
    assert find_paper(library, DOI).record.title == MOSS
    assert [f.subject for f in failures.failures(library.db, "add")] == ["arxiv:2506.00007"]


def test_a_failing_registry_is_asked_no_more_and_only_asked_ids_have_failed(
    library: Library, shelf: Shelf
) -> None:
    registry = Torn(bad=["bad"])
    asked = Registries(library, kit(shelf, registry))
    ids = [f"doi:10.5555/{n}.bad" for n in range(MOST_FAILURES + 3)]
    assert asked.ask([*ids, f"doi:{DOI}"]) == {}
    assert list(asked.failed) == ids[:MOST_FAILURES]
    silent = Torn(has_arxiv=False)
    asked = Registries(library, kit(shelf, silent))
    assert asked.ask([f"arxiv:2506.{n:05}" for n in range(150)]) == {}
    assert (len(silent.seen), len(asked.failed)) == (1, 100)


def test_papers_split_by_a_person_are_not_merged_by_a_printed_doi(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", other(MOSS, doi=DOI, year=None))
    own = add(library, shelf)["a.pdf"].paper
    assert own
    theirs = Paper((f"doi:{DOI}",), MOSS, ("Uma Vale",), published_on=date(2001, 1, 1))
    papers.add_papers(library.db, [theirs], source="acl", on=DAY)
    part(library, own.record.id, theirs.id)
    assert complete(library, kit(shelf, Torn())) == []
    assert find_paper(library, own.record.id).record.ids == own.record.ids
    assert merges.open_questions(library.db) == []


def test_a_printed_doi_of_other_authors_with_the_same_title_is_not_taken(
    library: Library, shelf: Shelf
) -> None:
    shelf.put("a.pdf", other(MOSS, doi=DOI))
    own = add(library, shelf)["a.pdf"].paper
    assert own
    registry = Torn()
    registry.records[DOI] = RECORD | {"author": [{"given": "Ben", "family": "Other"}]}
    complete(library, kit(shelf, registry))
    assert find_paper(library, own.record.id).record.ids == own.record.ids


def test_a_file_that_was_touched_is_still_to_be_looked_up(library: Library, shelf: Shelf) -> None:
    file = shelf.put("a.pdf", stamped(7, 1))
    add(library, shelf)
    os.utime(file, ns=(1, 1))
    assert outcomes(add(library, shelf)) == {"a.pdf": "identified"}
    complete(library, kit(shelf, Registry(7)))
    assert find_paper(library, "2506.00007").record.categories != ()


@pytest.mark.parametrize("names", [("a.pdf", "b.pdf"), ("b.pdf", "a.pdf")])
def test_of_two_files_that_print_one_doi_the_one_of_its_title_gets_it(
    library: Library, shelf: Shelf, names: tuple[str, str]
) -> None:
    shelf.put(names[0], other(MOSS, doi=DOI))
    shelf.put(names[1], other("On Dew that Waits for Morning", "twice", doi=DOI))
    found = add(library, shelf)
    complete(library, kit(shelf, Torn()))
    paper = found[names[0]].paper
    assert paper
    assert find_paper(library, DOI).record.ids == (f"doi:{DOI}", paper.record.id)
    assert pdfs.to_complete(library.db) == {}


def test_ids_that_wait_are_reported_at_every_gather(
    library: Library, shelf: Shelf, clock: Clock
) -> None:
    shelf.put("s.pdf", stamped(7, 1))
    add(library, shelf)
    tools = kit(shelf, Registry(is_down=True))
    assert [p.error.message for p in complete(library, tools)] == ["arXiv: no answer"]
    again = complete(library, tools)
    assert [(p.subject, p.error.message) for p in again] == [
        (
            "1 ids",
            "1 id printed in added files could not be looked up, next try after 2025-06-04 07:00: "
            "arXiv: no answer",
        )
    ]
    # A registry that answers ends it.
    clock.at = NOW + timedelta(hours=2)
    assert complete(library, kit(shelf, Registry(7))) == []


def test_a_preprint_does_not_take_the_place_of_the_published_pdf(
    library: Library, shelf: Shelf
) -> None:
    title = "On Dew that Waits for Every Single Morning"
    published = Paper(("doi:10.5555/dew.1",), title, ("Ada Field",), published_on=date(2025, 5, 1))
    papers.add_papers(library.db, [published], source="acl", on=DAY - timedelta(30))
    shelf.put("a.pdf", replace(other(title, "published"), authors=("Ada Field",)))
    add(library, shelf)
    row = find_paper(library, published.id).row
    before = pdfs.pdf_of(library.db, row), index.n_passages(library.db, row)
    shelf.put("b.pdf", replace(stamped(7, 1, title), pages=other(title, "another text").pages))
    assert outcomes(add(library, shelf)) == {"a.pdf": "identified", "b.pdf": "duplicate"}
    assert (pdfs.pdf_of(library.db, row), index.n_passages(library.db, row)) == before
    assert len(kept_pdfs(library)) == 1
    # What arXiv says of it is taken over all the same.
    assert list(pdfs.to_complete(library.db)) == ["arxiv:2506.00007"]
    complete(library, kit(shelf, Registry(7)))
    assert find_paper(library, "2506.00007").row == row


def test_a_version_that_a_newer_one_replaced_is_filed_with_its_paper(
    library: Library, shelf: Shelf
) -> None:
    for version in (2, 3):
        shelf.put(f"v{version}.pdf", stamped(7, version))
        add(library, shelf)
    paper = find_paper(library, "2506.00007")
    file_paper(library, paper, "speech/translation")
    folder = "papers/speech/translation"
    assert kept_pdfs(library) == [f"{folder}/{paper.key}-2.pdf", f"{folder}/{paper.key}.pdf"]
    assert outcomes(add(library, shelf)) == {"v2.pdf": "identified", "v3.pdf": "identified"}


@pytest.mark.parametrize(("here", "outcome"), [(1, "identified"), (4, "duplicate")])
def test_the_stamp_of_a_pdf_not_read_yet_is_read(
    library: Library, shelf: Shelf, here: int, outcome: str
) -> None:
    paper = put_unread(library, shelf, stamped(7, here))
    shelf.put("v3.pdf", stamped(7, 3))
    assert outcomes(add(library, shelf)) == {"v3.pdf": outcome}
    pdf = pdfs.pdf_of(library.db, paper)
    assert pdf
    assert pdf.version == max(here, 3)


def test_a_newer_version_takes_the_place_of_a_pdf_that_cannot_be_read(
    library: Library, shelf: Shelf
) -> None:
    paper = put_unread(library, shelf, None)
    shelf.put("v3.pdf", stamped(7, 3))
    assert outcomes(add(library, shelf)) == {"v3.pdf": "identified"}
    pdf = pdfs.pdf_of(library.db, paper)
    assert pdf
    assert pdf.version == 3


def put_unread(library: Library, shelf: Shelf, document: object) -> int:
    """Add a PDF to paper 7 that nobody has read yet."""
    given = paper(7, "On Dew that Waits for Morning")
    papers.add_papers(library.db, [given], source="arXiv", on=DAY)
    row = find_paper(library, given.id).row
    path = "papers/unfiled/dew.pdf"
    file = library.folder / path
    file.parent.mkdir(parents=True)
    file.write_bytes(b"fetched")
    if document is not None:
        shelf.documents[b"fetched"] = document  # type: ignore[assignment]
    pdfs.add_pdf(library.db, pdfs.Pdf(row, Path(path).as_posix(), "0" * 64), n_bytes=7, at=NOW)
    return row


def test_the_text_of_a_merged_copy_is_its_papers(library: Library, shelf: Shelf) -> None:
    titles = {"a.pdf": "On Moss that Remembers and Counts Them", "b.pdf": "Counting Seven Walls"}
    for name, title in titles.items():
        shelf.put(name, other(title))
    rows = {name: a.paper.row for name, a in add(library, shelf).items() if a.paper}
    merges.join(library.db, rows["a.pdf"], rows["b.pdf"], why="by hand", on=DAY)
    for name, title in titles.items():
        shelf.put(f"again {name}", other(title), f"saved anew {name}")
    found = add(library, shelf)
    assert {a.paper.row for a in found.values() if a.paper} == {rows["a.pdf"]}
    assert outcomes(found)["again b.pdf"] == "duplicate"


def test_a_file_that_was_asked_about_is_a_copy_once_its_bytes_are_here(
    library: Library, shelf: Shelf
) -> None:
    first = shelf.put("a.pdf", pdf(type="slides"), "bytes")
    shelf.put("b.pdf", pdf(type="slides"), "bytes")
    assert set(outcomes(add(library, shelf)).values()) == {"asked"}
    settle(library, kit(shelf), first, None)
    assert outcomes(add(library, shelf)) == {"a.pdf": "unknown", "b.pdf": "duplicate"}
