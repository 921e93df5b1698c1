"""Play every way in which a server can fail, over real HTTP, and lose nothing in silence.

A library is gathered on Monday, rests on Tuesday, and is gathered on Wednesday while one
channel is broken. Then every paper that is out is here, or its source and its day are named
in `today` and `sources`; all that the healthy channels have is here too; and the next gather
brings the rest. Each channel is a server of its own, as arXiv's are.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from reader.base.http import Request, Response
from reader.base.http.client import Client
from reader.cli.demo.server import PlayedPaper, Reply
from reader.gathering.arxiv import ARXIV, OAI, feed_name
from reader.gathering.gather import gather
from reader.library.calendar import listing_day, window
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.rows import papers
from reader.morning.trust import reports, source_lines
from reader.morning.values import SourceLine
from tests.installed import is_safe, paper
from tests.play import Fault
from tests.samples import new_database, tools
from tests.wrong import (
    Mangle,
    WrongServer,
    always,
    as_it_is,
    body,
    of_the_day_before,
    once,
    start_of,
    total,
    without_entries,
)

pytestmark = pytest.mark.slow

FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2031, 2, 28), *(date(2031, 3, d) for d in (3, 4, 5)))
ON_MONDAY = datetime(2031, 3, 3, 17, tzinfo=UTC)  # noon in New York: lists and feeds are out
ON_WEDNESDAY = ON_MONDAY + timedelta(days=2)
LATER = ON_WEDNESDAY + timedelta(hours=4)
"""Past every back-off, and before Thursday's list."""

FEED, OTHER_FEED, TIMELINE, BLOG = feed_name("cs.CL"), feed_name("eess.AS"), "timeline", "blog"
PATHS = {ARXIV: "/api/query", FEED: "/atom/cs.CL", OAI: "/oai", TIMELINE: "/feeds/timeline.rss"}

HELD_BACK_TUESDAY, HELD_BACK_WEDNESDAY = "arxiv:3103.90098", "arxiv:3103.90099"
"""Submitted for Monday, announced later: the API does not list them under their day, so of
the one only OAI-PMH and of the other only Wednesday's feed knows."""


def held_back(n: int, title: str, until: date) -> PlayedPaper:
    played = paper(n, title, "cs.CL", day=until)
    return PlayedPaper(played.paper, window(MONDAY)[0] + timedelta(seconds=n))


