"""`reader init`, `demo`, `follow` and `export`: make a library, and write it out.

Each command imports what it needs itself, since the others do not need it.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from reader.base.messages import N_, say
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, say_errors, settings_of
from reader.cli.output import answer
from reader.library.folder import make_library
from reader.library.place import find_folder


@click.command(
    "init",
    cls=ReaderCommand,
    help=N_("help.init"),
    examples={
        "init": N_("example.init.home"),
        "init ~/papers": N_("example.init.dir"),
    },
)
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.pass_context
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
            output.put(say("init.done", folder=folder, quoted=shlex.quote(str(folder))))
            if model := build.stand_in(library.config):
                output.put(say("init.hub", model=model), is_error=True)


@click.command(
    "demo",
    cls=ReaderCommand,
    help=N_("help.demo"),
    examples={
        "demo": N_("example.demo.play"),
        "demo --keep sample": N_("example.demo.keep"),
    },
)
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help=N_("option.keep"))
@click.pass_context
def demo_command(context: click.Context, keep: Path | None) -> int:
    """Run the sample morning."""
    from reader.cli.demo.morning import play

    return play(keep=keep, is_quiet=settings_of(context).is_quiet)


N_SHOWN = 8
"""Authors with similar names that are listed; more are counted."""


@click.command(
    "follow",
    cls=ReaderCommand,
    help=N_("help.follow"),
    examples={
        'follow "Ada Lovelace"': N_("example.follow.name"),
        'follow "Ada Lovelace" --feed https://al.example/rss': N_("example.follow.feed"),
    },
)
@click.argument("name", metavar="NAME")
@click.option("--feed", "feeds", multiple=True, metavar="URL", help=N_("option.feed"))
@click.pass_context
def follow_command(context: click.Context, name: str, feeds: tuple[str, ...]) -> None:
    """Follow a person: by name in papers, and by feeds."""
    # Imported here: it loads tomlkit, which `init` does not need.
    from reader.gathering.follow import follow

    with build.opened(context) as library:
        followed = follow(library, name, feeds)
    answer(context, say("followed", name=followed.name))
    if followed.is_ambiguous:
        # The names that are surely this person's come first.
        names = sorted(followed.authors, key=lambda name: followed.authors[name] != "same")
        n_more = len(names) - N_SHOWN
        more = " " + say("follow.more", n=n_more) if n_more > 0 else ""
        answer(context, say("follow.many", names=say("list").join(names[:N_SHOWN]) + more))


@click.command(
    "export",
    cls=ReaderCommand,
    help=N_("help.export"),
    examples={
        "export": N_("example.export.all"),
        "export --quiet": N_("example.export.quiet"),
    },
)
@click.pass_context
def export_command(context: click.Context) -> int:
    """Write the notes as Markdown files. Exit code 5: a file was left alone; 6: not written."""
    from reader.notes.export import export

    with build.opened(context) as library:
        done = export(library)
    if not settings_of(context).is_quiet:
        for before, path in done.moved:
            output.put(plain(say("export.moved", path=before, now=path)))
        for path, topic in done.filed:
            output.put(plain(say("export.filed", path=path, topic=topic)))
        for key, paths in (
            ("export.adopted", done.adopted),
            ("export.read_in", done.read_in),
            ("export.merged", done.merged),
            ("export.typed_inside", done.typed_inside),
            ("export.mended", done.mended),
            ("export.emptied", done.emptied),
            ("export.removed", done.removed),
        ):
            for path in paths:
                output.put(say(key, path=path))
        for path in done.written + done.pages:
            output.put(say("export.written", path=path))
    return say_errors(done.left)
