"""Tell which of the library's files are there, and move them into the folders of their topics.

The rows say where a paper belongs and where each file is. Filing adds a row, then the files are
moved; what a kill left undone, the next call does. Nothing is ever overwritten, and nothing is
deleted but folders that became empty.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

from reader.base.errors import ReaderError, StoreError
from reader.base.front_matter import fields
from reader.base.messages import lazy_gettext
from reader.base.text import nfc
from reader.library.disk import (
    disk_error,
    files_below,
    lock_file,
    make_folders,
    rename_new,
    sync_folder,
    write_whole,
)
from reader.library.file_names import UNFILED
from reader.library.folder import Library
from reader.library.place import REMOVED
from reader.library.rows import papers, pdfs
from reader.library.rows.pdfs import FilePlace

ROOTS = {"pdf": "papers", "marked": "papers", "note": "notes"}

AT_ONCE = 64
"""The number of moved files that are recorded in one transaction."""


def is_here(file: Path) -> bool:
    """Check whether a file exists, on this disk or for now in iCloud only."""
    return file.is_file() or is_evicted(file)


def lost_files(library: Library, paths: Iterable[str]) -> set[str]:
    """Find those of some files, by paths in the library, that are not there."""
    # With paths as text first, since making 20,000 Path objects takes .2 s.
    root = f"{library.folder}/"
    missing = [path for path in paths if not os.path.isfile(root + path)]
    return {path for path in missing if not is_here(library.folder / path)}


def gone_pdfs(library: Library) -> frozenset[int]:
    """Find the papers (rows) whose PDF is nowhere in papers/ any more, by names and sizes."""
    root = library.folder
    known = pdfs.files(library.db)
    there: set[str] = set()
    # Whole folders are listed: asking for 2,000 files one by one takes three times as long.
    for folder in {path.rpartition("/")[0] for path in known}:
        with contextlib.suppress(OSError):  # it is gone with all its files
            there.update(f"{folder}/{name}" for name in os.listdir(root / folder))
    lost = [path for path in known if path not in there and not is_here(root / path)]
    if not lost:
        return frozenset()
    # A file that no row names may be one that somebody moved. Its size is enough here: the
    # command that files it anew compares the bytes.
    named = {f"{root}/{path}" for path in known.keys() | pdfs.copy_paths(library.db)}
    below = files_below(root / "papers", ".pdf")
    sizes = {file.stat().st_size for file in below if file.path not in named}
    gone = (known[path] for path in lost)
    return frozenset(paper for paper, n_bytes in gone if n_bytes not in sizes)


def is_evicted(file: Path) -> bool:
    """Check whether iCloud left its placeholder, `.NAME.icloud`, in the place of a file."""
    return os.path.lexists(file.with_name(f".{file.name}.icloud"))


def settle(
    library: Library,
    rows: Iterable[int] | None = None,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[ReaderError]:
    """Move the files of some papers, or of all, into the folders of their topics.

    Returns an error for each file that could not be moved; it stays where it is. After a kill
    the next call goes on.
    """
    rows = None if rows is None else list(rows)
    unsettled = pdfs.places(library.db, rows, is_settled=False)
    strays = [p.paper for p in unsettled if _is_elsewhere(p)]
    if not strays or library.db.is_read_only:
        return []
    problems: list[ReaderError] = []
    with lock_file(library.folder / "filing.lock", wait=True):
        # Read again under the lock, since another process may have moved some meanwhile.
        places = [p for p in pdfs.places(library.db, strays) if _is_elsewhere(p)]
        for start in range(0, len(places), AT_ONCE):
            progress(start, len(places))
            problems += _move_files(library, places[start : start + AT_ONCE])
    progress(len(places), len(places))
    return problems


def _is_elsewhere(place: FilePlace) -> bool:
    root = place.path.partition("/")[0]
    if root not in (ROOTS[place.kind], REMOVED):
        return False
    if place.topic is None and root != REMOVED and not place.is_removed:
        return False
    wanted = "/".join(_folder_of(place))
    return nfc(str(PurePosixPath(place.path).parent)) != nfc(wanted)


def _folder_of(place: FilePlace) -> tuple[str, str]:
    """Choose where a file belongs: one of the library's folders, and the path in it."""
    if place.is_removed:
        return REMOVED, str(place.paper)
    return ROOTS[place.kind], place.topic or UNFILED


