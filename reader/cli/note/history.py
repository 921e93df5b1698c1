"""Go back in a note: its revisions listed, compared, restored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

import click

from reader.cli import output, screen
from reader.errors import UsageError
from reader.library.folder import Library
from reader.library.writing import revision
from reader.note.changes import Change, changes
from reader.note.words import sentences
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain, shorten
from reader.store import notes
from reader.store.notes import Revision


def show_history(library: Library, held: Held, *, as_json: bool) -> None:
    """List a note's revisions, the oldest first."""
    known = notes.revisions(library.db, held.row)
    width = screen.width_of_terminal()
    if not known and not as_json:
        output.put(say("note.none", title=plain(held.paper.title)))
    for number, one in enumerate(known, 1):
        if as_json:
            output.put_json(output.paper_json(held) | _revision_json(number, one))
        else:
            words = plain(" ".join(islice(sentences(one.text), 5)) or one.text)
            line = f"{number:>3}  {_moment(library, one.at)}  {_facts(one)}  {words}"
            output.put(shorten(line, width))


def _facts(one: Revision) -> str:
    came = say(f"note.from.{one.came_from}")
    state = say("note.state.written" if one.is_written else "note.state.skimmed")
    return f"{came:<7}  {state:<7}"


def _moment(library: Library, at: datetime) -> str:
    return f"{at.astimezone(library.config.timezone):%Y-%m-%d %H:%M}"


def _revision_json(number: int, one: Revision) -> dict[str, object]:
    return {
        "number": number,
        "at": one.at.isoformat(),
        "on": one.on_date,
        "came_from": one.came_from,
        "is_written": one.is_written,
        "text": one.text,
    }


def show_diff(library: Library, held: Held, numbers: Sequence[int]) -> None:
    """Show what leads from one revision to another: of two that are named, from one to the
    newest, from the last but one to the newest. Raises UsageError."""
    n_all = len(notes.revisions(library.db, held.row))
    if not numbers and n_all < 2:
        what = say("note.one_revision", n=n_all, title=plain(held.paper.title))
        raise UsageError(what=what, hint=say("note.one_revision.hint"))
    first, second = (*numbers, n_all)[:2] if numbers else (n_all - 1, n_all)
    old, new = revision(library, held, first), revision(library, held, second)
    found = changes(old.text, new.text)
    if not found:
        output.put(say("note.no_difference", first=first, second=second))
        return
    for mark, number, one in (("---", first, old), ("+++", second, new)):
        head = say("note.revision", n=number, at=_moment(library, one.at))
        output.put(click.style(f"{mark} {head}", bold=True))
    for line in found:
        output.put(_shown(line))


def _shown(line: Change) -> str:
    """Lay out a line of a difference; what changed within it stands out in colour."""
    if line.kind == "@":
        return click.style(f"@{line.text}", fg="cyan")
    colour = {"-": "red", "+": "green"}.get(line.kind)
    if colour is None:
        return f" {_safe(line.text)}"
    pieces = [click.style(line.kind, fg=colour)]
    for text, is_changed in _pieces(_safe(line.text), line.spans):
        pieces.append(click.style(text, fg=colour, reverse=is_changed))
    return "".join(pieces)


def _safe(text: str) -> str:
    """Make a line safe to print, each character in its place."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in text)


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    done = 0
    for start, end in spans:
        yield text[done:start], False
        yield text[start:end], True
        done = end
    yield text[done:], False
