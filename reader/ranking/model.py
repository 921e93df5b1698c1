"""Judge papers for a topic by its model: a score is a sum of terms, each with its reason.

A person's own word stands above what a model says. A model is plain numbers, written out and read
back as text; how they were fitted is `fit`'s business.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Literal

from reader.library.config import Topic
from reader.library.paper import Paper
from reader.ranking.topic import Mentions, longer_words, mentions


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a score.

    kind: what sort of reason, a word of `reader why`: "word", "author", "mention" …
    what: the word, name or paper itself, as a person would read it.
    value: what it adds; less than 0 where it speaks against.
    """

    kind: str
    what: str
    value: float


def total(terms: Iterable[Term]) -> float:
    """Add the terms up; the order does not matter, to the last bit."""
    return math.fsum(term.value for term in terms)


def in_print(terms: Iterable[Term], digits: int = 3) -> list[tuple[Term, float]]:
    """Round terms so that the rounded ones add up to the total as it is printed.

    Each is cut, and what is lacking is given to those that lost most (largest remainders).
    """
    unit = 10**digits
    several = list(terms)
    exact = [term.value * unit for term in several]
    cut = [math.floor(value) for value in exact]
    lacking = round(round(total(several), digits) * unit) - sum(cut)
    by_loss = sorted(range(len(cut)), key=lambda i: cut[i] - exact[i])
    for i in by_loss[:lacking]:
        cut[i] += 1
    return [(term, n / unit) for term, n in zip(several, cut, strict=True)]


Place = Literal["in", "doubtful", "out"]
"""How a paper stands to a topic."""


ListLane = Literal["own", "doubtful", "near", "wild"]
"""Where in a morning's list a paper stands."""


