"""Lock a library for one process, and say who has it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reader.base.errors import Locked, LockedBy, ReadOnly
from reader.base.machine import command_running, is_running


@contextlib.contextmanager
def lock_file(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold a lock of the whole library; the system releases it when this process ends.

    wait: wait for another process that holds it, without an end. Else Locked is raised.
    Raises ReadOnly where the file cannot be made.
    """
    # Not at the top, to keep it out of the start-up of commands that need no lock.
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=-1 if wait else 0)
    try:
        lock.acquire()
    except Timeout:
        if holder := holder_of(path):
            raise LockedBy(file=path, command=holder.command, pid=holder.pid) from None
        raise Locked(file=path) from None
    except OSError as error:
        raise ReadOnly(file=path) from error
    try:
        with contextlib.suppress(OSError):  # a full disk; Windows lets nobody write to a lock
            path.write_text(f"{os.getpid()} {command_running()}", "utf-8")
        yield
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who took a lock: which command, in which process, when."""

    command: str
    pid: int
    since: datetime


def holder_of(path: Path) -> LockHolder | None:
    """Read who took a lock last; None where that is not known, or that process has ended."""
    try:
        pid, _, command = path.read_text("utf-8").partition(" ")
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, UnicodeDecodeError):
        return None
    is_known = command and pid.isdecimal() and is_running(int(pid))
    return LockHolder(command, int(pid), since) if is_known else None
