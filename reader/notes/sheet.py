"""Lay out the program's part of the Markdown files of papers, topics and weeks, and read changes in
their front matter.

All three are files like a note's, laid out as `file` says: front matter, our heading, the
person's words, our block. Tags, rating and priority are compared in the file as it is, as it was
left, and in the paper as it stands: what a hand changed in the file since becomes a change of the
paper. Pure: knows neither disks nor rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Literal, TypeVar
from urllib.parse import quote

from reader.base.front_matter import Value, items_of, lines_of, quoted, text_at, values
from reader.base.text import plain, plain_lines
from reader.library.file_names import UNFILED
from reader.library.highlight import Highlight, gathered, once
from reader.library.paper import (
    LibraryPaper,
    Priority,
    PropertyChange,
    clean_tag,
    family_name,
    front_tag,
    priority_of,
    rating_of,
    tag_fold,
)
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


def pages_in_file(pages: Sequence[int], *, is_earlier: bool) -> str:
    """Write the pages of a mark as a note's file has them; "" for one from a program without pages.

    is_earlier: whether they are pages of an earlier version of the PDF.
    """
    known = [str(page) for page in pages if page]
    if not known:
        return ""
    where = f"{'p.' if len(known) == 1 else 'pp.'} {', '.join(known)}"
    return f"{where} of an earlier version" if is_earlier else where


def mark_lines(highlights: Sequence[Highlight]) -> list[str]:
    """Quote the words that the reader marked, with their pages, in reading order.

    A typed note stands below the words, or in their place where there are none.
    """
    quotes = list[str]()
    for highlight, pages in zip(highlights, gathered(highlights), strict=True):
        if not pages:  # the same words marked before: their pages stand there
            continue
        text, note = shown_text(once(highlight.text)), shown_text(highlight.note)
        where = pages_in_file(pages, is_earlier=highlight.is_earlier)
        place = f"({where}{_HOW.get(highlight.kind, '')})" if where else ""
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

    authors: the first three at most. path: of its file, relative to the library, and to the page
    in a list. first_on: local date of the first revision; on: of the first that counts as written,
    the same where none does. is_dated: False for a note that was imported without its day; both are
    the import's then. theme, sentence: for a list alone; the sentence is from its note, and may be
    empty.
    """

    paper: int
    title: str
    authors: tuple[str, ...]
    year: str
    topic: str
    path: str
    first_on: date
    on: date
    is_written: bool
    theme: str = ""
    sentence: str = ""
    is_dated: bool = True

    @property
    def line(self) -> str:
        """Write the list's line: the day, a link to the file, who and when."""
        names = [family_name(author) for author in self.authors]
        who = f"{names[0]} et al." if len(names) > 2 else " & ".join(names)
        of = shown_text(" ".join(filter(None, (who, self.year))))
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


ReadValue = TypeVar("ReadValue")
ValueKey = Literal["rating", "priority"]


@dataclass(frozen=True, slots=True)
class FrontProperties:
    """The properties in a front matter. tags: fold → as it stands there. rating: 0 for none.
    None: a hand wrote something that is none."""

    tags: Mapping[str, str] = field(default_factory=dict)
    rating: int | None = 0
    priority: Priority | None = "normal"


@dataclass(frozen=True, slots=True)
class HandChange:
    """What a hand changed in a front matter. conflicts: keys that were changed in the library too,
    where the library's value stays. unread: keys whose values are none."""

    change: PropertyChange = field(default_factory=PropertyChange)
    conflicts: tuple[ValueKey, ...] = ()
    unread: tuple[ValueKey, ...] = ()


def front_properties(yaml: str) -> FrontProperties:
    """Read the properties in a front matter."""
    found = values(yaml)
    tags = {tag_fold(item): item for item in items_of(found.get("tags", ())) if clean_tag(item)}
    rating = _read(found.get("rating", ""), rating_of)
    return FrontProperties(tags, rating, _read(found.get("priority", ""), priority_of))


def _read(value: Value, read: Callable[[str], ReadValue | None]) -> ReadValue | None:
    # A comment of YAML may follow.
    return read(f" {value}".partition(" #")[0].strip()) if isinstance(value, str) else None


def hand_change(yaml: str, left: str, ours: str, paper: LibraryPaper) -> HandChange:
    """Find what a hand changed in a file's front matter.

    yaml: as it is; left: as it was left, and ours: our lines of that, both "" for a file that was
    never ours: then its own values count. paper: the paper as it stands.
    """
    found, known, was = map(front_properties, (yaml, ours, left))
    now = {tag_fold(tag): tag for tag in paper.tags}
    # What stood in the file beside our own tags is new here too.
    before = known.tags.keys() & was.tags.keys()
    topics = {_topic_fold(paper.topic or UNFILED), _topic_fold(text_at(ours, "topic"))}
    added = found.tags.keys() - before - now.keys() - topics
    removed = (before - found.tags.keys()) & now.keys()
    conflicts, unread = list[ValueKey](), list[ValueKey]()
    rating, priority = found.rating, found.priority
    if rating is None:
        unread.append("rating")
    elif rating in (known.rating, paper.rating or 0):
        rating = None
    elif ours and (paper.rating or 0) != known.rating:
        conflicts.append("rating")
        rating = None
    if priority is None:
        unread.append("priority")
    elif priority in (known.priority, paper.priority):
        priority = None
    elif ours and paper.priority != known.priority:
        conflicts.append("priority")
        priority = None
    change = PropertyChange(
        tuple(clean_tag(item) for fold, item in found.tags.items() if fold in added),
        tuple(now[fold] for fold in now if fold in removed),
        rating,
        priority,
    )
    return HandChange(change, tuple(conflicts), tuple(unread))


def front_tags(paper: LibraryPaper, yaml: str = "") -> tuple[str, ...]:
    """Write a paper's tags for a front matter, as they are spelt there already; without the
    topic's, which stands there anyway."""
    there, topic = front_properties(yaml).tags, _topic_fold(paper.topic or UNFILED)
    several = {tag_fold(tag): tag for tag in paper.tags}
    return tuple(there.get(f, front_tag(tag)) for f, tag in several.items() if f != topic)


def _topic_fold(topic: str | None) -> str:
    return tag_fold(tag_of(topic or ""))


def as_left(ours: str, yaml: str, paper: LibraryPaper) -> str:
    """Return our lines of a front matter as it was left, but for what a hand has said of the
    properties since, which `hand_change` has read: what stands there now is to be replaced.
    """
    if not ours:
        return ours
    found, known = front_properties(yaml), front_properties(ours).tags
    topic = _topic_fold(text_at(ours, "topic"))
    # A topic's tag that a hand took out stays out, also when the topic changes.
    stays = {*found.tags, topic}
    tags = [found.tags.get(fold, tag) for fold, tag in known.items() if fold in stays]
    lines = lines_of("tags", tuple(tags)) or ["tags: []"]
    there, wanted = values(yaml), {"rating": paper.rating or 0, "priority": paper.priority}
    for key, value in {"rating": found.rating, "priority": found.priority}.items():
        text = there.get(key)
        if isinstance(text, str) and value not in (None, wanted[key]):
            lines.append(f"{key}: {quoted(text)}")
    return "".join(f"{line}\n" for line in lines) + ours
