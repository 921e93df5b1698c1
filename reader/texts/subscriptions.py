"""Write the files that other programs subscribe to: a calendar, and an Atom feed.

What is written again keeps its ids, so that a program that subscribes never has a thing twice.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from xml.etree import ElementTree

from reader.base.markup import to_html
from reader.base.messages import _, ngettext
from reader.base.text import plain, visible
from reader.habit.share import NewsItem
from reader.library.config import WEEKDAYS, Config
from reader.library.days import days_back
from reader.texts.shared import article_below_title

NAMESPACE = uuid.UUID("4f0c2b1e-7a53-4f6e-9a0f-3d1f6f0f5a11")
"""What all ids are made from, beside the name of a thing. Never changed."""


def calendar(config: Config, now: datetime) -> bytes:
    """Write deadlines and days off as iCalendar (RFC 5545), whole days each.

    A deadline keeps its id when its date is moved; of several with one name, by their order.
    """
    # Imported here: it takes 0.2 s.
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//asayomi//reader//EN")
    made.add("x-wr-calname", _("Reading: deadlines and days off"))

    def add(name: str, day: date, summary: str, **more: object) -> None:
        event = Event()
        event.add("uid", f"{uuid.uuid5(NAMESPACE, name)}@asayomi")
        event.add("dtstamp", now)
        event.add("dtstart", day)  # without an end: the whole day
        event.add("summary", summary)
        event.add("transp", "TRANSPARENT")  # the day is not busy
        for key, value in more.items():
            event.add(key, value)
        made.add_component(event)

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
        add(f"deadline {one.name} {n_named[one.name]}", one.on, summary, description=told)
    for off in dict.fromkeys(config.days_off):
        if off in WEEKDAYS:
            # A series needs a first day: the first such weekday of this year.
            first = date(now.year, 1, 1)
            day = first + timedelta((WEEKDAYS.index(off) - first.weekday()) % 7)
            add(f"off {off}", day, _("Day off"), rrule={"freq": "weekly"})
        else:
            add(f"off {off}", date.fromisoformat(off), _("Day off"))
    content: bytes = made.to_ical()
    return content


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
