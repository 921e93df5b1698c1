"""Find the rows that are copies of one paper.

Candidates are found by identifier, title and author, by index alone; `identity.same` decides
whether two papers are one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from itertools import combinations

from reader.library.identity import Match, family_fold, is_meant, may_be_alike, same, title_fold
from reader.library.paper import Paper
from reader.library.rows.database import Database, Row
from reader.library.rows.merges import ask, is_decided, is_removed, join, last_split, row_now

N_AUTHORS = 3
"""The number of authors whose other papers are compared; the first one decides nearly always."""

MAX_CANDIDATES = 300
"""The most papers of one author that are compared, newest first: "Wei Wang" has thousands."""

PAPER_COLUMNS = """
    p.*,
    (SELECT json_group_array(name) FROM
        (SELECT name FROM authors WHERE paper = p.id ORDER BY position)) AS authors,
    (SELECT json_group_array(id) FROM identifiers WHERE paper = p.id) AS ids
"""
"""The columns of a row `p` of papers that `paper_of` needs."""


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
    """Find the row of a paper by its identifiers, the canonical one first; None where new.

    An arXiv paper is not found by the DOI that a paper with another arXiv number has: authors
    enter wrong DOIs, so the two are compared instead.
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
    """List the arXiv ids of a row, the canonical one first."""
    return db.column(
        """
        SELECT i.id FROM identifiers AS i JOIN papers AS p ON p.id = i.paper
        WHERE i.paper = ? AND i.id LIKE 'arxiv:%' ORDER BY i.id != p.canonical, i.id
        """,
        (row,),
    )


def join_rows(db: Database, row: int, paper: Paper, on: date) -> None:
    """Merge the rows that a source names as one paper, unless the person split them."""
    if len(paper.ids) == 1:
        return
    rows = db.read(
        "SELECT DISTINCT paper FROM identifiers WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(paper.ids),),
    )
    named = _papers(db, [r["paper"] for r in rows]) if len(rows) > 1 else []
    # A paper merged of several copies stands in `named` once for each; the last one decides.
    for other, match in {other: same(paper, copy) for other, copy in named}.items():
        # A merge in an earlier turn of this loop may have moved either row.
        one, two = row_now(db, row), row_now(db, other)
        if one == two or last_split(db, one, two):
            continue
        removed = [number for number in (one, two) if is_removed(db, number)]
        if removed:
            # What a person decided on is not hidden by a paper in the trash.
            [*others] = {one, two}.difference(removed)
            if match.strength == "strong" and others and not is_decided(db, others[0]):
                join(db, removed[0], others[0], why=str(match.why), on=on)
        elif match.strength == "strong":
            join(db, min(one, two), max(one, two), why=str(match.why), on=on)
        elif match.strength == "medium":
            ask(db, one, two, why=str(match.why), on=on)


def papers_named(db: Database, ids: Sequence[str], folds: Sequence[str]) -> list[tuple[int, Paper]]:
    """Find the papers that have one of some ids or of some folded titles.

    Each is (row as it is read now, the copy that has the id or title). At most MAX_CANDIDATES,
    since some titles are those of many papers.
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
    """Find the rows that are, or may be, copies of a paper: row as it is read now → match."""
    rows = db.read(
        """
        SELECT paper FROM identifiers WHERE id IN (SELECT value FROM json_each(?))
        UNION SELECT id FROM papers WHERE fold = ? AND fold != ''
        """,
        (json.dumps(paper.ids), title_fold(paper.title)),
    )
    candidates = [r["paper"] for r in rows]
    # By the whole name as printed, since a family name alone may have 60,000 rows. "W. Wang" and
    # "Wei Wang" are then only compared where their titles fold alike.
    for name in paper.authors[:N_AUTHORS]:
        rows = db.read(
            """
            SELECT p.id, p.title FROM authors AS a JOIN papers AS p ON p.id = a.paper
            WHERE a.family_fold = ? AND a.name = ? ORDER BY a.paper DESC LIMIT ?
            """,
            (family_fold(name), name, MAX_CANDIDATES),
        )
        candidates += [r["id"] for r in rows if may_be_alike(paper.title, r["title"])]
    found: dict[int, Match] = {}
    for row, other in _papers(db, list(dict.fromkeys(candidates))):
        match = same(paper, other)
        if match.strength == "strong" or (match.strength == "medium" and row not in found):
            found[row] = match
    return found


def row_with_title(db: Database, entry: Paper) -> int | None:
    """Find the one row that an entry without an identifier names by its title, if it is one."""
    folded = title_fold(entry.title)
    rows = db.read("SELECT id FROM papers WHERE fold = ? AND fold != ''", (folded,))
    known = dict(_papers(db, [r["id"] for r in rows]))
    matching = [row for row, paper in known.items() if is_meant(entry, paper)]
    return matching[0] if len(matching) == 1 else None


def pairs(db: Database) -> list[tuple[int, int, Match]]:
    """Find the pairs of unmerged rows with one folded title that are or may be one paper."""
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


def _papers(db: Database, rows: Sequence[int]) -> list[tuple[int, Paper]]:
    found = db.read(
        f"""
        SELECT coalesce(p.merged_into, p.id) AS row, {PAPER_COLUMNS}
        FROM papers AS p WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.id
        """,  # noqa: S608  a constant
        (json.dumps(rows),),
    )
    return [(r["row"], paper_of(r)) for r in found]
