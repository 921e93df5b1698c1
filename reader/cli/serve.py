"""`reader serve`: serve the pages, on this machine or in a home network.

The addresses and one-time codes are printed on the terminal. The model for queries and notes
stays in memory while pages are served (`warm`).
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
import re
import shlex
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _, ngettext, speak, spoken
from reader.base.text import plain
from reader.cli import build
from reader.cli.frame import FilePath, TimeOfDay, WholeNumber, command, is_terminal, settings_of
from reader.cli.warm import Warm
from reader.library.folder import make_library, open_library

if TYPE_CHECKING:
    import ssl

    from reader.search.shared import Failures
    from reader.web.authority import Authority
    from reader.web.gate import Door
    from reader.web.lab import Lab
    from reader.web.visit import Parts


_FILE = FilePath()
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")


@command(
    help=N_("Read and write in a browser, on a phone or an iPad."),
    examples={
        "serve": N_("Serve pages on this machine only"),
        "serve --host 0.0.0.0 --https": N_("Also to a phone or a tablet"),
    },
)
@click.option(
    "--host",
    default="127.0.0.1",
    help=N_(
        "Address to listen on; 0.0.0.0 for all of this machine's addresses. Other devices then "
        "have to sign in."
    ),
)
@click.option(
    "--port",
    type=WholeNumber(0, 65_535),
    default=8_100,
    help=N_("Port to listen on, 0 to 65535; 0 takes any free port."),
)
@click.option(
    "--name",
    "names",
    multiple=True,
    help=N_("Another name under which devices open the pages; may be repeated."),
)
@click.option(
    "--https",
    "is_own",
    is_flag=True,
    help=N_(
        "Use HTTPS with a certificate of this machine's own authority, which each device trusts "
        "once (page /trust)."
    ),
)
@click.option(
    "--cert",
    "certificate",
    type=_FILE,
    help=N_("Use HTTPS with this certificate (PEM, with its chain below it)."),
)
@click.option(
    "--key",
    type=_FILE,
    help=N_("The certificate's private key (PEM); not needed if it is in the certificate's file."),
)
@click.option(
    "--login",
    "must_sign_in",
    is_flag=True,
    help=N_("Ask for a sign-in on this machine too, if other people have accounts on it."),
)
@click.option(
    "--gather-at",
    type=TimeOfDay(),
    help=N_("Gather every day at this time, like 06:30, in the library's time zone."),
)
@click.option(
    "--readers",
    type=FilePath(),
    metavar="DIR",
    help=N_(
        "Serve several people: each folder in DIR is the library of the reader it is named for."
    ),
)
@click.option(
    "--code",
    "code_for",
    metavar="NAME",
    help=N_("With --readers: print a one-time code for a reader, and end."),
)
@click.option(
    "--user-header",
    metavar="HEADER",
    help=N_("With --readers: the header in which a reverse proxy names the reader."),
)
@click.option(
    "--proxy",
    metavar="ADDRESS",
    help=N_("The IP address of that proxy; nobody else may name a reader."),
)
def serve_command(context: click.Context, /, **options: Any) -> None:
    """Serve the pages until Ctrl-C or SIGTERM."""
    # Imported here: it takes a second, for which `--help` need not wait.
    from reader.web import server
    from reader.web.server import application

    given = ServeOptions(**options)
    if given.readers and given.code_for:
        tell_code_for(given.readers, given.code_for)
        return
    folder = given.readers
    if folder is None:
        with build.opened(context) as library:
            folder = library.folder
    is_debug = settings_of(context).is_debug
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(server.listening(given.host, given.port))
        door, secured = given.door(listener, folder, is_debug=is_debug)
        if given.readers is None:
            parts = replace(parts_of(context, folder), door=door, gather_at=given.gather_at)
            app = application(parts)
        else:
            import tempfile

            empty = stack.enter_context(tempfile.TemporaryDirectory())
            app = lab_of(context, given, door, Path(empty) / "library")
        # Until the server handles signals, SIGTERM ends this block as Ctrl-C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            tell_addresses(door, has_codes=not given.readers)
            if not given.readers:
                tell_codes_on_enter(door)
            server.run(app, listener, context=secured, is_debug=is_debug)
    click.echo(_("Stopped."))


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options of `reader serve`. Raises UsageError for options that exclude each other."""

    host: str
    port: int
    names: tuple[str, ...]
    is_own: bool
    certificate: Path | None
    key: Path | None
    must_sign_in: bool
    gather_at: time_of_day | None
    readers: Path | None
    code_for: str | None
    user_header: str | None
    proxy: str | None

    def __post_init__(self) -> None:
        wrong = ""
        if self.is_own and self.certificate:
            wrong = _(
                "--https makes a certificate and --cert names one, so they cannot be used together."
            )
        if self.key and not self.certificate:
            wrong = _("--key needs --cert.")
        if not self.readers and (self.code_for or self.user_header or self.proxy):
            wrong = _("--code, --user-header and --proxy need --readers.")
        if self.readers and self.gather_at:
            wrong = _(
                "--gather-at gathers for one library. With --readers, let a timer of the system "
                "run `reader --library FOLDER gather` for each."
            )
        if wrong:
            raise UsageError(what=wrong, hint=_("Leave out one of the options."))
        self._check_proxy()

    def _check_proxy(self) -> None:
        if bool(self.user_header) != bool(self.proxy):
            raise UsageError(
                what=_("--user-header and --proxy need each other."),
                hint=_("A reader's name is believed only from the proxy's address."),
            )
        if self.user_header and not _HEADER.fullmatch(self.user_header):
            what = _("{name} is not the name of a header.", name=self.user_header)
            raise UsageError(what=what, hint=_("Write it like X-Remote-User."))
        if self.proxy and not _is_ip(self.proxy):
            what = _("{name} is not an IP address.", name=self.proxy)
            raise UsageError(what=what, hint=_("Write it like 127.0.0.1, or ::1."))

    def door(
        self, listener: socket.socket, folder: Path, *, is_debug: bool
    ) -> tuple[Door, ssl.SSLContext | None]:
        """Make the access rules for a library's pages, and the TLS context; None for HTTP.

        listener: the open port. Raises ReaderError.
        """
        from reader.web.authority import context_of, names_in, open_authority
        from reader.web.gate import Door
        from reader.web.server import name_of, served
        from reader.web.sessions import Sessions

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
            must_sign_in=self.must_sign_in or self.readers is not None,
        )
        if self.is_own:
            machine = socket.gethostname().partition(".")[0]
            names, now = sorted(reached.names), datetime.now(UTC)
            kept_in = data_folder() / "authority"
            authority = open_authority(kept_in, machine=machine, names=names, now=now)
            tell_authority(authority, kept_in, now=now)
            secured = authority.context(names, now=now)
            reached = replace(reached, fingerprint=authority.fingerprint)
            trusted = authority.certificate
        # With several readers each has sessions of their own.
        sessions = Sessions(None, time.time)
        if self.readers is None:
            sessions = Sessions(data_folder() / "devices" / f"{_mark(folder)}.json", time.time)
            sessions.start()
        # Without --debug the page alone says that an error occurred, and how to see more.
        tell = traceback.print_exception if is_debug else lambda _: None
        return Door(reached, sessions, certificate=trusted, on_trouble=tell), secured


