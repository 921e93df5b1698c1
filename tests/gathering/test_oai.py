"""Test the OAI-PMH source with the played arXiv, scripted answers, and faults of each kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import SourceFailed
from reader.base.http import MAX_BYTES, Fetch, Request, Response
from reader.base.http.client import Client
from reader.cli.demo.server import PlayedPaper
from reader.gathering.sources.arxiv_lists import ArxivPlace, papers_listed
from reader.gathering.sources.oai import (
    PHYSICS,
    Harvest,
    days_announced,
    set_of,
)
from reader.library.calendar import announced_at, window
from reader.library.paper import Paper
from tests.data import DATA, needs_data
from tests.play import Fault, PlayServer
from tests.replay import replay
from tests.server import Time

FRIDAY, MONDAY, TUESDAY = date(2031, 2, 28), date(2031, 3, 3), date(2031, 3, 4)
WEDNESDAY = date(2031, 3, 5)
CLASSES = ("cs.CL", "eess.AS")


def paper(n: int, day: date, *categories: str) -> Paper:
    at = window(day)[0]
    return Paper(
        ids=(f"arxiv:3103.{n:05}",),
        title=f"Listening to <gardens>, part {n}",
        authors=("Ada Neverwas", "Émile Nulle-Part"),
        abstract="Loss < 0.5 & é.",
        categories=categories or ("cs.CL",),
        published_on=at.astimezone(UTC).date(),
        announced_on=day,
        version=1,
    )


def played(n: int, day: date, *categories: str, replaced_on: date | None = None) -> PlayedPaper:
    """Build a paper of a listing; `replaced_on` is the listing of its version 2."""
    again = window(replaced_on)[0] if replaced_on else None
    return PlayedPaper(replace(paper(n, day, *categories), version=None), window(day)[0], again)


def held_back(n: int, *, day: date, until: date) -> PlayedPaper:
    """Build a paper submitted for one listing that moderation held back until another."""
    return PlayedPaper(replace(paper(n, day), announced_on=until), window(day)[0])


PAPERS = (
    played(1, MONDAY, "cs.CL"),
    played(2, TUESDAY, "cs.CL", "eess.AS"),
    played(3, TUESDAY, "cs.CV", "eess.AS"),
    played(4, TUESDAY, "cs.RO"),
    played(5, FRIDAY, "eess.AS", replaced_on=TUESDAY),
    held_back(6, day=FRIDAY, until=TUESDAY),
)


class Asked:
    """Fetch as the client does, and keep the addresses asked for."""

    def __init__(self, answer: Fetch) -> None:
        self.requests: list[Request] = []
        self._answer = answer

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        return self._answer(request)


@pytest.fixture
def fetch() -> Iterator[Asked]:
    time = Time()
    with Client(clock=time.clock, sleep=time.sleep, monotonic=time.monotonic) as client:
        yield Asked(client.fetch)


def at(day: date) -> Callable[[], datetime]:
    """Stop the played clock some hours after a listing came out."""
    return lambda: announced_at(day) + timedelta(hours=6)


def place(server: PlayServer, *categories: str) -> ArxivPlace:
    return ArxivPlace(f"{server.url}/oai", 0, categories or CLASSES)


def papers_announced(fetch: Fetch, place: ArxivPlace, day: date) -> Harvest:
    """Harvest one listing."""
    return days_announced(fetch, place, [day])[day]


def test_a_listing_has_its_new_its_late_and_its_replaced_papers(fetch: Asked) -> None:
    with PlayServer(PAPERS, clock=at(TUESDAY)) as server:
        harvest = papers_announced(fetch, place(server), TUESDAY)
    assert harvest == Harvest(
        new=(paper(2, TUESDAY, "cs.CL", "eess.AS"), paper(3, TUESDAY, "cs.CV", "eess.AS")),
        cross_or_late=(paper(6, FRIDAY),),
        replaced=(replace(paper(5, FRIDAY, "eess.AS"), version=2),),
        n_records=5,
    )


def test_each_class_is_asked_for_from_the_day_before_and_politely(fetch: Asked) -> None:
    with PlayServer(PAPERS, clock=at(TUESDAY)) as server:
        papers_announced(fetch, replace(place(server), delay_s=0.01), TUESDAY)
        papers_announced(fetch, place(server, "hep-th"), MONDAY)
        asked = "/oai?verb=ListRecords&from={}&metadataPrefix=arXivRaw&set={}"
        assert server.requests == [
            asked.format("2031-03-03", "cs%3Acs%3ACL"),
            asked.format("2031-03-03", "eess%3Aeess%3AAS"),
            asked.format("2031-03-01", "physics%3Ahep-th"),
        ]
    assert [(r.source, r.delay_s, r.is_trusted) for r in fetch.requests] == [
        ("arXiv OAI", 0.01, True),
        ("arXiv OAI", 0.01, True),
        ("arXiv OAI", 0, True),
    ]


def test_a_day_without_records_is_empty_and_whole(fetch: Asked) -> None:
    with PlayServer(PAPERS, clock=at(TUESDAY)) as server:
        assert papers_announced(fetch, place(server, "math.NA"), TUESDAY) == Harvest()
        assert papers_announced(fetch, ArxivPlace(f"{server.url}/oai", 0, ()), TUESDAY) == Harvest()


def test_a_weekend_day_is_refused(fetch: Asked) -> None:
    with pytest.raises(ValueError, match="2031-03-01 is a Saturday"):
        papers_announced(fetch, ArxivPlace("http://127.0.0.1:9/oai", 0, CLASSES), date(2031, 3, 1))
    assert fetch.requests == []


def test_a_large_day_is_read_to_its_last_page(fetch: Asked) -> None:
    with PlayServer(FULL, clock=at(TUESDAY)) as server:
        harvest = papers_announced(fetch, place(server, "cs.CL"), TUESDAY)
        assert len(server.requests) == 3
    assert harvest == Harvest(new=tuple(paper(n, TUESDAY) for n in range(1, 251)), n_records=250)


def test_several_days_are_asked_for_at_once_and_lose_nothing_that_changed_since(
    fetch: Asked,
) -> None:
    changed = played(7, MONDAY, replaced_on=WEDNESDAY)
    with PlayServer([*PAPERS, changed], clock=at(WEDNESDAY)) as server:
        days = days_announced(fetch, place(server), [WEDNESDAY, MONDAY, TUESDAY])
        assert len(server.requests) == 2
        assert days_announced(fetch, place(server), []) == {}
    sevenths = replace(paper(7, MONDAY), version=2)
    assert days[MONDAY].new == (paper(1, MONDAY), sevenths)
    assert [p.id[-1] for p in days[TUESDAY].new + days[TUESDAY].cross_or_late] == ["2", "3", "6"]
    assert days[WEDNESDAY] == Harvest(replaced=(sevenths,), n_records=6)


def test_every_paper_of_a_gap_is_somewhere_in_it(fetch: Asked) -> None:
    days = [FRIDAY, MONDAY, TUESDAY, WEDNESDAY]
    with PlayServer(PAPERS, clock=at(WEDNESDAY)) as server:
        gap = days_announced(fetch, place(server), days).values()
    came = {p.id[-1] for h in gap for p in h.new + h.cross_or_late + h.replaced}
    assert came == {"1", "2", "3", "5", "6"}


FULL = [played(n, TUESDAY, "cs.CL") for n in range(1, 251)]


def harvest_with(fetch: Asked, *faults: Fault | None) -> Harvest:
    """Harvest 250 papers of one class while the n-th request meets the n-th fault."""
    with PlayServer(FULL, clock=at(TUESDAY)) as server:
        server.faults = lambda _path, n: faults[n - 1] if n <= len(faults) else None
        return papers_announced(fetch, place(server, "cs.CL"), TUESDAY)


def error(code: str) -> bytes:
    return f"""<?xml version='1.0'?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
        <error code="{code}">It
        expired.</error></OAI-PMH>""".encode()


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">
    <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
    <OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>&c;&f;</ListRecords></OAI-PMH>"""


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(body=b"<!doctype html><html>Busy</html>"), "is an HTML page, not OAI-PMH"),
        (Fault(body=b""), "the answer is empty, not OAI-PMH"),
        (Fault(body=b"\x1f\x8b\0garbage"), ", not OAI-PMH"),
        (Fault(body=BOMB), "the answer is other or incomplete XML, not OAI-PMH"),
        (Fault(body=b"<!---->" * 100_000 + b"x"), ", not OAI-PMH"),
        (Fault(body=b"<OAI-PMH xmlns='x'><ListRecords>"), "the answer is incomplete"),
        (Fault(body=b" " * (MAX_BYTES + 1)), "the answer is too long"),
        (Fault(body=error("badResumptionToken")), "reports an error: badResumptionToken: It"),
        (Fault(body=error("__doc__")), "the source reports an error: __doc__: It expired."),
        (Fault(body=b"<OAI-PMH \0\xff></OAI-PMH>"), "the OAI-PMH answer has no list"),
        (Fault(body=b"<OAI-PMH a='" + b"x" * 11_000_000 + b"'></OAI-PMH>"), "XML cannot be read"),
        (Fault(cut_after=5000), ""),
        (Fault(status=404), "404"),
        (Fault(status=403), "403"),
    ],
)  # fmt: skip
def test_a_list_that_fails_keeps_what_came_and_says_why(
    fetch: Asked, fault: Fault, said: str
) -> None:
    at_once = harvest_with(fetch, fault, fault, fault)
    midway = harvest_with(fetch, None, fault, fault, fault)
    for harvest, n_papers in ((at_once, 0), (midway, 100)):
        assert (len(harvest.new), harvest.n_records, harvest.is_whole) == (
            n_papers,
            n_papers,
            False,
        )
        assert harvest.failure is not None
        assert said in harvest.failure.message


