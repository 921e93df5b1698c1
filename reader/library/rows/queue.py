"""Find the picks that wait for a note (the queue), and store the acts that browsers sent.

The queue is no table: it is computed from the picks that were not taken back, of papers without
a note. What the person decides about them is kept in rows that are only ever added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reader.library.paper import Priority
from reader.library.rows.database import REMOVED_SQL, Database
from reader.library.rows.decisions import next_act
from reader.library.rows.papers import STANDING_PICK_SQL


@dataclass(frozen=True, slots=True)
class WaitingPick:
    """A pick that waits for its note.

    decision: `decisions.id` of the pick. until: the day on which it comes back, None where
    it was not put off. path: of its PDF, empty where there is none yet. priority: of its paper,
    as far as it was asked for.
    """

    paper: int
    decision: int
    picked_on: date
    until: date | None = None
    path: str = ""
    priority: Priority = "normal"


@dataclass(frozen=True, slots=True)
class Extent:
    """The length of a PDF's text; n_bytes: in UTF-8."""

    n_characters: int
    n_bytes: int


def picked(db: Database) -> list[WaitingPick]:
    """List the picks without a note, the oldest first.

    A paper that was picked several times counts from the first pick after its last skip. One
    that was picked again since it was put off is not put off any more.
    """
    # From the inside: picks that stand and have neither a later skip nor a note, the first of
    # each paper; then the newest day to which it was put off after that pick, unless this was
    # taken back or a newer pick stands.
    rows = db.read(
        f"""
        SELECT q.paper, q.decision, q.on_date, coalesce(pdfs.path, '') AS path, (
            SELECT until_on FROM postponed AS p WHERE p.paper = q.paper AND p.act > q.act
            AND until_on IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM postponed AS u WHERE u.undoes = p.id)
            AND NOT EXISTS (
                SELECT 1 FROM decisions AS d WHERE d.paper = p.paper AND d.kind = 'pick'
                AND (d.at, d.act) > (p.at, p.act)
                AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id))
            ORDER BY id DESC LIMIT 1) AS until_on
        FROM (
            SELECT d.paper, min(d.id) AS decision, d.act, d.on_date
            FROM decisions AS d WHERE {STANDING_PICK_SQL}
            AND NOT EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = d.paper)
            GROUP BY d.paper) AS q
        LEFT JOIN pdfs ON pdfs.paper = q.paper ORDER BY q.decision
        """  # noqa: S608  a constant
    )
    return [
        WaitingPick(
            r["paper"],
            r["decision"],
            date.fromisoformat(r["on_date"]),
            date.fromisoformat(r["until_on"]) if r["until_on"] else None,
            r["path"],
        )
        for r in rows
    ]


def dropped_on(db: Database, day: date) -> dict[int, int]:
    """List the papers that were let go from the queue on a day: paper → its pick.

    In the order in which they were let go, each with the pick (`decisions.id`) that is over. A
    paper with a later decision or a note is left out.
    """
    return db.pairs(
        f"""
        SELECT s.paper, p.id AS pick FROM decisions AS s
        JOIN decisions AS p ON p.paper = s.paper AND p.id < s.id AND p.kind = 'pick'
        WHERE s.on_date = ? AND s.kind = 'skip'
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes IN (s.id, p.id))
        AND NOT EXISTS (
            SELECT 1 FROM decisions AS l WHERE l.paper = s.paper AND l.id > p.id AND l.id != s.id
            AND l.kind != 'undo'
            AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = l.id))
        AND NOT EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = s.paper)
        AND s.paper NOT IN ({REMOVED_SQL}) ORDER BY s.id
        """,  # noqa: S608  a constant
        (day.isoformat(),),
    )


def extents(db: Database, papers: Iterable[int]) -> dict[int, Extent]:
    """Load the length of the text of each paper's PDF, without papers whose PDF was not read."""
    rows = db.read(
        """
        SELECT paper, sum(length(text)) AS n_characters, sum(octet_length(text)) AS n_bytes
        FROM idx.texts WHERE kind = 'passage' AND paper IN (SELECT value FROM json_each(?))
        GROUP BY paper
        """,
        (json.dumps(list(papers)),),
    )
    return {r["paper"]: Extent(r["n_characters"], r["n_bytes"]) for r in rows}


