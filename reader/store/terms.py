"""Write the terms of a sum as text for a column, and read them back."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from reader.score import Term


def to_text(terms: Iterable[Term]) -> str:
    """Write terms one a line, their numbers so that they are read back to the last bit."""
    return "\n".join(f"{t.kind}\t{t.value!r}\t{' '.join(t.what.split())}" for t in terms)


@functools.lru_cache(1_024)
def from_text(text: str) -> tuple[Term, ...]:
    """Read what `to_text` wrote; of a server's list again and again the same."""
    lines = (line.split("\t", 2) for line in text.split("\n") if line)
    return tuple(Term(kind, what, float(value)) for kind, value, what in lines)
