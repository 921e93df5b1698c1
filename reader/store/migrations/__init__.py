"""List the numbered steps that bring reader.db from an empty file to the newest layout.

Steps are only ever added: each library out there has applied some of them.
docs/format.md explains every table and column.
"""

from __future__ import annotations

from reader.store.migrations import (
    arrivals,
    decided,
    drafts,
    first,
    history,
    lessons,
    pages,
    queue,
    reviews,
    versions,
)

MIGRATIONS: list[tuple[str, list[str]]] = [
    *first.STEPS,
    lessons.STEP,
    reviews.STEP,
    drafts.STEP,
    pages.STEP,
    arrivals.STEP,
    decided.STEP,
    queue.STEP,
    history.STEP,
    versions.STEP,
]
