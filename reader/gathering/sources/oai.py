"""Read the papers of a listing from arXiv's OAI-PMH interface: new, late and replaced ones.

The `oaipmh_scythe` package builds the requests and follows the resumption tokens, `fetch` sends
them. Records are read in the format arXivRaw. The package's parser repairs broken XML, so half a
page would look like a short one: an incomplete answer, and one that declares entities, is refused
here before the package sees it.

A datestamp (arXiv's own server, github.com/arXiv/oaipmh, and info.arxiv.org/help/oa) is the UTC
day on which the record last changed. A listing is mailed at 20:00 Eastern time and reaches
OAI-PMH some two hours later; that is after midnight UTC, so its records have the date of the
listing itself. But any later change, of a reference as of a version, gives a record another
datestamp, and nothing shows what changed. So

- the dates of the versions decide on the day, and the datestamp only finds the rest;
- several days are asked for at once, in a window without an end: a window that ends with a day
  lacks the records that changed since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlencode
from xml.parsers import expat

from oaipmh_scythe import Scythe
from oaipmh_scythe.iterator import OAIResponseIterator
from oaipmh_scythe.response import OAIResponse

from reader.base.errors import OutOfTime, SourceFailed, Unreachable
from reader.base.http import Fetch, Request
from reader.base.messages import Text, lazy_gettext, lazy_ngettext
from reader.base.text import accents, plain
from reader.gathering.sources.answer import to_utf8, what_came
from reader.gathering.sources.arxiv_lists import ArxivPlace, split_authors
from reader.library.calendar import is_listing_day, listing_day
from reader.library.ids import find_ids, parse_id
from reader.library.paper import Paper

SOURCE = "arXiv OAI"
"""As lists, `gather NAME` and the errors call it."""
OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"

PHYSICS = frozenset(
    {"astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph"}
    | {"nlin", "nucl-ex", "nucl-th", "physics", "quant-ph"}
)
"""The archives in the set "physics"; every other one is a set of its own."""


@dataclass(frozen=True, slots=True)
class Harvest:
    """The papers of a listing in the wanted classes, each once.

    new: first submitted in the listing's window. replaced: whose newest version was.
    cross_or_late: with the datestamp of this listing, and neither new nor replaced: held back by
    moderation, newly cross-listed, or merely edited. OAI-PMH does not tell these apart, but a
    paper that is years old was hardly held back (`published_on`). A Monday has the weekend's
    edits too.
    `announced_on` of all three is the calendar's day for version 1.
    n_records: distinct records that came, of any day and class.
    is_whole: every record that the interface announced came and could be read.
    failure: what went wrong, None for nothing; the papers before it are here.
    """

    new: tuple[Paper, ...] = ()
    cross_or_late: tuple[Paper, ...] = ()
    replaced: tuple[Paper, ...] = ()
    n_records: int = 0
    is_whole: bool = True
    failure: SourceFailed | None = None


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """A paper, with the listing days of its first version, its newest one, and its last change."""

    paper: Paper
    first_on: date
    newest_on: date
    stamped_on: date


_Records = dict[str, OaiRecord | None]
"""Records by OAI identifier; None for a record without a paper of a wanted class."""


def days_announced(fetch: Fetch, place: ArxivPlace, days: Iterable[date]) -> dict[date, Harvest]:
    """Harvest several listings, from all records changed since the first of them.

    A gap may have any length, since a page has some 3,500 records whatever the number of days.
    Where a request fails no day is whole, since any record may have a late datestamp. Never raises
    SourceFailed, see `Harvest.failure`. Raises ValueError for a weekend day.
    """
    wanted = sorted(set(days))
    if not wanted:
        return {}
    records, failure = _ask(fetch, place, _window_start(wanted[0]))
    return {day: _harvest(records, failure, day) for day in wanted}


def _window_start(day: date) -> date:
    # One day more than the documents ask for. Were a datestamp made before midnight UTC after
    # all, the dates of the versions would still show the right day.
    if not is_listing_day(day):
        raise ValueError(f"{day} is a {day:%A}: arXiv lists nothing under it")
    return day - timedelta(days=2 if day.weekday() == 0 else 1)


def _harvest(
    records: Mapping[str, OaiRecord | None], failure: SourceFailed | None, day: date
) -> Harvest:
    """Sort the records of a listing into new, late and replaced ones."""
    known = [record for record in records.values() if record]
    rest = [record for record in known if record.first_on != day]
    late = [r for r in rest if r.newest_on != day and r.stamped_on == day]
    return Harvest(
        new=tuple(record.paper for record in known if record.first_on == day),
        cross_or_late=tuple(record.paper for record in late),
        replaced=tuple(record.paper for record in rest if record.newest_on == day),
        n_records=len(records),
        is_whole=failure is None,
        failure=failure,
    )


def _ask(fetch: Fetch, place: ArxivPlace, start: date) -> tuple[_Records, SourceFailed | None]:
    """Read the list of each class; return the records, and the first failure, None for none.

    After a failure the other classes are still read, unless the server is down.
    """
    records: _Records = {}
    first: SourceFailed | None = None
    for name in dict.fromkeys(map(set_of, place.categories)):
        failure = _read_list(_Session(fetch, place), records, start, name)
        first = first or failure
        if failure and (isinstance(failure, OutOfTime | Unreachable) or failure.retry_at):
            break  # the server is down or too slow, or wants no requests for a time
    return records, first


def set_of(category: str) -> str:
    """Get the OAI set of a class: "cs.CL" is "cs:cs:CL", "hep-th" is "physics:hep-th"."""
    archive, _unused, subject = category.partition(".")
    group = "physics" if archive in PHYSICS else archive
    if not subject:
        return f"{group}:{archive}" if group != archive else group
    return f"{group}:{archive}:{subject}"


# A DOCTYPE before the root does not match, so no entity is ever declared. Atomic groups, since a
# thousand comments must not be split in all possible ways.
_HEAD = re.compile(rb"\A(?>\s+|<\?[^>]*\?>|<!--(?>.*?-->))*+(?=<(?:\w+:)?OAI-PMH[\s>])", re.DOTALL)
_END = re.compile(rb"</(?:\w+:)?OAI-PMH>\s*\Z")
_RECORD = re.compile(rb"<(?:\w+:)?record[\s/>]")


def _read_list(session: _Session, records: _Records, start: date, set_: str) -> SourceFailed | None:
    """Add the records of a set to `records`; return why some are missing, None for none."""
    pages = session.list_records(start.isoformat(), None, "arXivRaw", set_)
    names: set[str] = set()
    n_unread, n_announced, is_damaged = 0, 0, False
    try:
        for page in cast("Iterator[OAIResponse]", pages):
            content = page.http_response.content
            is_damaged = is_damaged or not _is_sound(content)
            token = page.xml.find(f".//{OAI}resumptionToken")
            size = "" if token is None else token.get("completeListSize", "")
            # Only tokens have the total, and a list of one page may have no token.
            n_announced = max(n_announced, int(size) if re.fullmatch(r"[0-9]{1,9}", size) else 0)
            found = list(page.xml.iterfind(f".//{OAI}record"))
            # Records that begin in the page, but that the parser could not repair.
            n_unread += len(_RECORD.findall(content)) - len(found)
            # One whose end was lost has taken the next one in.
            n_unread += sum(len(record.findall(f"{OAI}header")) > 1 for record in found)
            for record in found:
                name = _identifier(record)
                names.add(name)
                try:
                    records[name] = _record(record, name, session.categories)
                except ValueError:
                    n_unread += 1
    except SourceFailed as failure:
        return failure
    if is_damaged:
        return _failed(lazy_gettext("the XML is damaged; what could be read was kept"))
    if n_unread:
        return _failed(
            lazy_ngettext("{n} record cannot be read", "{n} records cannot be read", n_unread)
        )
    if len(names) < n_announced:
        return _failed(
            lazy_ngettext(
                "the source announced {announced} record but sent {sent}",
                "the source announced {announced} records but sent {sent}",
                n_announced,
                announced=n_announced,
                sent=len(names),
            )
        )
    return None


def _is_sound(page: bytes) -> bool:
    """Check whether a page is well-formed XML."""
    # lxml's repair of broken XML may drop a record silently.
    try:
        expat.ParserCreate().Parse(page, True)
    except expat.ExpatError:
        return False
    return True


class _Session(Scythe):
    """A `Scythe` that sends its requests with our `fetch`, and accepts only complete answers."""

    def __init__(self, fetch: Fetch, place: ArxivPlace) -> None:
        super().__init__(place.url, iterator=OAIResponseIterator)
        self.categories = frozenset(place.categories)
        self._fetch, self._delay_s = fetch, place.delay_s
        self._asked: set[str] = set()

    def harvest(self, query: dict[str, str]) -> OAIResponse:
        """Fetch a page, without records where none match. Raises SourceFailed for anything else."""
        asked = urlencode(query)
        # The package follows tokens for ever, so a server that repeats one is stopped here.
        if asked in self._asked:
            raise _failed(
                lazy_gettext(
                    "the source sent the same resumption token twice, so its list would never end"
                )
            )
        self._asked.add(asked)
        url = f"{self.endpoint}{'&' if '?' in self.endpoint else '?'}{asked}"
        request = Request(url, SOURCE, delay_s=self._delay_s, accept="application/xml, text/xml")
        content = to_utf8(self._fetch(request).content)
        head = _HEAD.match(content)
        if not head:
            raise _failed(
                lazy_gettext("the answer is {came}, not OAI-PMH", came=what_came(content))
            )
        if not _END.search(content[-200:]):
            raise _failed(lazy_gettext("the answer is incomplete: its XML has no end"))
        page = OAIResponse(cast("Any", _OaiResponse(content[head.end() :])), query)
        _refuse_error(page, is_first="resumptionToken" not in query)
        return page


@dataclass(frozen=True, slots=True)
class _OaiResponse:
    """The one attribute of an httpx response that oaipmh_scythe reads."""

    content: bytes


def _refuse_error(page: OAIResponse, *, is_first: bool) -> None:
    # Not with the package's raise_for_oaipmh_error, which uses any code as a class's name.
    try:
        root = page.xml
    except SyntaxError:  # what lxml's own errors are
        root = None
    if root is None:
        raise _failed(lazy_gettext("the XML cannot be read"))
    error = root.find(f"{OAI}error")
    if error is None:
        if root.find(f"{OAI}ListRecords") is None:
            raise _failed(lazy_gettext("the OAI-PMH answer has no list of records"))
        return
    # "noRecordsMatch" is the answer for a day without papers; after a first page it is a fault.
    code = error.get("code", "")
    if code != "noRecordsMatch" or not is_first:
        said = plain(error.text or "")[:200] or lazy_gettext("no reason given")
        raise _failed(
            lazy_gettext(
                "the source reports an error: {code}: {said}", code=plain(code)[:40], said=said
            ),
            status=400,
        )


def _failed(what: Text, status: int = 200) -> SourceFailed:
    return SourceFailed(source=SOURCE, what=what, status=status)


def _identifier(record: Any) -> str:
    """Read a record's OAI identifier, "" without one; record: an lxml element."""
    return str(record.findtext(f"{OAI}header/{OAI}identifier", "")).strip()


