"""Store failures of stages: how often each failed, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reader.base.errors import Incomplete, Problem, Reason
from reader.base.messages import lazy_gettext
from reader.base.retell import retell
from reader.library.folder import Library
from reader.library.rows.database import Database

FIRST_RETRY = timedelta(minutes=30)
LONGEST_RETRY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Failure:
    """A subject on which a stage failed.

    subject: an id, a path or an address, as the stage names it. error, hint: texts for a
    person; reason: the value that the program compares, "" where it has none.
    """

    stage: str
    subject: str
    error: str
    hint: str
    tried_at: datetime
    retry_at: datetime
    reason: Reason = ""

    def text(self) -> str:
        """Return the error in the language that is spoken now."""
        return retell(self.error)


def add_failure(
    db: Database,
    stage: str,
    subject: str,
    error: tuple[str, str],
    *,
    now: datetime,
    reason: Reason = "",
) -> None:
    """Record that a stage failed on a subject.

    The wait is FIRST_RETRY, doubled by each further failure up to LONGEST_RETRY.
    error: the message and the hint. reason: the value that the program compares, "" for none.
    """
    with db.writing():
        row = db.read_one(
            "SELECT attempts FROM failures WHERE stage = ? AND subject = ?", (stage, subject)
        )
        attempts = (row["attempts"] if row else 0) + 1
        # At most 20 doublings: many more would not fit into a timedelta.
        wait = min(FIRST_RETRY * 2 ** min(attempts - 1, 20), LONGEST_RETRY)
        db.execute(
            """
            INSERT INTO failures (stage, subject, attempts, error, hint, reason, at, retry_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET attempts = excluded.attempts, error = excluded.error,
                hint = excluded.hint, reason = excluded.reason, at = excluded.at,
                retry_at = excluded.retry_at
            """,
            (stage, subject, attempts, *error, reason, now.isoformat(), (now + wait).isoformat()),
        )


def clear_failure(db: Database, stage: str, subject: str) -> None:
    """Delete the failure of a stage on a subject, after a success."""
    db.execute("DELETE FROM failures WHERE stage = ? AND subject = ?", (stage, subject))


def clear_failures(db: Database, stage: str) -> None:
    """Delete all failures of a stage, so that everything is tried now."""
    db.execute("DELETE FROM failures WHERE stage = ?", (stage,))


def failures(db: Database, stage: str) -> list[Failure]:
    """List all failures of a stage, by subject."""
    rows = db.read("SELECT * FROM failures WHERE stage = ? ORDER BY subject", (stage,))
    return [
        Failure(
            stage=row["stage"],
            subject=row["subject"],
            error=row["error"],
            hint=row["hint"],
            reason=row["reason"],
            tried_at=datetime.fromisoformat(row["at"]),
            retry_at=datetime.fromisoformat(row["retry_at"]),
        )
        for row in rows
    ]


def waiting(library: Library, stage: str) -> dict[str, Failure]:
    """List the failures of a stage whose time to try again has not come: subject → failure.

    One of a later moment than now was stored while the clock was ahead: it waits for nothing.
    """
    now = library.now()
    return {f.subject: f for f in failures(library.db, stage) if f.tried_at <= now < f.retry_at}


class StillMissing(Incomplete):
    """Something that failed before and waits for its next try."""

    def __init__(self, failure: Failure, *, at: str) -> None:
        """Name what failed before and waits. at: its `retry_at` in words."""
        error = failure.text().rstrip(".。")
        super().__init__(
            what=lazy_gettext("{error}; next try after {at}", error=error, at=at),
            reason=failure.reason,
        )
        self.retry_at, self.at = failure.retry_at, at
        # Without the subject in front: one text for all that failed alike.
        head, _unused, rest = error.partition(": ")
        self.cause = rest if failure.subject in head and rest else error


def still_missing(library: Library, failure: Failure) -> Problem:
    """Name one thing that waits, in one line."""
    error = StillMissing(failure, at=library.local(failure.retry_at))
    return Problem(failure.stage, failure.subject, error)
