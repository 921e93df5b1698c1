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
`phrases/`, by the name of the class. No third-party exception leaves an adapter; this
module knows nothing of any of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reader.base.messages import say, spoken


class ReaderError(Exception):
    """{what}"""

    exit_code = 1

    def __init__(self, **values: object) -> None:
        self.values: Mapping[str, object] = values
        message, _, hint = text_of(type(self)).partition("\n\n")
        self.message = " ".join(message.split()).format_map(values)
        self.hint = " ".join(hint.split()).format_map(values)
        super().__init__(self.message)


def text_of(kind: type[ReaderError]) -> str:
    """Give the message of a class, and after an empty line its hint, where it has one."""
    if spoken() == "ja":
        from reader.base.messages.japanese.errors import ERRORS

        return next(ERRORS[k.__name__] for k in kind.__mro__ if k.__name__ in ERRORS)
    return inspect.cleandoc(kind.__doc__ or "")


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


class SourceFailed(Incomplete):
    """{source}: {what}

    {hint}
    """

    def __init__(self, *, retry_at: datetime | None = None, **values: object) -> None:
        values.setdefault("hint", say("source.again"))
        super().__init__(**values)
        self.retry_at = retry_at


class Unreachable(SourceFailed):
    """{source}: no answer ({what})

    Is the network up? What was fetched before is all here.
    """


def is_unreachable(message: str) -> bool:
    """Tell whether a message that was kept is, or has within it, that of Unreachable, in
    whatever language it was said."""
    texts = [inspect.cleandoc(Unreachable.__doc__ or "")]
    if not message.isascii():
        from reader.base.messages.japanese.errors import ERRORS

        texts.append(ERRORS["Unreachable"])
    heads = (text.partition("{what}")[0].removeprefix("{source}") for text in texts)
    return any(head in message for head in heads)


class PdfError(Incomplete):
    """{file}: {what}

    {hint}
    """


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


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a stage could not do: on what, and why."""

    stage: str
    subject: str
    error: ReaderError
