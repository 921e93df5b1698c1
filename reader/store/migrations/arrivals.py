"""Layout 15: what browsers sent and was done, so that it is done once; the library's own name."""

from __future__ import annotations

STEP: tuple[str, list[str]] = (
    "m015_arrivals",
    [
        """
        CREATE TABLE arrivals (
            act TEXT PRIMARY KEY,
            made_at TEXT NOT NULL,
            at TEXT NOT NULL,
            note INTEGER REFERENCES notes(id),
            became TEXT NOT NULL CHECK (became IN ('done', 'overtaken', 'beside')),
            paper INTEGER REFERENCES papers(id)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE TABLE identity (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        "INSERT INTO identity VALUES (lower(hex(randomblob(8))))",
    ],
)
