"""Put a library into one archive (`reader.library.archive` says what it has), rotate archives, and
bring a library back from one.

Derived files are left out. A restore checks the archive as a whole before anything is touched.
reader.db is replaced in one transaction, files one by one; after a kill the same command does the
rest. Nothing is deleted: what stood in the way of the archive lies in `replaced/`, by the moment.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import json
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

from reader import __version__
from reader.base.errors import Damaged, ReadOnly, StoreError, UsageError
from reader.library import archive as archives
from reader.library.archive import (
    CHUNK,
    DATABASE,
    FORMAT,
    MANIFEST,
    PDF_FOLDERS,
    TEXT_FOLDERS,
    ArchivedFile,
    Manifest,
    check_members,
    encrypt,
    files_of,
    make_folder,
    part,
)
from reader.library.disk import disk_error, lock_file, make_folders, real_file, sync_folder
from reader.library.place import FEEDS, REMOVED, check_name
from reader.library.replaced import drop_empty, put_in, take_out
from reader.library.rows import snapshot
from reader.library.rows.moments import OFF
from reader.library.rows.snapshot import Content

FOLDER = "backups"
"""The folder of the library that archives go to where feeds.toml names no other one."""


_NAME = re.compile(
    r"asayomi-(?P<library>[0-9a-f]{8})-(?P<at>\d{4}-\d\d-\d\dT\d{6}Z)(-pdfs)?\.zip(\.age)?"
)


@dataclass(frozen=True, slots=True)
class Backup:
    """An archive that was made. unread: files that could not be read, so that it lacks them."""

    file: Path
    n_bytes: int
    manifest: Manifest
    unread: tuple[str, ...]
    deleted: tuple[Path, ...]


def back_up(
    library: Path,
    folder: Path,
    *,
    now: datetime,
    with_pdfs: bool = False,
    recipients: Sequence[str] = (),
) -> Backup:
    """Make an archive of a library, check it, and delete archives that the rotation ends.

    The library may be in use. folder: where the archive goes; it is made. recipients: public keys
    of age, for an encrypted archive. Raises StoreError, and then no archive was made.
    """
    make_folder(folder)
    with part(folder, "backup") as unfinished:
        # An encrypted archive is made where its content is readable anyway, and checked there.
        is_open = contextlib.nullcontext(unfinished)
        with part(library, "plain") if recipients else is_open as plain:
            made, unread = _write(library, plain, now=now, with_pdfs=with_pdfs)
            check_members(plain)
            if recipients:
                encrypt(plain, unfinished, recipients)
        identity = made.content.library
        name = f"asayomi-{identity[:8]}-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
        name += ("-pdfs" if with_pdfs else "") + ".zip" + (".age" if recipients else "")
        target = folder / name
        n_bytes = finish(unfinished, target)
    return Backup(target, n_bytes, made, unread, _rotate(folder, identity))


def back_up_layout(library: Path, layout: int, *, now: datetime) -> Path:
    """Make an archive before reader.db gets a newer layout; it is never rotated.

    Returns its path. Raises StoreError.
    """
    folder = library / FOLDER
    target = folder / f"asayomi-before-layout-{layout + 1}.zip"
    make_folder(folder)
    with part(folder, "backup") as unfinished:
        _write(library, unfinished, now=now, with_pdfs=False)
        made = check_members(unfinished)
        # A library of that layout was restored here since: both archives stay.
        if target.exists() and _database_in(target) != archives.database_of(made).sha256:
            target = target.with_stem(f"{target.stem}-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}")
        finish(unfinished, target)
    return target


_BEFORE_RESTORE = "asayomi-before-restore-"


def back_up_before_restore(library: Path, *, now: datetime) -> Path:
    """Make an archive of what a restore replaces, by which it is taken back; it is never rotated.

    Returns its path. Raises StoreError.
    """
    folder = library / FOLDER
    make_folder(folder)
    # Never over another one, which may be what is restored now.
    name, n = f"{_BEFORE_RESTORE}{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}", 1
    while (target := folder / f"{name}{f'-{n}' if n > 1 else ''}.zip").exists():
        n += 1
    with part(folder, "backup") as unfinished:
        _write(library, unfinished, now=now, with_pdfs=False)
        check_members(unfinished)
        finish(unfinished, target)
    return target


def _database_in(archive: Path) -> str:
    """Return the SHA-256 of an archive's reader.db, "" where the archive cannot be used."""
    try:
        with archives.opened(archive) as (_unpacked, manifest):
            return archives.database_of(manifest).sha256
    except (StoreError, UsageError):
        return ""


