"""Layout 17: picks that were put off, and those that a look-back asked about."""

from __future__ import annotations

STEP: tuple[str, list[str]] = (
    "m017_queue",
    [
        """
        CREATE TABLE postponed (
            id INTEGER PRIMARY KEY,
            act INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            until_on TEXT,
            undoes INTEGER UNIQUE REFERENCES postponed(id),
            at TEXT NOT NULL,
            on_date TEXT NOT NULL,
            CHECK ((until_on IS NULL) = (undoes IS NOT NULL))
        ) STRICT
        """,
        "CREATE INDEX postponed_of_paper ON postponed(paper)",
        """
        CREATE TABLE asked (
            decision INTEGER PRIMARY KEY REFERENCES decisions(id),
            is_kept INTEGER NOT NULL DEFAULT 0,
            at TEXT NOT NULL,
            on_date TEXT NOT NULL
        ) STRICT
        """,
        # Of 100,000 decisions a few are picks.
        "CREATE INDEX picks_of_paper ON decisions(paper, id) WHERE kind = 'pick'",
    ],
)
