"""Find papers by arXiv's query language, as of a moment in the played calendar.

`(cat:cs.CL OR cat:eess.AS) AND submittedDate:[… TO …]`. Not supported, since nothing here asks
for it: jr, rn, lastUpdatedDate, and Lucene's relevance.

A query with a date or a category looks only at those papers; a query of words alone reads them all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reader.cli.demo.server import Catalogue, PlayedPaper
from reader.library.calendar import announced_at
from reader.library.paper import Paper


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a query: `cat:cs.CL`, `ti:"a phrase"`, a date range, a bare word.

    field: in lower case, "all" for a bare word.
    """

    field: str
    value: str

    def bounds(self) -> tuple[datetime, datetime]:
        """Convert a date range to UTC moments [start, end); its last minute is included."""
        start, end = (
            # Seconds, which may follow, do not count.
            datetime.strptime(digits[:12], "%Y%m%d%H%M").replace(tzinfo=UTC)
            for digits in self.value.strip("[]").split(" TO ")
        )
        return start, end + timedelta(minutes=1)

    def holds(self, paper: Paper) -> bool:
        """Check whether a paper has this condition's words, whole or up to a `*`."""
        wanted = _plain(self.value)
        fields = {
            "ti": paper.title,
            "au": " ".join(paper.authors),
            "abs": paper.abstract,
            "co": paper.comment,
        }
        if (text := fields.get(self.field)) is None:
            text = " ".join((*fields.values(), *paper.categories))
        text = text.lower()
        # This quick test, ten times as fast as the exact one, rules out most papers.
        if wanted.partition(" ")[0] not in text:
            return False
        # With blanks around both only whole words match; a `*` leaves the end open.
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
    """Parse a query. AND and ANDNOT bind tighter than OR; no operator means OR.

    Raises ValueError for what arXiv refuses.
    """
    # Reversed, so that `pop` takes the next token.
    waiting = _TOKENS.findall(text)[::-1]
    query = _any_of(waiting)
    if waiting:
        raise ValueError(f"cannot parse the query at {waiting[-1]}")
    return query


def cost(query: Query) -> int:
    """Rank a query by the papers that it looks at: 0 for dates, 1 for categories, 2 for words."""
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
    field, colon, value = part.partition(":")
    if not colon or part.startswith('"'):
        field, value = "all", part
    if field.lower() not in _FIELDS:
        raise ValueError(f"unknown field {field}")
    if field.lower() == "submitteddate" and not _DATES.fullmatch(value):
        raise ValueError(f"incorrect date range {value}")
    return Condition(field.lower(), value.strip('"'))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


class WholeCatalogue(Catalogue):
    """The played papers, indexed by submission time, category and id too."""

    def __init__(self, papers: Iterable[PlayedPaper]) -> None:
        super().__init__(papers)
        self._submitted = [p.submitted_at for p in self._papers]
        self._out_at = [announced_at(p.listed_on) for p in self._papers]
        self._place = {p.number: i for i, p in enumerate(self._papers)}
        by_category: dict[str, set[int]] = defaultdict(set)
        for i, played in enumerate(self._papers):
            for category in played.paper.categories:
                by_category[category.lower()].add(i)
        self._by_category = {name: frozenset(found) for name, found in by_category.items()}

    def __len__(self) -> int:
        return len(self._papers)

    def search(self, query: str, numbers: Sequence[str], *, now: datetime) -> list[PlayedPaper]:
        """Find the papers that are both in a query and in an id list, oldest submission first.

        An id list alone keeps its order. An empty query with an empty list finds nothing.
        Raises ValueError with arXiv's wording for a malformed query or id.
        """
        matches = [(number, _NUMBER.fullmatch(number)) for number in numbers]
        if bad := [number for number, match in matches if not match]:
            raise ValueError(f"incorrect id format for {bad[0]}")
        found = [match[1] for _, match in matches if match]
        wanted = [self._place[number] for number in found if number in self._place]
        if not query.strip():
            return self._visible(dict.fromkeys(wanted), now)
        within = set(wanted) if numbers else None
        return self._visible(sorted(self._match(parse(query), within)), now)

    def _visible(self, places: Iterable[int], now: datetime) -> list[PlayedPaper]:
        return [self._papers[i] for i in places if self._out_at[i] <= now]

    def _match(self, query: Query, within: AbstractSet[int] | None) -> AbstractSet[int]:
        """Find the places of the papers that match, only among `within` where that is given."""
        if isinstance(query, Condition):
            if query.field == "submitteddate":
                start, end = (bisect_left(self._submitted, at) for at in query.bounds())
                places = range(start, end)
                return set(places) if within is None else {i for i in within if i in places}
            if query.field == "cat":
                found = self._in_category(query.value.lower())
                return found if within is None else found & within
            among = range(len(self._papers)) if within is None else within
            return {i for i in among if query.holds(self._papers[i].paper)}
        if query.operator == "OR":
            return self._match(query.left, within) | self._match(query.right, within)
        if query.operator == "ANDNOT":
            kept = self._match(query.left, within)
            return kept - self._match(query.right, kept)
        # The cheaper side first: the other one then looks only at its results.
        first, second = sorted((query.left, query.right), key=cost)
        return self._match(second, self._match(first, within))

    def _in_category(self, name: str) -> AbstractSet[int]:
        if not name.endswith("*"):
            return self._by_category.get(name, frozenset())
        stem = name.rstrip("*")
        several = [places for known, places in self._by_category.items() if known.startswith(stem)]
        return frozenset().union(*several)


_NUMBER = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
