"""Sort a day's papers into the lanes of its list. Pure: the same papers, the same list.

The own lane holds everything that belongs to an own topic or is by a followed person; below
it stand a few doubtful ones. The near lane has what people talk about or cite much, and in
places that this leaves a few new papers that they are likely to talk about; one wild card is
talked about and far from everything known. What a list of the same day showed keeps its
place. Nothing is dropped without being counted.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from reader.base.messages import say
from reader.library.config import Config, Lane
from reader.morning.texts import why
from reader.morning.values import Candidate, Entry, FoldedDays, Morning, Sureness
from reader.ranking.heat import (
    N_FORETOLD,
    caught,
    closeness_of,
    is_hot,
    is_likely,
    near_score,
    wild_score,
)
from reader.ranking.model import ABSTRACT_WORD
from reader.ranking.rank import ListPlace, Rank, Shelf, Term, Words, total

NEAR_MINUTES = 3
"""One near paper for each three minutes of the time budget: ten in thirty minutes."""

N_DOUBTFUL = 5
"""Papers below the cut that are shown: a decision on them teaches most."""

SURE = 2.2
"""How far above the cut a paper is surely of its topic: nine in ten, as log-odds."""

CLOSE = 1.0
"""Own topics whose margins lie no farther apart are both named."""

FOLLOWED_ADDS = 1.0
"""What a followed author adds, as does a topic's word in the title; as much more as it takes
to bring the paper in."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """A day's list. n_talked: papers found for the near lane, before its cap."""

    own: tuple[Entry, ...] = ()
    doubtful: tuple[Entry, ...] = ()
    near: tuple[Entry, ...] = ()
    wild: Entry | None = None
    n_talked: int = 0


