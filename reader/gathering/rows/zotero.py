"""Read the rows of Zotero's own database, zotero.sqlite, from a copy of it.

Zotero may be open and holds a lock then, so that SQLite's backup cannot be used: the file is
copied with its journal, and SQLite rolls the copy back to its last whole state.
Tables and columns after zotero/zotero, resource/schema/userdata.sql.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reader.base.errors import UsageError, os_reason
from reader.base.messages import Text, lazy_gettext
from reader.base.text import plain

OLDEST, NEWEST = 78, 125
"""The layouts (`userdata` in table version) of Zotero 5 to 7, which this module knows."""

_TRIES = 3

_NEEDED = {
    "version": "schema version",
    "items": "itemID itemTypeID dateModified libraryID key",
    "itemTypes": "itemTypeID typeName",
    "fields": "fieldID fieldName",
    "itemData": "itemID fieldID valueID",
    "itemDataValues": "valueID value",
    "creators": "creatorID firstName lastName",
    "itemCreators": "itemID creatorID creatorTypeID orderIndex",
    "creatorTypes": "creatorTypeID creatorType",
    "collections": "collectionID collectionName parentCollectionID",
    "collectionItems": "collectionID itemID",
    "itemNotes": "itemID parentItemID note",
    "itemAttachments": "itemID parentItemID linkMode contentType path",
    "itemTags": "itemID tagID",
    "tags": "tagID name",
    "deletedItems": "itemID",
    "libraries": "libraryID type",
}
"""The columns that are read, by table."""

_FROM = """
    items AS i JOIN itemTypes AS t ON t.itemTypeID = i.itemTypeID
    JOIN libraries AS l ON l.libraryID = i.libraryID AND l.type != 'feed'
"""
_WHERE = "i.itemID NOT IN (SELECT itemID FROM deletedItems)"

ITEMS = f"""
    SELECT i.itemID, i.key FROM {_FROM} WHERE {_WHERE}
    AND t.typeName NOT IN ('attachment', 'note', 'annotation') ORDER BY i.itemID
"""  # noqa: S608  constants
FIELDS = """
    SELECT d.itemID, f.fieldName, v.value FROM itemData AS d
    JOIN fields AS f ON f.fieldID = d.fieldID JOIN itemDataValues AS v ON v.valueID = d.valueID
"""
CREATORS = """
    SELECT ic.itemID, ct.creatorType, c.firstName, c.lastName FROM itemCreators AS ic
    JOIN creators AS c ON c.creatorID = ic.creatorID
    JOIN creatorTypes AS ct ON ct.creatorTypeID = ic.creatorTypeID
    ORDER BY ic.itemID, ic.orderIndex
"""
COLLECTIONS = "SELECT collectionID, collectionName, parentCollectionID FROM collections"
COLLECTED = "SELECT itemID, collectionID FROM collectionItems ORDER BY itemID, collectionID"
TAGS = """
    SELECT it.itemID, t.name FROM itemTags AS it JOIN tags AS t ON t.tagID = it.tagID
    ORDER BY it.itemID, t.name
"""
NOTES = f"""
    SELECT i.itemID, i.key, n.parentItemID, n.note, i.dateModified
    FROM {_FROM} JOIN itemNotes AS n ON n.itemID = i.itemID WHERE {_WHERE} ORDER BY i.itemID
"""  # noqa: S608  constants
FILES = f"""
    SELECT i.itemID, i.key, a.parentItemID, a.linkMode, a.contentType, a.path
    FROM {_FROM} JOIN itemAttachments AS a ON a.itemID = i.itemID WHERE {_WHERE} ORDER BY i.itemID
"""  # noqa: S608  constants
MARKS = f"""
    SELECT a.parentItemID, a.type, a.text, a.comment, a.color, a.sortIndex, a.position
    FROM {_FROM} JOIN itemAnnotations AS a ON a.itemID = i.itemID WHERE {_WHERE} ORDER BY i.itemID
"""  # noqa: S608  constants


class ZoteroRows:
    """An open copy of a Zotero database. layout: its number, of table version."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection, self._name = connection, name
        lacking = [
            f"{table}.{column}"
            for table, columns in _NEEDED.items()
            for column in sorted(set(columns.split()) - self._columns(table))
        ]
        found = (
            self.read("SELECT version FROM version WHERE schema = 'userdata'")
            if (self._columns("version"))
            else []
        )
        self.layout = int(found[0][0]) if found else 0
        if lacking or self.layout < OLDEST:
            raise _refusal(
                name,
                lazy_gettext(
                    "its layout {n} is not one of Zotero 5 to 7 ({what})",
                    n=self.layout,
                    what=", ".join(lacking[:3]) or "userdata",
                ),
            )
        self.has_marks = bool(self._columns("itemAnnotations"))

    def _columns(self, table: str) -> set[str]:
        return {str(row[1]) for row in self.read(f"PRAGMA table_info({table})")}

    def read(self, sql: str) -> list[Any]:
        """Run one of this module's queries. Raises UsageError where the file is damaged."""
        try:
            return self._connection.execute(sql).fetchall()
        except sqlite3.Error as error:
            raise _damaged(self._name, error) from None


@contextlib.contextmanager
def open_zotero(file: Path) -> Iterator[ZoteroRows]:
    """Open a copy of a Zotero database; the file itself is only read. Raises UsageError."""
    with tempfile.TemporaryDirectory(prefix="reader-zotero-") as folder:
        copy = Path(folder) / "zotero.sqlite"
        connection = _opened_copy(file, copy)
        try:
            yield ZoteroRows(connection, file.name)
        finally:
            connection.close()


def _opened_copy(file: Path, copy: Path) -> sqlite3.Connection:
    for left in reversed(range(_TRIES)):
        before = _state(file)
        for ending in ("", "-journal", "-wal"):
            Path(f"{copy}{ending}").unlink(missing_ok=True)
            beside = Path(f"{file}{ending}")
            try:
                if not ending or beside.exists():
                    shutil.copyfile(beside, f"{copy}{ending}")
            except OSError as error:
                raise _refusal(file.name, os_reason(error)) from None
        # Zotero may have written while it was copied: then the copy is no state of it.
        if _state(file) != before and left:
            continue
        # Opened to be written, since SQLite has to roll an unfinished transaction back.
        connection = sqlite3.connect(copy)
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found == "ok":
                return connection
            raise sqlite3.DatabaseError(found)
        except sqlite3.Error as error:
            connection.close()
            if not left:
                raise _damaged(file.name, error) from None
    raise AssertionError("the last try returns or raises")


def _state(file: Path) -> tuple[object, ...]:
    """Read what changes when a database is written: sizes and moments of its files."""
    found: list[object] = []
    for ending in ("", "-journal", "-wal"):
        with contextlib.suppress(OSError):
            status = Path(f"{file}{ending}").stat()
            found.append((ending, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _damaged(name: str, error: sqlite3.Error) -> UsageError:
    return _refusal(
        name, lazy_gettext("it is damaged or no database ({why})", why=plain(str(error))[:100])
    )


def _refusal(name: str, why: Text) -> UsageError:
    return UsageError(
        what=lazy_gettext(
            "{file} cannot be read: {why}. Nothing was imported.", file=name, why=why
        ),
        hint=lazy_gettext("Export the library from Zotero as Better BibTeX or RDF; import that."),
    )
