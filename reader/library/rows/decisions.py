"""Store the person's decisions: picks, skips, undos and filings. Rows are only ever added."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reader.library.rows.database import Database, Row

Kind = Literal["pick", "skip"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision or lesson on a paper; those made by one command have the same `act`."""

    id: int
    act: int
    paper: int
    kind: str


def add_decisions(
    db: Database,
    kind: Kind,
    papers: Sequence[int],
    *,
    at: datetime,
    on: date,
    act: int | None = None,
) -> None:
    """Record a pick or skip of some papers, with the line that a list showed of each.

    All of it is on the disk when this returns.
    act: the act that this is a part of, None for a new one.
    """
    with db.writing():
        act = act or next_act(db)
        # What `_keep_decided` is to look at has higher ids: rows are only added.
        [last] = db.read("SELECT coalesce(max(id), 0) AS id FROM decisions")
        db.execute_many(
            "INSERT INTO decisions (act, paper, kind, at, on_date) VALUES (?, ?, ?, ?, ?)",
            [(act, paper, kind, at.isoformat(), on.isoformat()) for paper in papers],
        )
        _keep_decided(db, last["id"])


def take_back(db: Database, papers: Sequence[int], *, at: datetime, on: date) -> None:
    """Take back the last pick or skip of each of some papers."""
    with db.writing():
        act = next_act(db)
        # `decide_rows` has added them in this transaction, so they are the newest and stand.
        db.execute_many(
            """
            INSERT INTO decisions (act, paper, kind, undoes, at, on_date)
            SELECT ?, paper, 'undo', max(id), ?, ? FROM decisions
            WHERE paper = ? AND kind != 'undo' GROUP BY paper
            """,
            [(act, at.isoformat(), on.isoformat(), paper) for paper in papers],
        )


def decided_after(db: Database, papers: Sequence[int], moment: datetime) -> set[int]:
    """Select those of some papers that have a decision, or an undo, after a moment."""
    # Moments are UTC and compared as texts. One without a fraction still comes before those of
    # the same second that have one, since "+" sorts before ".".
    rows = db.read(
        """
        SELECT DISTINCT paper FROM decisions WHERE at > ?
        AND paper IN (SELECT value FROM json_each(?))
        """,
        (moment.isoformat(), json.dumps(list(papers))),
    )
    return {r["paper"] for r in rows}


def moments_on(db: Database, day: date, papers: Sequence[int]) -> list[datetime]:
    """Load the moments of a day's decisions and undos on some papers, in their order."""
    rows = db.read(
        """
        SELECT at FROM decisions WHERE on_date = ?
        AND paper IN (SELECT value FROM json_each(?)) ORDER BY id
        """,
        (day.isoformat(), json.dumps(list(papers))),
    )
    return [datetime.fromisoformat(r["at"]) for r in rows]


def last_kinds(db: Database, papers: Sequence[int]) -> dict[int, Kind]:
    """Load the last pick or skip of each of some papers that was not taken back."""
    rows = db.read(
        """
        SELECT paper, kind, max(id) FROM decisions AS d WHERE kind != 'undo'
        AND paper IN (SELECT value FROM json_each(?))
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id) GROUP BY paper
        """,
        (json.dumps(list(papers)),),
    )
    return {r["paper"]: r["kind"] for r in rows}


def last_decided(db: Database, papers: Sequence[int]) -> int | None:
    """Find the one of some papers whose pick or skip is the newest that was not taken back."""
    found = db.read_one(
        """
        SELECT paper FROM decisions AS d WHERE kind IN ('pick', 'skip')
        AND paper IN (SELECT value FROM json_each(?))
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
        ORDER BY id DESC LIMIT 1
        """,
        (json.dumps(list(papers)),),
    )
    return int(found["paper"]) if found else None


