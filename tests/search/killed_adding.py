"""Add two steps to an index: `python -m tests.search.killed_adding PLACE PASSES`.

PLACE is a library's folder, or the address of a shared index. The process kills itself when the
last step is read for the PASSES-th time; with 0 it adds all of it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from reader.library.rows.database import Database
from reader.search.indexes import IndexEntry, OwnIndex
from tests.search.test_indexes import GARDENS, SMALL, step


class Deadly(tuple[IndexEntry, ...]):
    """Entries that kill who reads the last one for the n-th time; n counts down."""

    n = 0

    def __iter__(self) -> Iterator[IndexEntry]:
        Deadly.n -= 1
        for entry in super().__iter__():
            if entry == self[-1] and Deadly.n == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            yield entry


def main(place: str, n: str) -> None:
    Deadly.n = int(n)
    entries = Deadly([step(GARDENS), step(GARDENS, "passage")])
    if "://" not in place:
        with Database(Path(place)) as db:
            OwnIndex(db).add(SMALL, entries)
        return
    from reader.search.rows.shared import opened

    with opened(place, timeout_s=60, may_change=True) as shared:
        shared.add(SMALL, entries)


if __name__ == "__main__":
    main(*sys.argv[1:])
