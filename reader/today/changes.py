"""Say what would change where a paper stands: computed with the terms of its own sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reader.heat import closeness_of, near_score
from reader.relevance import TopicModel, place_of
from reader.relevance.judging import LEARNED, Place, is_bare, placing, surely_term, taste_of
from reader.relevance.model import TASTE
from reader.score import Term, total
from reader.today.lanes import followed_term
from reader.today.values import Candidate, Rank

MOST_CHANGES = 3


@dataclass(frozen=True, slots=True)
class Change:
    """What a score would be if something were not, or were.

    kind: "without" the term `what`; "more": one more person who mentions the paper; "pick",
    "skip": that decision; "undecided": the one that stands taken back. place: where the
    paper would stand for its topic; position: in the near lane, from 1; None where that is
    not asked. cut: the topic's then, None in the near lane: what is decided for one topic
    moves scores and cuts of all others alike, so only the distance to the cut tells anything.
    is_bare: it would stand by what was learned alone, which has a cut of its own.
    """

    kind: str
    what: str
    score: float
    place: Place | None = None
    position: int | None = None
    cut: float | None = None
    is_bare: bool = False


def without_terms(rank: Rank, model: TopicModel) -> Iterator[Change]:
    """Take each of the weightiest terms away; first those that would move the paper."""
    weighty = sorted((t for t in rank.terms if t.value), key=lambda t: -abs(t.value))
    moving: list[Change] = []
    others: list[Change] = []
    for term in weighty:
        if term.kind in ("start", "surely", "taste"):
            continue
        rest = _lifted(_without(rank.terms, term), model)
        place = place_of(rest, model) if any(t.value > 0 for t in rest) else "out"
        found = others if place == rank.place else moving
        if len(found) < MOST_CHANGES:  # a paper has a hundred terms
            what = f"{term.kind}\t{term.what}"
            cut, score = model.cut + taste_of(rest), total(rest)
            found.append(Change("without", what, score, place, cut=cut, is_bare=is_bare(rest)))
        if len(moving) == MOST_CHANGES:
            break
    yield from [*moving, *others][:MOST_CHANGES]


def _without(terms: Sequence[Term], term: Term) -> list[Term]:
    """Take one term away; with a learned one goes what it adds to the taste."""
    gone = TASTE * term.value if term.kind in LEARNED else 0.0
    rest = [t for t in terms if t is not term]
    return [replace(t, value=t.value - gone) if t.kind == "taste" else t for t in rest]


def _lifted(terms: Sequence[Term], model: TopicModel) -> list[Term]:
    """Let a followed author, or the topic's own words, lift what is left of a sum."""
    rest = [term for term in terms if term.kind not in ("followed", "surely")]
    if model.is_own and (surely := surely_term(rest, placing(rest), model.cut)):
        rest.append(surely)
    # As in the list: a followed author comes on top of all else.
    followed = (t.what for t in terms if t.kind == "followed")
    cut = model.cut + taste_of(rest)
    return [*rest, *(followed_term(name, rest, cut) for name in followed)]


def with_other_talk(
    candidate: Candidate, closeness_rank: Rank | None, others: Sequence[float]
) -> Iterator[Change]:
    """Take each of the weightiest voices away, and add one.

    others: the scores of the other papers that were found for the near lane.
    """
    closeness = closeness_of(closeness_rank.margin) if closeness_rank else 0.0

    def changed(kind: str, what: str, heat: Sequence[Term]) -> Change:
        score = total(near_score(heat, candidate.forecast, closeness, n_days=candidate.n_days))
        return Change(kind, what, score, position=1 + sum(o > score for o in others))

    said = [t for t in candidate.heat if t.kind != "class" and t.value > 0]
    for term in sorted(said, key=lambda t: -t.value)[: MOST_CHANGES - 1]:
        rest = [t for t in candidate.heat if t is not term]
        yield changed("without", f"{term.kind}\t{term.what}", rest)
    yield changed("more", "", [*candidate.heat, Term("mention", "", 1.0)])
