"""Read a library of Paperlib 2 or 3: the papers of its Realm database, and the files beside it.

Names of tables and columns after Future-Scholars/paperlib, app/models: papers stand in
PaperEntity, those of versions after 3.1 in Entity, with their files in Supplementary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from reader.base.errors import UsageError, os_reason
from reader.base.messages import Text, lazy_gettext
from reader.base.text import as_utf8, plain, visible
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    UnplacedItem,
    attached,
    collected,
    first_of,
    make_paper,
    or_untitled,
)
from reader.gathering.imports.realm import (
    NEWEST,
    Objects,
    RealmError,
    RealmFile,
    RealmVersionError,
    Value,
)

_TRIES = 3
_MOST_BYTES = 1_000_000_000
_VENUE = ("publication", "journal", "booktitle", "school", "institution", "howpublished")
_TEXTS = ("title", "authors", "doi", "arxiv", "abstract", "pubTime", "year", "month", "volume",
          "number", "pages", "publisher", "note", *_VENUE)  # fmt: skip
_COLUMNS = ("_id", "addTime", "mainURL", "supURLs", "supplementarys", "defaultSup", "tags",
            "folders", "rating", "flag", "codes", *_TEXTS)  # fmt: skip
_PUBLICATION = {"venue": _VENUE[:3], "volume": ("volume",), "number": ("number",),
                "pages": ("pages",), "publisher": ("publisher", *_VENUE[3:5])}  # fmt: skip
_MARKDOWN = "<md>"
"""Begins a note that Paperlib shows as Markdown."""

_FLAGGED = "flagged"
"""The tag of papers that have a flag, which nothing else here is like."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """The database. tags, folders: their names by their keys; a name has those above it with "/".
    files: the addresses of files by their keys."""

    papers: tuple[Mapping[str, Value], ...]
    tags: Mapping[int, str]
    folders: Mapping[int, str]
    files: Mapping[int, str]
    feeds: Objects
    filters: tuple[str, ...]


def read_paperlib(file: Path) -> ImportedLibrary:
    """Read all papers. Raises UsageError for a database that cannot be read, whole or at all."""
    content = _content(file)
    try:
        tables = _tables(RealmFile(content))
    except RealmVersionError as error:
        raise _other_version(file, error.version) from None
    except RealmError as error:
        shown, size = plain(str(file)), len(content)
        what = (
            lazy_gettext("{file} is damaged at byte {n} of {size}.", file=shown, n=error.at,
                         size=size)
            if error.at
            else lazy_gettext("{file} is no database of Realm, or it is encrypted.", file=shown)
        )  # fmt: skip
        raise UsageError(what=what, hint=_way_out(file)) from None
    found: list[ImportedPaper | UnplacedItem] = []
    for paper in tables.papers:
        id_ = paper.get("_id")
        place = f"{file.name}, {id_.hex() if isinstance(id_, bytes) else '?'}"
        found.append(or_untitled(_item(paper, tables, place, file.parent), place))
    return collected("paperlib", [*found, *_left_out(tables, file.name)])


def _content(file: Path) -> bytes:
    """Read the database, which Paperlib may be writing to: a commit changes its header last."""
    try:
        for _n in range(_TRIES):
            with file.open("rb") as opened:
                content = opened.read(_MOST_BYTES)
                opened.seek(0)
                if opened.read(24) == content[:24]:
                    return content
    except OSError as error:
        what = lazy_gettext("{path}: {why}.", path=plain(str(file)), why=os_reason(error))
        hint = lazy_gettext("Check that you may read the file.")
        raise UsageError(what=what, hint=hint) from None
    raise UsageError(
        what=lazy_gettext("{file} is being written to.", file=plain(str(file))),
        hint=lazy_gettext("Close Paperlib, and run this again."),
    )


def _tables(realm: RealmFile) -> _Tables:
    papers: dict[Value, Mapping[str, Value]] = {}
    for table in ("PaperEntity", "Entity"):  # one that is in both is newer in the second
        for key, paper in realm.objects(table, _COLUMNS).items():
            papers[paper.get("_id") or key] = paper
    filters = (*_named(realm, "PaperSmartFilter", "name").values(),
               *_named(realm, "PaperPaperSmartFilter", "name").values())  # fmt: skip
    return _Tables(
        tuple(papers.values()),
        _named(realm, "PaperTag", "name"),
        _named(realm, "PaperFolder", "name"),
        _named(realm, "Supplementary", "url"),
        realm.objects("Feed", ("name", "url")),
        tuple(name for name in filters if name != "SmartFilters"),
    )


def _named(realm: RealmFile, table: str, column: str) -> dict[int, str]:
    objects = realm.objects(table, (column,))
    return {key: _text(one, column) for key, one in objects.items()}


def _item(
    paper: Mapping[str, Value], tables: _Tables, place: Text, folder: Path
) -> ImportedPaper | None:
    texts = {name: _text(paper, name) for name in _TEXTS}
    urls = [_text(paper, "mainURL"), *_list(paper, "supURLs", str)]
    urls += [tables.files.get(key, "") for key in _list(paper, "supplementarys", int)]
    made = make_paper(
        texts["title"],
        list(filter(None, map(str.strip, texts["authors"].split(",")))),
        named=[url for url in urls[:1] if "://" in url],
        doi=texts["doi"],
        arxiv=texts["arxiv"],
        abstract=texts["abstract"],
        published=" ".join(filter(None, (texts["pubTime"] or texts["year"], texts["month"]))),
        venue=next((texts[name] for name in _VENUE if texts[name]), ""),
        said=("paperlib", first_of(texts, _PUBLICATION)),
    )
    if made is None:
        return None
    return ImportedPaper(
        made,
        place,
        collections=_names(paper, "folders", tables.folders),
        tags=(*_names(paper, "tags", tables.tags), *([_FLAGGED] if paper.get("flag") else [])),
        notes=tuple(_notes(texts["note"], paper.get("addTime"))),
        rating=rating if isinstance(rating := paper.get("rating"), int) else 0,
        attached=attached(filter(None, map(_path, urls)), folder),
    )


def _names(paper: Mapping[str, Value], column: str, names: Mapping[int, str]) -> tuple[str, ...]:
    """Name the tags or folders of a paper; the root of all, "Tags" or "Folders", is none."""
    found = (names.get(key, "") for key in _list(paper, column, int))
    return tuple(as_utf8(name) for name in found if name and name.lower() != column)


def _notes(text: str, added_at: Value) -> Iterator[ImportedNote]:
    """Make a note of a paper's text. Paperlib keeps no day of it but the one of the paper."""
    text = visible(text.removeprefix(_MARKDOWN)).strip()
    if text:
        yield ImportedNote(text, added_at if isinstance(added_at, datetime) else None)