def _record(record: Any, name: str, categories: AbstractSet[str]) -> OaiRecord | None:
    """Read a record; None where it was deleted or has no wanted class.

    Raises ValueError where it has no identifier, arXiv id, version or readable date.
    """
    if not name:
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
        (_unused, first_at), (newest, newest_at) = versions[0], versions[-1]
        stamp = str(header.findtext(f"{OAI}datestamp", "")).strip()[:10]
        stamped_on = date.fromisoformat(stamp)
        # Changes of a weekend count for Monday's listing.
        while not is_listing_day(stamped_on):
            stamped_on += timedelta(days=1)
        paper = _paper(raw, published_at=first_at, version=newest)
        return OaiRecord(paper, listing_day(first_at), listing_day(newest_at), stamped_on)
    except OverflowError as error:
        raise ValueError("a date out of all calendars") from error


def _version(version: Any) -> tuple[int, datetime]:
    number = re.fullmatch(r"v(\d{1,4})", version.get("version", "").strip())
    if not number:
        raise ValueError("a version without a number")
    # "Mon, 3 Mar 2031 12:00:00 GMT"; without a zone it is taken for UTC.
    at = parsedate_to_datetime(version.findtext(f"{_RAW}date", ""))
    return int(number[1]), at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


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


def _text(raw: Any, tag: str) -> str:
    return accents(plain(raw.findtext(f"{_RAW}{tag}", "")))
