"""Find the table of contents in a run of rows: its lines are no headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reader.pdf.columns import Row

_HEADING = re.compile(r"(?:table\s+of\s+)?contents\.?|目\s*次", re.IGNORECASE)
_LAST = "sS.次"
_LEADER = re.compile(r"(?:[.·…‥・]\s?){4,}|(?:[…‥]\s?){2,}")
_NUMBER = re.compile(r"(?:^|\D)(?:\d{1,4}|[ivxl]{1,6})$")


def in_contents(run: list[Row]) -> Iterator[tuple[list[Row], bool]]:
    """Part a run into what is not and what is (True) a table of contents, in order.

    One begins below its heading, or with three lines of dots, and goes on as long as
    most rows end with a page's number.
    """
    start = _start(run)
    if start is None:
        yield run, False
        return
    end, n_misses, n_hits = start, 0, 0
    for at in range(start, len(run)):
        if _NUMBER.search(run[at].text):
            end, n_misses, n_hits = at + 1, 0, n_hits + 1
        else:
            n_misses += 1
            if n_misses > 2:
                break
    if n_hits < 3:
        yield run, False
        return
    if start:
        yield run[:start], False
    yield run[start:end], True
    if end < len(run):
        yield from in_contents(run[end:])


def _start(run: list[Row]) -> int | None:
    dotted = []
    for at, row in enumerate(run):
        text = row.text
        last = text[-1]
        if last.isdigit():
            if _LEADER.search(text):
                dotted.append(at)
        elif last in _LAST and len(text) < 20 and _HEADING.fullmatch(text):
            return at + 1
    return dotted[0] if len(dotted) > 2 else None
