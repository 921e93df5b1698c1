"""Report on a note that was saved: whether it counts and why, its links, its file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reader.base.errors import Locked, ReaderError
from reader.base.messages import say
from reader.base.text import plain
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.notes.export import export, read_edits
from reader.notes.folder import ExportOutcome
from reader.notes.links import NearNotes, lost_links, related
from reader.notes.own_words import check_lines
from reader.notes.rows import notes
from reader.notes.write import NoteOutcome

if TYPE_CHECKING:
    from reader.search.encode import Encode


@dataclass(frozen=True, slots=True)
class NoteReport:
    """The report that a person gets on a note that was saved.

    said: the first sentence. check: what is near the paper's words, a paragraph each. lost:
    links that lead nowhere, in sentences. near: the nearest earlier notes.
    """

    said: str
    check: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    near: NearNotes = field(default_factory=lambda: NearNotes((), is_by_words=False))


def report_of(library: Library, noted: NoteOutcome, *, encode: Encode | None = None) -> NoteReport:
    """Report on a note that was saved."""
    title = plain(noted.held.paper.title)
    if not noted.is_new:
        return NoteReport(say("note.same", title=title))
    n_written, _, target = progress(library)
    is_copied = noted.check is not None and noted.check.is_mostly_copied
    key = "note.copied" if is_copied else "note.skimmed"
    lost = [
        say("note.lost", key=plain(key)) + (say("note.lost.near", key=likest) if likest else "")
        for key, likest in lost_links(library, noted.text)
    ]
    return NoteReport(
        say("note.written" if noted.is_written else key, title=title, n=n_written, target=target),
        tuple(check_lines(noted.check)) if noted.check else (),
        tuple(lost),
        related(library, noted.held, noted.text, encode=encode),
    )


def progress(library: Library) -> tuple[int, int, int]:
    """Count the papers written up today and those skimmed, beside the day's quota."""
    today = library.today()
    return (*notes.n_noted_on(library.db, today), library.config.quota_on(today))


def export_one(library: Library, held: LibraryPaper) -> list[str]:
    """Bring a paper's Markdown file up to date, unless feeds.toml says not to.

    Returns messages about it, in sentences. An error is a message too: the note itself is safe.
    """
    if not library.config.note.export:
        return []
    try:
        return _messages(export(library, only=[held.row]))
    except ReaderError as error:
        return [say("error", message=plain(error.message))]


def read_by_hand(library: Library, held: LibraryPaper, *, wait: bool = True) -> list[str]:
    """Read in edits by hand in a paper's Markdown file, before somebody continues the note.

    wait: for an export that is under way. Else the note is shown as it stands: what a hand
    wrote and what is saved meanwhile end in one revision with both.
    """
    try:
        return _messages(read_edits(library, [held.row], wait=wait))
    except Locked:
        return []
    except ReaderError as error:
        return [say("error", message=plain(error.message))]


ORIGINS = {
    "command": "note.from.command",
    "file": "note.from.file",
    "page": "note.from.page",
}


def _messages(done: ExportOutcome) -> list[str]:
    """Write the report of an export of one paper, in sentences; of failures the first."""
    told = [
        plain(say(key, path=path))
        for key, paths in (
            ("export.read_in", done.read_in),
            ("export.merged", done.merged),
            ("export.emptied", done.emptied),
        )
        for path in paths
    ]
    return told + [say("error", message=plain(error.message)) for error in done.left[:1]]
