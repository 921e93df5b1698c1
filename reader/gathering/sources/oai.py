"""Ask arXiv's OAI-PMH interface what a listing held: new, late and replaced papers.

Read arXiv's OAI-PMH records, format arXivRaw: a paper, its versions' days and its stamp.

Half a page and one that declares entities are refused. What was asked, and of whom, this
module does not know.

Through the `oaipmh_scythe` package: it builds the questions and follows the resumption
tokens, `fetch` does the asking. Its parser repairs what is broken, so half a page would
look like a short one; what is no whole answer is refused here before it sees it.

What a datestamp is (arXiv's own server, github.com/arXiv/oaipmh, and info.arxiv.org/help/oa):
the UTC day on which the record last changed. A listing is mailed at 20:00 Eastern time and
reaches OAI-PMH some two hours later; that is after midnight UTC, so its records are stamped
with the date of the listing itself. But any later change, of a reference as of a version,
moves a record to its own day, and nothing says what changed. Hence

- a day is told from the dates of the versions, the stamp only finds the rest;
- a closed window holds what has not changed since: good for a day or two. For a longer gap
  ask for all its days at once (`days_announced`): that window has no end and loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlencode
from xml.parsers import expat

from oaipmh_scythe import Scythe
from oaipmh_scythe.iterator import OAIResponseIterator
from oaipmh_scythe.response import OAIResponse

from reader.base.errors import SourceFailed, Unreachable
from reader.base.http.wire import Fetch, Request
from reader.base.messages import say
from reader.base.tex import accents
from reader.base.text import plain
from reader.gathering.calendar import is_listing_day, listing_day
from reader.gathering.sources.answer import to_utf8, what_came
from reader.gathering.sources.arxiv_lists import ArxivPlace, split_authors
from reader.library.ids import find_ids, parse_id
from reader.library.paper import Paper

SOURCE = "arXiv OAI-PMH"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """A paper, the listings of its first and newest version, and that of its last change."""

    paper: Paper
    first_on: date
    newest_on: date
    stamped_on: date


# No DOCTYPE among what may stand before the root, so no entity is ever declared.
# Atomic: a thousand comments must not be parted in all possible ways.
_HEAD = re.compile(rb"\A(?>\s+|<\?[^>]*\?>|<!--(?>.*?-->))*+(?=<(?:\w+:)?OAI-PMH[\s>])", re.DOTALL)
_END = re.compile(rb"</(?:\w+:)?OAI-PMH>\s*\Z")
_RECORD = re.compile(rb"<(?:\w+:)?record[\s/>]")


def whole_page(content: bytes) -> bytes:
    """Give an answer's root as UTF-8; raises SourceFailed unless it begins and ends as one."""
    text = to_utf8(content)
    head = _HEAD.match(text)
    if not head:
        raise failed(say("answer.no_oai", came=what_came(content)))
    if not _END.search(text[-200:]):
        raise failed(say("answer.half_xml"))
    return text[head.end() :]


def is_sound(page: bytes) -> bool:
    """Tell whether a page is well-formed: what repairs XML may drop a record in silence."""
    try:
        expat.ParserCreate().Parse(page, True)
    except expat.ExpatError:
        return False
    return True


def n_begun(page: bytes) -> int:
    """Count the records that a page begins, whether or not a parser can save them."""
    return len(_RECORD.findall(page))


def identifier(record: Any) -> str:
    """Give a record's OAI identifier, empty where it has none. record: an lxml element."""
    return str(record.findtext(f"{OAI}header/{OAI}identifier", "")).strip()


def read_record(record: Any, categories: AbstractSet[str]) -> OaiRecord | None:
    """Read a record; None where it was deleted or is of no wanted class.

    Raises ValueError where it has no identifier, arXiv id, version or readable date.
    """
    if not identifier(record):
        raise ValueError("a record without an identifier")
    header, raw = record.find(f"{OAI}header"), record.find(f".//{_RAW}arXivRaw")
    if header is not None and header.get("status") == "deleted":
        return None
    if header is None or raw is None:
        raise ValueError("a record that is not in arXivRaw")
    if categories.isdisjoint(_text(raw, "categories").split()):
        return None
    try:
        versions = sorted(_version(version) for version in raw.iterfind(f"{_RAW}version"))
        if not versions:
            raise ValueError("a record without versions")
        (_, first_at), (newest, newest_at) = versions[0], versions[-1]
        paper = _paper(raw, published_at=first_at, version=newest)
        stamped_on = _next_listing(date.fromisoformat(_stamp(header)))
        return OaiRecord(paper, listing_day(first_at), listing_day(newest_at), stamped_on)
    except OverflowError as error:
        raise ValueError("a date out of all calendars") from error