def test_nothing_matching_in_the_middle_of_a_list_is_a_failure(fetch: Asked) -> None:
    none = Fault(body=error("noRecordsMatch"))
    midway = harvest_with(fetch, None, none)
    assert harvest_with(fetch, none) == Harvest()
    assert (len(midway.new), midway.is_whole) == (100, False)


def test_a_busy_server_is_asked_again_when_it_says(fetch: Asked) -> None:
    busy = Fault(status=503, headers={"Retry-After": "7"})
    assert harvest_with(fetch, None, busy, busy).is_whole
    later = harvest_with(fetch, None, replace(busy, headers={"Retry-After": "900"}))
    assert (len(later.new), later.is_whole) == (100, False)
    assert later.failure is not None
    assert later.failure.retry_at is not None


def test_one_class_that_fails_does_not_keep_the_others_from_coming(fetch: Asked) -> None:
    with PlayServer(PAPERS, clock=at(TUESDAY)) as server:
        harvest = papers_announced(fetch, place(server, "xx.YY", "eess.AS"), TUESDAY)
    assert [p.id[-1] for p in harvest.new] == ["2", "3"]
    assert harvest.failure is not None
    assert harvest.failure.message == (
        "arXiv OAI: the source reports an error: badArgument: There is no such set."
    )


