"""Store what imports brought, and take an import back. A restored library is stored beside them.

`imported` has a row for each thing that an import made, by the part of the library and its key
there. A paper is deleted by an undo only where nothing else stands on it: every table that names
papers counts, but for those in `_OWN`, whose rows come with a paper.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reader.library.rows import fields
from reader.library.rows.database import Database, Row
from reader.library.rows.decisions import next_act
from reader.library.rows.fields import BY_HAND

Part = Literal["paper", "identifier", "filing", "note", "highlight", "pdf", "tag", "collection"]


@dataclass(frozen=True, slots=True)
class Import:
    """One import. source: the path that was named. ended_at: None while it is not complete."""

    id: int
    act: int
    source: str
    form: str
    at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeByImport:
    """A thing that an import made. key: its id in its table; of a PDF the SHA-256, of a paper
    its place in the source."""

    id: int
    paper: int
    part: Part
    key: str


RESTORE = "restore"
"""The form of what is no import: the whole library was restored, and `source` takes it back."""

_OWN = ("identifiers", "authors", "versions", "origins", "changes", "pdfs", "additions",
        "marked_copies", "returned", "place_history", "citations", "openings", "questions",
        "exports", "imported", "citation_keys", "fields", "refreshed",
        "reading_places")  # fmt: skip
"""Tables whose rows are deleted with a paper that an import is taken back for; of `fields` only
where none of them is the person's word."""


CACHE_KIB = 65_536
"""Memory for pages of each database during a large import; SQLite's own choice is 2,000 KiB."""


def keep_pages(db: Database) -> None:
    """Keep more pages in memory, until this connection is closed.

    The rows of one paper go to many places of the indexes, and each page that is no longer in
    memory is read again.
    """
    for name in ("main", "idx"):
        db.read(f"PRAGMA {name}.cache_size = -{CACHE_KIB}")


def begin(db: Database, source: str, form: str, *, at: datetime) -> Import:
    """Go on with the import of a source that was not completed, or begin a new one."""
    with db.writing():
        found = db.read_one(_OPEN_SQL, (source,))
        if found is None:
            number = db.execute(
                "INSERT INTO imports (act, source, form, at) VALUES (?, ?, ?, ?)",
                (next_act(db), source, form, at.isoformat()),
            )
            found = db.read("SELECT * FROM imports WHERE id = ?", (number,))[0]
    return _import(found)


_OPEN_SQL = """
    SELECT * FROM imports
    WHERE source = ? AND ended_at IS NULL AND undone_at IS NULL ORDER BY id DESC LIMIT 1
"""


def point(db: Database, source: str) -> tuple[str, str]:
    """Load where an import of a source that was not completed goes on, as `keep_point` kept it."""
    found = db.read_one(
        f"SELECT s.* FROM ({_OPEN_SQL}) AS i JOIN sources AS s ON s.name = 'import ' || i.id",  # noqa: S608
        (source,),
    )
    return (found["etag"], found["last_modified"]) if found else ("", "")


def keep_point(db: Database, one: Import, token: str, place: str) -> None:
    """Keep where an import goes on after a kill: what its source is asked with, and a place."""
    with db.writing():
        db.execute(
            """
            INSERT INTO sources (name, etag, last_modified) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified
            """,
            (f"import {one.id}", token, place),
        )


def _forget_point(db: Database, one: Import) -> None:
    db.execute("DELETE FROM sources WHERE name = ?", (f"import {one.id}",))


def add_restore(db: Database, before: str, *, at: datetime) -> int:
    """Record that the library was restored; returns the act. before: the archive of before it."""
    with db.writing():
        act = next_act(db)
        db.execute(
            "INSERT INTO imports (act, source, form, at, ended_at) VALUES (?1, ?2, ?3, ?4, ?4)",
            (act, before, RESTORE, at.isoformat()),
        )
    return act


