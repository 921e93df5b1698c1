"""Sort a day's papers into the lanes of its list, and say why each stands there.

Pure: the same papers, the same list.

The own lane holds everything that belongs to an own topic or is by a followed person; below
it stand a few doubtful papers. The near lane has papers that people talk about or cite much,
and in places that are left a few new papers that they are likely to talk about; one wild card
is talked about and far from everything known. A paper that a list of the same day showed keeps
its place. Nothing is dropped without being counted.

What a mute is about stays where it is of an own topic or decided, and is hidden elsewhere. Talk
by muted people and sources brings nothing up.

A person's word on a topic stands above what its model says. "no": the paper is never listed in
that topic again; "yes": it belongs there, before all topics of which nothing was said.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from reader.base.messages import N_, Joined, Message, Text, lazy_gettext, lazy_ngettext
from reader.library.config import Config, Lane
from reader.morning.values import Candidate, Entry, FoldedDays, Lanes, Morning, Sureness
from reader.ranking.heat import (
    FORECAST,
    MUCH_CITED,
    N_FORETOLD,
    caught,
    closeness_of,
    is_hot,
    is_likely,
    near_score,
    velocity,
    wild_score,
)
from reader.ranking.model import (
    ABSTRACT_WORD,
    LEAST_TELLING,
    ListLane,
    ListPlace,
    Rank,
    Term,
    Words,
    names_of,
    total,
)

NEAR_MINUTES = 3
"""One near paper for each three minutes of the time budget: ten in thirty minutes."""

N_DOUBTFUL = 5
"""Papers below the cut that are shown: a decision on them teaches most."""

SURE = 2.2
"""How far above the cut a paper surely belongs to its topic: nine in ten do, as log-odds."""

CLOSE = 1.0
"""Own topics are both named where their margins differ by no more than this."""

FOLLOWED_ADDS = 1.0
"""What a followed author adds to a paper's sum; as much more as it takes to bring it in."""


@dataclass(frozen=True, slots=True)
class _LaneEntry:
    """An entry that does not say why yet.

    reasons: the terms that its sentence is made of. worth: by what it is ordered, best first.
    """

    entry: Entry
    candidate: Candidate
    reasons: Sequence[Term]
    worth: float

    @property
    def row(self) -> int:
        return self.entry.paper.row


@dataclass(frozen=True, slots=True)
class _Paths:
    """The paths of the topics by lane, and of all, which each paper's ranks are looked up in."""

    own: frozenset[str]
    near: frozenset[str]
    all: frozenset[str]

    @classmethod
    def of(cls, config: Config) -> _Paths:
        own = frozenset(topic.path for topic in config.own_topics)
        near = frozenset(topic.path for topic in config.near_topics)
        return cls(own, near, own | near)


