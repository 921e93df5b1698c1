"""Test what the server sends to the page on which a PDF is read in one scroll."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from reader.library.rows import pdfs
from reader.web.visit import Parts
from tests.marked_pdfs import MOSS, blank
from tests.web.test_pdf import MOSS_TITLE, client, parts

__all__ = ["client", "parts"]
PDF = "/pdf/arxiv:2506.00002"


def test_the_reading_page_leads_to_single_pages_without_scripts(client: TestClient) -> None:
    answer = client.get(f"{PDF}/read?original=1")
    assert answer.status_code == 200
    assert MOSS_TITLE in answer.text
    assert f'<noscript><p class="notice"><a href="{PDF}/page/1?original=1">' in answer.text
    assert client.get("/pdf/arxiv:2506.00009/read").status_code == 404


def test_the_picture_of_the_first_page_and_all_scripts_are_named_in_the_page(
    client: TestClient,
) -> None:
    first = client.get(f"{PDF}/read?original=1").text
    picture = re.search(r'<img alt="Page 1" [^>]*>', first)
    assert picture is not None
    # The page's size is not read for this: it is there where it is known.
    assert " height=" not in picture[0]
    facts = client.get(f"{PDF}/pages.json?original=1").json()
    width, height = facts["sizes"][0]
    page = client.get(f"{PDF}/read?original=1").text
    at = f"{PDF}/page/1.webp?original=1&amp;width=1200&amp;v={facts['stamp']}&amp;marks=0 1200w"
    assert at in page
    assert f'width="{width}" height="{height}"' in page
    # None of them comes before the picture: opening.js asks for them when it is painted.
    assert 'type="module"' not in page
    assert 'rel="modulepreload"' not in page
    (ahead,) = re.findall(r'data-ahead="([^"]+)"', page)
    preloaded = ahead.split()
    assert len(preloaded) == len(set(preloaded)) > 10
    imported = {
        each
        for address in preloaded
        for each in re.findall(r' from "([^"]+)"', client.get(address).text)
    }
    assert imported < set(preloaded)
    # The paper's page fetches them before.
    paper = client.get("/paper/arxiv:2506.00002").text
    (files,) = re.findall(r'id="read-pdf" [^>]*data-files="([^"]+)"', paper)
    assert set(preloaded) < set(files.split())


def test_sizes_and_words_are_kept_for_good_by_their_stamp(client: TestClient) -> None:
    facts = client.get(f"{PDF}/pages.json").json()
    assert facts["n_pages"] == len(facts["sizes"]) == 2
    page = client.get(f"{PDF}/page/1.json?v={facts['stamp']}")
    assert page.headers["cache-control"] == "private, max-age=31536000, immutable"
    found = page.json()
    assert [found["width"], found["height"]] == facts["sizes"][0]
    lines = [" ".join(word[4] for word in line["words"]) for line in found["lines"]]
    assert MOSS_TITLE in lines
    assert lines[2:4] == [f"{text.rstrip('.')} (1a)." for text in MOSS[0].split(". ")]
    again = client.get(f"{PDF}/page/1.json", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache")
    assert client.get(f"{PDF}/page/3.json").status_code == 404


def test_contents_and_hits_come_for_the_whole_file(client: TestClient) -> None:
    assert client.get(f"{PDF}/contents.json").json() == []
    found = client.get(f"{PDF}/find.json?q=MISTY+morning").json()
    assert [hit["page"] for hit in found["hits"]] == [1, 2]
    assert [hit["text"] for hit in found["hits"]] == ["misty morning"] * 2
    assert client.get(f"{PDF}/find.json?q=").json() == {"hits": [], "are_more": False}


def test_the_page_opens_where_the_paper_was_read_last(client: TestClient) -> None:
    place = {"page": "2", "y": "120.5", "n_pages": "2"}
    script = {"accept": "application/json"}
    assert client.post(f"{PDF}/place", data=place, headers=script).status_code == 204
    page = client.get(f"{PDF}/read").text
    assert 'data-page="2" data-y="120.5"' in page
    assert "Read on at page 2 of 2" in client.get("/paper/arxiv:2506.00002").text
    assert 'data-page="1" data-y="0.0"' in client.get(f"{PDF}/read?page=1").text
    for wrong in ({"page": "3"}, {"page": "0"}, {"y": "nan"}, {"y": "x"}):
        answer = client.post(f"{PDF}/place", data=place | wrong, headers=script)
        assert answer.status_code == 400, wrong
    assert 'data-page="2"' in client.get(f"{PDF}/read").text


def test_contents_that_were_kept_for_the_same_file_are_sent_as_they_are(
    client: TestClient, parts: Parts
) -> None:
    kept = '[{"level":1,"title":"Of Moss","page":2}]'
    with parts.open_library() as library:
        known = pdfs.pdf_of(library.db, 2)
        assert known is not None
        pdfs.add_contents(library.db, known.sha256, kept)
    assert client.get(f"{PDF}/contents.json").text == kept
    with parts.open_library() as library:  # another program wrote another file in its place
        (library.folder / known.path).write_bytes(blank())
    assert client.get(f"{PDF}/contents.json").json() == []
