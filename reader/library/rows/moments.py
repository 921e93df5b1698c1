"""Read when something was last stored, and change moments that a wrong clock stored.

A moment is ISO text in UTC, a day an ISO date: their texts are compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from reader.library.rows.database import Database

OFF = timedelta(days=1)
"""How far a clock may be off: no time zone is further away."""

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
"""No clock is right that shows a moment before it: this program is younger. Clocks without a
battery begin in 1970, 1980 or 2000."""

DAYS = {
    "papers": "arrived_on",
    "versions": "seen_on",
    "origins": "seen_on",
    "mentions": "seen_on",
    "citations": "on_date",
    "refreshed": "on_date",
    "questions": "asked_on",
    "merges": "on_date",
    "shown": "day",
    "lines": "day",
    "decided": "day",
    "muted_days": "day",
}
"""Table → the local day on which its row came."""

MOMENTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("decisions", "at"): ("on_date",),
    ("notes", "at"): ("on_date",),
    ("lessons", "at"): ("on_date",),
    ("reviews", "at"): ("on_date", "due_on"),
    ("postponed", "at"): ("on_date", "until_on"),
    ("guesses", "at"): ("on_date",),
    ("properties", "at"): ("on_date",),
    ("asked", "at"): ("on_date",),
    ("mutes", "at"): ("on_date", "until_on"),
    ("filings", "at"): (),
    ("openings", "at"): (),
    ("fields", "at"): ("on_date",),
    ("shown", "at"): (),
    ("short_links", "at"): (),
    ("pdfs", "fetched_at"): (),
    ("reading_places", "at"): (),
    ("additions", "at"): (),
    ("taken", "at"): (),
    ("marked_copies", "at"): (),
    ("returned", "at"): (),
    ("markings", "at"): ("on_date",),
    ("strokes", "at"): ("on_date",),
    ("highlights", "at"): (),
    ("highlights", "gone_at"): (),
}
"""Table and the moment of its row → the days that were counted from it."""

WRITTEN = ("decisions", "notes", "filings", "batches")
"""Tables whose newest row tells when the library was last written to."""


@dataclass(frozen=True, slots=True)
class Try:
    """A batch: what was asked of a source, in the order in which it was stored."""

    id: int
    at: datetime
    on: date


def last_stored(db: Database) -> datetime | None:
    """Get the moment of the row that was stored last, None in a new library."""
    last = " UNION ALL ".join(
        f"SELECT at FROM (SELECT at FROM {table} ORDER BY id DESC LIMIT 1)"  # noqa: S608
        for table in WRITTEN
    )
    row = db.read_one(f"SELECT max(at) AS at FROM ({last})")  # noqa: S608
    return datetime.fromisoformat(row["at"]) if row and row["at"] else None


def tries(db: Database) -> list[Try]:
    """List all batches, in the order in which they were stored."""
    rows = db.read("SELECT id, at, on_date FROM batches ORDER BY id")
    return [
        Try(r["id"], datetime.fromisoformat(r["at"]), date.fromisoformat(r["on_date"]))
        for r in rows
    ]


def has_days_beyond(db: Database, first: date, last: date) -> bool:
    """Check whether something was stored on a day before `first` or after `last`."""
    tables = {"batches": "on_date", "papers": "arrived_on", "decisions": "on_date",
              "notes": "on_date"}  # fmt: skip
    beyond = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE {day} < ?1 OR {day} > ?2)"  # noqa: S608
        for table, day in tables.items()
    )
    row = db.read_one(f"SELECT {beyond} AS found", (first.isoformat(), last.isoformat()))
    return bool(row and row["found"])


def went_back(db: Database, *, last: int) -> bool:
    """Check whether a batch among the last ones is more than a day older than the one before."""
    row = db.read_one(
        """
        SELECT EXISTS (
            SELECT 1 FROM batches AS b JOIN batches AS before ON before.id = b.id - 1
            WHERE b.id > (SELECT coalesce(max(id), 0) - ? FROM batches)
              AND julianday(b.at) < julianday(before.at) - 1) AS found
        """,
        (last,),
    )
    return bool(row and row["found"])


def days_before_their_papers(db: Database) -> set[date]:
    """List the days on which most of arXiv's papers came before they were announced.

    A copy that joined an earlier paper looks so too, but then there were gathers in between.
    """
    rows = db.read(
        """
        SELECT day FROM (
            SELECT arrived_on AS day, max(announced_on) AS last FROM papers
            GROUP BY arrived_on HAVING last > date(day, '+7 days')) AS d
        WHERE (SELECT sum(announced_on > date(d.day, '+7 days')) * 2 > count(announced_on)
               FROM papers WHERE arrived_on = d.day)
          AND NOT EXISTS (SELECT 1 FROM batches AS b
                          WHERE b.on_date > d.day AND b.on_date < date(d.last, '-7 days'))
        """
    )
    return {date.fromisoformat(row["day"]) for row in rows}


def days_of(db: Database) -> set[date]:
    """List all days of DAYS."""
    found = set()
    for table, column in DAYS.items():
        rows = db.read(f"SELECT DISTINCT {column} AS day FROM {table}")  # noqa: S608
        found |= {date.fromisoformat(row["day"]) for row in rows if row["day"]}
    return found


def moments_of(db: Database) -> set[datetime]:
    """List all moments of MOMENTS."""
    found = set()
    for table, column in MOMENTS:
        rows = db.read(f"SELECT DISTINCT {column} AS at FROM {table}")  # noqa: S608
        found |= {datetime.fromisoformat(row["at"]) for row in rows if row["at"]}
    return found


def move_days(db: Database, moved: Mapping[date, date]) -> int:
    """Change days of DAYS; returns the number of papers among the changed rows."""
    n_papers = 0
    texts = json.dumps({day.isoformat(): to.isoformat() for day, to in moved.items()})
    with db.writing():
        for table, column in DAYS.items():
            if table == "papers":
                row = db.read_one(
                    "SELECT count(*) AS n FROM papers"
                    " WHERE arrived_on IN (SELECT key FROM json_each(?))",
                    (texts,),
                )
                n_papers = row["n"] if row else 0
            # What was shown on both days is one row then.
            db.execute(
                f"""
                UPDATE OR REPLACE {table}
                SET {column} = (SELECT value FROM json_each(?1) WHERE key = {column})
                WHERE {column} IN (SELECT key FROM json_each(?1))
                """,  # noqa: S608  constants of this module
                (texts,),
            )
    return n_papers


def move_moments(db: Database, moved: Mapping[datetime, timedelta]) -> int:
    """Change moments of MOMENTS by whole days; returns the number of changed rows.

    The days that were counted from a moment move with it.
    """
    texts = json.dumps(
        {at.isoformat(): [(at + by).isoformat(), f"{by.days:+d} days"] for at, by in moved.items()}
    )
    n = 0
    with db.writing():
        for (table, column), days in MOMENTS.items():
            found = f"FROM json_each(?1) WHERE key = {column}"
            sets = [f"{column} = (SELECT value ->> 0 {found})"]
            sets += [f"{day} = date({day}, (SELECT value ->> 1 {found}))" for day in days]
            row = db.read_one(
                f"SELECT count(*) AS n FROM {table}"  # noqa: S608
                f" WHERE {column} IN (SELECT key FROM json_each(?))",
                (texts,),
            )
            n += row["n"] if row else 0
            db.execute(
                f"""
                UPDATE {table} SET {", ".join(sets)}
                WHERE {column} IN (SELECT key FROM json_each(?1))
                """,  # noqa: S608  constants of this module
                (texts,),
            )
    return n


def forget_tries(db: Database, ids: list[int], *, first: datetime, last: datetime) -> None:
    """Delete batches, and what sources and failures say of moments beyond `first` and `last`.

    The sources of the batches lose their validators: an answer "unchanged" would stand for none.
    """
    beyond = (first.isoformat(), last.isoformat())
    with db.writing():
        db.execute(
            """
            UPDATE sources SET etag = '', last_modified = '' WHERE name IN (
                SELECT source FROM batches WHERE id IN (SELECT value FROM json_each(?)))
            """,
            (json.dumps(ids),),
        )
        db.execute_many("DELETE FROM batches WHERE id = ?", [(id_,) for id_ in ids])
        db.execute("DELETE FROM failures WHERE at < ? OR at > ?", beyond)
        for column in ("asked_at", "succeeded_at"):
            db.execute(
                f"UPDATE sources SET {column} = NULL, retry_at = NULL"  # noqa: S608
                f" WHERE {column} < ? OR {column} > ?",
                beyond,
            )
