"""Test the pages of the library: papers with filters, folders, sources."""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.base.messages import _, speaking
from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.paper import Batch, PropertyChange
from reader.library.rows import decisions, papers
from reader.morning.browse_library import A_PAGE
from reader.morning.edit import file_papers, tag
from reader.morning.pick import decide_rows
from reader.morning.pipe import Tools
from reader.web.pages.papers import LibraryForm
from reader.web.render import whole_numbers
from reader.web.visit import Parts
from tests import samples
from tests.samples import DAY, NOW, paper, post
from tests.web.site import parts_of, site

OTTERS = """<feed xmlns="http://www.w3.org/2005/Atom"
  xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">
<opensearch:totalResults>1</opensearch:totalResults>
<entry><id>http://arxiv.org/abs/2506.00321v2</id><title>Otters at night</title>
<summary>They whistle.</summary><author><name>Ada Field</name></author>
<published>2025-06-03T10:00:00Z</published><updated>2025-06-03T10:00:00Z</updated>
<arxiv:primary_category term="cs.SD"/><category term="cs.SD"/></entry></feed>"""


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        several = [
            paper(n, f"Garden {n} <b>", published_on=date(2024 + n % 2, 5, 1))
            for n in range(1, A_PAGE + 11)
        ]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        decide_rows(library, "pick", [1, 2, 3])
        decisions.add_filing(library.db, 1, "speech/translation", at=NOW)
        decisions.add_filing(library.db, 2, "speech/translation/simultaneous", at=NOW)
        decisions.add_filing(library.db, 3, "odd & <b>/folder", at=NOW)
        sources.add_batch(
            library.db, Batch("arXiv", DAY, 7, 5, "partial", error="cut short"), now=NOW, on=DAY
        )
        error = ("timeline: no answer <b>", "Is the network up?")
        sources.add_error(library.db, "timeline", error, now=NOW, retry_at=None)
    return parts


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


def titles(text: str) -> list[int]:
    return [int(n) for n in re.findall(r'href="/paper/arxiv:2506\.(\d+)"', text)]


def link(text: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', text)
    assert found, rel
    return found[1].replace("&amp;", "&")


def test_all_papers_stand_on_pages_the_newest_first(client: TestClient) -> None:
    first = client.get("/papers").text
    assert titles(first) == list(range(A_PAGE + 10, 10, -1))
    assert '<p class="visually-hidden" role="status">60 papers</p>' in first, "“all 60” is seen"
    second = client.get(link(first, "next")).text
    assert titles(second) == list(range(10, 0, -1))
    assert titles(client.get(link(second, "prev")).text) == titles(first)
    assert "<b>" not in re.sub(r"&lt;b&gt;", "", first).replace("<body", "")


def test_the_names_of_all_states_are_written_alike(client: TestClient) -> None:
    names = re.findall(r'<a class="chip"[^>]*>(\w+)', client.get("/papers").text)
    assert names == ["all", "undecided", "picked", "read", "skipped"]


def test_the_years_that_a_library_has_are_shown_as_an_example(
    client: TestClient, tmp_path: Path
) -> None:
    assert 'placeholder="2024-2025"' in client.get("/papers").text
    folder = tmp_path / "of one year"
    folder.mkdir()
    of_a_year = parts_of(folder)
    with of_a_year.open_library() as library:
        papers.add_papers(library.db, [paper(1, "On Bees")], source="arXiv", on=DAY)
    with site(of_a_year) as client:
        assert 'placeholder="2025"' in client.get("/papers").text


def test_fields_and_words_are_one_query(client: TestClient) -> None:
    assert titles(client.get("/papers?state=pick").text) == [3, 2, 1]
    assert titles(client.get("/papers?state=pick&year=2025").text) == [3, 1]
    assert titles(client.get("/papers?q=state:pick+year:2025").text) == [3, 1]
    assert titles(client.get("/papers?topic=speech/translation&author=Ada+Field").text) == [2, 1]
    assert titles(client.get("/papers?has=note").text) == []
    assert "No papers found." in client.get("/papers?has=note").text


def test_the_form_shows_what_was_asked_and_pages_keep_it(client: TestClient) -> None:
    text = client.get("/papers?q=-survey&year=2024-2025&state=candidate").text
    assert 'name="q" type="search" value="-survey"' in text
    assert '<option value="candidate" selected>' in text
    assert 'name="year" value="2024-2025"' in text
    assert link(text, "next").startswith("/papers?q=-survey&state=candidate&year=2024-2025&before=")
    chips = re.findall(r'class="chip" href="(/papers[^"]*)"', text)
    assert chips[0] == "/papers?q=-survey&amp;year=2024-2025"


def test_a_wrong_filter_is_said_and_nothing_breaks(client: TestClient) -> None:
    for query in ("year=never", 'topic="', "author=%22%22", "q=%22", "year=9999999999", "q=a:b:c",
                  "state=&before=&has=", "q=" + "x" * 1500):  # fmt: skip
        assert client.get(f"/papers?{query}").status_code == 200, query
    said = client.get("/papers?author=Nobody").text
    assert "There is no author Nobody here." in said


@pytest.mark.parametrize("page", ["/papers", "/topics/speech/translation"])
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("state=bogus", "The address asks for state=bogus, which is not known."),
        ("has=note&has=bogus", "The address asks for has=bogus, which is not known."),
        ("before=-1", "The address asks for before=-1, which is not known."),
        ("after=99999999999999999999", "It takes a number."),
    ],
)
def test_a_value_that_nobody_knows_is_refused(
    client: TestClient, page: str, query: str, said: str
) -> None:
    answer = client.get(f"{page}?{query}")
    assert (answer.status_code, said in answer.text) == (400, True)


