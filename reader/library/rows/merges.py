"""Merge the rows of two copies of one paper, and split them exactly as they were.

A merge moves the rows of the merged paper to the kept one and records each row that it moved.
Nothing is deleted, and a split moves just these back. So all other queries need to know nothing
about merges: they only leave out papers with `merged_into`. Copies are found elsewhere (`doubles`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from reader.library.identity import (
    text_hash,
)
from reader.library.rows import fields
from reader.library.rows.database import Database, Row

Answer = Literal["merge", "split"]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that was not taken back: row `merged` is read as row `kept`."""

    id: int
    kept: int
    merged: int
    why: str
    on_date: date


@dataclass(frozen=True, slots=True)
class ByHand:
    """The act by which a person merged or split. at: its moment, in ISO 8601."""

    act: int
    at: str


@dataclass(frozen=True, slots=True)
class Question:
    """Two rows that may be one paper, which the person is asked."""

    first: int
    second: int
    why: str
    asked_on: date


@dataclass(frozen=True, slots=True)
class _Part:
    """A table whose rows belong to papers, and which of its rows a merge moves.

    key: the column that identifies a row within a paper ("''" where there is only one).
    moves: "all", every row; "new", rows whose key the kept paper lacks; "none", all rows if the
    kept paper has none of its own.
    """

    table: str
    key: str
    moves: Literal["all", "new", "none"]
    unless: str = ""
    """The table, or subquery, in which the kept paper must have no row for "none", if it is not
    the same one."""


# The order matters: "changes" and "replaced_pdfs" stand before the lines that move what they ask
# for. A paper may have changes and no row in `versions`.
PARTS = (
    _Part("identifiers", "id", "all"),
    _Part("decisions", "id", "all"),
    _Part("lessons", "id", "all"),
    _Part("postponed", "id", "all"),
    _Part("guesses", "id", "all"),
    _Part("shown", "day", "new"),
    _Part("lines", "day", "new"),
    _Part("filings", "id", "all"),
    _Part("notes", "id", "all"),
    _Part("origins", "source", "new"),
    _Part("authors", "position", "none"),
    _Part("changes", "number", "none",
          unless="(SELECT paper FROM versions UNION ALL SELECT paper FROM changes)"),
    _Part("versions", "number", "none"),
    _Part("exports", "''", "none"),
    _Part("replaced_pdfs", "id", "none", unless="pdfs"),
    _Part("pdfs", "''", "none"),
    _Part("reading_places", "''", "none"),
    _Part("additions", "path", "all"),
    _Part("taken", "id", "all"),
    _Part("marked_copies", "sha256", "new"),
    _Part("returned", "place", "all"),
    _Part("place_history", "id", "all"),
    _Part("highlights", "id", "all"),
    _Part("strokes", "id", "all"),
    _Part("reviews", "id", "all"),
    _Part("openings", "id", "all"),
)  # fmt: skip
STAYING = ("citations", "arrivals", "removals", "restored", "imported", "citation_keys",
           "properties", "fields", "refreshed")  # fmt: skip
"""Tables whose rows stay with the copy that they were made for."""

COLUMNS = {"abstract": "''", "categories": "''", "comment": "''", "pdf_url": "''",
           "published_on": "NULL", "announced_on": "NULL", "version": "NULL"}  # fmt: skip
"""Columns that the kept paper takes over where its own are blank, with their blank value."""

_CONDITIONS = {
    "all": "",
    "new": "AND {key} NOT IN (SELECT {key} FROM {table} WHERE paper = ?)",
    "none": "AND NOT EXISTS (SELECT 1 FROM {unless} WHERE paper = ?)",
}


