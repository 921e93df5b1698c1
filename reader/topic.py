"""Tell how well a paper fits a topic, and in which words.

The first honest ranking: a topic's own words in title and abstract, and, where vectors
are there, how much nearer the paper is to the topic than the day's other papers. Pure:
knows neither where papers are kept nor how vectors are made.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from reader.config import Topic
from reader.paper import Paper

TITLE_WEIGHT = 3.0
ABSTRACT_WEIGHT = 1.0
VECTOR_WEIGHT = 0.5
"""Per standard deviation: vectors order what words found, they seldom overrule it."""

FAR_ABOVE = 3.5
"""Standard deviations above the day's mean at which a paper without a word belongs too."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one paper fits one topic.

    score: the sum of the weighted parts below; 0 or more.
    nearness: standard deviations above the mean of the day's papers in cosine to the
    topic, None without vectors.
    is_member: the paper belongs to the topic, so that an own topic shows it.
    """

    topic: str
    score: float
    title_words: tuple[str, ...]
    abstract_words: tuple[str, ...]
    nearness: float | None
    is_member: bool


def fit(paper: Paper, topic: Topic, *, nearness: float | None = None) -> Fit:
    """Judge one paper against one topic.

    Each of the topic's words counts once in the title and once in the abstract, without
    regard to case, width, hyphens or an English plural.
    """
    title, abstract = fold(paper.title), fold(paper.abstract)
    in_title = _found(topic.words, title)
    in_abstract = _found(topic.words, abstract)
    words = TITLE_WEIGHT * len(in_title) + ABSTRACT_WEIGHT * len(in_abstract)
    near = VECTOR_WEIGHT * max(0.0, nearness or 0.0)
    return Fit(
        topic=topic.path,
        score=words + near,
        title_words=in_title,
        abstract_words=in_abstract,
        nearness=nearness,
        is_member=words > 0 or (nearness or 0.0) >= FAR_ABOVE,
    )


def best(fits: Iterable[Fit]) -> Fit | None:
    """Choose the fit with the highest score, the first of equals; None when none has any."""
    return max((f for f in fits if f.score > 0), key=lambda f: f.score, default=None)


# A paper is held against one topic after another: its texts need folding once.
@functools.lru_cache(maxsize=64)
def fold(text: str) -> str:
    """Make texts comparable: NFKC, case, hyphens and white space do not count."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\-‐-―/_]+", " ", text)


def count_words(words: tuple[str, ...], text: str) -> dict[str, int]:
    """Count how often each of a topic's words stands in a text; leaves out those that do not."""
    folded = fold(text)
    there = (word for word in words if _letters(word) in folded)
    counts = {word: len(_pattern(word).findall(folded)) for word in there}
    return {word: n for word, n in counts.items() if n}


def _found(words: tuple[str, ...], text: str) -> tuple[str, ...]:
    # Looking for the bare letters first makes the whole ranking eight times as fast.
    return tuple(w for w in words if _letters(w) in text and _pattern(w).search(text))


@functools.lru_cache(maxsize=4096)
def _letters(word: str) -> str:
    return fold(word).strip()


@functools.lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    folded = _letters(word)
    plural = "(?:s|es)?" if folded[-1:].isascii() and folded[-1:].isalpha() else ""
    # Borders are ASCII ones: a Latin word may touch Japanese ones, "ASRの改良".
    left = "(?<![a-z0-9])" if folded[:1].isascii() else ""
    right = "(?![a-z0-9])" if folded[-1:].isascii() else ""
    return re.compile(f"{left}{re.escape(folded)}{plural}{right}")
