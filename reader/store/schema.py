"""Lay out the tables: reader.db by numbered migrations, index.db at once.

reader.db is precious and only ever migrated; index.db is derived, so a changed layout
drops it and starts again. docs/format.md explains every table and column.
"""

from __future__ import annotations

import sqlite3

from reader.filing import fold_name
from reader.identity import title_fold
from reader.person import family_fold
from reader.store.migrations import MIGRATIONS

LATEST = len(MIGRATIONS)

INDEX_VERSION = 4
"""Raised whenever INDEX_TABLES, or the words put into them, change; an index.db of another
version is made anew."""

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
        name TEXT PRIMARY KEY,
        fitted_on TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE idx.forecasts (
        paper INTEGER PRIMARY KEY,
        model TEXT NOT NULL,
        terms TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE idx.pictures (
        paper INTEGER PRIMARY KEY,
        source_hash TEXT NOT NULL,
        figure_page INTEGER,
        caption TEXT NOT NULL
    ) STRICT
    """,
]


def migrate(connection: sqlite3.Connection) -> None:
    """Bring reader.db to the newest layout, each step in a transaction of its own.

    sqlite-utils keeps the list of what was applied; `user_version` repeats its length, so
    that a start-up which has nothing to do need not import it (some .2 s).
    """
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    for function in (title_fold, family_fold, fold_name):
        connection.create_function(function.__name__, 1, function, deterministic=True)
    migrations = Migrations("reader")
    for name, statements in MIGRATIONS:

        def apply(db: Database, statements: list[str] = statements) -> None:
            for statement in statements:
                db.execute(statement)

        migrations(name=name)(apply)
    migrations.apply(Database(connection))
    connection.execute(f"PRAGMA user_version = {LATEST}")
