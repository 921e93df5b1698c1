"""Say what the Markdown files of papers, topics and weeks show besides the person's words.

Know what the Markdown file of a paper says besides the person's words.

See `frame` for how a file is laid out. Knows nothing of disks and databases.

Know what the page of a topic, and that of a week, says of the papers with a note.

A page is a file like a note's: front matter, our heading, the person's words, our block.
Pure: knows neither disks nor rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from reader.base.front_matter import lines_of, quoted
from reader.base.text import plain, plain_lines
from reader.library.highlight import Highlight, gathered, once
from reader.library.paper import family_name
from reader.notes import file
from reader.notes.file import Ours


def shown_text(text: str) -> str:
    """Make foreign text safe in Markdown: one or more lines, no markup of HTML."""
    return plain_lines(text).replace("<", "\\<")


def link(words: str, path: str) -> str:
    """Link to a file; brackets in the words would end it."""
    safe = re.sub(r"([\\\[\]<`])", r"\\\1", plain(words))
    return f"[{safe}]({file_target(path)})"


def links(files: Sequence[tuple[str, str]], id_: str, url: str, also: Iterable[str]) -> str:
    """Write the line of links: files that are there, the paper's page, its other ids."""
    found = [f"[{name}]({file_target(path)})" for name, path in files if path]
    found += [f"[{shown_text(id_)}]({target(url)})"] if url else [shown_text(id_)]
    return " · ".join([*found, *map(shown_text, also)])


def mark_lines(highlights: Sequence[Highlight]) -> list[str]:
    """Quote what the reader marked, in reading order."""
    at = zip(highlights, gathered(highlights), strict=True)
    return [_quoted(highlight, pages) for highlight, pages in at if pages]


def _quoted(highlight: Highlight, pages: tuple[int, ...]) -> str:
    """Quote marked words with their pages; what the reader typed there stands below them, or
    in their place where there are none."""
    text, note = shown_text(once(highlight.text)), shown_text(highlight.note)
    where = "p. " if len(pages) == 1 else "pp. "
    place = f"({where}{', '.join(map(str, pages))}{_HOW.get(highlight.kind, '')})"
    lines = [f"{text} {place}" if text else f"{place} {note}".rstrip()]
    lines += ["", f"— {note}"] if text and note else []
    return "\n".join(f"> {line}".rstrip() for line in "\n".join(lines).split("\n"))


_HOW = {"underline": ", underlined", "strike-out": ", struck out", "squiggle": ", squiggle"}


def file_target(path: str) -> str:
    """Make a path safe between a link's brackets."""
    return target(path.replace("%", "%25"))


def target(address: str) -> str:
    """Make an address safe between a Markdown link's brackets; kanji stay readable."""
    return re.sub(r"[^\w/.~:?=&+#@,;!$'*%-]", lambda m: quote(m[0], errors="replace"), address)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a paper's Markdown file shows.

    pdf: path relative to the file, "" where there is none; marked: that of its newest marked copy.
    text: the newest revision of the note, "" where there is none.
    also_known: the other ids. noted_on: date of the first revision; read_on: of the first that
    counts as written.
    figure: path of a picture of it relative to the file, "" where there is none; caption: its.
    highlights: what the reader marked, in reading order.
    linked_from: (title, path relative to the file) of the notes that link to this one.
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

    @property
    def ours(self) -> Ours:
        """What of the file is the program's."""
        return Ours(_keys(self), self.title, _block(self))


def render(sheet: Sheet) -> str:
    r"""Write a new file: `words_of` gives the text back but for blank lines around it.

    Line ends are \n; those within the text stay as they are.
    """
    return file.new_file(sheet.ours, sheet.text)


def tag_of(topic: str) -> str:
    """Write a topic as Obsidian's tags are: letters, digits, `_`, `-` and `/`."""
    parts = (re.sub(r"[^\w]+", "-", part).strip("-") or "_" for part in topic.split("/"))
    tag = "/".join(parts) if topic else ""
    return f"_{tag}" if tag.replace("/", "").isdigit() else tag


def _keys(sheet: Sheet) -> dict[str, list[str]]:
    """Give the lines of each of our keys that has a value; the title always."""
    title, tag = plain(sheet.title), tag_of(sheet.topic)
    keys = {
        "title": [f"title: {quoted(title)}"],
        "aliases": lines_of("aliases", (title,) if title else ()),
        "authors": lines_of("authors", tuple(map(plain, sheet.authors))),
        "year": [f"year: {sheet.year}"] if sheet.year else [],
        "id": lines_of("id", sheet.id),
        "also_known": lines_of("also_known", tuple(map(plain, sheet.also_known))),
        "key": lines_of("key", sheet.key),
        "topic": lines_of("topic", sheet.topic),
        "tags": lines_of("tags", (tag,) if tag else ()),
        "state": lines_of("state", sheet.state),
        "date": [f"date: {sheet.noted_on}"] if sheet.noted_on else [],
        "read": [f"read: {sheet.read_on}"] if sheet.read_on else [],
        "url": lines_of("url", sheet.url),
        "pdf": lines_of("pdf", sheet.pdf),
        "sample": ["sample: true"] if sheet.is_sample else [],
    }
    return {key: lines for key, lines in keys.items() if lines}


def _block(sheet: Sheet) -> str:
    files = (("marked PDF", sheet.marked), ("PDF", sheet.pdf))
    pieces = [links(files, sheet.id, sheet.url, sheet.also_known)]
    pieces += [f"!{link(sheet.caption, sheet.figure)}"] if sheet.figure else []
    pieces += mark_lines(sheet.highlights)
    if sheet.linked_from:
        found = (link(title or "Untitled", path) for title, path in sheet.linked_from)
        pieces.append(f"Linked from {' · '.join(found)}")
    return "\n\n".join(pieces)


@dataclass(frozen=True, slots=True)
class PageRow:
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


def topic_page(name: str, topic: str, lines: Iterable[PageRow]) -> Ours:
    """Say what is filed under a topic, the newest note first."""
    ordered = sorted(lines, key=lambda x: (-x.on.toordinal(), x.title, x.path))
    return _page(name, topic, "\n".join(f"- {line.on} {_shown(line)}" for line in ordered))


def week_page(name: str, week: str, lines: Iterable[PageRow]) -> Ours:
    """Say what was written up in a week, by theme, the oldest first."""
    themes: dict[str, list[PageRow]] = {}
    for line in sorted(lines, key=lambda x: (x.theme, x.on, x.title, x.path)):
        themes.setdefault(line.theme, []).append(line)
    first = monday(week)
    pieces = [f"{first} – {first + timedelta(days=6)}"]
    for theme, of_theme in themes.items():
        shown = "\n".join(f"- {line.on} {_shown(line)}{_said(line)}" for line in of_theme)
        pieces += [f"## {shown_text(theme)}", shown]
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


def _shown(line: PageRow) -> str:
    who = f"{family_name(line.author)}{' et al.' if line.n_authors > 1 else ''}"
    of = shown_text(" ".join(filter(None, (who if line.author else "", line.year))))
    found = [link(line.title or "Untitled", line.path), of]
    found += [] if line.is_written else ["skimmed"]
    return " · ".join(filter(None, found))


def _said(line: PageRow) -> str:
    return f"\n  {shown_text(line.sentence)}" if line.sentence else ""
