"""Keep who wrote what, and find the papers of a person who is followed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date

from reader.library.identity import Certainty, family_fold, family_folds, matches
from reader.library.rows.database import Database


def set_authors(db: Database, row: int, authors: Sequence[str]) -> None:
    """Take over a text's authors whole: a later version may have fewer."""
    if not authors:
        return
    db.execute_many(
        """
        INSERT INTO authors (paper, position, name, family_fold) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET name = excluded.name, family_fold = excluded.family_fold
        """,
        [(row, i, name, family_fold(name)) for i, name in enumerate(authors)],
    )
    db.execute("DELETE FROM authors WHERE paper = ? AND position >= ?", (row, len(authors)))


def papers_by(
    db: Database, names: Iterable[str], *, arrived_on: date, since: date | None = None
) -> dict[int, tuple[str, Certainty]]:
    """Find the papers of a day that one of these people wrote, or may have written.

    since: the first of several days, of which `arrived_on` is the last.
    Returns row → name as followed, and how sure it is that the author is this person.
    """
    by_fold: dict[str, list[str]] = {}
    for name in names:
        for fold in family_folds(name):
            by_fold.setdefault(fold, []).append(name)
    # From the day's papers to their authors: a family name alone may have 60,000 rows. Papers
    # themselves are looked at last, where there are few left.
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
            if certainty == "same" or (certainty == "ambiguous" and r["paper"] not in found):
                found[r["paper"]] = (name, certainty)
    return found


def authors_like(db: Database, name: str) -> dict[str, Certainty]:
    """List the authors here, as printed, that a name may mean."""
    rows = db.read(
        "SELECT DISTINCT name FROM authors WHERE family_fold IN (SELECT value FROM json_each(?))"
        " ORDER BY name",
        (json.dumps(list(family_folds(name))),),
    )
    certainties = {r["name"]: matches(name, r["name"]) for r in rows}
    return {author: found for author, found in certainties.items() if found != "no"}


def n_by_family(db: Database, folds: Iterable[str], *, limit: int = 1_000) -> dict[str, int]:
    """Count what each of some folded family names has written, of those that are here; each
    at most `limit`."""
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
    """List the folded family names that begin so."""
    rows = db.read(
        "SELECT DISTINCT family_fold FROM authors WHERE family_fold >= ? AND family_fold < ?",
        (beginning, beginning + "\U0010ffff"),
    )
    return [r["family_fold"] for r in rows]


def newest_by_family(db: Database, folds: Iterable[str], *, limit: int) -> list[int]:
    """List the papers of people with these family names, the newest first."""
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
