"""Keep the reader's notes, revision upon revision.

Links are read out of the notes each time: 10,000 of them take some tens of milliseconds,
and what is not kept cannot be out of date.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from reader.base.text import SEAM
from reader.library.rows.database import Database
from reader.library.rows.removals import REMOVED_SQL

CameFrom = Literal["command", "file", "page", "joined"]


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a note.

    is_written: two sentences or more; else the paper was skimmed.
    came_from: the note command, or a Markdown file edited by hand; "page" and "joined" only by
    `history`, as such rows say "command".
    """

    id: int
    paper: int
    text: str
    is_written: bool
    came_from: CameFrom
    at: datetime
    on_date: date


def add_note(
    db: Database,
    paper: int,
    text: str,
    *,
    is_written: bool,
    came_from: CameFrom = "command",
    at: datetime,
    on: date,
) -> int:
    """Append a revision; it is on the disk when this returns. Returns the revision's id."""
    return db.execute(
        """
        INSERT INTO notes (paper, text, is_written, came_from, at, on_date)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        (paper, text, is_written, came_from, at.isoformat(), on.isoformat()),
    )


def revisions(db: Database, paper: int) -> list[Revision]:
    """List a paper's revisions, oldest first."""
    return [
        Revision(
            r["id"],
            r["paper"],
            r["text"],
            bool(r["is_written"]),
            r["came_from"],
            datetime.fromisoformat(r["at"]),
            date.fromisoformat(r["on_date"]),
        )
        for r in db.read("SELECT * FROM notes WHERE paper = ? ORDER BY id", (paper,))
    ]


def history(db: Database, paper: int) -> list[Revision]:
    """List a paper's revisions, oldest first; those that were saved on a page say so, and those
    that join a text with the revision before them.

    An act of a page has a row of its own, with its moment and the revision that it made.
    """
    rows = db.read(
        """
        SELECT a.note FROM arrivals AS a JOIN notes AS n ON n.id = a.note AND n.at = a.made_at
        WHERE n.paper = ?
        """,
        (paper,),
    )
    pages = {row["note"] for row in rows}
    found = revisions(db, paper)
    for n, one in enumerate(found):
        # The line between two texts that were written at once, or in two places, begins so.
        if n and one.text.startswith(f"{found[n - 1].text}\n\n{SEAM}"):
            found[n] = replace(one, came_from="joined")
        elif one.id in pages:
            found[n] = replace(one, came_from="page")
    return found


def add_opening(db: Database, paper: int, *, at: datetime) -> None:
    """Record that the editor was opened on a paper's note."""
    db.execute("INSERT INTO openings (paper, at) VALUES (?, ?)", (paper, at.isoformat()))


def was_opened(db: Database, paper: int) -> bool:
    """Check whether the editor was ever opened on a paper's note."""
    return db.read_one("SELECT 1 FROM openings WHERE paper = ? LIMIT 1", (paper,)) is not None


def n_noted_on(db: Database, day: date) -> tuple[int, int]:
    """Count the papers written up and those only skimmed on a local day.

    A paper counts on the day of its first note of that kind, so a later correction
    does not count again.
    """
    # Among papers with a note of that day: no other one's first note can be of it.
    row = db.read(
        f"""
        SELECT coalesce(sum(written = ?), 0) AS written,
               coalesce(sum(written IS NULL AND any_note = ?), 0) AS skimmed
        FROM (SELECT min(CASE WHEN is_written THEN on_date END) AS written,
                     min(on_date) AS any_note
              FROM notes WHERE paper IN (SELECT paper FROM notes WHERE on_date = ?)
              AND paper NOT IN ({REMOVED_SQL}) GROUP BY paper)
        """,  # noqa: S608  a constant
        (day.isoformat(),) * 3,
    )[0]
    return int(row["written"]), int(row["skimmed"])


def n_written_by_topic(db: Database, first: date, last: date) -> dict[str, int]:
    """Count the papers first written up between two days (both included), by topic filed."""
    rows = db.read(
        f"""
        SELECT topic, count(*) AS n FROM (
            SELECT (SELECT topic FROM filings AS f WHERE f.paper = n.paper
                    ORDER BY f.id DESC LIMIT 1) AS topic, min(on_date) AS first_on
            FROM notes AS n WHERE is_written AND paper NOT IN ({REMOVED_SQL}) GROUP BY paper)
        WHERE first_on BETWEEN ? AND ? GROUP BY topic
        """,  # noqa: S608  a constant
        (first.isoformat(), last.isoformat()),
    )
    return {r["topic"] or "": r["n"] for r in rows}


def papers_by_key(db: Database) -> dict[str, int]:
    """Return key → paper, for every key; for a merged paper's the one that it belongs to now."""
    # `>= ''` is answered by the index over keys; for IS NOT NULL SQLite reads the whole table.
    rows = db.read("SELECT key, coalesce(merged_into, id) AS row FROM papers WHERE key >= ''")
    return {r["key"]: r["row"] for r in rows}


def notes_with_links(db: Database) -> list[tuple[int, str]]:
    """Read the newest revisions that have "[[" in them, as (paper, text)."""
    rows = db.read(
        """
        SELECT n.paper, n.text FROM notes AS n JOIN papers AS p ON p.id = n.paper
        WHERE n.id IN (SELECT max(id) FROM notes GROUP BY paper)
        AND instr(n.text, '[[') AND p.merged_into IS NULL ORDER BY n.paper
        """
    )
    return [(r["paper"], r["text"]) for r in rows]
