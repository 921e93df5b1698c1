"""Keep the reader's notes, revision upon revision, and those that wait for their paper.

Links are read out of the notes each time: 10,000 of them take some tens of milliseconds,
and what is not kept cannot be out of date.

Imports brought the waiting ones without a paper. Their row (`loose_notes`) stays when its note
became a revision (`note`): the same note of another export is known.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from reader.base.text import SEAM
from reader.library.rows.database import REMOVED_SQL, Database, Row
from reader.library.rows.used_ids import next_id_sql

# For a query that calls its row of `notes` n. The day of such a note is that of the import, on
# which nobody wrote it: it counts on no day.
UNDATED_SQL = """
    n.came_from = 'file' AND EXISTS (
        SELECT 1 FROM imported AS b JOIN imports AS m ON m.id = b.import
        WHERE b.paper = n.paper AND b.part = 'note' AND b.key = CAST(n.id AS TEXT)
        AND julianday(n.at) >= julianday(m.at))
"""
"""Holds for a note that an import brought without a day of its own."""

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
        f"""
        INSERT INTO notes (id, paper, text, is_written, came_from, at, on_date)
        VALUES ({next_id_sql("notes")}, ?, ?, ?, ?, ?, ?)
        """,  # noqa: S608  a constant
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


def newest_id(db: Database, paper: int) -> int | None:
    """Find the id of a paper's newest revision, None where it has no note."""
    return db.number("SELECT max(id) FROM notes WHERE paper = ? HAVING count(*)", (paper,)) or None


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
    does not count again. A note that was imported without its day counts on none.
    """
    # Among papers with a note of that day: no other one's first note can be of it.
    row = db.read(
        f"""
        SELECT coalesce(sum(written = ?), 0) AS written,
               coalesce(sum(written IS NULL AND any_note = ?), 0) AS skimmed
        FROM (SELECT min(CASE WHEN is_written THEN on_date END) AS written,
                     min(on_date) AS any_note
              FROM notes AS n WHERE paper IN (SELECT paper FROM notes WHERE on_date = ?)
              AND paper NOT IN ({REMOVED_SQL}) AND NOT ({UNDATED_SQL}) GROUP BY paper)
        """,  # noqa: S608  constants
        (day.isoformat(),) * 3,
    )[0]
    return int(row["written"]), int(row["skimmed"])


def n_skimmed(db: Database) -> int:
    """Count the papers with a note of which no revision counts as written."""
    return db.number(
        f"""
        SELECT count(*) FROM (
            SELECT paper FROM notes WHERE paper NOT IN ({REMOVED_SQL})
            GROUP BY paper HAVING NOT max(is_written))
        """  # noqa: S608  a constant
    )


def n_written_by_topic(db: Database, first: date, last: date) -> dict[str, int]:
    """Count the papers first written up between two days (both included), by topic filed.

    Without the notes that were imported without their day.
    """
    rows = db.read(
        f"""
        SELECT topic, count(*) AS n FROM (
            SELECT (SELECT topic FROM filings AS f WHERE f.paper = n.paper
                    ORDER BY f.id DESC LIMIT 1) AS topic, min(on_date) AS first_on
            FROM notes AS n WHERE is_written AND paper NOT IN ({REMOVED_SQL})
            AND NOT ({UNDATED_SQL}) GROUP BY paper)
        WHERE first_on BETWEEN ? AND ? GROUP BY topic
        """,  # noqa: S608  constants
        (first.isoformat(), last.isoformat()),
    )
    return {r["topic"] or "": r["n"] for r in rows}


def papers_by_key(db: Database) -> dict[str, int]:
    """Return key → paper, for every key; for a merged paper's the one that it belongs to now."""
    # `>= ''` is answered by the index over keys; for IS NOT NULL SQLite reads the whole table.
    return db.pairs("SELECT key, coalesce(merged_into, id) AS row FROM papers WHERE key >= ''")


def keys_of(db: Database, paper: int) -> list[str]:
    """Read the keys of a paper: its own, and those of the papers that were merged into it."""
    return db.column(
        "SELECT key FROM papers WHERE (id = ?1 OR merged_into = ?1) AND key >= ''", (paper,)
    )


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


