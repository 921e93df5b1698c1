"""Test the source of the arXiv API with a local server that plays the API and its faults."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import arxiv
import pytest
import requests

from reader.base.errors import SourceFailed
from reader.base.http import Request, Response
from reader.base.http.client import Client
from reader.gathering.sources.arxiv_lists import (
    ApiListing,
    ArxivPlace,
    ArxivSession,
    client_of,
    papers_by_id,
    papers_listed,
)
from reader.library.paper import Paper
from tests.data import DATA, needs_data
from tests.server import Answer, Server, Time

DAY = date(2025, 3, 4)  # a Tuesday: submitted from Friday to Monday, 14:00 Eastern


def entry(number: int, *, published: str = "2025-03-01T10:00:00Z", more: str = "") -> str:
    """Print an invented paper as the API does."""
    return f"""<entry>
    <id>http://arxiv.org/abs/2503.{number:05}v2</id>
    <title>Whispering   Gardens,
      Part {number}</title>
    <updated>2025-03-02T09:00:00Z</updated>
    <link href="https://arxiv.org/abs/2503.{number:05}v2" rel="alternate" type="text/html"/>
    <summary>We listen to gardens. Loss &lt; 0.5.</summary>
    <category term="eess.AS" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <published>{published}</published>
    <arxiv:primary_category term="cs.CL"/>
    <author><name>Mio  Hoshi</name></author><author><name>Ada Field</name></author>{more}
    </entry>"""


def paper(number: int) -> Paper:
    return Paper(
        ids=(f"arxiv:2503.{number:05}",),
        title=f"Whispering Gardens, Part {number}",
        authors=("Mio Hoshi", "Ada Field"),
        abstract="We listen to gardens. Loss < 0.5.",
        categories=("cs.CL", "eess.AS"),
        published_on=date(2025, 3, 1),
        announced_on=DAY,
        version=2,
    )


def feed(entries: Sequence[str], total: int | None = None, start: int = 0) -> bytes:
    n = len(entries) if total is None else total
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
  xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x</id><title>arXiv Query</title>
  <opensearch:itemsPerPage>200</opensearch:itemsPerPage>
  <opensearch:totalResults>{n}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
  {"".join(entries)}
</feed>
""".encode()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def place(server: Server) -> ArxivPlace:
    return ArxivPlace(server.url("/api/query"), 3.0, ("cs.CL", "eess.AS"))


def play(server: Server, *pages: bytes) -> None:
    server.script("/api/query", *(Answer(page) for page in pages))


def test_the_package_asks_through_the_session_that_it_is_given() -> None:
    """Test the private attribute of the package that we set: this fails when it moves."""
    assert isinstance(vars(arxiv.Client())["_session"], requests.Session)
    asked: list[Request] = []

    def fetch(request: Request) -> Response:
        asked.append(request)
        return Response(request.url, 200, feed([entry(1)]), {})

    client = client_of(ArxivSession(fetch, 3.0), "http://127.0.0.1:9/api")
    assert [result.entry_id for result in client.results(arxiv.Search(id_list=["1"]))] != []
    assert [request.url.partition("?")[0] for request in asked] == ["http://127.0.0.1:9/api"]


