"""Layout 16: what stood on the screen when something was decided."""

from __future__ import annotations

_LINE = """
            score REAL,
            sentence TEXT NOT NULL,
            terms TEXT NOT NULL,
            mentions TEXT NOT NULL,
            n_votes INTEGER,
            models TEXT NOT NULL
"""

STEP: tuple[str, list[str]] = (
    "m016_decided",
    [
        f"""
        CREATE TABLE lines (
            day TEXT NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            lane TEXT NOT NULL CHECK (lane IN ('own', 'doubtful', 'near', 'wild')),
            position INTEGER NOT NULL,
            topic TEXT NOT NULL,
            {_LINE},
            PRIMARY KEY (paper, day)
        ) STRICT
        """,
        "CREATE INDEX lines_by_day ON lines(day)",
        f"""
        CREATE TABLE decided (
            decision INTEGER PRIMARY KEY REFERENCES decisions(id),
            day TEXT,
            lane TEXT CHECK (lane IN ('own', 'doubtful', 'near', 'wild')),
            position INTEGER,
            topic TEXT NOT NULL,
            {_LINE},
            CHECK ((day IS NULL) = (lane IS NULL) AND (day IS NULL) = (position IS NULL))
        ) STRICT
        """,
    ],
)
