"""Put a day's morning together from the rows; decides nothing that `today.lanes` decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from reader.library.folder import Library
from reader.paper import Held
from reader.stages.gather import source_names
from reader.stages.rank import rank_day
from reader.store import index, notes, papers, posts, sources, standings
from reader.store.standings import Rank
from reader.today import Candidate, Morning, NewVersion, Quota, SourceLine, lanes
from reader.topic import Fit, fit

LOOK_BACK_DAYS = 14
"""How far back papers without a decision are counted."""


def morning(library: Library, day: date, *, encoder: str = "") -> Morning:
    """Give the morning of one local day.

    encoder: its name, to count what it has not encoded; empty: not counted.
    """
    db, config = library.db, library.config
    rank_day(library, day)
    own, near, wild, n_talked = lanes(candidates(library, day), config)
    written, skimmed = notes.n_noted_on(db, day)
    first = _back(day, LOOK_BACK_DAYS)
    own_paths = [t.path for t in config.own_topics]
    return Morning(
        day=day,
        own=own,
        near=near,
        wild=wild,
        n_arrived=papers.n_arrived(db, day),
        n_talked=n_talked,
        undecided=tuple(standings.n_undecided(db, own_paths, first, _back(day, 1))),
        new_versions=_new_versions(library, day),
        quota=Quota(config.quota_on(day), written, skimmed, config.next_deadline(day)),
        balance=_balance(library, day),
        sources=source_lines(library, day),
        n_unknown=posts.n_without_paper(db, day),
        n_not_encoded=index.n_new_without_vector(db, encoder, day) if encoder else 0,
    )


def candidates(library: Library, day: date) -> list[Candidate]:
    """Give the papers of a day that something speaks for: a topic, a person or a post."""
    db, config = library.db, library.config
    followed = papers.papers_by(db, [p.name for p in config.people], arrived_on=day)
    talked = posts.papers_mentioned_on(db, day)
    rows = list(dict.fromkeys([*standings.members_on(db, day), *followed, *talked]))
    mentions = posts.mentions_of(db, rows)
    ranks, origins = standings.ranks_of(db, rows), papers.origins_of(db, rows)
    return [
        Candidate(
            held=held,
            fits=tuple(_fits(library, held, ranks)),
            mentions=tuple(m for m in mentions if m.row == held.row),
            origins=origins.get(held.row, ()),
            followed=followed.get(held.row, ""),
        )
        for held in papers.papers_at(db, rows)
        # A paper of an earlier day that was decided is not brought up again by a new post.
        if held.arrived_on == day or held.state == "candidate"
    ]


def _fits(library: Library, held: Held, ranks: Mapping[int, Sequence[Rank]]) -> list[Fit]:
    nearness = {rank.topic: rank.nearness for rank in ranks.get(held.row, ())}
    topics = library.config.topics
    return [fit(held.paper, topic, nearness=nearness.get(topic.path)) for topic in topics]


def _new_versions(library: Library, day: date) -> tuple[NewVersion, ...]:
    found = dict(papers.new_versions(library.db, day))
    return tuple(NewVersion(h, found[h.row]) for h in papers.papers_at(library.db, found))


def _balance(library: Library, day: date) -> dict[str, int]:
    first = day - timedelta(days=library.config.theme_balance_days - 1)
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
    batches = sources.batches_on(library.db, day)
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


def _back(day: date, n: int) -> date:
    """Go some days back, not beyond the first day that there is."""
    return day - min(timedelta(days=n), day - date.min)
