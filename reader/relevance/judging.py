"""Judge a paper for a topic: a score whose terms say why. Knows no lanes and no rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from reader.paper import Paper
from reader.relevance.model import TopicModel
from reader.score import Term, total
from reader.topic import count_words

Place = Literal["in", "doubtful", "out"]

FOLLOWED = 2.0
"""What a followed author adds; as much more as it takes to bring the paper in."""

SURELY = 2.5
"""How far below the cut a paper may stand that the topic's own words speak for, and still is in:
further below, decisions have taught that those words mean something else."""

FEWEST_WORDS = 2
"""Different words of a topic in an abstract that speak for the paper as one in the title does."""

KINDS: Mapping[str, str] = {"w": "learned", "a": "author", "c": "category", "t": "authors"}
"""Kind of term by the first letter of the feature."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one topic's model says of one paper.

    terms: they add up to the score to the last bit (`reader.score.total`), largest first;
    empty where they were not asked for. "title" and "abstract" are the topic's own words
    found there, "learned" a word that the decisions taught, "author", "authors"
    (their number), "category", "nearness", "followed", "surely" (what brings in a paper that
    the topic's own words speak for), and "start", what every paper begins with.
    place: "in" from the model's cut on, "doubtful" just below it.
    """

    topic: str
    terms: tuple[Term, ...]
    score: float
    place: Place


def judge(
    paper: Paper,
    features: Mapping[str, float],
    model: TopicModel,
    *,
    nearness: float | None = None,
    followed: str = "",
    is_brief: bool = False,
) -> Judged:
    """Judge one paper by one model.

    features: of `reader.relevance.features`, made once for all topics. nearness: standard
    deviations above the day's mean in cosine to the topic, None without vectors.
    followed: the followed person who wrote it; such a paper is always in. is_brief: leave
    the terms of what is out away: of a day's papers hardly one is in.
    """
    own = [*_own_terms(paper, model, nearness)]
    learned = _learned(features, model.weights)
    score = math.fsum([*(t.value for t in own), *learned.values()])
    if followed:
        # A hundredth, since sums of decimals may end just below the cut.
        own.append(Term("followed", followed, max(FOLLOWED, model.cut - score + 0.01)))
    elif model.is_own and (surely := surely_term(own, score, model.cut)):
        own.append(surely)
    elif is_brief and place_of(score, model) == "out":
        return Judged(model.topic, (), score, "out")
    terms = [*own, *(Term(KINDS[name[0]], name[2:], value) for name, value in learned.items())]
    terms.sort(key=lambda t: (-abs(t.value), t.kind, t.what))
    score = total(terms)
    return Judged(model.topic, tuple(terms), score, place_of(score, model))


def surely_term(terms: Iterable[Term], score: float, cut: float) -> Term | None:
    """Give what brings in a paper below the cut that the topic's own words speak for: one in the
    title, or two different ones in the abstract. None where nothing is lacking, or too much.

    The lane is complete before it is short: models of few decisions, or of skips for want of
    time, would leave out what a person is sure to want.
    """
    if not cut - SURELY <= score < cut:
        return None
    said = list(terms)
    title, abstract = ([t.what for t in said if t.kind == kind] for kind in ("title", "abstract"))
    if title or len(abstract) >= FEWEST_WORDS:
        return Term("surely", (title or abstract)[0], cut - score + 0.01)
    return None


def place_of(score: float, model: TopicModel) -> Place:
    """Tell where a score stands against the model's cut."""
    if score >= model.cut:
        return "in"
    return "doubtful" if score >= model.cut - model.doubt else "out"


def _own_terms(paper: Paper, model: TopicModel, nearness: float | None) -> Iterator[Term]:
    """Give what counts without having been learned."""
    if model.base:
        yield Term("start", "", model.base)
    yield from _own_words("title", model.words, paper.title, model.title_word)
    yield from _own_words("abstract", model.words, paper.abstract, model.abstract_word)
    if nearness and nearness > 0 and model.nearness:
        yield Term("nearness", model.topic, model.nearness * nearness)


def _learned(features: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """Give what each feature adds; a word of the title is one with the same word of the text."""
    found: dict[str, float] = {}
    for name, value in features.items():
        weight = weights.get(name)
        if weight:
            word = f"w{name[1:]}" if name[0] == "h" else name
            found[word] = found.get(word, 0.0) + weight * value
    return found


def _own_words(kind: str, words: tuple[str, ...], text: str, weight: float) -> Iterator[Term]:
    """Give what a topic's words add in one text: together weight * log(1 + their number)."""
    counts = count_words(words, text)
    n = sum(counts.values())
    for word, times in counts.items():
        yield Term(kind, word, weight * math.log1p(n) * times / n)
