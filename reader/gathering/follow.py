"""Change feeds.toml without a change to its other bytes: add a person or a list of feeds, stop
sharing topics."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import tomlkit

from reader.base.errors import (
    ConfigError,
    Incomplete,
    ReadOnly,
    UsageError,
    os_reason,
)
from reader.base.messages import in_thousands, lazy_gettext
from reader.base.text import plain
from reader.gathering.imports.feeds import LONGEST as LONGEST_LIST
from reader.gathering.imports.feeds import FollowedFeed, FollowList, SkippedLine, read_follow_list
from reader.library.config import Config, short_address
from reader.library.disk import lock_file, write_whole
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.identity import Certainty, matches
from reader.library.place import FEEDS
from reader.library.replaced import merge_late_feeds, read_feeds, replace_feeds
from reader.library.rows import papers

BOM = b"\xef\xbb\xbf"

LONGEST = 200

MOST_FEEDS = 2_000
"""The most feeds that a list may add: a gather waits two minutes for all sources together."""

ARXIV_FEEDS = (
    "rss.arxiv.org/rss", "rss.arxiv.org/atom", "export.arxiv.org/rss", "arxiv.org/rss",
)  # fmt: skip
"""Where arXiv has the feed of a class, which is asked for by arxiv.categories."""

AGAIN = 4
"""How often a file is looked at that is saved all the time."""


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
    _edit(library, lambda before: _with_new_person(before, name, feeds))
    return FollowOutcome(name, papers.authors_like(library.db, name))


def _edit(library: Library, change: Callable[[bytes], bytes]) -> None:
    """Change feeds.toml, from anew where a hand saves it meanwhile.

    change: makes its new bytes of those that it has. Raises Incomplete, ReadOnly or DiskFull.
    """
    file = library.folder / FEEDS
    if file.exists() and not os.access(file, os.W_OK):
        raise ReadOnly(file=file)
    # The lock of notes/ is that of all files that a hand edits too.
    with lock_file(library.folder / "export.lock", wait=True):
        merge_late_feeds(library.folder, library.now())
        for _ in range(AGAIN):
            before = read_feeds(library.folder)
            if replace_feeds(library.folder, library.now(), before, change(before)):
                break
        else:
            raise Incomplete(
                what=lazy_gettext(
                    "{file} changed just now. Nothing was written; run the command again.",
                    file=file,
                )
            )
        merge_late_feeds(library.folder, library.now())


def _with_new_person(before: bytes, name: str, feeds: Sequence[str]) -> bytes:
    """Add a person to the bytes of a feeds.toml. Raises UsageError as `follow` does."""
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
    _check(after)
    return after


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """What became of a list of feeds.

    brought: with the names that they have in feeds.toml. known: feeds that are sources already,
    each with that source's name. old_file: where the feeds.toml of before is, None where it is
    as it was.
    """

    brought: tuple[FollowedFeed, ...]
    known: tuple[tuple[FollowedFeed, str], ...] = ()
    left_out: tuple[SkippedLine, ...] = ()
    old_file: Path | None = None


def read_list(path: Path) -> FollowList:
    """Read a file of what somebody follows elsewhere. Raises UsageError where it is none."""
    try:
        if path.stat().st_size > LONGEST_LIST:
            what = lazy_gettext(
                "{file}: this is longer than {n} MB, which no list of feeds is",
                file=path,
                n=LONGEST_LIST // 1_000_000,
            )
            raise UsageError(what=what, hint=lazy_gettext("Is it the right file?"))
        content = path.read_bytes()
    except OSError as error:
        what = lazy_gettext("{file} cannot be read: {what}.", file=path, what=os_reason(error))
        raise UsageError(what=what, hint=lazy_gettext("Is it the right file?")) from error
    return read_follow_list(content, file=str(path))


def follow_list(library: Library, found: FollowList, *, is_dry_run: bool = False) -> ListOutcome:
    """Add the feeds of a list to feeds.toml, those that are no sources yet.

    All are added at once, or none. The file of before is kept beside it. Raises UsageError for
    more than MOST_FEEDS, Incomplete where the file changed meanwhile, ReadOnly or DiskFull.
    """
    outcome, _unused = _with_list(read_feeds(library.folder), found)
    if is_dry_run or not outcome.brought:
        return outcome
    old_file = _unused_name(library.folder / f"{FEEDS}.bak")

    def change(before: bytes) -> bytes:
        nonlocal outcome
        outcome, after = _with_list(before, found)
        write_whole(old_file, before)
        return after

    _edit(library, change)
    return replace(outcome, old_file=old_file)


def _with_list(before: bytes, found: FollowList) -> tuple[ListOutcome, bytes]:
    """Add the feeds of a list to the bytes of a feeds.toml. Raises UsageError."""
    config = _parsed(before)
    here = {_address(feed.url): feed.name for feed in config.all_feeds}
    for name in config.arxiv.categories:
        here |= {f"{place}/{name}": f"arXiv feed {name}" for place in ARXIV_FEEDS}
    names = {*here.values(), *(query.name for query in config.queries)}
    brought: list[FollowedFeed] = []
    known: list[tuple[FollowedFeed, str]] = []
    for feed in found.feeds:
        address = _address(feed.url)
        if address in here:
            known.append((feed, here[address]))
            continue
        brought.append(replace(feed, name=_free_name(feed, names)))
        here[address] = brought[-1].name
        names.add(brought[-1].name)
    if len(brought) > MOST_FEEDS:
        raise UsageError(
            what=lazy_gettext(
                "There are too many new feeds in the list: {n}.", n=in_thousands(len(brought))
            ),
            hint=lazy_gettext(
                "A morning can ask {n} at most. Remove the ones that no papers come from; nothing "
                "was changed.",
                n=in_thousands(MOST_FEEDS),
            ),
        )
    after = _with_text(before, "\n".join(_blocks(brought)))
    _check(after)
    return ListOutcome(tuple(brought), tuple(known), found.left_out), after


def _address(url: str) -> str:
    """Reduce an address to what is the same however it is written."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").removeprefix("www.")
    with contextlib.suppress(ValueError):  # port 99999
        host += f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}" if host else url