class TestADay:
    def test_a_day_is_asked_for_by_classes_and_minutes_of_submission(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        play(server, feed([entry(1)]))
        papers_listed(client.fetch, place, DAY)
        assert server.seen[0].query == {
            "search_query": "(cat:cs.CL OR cat:eess.AS) AND "
            "submittedDate:[202502281900 TO 202503031859]",
            "id_list": "",
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
            "start": "0",
            "max_results": "200",
        }
        assert server.seen[0].headers["user-agent"].startswith("asayomi/")

    def test_all_pages_come_with_a_pause_between_them(
        self, client: Client, server: Server, place: ArxivPlace, time_: Time
    ) -> None:
        pages = [feed([entry(i) for i in range(n + 1, n + 201)], 450, n) for n in (0, 200)]
        play(server, *pages, feed([entry(i) for i in range(401, 451)], 450, 400))
        listed = papers_listed(client.fetch, place, DAY)
        assert listed == ApiListing(tuple(paper(i) for i in range(1, 451)), 450)
        assert [seen.query["start"] for seen in server.seen] == ["0", "200", "400"]
        assert time_.slept == [3, 3]

    def test_a_paper_on_two_pages_is_one(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        play(server, feed([entry(1), entry(2)], 4), feed([entry(2), entry(3)], 4, 2))
        assert papers_listed(client.fetch, place, DAY) == ApiListing(
            (paper(1), paper(2), paper(3)), 4
        )

    def test_a_day_without_papers_is_asked_for_twice(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        play(server, feed([]))
        assert papers_listed(client.fetch, place, DAY) == ApiListing((), 0)
        assert len(server.seen) == 2

    def test_an_empty_page_in_the_middle_is_asked_for_again(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        play(server, feed([entry(1)], 2), feed([], 2, 1), feed([entry(2)], 2, 1))
        assert papers_listed(client.fetch, place, DAY) == ApiListing((paper(1), paper(2)), 2)
        assert [seen.query["start"] for seen in server.seen] == ["0", "1", "1"]

    def test_a_page_that_stays_empty_leaves_a_list_cut_short(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        play(server, feed([entry(1)], 2), feed([], 2, 1))
        listed = papers_listed(client.fetch, place, DAY)
        assert (listed.papers, listed.expected) == ((paper(1),), 2)
        assert str(listed.failure) == "arXiv: a page before the last one was empty"
        assert len(server.seen) == 3

    def test_a_total_that_moves_is_asked_for_again_and_believed(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        moved = feed([entry(2), entry(3)], 3, 1)
        play(server, feed([entry(1)], 2), moved, moved)
        listed = papers_listed(client.fetch, place, DAY)
        assert listed == ApiListing((paper(1), paper(2), paper(3)), 3)
        assert len(server.seen) == 3

    def test_what_came_before_a_failure_is_kept_and_the_failure_named(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        server.script("/api/query", Answer(feed([entry(1)], 2)), Answer(status=500))
        listed = papers_listed(client.fetch, place, DAY)
        assert (listed.papers, listed.expected) == ((paper(1),), 2)
        assert str(listed.failure) == ("arXiv: 127.0.0.1 answered 500: the server has a problem")

    def test_an_entry_that_lacks_its_date_is_missing_in_the_count(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        lame = entry(2).replace("<published>2025-03-01T10:00:00Z</published>", "")
        play(server, feed([entry(1), lame], 2), feed([lame], 2, 1))
        listed = papers_listed(client.fetch, place, DAY)
        assert (listed.papers, listed.expected) == ((paper(1),), 2)

    def test_comment_doi_and_withdrawal_are_kept(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        more = (
            "<arxiv:comment>This paper has been\n withdrawn&#x9b;31m</arxiv:comment>"
            "<arxiv:doi>10.1234/GARDEN.5 10.1234/other</arxiv:doi>"
        )
        play(server, feed([entry(1, more=more)]))
        (found,) = papers_listed(client.fetch, place, DAY).papers
        assert found.ids == ("arxiv:2503.00001", "doi:10.1234/garden.5", "doi:10.1234/other")
        assert found.comment == "This paper has been withdrawn"

    def test_accents_of_tex_become_letters_but_not_in_formulas(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        answer = feed([entry(1)]).decode()
        for said, typed in (
            ("Ada Field", r"Ol\'a F\d{o}l"),
            ("Gardens", r"G\"ardens in $\tilde a$"),
            ("to gardens", r"to \'Ecoles"),
        ):
            answer = answer.replace(said, typed)
        play(server, answer.encode())
        (found,) = papers_listed(client.fetch, place, DAY).papers
        assert found.authors == ("Mio Hoshi", "Olá Fọl")
        assert found.title == r"Whispering Gärdens in $\tilde a$, Part 1"
        assert found.abstract.startswith("We listen to Écoles.")

    def test_the_listing_day_comes_from_the_first_submission(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        play(server, feed([entry(1, published="2025-02-27T18:59:59Z")]))
        (found,) = papers_listed(client.fetch, place, DAY).papers
        assert (found.published_on, found.announced_on) == (date(2025, 2, 27), date(2025, 2, 28))

    def test_a_weekend_is_the_callers_mistake(self, place: ArxivPlace) -> None:
        with pytest.raises(ValueError, match="Saturday"):
            papers_listed(lambda request: Response("", 200, b""), place, date(2025, 3, 1))


ERROR = b"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"
  xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>arXiv Query</title>
<opensearch:totalResults>1</opensearch:totalResults><entry>
<id>http://arxiv.org/api/errors#start_must_be_an_integer</id><title>Error</title>
<summary>start must be an integer</summary><updated>2025-03-03T00:00:00Z</updated>
</entry></feed>"""


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the answer is empty, not Atom"),
        (b"  \n", "the answer is empty, not Atom"),
        (b"<!DOCTYPE html>\n<html><body>Rate exceeded.", "the answer is an HTML page, not Atom"),
        (b"\n<html lang='en'>", "the answer is an HTML page, not Atom"),
        (b"Rate exceeded.", "the answer is text that begins with 'rate exceeded.', not Atom"),
        (b'{"error": 1}', "the answer is JSON, not Atom"),
        (feed([entry(1)])[:700], "the answer is incomplete: its Atom feed has no end"),
        (feed([entry(1)]).replace(b"totalResults", b"total"), "the Atom feed has no total, so "
         "it is not an answer of the API"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'></feed>", "the Atom feed has no total, so "
         "it is not an answer of the API"),
        (ERROR, "the source reports an error: start must be an integer"),
        (feed([entry(1, published="yesterday")]), "the answer cannot be read (Invalid isoformat "
         "string: 'yesterday')"),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_feed_is_not_taken_for_an_empty_list(
    client: Client, server: Server, place: ArxivPlace, body: bytes, sentence: str
) -> None:
    play(server, body)
    with pytest.raises(SourceFailed) as caught:
        papers_listed(client.fetch, place, DAY)
    assert caught.value.message == f"arXiv: {sentence}"
    assert caught.value.hint == "The next gather tries again."


def test_control_characters_and_entities_do_no_harm(
    client: Client, server: Server, place: ArxivPlace
) -> None:
    bomb = b"".join(
        b"<!ENTITY a%d '%s'>" % (i + 1, b"&a%d;" % i * 10) for i in range(12)
    )  # unpacked: a million million times
    evil = feed([entry(1, more="<arxiv:comment>&a12;&file;</arxiv:comment>")]).replace(
        b"<feed", b"<!DOCTYPE feed [<!ENTITY a0 'ha'><!ENTITY file SYSTEM "
        b"'file:///etc/passwd'>" + bomb + b"]><feed", 1
    )  # fmt: skip
    play(server, evil)
    with pytest.raises(SourceFailed):
        papers_listed(client.fetch, place, DAY)


class TestIds:
    def test_ids_are_asked_for_in_one_request(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        play(server, feed([entry(1), entry(2)]))
        ids = ("arxiv:2503.00001", "arxiv:2503.00002", "arxiv:2503.99999")
        assert papers_by_id(client.fetch, place, ids) == (paper(1), paper(2))
        assert server.seen[0].query["id_list"] == "2503.00001,2503.00002,2503.99999"
        assert len(server.seen) == 1

    def test_no_ids_make_no_request(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        assert papers_by_id(client.fetch, place, ()) == ()
        assert server.seen == []

    def test_unknown_ids_are_absent_even_where_the_total_counts_them(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        play(server, feed([entry(1)], 2), feed([], 2, 1))
        ids = ("arxiv:2503.00001", "arxiv:2503.99999")
        assert papers_by_id(client.fetch, place, ids) == (paper(1),)

    @pytest.mark.parametrize("refusal", [Answer(b"", status=400), Answer(ERROR)])
    def test_a_malformed_id_does_not_lose_the_others(
        self, client: Client, server: Server, place: ArxivPlace, refusal: Answer
    ) -> None:
        known = {f"2503.{i:05}": entry(i) for i in range(1, 9)}

        def answer(seen: object) -> Answer:
            asked = server.seen[-1].query["id_list"].split(",")
            if "math/bad" in asked:
                return refusal
            return Answer(feed([known[id] for id in asked]))

        server.respond("/api/query", answer)
        ids = [*(f"arxiv:{id}" for id in known), "arxiv:math/bad"]
        found = papers_by_id(client.fetch, place, ids)
        assert sorted(p.id for p in found) == [f"arxiv:2503.{i:05}" for i in range(1, 9)]
        assert len(server.seen) <= 9

    def test_a_failure_is_raised(self, client: Client, server: Server, place: ArxivPlace) -> None:
        server.script("/api/query", Answer(status=503, headers={"Retry-After": "600"}))
        with pytest.raises(SourceFailed) as caught:
            papers_by_id(client.fetch, place, ["arxiv:2503.00001"])
        assert caught.value.retry_at == datetime(2025, 3, 4, 6, 10, tzinfo=UTC)

    def test_many_ids_are_asked_for_in_batches_of_a_hundred(
        self, client: Client, server: Server, place: ArxivPlace
    ) -> None:
        play(server, feed([entry(1)]), feed([entry(2)]), feed([entry(3)]))
        papers_by_id(client.fetch, place, [f"arxiv:2503.{i:05}" for i in range(250)])
        asked = [len(seen.query["id_list"].split(",")) for seen in server.seen]
        assert sorted(asked) == [50, 100, 100]


def test_no_second_client_opens_a_socket() -> None:
    """Test that `fetch` suffices in a process where any other connection or look-up fails."""
    script = f"""
import sys
from datetime import date
from reader.gathering.sources.arxiv_lists import ArxivPlace, papers_by_id, papers_listed
from reader.base.http import Response

def guard(event, args):
    if event.startswith("socket.") and event != "socket.__new__":
        raise SystemExit(f"{{event}} {{args}}")

sys.addaudithook(guard)
page = {feed([entry(1)])!r}
asked = []
def fetch(request):
    asked.append(request.url)
    return Response(request.url, 200, page)
place = ArxivPlace("http://192.0.2.1/api", 0, ("cs.CL",))
print(len(papers_listed(fetch, place, date(2025, 3, 4)).papers))
print(len(papers_by_id(fetch, place, ["arxiv:2503.00001"])), len(asked))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == ("1\n1 2\n", "")


RECORDED = {
    "id_0000.0000_s0_m100": 0,
    "id_0808.05394_s0_m100": 0,
    "id_1707.08567_s0_m100": 1,
    "id_2104.12255v1_s0_m100": 1,
    "id_astro-ph_0601001_s0_m100": 1,
    "q_testing_s0_m100": 100,
    "q_testing_s0_m10": 10,
    "q_testing_s10_m10": 10,
    "q_testing_s30_m10": 10,
    "q_testing_s40_m10": 10,
    "q_testing_s5_m10": 10,
    "q_testing_s9_m15": 15,
}


def recordings(pattern: str) -> list[Path]:
    assert DATA is not None
    return sorted((DATA / "arxiv" / "recordings").glob(pattern))


@needs_data
def test_recorded_answers_are_read_whole(place: ArxivPlace) -> None:
    counts = {}
    for path in recordings("arxiv_api_fixture__*.json"):
        recorded = json.loads(path.read_text("utf-8"))

        def fetch(request: Request, body: str = recorded["body"]) -> Response:
            empty = feed([], 10**6).decode()
            page = body if "start=0&" in request.url else empty
            return Response(request.url, 200, page.encode())

        papers = papers_by_id(fetch, replace(place, delay_s=0.0), ["arxiv:2503.00001"])
        assert all(p.title and p.authors and p.version and p.published_on for p in papers)
        counts[path.name.split("__")[2].rpartition("_")[0]] = len(papers)
    assert counts == RECORDED


@needs_data
def test_a_recorded_old_id_keeps_its_archive() -> None:
    (path,) = recordings("arxiv_api_fixture__*astro-ph*.json")
    body = json.loads(path.read_text("utf-8"))["body"].encode()
    place = ArxivPlace("http://192.0.2.1/", 0.0, ())
    (found,) = papers_by_id(
        lambda request: Response(request.url, 200, body), place, ["arxiv:astro-ph/0601001"]
    )
    assert (found.id, found.version, found.published_on, found.announced_on) == (
        "arxiv:astro-ph/0601001",
        1,
        date(2006, 1, 2),
        date(2006, 1, 3),
    )


@needs_data
def test_feeds_that_are_not_the_apis_own_are_refused_or_read() -> None:
    told = {}
    for path in recordings("arxiv_api_atom__*.xml"):
        content = path.read_bytes()
        place = ArxivPlace("http://192.0.2.1/", 0.0, ("cs.CL",))

        def fetch(request: Request, content: bytes = content) -> Response:
            return Response(request.url, 200, content)

        try:
            found = papers_by_id(fetch, place, ["arxiv:2503.00001"])
            told[path.name.split("__")[1]] = str(len(found))
        except SourceFailed as error:
            told[path.name.split("__")[1]] = error.message
    no_total = "arXiv: the Atom feed has no total, so it is not an answer of the API"
    assert told == {
        "Query-farm": "2",
        "X-PG13": no_total,
        "james-akl": "2",
        "quxnb": no_total,
        "whwhw": no_total,
    }
