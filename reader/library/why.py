"""Explain where one paper stands: the whole sum at once, what would change it on demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from reader.library.alike import Alike, alike
from reader.library.choose import folder_of
from reader.library.folder import Library
from reader.library.folding import first_day
from reader.library.listing import Day, candidates, day_of
from reader.paper import Held
from reader.relevance import Event, features, judge, levelled, liked, place_of
from reader.relevance.judging import Place, is_bare, taste_of
from reader.score import Term, total
from reader.stages.learn import Texts, as_if_decided, events_of, fit_one, lessons
from reader.stages.rank import Judges, as_printed, judges, rank_and_show
from reader.stages.tools import FitTopic
from reader.store import history, shown, standings
from reader.store.decisions import Kind
from reader.today import Candidate, Entry, Lanes, Rank, Shelf, lanes
from reader.today.changes import Change, with_other_talk, without_terms
from reader.today.lanes import followed_term
from reader.today.past import PastDecision

DECISIONS: tuple[Kind, ...] = ("pick", "skip")


@dataclass(frozen=True, slots=True)
class Explained:
    """Where a paper stands and why.

    shelf, day: in whose list it is; None: in none, and then `terms` is the sum of the topic
    that it fits best. position, n_shown: its place among those of its lane; n_found: how
    many there were before the lane's cap. place, cut: as of `topic`, None in the near lane
    and for a wild card, which have no cut.
    ranks: how it stands to each topic. sentence: as in the list; empty where it is in none.
    is_foretold: in the near lane, and nobody has spoken of it yet.
    past: the decision that stands, with what was shown then. alike: what else was chosen that
    has the same words.
    by, found: the models and the list as they were read, for `changes`.
    """

    held: Held
    shelf: Shelf | None
    day: date | None
    topic: str | None
    terms: tuple[Term, ...]
    score: float
    cut: float | None
    place: Place | None
    position: int | None
    n_shown: int
    n_found: int
    sentence: str
    ranks: tuple[Rank, ...]
    by: Judges
    found: InList | None
    is_foretold: bool = False
    past: PastDecision | None = None
    alike: Alike | None = None


@dataclass(frozen=True, slots=True)
class InList:
    """A paper in the lane that shows it; others: the scores of all else found for near."""

    shelf: Shelf
    day: Day
    entry: Entry
    candidate: Candidate
    shown: Lanes
    lane: Sequence[Entry]
    others: tuple[float, ...]


def explain(library: Library, held: Held, *, with_alike: bool = True) -> Explained:
    """Explain one paper as today's list has it, else the last list that showed it, else that
    of the day of its arrival.

    What stands in the near lane is explained by the near lane's sum and by no topic's.
    with_alike: look for what else was chosen that is like it, for the sentence.
    """
    found = _found(library, held)
    by = judges(library)
    ranks = _ranks(library, held, by)
    if found and found.shelf in ("near", "wild"):
        talk = _of_talk(held, found, by, ranks)
        return replace(talk, past=history.past_decision(library.db, held.row))
    own = {topic.path for topic in library.config.own_topics}
    mine = [r for r in ranks if r.topic in own] or list(ranks)
    best = max(mine, key=lambda r: r.standing)
    terms = found.entry.terms if found else best.terms
    rank = replace(best, terms=terms, score=total(terms))
    if found and found.candidate.followed:
        rank = replace(rank, place="in")
    position = 1 + list(found.lane).index(found.entry) if found else None
    return Explained(
        held=held,
        shelf=found.shelf if found else None,
        day=found.day.last if found else None,
        topic=rank.topic,
        terms=terms,
        score=rank.score,
        cut=rank.cut,
        place=rank.place,
        position=position,
        n_shown=len(found.lane) if found else 0,
        n_found=len(found.lane) if found else 0,
        sentence=found.entry.why if found else "",
        ranks=tuple(ranks),
        by=by,
        found=found,
        past=history.past_decision(library.db, held.row),
        alike=alike(library, held, rank.topic, terms) if with_alike else None,
    )


def changes(library: Library, explained: Explained, fit: FitTopic) -> Iterator[Change]:
    """Say what would change where a paper stands, the quick answers first.

    fit: as in `after_decisions`.
    """
    yield from without_each(library, explained)
    yield from after_decisions(library, explained, fit)


def without_each(library: Library, explained: Explained) -> Iterator[Change]:
    """Take the weightiest reasons for a paper's place away, each by itself; fits no model."""
    found = explained.found
    rank = _rank_of(explained)
    if rank is not None:
        # By the cut of the sum that is shown: models may have learned since.
        model = explained.by.models[rank.topic]
        cut = rank.cut - taste_of(rank.terms)
        model = replace(model, cut=cut, bare_cut=model.bare_cut + cut - model.cut)
        yield from without_terms(rank, model)
    elif found is not None and found.shelf == "near":
        near = {topic.path for topic in library.config.near_topics}
        several = (r for r in found.candidate.ranks if r.topic in near)
        closest = max(several, key=lambda r: r.margin, default=None)
        yield from with_other_talk(found.candidate, closest, found.others)


def after_decisions(library: Library, explained: Explained, fit: FitTopic) -> Iterator[Change]:
    """Say where a paper would stand once its topic has learned from a decision on it.

    fit: fits a topic's model, seconds in a large library: once for each decision, and not at
    all for what stands by the talk about it.
    """
    if (rank := _rank_of(explained)) is not None:
        yield from _decisions(library, explained.held, rank, explained.by, fit)


