"""Find a library, open it, make a new one."""

from __future__ import annotations

import contextlib
import errno
import glob
import importlib.resources
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from reader.config import Config, parse
from reader.errors import ConfigError, DiskFull, NoLibrary, ReadOnly, UsageError
from reader.store.database import Database

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC: moments are kept as text and compared as such."""

FEEDS = "feeds.toml"


def system_clock() -> datetime:
    """Give the present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Library:
    """An open library: its folder, its configuration, its rows and what time it is."""

    folder: Path
    config: Config
    db: Database
    now: Clock = field(default=system_clock)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    def today(self) -> date:
        """Give the local date in the time zone of feeds.toml."""
        return self.now().astimezone(self.config.timezone).date()


def find_folder(given: Path | None, environ: Mapping[str, str], working_dir: Path) -> Path:
    """Find the library: given, else READER_LIBRARY, else the nearest parent folder that has
    a feeds.toml, else `~/reader`. It need not exist."""
    if given is not None:
        return _expanded(given)
    if named := environ.get("READER_LIBRARY"):
        return _expanded(Path(named))
    for folder in (working_dir, *working_dir.parents):
        if (folder / FEEDS).is_file():
            return folder
    return _expanded(Path("~/reader"))


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise UsageError(
            what=f"{path}: there is no such home.", hint="Write the path out."
        ) from None


def open_library(folder: Path, *, now: Clock = system_clock) -> Library:
    """Read feeds.toml and open the databases beside it, making them where they are missing.

    Raises NoLibrary, ConfigError or StoreError.
    """
    config = read_config(folder / FEEDS)
    return Library(folder, config, Database(folder), now)


def read_config(file: Path) -> Config:
    """Read one feeds.toml. Raises NoLibrary where there is none, else ConfigError."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise NoLibrary(where=file.parent, file=file, line=1, key="", what="") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            file=file, line=line, key="text", what="not UTF-8", hint="Save it as UTF-8."
        ) from None
    except OSError as error:
        raise ConfigError(
            file=file, line=1, key="file", what=str(error.strerror), hint="Look at its rights."
        ) from None
    return parse(text, file=str(file))


def template() -> str:
    """Give the feeds.toml that `reader init` writes, the working example of this project."""
    return importlib.resources.files("reader").joinpath(FEEDS).read_text("utf-8")


def make_library(folder: Path, *, now: Clock = system_clock) -> Library:
    """Make a new library from the template, and open it.

    A feeds.toml that is there already is an error: nothing is overwritten.
    """
    file = folder / FEEDS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as handle:
            handle.write(template())
    except FileExistsError:
        if not folder.is_dir():
            raise UsageError(what=f"{folder} is no folder.", hint="Name another place.") from None
        raise UsageError(
            what=f"{file} is there already.",
            hint=f"It is a library: `reader --library {folder} today`.",
        ) from None
    except NotADirectoryError:
        raise UsageError(what=f"{folder} is no folder.", hint="Name another place.") from None
    except OSError as error:
        raise ReadOnly(file=file) from error
    return open_library(folder, now=now)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file beside its place and rename it, so that it is whole or not there.

    Raises ReadOnly or DiskFull.
    """
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _sweep(file)
        with beside.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        beside.replace(file)
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise (DiskFull if is_full else ReadOnly)(file=file) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _sweep(file: Path) -> None:
    """Delete what killed processes left of this file; their ids stand in the names."""
    for part in file.parent.glob(f".{glob.escape(file.name)}.*.part"):
        pid = part.name.split(".")[-2]
        if pid.isdecimal() and not _is_running(int(pid)):
            part.unlink(missing_ok=True)


def _is_running(pid: int) -> bool:
    if os.name != "posix":
        return True  # there, signal 0 is Ctrl-C
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass  # somebody else's, or no id at all
    return True
