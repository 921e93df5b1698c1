"""Store where the files of a paper are: its folder, PDF, marked copies and Markdown file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reader.base.text import nfc
from reader.library.rows.database import REMOVED_SQL, Database
from reader.library.rows.papers import STATE_SQL

FileKind = Literal["pdf", "marked", "note"]

# The last filing of a paper holds.
_LAST_TOPIC = "SELECT topic FROM filings WHERE paper = {paper} ORDER BY id DESC LIMIT 1"

_NEWEST = """
    SELECT f.paper, f.topic, f.is_by_hand FROM filings AS f
    JOIN (SELECT max(id) AS id FROM filings GROUP BY paper) AS last ON last.id = f.id
"""


# The folder of a path by plain bytes: `files.settle` compares those that a disk decomposed.
_IS_SETTLED = """
    NOT is_removed AND rtrim(path, replace(path, '/', ''))
        = root || '/' || coalesce(nullif(topic, ''), 'unfiled') || '/'
"""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file of a paper, by the rows.

    id: of its row in `marked_copies`; for the other kinds the row of `papers` that it came with,
    which may be a copy that was merged into `paper`. path: relative to the library, with `/`.
    topic: where the paper is filed, None where it is not. sha256, n_bytes: of the PDF as it came;
    empty and None where they are unknown, and for a note. is_removed: the paper is in the trash.
    """

    kind: FileKind
    id: int
    paper: int
    path: str
    topic: str | None
    sha256: str = ""
    n_bytes: int | None = None
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class TopicCount:
    """The number of papers filed under a topic, and of those with a note."""

    topic: str
    n_papers: int
    n_notes: int


@dataclass(frozen=True, slots=True)
class FiledByHand:
    """A paper whose folder the person chose; text: its title and abstract."""

    row: int
    topic: str
    key: str
    text: str
    category: str
    authors: tuple[str, ...]


def places(
    db: Database,
    papers: Iterable[int] | None = None,
    *,
    has_notes: bool = True,
    is_settled: bool = True,
) -> list[FilePlace]:
    """List the files of some papers, or of all; has_notes: their Markdown files too; is_settled:
    those too that are surely in the folder of their topic.

    Of one paper marked copies come first, then the Markdown file, its own PDF, and the PDFs of
    merged copies.
    """
    of_copies = ""
    if papers is not None:
        of_copies = (
            "WHERE (t.paper IN (SELECT value FROM json_each(?)) OR t.paper IN (SELECT id FROM"
            " papers WHERE merged_into IN (SELECT value FROM json_each(?))))"
        )
    row = "coalesce(p.merged_into, p.id)"
    topic, own_topic = _LAST_TOPIC.format(paper=row), _LAST_TOPIC.format(paper="t.paper")
    removed = f"{row} IN ({REMOVED_SQL}) AS is_removed"
    joined = f"AS t JOIN papers AS p ON p.id = t.paper {of_copies}"
    # The Markdown file of a merged copy stays where it was, since the paper has one of its own;
    # but it goes to the trash and comes back.
    is_moved = "(p.merged_into IS NULL OR is_removed OR t.path LIKE 'removed/%')"
    is_moved = f"{'AND' if of_copies else 'WHERE'} {is_moved}"
    several = [
        f"SELECT 'pdf' AS kind, 'papers' AS root, t.paper AS id, {row} AS paper, path,"  # noqa: S608
        f" ({topic}) AS topic, sha256, n_bytes, {removed} FROM pdfs {joined}",
        f"SELECT 'marked', 'papers', t.id, {row}, path, ({topic}), sha256, NULL, {removed}"  # noqa: S608
        f" FROM marked_copies {joined}",
    ]
    if has_notes:
        several.append(
            f"SELECT 'note', 'notes', t.paper, {row}, path, coalesce(({own_topic}), ({topic})),"  # noqa: S608
            f" '', NULL, {removed} FROM exports {joined} {is_moved}"
        )
    values = () if papers is None else (json.dumps([*papers]),) * (2 * len(several))
    only = "" if is_settled else f"WHERE NOT ({_IS_SETTLED})"
    found = db.read(
        "SELECT kind, id, paper, path, topic, sha256, n_bytes, is_removed"  # noqa: S608
        f" FROM ({' UNION ALL '.join(several)}) {only} ORDER BY paper, kind, id != paper, id",
        values,
    )
    return [FilePlace(*r) for r in found]


def set_path(db: Database, place: FilePlace, path: str) -> None:
    """Record the new path of a file, also in the rows that name the file by its path."""
    statement = {
        "pdf": "UPDATE pdfs SET path = ? WHERE paper = ?",
        "marked": "UPDATE marked_copies SET path = ? WHERE id = ?",
        "note": "UPDATE exports SET path = ? WHERE paper = ?",
    }[place.kind]
    with db.writing():
        db.execute(statement, (path, place.id))
        db.execute(
            "UPDATE OR REPLACE failures SET subject = ? WHERE stage = 'extract' AND subject = ?",
            (path, place.path),
        )
        # The places that marks came back from, as `pdfs.tablet.place_of` names a library's file.
        names = [f"library:{nfc(p)}" for p in (path, place.path)]
        db.execute("UPDATE OR REPLACE returned SET place = ? WHERE place = ?", names)
        db.execute("UPDATE OR REPLACE sightings SET place = ? WHERE place = ?", names)
        db.execute("UPDATE place_history SET place = ? WHERE place = ?", names)