def failed(what: str, status: int = 200) -> SourceFailed:
    return SourceFailed(source=SOURCE, what=what, status=status)


def _paper(raw: Any, *, published_at: datetime, version: int) -> Paper:
    found = parse_id(_text(raw, "id"))
    if not found or not found.id.startswith("arxiv:"):
        raise ValueError("a record without an arXiv id")
    dois = (f.id for f in find_ids(_text(raw, "doi")) if not f.id.startswith("arxiv:"))
    return Paper(
        ids=tuple(dict.fromkeys((found.id, *dois))),
        title=_text(raw, "title"),
        authors=split_authors(re.sub(r",? and ", ", ", _text(raw, "authors"))),
        abstract=_text(raw, "abstract"),
        categories=tuple(dict.fromkeys(_text(raw, "categories").split())),
        comment=_text(raw, "comments"),
        published_on=published_at.date(),
        announced_on=listing_day(published_at),
        version=version,
    )


def _version(version: Any) -> tuple[int, datetime]:
    number = re.fullmatch(r"v(\d{1,4})", version.get("version", "").strip())
    if not number:
        raise ValueError("a version without a number")
    at = parsedate_to_datetime(version.findtext(f"{_RAW}date", ""))
    return int(number[1]), at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _stamp(header: Any) -> str:
    return str(header.findtext(f"{OAI}datestamp", "")).strip()[:10]


def _next_listing(day: date) -> date:
    while not is_listing_day(day):
        day += timedelta(days=1)
    return day


def _text(raw: Any, tag: str) -> str:
    return accents(plain(raw.findtext(f"{_RAW}{tag}", "")))


PHYSICS = frozenset(
    {"astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph"}
    | {"nlin", "nucl-ex", "nucl-th", "physics", "quant-ph"}
)
"""The archives that stand in the set "physics"; every other one is a set of its own."""


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one listing held in the classes wanted, each paper once.

    new: first submitted in the listing's window. replaced: their newest version was.
    cross_or_late: stamped with this listing, and neither: held back by moderation, newly
    cross-listed, or merely edited. OAI-PMH does not tell these apart, but a paper that is
    years old was hardly held back (`published_on`). A Monday has the weekend's edits too.
    `announced_on` is the day that the calendar gives for version 1, in all three.
    n_records: distinct records that came, of whatever day and class.
    is_whole: every record that the interface announced came and could be read.
    failure: what went wrong; what came before it is here.
    """

    new: tuple[Paper, ...] = ()
    cross_or_late: tuple[Paper, ...] = ()
    replaced: tuple[Paper, ...] = ()
    n_records: int = 0
    is_whole: bool = True
    failure: SourceFailed | None = None


def papers_announced(fetch: Fetch, place: ArxivPlace, day: date) -> Harvest:
    """Ask what a listing held, by the records stamped with it or since the listing before.

    Never raises SourceFailed: see `Harvest.failure`. ValueError for a weekend day.
    """
    return _ask(fetch, place, _window_start(day), day).of(day)


def days_announced(fetch: Fetch, place: ArxivPlace, days: Iterable[date]) -> dict[date, Harvest]:
    """Ask what several listings held, by all records stamped since the first of them.

    For a gap of any length: some 3,500 records a request, whatever the number of days. Where
    something fails no day is whole, since any record may be stamped at the end.
    """
    wanted = sorted(set(days))
    if not wanted:
        return {}
    asked = _ask(fetch, place, _window_start(wanted[0]), None)
    return {day: asked.of(day) for day in wanted}


def set_of(category: str) -> str:
    """Name the set of a class: "cs.CL" is "cs:cs:CL", "hep-th" is "physics:hep-th"."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in PHYSICS else archive
    if not subject:
        return f"{group}:{archive}" if group != archive else group
    return f"{group}:{archive}:{subject}"


@dataclass(slots=True)
class _OaiLists:
    """What all lists together gave."""

    records: dict[str, OaiRecord | None] = field(default_factory=dict)
    """By OAI identifier; None for one that holds no paper of a wanted class."""
    failure: SourceFailed | None = None

    def of(self, day: date) -> Harvest:
        """Sort the records out for one listing."""
        known = [record for record in self.records.values() if record]
        rest = [record for record in known if record.first_on != day]
        late = [r for r in rest if r.newest_on != day and r.stamped_on == day]
        return Harvest(
            new=tuple(record.paper for record in known if record.first_on == day),
            cross_or_late=tuple(record.paper for record in late),
            replaced=tuple(record.paper for record in rest if record.newest_on == day),
            n_records=len(self.records),
            is_whole=self.failure is None,
            failure=self.failure,
        )


