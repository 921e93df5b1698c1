"""Test what is collected about one paper for the terminal and the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from reader.cli.show import arrival_text
from reader.library.rows import highlights, papers, pdfs
from reader.library.rows.highlights import MarkedCopy
from reader.morning.about import About, Beside, about
from reader.morning.pick import decide_rows
from reader.notes.write import add_note
from tests.pdfs.test_returning import RAIN, SLEPT
from tests.samples import DAY, NOW, a_library, paper, post


def test_everything_known_of_a_paper_is_collected(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1), paper(2)], source="arXiv", on=DAY)
        later = DAY + timedelta(days=1)
        papers.add_papers(library.db, [paper(1, version=2)], source="arXiv feed", on=later)
        decide_rows(library, "pick", [1, 2])
        pdf = pdfs.Pdf(1, "papers/a.pdf", "a" * 64)
        pdfs.add_pdf(library.db, pdf, n_bytes=1, at=NOW)
        copies = [MarkedCopy(1, f"papers/{n}.pdf", str(n) * 64, 0) for n in (1, 2)]
        for n, copy in enumerate(copies):
            highlights.add_copy(library.db, copy, at=NOW + timedelta(days=n))
        ids = [
            highlights.add_highlight(library.db, 1, mark, mark=None, at=NOW)
            for mark in (SLEPT, RAIN)
        ]
        highlights.set_seen(library.db, "x", ids, at=NOW)
        highlights.set_seen(library.db, "x", ids[1:], at=NOW)
        first, second = papers.papers_at(library.db, [1, 2])
        add_note(library, first, f"It goes on in [[{second.key}]]. That is all.")
        add_note(library, second, f"See [[{first.key}]]. That is all.")
        first, second = papers.papers_at(library.db, [1, 2])
        (tmp_path / "papers").mkdir()
        (tmp_path / copies[1].path).write_bytes(b"%PDF-")  # the other two were deleted by hand
        found = about(library, first)
    assert (found.paper, found.origins, found.pdf) == (first, ("arXiv", "arXiv feed"), pdf)
    assert found.versions == [(1, DAY), (2, later)]
    assert found.beside == [Beside(copies[1], later, True), Beside(copies[0], DAY, False)]
    assert not found.is_pdf_here
    assert [mark.highlight for mark in found.marks] == [RAIN, SLEPT]
    assert [mark.highlight for mark in found.marks_there] == [RAIN]
    assert [one.paper for one in found.links] == [second]
    assert [one.sentence for one in found.linked] == ["See “Listening to Gardens, Part 1”."]
    assert found.note is not None
    assert found.note.text.startswith("It goes on")


def test_little_is_known_of_a_new_paper(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1, version=None)], source="arXiv", on=DAY)
        (library_paper,) = papers.papers_at(library.db, [1])
        assert about(library, library_paper) == About(
            library_paper, ("arXiv",), [], None, False, [], None, 0, [], [], [], None, (), [], {}
        )
        assert arrival_text(library_paper, ["arXiv"]) == "candidate · arrived 2025-06-04 from arXiv"
        assert arrival_text(library_paper, ["by hand"]) == "added by hand on 2025-06-04"
        picked = replace(library_paper, state="pick")
        assert arrival_text(picked, ["by hand"]) == "pick · added by hand on 2025-06-04"


def test_posts_about_a_paper_are_collected(tmp_path: Path) -> None:
    from reader.gathering.rows import sources

    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
        sources.add_posts(library.db, [post("1", paper(1).id)], source="timeline", on=DAY)
        (library_paper,) = papers.papers_at(library.db, [1])
        assert [m.words for m in about(library, library_paper).mentions] == ["Read this."]
