"""Ask about each paper with one key, line by line: for terminals that cannot move a cursor.

Every answer is on the disk before the next paper is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import click

from reader.cli import output, screen
from reader.cli.frame import say_error, settings_of
from reader.cli.note import write_note
from reader.cli.triage.opening import Opened, opener
from reader.cli.triage.outcome import Outcome
from reader.errors import ReaderError
from reader.ids import url_of
from reader.library.choose import decide_rows, undo
from reader.library.folder import Library
from reader.phrases import say
from reader.plain import plain
from reader.store.decisions import Kind
from reader.today import Entry, Morning

END = ("q", "\x03", "\x04", "")


def ask(context: click.Context, library: Library, shown: Morning) -> Outcome:
    """Go through what is not decided, until the end or `q`."""
    waiting = [entry for entry in shown.entries if entry.held.state == "candidate"]
    asked = _Questions(context, library, waiting)
    if waiting:
        output.put()
        output.put(say("triage.keys"))
    while asked.place < len(waiting) and (key := asked.ask()) not in END:
        try:
            asked.answer(key)
        except ReaderError as error:
            # A locked library or a missing editor: the paper stays, the morning goes on.
            say_error(error)
    n_left = len(waiting) - len(set(asked.decided) | asked.noted)
    return Outcome(asked.picked, len(asked.decided) - len(asked.picked), n_left)


@dataclass
class _Questions:
    """Where a person is in the list.

    decided: papers (rows) picked or skipped here and not taken back, in their order.
    """

    context: click.Context
    library: Library
    waiting: list[Entry]
    place: int = 0
    picked: list[int] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)
    noted: set[int] = field(default_factory=set)
    opened: Opened = field(default_factory=lambda: Opened(opener()))

    @property
    def entry(self) -> Entry:
        return self.waiting[self.place]

    def ask(self) -> str:
        width = screen.width_of_terminal()
        output.put()
        for line in screen.entry_lines(self.entry, width, self.place + 1):
            output.put(line)
        for line in screen.wrap(plain(self.entry.held.paper.abstract), width, "    ")[:3]:
            output.put(line)
        click.echo(say("triage.ask", n=self.place + 1, of=len(self.waiting)), nl=False)
        try:
            key = click.getchar()
        except (EOFError, KeyboardInterrupt):
            key = END[0]
        click.echo(key if key.isprintable() else "")
        return key.lower()

    def answer(self, key: str) -> None:
        if key == "p":
            self.decide("pick")
        elif key == "s":
            self.decide("skip")
        elif key in (" ", "\r", "\n"):
            self.place += 1
        elif key == "n":
            self.note()
        elif key == "u":
            self.undo()
        elif key == "w":
            self.tell_why()
        elif key == "o":
            output.put(self.opened.open(url_of(self.entry.held.paper.id)))
        else:
            output.put(say("triage.keys"))

    def decide(self, kind: Kind) -> None:
        row = self.entry.held.row
        decide_rows(self.library, kind, [row])
        self.decided.append(row)
        self.picked += [row] if kind == "pick" else []
        self.place += 1

    def note(self) -> None:
        held = self.entry.held
        if write_note(settings_of(self.context), self.library, held, None):
            self.noted.add(held.row)
            self.place += 1

    def undo(self) -> None:
        """Take back the last act of this list, no older one, and go to its paper."""
        undone = undo(self.library, only=self.decided)
        if not undone:
            output.put(say("undo.nothing"))
        for held in undone:
            output.put(say("undone", title=plain(held.paper.title)))
            self.decided.remove(held.row)
            self.picked = [row for row in self.picked if row != held.row]
            self.place = [entry.held.row for entry in self.waiting].index(held.row)

    def tell_why(self) -> None:
        width = screen.width_of_terminal()
        paper = self.entry.held.paper
        for text in (paper.title, ", ".join(paper.authors), self.entry.why, paper.abstract):
            for line in screen.wrap(plain(text), width, "    "):
                output.put(line)
        for line in screen.sum_lines(self.entry.terms, width):
            output.put(line)
