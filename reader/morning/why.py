"""Explain the place of one paper: why it stands there, by how much, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from reader.base.messages import Text
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows.decisions import Kind
from reader.morning import rows as history
from reader.morning.lanes import followed_term, lanes
from reader.morning.rank import Judges, as_printed, judges, rank_new
from reader.morning.today import Day, DayPapers, candidates, day_of, day_papers, first_day
from reader.morning.values import Candidate, Entry, Lanes, PastDecision, by_lane
from reader.ranking.events import Event, features, liked
from reader.ranking.heat import closeness_of, near_score
from reader.ranking.learn import (
    Alike,
    FitTopic,
    PaperFeatures,
    alike,
    as_if_decided,
    events_of,
    fit_one,
    folder_of,
    lessons,
    needs_learning,
)
from reader.ranking.model import (
    LEARNED,
    TASTE,
    ListLane,
    Place,
    Rank,
    Term,
    TopicModel,
    is_bare,
    judge,
    levelled,
    place_of,
    placing,
    surely_term,
    taste_of,
    total,
)
from reader.ranking.rows import standings
from reader.ranking.topic import Mute

MOST_CHANGES = 3

Key = TypeVar("Key")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A score as it would be without one of its terms, or with another decision.

    kind: "without" the term `what`; "more": one more person who mentions the paper; "now":
    ranked anew; "pick", "skip": that decision; "undecided": the one that stands taken back.
    place: where the paper would stand for its topic; position: in the near lane, from 1; None
    where that is not asked. cut: the topic's then, None in the near lane: what is decided for
    one topic moves scores and cuts of all others alike, so only the distance to the cut tells
    anything. is_bare: it would stand by what was learned alone, which has a cut of its own.
    """

    kind: str
    what: str
    score: float
    place: Place | None = None
    position: int | None = None
    cut: float | None = None
    is_bare: bool = False


def without_terms(rank: Rank, model: TopicModel) -> Iterator[ScoreChange]:
    """Remove each of the weightiest terms; those that would move the paper come first."""
    weighty = sorted((t for t in rank.terms if t.value), key=lambda t: -abs(t.value))
    moving: list[ScoreChange] = []
    others: list[ScoreChange] = []
    for term in weighty:
        if term.kind in ("start", "surely", "taste"):
            continue
        rest = _without(rank.terms, term, model)
        place = _place(place_of(rest, model), rest)
        found = others if place == rank.place else moving
        if len(found) < MOST_CHANGES:  # a paper has a hundred terms
            what = f"{term.kind}\t{term.what}"
            cut, score = model.cut + taste_of(rest), total(rest)
            found.append(ScoreChange("without", what, score, place, cut=cut, is_bare=is_bare(rest)))
        # Sorted by weight: what comes now moves less.
        if len(moving) == MOST_CHANGES:
            break
    yield from [*moving, *others][:MOST_CHANGES]


def _without(terms: Sequence[Term], term: Term, model: TopicModel) -> list[Term]:
    """Remove one term; the topic's own words, or a followed author, may lift the rest."""
    # With a learned term goes what it adds to the taste.
    gone = TASTE * term.value if term.kind in LEARNED else 0.0
    rest = [
        replace(t, value=t.value - gone) if t.kind == "taste" else t
        for t in terms
        if t is not term and t.kind not in ("followed", "surely")
    ]
    if model.is_own and (surely := surely_term(rest, placing(rest), model.cut)):
        rest.append(surely)
    # As in the list: a followed author comes on top of all else.
    followed = (t.what for t in terms if t.kind == "followed" and t is not term)
    cut = model.cut + taste_of(rest)
    return [*rest, *(followed_term(name, rest, cut) for name in followed)]


def with_other_talk(
    candidate: Candidate, closeness_rank: Rank | None, others: Sequence[float]
) -> Iterator[ScoreChange]:
    """Remove each of the weightiest voices, and add one more.

    others: the scores of the other papers that were found for the near lane.
    """
    closeness = closeness_of(closeness_rank.margin) if closeness_rank else 0.0

    def changed(kind: str, what: str, heat: Sequence[Term]) -> ScoreChange:
        score = total(near_score(heat, candidate.forecast, closeness, n_days=candidate.n_days))
        return ScoreChange(kind, what, score, position=1 + sum(o > score for o in others))

    talked = [t for t in candidate.heat if t.kind != "class" and t.value > 0]
    for term in sorted(talked, key=lambda t: -t.value)[: MOST_CHANGES - 1]:
        rest = [t for t in candidate.heat if t is not term]
        yield changed("without", f"{term.kind}\t{term.what}", rest)
    yield changed("more", "", [*candidate.heat, Term("mention", "", 1.0)])


