"""Open a file or an address with what the system has for it, without waiting.

Nothing that a browser says reaches the screen, and it lives on when we end.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable

from reader.phrases import say
from reader.plain import plain

OPENERS = {"darwin": ("open",), "linux": ("xdg-open", "wslview", "gio open")}


def opener(
    platform: str = sys.platform, which: Callable[[str], str | None] = shutil.which
) -> list[str]:
    """Give the command that opens things here, none where there is none."""
    for command in OPENERS.get(platform, OPENERS["linux"]):
        program, *more = command.split()
        if which(program):
            return [program, *more]
    return []


class Opened:
    """What was opened from this list; says later when that went wrong."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._running: list[tuple[subprocess.Popen[bytes], str]] = []

    def open(self, place: str) -> str:
        """Open a place; gives what to say."""
        if not self._command:
            return say("screen.no_opener", place=plain(place))
        try:
            started = subprocess.Popen(  # noqa: S603  a fixed program, no shell
                [*self._command, place],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return say("screen.no_opener", place=plain(place))
        self._running.append((started, place))
        return say("screen.opened", place=plain(place))

    def failed(self) -> str:
        """Say what could not be opened since the last time, empty for nothing."""
        ended = [(process, place) for process, place in self._running if process.poll() is not None]
        self._running = [pair for pair in self._running if pair not in ended]
        for process, place in ended:
            if process.returncode:
                return say("screen.opener_failed", program=self._command[0], place=plain(place))
        return ""
