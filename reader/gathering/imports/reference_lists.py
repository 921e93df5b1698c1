"""Read RIS, as EndNote, Zotero, Mendeley and publishers write it, and CSL-JSON: Zotero's and Better
BibTeX's list of items, or an object with such a list. rispy parses the records of RIS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import rispy

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext
from reader.base.text import html_to_text, plain
from reader.base.words import is_cjk
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    UnplacedItem,
    attached,
    collected,
    first_of,
    in_order,
    make_paper,
    or_untitled,
)

_NAMING = ("URL", "archive_location", "archive", "number", "note", "annote", "container-title")
_KEY = re.compile(r"""[^\s{}",#%~\\'()=]+""")
"""A key that BibTeX takes."""

_VENUE = ("container-title", "event-title", "publisher")
_PUBLICATION = {"venue": _VENUE[:2], "volume": ("volume",), "number": ("issue",),
                "pages": ("page",), "publisher": ("publisher",)}  # fmt: skip


def loaded(text: str, *, name: str) -> Any:
    """Parse some JSON; None where it is nested too deep. Raises UsageError for what is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            what=lazy_gettext(
                "{file}, line {line}: the JSON breaks off or is damaged ({why}).",
                file=plain(name),
                line=error.lineno,
                why=error.msg,
            ),
            hint=lazy_gettext("Export the file again. Nothing was imported."),
        ) from None
    except RecursionError:
        return None


def is_csl(content: Any) -> bool:
    """Check whether some JSON is of CSL, whose items all have a type."""
    items = content.get("items") if isinstance(content, dict) else content
    return isinstance(items, list) and any(isinstance(i, dict) and "type" in i for i in items)


def read_csl(content: Any, *, name: str) -> ImportedLibrary:
    """Read the items that have a title or an id. Raises UsageError for what is no CSL-JSON."""
    if isinstance(content, dict):
        content = content.get("items")
    if not isinstance(content, list) or not any(isinstance(item, dict) for item in content):
        raise UsageError(
            what=lazy_gettext("{file} is JSON, but not CSL-JSON.", file=plain(name)),
            hint=lazy_gettext("Export the library as CSL-JSON, BibTeX, RIS or RDF."),
        )
    items: list[ImportedPaper | UnplacedItem] = []
    for number, thing in enumerate(content, 1):
        item = thing if isinstance(thing, dict) else {}
        key = _text(item, "citation-key") or _text(item, "id")
        place = lazy_gettext("{file}, item {n} {key}", file=name, n=number, key=key)
        items.append(or_untitled(_item(item, place), place))
    return collected("csl-json", items)


def _item(item: Mapping[str, Any], place: Text) -> ImportedPaper | None:
    paper = make_paper(
        html_to_text(_text(item, "title"))[0],
        list(_people(item)),
        named=[_text(item, name) for name in _NAMING],
        doi=_text(item, "DOI"),
        arxiv=_text(item, "number") or _text(item, "archive_location"),
        abstract=html_to_text(_text(item, "abstract"))[0],
        published=_issued(item),
        venue=next((text for name in _VENUE if (text := _text(item, name))), ""),
        said=("csl-json", first_of({name: _text(item, name) for name in item}, _PUBLICATION)),
    )
    if paper is None:
        return None
    tags = [tag.strip() for tag in re.split("[,;]", _text(item, "keyword")) if tag.strip()]
    note = _text(item, "annote")
    notes = (ImportedNote(note),) if plain(note) else ()
    key = _text(item, "citation-key")
    return ImportedPaper(
        paper,
        place,
        tags=tuple(dict.fromkeys(tags)),
        notes=notes,
        cited_as=key if _KEY.fullmatch(key) else "",
    )


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return str(value) if isinstance(value, str | int) else ""


def _people(item: Mapping[str, Any]) -> Iterator[str]:
    people = item.get("author")
    for one in people if isinstance(people, list) else []:
        if isinstance(one, dict):
            parts = ["given", "non-dropping-particle", "dropping-particle", "family", "suffix"]
            if is_cjk(_text(one, "family")):
                parts.reverse()
            name = " ".join(filter(None, (_text(one, part) for part in parts)))
            yield name or _text(one, "literal")


def _issued(item: Mapping[str, Any]) -> str:
    """Read the date of an item: `{"date-parts": [[2024, 3, 1]]}`, or a text in it."""
    issued = item.get("issued")
    if not isinstance(issued, dict):
        return _text(item, "issued")
    try:
        return "-".join(str(part) for part in issued["date-parts"][0])
    except (KeyError, IndexError, TypeError):
        return _text(issued, "literal") or _text(issued, "raw")


_BEGIN = re.compile(r"^\ufeff?TY  ?-", re.MULTILINE)
_END = re.compile(r"^ER  ?-", re.MULTILINE)
_RIS_NAMING = ("name_of_database", "accession_number", "note", "number", "custom1", "custom7")
_TITLES = ("title", "primary_title", "short_title")
_RIS_VENUE = ("journal_name", "secondary_title", "alternate_title2", "alternate_title3",
          "tertiary_title", "publisher")  # fmt: skip
_RIS_PUBLICATION = {"venue": _RIS_VENUE[:-1], "volume": ("volume",), "number": ("number",),
                "pages": ("start_page",), "publisher": ("publisher",)}  # fmt: skip


def read_ris(text: str, *, name: str, folder: Path) -> ImportedLibrary:
    """Read all records that have a title; one without an end is named by its line."""
    items: list[ImportedPaper | UnplacedItem] = []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [match.start() for match in _BEGIN.finditer(text)]
    line, last = 1, 0
    # Each record alone: rispy joins one that has no end with the next one.
    for start, stop in zip(starts, [*starts, len(text)][1:], strict=True):
        line, last = line + text.count("\n", last, start), start
        place = lazy_gettext("{file}, line {line}", file=name, line=line)
        record = text[start:stop]
        if not _END.search(record):
            items.append(UnplacedItem(place, lazy_gettext("the record has no end (ER)")))
            continue
        found = rispy.loads(record.replace("TY -", "TY  -").replace("ER -", "ER  -"))
        items.append(or_untitled(_of_record(found[0], place, folder) if found else None, place))
    return collected("ris", items)


def _of_record(record: Mapping[str, Any], place: Text, folder: Path) -> ImportedPaper | None:
    people = record.get("authors") or record.get("first_authors") or []
    said = {name: _first(record, (name,)) for names in _RIS_PUBLICATION.values() for name in names}
    # Some writers put both pages into SP.
    said["start_page"] = "-".join(filter(None, (said["start_page"], _first(record, ("end_page",)))))
    paper = make_paper(
        _first(record, _TITLES),
        [in_order(author) for author in people],
        named=[*_list(record, "urls"), *(_first(record, (name,)) for name in _RIS_NAMING)],
        doi=_first(record, ("doi",)),
        abstract=_first(record, ("abstract", "notes_abstract")),
        published=_first(record, ("date", "year", "publication_year")),
        venue=_first(record, _RIS_VENUE),
        said=("ris", first_of(said, _RIS_PUBLICATION)),
    )
    if paper is None:
        return None
    # EndNote writes `internal-pdf://NAME`.
    paths = [
        path.removeprefix("internal-pdf://").removeprefix("file://")
        for name in ("file_attachments1", "file_attachments2")
        for path in _list(record, name)
    ]
    notes = [note for note in _list(record, "notes") if plain(note)]
    return ImportedPaper(
        paper,
        place,
        tags=tuple(dict.fromkeys(filter(None, map(plain, _list(record, "keywords"))))),
        notes=tuple(ImportedNote(note) for note in notes),
        attached=attached([p for p in paths if not p.startswith("http")], folder),
    )


def _list(record: Mapping[str, Any], name: str) -> list[str]:
    value = record.get(name) or []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names for text in _list(record, name) if text), "")
