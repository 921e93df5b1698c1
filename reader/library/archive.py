"""Read an archive of `reader backup`, and tell a whole one from a cut, changed or foreign file.

An archive is a ZIP file, so that any program can open it: `manifest.json`, reader.db as it was at
one moment, feeds.toml, the files of notes/ and drafts/, and with PDFs `files/<sha256>`, each
content once. The manifest lists what the archive has with its SHA-256. An encrypted one is such a
file in age's format (age-encryption.org/v1).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from reader.base.errors import StoreError, UsageError
from reader.base.messages import lazy_gettext
from reader.library.disk import delete_leftovers, disk_error, files_below, make_folders
from reader.library.place import FEEDS, REMOVED, is_within
from reader.library.rows import snapshot

TEXT_FOLDERS = ("notes", "drafts")
PDF_FOLDERS = ("papers", REMOVED)
DATABASE = "reader.db"
MANIFEST = "manifest.json"
_ARCHIVE = re.compile(r"asayomi-.+\.zip(\.age)?")

FORMAT = 1
"""The number of the archive's layout, in its manifest."""


CHUNK = 1 << 20
"""Bytes that are read and hashed at once."""

_LARGEST_MANIFEST = 1 << 28
"""Bytes; a manifest of a million files stays below it."""

MAX_UNPACKED = 100_000_000
MAX_RATIO = 200
"""An archive is a bomb where it says that it unpacks to more bytes than MAX_UNPACKED, and to more
than MAX_RATIO times its size. It cannot unpack to more than it says."""

_AGE = b"age-encryption.org/"


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of the library in an archive.

    path: from the library's folder. member: its name in the archive, "" where the archive has
    the file's hash alone. sha256: in hexadecimal.
    """

    path: str
    sha256: str
    n_bytes: int
    member: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself. made_at: the moment of its reader.db, in UTC."""

    made_at: datetime
    content: snapshot.Content
    files: tuple[ArchivedFile, ...]

    @property
    def has_pdfs(self) -> bool:
        """Check whether PDFs are in the archive, and not their hashes alone."""
        return any(file.member.startswith("files/") for file in self.files)


def check(archive: Path, work: Path) -> Manifest:
    """Check that an archive is whole: every file that it has, and that its database can be used.

    work: a folder that can be written, for the unpacked database; nothing stays there.
    Raises UsageError for a file that is no archive of ours, StoreError for one that is damaged.
    """
    manifest = check_members(archive)
    with part(work, "check") as database, opened(archive) as (unpacked, _manifest):
        extract(unpacked, database_of(manifest), database, archive)
        snapshot.check_copy(database)
        if snapshot.read_content(database) != manifest.content:
            raise _damaged(archive, DATABASE)
    return manifest


def check_members(archive: Path) -> Manifest:
    """Check every file that an archive has, and not its database. Raises as `check` does."""
    with opened(archive) as (unpacked, manifest):
        for file in manifest.files:
            if file.member:
                for _chunk in read_member(unpacked, file, archive):
                    pass
    return manifest


def database_of(manifest: Manifest) -> ArchivedFile:
    """Return the entry of reader.db, which every manifest has."""
    return next(file for file in manifest.files if file.path == DATABASE)


def files_of(library: Path, folders: Sequence[str]) -> Iterator[Path]:
    """Yield the files below folders of a library, but for archives: none is put into another."""
    for folder in folders:
        for found in files_below(library / folder, ""):
            if not _ARCHIVE.fullmatch(found.name):
                yield Path(found.path)


