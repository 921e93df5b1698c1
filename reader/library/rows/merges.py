"""Join two rows that are one paper, and part them again exactly as they were.

A merge moves what hangs on the merged row to the kept one and remembers each thing that
it moved; nothing is deleted, and a split moves just these back. So every other query
finds one paper without knowing of merges: it only leaves out rows with `merged_into`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from reader.library.rows.database import Database, Row

Answer = Literal["merge", "split"]


@dataclass(frozen=True, slots=True)
class Merge:
    """One joining that stands: `merged` is read as `kept`."""

    id: int
    kept: int
    merged: int
    why: str
    on_date: date


@dataclass(frozen=True, slots=True)
class Question:
    """Two rows that may be one paper; the reader is asked."""

    first: int
    second: int
    why: str
    asked_on: date


@dataclass(frozen=True, slots=True)
class _Part:
    """A table whose rows belong to papers: what names a row within a paper, what moves.

    all: every row. new: rows whose key the kept paper lacks. none: all rows, where the
    kept paper has none of its own.
    """

    table: str
    key: str
    moves: Literal["all", "new", "none"]
    unless: str = ""
    """The table in which the kept paper must have none, where it is not this one."""


PARTS = (
    _Part("identifiers", "id", "all"),
    _Part("decisions", "id", "all"),
    _Part("lessons", "id", "all"),
    _Part("postponed", "id", "all"),
    _Part("shown", "day", "new"),
    _Part("lines", "day", "new"),
    _Part("filings", "id", "all"),
    _Part("notes", "id", "all"),
    _Part("origins", "source", "new"),
    _Part("authors", "position", "none"),
    _Part("changes", "number", "none", unless="versions"),
    _Part("versions", "number", "none"),
    _Part("exports", "''", "none"),
    _Part("pdfs", "''", "none"),
    _Part("additions", "path", "all"),
    _Part("taken", "id", "all"),
    _Part("marked_copies", "sha256", "new"),
    _Part("returned", "place", "all"),
    _Part("place_history", "id", "all"),
    _Part("highlights", "id", "all"),
    _Part("reviews", "id", "all"),
    _Part("openings", "id", "all"),
)
STAYING = ("citations", "arrivals")
"""Tables whose rows stay with the copy that they were counted for or sent about."""

COLUMNS = {"abstract": "''", "categories": "''", "comment": "''", "pdf_url": "''",
           "published_on": "NULL", "announced_on": "NULL", "version": "NULL"}  # fmt: skip
"""Columns of a paper that it takes over where its own are blank, and the blank."""

_CONDITIONS = {
    "all": "",
    "new": "AND {key} NOT IN (SELECT {key} FROM {table} WHERE paper = ?)",
    "none": "AND NOT EXISTS (SELECT 1 FROM {unless} WHERE paper = ?)",
}


def join(
    db: Database, kept: int, merged: int, *, why: str, on: date, undoes: int | None = None
) -> int:
    """Read `merged` as `kept` from now on; both are rows that stand alone. Returns its id."""
    with db.writing():
        merge = db.execute(
            """
            INSERT INTO merges (kept, merged, kind, undoes, why, on_date)
            VALUES (?, ?, 'merge', ?, ?, ?)
            """,
            (kept, merged, undoes, why, on.isoformat()),
        )
        answer(db, kept, merged, "merge")
        _apply(db, Merge(merge, kept, merged, why, on))
    return merge


def part(db: Database, merge: Merge, *, why: str, on: date) -> None:
    """Take one merge back; others of the same paper stay."""
    with db.writing():
        # In their order, so that each finds what it found the first time.
        later = [m for m in merges_of(db, merge.kept) if m.id > merge.id]
        for other in reversed(later):
            _revert(db, other)
        _revert(db, merge)
        keep_apart(db, merge.kept, merge.merged, why=why, on=on, undoes=merge.id)
        for other in later:
            _apply(db, other)


def keep_apart(
    db: Database, first: int, second: int, *, why: str, on: date, undoes: int | None = None
) -> None:
    """Record that two rows are two papers: nothing joins them by itself any more."""
    with db.writing():
        db.execute(
            """
            INSERT INTO merges (kept, merged, kind, undoes, why, on_date)
            VALUES (?, ?, 'split', ?, ?, ?)
            """,
            (first, second, undoes, why, on.isoformat()),
        )
        answer(db, first, second, "split")


def merges_of(db: Database, row: int) -> list[Merge]:
    """List the merges that make up the paper of a row, the oldest first."""
    rows = db.read(
        """
        SELECT m.* FROM merges AS m JOIN papers AS p ON p.id = m.merged
        WHERE m.kind = 'merge'
          AND p.merged_into = (SELECT coalesce(merged_into, id) FROM papers WHERE id = ?)
          AND NOT EXISTS (SELECT 1 FROM merges AS s WHERE s.undoes = m.id AND s.kind = 'split')
        ORDER BY m.id
        """,
        (row,),
    )
    return [_merge(r) for r in rows]


def merge_that_brought(db: Database, identifier: str) -> Merge | None:
    """Find the merge by which an identifier left its own paper, None where it did not."""
    row = db.read_one(
        """
        SELECT m.* FROM moves AS v JOIN merges AS m ON m.id = v.merge_id
        WHERE v.part = 'identifiers' AND v.key = ? ORDER BY m.id LIMIT 1
        """,
        (identifier,),
    )
    return _merge(row) if row else None


def last_split(db: Database, first: int, second: int) -> int | None:
    """Give the split that keeps two rows apart, None where nothing does."""
    row = db.read_one(
        """
        SELECT id, kind FROM merges
        WHERE (kept = ? AND merged = ?) OR (kept = ? AND merged = ?) ORDER BY id DESC LIMIT 1
        """,
        (first, second, second, first),
    )
    return int(row["id"]) if row and row["kind"] == "split" else None


def row_now(db: Database, row: int) -> int:
    """Give the row that a row is read as: itself, or the one that it was merged into."""
    found = db.read_one("SELECT coalesce(merged_into, id) AS row FROM papers WHERE id = ?", (row,))
    return int(found["row"]) if found else row


def ask(db: Database, one: int, other: int, *, why: str, on: date) -> None:
    """Ask once whether two rows are one paper; what was answered is not asked again."""
    if one == other or last_split(db, one, other):
        return
    with db.writing():
        db.execute(
            """
            INSERT INTO questions (first, second, why, asked_on) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            (min(one, other), max(one, other), why, on.isoformat()),
        )