def newest(folder: Path, library: str, *, now: datetime) -> datetime | None:
    """Find the moment of the newest archive of a library in a folder, by the archives' names.

    One of a day to come was made while the clock was wrong, and says nothing of the last days.
    """
    moments = [at for at, _file in _archives(folder, library) if at <= now + OFF]
    return max(moments, default=None)


def _write(
    library: Path, target: Path, *, now: datetime, with_pdfs: bool
) -> tuple[Manifest, tuple[str, ...]]:
    """Write an archive. Returns its manifest, and the files that could not be read."""
    files: dict[str, ArchivedFile] = {}
    unread: list[str] = []
    try:
        with (
            part(target.parent, "database") as database,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            snapshot.copy_database(library / DATABASE, database)
            content = snapshot.read_content(database)
            files[DATABASE] = _pack(archive, database, DATABASE, DATABASE)
            # An export renames notes, which would be missed between their two names.
            with undisturbed(library):
                texts = [*texts_of(library)]
                unread += passed_over(library)
                for file in texts:
                    _pack_if_readable(archive, library, file, files, unread)
            pdfs = files_of(library, PDF_FOLDERS) if with_pdfs else ()
            for file in (file for file in pdfs if file not in texts):
                _pack_if_readable(archive, library, file, files, unread)
            # What the archive lacks is known by its hash all the same: a restore names it.
            if not with_pdfs:
                files |= {
                    pdf.path: ArchivedFile(pdf.path, pdf.sha256, pdf.n_bytes, "")
                    for pdf in snapshot.read_pdfs(database)
                }
            manifest = Manifest(now, content, tuple(files.values()))
            # Without a date: ZIP knows none before 1980, which a wrong clock may show.
            info = zipfile.ZipInfo(MANIFEST)
            archive.writestr(info, _manifest_text(manifest), zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise disk_error(error, target) from error
    return manifest, tuple(unread)


def texts_of(library: Path) -> Iterator[Path]:
    """Yield feeds.toml, the files of notes/ and drafts/, and the notes of the trash."""
    yield library / FEEDS
    yield from files_of(library, TEXT_FOLDERS)
    yield from (file for file in files_of(library, [REMOVED]) if file.suffix == ".md")


def passed_over(library: Path) -> Iterator[str]:
    """Yield what `files_of` passes over among the texts.

    Folders without the right to read them, and names that are no UTF-8.
    """
    failed: list[OSError] = []
    for top in TEXT_FOLDERS:
        for folder, folders, names in os.walk(library / top, onerror=failed.append):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in (*folders, *names):
                if not name.startswith(".") and any("\ud800" <= c <= "\udfff" for c in name):
                    path = Path(folder, name).relative_to(library).as_posix()
                    yield path.encode("utf-8", "backslashreplace").decode()
    for error in failed:
        if isinstance(error, PermissionError):
            yield Path(error.filename).relative_to(library).as_posix()


@contextlib.contextmanager
def undisturbed(library: Path) -> Iterator[None]:
    """Keep exports away, where the library can be written at all."""
    try:
        lock = lock_file(library / "export.lock", wait=True)
        with lock:
            yield
    except ReadOnly:  # a library that cannot be written is not exported either
        yield


def _pack_if_readable(
    archive: zipfile.ZipFile,
    library: Path,
    file: Path,
    files: dict[str, ArchivedFile],
    unread: list[str],
) -> None:
    path = file.relative_to(library).as_posix()
    is_pdf = path.startswith(PDF_FOLDERS) and file.suffix != ".md"
    try:
        if not file.is_file():
            # A link that leads nowhere, or a pipe, of which a read never ends.
            unread += [path] if file.is_symlink() or file.exists() else []
        elif is_pdf:
            sha256, n_bytes = _hash(file)
            member = f"files/{sha256}"
            if member in archive.NameToInfo:
                files[path] = ArchivedFile(path, sha256, n_bytes, member)
            else:
                files[path] = _pack(archive, file, path, member)
        else:
            files[path] = _pack(archive, file, path, path)
    except FileNotFoundError:
        return  # it was moved or deleted meanwhile
    except PermissionError:
        unread.append(path)


def _hash(file: Path) -> tuple[str, int]:
    with open(file, "rb") as handle:
        hashed = hashlib.file_digest(handle, "sha256")
        return hashed.hexdigest(), handle.tell()


def _pack(archive: zipfile.ZipFile, file: Path, path: str, member: str) -> ArchivedFile:
    """Put a file into an archive as it is read, which may be shorter than it was a moment ago."""
    hashed, n_bytes = hashlib.sha256(), 0
    with open(file, "rb") as source:
        # PDFs are compressed by themselves. For the rest the least level: of a database it
        # leaves a tenth more than the usual one, in a third of the time.
        info = zipfile.ZipInfo(member) if member.startswith("files/") else member
        with archive.open(info, "w", force_zip64=True) as out:
            while chunk := source.read(CHUNK):
                hashed.update(chunk)
                n_bytes += len(chunk)
                out.write(chunk)
    return ArchivedFile(path, hashed.hexdigest(), n_bytes, member)


def _manifest_text(manifest: Manifest) -> str:
    content = manifest.content
    fields = {
        "format": FORMAT,
        "program": f"asayomi {__version__}",
        "made_at": manifest.made_at.isoformat(),
        "library": content.library,
        "layout": content.layout,
        "n_papers": content.n_papers,
        "n_notes": content.n_notes,
        "n_decisions": content.n_decisions,
        "files": [asdict(file) for file in manifest.files],
    }
    return json.dumps(fields, ensure_ascii=False, indent=1)


def finish(unfinished: Path, target: Path) -> int:
    """Rename a whole archive to its name, all of it on the disk. Returns its bytes."""
    try:
        handle = os.open(unfinished, os.O_RDONLY)
        try:
            os.fsync(handle)
            n_bytes = os.fstat(handle).st_size
        finally:
            os.close(handle)
        unfinished.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise disk_error(error, target) from error
    return n_bytes


def _archives(folder: Path, library: str) -> list[tuple[datetime, Path]]:
    """List the archives of a library in a folder with their moments, the newest first."""
    found = []
    for file in folder.glob(f"asayomi-{library[:8]}-*"):
        if match := _NAME.fullmatch(file.name):
            at = datetime.strptime(match["at"], "%Y-%m-%dT%H%M%SZ")  # noqa: DTZ007 (set below)
            found.append((at.replace(tzinfo=UTC), file))
    return sorted(found, reverse=True)


def outdated(moments: Sequence[datetime]) -> list[datetime]:
    """Choose the archives that the rotation ends.

    The newest of a day is kept for the 7 newest days that have one, the newest of a week for 4
    weeks, the newest of a month for 12 months; weeks are those of ISO 8601. Of the newest day all
    are kept: nobody expects that a second backup deletes the first.
    """
    last = max((moment.date() for moment in moments), default=None)
    kept = {moment for moment in moments if moment.date() == last}
    for n, period in ((7, "%Y-%m-%d"), (4, "%G-%V"), (12, "%Y-%m")):
        # The newest moment of a period is the last one that is set.
        newest = {f"{moment:{period}}": moment for moment in sorted(moments)}
        kept.update(sorted(newest.values(), reverse=True)[:n])
    return [moment for moment in moments if moment not in kept]


def _rotate(folder: Path, library: str) -> tuple[Path, ...]:
    archives = _archives(folder, library)
    ended = []
    # One without PDFs stands for none that has them.
    for has_pdfs in (True, False):
        kind = {at: file for at, file in archives if ("-pdfs." in file.name) is has_pdfs}
        ended += [kind[moment] for moment in outdated([*kind])]
    for file in ended:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise disk_error(error, file) from error
    return tuple(ended)


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
