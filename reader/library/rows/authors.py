"""Store the authors of papers, and find the papers of a followed person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date

from reader.library.identity import Certainty, family_fold, family_folds, matches
from reader.library.rows.database import Database


def set_authors(db: Database, row: int, authors: Sequence[str]) -> None:
    """Replace the authors of a paper; an empty list changes nothing."""
    if not authors:
        return
    db.execute_many(
        """
        INSERT INTO authors (paper, position, name, family_fold) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET name = excluded.name, family_fold = excluded.family_fold
        """,
        [(row, i, name, family_fold(name)) for i, name in enumerate(authors)],
    )
    # A later version may have fewer authors.
    db.execute("DELETE FROM authors WHERE paper = ? AND position >= ?", (row, len(authors)))


def papers_by(
    db: Database, names: Iterable[str], *, arrived_on: date, since: date | None = None
) -> dict[int, tuple[str, Certainty]]:
    """Find the papers of a day that one of some people wrote, or may have written.

    since: the first of several days, of which `arrived_on` is the last; None for one day.
    Returns row → name as followed, and how sure it is that the author is this person.
    """
    by_fold: dict[str, list[str]] = {}
    for name in names:
        for fold in family_folds(name):
            by_fold.setdefault(fold, []).append(name)
    # CROSS JOIN keeps SQLite from beginning with the authors: one family name may have 60,000
    # rows, a day a few hundred papers. MATERIALIZED lets the last condition, which needs the
    # rows of papers themselves, see the few that are left.
    rows = db.read(
        """
        WITH written AS MATERIALIZED (
            SELECT a.paper, a.name, a.family_fold FROM papers AS p
            CROSS JOIN authors AS a ON a.paper = p.id
            WHERE p.arrived_on BETWEEN ? AND ?
              AND a.family_fold IN (SELECT value FROM json_each(?)))
        SELECT w.paper, w.name, w.family_fold FROM written AS w JOIN papers AS p ON p.id = w.paper
        WHERE p.merged_into IS NULL
        """,
        ((since or arrived_on).isoformat(), arrived_on.isoformat(), json.dumps(list(by_fold))),
    )
    found: dict[int, tuple[str, Certainty]] = {}
    for r in rows:
        for name in by_fold[r["family_fold"]]:
            certainty = matches(name, r["name"])
            # A sure author goes before one who may be somebody else.
            if certainty == "same" or (certainty == "ambiguous" and r["paper"] not in found):
                found[r["paper"]] = (name, certainty)
    return found


def authors_like(db: Database, name: str) -> dict[str, Certainty]:
    """Find the authors in the library whom a name may mean: name as printed → how sure."""
    rows = db.read(
        "SELECT DISTINCT name FROM authors WHERE family_fold IN (SELECT value FROM json_each(?))"
        " ORDER BY name",
        (json.dumps(list(family_folds(name))),),
    )
    certainties = {r["name"]: matches(name, r["name"]) for r in rows}
    return {author: found for author, found in certainties.items() if found != "no"}


def n_by_family(db: Database, folds: Iterable[str], *, limit: int = 1_000) -> dict[str, int]:
    """Count the authorships of some folded family names, each up to `limit`.

    Names that no author has are left out.
    """
    found = {}
    for fold in sorted(folds):
        row = db.read_one(
            "SELECT count(*) AS n FROM (SELECT 1 FROM authors WHERE family_fold = ? LIMIT ?)",
            (fold, limit),
        )
        if row and row["n"]:
            found[fold] = int(row["n"])
    return found


def families_from(db: Database, beginning: str) -> list[str]:
    """List the folded family names that begin with some letters."""
    # A range and not LIKE, so that the index serves it; U+10FFFF is the last character there is.
    rows = db.read(
        "SELECT DISTINCT family_fold FROM authors WHERE family_fold >= ? AND family_fold < ?",
        (beginning, beginning + "\U0010ffff"),
    )
    return [r["family_fold"] for r in rows]


def papers_by_families(
    db: Database, folds: Iterable[str], year: int | None, *, limit: int
) -> list[tuple[int, int, bool]]:
    """Select the papers of authors with some folded family names: (row, families, of the year).

    Papers with the most of the families come first, then those of the year, then the newest.
    year: None for any. A paper without a date counts as of the year in which it arrived.
    """
    rows = db.read(
        """
        SELECT p.id, w.n, strftime('%Y', coalesce(p.published_on, p.announced_on, p.arrived_on)) = ?
            AS is_of_year
        FROM (
            SELECT paper, count(DISTINCT family_fold) AS n FROM authors
            WHERE family_fold IN (SELECT value FROM json_each(?)) GROUP BY paper) AS w
        JOIN papers AS p ON p.id = w.paper
        WHERE p.merged_into IS NULL
        ORDER BY w.n DESC, is_of_year DESC, p.arrived_on DESC, p.id DESC LIMIT ?
        """,
        (str(year), json.dumps(list(folds)), limit),
    )
    return [(r["id"], r["n"], bool(r["is_of_year"])) for r in rows]


def newest_by_family(db: Database, folds: Iterable[str], *, limit: int) -> list[int]:
    """Select the papers (rows) of authors with some folded family names, the newest first."""
    rows = db.read(
        """
        SELECT p.id FROM papers AS p
        WHERE p.merged_into IS NULL AND p.id IN (
            SELECT paper FROM authors WHERE family_fold IN (SELECT value FROM json_each(?)))
        ORDER BY p.arrived_on DESC, p.id DESC LIMIT ?
        """,
        (json.dumps(list(folds)), limit),
    )
    return [r["id"] for r in rows]
