"""Read arXiv's metadata of many papers: a set of its OAI-PMH interface, or its snapshot.

A set is read page by page, and goes on where an earlier reading ended: with the token of the next
page. Where the server does not know that any more, it goes on with the day of the last record, as
long as the records came in the order of their days.

A snapshot has JSON lines, one paper a line, plain, gzipped or in a zip. It has millions of lines,
so they are read one by one and none is kept. A line that cannot be read is a value and stops
nothing; a file that breaks off is an error, after all lines before it.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from reader.base.errors import SourceFailed, UsageError, os_reason
from reader.base.http import Fetch
from reader.base.messages import Text, lazy_gettext, lazy_ngettext
from reader.base.text import accents, plain
from reader.gathering.imports.item import ImportedPaper, UnplacedItem
from reader.gathering.sources.arxiv_lists import split_authors
from reader.library.config import Arxiv
from reader.library.ids import find_ids, parse_id
from reader.library.paper import Paper

if TYPE_CHECKING:
    from reader.gathering.sources.oai import OaiPage


SET_FORM = "oai"

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
        parameters = {"set": self.name, "from": self.start, "until": self.end}
        query = urlencode({key: value for key, value in parameters.items() if value}, safe=":")
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
    names = {key for key, _ in parse_qsl(parts.query)}
    return what.startswith(SCHEME) or (
        parts.scheme in ("http", "https") and not names.isdisjoint(_OWN)
    )


def parse_set(what: str, arxiv: Arxiv) -> OaiSet:
    """Read the place of a set. Raises UsageError."""
    from reader.gathering.sources.oai import set_of

    parts = urlsplit(what)
    parameters = dict(parse_qsl(parts.query))
    rest = {key: value for key, value in parameters.items() if key not in _OWN}
    if not what.startswith(SCHEME):
        query = f"?{urlencode(rest)}" if rest else ""
        url = f"{parts.scheme}://{parts.netloc}{parts.path}{query}"
        name = parameters.get("set", "")
    elif url := arxiv.oai_url:
        # A name with a colon is the whole one, as cs:cs:CL.
        name = parts.path if ":" in parts.path or not parts.path else set_of(parts.path)
    else:
        raise UsageError(
            what=lazy_gettext("arXiv's OAI-PMH is off."),
            hint=lazy_gettext("Take oai_url out of feeds.toml, or name the whole address."),
        )
    start, end = (_day(parameters[key]) if key in parameters else None for key in ("from", "until"))
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


SNAPSHOT_FORM = "arxiv"

LONGEST = 10_000_000
"""Bytes of a line. The longest ones name some thousand authors, twice: a few hundred thousand."""

_DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)
"""What gzip and zipfile raise; RuntimeError for a zip with a password."""


def is_snapshot(file: Path) -> bool:
    """Check whether the first line of a file is a record of the snapshot."""
    if not file.is_file():  # a pipe has no end
        return False
    try:
        with _opened(file) as lines:
            record = json.loads(lines.readline(LONGEST))
    except (*_DAMAGED, ValueError):  # RecursionError is a RuntimeError
        return False
    return isinstance(record, dict) and {"id", "categories", "abstract"} <= record.keys()


def read_snapshot(file: Path) -> Iterator[ImportedPaper | UnplacedItem]:
    """Read the lines of a snapshot. Raises UsageError where the file breaks off or is damaged."""
    n = 0
    try:
        with _opened(file) as lines:
            while line := lines.readline(LONGEST):
                n += 1
                place = lazy_gettext("{file}, line {line}", file=plain(file.name), line=n)
                if len(line) == LONGEST and not line.endswith(b"\n"):
                    while (rest := lines.readline(LONGEST)) and not rest.endswith(b"\n"):
                        pass
                    why = lazy_gettext("it is longer than {n} MB", n=LONGEST // 1_000_000)
                    yield UnplacedItem(place, why)
                elif line.strip():
                    yield read_record(line, place)
    except _DAMAGED as error:
        raise UsageError(
            what=lazy_gettext(
                "{file}, after line {line}: the file breaks off or is damaged ({why}).",
                file=plain(file.name),
                line=n,
                why=os_reason(error) if isinstance(error, OSError) else str(error),
            ),
            hint=lazy_gettext("Get the file again, and run this again: nothing is doubled."),
        ) from None


def read_record(line: bytes, place: Text) -> ImportedPaper | UnplacedItem:
    """Read one line. place: where it stands."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return UnplacedItem(place, lazy_gettext("it is no JSON"))
    try:
        return ImportedPaper(_paper(record), place)
    except _WrongField as error:
        why = lazy_gettext("its field {field} is missing or wrong", field=error.args[0])
        return UnplacedItem(place, why)


