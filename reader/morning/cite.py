"""Count the citations of near papers, and bring up what is much cited and was never shown.

Off unless feeds.toml says otherwise, and then nothing at all is asked. Counts are asked for
in batches, each kept as it comes: what a failure left is asked for the next time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reader.base.errors import Problem, ReaderError
from reader.gathering.rows import sources
from reader.gathering.source import fail
from reader.library.config import Topic
from reader.library.folder import Library
from reader.library.paper import CitationCount, Paper
from reader.library.rows import papers
from reader.morning.tools import Tools
from reader.ranking.heat import MUCH_CITED, months_between, velocity
from reader.ranking.rows import talk
from reader.ranking.topic import fit

STAGE = "cite"

RECENT = timedelta(days=730)
"""How old a paper may be to be brought up: what is older one has heard of."""

SEARCH_AGAIN = timedelta(days=7)
"""How long the search for a topic's most cited papers rests after an answer."""

FOUND_AT_ONCE = 3
"""New papers that one search brings in, the fastest cited; the rest come with the next ones."""

BROUGHT_UP_A_DAY = 3
"""Papers of the library that are brought up on one day: the near lane is for reading."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Who counts: how many papers a question may name, and the question."""

    batch: int
    ask: Callable[[Sequence[Sequence[str]]], list[CitationCount | None]]


def cite(
    library: Library, tools: Tools, *, environ: Mapping[str, str] = os.environ
) -> list[Problem]:
    """Count what is due, search for what was never seen here, bring up the much cited.

    Returns what failed; it is tried again later and later. A source that is held back
    after a failure is not asked, and what is known already is brought up all the same.
    """
    config = library.config.citations
    if config.source == "off" or not library.config.near_topics:
        return []
    try:
        channel = _channel(library, tools, environ)
    except ReaderError as error:
        return [Problem(STAGE, config.source, error)]
    problems = _count(library, tools, channel)
    if config.source == "semantic-scholar" and not problems:
        problems += _search(library, tools)
    _bring_up(library)
    return problems


def has_citations(library: Library) -> bool:
    """Tell whether counts that are not too old speak in the near lane, where there is one."""
    config = library.config.citations
    if not library.config.near_topics:
        return True
    last = sources.source(library.db, _name(library)).succeeded_at
    if config.source == "off" or last is None:
        return False
    return library.now() - last <= timedelta(days=config.max_age_days)


def _name(library: Library, topic: str = "") -> str:
    """Name the row of `sources` that keeps how the counting, or a topic's search, fared."""
    return f"citations {library.config.citations.source} {topic}".rstrip()


def _channel(library: Library, tools: Tools, environ: Mapping[str, str]) -> Channel:
    config = library.config.citations
    from reader.gathering.sources import citations as asked

    if config.source == "openalex":
        key = asked.read_key(environ, library.folder, config.openalex_key_file)
        place = asked.OpenAlexPlace(config.openalex_url, key)
        return Channel(
            asked.OPENALEX_BATCH, lambda ids: asked.openalex_counts(tools.fetch, place, ids)
        )
    url = config.semantic_scholar_url
    return Channel(asked.BATCH, lambda ids: asked.counts(tools.fetch, url, ids))


def _count(library: Library, tools: Tools, channel: Channel) -> list[Problem]:
    config, day, name = library.config.citations, library.today(), _name(library)
    if _is_held_back(library, name):
        return []
    due = talk.papers_to_count(
        library.db,
        [topic.path for topic in library.config.near_topics],
        config.source,
        since=day - RECENT,
        counted_after=day - timedelta(days=config.max_age_days),
    )
    rows = list(due)
    for start in range(0, len(rows), channel.batch):
        tools.progress("cite", start, len(rows))
        batch = rows[start : start + channel.batch]
        try:
            found = channel.ask([due[row] for row in batch])
        except ReaderError as error:
            tools.progress("cite", 0, 0)
            return [_failed(library, name, error)]
        counts = dict(zip(batch, found, strict=True))
        talk.add_counts(library.db, counts, source=config.source, on=day)
        sources.add_success(library.db, name, now=library.now())
    tools.progress("cite", len(rows), len(rows))
    return []


def _search(library: Library, tools: Tools) -> list[Problem]:
    names = {topic.path: _name(library, topic.path) for topic in library.config.near_topics}
    # Whoever turned one question away wants no other for as long.
    if any(_is_held_back(library, name) for name in (_name(library), *names.values())):
        return []
    for topic in library.config.near_topics:
        name = names[topic.path]
        last = sources.source(library.db, name).succeeded_at
        if last is not None and library.now() - last < SEARCH_AGAIN:
            continue
        try:
            _search_topic(library, tools, topic)
        except ReaderError as error:
            return [_failed(library, name, error)]
        sources.add_success(library.db, name, now=library.now())
    return []


def _search_topic(library: Library, tools: Tools, topic: Topic) -> None:
    from reader.gathering.sources.citations import most_cited

    config, day = library.config.citations, library.today()
    found = most_cited(
        tools.fetch,
        config.semantic_scholar_url,
        topic.words,
        since=day - RECENT,
        at_least=int(MUCH_CITED),
    )
    here = papers.ids_here(library.db, {id_ for cited in found for id_ in cited.paper.ids})
    new = [
        cited
        for cited in found
        if here.isdisjoint(cited.paper.ids)
        and _is_recent(cited.paper, day)
        and _speed(cited.count.n, cited.paper.published_on, day) >= MUCH_CITED
        # It finds other forms of the words too, and where they stand apart.
        and fit(cited.paper, topic).is_member
    ]
    new.sort(key=lambda c: -_speed(c.count.n, c.paper.published_on, day))
    for cited in new[:FOUND_AT_ONCE]:
        papers.add_papers(library.db, [cited.paper], source=talk.ORIGIN, on=day)
        held = papers.paper_with_id(library.db, cited.paper.id)
        if held:
            kept = {held.row: cited.count}
            talk.add_counts(library.db, kept, source=config.source, on=day)


def _is_recent(paper: Paper, day: date) -> bool:
    return paper.published_on is not None and paper.published_on >= day - RECENT


def _speed(n: int, published_on: date | None, on: date) -> float:
    """Give the citations a month that a paper had on a day."""
    return velocity(n, months_between(published_on, on))


def _bring_up(library: Library) -> None:
    """Put the fastest cited papers that no list ever held into this day's list."""
    db, config, day = library.db, library.config, library.today()
    known = talk.never_shown(
        db,
        [topic.path for topic in config.near_topics],
        [topic.path for topic in config.own_topics],
        since=day - RECENT,
        at_least=int(MUCH_CITED),
    )
    much = [c for c in known if _speed(c.n, c.published_on, c.on) >= MUCH_CITED]
    much.sort(key=lambda c: (-_speed(c.n, c.published_on, c.on), c.row))
    n_today = talk.n_brought_up_from_here(db, day)
    chosen = much[: max(0, BROUGHT_UP_A_DAY - n_today)]
    talk.bring_up(db, [c.row for c in chosen], on=day)


def _is_held_back(library: Library, name: str) -> bool:
    retry_at = sources.source(library.db, name).retry_at
    return retry_at is not None and retry_at > library.now()


def _failed(library: Library, name: str, error: ReaderError) -> Problem:
    fail(library, name, error)
    return Problem(STAGE, name, error)
