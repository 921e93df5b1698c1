"""Report for each source whether a day's list is complete, and decide when to ask again.

Papers that a past day lacked may have come later; a day before the library began lacks nothing.
Seeds of feeds.toml that are not here are named too. Knows no clock beyond the library's, and
starts nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from reader.base.messages import N_, Text, lazy_gettext
from reader.base.retell import retell
from reader.gathering.arxiv import ARXIV, DAILY, OAI, first_day
from reader.gathering.gather import last_batches, source_names
from reader.gathering.resolve import IS_OFF, NO_PAPER, RECENT_DAYS, STAGE
from reader.gathering.rows import sources
from reader.gathering.source import FIRST_RETRY
from reader.library.calendar import announced_at, days_back, latest_feed, latest_listing
from reader.library.folder import Library
from reader.library.paper import Batch
from reader.library.rows import failures, papers
from reader.morning.values import Report, Seed, SourceLine
from reader.ranking.rows import labels


def source_lines(library: Library, day: date) -> tuple[SourceLine, ...]:
    """Read the newest batches of a day from each source that feeds.toml names.

    A source that was not asked on this day has a line that says so: silence is not
    an answer. Of a day whose answers are no longer kept only arXiv's channels have lines.
    """
    is_kept = day >= days_back(library.today(), RECENT_DAYS)
    batches = [b for b in last_batches(library, day) if is_kept or b.source.startswith(ARXIV)]
    answering = {b.source for b in batches}
    return (
        *(
            SourceLine(
                b.source,
                b.state,
                b.expected,
                b.received,
                b.covers,
                retell(b.error),
                # What gave a part was reached.
                is_unreachable=b.state in ("failed", "not asked") and b.reason == "unreachable",
            )
            for b in batches
        ),
        *(
            SourceLine(name, "not asked")
            for name in source_names(library.config)
            if name not in answering and (is_kept or name.startswith(ARXIV))
        ),
    )


def caught_up(
    library: Library, day: date, lines: Sequence[SourceLine]
) -> tuple[tuple[SourceLine, ...], date | None]:
    """Update the lines of a past day by later answers; returns them, and the last day on which
    something that it lacked came, None where nothing did.

    A missed announcement feed is made up for by OAI-PMH, which has the same day's papers; a
    timeline by its next answer: posts that it does not have are nowhere any more.
    """
    found: list[SourceLine] = []
    days: list[date] = []
    for line in lines:
        now, on = (_completed_later(library, day, line) if line.is_missing else None) or (line, day)
        found.append(now)
        days += [on] if on > day else []
    return tuple(found), max(days, default=None)


def begun(
    library: Library, day: date, lines: Sequence[SourceLine]
) -> tuple[tuple[SourceLine, ...], date | None]:
    """Select the lines of sources that were asked on some day until this one; also returns the
    day on which the library began, if that came later, None where it had begun or never has."""
    first = sources.first_days(library.db)
    if not first:
        return tuple(lines), None
    known = tuple(line for line in lines if first.get(line.name, date.max) <= day)
    began = min(first.values())
    return known, began if day < began else None


def began_on(library: Library) -> date | None:
    """Find the day on which the library first asked a source; None where it never has."""
    return min(sources.first_days(library.db).values(), default=None)


def _completed_later(
    library: Library, day: date, line: SourceLine
) -> tuple[SourceLine, date] | None:
    """Find the answer that made up for a line of a past day, and the day on which it came."""
    is_arxiv = line.name.startswith(ARXIV)
    # Of a timeline any later answer will do: posts that it does not have are nowhere any more.
    covers, names = line.covers if is_arxiv else None, [line.name]
    if is_arxiv and covers is None:
        # The listing that the channel should have had on the day; none before the first one.
        first = first_day(library, library.now())
        if first is None or day < first:
            return None
        midnight = datetime.combine(day + timedelta(days=1), time(), library.config.timezone)
        covers = latest_listing(midnight) if line.name in DAILY else latest_feed(midnight)
    if is_arxiv and line.name not in DAILY:
        names.append(OAI)
    # What nobody asked for on the day may have been here before: a Saturday has Friday's list.
    after = date.min if line.covers is None and is_arxiv else day
    for name in names:
        if answer := sources.good_answer_after(library.db, name, after, covers=covers):
            batch, on = answer
            if name == line.name:
                now = SourceLine(name, batch.state, batch.expected, batch.received, batch.covers)
            else:
                now = SourceLine(line.name, "complete", covers=batch.covers)
            return now, on
    return None


_SAID = {
    NO_PAPER: N_("no paper is registered under this id"),
    IS_OFF: N_("looking it up is turned off in feeds.toml"),
}
"""The texts of failures for which a look-up keeps only a reason."""


def missing_seeds(library: Library) -> tuple[Seed, ...]:
    """List the seeds that are no papers here, in the order of feeds.toml."""
    topics = [topic for topic in library.config.topics if topic.seeds]
    here = papers.rows_with_ids(library.db, {id_ for topic in topics for id_ in topic.seeds})
    lacking = [(topic, id_) for topic in topics for id_ in topic.seeds if id_ not in here]
    if not lacking:
        return ()
    failed = {failure.subject: failure for failure in failures.failures(library.db, STAGE)}
    taught = {e.topic for e in labels.lessons(library.db) if e.kind in ("yes", "seed")}
    found = []
    for topic, id_ in lacking:
        failure = failed.get(id_)
        is_taught = topic.path in taught or bool(labels.filed_now(library.db, topic.path, limit=1))
        found.append(
            Seed(
                id=id_,
                topic=topic.path,
                state="failed" if failure else "not asked",
                error=_error_of(failure) if failure else "",
                reason=failure.reason if failure else "",
                tried_at=failure.tried_at if failure else None,
                is_only=not is_taught and not any(other in here for other in topic.seeds),
            )
        )
    return tuple(found)


def _error_of(failure: failures.Failure) -> Text:
    return lazy_gettext(_SAID[failure.reason]) if failure.reason in _SAID else failure.text()


def seed_text(seed: Seed, zone: tzinfo) -> Text:
    """Report that a seed is not here, what its topic is judged by until it is, and what to do."""
    why = lazy_gettext("the next gather asks for it")
    if seed.tried_at:
        at = f"{seed.tried_at.astimezone(zone):%Y-%m-%d %H:%M}"
        # What is kept as it was stored ends in a full stop; our own messages do not.
        error = seed.error.rstrip(".") if isinstance(seed.error, str) else seed.error
        why = lazy_gettext("last tried {at}: {error}", at=at, error=error)
        if seed.reason == "unreachable":
            why = lazy_gettext("no connection at {at}", at=at)
    key = (
        N_(
            "Seed {id} of {topic} is not in the library yet ({why}). Until then the topic uses "
            "its words alone. To add it yourself: `reader add {id}`"
        )
        if seed.is_only
        else N_(
            "Seed {id} of {topic} is not in the library yet ({why}). Until then the topic "
            "works without it. To add it yourself: `reader add {id}`"
        )
    )
    return lazy_gettext(key, id=seed.id, topic=seed.topic, why=why)


N_ANSWERS = 10
"""Answers of one source that are shown."""


def reports(library: Library) -> list[Report]:
    """Report on every source that feeds.toml names, in its order."""
    from reader.gathering.sources.kinds import KINDS

    lines: dict[str, SourceLine] = {}
    for line in source_lines(library, library.today()):
        known = lines.get(line.name)
        # Of a source with several days the one that lacks something is shown, else the newest.
        if known is None or line.is_missing or not known.is_missing:
            lines[line.name] = line
    kinds = {feed.name: feed.kind for feed in library.config.all_feeds}
    found = []
    for name in source_names(library.config):
        line, fared = lines[name], sources.source(library.db, name)
        newest = sources.newest_batch(library.db, name)
        by_category = sources.batches_by_category(library.db, name, newest.covers) if newest else ()
        # arXiv's API and feeds were recorded; its newer OAI-PMH endpoint was not.
        tried_on = "documented format" if name == OAI else "real bytes"
        found.append(
            Report(
                name=name,
                line=line,
                newest=newest,
                by_category=by_category,
                succeeded_at=fared.succeeded_at,
                n_errors=fared.n_errors,
                error=retell(fared.error) or (line.error if line.is_missing else ""),
                hint=retell(fared.hint),
                retry_at=fared.next_try(library.now()),
                tried_on=KINDS[kinds[name]].tried_on if name in kinds else tried_on,
            )
        )
    return found


def last_answers(library: Library, name: str) -> list[Batch]:
    """List the newest answers of one source, the newest first."""
    found = sources.batches_of(library.db, name, limit=N_ANSWERS)
    return [replace(b, error=retell(b.error)) for b in found]


def counting_name(library: Library, topic: str = "") -> str:
    """Name the row of `sources` that keeps the outcome of counting, or of a topic's search."""
    return f"citations {library.config.citations.source} {topic}".rstrip()


