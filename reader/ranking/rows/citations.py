"""Keep how often papers were cited, by day, and which of them were brought up for it.

A count is never replaced: each has its day. That a paper came up because it is much cited
is an origin of it like any other, `citations`, so it comes up once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from reader.library.paper import CitationCount, NewestCount
from reader.library.rows.database import Database, Row

ORIGIN = "citations"


def papers_to_count(
    db: Database, topics: Sequence[str], source: str, *, since: date, counted_after: date
) -> dict[int, tuple[str, ...]]:
    """Give the papers of some topics, published since a day, that a source did not count
    after another day: row → identifiers."""
    rows = db.read(
        """
        SELECT p.id, (SELECT json_group_array(i.id) FROM identifiers AS i WHERE i.paper = p.id)
            AS ids
        FROM papers AS p
        WHERE coalesce(p.published_on, p.announced_on, p.arrived_on) >= ?
          AND p.merged_into IS NULL
          AND EXISTS (SELECT 1 FROM idx.ranks AS r WHERE r.paper = p.id AND r.place = 'in'
                      AND r.topic IN (SELECT value FROM json_each(?)))
          AND NOT EXISTS (SELECT 1 FROM citations AS c WHERE c.paper = p.id AND c.source = ?
                          AND c.on_date > ?)
        ORDER BY p.id
        """,
        (since.isoformat(), json.dumps(list(topics)), source, counted_after.isoformat()),
    )
    return {r["id"]: tuple(json.loads(r["ids"])) for r in rows}


def add_counts(
    db: Database, counts: Mapping[int, CitationCount | None], *, source: str, on: date
) -> None:
    """Keep the counts of one day, in one transaction; the first of a day stays.

    None: the source does not know the paper, which is kept too, so that it is not asked
    for again at once.
    """
    with db.writing():
        db.execute_many(
            """
            INSERT INTO citations (paper, source, n, n_influential, on_date)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                (
                    row,
                    source,
                    count.n if count else None,
                    count.n_influential if count else None,
                    on.isoformat(),
                )
                for row, count in counts.items()
            ],
        )


def newest_counts(db: Database, papers: Iterable[int], *, until: date) -> dict[int, NewestCount]:
    """Give the newest count that papers had on a day, the highest of several sources'."""
    rows = db.read(
        """
        SELECT c.paper, c.n, c.on_date, coalesce(p.published_on, p.announced_on) AS published_on
        FROM json_each(?) AS wanted
        JOIN citations AS c ON c.paper = wanted.value JOIN papers AS p ON p.id = c.paper
        WHERE c.n IS NOT NULL AND c.on_date <= ?
        ORDER BY c.on_date, c.n
        """,
        (json.dumps(list(papers)), until.isoformat()),
    )
    return {r["paper"]: _counted(r) for r in rows}


def never_shown(
    db: Database, near: Sequence[str], own: Sequence[str], *, since: date, at_least: int
) -> list[NewestCount]:
    """List papers of near topics that are cited so often and that no list ever held: of no
    own topic, talked about by nobody, undecided, not brought up before."""
    rows = db.read(
        """
        SELECT c.paper, c.n, max(c.on_date) AS on_date,
            coalesce(p.published_on, p.announced_on) AS published_on
        FROM citations AS c JOIN papers AS p ON p.id = c.paper
        WHERE c.n >= ? AND coalesce(p.published_on, p.announced_on) >= ?
          AND p.merged_into IS NULL
          AND EXISTS (SELECT 1 FROM idx.ranks AS r WHERE r.paper = p.id AND r.place = 'in'
                      AND r.topic IN (SELECT value FROM json_each(?)))
          AND NOT EXISTS (SELECT 1 FROM idx.ranks AS r WHERE r.paper = p.id AND r.place = 'in'
                          AND r.topic IN (SELECT value FROM json_each(?)))
          AND NOT EXISTS (SELECT 1 FROM origins AS o WHERE o.paper = p.id
                          AND o.source = 'citations')
          AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.paper = p.id)
          AND NOT EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = p.id)
          AND NOT EXISTS (SELECT 1 FROM identifiers AS i JOIN mentions AS m ON m.identifier = i.id
                          JOIN posts AS s ON s.id = m.post
                          WHERE i.paper = p.id AND s.author != '')
        GROUP BY c.paper ORDER BY c.paper
        """,
        (at_least, since.isoformat(), json.dumps(list(near)), json.dumps(list(own))),
    )
    return [_counted(r) for r in rows]


def bring_up(db: Database, papers: Iterable[int], *, on: date) -> None:
    """Put papers into a day's list because they are much cited."""
    with db.writing():
        db.execute_many(
            "INSERT INTO origins (paper, source, seen_on) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(row, ORIGIN, on.isoformat()) for row in papers],
        )


def brought_up_on(db: Database, day: date) -> list[int]:
    """List the papers that are in a day's list because they are much cited."""
    rows = db.read(
        """
        SELECT o.paper FROM origins AS o JOIN papers AS p ON p.id = o.paper
        WHERE o.source = 'citations' AND o.seen_on = ? AND p.merged_into IS NULL ORDER BY o.paper
        """,
        (day.isoformat(),),
    )
    return [r["paper"] for r in rows]


def n_brought_up_from_here(db: Database, day: date) -> int:
    """Count those of a day's list that were in the library before."""
    row = db.read_one(
        """
        SELECT count(*) AS n FROM origins AS o JOIN papers AS p ON p.id = o.paper
        WHERE o.source = 'citations' AND o.seen_on = ? AND p.arrived_on < ?
        """,
        (day.isoformat(), day.isoformat()),
    )
    return int(row["n"]) if row else 0


def _counted(row: Row) -> NewestCount:
    published = row["published_on"]
    return NewestCount(
        row=row["paper"],
        n=row["n"],
        on=date.fromisoformat(row["on_date"]),
        published_on=date.fromisoformat(published) if published else None,
    )
