"""`reader queue`, `later`, `drop` and `fetch`: what was picked and is not written up yet."""

from __future__ import annotations

from typing import Any

import click

from reader.base.errors import ReadOnly, UsageError
from reader.base.messages import say
from reader.base.text import plain
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.cli.values import WholeNumber
from reader.library.find import find_paper
from reader.morning.pick import (
    LATER_DAYS,
    MOST_DAYS,
    drop,
    later,
    pdfs_here,
    whole_queue,
)
from reader.morning.pick import without_put_off as ready


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
    _answer(context, "queue.put_off", title=held.paper.title, day=until)


@click.command("drop", cls=ReaderCommand, help=say("help.drop"))
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.pass_context
def drop_command(context: click.Context, ids: tuple[str, ...]) -> None:
    """Let papers go; 2 for one that is not in the queue."""
    with build.opened(context) as library:
        for held in drop(library, ids):
            _answer(context, "queue.dropped", title=held.paper.title)


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
            _answer(context, "queue.fetched", n=here.n, of=here.of)
    return problems[0].error.exit_code if problems else 0


def _answer(context: click.Context, key: str, **values: Any) -> None:
    if not settings_of(context).is_quiet:
        output.put(plain(say(key, **values)))
