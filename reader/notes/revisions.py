"""Go back in a note: its revisions listed, and held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from reader.base.errors import UsageError
from reader.base.messages import say
from reader.base.text import plain
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.notes.changes import DiffLine, changes
from reader.notes.rows import notes
from reader.notes.rows.notes import Revision
from reader.notes.words import sentences
from reader.notes.write import revision


@dataclass(frozen=True, slots=True)
class RevisionDiff:
    """Two revisions, by number from 1, and what leads from one to the other."""

    first: int
    second: int
    old: Revision
    new: Revision
    changes: tuple[DiffLine, ...]


def compared(library: Library, held: LibraryPaper, numbers: Sequence[int] = ()) -> RevisionDiff:
    """Compare two revisions that are named; one with the newest; else the last two.

    Raises UsageError where there are none to compare.
    """
    n_all = len(notes.revisions(library.db, held.row))
    if not numbers and n_all < 2:
        what = say("note.one_revision", n=n_all, title=plain(held.paper.title))
        raise UsageError(what=what, hint=say("note.one_revision.hint"))
    first, second = (*numbers, n_all)[:2] if numbers else (n_all - 1, n_all)
    old, new = revision(library, held, first), revision(library, held, second)
    return RevisionDiff(first, second, old, new, tuple(changes(old.text, new.text)))


def beginning_of(one: Revision) -> str:
    """Give the first sentences of a revision, in one line."""
    return plain(" ".join(islice(sentences(one.text), 5)) or one.text)


def moment(library: Library, at: datetime) -> str:
    """Write a moment in the time zone of feeds.toml."""
    return f"{at.astimezone(library.config.timezone):%Y-%m-%d %H:%M}"


def pieces(line: DiffLine) -> Iterator[tuple[str, bool]]:
    """Part a changed line into what stayed within it and what changed; safe to print, each
    character in its place."""
    text = "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in line.text)
    done = 0
    for start, end in line.spans:
        yield text[done:start], False
        yield text[start:end], True
        done = end
    yield text[done:], False