def undo_last(
    db: Database, *, at: datetime, on: date, until: datetime | None = None
) -> list[Decision]:
    """Take back the last act: decisions, lessons of `teach`, or papers put off.

    until: the moment of an undo that was made offline; it takes back the act that was the last
    one then, or nothing where that was taken back meanwhile.
    Returns what was taken back, empty where there is nothing.
    """
    # Moments are compared as texts, and "9999" is greater than all of them.
    moment = "9999" if until is None else until.isoformat()
    with db.writing():
        # The acts that stood at the moment: NOT EXISTS leaves out those undone by then, and
        # `is_undone` marks those undone later, which were still the last ones of that time.
        rows = db.read(
            """
            WITH acts AS (
                SELECT 'decisions' AS place, id, act, paper, kind,
                    EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id) AS is_undone
                FROM decisions AS d WHERE kind != 'undo' AND at <= ?1
                AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id AND u.at <= ?1)
                UNION ALL SELECT 'lessons', id, act, paper, kind,
                    EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id)
                FROM lessons AS l WHERE kind != 'undo' AND at <= ?1
                AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id AND u.at <= ?1)
                UNION ALL SELECT 'postponed', id, act, paper, 'later',
                    EXISTS (SELECT 1 FROM postponed AS u WHERE u.undoes = p.id)
                FROM postponed AS p WHERE undoes IS NULL AND at <= ?1
                AND NOT EXISTS (SELECT 1 FROM postponed AS u WHERE u.undoes = p.id AND u.at <= ?1))
            SELECT * FROM acts WHERE act = (SELECT max(act) FROM acts) ORDER BY id
            """,
            (moment,),
        )
        # An act that was taken back between that moment and now is not taken back again.
        rows = [row for row in rows if not row["is_undone"]]
        _undo(db, rows, at=at, on=on)
    return [Decision(r["id"], r["act"], r["paper"], r["kind"]) for r in rows]


def undo_act(db: Database, act: int, *, at: datetime, on: date) -> None:
    """Take back what is left of an act."""
    with db.writing():
        _undo(db, _not_undone(db, act), at=at, on=on)


def _not_undone(db: Database, act: int, paper: int | None = None) -> list[Row]:
    """Select the decisions and lessons of an act that were not taken back, of one paper or all."""
    # Without `postponed`: a paper is put off in an act of its own, which only `undo_last` undoes.
    return db.read(
        """
        SELECT 'decisions' AS place, id, act, paper FROM decisions AS d
        WHERE act = ?1 AND kind != 'undo' AND (?2 IS NULL OR paper = ?2)
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
        UNION ALL SELECT 'lessons', id, act, paper FROM lessons AS l
        WHERE act = ?1 AND kind != 'undo' AND (?2 IS NULL OR paper = ?2)
        AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id)
        """,
        (act, paper),
    )


def _undo(db: Database, rows: Sequence[Row], *, at: datetime, on: date) -> None:
    """Take back decisions, lessons and papers put off in one act, with the lessons' filings."""
    act = next_act(db)
    moments = (at.isoformat(), on.isoformat())
    db.execute_many(
        """
        INSERT INTO decisions (act, paper, kind, undoes, at, on_date)
        VALUES (?, ?, 'undo', ?, ?, ?)
        """,
        [(act, r["paper"], r["id"], *moments) for r in rows if r["place"] == "decisions"],
    )
    db.execute_many(
        "INSERT INTO postponed (act, paper, undoes, at, on_date) VALUES (?, ?, ?, ?, ?)",
        [(act, r["paper"], r["id"], *moments) for r in rows if r["place"] == "postponed"],
    )
    lessons = [r for r in rows if r["place"] == "lessons"]
    db.execute_many(
        """
        INSERT INTO lessons (act, paper, topic, kind, undoes, at, on_date)
        SELECT ?, paper, topic, 'undo', id, ?, ? FROM lessons WHERE id = ?
        """,
        [(act, *moments, r["id"]) for r in lessons],
    )
    # File the paper again where it was before the first filing of the lesson's act, unless it was
    # filed anew since. The new row has the act of that earlier filing, so that an undo of that
    # act can follow this one.
    db.execute_many(
        """
        INSERT INTO filings (paper, topic, at, is_by_hand, act)
        SELECT b.paper, b.topic, ?1, b.is_by_hand, b.act FROM filings AS b WHERE b.id = (
            SELECT max(id) FROM filings WHERE paper = ?2 AND id < (
                SELECT min(id) FROM filings WHERE paper = ?2 AND act = ?3))
        AND ?3 = (SELECT act FROM filings WHERE paper = ?2 ORDER BY id DESC LIMIT 1)
        """,
        list(dict.fromkeys((moments[0], r["paper"], r["act"]) for r in lessons)),
    )


