"""Test the rows of sources: answers, counts, failures, and the wait before a retry."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.gathering.rows import sources
from reader.gathering.rows.sources import SourceState
from reader.library.paper import Batch
from reader.library.rows import failures
from reader.library.rows.database import Database
from reader.library.rows.failures import FIRST_RETRY, LONGEST_RETRY, Failure
from tests.samples import DAY, NOW, new_database

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        yield db


def test_an_unknown_source_is_a_fresh_one(db: Database) -> None:
    assert sources.source(db, "timeline") == SourceState("timeline")


def test_a_good_answer_is_kept_with_its_validators(db: Database) -> None:
    sources.add_success(db, "timeline", now=NOW, etag='"a"', last_modified="yesterday")
    assert sources.source(db, "timeline") == SourceState("timeline", '"a"', "yesterday", NOW, NOW)


def test_old_answers_of_feeds_are_forgotten_but_for_the_first_and_the_last(db: Database) -> None:
    for name in ("arXiv", "arXiv feed cs.CL", "timeline", "blog"):
        for n in range(1 if name == "blog" else 4):
            day = DAY + timedelta(n)
            sources.add_batch(db, Batch(name, day, 1, 1, "complete"), now=NOW, on=day)
    first = sources.first_days(db)
    sources.forget_answers(db, before=DAY + timedelta(9))
    assert {
        r["source"]: r["days"]
        for r in db.read("SELECT source, group_concat(covers) AS days FROM batches GROUP BY source")
    } == {
        "arXiv": "2025-06-04,2025-06-05,2025-06-06,2025-06-07",
        "arXiv feed cs.CL": "2025-06-04,2025-06-05,2025-06-06,2025-06-07",
        "timeline": "2025-06-04,2025-06-07",
        "blog": "2025-06-04",
    }
    assert sources.first_days(db) == first


def test_failures_are_counted_and_leave_the_validators(db: Database) -> None:
    sources.add_success(db, "timeline", now=NOW, etag='"a"')
    for n in (1, 2):
        sources.add_error(db, "timeline", (f"no answer {n}", "wait"), now=LATER, retry_at=LATER)
    assert sources.source(db, "timeline") == SourceState(
        "timeline", '"a"', "", LATER, NOW, 2, "no answer 2", "wait", LATER
    )


def test_a_good_answer_ends_the_failures(db: Database) -> None:
    sources.add_error(db, "timeline", ("no answer", "wait"), now=NOW, retry_at=None)
    assert sources.source(db, "timeline") == SourceState(
        "timeline", asked_at=NOW, n_errors=1, error="no answer", hint="wait"
    )
    sources.add_success(db, "timeline", now=LATER)
    assert sources.source(db, "timeline") == SourceState("timeline", "", "", LATER, LATER)


def test_the_last_row_of_each_batch_counts_and_earlier_ones_stay(db: Database) -> None:
    short = Batch("arXiv", DAY, 7, 5, "partial", "cut off")
    whole = Batch("arXiv", DAY, 7, 7, "complete")
    other = Batch("timeline", DAY, None, 3, "not checked")
    before = Batch("arXiv", DAY - timedelta(1), 2, 2, "complete")
    for batch in (short, other, whole, before):
        sources.add_batch(db, batch, now=NOW, on=DAY)
    assert sources.batches_on(db, DAY) == [other, whole, before]
    assert sources.batches_on(db, DAY + timedelta(1)) == []
    assert sources.last_batch(db, "arXiv", DAY) == whole
    assert sources.last_batch(db, "arXiv", DAY + timedelta(1)) is None


def test_an_announcement_that_came_whole_stays_so_when_nobody_answers_later(db: Database) -> None:
    whole = Batch("arXiv feed cs.CL", DAY, 7, 7, "complete")
    failed = Batch("arXiv feed cs.CL", DAY, None, 0, "failed", "no answer")
    timeline = Batch("timeline", DAY, 3, 3, "complete")
    silent = Batch("timeline", DAY, None, 0, "failed", "no answer")
    uncounted = Batch("arXiv OAI", DAY, None, 3, "complete")
    cut = Batch("arXiv OAI", DAY, None, 0, "failed", "no answer")
    for batch in (whole, timeline, uncounted, failed, silent, cut):
        sources.add_batch(db, batch, now=NOW, on=DAY)
    assert sources.batches_on(db, DAY) == [whole, silent, cut]


def test_days_asked_are_listed_with_their_last_state_and_moment(db: Database) -> None:
    sources.add_batch(db, Batch("arXiv", DAY, None, 0, "failed"), now=NOW, on=DAY)
    sources.add_batch(db, Batch("arXiv", DAY, 2, 2, "complete"), now=LATER, on=DAY)
    sources.add_batch(db, Batch("timeline", DAY, 2, 2, "complete"), now=LATER, on=DAY)
    assert sources.days_asked(db, "arXiv") == {DAY: sources.DayAnswer("complete", LATER, "")}


def test_a_failed_piece_of_work_is_listed_until_it_worked(db: Database) -> None:
    failures.add_failure(db, "pdf", "arxiv:2506.00001", ("no PDF", "Look."), now=NOW)
    failures.add_failure(db, "extract", "a.pdf", ("torn", ""), now=NOW)
    assert failures.failures(db, "pdf") == [
        Failure("pdf", "arxiv:2506.00001", "no PDF", "Look.", NOW, NOW + FIRST_RETRY)
    ]
    failures.clear_failure(db, "pdf", "arxiv:2506.00001")
    assert failures.failures(db, "pdf") == []
    assert len(failures.failures(db, "extract")) == 1


def test_a_moment_of_another_zone_is_the_same_moment(db: Database) -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    sources.add_success(db, "timeline", now=tokyo)
    found = sources.source(db, "timeline").asked_at
    assert found == NOW
    assert found.tzinfo is not None
    assert found.astimezone(UTC) == NOW


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 60))
def test_the_wait_before_a_retry_never_shrinks_and_is_capped(n: int) -> None:
    with tempfile.TemporaryDirectory() as folder, new_database(Path(folder)) as db:
        waits = []
        for _ in range(n):
            failures.add_failure(db, "pdf", "x", ("no", ""), now=NOW)
            waits.append(failures.failures(db, "pdf")[0].retry_at - NOW)
    assert waits[0] == FIRST_RETRY
    assert waits == sorted(waits)
    assert waits[-1] <= LONGEST_RETRY
    assert n < 12 or waits[-1] == LONGEST_RETRY
