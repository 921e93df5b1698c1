"""Keep the papers that a day's list showed, and where: its order stays, none is brought up twice.

Rows are only added, but for the order of a day whose topics the person taught or changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from reader.library.rows.database import Database
from reader.ranking.rank import ListLane, ListPlace


def shown_on(db: Database, day: date) -> dict[int, ListPlace]:
    """Read where the list of a day showed each of its papers, by row."""
    rows = db.read("SELECT paper, lane, position FROM shown WHERE day = ?", (day.isoformat(),))
    return {r["paper"]: ListPlace(r["lane"], r["position"]) for r in rows}


def add_shown(
    db: Database, day: date, papers: Sequence[tuple[int, ListLane, str]], *, at: datetime
) -> None:
    """Keep (row, lane, topic) of the papers that a day's list shows now, in its order.

    Papers that it showed before keep their place; the others follow.
    """
    # On conflict nothing: another page or terminal may show the same list at this moment.
    with db.writing():
        last = db.read_one(
            "SELECT coalesce(max(position), 0) AS n FROM shown WHERE day = ?", (day.isoformat(),)
        )
        db.execute_many(
            """
            INSERT INTO shown (day, paper, lane, topic, position, at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                (day.isoformat(), paper, lane, topic, n, at.isoformat())
                for n, (paper, lane, topic) in enumerate(papers, (last["n"] if last else 0) + 1)
            ],
        )


def topic_shown(db: Database, paper: int) -> str:
    """Look up the topic under which a list showed a paper last; empty for none."""
    row = db.read_one(
        "SELECT topic FROM shown WHERE paper = ? AND topic != '' ORDER BY day DESC LIMIT 1",
        (paper,),
    )
    return str(row["topic"]) if row else ""


def last_shown(db: Database, paper: int, until: date) -> date | None:
    """Look up the last day up to another whose list showed a paper, None for none."""
    row = db.read_one(
        "SELECT max(day) AS day FROM shown WHERE paper = ? AND day <= ?",
        (paper, until.isoformat()),
    )
    return date.fromisoformat(row["day"]) if row and row["day"] else None


def forget_order(db: Database, day: date) -> None:
    """Drop the order of a day's own lane, which is made anew; decided papers and those of the
    other lanes stay."""
    db.execute(
        """
        DELETE FROM shown WHERE day = ? AND lane IN ('own', 'doubtful')
        AND paper NOT IN (SELECT paper FROM decisions)
        """,
        (day.isoformat(),),
    )


FORETOLD_SQL = """
    (k.lane = 'near' AND k.day = p.arrived_on AND NOT EXISTS (
        SELECT 1 FROM identifiers AS f JOIN mentions AS g ON g.identifier = f.id
        JOIN posts AS h ON h.id = g.post WHERE f.paper = p.id AND g.seen_on <= k.day
        AND (h.author != '' OR h.n_votes IS NOT NULL)))
"""
"""A row k of `shown` had the paper p in the near lane when nobody had spoken of it."""


def shown_before(db: Database, papers: Iterable[int], day: date) -> set[int]:
    """Select the papers that the list of an earlier day showed because of talk: in the near lane,
    as a wild card, or on another day than that of their arrival."""
    is_for_talk = f"k.lane IN ('near', 'wild') AND NOT {FORETOLD_SQL} OR k.day > p.arrived_on"
    return _shown(db, papers, day, is_for_talk)


def foretold_before(db: Database, papers: Iterable[int], day: date) -> set[int]:
    """Select the papers that the list of an earlier day showed when nobody had spoken of them."""
    return _shown(db, papers, day, FORETOLD_SQL)


def _shown(db: Database, papers: Iterable[int], day: date, how: str) -> set[int]:
    rows = db.read(
        f"""
        SELECT DISTINCT k.paper FROM json_each(?) AS wanted
        JOIN shown AS k ON k.paper = wanted.value
        JOIN papers AS p ON p.id = k.paper
        WHERE k.day < ? AND ({how})
        """,  # noqa: S608  constants of this module
        (json.dumps(list(papers)), day.isoformat()),
    )
    return {r["paper"] for r in rows}


def last_visit(db: Database, before: date) -> date | None:
    """Look up the last day before another on which a list was shown, or something was decided or
    noted; None for none."""
    row = db.read_one(
        """
        SELECT max(day) AS day FROM (
            SELECT max(day) AS day FROM shown WHERE day < ?1
            UNION ALL SELECT max(on_date) FROM decisions WHERE on_date < ?1
            UNION ALL SELECT max(on_date) FROM notes WHERE on_date < ?1)
        """,
        (before.isoformat(),),
    )
    return date.fromisoformat(row["day"]) if row and row["day"] else None