def lanes(
    candidates: Iterable[Candidate], config: Config, kept: Mapping[int, ListPlace] | None = None
) -> Lanes:
    """Sort a day's candidates.

    kept: by row, where a list of this day showed a paper before; it stays there, and what
    came since follows it.
    """
    kept, of = kept or {}, _Paths.of(config)
    found: dict[ListLane, list[_LaneEntry]] = {"own": [], "doubtful": [], "near": [], "wild": []}
    muted: list[_LaneEntry] = []
    for candidate in candidates:
        before = kept.get(candidate.paper.row)
        lane = _lane_of(candidate, of, before)
        if hidden := _muted_line(candidate, lane, of, before):
            muted.append(hidden)
        elif lane:
            found[lane].append(_line(candidate, lane, of))
    # The card that a list of this day showed stays, however hot another paper is by now.
    hot = [one for one in found["wild"] if one.row in kept or is_hot(one.candidate.heat)]
    card = min(
        hot,
        key=lambda one: (one.row not in kept, -one.worth, one.entry.paper.record.id),
        default=None,
    )
    # What else the person's own timeline pointed at follows the near topics.
    others = (one.candidate for one in found["wild"] if one is not card)
    found["near"] += [_near_line(one, of) for one in others if one.mentions]
    for name, several in found.items():
        several.sort(key=lambda one: _order(one, name, kept.get(one.row)))
    # Add the reasons only to the entries that are shown: a sentence takes a while.
    own, doubtful, near, wild, away = (
        tuple(replace(one.entry, why=why(one.candidate, one.reasons)) for one in several)
        for several in (
            found["own"],
            found["doubtful"][:N_DOUBTFUL],
            _near_lane(found["near"], kept, cap=max(1, config.minutes // NEAR_MINUTES)),
            [card] if card else [],
            sorted(muted, key=lambda one: _order(one, "near", None)),
        )
    )
    n_talked = sum(not one.entry.is_foretold for one in found["near"])
    return Lanes(own, doubtful, near, next(iter(wild), None), n_talked, away)


def _order(
    line: _LaneEntry, lane: ListLane, before: ListPlace | None
) -> tuple[bool, int, float, str]:
    """Return the sort key of a line: papers shown before keep their order, the rest follows."""
    position = before.position if before and before.lane == lane else None
    return position is None, position or 0, -line.worth, line.entry.paper.record.id


def _near_lane(
    lines: Iterable[_LaneEntry], kept: Mapping[int, ListPlace], *, cap: int
) -> list[_LaneEntry]:
    """Choose the near lane: the papers that it showed before, then the best of the rest."""
    there: list[_LaneEntry] = []
    fresh: dict[int, _LaneEntry] = {}
    for line in lines:
        before = kept.get(line.row)
        if before and before.lane == "near":
            there.append(line)
        else:
            fresh[line.row] = line
    talked = {row: one for row, one in fresh.items() if not one.entry.is_foretold}
    # What stood there before counts against the cap, and against the share of foretold ones.
    rows = caught(
        {row: one.worth for row, one in talked.items() if not one.candidate.was_foretold},
        {row: one.worth for row, one in fresh.items() if one.entry.is_foretold},
        {row: one.worth for row, one in talked.items() if one.candidate.was_foretold},
        cap=cap - len(there),
        n_foretold=N_FORETOLD - sum(one.entry.is_foretold for one in there),
    )
    return [*there, *(fresh[row] for row in rows)][:cap]


def _lane_of(candidate: Candidate, paths: _Paths, kept: ListPlace | None) -> ListLane | None:
    """Choose the lane in which a paper stands; None: in none."""
    # A paper that the list of this day showed keeps its lane, whatever was learned since.
    if kept and not _has_moved(candidate, paths, kept.lane):
        return kept.lane
    own = _best(candidate.ranks, paths.own)
    if candidate.followed or (own and own.place == "in"):
        return "own"
    is_silent = total(candidate.heat) <= 0
    is_talked = not is_silent and not candidate.was_shown
    near = _best(candidate.ranks, paths.near)
    is_near = near is not None and near.place == "in"
    if is_talked and is_near:
        return "near"
    # Only new papers are asked about as doubtful.
    if own and own.place == "doubtful" and candidate.is_new and _has_reason(own):
        return "doubtful"
    # A forecast brings a paper up on its first morning only; later it takes talk.
    is_first = candidate.is_new and not (candidate.was_shown or candidate.was_foretold)
    if is_near and is_silent and is_first and is_likely(candidate.forecast):
        return "near"
    # Citations alone make no wild card: somebody named the paper, or voted for it.
    return "wild" if is_talked and (candidate.mentions or candidate.n_votes) else None


def _muted_line(
    candidate: Candidate, lane: ListLane | None, paths: _Paths, kept: ListPlace | None
) -> _LaneEntry | None:
    """Make the line that a paper which mutes hide would have without them; None for others.

    lane: as things stand. Papers of own topics and decided ones are not hidden.
    """
    by, hidden = candidate.muted_by, candidate
    is_by_talk = lane in (None, "near", "wild")
    if candidate.loud and is_by_talk and _lane_of(candidate, paths, None) is None:
        # Only muted talk brought it up, or had on this day, so that the list would keep it.
        by, hidden = (*by, *candidate.silenced_by), candidate.loud
        lane = _lane_of(hidden, paths, kept)
    # Of what fits no topic a list has the hottest, and what people named.
    is_listed = lane != "wild" or kept or hidden.mentions or is_hot(hidden.heat)
    if not (by and lane and is_listed) or lane == "own" or candidate.paper.state != "candidate":
        return None
    return _line(replace(hidden, muted_by=tuple(dict.fromkeys(by))), lane, paths)


def _line(candidate: Candidate, lane: ListLane, paths: _Paths) -> _LaneEntry:
    if lane == "near":
        return _near_line(candidate, paths)
    return _wild_line(candidate, paths) if lane == "wild" else _own_line(candidate, lane, paths)


def _has_moved(candidate: Candidate, paths: _Paths, lane: ListLane) -> bool:
    """Check whether the person's word moved a paper out of the lane that showed it on this day.

    A paper that they sorted out stays as skipped, so that the list does not jump.
    """
    if lane != "own" and "told_yes" in _kinds(candidate.ranks, paths.own):
        return True
    topics = {"near": paths.near, "wild": frozenset[str]()}.get(lane, paths.own)
    is_undecided = candidate.paper.state == "candidate" and not candidate.followed
    return is_undecided and _is_sent_away(candidate.ranks, topics)


def _kinds(ranks: Iterable[Rank], topics: Container[str]) -> set[str]:
    """Collect the kinds of term of a paper's ranks in some topics."""
    return {term.kind for rank in ranks if rank.topic in topics for term in rank.terms}


def _is_sent_away(ranks: Sequence[Rank], topics: Container[str]) -> bool:
    """Check whether the person said that a paper is not of one of these topics, and it is in
    none of the others."""
    if "told_no" not in _kinds(ranks, topics):
        return False
    best = _best(ranks, topics)
    return best is None or best.place != "in"


def _own_line(candidate: Candidate, lane: ListLane, paths: _Paths) -> _LaneEntry:
    """Make a line of the own lane, or of the doubtful papers below it."""
    found, name = _best(candidate.ranks, paths.own), candidate.followed
    is_in = found is not None and found.place == "in"
    terms = list(found.terms if found else ())
    is_taught = any(term.kind == "told_yes" for term in terms)
    if name:
        terms.append(followed_term(name, terms, found.cut if found else 0.0))
    # A paper that the person sorted out is called neither sure nor likely.
    sureness: Sureness | None = "maybe" if lane == "doubtful" else "likely"
    if lane == "own" and (
        (name and candidate.is_followed_surely)
        or (found and is_in and (found.margin >= SURE or is_taught))
    ):
        sureness = "sure"
    ins = [r for r in candidate.ranks if r.topic in paths.own and r.place == "in"]
    also: list[str] = []
    # Where a paper is filed, or what the person said of it, leaves no second topic open.
    if found and is_in and not (candidate.paper.topic or is_taught):
        others = (r for r in ins if r.topic != found.topic)
        also = [r.topic for r in others if found.margin - r.margin <= CLOSE]
    is_sorted_out = not name and _is_sent_away(candidate.ranks, paths.own)
    # By a followed author alone it stands under no topic.
    topic = found.topic if found and found.place != "out" and _has_reason(found) else None
    entry = replace(
        _entry(candidate, terms, "own", topic),
        is_sorted_out=is_sorted_out,
        sureness=None if is_sorted_out else sureness,
        also=tuple(also),
    )
    # A paper of several own topics is liked as much as by the one that likes it most.
    liking = max([entry.score, *(r.score for r in ins)])
    margin = found.margin if found else 0.0
    return _LaneEntry(entry, candidate, terms, liking if lane == "own" else margin)


def _near_line(candidate: Candidate, paths: _Paths) -> _LaneEntry:
    found = _best(candidate.ranks, paths.near)
    closeness = closeness_of(found.margin) if found else 0.0
    terms = near_score(candidate.heat, candidate.forecast, closeness, n_days=candidate.n_days)
    # The sum names the topic that is near; the sentence says it in its own words.
    named = [replace(t, what=found.topic) if found and t.kind == "closeness" else t for t in terms]
    several = (r for r in candidate.ranks if _may_be_named(r, candidate.settled))
    of = _best(several, paths.near)
    entry = _entry(candidate, named, "near", of.topic if of else None)
    entry = replace(entry, is_foretold=total(candidate.heat) <= 0)
    return _LaneEntry(entry, candidate, [*(of.terms if of else ()), *terms], entry.score)


def _may_be_named(rank: Rank, settled: Container[str]) -> bool:
    """Check whether a line may name a near topic as the paper's.

    The topic's words must stand in the title, at the beginning or in several sentences of the
    abstract, or its model must have been taught by many decisions: near topics also take in
    papers that only mention them.
    """
    if rank.place != "in":
        return False
    in_title = any(t.kind in ("title", "scattered") for t in rank.terms)
    in_abstract = math.fsum(t.value for t in rank.terms if t.kind == "abstract")
    has_words = in_title or in_abstract > ABSTRACT_WORD
    return has_words or rank.topic in settled


def _wild_line(candidate: Candidate, paths: _Paths) -> _LaneEntry:
    found = _best(candidate.ranks, paths.all)
    # A folder that is no topic any more has a model as well: a direction that was left.
    left = next(
        (r.topic for r in candidate.ranks if r.topic not in paths.all and r.place == "in"), ""
    )
    closeness = closeness_of(found.margin) if found else 0.0
    terms = wild_score(
        candidate.heat, candidate.forecast, closeness, left=left, n_days=candidate.n_days
    )
    entry = _entry(candidate, terms, None, None)
    return _LaneEntry(entry, candidate, terms, entry.score)


def _entry(
    candidate: Candidate, terms: Sequence[Term], lane: Lane | None, topic: str | None
) -> Entry:
    return Entry(
        paper=candidate.paper,
        lane=lane,
        topic=topic,
        score=round(total(terms), 4),
        why="",
        mentions=candidate.mentions,
        origins=candidate.origins,
        n_citations=candidate.n_citations,
        n_months=candidate.n_months,
        terms=tuple(sorted(terms, key=lambda t: -abs(t.value))),
        n_votes=candidate.n_votes,
        muted_by=candidate.muted_by,
    )


def followed_term(name: str, terms: Sequence[Term], cut: float) -> Term:
    """Return the term of a followed author, high enough that the paper is always in."""
    # A hundredth, since sums of decimals may end just below the cut.
    return Term("followed", name, max(FOLLOWED_ADDS, cut - total(terms) + 0.01))


def _has_reason(rank: Rank) -> bool:
    """Check whether a term speaks for a paper; the term of the start speaks against each."""
    return any(t.value > 0 for t in rank.terms)


def _best(ranks: Iterable[Rank], topics: Container[str]) -> Rank | None:
    """Choose the topic that a paper fits best: in before doubtful, then by the margin."""
    several = [rank for rank in ranks if rank.topic in topics]
    # Most papers have one rank: nothing is compared then.
    return max(several, key=lambda r: r.standing) if len(several) > 1 else next(iter(several), None)


Listed = TypeVar("Listed", Morning, FoldedDays)


def relisted(shown: Listed, words_of: Mapping[int, Words], own: Container[str]) -> Listed:
    """Update a list that is open by the words on its papers' topics since then.

    words_of: these words, by row. A paper of another own topic goes to the end of the own lane,
    where it is not there yet; a paper of no topic any more stays where it is, so that the list
    does not jump. own: the paths of the own topics.
    """
    if not words_of:
        return shown
    # Where days are folded, that list is on the screen in place of the morning's own.
    if isinstance(shown, Morning) and shown.folded:
        return replace(shown, folded=relisted(shown.folded, words_of, own))
    brought: list[Entry] = []

    def rest(lane: Iterable[Entry]) -> tuple[Entry, ...]:
        kept: list[Entry] = []
        for entry in lane:
            now = entry_now(entry, words_of.get(entry.paper.row, {}), own)
            is_brought = now is not entry and now.topic in own
            (brought if is_brought else kept).append(now)
        return tuple(kept)

    mine: list[Entry] = [
        entry_now(entry, words_of.get(entry.paper.row, {}), own) for entry in shown.own
    ]
    below, near = rest(shown.doubtful), rest(shown.near)
    wild = rest([shown.wild] if shown.wild else [])
    return replace(
        shown, own=(*mine, *brought), doubtful=below, near=near, wild=next(iter(wild), None)
    )


def entry_now(entry: Entry, words: Words, own: Container[str]) -> Entry:
    """Update a line of a list that is open by the words on its topics since then."""
    yes = next((topic for topic, word in reversed([*words.items()]) if word == "yes"), None)
    is_wrong = words.get(entry.topic or "") == "no"
    if yes == entry.topic or not (is_wrong or (yes in own and entry.topic not in own)):
        return entry
    reason = lazy_gettext(_LESSONS["told_yes" if yes else "told_no"], what=yes or entry.topic)
    return replace(
        entry,
        topic=yes,
        also=(),
        sureness="sure" if yes in own else None,
        why=sentence([reason]),
        # It left the own topics, and stays in its line until the day is over.
        is_sorted_out=entry.topic in own and yes not in own,
    )


_LESSONS = {
    "told_yes": N_("you said that it belongs to {what}"),
    "told_no": N_("you said that it does not belong to {what}"),
}

MOST_WORDS = 3
"""Learned words that a sentence names: the weightiest."""

A_CLASS = 0.1
"""The least that a learned word, or an arXiv class, must add to be a reason."""

AUTHOR = 0.35
"""The least that an author must add to be a reason: less comes from a single paper, often this
one."""

FORETELLS = ("record", "text", "place")
A_REASON = 0.3
"""The least that one of these must add to the forecast's log-odds to be a reason. Below: how many
of them a sentence names, the weightiest."""
MOST_FORETELLING = 2


def why(candidate: Candidate, terms: Sequence[Term]) -> Text:
    """Choose the reasons why a paper is in the list, and make one sentence of them.

    terms: those of its score and, in the near lane, of its nearest topic.
    """
    # The person's own words first, then who wrote it, what it says, what it is near to, and who
    # speaks of it; what is weak is named only where there is nothing else.
    parts: list[Text] = [
        lazy_gettext(_LESSONS[t.kind], what=t.what) for t in terms if t.kind in _LESSONS
    ]
    if candidate.followed:
        key = (
            N_("by {name}, whom you follow")
            if candidate.is_followed_surely
            else N_("perhaps by {name}, whom you follow (or somebody with the same name)")
        )
        parts.append(lazy_gettext(key, name=candidate.followed))
    # Up-votes and citations are heat without a mention.
    is_silent = total(candidate.heat) <= 0 and not candidate.mentions
    talk = _foretold(terms) if is_silent else _talk(candidate, terms)
    parts += [*_words(terms), *_neighbours(terms), *talk]
    return sentence(parts or [*_alike(terms)])


def sentence(reasons: Sequence[Text]) -> Text:
    """Join reasons into one sentence."""
    joined = Joined(tuple(reasons), N_("; ")) if reasons else lazy_gettext("fits no topic")
    return Joined((joined, lazy_gettext(".")), "")


def of_terms(terms: Sequence[Term]) -> list[Message]:
    """List the reasons in a topic's score for a paper that is in no list."""
    return [*_words(terms), *_neighbours(terms)] or [*_alike(terms)]


def _words(terms: Sequence[Term]) -> Iterator[Message]:
    title, abstract = (names_of(terms, kind) for kind in ("title", "abstract"))
    if both := [word for word in title if word in abstract]:
        yield lazy_gettext("{words} in title and abstract", words=_quoted(both))
    if words := [word for word in title if word not in abstract]:
        yield lazy_gettext("{words} in the title", words=_quoted(words))
    if scattered := names_of(terms, "scattered"):
        yield lazy_gettext("the words of {words} in the title", words=_quoted(scattered))
    if words := [word for word in abstract if word not in title]:
        yield lazy_gettext("{words} in the abstract", words=_quoted(words))
    telling = _learned(terms, LEAST_TELLING)
    if telling and not title and not abstract:
        yield lazy_gettext("{words}, as in other papers of this topic", words=_quoted(telling))
    if authors := names_of((t for t in terms if t.value >= AUTHOR), "author")[:1]:
        yield lazy_gettext("by {name}, who writes on this topic", name=authors[0])


def _alike(terms: Sequence[Term]) -> Iterator[Message]:
    """Write what a paper shares with its topic's papers, where nothing else speaks for it: its
    class, or words of little weight."""
    classes = names_of((t for t in terms if t.value >= A_CLASS), "category")
    if classes:
        yield lazy_gettext("in {what}, like other papers of this topic", what=classes[0])
    elif words := _learned(terms, 0.0):
        yield lazy_gettext("{words}, as in other papers of this topic", words=_quoted(words))


def _learned(terms: Sequence[Term], least: float) -> list[str]:
    """Choose the weightiest learned words; numbers mean nothing to a person."""
    words = names_of((t for t in terms if t.value >= least), "learned")
    return [word for word in words if not word.isdecimal()][:MOST_WORDS]


_NEIGHBOURS = {
    "note": N_("similar to your note on “{what}”"),
    "seed": N_("similar to your seed “{what}”"),
    "paper": N_("similar to “{what}”, which you filed"),
    "nearness": N_("closer to {what} than most papers of the day"),
    "left": N_("from {what}, a topic that you have not read for a while"),
}


def _neighbours(terms: Sequence[Term]) -> Iterator[Message]:
    for kind, key in _NEIGHBOURS.items():
        for what in names_of(terms, kind):
            yield lazy_gettext(key, what=what)


_FORETOLD = {
    "record": N_("earlier papers of its authors were talked about"),
    "text": N_("its text is like that of papers that were talked about"),
    "place": N_("it was submitted shortly before arXiv's daily deadline"),
}


def _foretold(terms: Sequence[Term]) -> Iterator[Message]:
    """Write that nobody has spoken of a paper yet, and why somebody is likely to."""
    if not any(t.kind in FORETELLS for t in terms):
        return
    yield lazy_gettext("not talked about yet")
    # `heat` has multiplied the terms of the forecast by FORECAST already.
    found = [t for t in terms if t.kind in FORETELLS and t.value >= FORECAST * A_REASON]
    for term in sorted(found, key=lambda t: -t.value)[:MOST_FORETELLING]:
        if term.kind != "record" or term.what:  # else no paper of theirs was talked about
            yield lazy_gettext(_FORETOLD[term.kind])


def _talk(candidate: Candidate, terms: Sequence[Term]) -> Iterator[Message]:
    if candidate.was_foretold:
        yield lazy_gettext("shown before, when it was not talked about yet")
    # Each person once, however their name is written, the weightiest first.
    names: dict[str, str] = {}
    for mention in candidate.mentions:
        names.setdefault(mention.author.casefold(), mention.author)
    weights = {
        t.what.casefold(): t.value for t in candidate.heat if t.kind in ("mention", "repost")
    }
    people = [names[name] for name in sorted(names, key=lambda n: -weights.get(n, 0.0))]
    if people:
        listed = Joined(tuple(people[:2]))
        key = (
            N_("mentioned by {people} and {n} more")
            if len(people) > 2
            else N_("mentioned by {people}")
        )
        yield lazy_gettext(key, people=listed, n=len(people) - 2)
    if candidate.n_votes and names_of(terms, "votes"):
        yield lazy_ngettext("{n} up-vote", "{n} up-votes", candidate.n_votes)
    n, months = candidate.n_citations, candidate.n_months
    if n and velocity(n, months) >= MUCH_CITED:
        yield (
            lazy_ngettext(
                "cited {n} time in {months} months",
                "cited {n} times in {months} months",
                n,
                months=months,
            )
            if months != 1
            else lazy_ngettext(
                "cited {n} time in its first month", "cited {n} times in its first month", n
            )
        )


def _quoted(words: Iterable[str]) -> Joined:
    return Joined(tuple(lazy_gettext("“{what}”", what=word) for word in words))
