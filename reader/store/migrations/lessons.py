"""Layout 11: what teaches the ranking besides decisions, and what the list showed when."""

from __future__ import annotations

STEP: tuple[str, list[str]] = (
    "m011_lessons",
    [
        """
        CREATE TABLE lessons (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            topic TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('seed', 'yes', 'no', 'undo')),
            undoes INTEGER UNIQUE REFERENCES lessons(id),
            at TEXT NOT NULL,
            on_date TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX lessons_of_paper ON lessons(paper)",
        """
        CREATE TABLE shown (
            day TEXT NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            lane TEXT NOT NULL CHECK (lane IN ('own', 'doubtful', 'near', 'wild')),
            topic TEXT NOT NULL DEFAULT '',
            position INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (day, paper)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX shown_of_paper ON shown(paper)",
    ],
)
