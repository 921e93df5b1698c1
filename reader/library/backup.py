"""Put a library into one archive (`reader.library.archive` says what it has), and rotate archives.

Derived files are left out.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reader import __version__
from reader.base.errors import ReadOnly, StoreError, UsageError
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
from reader.library.clock import OFF
from reader.library.disk import disk_error, sync_folder
from reader.library.locks import lock_file
from reader.library.place import FEEDS, REMOVED
from reader.library.rows import snapshot

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
    files = [
        {"path": f.path, "sha256": f.sha256, "n_bytes": f.n_bytes, "member": f.member}
        for f in manifest.files
    ]
    fields = {
        "format": FORMAT,
        "program": f"asayomi {__version__}",
        "made_at": manifest.made_at.isoformat(),
        "library": content.library,
        "layout": content.layout,
        "n_papers": content.n_papers,
        "n_notes": content.n_notes,
        "n_decisions": content.n_decisions,
        "files": files,
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
    last = max(map(_day, moments), default=())
    kept = {moment for moment in moments if _day(moment) == last}
    for n, period in ((7, _day), (4, _week), (12, _month)):
        newest: dict[tuple[int, ...], datetime] = {}
        for moment in sorted(moments, reverse=True):
            newest.setdefault(period(moment), moment)
        kept.update([*newest.values()][:n])
    return [moment for moment in moments if moment not in kept]


def _day(moment: datetime) -> tuple[int, ...]:
    return (moment.toordinal(),)


def _week(moment: datetime) -> tuple[int, ...]:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> tuple[int, ...]:
    return (moment.year, moment.month)


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
