"""Name everything that can go wrong, with its exit code and its remedy.

    ReaderError                         1   unexpected
    ├── UsageError                      2
    ├── ConfigError                     3   feeds.toml
    │   └── NoLibrary                   3
    ├── NotFound                        4
    │   ├── NotKnown                    4
    │   ├── NotAnId                     4
    │   └── Ambiguous                   4
    ├── Incomplete                      5   done, but something is missing
    │   ├── SourceFailed                5
    │   │   └── Unreachable             5
    │   ├── PdfError                    5
    │   └── NotOpened                   5
    ├── StoreError                      6
    │   ├── Locked                      6
    │   ├── ReadOnly                    6
    │   ├── DiskFull                    6
    │   └── Damaged                     6
    └── ModelError                      7
        └── ModelMissing                7

A class's docstring is its message: `NotFound(what="2401.1")` reads "2401.1 is not in
this library." The second paragraph, where there is one, is the hint: what to do. Both are
made in the language that is spoken when the error is; other languages have theirs in
`messages/`, by the name of the class. What the program asks of an error is an attribute of
its class, never looked for in its sentence. No third-party exception leaves an adapter;
this module knows nothing of any of them.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reader.base.messages import say, spoken

Reason = Literal["", "unreachable", "no paper", "off"]
"""Why something failed, as it is stored beside its sentence and compared: no host answered, its
registry has no such paper, or looking it up is off in feeds.toml. "" for all that nobody asks."""


class ReaderError(Exception):
    """{what}"""

    exit_code = 1
    reason: Reason = ""

    def __init__(self, **values: object) -> None:
        kind = type(self)
        text = inspect.cleandoc(kind.__doc__ or "")
        if spoken() == "ja":
            from reader.base.messages.japanese.errors import ERRORS

            text = next(ERRORS[k.__name__] for k in kind.__mro__ if k.__name__ in ERRORS)
        message, _, hint = text.partition("\n\n")
        self.message = " ".join(message.split()).format_map(values)
        self.hint = " ".join(hint.split()).format_map(values)
        self.what = str(values.get("what", self.message))
        super().__init__(self.message)


class UsageError(ReaderError):
    """{what}

    {hint}
    """

    exit_code = 2


class ConfigError(ReaderError):
    """{file}, line {line}: {key}: {what}

    {hint}
    """

    exit_code = 3

    def __init__(self, *, file: object = "", line: int = 1, **values: object) -> None:
        super().__init__(file=file, line=line, **values)
        self.file, self.line = file, line


class NoLibrary(ConfigError):
    """There is no library at {where}: no feeds.toml there.

    `reader init {where}` makes one; --library or READER_LIBRARY names another.
    """


class NotFound(ReaderError):
    """{what} is not in this library.

    `reader search` finds papers by words; `reader add {what}` fetches one by its id.
    """

    exit_code = 4


class NotKnown(NotFound):
    """{what}

    {hint}
    """


class NotAnId(NotFound):
    """{what} is no arXiv id, DOI, OpenReview or ACL Anthology id, and no title or key
    here begins so.

    Paste the paper's address, or the first words of its title in quotes.
    """


class Ambiguous(NotFound):
    """{what} could be any of {n} papers: {several}.

    Type more of the title, or the id.
    """


class Incomplete(ReaderError):
    """{what}"""

    exit_code = 5

    def __init__(self, *, reason: Reason = "", **values: object) -> None:
        super().__init__(**values)
        self.reason = reason or self.reason


class SourceFailed(Incomplete):
    """{source}: {what}

    {hint}
    """

    def __init__(
        self,
        *,
        source: str,
        what: str,
        hint: str | None = None,
        reason: Reason = "",
        status: int | None = None,
        url: str = "",
        retry_at: datetime | None = None,
    ) -> None:
        """Record which source failed, and why.

        status: the HTTP status, None where there was no answer or it was not the reason.
        url: the address that answered, after redirects; "" without an answer.
        retry_at: when the server allows another try (Retry-After); None where it did not say.
        """
        hint = say("source.again") if hint is None else hint
        super().__init__(source=source, what=what, hint=hint, reason=reason)
        self.source, self.status, self.url, self.retry_at = source, status, url, retry_at


class Unreachable(SourceFailed):
    """{source}: no answer ({what})

    Is the network up? What was fetched before is all here.
    """

    reason = "unreachable"


class PdfError(Incomplete):
    """{file}: {what}

    {hint}
    """

    def __init__(self, *, file: object, what: str, hint: str = "", kind: str = "") -> None:
        """Record which PDF failed, and why.

        kind: a name that callers compare: "past the end", "no file"; "" where none does.
        """
        super().__init__(file=file, what=what, hint=hint)
        self.kind = kind

    def named(self, file: object) -> PdfError:
        """Copy the error under another file name, the one that the person knows."""
        return PdfError(file=file, what=self.what, hint=self.hint, kind=self.kind)


class NotOpened(Incomplete):
    """{what}

    Install a browser or a PDF viewer, or open it by hand; `reader open ID --print` says where
    it is.
    """


class StoreError(ReaderError):
    """{file}: {what}

    {hint}
    """

    exit_code = 6

    def __init__(self, *, file: object, **values: object) -> None:
        super().__init__(file=file, **values)
        self.file = file


class Locked(StoreError):
    """{file} is held by another process{who}.

    Wait until that one is done, or end it; nothing was changed.
    """


class ReadOnly(StoreError):
    """{file} cannot be written.

    Look at the rights of the library's folder and whether its disk is mounted read-only.
    """


class DiskFull(StoreError):
    """{file}: the disk is full.

    Make room and say it again; what was confirmed before is safe.
    """


class Damaged(StoreError):
    """{file} is no readable database: {what}

    {hint}
    """


class ModelError(ReaderError):
    """{model}: {what}

    {hint}
    """

    exit_code = 7


class ModelMissing(ModelError):
    """{model} is not on this disk: {what}

    {hint}
    """


def said_now(stored: str, reason: Reason, *, source: str) -> str:
    """Return the stored sentence of a failure in the language that is spoken now.

    Only a host that gave no answer can be told anew, without the details; a sentence of any
    other reason stays as it was stored.
    """
    if reason != "unreachable":
        return stored
    # What stands between the two values in the language that is spoken: ": no answer (".
    between = Unreachable(source="\0", what="\0").message.split("\0")[1]
    return stored if between in stored else say("stored.unreachable", source=source)


def hint_now(stored: str, reason: Reason) -> str:
    """Return the stored hint of a failure in the language that is spoken now, where it can be."""
    return Unreachable(source="", what="").hint if reason == "unreachable" else stored


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a stage could not do. subject: the paper, source or file concerned."""

    stage: str
    subject: str
    error: ReaderError
