"""Know what the page of a topic, and that of a week, says of the papers with a note.

A page is a file like a note's: front matter, our heading, the person's words, our block.
Pure: knows neither disks nor rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from reader.note import block
from reader.note.frame import Ours
from reader.note.front import quoted
from reader.paper import family_name


@dataclass(frozen=True, slots=True)
class Line:
    """One paper on a page; path: of its file, relative to the page's.

    on: the day it was written up, or only skimmed. sentence: from its note; may be empty.
    """

    title: str
    author: str
    n_authors: int
    year: str
    path: str
    on: date
    is_written: bool
    theme: str = ""
    sentence: str = ""


def topic_page(name: str, topic: str, lines: Iterable[Line]) -> Ours:
    """Say what is filed under a topic, the newest note first."""
    ordered = sorted(lines, key=lambda x: (-x.on.toordinal(), x.title, x.path))
    return _page(name, topic, "\n".join(f"- {line.on} {_shown(line)}" for line in ordered))


def week_page(name: str, week: str, lines: Iterable[Line]) -> Ours:
    """Say what was written up in a week, by theme, the oldest first."""
    themes: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda x: (x.theme, x.on, x.title, x.path)):
        themes.setdefault(line.theme, []).append(line)
    first = monday(week)
    pieces = [f"{first} – {first + timedelta(days=6)}"]
    for theme, of_theme in themes.items():
        shown = "\n".join(f"- {line.on} {_shown(line)}{_said(line)}" for line in of_theme)
        pieces += [f"## {block.shown(theme)}", shown]
    return _page(name, week, "\n\n".join(pieces))


def week_of(day: date) -> str:
    """Name the ISO week of a day: `2026-W48`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday(week: str) -> date:
    """Give the first day of an ISO week."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _page(name: str, title: str, content: str) -> Ours:
    keys = {"title": [f"title: {quoted(title)}"], "page": [f"page: {quoted(name)}"]}
    return Ours(keys, title, content)


def _shown(line: Line) -> str:
    who = f"{family_name(line.author)}{' et al.' if line.n_authors > 1 else ''}"
    of = block.shown(" ".join(filter(None, (who if line.author else "", line.year))))
    found = [block.link(line.title or "Untitled", line.path), of]
    found += [] if line.is_written else ["skimmed"]
    return " · ".join(filter(None, found))


def _said(line: Line) -> str:
    return f"\n  {block.shown(line.sentence)}" if line.sentence else ""
