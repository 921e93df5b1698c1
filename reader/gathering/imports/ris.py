"""Read RIS, as EndNote, Zotero, Mendeley and publishers write it; rispy parses the records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rispy

from reader.base.messages import Text, lazy_gettext
from reader.base.text import plain
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

_BEGIN = re.compile(r"^\ufeff?TY  ?-", re.MULTILINE)
_END = re.compile(r"^ER  ?-", re.MULTILINE)
_NAMING = ("name_of_database", "accession_number", "note", "number", "custom1", "custom7")
_TITLES = ("title", "primary_title", "short_title")
_VENUE = ("journal_name", "secondary_title", "alternate_title2", "alternate_title3",
          "tertiary_title", "publisher")  # fmt: skip
_PUBLICATION = {"venue": _VENUE[:-1], "volume": ("volume",), "number": ("number",),
                "pages": ("start_page",), "publisher": ("publisher",)}  # fmt: skip


def read_ris(text: str, *, name: str, folder: Path) -> ImportedLibrary:
    """Read all records that have a title; one without an end is named by its line."""
    items: list[ImportedPaper | UnplacedItem] = []
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [match.start() for match in _BEGIN.finditer(text)]
    line, last = 1, 0
    # Each record alone: rispy joins one that has no end with the next one.
    for start, stop in zip(starts, [*starts[1:], len(text)], strict=True):
        line, last = line + text.count("\n", last, start), start
        place = lazy_gettext("{file}, line {line}", file=name, line=line)
        record = text[start:stop]
        if not _END.search(record):
            items.append(UnplacedItem(place, lazy_gettext("the record has no end (ER)")))
            continue
        found = rispy.loads(record.replace("TY -", "TY  -").replace("ER -", "ER  -"))
        items.append(or_untitled(_item(found[0], place, folder) if found else None, place))
    return collected("ris", items)


def _item(record: Mapping[str, Any], place: Text, folder: Path) -> ImportedPaper | None:
    people = record.get("authors") or record.get("first_authors") or []
    said = {name: _first(record, (name,)) for names in _PUBLICATION.values() for name in names}
    # Some writers put both pages into SP.
    said["start_page"] = "-".join(filter(None, (said["start_page"], _first(record, ("end_page",)))))
    paper = make_paper(
        _first(record, _TITLES),
        [in_order(author) for author in people],
        named=[*_list(record, "urls"), *(_first(record, (name,)) for name in _NAMING)],
        doi=_first(record, ("doi",)),
        abstract=_first(record, ("abstract", "notes_abstract")),
        published=_first(record, ("date", "year", "publication_year")),
        venue=_first(record, _VENUE),
        said=("ris", first_of(said, _PUBLICATION)),
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
