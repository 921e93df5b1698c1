"""Layout 14: pages that an export writes besides notes, and what it is about to write."""

from __future__ import annotations

STEP: tuple[str, list[str]] = (
    "m014_pages",
    [
        "ALTER TABLE exports ADD COLUMN front TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX exports_by_path ON exports(path)",
        """
        CREATE TABLE pages (
            name TEXT PRIMARY KEY,
            path TEXT NOT NULL,
            content TEXT NOT NULL,
            front TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE unfinished (
            name TEXT PRIMARY KEY,
            path TEXT NOT NULL,
            content TEXT NOT NULL,
            front TEXT NOT NULL,
            note INTEGER
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE note_links (
            name TEXT NOT NULL,
            source INTEGER NOT NULL REFERENCES papers(id),
            PRIMARY KEY (name, source)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX note_links_of_source ON note_links(source)",
        "CREATE INDEX filings_by_topic ON filings(topic, paper)",
    ],
)
