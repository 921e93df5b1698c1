"""Find the rows that may be copies of a paper: by identifier, by title, by author.

What makes two papers one is for `identity.same` to say; this only finds quickly which rows
to ask it about, by the indexes on titles and names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from itertools import combinations

from reader.library.identity import Match, family_fold, same, title_fold
from reader.library.paper import Paper
from reader.library.rows import merges
from reader.library.rows.database import Database, Row

N_AUTHORS = 3
"""Of how many authors other papers are looked at: the first one decides nearly always."""

MAX_CANDIDATES = 300
"""Papers of one author that are looked at, newest first: "Wei Wang" has thousands."""

PAPER_COLUMNS = """
    p.*,
    (SELECT json_group_array(name) FROM
        (SELECT name FROM authors WHERE paper = p.id ORDER BY position)) AS authors,
    (SELECT json_group_array(id) FROM identifiers WHERE paper = p.id) AS ids
"""
"""What `paper_of` needs of a row `p` of papers."""


def paper_of(row: Row) -> Paper:
    """Make a paper of a row with `PAPER_COLUMNS`."""
    published, announced = row["published_on"], row["announced_on"]
    return Paper(
        ids=tuple(dict.fromkeys([row["canonical"], *json.loads(row["ids"])])),
        title=row["title"],
        authors=tuple(json.loads(row["authors"])),
        abstract=row["abstract"],
        categories=tuple(row["categories"].split()),
        comment=row["comment"],
        published_on=date.fromisoformat(published) if published else None,
        announced_on=date.fromisoformat(announced) if announced else None,
        version=row["version"],
        pdf_url=row["pdf_url"],
    )


def row_of(db: Database, paper: Paper) -> int | None:
    """Find a paper by its identifiers, the canonical one first.

    A number of arXiv's beside another one's DOI is no proof: such a pair is compared.
    """
    own = {id_ for id_ in paper.ids if id_.startswith("arxiv:")}
    for id_ in paper.ids:
        found = db.read_one("SELECT paper FROM identifiers WHERE id = ?", (id_,))
        if found is None:
            continue
        known = arxiv_ids(db, found["paper"]) if own and id_ != paper.id else []
        if not known or not own.isdisjoint(known):
            return int(found["paper"])
    return None


def arxiv_ids(db: Database, row: int) -> list[str]:
    """List the arXiv numbers of a row, its canonical one first."""
    rows = db.read(
        """
        SELECT i.id FROM identifiers AS i JOIN papers AS p ON p.id = i.paper
        WHERE i.paper = ? AND i.id LIKE 'arxiv:%' ORDER BY i.id != p.canonical, i.id
        """,
        (row,),
    )
    return [r["id"] for r in rows]


def join_rows(db: Database, row: int, paper: Paper, on: date) -> None:
    """Join the rows that one source names as one paper, unless the reader parted them."""
    if len(paper.ids) == 1:
        return
    rows = db.read(
        "SELECT DISTINCT paper FROM identifiers WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(paper.ids),),
    )
    named = _papers(db, [r["paper"] for r in rows]) if len(rows) > 1 else []
    # Of a paper with several copies the last one decides.
    for other, match in {other: same(paper, copy) for other, copy in named}.items():
        one, two = merges.row_now(db, row), merges.row_now(db, other)
        if one == two or merges.last_split(db, one, two):
            continue
        if match.strength == "strong":
            merges.join(db, min(one, two), max(one, two), why=match.why, on=on)
        elif match.strength == "medium":
            merges.ask(db, one, two, why=match.why, on=on)


def papers_named(db: Database, ids: Sequence[str], folds: Sequence[str]) -> list[tuple[int, Paper]]:
    """List the papers that have one of some ids or of some folded titles: (row as it is read
    now, the copy that has it).

    By index alone; of a title that many have no more than MAX_CANDIDATES.
    """
    rows = db.read(
        """
        SELECT paper AS id FROM identifiers WHERE id IN (SELECT value FROM json_each(?))
        UNION SELECT id FROM papers WHERE fold != '' AND fold IN (SELECT value FROM json_each(?))
        LIMIT ?
        """,
        (json.dumps(list(ids)), json.dumps(list(folds)), MAX_CANDIDATES),
    )
    return _papers(db, [r["id"] for r in rows])


def copies_of(db: Database, paper: Paper) -> dict[int, Match]:
    """Find the rows that are this paper, or may be: row as it is read now → how sure."""
    rows = db.read(
        """
        SELECT paper FROM identifiers WHERE id IN (SELECT value FROM json_each(?))
        UNION SELECT id FROM papers WHERE fold = ? AND fold != ''
        """,
        (json.dumps(paper.ids), title_fold(paper.title)),
    )
    candidates = [r["paper"] for r in rows]
    for name in paper.authors[:N_AUTHORS]:
        rows = db.read(
            """
            SELECT p.id, p.title FROM authors AS a JOIN papers AS p ON p.id = a.paper
            WHERE a.family_fold = ? AND a.name = ? ORDER BY a.paper DESC LIMIT ?
            """,
            (family_fold(name), name, MAX_CANDIDATES),
        )
        candidates += [r["id"] for r in rows if _may_be_alike(paper.title, r["title"])]
    found: dict[int, Match] = {}
    for row, other in _papers(db, list(dict.fromkeys(candidates))):
        match = same(paper, other)
        if match.strength == "strong" or (match.strength == "medium" and row not in found):
            found[row] = match
    return found


def doubles(db: Database) -> list[tuple[int, int, Match]]:
    """List the rows that stand apart under one title and may be one paper."""
    rows = db.read(
        """
        SELECT json_group_array(id) AS ids FROM papers WHERE fold != '' AND merged_into IS NULL
        GROUP BY fold HAVING count(*) > 1
        """
    )
    found = []
    for r in rows:
        for (row, paper), (other, second) in combinations(_papers(db, json.loads(r["ids"])), 2):
            if (match := same(paper, second)).strength != "none":
                found.append((row, other, match))
    return found


def _may_be_alike(one: str, other: str) -> bool:
    """Tell at little cost that two titles may be alike; `same` has the last word."""
    one, other = one.lower(), other.lower()
    words, others = (set(re.findall(r"\w{3,}", title)) for title in (one, other))
    is_half = len(words & others) * 2 >= min(len(words), len(others))
    return is_half or one.partition(":")[0] == other.partition(":")[0]


def _papers(db: Database, rows: Sequence[int]) -> list[tuple[int, Paper]]:
    found = db.read(
        f"""
        SELECT coalesce(p.merged_into, p.id) AS row, {PAPER_COLUMNS}
        FROM papers AS p WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.id
        """,  # noqa: S608  a constant
        (json.dumps(rows),),
    )
    return [(r["row"], paper_of(r)) for r in found]
