"""Read what the references and citation keys of papers are made from."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date

from reader.library.identity import family_fold
from reader.library.paper import Paper
from reader.library.reference import FirstKnown
from reader.library.rows.database import Database, Row
from reader.library.rows.merges import PAPER_COLUMNS, paper_of


def copies_of(db: Database, rows: Collection[int]) -> dict[int, list[Paper]]:
    """Load the copies that were merged into some papers: row of the paper → copies."""
    found: dict[int, list[Paper]] = {}
    for r in db.read(
        f"""
        SELECT {PAPER_COLUMNS} FROM papers AS p
        WHERE p.merged_into IN (SELECT value FROM json_each(?)) AND p.merged_into != p.id
        ORDER BY p.id
        """,  # noqa: S608  a constant
        (json.dumps(list(rows)),),
    ):
        found.setdefault(r["merged_into"], []).append(paper_of(r))
    return found


def imported_keys(db: Database) -> dict[int, str]:
    """Load the citation keys that imports brought, row → key; of a copy for the paper it became."""
    found = db.read(
        """
        SELECT coalesce(p.merged_into, p.id) AS paper, k.key FROM citation_keys AS k
        JOIN papers AS p ON p.id = k.paper ORDER BY p.merged_into IS NOT NULL, k.id
        """
    )
    # Backwards, so that of several keys the first one of the paper itself stays.
    return {r["paper"]: r["key"] for r in reversed(found)}


_KNOWN = """
    p.id, p.canonical, coalesce(p.published_on, p.announced_on) AS day, coalesce((
        SELECT before FROM changes WHERE paper = p.id AND field = 'title'
        ORDER BY number LIMIT 1), (
        SELECT value FROM fields WHERE paper = p.id AND source = 'as it came' AND field = 'title'
        ORDER BY id LIMIT 1), p.title) AS title
"""


def first_known(db: Database, rows: Collection[int]) -> list[FirstKnown]:
    """Load what was known first of some papers, and of all with a first author of their names.

    Copies and removed papers too: their keys stay taken, so that no other key ever changes.
    """
    own = json.dumps(list(rows))
    folds = db.read(
        """
        SELECT DISTINCT family_fold FROM authors
        WHERE position = 0 AND paper IN (SELECT value FROM json_each(?))
        """,
        (own,),
    )
    # Where a hand changed the authors, those that the paper came with name it.
    came = db.read(
        f"""
        SELECT {_KNOWN}, f.value AS author, min(f.id) FROM fields AS f
        JOIN papers AS p ON p.id = f.paper
        WHERE f.source = 'as it came' AND f.field = 'authors' GROUP BY p.id
        """  # noqa: S608  a constant
    )
    wanted_folds = {r["family_fold"] for r in folds}
    wanted_folds |= {family_fold(r["author"].partition("\n")[0]) for r in came if r["id"] in rows}
    # CROSS JOIN keeps SQLite from beginning with all papers.
    found = db.read(
        f"""
        SELECT {_KNOWN}, a.name AS author FROM authors AS a CROSS JOIN papers AS p ON p.id = a.paper
        WHERE a.family_fold IN (SELECT value FROM json_each(?)) AND a.position = 0
        """,  # noqa: S608  a constant
        (json.dumps([*wanted_folds]),),
    )
    nameless = "NOT EXISTS (SELECT 1 FROM authors WHERE paper = p.id)"
    select = f"SELECT {_KNOWN}, '' AS author FROM papers AS p WHERE {nameless}"  # noqa: S608
    wanted = f"{select} AND p.id IN (SELECT value FROM json_each(?)) LIMIT 1"  # noqa: S608
    found += db.read(select) if db.read(wanted, (own,)) else []
    return [_first_known(row) for row in {row["id"]: row for row in (*found, *came)}.values()]


def _first_known(row: Row) -> FirstKnown:
    return FirstKnown(
        row["id"],
        row["canonical"],
        row["title"],
        row["author"].partition("\n")[0],
        date.fromisoformat(row["day"]) if row["day"] else None,
    )
