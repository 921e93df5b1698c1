"""Explain where one paper stands: the whole sum, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from reader.library.folder import Library
from reader.library.folding import first_day
from reader.library.listing import Day, candidates, day_of
from reader.paper import Held
from reader.relevance import Label, features, judge, levelled
from reader.relevance.judging import Place
from reader.score import Term, total
from reader.stages.learn import Texts, fit_one, lessons
from reader.stages.rank import Judges, as_printed, judges, rank_and_show
from reader.stages.tools import FitTopic
from reader.store import standings
from reader.today import Candidate, Entry, Lanes, Rank, Shelf, lanes
from reader.today.changes import Change, with_other_talk, without_terms


@dataclass(frozen=True, slots=True)
class Explained:
    """Where a paper stands and why.

    shelf, day: in whose list it is; None: in none, and then `terms` is the sum of the topic
    that it fits best. position, n_shown: its place among those of its lane; n_found: how
    many there were before the lane's cap. place, cut: as of `topic`, None in the near lane
    and for a wild card, which have no cut.
    ranks: how it stands to each topic. sentence: as in the list; empty where it is in none.
    is_foretold: in the near lane, and nobody has spoken of it yet.
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
    changes: tuple[Change, ...]
    is_foretold: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    shelf: Shelf
    day: Day
    entry: Entry
    candidate: Candidate
    shown: Lanes
    lane: Sequence[Entry]
    others: tuple[float, ...]


def explain(library: Library, held: Held, fit: FitTopic) -> Explained:
    """Explain one paper as today's list has it, else that of the day of its arrival.

    fit: fits a topic's model, to say what a decision would do.
    """
    found = _found(library, held)
    by = judges(library)
    ranks = _ranks(library, held, by)
    if found and found.shelf in ("near", "wild"):
        return _of_talk(library, held, found, ranks)
    own = {topic.path for topic in library.config.own_topics}
    mine = [r for r in ranks if r.topic in own] or list(ranks)
    best = max(mine, key=lambda r: r.margin)
    terms = found.entry.terms if found else best.terms
    rank = replace(best, terms=terms, score=total(terms))
    if found and found.candidate.followed:
        rank = replace(rank, place="in")
    changes = [*without_terms(rank, by.models[rank.topic]),
               *_decisions(library, held, rank, by, fit)]  # fmt: skip
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
        changes=tuple(changes),
    )


def _ranks(library: Library, held: Held, by: Judges) -> list[Rank]:
    """Give how a paper stands to all topics: as it was ranked, else as it would be now."""
    kept = {r.topic: r for r in standings.ranks_of(library.db, [held.row]).get(held.row, [])}
    own = features(held.paper)
    ranks = []
    for path, model in by.models.items():
        known = kept.get(path)
        if known is None or not known.terms:
            above = known.nearness if known else None
            judged = judge(held.paper, own, model, nearness=above)
            terms = as_printed(judged.terms, held.paper)
            known = Rank(path, above, judged.place, judged.score, model.cut, terms)
        ranks.append(replace(known, place=_place(known.place, known.terms)))
    return ranks


def _found(library: Library, held: Held) -> _Found | None:
    """Look for a paper in today's list, folded or not, then in that of its own day."""
    today = library.today()
    lists = [day_of(library, today)]
    if first := first_day(library, today):
        lists.insert(0, day_of(library, today, first=first))
    if held.arrived_on < today:
        lists.append(day_of(library, held.arrived_on))
    for day in lists:
        several = candidates(library, day, unsaved=rank_and_show(library, day.last))
        mine = [c for c in several if c.held.row == held.row]
        if mine and (found := _in_lanes(library, day, several, mine[0])):
            return found
    return None


def _in_lanes(
    library: Library, day: Day, several: Sequence[Candidate], mine: Candidate
) -> _Found | None:
    shown = lanes(several, library.config, day.kept)
    # Without the cap, to say where a paper stands among all that were found.
    wide = lanes(several, replace(library.config, minutes=10**6), day.kept)
    shelves: list[tuple[Shelf, Sequence[Entry]]] = [
        ("own", shown.own), ("doubtful", shown.doubtful), ("near", shown.near),
        ("wild", [shown.wild] if shown.wild else []),
    ]  # fmt: skip
    row = mine.held.row
    for shelf, lane in shelves:
        for entry in lane:
            if entry.held.row == row:
                others = tuple(e.score for e in wide.near if e.held.row != row)
                return _Found(shelf, day, entry, mine, shown, lane, others)
    return None


def _of_talk(library: Library, held: Held, found: _Found, ranks: Sequence[Rank]) -> Explained:
    near = {topic.path for topic in library.config.near_topics}
    closest = max((r for r in ranks if r.topic in near), key=lambda r: r.margin, default=None)
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
        changes=(
            tuple(with_other_talk(found.candidate, closest, found.others))
            if found.shelf == "near"
            else ()
        ),
    )


def _decisions(
    library: Library, held: Held, rank: Rank, by: Judges, fit: FitTopic
) -> Iterator[Change]:
    """Fit the topic's model once more as if something else had been decided."""
    taught = lessons(library)
    topic = next((t for t in taught.topics if t.path == rank.topic), None)
    if topic is None:
        return
    texts = Texts(library, [*(x.paper for x in taught.labels[topic.path]), *taught.background,
                            held.row])  # fmt: skip
    rest = [x for x in taught.labels[topic.path] if x.paper != held.row]
    is_decided = len(rest) < len(taught.labels[topic.path])
    others: list[tuple[str, list[Label]]] = [
        ("pick", [*rest, Label(held.row, True, 1.0)]),
        ("skip", [*rest, Label(held.row, False, 0.5)]),
    ]
    if is_decided:
        others = [("undecided", rest)]
    for kind, given in others:
        anew = fit_one(fit, texts, taught, topic, given)
        fitted = levelled({**by.models, topic.path: anew})[topic.path]
        own = texts.features(held.row)
        judged = judge(held.paper, own, fitted, nearness=rank.nearness, followed=_followed(rank))
        yield Change(kind, "", judged.score, _place(judged.place, judged.terms))


def _place(place: Place, terms: Sequence[Term]) -> Place:
    """Give a paper's place: what nothing speaks for is out, however near the cut it begins."""
    return place if any(t.value > 0 for t in terms) else "out"


def _followed(rank: Rank) -> str:
    return next((t.what for t in rank.terms if t.kind == "followed"), "")
