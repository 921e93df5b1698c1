"""Go back in a note: its revisions listed, compared, restored."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reader.cli import output, screen
from reader.library.folder import Library
from reader.library.revisions import beginning_of, compared, moment, pieces
from reader.note.changes import Change
from reader.paper import Held
from reader.phrases import say
from reader.plain import shorten
from reader.store import notes
from reader.store.notes import Revision


def show_history(library: Library, held: Held, *, as_json: bool) -> None:
    """List a note's revisions, the oldest first."""
    known = notes.revisions(library.db, held.row)
    width = screen.width_of_terminal()
    for number, one in enumerate(known, 1):
        if as_json:
            output.put_json(output.paper_json(held) | _revision_json(number, one))
        else:
            line = f"{number:>3}  {moment(library, one.at)}  {_facts(one)}  {beginning_of(one)}"
            output.put(shorten(line, width))


def _facts(one: Revision) -> str:
    came = say(f"note.from.{one.came_from}")
    state = say("note.state.written" if one.is_written else "note.state.skimmed")
    return f"{came:<7}  {state:<7}"


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
    found = compared(library, held, numbers)
    if not found.changes:
        output.put(say("note.no_difference", first=found.first, second=found.second))
        return
    for mark, number, one in (("---", found.first, found.old), ("+++", found.second, found.new)):
        head = say("note.revision", n=number, at=moment(library, one.at))
        output.put(click.style(f"{mark} {head}", bold=True))
    for line in found.changes:
        output.put(_shown(line))


def _shown(line: Change) -> str:
    """Lay out a line of a difference; what changed within it stands out in colour."""
    if line.kind == "@":
        return click.style(f"@{line.text}", fg="cyan")
    colour = {"-": "red", "+": "green"}.get(line.kind)
    if colour is None:
        return " " + "".join(text for text, _ in pieces(line))
    shown = [click.style(line.kind, fg=colour)]
    shown += [click.style(text, fg=colour, reverse=changed) for text, changed in pieces(line)]
    return "".join(shown)