def open_questions(db: Database) -> list[Question]:
    """List what nobody answered: pairs with a decision or a note first, then the newest."""
    rows = db.read(
        """
        SELECT DISTINCT coalesce(a.merged_into, a.id) AS first,
            coalesce(b.merged_into, b.id) AS second, q.why, q.asked_on,
            EXISTS (SELECT 1 FROM decisions AS d WHERE d.paper IN (a.id, b.id))
              OR EXISTS (SELECT 1 FROM notes AS n WHERE n.paper IN (a.id, b.id)) AS is_decided
        FROM questions AS q JOIN papers AS a ON a.id = q.first JOIN papers AS b ON b.id = q.second
        WHERE q.answer IS NULL AND coalesce(a.merged_into, a.id) != coalesce(b.merged_into, b.id)
        ORDER BY is_decided DESC, q.asked_on DESC, q.first, q.second
        """
    )
    return [
        Question(r["first"], r["second"], r["why"], date.fromisoformat(r["asked_on"])) for r in rows
    ]


def answer(db: Database, one: int, other: int, given: Answer) -> None:
    """Answer what is asked of two papers, whichever of their copies it was asked of."""
    of_paper = "SELECT id FROM papers WHERE id = ? OR merged_into = ?"
    with db.writing():
        for first, second in ((one, other), (other, one)):
            db.execute(
                f"UPDATE questions SET answer = ? WHERE first IN ({of_paper})"  # noqa: S608
                f" AND second IN ({of_paper})",
                (given, first, first, second, second),
            )


def text_hash(title: str, abstract: str) -> str:
    """Name what is searched of a paper by its content."""
    return hashlib.sha256(f"{title}\n{abstract}".encode()).hexdigest()[:32]


def _apply(db: Database, merge: Merge) -> None:
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


