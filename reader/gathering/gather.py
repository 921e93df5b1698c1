"""Ask every source, keep what it gave, and count it.

Ask arXiv by its channels, and count what they give against each other.

    api      each announcement day by its window of submission, with a total
    mailing  the announcement feeds: the newest mailing, also what was held back before
    oai      OAI-PMH: what was announced on the days whose feed was missed

Knows no thread and no back-off.

A source that fails is named and comes again; the others go on. What a batch should hold
is counted against what came, so that an empty list is never a guess. Hosts are asked at
once, each by one thread; rows are written by this one alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date
from typing import TypeVar

from reader.base.errors import Problem, ReaderError, SourceFailed, Unreachable, is_unreachable
from reader.base.messages import say
from reader.gathering.api_days import (
    ARXIV,
    DAILY,
    OAI,
    days_lacking,
    feed_name,
    plan_api,
)
from reader.gathering.calendar import latest_feed, latest_listing
from reader.gathering.missed_days import announcement, compare_channels, days_without_feed, plan_oai
from reader.gathering.rows import sources
from reader.gathering.source import EndMark, Source, SourceTools, Work, fail, host_of, run_together
from reader.gathering.timelines import timeline_source
from reader.library.config import Config
from reader.library.folder import Library
from reader.library.paper import Batch, BatchState


def arxiv_sources(config: Config) -> list[Source]:
    """List arXiv's channels: none without categories, OAI-PMH only where it has an address."""
    arxiv = config.arxiv
    if not arxiv.categories:
        return []
    oai = [Source(OAI, host_of(arxiv.oai_url), plan_oai)] if arxiv.oai_url else []
    return [
        Source(ARXIV, host_of(arxiv.api_url), plan_api),
        *(announcement(config, category) for category in arxiv.categories),
        *oai,
    ]


T = TypeVar("T")


def all_sources(config: Config) -> list[Source]:
    """List the sources that feeds.toml names, arXiv first."""
    return [*arxiv_sources(config), *(timeline_source(feed) for feed in config.all_feeds)]


def source_names(config: Config) -> list[str]:
    """Name the sources, in the order of feeds.toml, arXiv first."""
    return [source.name for source in all_sources(config)]


def gather(library: Library, tools: SourceTools, *, only: Sequence[str] = ()) -> list[Problem]:
    """Ask the sources, all or those named; returns what failed.

    A source that is held back after failures is not asked before its time, unless it is
    named; it is a problem all the same.
    """
    problems: list[Problem] = []
    chosen = [s for s in all_sources(library.config) if not only or s.name in only]
    works: dict[str, Work] = {}
    for source in chosen:
        try:
            if not only:
                _hold_back(library, source.name)
            works[source.name] = source.plan(library, tools)
        except ReaderError as error:
            problems.append(_record_failure(library, source.name, error))
    problems += _run(library, tools, works, {source.name: source.host for source in chosen})
    for batch in compare_channels(library):
        _keep(library, batch)
    order = {source.name: n for n, source in enumerate(chosen)}
    problems.sort(key=lambda problem: order[problem.subject])
    return problems + _not_whole(library, set(order) - {p.subject for p in problems})


def _run(
    library: Library, tools: SourceTools, works: dict[str, Work], hosts: dict[str, str]
) -> list[Problem]:
    problems: list[Problem] = []
    counted: set[str] = set()
    n_done = 0
    feeds = {feed_name(category) for category in library.config.arxiv.categories}
    for name, item in _after(ARXIV in works, feeds, run_together(works, hosts)):
        tools.progress("gather", n_done, len(works))
        try:
            if isinstance(item, EndMark):
                n_done += 1
            elif isinstance(item, Exception):
                n_done += 1
                raise item
            else:
                # What came, its validators and its count together, or none of them.
                with library.db.writing():
                    for batch in item():
                        _keep(library, batch)
                        counted.add(name)
        except ReaderError as error:
            problem = _record_failure(library, name, error, is_counted=name in counted)
            problems.append(problem)
    tools.progress("gather", len(works), len(works))
    return problems


def _after(
    is_awaited: bool, feeds: Set[str], items: Iterable[tuple[str, T]]
) -> Iterator[tuple[str, T]]:
    """Hold back what the announcement feeds gave until the API is done, if it is awaited.

    Which day a feed is of shows only against what the API has.
    """
    held_back: list[tuple[str, T]] = []
    for name, item in items:
        if is_awaited and name in feeds:
            held_back.append((name, item))
            continue
        yield name, item
        if name == ARXIV and isinstance(item, EndMark | Exception):
            is_awaited = False
            yield from held_back


