"""Keep papers: one row each, whatever the copies, with identifiers, authors, versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from reader.paper import Held, Paper, State
from reader.store.database import Database, Row

# Its last decision that was not taken back, and `read` as soon as there is a note.
STATE_SQL = """
    CASE WHEN EXISTS (SELECT 1 FROM notes WHERE notes.paper = p.id) THEN 'read' ELSE coalesce((
        SELECT kind FROM decisions AS d
        WHERE d.paper = p.id AND d.kind != 'undo'
          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
        ORDER BY d.id DESC LIMIT 1), 'candidate') END
"""


LONGEST_NAME = 1_000
"""No title is longer, and SQLite refuses to compare with a pattern of 50,000 bytes."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of some papers: how many were new here, how many known."""

    n_new: int = 0
    n_known: int = 0


def add_papers(db: Database, papers: Iterable[Paper], *, source: str, on: date) -> Added:
    """Bring papers in, in one transaction; a known one only learns what is new of it.

    on: the local day, kept as the day of arrival of those that are new.
    """
    n_new = n_known = 0
    with db.writing():
        for paper in papers:
            row = _row_of(db, paper.ids)
            if row is None:
                row = _insert(db, paper, on)
                _set_authors(db, row, paper)
                n_new += 1
            else:
                if _is_newer(db, row, paper):
                    _update(db, row, paper)
                    _set_authors(db, row, paper)
                n_known += 1
            _add_names(db, row, paper, source, on)
    return Added(n_new, n_known)


def _row_of(db: Database, ids: Sequence[str]) -> int | None:
    # The canonical id decides; where copies stand in two rows already, nothing is merged.
    for id_ in ids:
        found = db.read_one("SELECT paper FROM identifiers WHERE id = ?", (id_,))
        if found:
            return int(found["paper"])
    return None


