"""Find papers as arXiv's query language asks for them, at a moment of a played calendar.

A paper is found from the moment its listing is out (announcement.announced_at), never
before. This knows nothing of HTTP, XML or where the papers come from. Costs grow with
what is asked for: a query with a date or a category does not look at the other papers;
one of words alone reads them all.

Relevance as Lucene scores it is left out: nothing here asks for it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reader.announcement import announced_at, listing_day
from reader.demo.query import Condition, Query, cost, parse
from reader.paper import Paper

AnnounceType = Literal["new", "cross", "replace", "replace-cross"]


@dataclass(frozen=True, slots=True)
class Played:
    """A paper and when arXiv got it.

    paper: `announced_on` None means the day that the calendar gives for `submitted_at`;
    `version` is the one that `replaced_at` brings.
    replaced_at: when the newest version was submitted, None for a paper of one version.
    """

    paper: Paper
    submitted_at: datetime
    replaced_at: datetime | None = None

    @property
    def number(self) -> str:
        """The arXiv id without scheme and version."""
        return self.paper.id.removeprefix("arxiv:")

    @property
    def listed_on(self) -> date:
        return self.paper.announced_on or listing_day(self.submitted_at)

    def is_replaced(self, now: datetime) -> bool:
        """Tell whether the newest version is out."""
        at = self.replaced_at
        return at is not None and announced_at(listing_day(at)) <= now

    def version(self, now: datetime) -> int:
        return (self.paper.version or 2) if self.is_replaced(now) else 1

    def updated_at(self, now: datetime) -> datetime:
        return self.replaced_at if self.replaced_at and self.is_replaced(now) else self.submitted_at


class Catalogue:
    """Papers, indexed by submission time, category, id and listing day."""

    def __init__(self, papers: Iterable[Played]) -> None:
        self._papers = sorted(papers, key=lambda p: (p.submitted_at, p.number))
        self._submitted = [p.submitted_at for p in self._papers]
        self._out_at = [announced_at(p.listed_on) for p in self._papers]
        self._place = {p.number: i for i, p in enumerate(self._papers)}
        self._listed: dict[date, list[int]] = defaultdict(list)
        self._replaced: dict[date, list[int]] = defaultdict(list)
        by_category: dict[str, set[int]] = defaultdict(set)
        for i, played in enumerate(self._papers):
            self._listed[played.listed_on].append(i)
            if played.replaced_at:
                self._replaced[listing_day(played.replaced_at)].append(i)
            for category in played.paper.categories:
                by_category[category.lower()].add(i)
        self._by_category = {name: frozenset(found) for name, found in by_category.items()}

    def __len__(self) -> int:
        return len(self._papers)

    def search(self, query: str, numbers: Sequence[str], *, now: datetime) -> list[Played]:
        """Give what a query and an id list both name, oldest submission first.

        With an id list alone, the order of the list. An empty query and an empty list
        find nothing. Raises ValueError, worded as arXiv words it, for what is malformed.
        """
        wanted = [self._place[n] for n in map(_checked, numbers) if n in self._place]
        if not query.strip():
            return self._visible(dict.fromkeys(wanted), now)
        within = set(wanted) if numbers else None
        return self._visible(sorted(self._match(parse(query), within)), now)

    def listing(self, day: date, names: Sequence[str]) -> list[tuple[Played, AnnounceType]]:
        """Give a day's announcement in some categories ("cs.CL") or archives ("cs").

        New papers first, then cross-lists, then replacements, as arXiv orders them.
        """
        groups: dict[AnnounceType, list[Played]] = {
            "new": [],
            "cross": [],
            "replace": [],
            "replace-cross": [],
        }
        kinds: list[AnnounceType] = list(groups)
        for first, places in ((0, self._listed.get(day)), (2, self._replaced.get(day))):
            for played in (self._papers[i] for i in places or ()):
                rank = _rank(played.paper.categories, names)
                if rank is not None:
                    groups[kinds[first + rank]].append(played)
        return [(played, kind) for kind, several in groups.items() for played in several]

    def _visible(self, places: Iterable[int], now: datetime) -> list[Played]:
        return [self._papers[i] for i in places if self._out_at[i] <= now]

    def _match(self, query: Query, within: AbstractSet[int] | None) -> AbstractSet[int]:
        """Find the places that a query names, looking only `within` where that is given."""
        if isinstance(query, Condition):
            return self._match_one(query, within)
        if query.operator == "OR":
            return self._match(query.left, within) | self._match(query.right, within)
        if query.operator == "ANDNOT":
            kept = self._match(query.left, within)
            return kept - self._match(query.right, kept)
        first, second = sorted((query.left, query.right), key=cost)
        return self._match(second, self._match(first, within))

    def _match_one(self, asked: Condition, within: AbstractSet[int] | None) -> AbstractSet[int]:
        if asked.field == "submitteddate":
            start, end = asked.bounds()
            places = range(bisect_left(self._submitted, start), bisect_left(self._submitted, end))
            return set(places) if within is None else {i for i in within if i in places}
        if asked.field == "cat":
            found = self._categorised(asked.value.lower())
            return found if within is None else found & within
        among = range(len(self._papers)) if within is None else within
        return {i for i in among if asked.holds(self._papers[i].paper)}

    def _categorised(self, name: str) -> AbstractSet[int]:
        if not name.endswith("*"):
            return self._by_category.get(name, frozenset())
        stem = name.rstrip("*")
        several = [places for known, places in self._by_category.items() if known.startswith(stem)]
        return frozenset().union(*several)


_NUMBER = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")


def _checked(number: str) -> str:
    match = _NUMBER.fullmatch(number)
    if not match:
        raise ValueError(f"incorrect id format for {number}")
    return match[1]


def _rank(categories: Sequence[str], names: Sequence[str]) -> int | None:
    """Give 0 where the primary category is named, 1 where another one is, else None."""
    named = [any(c == name or c.startswith(f"{name}.") for name in names) for c in categories]
    return None if not any(named) else int(not named[0])
