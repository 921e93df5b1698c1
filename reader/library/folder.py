"""Open a library, make a new one, check the clock of this computer, and find the papers that a
person names.

A clock that is off by more than a day would spoil a library: what it stores is in no morning, or
in one that never comes. So it is compared with what is stored, the files and the servers' time.
That time is known only while they are asked, so what they said against the clock is kept in a
file, until the clock or they say otherwise.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path

from reader.base.errors import (
    Ambiguous,
    ConfigError,
    NoLibrary,
    NotAnId,
    NotFound,
    NotKnown,
    ReaderError,
    UsageError,
    WrongClock,
    os_reason,
)
from reader.base.messages import N_, Joined, Language, lazy_gettext
from reader.base.text import plain, shorten
from reader.library.config import Config
from reader.library.disk import disk_error, make_folders, write_whole
from reader.library.feeds_file import parse
from reader.library.identity import title_fold
from reader.library.ids import parse_id, web_id
from reader.library.paper import LibraryPaper
from reader.library.place import FEEDS, check_name
from reader.library.rows import decisions, papers
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


def zone_of(folder: Path) -> tzinfo | None:
    """Read the time zone of a library that need not be whole; None, this computer's, without."""
    try:
        return parse((folder / FEEDS).read_text("utf-8")).timezone
    except (OSError, UnicodeDecodeError, ConfigError):
        return None


def template() -> str:
    """Read the text of the feeds.toml that `reader init` writes."""
    # By its path, since importlib.resources takes 8 ms to import.
    return (Path(__file__).parents[1] / FEEDS).read_text("utf-8")


_LANGUAGE = re.compile(r'^# (language = "ja")', re.MULTILINE)
"""What the template has before its language, which is left to English and the browsers."""


def make_library(folder: Path, *, now: Clock = system_clock, language: Language = "en") -> Library:
    """Make a new library from the template, and open it.

    language: written into feeds.toml, but for English, which is left to each browser.
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
    text = template()
    write_whole(file, (_LANGUAGE.sub(r"\1  ", text) if language == "ja" else text).encode())
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


class RemovedPaper(NotKnown):
    """A paper that lies in the trash."""

    def __init__(self, library: Library, paper: LibraryPaper) -> None:
        self.removal = decisions.removals(library.db, [paper.row])[0]
        self.paper = paper
        on = library.day_of(self.removal.at)
        what = lazy_gettext("Removed on {day}: {title}", day=on, title=plain(paper.record.title))
        hint = lazy_gettext(
            N_("Its PDF, note and marks were deleted. `reader add {id}` adds the paper again.")
            if self.removal.emptied_at
            else N_(
                "Until {until} `reader undo {act}` or `reader add {id}` brings it back, with PDF, "
                "note and marks."
            ),
            id=paper.record.id,
            act=self.removal.act,
            until=library.day_of(self.removal.at + decisions.TRASH_KEPT),
        )
        super().__init__(what=what, hint=hint)


def find_paper(library: Library, text: str) -> LibraryPaper:
    """Find the paper with an id in any form, a key, or a title or the beginning of one.

    Raises NotFound for an id that is not here, RemovedPaper for one in the trash, NotKnown for
    a list's number, NotAnId for another text that is neither id nor title, and Ambiguous for the
    beginning of several titles.
    """
    paper = find_any(library, text)
    if paper.is_removed:
        raise RemovedPaper(library, paper)
    return paper


def find_any(library: Library, text: str) -> LibraryPaper:
    """Find a paper as `find_paper`, also in the trash."""
    text = plain(text)
    found = parse_id(text)
    # An address without an id in it may be the page that a paper is named by.
    if found is None and text.startswith("http"):
        found = parse_id(web_id(text))
    if found is not None:
        paper = papers.paper_with_id(library.db, found.id)
        if paper is not None:
            return paper
    # Nor is it the beginning of a title: another paper would be taken.
    if re.fullmatch(r"[0-9]{1,3}", text):
        raise NotKnown(
            what=lazy_gettext(
                "{n} is only a place in a list: the next list gives it to another paper.", n=text
            ),
            hint=lazy_gettext("Use the id that stands below the title."),
        )
    every = papers.papers_named(library.db, text) if text else []
    named = [paper for paper in every if not paper.is_removed] or every
    if len(named) == 1:
        return named[0]
    if named:
        several = Joined(
            [f"{h.record.id} {shorten(plain(h.record.title), 40)}" for h in named[:3]], N_("; ")
        )
        # papers_named returns six at most: of more than five nobody knows the number.
        n = lazy_gettext(N_("{n} or more") if len(named) > 5 else N_("{n}"), n=len(named))
        raise Ambiguous(what=shorten(text, 80), n=n, several=several)
    if found is not None:
        raise NotFound(what=found.id)
    raise NotAnId(what=lazy_gettext("'{what}'", what=shorten(text, 78)))


def find_papers(library: Library, texts: Sequence[str]) -> list[LibraryPaper]:
    """Find the papers that several texts name, as `find_paper`.

    Raises UsageError where two of them are single words with which titles begin: that is how a
    title looks to whom the shell gives its words apart, and other papers would be taken.
    """
    found = [find_paper(library, text) for text in texts]
    words = [text for text, paper in zip(texts, found, strict=True) if _is_first_word(text, paper)]
    if len(words) > 1:
        raise UsageError(
            what=lazy_gettext(
                "{first} and {second} name two papers, each by the first word of its title.",
                first=repr(words[0]),
                second=repr(words[1]),
            ),
            hint=lazy_gettext(
                "Put a title in quotes: '{title}'. Name several papers by their ids.",
                title=" ".join(map(plain, texts)),
            ),
        )
    return found


def _is_first_word(text: str, paper: LibraryPaper) -> bool:
    """Check whether a text is a bare word, with which no more than a title begins."""
    # Japanese has no blanks: there a bare word may be half of a title.
    is_word = text.isascii() and not re.search(r"\s", text) and parse_id(text) is None
    is_key = (paper.key or "").casefold().startswith(text.casefold())
    return is_word and not is_key and title_fold(text) != title_fold(paper.record.title)
