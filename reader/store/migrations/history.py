"""Layout 18: what came from each place, in order, so that a copy can be taken out again."""

from __future__ import annotations

STEP: tuple[str, list[str]] = (
    "m018_place_history",
    [
        """
        CREATE TABLE place_history (
            id INTEGER PRIMARY KEY,
            place TEXT NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers(id),
            sha256 TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX place_history_of_paper ON place_history(paper)",
        "CREATE INDEX place_history_of_place ON place_history(place)",
        # Copies from before were kept without their place: most papers have one place only.
        """
        INSERT INTO place_history (place, paper, sha256)
        SELECT (SELECT r.place FROM returned AS r WHERE r.paper = c.paper
                ORDER BY r.at DESC, r.place LIMIT 1), c.paper, c.sha256
        FROM marked_copies AS c
        WHERE NOT c.is_version
          AND EXISTS (SELECT 1 FROM returned AS r WHERE r.paper = c.paper)
          AND NOT EXISTS (SELECT 1 FROM returned AS r
                          WHERE r.paper = c.paper AND r.sha256 = c.sha256)
        ORDER BY c.at, c.id
        """,
        """
        INSERT INTO place_history (place, paper, sha256)
        SELECT place, paper, sha256 FROM returned ORDER BY at, place
        """,
    ],
)
