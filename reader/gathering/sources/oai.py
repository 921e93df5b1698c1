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
from collections.abc import Collection, Iterable, Iterator, Mapping
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
from reader.gathering.sources.answer import received_text, to_utf8
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
        session = OaiSession(fetch, place.url, place.delay_s)
        failure = _read_list(session, records, start, place, name)
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


def _read_list(
    session: OaiSession, records: _Records, start: date, place: ArxivPlace, name: str
) -> SourceFailed | None:
    """Add the records of a set to `records`; return why some are missing, None for none."""
    names: set[str] = set()
    n_unread, n_announced, is_damaged = 0, 0, False
    try:
        for page in session.pages(start=start, set_=name):
            is_damaged = is_damaged or not page.is_sound
            n_announced = max(n_announced, page.n_announced)
            n_unread += page.n_lost
            for id_, record in page.records:
                names.add(id_)
                try:
                    records[id_] = read_record(record, id_, place.categories)
                except ValueError:
                    n_unread += 1
    except SourceFailed as failure:
        return failure
    if is_damaged:
        return _failed(DAMAGED)
    if n_unread:
        return _failed(
            lazy_ngettext("{n} record cannot be read", "{n} records cannot be read", n_unread)
        )
    return _failed(too_few(n_announced, len(names))) if len(names) < n_announced else None


DAMAGED = lazy_gettext("the XML is damaged; what could be read was kept")


def too_few(announced: int, sent: int) -> Text:
    """Say that a list has fewer records than it announced."""
    return lazy_ngettext(
        "the source announced {announced} record but sent {sent}",
        "the source announced {announced} records but sent {sent}",
        announced,
        announced=announced,
        sent=sent,
    )


@dataclass(frozen=True, slots=True)
class OaiPage:
    """A page of a list.

    records: their identifiers, "" without one, and lxml elements. n_lost: records that begin in
    the page, but that the parser could not repair. n_announced: the length of the whole list, 0
    where the page does not say. token: leads to the next page, "" on the last one.
    """

    records: tuple[tuple[str, Any], ...]
    n_lost: int
    is_sound: bool
    n_announced: int
    token: str

    @classmethod
    def of(cls, page: OAIResponse) -> OaiPage:
        """Take an answer apart."""
        content = page.http_response.content
        found = list(page.xml.iterfind(f".//{OAI}record"))
        # One whose end was lost has taken the next one in.
        n_swallowed = sum(len(record.findall(f"{OAI}header")) > 1 for record in found)
        token = page.xml.find(f".//{OAI}resumptionToken")
        # Only tokens have the total, and a list of one page may have no token.
        size = "" if token is None else token.get("completeListSize", "")
        return cls(
            tuple((_identifier(record), record) for record in found),
            len(_RECORD.findall(content)) - len(found) + n_swallowed,
            _is_sound(content),
            int(size) if re.fullmatch(r"[0-9]{1,9}", size) else 0,
            "" if token is None else (token.text or "").strip(),
        )


def _is_sound(page: bytes) -> bool:
    """Check whether a page is well-formed XML."""
    # lxml's repair of broken XML may drop a record silently.
    try:
        expat.ParserCreate().Parse(page, True)
    except expat.ExpatError:
        return False
    return True