def is_wanted(paper: Paper, categories: Sequence[str], since: date | None) -> bool:
    """Check whether a paper has one of some categories, of which "cs" means all of cs, and was
    submitted on a day or after it. No categories: any."""
    of = {*paper.categories, *(name.partition(".")[0] for name in paper.categories)}
    is_old = since is not None and (paper.published_on is None or paper.published_on < since)
    return not is_old and (not categories or not of.isdisjoint(categories))


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    with ExitStack() as stack:
        raw = stack.enter_context(file.open("rb"))
        start = raw.read(4)
        raw.seek(0)
        if start.startswith(b"\x1f\x8b"):
            yield cast("BinaryIO", stack.enter_context(gzip.open(raw)))
        elif start == b"PK\3\4":
            archive = stack.enter_context(zipfile.ZipFile(raw))
            largest = max(archive.infolist(), key=lambda member: member.file_size)
            yield io.BufferedReader(
                cast("io.RawIOBase", stack.enter_context(archive.open(largest)))
            )
        else:
            yield raw


class _WrongField(Exception):
    """A field of a record is not what it should be; its name is the argument."""


def _paper(record: object) -> Paper:
    if not isinstance(record, dict):
        raise _WrongField("id")
    found = parse_id(f"arXiv:{_text(record, 'id')}")
    title, categories = _text(record, "title"), _text(record, "categories").split()
    if not found or not found.id.startswith("arxiv:"):
        raise _WrongField("id")
    if not title:
        raise _WrongField("title")
    dois = [one.id for doi in _text(record, "doi").split() for one in find_ids(f"doi:{doi}")]
    printed = (_text(record, "comments"), _text(record, "journal-ref"))
    version, published_on = _versions(record.get("versions"))
    return Paper(
        ids=tuple(dict.fromkeys((found.id, *dois))),
        title=title,
        authors=_authors(record),
        abstract=_text(record, "abstract"),
        categories=tuple(dict.fromkeys(categories)),
        comment="; ".join(filter(None, printed)),
        published_on=published_on,
        version=version,
    )


def _text(record: dict[str, object], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str | None) or (value is None and name in _NEEDED):
        raise _WrongField(name)
    return accents(plain(value or ""))


_NEEDED = ("id", "title", "abstract", "categories")


def _authors(record: dict[str, object]) -> tuple[str, ...]:
    """Read the authors in parts, [family, given, suffix, …affiliations]; else their one text."""
    parsed = record.get("authors_parsed")
    if parsed is None:
        return split_authors(re.sub(r",? and ", ", ", _text(record, "authors")))
    names: list[str] = []
    for parts in parsed if isinstance(parsed, list) else [parsed]:
        if not (isinstance(parts, list) and all(isinstance(part, str) for part in parts)):
            raise _WrongField("authors_parsed")
        family, given, suffix = (*map(plain, parts[:3]), "", "", "")[:3]
        names.append(accents(" ".join(filter(None, (given, family, suffix)))))
    return tuple(filter(None, names))


def _versions(versions: object) -> tuple[int, date]:
    """Return the number of the newest version and the UTC day of the first one."""
    try:
        found = {
            int(one["version"][1:]): one["created"]
            for one in cast("list[dict[str, str]]", versions)
        }
        at = parsedate_to_datetime(found[min(found)])
        number, on = max(found), (at.astimezone(UTC) if at.tzinfo else at).date()
    except (LookupError, TypeError, ValueError, OverflowError):
        raise _WrongField("versions") from None
    if not 0 < number < 10_000:
        raise _WrongField("versions")
    return number, on
