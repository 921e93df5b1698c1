"""Run the list on a whole terminal: keys in, lines out, and everything as it was at the end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.base.errors import ReaderError
from reader.base.messages import say
from reader.cli.frame import say_error, settings_of
from reader.cli.triage.entries import Outcome
from reader.cli.triage.layout import COLOURED, PLAIN, Style, page_lines, painted, screen_lines
from reader.cli.triage.openers import Hands, OpenOutcome, opener
from reader.cli.triage.session import ListSession
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.morning.values import Morning

if TYPE_CHECKING:
    from reader.cli.triage.terminal import Terminal

TICK_S = 3.0
"""How often we look what other devices decided, and how long the person has been at it."""
SMALLEST = (20, 5)
"""Columns and lines under which questions, line by line, are easier to read."""


def can_run(environ: Mapping[str, str]) -> bool:
    """Tell whether a person sits at both ends of a terminal that shows a whole screen."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.name != "posix":
        return False
    columns, lines = os.get_terminal_size(sys.stdout.fileno())
    # Some terminals do not know their size; then it is taken to be the usual one.
    is_large = not columns or not lines or (columns >= SMALLEST[0] and lines >= SMALLEST[1])
    return is_large and environ.get("TERM", "") not in ("", "dumb", "unknown")


def styles_for(environ: Mapping[str, str]) -> Mapping[Style, str]:
    """Choose colours, or weight alone: NO_COLOR is set (no-color.org), or one colour is all."""
    name = environ.get("TERM", "")
    has_one = name.startswith(("vt1", "vt2")) or name.endswith(("-m", "-mono"))
    return PLAIN if environ.get("NO_COLOR") or has_one else COLOURED


def run(
    context: click.Context,
    library: Library,
    shown: Morning,
    *,
    more: tuple[str, ...] = (),
    said: str = "",
) -> Outcome:
    """Let the person go through the list until they leave it.

    more: what else there is today. said: what to begin with.

    Raises KeyboardInterrupt after Ctrl-C. A signal that ends us ends us here, when the
    terminal is as it was.
    """
    from reader.cli.triage.terminal import EndSignal, Terminal

    try:
        with Terminal() as terminal:
            opened = OpenOutcome(opener())
            hands = _hands(context, library, terminal, opened)
            session = ListSession(library, shown, hands, more=more, said=said)
            _loop(session, terminal, opened)
    except EndSignal as ended:
        library.db.close()
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
        raise
    if session.is_interrupted:
        raise KeyboardInterrupt
    picked, n_skipped = session.deciding.outcome()
    return Outcome(picked, n_skipped, session.n_left)


def _loop(session: ListSession, terminal: Terminal, opened: OpenOutcome) -> None:
    styles = styles_for(os.environ)
    size = terminal.size()
    while not session.is_over:
        if terminal.size() != size:
            size = terminal.size()
            terminal.forget()
        session.resize(size)
        lines = (
            page_lines(session.page, *size) if session.page else screen_lines(session.view(), *size)
        )
        terminal.paint([painted(line, styles) for line in lines])
        keys = terminal.keys(TICK_S)
        for key in keys:
            if not session.is_over:
                session.press(key)
        if not keys:
            session.tick()
        if failed := opened.failed():
            session.tell(failed, is_warning=True)


def _hands(
    context: click.Context, library: Library, terminal: Terminal, opened: OpenOutcome
) -> Hands:
    def write_note(held: LibraryPaper) -> bool:
        with terminal.away():
            return _write_note(context, library, held)

    def open_paper(held: LibraryPaper) -> str:
        file = _file_of(library, held)
        place = str(file) if file else url_of(held.paper.id)
        return opened.open(place) if place else say("screen.no_place")

    return Hands(write_note, open_paper, terminal.stop, terminal.forget)


def _write_note(context: click.Context, library: Library, held: LibraryPaper) -> bool:
    """Ask the editor, on the person's own screen; what is said stays until they saw it."""
    from reader.cli.note import write_note
    from reader.cli.triage.terminal import single_keys

    try:
        is_written = write_note(settings_of(context), library, held, None)
    except ReaderError as error:
        say_error(error)
        is_written = False
    # What was typed for the editor is dropped before the question is there, no key after it.
    with single_keys():
        click.echo(say("screen.back"))
        os.read(0, 64)
    return is_written


def _file_of(library: Library, held: LibraryPaper) -> Path | None:
    """Give the marked copy or the PDF of a paper, None where its page has to do."""
    if held.key is None:
        return None
    from reader.pdfs.move import marked_file, pdf_file

    return marked_file(library, held.row) or pdf_file(library, held.row)
