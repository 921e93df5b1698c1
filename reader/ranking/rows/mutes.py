"""Keep what a person muted, and on which days it hid a paper. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from reader.library.rows.database import Database
from reader.library.rows.decisions import next_act
from reader.ranking.topic import Mute, MuteKind

_STANDING = """
    SELECT id, act, kind, value, until_on, at, on_date FROM mutes AS m WHERE undoes IS NULL
    AND NOT EXISTS (SELECT 1 FROM mutes AS u WHERE u.undoes = m.id)
"""


def standing(db: Database, *, act: int | None = None) -> tuple[Mute, ...]:
    """List the mutes that were not taken back, the oldest first; also those that have ended.

    act: only those of this act.
    """
    rows = db.read(f"{_STANDING} AND (?1 IS NULL OR act = ?1) ORDER BY id", (act,))
    return tuple(
        Mute(
            r["id"],
            r["act"],
            r["kind"],
            r["value"],
            date.fromisoformat(r["until_on"]) if r["until_on"] else None,
            datetime.fromisoformat(r["at"]),
            date.fromisoformat(r["on_date"]),
        )
        for r in rows
    )


def newest_act(db: Database, *, until: datetime | None = None) -> int | None:
    """Find the last act of muting that stands, None for none. until: made by this moment."""
    moment = until.isoformat() if until else "9999"
    row = db.read_one(f"SELECT max(act) AS act FROM ({_STANDING} AND at <= ?)", (moment,))  # noqa: S608
    return row["act"] if row else None


def add_mutes(
    db: Database,
    several: Iterable[tuple[MuteKind, str]],
    *,
    until: date | None,
    at: datetime,
    on: date,
) -> None:
    """Record mutes in one act. until: their last day, None for no end."""
    with db.writing():
        act = next_act(db)
        db.execute_many(
            """
            INSERT INTO mutes (act, kind, value, until_on, at, on_date) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                (act, kind, value, until and until.isoformat(), at.isoformat(), on.isoformat())
                for kind, value in several
            ],
        )


def take_back(db: Database, several: Sequence[Mute], *, at: datetime, on: date) -> None:
    """Take mutes back."""
    with db.writing():
        act = next_act(db)
        db.execute_many(
            """
            INSERT INTO mutes (act, kind, value, undoes, at, on_date) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [(act, m.kind, m.value, m.id, at.isoformat(), on.isoformat()) for m in several],
        )


def add_day(db: Database, several: Iterable[Mute], day: date) -> None:
    """Record that mutes hid papers of a day's list; writes nothing where that is known."""
    ids = {mute.id for mute in several}
    known = {r["mute"] for r in db.read("SELECT mute FROM muted_days WHERE day = ?", (str(day),))}
    if ids - known:
        db.execute_many(
            "INSERT OR IGNORE INTO muted_days (mute, day) VALUES (?, ?)",
            [(id_, day.isoformat()) for id_ in sorted(ids - known)],
        )


def last_days(db: Database) -> dict[int, date]:
    """Read the last day on which each mute (`mutes.id`) hid a paper, where it ever did."""
    rows = db.read("SELECT mute, max(day) AS day FROM muted_days GROUP BY mute")
    return {r["mute"]: date.fromisoformat(r["day"]) for r in rows}
