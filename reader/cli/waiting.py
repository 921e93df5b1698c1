"""`reader note --waiting`: list the imported notes that wait for a paper, and give one to one."""

from __future__ import annotations

import click

from reader.base.errors import UsageError
from reader.base.messages import _
from reader.base.text import plain, shorten
from reader.cli import build, output, screen
from reader.cli.frame import Settings
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.morning.waiting import give, join_waiting, waiting_note
from reader.notes.rows import loose
from reader.notes.rows.loose import WaitingNote
from reader.notes.write import moment


def show_waiting(context: click.Context, number: str, *, as_json: bool) -> None:
    """List the notes that wait, oldest first, or print one whole. number: "" for all.

    First joins those whose papers have come. Raises UsageError, NotKnown.
    """
    if number and not number.isdecimal():
        what = _("{text} is not the number of a waiting note.", text=plain(number))
        raise UsageError(what=what, hint=_("`reader note --waiting` lists the notes that wait."))
    with build.opened(context) as library:
        if library.refusal() is None:
            join_waiting(library)
        several = [waiting_note(library, int(number))] if number else loose.waiting(library.db)
        if as_json:
            for note in several:
                output.put_json(note)
        elif number:
            output.put_all([_head(library, several[0]), *_place(several[0]), ""])
            output.put(several[0].text)
        else:
            width = screen.width_of_terminal()
            output.put_all(shorten(_head(library, note), width) for note in several)
            output.put(
                _("`reader note ID --from-waiting N` gives one to a paper.")
                if several
                else _("No note waits for a paper.")
            )


def _head(library: Library, note: WaitingNote) -> str:
    at = moment(library, note.at) if note.at else "-"
    return "  ".join([f"{note.id:>4}", at, plain(note.title), *note.ids])


def _place(note: WaitingNote) -> list[str]:
    return [plain(" · ".join(filter(None, (note.place, note.notebook, *note.tags))))]


def give_note(
    settings: Settings, library: Library, number: int, held: LibraryPaper
) -> LibraryPaper:
    """Make a waiting note a revision of a paper's, and say so; returns the paper as it stands."""
    given = give(library, number, held)
    if not settings.is_quiet:
        output.put(_("Given to the paper: {title}", title=plain(given.paper.title)))
    return given
