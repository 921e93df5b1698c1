"""Put a day's morning together from the rows: its ranks, its candidates, its list, its notices.

    rank_list → morning → keep_shown

`rank_list` keeps ranks, and `keep_shown` the lines on the screen; `morning` only reads.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import chain

from reader.base.errors import StoreError
from reader.base.messages import Text, lazy_gettext, lazy_ngettext
from reader.gathering.rows import sources
from reader.library.calendar import days_back
from reader.library.config import unknown_class_text
from reader.library.folder import Library
from reader.library.identity import Certainty
from reader.library.paper import LibraryPaper, NewestCount
from reader.library.post import PostMention
from reader.library.rows import fields, papers
from reader.morning import rows as history
from reader.morning.browse_library import saved_lines
from reader.morning.lanes import lanes
from reader.morning.pick import (
    entries_of,
    pdfs_here,
    rows_with_pdf,
    waiting_picks,
    without_put_off,
)
from reader.morning.rank import LOOK_BACK_DAYS, Ranks, rank_new
from reader.morning.trust import (
    begun,
    caught_up,
    has_citations,
    missing_seeds,
    seed_text,
    source_lines,
)
from reader.morning.values import (
    Candidate,
    FoldedDays,
    Lanes,
    Morning,
    NewVersion,
    PastMention,
    Quota,
    ShownLine,
    SourceLine,
    by_lane,
)
from reader.notes.balance import balance
from reader.notes.rows import notes
from reader.ranking.heat import (
    CATCH_DAYS,
    MANY_A_DAY,
    heat,
    listing_days,
    months_between,
    talk_of,
)
from reader.ranking.learn import belongs, forecasts
from reader.ranking.model import ListPlace, Rank
from reader.ranking.rows import labels, standings, talk
from reader.ranking.topic import Mute, muting, silencing
from reader.search.rows import index

MOST_WARM = 60
"""Papers of the days before that are compared by today's talk: six times what is shown."""

WEEKEND_DAYS = 3
"""Days from a mailing of Friday to Monday, when people who come on weekdays first see it."""

ENOUGH_LIKED = 20
"""Liked papers of a near topic from which on its model may name papers without a word of the
topic."""

FEWEST_MISSED = 2
"""Listing days without a visit from which on the list folds: one alone may be a day off."""

LONGEST_DAYS = 60
"""How far back a fold reaches: older papers are counted nowhere, and found by search."""


@dataclass(frozen=True, slots=True)
class Day:
    """The days of a list, of which `last` is its own, and where it showed papers before.

    mutes: those that count for it.
    """

    first: date
    last: date
    kept: Mapping[int, ListPlace] = field(default_factory=dict)
    mutes: tuple[Mute, ...] = ()


def day_of(library: Library, day: date, *, first: date | None = None) -> Day:
    """Return a day, or the days from another one on, as one list."""
    muted = tuple(one for one in history.standing_mutes(library.db) if one.holds(day))
    return Day(first or day, day, standings.shown_on(library.db, day), muted)


@dataclass(frozen=True, slots=True)
class DayPapers:
    """The papers that something speaks for on a day, by row, before what speaks is read.

    news: those that may be in its list, in order. followed: by whom, of followed people's.
    named: by posts or votes of the day. unsaved: ranks that could not be kept.
    """

    news: Mapping[int, None]
    followed: Mapping[int, tuple[str, Certainty]]
    named: frozenset[int]
    unsaved: Ranks


def day_papers(library: Library, day: Day, unsaved: Ranks | None = None) -> DayPapers:
    """Find the papers of a day that something speaks for: a topic, a person, a post, or many
    citations.

    unsaved: ranks that could not be kept; they replace those that are.
    """
    db, unsaved = library.db, unsaved or {}
    people = [p.name for p in library.config.people]
    followed = papers.papers_by(db, people, arrived_on=day.last, since=day.first)
    named = {*sources.papers_mentioned_on(db, day.last), *talk.brought_up_on(db, day.last)}
    since = days_back(day.last, CATCH_DAYS)
    warm = [] if _is_over(library, day) else talk.warm(db, since, day.last, limit=MOST_WARM)
    members = [
        *standings.members_on(db, day.first, until=day.last),
        *standings.doubtful_on(db, day.first, day.last),
        *labels.brought_on(db, [t.path for t in library.config.topics], day.first, day.last),
        *(row for row, ranks in unsaved.items() if any(r.place != "out" for r in ranks)),
    ]
    # A paper that the list showed before is in it again, even if nothing speaks for it any more.
    rows = list(dict.fromkeys([*members, *followed, *named, *warm, *day.kept]))
    # Papers that were only added by hand are no news of that day.
    news = {*named, *warm, *day.kept} | fields.papers_from_sources(db, rows)
    in_order = dict.fromkeys(row for row in rows if row in news)
    return DayPapers(in_order, followed, frozenset(named), unsaved)