def join(
    db: Database,
    kept: int,
    merged: int,
    *,
    why: str,
    on: date,
    undoes: int | None = None,
    by: ByHand | None = None,
) -> int:
    """Merge a row into another; neither is merged yet. Returns the id of the merge."""
    with db.writing():
        number = _record(db, "merge", kept, merged, why=why, on=on, undoes=undoes, by=by)
        # One that takes a split back comes in the turn of the merge that was split: what the kept
        # paper takes over from its copies, as its abstract, is then the same as before.
        turn = _turn(db, number)
        later = [m for m in merges_of(db, kept) if _turn(db, m.id) > turn]
        for other in reversed(later):
            _revert(db, other)
        _apply(db, Merge(number, kept, merged, why, on))
        for other in later:
            _apply(db, other)
    return number


def part(db: Database, merge: Merge, *, why: str, on: date, by: ByHand | None = None) -> None:
    """Take a merge back; other merges of the same paper stay."""
    with db.writing():
        # Later merges are taken back first and applied again afterwards in their order, so that
        # each of them finds the rows that it found the first time.
        turn = _turn(db, merge.id)
        later = [m for m in merges_of(db, merge.kept) if _turn(db, m.id) > turn]
        for other in reversed(later):
            _revert(db, other)
        _revert(db, merge)
        keep_apart(db, merge.kept, merge.merged, why=why, on=on, undoes=merge.id, by=by)
        for other in later:
            _apply(db, other)


def keep_apart(
    db: Database,
    first: int,
    second: int,
    *,
    why: str,
    on: date,
    undoes: int | None = None,
    by: ByHand | None = None,
) -> None:
    """Record that two rows are two papers, so that nothing merges them without being asked."""
    with db.writing():
        _record(db, "split", first, second, why=why, on=on, undoes=undoes, by=by)


def rows_of(db: Database, number: int) -> tuple[int, int]:
    """Look up the two rows that a merge or a split (`merges.id`) is about."""
    [row] = db.read("SELECT kept, merged FROM merges WHERE id = ?", (number,))
    return row["kept"], row["merged"]


def take_back(db: Database, number: int, *, on: date) -> None:
    """Take back a merge or a split (`merges.id`) that stands."""
    with db.writing():
        row = db.read("SELECT * FROM merges WHERE id = ?", (number,))[0]
        kept, merged, why = row["kept"], row["merged"], row["why"]
        if row["kind"] == "merge":
            part(db, _merge(row), why=why, on=on)
        elif row["undoes"] is not None:
            # As a part of the act that merged them first, so that it can be taken back after this.
            [first] = db.read("SELECT act, at FROM merges WHERE id = ?", (row["undoes"],))
            by = ByHand(first["act"], first["at"]) if first["act"] else None
            # The paper from which it was split may be a copy of another one by now.
            join(db, row_now(db, kept), merged, why=why, on=on, undoes=number, by=by)
        else:
            # They were two all the time, and nothing but the answer goes.
            db.execute("DELETE FROM merges WHERE id = ?", (number,))
            db.execute(
                "UPDATE questions SET answer = NULL WHERE first = ? AND second = ?",
                (min(kept, merged), max(kept, merged)),
            )


