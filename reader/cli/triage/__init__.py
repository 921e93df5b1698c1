"""Show a morning's list and take decisions on it; then fetch and index the picks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

import click

from reader.base.errors import ReaderError
from reader.base.messages import _, ngettext
from reader.base.text import plain, wrap
from reader.cli import build, listing, output
from reader.cli.frame import is_terminal, say_error, say_errors, settings_of
from reader.cli.openers import OpenOutcome, opener
from reader.cli.terminal import EndSignal, Terminal, single_keys
from reader.cli.triage.entries import Outcome
from reader.cli.triage.layout import COLOURED, PLAIN, Style, page_lines, painted, screen_lines
from reader.cli.triage.session import Hands, ListSession
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.morning.pick import FETCH_LOG
from reader.morning.values import Morning
from reader.notes.recall import due

SOON_DAYS = 60
"""Days. A deadline farther away does not stand above the list."""

TICK_S = 3.0
"""Seconds without a key after which decisions of other devices and the minutes are looked at."""
SMALLEST = (20, 5)
"""Columns and lines. On a smaller terminal questions line by line are easier to read."""
LARGEST_LOG = 65_536
"""Bytes. A larger log of the background fetch is replaced."""


def triage(
    context: click.Context,
    library: Library,
    shown: Morning,
    *,
    reread: Callable[[], Morning],
    said: str = "",
) -> None:
    """Show a morning, ask about its papers, and print in one line what was decided.

    On a whole screen where the terminal can show one, otherwise line by line. reread: reads the
    morning again. said: a sentence to show first, since the screen covers what was printed before.
    """
    if (shown.entries or shown.queue) and can_run(os.environ):
        outcome = _on_whole_screen(context, library, shown, reread, said=said)
    else:
        output.put_all(listing.morning_lines(shown, output.width_of_terminal()))
        if all(entry.held.state != "candidate" for entry in shown.entries):
            return
        # Imported here: 20 ms, since it also writes notes.
        from reader.cli.triage import questions

        outcome = questions.ask(context, library, shown, reread)
    n_picked = len(outcome.picked)
    output.put(
        _(
            "{picked} picked, {skipped} skipped, {left} left for later.",
            picked=n_picked,
            skipped=outcome.n_skipped,
            left=outcome.n_left,
        )
    )
    # Learning and fetching PDFs takes seconds to minutes: another process does it.
    if outcome.picked and start(library, ["fetch"]):
        output.put_all(
            wrap(
                _(
                    "The PDFs of your picks are being fetched in the background, even if you close "
                    "this terminal. `reader today` shows how many are here."
                ),
                output.width_of_terminal(),
            )
        )
    else:
        _learn(context, library, outcome.picked)


def _learn(context: click.Context, library: Library, picked: Sequence[int]) -> None:
    """Fetch and index what was picked, and learn; from skips, notes and undone decisions too."""
    # As in `today`: not before the first paint.
    from reader.gathering.source import told_together
    from reader.morning.pipe import index_picks, learn_decisions

    with build.tools(context, library) as tools:
        problems = []
        if picked:
            problems = index_picks(library, tools, list(picked))
        else:
            learn_decisions(library, tools)
    say_errors(told_together(problems))


def start(library: Library, command: Sequence[str]) -> bool:
    """Start `reader COMMAND` on a library in a process that outlives this one.

    It has a session of its own, so that neither a key nor a closed terminal ends it. Its output
    goes to a file in the library. Returns False where it cannot be started: nothing is lost,
    since the next gather does the same work.
    """
    if os.name != "posix":
        return False
    file = library.folder / FETCH_LOG
    # An absolute path: the process runs in "/", and keeps no folder of the person's in use.
    line = [sys.executable, "-m", "reader", "--library", str(library.folder.absolute()), *command]
    try:
        is_large = file.exists() and file.stat().st_size > LARGEST_LOG
        with file.open("wb" if is_large else "ab") as log:
            head = f"{library.local(library.now())} reader {' '.join(command)}\n"
            log.write(head.encode())
            log.flush()
            subprocess.Popen(  # noqa: S603  this program, no shell
                line,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
    except OSError:
        return False
    return True


def _head_texts(library: Library, shown: Morning) -> tuple[str, ...]:
    """Collect short texts for the head of the screen: what else there is today.

    In order: a near deadline, notes to recall, open decisions of earlier days, missing seeds,
    notices.
    """
    texts = []
    deadline = shown.quota.deadline
    if deadline and (n := (deadline.on - shown.day).days) <= SOON_DAYS:
        texts.append(
            ngettext("{name} in {n} day", "{name} in {n} days", n, name=plain(deadline.name))
        )
    if n_notes := due(library, shown.day).n:
        texts.append(ngettext("{n} note to recall", "{n} notes to recall", n_notes))
    if n_left := sum(n for _, n in shown.undecided):
        texts.append(_("{n} undecided from earlier days", n=n_left))
    if shown.seeds:
        texts.append(ngettext("{n} seed missing: i", "{n} seeds missing: i", len(shown.seeds)))
    return (*texts, *(plain(str(text)) for text in shown.notices))


def can_run(environ: Mapping[str, str]) -> bool:
    """Check whether input and output are a terminal that can show a whole screen."""
    if not is_terminal() or os.name != "posix":
        return False
    columns, lines = os.get_terminal_size(sys.stdout.fileno())
    # A terminal that does not know its size says 0: then 80 × 24 is assumed.
    is_large = not columns or not lines or (columns >= SMALLEST[0] and lines >= SMALLEST[1])
    return is_large and environ.get("TERM", "") not in ("", "dumb", "unknown")


def styles_for(environ: Mapping[str, str]) -> Mapping[Style, str]:
    """Choose colours, or none: for NO_COLOR (no-color.org) and terminals with one colour."""
    name = environ.get("TERM", "")
    has_one = name.startswith(("vt1", "vt2")) or name.endswith(("-m", "-mono"))
    return PLAIN if environ.get("NO_COLOR") or has_one else COLOURED


def _on_whole_screen(
    context: click.Context,
    library: Library,
    shown: Morning,
    reread: Callable[[], Morning],
    *,
    said: str,
) -> Outcome:
    """Run the list on a whole screen until the person leaves it.

    Raises KeyboardInterrupt after Ctrl-C. After SIGTERM or SIGHUP the process ends here, once
    the terminal is as it was.
    """
    more = _head_texts(library, shown)
    try:
        with Terminal() as terminal:
            opened = OpenOutcome(opener())
            hands = _hands(context, library, terminal, opened, reread)
            session = ListSession(library, shown, hands, more=more, said=said)
            _loop(session, terminal, opened)
    except EndSignal as ended:
        library.db.close()
        signal.signal(ended.number, signal.SIG_DFL)
        # By the signal itself, so that whoever started us sees that it ended us.
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
        # After a change of size the terminal may have moved or cut the lines: paint them all.
        if terminal.size() != size:
            size = terminal.size()
            terminal.forget()
        session.resize(size)
        page = session.page
        lines = page_lines(page, *size) if page else screen_lines(session.view(), *size)
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
    context: click.Context,
    library: Library,
    terminal: Terminal,
    opened: OpenOutcome,
    reread: Callable[[], Morning],
) -> Hands:
    """Make the functions that leave the screen: for the editor, the browser and the shell."""

    def write_note(held: LibraryPaper) -> bool:
        from reader.cli import note

        with terminal.away():
            try:
                is_written = note.write_note(settings_of(context), library, held, None)
            except ReaderError as error:
                say_error(error)
                is_written = False
            # Messages stay until a key shows that they were read. Keys typed for the editor are
            # dropped before this question appears, none after it.
            with single_keys():
                click.echo(_("Press any key to return to the list."))
                os.read(0, 64)
            return is_written

    def open_paper(held: LibraryPaper) -> str:
        from reader.pdfs.find import marked_file, pdf_file

        # A paper gets its key when it is filed, and has no files before.
        file = (marked_file(library, held.row) or pdf_file(library, held.row)) if held.key else None
        place = str(file) if file else url_of(held.paper.id)
        return opened.open(place) if place else _("This paper has no PDF here and no address.")

    return Hands(write_note, open_paper, terminal.stop, terminal.forget, reread)
