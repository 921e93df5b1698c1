"""Read single keys, draw a whole screen, leave the terminal as it was, and open files and addresses
with the system's programs.

Only escape sequences that every terminal since the VT100 has, so nothing is loaded before the
first paint. Knows no paper and no meaning of a key: lines with escape sequences go in, keys
come out.

A key is the character itself, or a name in angle brackets: "<up>", "<escape>". Pasted text is
one key, "<paste>" followed by the text, so that no character of it decides anything.

What a program that opens something prints does not reach the screen, and it goes on when this
process ends.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import threading
import tty
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any, Protocol, TypeVar

import click

from reader.base.errors import NotOpened
from reader.base.machine import given_umask
from reader.base.messages import _
from reader.base.text import plain, wrap
from reader.cli import output

# Arrow keys come as ESC [ or, in a terminal's application mode, as ESC O. Home and End differ
# between xterm ([H), the Linux console ([1~) and rxvt ([7~).
NAMES = {
    b"\x1b[A": "<up>", b"\x1b[B": "<down>", b"\x1b[C": "<right>", b"\x1b[D": "<left>",
    b"\x1bOA": "<up>", b"\x1bOB": "<down>", b"\x1bOC": "<right>", b"\x1bOD": "<left>",
    b"\x1b[H": "<home>", b"\x1b[F": "<end>", b"\x1bOH": "<home>", b"\x1bOF": "<end>",
    b"\x1b[1~": "<home>", b"\x1b[4~": "<end>", b"\x1b[7~": "<home>", b"\x1b[8~": "<end>",
    b"\x1b[5~": "<page up>", b"\x1b[6~": "<page down>",
}  # fmt: skip
CONTROLS = {
    "\r": "<enter>", "\n": "<enter>", "\x7f": "<backspace>", "\x08": "<backspace>",
    "\x1b": "<escape>", "\x03": "<ctrl-c>", "\x04": "<ctrl-d>", "\x1a": "<ctrl-z>",
    "\x0c": "<ctrl-l>", "\x15": "<ctrl-u>", "\x17": "<ctrl-w>", "\t": "<tab>",
}  # fmt: skip
PASTE = "<paste>"
CHOICES = "123456789abcdefhilmnoprstuvwxyz"
NONE = "0"
"""CHOICES choose one of several, NONE none of them; the keys that scroll and end are left out."""
OTHER = "<other>"
"""Any key without a name here, such as F5 or a mouse click."""

# xterm's bracketed paste puts these around pasted text. CSI and SS3 sequences: ECMA-48.
_BEGIN, _END = b"\x1b[200~", b"\x1b[201~"
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|O)?")
_ALT = re.compile(rb"\x1b[^\x1b\[O]")
LONGEST_PASTE = 100_000


class Keys:
    """Turns bytes into keys; an incomplete key waits for more bytes."""

    def __init__(self) -> None:
        self._waiting = b""

    @property
    def is_waiting(self) -> bool:
        """Whether the last bytes may be the beginning of a key: then call `flush` soon."""
        return bool(self._waiting)

    def feed(self, data: bytes) -> list[str]:
        """Take bytes; returns the keys that are complete."""
        self._waiting += data
        keys: list[str] = []
        while self._waiting and (n := self._first(keys)):
            self._waiting = self._waiting[n:]
        return keys

    def flush(self) -> list[str]:
        """End an incomplete sequence; returns Escape if it was that key alone, else nothing."""
        waiting, self._waiting = self._waiting, b""
        return ["<escape>"] if waiting == b"\x1b" else []

    def _first(self, keys: list[str]) -> int:
        """Add the first key to `keys`; returns its number of bytes, 0 while it is incomplete."""
        data = self._waiting
        if data.startswith(_BEGIN):
            end = data.find(_END)
            if end < 0:
                # A terminal that never closes a paste must not fill the memory.
                return len(data) if len(data) > LONGEST_PASTE else 0
            keys.append(PASTE + data[len(_BEGIN) : end].decode("utf-8", "ignore"))
            return end + len(_END)
        if found := _SEQUENCE.match(data):
            keys.append(NAMES.get(found[0], OTHER))
            return found.end()
        if _UNFINISHED.fullmatch(data):
            return 0
        # Escape pressed twice, or Escape and then a key that begins with Escape, such as "<up>".
        if data[:2] == b"\x1b\x1b":
            keys.append("<escape>")
            return 1
        if found := _ALT.match(data):
            keys.append(OTHER)
            return found.end()
        # The first byte of a UTF-8 character says how many it has.
        n = 1 if data[0] < 0xC0 else 2 if data[0] < 0xE0 else 3 if data[0] < 0xF0 else 4
        if len(data) < n and all(byte >> 6 == 0b10 for byte in data[1:]):
            return 0
        try:
            char = data[:n].decode("utf-8")
        except UnicodeDecodeError:
            # A terminal in another encoding: drop bytes until they are UTF-8 again.
            return 1
        keys.append(CONTROLS.get(char) or (char if char.isprintable() else OTHER))
        return n


class TypedKeys:
    """Reads keys, one at a time: what is typed ahead is kept for later."""

    def __init__(self) -> None:
        self._keys = Keys()
        self._waiting: list[str] = []

    def next(self) -> str:
        """Wait for a key; "q" for the end of the input and for Ctrl-C."""
        while not self._waiting:
            try:
                typed = _read_typed()
            except (EOFError, KeyboardInterrupt):
                return END[0]
            if not typed:
                return END[0]
            self._waiting = [*self._keys.feed(typed), *self._keys.flush()]
        key = letter(self._waiting.pop(0))
        return END[0] if key in END else key


def _read_typed() -> bytes:
    if not sys.stdin.isatty():
        return click.getchar().encode("utf-8", "replace")
    # Not by click, which drops what was typed since the last read.
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd, termios.TCSADRAIN)
        return os.read(fd, 1024)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def letter(key: str) -> str:
    """Normalise a key for a command: a full-width letter becomes the plain one.

    Capitals stay: "S" is not "s".
    """
    return unicodedata.normalize("NFKC", key) if len(key) == 1 else key


ENTER = "\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[?2004h"
"""Alternate screen, no wrapping at the edge, no cursor, bracketed paste (in this order)."""
LEAVE = "\x1b[m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l"
ESCAPE_S = 0.05
"""Seconds in which an Escape may still become an arrow key: over ssh keys come in pieces."""
DEFAULT_SIZE = (80, 24)


class EndSignal(BaseException):
    """The process got the signal `number`, or its terminal is gone.

    A BaseException, so that no `except Exception` on the way handles it and goes on.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Terminal:
    """A context manager that has the whole screen. read_from, write_to: file descriptors."""

    def __init__(self, read_from: int = 0, write_to: int = 1) -> None:
        self._in, self._out = read_from, write_to
        self._keys = Keys()
        self._shown: list[str] = []
        self._modes: list[Any] | None = None
        self._handlers: dict[int, Any] = {}
        self._is_stopping = False
        self.encoding = sys.stdout.encoding or "ascii"

    def __enter__(self) -> Terminal:
        # A signal writes its number into this pipe, so that `select` returns at once: after a
        # handler alone Python goes on waiting (PEP 475).
        self._wake, self._waker = os.pipe()
        # Python demands it of the writing end; the reading end is read until it is empty.
        os.set_blocking(self._waker, False)
        os.set_blocking(self._wake, False)
        self._old_waker = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        handlers: dict[int, Any] = {
            signal.SIGTERM: _end,
            signal.SIGHUP: _end,
            signal.SIGTSTP: self._note_stop,
            # These only wake `select`, so that the screen is painted again.
            signal.SIGWINCH: lambda *_: None,
            signal.SIGCONT: lambda *_: None,
        }
        for number, handler in handlers.items():
            self._handlers[number] = signal.signal(number, handler)
        try:
            self._take()
        except BaseException:
            # Python does not call __exit__ where __enter__ raised.
            self.__exit__()
            raise
        return self

    def __exit__(self, *_unused: object) -> None:
        self._give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_waker)
        os.close(self._wake)
        os.close(self._waker)

    def size(self) -> tuple[int, int]:
        """Measure the screen: (columns, lines)."""
        try:
            columns, lines = os.get_terminal_size(self._out)
        except OSError:
            return DEFAULT_SIZE
        # On serial lines and in some containers the size is 0 × 0.
        return columns or DEFAULT_SIZE[0], lines or DEFAULT_SIZE[1]

    def paint(self, lines: Sequence[str]) -> None:
        """Show lines from the top of the screen; only changed lines are written."""
        before = self._shown
        parts = [
            # Go to the line, clear what it had, write it, and end its style.
            f"\x1b[{n};1H\x1b[K{line}\x1b[m"
            for n, line in enumerate(lines, 1)
            if n > len(before) or before[n - 1] != line
        ]
        # Clear the lines below that were shown before.
        if len(before) > len(lines):
            parts.append(f"\x1b[{len(lines) + 1};1H\x1b[J")
        self._shown = list(lines)
        self._write("".join(parts))

    def forget(self) -> None:
        """Paint everything the next time: the size changed, or another program wrote here."""
        self._shown = []
        self._write("\x1b[m\x1b[2J")

    def keys(self, timeout_s: float) -> list[str]:
        """Wait for keys; returns [] when a signal came or the time is over.

        Raises EndSignal where the terminal is gone.
        """
        if self._is_stopping:
            self.stop()
            return []
        wait_s = ESCAPE_S if self._keys.is_waiting else timeout_s
        ready, _unused, _unused = select.select([self._in, self._wake], [], [], wait_s)
        if self._wake in ready:
            with contextlib.suppress(BlockingIOError):
                # Several signals may have written: empty the pipe.
                while os.read(self._wake, 512):
                    pass
        if self._in not in ready:
            return self._keys.flush() if not ready else []
        try:
            data = os.read(self._in, 65_536)
        except OSError:
            data = b""
        if not data:
            # The end of the input: the terminal was closed, also without a SIGHUP.
            raise EndSignal(signal.SIGHUP)
        return self._keys.feed(data)

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Give the terminal to an editor or the shell for the time of the block."""
        self._give_back()
        try:
            yield
        finally:
            self._take()

    def stop(self) -> None:
        """Stop as after Ctrl-Z, until the shell brings us to the foreground again."""
        self._is_stopping = False
        with self.away():
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            # 0: the whole job, as the terminal itself does it; a program that started us stops
            # too.
            os.kill(0, signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, self._note_stop)

    def _take(self) -> None:
        self._modes = termios.tcgetattr(self._in)
        modes = termios.tcgetattr(self._in)
        # IXON would keep Ctrl-S and Ctrl-Q, ISTRIP the eighth bit that UTF-8 needs. Without
        # ISIG Ctrl-C and Ctrl-Z come as keys.
        modes[0] &= ~(termios.IXON | termios.ISTRIP)
        modes[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
        # A read returns as soon as one byte is there.
        modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
        # TCSAFLUSH drops what was typed before the list was seen: it must not decide anything.
        termios.tcsetattr(self._in, termios.TCSAFLUSH, modes)
        self._keys = Keys()
        self._shown = []
        self._write(ENTER + "\x1b[2J")

    def _give_back(self) -> None:
        if self._modes is None:
            return
        # A terminal that is gone raises an error, and needs nothing.
        with contextlib.suppress(OSError, EndSignal):
            self._write(LEAVE)
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(self._in, termios.TCSADRAIN, self._modes)
        self._modes = None

    def _write(self, text: str) -> None:
        data = text.encode(self.encoding, "replace")
        try:
            while data:
                # `os.write` may take only a part.
                data = data[os.write(self._out, data) :]
        except OSError:
            raise EndSignal(signal.SIGHUP) from None

    def _note_stop(self, number: int, frame: FrameType | None) -> None:
        self._is_stopping = True


def _end(number: int, frame: FrameType | None) -> None:
    raise EndSignal(number)


@contextlib.contextmanager
def single_keys() -> Iterator[None]:
    """Read keys one by one without echo, while Ctrl-C still works.

    Keys typed before are dropped.
    """
    modes = termios.tcgetattr(0)
    tty.setcbreak(0)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, modes)


END = ("q", "<ctrl-c>", "<ctrl-d>", "")
"""Keys that end a run of questions; "" is the end of the input."""


class Ask(Protocol):
    def __call__(self, prompt: str) -> str: ...


@contextlib.contextmanager
def asking() -> Iterator[Ask]:
    """Return a function that prints a prompt and waits for one key, in lower case.

    Keys typed ahead are kept. On a dumb terminal a line is read, and its first letter counts.
    At the end of the block the terminal is as it was, whatever happens.
    """
    if os.environ.get("TERM") == "dumb":

        def first_of_line() -> str:
            line = sys.stdin.readline()
            return (line.strip()[:1] or " ") if line else END[-1]

        yield lambda prompt: _ask(prompt, first_of_line)
        return
    keys, waiting = Keys(), list[str]()
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)

    def next_key() -> str:
        while not waiting:
            # Not by sys.stdin, whose buffer may take keys that `select` then does not see.
            data = os.read(fd, 1024)
            if not data:
                return END[-1]
            waiting.extend(keys.feed(data))
            if keys.is_waiting and not select.select([fd], [], [], ESCAPE_S)[0]:
                waiting.extend(keys.flush())
        return waiting.pop(0)

    try:
        # TCSADRAIN keeps the keys that were typed ahead.
        tty.setcbreak(fd, termios.TCSADRAIN)
        yield lambda prompt: _ask(prompt, next_key)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _ask(prompt: str, next_key: Callable[[], str]) -> str:
    *above, last = wrap(f"{prompt}:", output.width_of_terminal() - 2, "    ")
    for line in above:
        click.echo(line)
    click.echo(f"{last} ", nl=False)
    try:
        key = letter(next_key())
    except (EOFError, KeyboardInterrupt):
        key = END[-1]
    click.echo(key if len(key) == 1 and key.isprintable() else "")
    return key.lower()


Result = TypeVar("Result")


def run_until_key(work: Callable[[], Result]) -> tuple[Result | None, bool]:
    """Do long work that any key ends; returns (its result, whether a key ended it)."""
    click.echo(_("Asking the sources. Press any key to see the list as it is now."), err=True)
    try:
        with until_key():
            return work(), False
    except Cut:
        return None, True


class Cut(BaseException):
    """A key was pressed. A BaseException, so that no `except Exception` on the way handles it."""


@contextlib.contextmanager
def until_key() -> Iterator[None]:
    """Run the block; a key that is pressed meanwhile raises Cut in it.

    Ctrl-C stays KeyboardInterrupt. The key is not read; it is dropped at the end.
    """
    modes = termios.tcgetattr(0)
    stop, stopper = os.pipe()
    pressed, is_over = threading.Event(), threading.Event()
    main = threading.get_ident()

    def watch() -> None:
        ready, _unused, _unused = select.select([0, stop], [], [])
        if 0 in ready and not is_over.is_set():
            pressed.set()
            # A signal to the main thread also ends its waiting for a lock or a socket.
            signal.pthread_kill(main, signal.SIGINT)

    def cut(number: int, frame: FrameType | None) -> None:
        if not pressed.is_set():
            signal.default_int_handler(number, frame)
        # A key may come just as the work ends: then nothing is cut.
        if not is_over.is_set():
            raise Cut

    before = signal.signal(signal.SIGINT, cut)
    watcher = threading.Thread(target=watch, daemon=True)
    try:
        tty.setcbreak(0)
        watcher.start()
        yield
    finally:
        is_over.set()
        # Wakes the watching thread from its `select`, so that it ends.
        os.write(stopper, b"x")
        watcher.join()
        signal.signal(signal.SIGINT, before)
        termios.tcsetattr(0, termios.TCSAFLUSH, modes)
        os.close(stop)
        os.close(stopper)


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