def has_citations(library: Library) -> bool:
    """Check whether the near lane, where there is one, has counts that are not too old."""
    config = library.config.citations
    # Without a near lane nobody misses them.
    if not library.config.near_topics:
        return True
    last = sources.source(library.db, counting_name(library)).succeeded_at
    if config.source == "off" or last is None:
        return False
    return library.now() - last <= timedelta(days=config.max_age_days)


AGAIN = timedelta(minutes=15)
"""How soon the sources are asked again while one of them lacks something."""

UNTIL = timedelta(hours=6)
"""How long after the time of day they are asked again: arXiv may be late."""


def last_due(at: time, now: datetime, timezone: tzinfo) -> datetime:
    """Return the last moment, not after now, at which a clock on the wall showed a time; UTC.

    On a day whose clock leaps over it, when it would have been.
    """
    days = (now.astimezone(timezone).date() - timedelta(days=n) for n in (0, 1))
    # Today's, or yesterday's where today's is still to come. Compared in UTC: two times of one
    # zone are compared by the clock on the wall, which is set back once a year.
    moments = (datetime.combine(day, at, tzinfo=timezone).astimezone(UTC) for day in days)
    return next(moment for moment in moments if moment <= now)


def next_due(at: time, now: datetime, timezone: tzinfo) -> datetime:
    """Return the next moment, after now, at which a clock on the wall shows a time; UTC."""
    days = (now.astimezone(timezone).date() + timedelta(days=n) for n in (0, 1, 2))
    moments = (datetime.combine(day, at, tzinfo=timezone).astimezone(UTC) for day in days)
    return next(moment for moment in moments if moment > now)


