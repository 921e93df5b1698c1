"""List what stands in the list, in which order, and where a person goes on. Pure functions.

The order is the morning's, fixed when the list is opened; decisions change marks and nothing
else. Knows no terminal and no database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from reader.base.messages import say
from reader.cli.screen import day_mark, doubtful_text, folded_text, near_text, own_text, theme_lines
from reader.morning import texts
from reader.morning.texts import States, leads_to_queue, queue_entry, queue_text
from reader.morning.values import Entry, Morning

Kind = Literal["head", "paper", "queued", "fold", "text"]

LOW = 14
"""Lines under which a screen has no room for what each morning says."""

TEXT_INDENT = 6
"""Columns before a line that is neither a head nor a paper."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. number: the paper's in its lane, from 1. day: on which it came, where
    the list is of several days; of a paper of the queue, on which it was picked."""

    kind: Kind
    text: str = ""
    entry: Entry | None = None
    number: int = 0
    day: str = ""
    is_near: bool = False
    """What is said of it is the reason that it is here."""


def rows_of(
    shown: Morning, *, is_open: bool = False, query: str = "", size: tuple[int, int] = (80, 24)
) -> tuple[Row, ...]:
    """Lay the lanes under each other.

    is_open: the doubtful papers are shown. query: only papers that have its words, in any
    case and width; the lanes without any are left out. size: the screen's columns and lines;
    a low one names only the themes without a paper.
    """
    listed = shown.folded or shown
    wild = [listed.wild] if listed.wild else []
    rows: list[Row] = []
    lane = partial(_lane, query=query, has_days=shown.folded is not None)
    if shown.folded:
        rows.append(Row("head", folded_text(shown)))
    own = lane(own_text(shown), listed.own)
    width, height = size
    themes = theme_lines(shown, width - TEXT_INDENT, is_brief=height < LOW) if not query else []
    rows += [*own[:1], *(Row("text", text) for text in themes), *own[1:]]
    if listed.doubtful:
        if is_open or query:
            rows += lane(doubtful_text(shown), listed.doubtful)
        else:
            rows.append(Row("fold", say("screen.doubtful.fold", n=len(listed.doubtful))))
    near = near_text(shown)
    near += "" if shown.has_citations else say("today.near.posts_only")
    rows += lane(near, listed.near, is_near=True)
    if wild:
        rows += lane(say("today.wild"), wild, is_near=True)
    queue = _queue(shown, rows, query)
    return tuple([*rows, *queue] if shown.has_news else [*queue, *rows])


def _queue(shown: Morning, rows: Sequence[Row], query: str) -> list[Row]:
    """Lay out the queue without the papers that stand in a lane of this list."""
    there, words = {entry.held.row for entry in papers_in(rows)}, _words(query)
    entries = [queue_entry(one) for one in shown.queue if one.held.row not in there]
    found = [
        Row("queued", entry=entry, number=n, day=f"{entry.queued.picked_on:%m-%d}")
        for n, entry in enumerate(entries, 1)
        if entry.queued and (not words or fits(entry, words))
    ]
    is_leading = leads_to_queue(shown) and not query
    if not found and not is_leading:
        return []
    text = queue_text(shown) if is_leading else say("screen.queue", n=len(entries))
    if is_leading and not found:  # all of the queue was picked from this very list
        text = say("queue.lead.marked", to_go=shown.quota.to_go)
    return [Row("head", text), *found]


def _lane(
    text: str, entries: Sequence[Entry], *, query: str, has_days: bool, is_near: bool = False
) -> list[Row]:
    words = _words(query)
    found = [
        Row("paper", "", entry, n, day_mark(entry) if has_days else "", is_near)
        for n, entry in enumerate(entries, 1)
        if not words or fits(entry, words)
    ]
    if not found and query:
        return []
    return [Row("head", text), *(found or [Row("text", say("today.none"))])]


def fits(entry: Entry, words: Sequence[str]) -> bool:
    """Check whether a paper has all of these words, as parts of words too."""
    paper = entry.held.paper
    topic = entry.held.topic or entry.topic or ""
    said = [part for m in entry.mentions for part in (m.author, m.words)]
    text = _even(" ".join((paper.id, paper.title, *paper.authors, paper.abstract, topic, *said)))
    return all(word in text for word in words)


def _words(query: str) -> list[str]:
    return _even(query).split()


def _even(text: str) -> str:
    # Of 5,000 abstracts most are ASCII, for which there is nothing to normalise.
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def papers_in(rows: Sequence[Row]) -> list[Entry]:
    """List the papers that are shown."""
    return [row.entry for row in rows if row.entry]


def listed_in(rows: Sequence[Row]) -> list[Entry]:
    """List the papers that are shown without those of the queue."""
    return [row.entry for row in rows if row.entry and row.kind == "paper"]


def queued_in(rows: Sequence[Row]) -> list[int]:
    """List the papers (rows of the library) of the queue that are shown."""
    return [row.entry.held.row for row in rows if row.entry and row.kind == "queued"]


def start_of(rows: Sequence[Row], states: States, last: int | None = None) -> int | None:
    """Return the paper (its row in the library) to begin at, as `texts.start_of` has it; where
    nothing is to be decided the oldest pick."""
    papers = [entry.held.row for entry in listed_in(rows)]
    if not any(states[row] == "candidate" for row in papers):
        picks = [row for row in (*queued_in(rows), *papers) if states[row] == "pick"]
        return next(iter((*picks, *papers)), None)
    return texts.start_of(papers, states, last)


def next_of(rows: Sequence[Row], states: States, here: int) -> int:
    """Return the next paper without a decision below one, itself where there is none."""
    return texts.next_of(_places(rows), states, here)


def moved(rows: Sequence[Row], here: int | None, by: int) -> int | None:
    """Return the paper so many places on, the first or last one where the list ends."""
    papers = _places(rows)
    if not papers:
        return here
    place = papers.index(here) if here in papers else 0
    return papers[min(max(place + by, 0), len(papers) - 1)]


def _places(rows: Sequence[Row]) -> list[int]:
    return [entry.held.row for entry in papers_in(rows)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """picked: rows of the papers picked and not taken back, to be fetched now."""

    picked: Sequence[int]
    n_skipped: int
    n_left: int
