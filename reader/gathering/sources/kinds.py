"""Define the kinds of a [[feed]], and read those that are files on this disk.

A local source is an archive or saved mails: a file, or a folder of them. A file that cannot be
read is reported, and the others are read. Never uses the network.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from reader.base.errors import SourceFailed
from reader.base.messages import Joined, Text, lazy_gettext
from reader.gathering.sources import files
from reader.gathering.sources.feed import read_entries, read_posts
from reader.gathering.sources.proceedings import read_acl, read_biorxiv, read_isca
from reader.gathering.sources.registries import read_openreview
from reader.gathering.sources.social import (
    read_bluesky,
    read_hf,
    read_hn,
    read_mastodon,
    read_reddit,
)
from reader.library.paper import Post
from reader.library.post import ListPage


class PageReader(Protocol):
    """Reads an answer into a page; raises SourceFailed for an answer of another kind.

    content_type: the header. url: the address of the answer, from which that of the next page is
    made.
    """

    def __call__(
        self, content: bytes, *, source: str, content_type: str = "", url: str = ""
    ) -> ListPage: ...


def _posts(read: Callable[..., tuple[Post, ...]]) -> PageReader:
    """Make a reader of pages of a function that returns posts alone."""

    def page(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
        return ListPage(read(content, source=source, content_type=content_type))

    return page


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: how it is read, and its description in `reader sources`.

    tried_on: whether it was ever tried on bytes that a server sent. files: patterns of the files
    that are read in a folder, where the address may be a path on this disk; () for other kinds.
    """

    read: PageReader
    tried_on: Literal["real bytes", "documented format"]
    note: str
    files: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        """Check whether the address may be a path on this disk."""
        return bool(self.files)


_REAL: Final = "real bytes"
_DOCUMENTED: Final = "documented format"

KINDS: Mapping[str, Kind] = {
    "posts": Kind(_posts(read_posts), _REAL, "RSS, Atom or JSON Feed of people who post"),
    "papers": Kind(read_entries, _REAL, "RSS, Atom or JSON Feed whose entries are papers"),
    "mastodon": Kind(_posts(read_mastodon), _REAL, "statuses as Mastodon's API gives them"),
    # Its recordings were written by hand after the real ones, by a project that uses them.
    "bluesky": Kind(_posts(read_bluesky), _DOCUMENTED, "posts as Bluesky's public API gives them"),
    "hf": Kind(read_hf, _REAL, "Hugging Face's daily papers, with votes"),
    "hn": Kind(_posts(read_hn), _DOCUMENTED, "Hacker News: search at hn.algolia.com, or hnrss"),
    "reddit": Kind(_posts(read_reddit), _REAL, "Reddit: RSS; its JSON was not tried"),
    "x-archive": Kind(
        _posts(files.read_x_archive),
        _DOCUMENTED,
        "tweets.js and like.js of an archive of X",
        files.ARCHIVE_FILES,
    ),
    "scholar": Kind(
        files.read_scholar,
        _DOCUMENTED,
        "mails of Google Scholar's alerts: .eml, mbox, or a folder of them",
        files.MAIL_FILES,
    ),
    "openreview": Kind(read_openreview, _DOCUMENTED, "a venue's notes at OpenReview"),
    "acl": Kind(read_acl, _DOCUMENTED, "a volume or event of the ACL Anthology: page, XML or .bib"),
    "isca": Kind(read_isca, _DOCUMENTED, "a conference's page of the ISCA archive"),
    "biorxiv": Kind(read_biorxiv, _DOCUMENTED, "bioRxiv's or medRxiv's API"),
}


MAX_BYTES = 500_000_000
"""The most bytes of a file; no archive of one person is longer."""


@dataclass(frozen=True, slots=True)
class Local:
    """The posts in a file or a folder.

    etag: a hash of names, sizes and times, "" where a file failed. is_unchanged: it is the same
    as before, and no file was read.
    n_missing: entries that the files announce and that could not be read.
    failures: of single files, which are named in them.
    """

    etag: str
    posts: tuple[Post, ...] = ()
    n_files: int = 0
    n_missing: int = 0
    is_unchanged: bool = False
    failures: tuple[SourceFailed, ...] = ()


def local_path(url: str, folder: Path) -> Path:
    """Compute the path of a feed's address; a relative one starts at the library's folder."""
    try:
        return folder / Path(url).expanduser()
    except RuntimeError:  # "~somebody" without a home on this machine
        return folder / url


def _short_file(file: Path, source: str) -> bytes:
    if file.stat().st_size > MAX_BYTES:
        raise _failed(source, lazy_gettext("the file is longer than {n} B", n=f"{MAX_BYTES:,}"))
    return file.read_bytes()


def read_local(path: Path, kind: Kind, *, source: str, etag: str = "") -> Local:
    """Read a file, or the files of a folder that the kind has, in the order of their names.

    etag: of the last reading. Raises SourceFailed where there is nothing to read.
    """
    try:
        files = _files(path, kind.files)
        states = [(str(file), file.stat()) for file in files]
    except (OSError, ValueError) as error:
        raise _failed(source, f"{path}: {_error_text(error)}") from error
    if not files:
        names = Joined(kind.files)
        raise _failed(
            source,
            lazy_gettext("{path} contains no file to read ({names})", path=path, names=names),
        )
    said = "".join(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n" for name, state in states)
    # surrogateescape: a name on a disk need not be UTF-8.
    state = hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    if state == etag:
        return Local(etag, n_files=len(files), is_unchanged=True)
    posts: dict[str, Post] = {}
    failures: list[SourceFailed] = []
    n_missing = 0
    for file in files:
        try:
            page = kind.read(_short_file(file, source), source=source)
        except OSError as error:
            failures.append(_failed(source, f"{file.name}: {_error_text(error)}"))
        except SourceFailed as error:
            what = Joined((file.name, error.values["what"]), ": ")
            failures.append(_failed(source, what))
        else:
            for post in page.posts:
                posts.setdefault(post.guid, post)
            n_missing += max((page.total or 0) - len(page.posts), 0)
    if failures and not posts:
        raise failures[0]
    # After a failure no state is stored, so that the next gather reads the files again.
    kept = "" if failures else state
    return Local(kept, tuple(posts.values()), len(files), n_missing, False, tuple(failures))


def _files(path: Path, patterns: Sequence[str]) -> list[Path]:
    if not path.is_dir():
        path.stat()  # raises the system's error for a missing file
        return [path]
    # An archive of X has its files in the folder `data`.
    folders = (path, path / "data") if (path / "data").is_dir() else (path,)
    found = {file for folder in folders for pattern in patterns for file in folder.glob(pattern)}
    return sorted(file for file in found if file.is_file())


def _error_text(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)


def _failed(source: str, what: Text) -> SourceFailed:
    return SourceFailed(
        source=source,
        what=what,
        hint=lazy_gettext("Is the path in feeds.toml still right? The next gather tries again."),
    )
