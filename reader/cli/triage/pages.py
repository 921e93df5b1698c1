"""Make the pages that cover the list for a while: help, a paper, its sum, the whole morning.

Pure functions: values and a width in, lines out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import click

from reader.base.messages import say
from reader.base.text import plain
from reader.cli.screen import heard, report_lines, said_text, sum_lines, theme_lines, wrap
from reader.cli.triage.layout import PROSE, CoverPage, Line, as_lines, last_top, line
from reader.cli.triage.terminal import CHOICES, NONE, PASTE
from reader.morning.texts import no_network_text, verdict
from reader.morning.values import Entry, Morning
from reader.ranking.rank import ListLane

Which = Literal["help", "paper", "why", "morning", "topics"]
TWO_COLUMNS = 72
"""Columns under which the help has one key a line."""
_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
WITH_PAPER = ("paper", "why")


def page_for(which: Which, shown: Morning, entry: Entry | None, width: int) -> CoverPage | None:
    """Make one of the pages; None for one about a paper where there is none."""
    if which == "help":
        return help_page(width)
    if which == "morning":
        return morning_page(shown, width)
    if entry is None:
        return None
    if which == "why":
        return why_page(entry, width, _lane(shown, entry))
    return paper_page(entry, width)


def _lane(shown: Morning, entry: Entry) -> ListLane:
    """Tell in which lane of the list a paper stands."""
    listed, row = shown.folded or shown, entry.held.row
    lanes: list[tuple[ListLane, tuple[Entry, ...]]] = [
        ("own", listed.own), ("doubtful", listed.doubtful), ("near", listed.near)
    ]  # fmt: skip
    return next((s for s, lane in lanes if any(e.held.row == row for e in lane)), "wild")


def topics_page(entry: Entry, paths: Sequence[str], width: int) -> CoverPage:
    """Ask of which topic a paper is, by one key; `paths`: those that it may be of."""
    texts = choice_texts(paths)
    lines = [*as_lines(texts, width), *as_lines([say("wrong.keys")], width, "dim")]
    title = as_lines([plain(entry.held.paper.title)], width, "bold")
    return CoverPage(say("wrong.ask"), (*lines, (), *title))


def choice_texts(paths: Sequence[str]) -> list[str]:
    """Name what can be chosen, each after its key."""
    several = zip(CHOICES, paths, strict=False)
    none = f"{NONE}  {say('wrong.none_of_mine')}"
    return [*(f"{key}  {plain(path)}" for key, path in several), none]


def chosen(key: str, paths: Sequence[str]) -> tuple[bool, str | None]:
    """Tell whether a key chooses, and which topic; None: none of them."""
    found = dict(zip(CHOICES, paths, strict=False))
    return key == NONE or key in found, found.get(key)


def help_page(width: int) -> CoverPage:
    """Name every key."""
    parts = say("screen.help").split("\n")
    if width < TWO_COLUMNS:
        parts = [key for part in parts for key in _GAP.split(part)]
    lines = [text for part in parts for text in as_lines([part], width)]
    return CoverPage(say("screen.help.title"), tuple(lines))


def paper_page(entry: Entry, width: int) -> CoverPage:
    """Show all that is known of a paper before one reads it: the whole abstract, all talk."""
    paper = entry.held.paper
    said = [f"{said_text(m)} {plain(m.url)}".rstrip() for m in heard(entry)]
    facts = " · ".join(map(plain, (*paper.ids, *paper.categories)))
    lines: list[Line] = [
        *as_lines([plain(paper.title)], width, "bold"),
        *as_lines([plain(", ".join(paper.authors)) or say("authors.none"), facts], width, "dim"),
        (),
        *as_lines([plain(paper.abstract) or say("screen.no_abstract")], width),
    ]
    if said:
        lines += [(), *as_lines(said, width)]
    lines += [(), *as_lines([say("screen.why", why=plain(entry.why))], width)]
    if paper.comment:
        lines += as_lines([plain(paper.comment)], width, "dim")
    return CoverPage(say("screen.paper.title"), tuple(lines))


def why_page(entry: Entry, width: int, lane: ListLane) -> CoverPage:
    """Show where a paper stands in one sentence, and the whole sum behind it."""
    said = entry.why if entry.queued else verdict(lane, entry.why)
    lines: list[Line] = [
        *as_lines([plain(entry.held.paper.title)], width, "bold"),
        *as_lines([plain(said)], width),
        (),
    ]
    if entry.terms:
        lines += [line(text) for text in sum_lines(entry.terms, min(width - 2, PROSE))]
    lines += [(), *as_lines([say("screen.why.more", id=plain(entry.held.paper.id))], width, "dim")]
    return CoverPage(say("screen.why.title"), tuple(lines))


def morning_page(shown: Morning, width: int) -> CoverPage:
    """Show what else the morning has: quota, balance, new versions, sources."""
    inner = min(width - 2, 100)
    several = [*theme_lines(shown, inner), *report_lines(shown, inner)]
    if lacking := no_network_text(shown.sources):
        several += wrap(plain(lacking), inner, "    ", "  ! ")
    texts = [click.unstyle(text) for text in several]
    return CoverPage(say("screen.morning.title"), tuple(line(f" {text}") for text in texts))


class Covering:
    """No page, or one that is laid out anew whenever the screen changes."""

    def __init__(self, make: Callable[[Which, int], CoverPage | None]) -> None:
        self._make = make
        self._which: Which = "help"
        self.page: CoverPage | None = None

    def turn(self, which: Which, width: int) -> None:
        """Show a page; nothing for one about a paper where there is none."""
        self._which = which
        self.page = self._make(which, width)

    def resize(self, width: int) -> None:
        """Lay the page out for another width."""
        if self.page:
            self.page = self._make(self._which, width)

    def press(self, key: str, height: int) -> str:
        """Scroll or leave the page; gives the key that the list is to have, "" for none."""
        page = self.page
        if page is None:
            return key
        n, end = max(height - 3, 1), last_top(page, height)
        steps = {
            "<down>": 1, "j": 1, "<up>": -1, "k": -1, " ": n, "<page down>": n, "<page up>": -n,
            "<home>": -page.top, "g": -page.top, "<end>": end,
        }  # fmt: skip
        if key in steps:
            self.page = replace(page, top=min(max(page.top + steps[key], 0), end))
            return ""
        self.page = None
        if self._which not in WITH_PAPER:
            return ""
        if self._which == "paper":
            return key if key.lower() in ("p", "s", "o", "n", "u", "w") else ""
        return key if key.lower() in ("p", "s", "o", "n", "u", "<enter>", "<right>") else ""


@dataclass(slots=True)
class Finding:
    """What was typed after `/`; while `is_typing` every key belongs to it."""

    query: str = ""
    is_typing: bool = False

    def press(self, key: str) -> None:
        """Take one key: a character, or one that ends or clears what was typed."""
        if key in ("<enter>", "<down>", "<up>"):
            self.is_typing = False
        elif key == "<escape>":
            self.query, self.is_typing = "", False
        elif key == "<backspace>":
            self.query = self.query[:-1]
        elif key == "<ctrl-u>":
            self.query = ""
        elif key == "<ctrl-w>":
            self.query = " ".join(self.query.split()[:-1])
        elif key.startswith(PASTE):
            self.query += plain(key.removeprefix(PASTE))
        elif len(key) == 1:
            self.query += key
