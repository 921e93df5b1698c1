"""Put a day's morning together from the rows; decides nothing that `today.lanes` decides."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date

from reader.library.folder import Library
from reader.library.saved import saved_lines
from reader.paper import Counted, Held
from reader.stages.cite import has_citations
from reader.stages.gather import last_batches, source_names
from reader.stages.rank import LOOK_BACK_DAYS, Ranks, days_back, rank_and_show
from reader.store import (
    authors,
    citations,
    index,
    notes,
    origins,
    papers,
    posts,
    standings,
    versions,
)
from reader.store.standings import Rank
from reader.today import (
    Candidate,
    Morning,
    NewVersion,
    Quota,
    SourceLine,
    lanes,
    months_between,
)
from reader.topic import Fit, fit


def morning(library: Library, day: date, *, encoder: str = "") -> Morning:
    """Give the morning of one local day.

    encoder: its name, to count what it has not encoded; empty: not counted.
    """
    db, config = library.db, library.config
    unsaved = rank_and_show(library, day)
    own, near, wild, n_talked = lanes(candidates(library, day, unsaved=unsaved), config)
    written, skimmed = notes.n_noted_on(db, day)
    return Morning(
        day=day,
        own=own,
        near=near,
        wild=wild,
        n_arrived=papers.n_arrived(db, day),
        n_talked=n_talked,
        undecided=_undecided(library, day, unsaved),
        new_versions=_new_versions(library, day),
        quota=Quota(config.quota_on(day), written, skimmed, config.next_deadline(day)),
        balance=_balance(library, day),
        sources=source_lines(library, day),
        n_unknown=posts.n_without_paper(db, day),
        n_not_encoded=index.n_new_without_vector(db, encoder, day) if encoder else 0,
        has_citations=has_citations(library),
        searches=saved_lines(library, day),
    )


def candidates(library: Library, day: date, *, unsaved: Ranks | None = None) -> list[Candidate]:
    """Give the papers of a day that something speaks for: a topic, a person, a post, or that
    many cite them.

    unsaved: ranks that could not be kept; they hold in place of those that are.
    """
    db, config = library.db, library.config
    followed = authors.papers_by(db, [p.name for p in config.people], arrived_on=day)
    talked = posts.papers_mentioned_on(db, day)
    cited = citations.brought_up_on(db, day)
    brought_up = {*talked, *cited}
    members = [*standings.members_on(db, day), *_members(unsaved or {})]
    rows = list(dict.fromkeys([*members, *followed, *talked, *cited]))
    # What a hand added is no news of that day.
    news = brought_up | origins.brought(db, rows)
    rows = [row for row in rows if row in news]
    counts = citations.newest_counts(db, rows, until=day)
    mentions = posts.mentions_of(db, rows)
    ranks = standings.ranks_of(db, rows) | dict(unsaved or {})
    came_by = papers.origins_of(db, rows)
    return [
        Candidate(
            held=held,
            fits=tuple(_fits(library, held, ranks)),
            mentions=tuple(m for m in mentions if m.row == held.row),
            origins=came_by.get(held.row, ()),
            followed=followed.get(held.row, ("", ""))[0],
            is_followed_surely=followed.get(held.row, ("", "same"))[1] == "same",
            n_citations=counts[held.row].n if held.row in counts else None,
            n_months=_months(counts.get(held.row)),
        )
        for held in papers.papers_at(db, rows)
        # A paper of an earlier day that was decided is not brought up again by a new post.
        if held.arrived_on == day or (held.row in brought_up and held.state == "candidate")
    ]


def _members(ranks: Ranks, topics: Container[str] | None = None) -> list[int]:
    """List the papers that belong to some topic, or to one of those given."""
    return [
        row
        for row, of_paper in ranks.items()
        if any(r.is_member and (topics is None or r.topic in topics) for r in of_paper)
    ]


def _undecided(library: Library, day: date, unsaved: Ranks) -> tuple[tuple[date, int], ...]:
    """Count by day what stood in the own lane of the days before and has no decision."""
    own = [t.path for t in library.config.own_topics]
    people = [p.name for p in library.config.people]
    first, last = days_back(day, LOOK_BACK_DAYS), days_back(day, 1)
    followed = authors.papers_by(library.db, people, arrived_on=last, since=first)
    more = {*followed, *_members(unsaved, own)}
    return tuple(standings.n_undecided(library.db, own, first, last, more=more))


def _months(counted: Counted | None) -> int | None:
    return months_between(counted.published_on, counted.on) if counted else None


def _fits(library: Library, held: Held, ranks: Mapping[int, Sequence[Rank]]) -> list[Fit]:
    nearness = {rank.topic: rank.nearness for rank in ranks.get(held.row, ())}
    topics = library.config.topics
    return [fit(held.paper, topic, nearness=nearness.get(topic.path)) for topic in topics]


def _new_versions(library: Library, day: date) -> tuple[NewVersion, ...]:
    found = dict(versions.new_versions(library.db, day))
    changed = versions.changed_fields(library.db, day)
    return tuple(
        NewVersion(held, found[held.row], changed.get(held.row, ()))
        for held in papers.papers_at(library.db, found)
    )


def _balance(library: Library, day: date) -> dict[str, int]:
    first = days_back(day, library.config.theme_balance_days - 1)
    by_topic = notes.n_written_by_topic(library.db, first, day)
    theme_of = {t.path: t.theme for t in library.config.own_topics}
    balance = dict.fromkeys(library.config.themes, 0)
    for topic, n in by_topic.items():
        if topic in theme_of:
            balance[theme_of[topic]] += n
    return balance


def source_lines(library: Library, day: date) -> tuple[SourceLine, ...]:
    """Give the last word on each source that feeds.toml names: this day's batches.

    A source that was not asked on this day has a line that says so: silence is not
    an answer.
    """
    batches = last_batches(library, day)
    asked = {b.source for b in batches}
    return (
        *(
            SourceLine(b.source, b.state, b.expected, b.received, b.covers, b.error)
            for b in batches
        ),
        *(
            SourceLine(name, "not asked")
            for name in source_names(library.config)
            if name not in asked
        ),
    )