def undo_of(
    db: Database, paper: int, *, at: datetime, on: date, until: datetime | None = None
) -> bool:
    """Take back the newest decision on a paper, with the lessons on it of the same act.

    Where it has no decision, its newest lessons are taken back. until: as in `undo_last`.
    Returns False where there is neither.
    """
    moment = "9999" if until is None else until.isoformat()
    with db.writing():
        found = db.read_one(
            """
            SELECT act, is_undone FROM (
                SELECT act, 1 AS weight,
                    EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id) AS is_undone
                FROM decisions AS d WHERE paper = ?1 AND kind IN ('pick', 'skip') AND at <= ?2
                AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id AND u.at <= ?2)
                UNION ALL SELECT act, 0,
                    EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id)
                FROM lessons AS l WHERE paper = ?1 AND kind IN ('yes', 'no') AND at <= ?2
                AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id AND u.at <= ?2))
            ORDER BY weight DESC, act DESC LIMIT 1
            """,
            (paper, moment),
        )
        if found is None or found["is_undone"]:
            return False
        _undo(db, _not_undone(db, found["act"], paper), at=at, on=on)
    return True


def add_filing(
    db: Database,
    paper: int,
    topic: str,
    *,
    at: datetime,
    is_by_hand: bool = False,
    act: int | None = None,
) -> None:
    """File a paper under a topic; its last filing holds.

    is_by_hand: the person chose the topic, not the topics' words. act: the act that this is a
    part of, and with which it is taken back; None for no act.
    """
    with db.writing():
        db.execute(
            "INSERT INTO filings (paper, topic, at, is_by_hand, act) VALUES (?, ?, ?, ?, ?)",
            (paper, topic, at.isoformat(), is_by_hand, act),
        )


def next_act(db: Database) -> int:
    """Get the number of the next act."""
    # One number for all three tables, so that the last act of any kind can be found.
    row = db.read_one(
        """
        SELECT 1 + max(coalesce((SELECT max(act) FROM decisions), 0),
                       coalesce((SELECT max(act) FROM lessons), 0),
                       coalesce((SELECT max(act) FROM postponed), 0)) AS act
        """
    )
    return int(row["act"]) if row else 1


def _keep_decided(db: Database, after: int) -> None:
    """Copy the line that a list showed for each decision after an id, in the open transaction.

    It is the line of the last list that showed the paper, up to the day of the decision. Where
    there is none (from before lines were kept, or never listed), the ranks of now are copied.
    """
    db.execute(
        """
        INSERT INTO decided (decision, day, lane, position, topic, score, sentence, terms,
            mentions, n_votes, models)
        SELECT d.id, l.day, l.lane, l.position, l.topic, l.score, l.sentence, l.terms,
            l.mentions, l.n_votes, l.models
        FROM decisions AS d JOIN lines AS l ON l.paper = d.paper AND l.day = (
            SELECT max(k.day) FROM lines AS k WHERE k.paper = d.paper AND k.day <= d.on_date)
        WHERE d.id > ?
        """,
        (after,),
    )
    # The decisions that are left. `shown` numbers all lanes of a day together, so the place in
    # the lane is counted here. A paper that no list showed gets the topic that it fits best.
    db.execute(
        """
        INSERT INTO decided (decision, day, lane, position, topic, score, sentence, terms,
            mentions, n_votes, models)
        SELECT d.id, s.day, s.lane,
            CASE WHEN s.day IS NOT NULL THEN (
                SELECT count(*) FROM shown AS o
                WHERE o.day = s.day AND o.lane = s.lane AND o.position <= s.position) END,
            coalesce(nullif(s.topic, ''), r.topic, ''), r.score, '', coalesce(r.terms, ''),
            '', NULL, coalesce(k.models, '')
        FROM decisions AS d
        LEFT JOIN shown AS s ON s.paper = d.paper AND s.day = (
            SELECT max(o.day) FROM shown AS o WHERE o.paper = d.paper AND o.day <= d.on_date)
        LEFT JOIN idx.ranks AS r ON r.paper = d.paper AND r.topic = coalesce(nullif(s.topic, ''), (
            SELECT b.topic FROM idx.ranks AS b WHERE b.paper = d.paper
            ORDER BY b.score - b.cut DESC, b.topic LIMIT 1))
        LEFT JOIN idx.ranked AS k ON k.paper = d.paper
        WHERE d.id > ? AND NOT EXISTS (SELECT 1 FROM decided AS c WHERE c.decision = d.id)
        """,
        (after,),
    )
