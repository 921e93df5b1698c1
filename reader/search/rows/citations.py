"""Store what the lists of references of PDFs name, and match them with the papers here.

An entry is a paper's where both have an id or, folded, a telling title in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.library.rows.database import Database

if TYPE_CHECKING:
    from reader.library.reference import CitedWork


def add_cited(db: Database, paper: int, works: Sequence[CitedWork]) -> None:
    """Store the entries of a paper's list of references, in place of former ones."""
    with db.writing():
        for table in ("cited", "cited_keys"):
            db.execute(f"DELETE FROM idx.{table} WHERE paper = ?", (paper,))  # noqa: S608
        db.execute_many(
            "INSERT INTO idx.cited VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (paper, w.number, w.key, w.text, w.title, w.year, " ".join(w.ids), w.page, w.y)
                for w in works
            ],
        )
        db.execute_many(
            "INSERT INTO idx.cited_keys VALUES (?, ?, ?)",
            [(key, paper, work.number) for work in works for key in dict.fromkeys(work.keys)],
        )


def cited_by(db: Database, paper: int) -> list[CitedWork]:
    """Load the entries of a paper's list of references, in order."""
    from reader.library.reference import CitedWork

    rows = db.read("SELECT * FROM idx.cited WHERE paper = ? ORDER BY number", (paper,))
    return [
        CitedWork(
            r["number"],
            r["key"],
            r["text"],
            r["title"],
            r["year"],
            tuple(r["ids"].split()),
            r["page"],
            r["y"],
        )
        for r in rows
    ]


def known_works(db: Database, paper: int) -> dict[int, int]:
    """Match the entries of a paper's list with the papers here: number → row.

    An entry that fits two papers is left out.
    """
    # By two queries, so that each uses its index. A title counts where no id is matched.
    found: dict[int, set[int]] = {}
    for sql in (
        "JOIN identifiers AS i ON i.id = c.key JOIN papers AS p ON p.id = i.paper",
        "JOIN papers AS p ON p.fold = substr(c.key, 7) AND c.key LIKE 'title:%'",
    ):
        several: dict[int, set[int]] = {}
        for r in db.read(
            f"""
            SELECT c.number, coalesce(p.merged_into, p.id) AS row
            FROM idx.cited_keys AS c {sql} WHERE c.paper = ?
            """,  # noqa: S608  constants above
            (paper,),
        ):
            if r["row"] != paper:
                several.setdefault(r["number"], set()).add(r["row"])
        found = several | found
    return {number: min(rows) for number, rows in sorted(found.items()) if len(rows) == 1}


def citing(db: Database, paper: int) -> set[int]:
    """Select the papers whose lists of references name a paper, as `known_works` reads them."""
    rows = db.read(
        """
        WITH every AS (SELECT id, fold FROM papers WHERE id = ?1 OR merged_into = ?1),
            keys AS (SELECT i.id AS key FROM identifiers AS i JOIN every ON every.id = i.paper
                     UNION SELECT 'title:' || fold FROM every)
        SELECT DISTINCT p.id, coalesce(p.merged_into, p.id) AS row FROM keys
        CROSS JOIN idx.cited_keys AS c ON c.key = keys.key
        JOIN papers AS p ON p.id = c.paper
        """,
        (paper,),
    )
    # One key in common is not enough: the title may be of two papers, the id another paper's.
    return {r["row"] for r in rows if paper in known_works(db, r["id"]).values()} - {paper}


def n_with_references(db: Database) -> tuple[int, int]:
    """Count the papers whose references are known, and all papers."""
    row = db.read(
        """
        SELECT (SELECT count(DISTINCT coalesce(p.merged_into, p.id))
                FROM papers AS p WHERE p.id IN (SELECT paper FROM idx.cited)) AS n,
            (SELECT count(*) FROM papers WHERE merged_into IS NULL) AS of
        """
    )[0]
    return row["n"], row["of"]
