"""Count the papers of a list, and find the next one to decide on.

Lists are papers (rows of the library) in the order shown. Knows no screen and no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from reader.library.paper import State
from reader.library.passage import minutes, paper_seconds

if TYPE_CHECKING:
    from reader.morning.values import Entry, Morning


def n_talked(entries: Sequence[Entry]) -> int:
    """Count the papers that are in a list because somebody spoke of them."""
    return sum(not entry.is_foretold for entry in entries)


def n_mine(entries: Iterable[Entry]) -> int:
    """Count the papers of the own lane without those that the person sorted out."""
    return sum(not entry.is_sorted_out for entry in entries)


def theme_counts(entries: Iterable[Entry], theme_of: Mapping[str, str]) -> dict[str, int]:
    """Count the papers of the own lane by theme; a theme without any has 0."""
    counts = dict.fromkeys(theme_of.values(), 0)
    for entry in entries:
        # Where a paper is filed says more than what it fits; a finer folder is no topic.
        theme = theme_of.get(entry.held.topic or "") or theme_of.get(entry.topic or "")
        if theme:
            counts[theme] += 1
    return counts


def leads_to_queue(morning: Morning) -> bool:
    """Check whether the day's papers are to be read from the queue, as nothing new waits."""
    return bool(morning.queue and morning.quota.to_go and not morning.has_news)


States = Mapping[int, State]
"""The state of each paper (row) now: candidate, pick, skip or read."""


def start_of(papers: Sequence[int], states: States, last: int | None = None) -> int | None:
    """Choose the paper to begin at, None for an empty list.

    last: the one decided last, on whatever device. What waits below it comes first, so that
    the next device goes on where this one stopped; else the first that waits, else the top.
    """
    waiting = [row for row in papers if states[row] == "candidate"]
    below = papers[papers.index(last) + 1 :] if last in papers else []
    after = [row for row in below if states[row] == "candidate"]
    return next(iter((*after, *waiting, *papers)), None)


def next_of(papers: Sequence[int], states: States, here: int) -> int:
    """Find the next paper without a decision below one, itself where there is none."""
    # A paper that is not in the list counts as above it: then all are looked at.
    place = papers.index(here) if here in papers else -1
    return next((row for row in papers[place + 1 :] if states[row] == "candidate"), here)


def n_waiting(entries: Iterable[Entry], states: States) -> int:
    """Count the papers without a decision."""
    return sum(states[e.held.row] == "candidate" for e in entries)


def entry_seconds(entry: Entry) -> float:
    """Estimate the seconds that one line of the list takes to be read."""
    return paper_seconds(entry.held.paper, [m.words for m in entry.mentions])


def minutes_of(entries: Iterable[Entry]) -> int:
    """Estimate the minutes that titles, abstracts and talk of these papers take."""
    return minutes(sum(entry_seconds(entry) for entry in entries))