def must_gather(library: Library, at: time, *, began_at: datetime | None) -> bool:
    """Check whether the sources are to be asked now: at a time of each day, after it where the
    machine slept then, and again while one of them lacks something.

    began_at: when this was last begun, None for never; a gather of anybody counts too.
    """
    now = library.now()
    moment = last_due(at, now, library.config.timezone)
    known = [one for one in (began_at, sources.last_asked(library.db, now=now)) if one is not None]
    began = max(known, default=None)
    if began is None or began < moment:
        return True
    return now - began >= AGAIN and now - moment < UNTIL and is_due(library)


def is_due(library: Library) -> bool:
    """Check whether the sources may have something new since they were last asked.

    They may on a new local day, after arXiv's next announcement, when a failed source may be
    asked again, a while after one gave too little, and once there is a feed to compare an
    empty day with.
    """
    now = library.now()
    batches = last_batches(library, library.today())
    states = ("partial", "stale", "not out yet", "not asked")
    lacking = {b.source for b in batches if b.state in states}
    for name in source_names(library.config):
        known = sources.source(library.db, name)
        if known.asked_at is None:
            return True
        if known.error:
            retry_at = known.next_try(now)
            if retry_at is None or retry_at <= now:
                return True
            continue
        # It answered, with too little: soon again, as feeds of arXiv may be late.
        if name in lacking and known.asked_at + FIRST_RETRY <= now:
            return True
        # An empty day of the API can be compared once the feed of that day is out.
        if any(
            latest_feed(known.asked_at) < b.covers <= latest_feed(now)
            for b in batches
            if b.source == name == ARXIV and b.state == "empty"
        ):
            return True
        # A new local day, or arXiv's announcement of today since.
        day = known.asked_at.astimezone(library.config.timezone).date()
        if day != library.today() or known.asked_at < announced_at(latest_listing(now)) <= now:
            return True
    return False
