"""Read a library of Paperlib 2 or 3: the papers of its Realm database, and the files beside it.

Names of tables and columns after Future-Scholars/paperlib, app/models: papers stand in
PaperEntity, those of versions after 3.1 in Entity, with their files in Supplementary.

A Realm file is a tree of nodes. A node has a header of 8 bytes (flags, width and number of its
elements) and packed elements, which may be the places of other nodes. The root names tables; a
table has a description of its columns and a tree of clusters, each of which holds up to 256
objects column by column. After realm/realm-core, src/realm (node_header.hpp, group.hpp, spec.hpp,
cluster.cpp, bplustree.cpp and array_*.cpp), of which no code is here.

A damaged or hostile file ends in RealmError: no place outside of the file is read, and as no byte
of a sound file belongs to two nodes, all nodes together may be no larger than the file.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from reader.base.errors import UsageError
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
    unreadable,
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
        raise unreadable(file, error) from None
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
        publication=("paperlib", first_of(texts, _PUBLICATION)),
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


OLDEST, NEWEST = 22, 23
"""The file formats of realm-core 11 to 13, by which Paperlib 2 and 3 write."""

Value = None | bool | int | str | bytes | datetime | tuple[int, ...] | tuple[str | None, ...]
"""A link is the key of an object, an ObjectId its 12 bytes; a dictionary of objects their keys."""

Objects = dict[int, dict[str, Value]]
"""The objects of a table by their keys; of each its values by the names of columns."""

_INT, _BOOL, _STRING, _TIMESTAMP, _LINK, _LINKS, _OBJECT_ID = 0, 1, 2, 8, 12, 13, 15
_NULLABLE, _LIST, _DICTIONARY, _SET = 16, 32, 64, 128
_HEADER = 24
_IS_STREAMED, _COOKIE = (1 << 64) - 1, 0x3034125237E526C8
_MOST_ELEMENTS = 1100  # of a node that is no text; realm-core has 1,000
_AN_OBJECT = 16  # values that an object takes as much memory as
_DEEPEST = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RealmError(Exception):
    """A file that is no Realm database, or a damaged one. at: the byte where it is wrong, 0 for
    the very first ones: then it is none, or encrypted."""

    def __init__(self, why: str, at: int) -> None:
        self.at = at
        super().__init__(f"byte {at}: {why}")


class RealmVersionError(RealmError):
    """A database of a file format that is not read here. version: that format."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(f"file format {version}", 20)


@dataclass(frozen=True, slots=True)
class _Node:
    """at: of its header. kind: whether `width` is in bits (0) or bytes (1) or 1 byte (2)."""

    at: int
    is_inner: bool
    has_refs: bool
    is_context: bool
    kind: int
    width: int
    size: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: int
    attributes: int
    slot: int
    texts: tuple[str | None, ...] | None
    """Of a column of texts that are stored once each, those texts."""


