"""Go back in a note: its revisions listed, and held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from reader.errors import UsageError
from reader.library.folder import Library
from reader.library.writing import revision
from reader.note.changes import Change, changes
from reader.note.words import sentences
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.store import notes
from reader.store.notes import Revision


@dataclass(frozen=True, slots=True)
class Compared:
    """Two revisions, by number from 1, and what leads from one to the other."""

    first: int
    second: int
    old: Revision
    new: Revision
    changes: tuple[Change, ...]


def compared(library: Library, held: Held, numbers: Sequence[int] = ()) -> Compared:
    """Compare two revisions that are named; one with the newest; else the last two.

    Raises UsageError where there are none to compare.
    """
    n_all = len(notes.revisions(library.db, held.row))
    if not numbers and n_all < 2:
        what = say("note.one_revision", n=n_all, title=plain(held.paper.title))
        raise UsageError(what=what, hint=say("note.one_revision.hint"))
    first, second = (*numbers, n_all)[:2] if numbers else (n_all - 1, n_all)
    old, new = revision(library, held, first), revision(library, held, second)
    return Compared(first, second, old, new, tuple(changes(old.text, new.text)))


def beginning_of(one: Revision) -> str:
    """Give the first sentences of a revision, in one line."""
    return plain(" ".join(islice(sentences(one.text), 5)) or one.text)


def moment(library: Library, at: datetime) -> str:
    """Write a moment in the time zone of feeds.toml."""
    return f"{at.astimezone(library.config.timezone):%Y-%m-%d %H:%M}"


def pieces(line: Change) -> Iterator[tuple[str, bool]]:
    """Part a changed line into what stayed within it and what changed; safe to print, each
    character in its place."""
    text = "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in line.text)
    done = 0
    for start, end in line.spans:
        yield text[done:start], False
        yield text[start:end], True
        done = end
    yield text[done:], False
