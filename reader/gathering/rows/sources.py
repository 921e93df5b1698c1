"""Rows of sources: when each answered, what it gave, what failed, when to retry."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date, datetime

from reader.base.errors import Reason
from reader.library.paper import Batch
from reader.library.rows.database import Database, Row


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of one source.

    etag, last_modified: validators of its last good answer, empty for none.
    error, hint: why the last try failed and what to do, empty when it did not.
    retry_at: not to be asked before; None: at once.
    """

    name: str
    etag: str = ""
    last_modified: str = ""
    asked_at: datetime | None = None
    succeeded_at: datetime | None = None
    n_errors: int = 0
    error: str = ""
    hint: str = ""
    retry_at: datetime | None = None
    reason: Reason = ""


def source(db: Database, name: str) -> SourceState:
    """Read what is known of a source; an unknown one is a fresh one."""
    row = db.read_one("SELECT * FROM sources WHERE name = ?", (name,))
    if row is None:
        return SourceState(name)
    # The columns are named as the fields are.
    moments = {at: _moment(row[at]) for at in ("asked_at", "succeeded_at", "retry_at")}
    return SourceState(**{**dict(row), **moments})


def add_success(
    db: Database, name: str, *, now: datetime, etag: str = "", last_modified: str = ""
) -> None:
    """Record that a source answered; its error counter starts again at none."""
    with db.writing():
        db.execute(
            """
            INSERT INTO sources (name, etag, last_modified, asked_at, succeeded_at)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET etag = excluded.etag, n_errors = 0, error = '', hint = '',
                reason = '', last_modified = excluded.last_modified, asked_at = excluded.asked_at,
                succeeded_at = excluded.succeeded_at, retry_at = NULL
            """,
            (name, etag, last_modified, now.isoformat(), now.isoformat()),
        )


def last_asked(db: Database) -> datetime | None:
    """Return when any source was last asked, None for never."""
    # Also of sources that feeds.toml names no more: the time counts, not who was asked.
    row = db.read_one("SELECT max(asked_at) AS at FROM sources")
    return _moment(row["at"]) if row else None


def touch(db: Database, name: str, *, now: datetime) -> None:
    """Record that there was nothing to ask a source for; it neither answered nor failed."""
    with db.writing():
        db.execute(
            """
            INSERT INTO sources (name, asked_at) VALUES (?, ?)
            ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at
            """,
            (name, now.isoformat()),
        )


def add_error(
    db: Database,
    name: str,
    error: tuple[str, str],
    *,
    now: datetime,
    retry_at: datetime | None,
    reason: Reason = "",
) -> None:
    """Record that a source failed, and when it may be asked again.

    error: the message and the hint.
    """
    with db.writing():
        db.execute(
            """
            INSERT INTO sources (name, asked_at, n_errors, error, hint, reason, retry_at)
            VALUES (?, ?, 1, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at, error = excluded.error,
                hint = excluded.hint, reason = excluded.reason, n_errors = n_errors + 1,
                retry_at = excluded.retry_at
            """,
            (name, now.isoformat(), *error, reason, retry_at.isoformat() if retry_at else None),
        )


