"""Keep how well notes were remembered, grade upon grade. Rows are only ever added.

What a card is like is computed from its grades; the day on which it comes back is kept
with each, so that a morning can count what is due without computing anything. Knows
nothing of how that day is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reader.library.rows.database import Database

_STANDING = """
    grade IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reviews AS u WHERE u.undoes = r.id)
"""

_LAST = f"""
    SELECT r.paper, r.on_date, r.due_on FROM reviews AS r
    JOIN (SELECT max(id) AS id FROM reviews AS r WHERE {_STANDING} GROUP BY paper) AS last
        ON last.id = r.id
"""  # noqa: S608  a constant


@dataclass(frozen=True, slots=True)
class Review:
    """One grade that stands: 1 again, 2 hard, 3 good, 4 easy."""

    id: int
    paper: int
    grade: int
    on_date: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Waiting:
    """A note that can come back; the days are None for one that never did.

    written_on: the local day on which it was first written up.
    """

    paper: int
    written_on: date
    last_on: date | None = None
    due_on: date | None = None

    @property
    def interval(self) -> int | None:
        """Give the days that were to pass since it was last recalled."""
        return (self.due_on - self.last_on).days if self.due_on and self.last_on else None


def add_review(
    db: Database, paper: int, grade: int, *, due_on: date, at: datetime, on: date
) -> int:
    """Append a grade; it is on the disk when this returns. Returns its id."""
    with db.writing():
        return db.execute(
            "INSERT INTO reviews (paper, grade, due_on, at, on_date) VALUES (?, ?, ?, ?, ?)",
            (paper, grade, due_on.isoformat(), at.isoformat(), on.isoformat()),
        )


def undo_last(db: Database, paper: int | None = None, *, at: datetime, on: date) -> Review | None:
    """Take back the last grade that still stands, of one paper or of any; None for none."""
    with db.writing():
        row = db.read_one(
            f"""
            SELECT * FROM reviews AS r WHERE (?1 IS NULL OR paper = ?1) AND {_STANDING}
            ORDER BY id DESC LIMIT 1
            """,  # noqa: S608  a constant of this module
            (paper,),
        )
        if row is None:
            return None
        db.execute(
            "INSERT INTO reviews (paper, undoes, at, on_date) VALUES (?, ?, ?, ?)",
            (row["paper"], row["id"], at.isoformat(), on.isoformat()),
        )
    return Review(row["id"], row["paper"], row["grade"], *_days(row["on_date"], row["due_on"]))


def reviews_of(db: Database, paper: int) -> list[Review]:
    """List the grades of a note that stand, oldest first."""
    rows = db.read(
        f"SELECT * FROM reviews AS r WHERE paper = ? AND {_STANDING} ORDER BY id",  # noqa: S608
        (paper,),
    )
    return [Review(r["id"], paper, r["grade"], *_days(r["on_date"], r["due_on"])) for r in rows]


def waiting(db: Database) -> list[Waiting]:
    """List every note that can come back, by the day on which it was first written up.

    Those are the notes of which some revision counts as written; a skimmed one cannot.
    """
    rows = db.read(
        f"""
        SELECT n.paper, n.written_on, l.on_date, l.due_on
        FROM (SELECT paper, min(on_date) AS written_on FROM notes WHERE is_written GROUP BY paper)
            AS n JOIN papers AS p ON p.id = n.paper AND p.merged_into IS NULL
        LEFT JOIN ({_LAST}) AS l ON l.paper = n.paper ORDER BY n.written_on, n.paper
        """  # noqa: S608  a constant of this module
    )
    return [
        Waiting(
            r["paper"],
            date.fromisoformat(r["written_on"]),
            *(_days(r["on_date"], r["due_on"]) if r["due_on"] else (None, None)),
        )
        for r in rows
    ]


def last_rows(db: Database) -> tuple[int, ...]:
    """Give the last row of each table that `waiting` looks at: rows are only ever added there,
    so that what comes back stays the same while these do."""
    tables = ("notes", "reviews", "merges")
    found = [db.read_one(f"SELECT max(id) AS id FROM {table}") for table in tables]  # noqa: S608
    return tuple(int(row["id"] or 0) if row else 0 for row in found)


def n_recalled_on(db: Database, day: date) -> int:
    """Count the notes that were graded on a local day."""
    row = db.read_one(
        f"SELECT count(DISTINCT paper) AS n FROM reviews AS r WHERE on_date = ? AND {_STANDING}",  # noqa: S608
        (day.isoformat(),),
    )
    return int(row["n"]) if row else 0


def n_recalled(db: Database, first: date, last: date) -> dict[date, int]:
    """Count the notes that were graded on each local day between two, both included."""
    rows = db.read(
        f"""
        SELECT on_date, count(DISTINCT paper) AS n FROM reviews AS r
        WHERE on_date BETWEEN ? AND ? AND {_STANDING} GROUP BY on_date
        """,  # noqa: S608  a constant of this module
        (first.isoformat(), last.isoformat()),
    )
    return {date.fromisoformat(r["on_date"]): r["n"] for r in rows}


def _days(on_date: str, due_on: str) -> tuple[date, date]:
    return date.fromisoformat(on_date), date.fromisoformat(due_on)
