"""Test that an OAI-PMH set comes whole and once: stopped, killed, with old tokens, too short.

The server is a real one on loopback, and its records are invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.base.errors import SourceFailed, UsageError
from reader.base.http.client import Client
from reader.gathering.imports.arxiv_metadata import OaiSet, is_oai_set, parse_set
from reader.library.config import Arxiv
from reader.library.folder import Library
from reader.library.rows import papers
from reader.morning.bring_arxiv import SnapshotImport
from reader.morning.undo import take_back
from tests.morning.test_bring_in import everything, found
from tests.samples import DAY, a_library, tools
from tests.server import Answer, Seen, Server, Time

FIRST = date(2031, 3, 3)


def record(n: int, day: date, *, is_deleted: bool = False) -> str:
    header = f"<identifier>oai:arXiv.org:3103.{n:05}</identifier><datestamp>{day}</datestamp>"
    if is_deleted:
        return f'<record><header status="deleted">{header}</header></record>'
    return f"""<record><header>{header}<setSpec>cs:cs:CL</setSpec></header>
      <metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>3103.{n:05}</id>
      <version version="v1"><date>Mon, 3 Mar 2031 10:00:00 GMT</date></version>
      <title>Whistling Moss {n}</title><authors>Ada F{n}, Bo Lind</authors>
      <categories>{"cs.CL" if n % 10 else "cs.RO"}</categories>
      <abstract>Moss number {n} whistles.</abstract></arXivRaw></metadata></record>"""


@dataclass
class OaiList:
    """A list of 250 records, a hundred of each day, in pages of 60.

    size: the length that it tells, 0 for none. expired: no token older than this page is known.
    busy: the pages at which it is busy, with their Retry-After in seconds; hang: those before
    which it is silent for some seconds. wrong: records as they are instead.
    """

    size: int = 250
    expired: int = 0
    days: Sequence[date] = tuple(FIRST + timedelta(days=n // 100) for n in range(250))
    deleted: Sequence[int] = ()
    busy: dict[int, int] = field(default_factory=dict)
    hang: dict[int, float] = field(default_factory=dict)
    wrong: dict[int, str] = field(default_factory=dict)

    def __call__(self, seen: Seen) -> Answer:
        start, skip = seen.query.get("from", ""), 0
        if token := seen.query.get("resumptionToken"):
            start, _, at = token.partition("|")
            skip = int(at)
            if skip < 60 * self.expired:
                return Answer(answer('<error code="badResumptionToken">It is too old.</error>'))
        if wait := self.busy.pop(skip // 60, 0):
            return Answer(status=503, headers={"Retry-After": str(wait)})
        wanted = [
            self.wrong.get(n) or record(n, day, is_deleted=n in self.deleted)
            for n, day in enumerate(self.days, 1)
            if str(day) >= start
        ]
        left, size = len(wanted) - skip - 60, f' completeListSize="{self.size}"' * bool(self.size)
        token = f"{start}|{skip + 60}" if left > 0 else ""
        last = f'<resumptionToken cursor="{skip}"{size}>{token}</resumptionToken>'
        body = answer(f"<ListRecords>{''.join(wanted[skip : skip + 60])}{last}</ListRecords>")
        return Answer(body, hang_s=self.hang.get(skip // 60, 0.0))


def answer(body: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2031-03-06T08:00:00Z
</responseDate><request>x</request>{body}</OAI-PMH>""".encode()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as opened:
        yield opened


@dataclass
class Importer:
    """Imports the set of a server; keeps the pauses between its requests."""

    library: Library
    server: Server
    time: Time = field(default_factory=Time)
    last: SnapshotImport | None = None

    def __call__(
        self, answers: OaiList, *categories: str, start: date | None = None, is_dry: bool = False
    ) -> tuple[int, ...]:
        """Return the numbers of records, of new, known and unwanted papers, and of bad records."""
        self.server.respond("/oai", answers)
        of = OaiSet(self.server.url("/oai"), 3.0, "cs", start)
        time = self.time
        with Client(clock=time.clock, sleep=time.sleep, monotonic=time.monotonic) as client:
            run = self.last = SnapshotImport(self.library, tools(client), of, categories)
            run.run(is_dry=is_dry)
        return run.n_lines, run.n_new, run.n_known_by_id, run.n_left_out, run.n_unplaced


@pytest.fixture
def bring(library: Library, server: Server) -> Importer:
    return Importer(library, server)


def asked(server: Server) -> list[str]:
    """List what each request asked with: a token, or the first day."""
    return [one.query.get("resumptionToken") or one.query.get("from", "-") for one in server.seen]


def n_here(library: Library) -> int:
    return len(everything(library)["papers"])


def test_a_set_comes_once_politely_as_no_news_and_is_taken_back(
    library: Library, server: Server, bring: Importer
) -> None:
    before = everything(library)
    assert bring(OaiList(), is_dry=True) == (250, 250, 0, 0, 0)
    assert everything(library) == before
    assert bring(OaiList(), "cs.CL") == (250, 225, 0, 25, 0)
    assert bring.time.slept == [3.0] * 4 * 2
    assert (server.seen[0].query["set"], server.seen[0].query["metadataPrefix"]) == (
        "cs",
        "arXivRaw",
    )
    assert found(library, "249")[0] == {"arxiv:3103.00249"}
    assert papers.n_arrived(library.db, DAY) == 0
    assert bring(OaiList(), "cs.CL") == (250, 0, 225, 25, 0)
    taken = take_back(library).imported
    assert taken is not None
    assert taken.n_papers == 225
    assert everything(library) == before


