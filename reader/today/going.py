"""Say where a person goes on in a list, and how long what is left takes. Pure functions.

Lists are papers (rows of the library) in the order shown. Knows no screen and no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reader.paper import State
from reader.reading_time import minutes, paper_seconds
from reader.today.values import Entry

States = Mapping[int, State]
"""What each paper (row) is now: candidate, pick, skip or read."""


def start_of(papers: Sequence[int], states: States, last: int | None = None) -> int | None:
    """Give the paper to begin at, None for an empty list.

    last: the one decided last, on whatever device. What waits below it comes first, so that
    the next device goes on where this one stopped; else the first that waits, else the top.
    """
    waiting = [row for row in papers if states[row] == "candidate"]
    below = papers[papers.index(last) + 1 :] if last in papers else []
    after = [row for row in below if states[row] == "candidate"]
    return next(iter((*after, *waiting, *papers)), None)


def next_of(papers: Sequence[int], states: States, here: int) -> int:
    """Give the next paper without a decision below one, itself where there is none."""
    place = papers.index(here) if here in papers else -1
    return next((row for row in papers[place + 1 :] if states[row] == "candidate"), here)


def n_waiting(entries: Iterable[Entry], states: States) -> int:
    """Count the papers without a decision."""
    return sum(states[e.held.row] == "candidate" for e in entries)


def entry_seconds(entry: Entry) -> float:
    """Give the seconds that one line of the list takes to be read."""
    return paper_seconds(entry.held.paper, [m.words for m in entry.mentions])


def minutes_of(entries: Iterable[Entry]) -> int:
    """Give the minutes that titles, abstracts and talk of these papers take."""
    return minutes(sum(entry_seconds(entry) for entry in entries))
