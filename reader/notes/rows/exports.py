"""Keep the last written content of each file of notes/, the entries of pages, and the links.

A paper's file has a row in `exports`, a page of a topic or a week one in `pages`. Both have a
name here: `note 12`, `topic speech/translation`, `week 2026-W48`. The links are derived from
the notes' newest revisions, as the last export saw them. Nothing here decides what stands in
a file.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from reader.base.front_matter import text_at
from reader.library.rows.database import REMOVED_SQL, Database, Row
from reader.notes.rows.notes import UNDATED_SQL
from reader.notes.sheet import PageEntry


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file as it was left, or is about to be.

    path: relative to the library, `/` between its parts. front: the program's own lines of
    the front matter, as it would have them; empty where it is not known. note: the revision
    that stands in it, None of a page.
    """

    name: str
    path: str
    content: str
    front: str
    note: int | None = None

    @property
    def titles(self) -> tuple[str, ...]:
        """Return the title in our heading when the file was last written, if it is known."""
        title = text_at(self.front, "title")
        return () if title is None else (title,)


def note_name(row: int) -> str:
    """Name the file of a paper."""
    return f"note {row}"


def row_in(name: str) -> int | None:
    """Return the paper whose file has this name, None for a page."""
    kind, _, row = name.partition(" ")
    return int(row) if kind == "note" else None


def exported(db: Database, paper: int) -> WrittenFile | None:
    """Read the file of a paper as it was last written, None before its first export."""
    return last_written(db, note_name(paper))


def last_written(db: Database, name: str) -> WrittenFile | None:
    """Read the file of this name as it was last written, None for none."""
    row = row_in(name)
    if row is None:
        # Both statements give the columns of `unfinished`, so that `_written_file` reads all three.
        found = db.read_one("SELECT *, NULL AS note FROM pages WHERE name = ?", (name,))
    else:
        sql = "SELECT *, 'note ' || paper AS name FROM exports WHERE paper = ?"
        found = db.read_one(sql, (row,))
    return _written_file(found) if found else None


def rename_page(db: Database, name: str, new: str) -> None:
    """Rename a page to another topic's, unless that has one."""
    db.execute("UPDATE OR IGNORE pages SET name = ? WHERE name = ?", (new, name))


def drop_page(db: Database, name: str) -> None:
    """Forget a page that is there no more."""
    db.execute("DELETE FROM pages WHERE name = ?", (name,))


def forget(db: Database, paper: int) -> None:
    """Forget the file of a paper that has no note any more."""
    db.execute("DELETE FROM exports WHERE paper = ?", (paper,))


def set_path(db: Database, name: str, path: str) -> None:
    """Record that a file lies elsewhere."""
    row = row_in(name)
    with db.writing():
        if row is None:
            db.execute("UPDATE pages SET path = ? WHERE name = ?", (path, name))
        else:
            db.execute("UPDATE exports SET path = ? WHERE paper = ?", (path, row))


def paths(db: Database) -> dict[str, str]:
    """Return path → name for every file that is recorded."""
    return db.pairs(
        "SELECT path, 'note ' || paper AS name FROM exports UNION ALL SELECT path, name FROM pages"
    )


def path_of(db: Database, name: str) -> str:
    """Return the recorded path of a file, empty for none."""
    row = row_in(name)
    if row is None:
        found = db.read_one("SELECT path FROM pages WHERE name = ?", (name,))
    else:
        found = db.read_one("SELECT path FROM exports WHERE paper = ?", (row,))
    return str(found["path"]) if found else ""


def name_at(db: Database, path: str) -> str:
    """Return the name of the file that is recorded at a path, empty for none."""
    found = db.read_one(
        "SELECT 'note ' || paper AS name FROM exports WHERE path = ?1 UNION ALL"
        " SELECT name FROM pages WHERE path = ?1",
        (path,),
    )
    return str(found["name"]) if found else ""


def begin(db: Database, files: Iterable[WrittenFile]) -> None:
    """Record files that are about to be written, so that a kill leaves no doubt whose they are."""
    db.execute_many(
        """
        INSERT OR REPLACE INTO unfinished (name, path, content, front, note)
        VALUES (?, ?, ?, ?, ?)
        """,
        [(f.name, f.path, f.content, f.front, f.note) for f in files],
    )


