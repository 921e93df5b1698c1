"""Open files and addresses with the system's programs, and let any key end long work.

Nothing that a browser says reaches the screen, and it lives on when we end.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

from reader.base.errors import NotOpened
from reader.base.messages import say
from reader.base.text import plain
from reader.library.paper import LibraryPaper

OPENERS = {
    "darwin": ("open",),
    "win32": ("rundll32 url.dll,FileProtocolHandler",),
    "linux": ("xdg-open", "wslview", "gio open", "sensible-browser", "firefox", "chromium"),
}

KEY_WAIT_S = 0.5
"""How long a key waits to see whether it went wrong: without a browser xdg-open ends in .1 s."""

WAIT_S = 3.0
"""How long a command does; then it ends."""


def opener(
    platform: str = sys.platform, which: Callable[[str], str | None] = shutil.which
) -> list[str]:
    """Give the command that opens things here, none where there is none."""
    for command in OPENERS.get(platform, OPENERS["linux"]):
        program, *more = command.split()
        if which(program):
            return [program, *more]
    return []


class OpenOutcome:
    """What was opened from here; says later when that went wrong."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._running: list[tuple[subprocess.Popen[bytes], str]] = []

    def open(self, place: str, *, wait_s: float = KEY_WAIT_S) -> str:
        """Open a place; gives what to say. Raises NotOpened where nothing here can, or where
        what was asked to says so within `wait_s`."""
        if not self._command:
            raise NotOpened(what=say("screen.no_opener", place=plain(place)))
        try:
            started = subprocess.Popen(  # noqa: S603  a fixed program, no shell
                [*self._command, place],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise NotOpened(what=say("screen.no_opener", place=plain(place))) from error
        try:
            code = started.wait(wait_s)
        except subprocess.TimeoutExpired:
            # It may be the viewer itself, which ends when the person closes it.
            self._running.append((started, place))
            return say("screen.opening", place=plain(place))
        if code:
            raise NotOpened(what=self._failure(place))
        return say("screen.opened", place=plain(place))

    def failed(self) -> str:
        """Say what could not be opened since the last time, empty for nothing."""
        ended = [(process, place) for process, place in self._running if process.poll() is not None]
        self._running = [pair for pair in self._running if pair not in ended]
        for process, place in ended:
            if process.returncode:
                return self._failure(place)
        return ""

    def _failure(self, place: str) -> str:
        return say("screen.opener_failed", program=self._command[0], place=plain(place))


@dataclass(frozen=True, slots=True)
class Hands:
    """What leaves the screen. write_note tells whether anything was written; open_paper gives
    what to say; stop: until the shell calls us back; redraw: all anew."""

    write_note: Callable[[LibraryPaper], bool]
    open_paper: Callable[[LibraryPaper], str]
    stop: Callable[[], None]
    redraw: Callable[[], None]


class Cut(BaseException):
    """A key was pressed. No Exception: no step on the way may take it for a failure."""


@contextlib.contextmanager
def until_key(fd: int = 0) -> Iterator[None]:
    """Run the block until it ends or a key is pressed, which raises Cut in it.

    Ctrl-C stays KeyboardInterrupt. The key itself is left to be dropped by who reads next.
    """
    modes = termios.tcgetattr(fd)
    stop, stopper = os.pipe()
    pressed, is_over = threading.Event(), threading.Event()
    main = threading.get_ident()

    def watch() -> None:
        ready, _, _ = select.select([fd, stop], [], [])
        if fd in ready and not is_over.is_set():
            pressed.set()
            # To the thread itself: so a wait for a lock or a socket ends too.
            signal.pthread_kill(main, signal.SIGINT)

    def cut(number: int, frame: FrameType | None) -> None:
        if not pressed.is_set():
            signal.default_int_handler(number, frame)
        if not is_over.is_set():
            raise Cut

    before = signal.signal(signal.SIGINT, cut)
    watcher = threading.Thread(target=watch, daemon=True)
    try:
        tty.setcbreak(fd)
        watcher.start()
        yield
    finally:
        is_over.set()
        os.write(stopper, b"x")
        watcher.join()
        signal.signal(signal.SIGINT, before)
        termios.tcsetattr(fd, termios.TCSAFLUSH, modes)
        os.close(stop)
        os.close(stopper)
