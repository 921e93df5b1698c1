"""Gather the papers that a day's list chooses from, each with all that speaks for it."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reader.library.folder import Library
from reader.library.talking import said_of, warm_papers
from reader.paper import Held
from reader.person import Certainty
from reader.stages.foretell import belongs, forecasts
from reader.stages.rank import Ranks
from reader.store import (
    authors,
    citations,
    filings,
    lessons,
    origins,
    papers,
    posts,
    shown,
    standings,
    talk,
)
from reader.today import Candidate, Kept, Rank

WEEKEND_DAYS = 3
"""A mailing of Friday is first seen on Monday by who comes on weekdays."""

ENOUGH_LIKED = 20
"""Papers liked in a near topic from which on its model may call a paper one of it that has no
word of it."""


@dataclass(frozen=True, slots=True)
class Day:
    """The days of a list, of which `last` is its own, and where it showed papers before."""

    first: date
    last: date
    kept: Mapping[int, Kept] = field(default_factory=dict)


def day_of(library: Library, day: date, *, first: date | None = None) -> Day:
    """Give a day, or the days from another one on, as one list."""
    return Day(first or day, day, shown.shown_on(library.db, day))


def candidates(
    library: Library, day: Day, *, unsaved: Ranks | None = None, only_with: int | None = None
) -> list[Candidate]:
    """Give the papers of a list that something speaks for: a topic, a person, a post, or that
    many cite them.

    unsaved: ranks that could not be kept; they hold in place of those that are. only_with: a
    paper (its row) without which nobody wants to know of the others.
    """
    db, unsaved = library.db, unsaved or {}
    people = [p.name for p in library.config.people]
    followed = authors.papers_by(db, people, arrived_on=day.last, since=day.first)
    named = {*posts.papers_mentioned_on(db, day.last), *citations.brought_up_on(db, day.last)}
    warm = set() if _is_over(library, day) else {*warm_papers(library, day.last)}
    members = [
        *standings.members_on(db, day.first, until=day.last),
        *standings.doubtful_on(db, day.first, until=day.last),
        *lessons.brought_on(db, [t.path for t in library.config.topics], day.first, day.last),
        *(row for row, ranks in unsaved.items() if any(r.place != "out" for r in ranks)),
    ]
    rows = list(dict.fromkeys([*members, *followed, *named, *warm, *day.kept]))
    # What a hand added is no news of that day.
    news = {*named, *warm, *day.kept} | origins.brought(db, rows)
    ranks = standings.with_words(db, {**standings.kept_ranks(db, rows), **unsaved}, rows)
    before = shown.shown_before(db, rows, day.last)
    own = {topic.path for topic in library.config.own_topics}
    there = [
        held
        for held in papers.papers_at(db, [row for row in rows if row in news])
        if day.first <= held.arrived_on <= day.last
        or held.row in day.kept
        or (
            held.arrived_on < day.first
            and held.row not in before
            and _comes_again(held, ranks.get(held.row, ()), own, named)
        )
    ]
    if only_with is not None and all(held.row != only_with for held in there):
        return []
    return _candidates(library, there, day, ranks, followed)


def _is_over(library: Library, day: Day) -> bool:
    """Tell whether a list of an earlier day was shown then: it is shown again as it was."""
    return bool(day.kept) and day.last < library.today()


def _comes_again(
    held: Held, ranks: Sequence[Rank], own: Container[str], named: Container[int]
) -> bool:
    """Tell whether a paper of an earlier day may come back: undecided, and talked about; one of
    an own topic, which its own day showed, only because of this day's talk."""
    is_own = any(r.topic in own and r.place == "in" for r in ranks)
    return held.state == "candidate" and (held.row in named or not is_own)


def _candidates(
    library: Library,
    several: Sequence[Held],
    day: Day,
    ranks: Mapping[int, Sequence[Rank]],
    followed: Mapping[int, tuple[str, Certainty]],
) -> list[Candidate]:
    db, rows = library.db, [held.row for held in several]
    said = said_of(library, several, day.last)
    hoped = _hoped(library, several, day, ranks)
    foretold = forecasts(library, [h for h in several if said[h.row].heat or h.row in hoped])
    came_by = papers.origins_of(db, rows)
    before = shown.shown_before(db, rows, day.last)
    was_foretold = shown.foretold_before(db, rows, day.last)
    settled = _settled(library)
    return [
        Candidate(
            held=held,
            ranks=tuple(ranks.get(held.row, ())),
            mentions=said[held.row].mentions,
            origins=came_by.get(held.row, ()),
            followed=followed.get(held.row, ("", "same"))[0],
            is_followed_surely=followed.get(held.row, ("", "same"))[1] == "same",
            heat=said[held.row].heat,
            forecast=foretold.get(held.row, ()),
            n_citations=said[held.row].n_citations,
            n_months=said[held.row].n_months,
            n_votes=said[held.row].n_votes,
            is_new=day.first <= held.arrived_on <= day.last,
            was_shown=held.row in before,
            was_foretold=held.row in was_foretold,
            n_days=_n_days(held, day.last),
            settled=settled,
        )
        for held in several
    ]


def _settled(library: Library) -> frozenset[str]:
    """Name the near topics of which enough was liked: picked, read, or said to be of it."""
    states = filings.states(library.db)

    def n_liked(path: str) -> int:
        of_topic = states.get(path, {})
        answers = lessons.taught(library.db, path).values()
        n_taught = sum(kind != "no" for kind in answers)
        return of_topic.get("pick", 0) + of_topic.get("read", 0) + n_taught

    paths = (topic.path for topic in library.config.near_topics)
    return frozenset(path for path in paths if n_liked(path) >= ENOUGH_LIKED)


def _hoped(
    library: Library, several: Sequence[Held], day: Day, ranks: Mapping[int, Sequence[Rank]]
) -> set[int]:
    """Choose the papers that a forecast alone may bring up: those of near topics on their first
    morning, and what this list showed. None where talk was never seen: who would have spoken?"""
    near = {topic.path for topic in library.config.near_topics}
    kept = {row for row, before in day.kept.items() if before.shelf == "near"}
    if not near or _is_over(library, day) or not talk.is_watched(library.db):
        return kept
    return kept | {
        held.row
        for held in several
        if held.state == "candidate"
        and held.arrived_on == day.last
        and _n_days(held, day.last) == 0
        and belongs(ranks.get(held.row, ()), near)
    }


def _n_days(held: Held, day: date) -> int:
    """Count the days since a paper was announced; none on the day that brought it, if that is
    the mailing's own or, east of it and after a weekend, one soon after."""
    n = max(0, (day - (held.paper.announced_on or held.arrived_on)).days)
    return 0 if held.arrived_on == day and n <= WEEKEND_DAYS else n