PAPERS = (
    paper(1, "Speech translation in a lift", day=FRIDAY),
    paper(2, "Speech translation on a ladder", "cs.CL", "eess.AS", day=MONDAY),
    paper(3, "Speech recognition under water", "eess.AS", day=TUESDAY),
    paper(4, "A large language model that hums", "cs.LG", "cs.CL", day=TUESDAY),
    paper(5, "静かな部屋の音声翻訳", "cs.CL", "eess.AS", day=TUESDAY, abstract="部屋で話す。"),
    paper(9, "A duet for two dishwashers", "cs.CL", day=TUESDAY),
    paper(6, "Étude of a café's noise & its <echo>", "cs.CL", day=WEDNESDAY),
    paper(7, "風の中の音声認識", "cs.CL", day=WEDNESDAY),
    paper(8, "Whistling over the phone", "eess.AS", day=WEDNESDAY),
    held_back(98, "Held back until Tuesday", TUESDAY),
    held_back(99, "Held back until Wednesday", WEDNESDAY),
)
POSTS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>people who do not exist</title>
<item><guid>1</guid><author>ada@nowhere.example (Ada)</author>
<description>Speech at café 音声: https://arxiv.org/abs/3103.90003</description></item>
<item><guid>2</guid><author>ada@nowhere.example (Ada)</author>
<description>And https://arxiv.org/abs/3103.90004</description></item>
</channel></rss>
""".encode()
NO_POSTS = b"<rss version='2.0'><channel><title>people who do not exist</title></channel></rss>"
GUIDS = {(TIMELINE, "1"), (TIMELINE, "2"), (BLOG, "1"), (BLOG, "2")}


@dataclass
class World:
    """A library, its channels, and a clock that is moved by hand."""

    folder: Path
    several: Sequence[PlayedPaper]
    now: datetime = ON_MONDAY
    is_hasty: str = ""
    """The channel that is not waited for long."""
    servers: dict[str, WrongServer] = field(default_factory=dict)
    timelines: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.timelines |= {"timeline.rss": NO_POSTS, "blog.rss": NO_POSTS}
        for name in (ARXIV, FEED, OAI, TIMELINE, BLOG):
            self.servers[name] = server = WrongServer(
                self.several, clock=lambda: self.now, feeds=self.timelines
            )
            server.path = PATHS.get(name, "")

    def __enter__(self) -> World:
        for server in self.servers.values():
            server.__enter__()
        text = f"""
        [arxiv]
        categories = ["cs.CL", "eess.AS"]
        api_url = "{self.servers[ARXIV].url}/api/query"
        rss_url = "{self.servers[FEED].url}/atom/"
        oai_url = "{self.servers[OAI].url}/oai"
        delay_s = 0
        [topics."speech/translation"]
        words = ["speech translation"]
        [[feed]]
        name = "timeline"
        url = "{self.servers[TIMELINE].feed_url("timeline.rss")}"
        [[feed]]
        name = "blog"
        url = "{self.servers[BLOG].feed_url("blog.rss")}"
        """
        database = new_database(self.folder)
        self.library = Library(self.folder, parse(text), database, lambda: self.now)
        return self

    def __exit__(self, *_: object) -> None:
        self.library.db.close()
        for server in self.servers.values():
            server.__exit__()

    def gather(self) -> list[str]:
        """Gather without waiting; gives the names of the sources that are a problem."""
        with self.client(20.0) as patient, self.client(0.4) as hasty:
            slow = self.servers[self.is_hasty].url if self.is_hasty else "nobody"

            def fetch(request: Request) -> Response:
                client = hasty if request.url.startswith(slow) else patient
                return client.fetch(request)

            problems = gather(self.library, replace(tools(self), fetch=fetch))
        return [problem.subject for problem in problems]

    def client(self, seconds: float) -> Client:
        return Client(
            clock=lambda: self.now,
            sleep=lambda _: None,
            monotonic=time.monotonic,
            timeout_s=seconds,
            deadline_s=1.5 * seconds,
        )

    def fetch(self, request: Request) -> Response:
        raise AssertionError(f"nobody gathers with this: {request}")

    def break_(self, name: str, way: Way) -> None:
        server = self.servers[name]
        if way.fault:
            fault = way.fault
            server.faults = lambda path, _: fault if path == server.path else None
        if way.mangle:
            server.mangle = way.mangle
        self.is_hasty = name if way.is_slow else ""

    def mend(self) -> None:
        for server in self.servers.values():
            server.faults = lambda _path, _n: None
            server.mangle = as_it_is

    @property
    def out(self) -> dict[str, PlayedPaper]:
        return {p.paper.id: p for p in self.several if p.listed_on <= self.now.date()}

    @property
    def here(self) -> list[str]:
        return [r["id"] for r in self.library.db.read("SELECT id FROM identifiers ORDER BY id")]

    @property
    def posts(self) -> set[tuple[str, str]]:
        rows = self.library.db.read("SELECT source, guid FROM posts")
        return {(r["source"], r["guid"]) for r in rows}

    @property
    def missing(self) -> dict[tuple[str, date | None], SourceLine]:
        lines = source_lines(self.library, self.library.today())
        return {(line.name, line.covers): line for line in lines if line.is_missing}

    @property
    def texts(self) -> list[str]:
        rows = self.library.db.read("SELECT title, abstract, comment FROM papers")
        rows += self.library.db.read("SELECT author, text, url FROM posts")
        return [text for row in rows for text in row]

    def lost_in_silence(self) -> list[str]:
        """List what is out and neither here nor within a source and day that is named."""
        named = self.missing.keys()
        lost = [i for i, played in self.out.items() if i not in self.here]
        lost = [i for i in lost if not named & owed_by(self.out[i])]
        posts = GUIDS - self.posts if self.now > ON_MONDAY else set()
        return lost + [source for source, _ in posts if (source, WEDNESDAY) not in named]


def owed_by(played: PlayedPaper) -> set[tuple[str, date | None]]:
    """Name the sources, with their days, that have a paper."""
    feeds = {feed_name(c) for c in played.paper.categories}
    return {
        *((name, played.listed_on) for name in {*feeds, OAI}),
        (ARXIV, listing_day(played.submitted_at)),
    }


@dataclass(frozen=True)
class Way:
    """A way to fail.

    fails: the channels for which it is a failure; to the others it does no harm.
    says: what stands in the error, of whatever channel.
    """

    fault: Fault | None = None
    mangle: Mangle | None = None
    fails: Sequence[str] = tuple(PATHS)
    is_slow: bool = False
    says: str = ""


def declared(entities: str) -> Callable[[bytes], bytes]:
    """Put declarations before a document's root, and a use of them into each title."""

    def change(xml: bytes) -> bytes:
        head, _, rest = xml.partition(b"?>")
        doctype = f"<!DOCTYPE x [{entities}]>".encode()
        return head + b"?>" + doctype + rest.replace(b"</title>", b" &x9;</title>")

    return change


