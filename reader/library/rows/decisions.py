"""Keep what the person decided: picks, skips, undos and filings. Rows are only ever added."""

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
    """One decision or lesson on one paper; `act` joins those made by one command."""

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
    """Record one act on some papers, with what stood on the screen about each; all of it is on
    the disk when this returns.

    act: the number of an act that this is a part of.
    """
    with db.writing():
        act = act or next_act(db)
        [last] = db.read("SELECT coalesce(max(id), 0) AS id FROM decisions")
        db.execute_many(
            "INSERT INTO decisions (act, paper, kind, at, on_date) VALUES (?, ?, ?, ?, ?)",
            [(act, paper, kind, at.isoformat(), on.isoformat()) for paper in papers],
        )
        _keep_decided(db, last["id"])


def take_back(db: Database, papers: Sequence[int], *, at: datetime, on: date) -> None:
    """Take back the pick or skip of each of some papers that was recorded last."""
    with db.writing():
        act = next_act(db)
        db.execute_many(
            """
            INSERT INTO decisions (act, paper, kind, undoes, at, on_date)
            SELECT ?, paper, 'undo', max(id), ?, ? FROM decisions
            WHERE paper = ? AND kind != 'undo' GROUP BY paper
            """,
            [(act, at.isoformat(), on.isoformat(), paper) for paper in papers],
        )


def decided_after(db: Database, papers: Sequence[int], moment: datetime) -> set[int]:
    """Find those of some papers on which something was decided, or taken back, after a moment."""
    rows = db.read(
        """
        SELECT DISTINCT paper FROM decisions WHERE at > ?
        AND paper IN (SELECT value FROM json_each(?))
        """,
        (moment.isoformat(), json.dumps(list(papers))),
    )
    return {r["paper"] for r in rows}


def moments_on(db: Database, day: date, papers: Sequence[int]) -> list[datetime]:
    """List when something was decided or taken back on a day about some papers, in order."""
    rows = db.read(
        """
        SELECT at FROM decisions WHERE on_date = ?
        AND paper IN (SELECT value FROM json_each(?)) ORDER BY id
        """,
        (day.isoformat(), json.dumps(list(papers))),
    )
    return [datetime.fromisoformat(r["at"]) for r in rows]


def last_decided(db: Database, papers: Sequence[int]) -> int | None:
    """Find the one of some papers whose pick or skip is the newest that still stands."""
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
    """Take back the last act that still stands: decisions, lessons of `teach`, papers put off;
    returns what it was, nothing when there is none.

    until: the moment when the person meant it, offline: the last act that stood then; where
    that was taken back meanwhile, nothing.
    """
    # Moments are compared as text; this one is after all others.
    moment = "9999" if until is None else until.isoformat()
    with db.writing():
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
        # What was taken back between the moment and now is not taken back again.
        rows = [row for row in rows if not row["is_undone"]]
        _undo(db, rows, at=at, on=on)
    return [Decision(r["id"], r["act"], r["paper"], r["kind"]) for r in rows]


def undo_act(db: Database, act: int, *, at: datetime, on: date) -> None:
    """Take back all of an act that still stands."""
    with db.writing():
        _undo(db, _standing(db, act), at=at, on=on)


def _standing(db: Database, act: int, paper: int | None = None) -> list[Row]:
    """List the decisions and lessons of an act that stand, of one paper where it is given."""
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
    """Take back decisions, lessons and what was put off in one act, and the folders that a
    lesson gave papers."""
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
    # The folder of before: what the paper had before the first filing of the lesson's act. It
    # keeps the act that it came by, so that an earlier act is taken back after this one.
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
    """Take back the newest decision on one paper that still stands, with what was said of its
    topics in the same act, and the newest of that alone where no decision stands; False where
    there is neither.

    until: as in `undo_last`.
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
        _undo(db, _standing(db, found["act"], paper), at=at, on=on)
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
    """File a paper under a topic; the last filing holds.

    is_by_hand: the person said where; else the topics' words did. act: the act that it is a
    part of, and with which it is taken back.
    """
    with db.writing():
        db.execute(
            "INSERT INTO filings (paper, topic, at, is_by_hand, act) VALUES (?, ?, ?, ?, ?)",
            (paper, topic, at.isoformat(), is_by_hand, act),
        )


def next_act(db: Database) -> int:
    """Number an act; decisions, lessons and papers put off are counted together."""
    row = db.read_one(
        """
        SELECT 1 + max(coalesce((SELECT max(act) FROM decisions), 0),
                       coalesce((SELECT max(act) FROM lessons), 0),
                       coalesce((SELECT max(act) FROM postponed), 0)) AS act
        """
    )
    return int(row["act"]) if row else 1


def _keep_decided(db: Database, after: int) -> None:
    """Copy what stood on the screen for each decision after one, in the transaction open.

    That is the line of the last list that showed the paper, up to the day of the decision. Without
    a line (from before lines were kept, or never listed) the ranks speak, as they are.
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
