"""Choose the rows of the list, their order, and the paper to go on with; keep what is typed below.

The order is the morning's and fixed when the list is opened; decisions change only marks. Typed
are the query after `/` and the tags after `t`. Knows no screen and no database: keys are names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from reader.base.messages import N_, _, ngettext, say_day
from reader.base.text import plain
from reader.cli.listing import (
    day_mark,
    doubtful_text,
    folded_text,
    muted_text,
    near_text,
    own_text,
    theme_lines,
)
from reader.cli.terminal import PASTE
from reader.library.paper import completions
from reader.morning import values
from reader.morning.values import Entry, Morning, States, n_from_queue
from reader.texts.morning import queue_entry, queue_text, within_priority

Kind = Literal["head", "paper", "queued", "fold", "text"]

LOW = 14
"""Lines. A lower screen leaves out what every morning says."""

TEXT_INDENT = 6
"""Columns before a line that is neither a head nor a paper."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list.

    number: the paper's number in its lane, from 1. day: when the paper arrived, in a list of
    several days; for a paper of the queue when it was picked.
    """

    kind: Kind
    text: str = ""
    entry: Entry | None = None
    number: int = 0
    day: str = ""
    is_near: bool = False
    """It is listed because of the posts about it."""


def rows_of(
    shown: Morning, *, is_open: bool = False, query: str = "", size: tuple[int, int] = (80, 24)
) -> tuple[Row, ...]:
    """Make the rows of the list, lane by lane.

    is_open: the doubtful papers are shown. query: only papers with its words, in any case and
    width; lanes without any are left out. size: the screen's columns and lines; a low screen
    names only the themes without a paper.
    """
    listed = shown.folded or shown
    wild = [listed.wild] if listed.wild else []
    rows: list[Row] = []
    lane = partial(_lane_rows, query=query, has_days=shown.folded is not None)
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
            folded = ngettext(
                "{n} more that may be yours: d shows it",
                "{n} more that may be yours: d shows them",
                len(listed.doubtful),
            )
            rows.append(Row("fold", folded))
    near = near_text(shown)
    near += "" if shown.has_citations else _(" (judged by posts only)")
    rows += lane(near, listed.near, is_near=True)
    if wild:
        rows += lane(_("WILD CARD  talked about, and far from your topics"), wild, is_near=True)
    if (text := muted_text(shown)) and not query:
        rows.append(Row("head", text))
    queue = _queue_rows(shown, rows, query)
    return tuple([*rows, *queue] if shown.has_news else [*queue, *rows])


def _queue_rows(shown: Morning, rows: Sequence[Row], query: str) -> list[Row]:
    """Make the rows of the queue, without the papers that are in a lane of this list."""
    there, words = {entry.paper.row for entry in papers_in(rows)}, _query_words(query)
    entries = [queue_entry(one) for one in shown.queue if one.paper.row not in there]
    found = [
        Row("queued", entry=entry, number=n, day=say_day(entry.queued.picked_on, "column"))
        for n, entry in enumerate(entries, 1)
        if entry.queued and (not words or fits(entry, words))
    ]
    to_go = 0 if query else n_from_queue(shown)
    if not found and not to_go:
        return []
    text = (
        queue_text(shown)
        if to_go
        else _("QUEUE  {n} picked earlier, oldest first", n=len(entries))
        + within_priority(shown.queue_priorities)
    )
    if to_go and not found:
        # All papers of the queue were picked from this list, and stand in its lanes.
        text = _(
            "READ  all papers are decided; {to_go} to write today, from those marked +",
            to_go=to_go,
        )
    return [Row("head", text), *found]


def _lane_rows(
    text: str, entries: Sequence[Entry], *, query: str, has_days: bool, is_near: bool = False
) -> list[Row]:
    words = _query_words(query)
    found = [
        Row("paper", "", entry, n, day_mark(entry) if has_days else "", is_near)
        for n, entry in enumerate(entries, 1)
        if not words or fits(entry, words)
    ]
    if not found and query:
        return []
    return [Row("head", text), *(found or [Row("text", _("none"))])]


def fits(entry: Entry, words: Sequence[str]) -> bool:
    """Check whether a paper has all these words, also as parts of longer words."""
    paper = entry.paper.record
    topic = entry.paper.topic or entry.topic or ""
    posts = [part for m in entry.mentions for part in (m.author, m.words)]
    text = _normal(" ".join((paper.id, paper.title, *paper.authors, paper.abstract, topic, *posts)))
    return all(word in text for word in words)


def _query_words(query: str) -> list[str]:
    return _normal(query).split()


def _normal(text: str) -> str:
    # Most of 5,000 abstracts are ASCII and need no normalising: this runs at each key.
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def papers_in(rows: Sequence[Row]) -> list[Entry]:
    """Collect the papers shown, those of the queue included."""
    return [row.entry for row in rows if row.entry]


def listed_in(rows: Sequence[Row]) -> list[Entry]:
    """List the papers shown in the lanes, without those of the queue."""
    return [row.entry for row in rows if row.entry and row.kind == "paper"]


def queued_in(rows: Sequence[Row]) -> list[int]:
    """Collect the papers of the queue that are shown, as rows of the library."""
    return [row.entry.paper.row for row in rows if row.entry and row.kind == "queued"]


def start_of(rows: Sequence[Row], states: States, last: int | None = None) -> int | None:
    """Choose the paper to begin at (its row in the library); None in an empty list.

    It is that of `values.start_of`; where no decision is open, the oldest pick. last: the paper
    decided last.
    """
    papers = [entry.paper.row for entry in listed_in(rows)]
    if not any(states[row] == "candidate" for row in papers):
        picks = [row for row in (*queued_in(rows), *papers) if states[row] == "pick"]
        return next(iter((*picks, *papers)), None)
    return values.start_of(papers, states, last)


def next_of(rows: Sequence[Row], states: States, here: int) -> int:
    """Find the next paper without a decision below `here`; `here` where there is none."""
    return values.next_of(_places(rows), states, here)


def moved(rows: Sequence[Row], here: int | None, by: int) -> int | None:
    """Find the paper `by` places below (above if negative), at most the last or first one."""
    papers = _places(rows)
    if not papers:
        return here
    place = papers.index(here) if here in papers else 0
    return papers[min(max(place + by, 0), len(papers) - 1)]


def _places(rows: Sequence[Row]) -> list[int]:
    return [entry.paper.row for entry in papers_in(rows)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided in the list. picked: rows of the papers whose PDFs are to be fetched."""

    picked: Sequence[int]
    n_skipped: int
    n_left: int


