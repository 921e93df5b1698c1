"""Find where the entries of a list of references begin, by their numbers or labels."""

from __future__ import annotations

import re

from reader.pdf.columns import Row

_BRACKET = re.compile(r"\[(\d{1,3})\]")
_LABEL = re.compile(r"\[[^\]]{1,12}\]")
_DOT = re.compile(r"\(?(\d{1,3})[.)]\s")
N_ENTRIES = 5
"""So many in a row make a list of references where no heading says so."""


def is_numbered(text: str, *, like: str = "") -> bool:
    """Say whether a text begins with an entry's number or label.

    like: another entry; where that has its number in brackets, so has this.
    """
    if _LABEL.match(text):
        return True
    return bool(_DOT.match(text)) and not _LABEL.match(like)


def entry_rows(run: list[Row]) -> frozenset[int]:
    """Give the places of rows that begin numbered entries; none where there are none.

    Numbers rise by one: a year or a page's number at a line's begin is no entry's.
    """
    brackets = _numbered(run, _BRACKET)
    dots = _numbered(run, _DOT)
    labels = [at for at, row in enumerate(run) if _LABEL.match(row.text)]
    if len(labels) > max(1, 2 * len(brackets)):
        return frozenset(labels)
    chain = _chain(brackets if len(brackets) >= min(2, len(dots)) and brackets else dots)
    return frozenset(chain) if len(chain) > 1 else frozenset(at for at, _ in brackets)


def first_entry(run: list[Row]) -> int | None:
    """Give the place of "[1]" where "[2]", "[3]" … begin rows below it, else None."""
    found = _numbered(run, _BRACKET)
    if len(found) < N_ENTRIES:
        return None
    for n, (at, number) in enumerate(found):
        if number == 1:
            chain = _chain(found[n:])
            return at if len(chain) >= N_ENTRIES else None
    return None


def _numbered(run: list[Row], pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    return [
        (at, int(match[1]))
        for at, row in enumerate(run)
        if row.text[0] in "[(0123456789" and (match := pattern.match(row.text))
    ]


def _chain(found: list[tuple[int, int]]) -> list[int]:
    """Keep those whose numbers follow one another; one or two may be missing."""
    numbers = {number for _, number in found}
    kept: list[int] = []
    last: int | None = None
    for at, number in found:
        follows = number + 1 in numbers if last is None else last < number <= last + 3
        if follows:
            kept.append(at)
            last = number
    return kept
