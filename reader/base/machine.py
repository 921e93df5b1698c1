"""Ask the operating system about this machine."""

from __future__ import annotations

import os


def n_cores() -> int:
    """Count the processor cores that this process may use; containers often allow fewer."""
    # Absent on macOS and Windows. `os.process_cpu_count` does the same from Python 3.13 on.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
