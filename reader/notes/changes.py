"""Show what changed between two revisions of a note, line by line and within lines. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

AROUND = 3
"""Unchanged lines that are shown before and after changed ones."""

MOST_LINES = 4_000
"""Lines of both texts together; beyond it lines that are repeated often are not matched."""

MOST_PAIRS = 400
"""Pairs of changed lines, up to which the most similar ones are paired; beyond it the n-th of
both."""

LONGEST = 4_000
"""Characters of a line in which changed words are looked for; a longer line is all changed."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a unified difference.

    kind: "@" stands over a hunk and says its place; " " both have it; "-" and "+" one has.
    text: without the kind. spans: what is new or gone within it, as (start, end) in
    characters; empty where the whole line is.
    """

    kind: Literal["@", " ", "-", "+"]
    text: str
    spans: tuple[tuple[int, int], ...] = ()


def changes(before: str, after: str) -> list[DiffLine]:
    """Compute the lines that lead from one text to the other; none where they are the same."""
    old, new = before.split("\n"), after.split("\n")
    # Lines that stand everywhere make an exact comparison quadratic.
    is_long = len(old) + len(new) > MOST_LINES
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=is_long)
    found: list[DiffLine] = []
    for group in matcher.get_grouped_opcodes(AROUND):
        first, last = group[0], group[-1]
        place = f"-{_range(first[1], last[2])} +{_range(first[3], last[4])}"
        found.append(DiffLine("@", f"@ {place} @@"))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [DiffLine(" ", line) for line in old[a:b]]
            else:
                found += _replaced(old[a:b], new[c:d])
    return found


def pieces(line: DiffLine) -> Iterator[tuple[str, bool]]:
    """Split a changed line into pieces, each with whether it changed; safe to print, each
    character in its place."""
    text = "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in line.text)
    done = 0
    for start, end in line.spans:
        yield text[done:start], False
        yield text[start:end], True
        done = end
    yield text[done:], False


def _range(start: int, end: int) -> str:
    """Write a place as unified differences do: from 1, the line before where it has none."""
    n = end - start
    return f"{start + 1}" if n == 1 else f"{start + 1 if n else start},{n}"


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    """List removed lines, then added ones; in similar ones the differing words are marked."""
    # By whether it is a new line, and its number; an old line has one partner, the first found.
    spans: dict[tuple[bool, int], Spans] = {}
    for n, line in enumerate(new):
        like = _most_similar(line, old) if len(old) * len(new) <= MOST_PAIRS else n
        if like is not None and like < len(old) and (False, like) not in spans:
            gone, came = _spans(old[like], line)
            if gone or came:
                spans[False, like], spans[True, n] = gone, came
    for n, line in enumerate(old):
        yield DiffLine("-", line, spans.get((False, n), ()))
    for n, line in enumerate(new):
        yield DiffLine("+", line, spans.get((True, n), ()))


def _most_similar(line: str, lines: Sequence[str]) -> int | None:
    """Find the line that is most similar to one, the first of equal ones; None among no lines."""
    # difflib keeps what it counts of the second text: the line that stays the same goes there.
    matcher = difflib.SequenceMatcher(None, b=line[:LONGEST], autojunk=False)

    def likeness(n: int) -> float:
        matcher.set_seq1(lines[n][:LONGEST])
        # An upper bound of the ratio, by letters alone: enough to choose, and much cheaper.
        return matcher.quick_ratio()

    return max(range(len(lines)), key=likeness, default=None)


Spans = tuple[tuple[int, int], ...]


def _spans(old: str, new: str) -> tuple[Spans, Spans]:
    """Find the spans in which two lines differ; none where they have little in common."""
    if max(len(old), len(new)) > LONGEST:  # comparing takes the square of the length
        return (), ()
    mine, theirs = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = difflib.SequenceMatcher(None, mine, theirs, autojunk=False)
    if matcher.ratio() < 0.4:  # another line, of which all is new
        return (), ()
    places_of = [list(accumulate(map(len, tokens), initial=0)) for tokens in (mine, theirs)]
    found: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            for spans, places, start, end in zip(found, places_of, (a, c), (b, d), strict=True):
                if start < end:
                    spans.append((places[start], places[end]))
    return tuple(found[0]), tuple(found[1])


# A word with the space behind it; of Japanese a run of kanji, of katakana, or one character.
_TOKEN = re.compile(
    r"[\u4e00-\u9fff々]+|[\u30a1-\u30ffー]+|[\u3041-\u3096]|[^\W\u3041-\u30ff\u4e00-\u9fff]+\s*|.",
    re.DOTALL,
)