def _record(
    db: Database,
    kind: Answer,
    one: int,
    other: int,
    *,
    why: str,
    on: date,
    undoes: int | None,
    by: ByHand | None,
) -> int:
    """Record a merge or a split, which also answers the question about the two; return its id."""
    number = db.execute(
        """
        INSERT INTO merges (kept, merged, kind, undoes, why, on_date, act, at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (one, other, kind, undoes, why, on.isoformat(), *((by.act, by.at) if by else (None, None))),
    )
    answer(db, one, other, kind)
    return number


def merges_of(db: Database, row: int) -> list[Merge]:
    """List the merges of the paper that a row belongs to, in the order of their turns."""
    rows = db.read(
        """
        SELECT m.* FROM merges AS m JOIN papers AS p ON p.id = m.merged
        WHERE m.kind = 'merge'
          AND p.merged_into = (SELECT coalesce(merged_into, id) FROM papers WHERE id = ?)
          AND NOT EXISTS (SELECT 1 FROM merges AS s WHERE s.undoes = m.id AND s.kind = 'split')
        """,
        (row,),
    )
    return sorted(map(_merge, rows), key=lambda m: _turn(db, m.id))


def _turn(db: Database, number: int) -> int:
    """Find the first merge that a merge does again, whose split it takes back; or itself."""
    return db.number(
        """
        WITH RECURSIVE before(id, undoes) AS (
            SELECT id, undoes FROM merges WHERE id = ?
            UNION ALL SELECT m.id, m.undoes FROM merges AS m JOIN before AS b ON m.id = b.undoes)
        SELECT min(id) FROM before
        """,
        (number,),
    )


def merge_that_brought(db: Database, identifier: str) -> Merge | None:
    """Find the merge that moved an identifier to another paper, None where none did."""
    row = db.read_one(
        """
        SELECT m.* FROM moves AS v JOIN merges AS m ON m.id = v.merge_id
        WHERE v.part = 'identifiers' AND v.key = ? ORDER BY m.id LIMIT 1
        """,
        (identifier,),
    )
    return _merge(row) if row else None


def last_split(db: Database, first: int, second: int) -> int | None:
    """Find the id of the split that keeps two papers apart, None where nothing does."""
    # Any copy of a paper counts: what was split from one is not the paper that it is in.
    copies = "SELECT id FROM papers WHERE id = {0} OR merged_into = {0}"
    one, two = copies.format("?1"), copies.format("?2")
    row = db.read_one(
        f"""
        SELECT id, kind FROM merges
        WHERE (kept IN ({one}) AND merged IN ({two})) OR (kept IN ({two}) AND merged IN ({one}))
        ORDER BY id DESC LIMIT 1
        """,  # noqa: S608  constants
        (first, second),
    )
    return int(row["id"]) if row and row["kind"] == "split" else None


def row_now(db: Database, row: int) -> int:
    """Find the row that a row was merged into, or the row itself."""
    return db.number("SELECT coalesce(merged_into, id) FROM papers WHERE id = ?", (row,)) or row


def is_removed(db: Database, row: int) -> bool:
    """Check whether a paper is in the trash."""
    return db.read_one("SELECT 1 FROM papers WHERE id = ? AND merged_into = id", (row,)) is not None


def is_decided(db: Database, row: int) -> bool:
    """Check whether a person decided on a paper, or made something of it."""
    tables = ("decisions", "lessons", "filings", "notes", "pdfs")
    exists = " OR ".join(f"EXISTS (SELECT 1 FROM {t} WHERE paper = ?1)" for t in tables)  # noqa: S608
    return db.read_one(f"SELECT 1 WHERE {exists}", (row,)) is not None


def ask(db: Database, one: int, other: int, *, why: str, on: date) -> None:
    """Add the question whether two rows are one paper, unless it was answered before."""
    if one == other or last_split(db, one, other):
        return
    db.execute(
        "INSERT INTO questions (first, second, why, asked_on) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (min(one, other), max(one, other), why, on.isoformat()),
    )


def open_questions(db: Database) -> list[Question]:
    """List the open questions: pairs with a decision or a note first, then the newest."""
    rows = db.read(
        """
        SELECT DISTINCT coalesce(a.merged_into, a.id) AS first,
            coalesce(b.merged_into, b.id) AS second, q.why, q.asked_on,
            EXISTS (SELECT 1 FROM decisions AS d WHERE d.paper IN (a.id, b.id))
              OR EXISTS (SELECT 1 FROM notes AS n WHERE n.paper IN (a.id, b.id)) AS is_decided
        FROM questions AS q JOIN papers AS a ON a.id = q.first JOIN papers AS b ON b.id = q.second
        WHERE q.answer IS NULL AND coalesce(a.merged_into, a.id) != coalesce(b.merged_into, b.id)
          AND NOT EXISTS (SELECT 1 FROM papers AS r WHERE r.merged_into = r.id
            AND r.id IN (coalesce(a.merged_into, a.id), coalesce(b.merged_into, b.id)))
        ORDER BY is_decided DESC, q.asked_on DESC, q.first, q.second
        """
    )
    return [
        Question(r["first"], r["second"], r["why"], date.fromisoformat(r["asked_on"])) for r in rows
    ]


def answer(db: Database, one: int, other: int, given: Answer) -> None:
    """Answer the questions about two papers, whichever of their copies they are about."""
    of_paper = "SELECT id FROM papers WHERE id = ? OR merged_into = ?"
    with db.writing():
        for first, second in ((one, other), (other, one)):
            db.execute(
                f"UPDATE questions SET answer = ? WHERE first IN ({of_paper})"  # noqa: S608
                f" AND second IN ({of_paper})",
                (given, first, first, second, second),
            )


def _apply(db: Database, merge: Merge) -> None:
    # Authors that a hand gave stay with their paper; its source's may move.
    fields.lift(db, merge.kept, before=merge.merged)
    fields.lift(db, merge.merged)
    moved = set()
    for part_ in PARTS:
        condition = _CONDITIONS[part_.moves].format(
            key=part_.key, table=part_.table, unless=part_.unless or part_.table
        )
        rows = db.read(
            f"SELECT DISTINCT {part_.key} AS key FROM {part_.table}"  # noqa: S608  constants
            f" WHERE paper = ? {condition}",
            (merge.merged, merge.kept) if condition else (merge.merged,),
        )
        for row in rows:
            _remember(db, merge, part_.table, str(row["key"]))
            _move(db, part_, str(row["key"]), source=merge.merged, target=merge.kept)
            moved.add(part_.table)
    _take_over(db, merge)
    db.execute(
        "UPDATE papers SET merged_into = ? WHERE id = ? OR merged_into = ?",
        (merge.kept, merge.merged, merge.merged),
    )
    _move_texts(db, moved, source=merge.merged, target=merge.kept)
    fields.settle(db, merge.kept, is_lifted=True)


def _revert(db: Database, merge: Merge) -> None:
    """Undo `_apply`, all merges after this one being undone already."""
    fields.lift(db, merge.kept)
    parts = {part_.table: part_ for part_ in PARTS}
    moved = set()
    for row in db.read("SELECT part, key FROM moves WHERE merge_id = ?", (merge.id,)):
        # Of table papers no row was moved; its columns were taken over.
        if row["part"] != "papers":
            _move(db, parts[row["part"]], row["key"], source=merge.kept, target=merge.merged)
            moved.add(row["part"])
            continue
        column = row["key"]
        kept, merged = (_row(db, number)[column] for number in (merge.kept, merge.merged))
        if column == "key":
            _set(db, merge.kept, "key", None)
            _set(db, merge.merged, "key", kept)
        elif kept == merged:  # else a source gave a newer value since, which stays
            _set(db, merge.kept, column, "" if COLUMNS[column] == "''" else None)
    db.execute("DELETE FROM moves WHERE merge_id = ?", (merge.id,))
    # A mark that was edited after the merge has new rows, which `moves` does not know: they go
    # back with the first one.
    db.execute(
        """
        UPDATE highlights SET paper = ?1 WHERE paper = ?2
        AND mark IN (SELECT mark FROM highlights WHERE paper = ?1)
        """,
        (merge.merged, merge.kept),
    )
    _give_filings(db, source=merge.kept, target=merge.merged)
    _set_hash(db, merge.kept)
    # Rows that had been merged into the merged row before go back with it.
    group = {merge.merged}
    for other in reversed(merges_of(db, merge.kept)):
        if _turn(db, other.id) < _turn(db, merge.id) and other.kept in group:
            group.add(other.merged)
            _set(db, other.merged, "merged_into", merge.merged)
    _set(db, merge.merged, "merged_into", None)
    _move_texts(db, moved, source=merge.kept, target=merge.merged)
    for paper in (merge.kept, merge.merged):
        fields.settle(db, paper, is_lifted=True)


def _move(db: Database, part_: _Part, key: str, *, source: int, target: int) -> None:
    db.execute(
        f"UPDATE {part_.table} SET paper = ? WHERE paper = ? AND CAST({part_.key} AS TEXT) = ?",  # noqa: S608
        (target, source, key),
    )


def _remember(db: Database, merge: Merge, part_: str, key: str) -> None:
    db.execute("INSERT INTO moves (merge_id, part, key) VALUES (?, ?, ?)", (merge.id, part_, key))


def _take_over(db: Database, merge: Merge) -> None:
    """Fill the blanks of the kept paper from the merged one, its key too."""
    kept, merged = _row(db, merge.kept), _row(db, merge.merged)
    for column in COLUMNS:
        if kept[column] in ("", None) and merged[column] not in ("", None):
            _remember(db, merge, "papers", column)
            _set(db, merge.kept, column, merged[column])
    _set_hash(db, merge.kept)
    # Removed from the merged paper first, since keys are unique.
    if kept["key"] is None and merged["key"] is not None:
        _remember(db, merge, "papers", "key")
        _set(db, merge.merged, "key", None)
        _set(db, merge.kept, "key", merged["key"])


def _set(db: Database, row: int, column: str, value: object) -> None:
    db.execute(f"UPDATE papers SET {column} = ? WHERE id = ?", (value, row))  # noqa: S608


def _row(db: Database, row: int) -> Row:
    return db.read("SELECT * FROM papers WHERE id = ?", (row,))[0]


def _set_hash(db: Database, row: int) -> None:
    paper = _row(db, row)
    now = text_hash(paper["title"], paper["abstract"])
    if now != paper["content_hash"]:
        _set(db, row, "content_hash", now)


def _merge(row: Row) -> Merge:
    return Merge(
        row["id"], row["kept"], row["merged"], row["why"], date.fromisoformat(row["on_date"])
    )


def _move_texts(db: Database, moved: set[str], *, source: int, target: int) -> None:
    """Move the texts in index.db: passages and pictures with their PDF, highlights with their
    rows; notes are deleted there, to be indexed anew."""
    # OR IGNORE and OR REPLACE, since the target may have a passage of the same place, or pictures.
    if "pdfs" in moved:
        db.execute(
            "UPDATE OR IGNORE idx.texts SET paper = ? WHERE paper = ? AND kind = 'passage'",
            (target, source),
        )
        db.execute("UPDATE OR REPLACE idx.pictures SET paper = ? WHERE paper = ?", (target, source))
        for table in ("cited_keys", "cited"):
            db.execute(f"""UPDATE idx.{table} SET paper = ?1 WHERE paper = ?2
                       AND NOT EXISTS (SELECT 1 FROM idx.cited WHERE paper = ?1)""", (target, source))  # noqa: E501, S608  # fmt: skip
    if "highlights" in moved:
        db.execute(
            """
            UPDATE idx.texts SET paper = ? WHERE paper = ? AND kind = 'highlight'
            AND position IN (SELECT id FROM highlights WHERE paper = ?)
            """,
            (target, source, target),
        )
    if "notes" in moved:
        stale = "SELECT id FROM idx.texts WHERE kind = 'note' AND paper IN (?, ?)"
        db.execute(f"DELETE FROM idx.full_text WHERE rowid IN ({stale})", (source, target))  # noqa: S608
        db.execute("DELETE FROM idx.texts WHERE kind = 'note' AND paper IN (?, ?)",
                   (source, target))  # fmt: skip


def _give_filings(db: Database, *, source: int, target: int) -> None:
    """Give back, with each filing, the row by which it was taken back after the merge.

    The folder in it is what the paper had of its own before, not one of the kept paper's.
    """
    db.execute(
        """
        UPDATE filings AS u SET paper = ?1, topic = coalesce((
            SELECT e.topic FROM filings AS e WHERE e.paper = ?1 AND e.id < u.undoes
            AND e.undoes IS NULL AND e.act IS NOT (SELECT act FROM filings WHERE id = u.undoes)
            AND NOT EXISTS (SELECT 1 FROM filings AS o WHERE o.undoes = e.id)
            ORDER BY e.id DESC LIMIT 1), 'unfiled')
        WHERE paper = ?2 AND undoes IN (SELECT id FROM filings WHERE paper = ?1)
        """,
        (target, source),
    )
