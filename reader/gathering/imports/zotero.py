"""Read a Zotero library from its own database, with its stored and linked files."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reader.base.messages import Text, lazy_gettext
from reader.base.text import plain
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    LooseNote,
    UnplacedItem,
    attached,
    collected,
    first_line,
    first_of,
    make_paper,
    or_untitled,
)
from reader.gathering.imports.markdown import to_markdown
from reader.gathering.rows import zotero
from reader.library.highlight import Highlight, Kind

_NAMING = ("url", "extra", "archiveID", "reportNumber", "number", "publicationTitle")
_TITLES = ("title", "caseName", "subject", "nameOfAct")
_VENUE = ("publicationTitle", "proceedingsTitle", "bookTitle", "conferenceName", "university",
          "institution", "publisher", "repository", "websiteTitle")  # fmt: skip
_PUBLICATION = {"venue": _VENUE[:4], "volume": ("volume",), "number": ("issue",),
                "pages": ("pages",), "publisher": ("publisher", *_VENUE[4:6])}  # fmt: skip
# By itemAnnotations.type; an image (3) and ink (4) have no words of their own.
_KINDS: Mapping[int, Kind] = {1: "highlight", 2: "note", 3: "note", 5: "underline", 6: "note"}
_LINKED_URL, _EMBEDDED_IMAGE = 3, 4


@dataclass(slots=True)
class _ItemParts:
    """What belongs to one item."""

    fields: dict[str, str] = field(default_factory=dict)
    creators: list[tuple[str, str]] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: list[ImportedNote] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    marks: list[Highlight] = field(default_factory=list)


def _newer_text(layout: int) -> Text:
    return lazy_gettext(
        "its layout {n} is newer than those that are known (up to {newest}): it was read "
        "as far as it is known, so compare the counts with Zotero's",
        n=layout,
        newest=zotero.NEWEST,
    )


def read_zotero(file: Path) -> ImportedLibrary:
    """Read all items that are no feed's and not in the trash. Raises UsageError."""
    with zotero.open_zotero(file) as rows:
        parts: dict[int, _ItemParts] = defaultdict(_ItemParts)
        unplaced: list[UnplacedItem] = []
        loose: dict[int, tuple[str, str, datetime | None]] = {}
        if rows.layout > zotero.NEWEST:
            unplaced.append(UnplacedItem(file.name, _newer_text(rows.layout)))
        items = rows.read(zotero.ITEMS)
        known = {item for item, _key in items}
        _add_facts(rows, parts)
        for item, key, parent, note, modified in rows.read(zotero.NOTES):
            if parent in known:
                parts[parent].notes.append(ImportedNote(to_markdown(note or ""), _moment(modified)))
            elif parent is None:
                loose[item] = (key, to_markdown(note or ""), _moment(modified))
        parents = _add_files(rows, file, known, parts, unplaced)
        for item, *mark in rows.read(zotero.MARKS) if rows.has_marks else ():
            if item in parents and (found := _mark(mark)):
                parts[parents[item]].marks.append(found)
    every: list[ImportedPaper | UnplacedItem | LooseNote] = [
        LooseNote(
            _place(file, key, ""),
            first_line(text),
            text,
            notebook=next(iter(parts[item].collections), ""),
            tags=tuple(parts[item].tags),
            at=at,
        )
        for item, (key, text, at) in loose.items()
    ]
    every += unplaced
    for item, key in items:
        place = _place(file, key, "")
        every.append(or_untitled(_item(parts[item], place, file.parent), place))
    return collected("zotero", every)


def _add_facts(rows: zotero.ZoteroRows, parts: dict[int, _ItemParts]) -> None:
    """Add the fields, people, collections and tags of the items."""
    for item, name, value in rows.read(zotero.FIELDS):
        parts[item].fields[name] = str(value)
    for item, kind, first, last in rows.read(zotero.CREATORS):
        parts[item].creators.append((kind, f"{first or ''} {last or ''}".strip()))
    paths = _paths(rows.read(zotero.COLLECTIONS))
    for item, collection in rows.read(zotero.COLLECTED):
        parts[item].collections.append(paths.get(collection, ""))
    for item, name in rows.read(zotero.TAGS):
        parts[item].tags.append(name)


def _add_files(
    rows: zotero.ZoteroRows,
    file: Path,
    known: Set[int],
    parts: dict[int, _ItemParts],
    unplaced: list[UnplacedItem],
) -> dict[int, int]:
    """Add the files of the items; returns the item of each file. Others become unplaced."""
    base = _base_folder(file)
    parents: dict[int, int] = {}
    for item, key, parent, mode, kind, path in rows.read(zotero.FILES):
        if mode in (_LINKED_URL, _EMBEDDED_IMAGE):
            continue
        if parent in known:
            parents[item] = parent
            if (path or "").startswith(_LINKED) and base is None:
                why = lazy_gettext(
                    "a file in the base folder of Zotero's links, which is not known: copy "
                    "prefs.js of your Zotero profile beside the database"
                )
                unplaced.append(UnplacedItem(_place(file, key, path), why))
                continue
            parts[parent].paths.append(_file(key, path or "", kind or "", base))
        elif parent is None:
            why = lazy_gettext("a file that belongs to no paper; `reader add` recognises PDFs")
            unplaced.append(UnplacedItem(_place(file, key, path or ""), why))
    return parents


