"""Make a small invented zotero.sqlite, with the tables of Zotero 7 that matter."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_TABLES = """
CREATE TABLE version (schema TEXT PRIMARY KEY, version INT NOT NULL);
CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT NOT NULL);
CREATE TABLE itemTypes (itemTypeID INTEGER PRIMARY KEY, typeName TEXT);
CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT, dateAdded TEXT, dateModified TEXT,
  libraryID INT, key TEXT);
CREATE TABLE fields (fieldID INTEGER PRIMARY KEY, fieldName TEXT UNIQUE);
CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value UNIQUE);
CREATE TABLE itemData (itemID INT, fieldID INT, valueID INT);
CREATE TABLE creatorTypes (creatorTypeID INTEGER PRIMARY KEY, creatorType TEXT);
CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT);
CREATE TABLE itemCreators (itemID INT, creatorID INT, creatorTypeID INT, orderIndex INT);
CREATE TABLE collections (collectionID INTEGER PRIMARY KEY, collectionName TEXT,
  parentCollectionID INT, libraryID INT, key TEXT);
CREATE TABLE collectionItems (collectionID INT, itemID INT);
CREATE TABLE itemNotes (itemID INTEGER PRIMARY KEY, parentItemID INT, note TEXT, title TEXT);
CREATE TABLE itemAttachments (itemID INTEGER PRIMARY KEY, parentItemID INT, linkMode INT,
  contentType TEXT, path TEXT);
CREATE TABLE itemAnnotations (itemID INTEGER PRIMARY KEY, parentItemID INT, type INT, text TEXT,
  comment TEXT, color TEXT, pageLabel TEXT, sortIndex TEXT, position TEXT);
CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE itemTags (itemID INT, tagID INT, type INT);
CREATE TABLE deletedItems (itemID INTEGER PRIMARY KEY);
INSERT INTO libraries VALUES (1, 'user'), (2, 'feed');
INSERT INTO creatorTypes VALUES (1, 'author'), (2, 'editor');
INSERT INTO itemTypes VALUES (1, 'journalArticle'), (2, 'attachment'), (3, 'note'),
  (4, 'annotation'), (5, 'preprint');
"""

MODIFIED = "2021-03-04 05:06:07"


@dataclass
class ZoteroWorld:
    """A Zotero library that a test fills; folder: with zotero.sqlite and storage/."""

    folder: Path
    layout: int = 125

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = self.folder / "zotero.sqlite"
        self.db = sqlite3.connect(self.file)
        self.db.executescript(_TABLES)
        self.db.execute("INSERT INTO version VALUES ('userdata', ?)", (self.layout,))

    def close(self) -> None:
        self.db.commit()
        self.db.close()

    def _row(self, sql: str, *values: object) -> int:
        return self.db.execute(sql, values).lastrowid or 0

    def item(self, kind: int = 1, *, library: int = 1) -> int:
        row = self._row(
            "INSERT INTO items (itemTypeID, dateModified, libraryID) VALUES (?, ?, ?)",
            kind, MODIFIED, library,
        )  # fmt: skip
        self.db.execute("UPDATE items SET key = ? WHERE itemID = ?", (f"KEY{row:05}", row))
        return row

    def paper(
        self,
        fields: Mapping[str, str],
        authors: Iterable[tuple[str, str]] = (),
        *,
        library: int = 1,
    ) -> int:
        row = self.item(library=library)
        for name, value in fields.items():
            self.db.execute("INSERT OR IGNORE INTO fields (fieldName) VALUES (?)", (name,))
            self.db.execute("INSERT OR IGNORE INTO itemDataValues (value) VALUES (?)", (value,))
            self.db.execute(
                "INSERT INTO itemData SELECT ?, fieldID, valueID FROM fields, itemDataValues"
                " WHERE fieldName = ? AND value = ?",
                (row, name, value),
            )
        for place, (first, last) in enumerate(authors):
            creator = self._row(
                "INSERT INTO creators (firstName, lastName) VALUES (?, ?)", first, last
            )
            self.db.execute("INSERT INTO itemCreators VALUES (?, ?, 1, ?)", (row, creator, place))
        return row

    def note(self, parent: int | None, html: str) -> int:
        row = self.item(3)
        self.db.execute("INSERT INTO itemNotes VALUES (?, ?, ?, '')", (row, parent, html))
        return row

    def pdf(self, parent: int | None, path: str, *, mode: int = 0) -> int:
        row = self.item(2)
        values = (row, parent, mode, "application/pdf", path)
        self.db.execute("INSERT INTO itemAttachments VALUES (?, ?, ?, ?, ?)", values)
        return row

    def mark(self, file: int, kind: int, text: str, comment: str = "", *, page: int = 0) -> None:
        row = self.item(4)
        position = f'{{"pageIndex": {page}, "rects": [[1, 2, 3, 4]]}}'
        values = (row, file, kind, text, comment, "#FFD400", "1", "00000|000123|00045", position)
        self.db.execute("INSERT INTO itemAnnotations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def collection(self, name: str, *items: int, above: int | None = None) -> int:
        row = self._row(
            "INSERT INTO collections (collectionName, parentCollectionID) VALUES (?, ?)",
            name, above,
        )  # fmt: skip
        self.db.executemany(
            "INSERT INTO collectionItems VALUES (?, ?)", [(row, item) for item in items]
        )
        return row

    def tag(self, item: int, name: str) -> None:
        self.db.execute("INSERT OR IGNORE INTO tags (name) VALUES (?)", (name,))
        self.db.execute(
            "INSERT INTO itemTags SELECT ?, tagID, 0 FROM tags WHERE name = ?", (item, name)
        )

    def delete(self, item: int) -> None:
        self.db.execute("INSERT INTO deletedItems VALUES (?)", (item,))