class OaiSession(Scythe):
    """A `Scythe` that sends its requests with our `fetch`, and accepts only complete answers.

    is_expired: the server did not know the last token, or no longer.
    """

    def __init__(self, fetch: Fetch, url: str, delay_s: float) -> None:
        super().__init__(url, iterator=OAIResponseIterator)
        self.is_expired = False
        self._fetch, self._delay_s = fetch, delay_s
        self._requests: set[str] = set()

    def pages(
        self,
        *,
        start: date | None = None,
        end: date | None = None,
        set_: str = "",
        token: str = "",
    ) -> Iterator[OaiPage]:
        """List the records that changed from one day to another, of a set or of all.

        token: with which a list goes on that began before; then the rest does not count.
        Raises SourceFailed.
        """
        if token:
            # `list_records` logs a warning for a token, since its metadataPrefix has a default.
            query = {"verb": "ListRecords", "resumptionToken": token}
            found: Iterable[Any] = OAIResponseIterator(self, query)
        else:
            first, last = (day.isoformat() if day else None for day in (start, end))
            found = self.list_records(first, last, "arXivRaw", set_ or None)
        for page in found:
            yield OaiPage.of(page)

    def harvest(self, query: dict[str, str]) -> OAIResponse:
        """Fetch a page, without records where none match. Raises SourceFailed for anything else."""
        parameters = urlencode(query)
        # The package follows tokens for ever, so a server that repeats one is stopped here.
        if parameters in self._requests:
            raise _failed(
                lazy_gettext(
                    "the source sent the same resumption token twice, so its list would never end"
                )
            )
        self._requests.add(parameters)
        url = f"{self.endpoint}{'&' if '?' in self.endpoint else '?'}{parameters}"
        request = Request(url, SOURCE, delay_s=self._delay_s, accept="application/xml, text/xml")
        content = to_utf8(self._fetch(request).content)
        head = _HEAD.match(content)
        if not head:
            raise _failed(
                lazy_gettext("the answer is {came}, not OAI-PMH", came=received_text(content))
            )
        if not _END.search(content[-200:]):
            raise _failed(lazy_gettext("the answer is incomplete: its XML has no end"))
        page = OAIResponse(cast("Any", _OaiResponse(content[head.end() :])), query)
        self._refuse_error(page, is_first="resumptionToken" not in query)
        return page

    def _refuse_error(self, page: OAIResponse, *, is_first: bool) -> None:
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
        self.is_expired = code == "badResumptionToken"
        if code != "noRecordsMatch" or not is_first:
            message = plain(error.text or "")[:200] or lazy_gettext("no reason given")
            raise _failed(
                lazy_gettext(
                    "the source reports an error: {code}: {message}",
                    code=plain(code)[:40],
                    message=message,
                ),
                status=400,
            )


@dataclass(frozen=True, slots=True)
class _OaiResponse:
    """The one attribute of an httpx response that oaipmh_scythe reads."""

    content: bytes


def _failed(what: Text, status: int = 200) -> SourceFailed:
    return SourceFailed(source=SOURCE, what=what, status=status)


def _identifier(record: Any) -> str:
    """Read a record's OAI identifier, "" without one; record: an lxml element."""
    return str(record.findtext(f"{OAI}header/{OAI}identifier", "")).strip()


def is_deleted(record: Any) -> bool:
    """Check whether a record, an lxml element, says that it was deleted."""
    header = record.find(f"{OAI}header")
    return header is not None and header.get("status") == "deleted"


def stamp_of(record: Any) -> str:
    """Read the day of a record's last change, "" without one; record: an lxml element."""
    return str(record.findtext(f"{OAI}header/{OAI}datestamp", "")).strip()[:10]


def read_record(
    record: Any, name: str, categories: Collection[str] | None = None
) -> OaiRecord | None:
    """Read a record; None where it was deleted or has no wanted class. No categories: any.

    Raises ValueError where it has no identifier, arXiv id, version or readable date.
    """
    if not name:
        raise ValueError("a record without an identifier")
    header, raw = record.find(f"{OAI}header"), record.find(f".//{_RAW}arXivRaw")
    if is_deleted(record):
        return None
    if header is None or raw is None:
        raise ValueError("a record that is not in arXivRaw")
    if categories is not None and not {*_text(raw, "categories").split()}.intersection(categories):
        return None
    try:
        versions = sorted(_version(version) for version in raw.iterfind(f"{_RAW}version"))
        if not versions:
            raise ValueError("a record without versions")
        (_unused, first_at), (newest, newest_at) = versions[0], versions[-1]
        stamped_on = date.fromisoformat(stamp_of(record))
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
