"""Make the pages that cover the list for a while: help, a paper, its sum, the whole morning.

Pure functions: values and a width in, lines out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import click

from reader.cli.screen import heard, report_lines, said_text, sum_lines, theme_lines, wrap
from reader.cli.triage.keys import CHOICES, NONE
from reader.cli.triage.layout import PROSE, Page, as_lines
from reader.cli.triage.lines import Line, line
from reader.phrases import say
from reader.plain import plain
from reader.today import Entry, Morning, Shelf
from reader.today.reasons import verdict
from reader.today.telling import no_network_text

Which = Literal["help", "paper", "why", "morning", "topics"]
TWO_COLUMNS = 72
"""Columns under which the help has one key a line."""
_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
WITH_PAPER = ("paper", "why")


def page_for(which: Which, shown: Morning, entry: Entry | None, width: int) -> Page | None:
    """Make one of the pages; None for one about a paper where there is none."""
    if which == "help":
        return help_page(width)
    if which == "morning":
        return morning_page(shown, width)
    if entry is None:
        return None
    if which == "why":
        return why_page(entry, width, _shelf(shown, entry))
    return paper_page(entry, width)


def _shelf(shown: Morning, entry: Entry) -> Shelf:
    """Tell in which lane of the list a paper stands."""
    listed, row = shown.folded or shown, entry.held.row
    lanes: list[tuple[Shelf, tuple[Entry, ...]]] = [
        ("own", listed.own), ("doubtful", listed.doubtful), ("near", listed.near)
    ]  # fmt: skip
    return next((s for s, lane in lanes if any(e.held.row == row for e in lane)), "wild")


def topics_page(entry: Entry, paths: Sequence[str], width: int) -> Page:
    """Ask of which topic a paper is, by one key; `paths`: those that it may be of."""
    texts = choice_texts(paths)
    lines = [*as_lines(texts, width), *as_lines([say("wrong.keys")], width, "dim")]
    title = as_lines([plain(entry.held.paper.title)], width, "bold")
    return Page(say("wrong.ask"), (*lines, (), *title))


def choice_texts(paths: Sequence[str]) -> list[str]:
    """Name what can be chosen, each after its key."""
    several = zip(CHOICES, paths, strict=False)
    none = f"{NONE}  {say('wrong.none_of_mine')}"
    return [*(f"{key}  {plain(path)}" for key, path in several), none]


def chosen(key: str, paths: Sequence[str]) -> tuple[bool, str | None]:
    """Tell whether a key chooses, and which topic; None: none of them."""
    found = dict(zip(CHOICES, paths, strict=False))
    return key == NONE or key in found, found.get(key)


def help_page(width: int) -> Page:
    """Name every key."""
    parts = say("screen.help").split("\n")
    if width < TWO_COLUMNS:
        parts = [key for part in parts for key in _GAP.split(part)]
    lines = [text for part in parts for text in as_lines([part], width)]
    return Page(say("screen.help.title"), tuple(lines))


def paper_page(entry: Entry, width: int) -> Page:
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
    return Page(say("screen.paper.title"), tuple(lines))


def why_page(entry: Entry, width: int, shelf: Shelf) -> Page:
    """Show where a paper stands in one sentence, and the whole sum behind it."""
    said = entry.why if entry.queued else verdict(shelf, entry.why)
    lines: list[Line] = [
        *as_lines([plain(entry.held.paper.title)], width, "bold"),
        *as_lines([plain(said)], width),
        (),
    ]
    if entry.terms:
        lines += [line(text) for text in sum_lines(entry.terms, min(width - 2, PROSE))]
    lines += [(), *as_lines([say("screen.why.more", id=plain(entry.held.paper.id))], width, "dim")]
    return Page(say("screen.why.title"), tuple(lines))


def morning_page(shown: Morning, width: int) -> Page:
    """Show what else the morning has: quota, balance, new versions, sources."""
    inner = min(width - 2, 100)
    several = [*theme_lines(shown, inner), *report_lines(shown, inner)]
    if lacking := no_network_text(shown.sources):
        several += wrap(plain(lacking), inner, "    ", "  ! ")
    texts = [click.unstyle(text) for text in several]
    return Page(say("screen.morning.title"), tuple(line(f" {text}") for text in texts))
