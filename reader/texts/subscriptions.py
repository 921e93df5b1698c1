"""Write the files that other programs subscribe to: a calendar.

What is written again keeps its ids, so that a program that subscribes never has a thing twice.
"""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date, datetime, timedelta

from reader.base.messages import _, ngettext
from reader.base.text import plain
from reader.library.config import WEEKDAYS, Config
from reader.library.days import days_back

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
