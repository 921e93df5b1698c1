"""Read a set of arXiv's OAI-PMH interface page by page, and go on where an earlier reading ended.

A list goes on with the token of its next page. Where the server does not know that any more, it
goes on with the day of the last record, as long as the records came in the order of their days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from reader.base.errors import SourceFailed, UsageError
from reader.base.http import Fetch
from reader.base.messages import Text, lazy_gettext, lazy_ngettext
from reader.base.text import plain
from reader.gathering.imports.item import ImportedPaper, UnplacedItem
from reader.library.config import Arxiv

if TYPE_CHECKING:
    from reader.gathering.sources.oai import OaiPage

FORM = "oai"

SCHEME = "oai:"
"""Begins the short form of a set at arXiv: `oai:cs`, `oai:cs.CL?from=2031-03-01`."""

_OWN = ("set", "from", "until", "verb", "metadataPrefix")


@dataclass(frozen=True, slots=True)
class OaiSet:
    """A set to read. name: "" for all. start, end: the days of the last change, None for any."""

    url: str
    delay_s: float
    name: str = ""
    start: date | None = None
    end: date | None = None

    def __str__(self) -> str:
        asked = {"set": self.name, "from": self.start, "until": self.end}
        query = urlencode({key: value for key, value in asked.items() if value}, safe=":")
        return self.url + ("&" if "?" in self.url else "?") * bool(query) + query


@dataclass(frozen=True, slots=True)
class HarvestPoint:
    """Where a list goes on.

    token: of the next page, "" to ask for a new list. day: of the last record, from which a new
    list goes on; None where that is the whole one again. n: records of the list that came before.
    n_announced: the length of the list, 0 where it does not say.
    """

    token: str = ""
    day: date | None = None
    n: int = 0
    n_announced: int = 0

    def kept(self) -> tuple[str, str]:
        """Return it as two texts, of which `parse` makes it again."""
        return self.token, f"{self.day or '-'} {self.n} {self.n_announced}"

    @classmethod
    def parse(cls, kept: tuple[str, str]) -> HarvestPoint:
        """Read what `kept` returned; the beginning of a list where that is empty."""
        token, place = kept
        if not place:
            return cls()
        day, n, n_announced = place.split()
        return cls(token, None if day == "-" else date.fromisoformat(day), int(n), int(n_announced))


@dataclass(frozen=True, slots=True)
class SetPage:
    """A page of a set. after: where the list goes on, None after its last page. deleted: the
    identifiers of records that were deleted there. lacking: how the whole list is too short."""

    items: list[ImportedPaper | UnplacedItem] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    after: HarvestPoint | None = None
    n_records: int = 0
    n_announced: int = 0
    lacking: Text = ""


def is_oai_set(what: str) -> bool:
    """Check whether a place is a set in short form, or an address with what OAI-PMH asks for."""
    parts = urlsplit(what)
    asked = {key for key, _ in parse_qsl(parts.query)}
    return what.startswith(SCHEME) or (
        parts.scheme in ("http", "https") and not asked.isdisjoint(_OWN)
    )


def parse_set(what: str, arxiv: Arxiv) -> OaiSet:
    """Read the place of a set. Raises UsageError."""
    from reader.gathering.sources.oai import set_of

    parts = urlsplit(what)
    asked = dict(parse_qsl(parts.query))
    rest = {key: value for key, value in asked.items() if key not in _OWN}
    if not what.startswith(SCHEME):
        query = f"?{urlencode(rest)}" if rest else ""
        url = f"{parts.scheme}://{parts.netloc}{parts.path}{query}"
        name = asked.get("set", "")
    elif url := arxiv.oai_url:
        # A name with a colon is the whole one, as cs:cs:CL.
        name = parts.path if ":" in parts.path or not parts.path else set_of(parts.path)
    else:
        raise UsageError(
            what=lazy_gettext("arXiv's OAI-PMH is off."),
            hint=lazy_gettext("Take oai_url out of feeds.toml, or name the whole address."),
        )
    start, end = (_day(asked[key]) if key in asked else None for key in ("from", "until"))
    return OaiSet(url, arxiv.delay_for(url), name, start, end)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            what=lazy_gettext("“{text}” is not a day.", text=plain(text)[:40]),
            hint=lazy_gettext("Name days as in oai:cs?from=2031-03-01&until=2031-03-04."),
        ) from error


def pages_of(fetch: Fetch, of: OaiSet, point: HarvestPoint) -> Iterator[SetPage]:
    """Read a set from a point on. Raises SourceFailed; what came before it stays.

    Records of the last day that come again with a new list are left out.
    """
    from reader.gathering.sources.oai import OaiSession

    known: set[str] = set()
    began: list[date | None] = []
    n_pages = 0
    while True:
        session = OaiSession(fetch, of.url, of.delay_s)
        try:
            for page in session.pages(
                start=point.day or of.start, end=of.end, set_=of.name, token=point.token
            ):
                read, known = _read(page, of, point, known)
                yield read
                n_pages += 1
                if read.after is None:
                    return
                point = read.after
        except SourceFailed:
            # A second time from one day on would lead nowhere, and a whole list again is counted
            # by a run of its own.
            is_again = point.day in began or (point.day is None and n_pages)
            if not session.is_expired or is_again:
                raise
            point = HarvestPoint(day=point.day)
            began.append(point.day)


def _read(
    page: OaiPage, of: OaiSet, point: HarvestPoint, known: set[str]
) -> tuple[SetPage, set[str]]:
    """Read the records of a page. known: those of the last day that came.

    Returns the page, and the records of its last day.
    """
    from reader.gathering.sources.oai import DAMAGED, is_deleted, stamp_of, too_few

    items: list[ImportedPaper | UnplacedItem] = []
    deleted: list[str] = []
    days = [stamp_of(record) for _, record in page.records]
    before = point.day.isoformat() if point.day else ""
    is_ordered = [before, *days] == sorted([before, *days]) and (point.day or not point.n)
    for name, record in page.records:
        if name in known:
            continue
        if is_deleted(record):
            deleted.append(plain(name))
        else:
            items.append(_item(name, record, of))
    where = lazy_gettext("a page of {set}", set=str(of))
    if not page.is_sound:
        items.append(UnplacedItem(where, DAMAGED))
    if n := page.n_lost:
        lost = lazy_ngettext("{n} record cannot be read", "{n} records cannot be read", n)
        items.append(UnplacedItem(where, lost))
    n = point.n + len(page.records)
    n_announced = max(point.n_announced, page.n_announced)
    last = _last_day(days, point) if is_ordered else None
    after = HarvestPoint(page.token, last, n, n_announced) if page.token else None
    lacking = too_few(n_announced, n) if after is None and n < n_announced else ""
    same = {one for (one, _), day in zip(page.records, days, strict=True) if day == str(last)}
    known = same | (known if last == point.day else set())
    return SetPage(items, deleted, after, len(page.records), n_announced, lacking), known


def _last_day(days: list[str], point: HarvestPoint) -> date | None:
    try:
        return date.fromisoformat(days[-1]) if days else point.day
    except ValueError:
        return None


def _item(name: str, record: object, of: OaiSet) -> ImportedPaper | UnplacedItem:
    from reader.gathering.sources.oai import read_record

    place = lazy_gettext("{set}, {name}", set=str(of), name=plain(name))
    try:
        found = read_record(record, name)
    except ValueError:
        return UnplacedItem(place, lazy_gettext("the record cannot be read"))
    assert found is not None  # noqa: S101  not deleted, and of any class
    # It stands in no morning's list, as all that an import brings.
    return ImportedPaper(replace(found.paper, announced_on=None), place)
