"""Put a day's morning together from the rows."""

from __future__ import annotations

import contextlib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from reader.base.errors import StoreError
from reader.base.messages import say
from reader.base.words import phrase_term, query_words
from reader.gathering.post import PostMention
from reader.gathering.rows import posts
from reader.library.config import Config, SavedSearch, unknown_class_text
from reader.library.days import days_back
from reader.library.folder import Library
from reader.library.identity import Certainty
from reader.library.paper import LibraryPaper, NewestCount
from reader.library.query import Query, parse
from reader.library.rows import authors, filings, papers, versions
from reader.morning import rows as history
from reader.morning.cite import has_citations
from reader.morning.lanes import lanes
from reader.morning.pick import pdfs_here, whole_queue, without_put_off
from reader.morning.rank import LOOK_BACK_DAYS, Ranks, rank_and_show
from reader.morning.trust import begun, caught_up, missing_seeds, seed_text, source_lines
from reader.morning.values import (
    Candidate,
    Entry,
    FoldedDays,
    Morning,
    NewVersion,
    PaperTitle,
    Quota,
    SavedSearchHits,
    ShownLine,
    line_of,
)
from reader.notes.balance import balance
from reader.notes.rows import notes
from reader.ranking.heat import CATCH_DAYS, MANY_A_DAY, heat, listing_days, months_between, talk_of
from reader.ranking.learn import belongs, forecasts
from reader.ranking.rank import ListPlace, Rank, Shelf, Term
from reader.ranking.rows import labels, shown, standings, talk
from reader.ranking.rows import labels as acts
from reader.search.filters import conditions, meant
from reader.search.rows import filters, index

MOST_WARM = 60
"""Papers of the days before that are held against today's talk: six times what is shown."""


@dataclass(frozen=True, slots=True)
class PaperTalk:
    """What is said of one paper, and what that makes of it.

    n_votes: None where no list counts; n_citations, n_months: None where unknown.
    """

    mentions: tuple[PostMention, ...] = ()
    heat: tuple[Term, ...] = ()
    n_votes: int | None = None
    n_citations: int | None = None
    n_months: int | None = None


def warm_papers(library: Library, day: date) -> list[int]:
    """List the papers of the last weeks that are talked about and that no list took up yet."""
    return talk.warm(library.db, days_back(day, CATCH_DAYS), day, limit=MOST_WARM)


def said_of(library: Library, several: Sequence[LibraryPaper], day: date) -> dict[int, PaperTalk]:
    """Say of each of some papers what is said of it as of a day, by row."""
    db, rows = library.db, [held.row for held in several]
    mentions = _by_row(m for m in posts.mentions_of(db, rows) if m.on is None or m.on <= day)
    votes = talk.votes(db, rows, until=day)
    counts = talk.newest_counts(db, rows, until=day)
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
        found[held.row] = PaperTalk(
            of_paper, heat(talked, day), n_votes, talked.n_citations, talked.n_months
        )
    return found


def _timelines(config: Config) -> dict[str, str]:
    """Name whose each source is that belongs to a person of feeds.toml."""
    owners = [person.name for person in config.people for _ in person.feeds]
    of_people = config.all_feeds[len(config.feeds) :]
    return {feed.name: owner for feed, owner in zip(of_people, owners, strict=True)}


def _by_row(mentions: Iterable[PostMention]) -> dict[int, list[PostMention]]:
    found: dict[int, list[PostMention]] = {}
    for mention in mentions:
        found.setdefault(mention.row, []).append(mention)
    return found


def _months(counted: NewestCount | None) -> int | None:
    return months_between(counted.published_on, counted.on) if counted else None


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
    kept: Mapping[int, ListPlace] = field(default_factory=dict)


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
    named = {*posts.papers_mentioned_on(db, day.last), *talk.brought_up_on(db, day.last)}
    warm = set() if _is_over(library, day) else {*warm_papers(library, day.last)}
    members = [
        *standings.members_on(db, day.first, until=day.last),
        *standings.doubtful_on(db, day.first, until=day.last),
        *labels.brought_on(db, [t.path for t in library.config.topics], day.first, day.last),
        *(row for row, ranks in unsaved.items() if any(r.place != "out" for r in ranks)),
    ]
    rows = list(dict.fromkeys([*members, *followed, *named, *warm, *day.kept]))
    # What a hand added is no news of that day.
    news = {*named, *warm, *day.kept} | versions.brought(db, rows)
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
    held: LibraryPaper, ranks: Sequence[Rank], own: Container[str], named: Container[int]
) -> bool:
    """Tell whether a paper of an earlier day may come back: undecided, and talked about; one of
    an own topic, which its own day showed, only because of this day's talk."""
    is_own = any(r.topic in own and r.place == "in" for r in ranks)
    return held.state == "candidate" and (held.row in named or not is_own)


