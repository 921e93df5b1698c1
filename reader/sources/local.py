"""Read a source that is a file or a folder on this disk: an archive, saved mails.

Never the network. One file that cannot be read does not hide the others: it is named.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reader.errors import SourceFailed
from reader.paper import Post
from reader.phrases import say
from reader.sources.kinds import Kind

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
