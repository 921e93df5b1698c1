"""Open a library's two databases, make and migrate their tables, and run statements on them.

reader.db is precious and only ever migrated, by numbered steps: write-ahead log,
`synchronous=full`, foreign keys on. index.db is derived and attached as `idx`; where its layout
is another one, it is deleted and made anew. Every write is a `BEGIN IMMEDIATE` transaction: a
deferred one that reads first fails beside a second writer, whatever the time-out.
docs/reference.md explains every table and column.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from reader.base.errors import Damaged, DiskFull, Locked, ReaderError, ReadOnly, StoreError
from reader.base.messages import lazy_gettext
from reader.library.disk import lock_file, turn
from reader.library.rows.first_layouts import FUNCTIONS
from reader.library.rows.migrations import MIGRATIONS

LATEST = len(MIGRATIONS)

INDEX_VERSION = 9
"""The layout of index.db, one higher whenever INDEX_TABLES or the indexed words change. An
index.db with another number is brought to it by INDEX_STEPS, or made anew where none leads on."""

# How many texts there are (encoder ''), and how many of them each encoder has encoded. Comparing
# all hashes for each search took a sixth of its time with 300,000 texts. Only rows are added to and
# deleted from the two tables, and no hash is changed, so these triggers see all.
_COUNTS = [
    """
    CREATE TABLE idx.counts (
        encoder TEXT PRIMARY KEY,
        n INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TRIGGER idx.text_added AFTER INSERT ON texts BEGIN
        UPDATE counts SET n = n + 1 WHERE encoder = ''
            OR encoder IN (SELECT encoder FROM vectors WHERE hash = new.hash);
    END
    """,
    """
    CREATE TRIGGER idx.text_deleted AFTER DELETE ON texts BEGIN
        UPDATE counts SET n = n - 1 WHERE encoder = ''
            OR encoder IN (SELECT encoder FROM vectors WHERE hash = old.hash);
    END
    """,
    """
    CREATE TRIGGER idx.vector_added AFTER INSERT ON vectors BEGIN
        INSERT INTO counts
            VALUES (new.encoder, (SELECT count(*) FROM texts WHERE hash = new.hash))
            ON CONFLICT DO UPDATE SET n = n + excluded.n;
    END
    """,
    """
    CREATE TRIGGER idx.vector_deleted AFTER DELETE ON vectors BEGIN
        UPDATE counts SET n = n - (SELECT count(*) FROM texts WHERE hash = old.hash)
            WHERE encoder = old.encoder;
    END
    """,
    "INSERT INTO idx.counts SELECT '', count(*) FROM idx.texts",
    """
    INSERT INTO idx.counts SELECT v.encoder, count(*) FROM idx.texts AS t
        CROSS JOIN idx.vectors AS v ON v.hash = t.hash GROUP BY v.encoder
    """,
]

_CITED = [
    """
    CREATE TABLE idx.cited (
        paper INTEGER NOT NULL, number INTEGER NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL,
        title TEXT NOT NULL, year TEXT NOT NULL, ids TEXT NOT NULL, page INTEGER NOT NULL, y REAL,
        PRIMARY KEY (paper, number)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE idx.cited_keys (
        key TEXT NOT NULL, paper INTEGER NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (key, paper, number)) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX idx.cited_keys_of_paper ON cited_keys(paper)",
]

# Read once more: PDFs for their references, notes to leave out the words of addresses.
_PDFS = "UPDATE idx.texts SET source_hash = '' WHERE kind = 'passage'"
_NOTES = "UPDATE idx.texts SET source_hash = '' WHERE kind = 'note'"

_FEATURES = (
    "CREATE TABLE idx.features (paper INTEGER PRIMARY KEY, names BLOB NOT NULL,"
    " numbers BLOB NOT NULL, hash BLOB NOT NULL) STRICT"
)
_CONTENTS = (
    "CREATE TABLE idx.contents (sha256 TEXT PRIMARY KEY, entries TEXT NOT NULL) STRICT,"
    " WITHOUT ROWID"
)

INDEX_STEPS = {4: _COUNTS, 5: [*_CITED, _PDFS], 6: [_FEATURES], 7: [_CONTENTS], 8: [_NOTES]}
"""What brings an index.db of a layout to the next one; the texts and vectors in it stay."""

INDEX_TABLES = [
    """
    CREATE TABLE idx.texts (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('note', 'highlight', 'paper', 'passage')),
        paper INTEGER NOT NULL,
        position INTEGER NOT NULL DEFAULT 0,
        page INTEGER,
        section TEXT NOT NULL DEFAULT '',
        text TEXT NOT NULL DEFAULT '',
        source_hash TEXT NOT NULL,
        hash TEXT NOT NULL,
        UNIQUE (paper, kind, position)
    ) STRICT
    """,
    "CREATE INDEX idx.texts_by_hash ON texts(hash)",
    "CREATE INDEX idx.texts_by_kind ON texts(kind, hash)",
    """
    CREATE VIRTUAL TABLE idx.full_text USING fts5(
        note, title, abstract, passage, highlight,
        content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TABLE idx.vectors (
        encoder TEXT NOT NULL,
        hash TEXT NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (hash, encoder)
    ) STRICT
    """,
    """
    CREATE TABLE idx.ranks (
        paper INTEGER NOT NULL,
        topic TEXT NOT NULL,
        nearness REAL,
        place TEXT NOT NULL CHECK (place IN ('in', 'doubtful', 'out')),
        score REAL NOT NULL,
        cut REAL NOT NULL,
        terms TEXT NOT NULL,
        PRIMARY KEY (paper, topic)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE idx.ranked (
        paper INTEGER PRIMARY KEY,
        topics TEXT NOT NULL,
        encoder TEXT NOT NULL,
        models TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE idx.models (
        name TEXT PRIMARY KEY, fitted_on TEXT NOT NULL, text TEXT NOT NULL) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE idx.forecasts (
        paper INTEGER PRIMARY KEY, model TEXT NOT NULL, terms TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE idx.pictures (
        paper INTEGER PRIMARY KEY,
        source_hash TEXT NOT NULL,
        figure_page INTEGER,
        caption TEXT NOT NULL
    ) STRICT
    """,
    *_CITED,
    *_COUNTS,
    _FEATURES,
    _CONTENTS,
]


def migrate(connection: sqlite3.Connection, layout: int = LATEST) -> None:
    """Bring reader.db to a layout, each step in a transaction of its own.

    sqlite-utils keeps the list of applied steps. `user_version` repeats its length, so that a
    start with nothing to apply does not import sqlite-utils, which takes some .2 s.
    """
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    for function in FUNCTIONS:
        connection.create_function(function.__name__, 1, function, deterministic=True)
    migrations = Migrations("reader")
    for name, statements in MIGRATIONS[:layout]:
        # The default binds the statements of this step, not those of the last one.
        def apply(db: Database, statements: list[str] = statements) -> None:
            for statement in statements:
                db.execute(statement)

        migrations(name=name)(apply)
    migrations.apply(Database(connection))
    connection.execute(f"PRAGMA user_version = {layout}")


REMOVED_SQL = "SELECT id FROM papers WHERE merged_into = id"
"""The papers in the trash, for queries that do not read `papers` themselves."""

BUSY_S = 10.0
"""Seconds that a writer waits for another; the longest transaction is one batch of papers."""

LOG_BYTES = 4_000_000
"""What is left of a write-ahead log after a larger transaction; SQLite writes it back to the
database from this size on. Without a limit a server that never closes would keep the largest."""

OLDEST_SQLITE = (3, 43)
"""The first SQLite with `contentless_delete`, which the full-text index needs."""

Row = sqlite3.Row
Values = Sequence[Any]


class Database:
    """The two open databases of a library.

    can_write: the folder can be written. is_full: it cannot, as its disk is full. guard: returns
    why nothing may be recorded now all the same, None where it may.
    index_is_new: index.db was made, or made anew, by this opening.
    index_was_damaged: it was made anew because it was damaged.
    is_for_any_thread: several threads may use it, one after the other and never two at once.
    before_migration: makes a backup of reader.db in the given layout, and returns its path.
    """

    def __init__(
        self,
        folder: Path,
        *,
        busy_s: float = BUSY_S,
        is_for_any_thread: bool = False,
        before_migration: Callable[[int], Path] | None = None,
    ) -> None:
        self.path = folder / "reader.db"
        self.index_path = folder / "index.db"
        self.index_is_new = self.index_was_damaged = self._is_alone = self.is_full = False
        self._busy_s = busy_s
        self._is_for_any_thread = is_for_any_thread
        self._before_migration = before_migration
        self._counted: dict[str, tuple[tuple[int, ...], int]] = {}
        self.guard: Callable[[], ReaderError | None] = lambda: None
        self.can_write = os.access(folder, os.W_OK)
        self.can_write &= not self.path.exists() or os.access(self.path, os.W_OK)
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            what = lazy_gettext(
                "this Python's SQLite is {version}, too old for full text",
                version=sqlite3.sqlite_version,
            )
            hint = lazy_gettext(
                "Use a Python with SQLite 3.43 or newer: python.org's, conda's, uv's."
            )
            raise StoreError(file=self.path, what=what, hint=hint)
        with self.translated():
            try:
                self._connect(busy_s)
            except sqlite3.OperationalError as error:
                # A log needs some space, even for a command that only reads.
                is_full = _code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
                if not self.can_write or not is_full or not self.path.exists():
                    raise
                self.can_write, self.is_full = False, True
                self._connect(busy_s)

    def _connect(self, busy_s: float) -> None:
        self._connection = self._open(busy_s)
        try:
            # Once both files are in WAL mode, opening changes neither and needs no lock.
            if not self.can_write or self._has_logs():
                self._prepare()
            else:
                with self._layout_lock():
                    self._prepare()
        except BaseException:
            self._connection.close()
            raise

    @property
    def is_read_only(self) -> bool:
        """Whether `writing` is refused, be it by the folder or by the guard."""
        return self.refusal() is not None

    def refusal(self) -> ReaderError | None:
        """Return the error that `writing` would raise now, None for none."""
        return self.guard() if self.can_write else self.no_write(self.path)

    def no_write(self, file: Path) -> StoreError:
        """Make the error that says why the folder cannot be written. file: what it names."""
        return DiskFull(file=file) if self.is_full else ReadOnly(file=file)

    @contextlib.contextmanager
    def unguarded(self) -> Iterator[None]:
        """Write although the guard refuses it: for whoever mends what it complains of."""
        before, self.guard = self.guard, lambda: None
        try:
            yield
        finally:
            self.guard = before

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the last one of all processes removes the write-ahead logs."""
        self._connection.close()

    def read(self, sql: str, values: Values = ()) -> list[Row]:
        """Run a SELECT and return all its rows."""
        with self.translated():
            return self._connection.execute(sql, values).fetchall()

    def read_one(self, sql: str, values: Values = ()) -> Row | None:
        """Run a SELECT and return its first row, None where there is none."""
        with self.translated():
            row: Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def column(self, sql: str, values: Values = ()) -> list[Any]:
        """Run a SELECT and return the first column of all its rows."""
        return [row[0] for row in self.read(sql, values)]

    def pairs(self, sql: str, values: Values = ()) -> dict[Any, Any]:
        """Run a SELECT of two columns and return the second one by the first."""
        return {row[0]: row[1] for row in self.read(sql, values)}

    def number(self, sql: str, values: Values = ()) -> int:
        """Run a SELECT of one number; 0 where there is no row."""
        row = self.read_one(sql, values)
        return int(row[0]) if row else 0

    def count_once(self, name: str, count: Callable[[], int], *, is_of_both: bool = False) -> int:
        """Return a number that `count` computes from index.db, cached until something is written.

        name: of the number. is_of_both: it depends on reader.db too. Servers ask at each page.
        """
        # data_version changes when another connection writes, total_changes when this one does.
        names = ("idx", "main") if is_of_both else ("idx",)
        versions = [self.number(f"PRAGMA {name}.data_version") for name in names]
        state = (*versions, self._connection.total_changes)
        if name not in self._counted or self._counted[name][0] != state:
            if len(self._counted) >= 4_096:  # some count the texts with a word
                self._counted.clear()
            self._counted[name] = state, count()
        return self._counted[name][1]

    def execute(self, sql: str, values: Values = ()) -> int:
        """Run a statement, `writing`; return the id of the row it inserted, or 0."""
        with self.writing():
            return self._run(sql, values)

    def execute_many(self, sql: str, rows: Iterable[Values]) -> None:
        """Run a statement for each of the rows, `writing`."""
        with self.writing(), self.translated():
            self._connection.executemany(sql, rows)

    def _run(self, sql: str, values: Values = ()) -> int:
        with self.translated():
            return self._connection.execute(sql, values).lastrowid or 0

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Run a transaction: at the end all of it is on the disk, or none of it.

        Inside another one it is a part of that one. Raises Locked, ReadOnly, DiskFull or
        WrongClock.
        """
        if self._connection.in_transaction:
            yield
            return
        if error := self.refusal():
            raise error
        with turn(self.path, self._busy_s):
            self._run("BEGIN IMMEDIATE")
            try:
                yield
                self._run("COMMIT")
            except BaseException:
                # On a full disk SQLite has done so itself, and this does nothing.
                with self.translated():
                    self._connection.rollback()
                raise

    def _open(self, busy_s: float) -> sqlite3.Connection:
        if not self.can_write and not self.path.exists():
            raise ReadOnly(file=self.path)
        # In a folder that cannot be written SQLite cannot make a log, and mode=ro needs one for a
        # file in WAL mode. Where there is none, nobody is writing, so immutable is safe.
        mode = "mode=rwc" if self.can_write else self._read_mode(self.path)
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?{mode}",
            uri=True,
            timeout=busy_s,
            isolation_level=None,  # no transactions that Python begins by itself
            check_same_thread=not self._is_for_any_thread,
        )
        connection.row_factory = sqlite3.Row
        if self.is_full:
            # Keeps a log's index in memory: sqlite.org/wal.html, "WAL Without Shared-Memory".
            connection.execute("PRAGMA locking_mode = exclusive")
        return connection

    def _read_mode(self, file: Path) -> str:
        """Choose how SQLite opens a file in a folder that cannot be written."""
        log = file.with_name(f"{file.name}-wal")
        if not log.exists() or (self.is_full and log.stat().st_size == 0):
            return "immutable=1"
        return "mode=rw" if self.is_full else "mode=ro"

    @contextlib.contextmanager
    def _layout_lock(self) -> Iterator[None]:
        """Hold the lock that making or changing the layout of this library needs.

        SQLite's time-out does not help: `PRAGMA journal_mode = wal` fails at once while another
        process only reads the file.
        """
        if self._is_alone:
            yield
            return
        with lock_file(self.path.with_name("reader.lock"), wait=True):
            self._is_alone = True
            try:
                yield
            finally:
                self._is_alone = False

    def _has_logs(self) -> bool:
        """Check whether both files are in WAL mode already.

        SQLite is asked: opening and closing a file by other means removes all locks of this
        process on it (sqlite.org/howtocorrupt.html, section 2.2), and another process would then
        delete the log that this one writes to.
        """
        try:
            uri = f"{self.index_path.absolute().as_uri()}?mode=rw"
            with contextlib.closing(sqlite3.connect(uri, uri=True)) as index:
                modes = [c.execute("PRAGMA journal_mode") for c in (self._connection, index)]
                return all(mode.fetchone()[0] == "wal" for mode in modes)
        except sqlite3.Error:  # missing or damaged, which the opening below finds
            return False

    def _prepare(self) -> None:
        run = self._connection.execute
        # An empty reader.db beside an index.db has lost its content; one that is being made has
        # a log, or no index.db yet.
        has_log = self.path.with_name("reader.db-wal").exists()
        is_empty = self.path.exists() and self.path.stat().st_size == 0 and not has_log
        if is_empty and self.index_path.exists() and self.index_path.stat().st_size > 0:
            what = lazy_gettext("it is empty, and index.db beside it is not")
            hint = lazy_gettext("Restore reader.db from a backup, or delete both to start again.")
            raise Damaged(file=self.path, what=what, hint=hint)
        version = run("PRAGMA user_version").fetchone()[0]
        if version > LATEST:
            raise too_new(self.path, version)
        if version < LATEST and not self.can_write:
            raise self.no_write(self.path)  # it has to be migrated first
        if self.can_write:
            run("PRAGMA journal_mode = wal")
            run("PRAGMA synchronous = full")
            run("PRAGMA foreign_keys = on")
            run(f"PRAGMA journal_size_limit = {LOG_BYTES}")
            # Another process may have migrated it meanwhile; `migrate` skips what was applied.
            if version < LATEST:
                with self._layout_lock():
                    self._migrate()
        self._attach_index()

    def _migrate(self) -> None:
        """Migrate reader.db, after a backup where it has something to lose."""
        run = self._connection.execute
        layout = run("PRAGMA user_version").fetchone()[0]
        # Another process may have done it, or may be making a new library.
        if self._before_migration is None or not 0 < layout < LATEST:
            migrate(self._connection)
            return
        kept = self._before_migration(layout)
        try:
            migrate(self._connection)
        except sqlite3.Error as error:
            what = lazy_gettext(
                "it could not be brought to layout {layout} ({what})", layout=LATEST, what=error
            )
            hint = lazy_gettext(
                "Nothing in it is lost. A backup of before is {file}; use the version of asayomi "
                "that you had until this is mended.",
                file=kept,
            )
            raise StoreError(file=self.path, what=what, hint=hint) from error

    def _attach_index(self) -> None:
        run = self._connection.execute
        # Nothing can be made in this folder: queries then find an empty index in memory.
        if not self.can_write and not self.index_path.exists():
            run("ATTACH ':memory:' AS idx")
            self._make_index()
            return
        try:
            self._attach_file()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error) or not self.can_write:
                raise
            self._replace_index()
        if run("PRAGMA idx.user_version").fetchone()[0] != INDEX_VERSION:
            if not self.can_write:
                run("DETACH idx")
                run("ATTACH ':memory:' AS idx")
                self._make_index()
                return
            # Checked again under the lock, since another process may have made it meanwhile.
            with self._layout_lock():
                version = run("PRAGMA idx.user_version").fetchone()[0]
                if version in INDEX_STEPS:
                    steps = (INDEX_STEPS[n] for n in range(version, INDEX_VERSION))
                    self._change_index(itertools.chain.from_iterable(steps))
                elif version != INDEX_VERSION:
                    self._replace_index()
                    self._make_index()

    def _change_index(self, statements: Iterable[str]) -> None:
        """Bring index.db to the present layout, all in one transaction."""
        layout = f"PRAGMA idx.user_version = {INDEX_VERSION}"
        for statement in ("BEGIN IMMEDIATE", *statements, layout, "COMMIT"):
            self._connection.execute(statement)

    def _attach_file(self) -> None:
        run = self._connection.execute
        uri = self.index_path.absolute().as_uri()
        mode = self._read_mode(self.index_path) if self.is_full else "immutable=1"
        run("ATTACH ? AS idx", (uri if self.can_write else f"{uri}?{mode}",))
        try:
            if self.can_write:
                run("PRAGMA idx.journal_mode = wal")
                # A crash may lose its last transactions, which can be made again.
                run("PRAGMA idx.synchronous = normal")
                run(f"PRAGMA idx.journal_size_limit = {LOG_BYTES}")
            # Reads the schema, so that a damaged file is found here.
            run("SELECT count(*) FROM idx.sqlite_schema").fetchone()
        except sqlite3.DatabaseError:
            run("DETACH idx")
            raise

    def _replace_index(self) -> None:
        """Delete index.db and attach an empty one; all of it can be made again."""
        run = self._connection.execute
        if any(row["name"] == "idx" for row in run("PRAGMA database_list")):
            run("DETACH idx")
        else:
            self.index_was_damaged = True
        # With its log, which SQLite would play into the new file.
        for ending in ("", "-wal", "-shm"):
            self.index_path.with_name(f"index.db{ending}").unlink(missing_ok=True)
        self._attach_file()

    def _make_index(self) -> None:
        self.index_is_new = True
        # A random number that the files in vectors/ repeat, so that they are known to belong to
        # this index.db and not to an earlier one. It is never 0, which every new file has.
        number = int.from_bytes(os.urandom(3), "big") + 1
        self._change_index([*INDEX_TABLES, f"PRAGMA idx.application_id = {number}"])

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """Turn errors of SQLite and of the library's files into errors of ours."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if _is_damage(error) and self._is_whole():
                hint = lazy_gettext(
                    "`reader index --rebuild` makes it again. It contains nothing that you made."
                )
                raise Damaged(file=self.index_path, what=str(error), hint=hint) from error
            raise translated_error(error, self.path) from error

    def _is_whole(self) -> bool:
        """Check whether reader.db is undamaged; SQLite does not say in which file the damage is."""
        try:
            return bool(
                self._connection.execute("PRAGMA main.quick_check(1)").fetchone()[0] == "ok"
            )
        except sqlite3.Error:
            return False


def too_new(file: Path, layout: int) -> Damaged:
    """Make the error for a reader.db of a layout that a later version of the program made."""
    what = lazy_gettext("it was written by a newer version (layout {version})", version=layout)
    hint = lazy_gettext("Update asayomi: pip install --upgrade asayomi.")
    return Damaged(file=file, what=what, hint=hint)


def translated_error(error: sqlite3.Error | OSError, path: Path) -> ReaderError:
    """Make our error for one of SQLite's or of the system's."""
    code = _code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Locked(file=path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return ReadOnly(file=path)
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(file=path)
    if _is_damage(error):
        hint = lazy_gettext(
            "`reader restore ARCHIVE.zip` puts that of a backup in its place; archives are in "
            "backups/."
        )
        return Damaged(file=path, what=str(error), hint=hint)
    hint = lazy_gettext("Check the disk, then run the command again.")
    return StoreError(file=path, what=str(error), hint=hint)


def _code(error: Exception) -> int:
    """Return the primary result code: the low byte; the bytes above it say which kind."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _is_damage(error: sqlite3.Error | OSError) -> bool:
    return _code(error) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def forget_index(folder: Path) -> None:
    """Delete index.db with its log, so that the next opening makes it anew. Raises ReadOnly."""
    try:
        for ending in ("", "-wal", "-shm"):
            (folder / f"index.db{ending}").unlink(missing_ok=True)
    except OSError as error:
        raise ReadOnly(file=folder / "index.db") from error


def commits(db: Database) -> tuple[int, ...]:
    """Read two numbers that change once another connection writes to reader.db or index.db.

    Writes of other processes count too, those of this connection do not. The numbers can be
    compared on this connection only: sqlite.org/pragma.html#pragma_data_version.
    """
    return tuple(db.number(f"PRAGMA {name}.data_version") for name in ("main", "idx"))
