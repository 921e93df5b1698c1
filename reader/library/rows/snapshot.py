"""Copy reader.db as a whole: into a file and back, or row by row as plain values.

Files go through SQLite's backup API (sqlite.org/backup.html): a copy is the state of one moment,
and reader.db becomes the copy in one transaction, or stays as it is.

For plain rows, tables and columns are read from the layout itself, so that a new one cannot be
forgotten. A paper is named by its canonical identifier, which says more than the number of its row.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reader.base.errors import Damaged
from reader.base.messages import lazy_gettext
from reader.library.place import is_within
from reader.library.rows.database import LATEST, migrate, too_new, translated_error
from reader.library.rows.used_ids import last_ids

_PAGES_AT_ONCE = 4096
"""Pages copied before another process may write: 16 MB."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader.db has. layout: the number of its migrations; library: its identity.

    n_notes: written notes alone. Archives have this number, and a restore compares it.
    """

    layout: int
    library: str
    n_papers: int
    n_notes: int
    n_decisions: int


@dataclass(frozen=True, slots=True)
class StoredPdf:
    """A PDF that reader.db names. path: from the library's folder; sha256: in hexadecimal."""

    path: str
    sha256: str
    n_bytes: int


def copy_database(source: Path, target: Path) -> None:
    """Write a copy of a database to a new file, as it is at one moment.

    Raises StoreError; Damaged where the copy is not whole.
    """
    with opened(source, "ro") as database, opened(target, "rwc") as copy:
        database.backup(copy, pages=_PAGES_AT_ONCE)
        # One file without a log beside it, and not one that waits for its log.
        copy.execute("PRAGMA journal_mode = delete")
        _check(copy, source)


def replace_database(source: Path, target: Path) -> None:
    """Make a database the same as a copy of it, in one transaction.

    Processes that have it open read the new content next. Raises StoreError.
    """
    with opened(source, "ro") as copy, opened(target, "rwc") as database:
        database.execute("PRAGMA synchronous = full")
        copy.backup(database)


def check_copy(file: Path) -> None:
    """Check that a copy can be used. Raises Damaged: it is broken, or of a newer version."""
    with opened(file, "ro") as copy:
        _check(copy, file)
        layout = _number(copy, "PRAGMA user_version")
    if layout > LATEST:
        raise too_new(file, layout)


def read_content(file: Path) -> Content:
    """Count what a database has, of any layout. Raises StoreError."""
    with opened(file, "ro") as copy:
        return content_of(copy)


def content_of(copy: sqlite3.Connection) -> Content:
    """Count what an open database has, of any layout."""
    papers, library = "SELECT count(*) FROM papers", ""
    if _has(copy, "papers", "merged_into"):
        papers += " WHERE merged_into IS NULL"
    if _has(copy, "identity", "id"):
        library = copy.execute("SELECT id FROM identity").fetchone()[0]
    return Content(
        _number(copy, "PRAGMA user_version"),
        library,
        n_papers=_number(copy, papers),
        n_notes=_number(copy, "SELECT count(DISTINCT paper) FROM notes WHERE is_written"),
        n_decisions=_number(copy, "SELECT count(*) FROM decisions"),
    )


def read_last_ids(file: Path) -> dict[str, int]:
    """Find the last ids that a database gave, of any layout. Raises StoreError."""
    with opened(file, "ro") as copy:
        return last_ids(copy)


def read_pdfs(file: Path) -> tuple[StoredPdf, ...]:
    """List the PDFs and the marked copies of a database, by their paths. Raises StoreError."""
    with opened(file, "ro") as copy:
        found = copy.execute("SELECT path, sha256, n_bytes FROM pdfs").fetchall()
        if _has(copy, "marked_copies", "sha256"):
            # Of marked copies no size is kept.
            found += copy.execute("SELECT path, sha256, 0 FROM marked_copies").fetchall()
    return tuple(StoredPdf(*row) for row in sorted(found))


def _has(database: sqlite3.Connection, table: str, column: str) -> bool:
    columns = database.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return (column,) in columns.fetchall()