@dataclass(frozen=True, slots=True)
class Rank:
    """The place of a paper in a topic, as the topic's model judged when it was ranked.

    nearness: standard deviations above the mean of the day's papers in cosine to the topic,
    None without vectors. terms: they add up to the score, to the last bit; empty where they
    were not asked for. cut: from which score on this paper belonged to the topic then.
    """

    topic: str
    nearness: float | None
    place: Place
    score: float = 0.0
    cut: float = 0.0
    terms: tuple[Term, ...] = ()

    @property
    def margin(self) -> float:
        """How far above the cut the score stands, to compare two topics."""
        return self.score - self.cut

    @property
    def standing(self) -> tuple[int, float]:
        """Compare topics by this: in before doubtful before out, then by the margin."""
        return ("out", "doubtful", "in").index(self.place), self.margin


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a list of the same day showed a paper before."""

    lane: ListLane
    position: int


Word = Literal["seed", "yes", "no"]

Words = Mapping[str, Word]
"""The last word that stands on one paper, by topic, in the order of recording."""

TOLD = 1.0
"""The least that a word adds or takes away, and how far below the cut a "no" puts a paper."""


def with_lessons(ranks: Sequence[Rank], words: Words) -> list[Rank]:
    """Put a person's word above the ranks of one paper; a term of each sum says so.

    A topic with a "no" is out, one with a "yes" is in, above all those that only a model has.
    """
    ranked = {rank.topic: rank for rank in ranks}
    unknown = [topic for topic, word in words.items() if word == "no" and topic not in ranked]
    found = []
    for rank in [*ranks, *(Rank(topic, None, "out") for topic in unknown)]:
        word = words.get(rank.topic)
        if word == "no":
            # TOLD below the cut, however far above it the model has the paper.
            found.append(_with_lesson(rank, "told_no", min(-TOLD, -TOLD - rank.margin), "out"))
        elif word != "yes":
            found.append(rank)
    top = max([0.0, *(rank.margin for rank in found)])
    for topic, word in words.items():
        if word == "yes":
            rank = ranked.get(topic) or Rank(topic, None, "in")
            # Kept without its terms, or not at all: the sum is the person's word alone.
            bare = rank if rank.terms else replace(rank, score=0.0, cut=0.0)
            # A hundredth, since sums of decimals may end just below.
            found.append(_with_lesson(bare, "told_yes", max(TOLD, top - bare.margin + 0.01), "in"))
    return found


def _with_lesson(rank: Rank, kind: str, value: float, place: Place) -> Rank:
    terms = (*rank.terms, Term(kind, rank.topic, value))
    return replace(rank, terms=terms, score=rank.score + value, place=place)


START = -3.0
"""The log-odds that every paper begins with on day one."""

TITLE_WORD = 3.1
"""Times log2(1 + how often): one of the topic's words in the title makes a paper likelier in
than not."""

SCATTERED = 2.0
"""What a word adds whose parts stand apart in the title, where the abstract has a word of the
topic."""

ABSTRACT_WORD = 1.0
"""Times log2(1 + the sentences of the abstract that have one of the words)."""

OPENING = 1.0
"""What a word in the abstract's first sentence adds: it says what the paper is about. A word
further down is often an application, or how something was measured."""

NEARNESS = 0.4
USUAL_NEARNESS = 2.0
MOST_NEARNESS = 0.8
"""What a paper's nearness adds or takes away: the first for each standard deviation beyond the
second, which papers with the topic's words usually have; at most the third. Nothing in a topic
without words: there what was learned says it better."""

DOUBT = 2.2
"""How far below the cut a paper that has one of the topic's words may still be asked about: one
in ten of those belongs."""

MUCH_DECIDED = 200
"""Likes and seeds from which on what was learned may bring in a paper without any of the topic's
words. After ninety of them one paper in five of the lane was such a paper, and few were right."""

SOME_DECIDED = 5
"""Likes and seeds from which on such a paper may be doubtful."""

WITHOUT_WORDS = 10
"""A topic that has no words at all needs this many times fewer: nothing else speaks for its
papers."""

TASTE = 2.75
"""The factor by which learned terms are added once more in the order of a list: they tell well
which of a topic's papers a person likes best. Whether a paper is of the topic they tell less well,
and there they count once (`reader.ranking.fit.SHARE`)."""

INTEREST = 1.25
MOST_APART = 4.0
"""How the likes of a topic raise it above another in one list: the power of their ratio, and
the most that it does."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """The numbers that make a paper's score in one topic.

    words: the topic's own, as in feeds.toml; longer: words of other topics that contain one
    of them (`topic.mentions`). title_word, scattered, abstract_word, opening, nearness:
    what these add, as the constants of this module say.
    base: what every paper begins with. weights: feature → what it adds where it is 1.
    cut: the score from which on a paper with one of the words belongs to the topic, as likely
    as not; doubt: how far below it such a paper is doubtful. bare_cut, bare_doubt: the same for
    a paper without any of the words.
    found: rows of the newest papers with one of the words in the title, which say with the
    likes what is near the topic.
    n_in, n_out: decisions and seeds that it was fitted on; 0 and 0 on day one. liked: the
    weight of the decisions for it, seeds left out. level: what `levelled` has added to base
    and cuts.
    """

    topic: str
    words: tuple[str, ...]
    longer: tuple[str, ...] = ()
    title_word: float = TITLE_WORD
    scattered: float = SCATTERED
    abstract_word: float = ABSTRACT_WORD
    opening: float = OPENING
    nearness: float = NEARNESS
    base: float = START
    cut: float = 0.0
    doubt: float = DOUBT
    bare_cut: float = 0.0
    bare_doubt: float = DOUBT
    weights: Mapping[str, float] = field(default_factory=dict)
    found: tuple[int, ...] = ()
    n_in: int = 0
    n_out: int = 0
    liked: float = 0.0
    level: float = 0.0
    is_own: bool = True

    def to_text(self) -> str:
        """Write the model as JSON; `from_text` reads back an equal one."""
        # Not `asdict`, which copies thousands of weights one by one.
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return json.dumps(values, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> TopicModel:
        """Parse what `to_text` wrote. Raises ValueError for anything else."""
        # Text that is no JSON raises a ValueError already.
        try:
            found = json.loads(text)
            tuples = {key: tuple(found[key]) for key in ("words", "longer", "found")}
            return cls(**{**found, **tuples})
        except (TypeError, KeyError) as error:
            raise ValueError(f"this is no model of a topic: {error}") from error


def start(topic: Topic, topics: tuple[Topic, ...] = ()) -> TopicModel:
    """Return the model of day one, when nothing is stored: the topic's words alone.

    topics: all of them, for the words of others that are longer. A near topic takes in what an
    own one would ask about: there talk decides what is shown.
    """
    is_own = topic.lane == "own"
    cut = 0.0 if is_own else -DOUBT
    longer = longer_words(topic, topics)
    nearness = NEARNESS if topic.words else 0.0
    return TopicModel(topic.path, topic.words, longer, nearness=nearness, cut=cut, is_own=is_own)


def levelled(models: Mapping[str, TopicModel]) -> dict[str, TopicModel]:
    """Make the scores of several topics comparable, by how much each topic is liked.

    What a topic has less of the decisions lowers its scores and its cut alike, so papers
    change their order and never their place. Without decisions nothing changes.
    """
    most = max((model.liked for model in models.values()), default=0.0)
    found = {}
    for path, model in models.items():
        # One more on either side, so that a topic without a like has a ratio too.
        lower = INTEREST * math.log((model.liked + 1) / (most + 1))
        # Rounded, so that models that are levelled again have the very same numbers.
        level = max(-MOST_APART, round(lower, 4))
        by = level - model.level
        found[path] = replace(
            model,
            base=model.base + by,
            cut=model.cut + by,
            bare_cut=model.bare_cut + by,
            level=level,
        )
    return found


SURELY = 2.5
"""How far below the cut a paper with a word of the topic in its title may stand and still is in:
further below, decisions have taught that the word means something else."""

OWN_WORDS = frozenset({"title", "abstract", "followed"})
"""Kinds of term that speak for a paper without having been learned."""

KINDS: Mapping[str, str] = {"w": "learned", "a": "author", "c": "category", "t": "authors"}
"""Kind of term by the first letter of the feature."""

LEARNED = frozenset(KINDS.values())
"""Kinds of term that were learned: each stands once more in the taste."""

LEAST_TELLING = 0.025
"""The least that a learned word adds where it is named as a reason."""

N_QUESTIONS = 12
NEAREST = 3
"""Questions are chosen among this many times as many papers: those farther away are irrelevant."""


def judge(
    paper: Paper,
    features: Mapping[str, float],
    model: TopicModel,
    *,
    nearness: float | None = None,
    is_brief: bool = False,
) -> Rank:
    """Judge one paper by one model.

    features: of `reader.ranking.events`, made once for all topics. nearness: standard
    deviations above the day's mean in cosine to the topic, None without vectors. is_brief:
    leave the terms of what is out away: of a day's papers hardly one is in.

    The terms stand largest first: "title" and "abstract" are the topic's own words found
    there, "scattered" one that the title has part by part, "learned" a word that the
    decisions taught, "author", "authors" (their number), "category", "nearness",
    "surely" (what brings in a paper with one of the words in its title), "start", what every
    paper begins with, and "taste" (the learned terms once more, for the order alone). The cut
    is the model's and the taste, which places nothing.
    """
    found = mentions(model.words, paper.title, paper.abstract, longer=model.longer)
    own = [*_own_terms(found, model, nearness)]
    learned: dict[str, float] = {}
    for name, value in features.items():
        if weight := model.weights.get(name):
            # A word of the title is one reason with the same word of the text.
            word = f"w{name[1:]}" if name[0] == "h" else name
            learned[word] = learned.get(word, 0.0) + weight * value
    score = math.fsum([*(t.value for t in own), *learned.values()])
    if model.is_own and (surely := surely_term(own, score, model.cut)):
        own.append(surely)
    elif is_brief and score < _cuts(model, has_words=found.is_any)[1]:
        return Rank(model.topic, nearness, "out", score, model.cut)
    terms = [*own, *(Term(KINDS[name[0]], name[2:], value) for name, value in learned.items())]
    # The same terms once more, for the order of the list; `placing` leaves them out.
    if taste := TASTE * math.fsum(learned.values()):
        terms.append(Term("taste", "", taste))
    # By name last: equal weights must not change places from one run to the next.
    terms.sort(key=lambda t: (-abs(t.value), -t.value, t.kind, t.what))
    place = place_of(terms, model)
    cut = model.cut + taste
    return Rank(model.topic, nearness, place, total(terms), cut, tuple(terms))


def surely_term(terms: Iterable[Term], score: float, cut: float) -> Term | None:
    """Return the term that brings in a paper below the cut with a word of the topic in its title.

    None where nothing is lacking, or too much. The lane is complete before it is short: models
    of few decisions, or of skips for want of time, would leave out what a person is sure to want.
    """
    if not cut - SURELY <= score < cut:
        return None
    word = next((term.what for term in terms if term.kind == "title"), None)
    # A hundredth, since sums of decimals may end just below the cut.
    return None if word is None else Term("surely", word, cut - score + 0.01)


def placing(terms: Iterable[Term]) -> float:
    """Add up what decides a paper's place: its terms without the taste."""
    return total(term for term in terms if term.kind != "taste")


