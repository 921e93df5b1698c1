"""Name everything that can go wrong, with its exit code and its remedy.

    ReaderError                         1   unexpected
    ├── UsageError                      2
    │   └── QueryError                  2
    ├── ConfigError                     3   feeds.toml
    │   └── NoLibrary                   3
    ├── NotFound                        4
    │   ├── NotKnown                    4
    │   ├── NotAnId                     4
    │   └── Ambiguous                   4
    ├── Incomplete                      5   done, but something is missing
    │   ├── SourceFailed                5
    │   │   ├── OutOfTime               5
    │   │   └── Unreachable             5
    │   ├── PdfError                    5
    │   ├── NotSent                     5
    │   └── NotOpened                   5
    ├── ClockRepair                     0   done: something wrong was put right
    ├── StoreError                      6
    │   ├── Locked                      6
    │   │   └── LockedBy                6
    │   ├── ReadOnly                    6
    │   ├── DiskFull                    6
    │   ├── WrongClock                  6
    │   └── Damaged                     6
    └── ModelError                      7
        └── ModelMissing                7

`message_text` of a class is its message: `NotFound(what="2401.1")` reads "2401.1 is not in
this library." `hint_text` says what to do; it may be empty. An error keeps these texts and its
values, and is put into words when it is shown, in the language of whoever reads it. What the
program asks of an error is an attribute, never looked for in its sentence. No third-party
exception leaves an adapter; this module knows none of them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from reader.base.messages import N_, Text, lazy_gettext

Reason = Literal["", "unreachable", "no paper", "off"]
"""Why something failed, as it is stored beside its sentence and compared: no host answered, its
registry has no such paper, or looking it up is off in feeds.toml. "" for all that nobody asks."""


class ReaderError(Exception):
    """An error that this program reports, with a remedy and an exit code."""

    message_text: ClassVar[str] = "{what}"
    hint_text: ClassVar[str] = ""
    exit_code = 1
    reason: Reason = ""

    def __init__(self, **values: object) -> None:
        """Keep what the message is made of. values: texts, numbers, paths, or messages."""
        super().__init__()
        self.values: dict[str, Any] = values
        # A value that is missing is a mistake of the caller: it is seen here, not when it is shown.
        (self.message_text + self.hint_text).format_map(values)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Let another process raise it: an exception is made anew of its positional values."""
        return functools.partial(type(self), **self.values), (), self.__dict__

    @property
    def message(self) -> str:
        """What happened, in the language that is spoken now."""
        # The last value may be empty, and then a blank stands before it.
        return str(lazy_gettext(self.message_text, **self.values)).rstrip()

    @property
    def hint(self) -> str:
        """What to do about it, in the language that is spoken now; "" for nothing."""
        return str(lazy_gettext(self.hint_text, **self.values))

    @property
    def what(self) -> str:
        """What the caller named, in the language that is spoken now; else the message."""
        return str(self.values.get("what", self.message))


class UsageError(ReaderError):
    """A command line or a form that asks for something impossible."""

    message_text = "{what}"
    hint_text = "{hint}"
    exit_code = 2


class QueryError(UsageError):
    """A query of a search whose operators or brackets make no sense."""

    message_text = N_("The query cannot be read at “{part}” (character {at}): {what}.")


class ConfigError(ReaderError):
    """A mistake in a line of feeds.toml."""

    message_text = N_("{file}, line {line}: {key}: {what}")
    hint_text = "{hint}"
    exit_code = 3

    def __init__(self, *, file: object = "", line: int = 1, **values: object) -> None:
        super().__init__(file=file, line=line, **values)
        self.file, self.line = file, line


class NoLibrary(ConfigError):
    """A folder that has no feeds.toml."""

    message_text = N_("There is no library at {where}: no feeds.toml there.")
    hint_text = N_(
        "Make one with `reader init {where}`, or name another with --library or READER_LIBRARY."
    )


class NotFound(ReaderError):
    """A paper that is not in the library."""

    message_text = N_("{what} is not in this library.")
    hint_text = N_(
        "`reader search` finds papers by words; `reader add {what}` fetches one by its id."
    )
    exit_code = 4


class NotKnown(NotFound):
    """Anything else that is not there: a topic, a picture, a page; or a paper, and why."""

    message_text = "{what}"
    hint_text = "{hint}"


class NotAnId(NotFound):
    """A text that names no paper."""

    message_text = N_(
        "{what} is not an id of arXiv, OpenReview or the ACL Anthology, nor a DOI, and no title "
        "or key in this library begins with it."
    )
    hint_text = N_(
        "Paste the paper's address, or the first words of its title in quotes; `reader search` "
        "finds it by an author's name or by other words."
    )


class Ambiguous(NotFound):
    """A text that names several papers."""

    message_text = N_("{what} could be any of {n} papers: {several}.")
    hint_text = N_("Type more of the title, or the id.")


class Incomplete(ReaderError):
    """Something that was done in part: the rest is missing or failed."""

    exit_code = 5

    def __init__(self, *, reason: Reason = "", **values: object) -> None:
        super().__init__(**values)
        self.reason = reason or self.reason


