"""Lay out the program's part of the Markdown files of papers, topics and weeks.

All three are files like a note's, laid out as `file` says: front matter, our heading, the
person's words, our block. Pure: knows neither disks nor rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from urllib.parse import quote

from reader.base.front_matter import lines_of, quoted
from reader.base.text import plain, plain_lines
from reader.library.highlight import Highlight, gathered, once
from reader.library.paper import family_name
from reader.library.properties import Priority
from reader.notes.file import ProgramLines


def shown_text(text: str) -> str:
    """Make foreign text safe in Markdown: one or more lines, no markup of HTML."""
    return plain_lines(text).replace("<", "\\<")


def link(words: str, path: str) -> str:
    """Link to a file; brackets in the words would end it."""
    safe = re.sub(r"([\\\[\]<`])", r"\\\1", plain(words))
    # `target` leaves % as it is, for addresses that are encoded already; in a path it is a sign.
    return f"[{safe}]({target(path.replace('%', '%25'))})"


def target(address: str) -> str:
    """Make an address safe between a Markdown link's brackets; kanji stay readable."""
    return re.sub(r"[^\w/.~:?=&+#@,;!$'*%-]", lambda m: quote(m[0], errors="replace"), address)


def mark_lines(highlights: Sequence[Highlight]) -> list[str]:
    """Quote the words that the reader marked, with their pages, in reading order.

    A typed note stands below the words, or in their place where there are none.
    """
    quotes = list[str]()
    for highlight, pages in zip(highlights, gathered(highlights), strict=True):
        if not pages:  # the same words marked before: their pages stand there
            continue
        text, note = shown_text(once(highlight.text)), shown_text(highlight.note)
        where = "p. " if len(pages) == 1 else "pp. "
        place = f"({where}{', '.join(map(str, pages))}{_HOW.get(highlight.kind, '')})"
        if not any(pages):  # brought from a program that knows no pages
            place = ""
        lines = f"{text} {place}".rstrip() if text else f"{place} {note}".strip()
        lines += f"\n\n— {note}" if text and note else ""
        quotes.append("\n".join(f"> {line}".rstrip() for line in lines.split("\n")))
    return quotes


_HOW = {"underline": ", underlined", "strike-out": ", struck out", "squiggle": ", squiggle"}


def tag_of(topic: str) -> str:
    """Write a topic as Obsidian's tags are: letters, digits, `_`, `-` and `/`."""
    parts = (re.sub(r"[^\w]+", "-", part).strip("-") or "_" for part in topic.split("/"))
    tag = "/".join(parts) if topic else ""
    # A tag of digits alone is none there.
    return f"_{tag}" if tag.replace("/", "").isdigit() else tag