def test_a_server_that_asks_for_a_rest_is_not_asked_for_the_next_class(fetch: Asked) -> None:
    with PlayServer(PAPERS, clock=at(TUESDAY)) as server:
        server.faults = lambda _path, _n: Fault(status=503, headers={"Retry-After": "900"})
        harvest = papers_announced(fetch, place(server), TUESDAY)
        assert (len(server.requests), harvest.is_whole) == (1, False)


def record(n: int, *, more: str = "", fields: str = "", versions: Sequence[str] = ()) -> str:
    """Print an invented record as arXiv does."""
    dates = versions or ("Fri, 28 Feb 2031 20:00:00 GMT",)
    written = "".join(
        f'<version version="v{i}"><date>{at}</date><size>9kb</size></version>'
        for i, at in enumerate(dates, 1)
    )
    return f"""<record><header><identifier>oai:arXiv.org:3103.{n:05}</identifier>
      <datestamp>2031-03-04</datestamp><setSpec>cs:cs:CL</setSpec></header>
      <metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>3103.{n:05}</id>
      <submitter>Mio Hoshi</submitter>{written}<title>A  Garden
        that Listens</title><authors>Mio Hoshi (Lab, Kyoto and Nara), Zo\\"e F\\'elin and
        Ada Field</authors><categories>cs.CL eess.AS</categories>{fields}
      <abstract>  We gain 5\\% of $\\c{{c}}$.</abstract></arXivRaw></metadata>{more}</record>"""