def taste_of(terms: Iterable[Term]) -> float:
    """Add up the taste in a sum, which the cut of its paper is raised by as well."""
    return total(term for term in terms if term.kind == "taste")


def place_of(terms: Iterable[Term], model: TopicModel) -> Place:
    """Decide on which side of the cut the sum of these terms stands, taste left out.

    A paper without any word of the topic, and by nobody who is followed, comes in only by a
    model of MUCH_DECIDED likes, and is doubtful only by one of SOME_DECIDED.
    """
    several = list(terms)
    cut, doubtful_cut = _cuts(model, has_words=not is_bare(several))
    score = placing(several)
    if score >= cut:
        return "in"
    return "doubtful" if score >= doubtful_cut else "out"


def is_bare(terms: Iterable[Term]) -> bool:
    """Check that a sum has no word of its topic and nobody who is followed: then what was learned
    decides its place, with a cut of its own."""
    return not any(term.kind in OWN_WORDS for term in terms)


def _cuts(model: TopicModel, *, has_words: bool) -> tuple[float, float]:
    """Return from which score on a paper is in, and from which at least doubtful; infinite
    for never."""
    if has_words:
        return model.cut, model.cut - model.doubt
    n = model.n_in * (1 if model.words else WITHOUT_WORDS)
    cut = model.bare_cut if n >= MUCH_DECIDED else math.inf
    return cut, model.bare_cut - model.bare_doubt if n >= SOME_DECIDED else math.inf


