"""Keep how the papers of a day stand to the topics. Derived: remade from papers and vectors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reader.store.database import Database


@dataclass(frozen=True, slots=True)
class Rank:
    """How a paper stands to a topic: what `topic.fit` cannot know from the paper alone."""

    topic: str
    nearness: float | None
    is_member: bool


def papers_to_rank(db: Database, day: date, topics: str, *, encoder: str = "") -> list[int]:
    """List a day's papers that were not ranked with these topics yet.

    encoder: also those that were ranked by words alone or by another encoder's vectors,
    and have a vector of this one now.
    """
    rows = db.read(
        """
        SELECT p.id FROM papers AS p LEFT JOIN idx.ranked AS r ON r.paper = p.id
        WHERE p.id IN (
            SELECT id FROM papers WHERE arrived_on = ?
            UNION SELECT i.paper FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
            WHERE m.seen_on = ?)
        AND (r.paper IS NULL OR r.topics != ? OR (? != r.encoder AND ? != '' AND EXISTS (
            SELECT 1 FROM idx.texts AS t JOIN idx.vectors AS v ON v.hash = t.hash
            WHERE t.paper = p.id AND t.kind = 'paper' AND v.encoder = ?)))
        ORDER BY p.id
        """,
        (day.isoformat(), day.isoformat(), topics, encoder, encoder, encoder),
    )
    return [r["id"] for r in rows]


def papers_of_day(db: Database, day: date) -> list[int]:
    """List the papers that arrived on a day or that a post seen on it points at."""
    rows = db.read(
        """
        SELECT id FROM papers WHERE arrived_on = ?
        UNION SELECT i.paper FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
        WHERE m.seen_on = ?
        """,
        (day.isoformat(), day.isoformat()),
    )
    return [r["id"] for r in rows]


def set_ranks(
    db: Database, ranks: Mapping[int, Sequence[Rank]], *, topics: str, encoder: str
) -> None:
    """Keep the ranks of papers, in place of their earlier ones."""
    with db.writing():
        db.execute(
            "DELETE FROM idx.ranks WHERE paper IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ranks)),),
        )
        db.execute_many(
            "INSERT INTO idx.ranks (paper, topic, nearness, is_member) VALUES (?, ?, ?, ?)",
            [
                (paper, rank.topic, rank.nearness, rank.is_member)
                for paper, of_paper in ranks.items()
                for rank in of_paper
            ],
        )
        db.execute_many(
            "INSERT OR REPLACE INTO idx.ranked (paper, topics, encoder) VALUES (?, ?, ?)",
            [(paper, topics, encoder) for paper in ranks],
        )


def members_on(db: Database, day: date) -> list[int]:
    """List the papers that arrived on a day and belong to some topic."""
    rows = db.read(
        """
        SELECT DISTINCT p.id FROM papers AS p JOIN idx.ranks AS r ON r.paper = p.id
        WHERE p.arrived_on = ? AND r.is_member ORDER BY p.id
        """,
        (day.isoformat(),),
    )
    return [r["id"] for r in rows]


def n_undecided(
    db: Database, topics: Sequence[str], first: date, last: date
) -> list[tuple[date, int]]:
    """Count papers of some topics without a decision, by day of arrival, newest first."""
    rows = db.read(
        """
        SELECT p.arrived_on AS day, count(DISTINCT p.id) AS n
        FROM papers AS p JOIN idx.ranks AS r ON r.paper = p.id
        WHERE p.arrived_on BETWEEN ? AND ? AND r.is_member
          AND r.topic IN (SELECT value FROM json_each(?))
          AND NOT EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = p.id)
          AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.paper = p.id AND d.kind != 'undo'
                          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id))
        GROUP BY p.arrived_on ORDER BY p.arrived_on DESC
        """,
        (first.isoformat(), last.isoformat(), json.dumps(list(topics))),
    )
    return [(date.fromisoformat(r["day"]), r["n"]) for r in rows]


def ranks_of(db: Database, papers: Iterable[int]) -> dict[int, list[Rank]]:
    """Give the ranks of some papers."""
    ranks: dict[int, list[Rank]] = {}
    for r in db.read(
        "SELECT * FROM idx.ranks WHERE paper IN (SELECT value FROM json_each(?))",
        (json.dumps(list(papers)),),
    ):
        ranks.setdefault(r["paper"], []).append(
            Rank(r["topic"], r["nearness"], bool(r["is_member"]))
        )
    return ranks