@contextlib.contextmanager
def opened(archive: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open an archive and read its manifest.

    Raises UsageError for a file that is no archive of ours, StoreError for one that is damaged.
    """
    try:
        with zipfile.ZipFile(archive) as unpacked:
            yield unpacked, _manifest(unpacked, archive)
    except FileNotFoundError:
        raise UsageError(
            what=lazy_gettext("There is no file {file}.", file=archive),
            hint=lazy_gettext("Name an archive that `reader backup` made."),
        ) from None
    # zipfile raises these for what is cut, changed, encrypted or packed in an unknown way.
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        with open(archive, "rb") as file:
            is_zip = file.read(4) == b"PK\x03\x04"
        raise _damaged(archive, str(error)) if is_zip else _foreign(archive) from error
    except OSError as error:
        raise disk_error(error, archive) from error


def read_member(unpacked: zipfile.ZipFile, file: ArchivedFile, archive: Path) -> Iterator[bytes]:
    """Yield a file's content in pieces. Raises StoreError at the end where it is not the file's."""
    hashed, n_bytes = hashlib.sha256(), 0
    with _member(unpacked, file.member, archive) as member:
        while chunk := _read(member, archive, file.path):
            n_bytes += len(chunk)
            if n_bytes > file.n_bytes:  # before a small file unpacks to a full disk
                raise _damaged(archive, file.path)
            hashed.update(chunk)
            yield chunk
    if n_bytes != file.n_bytes or hashed.hexdigest() != file.sha256:
        raise _damaged(archive, file.path)


def extract(unpacked: zipfile.ZipFile, file: ArchivedFile, target: Path, archive: Path) -> None:
    """Write a file of an archive to a path, synced. Raises StoreError."""
    try:
        make_folders(target.parent)
        with open(target, "wb") as out:
            for chunk in read_member(unpacked, file, archive):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise disk_error(error, target) from error


@contextlib.contextmanager
def readable(archive: Path, key: Path | None, work: Path) -> Iterator[Path]:
    """Give the path of an archive that can be opened: itself, or what it was before encryption.

    key: a file with age's secret key. work: the folder for the decrypted copy, which is
    deleted at the end. Raises UsageError.
    """
    try:
        with open(archive, "rb") as file:
            is_encrypted = file.read(len(_AGE)) == _AGE
    except OSError:
        is_encrypted = False  # opening it as an archive says what is wrong
    if not is_encrypted:
        yield archive
        return
    if key is None:
        raise UsageError(
            what=lazy_gettext("{file} is encrypted.", file=archive),
            hint=lazy_gettext("Name the file with its key: --key FILE."),
        )
    with part(work, "plain") as plain:
        _decrypt(archive, plain, key)
        yield plain


@contextlib.contextmanager
def part(folder: Path, kind: str) -> Iterator[Path]:
    """Give the path of a temporary file in a folder, which is gone at the end unless renamed.

    What killed processes left there is deleted. Raises StoreError.
    """
    delete_leftovers(folder, ".asayomi-*")
    path = folder / f".asayomi-{kind}.{os.getpid()}.part"
    try:
        # 0600 from its first byte on: it has what the library has.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield path
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can read. Raises StoreError."""
    try:
        make_folders(folder, mode=0o700)
    except OSError as error:
        raise disk_error(error, folder) from error


def make_key(file: Path) -> str:
    """Write a new secret key of age to a new file, 0600, and return its public key.

    Raises UsageError where the file exists, and StoreError.
    """
    identity = _pyrage().x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="ascii") as out:
            out.write(f"# public key: {public}\n{identity}\n")
            out.flush()
            os.fsync(out.fileno())
    except FileExistsError:
        raise UsageError(
            what=lazy_gettext("{file} already exists.", file=file),
            hint=lazy_gettext("Name another place."),
        ) from None
    except OSError as error:
        raise disk_error(error, file) from error
    return public


def too_new(file: object) -> UsageError:
    """Make the error for an archive or a dump that a later version of the program made."""
    return UsageError(
        what=lazy_gettext("{file} was made by a newer version.", file=file),
        hint=lazy_gettext("Update asayomi: pip install --upgrade asayomi."),
    )


def _manifest(unpacked: zipfile.ZipFile, archive: Path) -> Manifest:
    if MANIFEST not in unpacked.namelist():
        raise _foreign(archive)
    with _member(unpacked, MANIFEST, archive) as member:
        text = _read(member, archive, MANIFEST, _LARGEST_MANIFEST)
    try:
        fields = json.loads(text)
        if fields["format"] > FORMAT:
            raise too_new(archive)
        manifest = Manifest(
            datetime.fromisoformat(fields["made_at"]),
            snapshot.Content(
                fields["layout"],
                fields["library"],
                fields["n_papers"],
                fields["n_notes"],
                fields["n_decisions"],
            ),
            tuple(_archived_file(one) for one in fields["files"]),
        )
        database_of(manifest)
        n_bytes = sum(abs(file.n_bytes) for file in manifest.files if file.member)
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError) as error:
        raise _damaged(archive, MANIFEST) from error
    if n_bytes > max(MAX_UNPACKED, MAX_RATIO * archive.stat().st_size):
        raise StoreError(
            file=archive,
            what=lazy_gettext(
                "unpacks to {n} MB, hundreds of times its size", n=f"{n_bytes / 1e6:,.0f}"
            ),
            hint=lazy_gettext("It may be an attack. Nothing was changed."),
        )
    return manifest


