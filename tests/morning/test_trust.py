"""Test what is reported of each source for today's list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.resolve import RECENT_DAYS
from reader.gathering.rows import sources
from reader.gathering.source import fail
from reader.library.folder import Library
from reader.library.paper import Batch
from reader.morning.pipe import index_all
from reader.morning.trust import reports, source_lines
from reader.morning.values import Report
from reader.texts.sources import facts_of
from tests.samples import DAY, NOW, Web, a_library, tools

NAMES = ["arXiv", "arXiv feed cs.CL", "timeline"]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path) as library:
        yield library


def by_name(library: Library) -> dict[str, Report]:
    return {report.name: report for report in reports(library)}


def keep(library: Library, *batches: Batch) -> None:
    for batch in batches:
        sources.add_batch(library.db, batch, now=NOW, on=DAY)


def test_a_source_that_was_never_asked_says_so(library: Library) -> None:
    found = reports(library)
    assert [r.name for r in found] == NAMES
    assert {(r.line.state, r.newest, r.succeeded_at) for r in found} == {("not asked", None, None)}


def test_of_a_day_whose_answers_are_forgotten_only_arxiv_is_told(library: Library) -> None:
    for n in reversed(range(RECENT_DAYS + 2)):
        day = DAY - timedelta(n)
        for name in ("arXiv", "timeline"):
            sources.add_batch(library.db, Batch(name, day, 1, 1, "complete"), now=NOW, on=day)
    index_all(library, tools(Web()))
    kept = DAY - timedelta(RECENT_DAYS)
    assert [line.name for line in source_lines(library, kept) if not line.is_missing] == [
        "arXiv", "timeline",
    ]  # fmt: skip
    # Its first answer is still here, but says nothing of the days between.
    oldest = DAY - timedelta(RECENT_DAYS + 1)
    assert [line.name for line in source_lines(library, oldest)] == ["arXiv", "arXiv feed cs.CL"]
    assert len(sources.batches_of(library.db, "timeline", limit=999)) == RECENT_DAYS + 2
    sources.add_batch(library.db, Batch("timeline", DAY, 1, 1, "complete"), now=NOW, on=DAY)
    later = replace(library, now=lambda: NOW + timedelta(9))
    index_all(later, tools(Web()))
    assert len(sources.batches_of(library.db, "timeline", limit=999)) == RECENT_DAYS - 9 + 2


def test_a_source_is_reported_by_the_day_that_lacks_something(library: Library) -> None:
    keep(
        library,
        Batch("arXiv", DAY - timedelta(1), 9, 7, "partial", "cut off"),
        Batch("arXiv", DAY, 5, 5, "complete"),
        Batch("arXiv", DAY, 5, 5, "complete", category="cs.CL"),
    )
    report = by_name(library)["arXiv"]
    assert (report.line.state, report.error) == ("partial", "cut off")
    assert report.newest == Batch("arXiv", DAY, 5, 5, "complete")
    assert report.by_category == [Batch("arXiv", DAY, 5, 5, "complete", category="cs.CL")]


def test_an_unchanged_answer_is_not_reported_as_empty(
    library: Library,
) -> None:
    keep(library, Batch("timeline", DAY, None, 4, "not checked"))
    brought = facts_of(by_name(library)["timeline"], UTC)
    keep(library, Batch("timeline", DAY, None, 0, "unchanged"))
    after = facts_of(by_name(library)["timeline"], UTC)
    assert brought[1] == f"4 for {DAY}"
    assert after == ["nothing new since the last answer", "never answered"]


def test_a_failure_keeps_the_last_good_batch_and_says_what_to_do(library: Library) -> None:
    sources.add_success(library.db, "timeline", now=NOW - timedelta(days=1))
    yesterday = Batch("timeline", DAY - timedelta(1), None, 4, "not checked")
    sources.add_batch(library.db, yesterday, now=NOW, on=DAY - timedelta(1))
    error = SourceFailed(source="timeline", what="answered 404", hint="Is the address right?")
    fail(library, "timeline", error)
    keep(library, Batch("timeline", DAY, None, 0, "failed", error.message))
    report = by_name(library)["timeline"]
    assert (report.line.state, report.line.is_missing) == ("failed", True)
    assert (report.error, report.hint) == ("timeline: answered 404", "Is the address right?")
    assert (report.newest, report.n_errors) == (yesterday, 1)
    assert report.succeeded_at == NOW - timedelta(days=1)
    assert report.retry_at is not None
    assert report.retry_at > NOW
