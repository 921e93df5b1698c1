"""`reader today`: gather if due, show the morning, then ask about each paper."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, datetime

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, say_error
from reader.cli.triage import triage
from reader.errors import ReadOnly, StoreError
from reader.library.folder import Library
from reader.library.morning import morning
from reader.phrases import say
from reader.stages.gather import is_due
from reader.stages.pipe import fetch_and_rank
from reader.stages.tools import Problem
from reader.today import Morning


@click.command("today", cls=ReaderCommand, help=say("help.today"))
@click.option("--no-fetch", is_flag=True, help=say("option.no_fetch"))
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help=say("option.date"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def today_command(
    context: click.Context, no_fetch: bool, day: datetime | None, as_json: bool
) -> int:
    """Show the morning; 5 when a source is missing from it, 6 when it could not be fetched."""
    with build.opened(context) as library:
        chosen = day.date() if day else library.today()
        trouble: StoreError | None = None
        problems: list[Problem] = []
        is_fetching = not no_fetch and chosen == library.today()
        if is_fetching:
            trouble, problems = _fetch(context, library)
        shown = _with_notices(library, chosen, trouble)
        if as_json:
            output.put_json(output.morning_json(shown))
        else:
            for line in screen.morning_lines(shown, screen.width_of_terminal()):
                output.put(line)
            if _is_terminal() and chosen == library.today() and not library.db.is_read_only:
                triage(context, library, shown)
    if trouble is not None:
        return trouble.exit_code
    # Without a fetch what nobody asked for is not missing; what was held back still is.
    asked = [s for s in shown.sources if is_fetching or s.covers is not None]
    return 5 if problems or any(s.is_missing for s in asked) else 0


def _fetch(context: click.Context, library: Library) -> tuple[StoreError | None, list[Problem]]:
    """Ask the sources if something may be new; the list is shown whatever happens.

    Gives what stopped it, and what failed besides the sources, which the list names.
    """
    problems: list[Problem] = []
    try:
        if library.db.is_read_only:
            raise ReadOnly(file=library.folder)
        if is_due(library):
            with build.tools(context, library) as tools:
                problems = [p for p in fetch_and_rank(library, tools) if p.stage != "gather"]
    except StoreError as error:
        say_error(error)
        return error, problems
    for problem in problems:
        say_error(problem.error)
    return None, problems


def _with_notices(library: Library, day: date, trouble: StoreError | None) -> Morning:
    shown = morning(library, day, encoder=build.encoder_name(library.config))
    notices = []
    if trouble is not None or library.db.is_read_only:
        notices.append(say("today.as_it_stands"))
    if library.config.language != "en":
        notices.append(say("today.english"))
    return replace(shown, notices=tuple(notices))


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
