"""`reader pick`, `skip`, `wrong`, `undo`, `queue`, `later`, `drop` and `fetch`.

Keys typed ahead are kept; a terminal that is dumb gives a line, of which the first letter
counts.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Iterator
from typing import Any, Protocol

import click

from reader.base.errors import ReadOnly, UsageError
from reader.base.messages import say
from reader.base.text import plain
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.cli.help import WholeNumber
from reader.cli.triage.terminal import CONTROLS, Keys, letter
from reader.library.file_names import folder_name
from reader.library.find import find_paper
from reader.morning.decide import wrong_topic
from reader.morning.pick import (
    LATER_DAYS,
    MOST_DAYS,
    decide,
    drop,
    later,
    pdfs_here,
    undo,
    whole_queue,
)
from reader.morning.pick import without_put_off as ready
from reader.ranking.rows import labels

MOST_NAMED = 10
"""Papers that are named one by one when an act is taken back; a lesson may hold hundreds."""

_IDS = click.argument("ids", nargs=-1, required=True, metavar="ID...")


@click.command("pick", cls=ReaderCommand, help=say("help.pick"))
@_IDS
@click.option("--no-fetch", is_flag=True, help=say("option.pick_no_fetch"))
@click.pass_context
def pick_command(context: click.Context, ids: tuple[str, ...], no_fetch: bool) -> int:
    """Pick; 5 when a PDF could not be had, 7 when the model is missing."""
    with build.opened(context) as library:
        picked = decide(library, "pick", ids)
        for held in picked:
            _answer(context, "picked", title=held.paper.title, topic=folder_name(held.topic or ""))
        if no_fetch:
            return 0
        from reader.morning.pipe import index_picks  # 80 ms that no answer waits for

        with build.tools(context, library) as tools:
            problems = index_picks(library, tools, [held.row for held in picked])
        for problem in problems:
            say_error(problem.error)
    return problems[0].error.exit_code if problems else 0


@click.command("skip", cls=ReaderCommand, help=say("help.skip"))
@_IDS
@click.pass_context
def skip_command(context: click.Context, ids: tuple[str, ...]) -> None:
    """Skip."""
    with build.opened(context) as library:
        for held in decide(library, "skip", ids):
            _answer(context, "skipped", title=held.paper.title)


@click.command("wrong", cls=ReaderCommand, help=say("help.wrong"))
@click.argument("id_", metavar="ID")
@click.argument("topic", required=False, metavar="[TOPIC]")
@click.pass_context
def wrong_command(context: click.Context, id_: str, topic: str | None) -> None:
    """Say of which topic a paper is, or that it is of none; 4 for a topic that is not there."""
    with build.opened(context) as library:
        found = wrong_topic(library, find_paper(library, id_), topic or None)
        if not settings_of(context).is_quiet:
            output.put(found.said)


@click.command("undo", cls=ReaderCommand, help=say("help.undo"))
@click.pass_context
def undo_command(context: click.Context) -> None:
    """Take back the last act; of a lesson also what it did to today's list."""
    with build.opened(context) as library:
        before = labels.lessons(library.db)
        undone = undo(library)
        for held in undone[:MOST_NAMED]:
            _answer(context, "undone", title=held.paper.title)
        if len(undone) > MOST_NAMED:
            _answer(context, "undone.more", n=len(undone) - MOST_NAMED)
        if not undone:
            _answer(context, "undo.nothing")
        if labels.lessons(library.db) == before:
            return
        from reader.morning.teach import finish  # what other undoing need not load

        with build.tools(context, library) as tools:
            finish(library, tools)


def _answer(context: click.Context, key: str, **values: object) -> None:
    if not settings_of(context).is_quiet:
        output.put(plain(say(key, **values)))


END = ("q", "<ctrl-c>", "<ctrl-d>", "")
"""Keys that end it; "" is the end of the input."""

ESCAPE_S = 0.05
"""What an Escape waits for: the rest of a key that begins with it."""


class Ask(Protocol):
    def __call__(self, prompt: str) -> str: ...


@contextlib.contextmanager
def asking() -> Iterator[Ask]:
    """Give a function that prints a prompt and waits for one key; small letters.

    The terminal is as it was at the end, whatever happens.
    """
    if os.environ.get("TERM") == "dumb":
        yield lambda prompt: _asked(prompt, _line)
        return
    try:
        import termios
        import tty
    except ImportError:  # Windows
        yield lambda prompt: _asked(prompt, _getchar)
        return
    keys, waiting = Keys(), list[str]()
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd, termios.TCSADRAIN)
        yield lambda prompt: _asked(prompt, lambda: _key(fd, keys, waiting))
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