def _window_start(day: date) -> date:
    # A day more than the documents ask for: were a stamp made before midnight UTC after all,
    # its versions' dates would still put the paper where it belongs.
    if not is_listing_day(day):
        raise ValueError(f"{day} is a {day:%A}: arXiv lists nothing under it")
    return day - timedelta(days=2 if day.weekday() == 0 else 1)


def _ask(fetch: Fetch, place: ArxivPlace, start: date, end: date | None) -> _OaiLists:
    """Read the list of each class; one that fails does not keep the others from coming."""
    asked = _OaiLists()
    for name in dict.fromkeys(map(set_of, place.categories)):
        failure = _read_list(_Session(fetch, place), asked.records, (start, end), name)
        asked.failure = asked.failure or failure
        if failure and (isinstance(failure, Unreachable) or failure.retry_at):
            break  # the server is down, or asks for a rest
    return asked


def _read_list(
    session: _Session,
    records: dict[str, OaiRecord | None],
    window: tuple[date, date | None],
    set_: str,
) -> SourceFailed | None:
    """Add the records of one set to `records`; gives what is missing, and why."""
    start, end = window
    pages = session.list_records(
        start.isoformat(), end.isoformat() if end else None, "arXivRaw", set_
    )
    names: set[str] = set()
    n_unread, n_announced, is_damaged = 0, 0, False
    try:
        for page in cast("Iterator[OAIResponse]", pages):
            is_damaged = is_damaged or not is_sound(page.http_response.content)
            n_announced = max(n_announced, _complete_size(page.xml))
            named, unread = _read_page(page, records, session.categories)
            names |= named
            n_unread += unread
    except SourceFailed as failure:
        return failure
    if is_damaged:
        return failed(say("answer.damaged_xml"))
    if n_unread:
        return failed(say("answer.records", n=n_unread))
    if len(names) < n_announced:
        return failed(say("answer.fewer", announced=n_announced, sent=len(names)))
    return None


def _read_page(
    page: OAIResponse, records: dict[str, OaiRecord | None], categories: frozenset[str]
) -> tuple[set[str], int]:
    """Add a page's records to `records`; gives their names, and how many could not be read."""
    found = list(page.xml.iterfind(f".//{OAI}record"))
    n_unread = n_begun(page.http_response.content) - len(found)
    for record in found:
        try:
            records[identifier(record)] = read_record(record, categories)
        except ValueError:
            n_unread += 1
    return {identifier(record) for record in found}, n_unread


class _Session(Scythe):
    """A `Scythe` that asks through our `fetch`, and believes only whole answers."""

    def __init__(self, fetch: Fetch, place: ArxivPlace) -> None:
        super().__init__(place.url, iterator=OAIResponseIterator)
        self.categories = frozenset(place.categories)
        self._fetch, self._delay_s = fetch, place.delay_s
        self._asked: set[str] = set()

    def harvest(self, query: dict[str, str]) -> OAIResponse:
        """Fetch one page, without records where none match. Raises SourceFailed for all else."""
        asked = urlencode(query)
        if asked in self._asked:
            raise failed(say("answer.endless"))
        self._asked.add(asked)
        url = f"{self.endpoint}{'&' if '?' in self.endpoint else '?'}{asked}"
        request = Request(url, SOURCE, delay_s=self._delay_s, accept="application/xml, text/xml")
        answer = _OaiResponse(whole_page(self._fetch(request).content))
        page = OAIResponse(cast("Any", answer), query)
        _refuse_error(page, is_first="resumptionToken" not in query)
        return page


def _refuse_error(page: OAIResponse, *, is_first: bool) -> None:
    # Not by the package's own raise_for_oaipmh_error, which takes any code for a class's name.
    try:
        root = page.xml
    except SyntaxError:  # what lxml's own errors are
        root = None
    if root is None:
        raise failed(say("answer.unreadable_xml"))
    error = root.find(f"{OAI}error")
    code = "" if error is None else error.get("code", "")
    if error is not None and not (code == "noRecordsMatch" and is_first):
        said = plain(error.text or "")[:200] or say("answer.no_reason")
        raise failed(say("answer.error_code", code=plain(code)[:40], said=said), status=400)
    if error is None and root.find(f"{OAI}ListRecords") is None:
        raise failed(say("answer.no_records"))


@dataclass(frozen=True, slots=True)
class _OaiResponse:
    """The one attribute of an httpx response that oaipmh_scythe reads."""

    content: bytes


def _complete_size(root: Any) -> int:
    token = root.find(f".//{OAI}resumptionToken")
    size = "" if token is None else token.get("completeListSize", "")
    return int(size) if re.fullmatch(r"[0-9]{1,9}", size) else 0
