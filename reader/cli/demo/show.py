"""Play the sample morning: a local server, a library, and the very commands a person types.

Invented are the papers, the posts and their PDFs; all else is the real program, from the
fetch to the exported note. Needs no network.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from reader.base.errors import UsageError
from reader.base.messages import say
from reader.cli.build import clock
from reader.cli.demo.morning import TIMELINE, sample_notes, sample_papers, sample_server
from reader.cli.demo.server import PlayServer
from reader.cli.frame import Settings, run
from reader.library.folder import disk_error, template
from reader.library.place import FEEDS

_ARXIV = "[arxiv]\n"


def play(*, keep: Path | None, is_quiet: bool) -> int:
    """Run the morning from gather to export; gives the first exit code that is not 0.

    keep: a new folder for the library, None for a temporary one that is removed.
    """
    now = clock()()
    with _folder(keep) as folder, sample_server(now) as server:
        _say("demo.what", folder=folder, url=server.url)
        (folder / FEEDS).write_text(feeds_toml(server), encoding="utf-8")
        notes = sample_notes(sample_papers(now))
        ids = [note.paper.id for note in notes]
        commands = [
            ("demo.gather", ["gather"]),
            ("demo.today", ["today", "--no-fetch"]),
            ("demo.pick", ["pick", *ids]),
            *(("demo.note", ["note", n.paper.id, "-m", n.text]) for n in notes),
            *(("demo.search", ["search", n.question, "--limit", "2"]) for n in notes[-2:]),
            ("demo.export", ["export"]),
            ("demo.again", ["export"]),
        ]
        for code in (_step(key, args, folder, is_quiet=is_quiet) for key, args in commands):
            if code:
                return code
        for file in sorted((folder / "notes").rglob("*.md"))[:1]:
            click.echo(click.style(f"\n{file}", bold=True))
            click.echo(file.read_text(encoding="utf-8"))
        _say("demo.end" if keep is None else "demo.kept", folder=folder)
    return 0


def feeds_toml(server: PlayServer) -> str:
    """Give the template of `reader init` with the sample server's addresses and timeline."""
    head, arxiv, rest = template().partition(_ARXIV)
    feed = f'\n[[feed]]\nname = "sample timeline"\nurl = "{server.feed_url(TIMELINE)}"\n'
    return head + arxiv + server.arxiv_toml() + "\n" + rest + feed


def _step(key: str, args: list[str], folder: Path, *, is_quiet: bool) -> int:
    shown = shlex.join(["reader", *args])
    if not is_quiet:
        click.echo("\n" + click.style(say(key), dim=True))
        click.echo(click.style(f"$ {shown}", bold=True))
    return run(args, Settings(library=folder, is_quiet=is_quiet, may_ask=False))


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="reader-demo-") as name:
            yield Path(name)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        is_empty = not any(os.scandir(keep))
    except (FileExistsError, NotADirectoryError):
        what = say("folder.no_folder", folder=keep)
        raise UsageError(what=what, hint=say("demo.name_new")) from None
    except OSError as error:
        raise disk_error(error, keep) from error
    if not is_empty:
        raise UsageError(what=say("demo.not_empty", folder=keep), hint=say("demo.name_new"))
    yield keep


def _say(key: str, **values: object) -> None:
    click.echo(say(key, **values))