def candidates(
    library: Library,
    day: Day,
    of_day: DayPapers | None = None,
    *,
    is_own: bool = False,
    may_keep: bool = True,
) -> list[Candidate]:
    """Collect all that speaks for the papers of a day, which takes most of a list's time.

    of_day: what `day_papers` found, None to find it here. is_own: only for those that may stand in
    the own lane or below it. may_keep: False where no forecast may be written.
    """
    of_day = of_day or day_papers(library, day)
    db, rows, named = library.db, list(of_day.news), of_day.named
    # A person's word on a topic holds above all ranks, kept or not.
    ranks = standings.with_words(db, {**standings.kept_ranks(db, rows), **of_day.unsaved}, rows)
    own = {topic.path for topic in library.config.own_topics}
    if is_own:
        fit = {n for n, of in ranks.items() if any(r.topic in own and r.place != "out" for r in of)}
        rows = [row for row in rows if row in fit or row in day.kept or row in of_day.followed]
    before = standings.shown_before(db, rows, day.last)
    # A paper of an earlier day comes back undecided and talked about; one of an own topic, which
    # its own day showed, only because of this day's talk.
    there = [
        paper
        for paper in papers.papers_at(db, rows)
        if not paper.is_removed
        and (
            paper.row in day.kept
            or day.first <= paper.arrived_on <= day.last
            or (
                paper.arrived_on < day.first
                and paper.row not in before
                and paper.state == "candidate"
                and (
                    paper.row in named
                    or not any(r.topic in own and r.place == "in" for r in ranks.get(paper.row, ()))
                )
            )
        )
    ]
    return _candidates(library, there, day, ranks, of_day.followed, may_keep=may_keep)


def _is_over(library: Library, day: Day) -> bool:
    """Check whether this is the list of an earlier day that was shown then: it stays as it was."""
    return bool(day.kept) and day.last < library.today()


def _candidates(
    library: Library,
    several: Sequence[LibraryPaper],
    day: Day,
    ranks: Mapping[int, Sequence[Rank]],
    followed: Mapping[int, tuple[str, Certainty]],
    *,
    may_keep: bool,
) -> list[Candidate]:
    """Join everything that speaks for each of some papers."""
    db, rows = library.db, [paper.row for paper in several]
    talked = candidates_with_talk(library, several, day.last, muted=day.mutes)
    foretold = forecasts(library, _to_foretell(library, talked, day, ranks), may_keep=may_keep)
    sources_of = papers.origins_of(db, rows)
    before = standings.shown_before(db, rows, day.last)
    was_foretold = standings.foretold_before(db, rows, day.last)
    settled = _settled(library)
    found = []
    for paper in several:
        name, certainty = followed.get(paper.row, ("", "same"))
        heard, origins = talked[paper.row], sources_of.get(paper.row, ())
        whole = replace(
            heard,
            ranks=tuple(ranks.get(paper.row, ())),
            origins=origins,
            muted_by=muting(day.mutes, paper.record, origins, is_heard=bool(heard.mentions)),
            followed=name,
            is_followed_surely=certainty == "same",
            forecast=foretold.get(paper.row, ()),
            is_new=day.first <= paper.arrived_on <= day.last,
            was_shown=paper.row in before,
            was_foretold=paper.row in was_foretold,
            settled=settled,
            loud=None,
        )
        if loud := heard.loud:
            loud = replace(whole, mentions=loud.mentions, heat=loud.heat, n_votes=loud.n_votes)
            whole = replace(whole, loud=loud)
        found.append(whole)
    return found


def _to_foretell(
    library: Library,
    talked: Mapping[int, Candidate],
    day: Day,
    ranks: Mapping[int, Sequence[Rank]],
) -> list[LibraryPaper]:
    """Choose the papers whose talk is foretold: those that are talked about, that this list
    showed for it, and papers of near topics on their first morning."""
    near = {topic.path for topic in library.config.near_topics}
    # None where talk was never seen: who would have spoken?
    is_open = bool(near) and not _is_over(library, day) and talk.is_watched(library.db)
    before = {row for row, place in day.kept.items() if place.lane == "near"}

    def is_hoped_for(one: Candidate) -> bool:
        row, is_first = one.paper.row, one.paper.arrived_on == day.last and one.n_days == 0
        is_new = is_open and is_first and one.paper.state == "candidate"
        return row in before or (is_new and belongs(ranks.get(row, ()), near))

    return [one.paper for one in talked.values() if one.heat or is_hoped_for(one)]