def test_values_cannot_leave_their_quotation() -> None:
    asked = LibraryForm(
        q="rain", topic='a" state:skip "', author="“x”", has=("note",), state="pick"
    )
    assert asked.query == 'topic:"a state:skip" author:"x" has:note state:pick rain'
    assert replace(asked, q="a OR b").query.endswith(" state:pick (a OR b)")
    assert asked.but(state="", before=7) == "?q=rain&topic=a%22+state%3Askip+%22&author=" + (
        "%E2%80%9Cx%E2%80%9D&before=7&has=note"
    )


def test_topics_are_folders_with_counts(client: TestClient) -> None:
    text = client.get("/topics").text
    assert 'href="/topics/speech/translation"' in text
    assert "1 paper&nbsp;· 0 PDFs&nbsp;· 0 notes" in text
    assert "picked 1</span>" in text
    assert "not in feeds.toml" in text
    assert "odd &amp; &lt;b&gt;/folder" in text
    folder = client.get("/topics/speech/translation").text
    assert titles(folder) == [2, 1]
    assert '<a href="/topics/speech">speech</a>' in folder
    assert 'href="/topics/speech/translation/simultaneous"' in folder
    assert titles(client.get("/topics/speech").text) == [2, 1]
    assert titles(client.get("/topics/odd%20%26%20%3Cb%3E/folder").text) == [3]
    assert titles(client.get("/topics/speech/translation?state=skip").text) == []
    assert client.get("/topics/nowhere").status_code == 404
    assert client.get("/topics/spee").status_code == 404


def test_no_line_ends_within_a_count_or_a_date() -> None:
    said = whole_numbers("<b> cs.SD 1,006本中6本、2025-06-04 の9本")
    whole = '<span class="whole">{}</span>'.format
    assert said == f"&lt;b&gt; cs.SD {whole('1,006本中6本')}、{whole('2025-06-04')} の9本"


def test_the_completeness_of_the_list_comes_first(client: TestClient) -> None:
    text = client.get("/sources").text
    assert re.search(r"not complete\. Papers may be missing from \d of \d sources\.", text)
    whole = '<span class="whole">{}</span>'.format
    assert f"{whole('5 of 7')} for {whole('2025-06-04')}" in text
    assert "cut short" in text
    assert "timeline: no answer &lt;b&gt;" in text
    assert "Is the network up?" in text
    assert "<td>" in text
    assert "Ask the sources now" in text


def test_the_pages_are_in_japanese_where_the_browser_asks_for_it(client: TestClient) -> None:
    heads = {"/papers": "Papers", "/topics": "Folders", "/sources": "Sources"}
    for path, english in heads.items():
        text = client.get(path, headers={"accept-language": "ja"}).text
        with speaking("ja"):
            assert f"<h1>{_(english)}</h1>" in text
            assert _(english) != english


def test_a_paper_is_added_by_its_address(parts: Parts) -> None:
    web = samples.Web({"http://127.0.0.1:9/api/query": OTTERS.encode()})

    @contextlib.contextmanager
    def tools(_: Library) -> Iterator[Tools]:
        yield samples.tools(web)

    with site(replace(parts, tools=tools)) as client:
        added = client.post("/papers/add", data={"what": " https://arxiv.org/abs/2506.00321v2 "})
        assert added.url.path == "/paper/arxiv:2506.00321"
        assert "Added." in added.text
        assert "Otters at night" in added.text
        again = client.post(
            "/papers/add", data={"what": "2506.00321"}, headers={"accept": "application/json"}
        )
        assert again.json() == {"id": "arxiv:2506.00321", "said": "The paper was already here."}
        wrong = client.post("/papers/add", data={"what": "no such <b>"})
        assert (wrong.status_code, "<b>" in wrong.text.replace("<body", "")) == (400, False)
        away = client.post("/papers/add", data={"what": "10.5555/nobody"})
        assert away.status_code in (404, 502)


