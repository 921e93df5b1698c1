"""Write what other programs take in again and again: a calendar, an Atom feed, cards for Anki.

What is written again keeps its ids, so that none of these programs has a thing twice.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from reader.base.markup import to_html
from reader.base.messages import _, ngettext
from reader.base.tex import tex_to_text
from reader.base.text import plain, visible
from reader.library.calendar import days_back
from reader.library.config import WEEKDAYS, Config
from reader.library.file_names import year_of
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.notes.rows import habit
from reader.notes.rows.exports import newest_texts
from reader.notes.share import NewsItem, SharedPaper
from reader.notes.words import question
from reader.notes.write import marked
from reader.texts.shared import article_below_title

if TYPE_CHECKING:
    from icalendar import Event

NAMESPACE = uuid.UUID("4f0c2b1e-7a53-4f6e-9a0f-3d1f6f0f5a11")
"""What all ids are made from, beside the name of a thing. Never changed."""


def calendar(config: Config, now: datetime) -> bytes:
    """Write deadlines and days off as iCalendar (RFC 5545), whole days each.

    A deadline keeps its id when its date is moved; of several with one name, by their order.
    """
    # Imported here: it takes 0.2 s.
    from icalendar import Calendar

    made = Calendar(version="2.0", prodid="-//asayomi//reader//EN")
    made.add("x-wr-calname", _("Reading: deadlines and days off"))
    n_named: Counter[str] = Counter()
    for one in sorted(config.deadlines, key=lambda one: one.on):
        n_named[one.name] += 1
        told = ngettext(
            "From {day} on: {n} paper a day.",
            "From {day} on: {n} papers a day.",
            one.quota,
            day=days_back(one.on, one.days),
        )
        summary = _("Deadline: {name}", name=plain(one.name))
        id_ = f"deadline {one.name} {n_named[one.name]}"
        made.add_component(_event(id_, one.on, now, summary=summary, description=told))
    for off in dict.fromkeys(config.days_off):
        if off in WEEKDAYS:
            # A series needs a first day: the first such weekday of this year.
            first = date(now.year, 1, 1)
            day = first + timedelta((WEEKDAYS.index(off) - first.weekday()) % 7)
            rule = {"rrule": {"freq": "weekly"}}
        else:
            day, rule = date.fromisoformat(off), {}
        made.add_component(_event(f"off {off}", day, now, summary=_("Day off"), **rule))
    content: bytes = made.to_ical()
    return content


def _event(name: str, day: date, now: datetime, **more: object) -> Event:
    """Make an event of a whole day. name: what its id is made from."""
    from icalendar import Event

    event = Event()
    event.add("uid", f"{uuid.uuid5(NAMESPACE, name)}@asayomi")
    event.add("dtstamp", now)
    event.add("dtstart", day)  # without an end: the whole day
    event.add("transp", "TRANSPARENT")  # the day is not busy
    for key, value in more.items():
        event.add(key, value)
    return event


ATOM = "http://www.w3.org/2005/Atom"

MOST_ENTRIES = 50
"""Entries of a feed, the newest ones: a reader of feeds keeps those that it had."""


def atom(library_id: str, news: Sequence[NewsItem], today: date) -> bytes:
    """Write picks and written notes as Atom (RFC 4287), of what others may see of them.

    library_id: what makes the ids unlike those of other libraries. news: the newest first.
    """
    feed = ElementTree.Element("feed", xmlns=ATOM)

    def add(parent: ElementTree.Element, name: str, text: str = "", **more: str) -> None:
        # XML has no way to write most control characters, not even as a number.
        made = ElementTree.SubElement(parent, name, {k: visible(v) for k, v in more.items()})
        made.text = visible(text) or None

    def add_id(parent: ElementTree.Element, name: str, changed_on: date) -> None:
        add(parent, "id", uuid.uuid5(NAMESPACE, name).urn)
        # No hour, as none is in a shared page.
        add(parent, "updated", f"{changed_on}T00:00:00Z")

    add_id(feed, f"feed {library_id}", news[0].changed_on if news else today)
    add(feed, "title", _("Papers read, in own words"))
    add(feed, "generator", "asayomi")
    ElementTree.SubElement(feed, "author").append(name := ElementTree.Element("name"))
    name.text = "asayomi"
    for item in news:
        entry = ElementTree.SubElement(feed, "entry")
        add_id(entry, f"entry {library_id} {item.name}", item.changed_on)
        add(entry, "published", f"{item.on_date}T00:00:00Z")
        add(entry, "title", item.shared.title)
        term, label = ("note", _("Note")) if item.is_written else ("pick", _("Picked to read"))
        add(entry, "category", term=term, label=label)
        if item.shared.url:
            add(entry, "link", rel="alternate", href=item.shared.url)
        add(entry, "content", "\n".join(article_below_title(item.shared, to_html)), type="html")
    made: bytes = ElementTree.tostring(feed, "utf-8", xml_declaration=True)
    return made


def anki(library: Library, library_id: str, held: Sequence[LibraryPaper]) -> tuple[bytes, int]:
    """Write a card for each paper with a written note or highlights, as Anki imports text.

    In front stands what `reader recall` asks; behind it are the person's own words as they are.
    Returns the number of cards too. Format: https://docs.ankiweb.net/importing/text-files.html
    """
    names = habit.first_acts(library.db, [one.row for one in held])
    noted = habit.noted(library.db, date.min, library.today())
    texts = newest_texts(library.db, [one.paper for one in noted if one.is_written])
    written, n = io.StringIO(), 0
    head = ("separator:tab", "html:true", "notetype:Basic", "deck:asayomi", "guid column:1",
            "tags column:4")  # fmt: skip
    written.writelines(f"#{line}\n" for line in head)
    table = csv.writer(written, delimiter="\t", lineterminator="\n")
    for one in (one for one in held if one.row in names):
        text = texts.get(one.row, "")
        there = marked(library, one)
        if not (text or there):
            continue
        paper = one.paper
        authors = tuple(map(plain, paper.authors))
        whole = SharedPaper(
            "", authors, year_of(paper), url_of(paper.id), words=text, highlights=there
        )
        asked = str(question(text)) if text else _("What did you mark in this paper?")
        front = f"<b>{escape(plain(tex_to_text(paper.title)))}</b><br>{escape(asked)}"
        behind = "\n".join(article_below_title(whole, to_html))
        guid = uuid.uuid5(NAMESPACE, f"card {library_id} {names[one.row]}")
        # A tag has no blanks, and :: where one is within another.
        tag = "::".join("_".join(part.split()) for part in plain(one.topic or "").split("/"))
        table.writerow(map(visible, (str(guid), front, behind, tag)))
        n += 1
    return written.getvalue().encode(), n
