"""Open a library, and make a new one."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from reader.base.errors import ConfigError, NoLibrary, ReaderError, UsageError, os_reason
from reader.base.messages import lazy_gettext
from reader.library.clock import wrong_clock
from reader.library.config import Config
from reader.library.disk import disk_error, make_folders, write_whole
from reader.library.feeds_file import parse
from reader.library.place import FEEDS, check_name
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

    def refusal(self) -> ReaderError | None:
        """Return why nothing can be recorded now, None where it can."""
        return self.db.refusal() if self.db.can_write else self.db.no_write(self.folder)

    @property
    def backups(self) -> Path:
        """Get the folder for archives that feeds.toml names."""
        return self.folder / Path(self.config.backup.folder).expanduser()

    def today(self) -> date:
        """Get today's date in the time zone of feeds.toml."""
        return self.day_of(self.now())

    def day_of(self, moment: datetime) -> date:
        """Compute the date of a moment in the time zone of feeds.toml."""
        return moment.astimezone(self.config.timezone).date()

    def local(self, moment: datetime) -> str:
        """Write a moment, to the minute, in the time zone of feeds.toml."""
        return f"{moment.astimezone(self.config.timezone):%Y-%m-%d %H:%M}"


def open_library(
    folder: Path, *, now: Clock = system_clock, is_for_any_thread: bool = False
) -> Library:
    """Read feeds.toml and open the databases beside it; missing ones are made.

    is_for_any_thread: several threads may use it, one after the other and never two at once.
    Raises NoLibrary, UsageError, ConfigError or StoreError.
    """
    check_name(folder)
    config = read_config(folder / FEEDS)

    def back_up(layout: int) -> Path:
        # Imported here: a new layout comes seldom.
        from reader.library.backup import back_up_layout

        return back_up_layout(folder, layout, now=now())

    db = Database(folder, is_for_any_thread=is_for_any_thread, before_migration=back_up)
    library = Library(folder, config, db, now)
    is_system = now is system_clock
    db.guard = partial(wrong_clock, db, folder, now, config.timezone, is_system=is_system)
    return library


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
        raise ConfigError(file=file, line=1, key="file", what=os_reason(error), hint=hint) from None
    return parse(text, file=str(file))


def template() -> str:
    """Read the text of the feeds.toml that `reader init` writes."""
    # By its path, since importlib.resources takes 8 ms to import.
    return (Path(__file__).parents[1] / FEEDS).read_text("utf-8")


def make_library(folder: Path, *, now: Clock = system_clock) -> Library:
    """Make a new library from the template, and open it.

    Nothing is overwritten: a feeds.toml that exists is an error.
    Raises UsageError or StoreError, and then no feeds.toml was made.
    """
    check_name(folder)
    file = folder / FEEDS
    try:
        make_folders(folder)
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
