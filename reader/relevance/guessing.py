"""Guess from a topic's words alone what belongs to it, where nobody has decided yet.

What the words surely found teaches what else such papers say: keywords first, then a model
of what they found.
"""

from __future__ import annotations

from collections.abc import Mapping

from reader.config import Topic
from reader.paper import Paper
from reader.relevance.events import Label
from reader.topic import count_words

GUESSED = 0.7
"""What a guess weighs; a pick weighs 1."""

SETTLED = 20
"""So many decisions halve the weight of guesses."""

MOST_GUESSED = 400
"""Papers guessed to belong, the latest rows: a word that half of all papers have teaches
nothing more by its thousandth paper."""


def guesses(
    undecided: Mapping[int, Paper], topic: Topic, *, n_decided: int = 0
) -> tuple[list[Label], list[int]]:
    """Split undecided papers into those guessed to belong and those that surely do not.

    undecided: by row. n_decided: decisions in this topic; the more, the less a guess weighs.
    A word in the title makes the first; a paper with a word in its abstract alone may be
    either, and is in neither. Without words all of them count as not belonging.
    """
    guessed: list[int] = []
    outside: list[int] = []
    for row, paper in sorted(undecided.items()):
        if count_words(topic.words, paper.title):
            guessed.append(row)
        elif not count_words(topic.words, paper.abstract):
            outside.append(row)
    weight = GUESSED / (1 + n_decided / SETTLED)
    return [Label(row, True, weight, "guessed") for row in guessed[-MOST_GUESSED:]], outside
