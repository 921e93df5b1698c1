"""`reader gather`, `add` and `index`: what cron runs, what a hand adds, what can be remade."""

from __future__ import annotations

import sys

import click

from reader.cli import build, output
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.errors import NotFound, ReadOnly, UsageError
from reader.ids import parse_id
from reader.library.folder import Library, find_folder
from reader.phrases import say
from reader.plain import plain, shorten
from reader.stages.gather import source_names
from reader.stages.pipe import fetch_and_rank, index_all
from reader.stages.resolve import look_up
from reader.stages.tools import Problem
from reader.store import papers
from reader.store.database import forget_index


@click.command("gather", cls=ReaderCommand, help=say("help.gather"))
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@click.option("--no-encode", is_flag=True, help=say("option.no_encode"))
@click.pass_context
def gather_command(context: click.Context, sources: tuple[str, ...], no_encode: bool) -> int:
    """Do everything that needs the network or the model; 5 when a source or a PDF is missing."""
    with build.opened(context) as library:
        _check_names(library, sources)
        if library.db.is_read_only:
            raise ReadOnly(file=library.folder)
        before = papers.n_papers(library.db)
        with build.tools(context, library) as tools:
            problems = fetch_and_rank(library, tools, only=sources)
            if not no_encode:
                problems += index_all(library, tools)
        n_new = papers.n_papers(library.db) - before
        if sys.stdout.isatty() and not settings_of(context).is_quiet:
            output.put(say("gathered", n=n_new))
    return report(problems)


def report(problems: list[Problem]) -> int:
    """Name what could not be done; gives the exit code of the first."""
    for problem in problems:
        say_error(problem.error)
    return problems[0].error.exit_code if problems else 0


def _check_names(library: Library, names: tuple[str, ...]) -> None:
    known = source_names(library.config)
    for name in names:
        if name not in known:
            raise UsageError(
                what=say("source.unknown", name=plain(name)),
                hint=say("source.known", names=", ".join(known)),
            )


@click.command("add", cls=ReaderCommand, help=say("help.add"))
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.pass_context
def add_command(context: click.Context, ids: tuple[str, ...]) -> None:
    """Look papers up by id and keep them; 4 for one that does not exist."""
    with build.opened(context) as library, build.tools(context, library) as tools:
        for text in ids:
            found = parse_id(plain(text))
            if found is None:
                what = say("add.no_id", text=shorten(repr(plain(text)), 80))
                raise UsageError(what=what, hint=say("add.forms"))
            held = papers.paper_with_id(library.db, found.id)
            if held is None:
                paper = look_up(library, tools, found.id)
                if paper is None:
                    raise NotFound(what=say("add.unknown", id=found.id))
                papers.add_papers(library.db, [paper], source="by hand", on=library.today())
                papers.add_identifier(library.db, found.id, paper)
                held = papers.paper_with_id(library.db, found.id)
            if held is not None and not settings_of(context).is_quiet:
                output.put(plain(say("added", title=held.paper.title, state=held.state)))


@click.command("index", cls=ReaderCommand, help=say("help.index"))
@click.option("--rebuild", is_flag=True, help=say("option.rebuild"))
@click.pass_context
def index_command(context: click.Context, rebuild: bool) -> int:
    """Bring full text, passages and vectors up to date; 7 when the model is missing."""
    if rebuild:
        import os
        from pathlib import Path

        forget_index(find_folder(settings_of(context).library, os.environ, Path.cwd()))
    with (
        build.opened(context) as library,
        build.tools(context, library, may_download=True) as tools,
    ):
        if library.db.is_read_only:
            raise ReadOnly(file=library.folder)
        return report(index_all(library, tools))
