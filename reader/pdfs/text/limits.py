"""Limit the process that reads PDFs, before it opens one.

A file that took over MuPDF would run its own code here, as this user. It gets no network, no
further processes and no file to write. What this system cannot hold back is told to the caller,
and `reader doctor` says it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys

if sys.platform != "win32":
    import resource

MAX_FILES = 64
"""Open files: the PDF, the pipes, and what tesseract opens."""
MAX_PROCESSES = 16
"""Processes and threads of one worker: itself and its tesseract."""

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES, _DUMPABLE = 38, 4
_LANDLOCK = 444
"""The first of Landlock's three system calls, which have the same numbers on every machine."""


def restrict(max_bytes: int) -> list[str]:
    """Set every limit that this system has; returns what is still open, as `doctor` names it."""
    if sys.platform == "win32":
        return ["memory", "processes", "network", "writing"]
    still_open = [] if limit(resource.RLIMIT_AS, max_bytes) else ["memory"]
    limit(resource.RLIMIT_NOFILE, MAX_FILES)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, 0)
    if sys.platform != "linux":
        return [*still_open, "processes", "network", "writing"]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    has_network = libc.unshare(_NEW_NET) != 0
    is_namespace = has_network and libc.unshare(_NEW_USER | _NEW_NET) == 0
    # Only a namespace of its own has a count of its own: elsewhere the user's other processes
    # count too. Root has no such limit at all.
    if not is_namespace or not os.getuid() or not limit(resource.RLIMIT_NPROC, MAX_PROCESSES):
        still_open.append("processes")
    # Beside a namespace too: it has no say in sockets that are files, such as that of a desktop.
    if not _refuse_sockets() and has_network and not is_namespace:
        still_open.append("network")
    if not _refuse_writing(libc):
        still_open.append("writing")
    _drop_rights(libc)
    libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    return still_open


def limit(what: int, most: int, *, for_good: bool = True) -> bool:
    """Set a limit of this process where it has a higher one; returns whether it holds.

    for_good: the process cannot raise it again.
    """
    if sys.platform == "win32":
        return False
    hard = resource.getrlimit(what)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    # macOS has the limit of memory, but refuses to set it.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (soft, soft if for_good else hard))
        return True
    return False


def _refuse_sockets() -> bool:
    """Refuse sockets of every kind, where pyseccomp is installed."""
    try:
        import pyseccomp

        calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        # io_uring opens sockets too; without a namespace the caller's memory is within reach.
        for call in ("socket", "io_uring_setup", "ptrace", "process_vm_readv", "process_vm_writev"):
            calls.add_rule(pyseccomp.ERRNO(errno.EPERM), call)
        calls.load()
    except (ImportError, RuntimeError, OSError):  # RuntimeError: without the library libseccomp
        return False
    return True


def _refuse_writing(libc: ctypes.CDLL) -> bool:
    """Refuse to make, change, rename or delete any file, and to look into other processes."""
    # https://docs.kernel.org/userspace-api/landlock.html: what is named here and given to no
    # folder is refused everywhere. Version 2 can name links between folders, 3 cutting a file,
    # 6 sockets of other processes and signals to them.
    version = libc.syscall(_LANDLOCK, None, 0, 1)
    if version < 1:
        return False
    writing = 0b1_1111_1111_0010 | (version >= 2) << 13 | (version >= 3) << 14
    rules = (ctypes.c_uint64 * 3)(writing, 0, 0b11)
    ruleset = libc.syscall(_LANDLOCK, rules, 24 if version >= 6 else 8, 0)
    return bool(ruleset >= 0 and libc.syscall(_LANDLOCK + 2, ruleset, 0) == 0)


def _drop_rights(libc: ctypes.CDLL) -> None:
    """Give up what root may, and what a namespace's maker may in it, but for reading all files."""
    reading = 0b110 if not os.getuid() else 0  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    libc.capset(header, (ctypes.c_uint32 * 6)(reading, reading))
