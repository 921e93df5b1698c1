"""Keep how the papers of a day stand to the topics. Derived: remade from papers and vectors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reader.store.database import Database
from reader.store.origins import BROUGHT_SQL


@dataclass(frozen=True, slots=True)
class Rank:
    """How a paper stands to a topic: what `topic.fit` cannot know from the paper alone."""

    topic: str
    nearness: float | None
    is_member: bool


def papers_to_rank(
    db: Database, first: date, last: date, topics: str, *, encoder: str = ""
) -> dict[int, date]:
    """Give the papers of some days that were not ranked with these topics yet, each with its
    day: that of its arrival, else that of the first post among these days.

    encoder: also those that were ranked by words alone or by another encoder's vectors,
    and have a vector of this one now. What only a hand added has no day here.
    """
    rows = db.read(
        f"""
        SELECT p.id, min(d.day) AS day FROM (
            SELECT p.id, p.arrived_on AS day FROM papers AS p
            WHERE p.arrived_on BETWEEN ?1 AND ?2 AND {BROUGHT_SQL}
            UNION ALL SELECT i.paper, m.seen_on
            FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
            WHERE m.seen_on BETWEEN ?1 AND ?2) AS d
        JOIN papers AS p ON p.id = d.id LEFT JOIN idx.ranked AS r ON r.paper = p.id
        WHERE p.merged_into IS NULL
          AND (r.paper IS NULL OR r.topics != ?3 OR (?4 != r.encoder AND ?4 != '' AND EXISTS (
            SELECT 1 FROM idx.texts AS t JOIN idx.vectors AS v ON v.hash = t.hash
            WHERE t.paper = p.id AND t.kind = 'paper' AND v.encoder = ?4)))
        GROUP BY p.id ORDER BY p.id
        """,  # noqa: S608  a constant
        (first.isoformat(), last.isoformat(), topics, encoder),
    )
    return {r["id"]: date.fromisoformat(r["day"]) for r in rows}


def papers_of_day(db: Database, day: date) -> list[int]:
    """List the papers that sources brought on a day or that a post seen on it points at.

    A folder of PDFs that a hand added would change what is near among the day's own.
    """
    rows = db.read(
        f"""
        SELECT p.id FROM papers AS p
        WHERE p.arrived_on = ? AND p.merged_into IS NULL AND {BROUGHT_SQL}
        UNION SELECT i.paper FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
        WHERE m.seen_on = ?
        """,  # noqa: S608  a constant
        (day.isoformat(), day.isoformat()),
    )
    return [r["id"] for r in rows]


def set_ranks(
    db: Database, ranks: Mapping[int, Sequence[Rank]], *, topics: str, encoder: str
) -> None:
    """Keep the ranks of papers, in place of their earlier ones."""
    if not ranks:
        return
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
        WHERE p.arrived_on = ? AND p.merged_into IS NULL AND r.is_member ORDER BY p.id
        """,
        (day.isoformat(),),
    )
    return [r["id"] for r in rows]


def n_undecided(
    db: Database, topics: Sequence[str], first: date, last: date, *, more: Iterable[int] = ()
) -> list[tuple[date, int]]:
    """Count papers of some topics without a decision, by day of arrival, newest first.

    more: papers that are counted whatever their topics, if they arrived on these days.
    What a hand added counts for nothing: its owner knows of it.
    """
    rows = db.read(
        f"""
        SELECT p.arrived_on AS day, count(*) AS n FROM papers AS p
        WHERE p.arrived_on BETWEEN ? AND ? AND p.merged_into IS NULL AND {BROUGHT_SQL}
          AND (p.id IN (SELECT value FROM json_each(?)) OR EXISTS (
            SELECT 1 FROM idx.ranks AS r WHERE r.paper = p.id AND r.is_member
            AND r.topic IN (SELECT value FROM json_each(?))))
          AND NOT EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = p.id)
          AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.paper = p.id AND d.kind != 'undo'
                          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id))
        GROUP BY p.arrived_on ORDER BY p.arrived_on DESC
        """,  # noqa: S608  a constant
        (first.isoformat(), last.isoformat(), json.dumps(list(more)), json.dumps(list(topics))),
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
