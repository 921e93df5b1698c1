"""Replace and remove files that a person edits too, and keep what comes out.

Between the moment when a file is read and the moment when another one takes its place an editor
may save it, and a program that has it open may write into it later still. So the old file is
taken out whole, in the step that puts the new one in, and compared afterwards: at once, and by
the next run. What is in it beside the words that were read is the caller's to merge.

    .reader/replaced/<moment>/out/notes/bees.md     the file that came out
    .reader/replaced/<moment>/read/notes/bees.md    the bytes that were read before

On Linux most files are deleted at once: the system says that no program has them open. What may
be written to yet stays until that ends, a week at most. One process at a time works here: the
caller has a lock.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from reader.base.errors import Incomplete, ReaderError, os_reason
from reader.base.messages import lazy_gettext
from reader.library.disk import (
    NO_LINKS,
    UNSUPPORTED,
    beside_of,
    disk_error,
    exchange,
    make_folders,
    mode_of,
    read_unheld,
    real_file,
    rename_new,
    sync_folder,
    write_beside,
    write_file,
)
from reader.library.place import FEEDS

ROOT = ".reader/replaced"

OUT, READ = "out", "read"

KEPT_FOR = timedelta(days=7)
"""As long a file is kept that a program has open, or may have: some shares never say."""

_MOMENT = "%Y-%m-%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that came out, and has other bytes than were read.

    file: where it is now. path: where it was, from the library's folder. content: its bytes.
    before: what was read; None where a run was killed before it wrote that down. record: where
    that is written.
    """

    file: Path
    path: str
    content: bytes
    before: bytes | None
    record: Path


class Replacer:
    """Puts files in place of others, and removes some, for one run."""

    def __init__(self, library: Path, now: datetime) -> None:
        self._library = library
        self._moment = f"{now.astimezone(UTC):{_MOMENT}}"
        self._run: Path | None = None
        self._out: list[tuple[Path, Path, bytes]] = []
        self._folders: set[Path] = set()

    def put(self, path: str, content: bytes, before: bytes | None) -> bool:
        """Write a file whole, and take out the one that is there.

        before: what was read there, None for no file. Returns False, and changes nothing, where a
        file is gone or came meanwhile. A link stays one, and a file keeps its rights. Raises
        StoreError.
        """
        file = self._library / path
        write = partial(write_file, content=content, mode=None)
        try:
            target = real_file(file)
            place, record = self._places(path)
            is_put = put_in(place, target, write, is_new=before is None)
        except OSError as error:
            raise disk_error(error, file) from error
        if is_put and before is not None:
            self._out.append((place, record, before))
        return is_put

    def remove(self, path: str, before: bytes) -> bool:
        """Take a file away. Returns False where it was not as it was read: then it stays.

        Of a link only the link goes. Raises StoreError.
        """
        file = self._library / path
        try:
            if file.is_symlink():
                file.unlink()
                return True
            place, record = self._places(path)
            take_out(place, file)
            if place.read_bytes() != before:
                with contextlib.suppress(FileExistsError):  # somebody has made the file anew
                    rename_new(place, file)
                    return False
            self._out.append((place, record, before))
        except FileNotFoundError:
            pass  # somebody was faster
        except OSError as error:
            raise disk_error(error, file) from error
        return True

    def settle(self) -> bool:
        """Compare what came out since the last call, and delete what is as it was read.

        The rest stays, with what was read beside it. Returns whether something has changed, which
        `kept_files` finds. Raises StoreError.
        """
        is_changed = False
        out, self._out = self._out, []
        for place, record, before in out:
            try:
                content, is_free = read_unheld(place)
                is_same = content == before
                if is_free and is_same:
                    place.unlink()
                else:
                    _record(record, before)
                is_changed |= not is_same
            except FileNotFoundError:
                continue  # a disk that could keep nothing
            except OSError as error:
                raise disk_error(error, place) from error
        return is_changed

    def end(self) -> bool:
        """Settle for the last time, and remove the folders that are empty now."""
        is_changed = self.settle()
        for folder in self._folders:
            drop_empty(folder)
        self._folders.clear()
        return is_changed

    def _places(self, path: str) -> tuple[Path, Path]:
        """Choose where a file goes that comes out, and where is written what was read of it."""
        root = self._library / ROOT
        # A file outside of the library is kept by its path from the root.
        path = Path(path).relative_to(Path(path).anchor).as_posix()
        # Another folder for a second file of this name: nothing that is kept is overwritten.
        if self._run is None or os.path.lexists(self._run / OUT / path):
            # What is replaced is for nobody else's eyes, whatever rights its own folder had.
            root.parent.mkdir(mode=0o700, exist_ok=True)
            more = (f"{self._moment}-{n}" for n in itertools.count(2))
            names = itertools.chain([self._moment], more)
            self._run = next(root / name for name in names if not (root / name).exists())
        place = self._run / OUT / path
        if place.parent not in self._folders:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(place.parent)
        return place, self._run / READ / path


