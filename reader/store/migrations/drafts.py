"""Layout 13: when a note's editor was opened; the drafts themselves are files."""

from __future__ import annotations

STEP: tuple[str, list[str]] = (
    "m013_drafts",
    [
        """
        CREATE TABLE openings (
            id INTEGER PRIMARY KEY,
            paper INTEGER NOT NULL REFERENCES papers(id),
            at TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX openings_of_paper ON openings(paper)",
    ],
)
