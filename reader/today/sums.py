"""Lay out the sum behind a paper's place as rows: a number, and what it is for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reader.phrases import say
from reader.score import Term, in_print

LITTLE = 0.05
"""A learned word that adds less than this, either way, is not named: it tells a person nothing."""


_RECORD = re.compile(r"(.*): (\d+) of (\d+)", re.DOTALL)
"""An author's earlier papers that were talked about, as a kept sum has them."""


def sum_rows(terms: Sequence[Term]) -> Iterator[tuple[float, str]]:
    """Give a sum as (value, reason) in three digits; the rounded values add up.

    Learned words of little weight, of which there are dozens, are one row without the words.
    """
    small: list[float] = []
    for term, value in in_print(terms):
        if term.kind == "learned" and abs(term.value) < LITTLE:
            small.append(value)
        elif value:
            yield value, term_text(term)
    if small:
        yield round(sum(small), 3), say("why.little", n=len(small))


def term_text(term: Term) -> str:
    """Say what a term of a score is, in words."""
    what = term.what
    if term.kind == "record" and (counted := _RECORD.fullmatch(what)):
        author, n, of = counted.groups()
        what = say("term.record.of", author=author, n=n, of=of)
    try:
        # Of what nothing is known the sum says that much.
        return say(f"term.{term.kind}", what=what).removesuffix(": ")
    except KeyError:
        return say("term.other", kind=term.kind, what=term.what)
