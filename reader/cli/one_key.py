"""Take one key after another from a terminal that goes on printing lines.

Keys typed ahead are kept; a terminal that is dumb gives a line, of which the first letter
counts.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Iterator
from typing import Protocol

import click

from reader.cli import screen
from reader.cli.triage.terminal import CONTROLS, Keys, letter

END = ("q", "<ctrl-c>", "<ctrl-d>", "")
"""Keys that end it; "" is the end of the input."""


ESCAPE_S = 0.05
"""What an Escape waits for: the rest of a key that begins with it."""


class Ask(Protocol):
    def __call__(self, prompt: str) -> str: ...


@contextlib.contextmanager
def asking() -> Iterator[Ask]:
    """Give a function that prints a prompt and waits for one key; small letters.

    The terminal is as it was at the end, whatever happens.
    """
    if os.environ.get("TERM") == "dumb":
        yield lambda prompt: _asked(prompt, _line)
        return
    try:
        import termios
        import tty
    except ImportError:  # Windows
        yield lambda prompt: _asked(prompt, _getchar)
        return
    keys, waiting = Keys(), list[str]()
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd, termios.TCSADRAIN)
        yield lambda prompt: _asked(prompt, lambda: _key(fd, keys, waiting))
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


class _Wait(Protocol):
    def __call__(self) -> str: ...


def _asked(prompt: str, wait: _Wait) -> str:
    *above, last = screen.wrap(f"{prompt}:", screen.width_of_terminal() - 2, "    ")
    for line in above:
        click.echo(line)
    click.echo(f"{last} ", nl=False)
    try:
        key = letter(wait())
    except (EOFError, KeyboardInterrupt):
        key = END[-1]
    click.echo(key if len(key) == 1 and key.isprintable() else "")
    return key.lower()


def _key(fd: int, keys: Keys, waiting: list[str]) -> str:
    while not waiting:
        data = os.read(fd, 1024)
        if not data:
            return END[-1]
        waiting += keys.feed(data)
        if keys.is_waiting and not select.select([fd], [], [], ESCAPE_S)[0]:
            waiting += keys.flush()
    return waiting.pop(0)


def _getchar() -> str:
    char = click.getchar()
    return CONTROLS.get(char, char)


def _line() -> str:
    line = sys.stdin.readline()
    return (line.strip()[:1] or " ") if line else END[-1]