def add_batch(db: Database, batch: Batch, *, now: datetime, on: date) -> None:
    """Add the count of one answer; earlier counts of the same day stay as history."""
    name, covers, *counts = astuple(batch)
    with db.writing():
        db.execute(
            f"""
            INSERT INTO batches (at, on_date, source, covers, {", ".join(_COUNTS)})
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,  # noqa: S608  constants of this module
            (now.isoformat(), on.isoformat(), name, covers.isoformat(), *counts),
        )


_COUNTS = ("expected", "received", "state", "error", "category", "digest", "reason")
"""The fields of a batch behind its source and its day, and their columns."""


def batches_on(db: Database, day: date) -> list[Batch]:
    """List what the gathers of one local day gave: the last word on each batch, oldest first.

    An announcement that came whole, by its own count, stays whole when nobody answers later.
    Whole batches only; `batches_by_category` has the counts of each class.
    """
    rows = db.read(
        "SELECT * FROM batches WHERE on_date = ? AND category = '' ORDER BY id", (day.isoformat(),)
    )
    # In the order of the last words: what is said again moves to the end.
    found: dict[tuple[str, date], Batch] = {}
    for batch in map(_batch, rows):
        before = found.pop((batch.source, batch.covers), None)
        # Other sources go on during a day; no feed can have a name that begins as arXiv's.
        is_whole = (
            before
            and before.source.startswith("arXiv")
            and before.state == "complete"
            and before.expected is not None
        )
        stays = before if is_whole and batch.state == "failed" else None
        found[batch.source, batch.covers] = stays or batch
    return list(found.values())


def last_batch(db: Database, name: str, covers: date) -> Batch | None:
    """Return the last word on one day of a source, None where there is none."""
    row = db.read_one(
        "SELECT * FROM batches WHERE source = ? AND covers = ? AND category = ''"
        " ORDER BY id DESC LIMIT 1",
        (name, covers.isoformat()),
    )
    return _batch(row) if row else None


def good_answer_after(
    db: Database, name: str, day: date, *, covers: date | None
) -> tuple[Batch, date] | None:
    """Find the first answer of a source after a local day in which nothing was missing, and the
    day on which it came; None where there is none.

    covers: the day that the answer must be of; None: any.
    """
    row = db.read_one(
        """
        SELECT * FROM batches
        WHERE source = ?1 AND category = '' AND on_date > ?2 AND (?3 IS NULL OR covers = ?3)
          AND state IN ('complete', 'not checked', 'unchanged', 'empty', 'not needed')
        ORDER BY id LIMIT 1
        """,
        (name, day.isoformat(), covers.isoformat() if covers else None),
    )
    return (_batch(row), date.fromisoformat(row["on_date"])) if row else None


def batches_by_category(db: Database, name: str, covers: date) -> list[Batch]:
    """List the last counts of each class that a source gave for one day."""
    rows = db.read(
        """
        SELECT * FROM batches WHERE id IN (
            SELECT max(id) FROM batches WHERE source = ? AND covers = ? AND category != ''
            GROUP BY category)
        ORDER BY category
        """,
        (name, covers.isoformat()),
    )
    return [_batch(row) for row in rows]


def newest_batch(db: Database, name: str) -> Batch | None:
    """Return the last word on the newest day of a source that gave an answer for one."""
    row = db.read_one(
        """
        SELECT * FROM batches WHERE source = ? AND category = ''
        ORDER BY state IN ('failed', 'not asked', 'not needed'), covers DESC, id DESC LIMIT 1
        """,
        (name,),
    )
    return _batch(row) if row else None


def batches_of(db: Database, name: str, *, limit: int) -> list[Batch]:
    """List the last word on each day of a source, the newest day first; whole batches only."""
    rows = db.read(
        """
        SELECT * FROM batches WHERE id IN (
            SELECT max(id) FROM batches WHERE source = ? AND category = '' GROUP BY covers)
        ORDER BY covers DESC LIMIT ?
        """,
        (name, limit),
    )
    return [_batch(row) for row in rows]


def day_of_digest(db: Database, name: str, digest: str, *, before: date) -> date | None:
    """Find the earlier day for which a source gave exactly these papers, None if it never did."""
    row = db.read_one(
        "SELECT max(covers) AS day FROM batches WHERE source = ? AND digest = ? AND covers < ?",
        (name, digest, before.isoformat()),
    )
    return date.fromisoformat(row["day"]) if row and row["day"] else None


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """The last word on one day of a source."""

    state: str
    at: datetime
    digest: str


def days_asked(db: Database, name: str) -> dict[date, DayAnswer]:
    """Find the last word on each day that a source was asked for."""
    rows = db.read(
        """
        SELECT covers, state, at, digest, max(id) FROM batches
        WHERE source = ? AND category = '' GROUP BY covers
        """,
        (name,),
    )
    return {
        date.fromisoformat(r["covers"]): DayAnswer(
            r["state"], datetime.fromisoformat(r["at"]), r["digest"]
        )
        for r in rows
    }


def first_asked(db: Database) -> dict[str, date]:
    """Find the local day on which each source was first asked."""
    rows = db.read("SELECT source, min(on_date) AS day FROM batches GROUP BY source")
    return {row["source"]: date.fromisoformat(row["day"]) for row in rows}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _batch(row: Row) -> Batch:
    counts = (row[name] for name in _COUNTS)
    return Batch(row["source"], date.fromisoformat(row["covers"]), *counts)
