"""Print how far work came when a signal ends it: in one line, before the process ends."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import click

from reader.cli import output
from reader.cli.frame import INTERRUPTED
from reader.library.folder import Library


class _EndSignal(BaseException):
    """The process was told to end. No Exception: nothing on the way may take it for a failure."""


@contextlib.contextmanager
def told_when_ended(library: Library, how_far: Callable[[], str]) -> Iterator[None]:
    """Print how far the work is where SIGTERM or Ctrl-C ends it.

    The process still dies of SIGTERM; after Ctrl-C it leaves with its own exit code.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise _EndSignal

    if threading.current_thread() is not threading.main_thread():  # which alone has signals
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except _EndSignal:
        # A second one ends it at once.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        output.put(how_far(), is_error=True)
        library.db.close()
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt:
        output.put(how_far(), is_error=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)
