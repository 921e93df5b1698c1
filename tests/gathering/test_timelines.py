"""Test that papers of timelines, lists and local archives are kept, counted and named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.base.errors import SourceFailed
from reader.base.http import Response
from reader.gathering.gather import gather, last_batches
from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.paper import Batch
from reader.library.rows import papers
from tests.samples import DAY, Web, a_library, n_open_links, tools

TOML = """
[reader]
timezone = "UTC"
[topics.a]
words = ["x"]
[[feed]]
name = "list"
url = "{url}"
kind = "{kind}"
"""


def notes(*names: str, total: int) -> bytes:
    """Write an answer of OpenReview's API about a venue."""
    found = [
        {
            "id": name,
            "forum": name,
            "content": {"title": {"value": f"Rivers of {name}"}, "abstract": {"value": "Water."}},
        }
        for name in names
    ]
    return json.dumps({"notes": found, "count": total}).encode()


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[Library]:
    url = "http://127.0.0.1:9/notes?invitation=V&limit=2"
    with a_library(tmp_path, TOML.format(url=url, kind="openreview")) as library:
        yield library


def pages(*answers: bytes | SourceFailed) -> Web:
    """Answer page after page, by the offset that is asked for."""
    begin = "http://127.0.0.1:9/notes?"
    web = Web(
        {f"{begin}invitation=V&limit=2&offset={2 * n}": page for n, page in enumerate(answers) if n}
    )
    web.pages[begin] = answers[0]
    return web


def test_a_venue_is_read_page_by_page_and_counted_against_its_total(venue: Library) -> None:
    web = pages(notes("Ab1cdefgh", "Ab2cdefgh", total=3), notes("Ab3cdefgh", total=3))
    assert gather(venue, tools(web)) == []
    assert last_batches(venue, DAY) == [Batch("list", DAY, 3, 3, "complete")]
    assert papers.n_papers(venue.db) == 3
    paper = papers.paper_with_id(venue.db, "openreview:Ab3cdefgh")
    assert paper is not None
    assert paper.record.title == "Rivers of Ab3cdefgh"


def test_a_page_that_fails_leaves_the_pages_before_it_and_is_named(venue: Library) -> None:
    bad = SourceFailed(source="list", what="answered 503")
    web = pages(notes("Ab1cdefgh", "Ab2cdefgh", total=3), bad)
    (problem,) = gather(venue, tools(web))
    assert problem.subject == "list"
    (batch,) = last_batches(venue, DAY)
    assert (batch.state, batch.expected, batch.received) == ("partial", 3, 2)
    assert "answered 503" in batch.error
    assert papers.n_papers(venue.db) == 2
    assert sources.source(venue.db, "list").n_errors == 1


def test_a_paper_that_is_here_keeps_its_own_text(venue: Library) -> None:
    web = pages(notes("Ab1cdefgh", total=1))
    gather(venue, tools(web))
    later = json.loads(notes("Ab1cdefgh", total=1))
    later["notes"][0]["content"]["title"]["value"] = "Another title"
    gather(venue, tools(pages(json.dumps(later).encode())), only=["list"])
    paper = papers.paper_with_id(venue.db, "openreview:Ab1cdefgh")
    assert paper is not None
    assert paper.record.title == "Rivers of Ab1cdefgh"


def test_saved_mails_are_read_from_a_folder_and_not_twice(tmp_path: Path) -> None:
    mails = tmp_path / "mails"
    mails.mkdir()
    (mails / "one.eml").write_text(
        "From: Google Scholar Alerts <scholaralerts-noreply@google.com>\n"
        "Subject: rivers - new results\nContent-Type: text/html; charset=utf-8\n\n"
        '<h3><a class="gse_alrt_title" href="https://scholar.google.com/scholar_url?url='
        'https%3A%2F%2Farxiv.org%2Fabs%2F2506.00007&hl=en">Rivers</a></h3>'
        "<div>A Field - 2025</div><div>Water runs.</div>",
        encoding="utf-8",
    )
    folder = tmp_path / "library"
    folder.mkdir()
    with a_library(folder, TOML.format(url=mails, kind="scholar")) as library:
        assert gather(library, tools(Web())) == []
        (batch,) = last_batches(library, DAY)
        assert (batch.received, batch.state) == (1, "not checked")
        without = sources.ids_without_paper(library.db, now=library.now())
        assert list(without) == ["arxiv:2506.00007"]
        gather(library, tools(Web()), only=["list"])
        (batch,) = last_batches(library, DAY)
        assert batch.state == "unchanged"


def test_only_short_links_wait_to_be_followed(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/feed.json"
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "t",
        "items": [
            {"id": "1", "content_text": "See https://t.co/abc and https://example.org/long/page"}
        ],
    }
    with a_library(tmp_path, TOML.format(url=url, kind="posts")) as library:
        answer = Response(url, 200, json.dumps(feed).encode(), {"content-type": "application/json"})
        assert gather(library, tools(Web({url: answer}))) == []
        assert n_open_links(library.db) == 1


def test_a_volume_is_counted_and_what_cannot_be_read_of_it_is_said(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/2006.rain.xml"
    papers_xml = "".join(f'<paper id="{n}"><title>River {n}</title></paper>' for n in (1, 2, "x"))
    volume = f'<collection id="2006.rain"><volume id="1">{papers_xml}</volume></collection>'
    with a_library(tmp_path, TOML.format(url=url, kind="acl")) as library:
        (problem,) = gather(library, tools(Web({url: volume.encode()})))
        assert "2 of 3 for 2025-06-04. 1 entry cannot be read" in problem.error.message
        assert papers.n_papers(library.db) == 2
        whole = volume.replace('id="x"', 'id="3"')
        assert gather(library, tools(Web({url: whole.encode()})), only=["list"]) == []
        assert last_batches(library, DAY) == [Batch("list", DAY, 3, 3, "complete")]