def _path(url: str) -> str:
    """Find the path of a file, which may have a name of its own: "Slides:::moss/slides.pdf".

    Paths begin in the folder of the library. "" for the address of a page.
    """
    url = url.rpartition(":::")[2].removeprefix("file://").replace("\\", "/")
    return "" if "://" in url else url


def _left_out(tables: _Tables, name: str) -> Iterator[UnplacedItem]:
    """List what is no paper: links to code, feeds, and saved searches."""
    for paper in tables.papers:
        for url in _list(paper, "codes", str):
            place = plain(f"{name}, {_text(paper, 'title')}")
            why = lazy_gettext("a link to code: {url}", url=plain(url))
            yield UnplacedItem(place, why, is_no_paper=True)
    for feed in tables.feeds.values():
        why = lazy_gettext(
            "a feed; `reader follow {url}` follows it", url=plain(_text(feed, "url"))
        )
        yield UnplacedItem(plain(f"{name}, {_text(feed, 'name')}"), why, is_no_paper=True)
    for filter_ in tables.filters:
        why = lazy_gettext("a smart filter, which is a search of Paperlib's own")
        yield UnplacedItem(plain(f"{name}, {filter_}"), why, is_no_paper=True)


T = TypeVar("T")


def _text(found: Mapping[str, Value], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _list(found: Mapping[str, Value], name: str, kind: type[T]) -> list[T]:
    value = found.get(name)
    return [one for one in value if isinstance(one, kind)] if isinstance(value, tuple) else []


def _other_version(file: Path, version: int) -> UsageError:
    if version > NEWEST:
        what = lazy_gettext(
            "{file} was written by a newer Paperlib: its file format {n} is not known here.",
            file=plain(str(file)),
            n=version,
        )
        return UsageError(what=what, hint=_way_out(file))
    what = lazy_gettext(
        "{file} was written by an old Paperlib: its file format {n} is not read here.",
        file=plain(str(file)),
        n=version,
    )
    hint = lazy_gettext("Open the library once in Paperlib 3, which renews it; run this again.")
    return UsageError(what=what, hint=hint)


def _way_out(file: Path) -> Text:
    return lazy_gettext(
        "In Paperlib, select all papers and export them as BibTeX; import that file, then run "
        "`reader add {path}` for the PDFs.",
        path=plain(str(file.parent)),
    )