DECISIONS: tuple[Kind, ...] = ("pick", "skip")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The place of a paper, and the reasons.

    lane, day: of the list that has it; None for none, and then `terms` is the sum of the topic
    that it fits best. position, n_shown: its place among those of its lane; n_found: how
    many there were before the lane's cap. place, cut: as of `topic`, None in the near lane
    and for a wild card, which have no cut.
    ranks: its rank in each topic. sentence: as in the list; empty where it is in none.
    is_foretold: in the near lane, and nobody has spoken of it yet.
    past: the decision that stands, with the line shown then. alike: the number of chosen papers
    that have the same words. muted_by: the mutes that hide it.
    by, found: the models and the list as they were read, for `changes`.
    """

    paper: LibraryPaper
    lane: ListLane | None
    day: date | None
    topic: str | None
    terms: tuple[Term, ...]
    score: float
    cut: float | None
    place: Place | None
    position: int | None
    n_shown: int
    n_found: int
    sentence: Text
    ranks: tuple[Rank, ...]
    by: Judges
    found: InList | None
    is_foretold: bool = False
    past: PastDecision | None = None
    alike: Alike | None = None
    muted_by: tuple[Mute, ...] = ()


@dataclass(frozen=True, slots=True)
class InList:
    """A paper in the lane that shows it; n_found: papers found for that lane, before its cap;
    several: the whole list's, of a paper in near."""

    lane: ListLane
    day: Day
    entry: Entry
    candidate: Candidate
    entries: Sequence[Entry]
    n_found: int
    several: Sequence[Candidate] = ()


Dates = tuple[date, date]
"""The first and the last day of a list."""

MOST_LISTS = 8


Listed = tuple[list[Candidate], Lanes]
"""The candidates of a list, and their lanes."""


@dataclass(slots=True)
class ListCache:
    """The lists of days as made for one paper, to explain others too until something is written.

    of_day: papers that may be in a list. made: those lists that had an explained paper, whole
    or of papers for the own lanes alone.
    """

    of_day: dict[Dates, DayPapers] = field(default_factory=dict)
    made: dict[tuple[Dates, bool], Listed] = field(default_factory=dict)

    def list_with(self, library: Library, day: Day, row: int) -> Listed | None:
        """Return a day's list if it may have a paper, at least with the whole lane of that paper;
        most days have not, and are not listed."""
        key = (day.first, day.last)
        if (of_day := self.of_day.get(key)) is None:
            of_day = day_papers(library, day, rank_new(library, day.last))
            _add(self.of_day, key, of_day)
        if row not in of_day.news:
            return None
        if found := self.made.get((key, False)):
            return found
        is_own = False
        if row not in day.kept or day.kept[row].lane in ("own", "doubtful"):
            # No other paper brings one into a lane, so one that alone is in none needs no more.
            alone = _listed(library, day, replace(of_day, news={row: None}))
            if not any(by_lane(alone[1]).values()):
                return alone
            is_own = bool(alone[1].own or alone[1].doubtful)
        if (found := self.made.get((key, is_own))) is None:
            found = _listed(library, day, of_day, is_own=is_own)
            _add(self.made, (key, is_own), found)
        return found


def _listed(library: Library, day: Day, of_day: DayPapers, *, is_own: bool = False) -> Listed:
    # Nobody sees this list: nothing is kept for it.
    several = candidates(library, day, of_day, is_own=is_own, may_keep=False)
    return several, lanes(several, library.config, day.kept)


def _add(known: dict[Key, Made], key: Key, value: Made) -> None:
    if len(known) >= MOST_LISTS:
        known.clear()
    known[key] = value


