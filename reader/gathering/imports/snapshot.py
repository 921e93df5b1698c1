"""Read arXiv's metadata snapshot: JSON lines, one paper a line, plain, gzipped or in a zip.

It has millions of lines, so they are read one by one and none is kept. A line that cannot be read
is a value and stops nothing; a file that breaks off is an error, after all lines before it.
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
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, cast

from reader.base.errors import UsageError, os_reason
from reader.base.messages import Text, lazy_gettext
from reader.base.text import accents, plain
from reader.gathering.imports.item import ImportedPaper, UnplacedItem
from reader.gathering.sources.arxiv_lists import split_authors
from reader.library.ids import find_ids, parse_id
from reader.library.paper import Paper

FORM = "arxiv"

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
