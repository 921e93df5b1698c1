"""Find papers as arXiv's query language asks for them, at a moment of a played calendar.

Read arXiv's query language: `(cat:cs.CL OR cat:eess.AS) AND submittedDate:[… TO …]`.

Plain functions on plain values. Left out, since nothing here asks for it: jr, rn,
lastUpdatedDate.

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
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from reader.gathering.calendar import announced_at, listing_day
from reader.library.paper import Paper


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing asked for: `cat:cs.CL`, `ti:"a phrase"`, a date range, a bare word.

    field: in lower case.
    """

    field: str
    value: str

    def bounds(self) -> tuple[datetime, datetime]:
        """Give the UTC times [start, end) of a date range; its last minute belongs to it."""
        start, _, end = self.value.strip("[]").partition(" TO ")
        return _moment(start), _moment(end) + timedelta(minutes=1)

    def holds(self, paper: Paper) -> bool:
        """Tell whether a paper's words hold this one's, as whole words or up to a `*`."""
        wanted = _plain(self.value)
        text = _text_of(paper, self.field).lower()
        if wanted.partition(" ")[0] not in text:  # says no ten times faster than what follows
            return False
        return f" {wanted}{'' if self.value.endswith('*') else ' '}" in f" {_plain(text)} "


@dataclass(frozen=True, slots=True)
class Pair:
    """Two queries and the operator between them: AND, OR or ANDNOT."""

    operator: str
    left: Query
    right: Query


Query = Condition | Pair

_TOKENS = re.compile(r'\s*(\(|\)|\w+:\[[^\]]*\]|(?:\w+:)?"[^"]*"|[^\s()]+)')
_FIELDS = frozenset({"all", "ti", "abs", "au", "co", "cat", "submitteddate"})
_DATES = re.compile(r"\[\d{12}(\d\d)? TO \d{12}(\d\d)?\]")
_OPERATORS = frozenset({"AND", "OR", "ANDNOT"})


def parse(text: str) -> Query:
    """Read a query; AND and ANDNOT bind tighter than OR, no operator means OR.

    Raises ValueError for what arXiv refuses.
    """
    waiting = _TOKENS.findall(text)[::-1]
    query = _any_of(waiting)
    if waiting:
        raise ValueError(f"cannot parse the query at {waiting[-1]}")
    return query


def cost(query: Query) -> int:
    """Order queries by how many papers they look at: dates 0, categories 1, words 2."""
    if isinstance(query, Condition):
        return {"submitteddate": 0, "cat": 1}.get(query.field, 2)
    costs = (cost(query.left), cost(query.right))
    return max(costs) if query.operator == "OR" else min(costs)


def _any_of(waiting: list[str]) -> Query:
    query = _all_of(waiting)
    while waiting and waiting[-1] != ")":
        if waiting[-1] == "OR":
            waiting.pop()
        query = Pair("OR", query, _all_of(waiting))
    return query


def _all_of(waiting: list[str]) -> Query:
    query = _one(waiting)
    while waiting and waiting[-1] in {"AND", "ANDNOT"}:
        query = Pair(waiting.pop(), query, _one(waiting))
    return query


def _one(waiting: list[str]) -> Query:
    part = waiting.pop() if waiting else ""
    if part == "(":
        query = _any_of(waiting)
        if not waiting or waiting.pop() != ")":
            raise ValueError("cannot parse the query: a bracket is not closed")
        return query
    if part in {"", ")"} or part in _OPERATORS:
        raise ValueError(f"cannot parse the query at {part or 'its end'}")
    return _condition(part)


def _condition(part: str) -> Condition:
    field, colon, value = part.partition(":")
    if not colon or part.startswith('"'):
        field, value = "all", part
    if field.lower() not in _FIELDS:
        raise ValueError(f"unknown field {field}")
    if field.lower() == "submitteddate" and not _DATES.fullmatch(value):
        raise ValueError(f"incorrect date range {value}")
    return Condition(field.lower(), value.strip('"'))


def _text_of(paper: Paper, field: str) -> str:
    match field:
        case "ti":
            return paper.title
        case "abs":
            return paper.abstract
        case "au":
            return " ".join(paper.authors)
        case "co":
            return paper.comment
    authors, categories = " ".join(paper.authors), " ".join(paper.categories)
    return " ".join((paper.title, authors, paper.abstract, paper.comment, categories))


def _moment(digits: str) -> datetime:
    return datetime.strptime(digits[:12], "%Y%m%d%H%M").replace(tzinfo=UTC)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


AnnounceType = Literal["new", "cross", "replace", "replace-cross"]


@dataclass(frozen=True, slots=True)
class PlayedPaper:
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

    def __init__(self, papers: Iterable[PlayedPaper]) -> None:
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

    def search(self, query: str, numbers: Sequence[str], *, now: datetime) -> list[PlayedPaper]:
        """Give what a query and an id list both name, oldest submission first.

        With an id list alone, the order of the list. An empty query and an empty list
        find nothing. Raises ValueError, worded as arXiv words it, for what is malformed.
        """
        wanted = [self._place[n] for n in map(_checked, numbers) if n in self._place]
        if not query.strip():
            return self._visible(dict.fromkeys(wanted), now)
        within = set(wanted) if numbers else None
        return self._visible(sorted(self._match(parse(query), within)), now)

    def listing(self, day: date, names: Sequence[str]) -> list[tuple[PlayedPaper, AnnounceType]]:
        """Give a day's announcement in some categories ("cs.CL") or archives ("cs").

        New papers first, then cross-lists, then replacements, as arXiv orders them.
        """
        groups: dict[AnnounceType, list[PlayedPaper]] = {
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

    def _visible(self, places: Iterable[int], now: datetime) -> list[PlayedPaper]:
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
