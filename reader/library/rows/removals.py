"""Keep which papers lie in the trash, since when, and which came back from an archive.

A removed paper is merged into itself: so each query that leaves out the copies of papers leaves
it out too, and what comes for it goes on being recognised as this paper. All of its rows stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reader.library.rows.database import Database

KEPT = timedelta(days=90)
"""How long files and texts of a removed paper lie in the trash."""

REMOVED_SQL = "SELECT id FROM papers WHERE merged_into = id"
"""The papers in the trash, for queries that do not read `papers` themselves."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A paper in the trash. emptied_at: when its files and texts were deleted, None for not yet."""

    act: int
    paper: int
    at: datetime
    emptied_at: datetime | None


def add_removals(db: Database, papers: Sequence[int], *, act: int, at: datetime, on: date) -> None:
    """Record that some papers were removed, as a part of an act."""
    with db.writing():
        db.execute_many(
            "INSERT INTO removals (act, paper, at, on_date) VALUES (?, ?, ?, ?)",
            [(act, paper, at.isoformat(), on.isoformat()) for paper in papers],
        )
        db.execute_many("UPDATE papers SET merged_into = id WHERE id = ?", [(p,) for p in papers])


def show_again(db: Database, papers: Iterable[int]) -> None:
    """Take papers out of the trash of which no removal stands."""
    db.execute_many(
        """
        UPDATE papers SET merged_into = NULL WHERE id = ? AND merged_into = id AND NOT EXISTS (
            SELECT 1 FROM removals AS r WHERE r.paper = papers.id AND undoes IS NULL
            AND NOT EXISTS (SELECT 1 FROM removals AS u WHERE u.undoes = r.id))
        """,
        [(paper,) for paper in papers],
    )


def ever_removed(db: Database) -> list[int]:
    """List the papers that were ever removed, also those that came back."""
    return [r["paper"] for r in db.read("SELECT DISTINCT paper FROM removals ORDER BY paper")]


def removals(db: Database, papers: Iterable[int] | None = None) -> list[Removal]:
    """List what lies in the trash, of some papers or all, the newest first."""
    rows = db.read(
        """
        SELECT act, paper, at, emptied_at FROM removals AS r WHERE undoes IS NULL
        AND NOT EXISTS (SELECT 1 FROM removals AS u WHERE u.undoes = r.id)
        AND (?1 IS NULL OR paper IN (SELECT value FROM json_each(?1))) ORDER BY id DESC
        """,
        (None if papers is None else json.dumps(list(papers)),),
    )
    return [
        Removal(
            r["act"],
            r["paper"],
            datetime.fromisoformat(r["at"]),
            datetime.fromisoformat(r["emptied_at"]) if r["emptied_at"] else None,
        )
        for r in rows
    ]


@dataclass(frozen=True, slots=True)
class RestoredPaper:
    """A paper that was brought back from an archive, by the acts from `first_act` on.

    was_here: the library had it, and not in the trash. note: the revision (`notes.id`) that came.
    """

    paper: int
    first_act: int
    was_here: bool
    note: int | None


def add_restored(db: Database, one: RestoredPaper, *, act: int, at: datetime, on: date) -> None:
    """Record that a paper came back from an archive."""
    db.execute(
        """
        INSERT INTO restored (act, paper, first_act, was_here, note, at, on_date)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        (act, one.paper, one.first_act, one.was_here, one.note, at.isoformat(), on.isoformat()),
    )


def restored(db: Database, number: int) -> RestoredPaper:
    """Look up what came back by a restore (`restored.id`)."""
    [r] = db.read("SELECT paper, first_act, was_here, note FROM restored WHERE id = ?", (number,))
    return RestoredPaper(r["paper"], r["first_act"], bool(r["was_here"]), r["note"])


_OWN = (
    "sightings WHERE highlight IN (SELECT id FROM highlights WHERE paper {of})",
    "markings WHERE coalesce(new, old) IN (SELECT id FROM highlights WHERE paper {of})",
    "highlights WHERE paper {of}",
    "strokes WHERE paper {of}",
    "marked_copies WHERE paper {of}",
    "returned WHERE paper {of}",
    "place_history WHERE paper {of}",
    "taken WHERE paper {of}",
    "additions WHERE paper {of}",
    "reading_places WHERE paper {of}",
    "pdfs WHERE paper {of}",
    "exports WHERE paper {of}",
    "note_links WHERE source {of}",
    "reviews WHERE paper {of}",
    "openings WHERE paper {of}",
    "loose_note_ids WHERE loose IN (SELECT l.id FROM loose_notes AS l JOIN notes AS n"
    " ON n.id = l.note WHERE n.paper {of})",
    "loose_notes WHERE note IN (SELECT id FROM notes WHERE paper {of})",
    "notes WHERE paper {of}",
    "idx.texts WHERE paper {of}",
    "idx.pictures WHERE paper {of}",
    "idx.cited WHERE paper {of}",
    "idx.cited_keys WHERE paper {of}",
)
"""What is deleted of a paper whose trash is emptied: its files' rows, and what a person wrote."""


def empty(db: Database, paper: int, *, at: datetime) -> None:
    """Delete the notes, marks and files' rows of a removed paper and of its copies.

    Its ids, title and decisions stay, so that it is known when it comes again.
    """
    of = "IN (SELECT id FROM papers WHERE id = ?1 OR merged_into = ?1)"
    with db.writing():
        db.execute(
            f"""
            UPDATE arrivals SET note = NULL
            WHERE note IN (SELECT id FROM notes WHERE paper {of})
            """,  # noqa: S608  a constant of this function
            (paper,),
        )
        db.execute(
            f"DELETE FROM idx.full_text WHERE rowid IN (SELECT id FROM idx.texts WHERE paper {of})",  # noqa: S608
            (paper,),
        )
        for which in _OWN:
            db.execute(f"DELETE FROM {which.format(of=of)}", (paper,))  # noqa: S608
        db.execute(
            """
            UPDATE removals SET emptied_at = ?2 WHERE paper = ?1 AND undoes IS NULL
            AND NOT EXISTS (SELECT 1 FROM removals AS u WHERE u.undoes = removals.id)
            """,
            (paper, at.isoformat()),
        )
