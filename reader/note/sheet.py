"""Know what the Markdown file of a paper says besides the person's words.

See `frame` for how a file is laid out. Knows nothing of disks and databases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from reader.highlight import Highlight
from reader.note import block, frame
from reader.note.frame import Ours
from reader.note.front import lines_of, quoted
from reader.plain import plain


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
    return frame.new_file(sheet.ours, sheet.text)


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
    pieces = [block.links(files, sheet.id, sheet.url, sheet.also_known)]
    pieces += [f"!{block.link(sheet.caption, sheet.figure)}"] if sheet.figure else []
    pieces += block.marked(sheet.highlights)
    if sheet.linked_from:
        found = (block.link(title or "Untitled", path) for title, path in sheet.linked_from)
        pieces.append(f"Linked from {' · '.join(found)}")
    return "\n\n".join(pieces)
