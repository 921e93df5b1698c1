"""Own a terminal for a while: whole screen, single keys, and everything back as it was.

Plain escape sequences that every terminal since the VT100 has, so nothing needs to be loaded
before the first paint. Knows no paper: lines go in as text with escape sequences, keys come
out.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from types import FrameType, TracebackType
from typing import Any

from reader.cli.triage.keys import Keys

ENTER = "\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[?2004h"
"""The other screen, lines cut at the edge instead of wrapped, no cursor, pastes marked."""
LEAVE = "\x1b[m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l"
ESCAPE_S = 0.05
"""How long an Escape may be the beginning of an arrow key: over ssh they come in pieces."""
DEFAULT_SIZE = (80, 24)


class Ended(BaseException):
    """The process was told to end (`number` is the signal), or its terminal is gone.

    No Exception: nothing on the way may take it for a failure and go on.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Terminal:
    """A terminal of which we have the whole screen between `with` and its end."""

    def __init__(self, read_from: int = 0, write_to: int = 1) -> None:
        self._in, self._out = read_from, write_to
        self._keys = Keys()
        self._shown: list[str] = []
        self._modes: list[Any] | None = None
        self._handlers: dict[int, Any] = {}
        self._is_stopping = False
        self.encoding = sys.stdout.encoding or "ascii"

    def __enter__(self) -> Terminal:
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        os.set_blocking(self._wake, False)
        self._old_waker = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._handle(number, _end)
        self._handle(signal.SIGTSTP, self._note_stop)
        for number in (signal.SIGWINCH, signal.SIGCONT):
            self._handle(number, lambda *_: None)
        try:
            self._take()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_waker)
        os.close(self._wake)
        os.close(self._waker)

    def size(self) -> tuple[int, int]:
        """Give (columns, lines) as they are now."""
        try:
            columns, lines = os.get_terminal_size(self._out)
        except OSError:
            return DEFAULT_SIZE
        return columns or DEFAULT_SIZE[0], lines or DEFAULT_SIZE[1]

    def paint(self, lines: Sequence[str]) -> None:
        """Show these lines from the top of the screen; only what changed is written."""
        before = self._shown
        parts = [
            f"\x1b[{n};1H\x1b[K{line}\x1b[m"
            for n, line in enumerate(lines, 1)
            if n > len(before) or before[n - 1] != line
        ]
        if len(before) > len(lines):
            parts.append(f"\x1b[{len(lines) + 1};1H\x1b[J")
        self._shown = list(lines)
        self._write("".join(parts))

    def forget(self) -> None:
        """Paint everything anew the next time: the size changed, or others wrote here."""
        self._shown = []
        self._write("\x1b[m\x1b[2J")

    def keys(self, timeout_s: float) -> list[str]:
        """Wait for keys; none when a signal came or the time is over.

        Raises Ended when the terminal is gone.
        """
        if self._is_stopping:
            self.stop()
            return []
        wait_s = ESCAPE_S if self._keys.is_waiting else timeout_s
        ready, _, _ = select.select([self._in, self._wake], [], [], wait_s)
        if self._wake in ready:
            self._drain()
        if self._in not in ready:
            return self._keys.flush() if not ready else []
        try:
            data = os.read(self._in, 65_536)
        except OSError:
            data = b""
        if not data:
            raise Ended(signal.SIGHUP)
        return self._keys.feed(data)

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Give the terminal back for a while, to an editor or the shell."""
        self._give_back()
        try:
            yield
        finally:
            self._take()

    def stop(self) -> None:
        """Let the shell have the terminal until it brings us to the foreground again."""
        self._is_stopping = False
        with self.away():
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            # All of the job, as the terminal itself does it: who started us stops too.
            os.kill(0, signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, self._note_stop)

    def _take(self) -> None:
        self._modes = termios.tcgetattr(self._in)
        modes = termios.tcgetattr(self._in)
        modes[0] &= ~(termios.IXON | termios.ISTRIP)
        modes[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
        modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
        # What was typed before the list was seen decides nothing: TCSAFLUSH drops it.
        termios.tcsetattr(self._in, termios.TCSAFLUSH, modes)
        self._keys = Keys()
        self._shown = []
        self._write(ENTER + "\x1b[2J")

    def _give_back(self) -> None:
        if self._modes is None:
            return
        # A terminal that is gone takes nothing any more, and needs nothing.
        with contextlib.suppress(OSError, Ended):
            self._write(LEAVE)
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(self._in, termios.TCSADRAIN, self._modes)
        self._modes = None

    def _write(self, text: str) -> None:
        data = text.encode(self.encoding, "replace")
        try:
            while data:
                data = data[os.write(self._out, data) :]
        except OSError:
            raise Ended(signal.SIGHUP) from None

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake, 512):
                pass

    def _handle(self, number: int, handler: Any) -> None:
        self._handlers[number] = signal.signal(number, handler)

    def _note_stop(self, number: int, frame: FrameType | None) -> None:
        self._is_stopping = True


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended(number)


@contextlib.contextmanager
def single_keys(fd: int = 0) -> Iterator[None]:
    """Let keys come one by one, unseen, while signals still work; what was typed before is
    dropped."""
    modes = termios.tcgetattr(fd)
    tty.setcbreak(fd)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, modes)
