"""Find files below a folder, write files so that none is ever half written, lock a library for one
process, let its threads take turns, and name what a disk refuses.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import os
import shutil
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO

from reader.base.errors import DiskFull, Locked, LockedBy, ReadOnly, StoreError, os_reason
from reader.base.machine import command_running, is_running
from reader.base.messages import N_, lazy_gettext


def files_below(folder: Path, ending: str) -> Iterator[os.DirEntry[str]]:
    """Yield the files below a folder that have an ending, folder by folder.

    ending: in small letters, as ".pdf"; names may be in any case. A link that leads nowhere may
    be among them. Hidden names are left out, and names that are no UTF-8, which no row can hold.
    """
    waiting, seen = [folder], set[tuple[int, int]]()
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            within = sorted(os.scandir(here), key=lambda found: found.name)
        except OSError:
            continue  # a folder without the right to read it
        # By device and inode: a link may lead to a folder above, round and round.
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        for found in within:
            # Python shows bytes of a name that are no UTF-8 as lone surrogates.
            if found.name.startswith(".") or any("\ud800" <= c <= "\udfff" for c in found.name):
                continue
            if _is_folder(found):
                waiting.append(Path(found.path))
            elif found.name.lower().endswith(ending):
                yield found


def _is_folder(found: os.DirEntry[str]) -> bool:
    try:
        return found.is_dir()
    except OSError:
        return False  # a link that leads to itself


def write_whole(file: Path, content: bytes | BinaryIO) -> None:
    """Write a file beside its place and rename it, so that it is never there in part.

    A link stays a link: the file that it leads to is written. A file that existed keeps its
    mode. Raises StoreError.
    """
    try:
        target = real_file(file)
        make_folders(target.parent)
        delete_leftovers(target.parent, f".{glob.escape(_short(target.name))}")
        write_beside(target, content, mode=mode_of(target))
        # The rename is an entry of the folder, which a crash may lose unless it is synced too.
        sync_folder(target.parent)
    except OSError as error:
        raise disk_error(error, file) from error


def real_file(file: Path) -> Path:
    """Follow a link to the file that is to be written.

    Raises StoreError where it leads nowhere, and for what a rename would wrongly replace: a device
    or a pipe.
    """
    if not os.path.islink(file):
        is_special = os.path.exists(file) and not (os.path.isfile(file) or os.path.isdir(file))
        if is_special or not file.name:
            raise StoreError(
                file=file,
                what=lazy_gettext("this is not the name of a file"),
                hint=lazy_gettext("Name a file to write to."),
            )
        return file
    # Somebody may keep the file elsewhere, in a vault of notes, and have a link here.
    target = file
    with contextlib.suppress(OSError, RuntimeError):  # it leads nowhere, or in a circle
        target = file.resolve(strict=True)
    if target == file or not target.is_file():
        raise StoreError(
            file=file,
            what=lazy_gettext("it is a link to a file that does not exist"),
            hint=lazy_gettext(
                "Connect the disk that it points to, or delete the link; then run the command "
                "again."
            ),
        )
    return target


def disk_error(error: OSError, file: Path) -> StoreError:
    """Turn an OSError of writing a file into an error of ours, with a hint."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(file=file)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ReadOnly(file=file)
    what, hint = _OBSTACLES.get(
        error.errno or 0, (N_("{what}"), N_("Check the disk, then run the command again."))
    )
    reason = lazy_gettext(what, what=os_reason(error))
    return StoreError(file=file, what=reason, hint=lazy_gettext(hint))


_FILE_THERE = (
    N_("there is a file where its folder should be"),
    N_("Move that file away and run the command again."),
)
_OBSTACLES = {
    errno.ENAMETOOLONG: (
        N_("its name is too long for this disk"),
        N_("Use a shorter name. A topic is a folder, named in feeds.toml."),
    ),
    errno.EEXIST: _FILE_THERE,
    errno.ENOTDIR: _FILE_THERE,
    errno.EISDIR: (
        N_("there is a folder with this name"),
        N_("Move that folder away and run the command again."),
    ),
}


def mode_of(file: Path) -> int | None:
    """Read the rights of a file; None where there is none."""
    try:
        return stat.S_IMODE(file.stat().st_mode)
    except FileNotFoundError:
        return None


def write_beside(file: Path, content: bytes | BinaryIO, *, mode: int | None) -> None:
    """Write and flush a file beside its place, then rename it. Raises OSError."""
    beside = beside_of(file, "part")
    try:
        write_file(beside, content, mode=mode)
        beside.replace(file)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def write_file(file: Path, content: bytes | BinaryIO, *, mode: int | None) -> None:
    """Write and flush a file; a kill leaves it in part. Raises OSError."""

    def create(name: str, flags: int) -> int:
        return os.open(name, flags, 0o666 if mode is None else mode)

    with open(file, "wb", opener=create) as handle:
        if isinstance(content, bytes):
            handle.write(content)
        else:
            shutil.copyfileobj(content, handle)
        handle.flush()
        os.fsync(handle.fileno())  # before it is renamed, or a crash leaves an empty file
    if mode is not None:
        with contextlib.suppress(PermissionError):  # on a disk that knows no modes
            file.chmod(mode)


