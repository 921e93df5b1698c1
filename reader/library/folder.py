"""Open a library, make a new one, and check the clock of this computer.

A clock that is off by more than a day would spoil a library: what it stores is in no morning, or
in one that never comes. So it is compared with what is stored, the files and the servers' time.
That time is known only while they are asked, so what they said against the clock is kept in a
file, until the clock or they say otherwise.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path

from reader.base.errors import (
    ConfigError,
    NoLibrary,
    ReaderError,
    UsageError,
    WrongClock,
    os_reason,
)
from reader.base.messages import N_, lazy_gettext
from reader.library.config import Config
from reader.library.disk import disk_error, make_folders, write_whole
from reader.library.feeds_file import parse
from reader.library.place import FEEDS, check_name
from reader.library.rows.database import Database
from reader.library.rows.moments import EARLIEST, OFF, last_stored

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


CLOCK_FILE = "clock.json"
"""The file with what the servers said against the clock: two moments, theirs and the clock's."""


def wrong_clock(
    db: Database, folder: Path, now: Clock, zone: tzinfo, *, is_system: bool
) -> WrongClock | None:
    """Find what contradicts the clock; None where nothing does.

    is_system: the clock is that of this computer. One that is played for a replay (READER_NOW)
    is older than the files of its library, and that is right.
    """
    at = now()
    if at < EARLIEST:
        return _clock_error(
            N_("The clock says {now}: that is before this program was written."), at, zone
        )
    stored = last_stored(db)
    if stored and stored > at + OFF:
        text = N_("The clock says {now}, but this library was last written to at {then}.")
        return _clock_error(text, at, zone, stored)
    if is_system and (saved := _saved_at(folder)) and saved > at + OFF:
        text = N_("The clock says {now}, but feeds.toml was saved at {then}.")
        return _clock_error(text, at, zone, saved)
    theirs, ours = _servers_said(folder)
    # Behind: until the clock has passed their time. Ahead: until it was set back.
    if theirs and ours and (at < theirs - OFF if ours < theirs else at > ours - OFF):
        return servers_say(at, theirs + max(at - ours, timedelta()), zone)
    return None


def servers_say(now: datetime, theirs: datetime, zone: tzinfo) -> WrongClock:
    """Make the error for a clock that the servers contradict."""
    return _clock_error(N_("The clock says {now}, but the servers say {then}."), now, zone, theirs)


def _clock_error(
    text: str, now: datetime, zone: tzinfo, then: datetime | None = None
) -> WrongClock:
    """Make the error with its moments in a time zone. text: a marked text."""
    shown = {
        name: f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
        for name, at in (("now", now), ("then", then))
        if at is not None
    }
    return WrongClock(what=lazy_gettext(text, **shown))


def keep_said(folder: Path, theirs: datetime | None, ours: datetime) -> None:
    """Keep the servers' time against the clock's; None: they agree, and nothing is kept."""
    file = folder / CLOCK_FILE
    # Without the file only the next commands know less: it is no reason to fail.
    with contextlib.suppress(OSError):
        if theirs is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(json.dumps([theirs.isoformat(), ours.isoformat()]), "utf-8")


def set_right(folder: Path, now: datetime) -> None:
    """Forget what speaks against a clock that is right: what servers said, and feeds.toml's time.

    The file was saved while the clock was ahead.
    """
    keep_said(folder, None, now)
    if (saved := _saved_at(folder)) and saved > now + OFF:
        with contextlib.suppress(OSError):
            os.utime(folder / FEEDS, (now.timestamp(), now.timestamp()))


def _servers_said(folder: Path) -> tuple[datetime | None, datetime | None]:
    try:
        theirs, ours = map(datetime.fromisoformat, json.loads((folder / CLOCK_FILE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None, None
    return theirs, ours


def _saved_at(folder: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp((folder / FEEDS).stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None