def _candidates(
    library: Library,
    several: Sequence[LibraryPaper],
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
        answers = labels.taught(library.db, path).values()
        n_taught = sum(kind != "no" for kind in answers)
        return of_topic.get("pick", 0) + of_topic.get("read", 0) + n_taught

    paths = (topic.path for topic in library.config.near_topics)
    return frozenset(path for path in paths if n_liked(path) >= ENOUGH_LIKED)


def _hoped(
    library: Library, several: Sequence[LibraryPaper], day: Day, ranks: Mapping[int, Sequence[Rank]]
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


def _n_days(held: LibraryPaper, day: date) -> int:
    """Count the days since a paper was announced; none on the day that brought it, if that is
    the mailing's own or, east of it and after a weekend, one soon after."""
    n = max(0, (day - (held.paper.announced_on or held.arrived_on)).days)
    return 0 if held.arrived_on == day and n <= WEEKEND_DAYS else n


FEWEST_MISSED = 2
"""Listing days without a visit from which on the list folds: one is a day off."""

LONGEST_DAYS = 60
"""How far back a fold reaches: what is older is counted nowhere, and found by search."""


def first_day(library: Library, day: date) -> date | None:
    """Give the first day of a list that folds on a day, None where it does not.

    That is the day after the last visit. A library that was never looked at does not fold.
    """
    last = shown.last_visit(library.db, day)
    first = max(last + timedelta(days=1), days_back(day, LONGEST_DAYS)) if last else day
    if last and listing_days(first, day - timedelta(days=1)) >= FEWEST_MISSED:
        return first
    return first if _near_deadline(library, day) else None


def fold(
    library: Library, first: date, day: date, *, unsaved: Ranks | None = None
) -> FoldedDays | None:
    """Rank the papers from a day on in one list; None where there is nothing to decide."""
    days = day_of(library, day, first=first)
    found = lanes(candidates(library, days, unsaved=unsaved), library.config, days.kept)
    if not (found.own or found.doubtful or found.near or found.wild):
        return None
    is_near = _near_deadline(library, day)
    n_missed = listing_days(first, day - timedelta(days=1))
    return FoldedDays(
        reason="away" if n_missed >= FEWEST_MISSED or not is_near else "deadline",
        first=first,
        last=day,
        n_days=listing_days(first, day),
        n_arrived=versions.n_brought(library.db, first, day),
        n_talked=found.n_talked,
        own=found.own,
        doubtful=found.doubtful,
        near=found.near,
        wild=found.wild,
        deadline=library.config.next_deadline(day) if is_near else None,
    )


def _near_deadline(library: Library, day: date) -> bool:
    return any(deadline.is_near(day) for deadline in library.config.deadlines)


def saved_lines(library: Library, day: date) -> tuple[SavedSearchHits, ...]:
    """Give each saved search with those of the day's papers that fit: title or abstract
    has all of its words, and none that it leaves out."""
    return tuple(_line(library, search, day) for search in library.config.searches)


def _line(library: Library, search: SavedSearch, day: date) -> SavedSearchHits:
    query = parse(search.query)
    typed = Query(filters=query.filters)
    meaning = meant(library, typed)
    if meaning.said:
        # Nobody has this name: taken for another's, it would find what nobody asked for.
        return SavedSearchHits(search.name, search.query)
    wanted = conditions(library, typed, "paper", meaning)
    rows = None
    if match := _match(query):
        rows = index.having(library.db, "paper", match, filters.texts_of_day(library.db, day))
    found = filters.titles_of_day(library.db, wanted, day, rows)
    return SavedSearchHits(search.name, search.query, tuple(PaperTitle(*one) for one in found))


def _match(query: Query) -> str:
    """Put all that a text must have into one expression, "" where that is nothing."""
    asked = [*query.phrases, *query_words(query.words)]
    must = dict.fromkeys(term for text in asked if (term := phrase_term(text)))
    without = [term for text in query.without if (term := phrase_term(text))]
    match = " AND ".join(must)
    return f"({match}) NOT ({' OR '.join(without)})" if match and without else match


def morning(library: Library, day: date, *, encoder: str = "", may_fold: bool = False) -> Morning:
    """Give the morning of one local day.

    encoder: its name, to count what it has not encoded; empty: not counted.
    may_fold: after missed days and near deadlines all of them are one list, beside the day's.
    """
    db, config = library.db, library.config
    first = first_day(library, day) if may_fold else None
    back = max(LOOK_BACK_DAYS, (day - first).days) if first else LOOK_BACK_DAYS
    unsaved = rank_and_show(library, day, back=back)
    on_it = day_of(library, day)
    found = lanes(candidates(library, on_it, unsaved=unsaved), config, on_it.kept)
    written, skimmed = notes.n_noted_on(db, day)
    themes = balance(library, day)
    is_today = day == library.today()
    seeds = missing_seeds(library) if is_today else ()
    queued = whole_queue(library) if is_today else []
    trusted, came_on, began = source_lines(library, day), None, None
    if day < library.today():
        trusted, began = begun(library, day, trusted)
        trusted, came_on = caught_up(library, day, trusted)
    return Morning(
        day=day,
        is_today=is_today,
        own=found.own,
        doubtful=found.doubtful,
        near=found.near,
        wild=found.wild,
        folded=fold(library, first, day, unsaved=unsaved) if first else None,
        n_arrived=papers.n_arrived(db, day),
        n_talked=found.n_talked,
        undecided=_undecided(library, first or day, unsaved),
        new_versions=_new_versions(library, day),
        quota=Quota(config.quota_on(day), written, skimmed, config.next_deadline(day)),
        balance=themes.counts,
        sources=trusted,
        is_before_all=began is not None,
        n_unknown=posts.n_without_paper(db, day),
        n_not_encoded=index.n_new_without_vector(db, encoder, day) if encoder else 0,
        has_citations=has_citations(library),
        notices=(
            *([say("today.caught_up", day=came_on)] if came_on else ()),
            *([say("today.began", day=began)] if began else ()),
            *themes.hints,
            *_notices(library, encoder),
        ),
        searches=saved_lines(library, day),
        seeds=seeds,
        seed_texts=tuple(seed_text(seed, config.timezone) for seed in seeds),
        theme_of={topic.path: topic.theme for topic in config.own_topics},
        queue=without_put_off(queued, day),
        pdfs=pdfs_here(library, queued),
    )


def keep_shown(library: Library, given: Morning) -> None:
    """Remember what a list showed: its order stays, and no paper is brought up a second time; what
    is decided on keeps for good what stood there.

    A library that cannot be written forgets it.
    """
    known = shown.shown_on(library.db, given.day)
    new = [(row, line.shelf, line.topic) for row, line in _lines(given)
           if line.shelf and row not in known]  # fmt: skip
    with contextlib.suppress(StoreError):
        if new:
            shown.add_shown(library.db, given.day, new, at=library.now())
    keep_lines(library, given)


def keep_lines(library: Library, given: Morning) -> None:
    """Remember what stands in a list that somebody may decide on, whether they saw it or not."""
    with contextlib.suppress(StoreError):
        history.keep_lines(library.db, given.day, dict(_lines(given)))


def _lines(given: Morning) -> Iterator[tuple[int, ShownLine]]:
    """List what is shown by row, in its order."""
    shows = given.folded or given
    lists: list[tuple[Shelf, Iterable[Entry]]] = [
        ("own", shows.own),
        ("doubtful", shows.doubtful),
        ("near", shows.near),
        ("wild", [shows.wild] if shows.wild else []),
    ]
    for shelf, entries in lists:
        yield from ((e.held.row, line_of(e, shelf, n)) for n, e in enumerate(entries, 1))


def _notices(library: Library, encoder: str) -> Iterator[str]:
    """Say what is not as feeds.toml says: classes that arXiv does not have, topics that went, a
    model that is being replaced."""
    yield from map(unknown_class_text, library.config.arxiv.unknown)
    for topic, n in acts.of_other_topics(library.db, [t.path for t in library.config.topics]):
        yield say("ranking.topic_gone", topic=topic, n=n)
    if encoder:
        from reader.search.rows.vector_files import serving

        serves = serving(library.db, encoder)
        if serves != encoder:
            yield say("ranking.replacing", old=serves, new=encoder)


def _undecided(library: Library, day: date, unsaved: Ranks) -> tuple[tuple[date, int], ...]:
    """Count by day what stood in the own lane of the days before and has no decision."""
    own = [t.path for t in library.config.own_topics]
    people = [p.name for p in library.config.people]
    first, last = days_back(day, LOOK_BACK_DAYS), days_back(day, 1)
    followed = authors.papers_by(library.db, people, arrived_on=last, since=first)
    unkept = {row for row, ranks in unsaved.items() for r in ranks
              if r.place == "in" and r.topic in own}  # fmt: skip
    more = {*followed, *unkept}
    return tuple(standings.n_undecided(library.db, own, first, last, more=more))


def _new_versions(library: Library, day: date) -> tuple[NewVersion, ...]:
    found = dict(versions.new_versions(library.db, day))
    changed = versions.changed_fields(library.db, day)
    return tuple(
        NewVersion(held, found[held.row], changed.get(held.row, ()))
        for held in papers.papers_at(library.db, found)
    )
