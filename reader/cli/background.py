"""Start work that goes on when the command and its terminal are gone.

A process of this program in a session of its own: no key and no closed terminal reaches it.
What it says goes to a file in the library. Knows nothing of the work but its command line.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from reader.library.folder import Library
from reader.library.queue import FETCH_LOG
from reader.stages.waiting import local_time

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
