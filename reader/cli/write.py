"""`reader note` and `export`: the person's words, into the library and out as Markdown."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from reader.cli import build, output
from reader.cli.frame import ReaderCommand, Settings, say_error, settings_of
from reader.errors import ReaderError, StoreError, UsageError
from reader.library.choose import find_paper
from reader.library.folder import Library
from reader.library.writing import add_note, export, newest_note
from reader.paper import Held, file_stem
from reader.phrases import say
from reader.plain import plain
from reader.store.notes import n_noted_on


@click.command("note", cls=ReaderCommand, help=say("help.note"))
@click.argument("id_", metavar="ID")
@click.option("-m", "--message", "message", help=say("option.message"))
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    help=say("option.file"),
)
@click.pass_context
def note_command(context: click.Context, id_: str, message: str | None, file: Path | None) -> None:
    """Append a revision to a paper's note."""
    if message is not None and file is not None:
        raise UsageError(what=say("note.two"), hint=say("note.one"))
    text = message if message is not None else _given(file)
    with build.opened(context) as library:
        write_note(settings_of(context), library, find_paper(library, id_), text)


def write_note(settings: Settings, library: Library, held: Held, text: str | None) -> bool:
    """Keep a note and say what became of it; tells whether anything changed.

    text None: ask the editor. Words from it that the library cannot take are saved in a
    file, which is named.
    """
    is_edited = text is None
    if text is None:
        text = _edited(library, held)
    try:
        noted = add_note(library, held, text, encode=build.note_encoder(library.config))
    except StoreError:
        if is_edited and text.strip():
            output.put(say("note.rescued", file=_rescue(held, text)), is_error=True)
        raise
    if settings.is_quiet:
        return noted.is_new
    title = plain(held.paper.title)
    if not noted.is_new:
        output.put(say("note.same", title=title))
        return False
    written, _ = n_noted_on(library.db, library.today())
    target = library.config.quota_on(library.today())
    key = "note.written" if noted.is_written else "note.skimmed"
    output.put(say(key, title=title, n=written, target=target))
    return True


def _given(file: Path | None) -> str | None:
    """Read the note from a file or from standard input; None on a terminal without either."""
    if file is None and sys.stdin.isatty():
        return None
    if file is None or str(file) == "-":
        content, name = sys.stdin.buffer.read(), say("stdin")
    else:
        try:
            content, name = file.read_bytes(), str(file)
        except OSError as error:
            raise UsageError(
                what=say("note.unreadable", file=file, what=error.strerror),
                hint=say("note.unchanged"),
            ) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            what=say("note.encoding", file=name, n=error.start + 1), hint=say("note.utf8")
        ) from None


def _edited(library: Library, held: Held) -> str:
    """Let the person write in the editor; what they leave unsaved changes nothing."""
    known = newest_note(library, held)
    before = known.text if known else ""
    try:
        text = click.edit(before, extension=".md")
    except click.ClickException as error:
        raise UsageError(what=error.message, hint=say("note.editor")) from None
    return before if text is None else text


def _rescue(held: Held, text: str) -> str:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix=f"{file_stem(held.paper)}-", suffix=".md", delete=False
    ) as handle:
        handle.write(text)
    return handle.name


@click.command("export", cls=ReaderCommand, help=say("help.export"))
@click.pass_context
def export_command(context: click.Context) -> int:
    """Write notes/ out; 5 when a file had to be left alone."""
    with build.opened(context) as library:
        done = export(library)
    left: list[ReaderError] = list(done.left)
    if not settings_of(context).is_quiet:
        for key, paths in (
            ("export.read_in", done.read_in),
            ("export.merged", done.merged),
            ("export.written", done.written),
        ):
            for path in paths:
                output.put(say(key, path=path))
    for error in left:
        say_error(error)
    return left[0].exit_code if left else 0