def _mark(folder: Path) -> str:
    """Compute what tells several libraries apart in this machine's data.

    Sessions are not in the library: syncing or restoring that folder would bring back devices that
    were signed out.
    """
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def data_folder() -> Path:
    """Return the folder for data of this machine that belongs to no library: devices, keys."""
    import platformdirs

    return Path(platformdirs.user_data_dir("asayomi"))


def _say_readers(folder: Path, n: int, left_out: Sequence[str]) -> None:
    click.echo(ngettext("{n} reader in {folder}.", "{n} readers in {folder}.", n, folder=folder))
    if left_out:
        click.echo(
            _(
                "Left out, because a reader's name has only a-z, 0-9, dots, dashes and "
                "underscores: {names}.",
                names=_(", ").join(map(plain, left_out)),
            ),
            err=True,
        )


def lab_of(context: click.Context, options: ServeOptions, door: Door, empty: Path) -> Lab:
    """Collect the libraries of several readers, which share the models in memory.

    empty: a folder for the library of whoever is not known. Raises ReaderError.
    """
    from reader.web.lab import Lab, Proxy, readers_in

    assert options.readers is not None  # noqa: S101  asked before
    names, left_out = readers_in(options.readers)
    _say_readers(options.readers, len(names), left_out)
    make_library(empty, now=build.clock()).db.close()
    settings = settings_of(context)
    warm = Warm(lambda config: build.opened_encoder(config, build.tell_text(settings)))
    failed: Failures = {}
    readers = options.readers.resolve()
    proxy = None
    if options.user_header and options.proxy:
        proxy = Proxy(options.user_header, options.proxy)
    else:
        click.echo(
            _(
                "For a reader's first device: reader serve --readers {folder} --code NAME",
                folder=shlex.quote(str(options.readers)),
            )
        )
    return Lab(
        readers,
        data=lab_data(readers),
        # Once the shared index failed, nobody waits for it for a minute.
        parts_of=lambda folder: replace(parts_of(context, folder, warm), failed=failed),
        front=parts_of(context, empty, warm),
        door=door,
        proxy=proxy,
    )


def lab_data(readers: Path) -> Path:
    """Return the folder for the sessions and codes of a folder of readers."""
    return data_folder() / "labs" / _mark(readers)