def page(records: Sequence[str], token: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2031-03-04T08:00:00Z
</responseDate><request verb="ListRecords">x</request><ListRecords>
{"".join(records)}{token}</ListRecords></OAI-PMH>
""".encode()


def harvest_of(*pages: bytes) -> Harvest:
    """Harvest a list of one class whose pages are scripted, the last one for ever."""
    left = list(pages)

    def fetch(request: Request) -> Response:
        return Response(request.url, 200, left.pop(0) if len(left) > 1 else left[0])

    return papers_announced(fetch, ArxivPlace("http://x/oai?key=1", 3, ("cs.CL",)), TUESDAY)


def problem(harvest: Harvest) -> str:
    return harvest.failure.message if harvest.failure else ""


def test_a_record_is_read_whole() -> None:
    fields = "<comments>5 pages</comments><doi>10.5555/Garden.1 10.5555/Other</doi>"
    versions = ("Fri, 28 Feb 2031 20:00:00 GMT", "Sun, 2 Mar 2031 20:00:00 GMT")
    harvest = harvest_of(page([record(1, fields=fields, versions=versions)]))
    assert harvest == Harvest(
        new=(
            Paper(
                ids=("arxiv:3103.00001", "doi:10.5555/garden.1", "doi:10.5555/other"),
                title="A Garden that Listens",
                authors=("Mio Hoshi", "Zoë Félin", "Ada Field"),
                abstract="We gain 5\\% of $\\c{c}$.",
                categories=("cs.CL", "eess.AS"),
                comment="5 pages",
                published_on=date(2031, 2, 28),
                announced_on=TUESDAY,
                version=2,
            ),
        ),
        n_records=1,
    )


def test_a_list_shorter_than_it_says_is_not_whole() -> None:
    token = '<resumptionToken completeListSize="3" cursor="0">{}</resumptionToken>'
    short = harvest_of(page([record(1)], token.format("a")), page([record(2)], token.format("")))
    whole = harvest_of(
        page([record(1)], token.format("a")), page([record(2), record(3)], token.format(""))
    )
    doubled = harvest_of(
        page([record(1)], token.format("a")), page([record(1), record(2)], token.format(""))
    )
    assert [(len(h.new), h.is_whole, problem(h)) for h in (whole, short, doubled)] == [
        (3, True, ""),
        (2, False, "arXiv OAI: the source announced 3 records but sent 2"),
        (2, False, "arXiv OAI: the source announced 3 records but sent 2"),
    ]


def test_a_token_that_comes_back_ends_the_list() -> None:
    harvest = harvest_of(page([record(1)], "<resumptionToken>a</resumptionToken>"))
    assert (len(harvest.new), problem(harvest)) == (
        1,
        "arXiv OAI: the source sent the same resumption token twice, so its list would never end",
    )


@pytest.mark.parametrize(
    "broken",
    [
        record(2, versions=("the day before",)),
        record(2, versions=("Fri, 31 Dec 9999 23:59:59 GMT",)),
        record(2).replace("<id>", "<id>not an id "),
        record(2).replace("oai:arXiv.org:3103.00002", " "),
        record(2).replace('"v1"', '"first"'),
        record(2).replace("2031-03-04", "today"),
        record(2).replace("arXivRaw/", "arXivOld/"),
        "<record/>",
        "<record><header/><metadata/></record>",
        "<record><header><identifier>oai:x</identifier></header></record>",
    ],
)
def test_a_record_that_cannot_be_read_is_counted_and_the_others_kept(broken: str) -> None:
    harvest = harvest_of(page([record(1), broken, record(3)]))
    assert ([p.id[-1] for p in harvest.new], problem(harvest)) == (
        ["1", "3"],
        "arXiv OAI: 1 record cannot be read",
    )


def test_deleted_records_and_other_classes_are_read_and_left_out() -> None:
    deleted = record(1).replace("<header>", '<header status="deleted">')
    other = record(2).replace("cs.CL eess.AS", "cs.CLX cs")
    assert harvest_of(page([deleted, other])) == Harvest(n_records=2)


def test_damage_within_a_page_is_not_taken_for_a_short_page() -> None:
    whole = page([record(n) for n in range(1, 4)])
    middle = whole.index(b"3103.00002")
    harvest = harvest_of(whole[:middle] + b'<a b="' + whole[middle:])
    assert not harvest.is_whole


def test_a_huge_text_is_not_taken_for_a_short_page() -> None:
    fields = f"<comments>{'x' * 11_000_000}</comments>"
    harvest = harvest_of(page([record(1), record(2, fields=fields), record(3)]))
    assert not harvest.is_whole


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"Mio", b"Mi\x01o\x1b"),
        lambda body: body.replace(b"Mio", b"Mi&#1;o"),
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda body: body.replace(b"UTF-8", b"US-ASCII"),
        lambda body: body.replace(b"?>", b"?><?xml-stylesheet href='a.xsl'?><!-- played -->\n", 1),
    ],
)
def test_control_characters_and_wrong_charsets_cost_no_record(
    change: Callable[[bytes], bytes],
) -> None:
    plain = page([record(1).replace("Field", "Féld")])
    assert harvest_of(change(plain)) == harvest_of(plain)
    assert harvest_of(plain).new[0].authors[2] == "Ada Féld"


@pytest.mark.parametrize(
    ("category", "expected"),
    [("cs.CL", "cs:cs:CL"), ("eess.AS", "eess:eess:AS"), ("hep-th", "physics:hep-th"),
     ("astro-ph.CO", "physics:astro-ph:CO"), ("physics.optics", "physics:physics:optics"),
     ("q-bio.NC", "q-bio:q-bio:NC"), ("cs", "cs")],
)  # fmt: skip
def test_a_class_has_its_set(category: str, expected: str) -> None:
    assert set_of(category) == expected


def test_a_record_that_lost_its_end_is_not_taken_for_whole() -> None:
    damaged = page([record(1), record(2)]).replace(b"</record><record>", b"record>")
    harvest = harvest_of(damaged)
    assert (harvest.is_whole, harvest.n_records) == (False, 1)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_raises_or_is_taken_for_whole_while_a_paper_is_gone(data: st.DataObject) -> None:
    whole = page([record(1), record(2)])
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 40, len(whole))))
    damaged = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    harvest = harvest_of(damaged)
    assert harvest.is_whole == (harvest.failure is None)
    if harvest.is_whole:
        assert harvest.n_records == 2


def facts(paper: Paper) -> tuple[object, ...]:
    """Select the fields that both channels have alike: the API has MSC's and ACM's classes too."""
    classes = [c for c in paper.categories if c[0].islower()]
    days = (paper.published_on, paper.announced_on)
    return (paper.ids, paper.title, paper.abstract, classes, *days)


@pytest.mark.slow
@needs_data
def test_real_days_come_as_the_api_gives_them(fetch: Asked) -> None:
    assert DATA is not None
    days, categories = [date(2025, 6, n) for n in (3, 4, 5)], ("cs.CL", "eess.AS", "cs.SD")
    with replay(DATA, now=at(days[-1])(), first=days[0], last=days[-1]) as server:
        asked = place(server, *categories)
        gap = days_announced(fetch, asked, days)
        one = papers_announced(fetch, asked, days[1])
        api = ArxivPlace(f"{server.url}/api/query", 0, categories)
        listed = {day: papers_listed(fetch, api, day) for day in days}
    for day in days:
        assert sorted(map(facts, gap[day].new)) == sorted(map(facts, listed[day].papers))
        assert (len(gap[day].new), gap[day].is_whole) == (listed[day].expected, True)
    assert sorted(p.id for p in one.new) == sorted(p.id for p in gap[days[1]].new)


@needs_data
def test_the_sets_are_those_that_arxiv_recorded() -> None:
    assert DATA is not None
    name = "oai_pmh_nock__paperhive__oaipmh-listsets---should-list-arxiv-sets.json"
    answer = json.loads((DATA / "arxiv" / "recordings" / name).read_text("utf-8"))[0]["response"]
    assert all(
        f"<setSpec>{set_of(archive)}</setSpec>" in answer for archive in PHYSICS - {"physics"}
    )
    assert "<setSpec>physics:physics</setSpec>" in answer


@needs_data
@pytest.mark.parametrize("kind", ["getrecord---should-get-a-record", "listsets"])
def test_a_recorded_answer_of_another_kind_is_no_list(kind: str) -> None:
    assert DATA is not None
    (file,) = (DATA / "arxiv" / "recordings").glob(f"oai_pmh_nock__paperhive__oaipmh-{kind}*")
    answer = json.loads(file.read_text("utf-8"))[0]["response"]
    harvest = harvest_of(answer.encode())
    assert (harvest.new, harvest.is_whole) == ((), False)


def test_a_failure_is_a_source_failed() -> None:
    assert isinstance(harvest_of(b"").failure, SourceFailed)