@dataclass(frozen=True, slots=True)
class _TalkUntil:
    """What counts the talk about a paper until a day.

    counts: by row, its newest number of citations. busy: who posts about many papers a day.
    timelines: feeds by name, with whose they are.
    """

    day: date
    counts: Mapping[int, NewestCount]
    busy: Container[str]
    people: Sequence[str]
    timelines: Mapping[str, str]

    def candidate(
        self, paper: LibraryPaper, posts: Sequence[PostMention], voted: tuple[int, date] | None
    ) -> Candidate:
        """Join the posts about a paper with its votes and citations."""
        counted = self.counts.get(paper.row)
        n_votes, voted_on = voted or (None, None)
        talked = replace(
            talk_of(
                paper.record,
                posts,
                role_models=self.people,
                timelines=self.timelines,
                busy=self.busy,
            ),
            n_votes=n_votes,
            voted_on=voted_on,
            n_citations=counted.n if counted else None,
            n_months=months_between(counted.published_on, counted.on) if counted else None,
        )
        n_days = max(0, (self.day - paper.listed_on).days)
        # None on the day that brought it, if that is the mailing's own or, east of it and after
        # a weekend, one soon after.
        is_first = paper.arrived_on == self.day and n_days <= WEEKEND_DAYS
        return Candidate(
            paper,
            mentions=tuple(posts),
            heat=heat(talked, self.day),
            n_votes=n_votes,
            n_citations=talked.n_citations,
            n_months=talked.n_months,
            n_days=0 if is_first else n_days,
        )


def candidates_with_talk(
    library: Library, several: Sequence[LibraryPaper], day: date, *, muted: Sequence[Mute] = ()
) -> dict[int, Candidate]:
    """Read the talk about some papers as of a day, by row: posts, votes and citations alone.

    muted: their talk does not count; what it would be with it is in `loud`.
    """
    db, rows, config = library.db, [paper.row for paper in several], library.config
    mentions: dict[int, list[PostMention]] = defaultdict(list)
    for mention in sources.mentions_of(db, rows):
        if mention.on is None or mention.on <= day:
            mentions[mention.row].append(mention)
    votes = heard_votes = talk.votes(db, rows, until=day)
    unheard = [mute.value for mute in muted if mute.kind == "source"]
    if unheard:
        heard_votes = talk.votes(db, rows, until=day, without=unheard)
    # The feeds of people follow the others in `all_feeds`, in the order of the people.
    owners = [person.name for person in config.people for _ in person.feeds]
    of_people = config.all_feeds[len(config.feeds) :]
    until = _TalkUntil(
        day,
        counts=talk.newest_counts(db, rows, until=day),
        busy=talk.busy_authors(db, days_back(day, CATCH_DAYS), day, at_least=MANY_A_DAY),
        people=[person.name for person in config.people],
        timelines={feed.name: owner for feed, owner in zip(of_people, owners, strict=True)},
    )
    found = {}
    for paper in several:
        posts, voted = mentions[paper.row], votes.get(paper.row)
        # What was decided stays in its list, with all that was said of it.
        of = muted if paper.state == "candidate" else ()
        pairs = [(mention, silencing(of, mention, until.timelines)) for mention in posts]
        heard = [m for m, by in pairs if not by]
        heard_vote = heard_votes.get(paper.row) if of else voted
        found[paper.row] = until.candidate(paper, heard, heard_vote)
        if len(heard) < len(posts) or heard_vote != voted:
            of_votes = [m for m in muted if m.kind == "source" and heard_vote != voted]
            by = tuple(dict.fromkeys(chain(*(by for _m, by in pairs), of_votes)))
            loud = until.candidate(paper, posts, voted)
            found[paper.row] = replace(found[paper.row], loud=loud, silenced_by=by)
    return found


def _settled(library: Library) -> frozenset[str]:
    """Find the near topics with enough liked papers: picked, read, or taught as theirs."""
    settled = []
    for path in (topic.path for topic in library.config.near_topics):
        answers = labels.taught(library.db, path).values()
        n_liked = labels.n_liked(library.db, path, at_most=ENOUGH_LIKED)
        if n_liked + sum(kind != "no" for kind in answers) >= ENOUGH_LIKED:
            settled.append(path)
    return frozenset(settled)