def explain(
    library: Library,
    paper: LibraryPaper,
    *,
    with_alike: bool = True,
    lists: ListCache | None = None,
) -> Explanation:
    """Explain one paper as today's list has it, else the last list that showed it, else that
    of the day of its arrival.

    A paper of the near lane is explained by the near lane's sum and by no topic's.
    with_alike: look for chosen papers that are like it, for the sentence.
    lists: of the same day and state of the library; None where no other paper is explained.
    """
    found, muted_by = _find(library, paper, lists or ListCache())
    by = judges(library)
    ranks = _ranks(library, paper, by)
    own = {topic.path for topic in library.config.own_topics}
    # An own topic explains best; a paper of none is explained by the nearest of the others.
    best = max([r for r in ranks if r.topic in own] or ranks, key=lambda r: r.standing)
    terms = found.entry.terms if found else best.terms
    is_by_talk = found is not None and found.lane in ("near", "wild")
    place: Place | None = best.place
    if found and found.candidate.followed:
        place = "in"
    return Explanation(
        paper=paper,
        lane=found.lane if found else None,
        day=found.day.last if found else None,
        topic=found.entry.topic if found and is_by_talk else best.topic,
        terms=terms,
        score=total(terms),
        cut=None if is_by_talk else best.cut,
        place=None if is_by_talk else place,
        position=1 + list(found.entries).index(found.entry) if found else None,
        n_shown=len(found.entries) if found else 0,
        n_found=found.n_found if found else 0,
        sentence=found.entry.why if found else "",
        is_foretold=found is not None and found.entry.is_foretold,
        ranks=tuple(ranks),
        by=by,
        found=found,
        past=history.past_decision(library.db, paper.row),
        alike=(alike(library, paper, best.topic, terms) if with_alike and not is_by_talk else None),
        muted_by=muted_by,
    )


def _find(
    library: Library, paper: LibraryPaper, cache: ListCache
) -> tuple[InList | None, tuple[Mute, ...]]:
    """Look for a paper in today's list, folded or not, then in the last one that showed it, then
    in that of its own day; or for the mutes that hide it there."""
    row, today = paper.row, library.today()
    # The folded list first: it is what the person sees.
    lists = [day_of(library, today)]
    if first := first_day(library, today):
        lists.insert(0, day_of(library, today, first=first))
    # Talked about later than it came, it was shown on neither of the two other days.
    before = standings.last_shown(library.db, row, today)
    days = dict.fromkeys(day for day in (before, paper.arrived_on) if day and day < today)
    lists += [day_of(library, day) for day in days]
    for day in lists:
        if (made := cache.list_with(library, day, row)) is None:
            continue
        several, listed = made
        for lane, entries in by_lane(listed).items():
            for entry in (one for one in entries if one.paper.row == row):
                [mine] = [one for one in several if one.paper.row == row]
                if lane != "near":
                    return InList(lane, day, entry, mine, entries, len(entries)), ()
                return InList(lane, day, entry, mine, entries, listed.n_talked, several), ()
        for entry in (one for one in listed.muted if one.paper.row == row):
            return None, entry.muted_by
    return None, ()


def _ranks(library: Library, paper: LibraryPaper, by: Judges) -> list[Rank]:
    """Read a paper's ranks in all topics: as it was ranked, else as it would be now."""
    kept = {r.topic: r for r in standings.kept_ranks(library.db, [paper.row]).get(paper.row, [])}
    own = features(paper.record)
    ranks = []
    for path, model in by.models.items():
        known = kept.get(path)
        if known is None or not known.terms:
            above = known.nearness if known else None
            known = judge(paper.record, own, model, nearness=above)
            known = replace(known, terms=as_printed(known.terms, paper.record))
        ranks.append(replace(known, place=_place(known.place, known.terms)))
    return standings.with_words(library.db, {paper.row: ranks}, [paper.row])[paper.row]


def changes(library: Library, explained: Explanation, fit: FitTopic) -> Iterator[ScoreChange]:
    """Compute what would change the place of a paper, the quick answers first.

    fit: as in `after_decisions`.
    """
    yield from without_each(library, explained)
    yield from after_decisions(library, explained, fit)