def lanes(
    candidates: Iterable[Candidate], config: Config, kept: Mapping[int, ListPlace] | None = None
) -> Lanes:
    """Sort a day's candidates.

    kept: by row, where a list of this day showed a paper before; it stays there, and what
    came since follows it.
    """
    kept = kept or {}
    own, below, close, far = [], [], [], []
    again: set[int] = set()
    margins: dict[int, float] = {}
    likings: dict[int, float] = {}
    reasons: Reasons = {}
    for candidate in candidates:
        row = candidate.held.row
        if candidate.was_foretold:
            again.add(row)
        shelf = _shelf(candidate, config, kept.get(row))
        if shelf is None:
            continue
        entry, terms = _ENTRIES[shelf](candidate, config)
        reasons[row] = candidate, terms
        if shelf in ("own", "doubtful") and not entry.is_sorted_out:
            entry = replace(entry, sureness=_sureness(candidate, shelf, config))
        if shelf == "own":
            own.append(entry)
            likings[row] = _liking(entry, candidate, config)
        elif shelf == "doubtful":
            below.append(entry)
            margins[row] = _margin(candidate, config)
        elif shelf == "near":
            close.append(entry)
        else:
            far.append((entry, candidate))
    wild, others = _card(far, kept)
    # What else the person's own timeline pointed at follows the near topics.
    for candidate in others:
        if candidate.mentions:
            entry, terms = _near(candidate, config)
            reasons[candidate.held.row] = candidate, terms
            close.append(entry)
    cap = max(1, config.minutes // NEAR_MINUTES)
    return Lanes(
        own=_told(_in_order(own, "own", kept, likings), reasons),
        doubtful=_told(_in_order(below, "doubtful", kept, margins)[:N_DOUBTFUL], reasons),
        near=_told(_cut(close, again, kept, cap), reasons),
        wild=next(iter(_told([wild] if wild else [], reasons)), None),
        n_talked=sum(not entry.is_foretold for entry in close),
    )


Reasons = dict[int, tuple[Candidate, Sequence[Term]]]
"""By row, what the sentence about a paper is made of."""


def _told(entries: Iterable[Entry], reasons: Reasons) -> tuple[Entry, ...]:
    """Let the lines say why: of a hundred that are found only those that are shown."""
    return tuple(replace(e, why=why(*reasons[e.held.row])) for e in entries)


def _cut(
    entries: Iterable[Entry], again: Container[int], kept: Mapping[int, ListPlace], cap: int
) -> list[Entry]:
    """Choose the near lane: what it showed before, then what is best of the rest."""
    there: list[Entry] = []
    fresh: list[Entry] = []
    for entry in _in_order(entries, "near", kept):
        before = kept.get(entry.held.row)
        (there if before and before.shelf == "near" else fresh).append(entry)
    talked = {e.held.row: e.score for e in fresh if not e.is_foretold}
    rows = caught(
        {row: score for row, score in talked.items() if row not in again},
        {e.held.row: e.score for e in fresh if e.is_foretold},
        {row: score for row, score in talked.items() if row in again},
        cap=cap - len(there),
        n_foretold=N_FORETOLD - sum(e.is_foretold for e in there),
    )
    found = {e.held.row: e for e in fresh}
    return [*there, *(found[row] for row in rows)][:cap]


def _shelf(candidate: Candidate, config: Config, kept: ListPlace | None) -> Shelf | None:
    """Tell where a paper stands; None: nowhere."""
    if kept and not _has_moved(candidate, config, kept.shelf):
        return kept.shelf
    own = _best(candidate.ranks, {t.path for t in config.own_topics})
    if candidate.followed or (own and own.place == "in"):
        return "own"
    is_talked = total(candidate.heat) > 0 and not candidate.was_shown
    near = _best(candidate.ranks, {t.path for t in config.near_topics})
    is_near = near is not None and near.place == "in"
    if is_talked and is_near:
        return "near"
    if own and own.place == "doubtful" and candidate.is_new and _speaks(own):
        return "doubtful"
    if is_near and _may_be_foretold(candidate):
        return "near"
    is_said = candidate.mentions or candidate.n_votes
    return "wild" if is_talked and is_said else None


def _has_moved(candidate: Candidate, config: Config, shelf: Shelf) -> bool:
    """Tell whether the person's word took a paper from where a list of this day showed it.

    What they sorted out stays as skipped, so that the list does not jump.
    """
    of = {"own": config.own_topics, "doubtful": config.own_topics, "near": config.near_topics}
    own = told_of(candidate.ranks, {t.path for t in config.own_topics})
    here = told_of(candidate.ranks, {t.path for t in of.get(shelf, ())})
    is_undecided = candidate.held.state == "candidate" and not candidate.followed
    return (own.is_brought and shelf != "own") or (here.is_sent_away and is_undecided)


Found = tuple[Entry, Sequence[Term]]
"""A line that does not say why yet, and the terms that its sentence is made of."""


def _own(candidate: Candidate, config: Config) -> Found:
    found = _best(candidate.ranks, {t.path for t in config.own_topics})
    terms = list(found.terms if found else ())
    if candidate.followed:
        terms.append(followed_term(candidate.followed, terms, found.cut if found else 0.0))
    topic = found.topic if found and found.place != "out" and _speaks(found) else None
    told = told_of(candidate.ranks, {t.path for t in config.own_topics})
    is_out = told.is_sent_away and not candidate.followed
    entry = _entry(candidate, terms, "own", topic)
    return replace(entry, is_sorted_out=is_out, also=_also(candidate, found, config)), terms


def _also(candidate: Candidate, found: Rank | None, config: Config) -> tuple[str, ...]:
    """List the other own topics that a paper belongs to nearly as surely; none where the person
    said which it is."""
    if found is None or found.place != "in" or candidate.held.topic or _is_told(found):
        return ()
    paths = {t.path for t in config.own_topics} - {found.topic}
    return tuple(
        r.topic
        for r in candidate.ranks
        if r.topic in paths and r.place == "in" and found.margin - r.margin <= CLOSE
    )


def _sureness(candidate: Candidate, shelf: Shelf, config: Config) -> Sureness:
    """Tell how surely a paper of the own lane, or below it, belongs there."""
    if shelf == "doubtful":
        return "maybe"
    found = _best(candidate.ranks, {t.path for t in config.own_topics})
    is_followed = bool(candidate.followed) and candidate.is_followed_surely
    if is_followed:
        return "sure"
    is_in = found is not None and found.place == "in"
    return "sure" if found and is_in and (found.margin >= SURE or _is_told(found)) else "likely"


def _is_told(rank: Rank) -> bool:
    return any(term.kind == "told_yes" for term in rank.terms)


def followed_term(name: str, terms: Sequence[Term], cut: float) -> Term:
    """Give what a followed author adds to the other terms of a topic: the paper is always in."""
    # A hundredth, since sums of decimals may end just below the cut.
    return Term("followed", name, max(FOLLOWED_ADDS, cut - total(terms) + 0.01))


def _near(candidate: Candidate, config: Config) -> Found:
    near = {t.path for t in config.near_topics}
    found = _best(candidate.ranks, near)
    closeness = closeness_of(found.margin) if found else 0.0
    terms = near_score(candidate.heat, candidate.forecast, closeness, n_days=candidate.n_days)
    named = [replace(t, what=found.topic) if found and t.kind == "closeness" else t for t in terms]
    of = _best((r for r in candidate.ranks if _is_of(r, candidate.settled)), near)
    topic, reasons = (of.topic, of.terms) if of else (None, ())
    entry = _entry(candidate, named, "near", topic, is_foretold=_is_silent(candidate))
    return entry, [*reasons, *terms]


def _is_of(rank: Rank, settled: Container[str]) -> bool:
    """Tell whether a paper may be called one of a near topic: the topic's words stand in its
    title, at the beginning or in several sentences of its abstract, or the model that takes it
    in was taught by many decisions. A near topic takes in what only mentions it, too."""
    in_title = any(t.kind in ("title", "scattered") for t in rank.terms)
    in_abstract = math.fsum(t.value for t in rank.terms if t.kind == "abstract")
    has_words = in_title or in_abstract > ABSTRACT_WORD
    return rank.place == "in" and (has_words or rank.topic in settled)


def _wild(candidate: Candidate, config: Config) -> Found:
    known = {t.path for t in config.topics}
    found = _best(candidate.ranks, known)
    left = next((r.topic for r in candidate.ranks if r.topic not in known and r.place == "in"), "")
    closeness = closeness_of(found.margin) if found else 0.0
    terms = wild_score(
        candidate.heat, candidate.forecast, closeness, left=left, n_days=candidate.n_days
    )
    return _entry(candidate, terms, None, None), terms


_ENTRIES = {"own": _own, "doubtful": _own, "near": _near, "wild": _wild}


def _may_be_foretold(candidate: Candidate) -> bool:
    """Tell whether a near paper that nobody spoke of is here for the first time, and likely to
    be talked about."""
    is_first = candidate.is_new and not candidate.was_shown and not candidate.was_foretold
    return is_first and _is_silent(candidate) and is_likely(candidate.forecast)


def _is_silent(candidate: Candidate) -> bool:
    return total(candidate.heat) <= 0


def _speaks(rank: Rank) -> bool:
    """Tell whether anything speaks for a paper: what every paper has does not."""
    return any(t.value > 0 for t in rank.terms)


def _entry(
    candidate: Candidate,
    terms: Sequence[Term],
    lane: Lane | None,
    topic: str | None,
    *,
    is_foretold: bool = False,
) -> Entry:
    return Entry(
        held=candidate.held,
        lane=lane,
        topic=topic,
        score=round(total(terms), 4),
        why="",
        mentions=candidate.mentions,
        origins=candidate.origins,
        n_citations=candidate.n_citations,
        n_months=candidate.n_months,
        terms=tuple(sorted(terms, key=lambda t: -abs(t.value))),
        is_foretold=is_foretold,
        n_votes=candidate.n_votes,
    )


def _best(ranks: Iterable[Rank], topics: set[str]) -> Rank | None:
    """Choose the topic that a paper fits best: in before doubtful, then by the margin."""
    return max((r for r in ranks if r.topic in topics), key=lambda r: r.standing, default=None)


def _card(
    far: Sequence[tuple[Entry, Candidate]], kept: Mapping[int, ListPlace]
) -> tuple[Entry | None, list[Candidate]]:
    """Choose the wild card, none where nothing far is hot; gives the rest too."""
    fit = [f for f in far if f[0].held.row in kept or is_hot(f[1].heat)]
    card = min(
        (entry for entry, _ in fit),
        key=lambda entry: (entry.held.row not in kept, *_best_first(entry)),
        default=None,
    )
    return card, [candidate for entry, candidate in far if entry is not card]


def _margin(candidate: Candidate, config: Config) -> float:
    """Tell how far above the cut of its best own topic a paper stands."""
    found = _best(candidate.ranks, {t.path for t in config.own_topics})
    return found.margin if found else 0.0


def _liking(entry: Entry, candidate: Candidate, config: Config) -> float:
    """Return how much a paper of the own lane would be liked: its score in the topic that it stands
    under, or a higher one of another own topic that it is in as well."""
    own = {topic.path for topic in config.own_topics}
    others = (r.score for r in candidate.ranks if r.topic in own and r.place == "in")
    return max([entry.score, *others])


def _in_order(
    entries: Iterable[Entry],
    shelf: Shelf,
    kept: Mapping[int, ListPlace],
    instead: Mapping[int, float] | None = None,
) -> list[Entry]:
    """Put what was shown where it was, and the rest behind it, best first.

    instead: by row, what goes for best in place of the score.
    """

    def place(entry: Entry) -> tuple[bool, int, float, str]:
        before = kept.get(entry.held.row)
        is_there = before is not None and before.shelf == shelf
        position = before.position if before and is_there else 0
        score, id_ = _best_first(entry)
        return not is_there, position, -instead[entry.held.row] if instead else score, id_

    return sorted(entries, key=place)


def _best_first(entry: Entry) -> tuple[float, str]:
    return -entry.score, entry.held.paper.id


@dataclass(frozen=True, slots=True)
class ToldTopics:
    """What the words on one paper make of the topics of a lane.

    is_sent_away: it was said not to be of a topic that it would stand in, and is of none.
    """

    is_sent_away: bool
    is_brought: bool


def told_of(ranks: Iterable[Rank], topics: Container[str]) -> ToldTopics:
    """Tell whether a person's word sends a paper away from some topics, or brings it in."""
    own = [rank for rank in ranks if rank.topic in topics]
    said = {term.kind for rank in own for term in rank.terms}
    is_away = "told_no" in said and not any(rank.place == "in" for rank in own)
    return ToldTopics(is_away, "told_yes" in said)


def relisted(shown: Morning, told: Mapping[int, Words], own: Container[str]) -> Morning:
    """Give a list that is open with what was said of its papers since, by row.

    A paper of another own topic goes to the end of the own lane, where it is not there yet;
    what is of no topic any more stays where it is, so that the list does not jump.
    own: the paths of the own topics.
    """
    if not told:
        return shown
    if shown.folded:
        return replace(shown, folded=_relisted(shown.folded, told, own))
    return _relisted(shown, told, own)


Listed = TypeVar("Listed", Morning, FoldedDays)


def _relisted(listed: Listed, told: Mapping[int, Words], own: Container[str]) -> Listed:
    brought: list[Entry] = []

    def rest(lane: Iterable[Entry]) -> tuple[Entry, ...]:
        kept: list[Entry] = []
        for entry in lane:
            now = entry_now(entry, told.get(entry.held.row, {}), own)
            is_brought = now is not entry and now.topic in own
            (brought if is_brought else kept).append(now)
        return tuple(kept)

    mine: tuple[Entry, ...] = tuple(
        entry_now(entry, told.get(entry.held.row, {}), own) for entry in listed.own
    )
    below, near = rest(listed.doubtful), rest(listed.near)
    wild = rest([listed.wild] if listed.wild else [])
    return replace(
        listed, own=(*mine, *brought), doubtful=below, near=near, wild=next(iter(wild), None)
    )


def entry_now(entry: Entry, words: Words, own: Container[str]) -> Entry:
    """Give a line of a list that is open with what was said of its topics since."""
    yes = next((topic for topic, word in reversed([*words.items()]) if word == "yes"), None)
    is_wrong = words.get(entry.topic or "") == "no"
    if yes == entry.topic or not (is_wrong or (yes in own and entry.topic not in own)):
        return entry
    text = say("why.told_yes", what=yes) if yes else say("why.told_no", what=entry.topic)
    is_out = entry.topic in own and yes not in own
    return replace(
        entry,
        topic=yes,
        also=(),
        sureness="sure" if yes in own else None,
        why=text + say("why.end"),
        is_sorted_out=is_out,
    )
