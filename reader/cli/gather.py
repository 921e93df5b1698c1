"""`reader gather` and `index`: what cron runs, and what can be remade."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from reader.cli import build, output
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.cli.progress_lines import Lines, put_end
from reader.config.classes import unknown_class_text
from reader.errors import ReadOnly, StoreError, UsageError
from reader.library.folder import FEEDS, Library, read_config
from reader.library.place import find_folder
from reader.phrases import say
from reader.plain import plain
from reader.stages.gather import source_names, told_together
from reader.stages.pdfs import forget_readings
from reader.stages.pipe import fetch_and_rank, index_all, learn_decisions
from reader.stages.tools import Problem
from reader.store import papers
from reader.store.database import forget_index, lock_file


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