def end(db: Database, one: Import, *, at: datetime) -> bool:
    """Record that an import is complete; one that made nothing is forgotten.

    Returns whether it made anything.
    """
    with db.writing():
        _forget_point(db, one)
        tables = ("imported", "loose_notes", "citation_keys", "fields")
        made = " UNION ".join(f"SELECT 1 FROM {table} WHERE import = ?1" for table in tables)  # noqa: S608
        made += " UNION SELECT 1 FROM properties WHERE act = ?2"
        if db.read_one(made, (one.id, one.act)) is None:
            db.execute("DELETE FROM imports WHERE id = ?", (one.id,))
            return False
        db.execute("UPDATE imports SET ended_at = ? WHERE id = ?", (at.isoformat(), one.id))
    return True


def with_number(db: Database, number: int) -> Import:
    """Look up an import by its id."""
    return _import(db.read("SELECT * FROM imports WHERE id = ?", (number,))[0])


def standing(db: Database, *, act: int | None = None, limit: int = 1) -> list[Import]:
    """List the imports that were not taken back, the newest first. act: only that one."""
    rows = db.read(
        """
        SELECT * FROM imports WHERE undone_at IS NULL AND (?1 IS NULL OR act = ?1)
        ORDER BY act DESC LIMIT ?2
        """,
        (act, limit),
    )
    return [_import(row) for row in rows]


def add_made(db: Database, one: Import, paper: int, part: Part, keys: Iterable[object]) -> None:
    """Record things that an import made for a paper, each once."""
    db.execute_many(
        "INSERT OR IGNORE INTO imported (import, paper, part, key) VALUES (?, ?, ?, ?)",
        [(one.id, paper, part, str(key)) for key in keys],
    )


def add_citation_key(db: Database, one: Import, paper: int, key: str) -> None:
    """Record the key by which manuscripts cite a paper, unless it is taken."""
    db.execute(
        "INSERT OR IGNORE INTO citation_keys (import, paper, key) VALUES (?, ?, ?)",
        (one.id, paper, key),
    )


def made(db: Database, one: Import) -> list[MadeByImport]:
    """List what an import made and is still there, in that order."""
    rows = db.read("SELECT * FROM imported WHERE import = ? ORDER BY id", (one.id,))
    return [MadeByImport(r["id"], r["paper"], r["part"], r["key"]) for r in rows]


BY_IMPORT_SQL = """
    SELECT paper FROM imported
    WHERE +import = ? AND part = 'paper' AND paper IN (SELECT value FROM json_each(?))
"""
"""The plus keeps SQLite from reading all that the import brought, a million rows, each time."""


def papers_of(db: Database, one: Import, rows: Iterable[int]) -> set[int]:
    """Choose from some papers those that an import brought."""
    return set(db.column(BY_IMPORT_SQL, (one.id, json.dumps(list(rows)))))


def without_abstract(
    db: Database, scheme: str, stage: str, *, now: datetime, limit: int
) -> list[str]:
    """List the ids of a scheme whose papers an import brought without an abstract.

    Without those on which the stage failed and whose time to try again has not come, or that
    their registry does not know; at most `limit`.
    """
    return db.column(
        """
        SELECT p.canonical FROM papers AS p
        WHERE p.id IN (SELECT paper FROM imported WHERE part = 'paper')
        AND p.abstract = '' AND p.merged_into IS NULL AND p.canonical LIKE ? || ':%'
        AND NOT EXISTS (SELECT 1 FROM failures AS f WHERE f.stage = ? AND f.subject = p.canonical
                        AND (f.reason = 'no paper' OR f.retry_at > ?))
        ORDER BY p.id LIMIT ?
        """,
        (scheme, stage, now.isoformat(), limit),
    )