class RealmFile:
    """A database. Raises RealmError where it is none, here and in `objects`."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._last = _HEADER
        self._renew()
        self._tables: dict[str, int] = {}
        if top := _top(content):
            names, tables = self._refs(top)[:2] if self._node_at(top).size > 1 else (0, 0)
            places = self._integers(self._node(tables))
            for name, place in zip(self._texts(names), places, strict=False):
                # A table that was removed leaves an odd number as its place.
                if name is not None and place and not place & 1:
                    self._tables[name.removeprefix("class_")] = place

    @property
    def tables(self) -> Collection[str]:
        """Return the names of the tables."""
        return self._tables.keys()

    def objects(self, table: str, columns: Collection[str]) -> Objects:
        """Read the objects of a table, of their values those that have one of these names."""
        place = self._tables.get(table)
        if place is None:
            return {}
        self._renew()
        top = self._refs(place)
        if len(top) < 3:
            raise RealmError("a table without clusters", place)
        wanted = [column for column in self._columns(top[0]) if column.name in columns]
        found: Objects = {}
        for keys, slots, at in self._clusters(top[2], 0, 0):
            self._n_elements -= _AN_OBJECT * len(keys)
            rows: list[dict[str, Value]] = [{} for _key in keys]
            for column in wanted:
                if column.slot >= len(slots):
                    raise RealmError("a cluster lacks a column", at)
                values = self._values(column, slots[column.slot])
                if len(values) != len(keys):
                    raise RealmError("a column of another length", at)
                for row, value in zip(rows, values, strict=True):
                    row[column.name] = value
            found.update(zip(keys, rows, strict=True))
        return found

    def _renew(self) -> None:
        """Set what may be read: a table has no more bytes than the file, and an object with its
        ids, date and texts more bytes than half its values."""
        self._n_bytes = len(self._content)
        self._n_elements = 2 * len(self._content) + 10_000

    def _columns(self, place: int) -> Iterator[_Column]:
        spec = self._refs(place)
        if len(spec) < 6:
            raise RealmError("a table without columns", place)
        enumerated = self._refs(spec[4]) if spec[4] else []
        for n, (name, key) in enumerate(
            zip(self._texts(spec[1]), self._integers(self._node(spec[5])), strict=False)
        ):
            texts = enumerated[n] if n < len(enumerated) else 0
            yield _Column(
                name or "",
                key >> 16 & 0x3F,
                key >> 22 & 0xFF,
                (key & 0xFFFF) + 1,
                self._texts(texts) if texts else None,
            )

    def _clusters(
        self, place: int, offset: int, depth: int
    ) -> Iterator[tuple[list[int], list[int], int]]:
        """Walk through a tree of clusters: the keys of the objects of each, and its columns."""
        node = self._node(place)
        slots = self._integers(node)
        if not slots or depth > _DEEPEST:
            raise RealmError("a broken tree of clusters", place)
        if not node.is_inner:
            # Keys are stored, or only how many there are where they are 0, 1, 2…
            is_counted = bool(slots[0] & 1)
            if is_counted:
                self._spend(slots[0] >> 1, place)
            keys = range(slots[0] >> 1) if is_counted else self._unsigned(slots[0])
            yield [offset + key for key in keys], slots, place
            return
        # Keys of the first object below each child, then depth and number of all below, children.
        children = slots[3:]
        offsets: Sequence[int]
        if slots[0]:
            offsets = self._unsigned(slots[0])
        else:
            level = slots[1] >> 1
            if not 0 <= level <= _DEEPEST:
                raise RealmError("a broken tree of clusters", place)
            offsets = [n << 8 * level for n in range(len(children))]
        if len(offsets) != len(children):
            raise RealmError("a broken tree of clusters", place)
        for start, child in zip(offsets, children, strict=True):
            yield from self._clusters(child, offset + start, depth + 1)

    def _values(self, column: _Column, place: int) -> Sequence[Value]:
        """Read a column of a cluster."""
        if column.attributes & (_LIST | _SET):
            lists = self._refs(place)
            is_text = column.kind == _STRING
            return [self._list(one, is_text=is_text) if one else () for one in lists]
        if column.attributes & _DICTIONARY:
            return [self._dictionary(one) if one else () for one in self._refs(place)]
        if column.kind == _STRING:
            return self._texts_in(self._node(place), column.texts)
        if column.kind == _TIMESTAMP:
            return self._moments(place)
        if column.kind == _OBJECT_ID:
            return self._object_ids(self._node(place))
        numbers = self._integers(self._node(place))
        if column.kind == _BOOL:
            return [None if one == 3 else one != 0 for one in numbers]
        if column.kind == _LINK:
            return [one - 1 if one else None for one in numbers]
        if column.kind == _INT:
            return _or_none(numbers) if column.attributes & _NULLABLE else numbers
        raise RealmError(f"the column {column.name} is of a kind that is not known", place)

    def _list(self, place: int, *, is_text: bool) -> tuple[int, ...] | tuple[str, ...]:
        """Read a list, which is a tree of its own."""
        leaves: list[Sequence[int | str]] = []
        for node in self._leaves(place, 0):
            found = self._texts_in(node, None) if is_text else self._integers(node)
            leaves.append([one for one in found if one is not None])
        return tuple(one for leaf in leaves for one in leaf)  # type: ignore[return-value]

    def _leaves(self, place: int, depth: int) -> Iterator[_Node]:
        node = self._node(place)
        if not node.is_inner:
            yield node
            return
        if depth > _DEEPEST:
            raise RealmError("a tree that is too deep", place)
        # Where each child begins, the children, how many elements are below.
        for child in self._integers(node)[1:-1]:
            yield from self._leaves(child, depth + 1)

    def _dictionary(self, place: int) -> tuple[int, ...]:
        """Read the objects of a dictionary: the keys of its links."""
        parts = self._refs(place)
        if len(parts) != 2:
            raise RealmError("a broken dictionary", place)
        found: list[int] = []
        for node in self._leaves(parts[1], 0):
            # Of each value its kind and where it lies; of a link that is in the pairs.
            leaf = self._refs_in(node)
            if len(leaf) < 3:
                raise RealmError("a broken dictionary", node.at)
            pairs = self._integers(self._node(leaf[2])) if leaf[2] else []
            for value in self._integers(self._node(leaf[0])):
                n = 2 * (value >> 8) + 1
                if (value & 0x1F) - 1 == 16 and value >> 5 & 7 == 2 and 0 < n < len(pairs):
                    found.append(pairs[n])
        return tuple(found)

    def _moments(self, place: int) -> list[Value]:
        parts = self._refs(place)
        if len(parts) != 2:
            raise RealmError("a broken column of dates", place)
        found: list[Value] = []
        for second in _or_none(self._integers(self._node(parts[0]))):
            try:
                found.append(None if second is None else _EPOCH + timedelta(seconds=second))
            except OverflowError:
                found.append(None)
        return found

    def _texts(self, place: int) -> tuple[str | None, ...]:
        return tuple(self._texts_in(self._node(place), None))

    def _texts_in(self, node: _Node, known: tuple[str | None, ...] | None) -> list[str | None]:
        """Read texts: short ones in cells of equal width, longer ones in one or several blobs."""
        if not node.has_refs and node.kind == 1:
            return self._short_texts(node)
        if not node.has_refs:
            if known is None:
                raise RealmError("texts of an unknown form", node.at)
            numbers = self._integers(node)
            if numbers and not 0 <= min(numbers) <= max(numbers) < len(known):
                raise RealmError("a text that is not in the list of texts", node.at)
            return [known[n] for n in numbers]
        parts = self._refs_in(node)
        if node.is_context:
            return [_string(self._blob(one, 0)) if one else None for one in parts]
        if len(parts) < 2:
            raise RealmError("broken texts", node.at)
        ends, blob = self._integers(self._node(parts[0])), self._blob(parts[1], 0)
        nulls = self._integers(self._node(parts[2])) if len(parts) > 2 else [0] * len(ends)
        if len(nulls) != len(ends) or sorted(ends) != ends or (ends and ends[-1] > len(blob)):
            raise RealmError("broken texts", node.at)
        starts = [0, *ends]
        return [
            None if null else _string(blob[start:end])
            for start, end, null in zip(starts, ends, nulls, strict=False)
        ]

    def _short_texts(self, node: _Node) -> list[str | None]:
        """Read texts in cells, of which the last byte says how many zeros are before it."""
        width, found = node.width, list[str | None]()
        self._spend(node.size, node.at)
        if not width:
            return [None] * node.size
        for start in range(0, node.size * width, width):
            n_zeros = node.payload[start + width - 1]
            if n_zeros > width:
                raise RealmError("a broken text", node.at)
            is_null, end = n_zeros == width, start + width - 1 - n_zeros
            found.append(None if is_null else _string(node.payload[start:end]))
        return found

    def _object_ids(self, node: _Node) -> list[bytes | None]:
        """Read ObjectIds in blocks of 8, before each a byte that says which of them are null."""
        if node.kind != 1:
            raise RealmError("ids of an unknown form", node.at)
        n_ids = (node.size - -(-node.size // 97)) // 12
        self._spend(n_ids, node.at)
        if not node.width:
            return [None] * n_ids
        found: list[bytes | None] = []
        for n in range(n_ids):
            block, start = n // 8 * 97, n // 8 * 97 + 1 + n % 8 * 12
            is_null = node.payload[block] >> n % 8 & 1
            found.append(None if is_null else node.payload[start : start + 12])
        return found

    def _blob(self, place: int, depth: int) -> bytes:
        node = self._node(place)
        if not node.is_context:
            return node.payload[: node.size]
        if depth:
            raise RealmError("a text in too many parts", place)
        return b"".join(self._blob(one, 1) for one in self._refs_in(node))

    def _refs(self, place: int) -> list[int]:
        return self._refs_in(self._node(place))

    def _refs_in(self, node: _Node) -> list[int]:
        if not node.has_refs:
            raise RealmError("a node without places", node.at)
        return self._integers(node)

    def _unsigned(self, place: int) -> list[int]:
        node = self._node(place)
        if node.width < 8:
            raise RealmError("keys of an unknown form", place)
        return [one % (1 << node.width) for one in self._integers(node)]

    def _integers(self, node: _Node) -> list[int]:
        if node.kind:
            raise RealmError("no numbers", node.at)
        self._spend(node.size, node.at)
        if node.width >= 8:
            letter = {8: "b", 16: "h", 32: "i", 64: "q"}[node.width]
            return list(struct.unpack(f"<{node.size}{letter}", node.payload))
        if not node.width:
            return [0] * node.size
        mask, per_byte = (1 << node.width) - 1, 8 // node.width
        shifts = [n * node.width for n in range(per_byte)]
        return [byte >> shift & mask for byte in node.payload for shift in shifts][: node.size]

    def _spend(self, n: int, place: int) -> None:
        """Count values. Raises RealmError where a node or all have too many."""
        self._n_elements -= n
        if not 0 <= n <= _MOST_ELEMENTS or self._n_elements < 0:
            raise RealmError("more values than there can be", place)

    def _node(self, place: int) -> _Node:
        """Read a node, once: sound files have each in one place of their tree."""
        node = self._node_at(place)
        self._n_bytes -= 8 + len(node.payload)
        if self._n_bytes < 0:
            raise RealmError("nodes that overlap", place)
        return node

    def _node_at(self, place: int) -> _Node:
        content = self._content
        if place % 8 or not _HEADER <= place <= len(content) - 8:
            raise RealmError(f"the place of a node leads nowhere ({place})", self._last)
        self._last = place
        flags = content[place + 4]
        size = int.from_bytes(content[place + 5 : place + 8], "big")
        kind, width = flags >> 3 & 3, (1 << (flags & 7)) >> 1
        n_bytes = ((size * width + 7) // 8, size * width, size, 0)[kind]
        start = place + 8
        if kind == 3 or start + n_bytes > len(content):
            raise RealmError("a node that goes beyond the end", place)
        return _Node(
            place,
            bool(flags & 0x80),
            bool(flags & 0x40),
            bool(flags & 0x20),
            kind,
            width,
            size,
            content[start : start + n_bytes],
        )


def _top(content: bytes) -> int:
    """Find the root in the header; 0 for a database that was never written to."""
    if len(content) < _HEADER or content[16:20] != b"T-DB":
        raise RealmError("it does not begin as a Realm database", 0)
    which = content[23] & 1
    version, (top,) = content[20 + which], struct.unpack_from("<Q", content, 8 * which)
    if version and not OLDEST <= version <= NEWEST:
        raise RealmVersionError(version)
    if top == _IS_STREAMED and not which:  # written in one go, as a compacted copy is
        top, cookie = struct.unpack("<QQ", content[-16:])
        if cookie != _COOKIE:
            raise RealmError("its end is missing", len(content))
    return int(top)


def _string(stored: bytes) -> str:
    """Decode a text without the zero at its end."""
    return stored.removesuffix(b"\0").decode("utf-8", "replace")


def _or_none(numbers: Sequence[int]) -> list[int | None]:
    """Read numbers of which the first stands for null."""
    return [None if one == numbers[0] else one for one in numbers[1:]]
