"""Read Zotero: a library from its own database, with its stored and linked files, and its RDF.

The RDF has items, their notes and files beside them, and collections that name them. lxml parses
it. Entities are refused: an export has none, and they may expand without end.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext
from reader.base.text import html_to_text, plain
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
    to_markdown,
)
from reader.gathering.rows import zotero
from reader.library.highlight import Highlight, Kind
from reader.library.identity import printed_name

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
        publication=("zotero", first_of(fields, _PUBLICATION)),
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


SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "z": "http://www.zotero.org/namespaces/export#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "bib": "http://purl.org/net/biblio#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
    "link": "http://purl.org/rss/1.0/modules/link/",
}
_RDF = f"{{{SPACES['rdf']}}}"


def read_rdf(content: bytes, *, name: str, folder: Path) -> ImportedLibrary:
    """Read all items that have a title. Raises UsageError for what is no RDF of Zotero."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        why = lazy_gettext("the XML breaks off or is damaged ({why})", why=plain(error.msg)[:150])
        raise _refusal(name, error.lineno or 1, why) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refusal(name, 1, lazy_gettext("it declares entities, which no export has"))
    if root.tag != f"{_RDF}RDF":
        raise _refusal(name, 1, lazy_gettext("it is XML, but not RDF"))
    return _Reader(root, name, folder).library()


def _refusal(name: str, line: int, why: Text) -> UsageError:
    return UsageError(
        what=lazy_gettext(
            "{file}, line {line}: {why}. Nothing was imported.", file=name, line=line, why=why
        ),
        hint=lazy_gettext("Export the library from Zotero again, as Zotero RDF or Better BibTeX."),
    )


class _Reader:
    def __init__(self, root: Any, name: str, folder: Path) -> None:
        self._name, self._folder = name, folder
        self._nodes = {about: node for node in root if (about := node.get(f"{_RDF}about"))}
        self._root = root
        self._collections: dict[str, list[str]] = defaultdict(list)
        for node in root.iterfind("z:Collection", SPACES):
            for part in _resources(node, "dcterms:hasPart"):
                self._collections[part].append(node.get(f"{_RDF}about") or "")
        parts = (part for node in root for part in _resources(node, "dcterms:isPartOf"))
        self._n_parts = Counter(parts)

    def library(self) -> ImportedLibrary:
        items: list[ImportedPaper | UnplacedItem | LooseNote] = []
        named = {r for n in self._root for r in _resources(n, "dcterms:isReferencedBy")}
        for node in self._root:
            place = lazy_gettext("{file}, line {line}", file=self._name, line=node.sourceline)
            kind = _text(node, "z:itemType")
            is_note = kind == "note" or node.tag == f"{{{SPACES['bib']}}}Memo"
            if is_note and node.get(f"{_RDF}about") not in named:
                text = to_markdown(_text(node, "rdf:value"))
                tags = tuple(_tags(node))
                items.append(LooseNote(place, first_line(text), text, tags=tags))
            if is_note or kind in ("", "attachment", "annotation"):
                continue
            items.append(or_untitled(self._item(node, place), place))
        return collected("rdf", items)

    def _item(self, node: Any, place: Text) -> ImportedPaper | None:
        about = node.get(f"{_RDF}about") or ""
        within = self._within(node)
        # Zotero writes the DOI of an article beside the ISSN of its journal.
        names = [*_identifiers(node), *(name for one in within for name in _identifiers(one))]
        publication = _publication(node, within)
        doi = next((n.removeprefix("DOI ") for n in names if n.startswith("DOI ")), "")
        paper = make_paper(
            _text(node, "dc:title"),
            list(_people(node)),
            named=[about, _text(node, "dc:description"), *_urls(node)],
            doi=doi,
            abstract=_words(_text(node, "dcterms:abstract")),
            published=_text(node, "dc:date"),
            venue=publication["venue"],
            publication=("rdf", publication),
        )
        if paper is None:
            return None
        memos = (self._nodes.get(r) for r in _resources(node, "dcterms:isReferencedBy"))
        notes = [to_markdown(_text(memo, "rdf:value")) for memo in memos if memo is not None]
        return ImportedPaper(
            paper,
            place,
            collections=tuple(dict.fromkeys(self._paths(about))),
            tags=tuple(dict.fromkeys(_tags(node))),
            notes=tuple(ImportedNote(note) for note in notes if plain(note)),
            attached=attached(list(self._files(node)), self._folder),
        )

    def _within(self, node: Any) -> list[Any]:
        """List what an item is a part of: beside it, or named and of this item alone."""
        found = list(node.iterfind("dcterms:isPartOf/*", SPACES))
        for part in _resources(node, "dcterms:isPartOf"):
            if part in self._nodes and self._n_parts[part] == 1:
                found.append(self._nodes[part])
        return found

    def _paths(self, about: str) -> Iterator[str]:
        """Find the paths of the collections that hold an item."""
        for collection in self._collections.get(about, ()):
            path: list[str] = []
            here = collection
            # As many steps as there are nodes, since a damaged tree may be a circle.
            while here in self._nodes and len(path) <= len(self._nodes):
                path.insert(0, _text(self._nodes[here], "dc:title"))
                here = next(iter(self._collections.get(here, ())), "")
            yield "/".join(path)

    def _files(self, node: Any) -> Iterator[str]:
        for link in _resources(node, "link:link"):
            file = self._nodes.get(link)
            # Without files in the export there is only the address that each came from.
            path = _resources(file, "rdf:resource") if file is not None else []
            yield from (one.removeprefix("file://") for one in path)


_HTML = re.compile(r"</?(?:p|br|i|b|em|strong|sub|sup|span|div|jats:\w+)\b[^<>]*>|&#?\w+;", re.I)


def _words(abstract: str) -> str:
    """Read an abstract: a text, which may have "p<y" in it, or what a page had as HTML."""
    return html_to_text(abstract)[0] if _HTML.search(abstract) else plain(abstract)


def _text(node: Any, path: str) -> str:
    found = node.find(path, SPACES)
    return "".join(found.itertext()).strip() if found is not None else ""


def _publication(node: Any, within: Sequence[Any]) -> dict[str, str]:
    def first(places: Sequence[Any], path: str) -> str:
        return next((text for one in places if (text := _text(one, path))), "")

    return {
        "venue": first(within, "dc:title"),
        # Zotero writes the volume to the journal or to the item, by the kind of item.
        "volume": first((*within, node), "prism:volume"),
        "number": first((*within, node), "prism:number"),
        "pages": _text(node, "bib:pages"),
        "publisher": _text(node, "dc:publisher//foaf:name"),
    }


def _resources(node: Any, path: str) -> list[str]:
    found = (one.get(f"{_RDF}resource") for one in node.iterfind(path, SPACES))
    return [one for one in found if one]


def _identifiers(node: Any) -> list[str]:
    return [plain(one.text or "") for one in node.iterfind("dc:identifier", SPACES)]


def _urls(node: Any) -> list[str]:
    path = "dc:identifier/dcterms:URI/rdf:value"
    return [plain(one.text or "") for one in node.iterfind(path, SPACES)]


def _tags(node: Any) -> Iterator[str]:
    for one in node.iterfind("dc:subject", SPACES):
        if name := _text(one, ".//rdf:value") or plain(one.text or ""):
            yield name


def _people(node: Any) -> Iterator[str]:
    for person in node.iterfind("bib:authors/rdf:Seq/rdf:li/foaf:Person", SPACES):
        given = _text(person, "foaf:givenName") or _text(person, "foaf:givenname")
        yield printed_name(_text(person, "foaf:surname"), given)