class SourceFailed(Incomplete):
    """A source that gave no usable answer."""

    message_text = "{source}: {what}"
    hint_text = "{hint}"

    def __init__(
        self,
        *,
        source: Text,
        what: Text,
        hint: Text | None = None,
        reason: Reason = "",
        status: int | None = None,
        url: str = "",
        retry_at: datetime | None = None,
        served_at: datetime | None = None,
    ) -> None:
        """Record which source failed, and why.

        status: the HTTP status, None where there was no answer or it was not the reason.
        url: the address that answered, after redirects; "" without an answer.
        retry_at: when the server allows another try (Retry-After); None where it did not say.
        served_at: the server's own time, None where it did not say.
        """
        hint = lazy_gettext("The next gather tries again.") if hint is None else hint
        super().__init__(source=source, what=what, hint=hint, reason=reason)
        self.source, self.status, self.url, self.retry_at = source, status, url, retry_at
        self.served_at = served_at


class OutOfTime(SourceFailed):
    """A source that did not answer within the time that a gather has for all of them."""

    def __init__(self, *, was_asked: bool = True, **values: Any) -> None:
        """Name the source. was_asked: False where the time was over before its turn."""
        super().__init__(**values)
        self.was_asked = was_asked


class Unreachable(SourceFailed):
    """A source whose host did not answer."""

    message_text = N_("{source}: no answer ({what})")
    hint_text = N_("Is the network up? Everything that was fetched before is still here.")
    reason = "unreachable"


class PdfError(Incomplete):
    """A PDF that could not be fetched or read."""

    message_text = "{file}: {what}"
    hint_text = "{hint}"

    def __init__(self, *, file: object, what: Text, hint: Text = "", kind: str = "") -> None:
        """Record which PDF failed, and why.

        kind: a name that callers compare: "past the end", "no file"; "" where none does.
        """
        super().__init__(file=file, what=what, hint=hint)
        self.kind = kind

    def named(self, file: object) -> PdfError:
        """Copy the error under another file name, the one that the person knows."""
        return PdfError(**{**self.values, "file": file}, kind=self.kind)


class NotSent(Incomplete):
    """A mail that did not leave, or of which nobody knows whether it did."""

    message_text = "{place}: {what}"
    hint_text = "{hint}"


class NotOpened(Incomplete):
    """A file or an address that no program opened."""

    hint_text = N_(
        "Install a browser or a PDF viewer, or open it yourself: `reader open ID --print` shows "
        "where it is."
    )


class ClockRepair(ReaderError):
    """Something wrong that was found, put right and is only told."""

    exit_code = 0


class StoreError(ReaderError):
    """A file of the library that could not be read or written."""

    message_text = "{file}: {what}"
    hint_text = "{hint}"
    exit_code = 6

    def __init__(self, *, file: object, **values: object) -> None:
        super().__init__(file=file, **values)
        self.file = file


class Locked(StoreError):
    """A file that another process is using."""

    message_text = N_("{file} is in use by another process.")
    hint_text = N_("Wait until that process is done, or end it. Nothing was changed.")


class LockedBy(Locked):
    """A file that another process is using, of which is known what it runs."""

    message_text = N_("{file} is in use by `{command}` (process {pid}).")


class ReadOnly(StoreError):
    """A file that may not be written."""

    message_text = N_("{file} cannot be written.")
    hint_text = N_(
        "Check the permissions of the library's folder, and whether its disk is mounted read-only."
    )


class DiskFull(StoreError):
    """A disk without space."""

    message_text = N_("{file}: the disk is full.")
    hint_text = N_(
        "Free some space and run the command again. Everything that was confirmed before is safe."
    )


class WrongClock(StoreError):
    """A clock that contradicts what is stored, the files or the servers."""

    message_text = "{what}"
    hint_text = N_(
        "Nothing is recorded. Set the clock of this computer, or unset READER_NOW. If it is right, "
        "`reader gather` asks the servers for the time and mends what is stored."
    )

    def __init__(self, *, what: Text) -> None:
        super().__init__(file="", what=what)


class Damaged(StoreError):
    """A database that SQLite cannot read."""

    message_text = N_("{file} is not a readable database: {what}")
    hint_text = "{hint}"


class ModelError(ReaderError):
    """An encoder that cannot be used."""

    message_text = "{model}: {what}"
    hint_text = "{hint}"
    exit_code = 7


class ModelMissing(ModelError):
    """An encoder that is not on this disk."""

    message_text = N_("{model} is not on this disk: {what}")


def is_unasked(error: ReaderError) -> bool:
    """Check whether the time was over before anybody was asked: nothing failed then."""
    return isinstance(error, OutOfTime) and not error.was_asked


def os_reason(error: OSError) -> Text:
    """Return the system's reason of an error, in the language spoken where it is a usual one."""
    text = error.strerror or str(error)
    return lazy_gettext(text) if text in _OS_REASONS else text


_OS_REASONS = {
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File name too long"),
    N_("Too many levels of symbolic links"),
    N_("Read-only file system"),
    N_("Input/output error"),
    N_("Cannot assign requested address"),
}
"""What Linux and macOS say; the system itself has no Japanese for it here."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a stage could not do. subject: the paper, source or file concerned."""

    stage: str
    subject: str
    error: ReaderError
