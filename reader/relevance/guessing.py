"""Guess from a topic's words alone what belongs to it, where nobody has decided yet.

What the words surely found teaches what else such papers say: keywords first, then a model
of what they found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reader.config import Topic
from reader.paper import Paper
from reader.relevance.events import Label
from reader.topic import mentions

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
    longer: words of other topics, as in `reader.topic.mentions`.
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