BOMB = '<!ENTITY x0 "boom">' + "".join(
    f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10)
)
OUTSIDE = '<!ENTITY x9 SYSTEM "file:///etc/passwd">'


def padded(xml: bytes) -> bytes:
    """Make a document 10 MB long: a comment within its root."""
    head, lt, end = xml.rpartition(b"</")
    return head + b"<!--" + b" padding" * 1_250_000 + b"-->" + lt + end


def controlled(xml: bytes) -> bytes:
    """Strew what XML forbids and what it lets by over all words "Speech"."""
    dirt = "\x00\x08\x1b[2J&#0;&#x1b;&#xd800;\x9b31m\u202e".encode()
    return xml.replace(b"Speech", b"Speech" + dirt)


def in_shift_jis(xml: bytes) -> bytes:
    return xml.decode().encode("shift_jis", "xmlcharrefreplace")


PAGE = b"<!DOCTYPE html><html><body>Log in to the hotel's network</body></html>"
WAYS = {
    "429 with Retry-After": Way(
        Fault(status=429, headers={"Retry-After": "3600"}), says="answered 429"
    ),
    "429 without Retry-After": Way(Fault(status=429), says="answered 429"),
    "503": Way(Fault(status=503), says="answered 503"),
    "500": Way(Fault(status=500), says="answered 500"),
    "silence": Way(Fault(hang_s=60), is_slow=True, says="did not finish its answer"),
    "a slow drip": Way(Fault(drip_s=0.2), is_slow=True, says="did not finish its answer"),
    "a connection that breaks": Way(Fault(cut_after=100), says="broke off"),
    "half a body": Way(mangle=body(lambda b: b[: len(b) // 2])),
    "an HTML page": Way(mangle=body(lambda _: PAGE), says="an HTML page"),
    "no bytes": Way(mangle=body(lambda _: b""), says="empty"),
    "UTF-16 that says UTF-8": Way(
        mangle=body(lambda b: b.decode().encode("utf-16-le")), fails=(ARXIV,)
    ),
    "Shift_JIS that says UTF-8": Way(mangle=body(in_shift_jis), fails=()),
    "gzip that is none": Way(
        Fault(body=b"\x1f\x8b\x08garbage", headers={"Content-Encoding": "gzip"}), says="gzip"
    ),
    "a redirect in a circle": Way(
        Fault(status=302, headers={"Location": "?again"}), says="in a circle"
    ),
    "10 MB": Way(mangle=body(padded), fails=()),
    "an XML bomb": Way(mangle=body(declared(BOMB))),
    "an external entity": Way(mangle=body(declared(OUTSIDE))),
    "control characters": Way(mangle=body(controlled), fails=(ARXIV,)),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, PAPERS) as world:
        yield world


def on_wednesday(world: World) -> None:
    """Gather on Monday; let Tuesday's feeds pass by; stop before Wednesday's gather."""
    assert (world.gather(), world.missing) == ([], {})
    assert world.here == ["arxiv:3103.90001", "arxiv:3103.90002"]
    world.now = ON_WEDNESDAY
    world.timelines |= {"timeline.rss": POSTS, "blog.rss": POSTS}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", PATHS)
def test_a_broken_channel_is_named_the_others_arrive_and_it_recovers(
    world: World, name: str, way: str
) -> None:
    on_wednesday(world)
    world.break_(name, WAYS[way])
    fails = name in WAYS[way].fails
    assert world.gather() == ([name] if fails else [])

    assert {source for source, _ in world.missing} == ({name} if fails else set())
    assert all(WAYS[way].says in str(line.error) for line in world.missing.values())
    assert [r.name for r in reports(world.library) if r.line.is_missing] == [name] * fails
    assert world.lost_in_silence() == []
    healthy = {source for source in (*PATHS, OTHER_FEED, BLOG) if source != name or not fails}
    owed = {id_ for id_, p in world.out.items() if {n for n, _ in owed_by(p)} & healthy}
    # What a healthy channel has and cannot give: what was held back is in one mailing only.
    owed -= {HELD_BACK_TUESDAY} if name == OAI and fails else set()
    owed -= {HELD_BACK_WEDNESDAY} if name == FEED and fails else set()
    assert owed <= set(world.here) <= set(world.out)
    assert {guid for guid in GUIDS if guid[0] in healthy} <= world.posts <= GUIDS
    assert all(is_safe(text) and "root:" not in text for text in world.texts)

    world.mend()
    world.now = LATER
    assert (world.gather(), world.missing) == ([], {})
    assert (world.here, world.posts) == (sorted(world.out), GUIDS)
    assert papers.n_papers(world.library.db) == len(PAPERS)


class TestOldAnswers:
    @pytest.mark.parametrize("under_today", [False, True])
    @pytest.mark.parametrize("is_api_last", [False, True])
    def test_yesterdays_feed_is_stale_whatever_it_claims_and_whoever_answers_first(
        self, world: World, under_today: bool, is_api_last: bool
    ) -> None:
        on_wednesday(world)
        claims = WEDNESDAY if under_today else None
        world.break_(FEED, Way(mangle=of_the_day_before(world.servers[FEED], claims=claims)))
        if is_api_last:
            for name in (ARXIV, OAI):
                world.servers[name].faults = lambda _path, _n: Fault(hang_s=0.3)
        assert world.gather() == [FEED]
        assert [(name, line.state) for (name, _), line in world.missing.items()] == [
            (FEED, "stale")
        ]
        assert HELD_BACK_WEDNESDAY not in world.here
        world.mend()
        world.now = LATER
        assert (world.gather(), world.missing) == ([], {})
        assert world.here == sorted(world.out)

    def test_an_api_that_does_not_know_today_yet_is_named_for_today(self, world: World) -> None:
        on_wednesday(world)
        world.break_(ARXIV, Way(mangle=of_the_day_before(world.servers[ARXIV])))
        assert world.gather() == [ARXIV]
        assert list(world.missing) == [(ARXIV, WEDNESDAY)]
        world.mend()
        world.now = LATER
        assert (world.gather(), world.missing) == ([], {})
        assert world.here == sorted(world.out)

    def test_an_oai_interface_of_last_week_is_not_believed(self, world: World) -> None:
        on_wednesday(world)
        world.break_(OAI, Way(mangle=body(lambda _: NO_RECORDS)))
        world.gather()
        assert world.lost_in_silence() == []
        world.mend()
        world.now = LATER
        assert (world.gather(), world.missing) == ([], {})
        assert world.here == sorted(world.out)


def test_an_empty_feed_of_a_weekend_is_not_fridays(tmp_path: Path) -> None:
    friday = date(2031, 3, 7)
    late = held_back(97, "Held back until Friday", friday)
    with World(tmp_path, (*PAPERS, late)) as world:
        assert world.gather() == []
        world.now = ON_MONDAY + timedelta(days=6)
        assert world.gather() == []
        # Nothing was submitted for these two: the API leaves it open whether it is late.
        assert list(world.missing) == [(ARXIV, friday - timedelta(days=1)), (ARXIV, friday)]
        assert world.here == sorted(world.out)
        assert late.paper.id in world.here


def test_a_long_gap_that_breaks_off_names_each_of_its_days(tmp_path: Path) -> None:
    with World(tmp_path, PAPERS) as world:
        assert world.gather() == []
        world.now = ON_MONDAY + timedelta(days=9)
        world.break_(ARXIV, WAYS["429 with Retry-After"])
        world.gather()
        gap = [TUESDAY + timedelta(days=n) for n in range(9) if n not in (4, 5)]
        assert [day for name, day in world.missing if name == ARXIV] == gap
        # Who asks for a rest is given one: one question, asked thrice by the client at most.
        assert len([r for r in world.servers[ARXIV].requests if "2031030" in r]) <= 4


NO_RECORDS = b"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
  <responseDate>2031-03-05T17:00:00Z</responseDate><request>http://127.0.0.1/oai</request>
  <error code="noRecordsMatch">The combination of the arguments is an empty list.</error>
</OAI-PMH>
"""


def title(n: int) -> str:
    """Invent the n-th title, not like any other one."""
    letters = hashlib.sha256(str(n).encode()).hexdigest()
    return " ".join(("Speech", *(letters[i : i + 5] for i in range(0, 20, 5))))


CROWD = (
    *PAPERS,
    *(paper(1000 + n, title(n), day=WEDNESDAY) for n in range(450)),
    *(paper(2000 + n, title(-n), day=TUESDAY) for n in range(1, 251)),
)


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[World]:
    """A world with days so full that the API and OAI-PMH give several pages for them."""
    with World(tmp_path, CROWD) as world:
        yield world


def is_wednesday(target: str) -> bool:
    asked = parse_qs(urlsplit(target).query)["search_query"][0]
    return f"[{window(WEDNESDAY)[0]:%Y%m%d%H%M}" in asked


def is_second(target: str) -> bool:
    return is_wednesday(target) and start_of(target) == 200


EMPTY_PAGE = body(without_entries)
PAGE_WAYS: dict[str, tuple[Mangle, bool]] = {
    "an empty page in the middle, once": (once(EMPTY_PAGE, is_second), False),
    "an empty page in the middle": (always(EMPTY_PAGE, is_second), True),
    "an empty first page, once": (once(EMPTY_PAGE, is_wednesday), False),
    "an empty first page": (always(EMPTY_PAGE, is_wednesday), True),
    "a total that moves while pages are read": (
        once(body(lambda b: total(b, lambda n: n - 100)), is_second),
        False,
    ),
    "a total above what comes": (
        always(body(lambda b: total(b, lambda n: n + 7)), is_wednesday),
        True,
    ),
    "entries left out of a page": (
        always(body(lambda b: without_entries(b, 3)), is_second),
        True,
    ),
}


@pytest.mark.parametrize("way", PAGE_WAYS)
def test_pages_of_the_api_that_disagree(crowd: World, way: str) -> None:
    mangle, is_named = PAGE_WAYS[way]
    hold_pages(crowd, mangle, is_named)


def test_a_page_of_the_api_that_is_the_one_before(crowd: World) -> None:
    def first(target: str, _: Reply) -> Reply:
        target = target.replace("start=200", "start=0")
        return crowd.servers[ARXIV].answer_at(target, crowd.now)

    hold_pages(crowd, always(first, is_second), is_named=True)


def hold_pages(crowd: World, mangle: Mangle, is_named: bool) -> None:
    on_wednesday(crowd)
    crowd.break_(ARXIV, Way(mangle=mangle))
    crowd.servers[FEED].faults = lambda path, _: Fault(status=403)  # it would fill the gaps
    problems = crowd.gather()
    assert ((ARXIV, WEDNESDAY) in crowd.missing) == (ARXIV in problems) == is_named
    assert crowd.lost_in_silence() == []
    assert len(crowd.here) == len(set(crowd.here))

    crowd.mend()
    crowd.now = LATER
    assert (crowd.gather(), crowd.missing) == ([], {})
    assert crowd.here == sorted(crowd.out)


@pytest.mark.parametrize(
    "change",
    [
        lambda b: re.sub(rb"    <record>.*?</record>\n", b"", b, flags=re.DOTALL),
        lambda b: re.sub(rb"<resumptionToken.*?</resumptionToken>", b"", b),
        lambda b: b.replace(b"</record>", b"</recrod>", 1),
    ],
    ids=["a page without its records", "a list that ends too early", "a record that breaks"],
)
def test_pages_of_oai_pmh_that_disagree(crowd: World, change: Callable[[bytes], bytes]) -> None:
    on_wednesday(crowd)
    crowd.break_(OAI, Way(mangle=always(body(change), lambda t: "resumptionToken" in t)))
    crowd.gather()
    assert crowd.lost_in_silence() == []
    assert (OAI, TUESDAY) in crowd.missing
    crowd.mend()
    crowd.now = LATER
    assert (crowd.gather(), crowd.missing) == ([], {})
    assert crowd.here == sorted(crowd.out)
