"""List what the pages of topics and weeks say of papers, and who links to whom.

Derived from the notes' newest revisions, as the last export saw them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from reader.library.rows.database import Database, Row


@dataclass(frozen=True, slots=True)
class PageEntry:
    """What a page says of one paper that has a note; path: of its file.

    first_on: local date of the first revision; written_on: of the first that counts.
    """

    paper: int
    title: str
    author: str
    n_authors: int
    year: str
    topic: str
    path: str
    first_on: date
    written_on: date | None


def entries_of_topic(db: Database, topic: str) -> list[PageEntry]:
    """List the papers with a file that are filed under a topic."""
    return _entries(
        db,
        """
        e.paper IN (SELECT paper FROM filings WHERE topic = ?1) AND ?1 =
            (SELECT topic FROM filings AS f WHERE f.paper = e.paper ORDER BY id DESC LIMIT 1)
        """,
        (topic,),
    )


def entries_between(db: Database, first: date, last: date) -> list[PageEntry]:
    """List the papers with a file of which a revision is of these days, both included."""
    return _entries(
        db,
        "e.paper IN (SELECT paper FROM notes WHERE on_date BETWEEN ? AND ?)",
        (first.isoformat(), last.isoformat()),
    )


def entries(db: Database, rows: Iterable[int] | None = None) -> list[PageEntry]:
    """List some papers with a file, or all."""
    if rows is None:
        return _entries(db, "1", ())
    among = "e.paper IN (SELECT value FROM json_each(?))"
    return _entries(db, among, (json.dumps(list(rows)),))


def _entries(db: Database, where: str, values: tuple[str, ...]) -> list[PageEntry]:
    rows = db.read(
        f"""
        SELECT e.paper, e.path, p.title,
            substr(coalesce(p.published_on, p.announced_on, ''), 1, 4) AS year,
            coalesce((SELECT name FROM authors WHERE paper = p.id ORDER BY position LIMIT 1), '')
                AS author,
            (SELECT count(*) FROM authors WHERE paper = p.id) AS n_authors,
            coalesce((SELECT topic FROM filings AS f WHERE f.paper = p.id ORDER BY id DESC LIMIT 1),
                '') AS topic,
            (SELECT min(on_date) FROM notes WHERE paper = p.id) AS first_on,
            (SELECT min(on_date) FROM notes WHERE paper = p.id AND is_written) AS written_on
        FROM exports AS e JOIN papers AS p ON p.id = e.paper AND p.merged_into IS NULL
        WHERE {where} AND first_on IS NOT NULL ORDER BY e.paper
        """,  # noqa: S608  `where` is one of this module's own constants
        values,
    )
    return [_entry(r) for r in rows]


def _entry(r: Row) -> PageEntry:
    return PageEntry(
        paper=r["paper"],
        title=r["title"],
        author=r["author"],
        n_authors=r["n_authors"],
        year=r["year"],
        topic=r["topic"],
        path=r["path"],
        first_on=date.fromisoformat(r["first_on"]),
        written_on=date.fromisoformat(r["written_on"]) if r["written_on"] else None,
    )


def is_empty(db: Database) -> bool:
    """Tell that no link was ever kept."""
    return db.read_one("SELECT 1 FROM note_links LIMIT 1") is None


def names_of(db: Database, rows: Iterable[int]) -> dict[int, set[str]]:
    """Give the folded names that the notes of some papers link to."""
    found: dict[int, set[str]] = {}
    values = (json.dumps(list(rows)),)
    sql = "SELECT source, name FROM note_links WHERE source IN (SELECT value FROM json_each(?))"
    for r in db.read(sql, values):
        found.setdefault(r["source"], set()).add(r["name"])
    return found


def set_names(db: Database, names: Mapping[int, Collection[str]]) -> None:
    """Record the folded names that some notes link to now."""
    with db.writing():
        db.execute_many("DELETE FROM note_links WHERE source = ?", [(row,) for row in names])
        db.execute_many(
            "INSERT INTO note_links (name, source) VALUES (?, ?)",
            [(name, row) for row, of_row in names.items() for name in sorted(of_row)],
        )


def sources_of(db: Database, names: Iterable[str]) -> list[int]:
    """List the papers whose notes link to one of some folded names."""
    rows = db.read(
        """
        SELECT DISTINCT source FROM note_links WHERE name IN (SELECT value FROM json_each(?))
        AND EXISTS (SELECT 1 FROM notes WHERE paper = source) ORDER BY source
        """,
        (json.dumps(list(names)),),
    )
    return [r["source"] for r in rows]


def keys_of(db: Database, row: int) -> list[str]:
    """List the keys under which a paper is known, those of its copies too."""
    rows = db.read(
        "SELECT key FROM papers WHERE key IS NOT NULL AND (id = ?1 OR merged_into = ?1)", (row,)
    )
    return [r["key"] for r in rows]


def papers_with(db: Database, keys: Iterable[str]) -> dict[str, int]:
    """Give key → paper for some keys, written as they are here."""
    rows = db.read(
        "SELECT key, coalesce(merged_into, id) AS row FROM papers"
        " WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(keys)),),
    )
    return {r["key"]: r["row"] for r in rows}