def _not_whole(library: Library, names: Set[str]) -> list[Problem]:
    """Name the days of which a source gave too little, or an older list."""
    return [
        Problem(
            "gather",
            batch.source,
            SourceFailed(
                source=batch.source,
                what=_lacks(batch),
                hint=say("gather.rest"),
            ),
        )
        for batch in last_batches(library, library.today())
        if batch.state in ("partial", "stale") and batch.source in names
    ]


def _lacks(batch: Batch) -> str:
    if batch.state == "stale" and not batch.received:
        return say("gather.not_in", day=batch.covers)
    if batch.state == "stale":
        return say("gather.old", day=batch.covers)
    total = "?" if batch.expected is None else batch.expected
    some = {"n": batch.received, "of": total, "day": batch.covers, "error": batch.error}
    return say("gather.some", **some).rstrip()


def last_batches(library: Library, day: date) -> list[Batch]:
    """List the last word on each source that feeds.toml names, as of one local day.

    arXiv's API and OAI-PMH speak of several days; of any other source only what it said
    last counts, whatever day that was about.
    """
    names = source_names(library.config)
    found: dict[tuple[str, date | None], Batch] = {}
    for batch in sources.batches_on(library.db, day):
        found[batch.source, batch.covers if batch.source in DAILY else None] = batch
    return sorted(
        (batch for batch in found.values() if batch.source in names),
        key=lambda batch: (names.index(batch.source), batch.covers),
    )


def _hold_back(library: Library, name: str) -> None:
    known = sources.source(library.db, name)
    if known.retry_at and known.retry_at > library.now():
        at = f"{known.retry_at.astimezone(library.config.timezone):%H:%M}"
        raise _HeldBack(
            source=name,
            what=say("gather.held_back", at=at, n=known.n_errors, error=known.error),
            hint=say("gather.held_back.hint", name=name),
            retry_at=known.retry_at,
            at=at,
        )


class _HeldBack(SourceFailed):
    """{source}: {what}

    {hint}
    """


def told_together(problems: Sequence[Problem]) -> list[ReaderError]:
    """Give the errors to be told: hosts that cannot be reached are one, however many they are.

    What later steps lack for the same reason is within that one.
    """
    unreached = [p.error for p in problems if isinstance(p.error, Unreachable)]
    resting = [e for p in problems if isinstance(e := p.error, _HeldBack)
               and is_unreachable(e.message)]  # fmt: skip
    if len(unreached) + len(resting) < 2:
        return [p.error for p in problems]
    told: list[ReaderError] = [*unreached] if len(unreached) == 1 else []
    if len(unreached) > 1:
        causes = {str(error.values["what"]) for error in unreached}
        what = causes.pop() if len(causes) == 1 else say("gather.hosts", n=len(causes))
        told.append(Unreachable(source=_sources_of(unreached), what=what))
    if resting:
        at = min(str(error.values["at"]) for error in resting)
        what, hint = say("gather.resting", at=at), say("gather.resting.hint")
        told.append(SourceFailed(source=_sources_of(resting), what=what, hint=hint))
    return told + [p.error for p in problems if not is_unreachable(p.error.message)]


def _sources_of(errors: Sequence[ReaderError]) -> str:
    return say("list").join(dict.fromkeys(str(error.values["source"]) for error in errors))


NAMES_IN_ERRORS = ("arXiv API", "arXiv OAI-PMH")
"""What the adapters of `ARXIV` and `OAI` call themselves in their errors."""


def reason_of(name: str, error: str) -> str:
    """Return why a source failed without who and when: one text for all that failed alike.

    error: of a batch of that source. "arXiv: not asked again before 17:10, failed 1 time:
    arXiv API: no answer (no route)" is "no answer (no route)".
    """
    heads = [f"{one}: " for one in (name, *NAMES_IN_ERRORS)]
    return error[max(error.rfind(h) + len(h) if h in error else 0 for h in heads) :]


def _keep(library: Library, batch: Batch) -> None:
    sources.add_batch(library.db, batch, now=library.now(), on=library.today())


def _record_failure(
    library: Library, name: str, error: ReaderError, *, is_counted: bool = False
) -> Problem:
    """Keep that a source failed, and when it may be asked again; it is named until then.

    is_counted: it gave batches before it failed, which say themselves what is missing.
    """
    is_held_back = isinstance(error, _HeldBack)
    if not is_held_back:
        fail(library, name, error)
    if not is_counted:
        state: BatchState = "not asked" if is_held_back else "failed"
        for day in _days_due(library, name):
            _keep(library, Batch(name, day, None, 0, state, error.message))
    return Problem("gather", name, error)


def _days_due(library: Library, name: str) -> list[date]:
    """List the days that a source should have covered now, one at least."""
    now = library.now()
    if name == ARXIV:
        return days_lacking(library, now) or [latest_listing(now)]
    if name == OAI:
        return days_without_feed(library, now) or [latest_listing(now)]
    return [latest_feed(now) if name.startswith(ARXIV) else library.today()]
