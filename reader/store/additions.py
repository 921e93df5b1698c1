"""Keep what was found in each file that was added, so that none is read twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from reader.store.database import Database, Row

Outcome = Literal["identified", "unknown", "asked", "duplicate", "broken"]


@dataclass(frozen=True, slots=True)
class Addition:
    """What became of one file; see "Outcomes of add" in docs/format.md.

    path: absolute. paper: row that it became or is a copy of, None for none.
    printed: an id that it prints and that could not be looked up yet.
    """

    path: str
    n_bytes: int
    modified_ns: int
    sha256: str
    outcome: Outcome
    paper: int | None = None
    why: str = ""
    hint: str = ""
    printed: str = ""


def add_addition(db: Database, addition: Addition, *, at: datetime) -> None:
    """Record what became of a file, in place of what was recorded of this path before."""
    with db.writing():
        db.execute(
            """
            INSERT OR REPLACE INTO additions (path, n_bytes, modified_ns, sha256, outcome, paper,
                                              why, hint, printed, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                addition.path,
                addition.n_bytes,
                addition.modified_ns,
                addition.sha256,
                addition.outcome,
                addition.paper,
                addition.why,
                addition.hint,
                addition.printed,
                at.isoformat(),
            ),
        )


def addition_of(db: Database, path: str) -> Addition | None:
    """Give what is recorded of a file's path."""
    row = db.read_one("SELECT * FROM additions WHERE path = ?", (path,))
    return _addition(row) if row else None


def addition_with_bytes(db: Database, sha256: str) -> Addition | None:
    """Give what is recorded of the newest file with these bytes."""
    row = db.read_one(
        "SELECT * FROM additions WHERE sha256 = ? ORDER BY at DESC, path LIMIT 1", (sha256,)
    )
    return _addition(row) if row else None


def row_with_bytes(db: Database, sha256: str) -> int | None:
    """Find the paper whose PDF, in the library or as it left it, has these very bytes."""
    row = db.read_one(
        """
        SELECT coalesce(p.merged_into, p.id) AS row FROM (
            SELECT paper, 1 AS nth FROM pdfs WHERE sha256 = ?1
            UNION ALL SELECT paper, 2 FROM taken WHERE sha256 = ?1
            UNION ALL SELECT paper, 3 FROM marked_copies WHERE sha256 = ?1
            UNION ALL SELECT paper, 4 FROM additions WHERE sha256 = ?1 AND paper IS NOT NULL
        ) AS found JOIN papers AS p ON p.id = found.paper ORDER BY nth LIMIT 1
        """,
        (sha256,),
    )
    return int(row["row"]) if row else None


def to_complete(db: Database) -> dict[str, list[Addition]]:
    """Give the ids that added files print and that were not looked up yet, each with these
    files; their papers as they are read now."""
    rows = db.read(
        """
        SELECT a.path, a.n_bytes, a.modified_ns, a.sha256, a.outcome, a.why, a.hint, a.printed,
            coalesce(p.merged_into, p.id) AS paper
        FROM additions AS a JOIN papers AS p ON p.id = a.paper
        WHERE a.printed != '' ORDER BY a.at, a.path
        """
    )
    found: dict[str, list[Addition]] = {}
    for row in rows:
        found.setdefault(row["printed"], []).append(_addition(row))
    return found


def printed_of(db: Database, paper: int) -> list[str]:
    """List the ids that a paper's PDFs print and that are still to be looked up."""
    rows = db.read(
        """
        SELECT DISTINCT a.printed AS id FROM additions AS a JOIN papers AS p ON p.id = a.paper
        WHERE a.printed != '' AND coalesce(p.merged_into, p.id) = ? ORDER BY a.printed
        """,
        (paper,),
    )
    return [r["id"] for r in rows]


def forget_printed(db: Database, ids: Iterable[str]) -> None:
    """Look these ids up no more: they are known now, or no paper's of ours."""
    with db.writing():
        db.execute_many(
            "UPDATE additions SET printed = '' WHERE printed = ? AND printed != ''",
            [(id_,) for id_ in ids],
        )


def _addition(row: Row) -> Addition:
    return Addition(
        path=row["path"],
        n_bytes=row["n_bytes"],
        modified_ns=row["modified_ns"],
        sha256=row["sha256"],
        outcome=cast(Outcome, row["outcome"]),
        paper=row["paper"],
        why=row["why"],
        hint=row["hint"],
        printed=row["printed"],
    )
