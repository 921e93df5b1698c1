"""Run commands on a pseudo-terminal and read its screen, as a person would see it.

The screen is kept by pyte, which does what a VT100 and its heirs do with the bytes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import pyte

SLOW_S = 60.0
"""How long anything may take before a test calls it missing."""


class OnTerminal:
    """A command that runs on a terminal of its own, its leader."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], *, columns: int, lines: int
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        self.code: int | None = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # The size is there before anything asks for it.
            _set_size(0, columns, lines)
            os.chdir("/")
            os.execvpe(command[0], list(command), dict(env))
        _set_size(self.fd, columns, lines)

    def lines(self) -> list[str]:
        """Give the screen as text, blanks at the ends of lines cut."""
        return [_seen(self.screen, n) for n in range(self.screen.lines)]

    def text(self) -> str:
        return "\n".join(self.lines())

    def here(self) -> str:
        """Give the line of the list at which the person is."""
        return next((text for text in self.lines() if text.startswith(">")), "")

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        self.screen.resize(lines, columns)
        _set_size(self.fd, columns, lines)

    def until(
        self, is_so: Callable[[OnTerminal], bool] | str, *, timeout_s: float = SLOW_S
    ) -> None:
        """Read on until something is so, or a text is on the screen."""
        end = time.monotonic() + timeout_s
        while not (is_so in self.text() if isinstance(is_so, str) else is_so(self)):
            left = end - time.monotonic()
            if left <= 0 or not self.read(left):
                raise AssertionError(f"not seen: {is_so}\n{self.text()}")

    def quiet(self, for_s: float = 0.3) -> None:
        """Read on until nothing more comes for a while."""
        while self.read(for_s):
            pass

    def wait(self, for_s: float) -> None:
        """Read on for a while, whatever comes."""
        end = time.monotonic() + for_s
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def read(self, timeout_s: float) -> bool:
        """Take what was written; False when nothing came or the command is gone."""
        if not select.select([self.fd], [], [], timeout_s)[0]:
            return False
        try:
            data = os.read(self.fd, 65_536)
        except OSError:
            data = b""
        self.written += data
        # pyte knows no second screen: what is there when it changes is not seen any more.
        for part in re.split(rb"(?=\x1b\[\?1049[hl])", data):
            if part.startswith(b"\x1b[?1049"):
                self.screen.reset()
            self._stream.feed(part)
        return bool(data)

    def end(self, *, timeout_s: float = SLOW_S) -> int:
        """Wait for the command's end; gives its exit code, less than 0 for a signal."""
        end = time.monotonic() + timeout_s
        while self.code is None and time.monotonic() < end:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        if self.code is None:
            raise AssertionError(f"it does not end\n{self.text()}")
        self.quiet(0.05)
        return self.code

    def modes(self) -> list[object]:
        """Give the terminal's modes, which must be the same before and after."""
        return termios.tcgetattr(self.fd)


@contextlib.contextmanager
def on_terminal(
    command: Sequence[str], env: Mapping[str, str], *, columns: int = 80, lines: int = 24
) -> Iterator[OnTerminal]:
    """Run a command on a terminal; what is left of it is killed at the end."""
    run = OnTerminal(command, env, columns=columns, lines=lines)
    try:
        yield run
    finally:
        if run.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(run.pid, signal.SIGKILL)
            os.waitpid(run.pid, 0)
        with contextlib.suppress(OSError):
            os.close(run.fd)


def _seen(screen: pyte.Screen, line: int) -> str:
    """Give one line; pyte keeps an empty cell beside each double one."""
    return "".join(screen.buffer[line][x].data for x in range(screen.columns)).rstrip()


def _set_size(fd: int, columns: int, lines: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
