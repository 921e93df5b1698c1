"""List what the pages of topics and weeks say of the papers that have a Markdown file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reader.store.database import Database, Row


@dataclass(frozen=True, slots=True)
class Entry:
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


def entries_of_topic(db: Database, topic: str) -> list[Entry]:
    """List the papers with a file that are filed under a topic."""
    return _entries(
        db,
        """
        e.paper IN (SELECT paper FROM filings WHERE topic = ?1) AND ?1 =
            (SELECT topic FROM filings AS f WHERE f.paper = e.paper ORDER BY id DESC LIMIT 1)
        """,
        (topic,),
    )


def entries_between(db: Database, first: date, last: date) -> list[Entry]:
    """List the papers with a file of which a revision is of these days, both included."""
    return _entries(
        db,
        "e.paper IN (SELECT paper FROM notes WHERE on_date BETWEEN ? AND ?)",
        (first.isoformat(), last.isoformat()),
    )


def entries(db: Database, rows: Iterable[int] | None = None) -> list[Entry]:
    """List some papers with a file, or all."""
    if rows is None:
        return _entries(db, "1", ())
    among = "e.paper IN (SELECT value FROM json_each(?))"
    return _entries(db, among, (json.dumps(list(rows)),))


def _entries(db: Database, where: str, values: tuple[str, ...]) -> list[Entry]:
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


def _entry(r: Row) -> Entry:
    return Entry(
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
