"""Let a person's word on a topic stand above what its model says. Pure.

"no": the paper is never listed in that topic again; "yes": it belongs there, before all topics
of which nothing was said.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from reader.base.messages import say
from reader.morning.values import Entry, FoldedDays, Morning
from reader.ranking.rank import Rank, Words


@dataclass(frozen=True, slots=True)
class ToldTopics:
    """What the words on one paper make of the topics of a lane.

    is_sent_away: it was said not to be of a topic that it would stand in, and is of none.
    """

    is_sent_away: bool
    is_brought: bool


def told_of(ranks: Iterable[Rank], topics: Container[str]) -> ToldTopics:
    """Tell whether a person's word sends a paper away from some topics, or brings it in."""
    own = [rank for rank in ranks if rank.topic in topics]
    said = {term.kind for rank in own for term in rank.terms}
    is_away = "told_no" in said and not any(rank.place == "in" for rank in own)
    return ToldTopics(is_away, "told_yes" in said)


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


Listed = TypeVar("Listed", Morning, FoldedDays)


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
