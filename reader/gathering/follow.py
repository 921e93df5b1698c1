"""Add a person to feeds.toml, without a change to its other bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from reader.base.errors import ConfigError, Incomplete, ReadOnly, UsageError, os_reason
from reader.base.messages import lazy_gettext
from reader.base.text import plain
from reader.library.config import Config
from reader.library.disk import write_whole
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.identity import Certainty, matches
from reader.library.place import FEEDS
from reader.library.rows import authors

BOM = b"\xef\xbb\xbf"

LONGEST = 200


@dataclass(frozen=True, slots=True)
class FollowOutcome:
    """A person who is followed now; authors: those in the library whom the name may mean."""

    name: str
    authors: dict[str, Certainty]

    @property
    def is_ambiguous(self) -> bool:
        """Check whether several people may be meant, since several authors match."""
        return len(self.authors) > 1 or "ambiguous" in self.authors.values()


def follow(library: Library, name: str, feeds: Sequence[str] = ()) -> FollowOutcome:
    """Add a [[person]] to feeds.toml.

    feeds: addresses of their timelines or blogs. Raises UsageError for a name or an address that
    is impossible or exists already, Incomplete where the file changed meanwhile, ReadOnly or
    DiskFull.
    """
    name = plain(name)
    if not any(c.isalpha() for c in name) or len(name) > LONGEST:
        raise UsageError(
            what=lazy_gettext("{name} is not a person's name.", name=repr(name[:80])),
            hint=lazy_gettext('Write it as arXiv prints it: "Given Family".'),
        )
    # A link stays one: the file that it leads to is written.
    file = (library.folder / FEEDS).resolve()
    before = _read(file)
    config = _parsed(before)
    for person in config.people:
        if person.name == name or matches(person.name, name) == "same":
            what = lazy_gettext(
                "You follow {name} already, as {known}.", name=name, known=person.name
            )
            raise UsageError(
                what=what,
                hint=lazy_gettext(
                    "To add a feed, write it into that [[person]] in feeds.toml. Nothing was "
                    "changed."
                ),
            )
    for url in feeds:
        if any(url == feed.url for feed in config.all_feeds) or list(feeds).count(url) > 1:
            raise UsageError(
                what=lazy_gettext("{url} is a source already.", url=url),
                hint=lazy_gettext("Each address can be a source only once. Nothing was changed."),
            )
    after = with_person(before, name, feeds)
    try:
        _parsed(after)
    except ConfigError as error:
        raise UsageError(
            what=lazy_gettext("feeds.toml would not be valid: {what}.", what=error.what),
            hint=error.hint,
        ) from None
    replace_file(file, before, after)
    return FollowOutcome(name, authors.authors_like(library.db, name))


def with_person(content: bytes, name: str, feeds: Sequence[str]) -> bytes:
    """Make the bytes of a feeds.toml with one more person at its end."""
    # Bytes are only appended, with the file's own line ends, so that nothing else can change.
    text = content.removeprefix(BOM).decode()
    table = tomlkit.table()
    table["name"] = name
    if feeds:
        table["feeds"] = list(feeds)
    people = tomlkit.aot()
    people.append(table)
    added = tomlkit.dumps({"person": people}).strip("\n") + "\n"
    end = "\r\n" if "\r\n" in text else "\n"
    rest = text.replace("\r\n", "\n")
    n_missing = 2 - (len(rest) - len(rest.rstrip("\n"))) if rest.strip() else 0
    added = "\n" * max(0, n_missing) + added
    return content + added.replace("\n", end).encode()


def replace_file(file: Path, before: bytes, after: bytes) -> None:
    """Write a file, with its rights as they were, if it still has the bytes of before.

    Raises Incomplete where somebody saved it meanwhile, ReadOnly, DiskFull.
    """
    if not os.access(file, os.W_OK):
        raise ReadOnly(file=file)
    mode = file.stat().st_mode
    if _read(file) != before:
        raise Incomplete(
            what=lazy_gettext(
                "{file} changed just now. Nothing was written; run the command again.", file=file
            )
        )
    write_whole(file, after)
    file.chmod(mode)


def _parsed(content: bytes) -> Config:
    return parse(content.removeprefix(BOM).decode(), file=FEEDS)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Incomplete(
            what=lazy_gettext("{file} cannot be read: {what}.", file=file, what=os_reason(error))
        ) from error