def _archived_file(fields: dict[str, Any]) -> ArchivedFile:
    """Read an entry of a manifest. Raises ValueError where its path leads out of the library."""
    file = ArchivedFile(**fields)
    texts = (file.path, file.sha256, file.member)
    if not all(isinstance(text, str) for text in texts) or not isinstance(file.n_bytes, int):
        raise TypeError(file)
    file.path.encode()  # raises UnicodeEncodeError for what no name can be
    # Checked for all entries before any is written.
    is_ours = file.path == DATABASE or is_text_or_pdf(file.path, can_be_hidden=not file.member)
    if not is_ours:
        raise ValueError(file.path)
    return file


def is_text_or_pdf(path: str, *, can_be_hidden: bool = False) -> bool:
    """Check that a path from a library's folder is that of feeds.toml, a text or a PDF in it.

    can_be_hidden: no backup has hidden files: in a vault of notes they are programs and settings.
    """
    first, *rest = parts = path.split("/")
    is_ours = first in (*TEXT_FOLDERS, *PDF_FOLDERS) if rest else first == FEEDS
    is_hidden = any(part.startswith(".") for part in parts)
    return is_ours and is_within(path) and (can_be_hidden or not is_hidden)


def _member(unpacked: zipfile.ZipFile, name: str, archive: Path) -> IO[bytes]:
    try:
        info = unpacked.getinfo(name)
    except KeyError:
        raise _damaged(archive, name) from None
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged(archive, name)
    return unpacked.open(info)


def _read(member: IO[bytes], archive: Path, name: str, n_bytes: int = CHUNK) -> bytes:
    try:
        return member.read(n_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _damaged(archive, name) from error


def _damaged(archive: Path, what: str) -> StoreError:
    return StoreError(
        file=archive,
        what=lazy_gettext("the archive is damaged ({what})", what=what),
        hint=lazy_gettext("Use another archive. Nothing was changed."),
    )


def _foreign(archive: Path) -> UsageError:
    return UsageError(
        what=lazy_gettext("{file} is not an archive of `reader backup`.", file=archive),
        hint=lazy_gettext("Name an archive that `reader backup` made."),
    )


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise UsageError(
            what=lazy_gettext("Encrypted archives need the package pyrage."),
            hint=lazy_gettext("Install it: pip install 'asayomi[encrypt]'."),
        ) from None
    return pyrage


def encrypt(source: Path, target: Path, recipients: Sequence[str]) -> None:
    """Encrypt a file for some public keys of age. Raises UsageError for what is none."""
    pyrage = _pyrage()
    try:
        keys = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    except pyrage.RecipientError as error:
        raise UsageError(
            what=lazy_gettext("backup.encrypt_to: {what}", what=str(error)),
            hint=lazy_gettext("Write a public key of age, which begins with age1."),
        ) from None
    with open(source, "rb") as plain, open(target, "wb") as out:
        pyrage.encrypt_io(plain, out, keys)


def _decrypt(source: Path, target: Path, key: Path) -> None:
    pyrage = _pyrage()
    try:
        lines = key.read_text("ascii").splitlines()
        secret = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        identities = [pyrage.x25519.Identity.from_str(line) for line in secret]
        if not identities:
            raise ValueError(lazy_gettext("there is no key in it"))
    except (OSError, ValueError, pyrage.IdentityError) as error:
        raise UsageError(
            what=lazy_gettext("{file} is not a key: {what}", file=key, what=str(error)),
            hint=lazy_gettext("Name the file that `reader backup --make-key` made."),
        ) from None
    try:
        with open(source, "rb") as encrypted, open(target, "wb") as out:
            pyrage.decrypt_io(encrypted, out, identities)
    except pyrage.DecryptError as error:
        raise _damaged(source, str(error)) from error
    except OSError as error:
        # What age cannot verify comes as an OSError too, without a number of the system's.
        raise (
            disk_error(error, target) if error.errno else _damaged(source, str(error))
        ) from error
