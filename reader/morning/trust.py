"""Say of each source whether today's list can be trusted with it, and when to ask again.

Knows no clock beyond the library's, and starts nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from reader.base.messages import say
from reader.gathering.arxiv_days import ARXIV, OAI
from reader.gathering.calendar import announced_at, latest_feed, latest_listing
from reader.gathering.gather import last_batches, source_names
from reader.gathering.rows import sources
from reader.gathering.source import FIRST_RETRY
from reader.library.folder import Library
from reader.library.paper import Batch
from reader.morning.texts import n_answered, no_network_text
from reader.morning.today import source_lines
from reader.morning.values import SourceLine

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
    from reader.gathering.sources.kinds import KINDS

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
    newest = report.newest
    # What did not change may have brought something on this day before.
    says_nothing = newest and newest.state == "unchanged" and not newest.received
    if newest and not says_nothing and newest.state not in ("failed", "not asked", "not needed"):
        facts.append(counted_text(newest))
    if report.line.error and not report.line.is_missing:
        facts.append(report.line.error)
    answered_at = report.succeeded_at
    facts.append(
        say("sources.success", at=_when_text(answered_at, zone))
        if answered_at
        else say("sources.never")
    )
    if report.tried_on != "real bytes":
        facts.append(say("sources.untried"))
    if report.n_errors:
        facts.append(say("sources.errors", n=report.n_errors))
    if report.retry_at:
        facts.append(say("sources.retry", at=_when_text(report.retry_at, zone)))
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


def _when_text(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


AGAIN = timedelta(minutes=15)
"""How soon it is tried again while a source lacks something."""

UNTIL = timedelta(hours=6)
"""How long after its time the morning is still looked after: arXiv may be late."""


def last_due(at: time, now: datetime, timezone: tzinfo) -> datetime:
    """Give the last moment, not after now, at which a clock on the wall showed a time; UTC.

    On a day whose clock leaps over it, when it would have been.
    """
    local = now.astimezone(timezone)
    found = datetime.combine(local.date(), at, tzinfo=timezone).astimezone(UTC)
    if found > now:
        day = local.date() - timedelta(days=1)
        found = datetime.combine(day, at, tzinfo=timezone).astimezone(UTC)
    return found


def next_due(at: time, now: datetime, timezone: tzinfo) -> datetime:
    """Give the next moment, after now, at which a clock on the wall shows a time; UTC."""
    day = now.astimezone(timezone).date()
    for date in (day, day + timedelta(days=1)):
        found = datetime.combine(date, at, tzinfo=timezone).astimezone(UTC)
        if found > now:
            return found
    return last_due(at, now, timezone) + timedelta(days=1)


def must_gather(library: Library, at: time, *, began_at: datetime | None) -> bool:
    """Tell whether the sources are to be asked now: at a time of each day, later where the
    machine slept then, and again while one of them lacks something.

    began_at: when this was last begun, None for never; a gather of anybody counts too.
    """
    now = library.now()
    moment = last_due(at, now, library.config.timezone)
    known = [one for one in (began_at, sources.last_asked(library.db)) if one is not None]
    began = max(known, default=None)
    if began is None or began < moment:
        return True
    return now - began >= AGAIN and now - moment < UNTIL and is_due(library)


def is_due(library: Library) -> bool:
    """Tell whether something new may be there since the sources were last asked.

    So on a new local day, after arXiv's next announcement, when a failed source may be
    asked again, a while after one gave too little, and once there is a feed to compare an
    empty day with.
    """
    now = library.now()
    batches = last_batches(library, library.today())
    lacking = {b.source for b in batches if b.state in ("partial", "stale", "not out yet")}
    for name in source_names(library.config):
        known = sources.source(library.db, name)
        if known.asked_at is None:
            return True
        if known.error:
            if known.retry_at is None or known.retry_at <= now:
                return True
            continue
        if name in lacking and known.asked_at + FIRST_RETRY <= now:
            return True
        if any(
            latest_feed(known.asked_at) < b.covers <= latest_feed(now)
            for b in batches
            if b.source == name == ARXIV and b.state == "empty"
        ):
            return True
        day = known.asked_at.astimezone(library.config.timezone).date()
        if day != library.today() or known.asked_at < announced_at(latest_listing(now)) <= now:
            return True
    return False
