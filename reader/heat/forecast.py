"""Foretell on the morning itself, without a vote, whether a paper will be talked about.

A score in log-odds, between those of being talked about at all and much: from how it is
written, what its authors' earlier papers came to, and when it was handed in. Pure: the
numbers that weigh all this are `Coefficients`. No class and no comment is looked at: in
the data those are known of some papers only, and which ones gives the answer away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reader.heat.coefficients import Coefficients
from reader.heat.place import Place
from reader.heat.record import MOST_AUTHORS, Record, evidence
from reader.heat.text import buckets
from reader.paper import Paper
from reader.score import Term

MUCH_VOTES = 10
"""Up-votes from which on a paper is much talked about."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a paper alone gives to the forecast: hashed words, and named numbers."""

    text: Mapping[int, float]
    plain: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Example:
    """A paper of which it is known by now whether it was talked about.

    records: as they were on its morning; n_votes: None for no talk, 0 or more for some.
    weight: how many papers it stands for, where others like it were left out.
    """

    on: date
    facts: Facts
    records: tuple[Record, ...]
    n_votes: int | None = None
    weight: float = 1.0


def facts_of(paper: Paper, place: Place | None = None) -> Facts:
    """Take the facts out of a paper.

    place: among the day's numbers, None where that is not known.
    """
    where = place or Place()
    n = min(len(paper.authors), MOST_AUTHORS)
    plain = {"authors": math.log2(1 + n), "after": where.after, "share": where.share}
    return Facts(text=buckets(paper.title, paper.abstract), plain=plain)


def numbers_of(facts: Facts, records: Sequence[Record]) -> dict[str, float]:
    """Give every named number that is weighed, but the text's."""
    return {**facts.plain, **evidence(records)}


def forecast(
    facts: Facts, records: Sequence[Record], coefficients: Coefficients
) -> tuple[Term, ...]:
    """Give the log-odds that a paper will be talked about, as terms.

    What each term says is measured against the usual paper (`Coefficients.usual`), whose
    score is the start.
    """
    found = numbers_of(facts, records)
    weighed = {
        name: weight * (found.get(name, 0.0) - coefficients.usual.get(name, 0.0))
        for name, weight in coefficients.weights.items()
    }
    terms = [
        Term("start", "", coefficients.start),
        Term("text", "", coefficients.weigh_text(facts.text)),
    ]
    for kind, names in KINDS.items():
        value = math.fsum(weighed.get(name, 0.0) for name in names)
        terms.append(Term(kind, _what(kind, facts, records), value))
    return tuple(terms)


KINDS: Mapping[str, tuple[str, ...]] = {
    "record": (
        "record_sum", "record_best", "record_votes", "record_votes_best", "record_hot",
        "record_shares", "record_first", "record_last", "record_new",
    ),
    "authors": ("authors",),
    "place": ("after", "share"),
}  # fmt: skip
"""The terms of a forecast, and the numbers that each joins."""


def _what(kind: str, facts: Facts, records: Sequence[Record]) -> str:
    if kind == "record":
        best = max(records, key=lambda r: (r.n_hot, -r.n_papers), default=None)
        return f"{best.author}: {best.n_hot} of {best.n_papers}" if best and best.n_hot else ""
    if kind == "authors":
        return str(len(records))
    after = facts.plain.get("after")
    return "" if after is None else f"{2**after - 1:.0f}"