MOST_OFFERED = 4
"""Tags named beside what is typed."""

MOST_SHOWN = 40
"""Characters of a typed list."""


@dataclass(slots=True)
class Finding:
    """The query typed after `/`. While `is_typing`, every key belongs to it."""

    query: str = ""
    is_typing: bool = False

    def press(self, key: str) -> None:
        """Handle one key: add a character, or edit or end the query."""
        if key in ("<enter>", "<down>", "<up>"):
            self.is_typing = False
        elif key == "<escape>":
            self.query, self.is_typing = "", False
        else:
            self.query = edited(self.query, key)

    def text(self, n: int, of: int) -> str:
        """Write the line to show. n: the papers with its words, of all."""
        key = (
            N_("/{query}_   {n} of {of} · enter keeps these · esc shows all")
            if self.is_typing
            else N_("/{query}   {n} of {of} · esc shows all")
        )
        return _(key, query=self.query, n=n, of=of)


def edited(text: str, key: str) -> str:
    """Edit a line by one key: add a character, or take some off."""
    if key == "<backspace>":
        return text[:-1]
    if key == "<ctrl-u>":
        return ""
    if key == "<ctrl-w>":
        return " ".join(text.split()[:-1])
    if key.startswith(PASTE):
        return text + plain(key.removeprefix(PASTE))
    return text + key if len(key) == 1 else text


@dataclass(slots=True)
class Tagging:
    """The tags of a paper, typed after `t` as a list between commas.

    known: the tags that there are. n_tabs: how often tab was pressed since the last letter.
    """

    typed: str
    known: Sequence[str]
    n_tabs: int = 0
    _begun: str = ""

    @property
    def offered(self) -> list[str]:
        """The tags that may be meant by the last one."""
        return completions(self._begun if self.n_tabs else self.typed, self.known)

    @property
    def text(self) -> str:
        """Write the line to show: the end of a long list, where the next letter comes."""
        typed, more = plain(self.typed), [plain(tag) for tag in self.offered[:MOST_OFFERED]]
        key = (
            N_("tags: {typed}_   tab: {more} · enter saves · esc leaves them as they are")
            if more
            else N_("tags: {typed}_   enter saves · esc leaves them as they are")
        )
        shown = typed if len(typed) <= MOST_SHOWN else f"…{typed[-MOST_SHOWN:]}"
        return _(key, typed=shown, more=_(", ").join(more))

    def press(self, key: str) -> None:
        """Edit the list; each tab puts the next tag that may be meant in place of the last."""
        if key != "<tab>":
            self.typed, self.n_tabs = edited(self.typed, key), 0
            return
        self._begun = self._begun if self.n_tabs else self.typed
        if offered := completions(self._begun, self.known):
            before = re.match(r".*[,、，]\s*|", self._begun)
            self.typed = (before[0] if before else "") + offered[self.n_tabs % len(offered)]
            self.n_tabs += 1
