"""Guess what belongs to a topic before anything was decided, and choose what to ask.

What the words surely found teaches what else such papers say: keywords first, then a model
of what they found.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from reader.library.config import Topic
from reader.library.paper import Paper
from reader.ranking.events import Label
from reader.ranking.judge import Judgement
from reader.ranking.topic import mentions

GUESSED = 0.7
"""What a guess weighs; a pick weighs 1."""

SETTLED = 10
"""So many likes halve the weight of guesses."""

LEAST_WEIGHED, SHARE_OF_LIKES = 6.0, 0.3
"""Together guesses weigh at most so much, or this share of the likes: hundreds of papers with a
word say less of a person than twenty that they chose. From the first day on, so that the first
pick takes nothing away from what the words taught."""

MOST_GUESSED = 400
"""Papers guessed to belong, the latest rows: a word that half of all papers have teaches
nothing more by its thousandth paper."""


def learned_from(
    given: Sequence[Label],
    others: Mapping[int, Paper],
    topic: Topic,
    *,
    longer: tuple[str, ...] = (),
) -> tuple[list[Label], list[int]]:
    """Give all labels that a topic is learned from, and the papers that stand for the rest.

    What may be either has a label that weighs 0: it only tells how rare words are.
    others: papers by row, whatever was decided on them. One that was disliked stands among
    the rest as it did before: the dislike comes on top, so a skip raises nothing like it.
    """
    known = {label.paper for label in given}
    liked = {label.paper for label in given if label.is_in}
    not_liked = {row: paper for row, paper in others.items() if row not in liked}
    guessed, outside = guesses(not_liked, topic, n_liked=len(liked), longer=longer)
    clear = {*known, *(label.paper for label in guessed), *outside}
    unclear = [Label(row, False, 0.0, "guessed") for row in sorted(not_liked.keys() - clear)]
    return [*given, *(x for x in guessed if x.paper not in known), *unclear], outside


def guesses(
    undecided: Mapping[int, Paper],
    topic: Topic,
    *,
    n_liked: int = 0,
    longer: tuple[str, ...] = (),
) -> tuple[list[Label], list[int]]:
    """Split undecided papers into those guessed to belong and those that surely do not.

    undecided: by row. n_liked: likes of this topic; the more, the less a guess weighs.
    longer: words of other topics, as in `reader.ranking.topic.mentions`.
    A word in the title makes the first; a paper with a word in its abstract alone may be
    either, and is in neither. Without words all of them count as not belonging.
    """
    guessed: list[int] = []
    outside: list[int] = []
    for row, paper in sorted(undecided.items()):
        found = mentions(topic.words, paper.title, paper.abstract, longer=longer)
        if found.title:
            guessed.append(row)
        elif not found.abstract:
            outside.append(row)
    guessed = guessed[-MOST_GUESSED:]
    weight = GUESSED / (1 + n_liked / SETTLED)
    if guessed:
        weight = min(weight, max(LEAST_WEIGHED, SHARE_OF_LIKES * n_liked) / len(guessed))
    return [Label(row, True, weight, "guessed") for row in guessed], outside


N_QUESTIONS = 12
NEAREST = 3
"""Questions are chosen among so many times as many papers: farther ones are plainly irrelevant."""


def uncertain(
    judged: Sequence[tuple[int, Judgement, Mapping[str, float]]],
    *,
    n: int = N_QUESTIONS,
    asked: Sequence[Mapping[str, float]] = (),
) -> list[int]:
    """Choose papers that are as likely in as out and unlike one another; best to ask first.

    judged: (row, what the topic's model says of it with its terms, its features), each paper
    once. asked: features of what was asked before. Papers for which no more speaks than
    against them are asked about only where there are no others: rather few questions than
    irrelevant ones.
    """
    spoken_for = [j for j in judged if _speaking(j[1]) > 0]
    near = sorted(spoken_for or judged, key=lambda j: _cost(j, ()))[: NEAREST * N_QUESTIONS]
    chosen: list[int] = []
    seen = list(asked)
    while near and len(chosen) < n:
        best = min(near, key=lambda j: _cost(j, seen))
        near.remove(best)
        chosen.append(best[0])
        seen.append(best[2])
    return chosen


def _speaking(judged: Judgement) -> float:
    """Sum what is said of the paper itself, not what every paper begins with."""
    return math.fsum(t.value for t in judged.terms if t.kind not in ("start", "taste"))


def _cost(
    candidate: tuple[int, Judgement, Mapping[str, float]],
    seen: Sequence[Mapping[str, float]],
) -> tuple[float, int]:
    row, found, own = candidate
    likeness = max((_likeness(own, other) for other in seen), default=0.0)
    return abs(found.margin) + 2 * likeness, row


def _likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    words = (name for name in one if name.startswith("w:") and name in other)
    return math.fsum(one[name] * other[name] for name in words)
