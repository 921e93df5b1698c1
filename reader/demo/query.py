"""Read arXiv's query language: `(cat:cs.CL OR cat:eess.AS) AND submittedDate:[… TO …]`.

Plain functions on plain values. Left out, since nothing here asks for it: jr, rn,
lastUpdatedDate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reader.paper import Paper


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