def unfinished(db: Database) -> list[WrittenFile]:
    """Read the files that a killed export was about to write."""
    return [_written_file(r) for r in db.read("SELECT * FROM unfinished ORDER BY name")]


def finish(db: Database, written: Iterable[WrittenFile], names: Iterable[str] = ()) -> None:
    """Record the content of files that were written; those of `names` are unfinished no more."""
    with db.writing():
        for f in written:
            row = row_in(f.name)
            if row is None:
                db.execute(
                    "INSERT OR REPLACE INTO pages (name, path, content, front) VALUES (?, ?, ?, ?)",
                    (f.name, f.path, f.content, f.front),
                )
                continue
            db.execute(
                """
                INSERT INTO exports (paper, path, content, note, front) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET path = excluded.path, content = excluded.content,
                    note = excluded.note, front = excluded.front
                """,
                (row, f.path, f.content, f.note, f.front),
            )
        db.execute_many("DELETE FROM unfinished WHERE name = ?", [(name,) for name in names])


def _written_file(row: Row) -> WrittenFile:
    return WrittenFile(row["name"], row["path"], row["content"], row["front"], row["note"])


def noted(db: Database, rows: Iterable[int] | None = None) -> list[int]:
    """List the papers that have a note, among some or all; none that was removed."""
    return db.column(
        f"""
        SELECT DISTINCT paper FROM notes WHERE paper NOT IN ({REMOVED_SQL})
        AND (?1 IS NULL OR paper IN (SELECT value FROM json_each(?1))) ORDER BY paper
        """,  # noqa: S608  a constant
        (None if rows is None else json.dumps(list(rows)),),
    )


def newest_texts(db: Database, rows: Iterable[int]) -> dict[int, str]:
    """Return paper → newest text of its note, for those of some papers that have one."""
    return db.pairs(
        """
        SELECT paper, text FROM notes WHERE id IN (SELECT max(id) FROM notes
            WHERE paper IN (SELECT value FROM json_each(?)) GROUP BY paper)
        """,
        (json.dumps(list(rows)),),
    )


def merged(db: Database) -> set[str]:
    """Name the files of papers that were merged into another one."""
    # A merge leaves a row in `exports` behind where both papers had a file.
    rows = db.read(
        "SELECT 'note ' || p.id AS name FROM papers AS p JOIN exports AS e ON e.paper = p.id"
        " WHERE p.merged_into IS NOT NULL"
    )
    return {r["name"] for r in rows}


def behind(db: Database) -> list[int]:
    """Find the papers whose newest revision is in no file yet."""
    # A comparison with NULL is NULL, so a paper without a file needs the condition IS NULL.
    return db.column(
        f"""
        SELECT n.paper FROM (SELECT paper, max(id) AS id FROM notes GROUP BY paper) AS n
        LEFT JOIN exports AS e ON e.paper = n.paper
        WHERE (e.note IS NULL OR e.note != n.id) AND n.paper NOT IN ({REMOVED_SQL})
        ORDER BY n.paper
        """  # noqa: S608  a constant
    )


def filed_under(db: Database, topic: str) -> list[int]:
    """Find the papers that are filed under a topic now."""
    # The first condition is answered by the index `filings_by_topic`; the second one leaves
    # out the papers that were filed elsewhere since.
    return db.column(
        """
        SELECT DISTINCT paper FROM filings AS own WHERE topic = ?1 AND ?1 =
            (SELECT topic FROM filings AS f WHERE f.paper = own.paper ORDER BY id DESC LIMIT 1)
        """,
        (topic,),
    )


def noted_between(db: Database, first: date, last: date) -> list[int]:
    """Find the papers with a revision between two days, both included."""
    sql = "SELECT DISTINCT paper FROM notes WHERE on_date BETWEEN ? AND ?"
    return db.column(sql, (first.isoformat(), last.isoformat()))


