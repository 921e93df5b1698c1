"""Print what is known of a paper's note: its revisions, what is near it, its check; and the
imported notes that wait for a paper.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _
from reader.base.tex import title_text
from reader.base.text import plain, shorten, wrap
from reader.cli import build, output
from reader.cli.frame import Settings
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.morning.waiting import give, join_waiting, waiting_note
from reader.notes.draft import pieces
from reader.notes.export import ORIGINS
from reader.notes.links import NearNotes, related
from reader.notes.rows import notes
from reader.notes.rows.notes import Revision, WaitingNote
from reader.notes.write import (
    beginning_of,
    check_note,
    compared,
)
from reader.texts.note import check_lines, own_line, unseen_line, where

if TYPE_CHECKING:
    from reader.search.encode import Encode


def note_encoder(library: Library) -> Encode | None:
    """Open the encoder for notes; None where the model is missing or loads for seconds."""
    # One text is encoded several times: as a note, for the check, and for related notes.
    encode = build.note_encoder(library.config)
    return functools.lru_cache(maxsize=4)(encode) if encode else None


def near_lines(near: NearNotes, width: int) -> Iterator[str]:
    """Lay out the nearest notes, each with its link and its key sentence."""
    if not near.notes:
        return
    yield _(
        N_(
            "Related notes, compared only by words because the model is missing (write [[…]] "
            "in a note to link one):"
        )
        if near.is_by_words
        else N_("Related notes (write [[…]] in a note to link one):")
    )
    for one in near.notes:
        yield f"  [[{one.paper.key}]]"
        yield from wrap(shorten(plain(one.sentence), 2 * width), width, "    ")


def show_history(library: Library, paper: LibraryPaper, *, as_json: bool) -> None:
    """Print a note's revisions, oldest first."""
    width = output.width_of_terminal()
    for number, one in enumerate(notes.history(library.db, paper.row), 1):
        if as_json:
            output.put_json(paper, {"number": number}, one)
            continue
        origin = _(ORIGINS[one.came_from])
        state = _(N_("written") if one.is_written else N_("skimmed"))
        at = library.local(one.at)
        line = f"{number:>3}  {at}  {origin:<7}  {state:<7}  {beginning_of(one)}"
        output.put(shorten(line, width))


def show_diff(library: Library, paper: LibraryPaper, numbers: Sequence[int]) -> None:
    """Print the difference between two revisions.

    numbers: two revisions; one, which is compared with the newest; or none for the last two.
    Raises UsageError.
    """
    found = compared(library, paper, numbers)
    if not found.changes:
        output.put(
            _(
                "Revisions {first} and {second} are the same.",
                first=found.first,
                second=found.second,
            )
        )
        return
    for mark, number, one in (("---", found.first, found.old), ("+++", found.second, found.new)):
        head = _("revision {n}, {at}", n=number, at=library.local(one.at))
        output.put(click.style(f"{mark} {head}", bold=True))
    for line in found.changes:
        if line.kind == "@":
            output.put(click.style(f"@{line.text}", fg="cyan"))
            continue
        colour = {"-": "red", "+": "green"}.get(line.kind)
        if colour is None:
            output.put(" " + "".join(text for text, _ in pieces(line)))
            continue
        # The changed words within the line are shown in reverse.
        shown = [click.style(text, fg=colour, reverse=changed) for text, changed in pieces(line)]
        output.put(click.style(line.kind, fg=colour) + "".join(shown))


def show_related(
    library: Library, paper: LibraryPaper, note: Revision | None, *, as_json: bool
) -> None:
    text = note.text if note else f"{paper.record.title}\n{paper.record.abstract}"
    near = related(library, paper, text, encode=note_encoder(library))
    if as_json:
        for one in near.notes:
            output.put_json(one.paper, sentence=plain(one.sentence))
        return
    found = list(near_lines(near, output.width_of_terminal()))
    output.put_all(found or [_("You have no related notes.")])


def show_check(library: Library, paper: LibraryPaper, note: Revision, *, as_json: bool) -> None:
    encode = note_encoder(library)
    check = check_note(library, paper, note.text, encode)
    if as_json:
        sentences = [
            output.encode(one) | {"where": where(one.source) if one.source else None}
            for one in check.sentences
        ]
        output.put_json(paper, check, sentences=sentences)
        return
    width = output.width_of_terminal()
    unseen = [line] if (line := unseen_line(check)) else []
    # What counted when it was saved stays so: days and streaks of the past do not change.
    is_late = check.is_mostly_copied and note.is_written
    late = [_("It counted when you saved it, and still does.")]
    for text in (*unseen, *(check_lines(check) or [own_line(check)]), *(late if is_late else ())):
        output.put_all(wrap(text, width, "  ", ""))


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
        several = [waiting_note(library, int(number))] if number else notes.waiting(library.db)
        if as_json:
            for note in several:
                output.put_json(note)
        elif number:
            output.put_all([_head(library, several[0]), *_place(several[0]), ""])
            output.put(several[0].text)
        else:
            width = output.width_of_terminal()
            output.put_all(shorten(_head(library, note), width) for note in several)
            output.put(
                _("`reader note ID --from-waiting N` gives one to a paper.")
                if several
                else _("No note waits for a paper.")
            )


def _head(library: Library, note: WaitingNote) -> str:
    at = library.local(note.at) if note.at else "-"
    return "  ".join([f"{note.id:>4}", at, plain(note.title), *note.ids])


def _place(note: WaitingNote) -> list[str]:
    return [plain(" · ".join(filter(None, (note.place, note.notebook, *note.tags))))]


def give_note(
    settings: Settings, library: Library, number: int, paper: LibraryPaper
) -> LibraryPaper:
    """Make a waiting note a revision of a paper's, and say so; returns the paper as it stands."""
    given = give(library, number, paper)
    if not settings.is_quiet:
        output.put(_("Given to the paper: {title}", title=title_text(given.record.title)))
    return given