def _own_terms(found: Mentions, model: TopicModel, nearness: float | None) -> Iterator[Term]:
    """Make the terms that count without having been learned."""
    if model.base:
        yield Term("start", "", model.base)
    in_title = model.title_word * math.log2(1 + sum(found.title.values()))
    in_abstract = model.abstract_word * math.log2(1 + found.n_sentences)
    if found.scattered:
        yield Term("scattered", found.scattered, model.scattered)
    # What the topic's words add in one text is shared by how often each stands there.
    for kind, counts, value in (
        ("title", found.title, in_title),
        ("abstract", found.abstract, in_abstract + model.opening * found.opens),
    ):
        n = sum(counts.values())
        for word, times in counts.items():
            yield Term(kind, word, value * times / n)
    if nearness is not None and model.nearness:
        value = model.nearness * (nearness - USUAL_NEARNESS)
        yield Term("nearness", model.topic, max(-MOST_NEARNESS, min(MOST_NEARNESS, value)))


def telling_words(terms: Iterable[Term]) -> list[str]:
    """List the learned words that speak for a paper, the weightiest first."""
    words = names_of((t for t in terms if t.value >= LEAST_TELLING), "learned")
    return [word for word in words if not word.isdecimal()]


def names_of(terms: Iterable[Term], kind: str) -> list[str]:
    """List the reasons of one kind that speak for a paper, the weightiest first."""
    found = sorted((t for t in terms if t.kind == kind and t.value > 0), key=lambda t: -t.value)
    return list(dict.fromkeys(t.what for t in found))


def uncertain(
    judged: Sequence[tuple[int, Rank, Mapping[str, float]]],
    *,
    n: int = N_QUESTIONS,
    answered: Sequence[Mapping[str, float]] = (),
) -> list[int]:
    """Choose papers that are as likely in as out and unlike one another; best to ask first.

    judged: (row, what the topic's model says of it with its terms, its features), each paper
    once. answered: features of what was asked before. Papers for which no more speaks than
    against them are asked about only where there are no others: rather few questions than
    irrelevant ones.
    """
    seen: list[Mapping[str, float]] = []

    def cost(candidate: tuple[int, Rank, Mapping[str, float]]) -> tuple[float, int]:
        row, found, own = candidate
        words = [name for name in own if name.startswith("w:")]
        likeness = max(
            (math.fsum(own[w] * other[w] for w in words if w in other) for other in seen),
            default=0.0,
        )
        return abs(found.margin) + 2 * likeness, row

    def speaks_for(found: Rank) -> bool:
        # Of the paper itself, not what every paper begins with.
        return math.fsum(t.value for t in found.terms if t.kind not in ("start", "taste")) > 0

    spoken_for = [one for one in judged if speaks_for(one[1])]
    near = sorted(spoken_for or judged, key=cost)[: NEAREST * N_QUESTIONS]
    chosen: list[int] = []
    seen += answered
    while near and len(chosen) < n:
        best = min(near, key=cost)
        near.remove(best)
        chosen.append(best[0])
        seen.append(best[2])
    return chosen