def newest_ids(db: Database) -> dict[Part, int]:
    """Read the newest ids of the tables in which an import adds rows of a paper."""
    row = db.read(
        """
        SELECT coalesce((SELECT max(id) FROM notes), 0) AS note,
            coalesce((SELECT max(id) FROM highlights), 0) AS highlight,
            coalesce((SELECT max(id) FROM filings), 0) AS filing
        """
    )[0]
    return {"note": row["note"], "highlight": row["highlight"], "filing": row["filing"]}


def newest_paper(db: Database) -> int:
    """Read the id of the paper that came last, 0 for none."""
    return db.number("SELECT coalesce(max(id), 0) FROM papers")


def added_since(db: Database, one: Import) -> int | None:
    """Find the newest paper that was added by hand after the last one that an import brought."""
    found = db.read_one(
        """
        SELECT max(paper) AS paper FROM origins WHERE source = ?
        AND paper > (SELECT max(paper) FROM imported WHERE import = ? AND part = 'paper')
        AND paper NOT IN (SELECT paper FROM imported WHERE part = 'paper')
        """,
        (BY_HAND, one.id),
    )
    return found["paper"] if found else None


def added_after(db: Database, paper: int, ids: dict[Part, int]) -> dict[Part, list[int]]:
    """List the rows of a paper that were added after `newest_ids` read the given ids."""
    tables: dict[Part, str] = {"note": "notes", "highlight": "highlights", "filing": "filings"}
    return {
        part: [
            r["id"]
            for r in db.read(
                f"SELECT id FROM {tables[part]} WHERE paper = ? AND id > ?",  # noqa: S608
                (paper, newest),
            )
        ]
        for part, newest in ids.items()
    }


def take_back(db: Database, one: Import, *, at: datetime) -> None:
    """Mark an import as taken back, in the open transaction."""
    db.execute("DELETE FROM imported WHERE import = ?", (one.id,))
    db.execute("DELETE FROM citation_keys WHERE import = ?", (one.id,))
    fields.forget_import(db, one.id)
    _forget_point(db, one)
    db.execute("UPDATE imports SET undone_at = ? WHERE id = ?", (at.isoformat(), one.id))


def delete_ratings(db: Database, one: Import) -> None:
    """Delete the ratings that an import brought."""
    db.execute("DELETE FROM properties WHERE act = ?", (one.act,))


def delete_notes(db: Database, paper: int, ids: set[int]) -> int:
    """Delete the newest revisions of a paper's note as far as they are among some ids."""
    n = 0
    for r in db.read("SELECT id FROM notes WHERE paper = ? ORDER BY id DESC", (paper,)):
        if r["id"] not in ids:
            break
        # A note of another import, whose words this revision had, waits again.
        db.execute("UPDATE loose_notes SET note = NULL WHERE note = ?", (r["id"],))
        db.execute("UPDATE arrivals SET note = NULL WHERE note = ?", (r["id"],))
        # The Markdown file goes back to the revision before, or is no paper's file any more.
        before = "(SELECT max(id) FROM notes WHERE paper = ?1 AND id < ?2)"
        if db.read_one(f"SELECT 1 WHERE {before} IS NULL", (paper, r["id"])):
            db.execute("DELETE FROM exports WHERE note = ?", (r["id"],))
        db.execute(f"UPDATE exports SET note = {before} WHERE note = ?2", (paper, r["id"]))  # noqa: S608
        db.execute("DELETE FROM notes WHERE id = ?", (r["id"],))
        n += 1
    if n:
        _forget_texts(db, paper, "note")
    return n


def delete_filing(db: Database, paper: int, ids: set[int]) -> bool:
    """Delete the last filing of a paper if it is among some ids."""
    row = db.read_one("SELECT max(id) AS id FROM filings WHERE paper = ?", (paper,))
    if row is None or row["id"] not in ids:
        return False
    db.execute("DELETE FROM filings WHERE id = ?", (row["id"],))
    return True