def without_each(library: Library, explained: Explanation) -> Iterator[ScoreChange]:
    """Remove the weightiest reasons for a paper's place, each by itself; fits no model."""
    found = explained.found
    rank = _rank_of(explained)
    if rank is not None:
        # By the cut of the sum that is shown: models may have learned since.
        model = explained.by.models[rank.topic]
        cut = rank.cut - taste_of(rank.terms)
        model = replace(model, cut=cut, bare_cut=model.bare_cut + cut - model.cut)
        yield from without_terms(rank, model)
    elif found is not None and found.lane == "near":
        near = {topic.path for topic in library.config.near_topics}
        several = (r for r in found.candidate.ranks if r.topic in near)
        closest = max(several, key=lambda r: r.margin, default=None)
        # Without the cap, to say where a paper stands among all that were found.
        wide = lanes(found.several, replace(library.config, minutes=10**6), found.day.kept)
        others = [e.score for e in wide.near if e.paper.row != explained.paper.row]
        yield from with_other_talk(found.candidate, closest, others)


def after_decisions(
    library: Library, explained: Explanation, fit: FitTopic
) -> Iterator[ScoreChange]:
    """Judge a paper as if its topic had learned from another decision on it.

    fit: fits a topic's model, seconds in a large library: once for each decision, and not at
    all for what stands by the talk about it.
    """
    rank, paper, by = _rank_of(explained), explained.paper, explained.by
    events = events_of(library)
    now = lessons(library, events)
    topic = next((t for t in now.topics if rank and t.path == rank.topic), None)
    if rank is None or topic is None:
        return
    rest = [event for event in events if event.paper != paper.row]
    after: list[tuple[str, list[Event]]] = [("undecided", rest)]
    # Without an act on it both decisions are tried; else what taking the act back would change.
    # A pick would be filed, a skip stays where it is.
    if len(rest) == len(events):
        filed = {"pick": paper.topic or folder_of(library, paper), "skip": paper.topic or ""}
        after = [
            (kind, [*events, as_if_decided(library, paper.row, kind, filed=filed[kind])])
            for kind in DECISIONS
        ]
    texts = PaperFeatures(library, [paper.row])
    own = texts.features(paper.row)
    followed = [term.what for term in rank.terms if term.kind == "followed"]
    # What is shown may be older than the last decisions: their effect must not look like that of
    # the next one.
    is_behind = needs_learning(library, now, topic)
    # A decision fits the model of its topic alone; of the others only the likes are counted anew.
    for kind, given in [("now", events), *after]:
        taught = lessons(library, given)
        models = dict(by.models)
        for path in models.keys() & taught.labels.keys():
            labels = taught.labels[path]
            if path != topic.path:
                models[path] = replace(models[path], liked=liked(labels))
            elif is_behind or labels != now.labels[path]:
                texts.add(library, [*now.background, *(label.paper for label in labels)])
                models[path] = fit_one(fit, texts, taught, topic, labels)
        model = levelled(models)[topic.path]
        terms = judge(paper.record, own, model, nearness=rank.nearness).terms
        cut = model.cut + taste_of(terms)
        terms += tuple(followed_term(name, terms, cut) for name in followed)
        place = _place(place_of(terms, model), terms)
        then = ScoreChange(kind, "", total(terms), place, cut=cut, is_bare=is_bare(terms))
        if kind != "now" or not _is_as_shown(then, rank):
            yield then


def _is_as_shown(now: ScoreChange, rank: Rank) -> bool:
    """Check whether a paper ranked anew stands as before, to a thousandth, as it is shown."""
    if (now.place, now.is_bare) != (rank.place, is_bare(rank.terms)) or now.cut is None:
        return False
    return now.is_bare or abs(now.score - now.cut - (rank.score - rank.cut)) < 0.001


def _rank_of(explained: Explanation) -> Rank | None:
    """Choose the rank that decides where a paper stands; None where the talk about it does."""
    if explained.place is None:
        return None
    rank = next(r for r in explained.ranks if r.topic == explained.topic)
    return replace(rank, terms=explained.terms, score=explained.score, place=explained.place)


def _place(place: Place, terms: Sequence[Term]) -> Place:
    """Return a paper's place; without a term that speaks for it, it is out however near the cut."""
    return place if any(t.value > 0 for t in terms) else "out"
