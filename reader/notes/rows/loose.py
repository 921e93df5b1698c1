"""Store the notes that imports brought without a paper; each waits until it is joined to one.

A row stays when its note became a revision (`note`): the same note of another export is known.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from reader.library.rows.database import Database, Row


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


def brought(db: Database, sha256: str) -> tuple[int, int] | None:
    """Find a note that was brought before: its id, and that of its import; None for a new one."""
    row = db.read_one("SELECT id, import FROM loose_notes WHERE sha256 = ?", (sha256,))
    return (row["id"], row["import"]) if row else None


def add(db: Database, note: WaitingNote, *, fold: str, sha256: str) -> int:
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
        f"{_SELECT} WHERE l.note IS NULL AND (?1 IS NULL OR l.id = ?1) ORDER BY l.id",
        (number,),
    )
    return [_note(row) for row in rows]


def waiting_with(db: Database, beginnings: Collection[str]) -> Iterator[WaitingNote]:
    """List the notes that wait and have some letters, each of all, the newest first."""
    rows = db.read(
        f"""
        {_SELECT} WHERE l.note IS NULL AND NOT EXISTS (
            SELECT 1 FROM json_each(?)
            WHERE l.title || ' ' || l.text NOT LIKE '%' || value || '%')
        ORDER BY l.id DESC
        """,  # noqa: S608  a constant of this module
        (json.dumps(list(beginnings)),),
    )
    return map(_note, rows)


def n_waiting(db: Database) -> int:
    """Count the notes that wait."""
    return int(db.read("SELECT count(*) AS n FROM loose_notes WHERE note IS NULL")[0]["n"])


def paper_of(db: Database, number: int) -> int | None:
    """Find the paper to which a note was joined; None while it waits, or where there is none."""
    row = db.read_one(
        "SELECT n.paper FROM loose_notes AS l JOIN notes AS n ON n.id = l.note WHERE l.id = ?",
        (number,),
    )
    return int(row["paper"]) if row else None


def named(db: Database) -> list[WaitingNote]:
    """List the waiting notes that have an id or the title of a paper here."""
    rows = db.read(
        f"""
        {_SELECT} WHERE l.note IS NULL AND (
            l.fold != '' AND l.fold IN (SELECT fold FROM papers)
            OR l.id IN (SELECT i.loose FROM loose_note_ids AS i
                        JOIN identifiers AS d ON d.id = i.identifier))
        ORDER BY l.id
        """  # noqa: S608  a constant of this module
    )
    return [_note(row) for row in rows]


def join(db: Database, number: int, note: int) -> None:
    """Record the revision (`notes.id`) that a note became, in the open transaction."""
    db.execute("UPDATE loose_notes SET note = ? WHERE id = ?", (note, number))


def delete(db: Database, imported: int) -> int:
    """Delete the notes of an import, in the open transaction; returns how many of them waited."""
    n = db.read("SELECT count(*) AS n FROM loose_notes WHERE import = ? AND note IS NULL",
                (imported,))[0]["n"]  # fmt: skip
    of = "SELECT id FROM loose_notes WHERE import = ?"
    db.execute(f"DELETE FROM loose_note_ids WHERE loose IN ({of})", (imported,))  # noqa: S608
    db.execute("DELETE FROM loose_notes WHERE import = ?", (imported,))
    return int(n)


def texts_with(db: Database, words: str) -> list[str]:
    """Read all notes in which some words stand: those of imports, and all revisions."""
    rows = db.read(
        """
        SELECT text FROM loose_notes WHERE instr(text, ?1)
        UNION SELECT text FROM notes WHERE instr(text, ?1)
        """,
        (words,),
    )
    return [row["text"] for row in rows]


_SELECT = """
    SELECT l.*, (SELECT group_concat(identifier, char(10)) FROM loose_note_ids WHERE loose = l.id)
        AS ids FROM loose_notes AS l
"""


def _note(row: Row) -> WaitingNote:
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
