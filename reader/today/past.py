"""Say what stood on the screen about a paper: frozen values. Knows no rows and no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from reader.score import Term
from reader.today.values import Entry, Shelf


@dataclass(frozen=True, slots=True)
class PastMention:
    """What somebody said of a paper; `on`: the day on which this library first saw it."""

    author: str
    on: date | None
    text: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """What a list showed of one paper.

    shelf, position: its lane, and its place there from 1; None where no list showed it, and then
    the score and its terms are those of the topic that it fitted best, None and empty where it
    was not ranked. topic: empty for none. models: names those that judged it.
    """

    shelf: Shelf | None
    position: int | None
    topic: str
    score: float | None
    sentence: str = ""
    terms: tuple[Term, ...] = ()
    mentions: tuple[PastMention, ...] = ()
    n_votes: int | None = None
    models: str = ""


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision that stands, and what was shown when it was made; day: of that list."""

    kind: Literal["pick", "skip"]
    on: date
    day: date | None
    line: ShownLine


def line_of(entry: Entry, shelf: Shelf, position: int) -> ShownLine:
    """Give what a list shows of an entry that stands in one of its lanes."""
    return ShownLine(
        shelf,
        position,
        entry.topic or "",
        entry.score,
        entry.why,
        entry.terms,
        tuple(PastMention(m.author, m.on, m.words) for m in entry.mentions),
        entry.n_votes,
    )