def _place(file: Path, key: str, text: str) -> Text:
    return plain(f"{file.name}, {key} {plain(text)[:60]}")


def _item(one: _ItemParts, place: Text, folder: Path) -> ImportedPaper | None:
    fields = one.fields
    people = [name for kind, name in one.creators if kind == "author"]
    paper = make_paper(
        next((fields[name] for name in _TITLES if fields.get(name)), ""),
        people or [name for _kind, name in one.creators],
        named=[fields.get(name, "") for name in _NAMING],
        doi=fields.get("DOI", ""),
        abstract=fields.get("abstractNote", ""),
        # "2024-03-00 March 2024": 00 where a part is not known.
        published=fields.get("date", "").replace("-00", ""),
        venue=next((fields[name] for name in _VENUE if fields.get(name)), ""),
        said=("zotero", first_of(fields, _PUBLICATION)),
    )
    if paper is None:
        return None
    return ImportedPaper(
        paper,
        place,
        collections=tuple(filter(None, one.collections)),
        tags=tuple(one.tags),
        notes=tuple(note for note in one.notes if plain(note.text)),
        highlights=tuple(one.marks),
        attached=attached(one.paths, folder),
    )


def _paths(collections: Sequence[tuple[int, str, int | None]]) -> dict[int, str]:
    """Join the names of collections with those above them; id → path."""
    names = {number: (name, above) for number, name, above in collections}
    found = {}
    for number in names:
        path: list[str] = []
        here: int | None = number
        # As many steps as there are collections, since a damaged tree may be a circle.
        while here in names and len(path) <= len(names):
            name, here = names[here]
            path.insert(0, name)
        found[number] = "/".join(path)
    return found


_LINKED = "attachments:"
_PREFERENCE = re.compile(
    r'^user_pref\("extensions\.zotero\.(baseAttachmentPath|dataDir)", ("(?:[^"\\]|\\.)*")\);',
    re.MULTILINE,
)
_PROFILES = (".zotero/zotero", "Library/Application Support/Zotero/Profiles",
             "AppData/Roaming/Zotero/Zotero/Profiles")  # fmt: skip


def _base_folder(file: Path) -> Path | None:
    """Find the folder in which linked files lie, in the settings of the profile of a database.

    They lie beside it, in an old profile that holds it, or in a profile of the person here that
    names its folder; without a name that is ~/Zotero.
    """
    folder, home = file.absolute().parent, Path.home()
    places = [p for name in _PROFILES for p in sorted((home / name).glob("*/prefs.js"))]
    for place in (folder / "prefs.js", folder.parent / "prefs.js", *places):
        try:
            found = dict(_PREFERENCE.findall(place.read_text("utf-8")))
            read = {name: Path(json.loads(value)) for name, value in found.items()}
        except (OSError, ValueError):
            continue
        is_its = place not in places or read.get("dataDir", home / "Zotero") == folder
        if is_its and "baseAttachmentPath" in read:
            return read["baseAttachmentPath"]
    return None


def _file(key: str, path: str, kind: str, base: Path | None) -> str:
    """Find the path of an attachment from the folder of the database, or from the root.

    "storage:NAME" lies in storage/KEY/; "attachments:NAME" in `base`.
    """
    path = path.replace("\\", "/")
    if path.startswith(_LINKED):
        path = path.removeprefix(_LINKED)
        # One that leads out of the base folder is left as it is, and refused as relative.
        path = path if ".." in Path(path).parts else f"{base}/{path}"
    if path.startswith("storage:"):
        path = f"storage/{key}/{path.removeprefix('storage:')}"
    is_named = path.lower().endswith(".pdf") or kind != "application/pdf"
    return path if is_named else f"{path}.pdf"


def _moment(written: str | None) -> datetime | None:
    try:
        return datetime.strptime(written or "", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


_PLACE = re.compile(r"\d+\|(\d+)\|\d+")


def _mark(row: Sequence[Any]) -> Highlight | None:
    kind, text, comment, colour, order, position = row
    try:
        page = int(json.loads(position or "{}")["pageIndex"]) + 1
    except (ValueError, KeyError, TypeError, RecursionError):
        page = 0
    words, note = plain(text or ""), (comment or "").strip()
    if kind not in _KINDS or page < 1 or not (words or note):
        return None
    # "00003|001234|00056": page, character on it, distance from its top.
    place = _PLACE.fullmatch(order or "")
    is_hex = re.fullmatch(r"#[0-9a-fA-F]{6}", colour or "")
    return Highlight(
        page,
        int(place[1]) if place else 0,
        _KINDS[kind],
        "" if _KINDS[kind] == "note" else words,
        note,
        colour.lower() if is_hex else "",
    )
