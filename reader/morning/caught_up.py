"""Tell what a past day lacked and got later, and which seeds of feeds.toml are not here.

Nor does a day lack what no source was asked for yet: one before the library began.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from reader.base.errors import is_unreachable
from reader.base.messages import say
from reader.gathering.arxiv_days import ARXIV, DAILY, OAI
from reader.gathering.calendar import latest_feed, latest_listing
from reader.gathering.resolve import IS_OFF, NO_PAPER, STAGE
from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.rows import failures, papers
from reader.morning.values import Seed, SourceLine
from reader.ranking.rows import labels


def caught_up(
    library: Library, day: date, lines: Sequence[SourceLine]
) -> tuple[tuple[SourceLine, ...], date | None]:
    """Give the lines of a past day as they stand now, and the last day on which something that
    it lacked came; None where nothing did.

    A missed announcement feed is made up for by OAI-PMH, which has the same day's papers; a
    timeline by its next answer: what that does not have is nowhere any more.
    """
    found: list[SourceLine] = []
    days: list[date] = []
    for line in lines:
        came = _came_later(library, day, line) if line.is_missing else None
        found.append(came[0] if came else line)
        days += [came[1]] if came and came[1] > day else []
    return tuple(found), max(days, default=None)


def begun(
    library: Library, day: date, lines: Sequence[SourceLine]
) -> tuple[tuple[SourceLine, ...], date | None]:
    """Give the lines of the sources that were asked on some day until this one, and the day on
    which the library began, where that came later; None where it had begun, or never has."""
    first = sources.first_asked(library.db)
    if not first:
        return tuple(lines), None
    asked = tuple(line for line in lines if first.get(line.name, date.max) <= day)
    began = min(first.values())
    return asked, began if day < began else None


def _came_later(library: Library, day: date, line: SourceLine) -> tuple[SourceLine, date] | None:
    # What nobody asked for on the day may have been here before: a Saturday has Friday's list.
    after = date.min if line.covers is None and line.name.startswith(ARXIV) else day
    for name, covers in _makes_up(library, day, line):
        answer = sources.good_answer_after(library.db, name, after, covers=covers)
        if answer:
            batch, on = answer
            if name == line.name:
                now = SourceLine(name, batch.state, batch.expected, batch.received, batch.covers)
            else:
                now = SourceLine(line.name, "complete", covers=batch.covers)
            return now, on
    return None


def _makes_up(library: Library, day: date, line: SourceLine) -> Iterator[tuple[str, date | None]]:
    """Name the sources that can make up for a line, each with the day that it must cover; None:
    any day."""
    if not line.name.startswith(ARXIV):
        yield line.name, None
        return
    covers = line.covers or _due(library, day, line.name)
    if covers is None:
        return
    yield line.name, covers
    if line.name not in DAILY:
        yield OAI, covers


def _due(library: Library, day: date, name: str) -> date | None:
    """Give the listing that a channel should have had on a day; None before the first one."""
    first = min(sources.days_asked(library.db, ARXIV), default=None)
    if first is None or day < first:
        return None
    midnight = datetime.combine(day + timedelta(days=1), time(), library.config.timezone)
    return latest_listing(midnight) if name in DAILY else latest_feed(midnight)


_SAID = {NO_PAPER: "seed.no_paper", IS_OFF: "seed.is_off"}
"""What a look-up keeps of a failure without a message of its own."""


def missing_seeds(library: Library) -> tuple[Seed, ...]:
    """List the seeds that are no papers here, in the order of feeds.toml."""
    topics = [topic for topic in library.config.topics if topic.seeds]
    here = papers.rows_of(library.db, {id_ for topic in topics for id_ in topic.seeds})
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
                error=failure.error if failure else "",
                tried_at=failure.tried_at if failure else None,
                is_only=not is_taught and not any(other in here for other in topic.seeds),
            )
        )
    return tuple(found)


def seed_text(seed: Seed, zone: tzinfo) -> str:
    """Say that a seed is not here, what its topic works by until it is, and what helps."""
    why = say("seed.not_asked")
    if seed.tried_at:
        at = f"{seed.tried_at.astimezone(zone):%Y-%m-%d %H:%M}"
        error = say(_SAID[seed.error]) if seed.error in _SAID else seed.error
        why = say("seed.failed", at=at, error=error.rstrip("."))
        if is_unreachable(seed.error):
            why = say("seed.unreachable", at=at)
    key = "seed.words_alone" if seed.is_only else "seed.without"
    asked = seed.id.removeprefix("arxiv:")
    return say(key, id=seed.id, topic=seed.topic, why=why, asked=asked)