@dataclass(frozen=True, slots=True)
class Sheet:
    """The content of a paper's Markdown file.

    pdf: path relative to the file, "" where there is none; marked: that of its newest marked copy.
    text: the newest revision of the note, "" where there is none.
    also_known: the other ids. noted_on: date of the first revision; read_on: of the first that
    counts as written.
    figure: path of a picture of it relative to the file, "" where there is none; caption: its.
    highlights: what the reader marked, in reading order.
    linked_from: (title, path relative to the file) of the notes that link to this one.
    tags: besides the topic, as they stand in a front matter.
    """

    key: str
    id: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    topic: str = ""
    state: str = ""
    noted_on: date | None = None
    read_on: date | None = None
    url: str = ""
    pdf: str = ""
    marked: str = ""
    text: str = ""
    also_known: tuple[str, ...] = ()
    is_sample: bool = False
    figure: str = ""
    caption: str = ""
    highlights: tuple[Highlight, ...] = ()
    linked_from: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    rating: int | None = None
    priority: Priority = "normal"

    @property
    def ours(self) -> ProgramLines:
        """Lay out the program's part of the file; a key without a value has no line."""
        title, tag = plain(self.title), tag_of(self.topic)
        keys = {
            "title": [f"title: {quoted(title)}"],
            # Obsidian finds a file by its aliases, and its name is a key such as 2026_Ito_Bees.
            "aliases": lines_of("aliases", (title,) if title else ()),
            "authors": lines_of("authors", tuple(map(plain, self.authors))),
            "year": [f"year: {self.year}"] if self.year else [],
            "id": lines_of("id", self.id),
            "also_known": lines_of("also_known", tuple(map(plain, self.also_known))),
            "key": lines_of("key", self.key),
            "topic": lines_of("topic", self.topic),
            "tags": lines_of("tags", tuple(filter(None, (tag, *self.tags)))),
            "rating": [f"rating: {self.rating}"] if self.rating else [],
            "priority": [f"priority: {self.priority}"] if self.priority != "normal" else [],
            "state": lines_of("state", self.state),
            "date": [f"date: {self.noted_on}"] if self.noted_on else [],
            "read": [f"read: {self.read_on}"] if self.read_on else [],
            "url": lines_of("url", self.url),
            "pdf": lines_of("pdf", self.pdf),
            "sample": ["sample: true"] if self.is_sample else [],
        }
        own_page = f"[{shown_text(self.id)}]({target(self.url)})" if self.url else ""
        links = [link("marked PDF", self.marked)] if self.marked else []
        links += [link("PDF", self.pdf)] if self.pdf else []
        links += [own_page or shown_text(self.id), *map(shown_text, self.also_known)]
        pieces = [" · ".join(links)]
        pieces += [f"!{link(self.caption, self.figure)}"] if self.figure else []
        pieces += mark_lines(self.highlights)
        if self.linked_from:
            found = (link(title or "Untitled", path) for title, path in self.linked_from)
            pieces.append(f"Linked from {' · '.join(found)}")
        filled = {key: lines for key, lines in keys.items() if lines}
        return ProgramLines(filled, self.title, "\n\n".join(pieces))


@dataclass(frozen=True, slots=True)
class PageEntry:
    """The entry of one paper that has a note, on the page of a topic or a week.

    path: of its file, relative to the library, and to the page in a list. first_on: local date
    of the first revision; on: of the first that counts as written, the same where none does.
    theme, sentence: for a list alone; the sentence is from its note, and may be empty.
    """

    paper: int
    title: str
    author: str
    n_authors: int
    year: str
    topic: str
    path: str
    first_on: date
    on: date
    is_written: bool
    theme: str = ""
    sentence: str = ""

    @property
    def line(self) -> str:
        """Write the list's line: the day, a link to the file, who and when."""
        who = f"{family_name(self.author)}{' et al.' if self.n_authors > 1 else ''}"
        of = shown_text(" ".join(filter(None, (who if self.author else "", self.year))))
        found = [link(self.title or "Untitled", self.path), of]
        found += [] if self.is_written else ["skimmed"]
        return f"- {self.on} {' · '.join(filter(None, found))}"


def list_page(name: str, entries: Iterable[PageEntry]) -> ProgramLines:
    """Lay out the page of a topic, the newest note first, or of a week, by theme, the oldest
    first. name: `topic speech/translation`, `week 2026-W48`."""
    kind, _, title = name.partition(" ")
    if kind == "topic":
        ordered = sorted(entries, key=lambda x: (-x.on.toordinal(), x.title, x.path))
        pieces = ["\n".join(entry.line for entry in ordered)]
    else:
        first = monday(title)
        pieces = [f"{first} – {first + timedelta(days=6)}"]
        ordered = sorted(entries, key=lambda x: (x.theme, x.on, x.title, x.path))
        for theme, of_theme in groupby(ordered, key=lambda x: x.theme):
            lines = (
                entry.line + (f"\n  {shown_text(entry.sentence)}" if entry.sentence else "")
                for entry in of_theme
            )
            pieces += [f"## {shown_text(theme)}", "\n".join(lines)]
    keys = {"title": [f"title: {quoted(title)}"], "page": [f"page: {quoted(name)}"]}
    return ProgramLines(keys, title, "\n\n".join(pieces))


def week_of(day: date) -> str:
    """Name the ISO week of a day: `2026-W48`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday(week: str) -> date:
    """Return the first day of an ISO week."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)