def _revert(db: Database, merge: Merge) -> None:
    """Undo `_apply`, all merges after this one being undone already."""
    parts = {part_.table: part_ for part_ in PARTS}
    moved = set()
    for row in db.read("SELECT part, key FROM moves WHERE merge_id = ?", (merge.id,)):
        if row["part"] == "papers":
            _give_back(db, merge, row["key"])
        else:
            _move(db, parts[row["part"]], row["key"], source=merge.kept, target=merge.merged)
            moved.add(row["part"])
    db.execute("DELETE FROM moves WHERE merge_id = ?", (merge.id,))
    # A mark that was changed meanwhile goes back with all that became of it.
    db.execute(
        """
        UPDATE highlights SET paper = ?1 WHERE paper = ?2
        AND mark IN (SELECT mark FROM highlights WHERE paper = ?1)
        """,
        (merge.merged, merge.kept),
    )
    _set_hash(db, merge.kept)
    for row_ in _below(db, merge):
        db.execute("UPDATE papers SET merged_into = ? WHERE id = ?", (merge.merged, row_))
    db.execute("UPDATE papers SET merged_into = NULL WHERE id = ?", (merge.merged,))
    _move_texts(db, moved, source=merge.kept, target=merge.merged)


def _below(db: Database, merge: Merge) -> Iterator[int]:
    """Give the rows that were merged into the merged one before."""
    earlier = [m for m in merges_of(db, merge.kept) if m.id < merge.id]
    rows = {merge.merged}
    for other in reversed(earlier):
        if other.kept in rows:
            rows.add(other.merged)
            yield other.merged


def _move(db: Database, part_: _Part, key: str, *, source: int, target: int) -> None:
    db.execute(
        f"UPDATE {part_.table} SET paper = ? WHERE paper = ? AND CAST({part_.key} AS TEXT) = ?",  # noqa: S608
        (target, source, key),
    )


def _remember(db: Database, merge: Merge, part_: str, key: str) -> None:
    db.execute("INSERT INTO moves (merge_id, part, key) VALUES (?, ?, ?)", (merge.id, part_, key))


def _take_over(db: Database, merge: Merge) -> None:
    """Fill the kept paper's blanks, and give it the merged one's key where it has none."""
    rows = {r["id"]: r for r in db.read(
        "SELECT * FROM papers WHERE id IN (?, ?)", (merge.kept, merge.merged)
    )}  # fmt: skip
    kept, merged = rows[merge.kept], rows[merge.merged]
    for column in COLUMNS:
        if kept[column] in ("", None) and merged[column] not in ("", None):
            _remember(db, merge, "papers", column)
            _set(db, merge.kept, column, merged[column])
    _set_hash(db, merge.kept)
    if kept["key"] is None and merged["key"] is not None:
        _remember(db, merge, "papers", "key")
        _set(db, merge.merged, "key", None)
        _set(db, merge.kept, "key", merged["key"])


def _give_back(db: Database, merge: Merge, column: str) -> None:
    kept, merged = (
        db.read("SELECT * FROM papers WHERE id = ?", (row,))[0][column]
        for row in (merge.kept, merge.merged)
    )
    if column == "key":
        _set(db, merge.kept, "key", None)
        _set(db, merge.merged, "key", kept)
    elif kept == merged:  # else it learned better since
        _set(db, merge.kept, column, "" if COLUMNS[column] == "''" else None)


def _set(db: Database, row: int, column: str, value: object) -> None:
    db.execute(f"UPDATE papers SET {column} = ? WHERE id = ?", (value, row))  # noqa: S608


def _set_hash(db: Database, row: int) -> None:
    paper = db.read("SELECT title, abstract, content_hash FROM papers WHERE id = ?", (row,))[0]
    now = text_hash(paper["title"], paper["abstract"])
    if now != paper["content_hash"]:
        _set(db, row, "content_hash", now)


def _move_texts(db: Database, moved: set[str], *, source: int, target: int) -> None:
    """Let the index follow: passages and pictures go with their PDF, highlights with their
    rows, notes are indexed anew."""
    if "pdfs" in moved:
        db.execute(
            "UPDATE OR IGNORE idx.texts SET paper = ? WHERE paper = ? AND kind = 'passage'",
            (target, source),
        )
        db.execute("UPDATE OR REPLACE idx.pictures SET paper = ? WHERE paper = ?", (target, source))
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


def _merge(row: Row) -> Merge:
    return Merge(
        row["id"], row["kept"], row["merged"], row["why"], date.fromisoformat(row["on_date"])
    )
