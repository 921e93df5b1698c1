"""`reader serve`: the same morning as pages, on this machine or at home."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.base.errors import UsageError
from reader.base.messages import say
from reader.cli import build
from reader.cli.frame import ReaderCommand, Settings, settings_of
from reader.cli.values import TimeOfDay, WholeNumber
from reader.cli.warm import Warm
from reader.library.folder import open_library

if TYPE_CHECKING:
    import ssl

    from reader.web.door.gate import Door
    from reader.web.parts import Parts

_FILE = click.Path(path_type=Path)


@click.command("serve", cls=ReaderCommand, help=say("help.serve"))
@click.option("--host", default="127.0.0.1", help=say("option.host"))
@click.option("--port", type=WholeNumber(0, 65_535), default=8_100, help=say("option.port"))
@click.option("--name", "names", multiple=True, help=say("option.name"))
@click.option("--https", "is_own", is_flag=True, help=say("option.https"))
@click.option("--cert", "certificate", type=_FILE, help=say("option.cert"))
@click.option("--key", type=_FILE, help=say("option.key"))
@click.option("--login", "must_sign_in", is_flag=True, help=say("option.login"))
@click.option("--gather-at", type=TimeOfDay(), help=say("option.gather_at"))
@click.pass_context
def serve_command(
    context: click.Context,
    host: str,
    port: int,
    names: tuple[str, ...],
    is_own: bool,
    certificate: Path | None,
    key: Path | None,
    must_sign_in: bool,
    gather_at: time_of_day | None,
) -> None:
    """Serve the pages until Ctrl-C or SIGTERM."""
    from reader.cli import entrance
    from reader.web import server
    from reader.web.app import application

    with build.opened(context) as library:
        folder = library.folder
    asked = ServeOptions(host, port, names, is_own, certificate, key, must_sign_in)
    is_debug = settings_of(context).is_debug
    with asked.listening() as listener:
        door, secured = asked.door(listener, folder, is_debug=is_debug)
        parts = replace(parts_of(context, folder), door=door, gather_at=gather_at)
        # Both signals before the server has taken them over are the normal end too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            entrance.tell(door)
            entrance.tell_codes_on_enter(door)
            server.run(application(parts), listener, context=secured, is_debug=is_debug)
    click.echo(say("serve.ended"))


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How the pages are to be served, as the command line says it."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    is_own: bool = False
    certificate: Path | None = None
    key: Path | None = None
    must_sign_in: bool = False

    def __post_init__(self) -> None:
        wrong = ""
        if self.is_own and self.certificate:
            wrong = say("serve.cert.both")
        if self.key and not self.certificate:
            wrong = say("serve.cert.no_cert")
        if wrong:
            raise UsageError(what=wrong, hint=say("serve.cert.one"))

    def listening(self) -> socket.socket:
        from reader.web.server import listening

        return listening(self.host, self.port)

    def door(
        self, listener: socket.socket, folder: Path, *, is_debug: bool
    ) -> tuple[Door, ssl.SSLContext | None]:
        """Open the door to the pages of a library, and the TLS before it. Raises ReaderError."""
        from reader.cli import entrance
        from reader.web.authority import context_of, names_in, open_authority
        from reader.web.door.gate import Door
        from reader.web.door.sessions import Sessions
        from reader.web.server import name_of, served

        secured, certified, trusted = None, [], b""
        if self.certificate:
            secured, certified = context_of(self.certificate, self.key), names_in(self.certificate)
        bound, port = listener.getsockname()[:2]
        reached = served(
            bound,
            port,
            host=self.host,
            given=[name_of(name) for name in self.names],
            certified=certified,
            is_tls=self.is_own or self.certificate is not None,
            must_sign_in=self.must_sign_in,
        )
        if self.is_own:
            machine = socket.gethostname().partition(".")[0]
            names, now = sorted(reached.names), datetime.now(UTC)
            kept_in = data_folder() / "authority"
            authority = open_authority(kept_in, machine=machine, names=names, now=now)
            entrance.tell_authority(authority, kept_in, now=now)
            secured = authority.context(names, now=now)
            reached = replace(reached, fingerprint=authority.fingerprint)
            trusted = authority.certificate
        sessions = Sessions(_kept_at(folder), time.time)
        sessions.start()
        tell = traceback.print_exception if is_debug else _say_nothing
        return Door(reached, sessions, certificate=trusted, on_trouble=tell), secured


def data_folder() -> Path:
    """Give the folder for what belongs to this machine and no library, and is not made again."""
    import platformdirs

    return Path(platformdirs.user_data_dir("asayomi"))


def _kept_at(folder: Path) -> Path:
    """Name the file of a library's devices. Not in the library: a folder that is synced or
    restored would bring back devices that were signed out."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return data_folder() / "devices" / f"{name}.json"


def _say_nothing(_: Exception) -> None:
    """Leave it to the page, which says that there was trouble and what shows more."""


def parts_of(context: click.Context, folder: Path) -> Parts:
    """Give the pages the library and the adapters that the command line has."""
    from reader.web.parts import Parts

    tell = build.tell_text(settings_of(context))
    warm = Warm(lambda config: build.opened_encoder(config, tell))
    return Parts(
        folder=folder,
        open_library=lambda: open_library(folder, now=build.clock(), is_for_any_thread=True),
        encoder_name=build.encoder_name,
        serving=warm.serving,
        encode_note=warm.encode_note,
        encode_if_warm=warm.encode_if_warm,
        tools=lambda library: build.tools(context, library),
        command=(sys.executable, "-m", "reader", "--library", str(folder)),
        clock=build.clock(),
        tell=_log(settings_of(context)),
    )


def _log(settings: Settings) -> Callable[[str], None]:
    """Give what takes a line for the log: the error stream, even where it is no terminal."""
    return lambda text: None if settings.is_quiet else click.echo(text, err=True)