def tell_code_for(readers: Path, name: str) -> None:
    """Print a one-time code for one reader, for a server that runs or is started within minutes.

    Raises UsageError or StoreError.
    """
    from reader.web.lab import codes_of, readers_in
    from reader.web.sessions import LIFE_S, grouped

    names, _left_out = readers_in(readers)
    if name not in names:
        what = _("{folder} has no library for {name}.", folder=readers, name=plain(name))
        raise UsageError(what=what, hint=_("Known are: {names}.", names=_(", ").join(names)))
    code = grouped(codes_of(lab_data(readers), name).new())
    until = datetime.now().astimezone() + timedelta(seconds=LIFE_S)
    click.echo(
        _(
            "{name} signs in one device until {until} with the code {code}, at the address /enter "
            "of the pages.",
            name=name,
            until=f"{until:%H:%M}",
            code=code,
        )
    )


def parts_of(context: click.Context, folder: Path, warm: Warm | None = None) -> Parts:
    """Collect the library and the command line's adapters, for the pages.

    warm: models in memory that another library uses too.
    """
    from reader.web.visit import Parts

    settings = settings_of(context)
    warm = warm or Warm(lambda config: build.opened_encoder(config, build.tell_text(settings)))

    def log(text: str) -> None:
        # Also where stderr is no terminal: under systemd or nohup it is the log.
        if not settings.is_quiet:
            click.echo(text, err=True)

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
        tell=log,
    )


def tell_addresses(door: Door, *, has_codes: bool = True) -> None:
    """Print the addresses, the authority's fingerprint, and the first one-time code."""
    served = door.served
    first, *others = served.addresses
    click.echo(_("Open {address} in a browser (Ctrl-C stops the server).", address=first))
    if others:
        click.echo(_("Other addresses: {addresses}.", addresses=_(", ").join(others)))
    if served.fingerprint:
        digits = served.fingerprint.upper()
        # In groups of four digits, to be compared by eye.
        spaced = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
        click.echo(
            _(
                "Each device has to trust this server once: {address}trust\n  SHA-256 "
                "{fingerprint}",
                address=first,
                fingerprint=spaced,
            )
        )
    if served.needs_login:
        if not (served.is_tls or served.is_local):
            click.echo(
                _(
                    "Without HTTPS, others in this network can read along, and devices save "
                    "nothing for offline use. `--https` solves both."
                ),
                err=True,
            )
        if has_codes:
            tell_code(door)


_WHY_NEW = {
    "any": N_(
        "A new certificate authority was made, because the old one could sign certificates "
        "for any site, without an end date."
    ),
    "ended": N_("A new certificate authority was made, because the old one has expired."),
    "names": N_(
        "A new certificate authority was made, because the old one may not sign "
        "certificates for {names}."
    ),
}


def tell_authority(authority: Authority, folder: Path, *, now: datetime) -> None:
    """Warn where devices have to trust a new authority, now or soon."""
    if authority.why_new:
        names = _(", ").join(authority.missing)
        click.echo(_(_WHY_NEW[authority.why_new], names=names), err=True)
        click.echo(
            _("Let each of your devices trust the new one once, and remove the old one from it."),
            err=True,
        )
    elif authority.ends_soon(now):
        day = authority.limits.until.astimezone().date()
        click.echo(
            _(
                "The certificate authority expires on {day}. The first start after that makes a "
                "new one, which your devices have to trust. To do this now, delete {folder} and "
                "start again.",
                day=day,
                folder=folder,
            ),
            err=True,
        )


def tell_code(door: Door) -> None:
    """Print a new one-time code, on a terminal also as a QR code."""
    from reader.web.sessions import LIFE_S, grouped

    code = grouped(door.codes.new())
    address = f"{door.served.addresses[0]}enter?code={code}"
    until = datetime.now().astimezone() + timedelta(seconds=LIFE_S)
    click.echo(
        _(
            "To sign in one device until {until}, use the code {code} or open {address}",
            code=code,
            address=address,
            until=f"{until:%H:%M}",
        )
    )
    if sys.stdout.isatty():
        import segno

        # The compact form draws with half blocks, which only Unicode has.
        is_wide = "utf" in (sys.stdout.encoding or "").lower()
        segno.make(address, error="m").terminal(sys.stdout, border=2, compact=is_wide)


def tell_codes_on_enter(door: Door) -> None:
    """Print a further code each time that Enter is pressed, where there is a terminal."""
    if not (door.served.needs_login and is_terminal()):
        return
    click.echo(_("Press Enter for a new code."))
    language, stdin = spoken(), sys.stdin.fileno()

    def listen() -> None:
        # A new thread begins with the default language.
        speak(language)
        # Not by sys.stdin: a thread that holds its lock is a fatal error when Python ends.
        while os.read(stdin, 1_024):
            tell_code(door)

    # A daemon, since nothing ends its reading when the server ends.
    threading.Thread(target=listen, daemon=True, name="codes").start()