def delete_highlights(db: Database, paper: int, ids: set[int]) -> None:
    """Delete states of a paper's marks, except those of marks that have a later state."""
    # The last states first, since later ones name the first as their mark.
    for id_ in sorted(ids, reverse=True):
        later = db.read_one("SELECT 1 FROM highlights WHERE mark = ? AND id != ?", (id_, id_))
        if later is None:
            # An imported mark that the person removed since goes with what says so.
            db.execute("DELETE FROM markings WHERE old = ? AND undoes IS NOT NULL", (id_,))
            db.execute("DELETE FROM markings WHERE old = ?", (id_,))
            db.execute("DELETE FROM sightings WHERE highlight = ?", (id_,))
            db.execute("DELETE FROM highlights WHERE id = ?", (id_,))
    _forget_texts(db, paper, "highlight")


def delete_identifiers(db: Database, paper: int, ids: Iterable[str]) -> None:
    """Take identifiers from a paper, except the canonical one."""
    db.execute_many(
        """
        DELETE FROM identifiers WHERE paper = ? AND id = ?
        AND id NOT IN (SELECT canonical FROM papers)
        """,
        [(paper, id_) for id_ in ids],
    )


def delete_pdf(db: Database, paper: int, sha256: str) -> str:
    """Delete the row of a paper's PDF with its passages; returns its path, "" for none."""
    row = db.read_one("SELECT path FROM pdfs WHERE paper = ? AND sha256 = ?", (paper, sha256))
    if row is None:
        return ""
    db.execute("DELETE FROM pdfs WHERE paper = ?", (paper,))
    db.execute("DELETE FROM additions WHERE paper = ? AND sha256 = ?", (paper, sha256))
    _forget_texts(db, paper, "passage")
    return str(row["path"])


def delete_paper(db: Database, paper: int) -> bool:
    """Delete a paper on which nothing stands; returns whether that was so."""
    brought = db.read_one("SELECT 1 FROM origins WHERE paper = ? AND source != ?", (paper, BY_HAND))
    if brought is not None:
        return False
    # Each table that names papers, by the layout of the database itself: none can be forgotten.
    columns = db.read(
        """
        SELECT m.name AS "table", f."from" AS "column" FROM sqlite_schema AS m
        JOIN pragma_foreign_key_list(m.name) AS f ON f."table" = 'papers' WHERE m.type = 'table'
        """
    )
    if db.read_one("SELECT 1 FROM fields WHERE paper = ? AND act IS NOT NULL", (paper,)):
        return False
    own = [c for c in columns if c["table"] in _OWN]
    for c in (c for c in columns if c["table"] not in _OWN):
        statement = f'SELECT 1 FROM "{c["table"]}" WHERE "{c["column"]}" = ? LIMIT 1'  # noqa: S608
        if db.read_one(statement, (paper,)) is not None:
            return False
    for c in own:
        statement = f'DELETE FROM "{c["table"]}" WHERE "{c["column"]}" = ?'  # noqa: S608
        db.execute(statement, (paper,))
    db.execute("DELETE FROM papers WHERE id = ?", (paper,))
    _forget_texts(db, paper)
    for table in ("ranks", "ranked", "pictures"):
        db.execute(f"DELETE FROM idx.{table} WHERE paper = ?", (paper,))  # noqa: S608
    return True


def _forget_texts(db: Database, paper: int, kind: str = "%") -> None:
    """Delete the texts of a paper in index.db: all, or those of a kind."""
    which = "SELECT id FROM idx.texts WHERE paper = ? AND kind LIKE ?"
    db.execute(f"DELETE FROM idx.full_text WHERE rowid IN ({which})", (paper, kind))  # noqa: S608
    db.execute("DELETE FROM idx.texts WHERE paper = ? AND kind LIKE ?", (paper, kind))


def _import(row: Row) -> Import:
    ended = row["ended_at"]
    return Import(
        row["id"],
        row["act"],
        row["source"],
        row["form"],
        datetime.fromisoformat(row["at"]),
        datetime.fromisoformat(ended) if ended else None,
    )
