"""Ask about each paper of a morning with one key; every answer is on the disk at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import click

from reader.cli import build, output, screen
from reader.cli.frame import say_error, settings_of
from reader.cli.write import write_note
from reader.errors import ReaderError
from reader.ids import url_of
from reader.library.choose import decide_rows, undo
from reader.library.folder import Library
from reader.phrases import say
from reader.plain import plain
from reader.stages.pipe import index_picks
from reader.today import Entry, Morning

END = ("q", "\x03", "\x04", "")


def triage(context: click.Context, library: Library, shown: Morning) -> None:
    """Go through what is not decided; afterwards fetch and index what was picked."""
    waiting = [entry for entry in shown.entries if entry.held.state == "candidate"]
    if not waiting:
        return
    output.put()
    output.put(say("triage.keys"))
    asked = _Triage(context, library, waiting)
    while asked.place < len(waiting) and (key := asked.ask()) not in END:
        try:
            asked.answer(key)
        except ReaderError as error:
            # A locked library or a missing editor: the paper stays, the morning goes on.
            say_error(error)
    if asked.picked:
        with build.tools(context, library) as tools:
            for problem in index_picks(library, tools, asked.picked):
                say_error(problem.error)


@dataclass
class _Triage:
    """Where a person is in the list."""

    context: click.Context
    library: Library
    waiting: list[Entry]
    place: int = 0
    picked: list[int] = field(default_factory=list)

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
        row = self.entry.held.row
        if key == "p":
            decide_rows(self.library, "pick", [row])
            self.picked.append(row)
            self.place += 1
        elif key == "s":
            decide_rows(self.library, "skip", [row])
            self.place += 1
        elif key in (" ", "\r", "\n"):
            self.place += 1
        elif key == "n":
            self.place += write_note(settings_of(self.context), self.library, self.entry.held, None)
        elif key == "u":
            self.undo()
        elif key == "w":
            self.tell_why()
        elif key == "o":
            click.launch(url_of(self.entry.held.paper.id))
        else:
            output.put(say("triage.keys"))

    def undo(self) -> None:
        """Take back the last act, and go to its paper where it is in this list."""
        undone = undo(self.library)
        for held in undone:
            output.put(say("undone", title=plain(held.paper.title)))
        if not undone:
            output.put(say("undo.nothing"))
        rows = [entry.held.row for entry in self.waiting]
        self.place = next((rows.index(h.row) for h in undone if h.row in rows), self.place)

    def tell_why(self) -> None:
        width = screen.width_of_terminal()
        for text in (self.entry.why, self.entry.held.paper.abstract):
            for line in screen.wrap(plain(text), width, "    "):
                output.put(line)
