"""Bring a library back from an archive, and keep beside it whatever that replaces.

The archive is checked as a whole before anything is touched. reader.db is replaced in one
transaction, files one by one; after a kill the same command does the rest. Nothing is deleted:
what stood in the way of the archive lies in `replaced/`, by the moment.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

from reader.base.errors import Damaged, StoreError
from reader.library import archive as archives
from reader.library.archive import DATABASE, ArchivedFile, Manifest
from reader.library.disk import disk_error, make_folders, real_file, sync_folder
from reader.library.locks import lock_file
from reader.library.place import check_name
from reader.library.replaced import drop_empty, put_in, take_out
from reader.library.rows import snapshot
from reader.library.rows.snapshot import Content

REPLACED = "replaced"

LOCKS = ("gather", "fetch", "add", "tablet", "index", "filing", "export")
"""The locks of all that works on a library."""

ChangeKind = Literal["new", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file of the library that a restore makes, changes or takes away. path: from its folder."""

    path: str
    kind: ChangeKind


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What a restore would change.

    here: what reader.db has now; None where there is none, or it cannot be read. missing: PDFs
    that the archived library has, and that are neither here nor in the archive.
    """

    manifest: Manifest
    here: Content | None
    is_damaged: bool
    changes: tuple[FileChange, ...]
    missing: tuple[str, ...]


def plan_restore(library: Path, archive: Path) -> RestorePlan:
    """Check an archive, and compare it with a library; nothing is changed.

    library: its folder, which need not exist. Raises UsageError or StoreError for an archive
    that cannot be used.
    """
    check_name(library)
    work = next(folder for folder in (library, *library.absolute().parents) if folder.is_dir())
    manifest = archives.check(archive, work)
    here, is_damaged = None, False
    if (library / DATABASE).exists():
        try:
            here = snapshot.read_content(library / DATABASE)
        except StoreError:
            is_damaged = True
    changes, missing = [], []
    for file in manifest.files:
        if file.path == DATABASE:
            continue
        is_here, is_same = _compared(library / file.path, file)
        if file.member and not is_same and not file.member.startswith("files/"):
            real_file(library / file.path)  # raises now what would end the restore half way
        if not file.member:
            missing += [] if is_here else [file.path]
        elif not is_same:
            changes.append(FileChange(file.path, "changed" if is_here else "new"))
    known = {file.path for file in manifest.files}
    # The notes of a folder that is no library are somebody else's.
    if here or is_damaged:
        changes += [FileChange(path, "gone") for path in _notes(library) if path not in known]
    changes.sort(key=lambda change: change.path)
    return RestorePlan(manifest, here, is_damaged, tuple(changes), tuple(missing))


def restore(library: Path, archive: Path, plan: RestorePlan, *, now: datetime) -> Path | None:
    """Carry out a plan. Returns the folder with what was replaced, None where nothing was.

    Raises Locked while a command works on the library, and StoreError.
    """
    archives.make_folder(library)
    with locked(library), archives.opened(archive) as (unpacked, manifest):
        aside = _new_folder(library / REPLACED / f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}")
        _restore_database(library, unpacked, manifest, aside, archive)
        files = {file.path: file for file in manifest.files}
        for change in plan.changes:
            target, place = library / change.path, aside / change.path
            try:
                make_folders(place.parent, mode=0o700)
                if change.kind == "gone":
                    with contextlib.suppress(FileNotFoundError):  # somebody was faster
                        take_out(place, target)
                        sync_folder(target.parent)
                    continue
                write = partial(archives.extract, unpacked, files[change.path], archive=archive)
                is_new = change.kind == "new"
                # PDFs may be links of their own; a text may be one into a vault of notes.
                if not files[change.path].member.startswith("files/"):
                    target = real_file(target)
                # A person may make the file, or delete it, meanwhile; whatever it is by now is
                # taken out in the step that puts the archive's in.
                while not put_in(place, target, write, is_new=is_new):
                    is_new = not is_new
            except OSError as error:
                raise disk_error(error, target) from error
        for path in sorted(aside.rglob("*"), reverse=True):
            drop_empty(path)
    return aside if aside.exists() else None


def _restore_database(
    library: Path, unpacked: ZipFile, manifest: Manifest, aside: Path, archive: Path
) -> None:
    database = library / DATABASE
    with archives.part(library, "restore") as copy:
        archives.extract(unpacked, archives.database_of(manifest), copy, archive)
        # A copy and not a rename: processes that have the file open go on with it.
        if database.exists():
            archives.make_folder(aside)
            try:
                # Not there in part, whenever this is killed.
                with archives.part(library, "replaced") as kept:
                    snapshot.copy_database(database, kept)
                    kept.replace(aside / DATABASE)
            except Damaged:
                # With its log, which SQLite would play into the new file.
                for ending in ("", "-wal", "-shm"):
                    with contextlib.suppress(FileNotFoundError):
                        (library / f"{DATABASE}{ending}").replace(aside / f"{DATABASE}{ending}")
            sync_folder(aside)
        snapshot.replace_database(copy, database)


def _new_folder(folder: Path) -> Path:
    """Choose a name that nothing has: another restore of the same moment keeps what it kept."""
    names = (folder.with_name(f"{folder.name}-{n}") for n in itertools.count(2))
    return next(name for name in itertools.chain([folder], names) if not name.exists())


def _compared(here: Path, file: ArchivedFile) -> tuple[bool, bool]:
    """Compare a file of the library with an archived one: whether it is here, and is the same."""
    try:
        if file.member and here.is_dir():  # it would end the restore half way
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        # The size first: most files that differ are not read.
        n_bytes = here.stat().st_size
        if n_bytes != file.n_bytes:
            return True, False
        with open(here, "rb") as handle:
            return True, hashlib.file_digest(handle, "sha256").hexdigest() == file.sha256
    except (FileNotFoundError, NotADirectoryError):
        return False, False
    except OSError as error:
        raise disk_error(error, here) from error


def _notes(library: Path) -> Iterator[str]:
    """List the files of notes/. Drafts that the archive lacks stay: words that are not saved yet.

    What no backup can have stays too: a link that leads nowhere, a folder of somebody else.
    """
    for file in archives.files_of(library, ["notes"]):
        with contextlib.suppress(PermissionError):
            if file.is_file():
                yield file.relative_to(library).as_posix()


@contextlib.contextmanager
def locked(library: Path) -> Iterator[None]:
    """Hold all locks of a library, so that no command works on it meanwhile. Raises Locked."""
    with contextlib.ExitStack() as stack:
        for name in LOCKS:
            stack.enter_context(lock_file(library / f"{name}.lock"))
        yield
