"""Read arXiv's OAI-PMH records, format arXivRaw: a paper, its versions' days and its stamp.

Half a page and one that declares entities are refused. What was asked, and of whom, this
module does not know.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.parsers import expat

from reader.announcement import is_listing_day, listing_day
from reader.errors import SourceFailed
from reader.ids import find_ids, parse_id
from reader.paper import Paper
from reader.phrases import say
from reader.plain import plain
from reader.sources.announcement_feed import split_authors
from reader.sources.feed import to_utf8, what_came
from reader.sources.tex import accents

SOURCE = "arXiv OAI-PMH"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"


@dataclass(frozen=True, slots=True)
class Record:
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


def read_record(record: Any, categories: AbstractSet[str]) -> Record | None:
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
        return Record(paper, listing_day(first_at), listing_day(newest_at), stamped_on)
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
