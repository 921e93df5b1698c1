"""Layout 12: notes that come back."""

from __future__ import annotations

STEP: tuple[str, list[str]] = (
    "m012_reviews",
    [
        """
        CREATE TABLE reviews (
            id INTEGER PRIMARY KEY,
            paper INTEGER NOT NULL REFERENCES papers(id),
            grade INTEGER CHECK (grade BETWEEN 1 AND 4),
            undoes INTEGER UNIQUE REFERENCES reviews(id),
            due_on TEXT,
            at TEXT NOT NULL,
            on_date TEXT NOT NULL,
            CHECK ((grade IS NULL) = (undoes IS NOT NULL) AND (grade IS NULL) = (due_on IS NULL))
        ) STRICT
        """,
        "CREATE INDEX reviews_of_paper ON reviews(paper)",
        "CREATE INDEX reviews_by_day ON reviews(on_date)",
    ],
)