def first_day(library: Library, day: date) -> date | None:
    """Find the first day of a list that folds on a day, None where it does not.

    That is the day after the last visit. A library that was never looked at does not fold.
    """
    last = standings.last_visit(library.db, day)
    first = max(last + timedelta(days=1), days_back(day, LONGEST_DAYS)) if last else day
    if last and listing_days(first, day - timedelta(days=1)) >= FEWEST_MISSED:
        return first
    return first if any(one.is_near(day) for one in library.config.deadlines) else None


@dataclass(frozen=True, slots=True)
class RankedList:
    """A day's papers in their lanes.

    first: the first day of those that fold into one list, None where none do. folded: that
    list, None also where it has nothing to decide. unsaved: ranks that could not be kept.
    """

    day: date
    lanes: Lanes
    first: date | None
    folded: FoldedDays | None
    unsaved: Ranks


def rank_list(
    library: Library, day: date, *, may_fold: bool = False, may_keep: bool = True
) -> RankedList:
    """Sort a day's papers into lanes, and rank those that were never ranked, by words.

    may_fold: after missed days and near deadlines all of them are one list, beside the day's.
    may_keep: False for a list that nobody sees: no rank and no forecast is written.
    """
    first = first_day(library, day) if may_fold else None
    back = max(LOOK_BACK_DAYS, (day - first).days) if first else LOOK_BACK_DAYS
    unsaved = rank_new(library, day, back=back, may_keep=may_keep)

    def lanes_of(days: Day) -> Lanes:
        of_day = day_papers(library, days, unsaved)
        several = candidates(library, days, of_day, may_keep=may_keep)
        return lanes(several, library.config, days.kept)

    # The day's own list is made too where it folds: it stands beside the folded one.
    listed = lanes_of(day_of(library, day))
    folded = lanes_of(day_of(library, day, first=first)) if first else Lanes()
    if first is None or not (any(by_lane(folded).values()) or folded.muted):
        return RankedList(day, listed, first, None, unsaved)
    is_near = any(deadline.is_near(day) for deadline in library.config.deadlines)
    n_missed = listing_days(first, day - timedelta(days=1))
    days = FoldedDays(
        reason="away" if n_missed >= FEWEST_MISSED or not is_near else "deadline",
        first=first,
        last=day,
        n_days=listing_days(first, day),
        n_arrived=fields.n_brought(library.db, first, day),
        n_talked=folded.n_talked,
        muted=folded.muted,
        own=folded.own,
        doubtful=folded.doubtful,
        near=folded.near,
        wild=folded.wild,
        deadline=library.config.next_deadline(day) if is_near else None,
    )
    return RankedList(day, listed, first, days, unsaved)


def morning(
    library: Library, ranked: RankedList, *, encoder: str = "", n_queued: int | None = None
) -> Morning:
    """Read everything else that belongs to the morning of a list. Writes nothing.

    encoder: its name, to count texts that it has not encoded; empty: they are not counted.
    n_queued: how many papers of the queue are read, None for all.
    """
    db, config, day, found = library.db, library.config, ranked.day, ranked.lanes
    themes = balance(library, day)
    is_today = day == library.today()
    # Seeds, queue and PDFs are of now, so a list of another day has none.
    seeds = missing_seeds(library) if is_today else ()
    picked = without_put_off(waiting_picks(library), day) if is_today else ()
    n_shown = len(picked) if n_queued is None else n_queued
    here = rows_with_pdf(library, picked)
    trusted, came_on, began = _trusted(library, day)
    past = _notices_of_past(came_on, began)
    return Morning(
        day=day,
        is_today=is_today,
        own=found.own,
        doubtful=found.doubtful,
        near=found.near,
        wild=found.wild,
        folded=ranked.folded,
        n_arrived=papers.n_arrived(db, day),
        n_talked=found.n_talked,
        muted=found.muted,
        undecided=_undecided(library, ranked.first or day, ranked.unsaved),
        new_versions=_new_versions(library, day),
        quota=_quota(library, day),
        balance=themes.counts,
        sources=trusted,
        is_before_all=began is not None,
        n_unknown=sources.n_without_paper(db, day),
        n_not_encoded=index.n_new_without_vector(db, encoder, day) if encoder else 0,
        has_citations=has_citations(library),
        notices=(*past, *map(str, themes.hints), *_notices(library, encoder)),
        searches=saved_lines(library, day),
        seeds=seeds,
        seed_texts=tuple(seed_text(seed, config.timezone) for seed in seeds),
        theme_of={topic.path: topic.theme for topic in config.own_topics},
        queue=tuple(entries_of(library, picked[:n_shown], here)),
        more_queued=tuple(one.priority for one in picked[n_shown:]),
        pdfs=pdfs_here(library, picked, here),
    )


