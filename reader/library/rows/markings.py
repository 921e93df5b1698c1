"""Store what a person marked on the pages of a PDF here: marks, changes of marks, strokes.

A row of `markings` says that one state of a mark took another one's place: none before a new
mark, none behind a removed one. Rows are only ever added. The states are rows of `highlights`,
like those that a copy brought; for `sightings` the pages here are one more place, ON_PAGE.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from reader.library.highlight import InkStroke
from reader.library.rows.database import Database, Row

ON_PAGE = "page"
"""The place of states that were made here; no file has this name, since others have a prefix."""

# The plus signs keep SQLite from the index of `undoes`, which has nearly every row under NULL.
STANDS_SQL = """
    SELECT s.* FROM strokes AS s WHERE +s.undoes IS NULL AND +s.erases IS NULL
    AND NOT EXISTS (SELECT 1 FROM strokes AS u WHERE u.undoes = s.id)
    AND NOT EXISTS (SELECT 1 FROM strokes AS e WHERE e.erases = s.id AND +e.undoes IS NULL
                    AND NOT EXISTS (SELECT 1 FROM strokes AS u WHERE u.undoes = e.id))"""
"""The strokes that are there: neither taken back nor erased."""


def replace_states(
    db: Database, old: Sequence[int], new: int | None, *, act: int, at: datetime, on: date
) -> None:
    """Let a state take the place of others, as a part of an act; None for a removed mark."""
    with db.writing():
        for state in old:
            _close(db, state, at)
        if new is not None:
            _open(db, new)
        db.execute_many(
            "INSERT INTO markings (act, old, new, at, on_date) VALUES (?, ?, ?, ?, ?)",
            [(act, state, new, at.isoformat(), on.isoformat()) for state in old or (None,)],
        )


def take_back(db: Database, ids: Sequence[int], *, act: int, at: datetime, on: date) -> None:
    """Take rows of `markings` back, in the open transaction.

    What was done to a mark since, here or in a copy, stands.
    """
    rows = [row for id_ in ids for row in db.read("SELECT * FROM markings WHERE id = ?", (id_,))]
    for row in [row for row in rows if _is_last(db, row)]:
        if row["new"] is not None:
            _close(db, row["new"], at)
        if row["old"] is not None:
            _open(db, row["old"])
    db.execute_many(
        "INSERT INTO markings (act, old, new, undoes, at, on_date) VALUES (?, ?, ?, ?, ?, ?)",
        [(act, r["old"], r["new"], r["id"], at.isoformat(), on.isoformat()) for r in rows],
    )


def _is_last(db: Database, row: Row) -> bool:
    if row["new"] is not None:
        sql = "SELECT 1 FROM highlights WHERE id = ? AND gone_at IS NULL"
        return db.read_one(sql, (row["new"],)) is not None
    sql = """
        SELECT 1 FROM highlights WHERE gone_at IS NULL
        AND mark = (SELECT mark FROM highlights WHERE id = ?)"""
    return db.read_one(sql, (row["old"],)) is None


def _close(db: Database, state: int, at: datetime) -> None:
    sql = "UPDATE highlights SET gone_at = ? WHERE id = ? AND gone_at IS NULL"
    db.execute(sql, (at.isoformat(), state))
    db.execute("DELETE FROM sightings WHERE place = ? AND highlight = ?", (ON_PAGE, state))


def _open(db: Database, state: int) -> None:
    db.execute("UPDATE highlights SET gone_at = NULL WHERE id = ?", (state,))
    sql = "INSERT OR IGNORE INTO sightings (place, highlight) VALUES (?, ?)"
    db.execute(sql, (ON_PAGE, state))


def strokes_of(db: Database, paper: int) -> list[InkStroke]:
    """List the strokes on a paper's pages that are there, in the order in which they were drawn."""
    return [_stroke(row) for row in db.read(f"{STANDS_SQL} AND s.paper = ? ORDER BY id", (paper,))]


def add_strokes(
    db: Database, paper: int, strokes: Sequence[InkStroke], *, act: int, at: datetime, on: date
) -> None:
    """Record strokes, as a part of an act, in the open transaction."""
    db.execute_many(
        """
        INSERT INTO strokes (act, paper, page, name, colour, width, points, at, on_date)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (act, paper, s.page, s.name, s.colour, s.width, " ".join(f"{x:g}" for x in s.points),
             at.isoformat(), on.isoformat())
            for s in strokes
        ],
    )  # fmt: skip


def erase_strokes(
    db: Database, paper: int, names: Sequence[str], *, act: int, at: datetime, on: date
) -> int:
    """Record that strokes were erased, in the open transaction; return how many were there."""
    found = db.read(f"{STANDS_SQL} AND s.paper = ? ORDER BY id", (paper,))
    rows = [row for row in found if row["name"] in set(names)]
    db.execute_many(
        """
        INSERT INTO strokes (act, paper, page, name, colour, width, points, erases, at, on_date)
        VALUES (?, ?, ?, ?, '', 0, '', ?, ?, ?)
        """,
        [(act, paper, r["page"], r["name"], r["id"], at.isoformat(), on.isoformat()) for r in rows],
    )
    return len(rows)


def has_strokes(db: Database, paper: int) -> bool:
    """Check whether anything was ever drawn on a paper's pages here."""
    return db.read_one("SELECT 1 FROM strokes WHERE paper = ? LIMIT 1", (paper,)) is not None


def has_acts(db: Database, paper: int) -> bool:
    """Check whether anything was ever marked or drawn on a paper's pages here."""
    sql = """
        SELECT 1 FROM highlights AS h WHERE h.paper = ? AND (
            EXISTS (SELECT 1 FROM markings WHERE new = h.id)
            OR EXISTS (SELECT 1 FROM markings WHERE old = h.id)) LIMIT 1"""
    return has_strokes(db, paper) or db.read_one(sql, (paper,)) is not None


def replaced_states(db: Database, paper: int) -> set[int]:
    """Select the states of a paper's marks that were changed or removed here."""
    rows = db.read(
        """
        SELECT m.old FROM markings AS m JOIN highlights AS h ON h.id = m.old
        WHERE h.paper = ? AND +m.undoes IS NULL
        AND NOT EXISTS (SELECT 1 FROM markings AS u WHERE u.undoes = m.id)
        """,
        (paper,),
    )
    return {row["old"] for row in rows}


def stamp_of(db: Database, paper: int) -> str:
    """Make a text that changes whenever a mark or stroke of a paper does."""
    row = db.read(
        """
        SELECT (SELECT max(id) || ' ' || count(gone_at) || ' ' || coalesce(max(gone_at), '')
                FROM highlights WHERE paper = ?1) AS marks,
            (SELECT max(id) FROM markings) AS acts,
            (SELECT max(id) FROM strokes WHERE paper = ?1) AS strokes
        """,
        (paper,),
    )[0]
    return f"{row['marks']}/{row['acts']}/{row['strokes']}"


def _stroke(row: Row) -> InkStroke:
    points = tuple(map(float, row["points"].split()))
    return InkStroke(row["page"], row["name"], row["colour"], row["width"], points)
