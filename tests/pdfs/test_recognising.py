"""Test which rows a PDF is compared with: by its bytes, its title and its text."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reader.library.folder import Library
from reader.library.paper import Paper
from reader.library.rows import doubles, merges, papers, pdfs
from reader.pdfs.find import PdfSketches, Recognition, pdf_id, recognise
from reader.pdfs.recognition import sketch_of
from tests.data import DATA, needs_data
from tests.pdfs.test_recognition import ABSTRACT, AUTHORS, TITLE, pdf
from tests.samples import DAY, NOW, a_library, paper

GARDEN = paper(1, TITLE, ABSTRACT, authors=AUTHORS)
SHA = "ab" * 32


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [GARDEN, paper(2)], source="arXiv", on=DAY)
        yield library


def keep(library: Library, row: int, sha256: str = SHA, sketch: str = "") -> None:
    kept = pdfs.Pdf(row, "papers/a.pdf", sha256, None, sketch)
    pdfs.add_pdf(library.db, kept, n_bytes=9, at=NOW)


def seen(
    library: Library, document: object = None, sha256: str = SHA, **more: object
) -> Recognition:
    return recognise(library, document or pdf(), sha256=sha256, name="file", **more)  # type: ignore[arg-type]


def test_a_title_is_found_by_its_letters_and_the_paper_is_named(library: Library) -> None:
    found = seen(library)
    assert (found.level, found.row, found.id, found.candidates) == ("strong", 1, "", ())
    assert found.paper is not None
    assert (found.paper.ids, found.paper.title) == ((pdf_id(SHA),), TITLE)
    assert found.sketch == sketch_of(pdf())


def test_the_bytes_alone_are_enough_whatever_is_printed(library: Library) -> None:
    keep(library, 2)
    found = seen(library)
    assert (found.level, found.row, str(found.why)) == (
        "strong",
        2,
        "the same file as a PDF in the library",
    )
    assert found.printed is None


def test_the_same_text_is_found_among_many(library: Library) -> None:
    for n in range(3, 40):
        papers.add_papers(library.db, [paper(n)], source="arXiv", on=DAY)
        keep(library, n, f"{n:064}", sketch_of(pdf(body=1000 * n)))
    keep(library, 2, "0" * 64, sketch_of(pdf("Something else", authors=(), abstract="")))
    for texts in (None, PdfSketches.of(library)):
        found = seen(library, pdf("Untitled", authors=(), abstract=""), texts=texts)
        assert (found.level, found.row) == ("strong", 2)


def test_a_row_that_was_merged_is_its_paper(library: Library) -> None:
    merges.join(library.db, 2, 1, why="test", on=DAY)
    assert seen(library).row == 2
    keep(library, 2)
    assert seen(library).row == 2


def test_each_pdf_of_a_paper_that_was_joined_of_copies_tells_it(library: Library) -> None:
    keep(library, 1, "1" * 64, sketch_of(pdf(body=500)))
    keep(library, 2, "2" * 64, sketch_of(pdf(body=900)))
    merges.join(library.db, 2, 1, why="test", on=DAY)
    for body in (500, 900):
        found = seen(library, pdf("Untitled", body=body, authors=(), abstract=""))
        assert (found.level, found.row) == ("strong", 2)


def test_a_stamp_that_nobody_here_knows_is_an_id(library: Library) -> None:
    unknown = pdf("On Hail", body=7, abstract="Hail is loud.", stamp="arXiv:2506.00099v3 [cs.CL]")
    found = seen(library, unknown)
    assert (found.level, found.row, found.id, found.version) == (
        "strong",
        None,
        "arxiv:2506.00099",
        3,
    )


def test_a_looked_up_paper_counts_if_the_page_confirms_it(library: Library) -> None:
    page = pdf(
        "On Hail that Falls Upwards in Spring", body=7, abstract="Hail.", doi="10.5555/hail.1"
    )
    record = Paper(("doi:10.5555/hail.1",), "On Hail that Falls Upwards in Spring", AUTHORS)
    found = seen(library, page)
    assert (found.level, found.unknown_doi) == ("none", "doi:10.5555/hail.1")
    found = seen(library, page, found=[record])
    assert (found.level, found.row, found.id) == ("strong", None, "doi:10.5555/hail.1")
    found = seen(library, page, found=[replace(record, title="Another", authors=("Zoe Zander",))])
    assert (found.level, found.id) == ("none", "")


def test_a_possible_paper_is_named_as_a_candidate(library: Library) -> None:
    found = seen(library, pdf(type="slides"))
    assert (found.level, found.row, found.candidates) == ("medium", None, (1,))


def test_only_papers_with_an_id_or_a_title_of_the_page_are_looked_at(library: Library) -> None:
    found = doubles.papers_named(library.db, ["arxiv:2506.00002"], [])
    assert [row for row, _ in found] == [2]
    assert doubles.papers_named(library.db, [], ["", "no such title"]) == []
    plan = library.db.read(
        "EXPLAIN QUERY PLAN SELECT id FROM papers WHERE fold IN (SELECT value FROM json_each('[]'))"
    )
    assert any("papers_by_fold" in row["detail"] for row in plan)


@needs_data
@pytest.mark.slow
def test_no_real_pdf_is_taken_for_another_paper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    from reader.library.identity import title_fold
    from reader.pdfs.text.process import PdfPool
    from tests.benchmarks.library import newest_papers

    assert DATA is not None
    monkeypatch.setenv("PATH", str(tmp_path))  # the one scan takes minutes: see test_pdf_ocr
    lines = (DATA / "files" / "truth.jsonl").read_text("utf-8").splitlines()
    truth = {DATA / "files" / row["file"]: row for row in map(json.loads, lines)}
    n_found = 0
    with a_library(tmp_path) as library, PdfPool(len(os.sched_getaffinity(0))) as pool:
        several = newest_papers(DATA, 5000)
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        for path, document in pool.read_all(truth):
            assert not isinstance(document, Exception)
            found = recognise(library, document, sha256="0" * 64, name=path.stem)
            stamp = truth[path]["arxiv_id"]
            if stamp:
                paper = papers.papers_at(library.db, [found.row])[0] if found.row else None
                assert f"arxiv:{stamp}" in (paper.record.ids if paper else (found.id,))
                n_found += 1
            elif found.row is not None:
                (paper,) = papers.papers_at(library.db, [found.row])
                assert title_fold(paper.record.title) == title_fold(truth[path]["title"])
            else:
                assert found.id == ""
    assert n_found >= 29
