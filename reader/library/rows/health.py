"""Ask whether the databases are whole, and what their rows say that cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterable

from reader.library.rows.database import Database


def damages(db: Database, schema: str, *, whole: bool) -> list[str]:
    """List what is wrong inside a database file, at most five things.

    schema: `main` is reader.db, `idx` index.db. whole: compare indexes with their tables too,
    which takes several times as long.
    """
    check = "integrity_check" if whole else "quick_check"
    found = [str(row[0]) for row in db.read(f"PRAGMA {schema}.{check}(5)")]
    return [] if found == ["ok"] else found


def n_broken_references(db: Database) -> int:
    """Count the rows of reader.db that point to rows which are not there."""
    return len(db.read("PRAGMA main.foreign_key_check"))


def first_day(db: Database) -> str:
    """Find the day on which the first paper arrived, as ISO text; "" for an empty library."""
    row = db.read_one("SELECT min(arrived_on) AS day FROM papers")
    return str(row["day"] or "") if row else ""


def stored_pdfs(db: Database) -> list[tuple[str, str]]:
    """List the PDFs and marked copies with their SHA-256, by their paths."""
    sql = "SELECT path, sha256 FROM pdfs UNION SELECT path, sha256 FROM marked_copies ORDER BY path"
    return [(row["path"], row["sha256"]) for row in db.read(sql)]


def doubled_pdfs(db: Database) -> list[tuple[str, ...]]:
    """List the paths of PDFs that are the same file, of two papers or more."""
    rows = db.read(
        "SELECT json_group_array(path) AS paths FROM pdfs GROUP BY sha256 HAVING count(*) > 1"
    )
    return sorted(tuple(sorted(json.loads(row["paths"]))) for row in rows)


def failed_stages(db: Database) -> dict[str, int]:
    """Count the failures that wait for their next try, by stage."""
    rows = db.read("SELECT stage, count(*) AS n FROM failures GROUP BY stage ORDER BY stage")
    return {row["stage"]: row["n"] for row in rows}


def never_answered(db: Database, names: Iterable[str]) -> list[str]:
    """List those of some sources that failed each time, and never answered."""
    rows = db.read(
        "SELECT name FROM sources WHERE succeeded_at IS NULL AND n_errors > 0"
        " AND name IN (SELECT value FROM json_each(?)) ORDER BY name",
        (json.dumps(list(names)),),
    )
    return [row["name"] for row in rows]


def posting(db: Database, names: Iterable[str]) -> set[str]:
    """Select those of some sources of which a post came."""
    rows = db.read(
        "SELECT DISTINCT source FROM posts WHERE source IN (SELECT value FROM json_each(?))",
        (json.dumps(list(names)),),
    )
    return {row["source"] for row in rows}