def _move_files(library: Library, places: Sequence[FilePlace]) -> list[ReaderError]:
    """Move some files, then record them all; after a kill each is at its old or its new place."""
    problems: list[ReaderError] = []
    moved: dict[FilePlace, str] = {}
    for place in places:
        try:
            if path := _moved(library, place):
                moved[place] = path
        except StoreError as error:
            problems.append(error)
    with library.db.writing():
        for place, path in moved.items():
            pdfs.set_path(library.db, place, path)
    for place in moved:
        root = place.path.partition("/")[0]
        drop_empty((library.folder / place.path).parent, library.folder / root)
    return problems


def _moved(library: Library, place: FilePlace) -> str:
    """Move a file to its folder; return its new path, "" where there is no file.

    Where another file has its name there, it gets -2, -3 … behind it.
    """
    source = library.folder / place.path
    folder = library.folder / folder_at(library, *_folder_of(place))
    is_there = os.path.lexists(source)
    if not is_there and is_evicted(source):
        raise StoreError(
            file=source,
            what=lazy_gettext("it is in iCloud, not on this disk, so it was not moved"),
            hint=lazy_gettext("Open it once, then file it again."),
        )
    for n in range(1, 1_000):
        name = f"{source.stem}-{n}{source.suffix}" if n > 1 else source.name
        target = folder / name
        found = existing(target)
        if found is None and is_evicted(target):
            continue  # iCloud would bring another file back to this name
        if found is None and not is_there:
            return ""
        if found is None:
            move(source, target)
            return target.relative_to(library.folder).as_posix()
        if not is_there:
            is_it = _is_same_file(library, place, found)
        elif is_it := all(map(os.path.exists, (source, found))) and source.samefile(found):
            try:
                # A killed `move` left two names of one file, and the old one goes. Not where the
                # two are one entry: on a disk without case, or where a folder is a link.
                if not source.parent.samefile(found.parent) and source.stat().st_nlink > 1:
                    source.unlink()
            except OSError as error:
                raise disk_error(error, source) from error
        if is_it:
            return found.relative_to(library.folder).as_posix()
    return ""


def _is_same_file(library: Library, place: FilePlace, file: Path) -> bool:
    """Check whether a file is the one that was moved here before a kill, and not recorded."""
    if place.kind != "note":
        return has_bytes(file, place.sha256)
    # The person may have edited a note meanwhile, so its bytes prove nothing.
    try:
        given = fields(file.read_bytes().decode()).get("id", "")
    except (OSError, UnicodeDecodeError):
        return False
    (paper,) = papers.papers_at(library.db, [place.paper])
    return given in paper.record.ids


def move(source: Path, target: Path) -> None:
    """Move a file to a path where no file is yet. Raises StoreError.

    What somebody saves at either place meanwhile stays there.
    """
    try:
        make_folders(target.parent)
        if source.is_symlink():
            # A relative link would lead elsewhere from its new folder.
            os.symlink(os.path.relpath(source.resolve(), target.parent.resolve()), target)
            sync_folder(target.parent)
            source.unlink()
        else:
            try:
                rename_new(source, target)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                # The folder is a link to another disk.
                write_whole(target, source.read_bytes())
                source.unlink()
        # Else a power cut may leave neither name, or bring the old one back, with words that are
        # no longer those of the note.
        sync_folder(target.parent)
        sync_folder(source.parent)
    except OSError as error:
        raise disk_error(error, source) from error


def drop_empty(folder: Path, root: Path) -> None:
    """Remove folders that became empty, up to the root; Finder's .DS_Store does not count."""
    with contextlib.suppress(OSError):  # not empty after all, or without the right to remove it
        while folder != root and root in folder.parents:
            if [file.name for file in folder.iterdir()] == [".DS_Store"]:
                (folder / ".DS_Store").unlink()
            folder.rmdir()
            folder = folder.parent


def folder_at(library: Library, root: str, topic: str) -> str:
    """Find the path of a topic's folder as it is on the disk, which may decompose its name."""
    path = f"{root}/{topic}"
    apart = unicodedata.normalize("NFD", path)
    is_apart = apart != path and not (library.folder / path).exists()
    return apart if is_apart and (library.folder / apart).exists() else path


def existing(file: Path) -> Path | None:
    """Find a file under its name on the disk, composed or not; None where there is none."""
    for form in (file.name, nfc(file.name), unicodedata.normalize("NFD", file.name)):
        if os.path.lexists(file.with_name(form)):
            return file.with_name(form)
    return None


def sha256_of(file: Path) -> str:
    """Compute the SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def has_bytes(file: Path, sha256: str) -> bool:
    """Check whether a file has the bytes of a SHA-256; False where it cannot be read."""
    try:
        return file.is_file() and sha256_of(file) == sha256
    except OSError:
        return False
