"""Show a morning's list and take decisions on it; then fetch and index the picks.

On a whole screen, or line by line with one key for terminals that cannot move a cursor. Every
decision is on the disk before the next paper is shown.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import click

from reader.base.errors import ReaderError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, wrap
from reader.cli import build, listing, output
from reader.cli.frame import is_terminal, say_error, say_errors, settings_of
from reader.cli.terminal import (
    CHOICES,
    END,
    EndSignal,
    OpenOutcome,
    Terminal,
    TypedKeys,
    opener,
    single_keys,
)
from reader.cli.triage.entries import Outcome
from reader.cli.triage.layout import (
    COLOURED,
    MUTE_WHAT,
    PLAIN,
    Style,
    choice_texts,
    chosen,
    page_lines,
    painted,
    screen_lines,
)
from reader.cli.triage.session import Hands, ListSession, Progress
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.rows.decisions import Kind
from reader.morning.decide import Deciding, mute, other_topics, parts_of, topic_now, undone_text
from reader.morning.lanes import entry_now
from reader.morning.pick import FETCH_LOG
from reader.morning.undo import take_back
from reader.morning.values import Entry, Morning
from reader.notes.recall import due
from reader.texts.morning import muted_part

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
    message: str = "",
) -> None:
    """Show a morning, ask about its papers, and print in one line what was decided.

    On a whole screen where the terminal can show one, otherwise line by line. reread: reads the
    morning again. message: shown first, since the screen covers what was printed before.
    """
    if (shown.entries or shown.queue) and can_run(os.environ):
        outcome = _on_whole_screen(context, library, shown, reread, message=message)
    else:
        output.put_all(listing.morning_lines(shown, output.width_of_terminal()))
        if all(entry.paper.state != "candidate" for entry in shown.entries):
            return
        outcome = ask(context, library, shown, reread)
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
    from reader.gathering.source import joined_problems
    from reader.morning.pipe import index_picks, learn_decisions

    with build.tools(context, library) as tools:
        problems = []
        if picked:
            problems = index_picks(library, tools, list(picked))
        else:
            learn_decisions(library, tools)
    say_errors(joined_problems(problems))


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
    message: str,
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
            session = ListSession(library, shown, hands, more=more, message=message)
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

    def write_note(paper: LibraryPaper) -> bool:
        from reader.cli import note

        with terminal.away():
            try:
                is_written = note.write_note(settings_of(context), library, paper, None)
            except ReaderError as error:
                say_error(error)
                is_written = False
            # Messages stay until a key shows that they were read. Keys typed for the editor are
            # dropped before this question appears, none after it.
            with single_keys():
                click.echo(_("Press any key to return to the list."))
                os.read(0, 64)
            return is_written

    def open_paper(paper: LibraryPaper) -> str:
        from reader.pdfs.find import marked_file, pdf_file

        # A paper gets its key when it is filed, and has no files before.
        file = (
            (marked_file(library, paper.row) or pdf_file(library, paper.row)) if paper.key else None
        )
        place = str(file) if file else url_of(paper.record.id)
        return opened.open(place) if place else _("This paper has no PDF here and no address.")

    return Hands(write_note, open_paper, terminal.stop, terminal.forget, reread)


BACK = ("k", "<up>")
ON = (" ", "j", "<enter>", "<down>")


def ask(
    context: click.Context, library: Library, shown: Morning, reread: Callable[[], Morning]
) -> Outcome:
    """Ask about the papers without a decision, until the end or `q`."""
    waiting = [entry for entry in shown.entries if entry.paper.state == "candidate"]
    questions = _Questions(context, library, shown, waiting, reread)
    if waiting:
        output.put()
        _put_keys()
    while questions.go_on() and (key := questions.ask()) not in END:
        try:
            questions.answer(key)
        except ReaderError as error:
            # A locked library or a missing editor, for instance: the paper stays, and it goes on.
            say_error(error)
    picked, n_skipped = questions.deciding.outcome()
    return Outcome(picked, n_skipped, len(questions.undecided()))


@dataclass
class _Questions:
    """The person's way through the list.

    place: the current paper in `waiting`. decided: rows of the papers picked or skipped here
    and not taken back, in order.
    """

    context: click.Context
    library: Library
    shown: Morning
    waiting: list[Entry]
    reread: Callable[[], Morning]
    place: int = 0
    decided: list[int] = field(default_factory=list)
    opened: OpenOutcome = field(default_factory=lambda: OpenOutcome(opener()))
    typed: TypedKeys = field(default_factory=TypedKeys)

    def __post_init__(self) -> None:
        by_row = {entry.paper.row: entry.paper for entry in self.waiting}
        self.deciding = Deciding(self.library, by_row)
        self._progress = Progress(self.library, self.shown, list(by_row), ())

    @property
    def entry(self) -> Entry:
        found = self.waiting[self.place]
        own = {topic.path for topic in self.library.config.own_topics}
        return entry_now(found, self.deciding.words.get(found.paper.row, {}), own)

    def undecided(self) -> list[int]:
        return self.deciding.waiting([entry.paper.row for entry in self.waiting])

    def go_on(self) -> bool:
        """Move to the next paper without a decision, here or on another device.

        Returns False where none is left.
        """
        if failed := self.opened.failed():
            output.put(failed)
        # Where the library is locked, it goes on with what was known before.
        try:
            self.deciding.refresh()
        except ReaderError as error:
            say_error(error)
        undecided = set(self.undecided())
        while self.place < len(self.waiting) and self.entry.paper.row not in undecided:
            self.place += 1
        return self.place < len(self.waiting)

    def ask(self) -> str:
        width = output.width_of_terminal()
        head = self._progress.head(self.waiting, self.deciding.states)
        counts = {"n": head.n_decided, "of": head.n_all, "spent": head.spent, "to_go": head.to_go}
        output.put()
        output.put(
            _(
                "{n}/{of} · {spent} min, {to_go} left · {written}/{target} written",
                written=head.written,
                target=head.target,
                **counts,
            )
        )
        has_day = self.shown.folded is not None
        output.put_all(listing.entry_lines(self.entry, width, self.place + 1, has_day=has_day))
        abstract = title_text(self.entry.paper.record.abstract)
        output.put_all(wrap(abstract, width, "     ")[:3])
        key = self.key(
            _("[{n}/{of}] p s x o w n u space q: ", n=self.place + 1, of=len(self.waiting))
        )
        self._progress.note_key()
        return key

    def key(self, prompt: str) -> str:
        """Ask for one key; a small letter, but for S, as letters of an input method are."""
        click.echo(prompt, nl=False)
        key = self.typed.next()
        click.echo(key if len(key) == 1 and key.isprintable() else "")
        return key if key == "S" else key.lower()

    def answer(self, key: str) -> None:
        if key == "p":
            self.decide("pick")
        elif key == "s":
            self.decide("skip")
        elif key == "S":
            self.skip_rest()
        elif key in ON:
            self.place += 1
        elif key in BACK:
            self.go_back()
        elif key == "n":
            self.note()
        elif key == "x":
            self.ask_topic()
        elif key == "m":
            self.ask_mute()
        elif key == "u":
            self.undo()
        elif key == "w":
            self.tell_why()
        elif key == "o":
            place = url_of(self.entry.paper.record.id)
            output.put(
                self.opened.open(place)
                if place
                else _("This paper has no PDF here and no address.")
            )
        else:
            _put_keys()

    def decide(self, kind: Kind) -> None:
        row = self.entry.paper.row
        is_done, text = self.deciding.decide(kind, row)
        if is_done:
            self.decided.append(row)
            self.place += 1
        else:
            output.put(str(text))

    def skip_rest(self) -> None:
        """Skip all papers without a decision, after a second key."""
        rows = self.undecided()
        if (
            self.key(
                ngettext(
                    "Skip {n} undecided paper? y: yes · any other key: no",
                    "Skip {n} undecided papers? y: yes · any other key: no",
                    len(rows),
                )
                + " "
            ).lower()
            != "y"
        ):
            output.put(_("Nothing was skipped."))
            return
        output.put(str(self.deciding.skip_all(rows)))
        # Others may have been decided on another device while the question stood there.
        self.decided += [row for row in rows if self.deciding.papers[row].state == "skip"]

    def go_back(self) -> None:
        """Go back to the last paper above without a decision, if there is one."""
        undecided = set(self.undecided())
        before = [n for n in range(self.place) if self.waiting[n].paper.row in undecided]
        self.place = before[-1] if before else self.place

    def note(self) -> None:
        paper = self.entry.paper
        # Imported here: 20 ms, for which a list need not wait.
        from reader.cli.note import write_note

        if write_note(settings_of(self.context), self.library, paper, None):
            self._progress.refresh()
            self.place += 1

    def undo(self) -> None:
        """Take back the last act of this list, never an older one, and go to its paper."""
        outcome = take_back(self.library, only=self.decided)
        output.put(str(undone_text(outcome)))
        undone = [paper for paper, _kind in outcome.several]
        if not undone:
            self.read_again()
        for paper in undone:
            # Once: a paper that was moved to another topic and then picked stands there twice.
            self.decided.remove(paper.row)
        self.deciding.refresh()
        rows = {paper.row for paper in undone}
        places = (n for n, entry in enumerate(self.waiting) if entry.paper.row in rows)
        self.place = next(places, self.place)

    def ask_topic(self) -> None:
        """Ask which topic the paper has, and record the answer."""
        entry = self.entry
        listed = entry.topic or topic_now(self.library, entry.paper)
        paths = [topic.path for topic in other_topics(self.library, listed)]
        for text in (
            _("Wrong topic: which one is right?"),
            *choice_texts(paths),
            _("number or letter: choose · any other key: no change"),
        ):
            output.put_all(wrap(text, output.width_of_terminal(), "    "))
        is_chosen, topic = chosen(self.key("> "), paths)
        if not is_chosen:
            output.put(_("The topic is unchanged."))
            return
        is_done, message = self.deciding.wrong(entry.paper.row, topic, listed=listed)
        output.put(str(message))
        # The place stays: `go_on` leaves a paper that this skipped, and asks again about one that
        # was only moved to another topic.
        if is_done:
            self.decided.append(entry.paper.row)

    def ask_mute(self) -> None:
        """Ask what of the paper is to be muted, and leave out what that hides."""
        parts = parts_of(self.library, self.entry.paper)
        texts = [muted_part(*part) for part in parts]
        for text in (
            _(MUTE_WHAT),
            *choice_texts(texts, of_topics=False),
            _("number or letter: choose · any other key: no change"),
        ):
            output.put_all(wrap(text, output.width_of_terminal(), "    "))
        part = dict(zip(CHOICES, parts, strict=False)).get(self.key("> "))
        if part is None:
            output.put(_("Nothing was muted."))
            return
        mute(self.library, [part])
        output.put(_("Muted: {what}. u undoes this.", what=muted_part(*part)))
        self.read_again()

    def read_again(self) -> None:
        """Read the list again, after a mute; the place stays where its paper does."""
        before = [entry.paper.row for entry in self.waiting[: self.place]]
        self.shown = self.reread()
        by_row = {e.paper.row: e.paper for e in self.shown.entries if e.paper.state == "candidate"}
        self.deciding.papers |= by_row
        self.waiting = [e for e in self.shown.entries if e.paper.row in self.deciding.papers]
        self.place = sum(entry.paper.row in before for entry in self.waiting)

    def tell_why(self) -> None:
        width = output.width_of_terminal()
        paper = self.entry.paper.record
        authors, why = ", ".join(paper.authors), str(self.entry.why)
        for text in (title_text(paper.title), authors, why, title_text(paper.abstract)):
            output.put_all(wrap(plain(text), width, "    "))
        output.put_all(listing.sum_lines(self.entry.terms, width))


def _put_keys() -> None:
    for key in (
        N_("p pick · s skip · o open · w why · n note · u undo · space later · q quit"),
        N_("x wrong topic · m mute · k previous paper · S skip the rest"),
    ):
        output.put_all(wrap(_(key), output.width_of_terminal()))
