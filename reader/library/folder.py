"""Open a library, make a new one, and write its files so that none is ever half written."""

from __future__ import annotations

import contextlib
import errno
import glob
import importlib.resources
import os
import shlex
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from reader.base.errors import ConfigError, DiskFull, NoLibrary, ReadOnly, StoreError, UsageError
from reader.base.messages import N_, lazy_gettext
from reader.library.config import Config
from reader.library.feeds_file import parse
from reader.library.place import FEEDS
from reader.library.rows.database import Database

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC: rows keep moments as text and compare the texts."""


def system_clock() -> datetime:
    """Get the present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Library:
    """An open library: its folder, its configuration, its rows and its clock."""

    folder: Path
    config: Config
    db: Database
    now: Clock = field(default=system_clock)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.db.close()

    def today(self) -> date:
        """Get today's date in the time zone of feeds.toml."""
        return self.day_of(self.now())

    def day_of(self, moment: datetime) -> date:
        """Compute the date of a moment in the time zone of feeds.toml."""
        return moment.astimezone(self.config.timezone).date()


def open_library(
    folder: Path, *, now: Clock = system_clock, is_for_any_thread: bool = False
) -> Library:
    """Read feeds.toml and open the databases beside it; missing ones are made.

    is_for_any_thread: several threads may use it, one after the other and never two at once.
    Raises NoLibrary, ConfigError or StoreError.
    """
    config = read_config(folder / FEEDS)
    return Library(folder, config, Database(folder, is_for_any_thread=is_for_any_thread), now)


def read_config(file: Path) -> Config:
    """Read a feeds.toml.

    Raises NoLibrary where there is none, UsageError where its folder is a file, and ConfigError
    for what is wrong in it.
    """
    try:
        # utf-8-sig, since Notepad writes a byte order mark, which TOML does not have.
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise NoLibrary(where=file.parent, file=file, line=1, key="", what="") from None
    except NotADirectoryError:
        what = lazy_gettext("{folder} is not a folder.", folder=file.parent)
        raise UsageError(
            what=what, hint=lazy_gettext("A library is a folder with a feeds.toml in it.")
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        what, hint = lazy_gettext("not UTF-8"), lazy_gettext("Save it as UTF-8.")
        raise ConfigError(file=file, line=line, key="text", what=what, hint=hint) from None
    except OSError as error:
        hint = lazy_gettext("Check the permissions of the file.")
        raise ConfigError(file=file, line=1, key="file", what=error.strerror, hint=hint) from None
    return parse(text, file=str(file))


def template() -> str:
    """Read the text of the feeds.toml that `reader init` writes."""
    return importlib.resources.files("reader").joinpath(FEEDS).read_text("utf-8")


def make_library(folder: Path, *, now: Clock = system_clock) -> Library:
    """Make a new library from the template, and open it.

    Nothing is overwritten: a feeds.toml that exists is an error.
    Raises UsageError or StoreError, and then no feeds.toml was made.
    """
    file = folder / FEEDS
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(
            what=lazy_gettext("{folder} is not a folder.", folder=folder),
            hint=lazy_gettext("Name another place."),
        ) from None
    except OSError as error:
        raise disk_error(error, file) from error
    # lexists, since a link that leads nowhere counts too: writing would make the file behind it.
    if os.path.lexists(file):
        raise UsageError(
            what=lazy_gettext("{file} already exists.", file=file),
            hint=lazy_gettext(
                "This is a library already. Open it: `reader --library {folder} today`.",
                folder=shlex.quote(str(folder)),
            ),
        )
    write_whole(file, template().encode())
    return open_library(folder, now=now)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file beside its place and rename it, so that it is never there in part.

    A link stays a link: the file that it leads to is written. A file that existed keeps its
    mode. Raises StoreError.
    """
    if not file.name:
        raise StoreError(
            file=file,
            what=lazy_gettext("this is not the name of a file"),
            hint=lazy_gettext("Name a file to write to."),
        )
    try:
        target = file
        # Somebody may keep the file elsewhere, in a vault of notes, and have a link here.
        if file.is_symlink():
            with contextlib.suppress(OSError, RuntimeError):  # it leads nowhere, or in a circle
                target = file.resolve(strict=True)
            if target == file or not target.is_file():
                raise StoreError(
                    file=file,
                    what=lazy_gettext("it is a link to a file that does not exist"),
                    hint=lazy_gettext(
                        "Connect the disk that it points to, or delete the link; then run the "
                        "command again."
                    ),
                )
        target.parent.mkdir(parents=True, exist_ok=True)
        _delete_leftovers(target)
        _replace(target, content)
        # The rename is an entry of the folder, which a crash may lose unless it is synced too.
        _sync(target.parent)
    except OSError as error:
        raise disk_error(error, file) from error


def disk_error(error: OSError, file: Path) -> StoreError:
    """Turn an OSError of writing a file into an error of ours, with a hint."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(file=file)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ReadOnly(file=file)
    what, hint = _OBSTACLES.get(
        error.errno or 0, (N_("{what}"), N_("Check the disk, then run the command again."))
    )
    reason = lazy_gettext(what, what=error.strerror or str(error))
    return StoreError(file=file, what=reason, hint=lazy_gettext(hint))


_OBSTACLES = {
    errno.ENAMETOOLONG: (
        N_("its name is too long for this disk"),
        N_("Use a shorter name. A topic is a folder, named in feeds.toml."),
    ),
    errno.EEXIST: (
        N_("there is a file where its folder should be"),
        N_("Move that file away and run the command again."),
    ),
    errno.ENOTDIR: (
        N_("there is a file where its folder should be"),
        N_("Move that file away and run the command again."),
    ),
    errno.EISDIR: (
        N_("there is a folder with this name"),
        N_("Move that folder away and run the command again."),
    ),
}


def _replace(file: Path, content: bytes) -> None:
    # The process's id keeps two writers apart, and tells `_delete_leftovers` whose file it is.
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else None

    def create(name: str, flags: int) -> int:
        return os.open(name, flags, 0o666 if mode is None else mode)

    try:
        with open(beside, "wb", opener=create) as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())  # before the rename, or a crash leaves an empty file
        if mode is not None:
            with contextlib.suppress(PermissionError):  # on a disk that knows no modes
                beside.chmod(mode)
        beside.replace(file)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
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


def _delete_leftovers(file: Path) -> None:
    """Delete the temporary files that killed processes left of this file."""
    if os.name != "posix":
        return  # on Windows signal 0 is Ctrl-C
    for part in file.parent.glob(f".{glob.escape(file.name)}.*.part"):
        pid = part.name.split(".")[-2]
        try:
            # Signal 0 only asks whether the process is there.
            if pid.isdecimal():
                os.kill(int(pid), 0)
        except ProcessLookupError:
            part.unlink(missing_ok=True)
        except (PermissionError, OverflowError):
            pass  # another user's process, which is alive; or a number that is no process id
