"""Ask the full text of index.db: which texts have these words, and which have them best.

Expressions are made by `reader.base.text`, which quotes whatever a person typed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from reader.library.rows.database import Database
from reader.search.rows.index import Kind

# bm25 weights of the columns note, title, abstract, passage, highlight: the person's own words
# first, then what a title says, before what stands somewhere in a text.
WEIGHTS = "8.0, 5.0, 2.0, 1.0, 4.0"

COLUMNS: dict[Kind, str] = {
    "note": "note",
    "highlight": "highlight",
    "paper": "title abstract",
    "passage": "passage",
}
"""The columns of the full text that a kind of text fills."""


def find_words(
    db: Database,
    kind: Kind,
    match: str,
    *,
    limit: int,
    within: Collection[int] | None = None,
    since: int = 0,
) -> list[tuple[int, float]]:
    """Rank the texts of one kind by bm25 for an FTS5 expression: (row, score), best first.

    score: bm25 as FTS5 has it with its sign turned: more is better. within: papers' rows, only
    whose texts are ranked; None for all. since: the row from which on texts are ranked.
    """
    # The plus keeps SQLite from asking the full text anew for each row.
    only = "" if within is None else f"AND +rowid IN ({_TEXTS_OF_SQL})"
    rows = db.read(
        f"""
        SELECT rowid, -bm25(full_text, {WEIGHTS}) AS score FROM idx.full_text
        WHERE full_text MATCH ? AND rowid >= ? {only} ORDER BY score DESC LIMIT ?
        """,  # noqa: S608  constants of this module
        (
            *(_of(kind, match), since),
            *([] if within is None else [kind, json.dumps(list(within))]),
            limit,
        ),
    )
    return [(r["rowid"], r["score"]) for r in rows]


def having(db: Database, kind: Kind, match: str, rows: Iterable[int] | None = None) -> list[int]:
    """List the texts of one kind that fit an expression, unranked: all, or those of `rows`."""
    if rows is None:
        only, values = "", tuple[object, ...]()
    else:
        # A range of rows is passed over within the full text: those of one day stand
        # together, the newest at the end.
        wanted = list(rows)
        only = """AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))
            ORDER BY rowid DESC"""
        values = (min(wanted, default=0), max(wanted, default=0), json.dumps(wanted))
    found = db.read(
        f"SELECT rowid FROM idx.full_text WHERE full_text MATCH ? {only}",  # noqa: S608
        (_of(kind, match), *values),
    )
    return [r["rowid"] for r in found]


def newest_having(db: Database, kind: Kind, match: str, *, limit: int) -> list[int]:
    """List the texts of one kind that fit an expression and came last, unranked."""
    found = db.read(
        "SELECT rowid FROM idx.full_text WHERE full_text MATCH ? ORDER BY rowid DESC LIMIT ?",
        (_of(kind, match), limit),
    )
    return [r["rowid"] for r in found]


def n_having(db: Database, match: str, *, limit: int, kind: Kind | None = None) -> int:
    """Count the texts, of one kind or of all, that fit an expression; at most `limit`."""
    row = db.read_one(
        "SELECT count(*) AS n FROM (SELECT 1 FROM idx.full_text WHERE full_text MATCH ? LIMIT ?)",
        (match if kind is None else _of(kind, match), limit),
    )
    return int(row["n"]) if row else 0


def most_used(db: Database, words: Iterable[str]) -> str:
    """Give that of some plain words which most texts have; empty where none has any."""
    best = (0, "")
    for word in sorted(words):
        if n := n_having(db, f'"{word}"', limit=max(100, best[0] + 1)):
            best = max(best, (n, word))
    return best[1]


def rows_of(db: Database, kind: Kind, papers: Collection[int]) -> list[int]:
    """List the texts of one kind that papers have, in the order of the papers given."""
    found: dict[int, list[int]] = {}
    for r in db.read(
        """
        SELECT id, paper FROM idx.texts
        WHERE kind = ? AND paper IN (SELECT value FROM json_each(?)) ORDER BY position
        """,
        (kind, json.dumps(list(papers))),
    ):
        found.setdefault(r["paper"], []).append(r["id"])
    return [row for paper in papers for row in found.get(paper, ())]


def papers_of(db: Database, rows: Iterable[int]) -> list[int]:
    """Give the papers that some texts belong to, each once."""
    found = db.read(
        "SELECT DISTINCT paper FROM idx.texts WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(rows)),),
    )
    return [r["paper"] for r in found]


def hashes_of(
    db: Database,
    kind: Kind,
    *,
    papers: Collection[int] | None = None,
    rows: Collection[int] | None = None,
) -> dict[int, str]:
    """Give the hashes by which the vectors of texts are kept, by row: of papers' texts, or of
    those at `rows`, or of those that are both."""
    of_papers = "" if papers is None else "AND paper IN (SELECT value FROM json_each(?))"
    at_rows = "" if rows is None else "AND id IN (SELECT value FROM json_each(?))"
    given = [json.dumps(list(some)) for some in (papers, rows) if some is not None]
    found = db.read(
        f"SELECT id, hash FROM idx.texts WHERE kind = ? {of_papers} {at_rows}",  # noqa: S608
        (kind, *given),
    )
    return {r["id"]: r["hash"] for r in found}


_TEXTS_OF_SQL = """
    SELECT id FROM idx.texts WHERE kind = ? AND paper IN (SELECT value FROM json_each(?))
"""


def _of(kind: Kind, match: str) -> str:
    return f"{{{COLUMNS[kind]}}} : ({match})"
