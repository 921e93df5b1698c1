"""`reader init` and `demo`: a library of one's own, and a sample morning."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from reader.base.messages import say
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, settings_of
from reader.library.folder import make_library
from reader.library.place import find_folder


@click.command("init", cls=ReaderCommand, help=say("help.init"))
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.pass_context
def init_command(context: click.Context, folder: Path | None) -> None:
    """Make a library; asks nothing."""
    settings = settings_of(context)
    given = folder or settings.library
    home = Path("~/reader").expanduser()
    target = find_folder(given, os.environ, home) if given or _is_named() else home
    with make_library(target, now=build.clock()) as library:
        if not settings.is_quiet:
            folder = library.folder.absolute()
            output.put(say("init.done", folder=folder, quoted=shlex.quote(str(folder))))
            if model := build.stand_in(library.config):
                output.put(say("init.hub", model=model), is_error=True)


def _is_named() -> bool:
    return bool(os.environ.get("READER_LIBRARY"))


@click.command("demo", cls=ReaderCommand, help=say("help.demo"))
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help=say("option.keep"))
@click.pass_context
def demo_command(context: click.Context, keep: Path | None) -> int:
    """Play a sample morning."""
    from reader.cli.demo.show import play

    return play(keep=keep, is_quiet=settings_of(context).is_quiet)
