"""Mute words, authors, categories and sources, take a mute back, and list what is muted.

A list reads the mutes each time: papers of own topics and decided ones stay in it, marked; others
are hidden and counted. Search finds all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import cast, get_args

from reader.base.errors import NotKnown, UsageError
from reader.base.messages import N_, Joined, lazy_gettext
from reader.base.text import plain
from reader.gathering.gather import source_names
from reader.gathering.rows import sources
from reader.library.arrival import keep_arrival
from reader.library.config import CLASSES, nearest_class
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.morning.rows import add_mutes, last_muted_days, standing_mutes, take_mutes_back
from reader.ranking.topic import Mute, MuteKind, MuteLine, mutable_parts, mute_key, mute_line

LONGEST = 200
"""Characters of what is muted."""

MOST_DAYS = 3_650


def mute_lines(library: Library) -> list[MuteLine]:
    """List all mutes that were not taken back, the oldest first."""
    several, today = standing_mutes(library.db), library.today()
    days = last_muted_days(library.db) if several else {}
    return [mute_line(one, days.get(one.id), today) for one in several]


def mute(
    library: Library, several: Iterable[tuple[MuteKind, str]], *, until: date | None = None
) -> tuple[list[Mute], list[Mute]]:
    """Mute in one act, up to a last day; returns what is muted now, and what was already.

    Raises UsageError for a value that nothing can have, or a day that is over.
    """
    db, today = library.db, library.today()
    if until and until < today:
        what = lazy_gettext("{day} is over: a mute until then would hide nothing.", day=until)
        raise UsageError(what=what, hint=lazy_gettext("Name a day to come: --until 2031-03-04."))
    wanted = {mute_key(kind, value): (kind, value) for kind, value in _checked(library, several)}
    with db.writing():
        there = {one.key: one for one in standing_mutes(db) if one.holds(today)}
        new = [both for key, both in wanted.items() if key not in there]
        if new:
            add_mutes(db, new, until=until, at=library.now(), on=today)
        keep_arrival(library)
    now = {one.key: one for one in standing_mutes(db)}
    keys = {mute_key(*both) for both in new}
    return [now[k] for k in wanted if k in keys], [there[k] for k in wanted if k not in keys]


def unmute(library: Library, several: Iterable[tuple[MuteKind, str]]) -> list[Mute]:
    """Take mutes back, also those that have ended. Raises NotKnown for what is not muted."""
    wanted = {mute_key(kind, plain(value)): plain(value) for kind, value in several}
    with library.db.writing():
        found = [one for one in standing_mutes(library.db) if one.key in wanted]
        missing = wanted.keys() - {one.key for one in found}
        if missing:
            names = Joined([wanted[key] for key in wanted if key in missing], N_(", "))
            raise NotKnown(
                what=lazy_gettext("This is not muted: {names}.", names=names),
                hint=lazy_gettext("`reader mute --list` lists what is."),
            )
        take_mutes_back(library.db, found, at=library.now(), on=library.today())
        keep_arrival(library)
    return found


def parts_of(library: Library, held: LibraryPaper) -> list[tuple[MuteKind, str]]:
    """List what of a paper can be muted."""
    db, known = library.db, set(source_names(library.config))
    origins = [o for o in papers.origins_of(db, [held.row]).get(held.row, ()) if o in known]
    said = sources.mentions_of(db, [held.row])
    return list(mutable_parts(held.paper, library.config.near_topics, origins, said))


def part_in(text: str) -> tuple[MuteKind, str]:
    """Read what is muted from KIND:VALUE, as pages have it. Raises UsageError."""
    kind, _colon, value = text.partition(":")
    if kind not in get_args(MuteKind):
        raise UsageError(
            what=lazy_gettext("{text} cannot be muted.", text=repr(kind[:80])),
            hint=lazy_gettext("Use the buttons of the page."),
        )
    return cast("MuteKind", kind), value


def last_day(library: Library, days: int | None) -> date | None:
    """Compute the last of some days, today being the first; None for no end."""
    return library.today() + timedelta(days=days - 1) if days else None


def _checked(
    library: Library, several: Iterable[tuple[MuteKind, str]]
) -> list[tuple[MuteKind, str]]:
    return [(kind, _value(library, kind, plain(value))) for kind, value in several]


def _value(library: Library, kind: MuteKind, value: str) -> str:
    """Check a value, and write it as the program does."""
    if not any(c.isalnum() for c in value) or len(value) > LONGEST:
        raise UsageError(
            what=lazy_gettext("{text} cannot be muted.", text=repr(value[:80])),
            hint=lazy_gettext("Name a word, or --author, --category or --source with a name."),
        )
    if kind == "category":
        return class_named(value)
    if kind == "source":
        known = source_names(library.config)
        if value not in known:
            raise UsageError(
                what=lazy_gettext("There is no source named {name}.", name=value),
                hint=lazy_gettext("feeds.toml has: {names}.", names=Joined(known, N_(", "))),
            )
    return value


def class_named(name: str, known: Iterable[str] = CLASSES) -> str:
    """Write a class of arXiv as arXiv does. Raises UsageError for a name that is not known."""
    named = {one.casefold(): one for one in known}
    if name.casefold() not in named:
        near = nearest_class(name)
        raise UsageError(
            what=lazy_gettext("arXiv has no category {name}.", name=name),
            hint=lazy_gettext("Did you mean {near}?", near=near)
            if near
            else lazy_gettext("Categories are named as in feeds.toml: cs.CL, eess.AS."),
        )
    return named[name.casefold()]
