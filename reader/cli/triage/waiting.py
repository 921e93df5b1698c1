"""Let a person cut long work short with any key. What was done by then stays done."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
import threading
import tty
from collections.abc import Iterator
from types import FrameType


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
