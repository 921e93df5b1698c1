"""Gather what is said of papers: who is talked about on a day, and how hot each is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from reader.announcement import days_back
from reader.config import Config
from reader.heat import CATCH_DAYS, heat, talk_of
from reader.heat.said import MANY_A_DAY
from reader.library.folder import Library
from reader.paper import Counted, Held
from reader.post import Mentioned
from reader.score import Term
from reader.store import citations, posts, talk
from reader.today import months_between

MOST_WARM = 60
"""Papers of the days before that are held against today's talk: six times what is shown."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one paper, and what that makes of it.

    n_votes: None where no list counts; n_citations, n_months: None where unknown.
    """

    mentions: tuple[Mentioned, ...] = ()
    heat: tuple[Term, ...] = ()
    n_votes: int | None = None
    n_citations: int | None = None
    n_months: int | None = None


def warm_papers(library: Library, day: date) -> list[int]:
    """List the papers of the last weeks that are talked about and that no list took up yet."""
    return talk.warm(library.db, days_back(day, CATCH_DAYS), day, limit=MOST_WARM)


def said_of(library: Library, several: Sequence[Held], day: date) -> dict[int, Said]:
    """Say of each of some papers what is said of it as of a day, by row."""
    db, rows = library.db, [held.row for held in several]
    mentions = _by_row(m for m in posts.mentions_of(db, rows) if m.on is None or m.on <= day)
    votes = talk.votes(db, rows, until=day)
    counts = citations.newest_counts(db, rows, until=day)
    busy = talk.busy_authors(db, days_back(day, CATCH_DAYS), day, at_least=MANY_A_DAY)
    people = [person.name for person in library.config.people]
    timelines = _timelines(library.config)
    found = {}
    for held in several:
        of_paper = tuple(mentions.get(held.row, ()))
        n_votes, voted_on = votes.get(held.row, (None, None))
        counted = counts.get(held.row)
        talked = replace(
            talk_of(held.paper, of_paper, role_models=people, timelines=timelines, busy=busy),
            n_votes=n_votes,
            voted_on=voted_on,
            n_citations=counted.n if counted else None,
            n_months=_months(counted),
        )
        found[held.row] = Said(
            of_paper, heat(talked, day), n_votes, talked.n_citations, talked.n_months
        )
    return found


def _timelines(config: Config) -> dict[str, str]:
    """Name whose each source is that belongs to a person of feeds.toml."""
    owners = [person.name for person in config.people for _ in person.feeds]
    of_people = config.all_feeds[len(config.feeds) :]
    return {feed.name: owner for feed, owner in zip(of_people, owners, strict=True)}


def _by_row(mentions: Iterable[Mentioned]) -> dict[int, list[Mentioned]]:
    found: dict[int, list[Mentioned]] = {}
    for mention in mentions:
        found.setdefault(mention.row, []).append(mention)
    return found


def _months(counted: Counted | None) -> int | None:
    return months_between(counted.published_on, counted.on) if counted else None
