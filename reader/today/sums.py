"""Lay out the sum behind a paper's place as rows: a number, and what it is for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reader.phrases import say
from reader.score import Term, in_print

LITTLE = 0.05
"""Terms of a sum that are less than this, and learned words, share their lines."""


def sum_rows(terms: Sequence[Term]) -> Iterator[tuple[float, str]]:
    """Give a sum as (value, reason) in three digits; the rounded values add up.

    Learned words of little weight, of which there are dozens, share a row.
    """
    printed = [(term, value) for term, value in in_print(terms) if value]
    small = [(t, v) for t, v in printed if t.kind == "learned" and abs(v) < LITTLE]
    small = small if len(small) > 2 else []  # two lines are short enough
    for term, value in printed:
        if (term, value) not in small:
            yield value, term_text(term)
    if small:
        words = say("list").join(
            f"{say('why.quoted', what=term.what)} {value:+.3f}" for term, value in small
        )
        text = say("why.little", n=len(small), words=words)
        yield round(sum(value for _, value in small), 3), text


def term_text(term: Term) -> str:
    """Say what a term of a score is, in words."""
    try:
        # Of what nothing is known the sum says that much.
        return say(f"term.{term.kind}", what=term.what).removesuffix(": ")
    except KeyError:
        return say("term.other", kind=term.kind, what=term.what)
