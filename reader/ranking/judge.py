"""Judge a paper for a topic: a score whose terms say why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from reader.library.paper import Paper
from reader.ranking.model import (
    MOST_NEARNESS,
    MUCH_DECIDED,
    SOME_DECIDED,
    TASTE,
    USUAL_NEARNESS,
    WITHOUT_WORDS,
    TopicModel,
)
from reader.ranking.score import Term, total
from reader.ranking.topic import Mentions, mentions

Place = Literal["in", "doubtful", "out"]

FOLLOWED = 2.0
"""What a followed author adds; as much more as it takes to bring the paper in."""

SURELY = 2.5
"""How far below the cut a paper with a word of the topic in its title may stand and still is in:
further below, decisions have taught that the word means something else."""

OWN_WORDS = frozenset({"title", "abstract", "followed"})
"""Kinds of term that speak for a paper without having been learned."""

KINDS: Mapping[str, str] = {"w": "learned", "a": "author", "c": "category", "t": "authors"}
"""Kind of term by the first letter of the feature."""

LEARNED = frozenset(KINDS.values())
"""Kinds of term that were learned: each stands once more in the taste."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one topic's model says of one paper.

    terms: they add up to the score to the last bit (`reader.ranking.score.total`), largest first;
    empty where they were not asked for. "title" and "abstract" are the topic's own words
    found there, "scattered" one that the title has part by part, "learned" a word that the
    decisions taught, "author", "authors" (their number), "category", "nearness", "followed",
    "surely" (what brings in a paper with one of the words in its title), "start", what every
    paper begins with, and "taste" (the learned terms once more, for the order alone).
    place: see `place_of`. cut: the score from which on this paper would be in: the model's cut,
    and the taste, which places nothing. margin: how far above it the score stands, so that two
    topics can be compared.
    """

    topic: str
    terms: tuple[Term, ...]
    score: float
    place: Place
    cut: float

    @property
    def margin(self) -> float:
        return self.score - self.cut

    @property
    def standing(self) -> tuple[int, float]:
        """Compares topics: in before doubtful before out, then by the margin."""
        return standing(self.place, self.margin)


def standing(place: Place, margin: float) -> tuple[int, float]:
    """Return what compares how a paper stands to several topics; the greatest is its topic."""
    return ("out", "doubtful", "in").index(place), margin


def judge(
    paper: Paper,
    features: Mapping[str, float],
    model: TopicModel,
    *,
    nearness: float | None = None,
    followed: str = "",
    is_brief: bool = False,
) -> Judgement:
    """Judge one paper by one model.

    features: of `reader.ranking.events`, made once for all topics. nearness: standard
    deviations above the day's mean in cosine to the topic, None without vectors.
    followed: the followed person who wrote it; such a paper is always in. is_brief: leave
    the terms of what is out away: of a day's papers hardly one is in.
    """
    found = mentions(model.words, paper.title, paper.abstract, longer=model.longer)
    own = [*_own_terms(found, model, nearness)]
    learned = _learned(features, model.weights)
    score = math.fsum([*(t.value for t in own), *learned.values()])
    if followed:
        # A hundredth, since sums of decimals may end just below the cut.
        own.append(Term("followed", followed, max(FOLLOWED, model.cut - score + 0.01)))
    elif model.is_own and (surely := surely_term(own, score, model.cut)):
        own.append(surely)
    elif is_brief and score < _least(model, has_words=found.is_any):
        return Judgement(model.topic, (), score, "out", model.cut)
    terms = [*own, *(Term(KINDS[name[0]], name[2:], value) for name, value in learned.items())]
    if taste := TASTE * math.fsum(learned.values()):
        terms.append(Term("taste", "", taste))
    terms.sort(key=lambda t: (-abs(t.value), -t.value, t.kind, t.what))
    place = place_of(terms, model)
    return Judgement(model.topic, tuple(terms), total(terms), place, model.cut + taste)


def surely_term(terms: Iterable[Term], score: float, cut: float) -> Term | None:
    """Return what brings in a paper below the cut that has a word of the topic in its title.

    None where nothing is lacking, or too much. The lane is complete before it is short: models
    of few decisions, or of skips for want of time, would leave out what a person is sure to want.
    """
    if not cut - SURELY <= score < cut:
        return None
    word = next((term.what for term in terms if term.kind == "title"), None)
    return None if word is None else Term("surely", word, cut - score + 0.01)


def placing(terms: Iterable[Term]) -> float:
    """Return what places a paper: the sum of its terms without the taste."""
    return total(term for term in terms if term.kind != "taste")


def taste_of(terms: Iterable[Term]) -> float:
    """Return what the taste adds to a sum, and so to the cut that its paper is held against."""
    return total(term for term in terms if term.kind == "taste")


def place_of(terms: Iterable[Term], model: TopicModel) -> Place:
    """Tell where the sum of these terms stands, taste left out.

    A paper without any word of the topic, and by nobody who is followed, comes in only by a
    model of MUCH_DECIDED likes, and is doubtful only by one of SOME_DECIDED.
    """
    several = list(terms)
    has_words = not is_bare(several)
    score = placing(several)
    if score >= (model.cut if has_words else _bare_cut(model)):
        return "in"
    return "doubtful" if score >= _least(model, has_words=has_words) else "out"


def is_bare(terms: Iterable[Term]) -> bool:
    """Tell whether a sum has no word of its topic and nobody who is followed: its place is then
    by what was learned, with a cut of its own."""
    return not any(term.kind in OWN_WORDS for term in terms)


def _bare_cut(model: TopicModel) -> float:
    return model.bare_cut if _is_taught(model, MUCH_DECIDED) else math.inf


def _is_taught(model: TopicModel, n: int) -> bool:
    """Tell whether a topic has n likes and seeds, or its share of them where it has no words."""
    return model.n_in * (1 if model.words else WITHOUT_WORDS) >= n


def _least(model: TopicModel, *, has_words: bool) -> float:
    """Return the score from which on a paper is at least doubtful."""
    if has_words:
        return model.cut - model.doubt
    return model.bare_cut - model.bare_doubt if _is_taught(model, SOME_DECIDED) else math.inf


def _own_terms(found: Mentions, model: TopicModel, nearness: float | None) -> Iterator[Term]:
    """Give what counts without having been learned."""
    if model.base:
        yield Term("start", "", model.base)
    n = sum(found.title.values())
    yield from _shared("title", found.title, model.title_word * math.log2(1 + n))
    if found.scattered:
        yield Term("scattered", found.scattered, model.scattered)
    in_abstract = model.abstract_word * math.log2(1 + found.n_sentences)
    yield from _shared("abstract", found.abstract, in_abstract + model.opening * found.opens)
    if nearness is not None and model.nearness:
        value = model.nearness * (nearness - USUAL_NEARNESS)
        yield Term("nearness", model.topic, max(-MOST_NEARNESS, min(MOST_NEARNESS, value)))


def _shared(kind: str, counts: Mapping[str, int], value: float) -> Iterator[Term]:
    """Share what a topic's words add in one text among them, by how often each stands there."""
    n = sum(counts.values())
    for word, times in counts.items():
        yield Term(kind, word, value * times / n)


def _learned(features: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """Give what each feature adds; a word of the title is one with the same word of the text."""
    found: dict[str, float] = {}
    for name, value in features.items():
        weight = weights.get(name)
        if weight:
            word = f"w{name[1:]}" if name[0] == "h" else name
            found[word] = found.get(word, 0.0) + weight * value
    return found


LEAST_TELLING = 0.025


def telling_words(terms: Iterable[Term]) -> list[str]:
    """Give the learned words that speak for a paper, the weightiest first."""
    words = names_of((t for t in terms if t.value >= LEAST_TELLING), "learned")
    return [word for word in words if not word.isdecimal()]


def names_of(terms: Iterable[Term], kind: str) -> list[str]:
    """Give what speaks for a paper in one way, the weightiest first."""
    found = sorted((t for t in terms if t.kind == kind and t.value > 0), key=lambda t: -t.value)
    return list(dict.fromkeys(t.what for t in found))
