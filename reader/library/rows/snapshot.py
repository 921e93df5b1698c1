"""Copy reader.db while others write to it, read a copy, and put one in the place of reader.db.

All of it goes through SQLite's backup API (sqlite.org/backup.html): a copy is the state of one
moment, and reader.db becomes the copy in one transaction, or stays as it is.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reader.base.errors import Damaged
from reader.base.messages import lazy_gettext
from reader.library.rows.database import LATEST, translated_error

_PAGES_AT_ONCE = 4096
"""Pages copied before another process may write: 16 MB."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader.db has. layout: the number of its migrations; library: its identity."""

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
        what = lazy_gettext("it was written by a newer version (layout {version})", version=layout)
        hint = lazy_gettext("Update asayomi: pip install --upgrade asayomi.")
        raise Damaged(file=file, what=what, hint=hint)


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
