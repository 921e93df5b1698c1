"""`reader gather`, `index` and `sources`: what cron runs, and can the list be trusted?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

import click

from reader.base.errors import Problem, ReadOnly, StoreError, UsageError
from reader.base.messages import say
from reader.base.text import plain, shorten, with_hint
from reader.cli import build, output, screen
from reader.cli.background import Lines, put_end
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.gathering.gather import source_names, told_together
from reader.library.config import unknown_class_text
from reader.library.folder import Library, read_config
from reader.library.place import FEEDS, find_folder
from reader.library.rows import papers
from reader.library.rows.database import forget_index, lock_file
from reader.morning.pipe import fetch_and_rank, index_all, learn_decisions
from reader.morning.texts import no_network_text
from reader.morning.trust import (
    Report,
    categories_text,
    facts_of,
    head_text,
    missing_seeds,
    reports,
    seed_text,
)
from reader.pdfs.fetch import forget_readings


@click.command("gather", cls=ReaderCommand, help=say("help.gather"))
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@click.option("--no-encode", is_flag=True, help=say("option.no_encode"))
@click.option("--json", "as_json", is_flag=True, help=say("option.progress_json"))
@click.pass_context
def gather_command(
    context: click.Context, sources: tuple[str, ...], no_encode: bool, as_json: bool
) -> int:
    """Do everything that needs the network or the model; 5 when a source or a PDF is missing."""
    with build.opened(context) as library:
        _check_names(library, sources)
        if library.db.is_read_only:
            raise ReadOnly(file=library.folder)
        for name in library.config.arxiv.unknown:
            output.put(plain(unknown_class_text(name)), is_error=True)
        before = papers.n_papers(library.db)
        problems: list[Problem] = []
        try:
            with build.tools(context, library, shown=Lines() if as_json else None) as tools:
                problems += fetch_and_rank(library, tools, only=sources)
                if no_encode:
                    learn_decisions(library, tools)
                else:
                    problems += index_all(library, tools)
        except StoreError as error:
            # What the sources lacked is said all the same, before what stopped the rest.
            report(problems)
            if as_json:
                put_end(papers.n_papers(library.db) - before, problems, error)
            raise
        n_new = papers.n_papers(library.db) - before
        if as_json:
            put_end(n_new, problems)
        elif sys.stdout.isatty() and not settings_of(context).is_quiet:
            output.put(say("gathered", n=n_new))
    return report(problems)


def report(problems: list[Problem]) -> int:
    """Name what could not be done; gives the exit code of the first."""
    for error in told_together(problems):
        say_error(error)
    return problems[0].error.exit_code if problems else 0


def _check_names(library: Library, names: tuple[str, ...]) -> None:
    known = source_names(library.config)
    for name in names:
        if name not in known:
            shown = plain(name).strip()
            raise UsageError(
                what=say("source.unknown", name=shown) if shown else say("source.nameless"),
                hint=say("source.known", names=", ".join(known)),
            )


@click.command("index", cls=ReaderCommand, help=say("help.index"))
@click.option("--rebuild", is_flag=True, help=say("option.rebuild"))
@click.option("--json", "as_json", is_flag=True, help=say("option.progress_json"))
@click.pass_context
def index_command(context: click.Context, rebuild: bool, as_json: bool) -> int:
    """Bring full text, passages and vectors up to date; 7 when the model is missing."""
    if rebuild:
        _forget_index(find_folder(settings_of(context).library, os.environ, Path.cwd()))
    shown = Lines() if as_json else None
    with (
        build.opened(context) as library,
        build.tools(context, library, may_download=True, shown=shown) as tools,
    ):
        if library.db.is_read_only:
            raise ReadOnly(file=library.folder)
        if rebuild:
            forget_readings(library)
        try:
            problems = index_all(library, tools)
        except StoreError as error:
            if as_json:
                put_end(0, [], error)
            raise
        if as_json:
            put_end(0, problems)
        return report(problems)


def _forget_index(folder: Path) -> None:
    """Delete index.db of what is a library, and beside nobody who fills it.

    Raises NoLibrary, ConfigError, Locked or ReadOnly.
    """
    read_config(folder / FEEDS)
    with lock_file(folder / "gather.lock"), lock_file(folder / "index.lock"):
        forget_index(folder)


@click.command("sources", cls=ReaderCommand, help=say("help.sources"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def sources_command(context: click.Context, as_json: bool) -> int:
    """Show each source; 5 when something is missing from today's list."""
    with build.opened(context) as library:
        zone = library.config.timezone
        found = reports(library)
        seeds = missing_seeds(library)
        unknown = library.config.arxiv.unknown
    missing = [report for report in found if report.line.is_missing]
    if as_json:
        for report in found:
            output.put_json(output.report_json(report))
        for seed in seeds:
            # No source: what reads lines by their name and state goes on as it did.
            more = {"name": f"seed {seed.id}", "is_missing": False}
            output.put_json(more | output.seed_json(seed))
        return 5 if missing else 0
    width = screen.width_of_terminal()
    for line in screen.wrap(head_text(found), width):
        output.put(click.style(line, bold=True))
    # Said of all above, it is not said again of each.
    is_offline = bool(no_network_text([report.line for report in found]))
    for report in found:
        for line in _lines(replace(report, error="") if is_offline else report, zone, width):
            output.put(line)
    texts = [*map(unknown_class_text, unknown), *(seed_text(seed, zone) for seed in seeds)]
    for text in texts:
        for line in screen.wrap(plain(text), width):
            output.put(line)
    return 5 if missing else 0


def _lines(report: Report, zone: tzinfo, width: int) -> Iterator[str]:
    mark = "!" if report.line.is_missing else " "
    head = f"{mark} {plain(report.name)}"
    yield click.style(shorten(head, width), bold=True, fg="red" if report.line.is_missing else None)
    facts = facts_of(report, zone)
    yield from screen.wrap(plain(" · ".join(facts)), width, "    ")
    if text := categories_text(report):
        yield from screen.wrap(plain(text), width, "    ")
    if report.error:
        yield from screen.wrap(plain(with_hint(report.error, report.hint)), width, "    ")