def _quota(library: Library, day: date) -> Quota:
    config, (written, skimmed) = library.config, notes.n_noted_on(library.db, day)
    return Quota(config.quota_on(day), written, skimmed, config.next_deadline(day))


def _trusted(
    library: Library, day: date
) -> tuple[tuple[SourceLine, ...], date | None, date | None]:
    """Return the sources' lines; when what a past day missed came, and when the library began."""
    trusted = source_lines(library, day)
    # What came later makes up only for a day that is over.
    if day >= library.today():
        return trusted, None, None
    trusted, began = begun(library, day, trusted)
    trusted, came_on = caught_up(library, day, trusted)
    return trusted, came_on, began


def _new_versions(library: Library, day: date) -> tuple[NewVersion, ...]:
    newer = dict(fields.new_versions(library.db, day))
    changed = fields.changed_fields(library.db, day)
    return tuple(
        NewVersion(paper, newer[paper.row], changed.get(paper.row, ()))
        for paper in papers.papers_at(library.db, newer)
    )


def _notices_of_past(came_on: date | None, began: date | None) -> Iterator[Text]:
    """Say of a day that is over that its papers came later, or that no source was asked yet."""
    if came_on:
        yield lazy_gettext(
            "Papers missed on this day arrived on {day}; they are in that day's list.", day=came_on
        )
    if began:
        yield lazy_gettext(
            "This library began on {day}; no source was asked before that.", day=began
        )


def _notices(library: Library, encoder: str) -> Iterator[Text]:
    """Report differences from feeds.toml: classes that arXiv does not have, topics that were
    removed, a model that is being replaced."""
    yield from map(str, map(unknown_class_text, library.config.arxiv.unknown))
    for topic, n in labels.of_other_topics(library.db, [t.path for t in library.config.topics]):
        yield lazy_ngettext(
            "{topic} is no longer a topic in feeds.toml, so what it learned from {n} paper is "
            "not used. `reader topics --move` moves it to another topic.",
            "{topic} is no longer a topic in feeds.toml, so what it learned from {n} papers is "
            "not used. `reader topics --move` moves it to another topic.",
            n,
            topic=topic,
        )
    if encoder:
        from reader.search.rows.vector_files import serving

        serves = serving(library.db, encoder)
        if serves != encoder:
            yield lazy_gettext(
                "The vectors of {old} are used until `reader index` has made those of {new}.",
                old=serves,
                new=encoder,
            )


def _undecided(library: Library, day: date, unsaved: Ranks) -> tuple[tuple[date, int], ...]:
    """Count the undecided papers in the own lanes of the days before, by day."""
    own = [t.path for t in library.config.own_topics]
    people = [p.name for p in library.config.people]
    first, last = days_back(day, LOOK_BACK_DAYS), days_back(day, 1)
    followed = papers.papers_by(library.db, people, arrived_on=last, since=first)
    unkept = {row for row, ranks in unsaved.items() for r in ranks
              if r.place == "in" and r.topic in own}  # fmt: skip
    more = {*followed, *unkept}
    return tuple(standings.n_undecided(library.db, own, first, last, more=more))


def keep_shown(library: Library, given: Morning) -> None:
    """Record the papers that a list showed, in their order, and its lines.

    The order stays for the day, and no paper is brought up a second time; a decision keeps the
    paper's line for good. In a library that cannot be written nothing is recorded.
    """
    known = standings.shown_on(library.db, given.day)
    new = [
        (entry.paper.row, lane, entry.topic or "")
        for lane, entries in by_lane(given.folded or given).items()
        for entry in entries
        if entry.paper.row not in known
    ]
    with contextlib.suppress(StoreError):
        # On its own, so that a line that cannot be kept costs no order.
        if new:
            standings.add_shown(library.db, given.day, new, at=library.now())
        if hidden := (given.folded or given).muted:
            by = (mute for entry in hidden for mute in entry.muted_by)
            history.add_muted_day(library.db, by, given.day)
    keep_lines(library, given)


def keep_lines(library: Library, given: Morning) -> None:
    """Record the lines of a list that somebody may decide on, whether they saw it or not."""
    lines = {
        e.paper.row: ShownLine(
            lane,
            position,
            e.topic or "",
            e.score,
            str(e.why),  # a decision keeps it as it was shown
            e.terms,
            tuple(PastMention(m.author, m.on, m.words) for m in e.mentions),
            e.n_votes,
        )
        for lane, entries in by_lane(given.folded or given).items()
        for position, e in enumerate(entries, 1)
    }
    with contextlib.suppress(StoreError):
        history.keep_lines(library.db, given.day, lines)