def test_a_stopped_import_goes_on_with_the_next_page(
    library: Library, server: Server, bring: Importer
) -> None:
    with pytest.raises(SourceFailed, match="503"):
        bring(OaiList(busy={2: 600}))
    assert n_here(library) == 120
    server.seen.clear()
    assert bring(OaiList()) == (130, 130, 0, 0, 0)
    assert asked(server) == ["|120", "|180", "|240"]
    assert bring.last
    assert (bring.last.n_before, bring.last.lacking) == (120, "")
    assert n_here(library) == 250


def test_a_stopped_import_that_was_taken_back_begins_again(
    library: Library, server: Server, bring: Importer
) -> None:
    with pytest.raises(SourceFailed):
        bring(OaiList(busy={2: 600}))
    take_back(library)
    assert bring(OaiList()) == (250, 250, 0, 0, 0)
    assert n_here(library) == 250


def test_with_an_old_token_it_goes_on_from_the_last_day(
    library: Library, server: Server, bring: Importer
) -> None:
    with pytest.raises(SourceFailed):
        bring(OaiList(busy={2: 600}))
    server.seen.clear()
    # The second day again, of which 20 records are here.
    assert bring(OaiList(expired=9, size=0, days=OaiList.days[:160])) == (60, 60, 0, 0, 0)
    assert asked(server) == ["|120", "2031-03-04"]
    assert n_here(library) == 160


def test_a_token_that_expires_at_work_doubles_no_count(
    library: Library, server: Server, bring: Importer
) -> None:
    expired = iter([0, 0, 0, 9, 0, 0, 0])

    class Expiring(OaiList):
        def __call__(self, seen: Seen) -> Answer:
            self.expired = next(expired)
            return super().__call__(seen)

    # After 180 records, the 150 of the last two days, of which 80 are here.
    assert bring(Expiring(size=0)) == (330, 250, 0, 0, 0)
    assert asked(server) == ["-", "|60", "|120", "|180", "2031-03-04", "2031-03-04|60",
                             "2031-03-04|120"]  # fmt: skip


def test_a_list_in_no_order_begins_again_and_loses_nothing(
    library: Library, server: Server, bring: Importer
) -> None:
    days = [*OaiList.days[:100][::-1], *OaiList.days[:150:-1], *OaiList.days[100:150]]
    with pytest.raises(SourceFailed):
        bring(OaiList(busy={3: 600}, days=days, size=0))
    server.seen.clear()
    assert bring(OaiList(expired=9, days=days[:60], size=0)) == (60, 60, 0, 0, 0)
    assert asked(server) == ["|180", "-"]


def test_a_list_that_is_shorter_than_it_says_is_told(library: Library, bring: Importer) -> None:
    assert bring(OaiList(size=251))[1] == 250
    assert bring.last
    assert str(bring.last.lacking) == "the source announced 251 records but sent 250"


def test_deleted_and_unreadable_records_are_told(library: Library, bring: Importer) -> None:
    bad = record(7, FIRST).replace("Mon, 3 Mar 2031 10:00:00 GMT", "soon")
    assert bring(OaiList(deleted=[3, 200], wrong={7: bad})) == (250, 247, 0, 0, 1)
    assert bring.last
    assert bring.last.deleted == ["oai:arXiv.org:3103.00003", "oai:arXiv.org:3103.00200"]
    assert str(bring.last.unplaced[0].place).endswith("oai:arXiv.org:3103.00007")
    assert bring.last.lacking == ""


def test_a_short_pause_is_waited_out(library: Library, bring: Importer) -> None:
    assert bring(OaiList(busy={1: 20}))[1] == 250
    assert 20.0 in bring.time.slept


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("oai:cs", "https://x.org/oai?set=cs"),
        ("oai:cs.CL?from=2031-03-01", "https://x.org/oai?set=cs:cs:CL&from=2031-03-01"),
        ("oai:hep-th", "https://x.org/oai?set=physics:hep-th"),
        ("oai:math:math:AG?until=2031-03-01", "https://x.org/oai?set=math:math:AG&until=2031-03-01"),
        ("oai:", "https://x.org/oai"),
        ("https://y.org/oai?key=1&set=a", "https://y.org/oai?key=1&set=a"),
        ("http://y.org/?verb=ListRecords&metadataPrefix=arXivRaw", "http://y.org/"),
    ],
)  # fmt: skip
def test_places_of_sets_are_read(what: str, expected: str) -> None:
    assert is_oai_set(what)
    assert str(parse_set(what, Arxiv(oai_url="https://x.org/oai"))) == expected


def test_other_places_are_no_sets() -> None:
    for what in ("s3://bucket/pdf", "https://x.org/pdfs.tar", "refs.bib", "https://x.org/oai"):
        assert not is_oai_set(what)


def test_a_set_without_address_or_with_a_wrong_day_is_refused() -> None:
    with pytest.raises(UsageError, match="OAI-PMH is off"):
        parse_set("oai:cs", Arxiv(oai_url=""))
    with pytest.raises(UsageError, match="“soon” is not a day"):
        parse_set("oai:cs?from=soon", Arxiv())
