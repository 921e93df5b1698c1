"""The played arXiv answers as the real one does, to the clients that we use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import arxiv
import feedparser
import httpx
import pytest

from reader.cli.demo.server import PlayedPaper
from reader.library.calendar import announced_at, window
from reader.library.paper import Paper
from tests.arxiv_catalogue import Condition, Pair, WholeCatalogue, parse
from tests.play import Fault, PlayServer

MONDAY, TUESDAY = date(2031, 3, 3), date(2031, 3, 4)
TUESDAY_NOON = datetime(2031, 3, 4, 17, tzinfo=UTC)
FRIDAY_NOON = datetime(2031, 3, 7, 17, tzinfo=UTC)
SATURDAY_NOON = datetime(2031, 3, 8, 17, tzinfo=UTC)


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def played(n: int, day: date, *categories: str, title: str = "", abstract: str = "") -> PlayedPaper:
    at = window(day)[0] + timedelta(minutes=n)
    paper = Paper(
        ids=(f"arxiv:3103.{90000 + n}",),
        title=title or f"Paper {n}",
        authors=("Ada Neverwas", "Émile Nulle-Part"),
        abstract=abstract or f"The abstract of paper {n}, with <b> & an é.",
        categories=categories,
        announced_on=day,
    )
    return PlayedPaper(paper, at)


PAPERS = (
    played(1, MONDAY, "cs.CL", title="Speech translation in a lift"),
    played(2, MONDAY, "cs.CV", "cs.CL"),
    played(3, TUESDAY, "eess.AS", "cs.CL", abstract="We translate speech, slowly."),
    played(4, TUESDAY, "cs.CL"),
    played(5, TUESDAY, "cs.RO"),
)


@pytest.fixture
def clock() -> Clock:
    return Clock(TUESDAY_NOON)


@pytest.fixture
def server(clock: Clock) -> Iterator[PlayServer]:
    feeds = {"blog.rss": b"<rss/>", "page": b"<html/>"}
    pdfs = {"3103.90001": b"%PDF-1.7 invented"}.get
    with PlayServer(PAPERS, clock=clock, feeds=feeds, pdfs=pdfs) as running:
        yield running


def found(query: str, *, now: datetime = TUESDAY_NOON) -> list[int]:
    return [int(p.number[-1]) for p in WholeCatalogue(PAPERS).search(query, [], now=now)]


def client(server: PlayServer, page_size: int = 100) -> arxiv.Client:
    made = arxiv.Client(page_size=page_size, delay_seconds=0, num_retries=0)
    made.query_url_format = f"{server.url}/api/query?{{}}"
    return made


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cat:cs.CL", [1, 2, 3, 4]),
        ("cat:CS.cl", [1, 2, 3, 4]),
        ("cat:cs.*", [1, 2, 3, 4, 5]),
        ("cat:cs.CL AND cat:cs.CV", [2]),
        ("cat:cs.RO OR cat:cs.CV", [2, 5]),
        ("cat:cs.RO cat:cs.CV", [2, 5]),
        ("cat:cs.CL ANDNOT cat:cs.CV", [1, 3, 4]),
        ("cat:cs.RO OR cat:cs.CL AND cat:eess.AS", [3, 5]),
        ("(cat:cs.RO OR cat:cs.CL) AND cat:eess.AS", [3]),
        ('all:"speech translation"', [1]),
        ("ti:speech", [1]),
        ("speech", [1, 3]),
        ("all:transl*", [1, 3]),
        ("abs:speech ANDNOT ti:speech", [3]),
        ("au:neverwas AND ti:paper", [2, 3, 4, 5]),
        ("ti:pap", []),
        ("submittedDate:[203102281900 TO 203102281902]", []),
        ("cat:nothing.XX", []),
    ],
)
def test_a_query_finds_what_it_names(query: str, expected: list[int]) -> None:
    assert found(query) == expected


def test_both_ends_of_a_date_range_belong_to_it() -> None:
    start = PAPERS[2].submitted_at
    for offset, expected in ((0, [3, 4]), (1, [4])):
        first, last = start + timedelta(minutes=offset), start + timedelta(minutes=1)
        asked = f"submittedDate:[{first:%Y%m%d%H%M} TO {last:%Y%m%d%H%M}]"
        assert found(asked) == expected
        assert found(f"cat:cs.CL AND {asked}") == expected


def test_and_binds_tighter_than_or() -> None:
    a, b, c = (Condition("ti", letter) for letter in "abc")
    assert parse("ti:a OR ti:b AND ti:c") == Pair("OR", a, Pair("AND", b, c))


@pytest.mark.parametrize(
    "query",
    ["(cat:cs.CL", "cat:cs.CL)", "AND", "cat:cs.CL AND", "xx:y", "submittedDate:[1 TO 2]"],
)
def test_a_malformed_query_is_answered_with_400_and_an_error_entry(
    server: PlayServer, query: str
) -> None:
    answer = httpx.get(f"{server.url}/api/query", params={"search_query": query})
    entries = feedparser.parse(answer.content).entries
    assert (answer.status_code, [entry.title for entry in entries]) == (400, ["Error"])


def test_a_malformed_id_is_answered_with_400_and_named(server: PlayServer) -> None:
    answer = httpx.get(f"{server.url}/api/query", params={"id_list": "3103.90001,what"})
    entry = feedparser.parse(answer.content).entries[0]
    assert (answer.status_code, entry.summary) == (400, "incorrect id format for what")
    with pytest.raises(arxiv.HTTPError):
        list(client(server).results(arxiv.Search(id_list=["what"])))


def test_the_arxiv_package_reads_a_whole_paper(server: PlayServer) -> None:
    (result,) = client(server).results(arxiv.Search(id_list=["3103.90003v1"]))
    assert (
        result.entry_id,
        result.title,
        result.summary,
        [author.name for author in result.authors],
        result.primary_category,
        result.categories,
        result.published,
        result.updated,
        result.comment,
        result.pdf_url,
    ) == (
        "http://arxiv.org/abs/3103.90003v1",
        "Paper 3",
        "We translate speech, slowly.",
        ["Ada Neverwas", "Émile Nulle-Part"],
        "eess.AS",
        ["eess.AS", "cs.CL"],
        PAPERS[2].submitted_at,
        PAPERS[2].submitted_at,
        None,
        "https://arxiv.org/pdf/3103.90003v1",
    )


def test_an_id_list_keeps_its_order_and_leaves_out_what_is_unknown(server: PlayServer) -> None:
    asked = ["3103.90004", "3103.99999", "3103.90001"]
    results = client(server).results(arxiv.Search(id_list=asked))
    assert [r.get_short_id() for r in results] == ["3103.90004v1", "3103.90001v1"]


@pytest.mark.parametrize("page_size", [1, 2, 3, 100])
def test_pages_join_to_the_whole_without_a_gap(server: PlayServer, page_size: int) -> None:
    search = arxiv.Search("cat:cs.*", max_results=None, sort_by=arxiv.SortCriterion.SubmittedDate)
    ids = [r.get_short_id() for r in client(server, page_size).results(search)]
    assert ids == [f"3103.9000{n}v1" for n in (5, 4, 3, 2, 1)]
    assert len(server.requests) == -(-5 // page_size)


def test_a_page_says_how_many_there_are_in_all(server: PlayServer) -> None:
    asked = {"search_query": "cat:cs.CL", "start": "1", "max_results": "2"}
    feed = feedparser.parse(httpx.get(f"{server.url}/api/query", params=asked).content)
    assert (
        feed.feed.opensearch_totalresults,
        feed.feed.opensearch_startindex,
        feed.feed.opensearch_itemsperpage,
        len(feed.entries),
    ) == ("4", "1", "2", 2)


def test_ascending_order_is_the_other_way_round(server: PlayServer) -> None:
    search = arxiv.Search(
        "cat:cs.CL",
        sort_by=arxiv.SortCriterion.SubmittedDate,
        sort_order=arxiv.SortOrder.Ascending,
    )
    ids = [r.get_short_id() for r in client(server).results(search)]
    assert ids == [f"3103.9000{n}v1" for n in (1, 2, 3, 4)]


def test_nothing_is_visible_before_its_announcement(server: PlayServer, clock: Clock) -> None:
    clock.now = announced_at(TUESDAY) - timedelta(seconds=1)
    search = arxiv.Search("cat:cs.*", id_list=[])
    before = {r.get_short_id() for r in client(server).results(search)}
    by_id = list(client(server).results(arxiv.Search(id_list=["3103.90004"])))
    clock.now = announced_at(TUESDAY)
    after = {r.get_short_id() for r in client(server).results(search)}
    assert (len(before), by_id, len(after)) == (2, [], 5)


def test_the_feed_tells_new_from_cross_listed(server: PlayServer) -> None:
    feed = feedparser.parse(httpx.get(f"{server.url}/atom/cs.CL").content)
    assert not feed.bozo
    assert [(e.id, e.arxiv_announce_type, e.author, e.published) for e in feed.entries] == [
        (f"oai:arXiv.org:3103.9000{n}v1", kind, "Ada Neverwas, Émile Nulle-Part", day)
        for n, kind, day in (
            (4, "new", "2031-03-04T00:00:00-05:00"),
            (3, "cross", "2031-03-04T00:00:00-05:00"),
        )
    ]
    assert feed.entries[1].summary == (
        "arXiv:3103.90003v1 Announce Type: cross \nAbstract: We translate speech, slowly."
    )


def test_joined_categories_make_one_feed(server: PlayServer) -> None:
    feed = feedparser.parse(httpx.get(f"{server.url}/atom/cs.CL+eess.AS+cs.RO").content)
    assert [(e.id[-3:-2], e.arxiv_announce_type) for e in feed.entries] == [
        ("3", "new"),
        ("4", "new"),
        ("5", "new"),
    ]


def test_the_feed_changes_at_midnight_eastern_and_not_before(
    server: PlayServer, clock: Clock
) -> None:
    midnight = datetime(2031, 3, 4, 5, tzinfo=UTC)
    sizes = []
    for clock.now in (announced_at(TUESDAY), midnight - timedelta(seconds=1), midnight):
        feed = feedparser.parse(httpx.get(f"{server.url}/atom/cs.RO").content)
        sizes.append(len(feed.entries))
    assert sizes == [0, 0, 1]


def test_the_feed_is_empty_on_a_weekend(server: PlayServer, clock: Clock) -> None:
    clock.now = SATURDAY_NOON
    answer = httpx.get(f"{server.url}/atom/cs.CL")
    feed = feedparser.parse(answer.content)
    assert (answer.status_code, feed.bozo, feed.entries) == (200, False, [])


def test_a_replacement_comes_with_its_own_listing(clock: Clock) -> None:
    paper = PAPERS[0].paper
    replaced = PlayedPaper(paper, PAPERS[0].submitted_at, window(date(2031, 3, 7))[0])
    with PlayServer([replaced], clock=clock) as server:
        before = next(client(server).results(arxiv.Search(id_list=["3103.90001"])))
        clock.now = FRIDAY_NOON
        after = next(client(server).results(arxiv.Search(id_list=["3103.90001"])))
        feed = feedparser.parse(httpx.get(f"{server.url}/atom/cs.CL").content)
    assert (before.get_short_id(), before.updated) == ("3103.90001v1", replaced.submitted_at)
    assert (after.get_short_id(), after.updated) == ("3103.90001v2", replaced.replaced_at)
    assert [(e.id, e.arxiv_announce_type) for e in feed.entries] == [
        ("oai:arXiv.org:3103.90001v2", "replace")
    ]


def listed(server: PlayServer, **asked: str) -> tuple[list[str], list[str], str]:
    """Fetch one OAI-PMH page: its ids with their dates, its error codes, its token."""
    arguments = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", **asked}
    if "resumptionToken" in asked:
        del arguments["metadataPrefix"]
    answer = httpx.get(f"{server.url}/oai", params=arguments)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml")
    root, oai = ElementTree.fromstring(answer.content), "{http://www.openarchives.org/OAI/2.0/}"
    headers = [tuple(field.text or "" for field in h) for h in root.iter(f"{oai}header")]
    return (
        [f"{fields[0][-1]} {fields[1]}" for fields in headers],
        [error.get("code", "") for error in root.iter(f"{oai}error")],
        root.findtext(f".//{oai}resumptionToken", ""),
    )


def test_oai_lists_the_records_of_days_and_sets(server: PlayServer) -> None:
    both = {"from": "2031-03-03", "until": "2031-03-04"}
    assert [
        listed(server, **both)[0],
        listed(server, **both, set="cs:cs:CL")[0],
        listed(server, set="eess", **{"from": "2031-03-04"})[0],
        listed(server, **both, set="physics"),
    ] == [
        ["1 2031-03-03", "2 2031-03-03", "3 2031-03-04", "4 2031-03-04", "5 2031-03-04"],
        ["1 2031-03-03", "2 2031-03-03", "3 2031-03-04", "4 2031-03-04"],
        ["3 2031-03-04"],
        ([], ["noRecordsMatch"], ""),
    ]


def test_oai_stamps_a_replaced_paper_anew_and_lists_no_listing_before_its_time(
    server: PlayServer, clock: Clock
) -> None:
    clock.now = announced_at(TUESDAY) - timedelta(seconds=1)
    assert listed(server, **{"from": "2031-03-04"}) == ([], ["noRecordsMatch"], "")
    replaced = PlayedPaper(PAPERS[0].paper, PAPERS[0].submitted_at, window(date(2031, 3, 7))[0])
    with PlayServer([replaced], clock=clock) as other:
        before = listed(other, **{"from": "2031-03-01"})[0]
        clock.now = FRIDAY_NOON
        after = listed(other, **{"from": "2031-03-01"})[0]
        gone = listed(other, **{"from": "2031-03-03", "until": "2031-03-06"})[1]
    assert (before, after, gone) == (["1 2031-03-03"], ["1 2031-03-07"], ["noRecordsMatch"])


def test_oai_pages_are_joined_by_resumption_tokens(clock: Clock) -> None:
    with PlayServer([played(n, MONDAY, "cs.CL") for n in range(250)], clock=clock) as server:
        pages = [listed(server, **{"from": "2031-03-03"})]
        while pages[-1][2]:
            pages.append(listed(server, resumptionToken=pages[-1][2]))
    assert [len(ids) for ids, _, _ in pages] == [100, 100, 50]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"verb": "Identify"}, "badVerb"),
        ({"metadataPrefix": "oai_dc"}, "cannotDisseminateFormat"),
        ({"from": "yesterday"}, "badArgument"),
        ({"from": "2031-03-04", "until": "2031-03-03"}, "badArgument"),
        ({"until": "2031-03-09"}, "badArgument"),
        ({"set": "cs:math:CL"}, "badArgument"),
        ({"set": "nothing"}, "badArgument"),
        ({"resumptionToken": "verb%3DListRecords"}, "badResumptionToken"),
    ],
)
def test_oai_refuses_what_arxiv_refuses(
    server: PlayServer, asked: dict[str, str], code: str
) -> None:
    assert listed(server, **asked) == ([], [code], "")


def test_an_unchanged_feed_is_answered_with_304(server: PlayServer, clock: Clock) -> None:
    url = f"{server.url}/atom/cs.CL"
    first = httpx.get(url).headers
    by_tag = httpx.get(url, headers={"If-None-Match": first["ETag"]})
    by_date = httpx.get(url, headers={"If-Modified-Since": first["Last-Modified"]})
    clock.now += timedelta(days=1)
    changed = httpx.get(url, headers={"If-None-Match": first["ETag"]})
    assert [(a.status_code, len(a.content) > 0) for a in (by_tag, by_date, changed)] == [
        (304, False),
        (304, False),
        (200, True),
    ]


def test_pdfs_and_other_feeds_are_served_or_not_found(server: PlayServer) -> None:
    answers = [
        httpx.get(server.url + path)
        for path in (
            "/pdf/3103.90001",
            "/pdf/3103.90001v1",
            "/pdf/3103.90002",
            "/feeds/blog.rss",
            "/feeds/page",
            "/feeds/none",
            "/",
        )
    ]
    assert [(a.status_code, a.headers["Content-Type"].split(";")[0]) for a in answers] == [
        (200, "application/pdf"),
        (200, "application/pdf"),
        (404, "text/html"),
        (200, "application/rss+xml"),
        (200, "text/html"),
        (404, "text/html"),
        (404, "text/html"),
    ]


def test_a_head_has_the_length_and_no_body(server: PlayServer) -> None:
    answer = httpx.head(f"{server.url}/feeds/blog.rss")
    assert (answer.headers["Content-Length"], answer.content) == ("6", b"")


def test_requests_are_kept_in_order(server: PlayServer) -> None:
    httpx.get(f"{server.url}/feeds/page")
    httpx.get(f"{server.url}/api/query?search_query=cat:cs.CL")
    assert server.requests == ["/feeds/page", "/api/query?search_query=cat:cs.CL"]


def test_a_fault_replaces_status_headers_and_body_for_as_long_as_it_says(
    server: PlayServer,
) -> None:
    busy = Fault(status=429, headers={"Retry-After": "7"}, body=b"slow down")
    server.faults = lambda path, n: busy if path == "/api/query" and n <= 2 else None
    url = f"{server.url}/api/query?search_query=cat:cs.CL"
    answers = [httpx.get(url) for _ in range(3)]
    assert [(a.status_code, a.headers.get("Retry-After")) for a in answers] == [
        (429, "7"),
        (429, "7"),
        (200, None),
    ]
    assert answers[0].content == b"slow down"
    assert httpx.get(f"{server.url}/feeds/page").status_code == 200


def test_a_cut_off_answer_ends_before_its_promised_length(server: PlayServer) -> None:
    server.faults = lambda _path, _n: Fault(cut_after=100)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{server.url}/atom/cs.CL")


def test_a_hanging_answer_runs_into_the_clients_limit(server: PlayServer) -> None:
    server.faults = lambda _path, _n: Fault(hang_s=60)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{server.url}/atom/cs.CL", timeout=0.1)


def test_a_dripping_answer_arrives_in_pieces_and_whole(server: PlayServer) -> None:
    server.faults = lambda _path, _n: Fault(body=b"x" * 200, drip_s=0.001)
    assert httpx.get(f"{server.url}/atom/cs.CL").content == b"x" * 200


def test_characters_forbidden_in_xml_do_not_break_a_feed() -> None:
    hostile = played(9, TUESDAY, "cs.CL", title="\x1b[31m<script>&\x00\x9b2J\ud800\u202e")
    with PlayServer([hostile], clock=Clock(TUESDAY_NOON)) as server:
        result = next(client(server).results(arxiv.Search("cat:cs.CL")))
        feed = feedparser.parse(httpx.get(f"{server.url}/atom/cs.CL").content)
    assert result.title == "[31m<script>&\x9b2J\u202e"
    assert (feed.bozo, len(feed.entries)) == (False, 1)


def test_the_addresses_are_ready_for_feeds_toml(server: PlayServer) -> None:
    assert server.arxiv_toml().splitlines() == [
        f'api_url = "{server.url}/api/query"',
        f'rss_url = "{server.url}/atom/"',
        f'oai_url = "{server.url}/oai"',
        f'pdf_url = "{server.url}/pdf/"',
        "delay_s = 0",
    ]
