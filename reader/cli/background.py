"""Start work that outlives the command, and say how far long work is as lines of JSON.

A process of this program in a session of its own: no key and no closed terminal reaches it.
What it says goes to a file in the library. Knows nothing of the work but its command line.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reader.base.errors import Problem, ReaderError
from reader.base.text import plain
from reader.cli import output
from reader.cli.build import Silent
from reader.library.failures import local_time
from reader.library.folder import Library
from reader.morning.pick import FETCH_LOG

LARGEST_LOG = 65_536
"""Bytes from which on the log begins anew."""


def start(library: Library, command: Sequence[str]) -> bool:
    """Start `reader COMMAND` on a library; False where that is not possible here.

    Where it cannot be started nothing is lost: the next gather does the same.
    """
    if os.name != "posix":
        return False
    file = library.folder / FETCH_LOG
    try:
        is_large = file.exists() and file.stat().st_size > LARGEST_LOG
        with file.open("wb" if is_large else "ab") as log:
            head = f"{local_time(library, library.now())} reader {' '.join(command)}\n"
            log.write(head.encode())
            log.flush()
            subprocess.Popen(  # noqa: S603  this program, no shell
                [
                    sys.executable,
                    "-m",
                    "reader",
                    "--library",
                    str(library.folder.absolute()),
                    *command,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
    except OSError:
        return False
    return True


OFTEN_S = 0.2
"""A step with many items says no more than five lines a second."""


@dataclass
class Lines(Silent):
    """Prints `{step, done, total}` for each step as it goes on."""

    monotonic: Callable[[], float] = time.monotonic
    _last: tuple[str, float] = field(default=("", 0.0))

    def __call__(self, label: str, done: int, total: int) -> None:
        before, at = self._last
        now = self.monotonic()
        if label == before and done < total and now - at < OFTEN_S:
            return
        self._last = (label, now)
        output.put_json({"step": label, "done": done, "total": total})


def put_end(n_new: int, problems: Sequence[Problem], error: ReaderError | None = None) -> None:
    """Print the last line: what came, what could not be done, and what stopped the rest."""
    output.put_json(
        {
            "n_new": n_new,
            "problems": [
                {"stage": one.stage, "subject": plain(one.subject), **_said(one.error)}
                for one in problems
            ],
            "error": _said(error) if error else None,
        }
    )


def _said(error: ReaderError) -> dict[str, str]:
    return {"message": plain(error.message), "hint": plain(error.hint)}
