"""Report on a note that was saved: whether it counts and why, its links, its file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reader.base.errors import Locked, ReaderError
from reader.base.messages import N_, _
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
        key = N_("No changes: {title}") if noted.number else N_("No note was written: {title}")
        return NoteReport(_(key, title=title))
    n_written, _unused, target = progress(library)
    is_copied = noted.check is not None and noted.check.is_mostly_copied
    key = (
        N_("Saved, but does not count as written (mostly copied): {title}")
        if is_copied
        else N_("Skimmed (two sentences of your own count as written): {title}")
    )
    lost = [
        _("[[{key}]] does not lead to a paper.", key=plain(key))
        + (_(" Did you mean [[{key}]]?", key=likest) if likest else "")
        for key, likest in lost_links(library, noted.text)
    ]
    return NoteReport(
        _(
            N_("Written ({n} of {target} today): {title}") if noted.is_written else key,
            title=title,
            n=n_written,
            target=target,
        ),
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
        return [_("reader: {message}", message=plain(error.message))]


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
        return [_("reader: {message}", message=plain(error.message))]


ORIGINS = {
    "command": N_("command"),
    "file": N_("file"),
    "page": N_("page"),
}


def _messages(done: ExportOutcome) -> list[str]:
    """Write the report of an export of one paper, in sentences; of failures the first."""
    told = [
        plain(_(key, path=path))
        for key, paths in (
            (N_("your changes read: {path}"), done.read_in),
            (N_("both texts kept: {path}"), done.merged),
            (N_("emptied by hand; the note is kept: {path}"), done.emptied),
        )
        for path in paths
    ]
    return told + [_("reader: {message}", message=plain(error.message)) for error in done.left[:1]]
