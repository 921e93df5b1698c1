"""Test how a PDF's references are shown: the cards of cited papers, and where pages cite them."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from reader.library.reference import CitedWork
from reader.library.rows import papers
from reader.morning.about import citation_places
from reader.search.rows import citations
from reader.web.visit import Parts
from tests.marked_pdfs import typeset
from tests.samples import DAY, paper
from tests.web.test_pdf import MOSS_TITLE, PDF, SNAIL, client, parts, put

__all__ = ["client", "parts"]
LIND = CitedWork(1, "1a", "B. Lind. Moss. arXiv:2506.00002.", "Moss", "", ("arxiv:2506.00002",), 2)
KAY = CitedWork(2, "2a", "<b>Kay</b>. Fog.", "Fog", "", ("arxiv:2506.09999",), 2, 80.5)
POE = CitedWork(3, "3", "Poe. Hail.", "", "", (), 2)


@pytest.fixture(autouse=True)
def cited(parts: Parts) -> None:
    with parts.open_library() as library:
        citations.add_cited(library.db, 1, [LIND, KAY, POE])
        put(library, 1, typeset(SNAIL, ("Snails hear rain [1a, 3]. Fog is silent [2a].",)))


def test_a_card_shows_the_paper_here_or_the_way_to_add_it(client: TestClient) -> None:
    at = f"{PDF}/reference"
    here = client.get(f"{at}/1").text
    assert f'<a href="/paper/arxiv:2506.00002">{MOSS_TITLE}</a>' in here
    assert "/papers/add" not in here
    new = client.get(f"{at}/2", headers={"x-part": "1"}).text
    assert "[2a] &lt;b&gt;Kay" in new
    assert '<input type="hidden" name="what" value="arxiv:2506.09999">' in new
    assert f'href="{PDF}/page/2" data-page="2" data-y="80.5"' in new
    assert "<!doctype" not in new
    unknown = client.get(f"{at}/3").text
    assert "No arXiv id or DOI is printed here" in unknown
    assert client.get(f"{at}/4").status_code == 404


def test_a_page_says_where_it_cites_which_entry(client: TestClient) -> None:
    found = client.get(f"{PDF}/page/1/citations.json").json()["citations"]
    assert [one["reference"] for one in found] == [1, 3, 2]
    words = client.get(f"{PDF}/page/1.json").json()["lines"]
    [spot] = [word[:4] for line in words for word in line["words"] if word[4].startswith("[2a]")]
    assert found[2]["boxes"] == [spot]
    assert client.get(f"{PDF}/page/9/citations.json").status_code == 404


def test_the_papers_page_lists_what_it_cites_and_who_cites_it(
    client: TestClient, parts: Parts
) -> None:
    assert "Cites 1 paper here (references: 3)" in client.get("/paper/arxiv:2506.00001").text
    citing = client.get("/paper/arxiv:2506.00002").text
    assert "Cited by 1 paper here" in citing
    assert SNAIL in citing
    with parts.open_library() as library:
        papers.add_papers(library.db, [paper(3, "Fog")], source="arXiv", on=DAY)
    assert "in your library" not in client.get("/paper/arxiv:2506.00003").text


def line(y: float, *words: str, after: str = " ") -> dict[str, object]:
    boxes = [[10.0 + 50 * n, y, 50.0 + 50 * n, y + 10, word] for n, word in enumerate(words)]
    return {"angle": 0, "words": boxes, "after": after}


def test_a_citation_over_two_lines_has_a_box_on_each() -> None:
    work = CitedWork(1, "", "Example, A. 2020. Rain.", "Rain", "2020", (), 3, 100.0)
    lines = [line(20, "as", "Exam-", after="-"), line(32, "ple", "(2020)")]
    boxes = [(60.0, 20, 100.0, 30), (10.0, 32, pytest.approx(93.3, abs=0.1), 42)]
    assert citation_places(lines, [work], 1) == [(1, boxes)]


def test_the_number_of_an_entry_in_the_list_cites_nothing() -> None:
    work = CitedWork(1, "1", "Example, A. Rain.", "Rain", "", (), 3, 100.0)
    lines = [line(101, "[1]", "Example,"), line(60, "see", "[1]")]
    assert citation_places(lines, [work], 3) == [(1, [(60.0, 60, 100.0, 70)])]
    assert len(citation_places(lines, [work], 2)) == 2
