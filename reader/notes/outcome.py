"""Do what goes with a note that is saved: its Markdown file, and the count of the day."""

from __future__ import annotations

from reader.base.errors import Locked, ReaderError
from reader.base.messages import N_
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.notes.export import export, read_edits
from reader.notes.folder import ExportOutcome
from reader.notes.rows import notes


def progress(library: Library) -> tuple[int, int, int]:
    """Count the papers written up today and those skimmed, beside the day's quota."""
    today = library.today()
    return (*notes.n_noted_on(library.db, today), library.config.quota_on(today))


def export_one(library: Library, held: LibraryPaper) -> ExportOutcome:
    """Bring a paper's Markdown file up to date, unless feeds.toml says not to.

    An error is in `left`: the note itself is safe.
    """
    if not library.config.note.export:
        return ExportOutcome()
    try:
        return export(library, only=[held.row])
    except ReaderError as error:
        return ExportOutcome(left=[error])


def read_by_hand(library: Library, held: LibraryPaper, *, wait: bool = True) -> ExportOutcome:
    """Read in edits by hand in a paper's Markdown file, before somebody continues the note.

    wait: for an export that is under way. Else the note is shown as it stands: what a hand
    wrote and what is saved meanwhile end in one revision with both.
    """
    try:
        return read_edits(library, [held.row], wait=wait)
    except Locked:
        return ExportOutcome()
    except ReaderError as error:
        return ExportOutcome(left=[error])


ORIGINS = {
    "command": N_("command"),
    "file": N_("file"),
    "page": N_("page"),
}