def last_filing(db: Database, paper: int) -> tuple[str, bool] | None:
    """Look up the topic of a paper and whether the person chose it, None where it is not filed."""
    row = db.read_one(
        "SELECT topic, is_by_hand FROM filings WHERE paper = ? ORDER BY id DESC LIMIT 1", (paper,)
    )
    return (row["topic"], bool(row["is_by_hand"])) if row else None


def refile(db: Database, old: str, new: str, *, at: datetime, act: int) -> list[int]:
    """File all papers of a topic under another one, in one transaction; return the papers.

    is_by_hand stays as it was, since renaming a topic is no choice of a paper's folder.
    """
    with db.writing():
        rows = db.read(f"{_NEWEST} WHERE f.topic = ? ORDER BY f.paper", (old,))
        db.execute_many(
            "INSERT INTO filings (paper, topic, at, is_by_hand, act) VALUES (?, ?, ?, ?, ?)",
            [(r["paper"], new, at.isoformat(), r["is_by_hand"], act) for r in rows],
        )
    return [r["paper"] for r in rows]


def counts(db: Database) -> list[TopicCount]:
    """Count the papers filed under each topic that has any, in the order of their names."""
    rows = db.read(
        f"""
        SELECT f.topic, count(*) AS n, count(n.paper) AS n_notes
        FROM ({_NEWEST}) AS f JOIN papers AS p ON p.id = f.paper AND p.merged_into IS NULL
        LEFT JOIN (SELECT DISTINCT paper FROM notes) AS n ON n.paper = f.paper
        GROUP BY f.topic ORDER BY f.topic
        """  # noqa: S608  a constant of this module
    )
    return [TopicCount(*r) for r in rows]


def states(db: Database) -> dict[str, dict[str, int]]:
    """Count the papers filed under each topic by their state: topic → state → number."""
    rows = db.read(
        f"""
        SELECT f.topic, {STATE_SQL} AS state, count(*) AS n
        FROM ({_NEWEST}) AS f JOIN papers AS p ON p.id = f.paper AND p.merged_into IS NULL
        GROUP BY f.topic, state
        """  # noqa: S608  constants
    )
    found: dict[str, dict[str, int]] = {}
    for r in rows:
        found.setdefault(r["topic"], {})[r["state"]] = r["n"]
    return found


def filed_last(db: Database, topics: Iterable[str], *, each: int) -> dict[str, list[int]]:
    """Select the newest papers filed under some topics, at most `each` for one: topic → rows."""
    rows = db.read(
        f"""
        SELECT topic, paper FROM (
            SELECT topic, paper, row_number() OVER (PARTITION BY topic ORDER BY paper DESC) AS n
            FROM ({_NEWEST}) WHERE topic IN (SELECT value FROM json_each(?)))
        WHERE n <= ?
        """,  # noqa: S608  a constant of this module
        (json.dumps(list(topics)), each),
    )
    found: dict[str, list[int]] = {}
    for r in rows:
        found.setdefault(r["topic"], []).append(r["paper"])
    return found


def filed_by_hand(db: Database, *, limit: int) -> list[FiledByHand]:
    """Select the papers whose folder the person chose, at most `limit`, newest filing first."""
    rows = db.read(
        """
        SELECT f.paper, f.topic, p.key, p.title || char(10) || p.abstract AS text, p.categories,
            (SELECT json_group_array(name) FROM authors AS a WHERE a.paper = p.id) AS authors
        FROM filings AS f JOIN (SELECT max(id) AS id FROM filings GROUP BY paper) AS last
            ON last.id = f.id
        JOIN papers AS p ON p.id = f.paper AND p.merged_into IS NULL
        WHERE f.is_by_hand AND f.topic != 'unfiled' ORDER BY f.id DESC LIMIT ?
        """,
        (limit,),
    )
    return [
        FiledByHand(
            r["paper"],
            r["topic"],
            r["key"] or "",
            r["text"],
            r["categories"].partition(" ")[0],
            tuple(json.loads(r["authors"])),
        )
        for r in rows
    ]


def files(db: Database) -> dict[str, tuple[int, int]]:
    """Load the papers' PDFs as they were put last: path → (paper, size in bytes)."""
    rows = db.read("SELECT path, paper, n_bytes FROM pdfs")
    return {r["path"]: (r["paper"], r["n_bytes"]) for r in rows}


def copy_paths(db: Database) -> set[str]:
    """List the paths of the marked copies, which are kept beside the papers' own PDFs."""
    return {r["path"] for r in db.read("SELECT path FROM marked_copies")}
