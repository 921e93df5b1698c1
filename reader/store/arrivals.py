"""Keep what browsers sent and was done: an act's id stands here once, whatever is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reader.store.database import Database

Became = Literal["done", "overtaken", "beside"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of one act.

    note: the revision (`notes.id`) that has its words alone, None for none.
    became: done as it was meant; overtaken by a later decision on `paper`; or put beside
    other words of the note on `paper`.
    """

    act: str
    made_at: datetime
    at: datetime
    note: int | None = None
    became: Became = "done"
    paper: int | None = None


def add_arrival(db: Database, arrival: Arrival) -> bool:
    """Keep that an act arrived; tells whether this was the first time."""
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
    """Give what came of an act, None where it did not arrive."""
    row = db.read_one("SELECT * FROM arrivals WHERE act = ?", (act,))
    if row is None:
        return None
    made_at, at = (datetime.fromisoformat(row[name]) for name in ("made_at", "at"))
    return Arrival(row["act"], made_at, at, row["note"], row["became"], row["paper"])
