"""Tell how well a paper fits a topic, and in which words.

By the topic's own words in title and abstract alone: what files a paper, and what a model
learns from before anything was decided. Knows not where papers are kept.
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


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one paper fits one topic.

    score: the weighted number of the words below; 0 or more.
    """

    topic: str
    score: float
    title_words: tuple[str, ...]
    abstract_words: tuple[str, ...]

    @property
    def is_member(self) -> bool:
        """Some word of the topic stands in the paper."""
        return self.score > 0


def fit(paper: Paper, topic: Topic) -> Fit:
    """Judge one paper against one topic.

    Each of the topic's words counts once in the title and once in the abstract, without
    regard to case, width, hyphens or an English plural.
    """
    title, abstract = fold(paper.title), fold(paper.abstract)
    in_title = _found(topic.words, title)
    in_abstract = _found(topic.words, abstract)
    score = TITLE_WEIGHT * len(in_title) + ABSTRACT_WEIGHT * len(in_abstract)
    return Fit(topic.path, score, in_title, in_abstract)


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