def _free_name(feed: FollowedFeed, names: Container[str]) -> str:
    """Find a name for a source that no other source has."""
    short = short_address(feed.url)
    # The names of arXiv's own channels begin with "arXiv".
    name = feed.name if feed.name and not feed.name.startswith("arXiv") else short
    tries = itertools.chain(
        [name, f"{name} ({short})"], (f"{name} {n}" for n in itertools.count(2))
    )
    return next(one for one in tries if one not in names)


def _blocks(feeds: Iterable[FollowedFeed]) -> Iterator[str]:
    """Write the tables of feeds, the name of a folder as a comment above its first one."""
    folder = ""
    for feed in feeds:
        kind = {} if feed.kind == "posts" else {"kind": feed.kind}
        values = {"name": feed.name, "url": feed.url, **kind}
        comment = f"# {feed.folder}\n" if feed.folder not in ("", folder) else ""
        folder = feed.folder
        yield comment + _table("feed", values)


def _unused_name(file: Path) -> Path:
    """Find a name beside others that is not taken: feeds.toml.bak, feeds.toml.bak2, …"""
    several = (file.with_name(f"{file.name}{n}") for n in itertools.count(2))
    return next(one for one in itertools.chain([file], several) if not one.exists())


def _check(content: bytes) -> None:
    """Check what is to be written. Raises UsageError where it would be no valid feeds.toml."""
    try:
        _parsed(content)
    except ConfigError as error:
        raise UsageError(
            what=lazy_gettext("feeds.toml would not be valid: {what}.", what=error.what),
            hint=error.hint,
        ) from None


def with_person(content: bytes, name: str, feeds: Sequence[str]) -> bytes:
    """Make the bytes of a feeds.toml with one more person at its end."""
    values: dict[str, object] = {"name": name}
    return _with_text(content, _table("person", values | ({"feeds": list(feeds)} if feeds else {})))


def _table(kind: str, values: Mapping[str, object]) -> str:
    """Write a table of a list, [[kind]]."""
    table = tomlkit.table()
    table.update(values)
    tables = tomlkit.aot()
    tables.append(table)
    return tomlkit.dumps({kind: tables}).strip("\n") + "\n"


def unshare_topics(library: Library) -> None:
    """Take `shared` out of all topics of feeds.toml. Raises as `follow` does."""
    _edit(library, _without_shared)


def _without_shared(content: bytes) -> bytes:
    document = tomlkit.parse(content.removeprefix(BOM).decode())
    for topic in document["topics"].values():
        topic.pop("shared", None)
    after = BOM * content.startswith(BOM) + tomlkit.dumps(document).encode()
    _check(after)
    return after


def _with_text(content: bytes, added: str) -> bytes:
    """Make the bytes of a feeds.toml with some lines more at its end."""
    # Bytes are only appended, with the file's own line ends, so that nothing else can change.
    text = content.removeprefix(BOM).decode()
    end = "\r\n" if "\r\n" in text else "\n"
    rest = text.replace("\r\n", "\n")
    n_missing = 2 - (len(rest) - len(rest.rstrip("\n"))) if rest.strip() else 0
    added = "\n" * max(0, n_missing) + added
    return content + added.replace("\n", end).encode()


def _parsed(content: bytes) -> Config:
    return parse(content.removeprefix(BOM).decode(), file=FEEDS)