def postpone(db: Database, papers: Sequence[int], until: date, *, at: datetime, on: date) -> None:
    """Record that papers are put off until a day, as one act that undo can take back."""
    with db.writing():
        act, moments = next_act(db), (until.isoformat(), at.isoformat(), on.isoformat())
        db.execute_many(
            "INSERT INTO postponed (act, paper, until_on, at, on_date) VALUES (?, ?, ?, ?, ?)",
            [(act, paper, *moments) for paper in papers],
        )


@dataclass(frozen=True, slots=True)
class Guess:
    """What the person guessed of a paper before reading its abstract; "" where they passed."""

    text: str
    on_date: date


def add_guess(db: Database, paper: int, text: str, *, at: datetime, on: date) -> None:
    """Record a guess, as an act that undo can take back."""
    db.execute(
        "INSERT INTO guesses (act, paper, text, at, on_date) VALUES (?, ?, ?, ?, ?)",
        (next_act(db), paper, text, at.isoformat(), on.isoformat()),
    )


def guess_of(db: Database, paper: int) -> Guess | None:
    """Load the last guess that stands, by the moment when it was made; None for none."""
    row = db.read_one(
        """
        SELECT text, on_date FROM guesses AS g WHERE paper = ? AND undoes IS NULL
        AND NOT EXISTS (SELECT 1 FROM guesses AS u WHERE u.undoes = g.id)
        ORDER BY at DESC, id DESC LIMIT 1
        """,
        (paper,),
    )
    return Guess(row["text"], date.fromisoformat(row["on_date"])) if row else None


@dataclass(frozen=True, slots=True)
class QueueQuestion:
    """The question of a look-back about a pick; is_kept: the person answered that they read it."""

    on_date: date
    is_kept: bool


def questions_about(db: Database, picks: Iterable[int]) -> dict[int, QueueQuestion]:
    """Load the questions about some picks (`decisions.id`), without picks that have none."""
    rows = db.read(
        """
        SELECT decision, on_date, is_kept FROM asked
        WHERE decision IN (SELECT value FROM json_each(?))
        """,
        (json.dumps(list(picks)),),
    )
    return {
        r["decision"]: QueueQuestion(date.fromisoformat(r["on_date"]), bool(r["is_kept"]))
        for r in rows
    }


def record_questions(db: Database, picks: Sequence[int], *, at: datetime, on: date) -> list[int]:
    """Record that some picks (`decisions.id`) are asked about; return those that are new.

    A pick is asked about once, so the question is kept before it is on a screen.
    """
    with db.writing():
        new = [pick for pick in picks if pick not in questions_about(db, picks)]
        db.execute_many(
            "INSERT INTO asked (decision, at, on_date) VALUES (?, ?, ?)",
            [(pick, at.isoformat(), on.isoformat()) for pick in new],
        )
    return new


def set_kept(db: Database, pick: int) -> None:
    """Record the answer to the question about a pick: the person reads it."""
    db.execute("UPDATE asked SET is_kept = 1 WHERE decision = ?", (pick,))


Became = Literal["done", "overtaken", "beside"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An act that a browser sent, and its outcome.

    act: its id. made_at: by the browser's clock, corrected; at: when it arrived.
    note: the revision (`notes.id`) that has its words alone, None for none.
    became: "done" as it was meant; "overtaken" by a later decision on `paper`; "beside", in one
    note with other words on `paper`.
    """

    act: str
    made_at: datetime
    at: datetime
    note: int | None = None
    became: Became = "done"
    paper: int | None = None


def add_arrival(db: Database, arrival: Arrival) -> bool:
    """Record an act that arrived, and return whether this was the first time."""
    with db.writing():
        if arrival_of(db, arrival.act):
            return False
        moments = (arrival.made_at.isoformat(), arrival.at.isoformat())
        db.execute(
            """
            INSERT INTO arrivals (act, made_at, at, note, became, paper) VALUES (?, ?, ?, ?, ?, ?)
            """,
            (arrival.act, *moments, arrival.note, arrival.became, arrival.paper),
        )
    return True


def arrival_of(db: Database, act: str) -> Arrival | None:
    """Look up the record of an act, None where it did not arrive."""
    row = db.read_one("SELECT * FROM arrivals WHERE act = ?", (act,))
    if row is None:
        return None
    made_at, at = (datetime.fromisoformat(row[name]) for name in ("made_at", "at"))
    return Arrival(row["act"], made_at, at, row["note"], row["became"], row["paper"])