def test_an_address_from_another_page_is_shown_and_added_by_a_tap_alone(parts: Parts) -> None:
    with site(parts) as client:
        library = client.get("/papers").text
        new = client.get("/add", params={"url": "https://arxiv.org/abs/2506.00321v2"}).text
        assert 'value="arxiv:2506.00321"' in new
        assert f"{client.base_url}/add?url=" in html.unescape(new)
        page = client.get("/add", params={"url": "https://arxiv.org/pdf/2506.00004"}).text
        assert ("This paper is here already." in page, 'id="add"' in page) == (True, False)
        for url in ("https://example.org/<b>", "javascript:alert(1)", "x" * 1_500, ""):
            other = client.get("/add", params={"url": url})
            assert other.status_code == 200
            assert ("No paper is named by" in other.text) == bool(url)
            assert "<b>" not in other.text
        client.post("/trash/remove", data={"id": "arxiv:2506.00004"})
        assert "in the trash" in client.get("/add?url=2506.00004").text
        client.post("/trash/back", data={"id": "arxiv:2506.00004"})
        assert numbers(client.get("/papers").text) == numbers(library)


def numbers(page: str) -> str:
    """The number of papers that the library's page names."""
    found = re.search(r"(\d+) papers", page)
    assert found
    return found[1]


def test_unfiled_papers_are_named_in_words(parts: Parts, client: TestClient) -> None:
    """Its folder is called `unfiled` on the disk and in addresses."""
    said = client.post(
        "/decide", data={"id": "arxiv:2506.00004", "kind": "pick", "back": "/topics"}
    )
    japanese = {"accept-language": "ja"}
    pages = [
        client.get(address, headers=japanese).text
        for address in ("/topics", "/topics/unfiled", "/papers?topic=unfiled", "/paper/2506.00004")
    ]
    client.post("/undo", data={"id": "arxiv:2506.00004"})
    fields = {"id": "arxiv:2506.00004", "kind": "pick"}
    told = client.post("/decide", data=fields, headers={"accept": "application/json", **japanese})
    assert "Picked for unfiled: Garden 4" in said.text
    for text in pages:
        assert "未分類" in text
        assert "unfiled" not in re.sub(r"<[^>]+>", " ", text)
    assert told.json()["said"] == "未分類 に選びました: Garden 4 <b>"


def test_a_list_marks_only_what_its_rule_does_not_say(client: TestClient) -> None:
    marks = r'<span class="chip[^"]*">([^<]+)</span>'
    assert re.findall(marks, client.get("/papers?year=2025&before=8").text) == ["picked", "picked"]
    assert re.findall(marks, client.get("/papers?state=pick").text) == []
    assert set(re.findall(marks, client.get("/sources").text)) == {"missing"}


@pytest.mark.parametrize("address", ["/papers?", "/papers?q=year:2024-2025&", "/topics/all?"])
def test_each_order_leads_through_all_pages_and_back(parts: Parts, address: str) -> None:
    n = A_PAGE + 10
    with parts.open_library() as library:
        titles_of = {row: f"{(row * 37) % 61:02} garden" for row in range(1, n + 1)}
        papers.add_papers(
            library.db,
            [replace(paper(row, title), version=9) for row, title in titles_of.items()],
            source="arXiv",
            on=DAY,
        )
        several = papers.papers_at(library.db, range(1, n + 1))
        file_papers(library, several, "all", may_be_new=True)
        for row, stars in ((5, 3), (9, 5), (40, 3), (41, 1)):
            tag(library, [row], PropertyChange(rating=stars))
        for guid, row in (("a", 7), ("b", 7), ("c", 60), ("d", 8)):
            one = post(guid, f"arxiv:2506.{row:05}", author="Cy", sentence="Read it.")
            sources.add_posts(library.db, [one], source="timeline", on=DAY)
    rows = range(n, 0, -1)
    orders = {
        "": [*rows],
        "title": sorted(rows, key=lambda row: (row * 37) % 61),
        "year": [*(row for row in rows if row % 2), *(row for row in rows if not row % 2)],
        "rating": [9, 40, 5, 41, *(row for row in rows if row not in (9, 40, 5, 41))],
        "talk": [7, 60, 8, *(row for row in rows if row not in (7, 60, 8))],
    }
    with site(parts) as client:
        for sort, order in orders.items():
            first = client.get(f"{address}sort={sort}").text
            assert titles(first) == order[:A_PAGE], sort
            second = client.get(link(first, "next")).text
            assert titles(second) == order[A_PAGE:], sort
            assert titles(client.get(link(second, "prev")).text) == order[:A_PAGE], sort
        assert client.get("/papers?sort=colour").status_code == 400


def test_all_papers_of_a_folder_move_to_another_one_and_come_back(client: TestClient) -> None:
    address = "/topics/odd%20%26%20%3Cb%3E/folder"
    assert "Move 1 paper to another folder" in client.get(address).text
    # Nothing is filed in the folder itself, only in those below it.
    assert "to another folder" not in client.get("/topics/speech").text
    refused = client.post(f"{address}/move", data={"topic": "gardens/moss"})
    assert (refused.status_code, "gardens/moss" in refused.text) == (404, True)
    moved = client.post(f"{address}/move", data={"topic": "gardens/moss", "new": "1"})
    assert (moved.status_code, moved.url.path) == (200, "/topics/gardens/moss")
    assert "Filed 1 paper under gardens/moss." in moved.text
    assert titles(moved.text) == [3]
    assert client.get(address).status_code == 404
    client.post("/undo", data={"back": "/topics"})
    assert titles(client.get(address).text) == [3]
