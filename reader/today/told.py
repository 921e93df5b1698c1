"""Let a person's word on a topic stand above what its model says. Pure.

"no": the paper is never listed in that topic again; "yes": it belongs there, before all topics
of which nothing was said.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from reader.phrases import say
from reader.score import Term
from reader.today.values import Entry, Folded, Morning, Rank

Word = Literal["seed", "yes", "no"]

Words = Mapping[str, Word]
"""By topic, the last word on one paper that stands; what was said last stands last."""

TOLD = 1.0
"""What a word adds or takes away at least, and how far below the cut a "no" puts a paper."""


def as_told(ranks: Sequence[Rank], words: Words) -> list[Rank]:
    """Give the ranks of one paper as a person's word has them; a term of each sum says so."""
    if not words:
        return list(ranks)
    known = {rank.topic: rank for rank in ranks}
    rest = [
        _out(rank) if words.get(rank.topic) == "no" else rank
        for rank in ranks
        if words.get(rank.topic) != "yes"
    ]
    top = max((rank.margin for rank in rest), default=0.0)
    yes = (known.get(topic, Rank(topic, None, "in")) for topic, word in words.items()
           if word == "yes")  # fmt: skip
    no = (Rank(topic, None, "out") for topic, word in words.items()
          if word == "no" and topic not in known)  # fmt: skip
    return [*rest, *(_out(rank) for rank in no), *(_in(rank, top) for rank in yes)]


def _out(rank: Rank) -> Rank:
    return _changed(rank, "told_no", min(-TOLD, -TOLD - rank.margin), "out")


def _in(rank: Rank, top: float) -> Rank:
    # Kept without its terms, or not at all: the sum is the person's word alone.
    bare = rank if rank.terms else replace(rank, score=0.0, cut=0.0)
    # A hundredth, since sums of decimals may end just below.
    return _changed(bare, "told_yes", max(TOLD, max(top, 0.0) - bare.margin + 0.01), "in")


def _changed(rank: Rank, kind: str, value: float, place: Literal["in", "out"]) -> Rank:
    terms = (*rank.terms, Term(kind, rank.topic, value))
    return replace(rank, terms=terms, score=rank.score + value, place=place)


@dataclass(frozen=True, slots=True)
class Told:
    """What the words on one paper make of the topics of a lane.

    is_sent_away: it was said not to be of a topic that it would stand in, and is of none.
    """

    is_sent_away: bool
    is_brought: bool


def told_of(ranks: Iterable[Rank], topics: Container[str]) -> Told:
    """Tell whether a person's word sends a paper away from some topics, or brings it in."""
    own = [rank for rank in ranks if rank.topic in topics]
    said = {term.kind for rank in own for term in rank.terms}
    is_away = "told_no" in said and not any(rank.place == "in" for rank in own)
    return Told(is_away, "told_yes" in said)


def relisted(shown: Morning, told: Mapping[int, Words], own: Container[str]) -> Morning:
    """Give a list that is open with what was said of its papers since, by row.

    A paper of another own topic goes to the end of the own lane, where it is not there yet;
    what is of no topic any more stays where it is, so that the list does not jump.
    own: the paths of the own topics.
    """
    if not told:
        return shown
    if shown.folded:
        return replace(shown, folded=_relisted(shown.folded, told, own))
    return _relisted(shown, told, own)


Listed = TypeVar("Listed", Morning, Folded)


def _relisted(listed: Listed, told: Mapping[int, Words], own: Container[str]) -> Listed:
    brought: list[Entry] = []

    def rest(lane: Iterable[Entry]) -> tuple[Entry, ...]:
        kept: list[Entry] = []
        for entry in lane:
            now = entry_now(entry, told.get(entry.held.row, {}), own)
            is_brought = now is not entry and now.topic in own
            (brought if is_brought else kept).append(now)
        return tuple(kept)

    mine: tuple[Entry, ...] = tuple(
        entry_now(entry, told.get(entry.held.row, {}), own) for entry in listed.own
    )
    below, near = rest(listed.doubtful), rest(listed.near)
    wild = rest([listed.wild] if listed.wild else [])
    return replace(
        listed, own=(*mine, *brought), doubtful=below, near=near, wild=next(iter(wild), None)
    )


def entry_now(entry: Entry, words: Words, own: Container[str]) -> Entry:
    """Give a line of a list that is open with what was said of its topics since."""
    yes = next((topic for topic, word in reversed([*words.items()]) if word == "yes"), None)
    is_wrong = words.get(entry.topic or "") == "no"
    if yes == entry.topic or not (is_wrong or (yes in own and entry.topic not in own)):
        return entry
    text = say("why.told_yes", what=yes) if yes else say("why.told_no", what=entry.topic)
    is_out = entry.topic in own and yes not in own
    return replace(
        entry,
        topic=yes,
        also=(),
        sureness="sure" if yes in own else None,
        why=text + say("why.end"),
        is_sorted_out=is_out,
    )
