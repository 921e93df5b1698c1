"""Decide which papers and posts a mute is about.

Words fit as those of a topic do, names of authors as those of people who are followed; where only
a name is alike, nothing is muted. A category is a paper's primary one. Knows no list.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from reader.library.config import CLASSES, Topic
from reader.library.identity import author_key, family_folds, matches
from reader.library.paper import Paper
from reader.library.post import PostMention
from reader.ranking.topic import fold, mentions

MuteKind = Literal["word", "author", "category", "source"]

IDLE = timedelta(days=90)
"""After so long without a hidden paper a mute is named as idle."""

MOST_AUTHORS = 6
"""Authors of a paper, and people who speak of it, that are offered to be muted."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Something that a person does not want to see.

    at: when it was muted; on: that day. until: its last day, None for no end.
    """

    id: int
    act: int
    kind: MuteKind
    value: str
    until: date | None
    at: datetime
    on: date

    def holds(self, day: date) -> bool:
        """Check whether it counts for the list of a day."""
        return self.until is None or day <= self.until

    @property
    def key(self) -> tuple[MuteKind, str]:
        return mute_key(self.kind, self.value)


@dataclass(frozen=True, slots=True)
class MuteLine:
    """A mute, and what became of it. hid_on: the day of the last list in which it hid a paper."""

    mute: Mute
    hid_on: date | None
    state: Literal["holds", "idle", "ended"]


def mute_line(mute: Mute, hid_on: date | None, day: date) -> MuteLine:
    """Tell how a mute stands on a day: it holds, or has hidden nothing for IDLE, or has ended."""
    if not mute.holds(day):
        return MuteLine(mute, hid_on, "ended")
    return MuteLine(mute, hid_on, "idle" if day - (hid_on or mute.on) > IDLE else "holds")


def mute_key(kind: MuteKind, value: str) -> tuple[MuteKind, str]:
    """Return what is equal for two mutes of the same thing, however they were typed."""
    return kind, author_key(value) if kind == "author" else fold(value).strip()


def muting(
    mutes: Iterable[Mute], paper: Paper, origins: Sequence[str], *, is_heard: bool
) -> tuple[Mute, ...]:
    """Select the mutes that a paper falls under.

    origins: the sources that brought it: it is muted where all of them are. is_heard: a post that
    is not muted names it, so that no source is the only one.
    """
    several = tuple(mutes)
    sources = {mute.value for mute in several if mute.kind == "source"}
    is_muted = bool(origins) and not is_heard and sources.issuperset(origins)
    return tuple(
        mute
        for mute in several
        if (is_muted and mute.value in origins if mute.kind == "source" else _fits(mute, paper))
    )


def _fits(mute: Mute, paper: Paper) -> bool:
    if mute.kind == "word":
        text = f"{paper.title} {paper.abstract}".casefold()
        # To fold an abstract takes 330 µs, to look for the letters 2.
        if text.isascii() and not all(part in text for part in fold(mute.value).split()):
            return False
        return mentions((mute.value,), paper.title, paper.abstract).is_any
    if mute.kind == "author":
        return any(is_meant(mute.value, author) for author in paper.authors)
    return mute.value in paper.categories[:1]


_folds = functools.lru_cache(256)(family_folds)


def is_meant(muted: str, author: str) -> bool:
    """Check whether a mute of a name is about an author or a person who posts."""
    # `matches` takes 29 µs, the look for the letters of a family name, which few have, 1.
    letters = author.casefold().replace("'", "")
    if letters.isascii() and not any(fold in letters for fold in _folds(muted)):
        return False
    # Of a name that many have ("Wei Wang") `matches` is never sure: then the same printing counts.
    return matches(muted, author) == "same" or author_key(muted) == author_key(author)


def silencing(
    mutes: Iterable[Mute], mention: PostMention, timelines: Mapping[str, str]
) -> list[Mute]:
    """Select the mutes that a post falls under: by its source, or by who wrote it.

    timelines: sources that are somebody's own, with the person's name.
    """
    names = {mention.author, timelines.get(mention.source, mention.author)}
    return [
        mute
        for mute in mutes
        if (mute.kind == "source" and mute.value == mention.source)
        or (mute.kind == "author" and any(is_meant(mute.value, name) for name in names))
    ]


def mutable_parts(
    paper: Paper, topics: Iterable[Topic], origins: Iterable[str], said: Sequence[PostMention]
) -> Iterator[tuple[MuteKind, str]]:
    """List what of a paper can be muted: words of topics that it has, its authors, the people who
    speak of it, its primary category, the sources that brought it."""
    found: dict[tuple[MuteKind, str], tuple[MuteKind, str]] = {}

    def offer(kind: MuteKind, values: Iterable[str]) -> None:
        for value in values:
            found.setdefault(mute_key(kind, value), (kind, value))

    for topic in topics:
        there = mentions(topic.words, paper.title, paper.abstract)
        offer("word", (*there.title, *there.abstract))
    offer("author", paper.authors[:MOST_AUTHORS])
    offer("author", list(dict.fromkeys(mention.author for mention in said))[:MOST_AUTHORS])
    offer("category", (one for one in paper.categories[:1] if one in CLASSES))
    offer("source", (*origins, *(mention.source for mention in said)))
    yield from found.values()
