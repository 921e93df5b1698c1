"""Test the page with a PDF's text in one column, and the pictures in it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from reader.library.reference import CitedWork
from reader.library.rows import pdfs
from reader.pdfs.arxiv_html import fetch_html
from reader.search.rows import citations
from reader.web.visit import Parts
from tests.latexml import sample_page, sample_picture
from tests.marked_pdfs import typeset
from tests.samples import Web, tools
from tests.web.test_pdf import PDF, SNAIL, client, parts, put

__all__ = ["client", "parts"]
SENTENCE = "Snails <script>alert(1)</script> hear rain [1b]."


def test_the_text_stands_in_one_column_with_links_to_pages_and_references(
    client: TestClient, parts: Parts
) -> None:
    with parts.open_library() as library:
        put(library, 1, typeset(SNAIL, (SENTENCE,)))
        citations.add_cited(library.db, 1, [CitedWork(1, "1b", "Rain.", "", "", (), 2)])
    text = client.get(f"{PDF}/reflow?original=1").text
    assert "Snails &lt;script&gt;alert(1)&lt;/script&gt; hear rain" in text
    assert f'<a class="cite" href="{PDF}/reference/1?original=1">[1b]</a>' in text
    marks = re.findall(r'id="page-(\d)" href="([^"]+)"', text)
    assert marks == [(n, f"{PDF}/page/{n}?original=1") for n in ("1", "2")]
    assert text.count(SNAIL) == 2, "in the title and once above the text"


def test_a_part_of_a_page_is_a_picture_that_is_kept_for_good(client: TestClient) -> None:
    stamp = client.get(f"{PDF}/pages.json").json()["stamp"]
    at = f"{PDF}/page/1/part.png?width=600&v={stamp}"
    answer = client.get(f"{at}&box=50,50,200,120")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    other = client.get(f"{at}&box=50,60,200,120", headers={"if-none-match": answer.headers["etag"]})
    assert other.status_code == 200
    assert client.get(f"{at}&box=1,2,3").status_code == 400
    assert client.get(f"{at}&box=9000,0,9001,2").status_code == 422
    assert client.get(f"{PDF}/page/9/part.png?box=0,0,9,9").status_code == 404


def test_a_file_that_cannot_be_read_says_so(client: TestClient, parts: Parts) -> None:
    with parts.open_library() as library:
        put(library, 1, b"%PDF-1.7 torn")
    answer = client.get(f"{PDF}/reflow")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


@pytest.fixture
def arxiv(parts: Parts) -> Parts:
    """Let arXiv's HTML of the first paper be here."""
    number = "2506.00001"
    answers = {
        f"/html/{number}v2/x1.png": sample_picture(),
        f"/html/{number}": sample_page(number),
    }
    served = Web({f"http://127.0.0.1:9{at}": body for at, body in answers.items()})
    with parts.open_library() as library:
        fetch_html(library, tools(served), only=[1])
    return parts


@pytest.mark.usefixtures("arxiv")
def test_arxivs_html_is_shown_where_it_is_here_and_says_which_it_is(client: TestClient) -> None:
    text = client.get(f"{PDF}/reflow").text
    assert "This is arXiv&#39;s HTML of version 2." in text
    assert "The PDF here is" not in text, "its version is not known"
    assert '<h2 class="ltx_title ltx_title_section">' in text
    assert "<msqrt><mi>T</mi></msqrt>" in text
    assert '<span class="no-picture">[picture: see the PDF]</span>' in text
    assert f'<a href="{PDF}/reflow?of=pdf">Text of the PDF</a>' in text
    for other in ("of=pdf", "original=1"):
        text = client.get(f"{PDF}/reflow?{other}").text
        assert f'<a href="{PDF}/reflow">arXiv&#39;s HTML of version 2</a>' in text
        assert "ltx_" not in text
    text = client.get(f"{PDF}/reflow", headers={"accept-language": "ja"}).text
    assert "arXiv の HTML(第2版)です。" in text


def test_another_version_than_the_pdfs_is_said(client: TestClient, arxiv: Parts) -> None:
    with arxiv.open_library() as library:
        known = pdfs.pdf_of(library.db, 1)
        assert known is not None
        pdfs.set_sketch(library.db, replace(known, version=3))
    assert "The PDF here is version 3." in client.get(f"{PDF}/reflow").text


@pytest.mark.usefixtures("arxiv")
def test_pictures_of_the_html_come_from_here_and_nothing_else_of_its_folder(
    client: TestClient,
) -> None:
    text = client.get(f"{PDF}/reflow").text
    [name] = re.findall(r'src="html/([^"]+)"', text)
    answer = client.get(f"{PDF}/html/{name}")
    assert (answer.content, answer.headers["content-type"]) == (sample_picture(), "image/png")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    others = ("page.html", "source.html.gz", "0" * 16 + ".png", "..%2F..%2Freader.db")
    assert [client.get(f"{PDF}/html/{other}").status_code for other in others] == [404] * 4
    assert client.get(f"/pdf/arxiv:2506.00002/html/{name}").status_code == 404


def test_citations_of_the_html_lead_to_cards_where_a_title_tells_which(
    client: TestClient, arxiv: Parts
) -> None:
    policy, less = "A Policy That Reads ahead of Its Speaker", "Listening Less, and What Came"
    works = [
        CitedWork(1, "1", f"N. Elsewhere. {less}. 2025.", less, "2025", (), 2),
        CitedWork(2, "2", f"Nulle-Part, {policy}. 2024.", policy, "2024", (), 2),
        CitedWork(3, "3", f"Qasranipour. {less}. 2025.", less, "2025", (), 2),
    ]
    with arxiv.open_library() as library:
        citations.add_cited(library.db, 1, works)
    text = client.get(f"{PDF}/reflow").text
    name = 'aria-label="1: [1] É. Nulle-Part and A. Neverwas. A policy that r"'
    assert f'Neverwas [<a class="cite" href="{PDF}/reference/2" {name}>1</a>]' in text
    assert re.search(r'\[<a class="ltx_ref" href="#ltx-bib.bib2"[^>]*>2</a>\]', text), "two fit"
    assert policy in client.get(f"{PDF}/reference/2").text


@pytest.mark.usefixtures("arxiv")
def test_the_html_is_shown_where_the_pdf_is_gone(client: TestClient, parts: Parts) -> None:
    (parts.folder / "papers/1.pdf").unlink()
    answer = client.get(f"{PDF}/reflow")
    assert (answer.status_code, "An interpreter waits" in answer.text) == (200, True)
    assert "of=pdf" not in answer.text