class _Wait(Protocol):
    def __call__(self) -> str: ...


def _asked(prompt: str, wait: _Wait) -> str:
    *above, last = screen.wrap(f"{prompt}:", screen.width_of_terminal() - 2, "    ")
    for line in above:
        click.echo(line)
    click.echo(f"{last} ", nl=False)
    try:
        key = letter(wait())
    except (EOFError, KeyboardInterrupt):
        key = END[-1]
    click.echo(key if len(key) == 1 and key.isprintable() else "")
    return key.lower()


def _key(fd: int, keys: Keys, waiting: list[str]) -> str:
    while not waiting:
        data = os.read(fd, 1024)
        if not data:
            return END[-1]
        waiting += keys.feed(data)
        if keys.is_waiting and not select.select([fd], [], [], ESCAPE_S)[0]:
            waiting += keys.flush()
    return waiting.pop(0)


def _getchar() -> str:
    char = click.getchar()
    return CONTROLS.get(char, char)


def _line() -> str:
    line = sys.stdin.readline()
    return (line.strip()[:1] or " ") if line else END[-1]


@click.command("queue", cls=ReaderCommand, help=say("help.queue"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def queue_command(context: click.Context, as_json: bool) -> None:
    """List the queue, then what was put off."""
    with build.opened(context) as library:
        whole, day = whole_queue(library), library.today()
    waiting = ready(whole, day)
    if as_json:
        for queued in whole:
            until = None if queued in waiting else queued.until
            output.put_json(output.queued_json(queued) | {"until": until})
        return
    width = screen.width_of_terminal()
    put_off_ones = [queued for queued in whole if queued not in waiting]
    if waiting:
        output.put(click.style(say("queue.head", n=len(waiting)), bold=True))
    else:
        output.put(say("queue.empty.today" if put_off_ones else "queue.empty"))
    for number, queued in enumerate(waiting, 1):
        for line in screen.queued_lines(queued, width, number):
            output.put(line)
    if put_off_ones:
        output.put()
        output.put(click.style(say("queue.later.head", n=len(put_off_ones)), bold=True))
    for number, queued in enumerate(put_off_ones, 1):
        for line in screen.queued_lines(queued, width, number, is_put_off=True):
            output.put(line)


@click.command("later", cls=ReaderCommand, help=say("help.later"))
@click.argument("id_", metavar="ID")
@click.argument("days", type=WholeNumber(1, MOST_DAYS), default=LATER_DAYS, metavar="[DAYS]")
@click.pass_context
def later_command(context: click.Context, id_: str, days: int) -> None:
    """Put a paper off; 2 for one that is not in the queue."""
    with build.opened(context) as library:
        held, until = later(library, id_, days)
    _queue_answer(context, "queue.put_off", title=held.paper.title, day=until)


@click.command("drop", cls=ReaderCommand, help=say("help.drop"))
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.pass_context
def drop_command(context: click.Context, ids: tuple[str, ...]) -> None:
    """Let papers go; 2 for one that is not in the queue."""
    with build.opened(context) as library:
        for held in drop(library, ids):
            _queue_answer(context, "queue.dropped", title=held.paper.title)


@click.command("fetch", cls=ReaderCommand, help=say("help.fetch"))
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.pass_context
def fetch_command(context: click.Context, ids: tuple[str, ...]) -> int:
    """Bring the PDFs of picks; 5 when one could not be had, 7 when the model is missing."""
    with build.opened(context) as library:
        if library.db.is_read_only:
            raise ReadOnly(file=library.folder)
        named = [find_paper(library, text) for text in ids]
        for held in named:
            if held.state not in ("pick", "read"):
                title = plain(held.paper.title)
                what = say(f"queue.not_in.{held.state}", title=title)
                raise UsageError(what=what, hint=say("queue.not_in.hint"))
        from reader.morning.pipe import (
            fetch_picks,  # 80 ms, once the arguments are known to be good
        )

        with build.tools(context, library) as tools:
            problems = fetch_picks(library, tools, [held.row for held in named])
        for problem in problems:
            say_error(problem.error)
        if here := pdfs_here(library, whole_queue(library)):
            _queue_answer(context, "queue.fetched", n=here.n, of=here.of)
    return problems[0].error.exit_code if problems else 0


def _queue_answer(context: click.Context, key: str, **values: Any) -> None:
    if not settings_of(context).is_quiet:
        output.put(plain(say(key, **values)))
