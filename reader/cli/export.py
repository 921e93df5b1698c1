"""`reader export`: the notes out as Markdown, and what a hand wrote there in."""

from __future__ import annotations

import click

from reader.base.messages import say
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.notes.export import export
from reader.notes.folder import ExportOutcome


@click.command("export", cls=ReaderCommand, help=say("help.export"))
@click.pass_context
def export_command(context: click.Context) -> int:
    """Write notes/ out; 5 when a file had to be left alone, 6 when one could not be written."""
    with build.opened(context) as library:
        done = export(library)
    if not settings_of(context).is_quiet:
        _put(done)
    for error in done.left:
        say_error(error)
    return done.left[0].exit_code if done.left else 0


def _put(done: ExportOutcome) -> None:
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
        ("export.written", done.written + done.pages),
    ):
        for path in paths:
            output.put(say(key, path=path))
