"""`reader serve`: the same morning as pages, on this machine or at home."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.cli import build
from reader.cli.frame import ReaderCommand, settings_of
from reader.library.folder import Library, open_library
from reader.phrases import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.web import Parts


@click.command("serve", cls=ReaderCommand, help=say("help.serve"))
@click.option("--port", type=click.IntRange(0, 65_535), default=8_100, help=say("option.port"))
@click.pass_context
def serve_command(context: click.Context, port: int) -> None:
    """Serve the pages until Ctrl-C."""
    import uvicorn

    from reader.web import application

    with build.opened(context) as library:
        folder = library.folder
        parts = parts_of(context, folder)
    click.echo(say("serve.at", address=f"http://127.0.0.1:{port}/"))
    uvicorn.run(application(parts), host="127.0.0.1", port=port, log_level="warning")


def parts_of(context: click.Context, folder: Path) -> Parts:
    """Give the pages the library and the adapters that the command line has."""
    from reader.web import Parts

    return Parts(
        folder=folder,
        open_library=lambda: open_library(folder, now=build.clock(), is_for_any_thread=True),
        encoder_name=build.encoder_name,
        serving=Warm(context).serving,
        encode_note=functools.cache(build.note_encoder),
        tools=lambda library: build.tools(context, library),
        command=(sys.executable, "-m", "reader", "--library", str(folder)),
    )


@dataclass(frozen=True, slots=True)
class Answering:
    """An encoder that answers searches, kept between them. said: as `build.Serving` has it."""

    name: str
    said: str
    encode_query: Callable[[str], NDArray[np.float32]]


class Warm:
    """Keep the model of searches in memory from its first question on."""

    def __init__(self, context: click.Context) -> None:
        self._context = context
        self._known: dict[str, Answering] = {}

    def serving(self, library: Library) -> Answering:
        found = build.chosen_encoder(library)
        if found.name not in self._known:
            tell = build.tell_text(settings_of(self._context))
            encode = build.warm_encoder(found.config, tell)
            self._known[found.name] = Answering(found.name, found.said, encode)
        return self._known[found.name]
