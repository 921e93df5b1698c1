"""Say of each source whether today's list can be trusted with it, and what to do if not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from reader.library.folder import Library
from reader.library.morning import source_lines
from reader.paper import Batch
from reader.phrases import say
from reader.stages.arxiv import OAI
from reader.stages.gather import source_names
from reader.store import sources
from reader.today import SourceLine
from reader.today.telling import n_answered, no_network_text

N_ANSWERS = 10
"""Answers of one source that are shown."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of one source.

    tried_on: "real bytes", or "documented format" of a kind never tried on a real answer.
    line: this morning's last word. batches: its newest day, counted for each arXiv class
    where it has several.
    """

    name: str
    line: SourceLine
    newest: Batch | None
    by_category: Sequence[Batch]
    succeeded_at: datetime | None
    n_errors: int
    error: str
    hint: str
    retry_at: datetime | None
    tried_on: str


def reports(library: Library) -> list[Report]:
    """Report on every source that feeds.toml names, in its order."""
    lines: dict[str, SourceLine] = {}
    for line in source_lines(library, library.today()):
        known = lines.get(line.name)
        # Of a source with several days the one that lacks something speaks, else the newest.
        if known is None or line.is_missing or not known.is_missing:
            lines[line.name] = line
    return [_report(library, name, lines[name]) for name in source_names(library.config)]


def last_answers(library: Library, name: str) -> list[Batch]:
    """List the newest answers of one source, the newest first."""
    return sources.batches_of(library.db, name, limit=N_ANSWERS)


def _report(library: Library, name: str, line: SourceLine) -> Report:
    known = sources.source(library.db, name)
    newest = sources.newest_batch(library.db, name)
    return Report(
        name=name,
        line=line,
        newest=newest,
        by_category=(
            sources.batches_by_category(library.db, name, newest.covers) if newest else ()
        ),
        succeeded_at=known.succeeded_at,
        n_errors=known.n_errors,
        error=known.error or (line.error if line.is_missing else ""),
        hint=known.hint,
        retry_at=known.retry_at,
        tried_on=_tried_on(library, name),
    )


def _tried_on(library: Library, name: str) -> str:
    from reader.sources.kinds import KINDS

    kinds = {feed.name: feed.kind for feed in library.config.all_feeds}
    if name in kinds:
        return KINDS[kinds[name]].tried_on
    # arXiv's API and feeds were recorded; its newer OAI-PMH endpoint was not.
    return "documented format" if name == OAI else "real bytes"


def head_text(found: Sequence[Report]) -> str:
    """Say whether all sources are here that there was something to ask for, and if none is
    because of the network, that."""
    lines = [report.line for report in found]
    n_here, n_all = n_answered(lines)
    key = "sources.some" if n_here < n_all else "sources.all"
    if not lines:
        key = "sources.none"
    if no_network_text(lines):
        key = "sources.no_network"
    return say(key, n=n_all - n_here, of=n_all)


def facts_of(report: Report, zone: tzinfo) -> list[str]:
    """Say how a source stands: its state, what it gave, when it last answered, what failed."""
    # What is held back after a failure may well have been asked today.
    is_resting = report.line.state == "not asked" and report.n_errors > 0
    facts = [say("state.resting" if is_resting else f"state.{report.line.state.replace(' ', '_')}")]
    if report.newest and report.newest.state not in ("failed", "not asked", "not needed"):
        facts.append(counted_text(report.newest))
    if report.line.error and not report.line.is_missing:
        facts.append(report.line.error)
    facts.append(say("sources.success", at=when_text(report.succeeded_at, zone)))
    if report.tried_on != "real bytes":
        facts.append(say("sources.untried"))
    if report.n_errors:
        facts.append(say("sources.errors", n=report.n_errors))
    if report.retry_at:
        facts.append(say("sources.retry", at=when_text(report.retry_at, zone)))
    return facts


def categories_text(report: Report) -> str:
    """Say what came of each arXiv class, "" where a source has no more than one."""
    if len(report.by_category) < 2:
        return ""
    counts = (
        (b.category, "?" if b.expected is None else b.expected, b.received)
        for b in report.by_category
    )
    return say("list").join(
        say("sources.category", name=name, n=n, of=of) for name, of, n in counts
    )


def counted_text(batch: Batch) -> str:
    """Say how many papers came of how many, for which day."""
    if batch.expected is None:
        return say("sources.counted", n=batch.received, day=batch.covers)
    return say("sources.counted_of", n=batch.received, of=batch.expected, day=batch.covers)


def when_text(moment: datetime | None, zone: tzinfo) -> str:
    """Give a local time, or say that there was none."""
    return say("sources.never") if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
