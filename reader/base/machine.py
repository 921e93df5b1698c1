"""Ask the operating system about this machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


def n_cores() -> int:
    """Count the processor cores that this process may use; containers often allow fewer."""
    # Absent on macOS and Windows. `os.process_cpu_count` does the same from Python 3.13 on.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cache_folder() -> Path:
    """Return the folder for models: they can be fetched again and belong to no library."""
    # Imported here: 20 ms, which most commands do not need.
    import platformdirs

    return Path(platformdirs.user_cache_dir("asayomi"))


def is_running(pid: int) -> bool:
    """Check whether there is a process with an id; where nothing can tell, there is."""
    if os.name != "posix":
        return True  # on Windows signal 0 is Ctrl-C
    try:
        os.kill(pid, 0)  # which only asks
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass  # another user's process, which is alive; or a number that is no process id
    return True


_command = ""


@contextlib.contextmanager
def running(command: str) -> Iterator[None]:
    """Name the command that this process runs, for those that wait for it. command: no argument
    of it, which may be private."""
    global _command
    before, _command = _command, command
    try:
        yield
    finally:
        _command = before


def command_running() -> str:
    """Return the name of the command that this process runs, "" for none."""
    return _command


_given_umask = -1
"""The modes that new files get outside the library; -1: those of this process."""


def keep_private() -> None:
    """Let only their owner read the files and folders that this process makes from now on."""
    global _given_umask
    _given_umask = os.umask(0o077)


def given_umask() -> int:
    """Return the umask for programs that are opened for the person; -1 for this process's."""
    return _given_umask


def share_what_is_made() -> None:
    """Give files the usual modes from now on: what a person asked for may be for others."""
    if _given_umask != -1:
        os.umask(_given_umask)
