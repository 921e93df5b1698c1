"""Tell on the terminal where the pages are, and hand out one-time codes there."""

from __future__ import annotations

import os
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.base.messages import say, speak, spoken
from reader.web.door.gate import Door
from reader.web.door.sessions import LIFE_S, grouped

if TYPE_CHECKING:
    from reader.web.authority import Authority


def tell(door: Door) -> None:
    """Print the addresses, what is open to whom, and the first code."""
    served = door.served
    first, *others = served.addresses
    click.echo(say("serve.at", address=first))
    if others:
        click.echo(say("serve.also", addresses=say("list").join(others)))
    if served.fingerprint:
        digits = served.fingerprint.upper()
        spaced = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
        click.echo(say("serve.trust", address=first, fingerprint=spaced))
    if served.needs_login:
        if not (served.is_tls or served.is_local):
            click.echo(say("serve.plain"), err=True)
        tell_code(door)


def tell_authority(authority: Authority, folder: Path, *, now: datetime) -> None:
    """Say that devices have to trust the authority anew, or will have to soon."""
    if authority.why_new:
        names = say("list").join(authority.missing)
        click.echo(say(f"serve.authority.new.{authority.why_new}", names=names), err=True)
        click.echo(say("serve.authority.new.what"), err=True)
    elif authority.ends_soon(now):
        day = authority.limits.until.astimezone().date()
        click.echo(say("serve.authority.soon", day=day, folder=folder), err=True)


def tell_code(door: Door) -> None:
    """Print a new code: for a hand, and on a terminal as a picture for a camera."""
    code = grouped(door.codes.new())
    address = f"{door.served.addresses[0]}enter?code={code}"
    until = datetime.now().astimezone() + timedelta(seconds=LIFE_S)
    click.echo(say("serve.code", code=code, address=address, until=f"{until:%H:%M}"))
    if sys.stdout.isatty():
        import segno

        is_wide = "utf" in (sys.stdout.encoding or "").lower()
        segno.make(address, error="m").terminal(sys.stdout, border=2, compact=is_wide)


def tell_codes_on_enter(door: Door) -> None:
    """Print one more code each time that Enter is pressed, where there is a terminal."""
    if not (door.served.needs_login and sys.stdin.isatty() and sys.stdout.isatty()):
        return
    click.echo(say("serve.more"))
    language, stdin = spoken(), sys.stdin.fileno()

    def listen() -> None:
        speak(language)
        # Not by sys.stdin: a thread that waits in its lock is fatal as Python ends.
        while os.read(stdin, 1_024):
            tell_code(door)

    threading.Thread(target=listen, daemon=True, name="codes").start()
