"""Let a person decide on each paper of a morning; afterwards fetch and index the picks."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import click

from reader.base.messages import say
from reader.base.text import plain
from reader.cli import background, build, output, screen
from reader.cli.frame import say_error
from reader.cli.triage import full_screen
from reader.cli.triage.entries import Outcome
from reader.habit.recall import due
from reader.library.folder import Library
from reader.morning.values import Morning

Result = TypeVar("Result")

SOON_DAYS = 60
"""A deadline farther away than this does not stand above the list."""


def triage(context: click.Context, library: Library, shown: Morning, *, said: str = "") -> None:
    """Show a morning and ask about its papers; says in one line at the end what was done.

    A whole screen where the terminal has one, else line by line. said: what stands on the
    screen first, since it covers what was printed before.
    """
    if (shown.entries or shown.queue) and full_screen.can_run(os.environ):
        outcome = full_screen.run(context, library, shown, more=_more(library, shown), said=said)
    else:
        for line in screen.morning_lines(shown, screen.width_of_terminal()):
            output.put(line)
        if all(entry.held.state != "candidate" for entry in shown.entries):
            return
        from reader.cli.triage import questions  # asks for notes too: 20 ms of its own

        outcome = questions.ask(context, library, shown)
    _finish(context, library, outcome)


def unless_key(work: Callable[[], Result]) -> tuple[Result | None, bool]:
    """Do long work that any key may end; gives its result and whether a key came."""
    if os.name != "posix":
        return work(), False
    from reader.cli.triage.openers import Cut, until_key

    click.echo(say("screen.fetching"), err=True)
    try:
        with until_key():
            return work(), False
    except Cut:
        return None, True


def _finish(context: click.Context, library: Library, outcome: Outcome) -> None:
    values = {"picked": len(outcome.picked), "skipped": outcome.n_skipped, "left": outcome.n_left}
    output.put(say("triage.end", **values))
    # What the list teaches and its PDFs take seconds to minutes, which nobody has to wait for.
    if outcome.picked and background.start(library, ["fetch"]):
        for line in screen.wrap(say("queue.fetching"), screen.width_of_terminal()):
            output.put(line)
        return
    # As in `today`: not before the first paint.
    from reader.morning.pipe import index_picks, learn_decisions

    with build.tools(context, library) as tools:
        problems = []
        if outcome.picked:
            problems = index_picks(library, tools, list(outcome.picked))
        else:
            # Skips, notes and what was taken back teach too.
            learn_decisions(library, tools)
    for problem in problems:
        say_error(problem.error)


def _more(library: Library, shown: Morning) -> tuple[str, ...]:
    """Say in a few words what else there is today: a deadline, notes to recall, papers left
    lying, what the morning has to tell."""
    texts = []
    deadline = shown.quota.deadline
    if deadline and (n := (deadline.on - shown.day).days) <= SOON_DAYS:
        texts.append(say("screen.deadline", name=plain(deadline.name), n=n))
    if n_notes := due(library, shown.day).n:
        texts.append(say("screen.recall", n=n_notes))
    if n_left := sum(n for _, n in shown.undecided):
        texts.append(say("screen.undecided", n=n_left))
    if shown.seeds:
        texts.append(say("screen.seeds", n=len(shown.seeds)))
    return (*texts, *(plain(text) for text in shown.notices))