def _rank_of(explained: Explained) -> Rank | None:
    """Give the rank that decides where a paper stands; None where the talk about it does."""
    if explained.place is None:
        return None
    rank = next(r for r in explained.ranks if r.topic == explained.topic)
    return replace(rank, terms=explained.terms, score=explained.score, place=explained.place)


def _ranks(library: Library, held: Held, by: Judges) -> list[Rank]:
    """Give how a paper stands to all topics: as it was ranked, else as it would be now."""
    kept = {r.topic: r for r in standings.kept_ranks(library.db, [held.row]).get(held.row, [])}
    own = features(held.paper)
    ranks = []
    for path, model in by.models.items():
        known = kept.get(path)
        if known is None or not known.terms:
            above = known.nearness if known else None
            judged = judge(held.paper, own, model, nearness=above)
            terms = as_printed(judged.terms, held.paper)
            known = Rank(path, above, judged.place, judged.score, judged.cut, terms)
        ranks.append(replace(known, place=_place(known.place, known.terms)))
    return standings.with_words(library.db, {held.row: ranks}, [held.row])[held.row]


def _found(library: Library, held: Held) -> InList | None:
    """Look for a paper in today's list, folded or not, then in the last one that showed it, then
    in that of its own day."""
    today = library.today()
    lists = [day_of(library, today)]
    if first := first_day(library, today):
        lists.insert(0, day_of(library, today, first=first))
    # Talked about later than it came, it was shown on neither of the two other days.
    before = shown.last_shown(library.db, held.row, today)
    days = dict.fromkeys(day for day in (before, held.arrived_on) if day and day < today)
    lists += [day_of(library, day) for day in days]
    for day in lists:
        unsaved = rank_and_show(library, day.last)
        several = candidates(library, day, unsaved=unsaved, only_with=held.row)
        mine = [c for c in several if c.held.row == held.row]
        if mine and (found := _in_lanes(library, day, several, mine[0])):
            return found
    return None


def _in_lanes(
    library: Library, day: Day, several: Sequence[Candidate], mine: Candidate
) -> InList | None:
    found = lanes(several, library.config, day.kept)
    shelves: list[tuple[Shelf, Sequence[Entry]]] = [
        ("own", found.own), ("doubtful", found.doubtful), ("near", found.near),
        ("wild", [found.wild] if found.wild else []),
    ]  # fmt: skip
    row = mine.held.row
    for shelf, lane in shelves:
        for entry in lane:
            if entry.held.row == row:
                others: list[float] = []
                if shelf == "near":
                    # Without the cap, to say where a paper stands among all that were found.
                    wide = lanes(several, replace(library.config, minutes=10**6), day.kept)
                    others = [e.score for e in wide.near if e.held.row != row]
                return InList(shelf, day, entry, mine, found, lane, tuple(others))
    return None


def _of_talk(held: Held, found: InList, by: Judges, ranks: Sequence[Rank]) -> Explained:
    return Explained(
        held=held,
        shelf=found.shelf,
        day=found.day.last,
        topic=found.entry.topic,
        terms=found.entry.terms,
        score=total(found.entry.terms),
        cut=None,
        place=None,
        position=1 + list(found.lane).index(found.entry),
        n_shown=len(found.lane),
        n_found=found.shown.n_talked if found.shelf == "near" else 1,
        sentence=found.entry.why,
        is_foretold=found.entry.is_foretold,
        ranks=tuple(ranks),
        by=by,
        found=found,
    )


def _decisions(
    library: Library, held: Held, rank: Rank, by: Judges, fit: FitTopic
) -> Iterator[Change]:
    """Learn once more as if something else had been decided, and judge the paper by that."""
    events = events_of(library)
    now = lessons(library, events)
    topic = next((t for t in now.topics if t.path == rank.topic), None)
    if topic is None:
        return
    rest = [event for event in events if event.paper != held.row]
    several: list[tuple[str, list[Event]]] = [("undecided", rest)]
    if len(rest) == len(events):
        filed = {"pick": held.topic or folder_of(library, held), "skip": held.topic or ""}
        several = [
            (kind, [*events, as_if_decided(library, held.row, kind, filed=filed[kind])])
            for kind in DECISIONS
        ]
    texts = Texts(library, [held.row])
    own = texts.features(held.row)
    followed = [term.what for term in rank.terms if term.kind == "followed"]
    for kind, given in several:
        then = lessons(library, given)
        models = dict(by.models)
        for path in models.keys() & then.labels.keys():
            labels = then.labels[path]
            if path != topic.path:
                models[path] = replace(models[path], liked=liked(labels))
            elif labels != now.labels[path]:
                texts.add(library, [*now.background, *(label.paper for label in labels)])
                models[path] = fit_one(fit, texts, then, topic, labels)
        model = levelled(models)[topic.path]
        terms = judge(held.paper, own, model, nearness=rank.nearness).terms
        cut = model.cut + taste_of(terms)
        terms += tuple(followed_term(name, terms, cut) for name in followed)
        place = _place(place_of(terms, model), terms)
        yield Change(kind, "", total(terms), place, cut=cut, is_bare=is_bare(terms))


def _place(place: Place, terms: Sequence[Term]) -> Place:
    """Give a paper's place: what nothing speaks for is out, however near the cut it begins."""
    return place if any(t.value > 0 for t in terms) else "out"
