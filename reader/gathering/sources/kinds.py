"""List the kinds of source that a [[feed]] can be, and what reads each, from the web or the disk.

List the kinds of source that a [[feed]] can be, and what reads each.

A dict of plain functions. What the last column of `reader sources` says of a kind stands
here too: whether it was ever tried on bytes that a server sent.

Read a source that is a file or a folder on this disk: an archive, saved mails.

Never the network. One file that cannot be read does not hide the others: it is named.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from reader.base.errors import SourceFailed
from reader.base.messages import say
from reader.gathering.sources import files
from reader.gathering.sources.feed import entry_papers, read_entries, read_posts
from reader.gathering.sources.proceedings import (
    acl_papers,
    acl_total,
    biorxiv_next,
    biorxiv_papers,
    biorxiv_total,
    isca_papers,
    read_acl,
    read_biorxiv,
    read_isca,
)
from reader.gathering.sources.registries import (
    openreview_next,
    openreview_papers,
    openreview_total,
    read_openreview,
)
from reader.gathering.sources.social import (
    hf_papers,
    read_bluesky,
    read_hf,
    read_hn,
    read_mastodon,
    read_reddit,
)
from reader.library.paper import Paper, Post


class PostReader(Protocol):
    """Turn an answer into posts; raises SourceFailed for what is not of the kind."""

    def __call__(
        self, content: bytes, *, source: str, content_type: str = ""
    ) -> tuple[Post, ...]: ...


class ReadPapers(Protocol):
    """Turn an answer into all that it says of its papers."""

    def __call__(
        self, content: bytes, *, source: str, content_type: str = ""
    ) -> tuple[Paper, ...]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of source is read.

    papers: gives the papers whole, where the answer has them: then none need be looked up.
    total: how many entries the source says there are, all pages together.
    next_url: the address of the page after one, "" after the last.
    is_local: the address may be a path; `files` are then read of a folder.
    """

    read: PostReader
    tried_on: Literal["real bytes", "documented format"]
    note: str
    papers: ReadPapers | None = None
    total: Callable[[bytes], int | None] | None = None
    next_url: Callable[[str, bytes], str] | None = None
    is_local: bool = False
    files: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "posts": Kind(read_posts, "real bytes", "RSS, Atom or JSON Feed of people who post"),
    "papers": Kind(
        read_entries,
        "real bytes",
        "RSS, Atom or JSON Feed whose entries are papers",
        papers=entry_papers,
    ),
    "mastodon": Kind(read_mastodon, "real bytes", "statuses as Mastodon's API gives them"),
    # Its recordings were written by hand after the real ones, by a project that uses them.
    "bluesky": Kind(read_bluesky, "documented format", "posts as Bluesky's public API gives them"),
    "hf": Kind(read_hf, "real bytes", "Hugging Face's daily papers, with votes", papers=hf_papers),
    "hn": Kind(read_hn, "documented format", "Hacker News: search at hn.algolia.com, or hnrss"),
    "reddit": Kind(read_reddit, "real bytes", "Reddit: RSS; its JSON was not tried"),
    "x-archive": Kind(
        files.read_x_archive,
        "documented format",
        "tweets.js and like.js of an archive of X",
        is_local=True,
        files=files.ARCHIVE_FILES,
    ),
    "scholar": Kind(
        files.read_scholar,
        "documented format",
        "mails of Google Scholar's alerts: .eml, mbox, or a folder of them",
        total=files.scholar_total,
        is_local=True,
        files=files.MAIL_FILES,
    ),
    "openreview": Kind(
        read_openreview,
        "documented format",
        "a venue's notes at OpenReview",
        papers=openreview_papers,
        total=openreview_total,
        next_url=openreview_next,
    ),
    "acl": Kind(
        read_acl,
        "documented format",
        "a volume or event of the ACL Anthology: page, XML or .bib",
        papers=acl_papers,
        total=acl_total,
    ),
    "isca": Kind(
        read_isca,
        "documented format",
        "a conference's page of the ISCA archive",
        papers=isca_papers,
    ),
    "biorxiv": Kind(
        read_biorxiv,
        "documented format",
        "bioRxiv's or medRxiv's API",
        papers=biorxiv_papers,
        total=biorxiv_total,
        next_url=biorxiv_next,
    ),
}


MAX_BYTES = 500_000_000
"""A longer file is refused: no archive of one person is that long."""


@dataclass(frozen=True, slots=True)
class Local:
    """What a file or a folder gave.

    etag: names its state, by names, sizes and times; the same one means that nothing changed
    since, and then no file was read.
    n_missing: entries that the files say they have and that could not be read.
    failures: of single files, each named.
    """

    etag: str
    posts: tuple[Post, ...] = ()
    n_files: int = 0
    n_missing: int = 0
    is_unchanged: bool = False
    failures: tuple[SourceFailed, ...] = ()


def local_path(url: str, folder: Path) -> Path:
    """Give the path that a feed's address means; a relative one is the library's."""
    try:
        return folder / Path(url).expanduser()
    except RuntimeError:  # "~somebody" who has no home here
        return folder / url


def read_local(path: Path, kind: Kind, *, source: str, etag: str = "") -> Local:
    """Read a file, or those files of a folder that the kind names, oldest name first.

    etag: what the last reading gave. Raises SourceFailed if there is nothing to read.
    """
    try:
        files = _files(path, kind.files)
        states = [(str(file), file.stat()) for file in files]
    except (OSError, ValueError) as error:
        raise _failed(source, f"{path}: {_why(error)}") from error
    if not files:
        names = say("list").join(kind.files)
        raise _failed(source, say("local.nothing", path=path, names=names))
    said = "".join(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n" for name, state in states)
    state = hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    if state == etag:
        return Local(etag, n_files=len(files), is_unchanged=True)
    posts: dict[str, Post] = {}
    failures: list[SourceFailed] = []
    n_missing = 0
    for file in files:
        try:
            content = _content(file, source)
            found = kind.read(content, source=source)
            posts.update((post.guid, post) for post in found if post.guid not in posts)
            total = kind.total(content) if kind.total else None
            n_missing += max((total or 0) - len(found), 0)
        except SourceFailed as error:
            what = f"{file.name}: {error.values.get('what', '')}"
            failures.append(_failed(source, what))
    if failures and not posts:
        raise failures[0]
    # A state with failures is none to remember: the next gather tries them again.
    kept = "" if failures else state
    return Local(kept, tuple(posts.values()), len(files), n_missing, False, tuple(failures))


def _files(path: Path, patterns: Sequence[str]) -> list[Path]:
    if not path.is_dir():
        path.stat()  # a missing file is named by the system
        return [path]
    folders = (path, path / "data") if (path / "data").is_dir() else (path,)
    found = {file for folder in folders for pattern in patterns for file in folder.glob(pattern)}
    return sorted(file for file in found if file.is_file())


def _content(file: Path, source: str) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise _failed(source, say("local.too_long", n=f"{MAX_BYTES:,}"))
        return file.read_bytes()
    except OSError as error:
        raise _failed(source, _why(error)) from error


def _why(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)


def _failed(source: str, what: str) -> SourceFailed:
    return SourceFailed(source=source, what=what, hint=say("local.hint"))