def put_in(place: Path, target: Path, write: Callable[[Path], object], *, is_new: bool) -> bool:
    """Write a file at a place, and exchange it with the target, which is at that place then.

    is_new: there is no target yet. Returns False where it is gone, or came, meanwhile. The
    target's rights stay. Raises OSError, and what `write` raises.
    """
    make_folders(target.parent)
    try:
        is_put = _swap(place, target, write, is_new=is_new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # A link to another disk, where nothing can be exchanged with the library's.
        beside = beside_of(target, "replaced")
        is_put = _swap(beside, target, write, is_new=is_new)
        _move_to_disk(beside, place)
    sync_folder(target.parent)
    return is_put


def take_out(place: Path, file: Path) -> None:
    """Move a file to a place, which may be on another disk. Raises OSError."""
    try:
        file.rename(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = beside_of(file, "replaced")
        file.rename(beside)
        _move_to_disk(beside, place)


def _swap(place: Path, target: Path, write: Callable[[Path], object], *, is_new: bool) -> bool:
    try:
        mode = mode_of(target)
        write(place)
        if mode is not None:
            with contextlib.suppress(PermissionError):  # on a disk that knows no modes
                place.chmod(mode)
        _give_group(place, target.parent if is_new else target)
        if is_new:
            rename_new(place, target)
        else:
            _exchange(place, target)
    except BaseException as error:
        place.unlink(missing_ok=True)
        if isinstance(error, (FileNotFoundError, FileExistsError)):
            return False
        raise
    return True


def _give_group(file: Path, other: Path) -> None:
    """Give a file the group that it has, or would get where it goes: many share a folder so."""
    status = other.lstat()  # a link is exchanged itself
    is_folder_without = stat.S_ISDIR(status.st_mode) and not status.st_mode & stat.S_ISGID
    if os.name == "posix" and not is_folder_without and file.stat().st_gid != status.st_gid:
        with contextlib.suppress(PermissionError):  # not a group of this user's
            os.chown(file, -1, status.st_gid)


def _move_to_disk(file: Path, place: Path) -> None:
    """Move a file to another disk, if it is there: what is written to it later stays behind."""
    with contextlib.suppress(FileNotFoundError):
        write_beside(place, file.read_bytes(), mode=mode_of(file))
        file.unlink()


def _exchange(place: Path, target: Path) -> None:
    """Exchange two files; where that cannot be done, keep a hard link to the one replaced."""
    try:
        exchange(place, target)
        return
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
    ours = beside_of(place, "part")
    place.rename(ours)
    try:
        os.link(target, place)
    except OSError as error:
        if error.errno not in NO_LINKS:  # a disk without them keeps nothing
            ours.unlink(missing_ok=True)
            raise
    try:
        ours.replace(target)
    finally:
        ours.unlink(missing_ok=True)


def has_kept(library: Path) -> bool:
    """Check whether earlier runs kept anything."""
    return (library / ROOT).is_dir()


def kept_files(library: Path, now: datetime) -> Iterator[KeptFile]:
    """Find the files that earlier runs took out and that changed since they were read.

    Deletes those that did not and that no program can write to any more. One that a program has
    open is not among them for a week: it is still being written. Raises StoreError.
    """
    root = library / ROOT
    for run in sorted(root.iterdir()) if root.is_dir() else ():
        # Backwards: what is within a folder comes before it.
        for file in sorted(run.rglob("*"), reverse=True):
            path = file.relative_to(run).as_posix()
            try:
                kept = _look_at(file, run, path, is_old=_is_old(run.name, now))
            except OSError as error:
                raise disk_error(error, file) from error
            if kept is not None:
                yield kept
        drop_empty(run)


def _look_at(file: Path, run: Path, within: str, *, is_old: bool) -> KeptFile | None:
    kind, _, path = within.partition("/")
    if not os.path.lexists(file):
        return None  # a folder that was removed with what was in it
    if file.is_dir() and not file.is_symlink():
        drop_empty(file)
        return None
    is_part = file.name.startswith(".") and file.name.endswith(".part")
    if is_part or (kind == READ and not os.path.lexists(run / OUT / path)):
        file.unlink()  # what a process that was killed left, of which nothing is a person's
        return None
    if kind != OUT:
        return None
    record = run / READ / path
    before, (content, is_free) = record.read_bytes() if record.exists() else None, read_unheld(file)
    if content != before:
        is_written_to = is_free is False and not is_old
        return None if is_written_to else KeptFile(file, path, content, before, record)
    if is_free or is_old:
        _delete(file, record)
    return None


def let_go(kept: KeptFile) -> None:
    """Delete a file whose content is safe elsewhere; one that may be written to stays, and what
    is in it now counts as read. Raises StoreError."""
    try:
        content, is_free = read_unheld(kept.file)
        if is_free and content == kept.content:
            _delete(kept.file, kept.record)
        else:
            _record(kept.record, kept.content)
    except OSError as error:
        raise disk_error(error, kept.file) from error


def stays_aside(kept: KeptFile) -> Incomplete:
    """Name a file that came out and that a person is to look at."""
    return Incomplete(
        what=lazy_gettext(
            "{path}: what was saved into it while it was replaced is in {file}. Copy what is "
            "missing, then delete that file.",
            path=kept.path,
            file=kept.file,
        )
    )


def _record(record: Path, before: bytes) -> None:
    make_folders(record.parent)
    write_beside(record, before, mode=0o600)


def _delete(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)
        drop_empty(file.parent)


def drop_empty(folder: Path) -> None:
    """Remove a folder if it is empty, and those above it that are empty then."""
    with contextlib.suppress(OSError):  # not empty
        os.removedirs(folder)


def _is_old(run: str, now: datetime) -> bool:
    try:
        moment = datetime.strptime(run[:18], _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return False
    return now - moment > KEPT_FOR


def read_feeds(folder: Path) -> bytes:
    """Read the feeds.toml of a library. Raises Incomplete."""
    file = folder / FEEDS
    try:
        return file.read_bytes()
    except OSError as error:
        raise Incomplete(
            what=lazy_gettext("{file} cannot be read: {what}.", file=file, what=os_reason(error))
        ) from error


def replace_feeds(folder: Path, now: datetime, before: bytes, after: bytes) -> bool:
    """Write feeds.toml, with its rights as they were, if it still has the bytes of before.

    Returns whether it was written. Raises StoreError.
    """
    replacer = Replacer(folder, now)
    is_written = read_feeds(folder) == before and replacer.put(FEEDS, after, before)
    replacer.end()
    return is_written


def merge_late_feeds(folder: Path, now: datetime) -> list[ReaderError]:
    """Take up what a hand wrote into a feeds.toml that was replaced: that one comes back, with
    what the program had added.

    Returns errors for those that stay aside, since a hand has edited both. The caller has the
    lock. Raises Incomplete, StoreError.
    """
    problems: list[ReaderError] = []
    for kept in kept_files(folder, now):
        if kept.path != FEEDS:
            continue
        there, before = read_feeds(folder), kept.before
        # The second: a killed process had not yet put its file in place.
        is_known = there.startswith(kept.content) or (
            before is None and kept.content.startswith(there)
        )
        if not is_known and before is not None and there.startswith(before):
            end = b"" if kept.content.endswith(b"\n") else b"\n"
            merged = kept.content + end + there.removeprefix(before)
            is_known = replace_feeds(folder, now, there, merged)
        if is_known:
            let_go(kept)
        else:
            problems.append(stays_aside(kept))
    return problems
