"""Count what a person chose in a topic that has the same telling words as a paper."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reader.base.words import folded
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, Paper
from reader.ranking.events import labels
from reader.ranking.judge import telling_words
from reader.ranking.learn import events_of
from reader.ranking.rows import labels as acts
from reader.ranking.score import Term

MOST_WORDS = 5
"""Of the weightiest learned words of a paper two are looked for."""

CHOSEN = ("pick", "write", "yes")
"""Acts that choose a paper for a topic; a filing by hand or a seed is not called a pick."""


@dataclass(frozen=True, slots=True)
class Alike:
    """How many chosen papers of the topic have both of these words."""

    n: int
    words: tuple[str, str]


def alike(library: Library, held: LibraryPaper, topic: str, terms: Iterable[Term]) -> Alike | None:
    """Give the two telling words of a paper that most chosen papers of a topic have; None where
    no other paper has two of them."""
    words = telling_words(terms)[:MOST_WORDS]
    if len(words) < 2:
        return None
    having = [_having(paper, words) for paper in _chosen(library, held, topic)]
    pairs = [
        Alike(sum(one in found and other in found for found in having), (one, other))
        for one, other in itertools.combinations(words, 2)
    ]
    best = max(pairs, key=lambda pair: pair.n)  # of equals the weightiest words
    return best if best.n else None


def _chosen(library: Library, held: LibraryPaper, topic: str) -> list[Paper]:
    """List the other papers of a topic that were chosen for it and still are."""
    events = events_of(library, liked_alone=True)
    chosen = {e.paper for e in events if e.topic == topic and e.kind in CHOSEN}
    several = labels(events, library.today(), [topic])[topic]
    rows = [x.paper for x in several if x.is_in and x.paper in chosen and x.paper != held.row]
    return list(acts.texts(library.db, rows).values())


def _having(paper: Paper, words: Sequence[str]) -> set[str]:
    """Give those of some words that a paper has, in any form that counts as the same."""
    text = f"{paper.title} {paper.abstract}".casefold()
    # Folding all words of a thousand papers takes a second; few have the word's beginning.
    near = [word for word in words if not text.isascii() or folded(word)[:-1] in text]
    if not near:
        return set()
    forms = {folded(found) for found in _WORD.findall(text)}
    return {word for word in near if folded(word) in forms}


_WORD = re.compile(r"[^\W_]+")
