"""Store the sources' answers: when each answered, its batches, failures and next tries."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

from reader.base.errors import Reason
from reader.library.paper import Batch
from reader.library.rows.database import Database, Row

LONGEST_HOLD = timedelta(days=7)
"""The longest time that a source is not asked, whatever it wishes."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """The state of a source.

    etag, last_modified: validators of its last good answer, empty for none.
    n_errors: failures in a row. error, hint: why the last try failed and what to do, empty where
    it did not fail. retry_at: the moment before which it is not asked, None for none.
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

    def next_try(self, now: datetime) -> datetime | None:
        """Return `retry_at` as far as it holds: None for at once.

        A failure of a later moment than now was stored while the clock was ahead, and its
        source need not wait for that moment to come.
        """
        if self.retry_at is None or self.asked_at is None or self.asked_at > now:
            return None
        return min(self.retry_at, self.asked_at + LONGEST_HOLD)


def source(db: Database, name: str) -> SourceState:
    """Load the state of a source; a new one where it was never asked."""
    row = db.read_one("SELECT * FROM sources WHERE name = ?", (name,))
    if row is None:
        return SourceState(name)
    # The columns are named as the fields are.
    moments = {at: _moment(row[at]) for at in ("asked_at", "succeeded_at", "retry_at")}
    return SourceState(**{**dict(row), **moments})


def add_success(
    db: Database, name: str, *, now: datetime, etag: str = "", last_modified: str = ""
) -> None:
    """Record that a source answered, which ends its failures."""
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


def last_asked(db: Database, *, now: datetime) -> datetime | None:
    """Get the moment, not after now, at which any source was last asked, None for never."""
    # Sources that feeds.toml names no more count too.
    row = db.read_one(
        "SELECT max(asked_at) AS at FROM sources WHERE asked_at <= ?", (now.isoformat(),)
    )
    return _moment(row["at"]) if row else None


def touch(db: Database, name: str, *, now: datetime) -> None:
    """Record that a source was not asked, since there was nothing to ask for."""
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
    """Add a batch; earlier ones of the same day stay as history."""
    name, covers, *counts = astuple(batch)
    db.execute(
        f"""
        INSERT INTO batches (at, on_date, source, covers, {", ".join(_COUNTS)})
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,  # noqa: S608  constants of this module
        (now.isoformat(), on.isoformat(), name, covers.isoformat(), *counts),
    )


_COUNTS = ("expected", "received", "state", "error", "category", "digest", "reason")
"""The fields of a batch after its source and its day, which are also their columns."""


def batches_on(db: Database, day: date) -> list[Batch]:
    """Load the last batch of each source and day covered, of the gathers of a local day.

    In the order in which they came. An announcement that was complete by its own total stays so
    where a later try fails. Without the batches of classes, which `batches_by_category` has.
    """
    rows = db.read(
        "SELECT * FROM batches WHERE on_date = ? AND category = '' ORDER BY id", (day.isoformat(),)
    )
    # A batch that comes again moves to the end.
    found: dict[tuple[str, date], Batch] = {}
    for batch in map(_batch, rows):
        before = found.pop((batch.source, batch.covers), None)
        # Only arXiv's, since other sources go on during a day. No feed can have a name that
        # begins with "arXiv".
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
    """Load the last batch of a source for a day, None where there is none."""
    row = db.read_one(
        "SELECT * FROM batches WHERE source = ? AND covers = ? AND category = ''"
        " ORDER BY id DESC LIMIT 1",
        (name, covers.isoformat()),
    )
    return _batch(row) if row else None


def good_answer_after(
    db: Database, name: str, day: date, *, covers: date | None
) -> tuple[Batch, date] | None:
    """Find the first complete answer of a source after a local day.

    covers: the day that the answer must cover, None for any.
    Returns the batch and the local day on which it came, None where there is none.
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
    """Load the last batch of each class of a source for a day, by class."""
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
    """Load the last batch of the newest day for which a source gave an answer, None without."""
    row = db.read_one(
        """
        SELECT * FROM batches WHERE source = ? AND category = ''
        ORDER BY state IN ('failed', 'not asked', 'not needed'), covers DESC, id DESC LIMIT 1
        """,
        (name,),
    )
    return _batch(row) if row else None


def batches_of(db: Database, name: str, *, limit: int) -> list[Batch]:
    """Load the last batch of each day of a source, the newest day first, at most `limit`."""
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
    """Find the last earlier day with exactly these papers of a source, None without one."""
    row = db.read_one(
        "SELECT max(covers) AS day FROM batches WHERE source = ? AND digest = ? AND covers < ?",
        (name, digest, before.isoformat()),
    )
    return date.fromisoformat(row["day"]) if row and row["day"] else None


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """The last answer of a source for a day."""

    state: str
    at: datetime
    digest: str


def days_asked(db: Database, name: str) -> dict[date, DayAnswer]:
    """Load the last answer for each day that a source was asked for: day → answer."""
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


def forget_answers(db: Database, *, before: date) -> None:
    """Delete the batches of earlier gathers, but for arXiv's and for each source's first and last.

    arXiv's tell which days are here, a source's first one since when it is asked.
    """
    # A library that was never tidied has hundreds of thousands: some at a time.
    db.execute(
        """
        DELETE FROM batches WHERE id IN (
            SELECT id FROM batches
            WHERE on_date < ? AND source NOT LIKE 'arXiv%' AND id NOT IN (
                SELECT min(id) FROM batches GROUP BY source
                UNION ALL SELECT max(id) FROM batches GROUP BY source)
            LIMIT 20000)
        """,
        (before.isoformat(),),
    )


def first_asked(db: Database) -> dict[str, date]:
    """Load the local day on which each source was first asked: name → day."""
    rows = db.read("SELECT source, min(on_date) AS day FROM batches GROUP BY source")
    return {row["source"]: date.fromisoformat(row["day"]) for row in rows}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _batch(row: Row) -> Batch:
    counts = (row[name] for name in _COUNTS)
    return Batch(row["source"], date.fromisoformat(row["covers"]), *counts)