def _insert(db: Database, paper: Paper, on: date) -> int:
    return db.execute(
        """
        INSERT INTO papers (canonical, title, abstract, categories, comment, published_on,
                            announced_on, arrived_on, version, pdf_url, content_hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            paper.id,
            paper.title,
            paper.abstract,
            " ".join(paper.categories),
            paper.comment,
            _iso(paper.published_on),
            _iso(paper.announced_on),
            on.isoformat(),
            paper.version,
            paper.pdf_url,
            content_hash(paper),
        ),
    )


def _is_newer(db: Database, row: int, paper: Paper) -> bool:
    old = db.read("SELECT version, abstract FROM papers WHERE id = ?", (row,))[0]
    is_older = paper.version is not None and paper.version < (old["version"] or 0)
    return not (is_older or not paper.title or (old["abstract"] and not paper.abstract))


def _update(db: Database, row: int, paper: Paper) -> None:
    """Take over a newer text; never replace something by nothing."""
    db.execute(
        """
        UPDATE papers SET title = ?, abstract = ?, content_hash = ?,
            categories = CASE WHEN ? = '' THEN categories ELSE ? END,
            comment = CASE WHEN ? = '' THEN comment ELSE ? END,
            pdf_url = CASE WHEN ? = '' THEN pdf_url ELSE ? END,
            published_on = coalesce(published_on, ?),
            announced_on = coalesce(announced_on, ?),
            version = coalesce(?, version)
        WHERE id = ?
        """,
        (
            paper.title,
            paper.abstract,
            content_hash(paper),
            *[" ".join(paper.categories)] * 2,
            *[paper.comment] * 2,
            *[paper.pdf_url] * 2,
            _iso(paper.published_on),
            _iso(paper.announced_on),
            paper.version,
            row,
        ),
    )


def _add_names(db: Database, row: int, paper: Paper, source: str, on: date) -> None:
    db.execute_many(
        "INSERT INTO identifiers (id, paper) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(id_, row) for id_ in paper.ids],
    )
    db.execute(
        "INSERT INTO origins (paper, source, seen_on) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (row, source, on.isoformat()),
    )
    if paper.version is not None:
        db.execute(
            "INSERT INTO versions (paper, number, seen_on) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (row, paper.version, on.isoformat()),
        )


def _set_authors(db: Database, row: int, paper: Paper) -> None:
    """Take over a text's authors whole: a later version may have fewer."""
    if not paper.authors:
        return
    db.execute_many(
        """
        INSERT INTO authors (paper, position, name) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET name = excluded.name
        """,
        [(row, i, name) for i, name in enumerate(paper.authors)],
    )
    db.execute("DELETE FROM authors WHERE paper = ? AND position >= ?", (row, len(paper.authors)))


def add_known(db: Database, papers: Iterable[Paper], *, source: str, on: date) -> int:
    """Take over newer texts of papers that are here; others are left out. Returns how many."""
    with db.writing():
        known = [paper for paper in papers if _row_of(db, paper.ids) is not None]
        return add_papers(db, known, source=source, on=on).n_known


def add_identifier(db: Database, id_: str, paper: Paper) -> None:
    """Let a paper that is here be found by one more identifier."""
    with db.writing():
        db.execute(
            """
            INSERT INTO identifiers (id, paper) SELECT ?, paper FROM identifiers WHERE id = ?
            ON CONFLICT DO NOTHING
            """,
            (id_, paper.id),
        )


def papers_at(db: Database, rows: Iterable[int]) -> list[Held]:
    """List papers by row, in the order given."""
    wanted = list(rows)
    found = {
        held.row: held
        for held in _held(db, "p.id IN (SELECT value FROM json_each(?))", (json.dumps(wanted),))
    }
    return [found[row] for row in wanted if row in found]


def papers_named(db: Database, name: str, *, limit: int = 6) -> list[Held]:
    """List the papers that a person may mean by a key or the beginning of a title.

    A key that fits whole comes alone. At most `limit`, newest first.
    """
    if len(name) > LONGEST_NAME:
        return []
    exact = _held(db, "p.key = ?", (name,))
    if exact:
        return exact
    pattern = name.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    return _held(
        db,
        "p.id IN (SELECT id FROM papers WHERE key LIKE ? ESCAPE '\\'"
        " UNION SELECT id FROM papers WHERE title LIKE ? ESCAPE '\\') ORDER BY p.id DESC LIMIT ?",
        (pattern, pattern, limit),
    )


def paper_with_id(db: Database, id_: str) -> Held | None:
    """Find the paper that has this identifier."""
    rows = _held(db, "p.id = (SELECT paper FROM identifiers WHERE id = ?)", (id_,))
    return rows[0] if rows else None


def origins_of(db: Database, rows: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Give the sources that papers came by, the first one first."""
    found: dict[int, tuple[str, ...]] = {}
    for r in db.read(
        """
        SELECT paper, source FROM origins WHERE paper IN (SELECT value FROM json_each(?))
        ORDER BY seen_on, source
        """,
        (json.dumps(list(rows)),),
    ):
        found[r["paper"]] = (*found.get(r["paper"], ()), r["source"])
    return found


def papers_by(db: Database, names: Iterable[str], *, arrived_on: date) -> dict[int, str]:
    """Find the papers of a day that one of these people wrote: row → name as followed.

    Names compare whole and without case, as arXiv writes them.
    """
    rows = db.read(
        """
        SELECT a.paper, wanted.value AS name FROM papers AS p
        JOIN authors AS a ON a.paper = p.id
        JOIN json_each(?) AS wanted ON lower(wanted.value) = lower(a.name)
        WHERE p.arrived_on = ?
        """,
        (json.dumps(list(names)), arrived_on.isoformat()),
    )
    return {r["paper"]: r["name"] for r in rows}


def new_versions(db: Database, day: date) -> list[tuple[int, int]]:
    """List (paper, version) for later versions seen on a day of papers that have a note."""
    rows = db.read(
        """
        SELECT paper, max(number) AS number FROM versions AS v WHERE seen_on = ? AND number > 1
          AND EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = v.paper AND n.on_date <= v.seen_on)
          AND EXISTS (SELECT 1 FROM versions AS o WHERE o.paper = v.paper AND o.number < v.number)
        GROUP BY paper ORDER BY paper
        """,
        (day.isoformat(),),
    )
    return [(r["paper"], r["number"]) for r in rows]


def n_arrived(db: Database, day: date) -> int:
    """Count the papers that arrived on a local day."""
    row = db.read_one("SELECT count(*) AS n FROM papers WHERE arrived_on = ?", (day.isoformat(),))
    return int(row["n"]) if row else 0


def n_papers(db: Database) -> int:
    """Count the papers."""
    row = db.read_one("SELECT count(*) AS n FROM papers")
    return int(row["n"]) if row else 0


def fix_key(db: Database, row: int, stem: str) -> str:
    """Give a paper its key, once and for ever: the stem, with -2, -3 … where it is taken."""
    with db.writing():
        old = db.read_one("SELECT key FROM papers WHERE id = ?", (row,))
        if old and old["key"]:
            return str(old["key"])
        # Compared without case: `Whisper.pdf` and `whisper.pdf` are one file on a Mac. Not
        # by SQLite, whose lower() knows ASCII only.
        keys = db.read("SELECT key FROM papers WHERE key IS NOT NULL")
        taken = {r["key"].lower() for r in keys}
        key, n = stem, 2
        while key.lower() in taken:
            key, n = f"{stem}-{n}", n + 1
        db.execute("UPDATE papers SET key = ? WHERE id = ?", (key, row))
    return key


def content_hash(paper: Paper) -> str:
    """Name what is searched of a paper: its title and abstract."""
    return hashlib.sha256(f"{paper.title}\n{paper.abstract}".encode()).hexdigest()[:32]


def _held(db: Database, where: str, values: Sequence[object]) -> list[Held]:
    rows = db.read(
        f"""
        SELECT p.*, {STATE_SQL} AS state,
            (SELECT topic FROM filings WHERE paper = p.id ORDER BY id DESC LIMIT 1) AS topic,
            (SELECT json_group_array(name) FROM
                (SELECT name FROM authors WHERE paper = p.id ORDER BY position)) AS authors,
            (SELECT json_group_array(id) FROM identifiers WHERE paper = p.id) AS ids
        FROM papers AS p WHERE {where}
        """,  # noqa: S608  `where` is one of this module's own constants
        values,
    )
    return [_value(row) for row in rows]


def _value(row: Row) -> Held:
    ids = [id_ for id_ in json.loads(row["ids"]) if id_ != row["canonical"]]
    return Held(
        row=row["id"],
        paper=Paper(
            ids=(row["canonical"], *ids),
            title=row["title"],
            authors=tuple(json.loads(row["authors"])),
            abstract=row["abstract"],
            categories=tuple(row["categories"].split()),
            comment=row["comment"],
            published_on=_day(row["published_on"]),
            announced_on=_day(row["announced_on"]),
            version=row["version"],
            pdf_url=row["pdf_url"],
        ),
        state=cast(State, row["state"]),
        arrived_on=date.fromisoformat(row["arrived_on"]),
        topic=row["topic"],
        key=row["key"],
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