@contextlib.contextmanager
def opened(file: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Open a database on its own. mode: SQLite's, "ro" or "rwc". Raises StoreError."""
    # As `Database` does: in a folder that cannot be written, where nobody else writes either.
    is_still = (
        not os.access(file.parent, os.W_OK) and not file.with_name(f"{file.name}-wal").exists()
    )
    how = "immutable=1" if mode == "ro" and is_still else f"mode={mode}"
    try:
        connection = sqlite3.connect(
            f"{file.absolute().as_uri()}?{how}", uri=True, isolation_level=None
        )
        with contextlib.closing(connection):
            yield connection
    except (sqlite3.Error, OSError) as error:
        raise translated_error(error, file) from error


def _check(database: sqlite3.Connection, file: Path) -> None:
    found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found == "ok" and not database.execute("PRAGMA foreign_key_check").fetchone():
        return
    if found == "ok":
        found = lazy_gettext("rows in it point to rows that are not there")
    hint = lazy_gettext("Restore an older backup, or ask where this one came from.")
    raise Damaged(file=file, what=found, hint=hint)


def _number(database: sqlite3.Connection, sql: str) -> int:
    return int(database.execute(sql).fetchone()[0])


Value = str | int | float

LEFT_OUT = {
    "_sqlite_migrations": "the number of the layout says it",
    "note_links": "derived: the next export reads all notes",
    "unfinished": "empty but while an export runs",
}
"""Tables whose rows are not read, each with the reason."""

PATHS = {
    ("papers", "key"),
    ("filings", "topic"),
    ("exports", "path"),
    ("pages", "path"),
    ("pdfs", "path"),
    ("marked_copies", "path"),
    ("taken", "path"),
}
"""Columns of paths and names below a folder, at which files are moved, written or deleted."""


@dataclass(frozen=True, slots=True)
class DumpedTable:
    """A table of the layout. key: its primary key. naming: its columns that name a paper."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    naming: frozenset[str]


def tables_of(database: sqlite3.Connection) -> list[DumpedTable]:
    """List the tables whose rows are read, in the order in which the layout made them."""
    names = database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        " ORDER BY rowid"
    )
    tables = []
    for (name,) in names.fetchall():
        if name in LEFT_OUT:
            continue
        columns = database.execute("SELECT name, pk FROM pragma_table_info(?)", (name,)).fetchall()
        key = sorted((pk, column) for column, pk in columns if pk)
        naming = database.execute(
            """SELECT "from" FROM pragma_foreign_key_list(?1)
            WHERE "table" = 'papers' AND ?1 != 'papers'""",
            (name,),
        )
        tables.append(
            DumpedTable(
                name,
                tuple(column for column, _pk in columns),
                tuple(column for _pk, column in key),
                frozenset(column for (column,) in naming),
            )
        )
    return tables


def rows_of(database: sqlite3.Connection) -> Iterator[tuple[str, dict[str, Value]]]:
    """Yield each row with the name of its table, by primary keys; a null has no entry."""
    for table in tables_of(database):
        parts = (
            f'(SELECT canonical FROM papers WHERE id = t."{column}")'  # noqa: S608  of the layout
            if column in table.naming
            else f't."{column}"'
            for column in table.columns
        )
        order = ", ".join(f't."{column}"' for column in table.key)
        sql = f'SELECT {", ".join(parts)} FROM "{table.name}" AS t ORDER BY {order}'  # noqa: S608
        for row in database.execute(sql):
            pairs = zip(table.columns, row, strict=True)
            yield table.name, {column: value for column, value in pairs if value is not None}


def is_fresh(file: Path) -> bool:
    """Check that a reader.db has no row that `rows_of` reads, but for the library's identity."""
    with opened(file, "ro") as database:
        names = [table.name for table in tables_of(database) if table.name != "identity"]
        found = (database.execute(f'SELECT 1 FROM "{name}" LIMIT 1') for name in names)  # noqa: S608
        return not any(rows.fetchone() for rows in found)


class NewDatabase:
    """A reader.db that is being made of rows; papers come before what names them."""

    def __init__(self, database: sqlite3.Connection, layout: int) -> None:
        self._database = database
        # It is thrown away unless it becomes whole, so nothing has to be on the disk.
        for pragma in ("journal_mode = off", "synchronous = off", "foreign_keys = off"):
            database.execute(f"PRAGMA {pragma}")
        migrate(database, layout)
        self._tables = {table.name: table for table in tables_of(database)}
        self._row_of: dict[object, int | None] = {}
        database.execute("BEGIN")
        for name in self._tables:
            database.execute(f'DELETE FROM "{name}"')  # noqa: S608

    def add(self, name: str, values: Mapping[str, object]) -> None:
        """Add one row. Raises ValueError, which says why it cannot be one."""
        table = self._tables.get(name)
        if table is None:
            raise ValueError(lazy_gettext("there is no table {name}", name=repr(name)))
        if unknown := values.keys() - set(table.columns):
            what = lazy_gettext(
                "the table {name} has no column {column}", name=name, column=repr(min(unknown))
            )
            raise ValueError(what)
        stored = [self._stored(table, column, values.get(column)) for column in table.columns]
        marks = ", ".join("?" * len(stored))
        try:
            made = self._database.execute(
                f'INSERT INTO "{name}" VALUES ({marks})',  # noqa: S608
                stored,
            )
        except (sqlite3.Error, OverflowError, UnicodeEncodeError) as error:
            raise ValueError(str(error)) from error
        if name == "papers":
            self._row_of[values["canonical"]] = made.lastrowid

    def _stored(self, table: DumpedTable, column: str, value: object) -> object:
        """Return what stands in the column. Raises ValueError."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, Value):
            what = lazy_gettext("{column} is neither a text nor a number", column=column)
            raise ValueError(what)
        if column in table.naming:
            if value not in self._row_of:
                raise ValueError(lazy_gettext("no paper before it is {id}", id=repr(value)))
            return self._row_of[value]
        if (table.name, column) in PATHS and not is_within(str(value)):
            raise ValueError(
                lazy_gettext("{path} leads out of the library", path=repr(value)),
            )
        return value

    def end(self) -> None:
        """Bring it to the newest layout. Raises ValueError where a row names one that is not
        there."""
        self._database.execute("COMMIT")
        if broken := self._database.execute("PRAGMA foreign_key_check").fetchone():
            what = lazy_gettext(
                "a row of {table} names a row of {other} that is not there",
                table=broken[0],
                other=broken[2],
            )
            raise ValueError(what)
        migrate(self._database)


@contextlib.contextmanager
def new_database(file: Path, layout: int) -> Iterator[NewDatabase]:
    """Make a reader.db of an older or the newest layout, in a file without a log."""
    with opened(file, "rwc") as database:
        yield NewDatabase(database, layout)