@dataclass(frozen=True, slots=True)
class WaitingNote:
    """A note that waits for its paper. imported: the import that brought it. ids: of the paper
    that it names."""

    id: int
    imported: int
    place: str
    title: str
    text: str
    notebook: str
    tags: tuple[str, ...]
    created_at: datetime | None
    at: datetime | None
    ids: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return the text with the title in front, if that does not stand in it."""
        is_in = self.title.casefold() in self.text.casefold()
        return self.text if is_in else f"# {self.title}\n\n{self.text}".strip()


def brought_note(db: Database, sha256: str) -> tuple[int, int] | None:
    """Find a note that was brought before: its id, and that of its import; None for a new one."""
    row = db.read_one("SELECT id, import FROM loose_notes WHERE sha256 = ?", (sha256,))
    return (row["id"], row["import"]) if row else None


def add_waiting(db: Database, note: WaitingNote, *, fold: str, sha256: str) -> int:
    """Add a note, in the open transaction; returns its id. fold: of its title, "" where that is
    no name of a paper. note.id: not used."""
    dates = (when.isoformat() if when else None for when in (note.created_at, note.at))
    number = db.execute(
        """
        INSERT INTO loose_notes
            (import, place, title, fold, text, notebook, tags, created_at, at, sha256)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (note.imported, note.place, note.title, fold, note.text, note.notebook,
         "\n".join(note.tags), *dates, sha256),
    )  # fmt: skip
    db.execute_many(
        "INSERT OR IGNORE INTO loose_note_ids (loose, identifier) VALUES (?, ?)",
        [(number, id_) for id_ in note.ids],
    )
    return number


def waiting(db: Database, number: int | None = None) -> list[WaitingNote]:
    """List the notes that wait, in the order in which they came. number: only that one."""
    rows = db.read(
        f"{_WAITING_SQL} WHERE l.note IS NULL AND (?1 IS NULL OR l.id = ?1) ORDER BY l.id",
        (number,),
    )
    return [_waiting_note(row) for row in rows]


def waiting_with(db: Database, beginnings: Collection[str]) -> Iterator[WaitingNote]:
    """List the notes that wait and have some letters, each of all, the newest first."""
    rows = db.read(
        f"""
        {_WAITING_SQL} WHERE l.note IS NULL AND NOT EXISTS (
            SELECT 1 FROM json_each(?)
            WHERE l.title || ' ' || l.text NOT LIKE '%' || value || '%')
        ORDER BY l.id DESC
        """,  # noqa: S608  a constant of this module
        (json.dumps(list(beginnings)),),
    )
    return map(_waiting_note, rows)


def n_waiting(db: Database) -> int:
    """Count the notes that wait."""
    return db.number("SELECT count(*) FROM loose_notes WHERE note IS NULL")


def paper_joined(db: Database, number: int) -> int | None:
    """Find the paper to which a note was joined; None while it waits, or where there is none."""
    row = db.read_one(
        "SELECT n.paper FROM loose_notes AS l JOIN notes AS n ON n.id = l.note WHERE l.id = ?",
        (number,),
    )
    return int(row["paper"]) if row else None


def waiting_named(db: Database) -> list[WaitingNote]:
    """List the waiting notes that have an id or the title of a paper here."""
    rows = db.read(
        f"""
        {_WAITING_SQL} WHERE l.note IS NULL AND (
            l.fold != '' AND l.fold IN (SELECT fold FROM papers)
            OR l.id IN (SELECT i.loose FROM loose_note_ids AS i
                        JOIN identifiers AS d ON d.id = i.identifier))
        ORDER BY l.id
        """  # noqa: S608  a constant of this module
    )
    return [_waiting_note(row) for row in rows]


def join_waiting(db: Database, number: int, note: int) -> None:
    """Record the revision (`notes.id`) that a note became, in the open transaction."""
    db.execute("UPDATE loose_notes SET note = ? WHERE id = ?", (note, number))


def delete_waiting(db: Database, imported: int) -> int:
    """Delete the notes of an import, in the open transaction; returns how many of them waited."""
    sql = "SELECT count(*) FROM loose_notes WHERE import = ? AND note IS NULL"
    n = db.number(sql, (imported,))
    of = "SELECT id FROM loose_notes WHERE import = ?"
    db.execute(f"DELETE FROM loose_note_ids WHERE loose IN ({of})", (imported,))  # noqa: S608
    db.execute("DELETE FROM loose_notes WHERE import = ?", (imported,))
    return n


def texts_with(db: Database, words: str) -> list[str]:
    """Read all notes in which some words stand: those of imports, and all revisions."""
    return db.column(
        """
        SELECT text FROM loose_notes WHERE instr(text, ?1)
        UNION SELECT text FROM notes WHERE instr(text, ?1)
        """,
        (words,),
    )


_WAITING_SQL = """
    SELECT l.*, (SELECT group_concat(identifier, char(10)) FROM loose_note_ids WHERE loose = l.id)
        AS ids FROM loose_notes AS l
"""


def _waiting_note(row: Row) -> WaitingNote:
    created_at, at = (
        datetime.fromisoformat(d) if d else None for d in (row["created_at"], row["at"])
    )
    return WaitingNote(
        row["id"],
        row["import"],
        row["place"],
        row["title"],
        row["text"],
        row["notebook"],
        tuple(row["tags"].split("\n")) if row["tags"] else (),
        created_at,
        at,
        tuple(row["ids"].split("\n")) if row["ids"] else (),
    )
