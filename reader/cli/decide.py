"""`reader pick`, `skip`, `wrong` and `undo`: on the disk before the command says so."""

from __future__ import annotations

import click

from reader.base.messages import say
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.library.file_names import folder_name
from reader.library.find import find_paper
from reader.morning.decide import wrong_topic
from reader.morning.pick import (
    decide,
    undo,
)
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
