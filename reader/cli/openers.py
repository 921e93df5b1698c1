"""Open files and addresses with the system's programs.

What such a program prints does not reach the screen, and it goes on when this process ends.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable

from reader.base.errors import NotOpened
from reader.base.machine import given_umask
from reader.base.messages import _
from reader.base.text import plain

# The first one that is installed is used. wslview is WSL's; the last ones are for Linux systems
# without a desktop's own opener.
OPENERS = {
    "darwin": ("open",),
    "win32": ("rundll32 url.dll,FileProtocolHandler",),
    "linux": ("xdg-open", "wslview", "gio open", "sensible-browser", "firefox", "chromium"),
}

KEY_WAIT_S = 0.5
"""Seconds that a key waits for a failure: without a browser xdg-open fails within 0.1 s."""

WAIT_S = 3.0
"""Seconds that a command waits for a failure before it ends."""


def opener(
    platform: str = sys.platform, which: Callable[[str], str | None] = shutil.which
) -> list[str]:
    """Find the command that opens files on this system; [] where there is none."""
    for command in OPENERS.get(platform, OPENERS["linux"]):
        program, *more = command.split()
        if which(program):
            return [program, *more]
    return []


class OpenOutcome:
    """Opens files and addresses, and notices later which of them failed."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._running: list[tuple[subprocess.Popen[bytes], str]] = []

    def open(self, place: str, *, wait_s: float = KEY_WAIT_S) -> str:
        """Open a file or an address; returns a sentence about it.

        Raises NotOpened where no program is installed or it fails within `wait_s`.
        """
        if not self._command:
            raise NotOpened(what=_("No program found to open {place}", place=plain(place)))
        try:
            # In a session of its own: Ctrl-C on this terminal does not reach it.
            started = subprocess.Popen(  # noqa: S603  a fixed program, no shell
                [*self._command, place],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                umask=given_umask(),
            )
        except OSError as error:
            raise NotOpened(
                what=_("No program found to open {place}", place=plain(place))
            ) from error
        try:
            code = started.wait(wait_s)
        except subprocess.TimeoutExpired:
            # Some openers are the viewer itself, and end when the person closes it.
            self._running.append((started, place))
            return _("Opening: {place}", place=plain(place))
        if code:
            raise NotOpened(what=self._failure(place))
        return _("Opened: {place}", place=plain(place))

    def failed(self) -> str:
        """Describe what failed since the last call, "" for nothing."""
        ended = [(process, place) for process, place in self._running if process.poll() is not None]
        self._running = [pair for pair in self._running if pair not in ended]
        for process, place in ended:
            if process.returncode:
                return self._failure(place)
        return ""

    def _failure(self, place: str) -> str:
        return _("{program} could not open {place}", program=self._command[0], place=plain(place))
