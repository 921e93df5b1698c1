"""`reader today`: gather if that is due, show the morning, then ask about each paper."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import click

from reader.base.errors import Problem, StoreError
from reader.base.messages import N_, _
from reader.base.text import plain
from reader.cli import build, listing, output
from reader.cli.frame import (
    as_json_option,
    command,
    is_terminal,
    say_error,
    say_errors,
    settings_of,
)
from reader.gathering.source import joined_problems
from reader.library.calendar import day_named
from reader.library.folder import Library
from reader.morning.pick import fetching
from reader.morning.today import keep_shown, morning, rank_list
from reader.morning.trust import is_due
from reader.morning.values import Morning

if TYPE_CHECKING:
    from reader.search.shared import Failures


@command(
    help=N_(
        "Show this morning's papers: all new ones in your own topics, and those in near topics "
        "that people talk about.\n\nIt asks the sources first if something may be new. On a "
        "terminal each decision takes one key: p pick, s skip, o open, w why, n note, u undo, "
        "space later, q end."
    ),
    examples={
        "today": N_("Show this morning's list and decide"),
        "today --date yesterday": N_("Show yesterday's list"),
    },
)
@click.option("--no-fetch", is_flag=True, help=N_("Ask no source; show what is here."))
@click.option(
    "--date",
    "day",
    metavar="DAY",
    help=N_("Show the morning of another day: yesterday, mon, 03-04 or 2031-03-04."),
)
@click.option("--muted", is_flag=True, help=N_("Show only the papers that a mute hides."))
@as_json_option
def today_command(
    context: click.Context, no_fetch: bool, day: str | None, muted: bool, as_json: bool
) -> int:
    """Show the morning. Exit code 5 where a source is missing, 6 where it was not fetched."""
    with build.opened(context) as library:
        chosen = library.today() if day is None else day_named(day, library.today())
        is_asked = is_terminal() and settings_of(context).may_ask and not as_json
        is_fetching = not no_fetch and chosen == library.today()
        fetched = _fetch_due(context, library, may_cut=is_asked) if is_fetching else FetchOutcome()
        read = _reader_of(library, chosen, fetched, may_fold=day is None)
        shown = read()
        shown = replace(shown, fetching=fetching(library, shown.pdfs))
        if as_json:
            output.put_json(shown)
        elif muted:
            output.put_all(listing.muted_lines(shown, output.width_of_terminal()))
        elif is_asked and chosen <= library.today() and not library.db.is_read_only:
            # Imported here: 20 ms, for which a list that is only printed need not wait.
            from reader.cli.triage import triage

            triage(context, library, shown, reread=read, message=fetched.message)

            from reader.notes.export import export_quietly

            # Notes without a Markdown file yet are exported, if feeds.toml allows it. They are in
            # the library in any case.
            say_errors(export_quietly(library))
        else:
            output.put_all(listing.morning_lines(shown, output.width_of_terminal()))
        if is_fetching and library.db.can_write and library.refusal() is None:
            # Imported here: it loads archives, for which the list need not wait.
            from reader.cli.library import back_up_daily

            back_up_daily(library)
    if fetched.trouble is not None:
        return fetched.trouble.exit_code
    # Without a fetch a source that was never asked is not missing; an incomplete one still is.
    needed = [s for s in shown.sources if is_fetching or s.covers is not None]
    failed = any(problem.error.exit_code for problem in fetched.problems)
    return 5 if failed or any(s.is_missing for s in needed) else 0


def _reader_of(
    library: Library, day: date, fetched: FetchOutcome, *, may_fold: bool
) -> Callable[[], Morning]:
    """Make what reads a day's list: first for the command, and again after each decision."""
    name = build.encoder_name(library.config)
    silent: Failures = {}

    def read() -> Morning:
        found = morning(library, rank_list(library, day, may_fold=may_fold), encoder=name)
        if day == library.today():
            keep_shown(library, found)
        if library.config.index.url:
            # Imported here: without a shared index a list costs nothing for it.
            from reader.morning.lab import with_written

            found = with_written(library, found, silent)
        if fetched.trouble is None and not (fetched.is_cut or library.db.is_read_only):
            return found
        message = _("This is the list as it is now; no source was asked.")
        return replace(found, notices=(*found.notices, message))

    return read


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """The outcome of asking the sources.

    trouble: the error that ended it. problems: other failures; those of sources are in the
    list. is_cut: a key ended it.
    """

    trouble: StoreError | None = None
    problems: tuple[Problem, ...] = ()
    is_cut: bool = False

    @property
    def message(self) -> str:
        """Return what went wrong, where a whole screen covers what was printed."""
        errors = [self.trouble] if self.trouble else joined_problems(self.problems)
        if not errors:
            return _("The list as it is now: not all sources were asked.") if self.is_cut else ""
        text = plain(output.with_hint(errors[0].message, errors[0].hint))
        return (
            text if len(errors) == 1 else _("{text} (and {n} more)", text=text, n=len(errors) - 1)
        )


def _fetch_due(context: click.Context, library: Library, *, may_cut: bool) -> FetchOutcome:
    """Ask the sources if something may be new; errors are returned, so that the list is shown.

    may_cut: any key ends it.
    """
    try:
        if not library.db.can_write:
            raise library.db.no_write(library.folder)
        # Where the clock is in doubt, the servers are asked for the time.
        if library.refusal() is None and not is_due(library):
            return FetchOutcome()
        # Imported here: 30 ms, and on most mornings cron has fetched already.
        from reader.morning.pipe import fetch_and_rank

        with build.tools(context, library) as tools:
            # `terminal` needs termios, which Windows does not have.
            if may_cut and os.name == "posix":
                from reader.cli.terminal import run_until_key

                found, is_cut = run_until_key(lambda: fetch_and_rank(library, tools))
            else:
                found, is_cut = fetch_and_rank(library, tools), False
    except StoreError as error:
        say_error(error)
        return FetchOutcome(error)
    problems = tuple(p for p in found or () if p.stage != "gather")
    if any(p.error.reason == "unreachable" for p in found or () if p.stage == "gather"):
        # The list says that there is no network, or whose host is silent.
        problems = tuple(p for p in problems if p.error.reason != "unreachable")
    say_errors(joined_problems(problems))
    return FetchOutcome(None, problems, is_cut)