def entries(db: Database, rows: Iterable[int]) -> list[PageEntry]:
    """List those of some papers that have a file and a note, by row."""
    # `first_on` in WHERE is the result column of that name, which SQLite allows and the
    # standard does not.
    found = db.read(
        f"""
        SELECT e.paper, e.path, p.title,
            substr(coalesce(p.published_on, p.announced_on, ''), 1, 4) AS year,
            (SELECT json_group_array(name) FROM (
                SELECT name FROM authors WHERE paper = p.id ORDER BY position LIMIT 3)) AS authors,
            coalesce((SELECT topic FROM filings AS f WHERE f.paper = p.id ORDER BY id DESC LIMIT 1),
                '') AS topic,
            (SELECT min(on_date) FROM notes WHERE paper = p.id) AS first_on,
            (SELECT min(on_date) FROM notes WHERE paper = p.id AND is_written) AS written_on,
            (SELECT min(on_date) FROM notes AS n WHERE paper = p.id AND NOT ({UNDATED_SQL}))
                AS known_on,
            (SELECT min(on_date) FROM notes AS n WHERE paper = p.id AND is_written
                AND NOT ({UNDATED_SQL})) AS known_written_on
        FROM exports AS e JOIN papers AS p ON p.id = e.paper AND p.merged_into IS NULL
        WHERE e.paper IN (SELECT value FROM json_each(?)) AND first_on IS NOT NULL
        ORDER BY e.paper
        """,  # noqa: S608  constants
        (json.dumps(list(rows)),),
    )
    return [
        PageEntry(
            *(r["paper"], r["title"], tuple(json.loads(r["authors"])), r["year"]),
            topic=r["topic"],
            path=r["path"],
            first_on=date.fromisoformat(r["known_on"] or r["first_on"]),
            on=date.fromisoformat(
                r["known_written_on"] or r["known_on"] or r["written_on"] or r["first_on"]
            ),
            is_written=r["written_on"] is not None,
            is_dated=r["known_on"] is not None,
        )
        for r in found
    ]


def has_links(db: Database) -> bool:
    """Check whether the links of any note were ever kept."""
    return db.read_one("SELECT 1 FROM note_links LIMIT 1") is not None


def linked_names(db: Database, rows: Iterable[int]) -> dict[int, set[str]]:
    """Return paper → folded names that its note links to, for those of some papers that link."""
    found: dict[int, set[str]] = {}
    values = (json.dumps(list(rows)),)
    sql = "SELECT source, name FROM note_links WHERE source IN (SELECT value FROM json_each(?))"
    for r in db.read(sql, values):
        found.setdefault(r["source"], set()).add(r["name"])
    return found


def set_linked_names(db: Database, names: Mapping[int, Collection[str]]) -> None:
    """Record the folded names that some notes link to now."""
    with db.writing():
        # For a note that links to nothing any more only this statement does something.
        db.execute_many("DELETE FROM note_links WHERE source = ?", [(row,) for row in names])
        db.execute_many(
            "INSERT INTO note_links (name, source) VALUES (?, ?)",
            [(name, row) for row, of_row in names.items() for name in sorted(of_row)],
        )


def sources_of(db: Database, names: Iterable[str]) -> list[int]:
    """Find the papers whose notes link to one of some folded names."""
    # A merge moves notes to the paper that is kept, and leaves the links of the other one here:
    # EXISTS leaves those out.
    return db.column(
        f"""
        SELECT DISTINCT source FROM note_links WHERE name IN (SELECT value FROM json_each(?))
        AND source NOT IN ({REMOVED_SQL})
        AND EXISTS (SELECT 1 FROM notes WHERE paper = source) ORDER BY source
        """,  # noqa: S608  a constant
        (json.dumps(list(names)),),
    )


def keys_of(db: Database, row: int) -> list[str]:
    """List the keys under which a paper is known, those of its copies too."""
    return db.column(
        "SELECT key FROM papers WHERE key IS NOT NULL AND (id = ?1 OR merged_into = ?1)", (row,)
    )


def papers_with(db: Database, keys: Iterable[str]) -> dict[str, int]:
    """Return key → paper for some keys, written as they are here."""
    # A merged copy keeps its key, by which notes may link to it: it stands for the paper kept.
    return db.pairs(
        "SELECT key, coalesce(merged_into, id) AS row FROM papers"
        " WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(keys)),),
    )