def beside_of(file: Path, ending: str) -> Path:
    """Name a hidden file beside another one.

    The process's id keeps two writers apart, and tells `delete_leftovers` whose file it is.
    """
    return file.with_name(f".{_short(file.name)}.{os.getpid()}.{ending}")


UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What a system, or a file system, answers that cannot do a thing at all."""


NO_LINKS = (*UNSUPPORTED, errno.EPERM, errno.EMLINK)
"""What a file system answers that has no hard links, or no more of them."""


def exchange(one: Path, other: Path) -> None:
    """Exchange two files of one disk in one step, so that what came out is known to the byte.

    Raises OSError, with a number of `UNSUPPORTED` where that cannot be done here.
    """
    _rename(one, other, 2)  # RENAME_EXCHANGE


def rename_new(source: Path, target: Path) -> None:
    """Rename a file to a name that nothing has. Raises OSError: FileExistsError where it is taken.

    A plain rename would overwrite what comes there meanwhile.
    """
    try:
        _rename(source, target, 1)  # RENAME_NOREPLACE
        return
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
    try:
        os.link(source, target)
        source.unlink()
    except OSError as error:
        # A disk without hard links. Between this look and the rename a file may still come.
        if error.errno not in NO_LINKS or os.path.lexists(target):
            raise
        source.rename(target)


def _rename(source: Path, target: Path, flag: int) -> None:
    # As Python's own renames are announced; tests save a file at this moment.
    sys.audit("os.rename", os.fspath(source), os.fspath(target), -1, -1)
    call = _renameat2()
    code = call(os.fsencode(source), os.fsencode(target), flag) if call else errno.ENOSYS
    if code:
        raise OSError(code, os.strerror(code), str(source), None, str(target))


@cache
def _renameat2() -> Callable[[bytes, bytes, int], int] | None:
    """Find Linux's rename with flags, which Python does not have; None on other systems."""
    if sys.platform != "linux":
        return None
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):  # the C library is older than glibc 2.28
        return None
    here = -100  # AT_FDCWD: names that are not absolute begin in the working directory

    def call(source: bytes, target: bytes, flag: int) -> int:
        is_done = libc.renameat2(here, source, here, target, flag) == 0
        return 0 if is_done else ctypes.get_errno()

    return call


def read_unheld(file: Path) -> tuple[bytes, bool | None]:
    """Read a file, and tell whether no program has it open for writing; None where the system
    does not say. Raises OSError."""
    with open(file, "rb", buffering=0) as handle:
        # First the question, then the look: a file without a name that others know stays so.
        is_free = _has_no_writer(handle.fileno())
        return handle.readall(), is_free


def _has_no_writer(handle: int) -> bool | None:
    if sys.platform != "linux":
        return None
    import fcntl

    try:
        # A lease for reading is refused while anybody may write. SIGURG, which does nothing, in
        # place of SIGIO: that one would end this process if somebody came just now.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return False if error.errno == errno.EAGAIN else None
    return True


def _short(name: str) -> str:
    """Return a name, or a digest of one that leaves no room for what a temporary file's has."""
    as_bytes = os.fsencode(name)
    return name if len(as_bytes) <= 230 else hashlib.sha256(as_bytes).hexdigest()


def make_folders(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it that are not there. Raises OSError.

    mode: of the folder itself.
    """
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=mode)
    # A power cut may lose a folder whose own name is not on the disk, with all that is in it.
    for one in made:
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Bring a rename to the disk; some file systems cannot be asked to."""
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # a folder with the right to write and without the right to list
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def delete_leftovers(folder: Path, name: str) -> None:
    """Delete the temporary files that killed processes left in a folder.

    name: a pattern of their names, without the process's id and ".part".
    """
    for part in leftovers(folder.glob(f"{name}.*.part")):
        part.unlink(missing_ok=True)


def leftovers(parts: Iterable[Path]) -> Iterator[Path]:
    """Select the temporary files whose process has ended. parts: named `….<process>.part`."""
    for part in parts:
        pid = part.name.split(".")[-2]
        if pid.isdecimal() and not is_running(int(pid)):
            yield part


@contextlib.contextmanager
def lock_file(
    path: Path, *, wait: bool = False, tell: Callable[[LockHolder | None], None] | None = None
) -> Iterator[None]:
    """Hold a lock of the whole library; the system releases it when this process ends.

    wait: wait for another process that holds it, without an end. Else Locked is raised.
    tell: is told before the waiting who holds it; None where that is not known.
    Raises ReadOnly where the file cannot be made.
    """
    # Not at the top, to keep it out of the start-up of commands that need no lock.
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=-1 if wait else 0)
    try:
        if wait and tell is not None:
            try:
                lock.acquire(timeout=0)
            except Timeout:
                tell(holder_of(path))
        if not lock.is_locked:
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


_TURNS: dict[Path, threading.Lock] = {}


@contextlib.contextmanager
def turn(path: Path, wait_s: float) -> Iterator[None]:
    """Let one thread of this process at a time write to a file. Raises Locked after `wait_s`.

    Whoever waits for SQLite's lock asks again ten times a second, and the one who asks first gets
    it: beside forty threads of a server a command got no turn within ten seconds.
    """
    lock = _TURNS.setdefault(path, threading.Lock())
    if not lock.acquire(timeout=wait_s):
        raise Locked(file=path)
    try:
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
