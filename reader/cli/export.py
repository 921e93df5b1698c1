"""`reader note` and `export`: the person's words, into the library and out as Markdown."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from reader.cli import build, output
from reader.cli.frame import ReaderCommand, Settings, say_error, settings_of
from reader.errors import UsageError
from reader.filing import file_stem
from reader.library.choose import find_paper
from reader.library.folder import Library, disk_error
from reader.library.writing import Noted, add_note, export, newest_note
from reader.paper import Held
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

    text None: ask the editor.
    """
    noted = _edited(library, held) if text is None else _kept(library, held, text)
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


def _kept(library: Library, held: Held, text: str) -> Noted:
    return add_note(library, held, text, encode=build.note_encoder(library.config))


def _given(file: Path | None) -> str | None:
    """Read the note from a file or from standard input; None on a terminal without either."""
    if file is None and sys.stdin.isatty():
        return None
    if file is None or str(file) == "-":
        content, name = sys.stdin.buffer.read(), say("stdin")
    else:
        content, name = _bytes_of(file), str(file)
    return _decoded(content, name)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        what = say("note.unreadable", file=file, what=error.strerror)
        raise UsageError(what=what, hint=say("note.unchanged")) from None


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = say("note.encoding", file=name, n=error.start + 1)
        raise UsageError(what=what, hint=say("note.utf8")) from None


def _edited(library: Library, held: Held) -> Noted:
    """Let the person write in the editor; what they leave unsaved changes nothing.

    Whatever happens then, their bytes are in the library or stay in the file, which is
    named.
    """
    known = newest_note(library, held)
    before = known.text if known else ""
    content = (before + "\n" if before and not before.endswith("\n") else before).encode()
    file = _scratch(held, content)
    is_kept = False
    try:
        _ask_editor(file)
        saved = _bytes_of(file)
        # Windows' editors make line ends of their own.
        text = before if saved == content else _decoded(saved, str(file)).replace("\r\n", "\n")
        noted = _kept(library, held, text)
        is_kept = True
    finally:
        _leave(file, content, is_kept=is_kept)
    return noted


def _scratch(held: Held, content: bytes) -> Path:
    """Make the file that the editor is given, readable to nobody else."""
    prefix = f"{file_stem(held.paper)}-"
    try:
        with tempfile.NamedTemporaryFile(prefix=prefix, suffix=".md", delete=False) as handle:
            handle.write(content)
    except OSError as error:
        raise disk_error(error, Path(error.filename or "TMPDIR")) from error
    return Path(handle.name)


def _ask_editor(file: Path) -> None:
    try:
        click.edit(filename=str(file))
    except click.ClickException as error:
        raise UsageError(what=error.message, hint=say("note.editor")) from None
    except ValueError as error:  # EDITOR has a quotation mark that is not closed
        raise UsageError(what=say("note.editor_bad", what=error), hint=say("note.editor")) from None


def _leave(file: Path, content: bytes, *, is_kept: bool) -> None:
    """Delete the editor's file, or name it where it has words that are nowhere else."""
    try:
        if is_kept or file.read_bytes() in (content, b""):
            file.unlink()
            return
    except FileNotFoundError:
        return
    except OSError as error:
        say_error(disk_error(error, file))
    output.put(say("note.rescued", file=file), is_error=True)


@click.command("export", cls=ReaderCommand, help=say("help.export"))
@click.pass_context
def export_command(context: click.Context) -> int:
    """Write notes/ out; 5 when a file had to be left alone, 6 when one could not be written."""
    with build.opened(context) as library:
        done = export(library)
    if not settings_of(context).is_quiet:
        for key, paths in (
            ("export.read_in", done.read_in),
            ("export.merged", done.merged),
            ("export.emptied", done.emptied),
            ("export.written", done.written),
        ):
            for path in paths:
                output.put(say(key, path=path))
    for error in done.left:
        say_error(error)
    return done.left[0].exit_code if done.left else 0
